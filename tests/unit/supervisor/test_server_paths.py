"""What of this machine's paths users are shown: nothing of failures, refusals and logs, and of outputs what is ours."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

import workers
from server.settings import Settings
from workers.supervisor.server_paths import ServerPaths

DATA = "/srv/inference"
SHA = "0123456789abcdef0123456789abcdef01234567"
SNAPSHOT = f"{DATA}/models/models--ada--tiny/snapshots/{SHA}"
INPUTS = f"{DATA}/inputs/0123456789abcdef0123456789abcdef"


@pytest.fixture
def paths() -> ServerPaths:
    return ServerPaths(Settings(data_dir=Path(DATA), model_root=Path("/models")))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (f"OSError: Can't load config for '{SNAPSHOT}'.", "OSError: Can't load config for '<model>'."),
        (f"{DATA}/models/models--ada--tiny/blobs/{SHA}{'0' * 24}", "<model>"),
        (f"no file {INPUTS}/01234567-89ab-4def-8123-456789abcdef-1/0.png", "no file <inputs>/0.png"),
        (f"[Errno 13] Permission denied: '{INPUTS}/scratch/x'", "[Errno 13] Permission denied: '<inputs>/scratch/x'"),
        (f"{DATA}/files/predictions: No space left", "<files>/predictions: No space left"),
        (f"at {DATA}", "at <data>"),
        (f"{DATA}-2/other stays", f"{DATA}-2/other stays"),
        ("the folder /models/tiny", "the folder <model root>/tiny"),
        (f'File "{sys.prefix}/lib/torch/nn.py", line 1', 'File "<python>/lib/torch/nn.py", line 1'),
        (f"{Path(workers.__file__).parent}/runner/main.py", "<server>/workers/runner/main.py"),
        ("nothing of ours: /etc/passwd", "nothing of ours: /etc/passwd"),
    ],
)
def test_sentences_and_log_lines(paths: ServerPaths, text: str, shown: str) -> None:
    assert paths.hide(text) == shown


def test_outputs_lose_what_only_this_machine_can_name(paths: ServerPaths) -> None:
    output = {"path": f"{INPUTS}/01234567-89ab-4def-8123-456789abcdef-3/0.txt", "all": [SNAPSHOT, 7, None], SNAPSHOT: 1}
    assert paths.hide_own(output) == {"path": "<inputs>/0.txt", "all": ["<model>", 7, None], "<model>": 1}
    # What a user may have written stays as it is
    assert paths.hide_own(f"Put it into {DATA}/models.") == f"Put it into {DATA}/models."
