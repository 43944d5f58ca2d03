from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT

SECRETS = {
    "SECRET_KEY": "a-Secret-of-0123456789-abcdefghijklmnop",
    "secret_keys_old": "former-Secret-0123456789-abcdefghijklmn",
    "DATABASE_URL": "postgresql://ada:a-password@127.0.0.1/db",
    "REDIS_URL": "redis://:a-password@127.0.0.1:1/0",
    "METRICS_TOKEN": "a-token-of-metrics-0123",
    "HF_TOKEN": "hf_a_token_of_the_hub",
}
OTHERS = {"AWS_SECRET_ACCESS_KEY": "a-secret-of-the-store", "OTEL_EXPORTER_OTLP_HEADERS": "authorization=collector"}
PLAIN = {"PATH": "/usr/bin:/bin", "TZ": "Europe/Zurich", "LOG_LEVEL": "DEBUG"}
SCRIPT = """
import ctypes, json, os, subprocess, sys
from pathlib import Path
from server.settings import hide_secrets, load_settings

getenv = ctypes.CDLL(None).getenv
getenv.restype = ctypes.c_char_p
before = load_settings()
hide_secrets()
program = "import os; print(sorted(os.environ))"
facts = {
    "same": load_settings() == before,
    "python": dict(os.environ),
    "c": {name: (getenv(name.encode()) or b"").decode() for name in json.loads(sys.argv[1])},
    "child": subprocess.run([sys.executable, "-c", program], capture_output=True, text=True).stdout,
}
print(json.dumps(facts), flush=True)
sys.stdin.read()
"""


@pytest.mark.skipif(sys.platform != "linux", reason="/proc is Linux's")
def test_settings_keep_the_secrets_and_nothing_else_shows_them(tmp_path: Path) -> None:
    environment = {**SECRETS, **OTHERS, **PLAIN, "PYTHONPATH": str(ROOT)}
    names = json.dumps([*SECRETS, *OTHERS, *PLAIN])
    command = [sys.executable, "-c", SCRIPT, names]
    with subprocess.Popen(
        command, env=environment, cwd=tmp_path, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        facts = json.loads(process.stdout.readline())
        shown = Path(f"/proc/{process.pid}/environ").read_bytes()
        process.communicate("")
    assert facts["same"]
    assert not SECRETS.keys() & facts["python"].keys()
    # Libraries of Python find their own credentials as ever, C code and what is started do not
    assert OTHERS.items() <= facts["python"].items()
    assert facts["c"] == {**dict.fromkeys((*SECRETS, *OTHERS), ""), **PLAIN}
    assert not any(name in facts["child"] for name in (*SECRETS, *OTHERS))
    assert all(name in facts["child"] for name in PLAIN)
    assert shown.strip(b"\0") == b""
