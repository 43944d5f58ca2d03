"""The command line: `inference`, and the same subcommands of the server's own `inference-server`."""

from __future__ import annotations

import sys


def main() -> None:
    """The command `inference`."""
    try:
        from inference_client.cli.commands import app
    except ModuleNotFoundError as error:
        if error.name not in ("typer", "rich"):
            raise
        sys.exit("The command line needs two more packages: pip install 'inference-server-client[cli]'")
    app(prog_name="inference")
