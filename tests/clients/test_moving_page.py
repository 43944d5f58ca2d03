"""docs/moving.md: what it says to write here runs as it stands, and what it says of differences is so."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import openai
import pytest

from tests.conftest import ROOT, LiveServer
from tests.support.command_line import CLIENT
from tests.support.operations import administrator, refusal, unique
from tests.support.rest import rest_token

PAGE = (ROOT / "docs" / "moving.md").read_text()
# Programs for other servers, by what they say
ELSEWHERE = ("OpenAI()", "import ollama")


def programs() -> list[str]:
    """The programs for this server, in order."""
    blocks = re.findall(r"^```python\n(.*?)^```$", PAGE, re.S | re.M)
    return [block for block in blocks if not any(sign in block for sign in ELSEWHERE)]


def test_what_is_written_here_runs(live_server: LiveServer, tmp_path: Path) -> None:
    key, url = rest_token(live_server.url), live_server.url
    own = {"INFERENCE_URL": url, "INFERENCE_KEY": key, "REPLICATE_BASE_URL": url, "REPLICATE_API_TOKEN": key}
    environment = {**os.environ, **own, "XDG_CONFIG_HOME": str(tmp_path), "PYTHONPATH": str(CLIENT)}

    def run(*command: str) -> str:
        done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout

    python = "\nprint('\\n--')\n".join(programs()).replace("http://127.0.0.1:8000", url)
    texts = run(sys.executable, "-c", python).split("\n--\n")
    _, terminal = re.findall(r"^```sh\n(.*?)^```$", PAGE, re.S | re.M)
    command = f'inference() {{ "{sys.executable}" -m inference_client.cli "$@"; }}'
    texts.append(run("sh", "-c", f"{command}\n{terminal}"))
    assert len(texts) == 4
    assert all(len(text.strip()) > 3 for text in texts), texts


@pytest.mark.parametrize(
    "parameters",
    [
        {"max_completion_tokens": 3},
        {"temperature": 0.5, "top_p": 0.9, "seed": 1, "stop": ["x"], "presence_penalty": 0.1, "frequency_penalty": 0.1},
        {"extra_body": {"top_k": 20, "min_p": 0.1, "repetition_penalty": 1.1}},
        {"response_format": {"type": "json_object"}},
    ],
    ids=lambda parameters: next(iter(parameters)),
)
def test_options_of_ollama_have_their_like(openai_client: openai.OpenAI, parameters: dict[str, Any]) -> None:
    for names in (parameters, parameters.get("extra_body", {})):
        assert all(f"`{name}`" in PAGE for name in names)
    options = {"max_completion_tokens": 8, **parameters}
    messages: list[Any] = [{"role": "user", "content": "What is a lease?"}]
    answer = openai_client.chat.completions.create(model="demo/chat", messages=messages, **options)
    assert answer.usage is not None
    assert answer.usage.completion_tokens <= options["max_completion_tokens"]


async def test_a_folder_of_gguf_is_refused_with_what_to_do(live_server: LiveServer) -> None:
    folder = Path(live_server.environment["MODEL_ROOT"]) / unique("gguf")
    folder.mkdir()
    (folder / "model.gguf").write_bytes(b"GGUF" + bytes(64))
    (folder / "config.json").write_text(json.dumps({"architectures": ["LlamaForCausalLM"], "model_type": "llama"}))
    admin = await administrator(live_server)
    try:
        reason = await refusal(admin, kind="TEXT_GENERATION", source={"local": {"path": folder.name}})
    finally:
        await admin.close()
    assert "safetensors" in reason
