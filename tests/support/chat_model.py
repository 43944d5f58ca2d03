"""A small chat model that calls tools: demo/chat with a template that shows them.

`response_format` makes it say whatever a test wants: `scripted` gives one that is a certain text.
"""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

from tests.conftest import ROOT, LiveServer
from tests.support.operations import administrator, ready, unique

TEMPLATE = (
    "{%- if tools %}{{ '<|im_start|>system\n' }}{% for tool in tools %}{{ tool | tojson }}\n{% endfor %}"
    "<tool_call>{{ '<|im_end|>\n' }}{% endif %}"
    "{%- for message in messages %}{{ '<|im_start|>' + message.role + '\n' + (message.content or '') }}"
    "{%- for call in message.tool_calls or [] %}<tool_call>{{ call.function | tojson }}</tool_call>{% endfor %}"
    "{{ '<|im_end|>\n' }}{% endfor %}{%- if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
)
THINKING_TEMPLATE = TEMPLATE.replace("assistant\n", "assistant\n<think>\n")
WEATHER: dict[str, Any] = {
    "type": "function",
    "function": {
        "name": "weather",
        "description": "The weather of a city.",
        "parameters": {
            "type": "object",
            "properties": {"city": {"type": "string", "enum": ["Rome", "Oslo"]}},
            "required": ["city"],
            "additionalProperties": False,
        },
    },
}


def scripted(text: str) -> dict[str, Any]:
    """What makes a model say a text, and nothing else."""
    return {"type": "regex", "regex": "".join("\\n" if each == "\n" else re.escape(each) for each in text)}


async def add_chat_model(live: LiveServer, template: str = TEMPLATE) -> str:
    """The slug of a new public chat model of this kind."""
    folder = Path(live.environment["MODEL_ROOT"]) / unique("chat")
    shutil.copytree(ROOT / "workers" / "demo_models" / "chat", folder)
    (folder / "chat_template.jinja").write_text(template)
    admin = await administrator(live)
    try:
        return await ready(admin, kind="TEXT_GENERATION", visibility="PUBLIC", source={"local": {"path": folder.name}})
    finally:
        await admin.close()
