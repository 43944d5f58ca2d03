"""The pictures of the docs: `python -m tests.web.screenshots [PAGE ...]` writes them to docs/images/."""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
import tempfile
from pathlib import Path

import httpx
from PIL import Image

from server.embedded.servers import LocalServers
from tests.conftest import LiveServer, running
from tests.web.conftest import WEB, load_hook

IMAGES = WEB.parent / "docs" / "images"
COLOURS = 128
MAX_BYTES = 200_000
SESSION = "{ __typename ... on Session { accessToken } }"
REGISTER = f"mutation ($input: RegisterInput!) {{ session: register(input: $input) {SESSION} }}"
LOGIN = f"mutation ($input: LoginInput!) {{ session: login(input: $input) {SESSION} }}"


def token(url: str, query: str, **values: str) -> str:
    """The access token that a mutation gives."""
    answer = httpx.post(f"{url}/graphql", json={"query": query, "variables": {"input": values}}, timeout=60).json()
    return str(answer["data"]["session"]["accessToken"])


def shoot(live: LiveServer, folder: Path, pages: list[str]) -> None:
    """Let the browser take the pictures."""
    hook = load_hook(WEB / "hatch_build.py")
    hook.build(dev=True)
    node = hook.system_node() or hook.packaged_node()
    password = secrets.token_urlsafe()
    live.command("show-demo")
    live.command("create-admin", "--handle", "operator", "--email", "operator@example.org", "--password", password)
    environment = {
        **os.environ,
        "BASE_URL": live.url,
        "USER_TOKEN": token(live.url, REGISTER, handle="guest", email="guest@example.org", password=password),
        "ADMIN_TOKEN": token(live.url, LOGIN, email="operator@example.org", password=password),
    }
    if pages:
        environment["ONLY"] = ",".join(pages)
    subprocess.run([str(node.node), "tests/screenshot.mjs", str(folder)], cwd=WEB, env=environment, check=True)


def shrink(picture: Path, target: Path) -> int:
    """Write a picture with few colours, which pages hardly have more of; its size in bytes."""
    with Image.open(picture) as image:
        image.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE).save(target, optimize=True)
    return target.stat().st_size


def main() -> None:
    """Take all pictures, or those of the pages named."""
    IMAGES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "data").mkdir()
        with (
            LocalServers.start(folder / "servers", durable=False) as servers,
            running(servers, folder / "data") as live,
        ):
            shoot(live, folder / "pictures", sys.argv[1:])
        for picture in sorted((folder / "pictures").glob("*.png")):
            size = shrink(picture, IMAGES / picture.name)
            sys.stdout.write(f"{picture.name}: {size:,} bytes\n")
            if size > MAX_BYTES:
                sys.exit(f"{picture.name} is larger than {MAX_BYTES:,} bytes.")


if __name__ == "__main__":
    main()
