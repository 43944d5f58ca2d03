"""A model that has to call a tool calls it, in the form that it was trained on, in a batch as one by one."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import torch
from jsonschema import Draft202012Validator
from tokenizers import AddedToken
from transformers import LlamaConfig, LlamaForCausalLM

from server.domain import input_schema
from server.errors import InvalidInputError
from tests.support.marks import seldom
from tests.unit.predictors import tiny_models
from tests.unit.predictors.sink import Sink
from tests.unit.predictors.text.chat_templates import CHATML, MESSAGES
from tests.unit.predictors.texts import DEFAULTS, model_of, setup
from workers.contract.context import PredictionContext
from workers.contract.predictor import InputRejectedError, Predictor, VersionSpec
from workers.predictors.text.chat.calls import FORMS, MAX_CALLS, CallForm, grammar_of
from workers.predictors.text.chat.conversation import find_form
from workers.predictors.text.grammar import Grammars, compute_masks
from workers.predictors.text.predictor import Text

TALK = (
    "{% for tool in tools or [] %}{{ tool.function.name }}{% endfor %}"
    "{% for message in messages %}{{ message['content'] }}{% endfor %}{{ enable_thinking }}"
)
# what of published templates tells the form of calls
TEMPLATES = {
    "hermes": CHATML,
    "llama": TALK + '{% if false %}{{ \'{"name": "\' + name + \'", "parameters": \' }}{% endif %}',
    "llama with its tag": TALK + "{% if false %}<|python_tag|>{% endif %}",
    "mistral": TALK + "{% if false %}[TOOL_CALLS]{{ name }}[ARGS]{% endif %}",
    "mistral list": TALK + "{% if false %}[TOOL_CALLS] [{% endif %}",
}
CITY = {"type": "string", "minLength": 1, "maxLength": 5}
PLACE = {
    "type": "object",
    "properties": {"city": {"$ref": "#/$defs/city"}, "days": {"type": "integer", "minimum": 1, "maximum": 9}},
    "required": ["city", "days"],
    "additionalProperties": False,
    "$defs": {"city": CITY},
}
TOOLS: list[dict[str, Any]] = [
    {"type": "function", "function": {"name": "weather", "parameters": PLACE}},
    {"type": "function", "function": {"name": 'odd {"na\\me"}', "parameters": {"enum": [{"a": "b;"}]}}},
    {"type": "function", "function": {"name": "nothing", "parameters": {"additionalProperties": False}}},
]
SCHEMAS = {tool["function"]["name"]: tool["function"]["parameters"] for tool in TOOLS}


def save(path: Path, *, is_marked: bool) -> Path:
    """A model of random numbers; the marks of calls are tokens of its own, or texts like others."""
    torch.manual_seed(4)
    sizes = {"hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 1, "num_attention_heads": 2}
    config = LlamaConfig(**sizes, vocab_size=410, max_position_embeddings=900, bos_token_id=None, eos_token_id=0)
    tiny_models._save(LlamaForCausalLM(config), path)
    tokenizer = tiny_models.tokenizer()
    if is_marked:
        tags = ["<tool_call>", "</tool_call>", "</think>"]
        tokenizer.add_tokens([AddedToken(tag, special=False, normalized=False) for tag in tags])
        marks = ["[TOOL_CALLS]", "[ARGS]", "<|python_tag|>"]
        tokenizer.add_tokens([AddedToken(mark, special=True, normalized=False) for mark in marks], special_tokens=True)
    tokenizer.chat_template = CHATML
    tokenizer.save_pretrained(path)
    return path


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save(tmp_path_factory.mktemp("tools") / "model", is_marked=True)


@pytest.fixture(scope="module")
def predictor(folder: Path) -> Iterator[Predictor]:
    loaded = setup(folder)
    yield loaded
    loaded.teardown()


@pytest.fixture(scope="module")
def unmarked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Predictor]:
    loaded = setup(save(tmp_path_factory.mktemp("unmarked") / "model", is_marked=False))
    yield loaded
    loaded.teardown()


def take(predictor: Predictor, template: str) -> None:
    """Give a loaded model another template."""
    conversation = model_of(predictor)._conversation
    conversation._templates.by_name = {"default": template}
    conversation._form = None


def choice_of(predictor: Predictor, **values: Any) -> dict[str, Any]:
    asked = {**DEFAULTS, "messages": MESSAGES, "tools": TOOLS, "max_new_tokens": 400, **values}
    return predictor.predict(PredictionContext("p", asked, Sink()))["choices"][0]  # type: ignore[no-any-return]


def named(name: str) -> dict[str, Any]:
    return {"type": "function", "function": {"name": name}}


def check(choice: dict[str, Any], *names: str) -> None:
    calls = choice["message"]["tool_calls"]
    assert calls, choice
    assert choice["message"]["content"] is None
    for call in calls:
        function = call["function"]
        assert function["name"] in names
        schema = {"type": "object", **SCHEMAS[function["name"]]}
        assert Draft202012Validator(schema).is_valid(function["arguments"]), function


@pytest.mark.parametrize("form", [min(TEMPLATES), *seldom(*sorted(TEMPLATES)[1:])])
def test_a_call_that_is_asked_for_is_one_of_that_tool_with_valid_arguments(predictor: Predictor, form: str) -> None:
    take(predictor, TEMPLATES[form])
    call_all(predictor)


@pytest.mark.slow
@pytest.mark.parametrize("form", TEMPLATES)
def test_marks_that_are_texts_are_written_as_texts(unmarked: Predictor, form: str) -> None:
    take(unmarked, TEMPLATES[form])
    call_all(unmarked)


def call_all(predictor: Predictor) -> None:
    asked: list[dict[str, Any]] = [
        {"tool_choice": named(name), "seed": seed, "temperature": 1.2} for name in SCHEMAS for seed in range(2)
    ]
    # up to 16 calls, which a model of random numbers writes in small tokens
    asked += [{"tool_choice": "required", "seed": seed, "top_k": 40, "max_new_tokens": 800} for seed in range(4)]
    with ThreadPoolExecutor(len(asked)) as pool:
        choices = list(pool.map(lambda values: choice_of(predictor, **values), asked))
    for values, choice in zip(asked, choices, strict=True):
        choice_is_named = isinstance(values["tool_choice"], dict)
        if choice_is_named or choice["finish_reason"] != "length":
            assert choice["finish_reason"] == "tool_calls", choice
            check(choice, *([values["tool_choice"]["function"]["name"]] if choice_is_named else SCHEMAS))
    assert any(choice["finish_reason"] == "tool_calls" for choice in choices[-4:])
    alone = choice_of(predictor, **asked[0])
    assert alone["text"] == choices[0]["text"]


@pytest.mark.slow
def test_one_by_one_the_same_calls_come(predictor: Predictor, folder: Path) -> None:
    plain = setup(folder)
    model = model_of(plain)
    assert model.batch is not None
    model.batch.close()
    model.batch = None
    take(predictor, TEMPLATES["hermes"])
    for choice in (named("weather"), "required"):
        assert choice_of(plain, tool_choice=choice) == choice_of(predictor, tool_choice=choice)
    plain.teardown()


def test_a_reasoning_that_the_prompt_begins_goes_first(predictor: Predictor) -> None:
    take(predictor, CHATML + "<think>\n")
    end = model_of(predictor)._tokenizer.convert_tokens_to_ids("</think>")
    choice = choice_of(predictor, tool_choice=named("weather"), logit_bias={str(end): 4})
    check(choice, "weather")
    assert choice["message"]["reasoning_content"]


@pytest.mark.slow
def test_a_reasoning_between_texts_goes_first_too(unmarked: Predictor) -> None:
    take(unmarked, CHATML + "<think>\n")
    choice = choice_of(unmarked, tool_choice=named("weather"), max_new_tokens=60)
    assert choice["message"]["reasoning_content"]
    assert "tool_calls" not in choice["message"]


def test_what_cannot_be_asked_for_is_told(predictor: Predictor) -> None:
    take(predictor, CHATML)
    for words, values in {
        "there are no tools": {"tools": []},
        "names the tool 'x'; there are weather": {"tool_choice": named("x")},
        "called 'weather': give each a name of its own": {"tools": [TOOLS[0], TOOLS[0]]},
        "not both": {"response_format": {"type": "json_object"}},
        "give messages in place of a prompt": {"messages": None, "prompt": "a"},
        "have to be of the type object": {
            "tools": [{"type": "function", "function": {"name": "a", "parameters": {"type": "array"}}}]
        },
        "cannot be followed: ": {"tools": [{"type": "function", "function": {"name": "a", "parameters": {"not": {}}}}]},
    }.items():
        with pytest.raises(InputRejectedError) as refused:
            choice_of(predictor, **{"tool_choice": "required", **values})
        assert words in str(refused.value), refused.value
    take(predictor, TALK)
    with pytest.raises(InputRejectedError, match="give auto or none as tool_choice"):
        choice_of(predictor, tool_choice="required")
    take(predictor, CHATML + "{% if false %}<function=name>{% endif %}")
    with pytest.raises(InputRejectedError, match="give auto or none as tool_choice"):
        choice_of(predictor, tool_choice="required")


@pytest.mark.slow
def test_the_schema_says_whether_a_model_can_be_made_to_call(folder: Path, tmp_path: Path) -> None:
    def errors(path: Path, **values: Any) -> list[tuple[str, str]]:
        schema = Text.inspect(VersionSpec("v", "text", str(path))).input_schema
        Draft202012Validator.check_schema(schema)
        try:
            input_schema.apply(schema, {"messages": MESSAGES, "tools": TOOLS, **values})
        except InvalidInputError as error:
            return [(violation.path, violation.message) for violation in error.violations]
        return []

    assert errors(folder, tool_choice="required") == errors(folder, tool_choice=named("weather")) == []
    assert errors(folder, tool_choice="any") == [
        ("/input/tool_choice", "'any' is not one of ['auto', 'none', 'required']")
    ]
    assert [path for path, _ in errors(folder, tool_choice={"type": "function"})] == ["/input/tool_choice/function"]
    assert [path for path, _ in errors(folder, tool_choice=3)][:1] == ["/input/tool_choice"]
    other = tmp_path / "other"
    other.mkdir()
    for file in folder.iterdir():
        (other / file.name).symlink_to(file)
    (other / "chat_template.jinja").unlink()
    (other / "chat_template.jinja").write_text(TALK)
    assert errors(other, tool_choice="auto") == []
    assert errors(other, tool_choice="required") == [
        ("/input/tool_choice", "'required' is not one of ['auto', 'none']")
    ]


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.name)
def test_required_takes_several_calls_where_the_form_has_several(form: CallForm) -> None:
    tokenizer = tiny_models.tokenizer()
    grammars = Grammars(tokenizer, len(tokenizer), frozenset([0]))
    functions = [tool["function"] for tool in TOOLS[:2]]

    def allows(count: int, *, many: bool) -> bool:
        """Whether a text of so many calls is a whole one."""
        source = grammar_of(form, functions, lambda mark: None, many=many)
        compiled = grammars.compile(PredictionContext("p", {}, Sink()), source, "It")
        one = CallForm("one", (), form.before, form.after, ()).write("weather", '{"city":"Rome","days":3}')
        mask = compiled.start()
        for token in tokenizer.encode("".join([*form.first, "".join(form.between).join([one] * count), *form.last])):
            if not compute_masks({0: mask}).words[0, token // 32] >> token % 32 & 1:
                return False
            mask.write([token])
        return bool(compute_masks({0: mask}).words[0, 0] & 1)

    assert allows(1, many=True)
    assert allows(1, many=False)
    assert not allows(0, many=True)
    assert not allows(2, many=False)
    for count, is_allowed in ((2, True), (MAX_CALLS, True), (MAX_CALLS + 1, False)):
        assert allows(count, many=True) is (is_allowed and form.many), count


def test_a_form_that_is_not_read_as_a_call_again_is_not_taken(predictor: Predictor) -> None:
    take(predictor, CHATML)
    templates = model_of(predictor)._conversation._templates
    form = find_form(templates, None)
    assert form is not None
    assert form.name == "hermes"
    # the model's own pattern takes all of it for text
    pattern = {"defaults": {"role": "assistant"}, "start_anchor": "<|im_start|>assistant", "fields": {"content": {}}}
    assert find_form(templates, pattern) is None


def test_arguments_may_hold_the_marks_of_calls() -> None:
    from workers.predictors.text.chat.replies import read_reply

    value = {"a": "</tool_call> ; [TOOL_CALLS] <tool_call> [ARGS] <function=x>"}
    tools = [{"type": "function", "function": {"name": "f"}}]
    body, arguments = json.dumps({"name": "f", "arguments": value}), json.dumps(value)
    for text in (
        f"<tool_call>\n{body}\n</tool_call>",
        f"[TOOL_CALLS][{body}]",
        f"[TOOL_CALLS]f[ARGS]{arguments}",
        json.dumps({"name": "f", "parameters": value}),
    ):
        message = read_reply(text, "", tools)
        assert [call["function"] for call in message.get("tool_calls", ())] == [{"name": "f", "arguments": value}], text
