"""Chat templates and response templates are a stranger's programs: what they cost is bounded, and they read nothing."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.unit.predictors.sink import Sink
from workers.contract.context import CancelSignal, PredictionContext
from workers.predictors.text.chat.renderer import MEMORY_BYTES
from workers.predictors.text.chat.templates import Renderer, TemplateFailureError

HELLO = [{"role": "user", "content": "Hello"}]
ENDED = "took more than 0.5 seconds"
BOMBS = {
    "loops": ("{% for a in range(99999) %}" * 4 + "x" + "{% endfor %}" * 4, ENDED),
    "a long range": ("{% for a in range(10**9) %}{% endfor %}", "Range too big"),
    "powers": ("{{ 9 ** (9 ** 9) }}", ENDED),
    "multiplied text": ("{{ 'a' * 10 ** 10 }}", "bytes of memory"),
    "doubled text": (
        "{% set n = namespace(x='a') %}{% for i in range(99) %}{% set n.x = n.x + n.x %}{% endfor %}",
        "of memory",
    ),
    "a wide field": ("{{ 'a' | center(10 ** 10) }}", "bytes of memory"),
    "a wide format": ("{{ '%9999999999d' % 1 }}", "bytes of memory|too big|width"),
    "much text": ("{{ 'a' * 5_000_000 }}", "more than 4000000"),
    "recursion": ("{% macro f(x) %}{{ f(x) }}{% endmacro %}{{ f(1) }}", "recursion|took more"),
    "deep nesting": ("{{ " + "(" * 20_000 + "1" + ")" * 20_000 + " }}", "recursion|memory|took more"),
    "deep blocks": ("{% if 1 %}" * 500 + "{% endif %}" * 500, "nested|recursion|indentation"),
}
ESCAPES = {
    "class": "{{ ''.__class__.__mro__[1].__subclasses__() }}",
    "globals": "{{ lipsum.__globals__['os'].popen('id').read() }}",
    "cycler": "{{ cycler.__init__.__globals__.os.environ }}",
    "attr filter": "{{ (''|attr('__class__'))|attr('__mro__') }}",
    "format": "{{ '{0.__class__.__mro__}'.format(1) }}",
    "format_map": "{{ '{x.__class__}'.format_map({'x': 1}) }}",
    "namespace": "{% set n = namespace(__class__=1) %}",
    "exception": "{{ raise_exception.__globals__ }}",
    "include": "{% include '/etc/passwd' %}",
    "import": "{% import 'os' as os %}{{ os.environ }}",
    "changed values": "{{ messages.append(1) }}",
}


@pytest.fixture(scope="module")
def renderer() -> Iterator[Renderer]:
    made = Renderer(0.5)
    yield made
    made.close()


def render(renderer: Renderer, template: str, **values: Any) -> Any:
    return renderer.ask(do="render", template=template, messages=HELLO, go_on=False, values=values)


@pytest.mark.parametrize("name", BOMBS)
def test_a_template_that_does_not_end_costs_its_bounds(renderer: Renderer, name: str) -> None:
    template, words = BOMBS[name]
    assert render(renderer, "{{ messages[0].content }}") == "Hello"
    began = time.monotonic()
    with pytest.raises(TemplateFailureError, match=words):
        render(renderer, template)
    assert time.monotonic() - began < 10
    assert render(renderer, "{{ messages[0].content }}") == "Hello"


@pytest.mark.parametrize("name", ESCAPES)
def test_a_template_gets_at_nothing_but_its_values(renderer: Renderer, name: str) -> None:
    try:
        text = str(render(renderer, ESCAPES[name]))
    except TemplateFailureError as error:
        text = str(error)
    assert not any(word in text for word in ("root:", "uid=", "PATH", "<class 'os", "'builtins'", "warnings.catch"))
    assert "class 'object'" not in text


def test_a_template_that_is_described_is_bounded_too(renderer: Renderer) -> None:
    with pytest.raises(TemplateFailureError):
        renderer.ask(do="describe", template="{{ " + "(" * 20_000 + "1" + ")" * 20_000 + " }}")


def test_a_pattern_that_backtracks_costs_its_bounds(renderer: Renderer) -> None:
    template = {
        "fields": {"content": {}, "a": {"open_pattern": "(x+x+)+(x+x+)+y", "close": "z"}},
        "start_anchor": "a",
    }
    began = time.monotonic()
    with pytest.raises(TemplateFailureError, match=ENDED):
        renderer.ask(do="parse", text="x" * 5000, template=template, prefix="", tools=None)
    assert time.monotonic() - began < 10


def test_a_cancel_ends_a_template_at_once(renderer: Renderer) -> None:
    patient = Renderer(60)
    patient.start()
    context = PredictionContext("p", {}, Sink())
    request = {"template": BOMBS["loops"][0], "messages": HELLO, "go_on": False, "values": {}}
    timer = threading.Timer(0.3, context.cancel)
    timer.start()
    began = time.monotonic()
    with pytest.raises(CancelSignal):
        patient.ask(context, do="render", **request)
    assert time.monotonic() - began < 5
    assert patient.ask(do="render", **request | {"template": "{{ messages[0].content }}"}) == "Hello"
    patient.close()


def test_its_process_has_little_memory_and_no_torch(renderer: Renderer) -> None:
    assert render(renderer, "a") == "a"
    process = renderer._process
    assert process is not None
    memory = psutil.Process(process.pid).memory_info()
    assert memory.rss < 150_000_000
    assert memory.vms < MEMORY_BYTES
    assert not [m for m in psutil.Process(process.pid).memory_maps() if "torch" in m.path]
    assert Path(f"/proc/{process.pid}").exists()
