"""schemathesis: requests made of the OpenAPI document, right and wrong ones; answers are as the document says."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import httpx

from server.rest.app import openapi_text
from tests.conftest import LiveServer
from tests.support.rest import rest_token

EXAMPLES = 4
CHECKS = "not_a_server_error,content_type_conformance,response_schema_conformance,status_code_conformance"


def test_answers_are_as_the_document_says(live_server: LiveServer, tmp_path: Path) -> None:
    # By its command: as a plugin of pytest it would be loaded by every test process
    command = [
        *(str(Path(sys.executable).with_name("st")), "run", f"{live_server.url}/openapi.json"),
        *("--header", f"Authorization: Bearer {rest_token(live_server.url)}", "--checks", CHECKS),
        *("--phases", "examples,fuzzing", "--max-examples", str(EXAMPLES), "--seed", "1", "--generation-deterministic"),
        # Models that are added by chance would be prepared by the worker for nothing
        *("--exclude-name", "POST /v1/models/{owner}/{name}/versions", "--suppress-health-check", "all"),
        *("--request-timeout", "30", "--no-color", "--warnings", "off"),
    ]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=200)
    assert done.returncode == 0, done.stdout[-8000:] + done.stderr[-2000:]
    assert "fuzzing" in done.stdout.lower()


def test_the_server_gives_the_document(live_server: LiveServer) -> None:
    answer = httpx.get(f"{live_server.url}/openapi.json", trust_env=False)
    assert answer.json() == json.loads(openapi_text())
