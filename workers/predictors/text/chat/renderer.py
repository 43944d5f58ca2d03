"""A process of its own that runs what a stranger wrote to shape conversations: templates, and patterns of answers.

A template is a program: it may loop for years, multiply strings until memory ends, or search with a pattern that takes
exponential time, all of that inside of C code that no thread can be called back from. So it runs here, in a process
that ends itself at its bounds and that is started anew for the next request. It stands behind the walls of the runner,
reads requests from its standard input and writes answers to what was its standard output; it never imports torch.

Each is JSON behind eight bytes that say how long it is: `{"do": name, ...}` there, `{"value": ...}` or
`{"error": sentence}` back.
"""

from __future__ import annotations

import json
import os
import resource
import signal
import sys
from collections.abc import Callable
from typing import Any

CPU_SECONDS = 5.0
MEMORY_BYTES = 768_000_000
MAX_RENDERED = 4_000_000
"""Characters; an input of a megabyte may become longer by what the template writes around each message."""
MAX_ERROR = 300


def describe(template: str) -> dict[str, list[str]]:
    """The names of the variables that a template reads, and of the roles that it compares those of messages with."""
    from jinja2 import meta, nodes
    from transformers.utils import chat_template_utils

    environment = chat_template_utils._compile_jinja_template(template).environment
    tree = environment.parse(template)
    roles = set()
    for comparison in tree.find_all(nodes.Compare):
        sides = [comparison.expr, *(operand.expr for operand in comparison.ops)]
        if any(_is_role(side) for side in sides):
            constants = [each for side in sides for each in (side, *side.find_all(nodes.Const))]
            roles |= {each.value for each in constants if isinstance(each, nodes.Const) and isinstance(each.value, str)}
    return {"variables": sorted(meta.find_undeclared_variables(tree)), "roles": sorted(roles - {"role"})}


def _is_role(node: Any) -> bool:
    """Whether an expression is the role of a message, or a variable that is called so."""
    from jinja2 import nodes

    match node:
        case nodes.Getattr(attr=name) | nodes.Getitem(arg=nodes.Const(value=name)) | nodes.Name(name=name):
            return bool(name == "role")
    return False


def render(template: str, messages: list[dict[str, Any]], go_on: bool, values: dict[str, Any]) -> str:
    """The prompt of a conversation, up to where the model writes; with `go_on` it continues the last message."""
    from transformers.utils.chat_template_utils import render_jinja_template

    rendered, _ = render_jinja_template(
        [messages],
        chat_template=template,
        continue_final_message=go_on,
        add_generation_prompt=not go_on,
        **values,
    )
    text = str(rendered[0])
    if len(text) > MAX_RENDERED:
        raise ValueError(f"the prompt would have {len(text)} characters, more than {MAX_RENDERED}")
    return text


def parse(text: str, template: dict[str, Any], prefix: str, tools: list[Any] | None) -> Any:
    """The message that a text is, by a tokenizer's own response template."""
    from transformers.utils.chat_parsing import parse_response

    return parse_response(text, template, prefix=prefix, tools=tools)


ACTIONS: dict[str, Callable[..., Any]] = {"describe": describe, "render": render, "parse": parse}


def answer(request: dict[str, Any]) -> dict[str, Any]:
    """The answer to one request; a template's own error is a sentence."""
    action = ACTIONS[request.pop("do")]
    try:
        return {"value": action(**request)}
    except MemoryError:
        return {"error": f"it needs more than {MEMORY_BYTES} bytes of memory"}
    except Exception as error:  # a template may raise anything
        words = " ".join(str(error).split()) or type(error).__name__
        # what transformers adds for programmers
        words = words.partition("Final message to continue:")[0]
        return {"error": words[:MAX_ERROR]}


def serve(requests: Any, answers: Any, cpu_seconds: float) -> None:
    """Answer one request after another until there are no more; a request beyond the bounds ends the process."""
    while len(head := requests.read(8)) == 8:
        request = json.loads(requests.read(int.from_bytes(head, "big")))
        # its signal ends the process wherever it is, in C code too
        signal.setitimer(signal.ITIMER_PROF, cpu_seconds)
        content = json.dumps(answer(request)).encode()
        signal.setitimer(signal.ITIMER_PROF, 0)
        answers.write(len(content).to_bytes(8, "big") + content)
        answers.flush()


def main() -> None:
    """Serve over the standard streams; the argument is how many seconds of the processor each request may take."""
    # what a library prints must not end up among the answers
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    import transformers.utils.chat_parsing
    import transformers.utils.chat_template_utils  # noqa: F401 - what is slow to import comes before the first request

    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    serve(sys.stdin.buffer, answers, float(sys.argv[1]))


if __name__ == "__main__":
    main()
