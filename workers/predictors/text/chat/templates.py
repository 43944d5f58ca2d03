"""The chat templates of a tokenizer, run where nothing that they do can stop the runner."""

from __future__ import annotations

import json
import os
import selectors
import subprocess
import sys
import threading
import time
import weakref
from pathlib import Path
from typing import Any

from workers.contract.predictor import CancelSignal, InputRejectedError, PredictionContext
from workers.predictors.text.chat import renderer

MAX_TEMPLATE = 500_000
MAX_ROLE, MAX_ROLES = 64, 32
WALL_SECONDS = 60.0
LOOK_SECONDS = 0.05
# what transformers itself gives to a template
_GIVEN = frozenset(
    {
        *("messages", "tools", "add_generation_prompt", "continue_final_message"),
        *(f"{name}_token" for name in ("bos", "eos", "unk", "sep", "pad", "cls", "mask")),
    }
)


class TemplateFailureError(Exception):
    """A template did not do what it was asked for; the message is a part of a sentence."""


class Renderer:
    """A process that runs templates, started when it is needed, and anew when a template ended it."""

    def __init__(self, cpu_seconds: float = renderer.CPU_SECONDS) -> None:
        self._cpu_seconds = cpu_seconds
        self._turn = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start the process, so that the first request finds it ready."""
        with self._turn:
            self._started()

    def ask(self, context: PredictionContext | None = None, /, **request: Any) -> Any:
        """What one of `renderer.ACTIONS` gives.

        Raises:
            TemplateFailureError: it failed, or used up its time or memory.
            CancelSignal: the prediction was asked to stop.
        """
        content = json.dumps(request).encode()
        if context is None:
            with self._turn:
                return self._ask(content, None)
        with context.hold(self._turn):
            return self._ask(content, context)

    def close(self) -> None:
        """End the process."""
        process, self._process = self._process, None
        if process is not None:
            _end(process)

    def _started(self) -> subprocess.Popen[bytes]:
        if self._process is not None and self._process.poll() is not None:
            self.close()
        if self._process is None:
            self._process = subprocess.Popen(  # noqa: S603 - our own module
                [sys.executable, "-P", str(Path(renderer.__file__)), str(self._cpu_seconds)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
            )
            # a model whose load fails is never closed
            weakref.finalize(self, _end, self._process)
        return self._process

    def _ask(self, content: bytes, context: PredictionContext | None) -> Any:
        process = self._started()
        try:
            answer = self._exchange(process, len(content).to_bytes(8, "big") + content, context)
        except BaseException:
            # whatever it is at must not be taken for the answer to the next
            self.close()
            raise
        if answer is None:
            self.close()
            raise TemplateFailureError(
                f"it took more than {self._cpu_seconds:g} seconds or {renderer.MEMORY_BYTES} bytes of memory"
            )
        reply = json.loads(answer)
        if "error" in reply:
            raise TemplateFailureError(str(reply["error"]))
        return reply["value"]

    def _exchange(
        self, process: subprocess.Popen[bytes], request: bytes, context: PredictionContext | None
    ) -> bytes | None:
        """The answer to a request; None when the process ended or takes too long."""
        assert process.stdin is not None  # noqa: S101 - as it was started
        assert process.stdout is not None  # noqa: S101
        deadline = time.monotonic() + WALL_SECONDS
        answer = bytearray()
        with selectors.DefaultSelector() as selector:
            os.set_blocking(process.stdin.fileno(), False)
            selector.register(process.stdin, selectors.EVENT_WRITE)
            selector.register(process.stdout, selectors.EVENT_READ)
            while time.monotonic() < deadline:
                if context is not None and context.cancelled:
                    raise CancelSignal
                for key, _ in selector.select(LOOK_SECONDS):
                    if key.fileobj is process.stdin:
                        try:
                            request = request[os.write(process.stdin.fileno(), request[:65_536]) :]
                        except BrokenPipeError:
                            return None
                        if not request:
                            selector.unregister(process.stdin)
                    elif part := os.read(process.stdout.fileno(), 1 << 20):
                        answer += part
                        if len(answer) >= 8 and len(answer) == 8 + int.from_bytes(answer[:8], "big"):
                            return bytes(answer[8:])
                    else:
                        return None
        return None


def _end(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    process.wait()
    for stream in (process.stdin, process.stdout):
        if stream is not None:
            stream.close()


class ChatTemplates:
    """What a tokenizer has to make a prompt of messages; `own` takes the place of its templates."""

    def __init__(self, owner: Any, own: Any = None) -> None:
        own = own or getattr(owner, "chat_template", None)
        by_name = own if isinstance(own, dict) else {"default": own}
        self.by_name: dict[str, str] = {
            str(name): text for name, text in by_name.items() if isinstance(text, str) and text
        }
        self._special = {name: str(text) for name, text in getattr(owner, "special_tokens_map", {}).items()}
        self.renderer = Renderer()
        self._names: tuple[frozenset[str], frozenset[str]] | None = None

    def __bool__(self) -> bool:
        return bool(self.by_name)

    def check(self, *, parts: bool = False) -> None:
        """Try each template, with content in parts where the model reads more than text.

        Raises:
            TemplateFailureError: one cannot be read, or fails for the shortest conversation.
        """
        for name, template in self.by_name.items():
            if len(template) > MAX_TEMPLATE:
                raise TemplateFailureError(f"the template {name!r} has more than {MAX_TEMPLATE} characters")
        if "default" in self.by_name:
            self.render([{"role": "user", "content": [{"type": "text", "text": "Hello"}] if parts else "Hello"}])

    @property
    def variables(self) -> frozenset[str]:
        """The variables that its templates read, without those of every template."""
        return self._describe()[0] - (_GIVEN - {"tools"}) - self._special.keys()

    @property
    def roles(self) -> frozenset[str]:
        """The roles of messages that its templates ask for by name."""
        return self._describe()[1]

    def _describe(self) -> tuple[frozenset[str], frozenset[str]]:
        if self._names is None:
            variables: set[str] = set()
            roles: set[str] = set()
            for template in self.by_name.values():
                names = self.renderer.ask(do="describe", template=template)
                variables |= set(names["variables"])
                roles |= {role for role in names["roles"] if role and len(role) <= MAX_ROLE}
            self._names = frozenset(variables), frozenset(sorted(roles)[:MAX_ROLES])
        return self._names

    @property
    def takes_tools(self) -> bool:
        """Whether a template reads tools."""
        return "tools" in self.variables or "tool_use" in self.by_name

    @property
    def own_variables(self) -> list[str]:
        """The variables that only this model's templates have, such as `enable_thinking`."""
        return sorted(self.variables - _GIVEN)

    def choose(self, name: str | None, tools: Any) -> str:
        """The template of a name, else the one that transformers would take.

        Raises:
            InputRejectedError: there is none.
        """
        if name is None:
            name = "tool_use" if tools and "tool_use" in self.by_name else "default"
        if name not in self.by_name:
            raise InputRejectedError(
                f"This model has no chat template called {name!r}; it has {', '.join(sorted(self.by_name)) or 'none'}."
            )
        return self.by_name[name]

    def render(
        self,
        messages: list[dict[str, Any]],
        tools: Any = None,
        values: dict[str, Any] | None = None,
        name: str | None = None,
        context: PredictionContext | None = None,
    ) -> str:
        """The prompt of a conversation; a last message of the assistant is continued, as transformers' pipeline does.

        Raises:
            TemplateFailureError: the template fails for these messages.
            InputRejectedError: there is no template of this name.
        """
        last = messages[-1]
        goes_on = last.get("role") == "assistant" and bool(last.get("content")) and not last.get("tool_calls")
        return str(
            self.renderer.ask(
                context,
                do="render",
                template=self.choose(name, tools),
                messages=messages,
                go_on=goes_on,
                values={**self._special, **(values or {}), "tools": tools or None},
            )
        )
