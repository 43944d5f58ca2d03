"""Messages: the prompt is the one that transformers makes of them, and the text becomes a message again."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from transformers import AutoModelForCausalLM, AutoTokenizer

from server.domain import input_schema
from server.errors import InvalidInputError
from tests.unit.predictors.sink import Sink
from tests.unit.predictors.text.chat_templates import CHATML, LLAMA, MESSAGES, with_template
from tests.unit.predictors.texts import DEFAULTS, model_of, setup
from workers.contract.context import PredictionContext
from workers.contract.predictor import InputRejectedError, Inspection, Predictor, VersionSpec
from workers.predictors.text.predictor import Text

Folder = Callable[[str], Path]
TOOL = {
    "type": "function",
    "function": {"name": "weather", "parameters": {"type": "object", "properties": {"city": {"type": "string"}}}},
}
TALK = [
    {"role": "system", "content": "Be brief."},
    {"role": "user", "content": [{"type": "text", "text": "The quick"}, {"type": "text", "text": "brown fox"}]},
    {
        "role": "assistant",
        "content": None,
        "tool_calls": [{"id": "a", "function": {"name": "weather", "arguments": '{"city": "Rome"}'}}],
    },
    {"role": "tool", "tool_call_id": "a", "content": "sunny"},
]


def inspect(path: Path) -> Inspection:
    return Text.inspect(VersionSpec("v", "text", str(path)))


def violations(schema: dict[str, Any], **values: Any) -> list[tuple[str, str]]:
    try:
        input_schema.apply(schema, values)
    except InvalidInputError as error:
        return [(violation.path, violation.message) for violation in error.violations]
    return []


@pytest.fixture(scope="module")
def chat(folder: Folder, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return with_template(folder("llama"), tmp_path_factory.mktemp("chat") / "chatml", CHATML)


@pytest.fixture(scope="module")
def schema(chat: Path) -> dict[str, Any]:
    return inspect(chat).input_schema


@pytest.fixture(scope="module")
def predictor(chat: Path) -> Iterator[Predictor]:
    loaded = setup(chat)
    yield loaded
    loaded.teardown()


def prompt_of(predictor: Predictor, **values: Any) -> str:
    return model_of(predictor)._conversation.render(PredictionContext("p", values, Sink()))[0]


def output_of(predictor: Predictor, **values: Any) -> tuple[str, Any]:
    sink = Sink()
    output = predictor.predict(PredictionContext("p", {**DEFAULTS, **values}, sink))
    return sink.output, output


def test_messages_are_continued_as_transformers_does(predictor: Predictor, chat: Path) -> None:
    tokenizer, model = AutoTokenizer.from_pretrained(chat), AutoModelForCausalLM.from_pretrained(chat).eval()
    ids = tokenizer.apply_chat_template(MESSAGES, add_generation_prompt=True, return_tensors="pt", return_dict=True)
    written = model.generate(**ids, do_sample=False, max_new_tokens=24, pad_token_id=1)[0, ids["input_ids"].shape[1] :]
    text = tokenizer.decode(written, skip_special_tokens=True, clean_up_tokenization_spaces=False)
    assert output_of(predictor, messages=MESSAGES, temperature=0) == (text, None)
    streamed, output = output_of(predictor, messages=MESSAGES, temperature=0, n=1)
    assert streamed == text
    assert output["choices"][0]["message"] == {"role": "assistant", "content": text}
    assert output["usage"]["input_tokens"] == ids["input_ids"].shape[1]


def test_the_prompt_is_the_templates(predictor: Predictor, chat: Path) -> None:
    tokenizer = AutoTokenizer.from_pretrained(chat)
    plain = [
        TALK[0],
        {"role": "user", "content": "The quick\nbrown fox"},
        {"role": "assistant", "content": "", "tool_calls": [
            {"type": "function", "id": "a", "function": {"name": "weather", "arguments": {"city": "Rome"}}}]},
        TALK[3],
    ]  # fmt: skip

    def expected(messages: list[dict[str, Any]], **values: Any) -> Any:
        return tokenizer.apply_chat_template(messages, tokenize=False, **{"add_generation_prompt": True, **values})

    assert prompt_of(predictor, messages=TALK, tools=[TOOL]) == expected(plain, tools=[TOOL])
    assert prompt_of(predictor, messages=TALK, tools=[TOOL], tool_choice="none") == expected(plain)
    quiet = {"enable_thinking": False}
    assert prompt_of(predictor, messages=MESSAGES, chat_template_kwargs=quiet) == expected(MESSAGES, **quiet)
    begun = [*MESSAGES, {"role": "assistant", "content": "The lazy"}]
    prefilled = expected(begun, add_generation_prompt=False, continue_final_message=True)
    assert prompt_of(predictor, messages=begun) == prefilled
    assert prefilled.endswith("The lazy")


def test_the_schema_has_what_the_template_serves(chat: Path, folder: Folder, tmp_path: Path) -> None:
    inspection = inspect(chat)
    schema = inspection.input_schema
    Draft202012Validator.check_schema(schema)
    assert inspection.info["chat_templates"] == ["default"]
    assert list(schema["properties"]["chat_template_kwargs"]["properties"]) == ["enable_thinking"]
    assert violations(schema, messages=TALK, tools=[TOOL], tool_choice="auto") == []
    assert violations(schema, prompt="a") == []
    either = "Give exactly one of the fields prompt and messages"
    assert violations(schema) == [("/input", f"{either}.")]
    assert violations(schema, prompt="a", messages=MESSAGES) == [
        ("/input", f"{either}, not prompt and messages together.")
    ]
    assert [path for path, _ in violations(schema, messages=[{"content": "a"}, {"role": "user", "content": 3}])] == [
        "/input/messages/0/role",
        "/input/messages/1/content",
    ]
    picture = [{"role": "user", "content": [{"type": "image_url", "text": "a"}]}]
    assert violations(schema, messages=picture) == [
        ("/input/messages/0/content/0/type", "'image_url' is not one of ['text']")
    ]
    assert violations(schema, messages=MESSAGES, chat_template_kwargs={"thinking": 1}) == [
        (
            "/input/chat_template_kwargs/thinking",
            "This model has no such field. Those that it has here are enable_thinking.",
        )
    ]
    plain = inspect(with_template(folder("llama"), tmp_path / "plain", LLAMA)).input_schema["properties"]
    assert "messages" in plain
    assert not {"tools", "tool_choice", "chat_template_kwargs"} & plain.keys()


@pytest.mark.parametrize(
    ("messages", "places"),
    [
        ([], [""]),
        ("hello", [""]),
        ([3], ["/0"]),
        ([{"role": "user"}], ["/0/content"]),
        ([{"role": "user", "content": None}], ["/0/content"]),
        ([{"role": "user", "content": 3}], ["/0/content"]),
        ([{"role": "user", "content": []}], ["/0/content"]),
        ([{"role": "user", "content": ["a"]}], ["/0/content/0"]),
        ([{"role": "user", "content": [{"type": "text"}]}], ["/0/content/0/text"]),
        ([{"role": "user", "tool_calls": [{"function": {"name": "a"}}]}], ["/0/content"]),
        ([{"role": "assistant"}], ["/0/content"]),
        ([{"role": "assistant", "tool_calls": []}], ["/0/content"]),
        ([{"role": "assistant", "tool_calls": None}], ["/0/content"]),
        ([{"role": "assistant", "tool_calls": [{"function": {}}]}], ["/0/tool_calls/0/function/name"]),
        ([{"content": "a"}], ["/0/role"]),
        ([{"role": 3, "content": "a"}], ["/0/role"]),
        ([{"role": "narrator", "content": "a"}], ["/0/role"]),
        ([*MESSAGES, {"role": "USER", "text": "a"}], ["/1/content", "/1/role"]),
        (TALK, []),
        ([{"role": "assistant", "content": None, "tool_calls": [{"function": {"name": "a"}}]}], []),
        ([{"role": "developer", "content": "a"}, {"role": "user", "content": ""}], []),
    ],
)
def test_careless_messages_are_refused_where_they_are_wrong(
    schema: dict[str, Any], messages: Any, places: list[str]
) -> None:
    assert [path for path, _ in violations(schema, messages=messages)] == [f"/input/messages{at}" for at in places]


@pytest.mark.parametrize(
    ("values", "places"),
    [
        ({"tools": [{"function": {"name": "a"}}]}, ["/tools/0/type"]),
        ({"tools": [{"type": "function", "function": {"name": ""}}]}, ["/tools/0/function/name"]),
        ({"tools": [{"type": "function", "function": {"name": "a", "parameters": {"type": "string"}}}]},
         ["/tools/0/function/parameters/type"]),
        ({"tools": [{"type": "function", "function": {"name": "a", "parameters": {"properties": {"b": "string"}}}}]},
         ["/tools/0/function/parameters/properties/b"]),
        ({"tools": [{"type": "function", "function": {"name": "a", "parameters": {"required": "b"}}}]},
         ["/tools/0/function/parameters/required"]),
        ({"response_format": {"type": "json_schema"}}, ["/response_format/json_schema"]),
        ({"response_format": {"type": "xml"}}, ["/response_format/type"]),
        ({"response_format": "json_object"}, ["/response_format"]),
        ({"logit_bias": {"a": 1}}, ["/logit_bias"]),
        ({"logit_bias": {"1": "a"}}, ["/logit_bias/1"]),
        ({"logit_bias": [1]}, ["/logit_bias"]),
        ({"stop": ["a", ""]}, ["/stop/1"]),
        ({"stop": "a"}, ["/stop"]),
        ({"chat_template_kwargs": []}, ["/chat_template_kwargs"]),
    ],
)  # fmt: skip
def test_other_careless_inputs_are_too(schema: dict[str, Any], values: dict[str, Any], places: list[str]) -> None:
    assert [path for path, _ in violations(schema, messages=MESSAGES, **values)] == [f"/input{at}" for at in places]


def test_tools_need_messages(schema: dict[str, Any]) -> None:
    expected = [("/input/tools", "This field needs messages beside it.")]
    assert violations(schema, prompt="a", tools=[TOOL]) == expected
    own = input_schema.restrict({"type": "object", "properties": {"prompt": True, "tools": True}}, schema)
    assert violations(own, prompt="a", tools=[TOOL]) == expected


def test_roles_that_a_template_asks_for_are_known(folder: Folder, tmp_path: Path) -> None:
    template = (
        CHATML + "{% if messages[0]['role'] == 'critic' %}{% endif %}{% set role = 'x' %}"
        "{% if role in ['planner', 'judge'] %}{% endif %}{% if 'other' == messages[0].name %}{% endif %}"
    )
    schema = inspect(with_template(folder("llama"), tmp_path / "roles", template)).input_schema
    roles = schema["properties"]["messages"]["items"]["properties"]["role"]["enum"]
    assert roles[6:] == ["critic", "judge", "planner"]
    assert violations(schema, messages=[{"role": "critic", "content": "a"}]) == []


def test_long_conversations_are_checked_within_the_bounds(schema: dict[str, Any]) -> None:
    long = [{**message, "name": "a"} for message in TALK * 250]
    assert violations(schema, messages=long, tools=[TOOL] * 128) == []


def test_an_own_schema_keeps_prompt_or_messages(chat: Path) -> None:
    takes = inspect(chat).input_schema
    own = {"type": "object", "properties": {"messages": {"maxItems": 2}, "seed": True}}
    schema = input_schema.restrict(own, takes)
    assert violations(schema, messages=MESSAGES) == []
    assert [path for path, _ in violations(schema, messages=TALK)] == ["/input/messages"]
    assert violations(schema, seed=1) != []
    with pytest.raises(InvalidInputError) as refused:
        input_schema.restrict({"type": "object", "properties": {"seed": True}}, takes)
    assert refused.value.violations[0].message == "The predictor requires one of the fields prompt and messages."


def test_a_model_without_a_template_takes_a_prompt_alone(loaded: Callable[[str], Predictor], folder: Folder) -> None:
    schema = inspect(folder("llama")).input_schema
    assert schema["required"] == ["prompt"]
    assert "oneOf" not in schema
    assert not {"messages", "tools", "tool_choice", "chat_template_kwargs"} & schema["properties"].keys()
    with pytest.raises(InputRejectedError, match="has no chat template: give it a prompt"):
        output_of(loaded("llama"), messages=MESSAGES)
    with pytest.raises(InputRejectedError, match="exactly one of prompt and messages"):
        output_of(loaded("llama"))


@pytest.mark.parametrize(
    ("template", "words"),
    [
        ("{% for message in messages %}", "Unexpected end of template"),
        ("{{ messages[0].content.x.y }}", "has no attribute"),
        ("{% for a in range(10**9) %}{% endfor %}", "Range too big"),
    ],
)
def test_a_broken_template_leaves_the_model_its_prompt(
    folder: Folder, tmp_path: Path, template: str, words: str
) -> None:
    inspection = inspect(with_template(folder("llama"), tmp_path / "broken", template))
    assert inspection.refusal is None
    assert inspection.input_schema["required"] == ["prompt"]
    assert "takes no messages" in inspection.info["chat_template_problem"]
    assert words in inspection.info["chat_template_problem"]


def test_what_a_template_refuses_is_told_in_its_words(folder: Folder, tmp_path: Path) -> None:
    predictor = setup(with_template(folder("llama"), tmp_path / "llama", LLAMA))
    with pytest.raises(InputRejectedError) as refused:
        output_of(predictor, messages=[*MESSAGES, *MESSAGES])
    assert str(refused.value) == (
        "This model's chat template cannot show these messages: "
        "Conversation roles must alternate user/assistant/user/assistant/...."
    )
    predictor.teardown()


@pytest.mark.slow
def test_the_beginning_that_a_template_writes_is_not_doubled(folder: Folder, tmp_path: Path) -> None:
    from tokenizers.processors import TemplateProcessing

    path = with_template(folder("llama"), tmp_path / "bos", LLAMA, bos_token="<pad>")
    tokenizer = AutoTokenizer.from_pretrained(path)
    tokenizer.backend_tokenizer.post_processor = TemplateProcessing(single="<pad> $A", special_tokens=[("<pad>", 1)])
    tokenizer.save_pretrained(path)
    predictor = setup(path)
    sink = Sink()
    predictor.predict(PredictionContext("p", {**DEFAULTS, "messages": MESSAGES}, sink))
    ids = tokenizer.apply_chat_template(MESSAGES, add_generation_prompt=True)["input_ids"]
    assert ids[0] == 1
    assert ids[1] != 1
    assert sink.metrics["input_tokens"] == len(ids)
    predictor.teardown()


@pytest.mark.slow
def test_of_several_templates_tools_choose_their_own(folder: Folder, tmp_path: Path) -> None:
    by_name = {"default": "D{{ messages[0].content }}", "tool_use": "T{{ tools | length }}", "rag": "R{{ citation }}"}
    path = with_template(folder("llama"), tmp_path / "several", by_name)
    inspection = inspect(path)
    assert inspection.info["chat_templates"] == ["default", "rag", "tool_use"]
    assert inspection.input_schema["properties"]["chat_template"]["enum"] == ["default", "rag", "tool_use"]
    predictor = setup(path)
    assert prompt_of(predictor, messages=MESSAGES) == "DThe quick brown fox"
    assert prompt_of(predictor, messages=MESSAGES, tools=[TOOL]) == "T1"
    assert prompt_of(predictor, messages=MESSAGES, chat_template="rag", chat_template_kwargs={"citation": 1}) == "R1"
    predictor.teardown()


def test_tool_calls_are_the_messages_and_the_reason(predictor: Predictor, chat: Path) -> None:
    """Forced by a bias on the tokens of a call, as no random model writes one."""
    text = '<tool_call>{"name": "weather", "arguments": {"city": "Rome"}}</tool_call>'
    model = model_of(predictor)
    context = PredictionContext("p", {"messages": MESSAGES, "tools": [TOOL]}, Sink())
    message = model._conversation.reply(context, text, "", "key")
    assert message["content"] is None
    assert message["tool_calls"][0]["function"] == {"name": "weather", "arguments": {"city": "Rome"}}
    marked = model._conversation.reply(context, f"<end>Yes.<pad> {text}", "", "key")
    assert marked["content"] == "Yes."
    again = model._conversation.reply(context, text, "", "key")
    assert again == message
    # what was answered goes back as it is
    assert "Rome" in prompt_of(predictor, messages=[*MESSAGES, message, TALK[3]], tools=[TOOL])


def test_a_response_template_of_the_tokenizers_own_parses_its_text(folder: Folder, tmp_path: Path) -> None:
    response_template = {
        "defaults": {"role": "assistant"},
        "start_anchor": "<|im_start|>assistant",
        "fields": {
            "content": {},
            "thinking": {"open": "<r>", "close": "</r>"},
            "tool_calls": {
                "open": "<call>",
                "close": "</call>",
                "content": "json",
                "repeats": True,
                "transform": {"type": "function", "function": "{content}"},
            },
        },
    }
    path = with_template(folder("llama"), tmp_path / "own", CHATML, response_template=response_template)
    assert AutoTokenizer.from_pretrained(path).response_template == response_template
    predictor = setup(path)
    context = PredictionContext("p", {"messages": MESSAGES, "tools": [TOOL]}, Sink())
    text = '<r>Hm.</r>Yes.<call>{"name": "weather", "arguments": {"city": "Rome"}}</call>'
    reply = model_of(predictor)._conversation.reply(context, text, "", "key")
    expected = AutoTokenizer.from_pretrained(path).parse_response(text, prefix="", tools=[TOOL])
    assert expected["thinking"] == "Hm."
    identifier = reply["tool_calls"][0].pop("id")
    assert len(identifier) == 9
    assert reply == {"role": "assistant", **expected}
    # one that does not fit leaves the known forms
    sink = Sink()
    context = PredictionContext("p", {"messages": MESSAGES, "tools": [TOOL]}, sink)
    reply = model_of(predictor)._conversation.reply(context, "<call>{no json}</call>", "", "key")
    assert reply["content"] == "<call>{no json}</call>"
    assert "response template" in json.dumps([vars(message) for message in sink.messages], default=str)
    predictor.teardown()
