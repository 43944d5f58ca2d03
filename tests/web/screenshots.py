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
MAX_BYTES, MAX_FILM_BYTES = 200_000, 2_000_000
LAST_FRAME_MS = 2000
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


def animate(frames: list[Path], target: Path) -> int:
    """Write frames, which are named by their milliseconds, as a picture that moves as it did; its size in bytes."""
    times = [int(frame.stem.rpartition("-")[2]) for frame in frames]
    pictures: list[Image.Image] = []
    durations: list[int] = []
    for frame, begin, end in zip(frames, times, [*times[1:], times[-1] + LAST_FRAME_MS], strict=True):
        with Image.open(frame) as image:
            picture = image.convert("RGB")
        if pictures and picture.tobytes() == pictures[-1].tobytes():
            durations[-1] += end - begin
        else:
            pictures.append(picture)
            durations.append(end - begin)
    first, *others = pictures
    first.save(target, save_all=True, append_images=others, duration=durations, loop=0, quality=50, method=4)
    return target.stat().st_size


def bound(name: str, size: int, most: int) -> None:
    """Tell how large a picture is, and refuse one that is too large."""
    sys.stdout.write(f"{name}: {size:,} bytes\n")
    if size > most:
        sys.exit(f"{name} is larger than {most:,} bytes.")


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
        frames: dict[str, list[Path]] = {}
        for picture in sorted((folder / "pictures").glob("*.png")):
            film, is_frame, _ = picture.name.partition(".frame-")
            if is_frame:
                frames.setdefault(film, []).append(picture)
                continue
            bound(picture.name, shrink(picture, IMAGES / picture.name), MAX_BYTES)
        for film, pictures in frames.items():
            bound(f"{film}.webp", animate(pictures, IMAGES / f"{film}.webp"), MAX_FILM_BYTES)


if __name__ == "__main__":
    main()
