"""The small models that come with the software, a folder each, and the scripts that trained them.

`server.services.demo` lists them with their descriptions and samples.
"""

from pathlib import Path

ROOT = Path(__file__).resolve().parent
