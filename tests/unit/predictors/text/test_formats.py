"""Response formats: what the text has to be, it is, in a batch and one by one; what would take long is refused."""

from __future__ import annotations

import json
import random
import re
import shutil
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from tokenizers import AddedToken, decoders
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

from server.domain import input_schema
from server.errors import InvalidInputError
from tests.support.marks import seldom
from tests.unit.predictors import tiny_models
from tests.unit.predictors.sink import Sink
from tests.unit.predictors.texts import DEFAULTS, PROMPT, generate, model_of, setup
from workers.contract.context import PredictionContext
from workers.contract.predictor import InputRejectedError, Predictor, VersionSpec
from workers.predictors.text import grammar
from workers.predictors.text.grammar import Grammars
from workers.predictors.text.predictor import Text
from workers.predictors.text.token_bytes import TokenBytes

Folder = Callable[[str], Path]
Loaded = Callable[[str], Predictor]
PERSON = {
    "type": "object",
    "properties": {
        "name": {"type": "string", "maxLength": 8},
        "age": {"type": "integer", "minimum": 0, "maximum": 150},
    },
    "required": ["name", "age"],
    "additionalProperties": False,
}
FORMATS: list[dict[str, Any]] = [
    {"type": "json_schema", "json_schema": PERSON},
    {"type": "json_schema", "json_schema": {"name": "person", "schema": PERSON, "strict": True}},
    {"type": "regex", "regex": r"[0-9]{3}-[a-f]{4}"},
    {"type": "choice", "choice": ["yes", "no/never", "per\nhaps ☃", "a.*b"]},
    {"type": "json_schema", "json_schema": {"enum": ["é", None, 3.5, {"a": [1]}]}},
]


@pytest.fixture(scope="module")
def roomy_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model of random numbers with a context that whole documents fit in."""
    path = tmp_path_factory.mktemp("roomy")
    torch.manual_seed(3)
    sizes = {"hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 1, "num_attention_heads": 2}
    config = LlamaConfig(**sizes, vocab_size=400, max_position_embeddings=600, bos_token_id=None, eos_token_id=0)
    return tiny_models._save(LlamaForCausalLM(config), path)


@pytest.fixture(scope="module")
def roomy(roomy_folder: Path) -> Iterator[Predictor]:
    predictor = setup(roomy_folder)
    yield predictor
    predictor.teardown()


@pytest.fixture(scope="module")
def plain(roomy_folder: Path) -> Predictor:
    predictor = setup(roomy_folder)
    model = model_of(predictor)
    assert model.batch is not None
    model.batch.close()
    model.batch = None
    return predictor


def choice_of(predictor: Predictor, prompt: str = PROMPT, **values: Any) -> dict[str, Any]:
    context = PredictionContext("p", {"prompt": prompt, **DEFAULTS, "n": 1, **values}, Sink())
    return predictor.predict(context)["choices"][0]  # type: ignore[no-any-return]


def is_as_asked(format_: dict[str, Any], text: str) -> bool:
    if format_["type"] == "regex":
        return bool(re.fullmatch(format_["regex"], text))
    if format_["type"] == "choice":
        return text in format_["choice"]
    schema = format_.get("json_schema", {"type": "object"})
    return bool(Draft202012Validator(schema.get("schema", schema)).is_valid(json.loads(text)))


@pytest.mark.parametrize("name", ["llama", *seldom("t5")])
def test_a_text_is_what_its_format_asks_for(loaded: Loaded, name: str) -> None:
    predictor = loaded(name)
    for format_ in FORMATS:
        for number in range(3):
            values = {"seed": number, "temperature": number * 0.7, "max_new_tokens": 100}
            choice = choice_of(predictor, response_format=format_, **values)
            assert choice["finish_reason"] == "stop", (format_, choice)
            assert is_as_asked(format_, choice["text"]), (format_, choice)


@pytest.mark.slow
def test_a_tokenizer_that_marks_spaces_follows_formats_too(roomy_folder: Path, tmp_path: Path) -> None:
    path = shutil.copytree(roomy_folder, tmp_path / "marks")
    tiny_models.metaspace_tokenizer().save_pretrained(path)
    predictor = setup(path)
    for format_ in FORMATS:
        choice = choice_of(predictor, response_format=format_, max_new_tokens=100)
        assert is_as_asked(format_, choice["text"]), (format_, choice)
    predictor.teardown()


def test_formats_give_the_same_alone_in_company_and_without_batching(roomy: Predictor, plain: Predictor) -> None:
    values = [{"response_format": format_, "max_new_tokens": 60} for format_ in FORMATS]
    values += [{**values[0], "top_k": 5, "top_p": 0.5, "repetition_penalty": 1.3, "min_p": 0.01}]
    # what speaks against the end of a text gives way to its format
    values += [{**values[2], "min_new_tokens": 30}, {**values[2], "ignore_eos": True}, {**values[2], "top_k": 1}]
    values += [{"max_new_tokens": 60}] * 3

    def run(number: int) -> str:
        return generate(roomy, seed=number, **values[number]).output

    alone = [run(number) for number in range(len(values))]
    with ThreadPoolExecutor(len(values)) as pool:
        assert list(pool.map(run, range(len(values)))) == alone
    assert is_as_asked(FORMATS[2], alone[6])
    assert is_as_asked(FORMATS[2], alone[7])
    assert [generate(plain, seed=number, **each).output for number, each in enumerate(values)] == alone


def test_choices_with_log_probabilities_follow_the_format(roomy: Predictor) -> None:
    context = PredictionContext(
        "p", {"prompt": PROMPT, **DEFAULTS, "n": 3, "logprobs": 1, "response_format": FORMATS[2]}, Sink()
    )
    choices = roomy.predict(context)["choices"]
    assert all(is_as_asked(FORMATS[2], choice["text"]) for choice in choices)
    assert all(choice["logprobs"]["content"] for choice in choices)


def schemas_of(depth: int) -> st.SearchStrategy[dict[str, Any]]:
    """Schemas with at most so many levels below the first."""
    number, length = st.integers(-50, 50), st.integers(0, 6)

    def of(needed: dict[str, Any], **optional: Any) -> st.SearchStrategy[dict[str, Any]]:
        return st.fixed_dictionaries(
            {n: v if isinstance(v, st.SearchStrategy) else st.just(v) for n, v in needed.items()}, optional=optional
        )

    value = st.one_of(st.text(max_size=6), number, st.booleans(), st.none())
    kinds = [
        of({"type": "integer"}, minimum=number, maximum=number, multipleOf=st.sampled_from([1, 2, 7])),
        of({"type": "number"}, minimum=number, exclusiveMaximum=number),
        of({"type": "string"}, minLength=length, maxLength=st.integers(6, 20)),
        of({"type": "string", "pattern": st.sampled_from(["^[a-c]{2,5}$", "x", "^(a|b)*c", "[0-9]$", "^.{3}$"])}),
        of({"type": "string", "format": st.sampled_from(["date", "time", "date-time", "uuid", "ipv4", "email"])}),
        of({"type": st.sampled_from(["boolean", "null", ["integer", "null"]])}),
        of({"enum": st.lists(value, min_size=1, max_size=4)}),
        of({"const": value}),
    ]
    if depth:
        below = schemas_of(depth - 1)
        names = st.sampled_from(["a", "b", "c"])
        several = st.lists(below, min_size=1, max_size=3)
        properties, some = st.dictionaries(names, below), st.lists(names, unique=True)
        rest = st.one_of(st.just(False), below)
        kinds += [
            of({"type": "array", "items": below}, minItems=length, maxItems=length, prefixItems=several),
            of({"type": "object", "properties": properties, "required": some}),
            of({"type": "object", "properties": properties, "additionalProperties": rest}, required=some),
            *(of({word: several}) for word in ("anyOf", "oneOf", "allOf")),
        ]
    return st.one_of(kinds)


def random_schemas(count: int) -> list[dict[str, Any]]:
    schemas: dict[str, dict[str, Any]] = {}

    @settings(
        max_examples=4 * count,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
        deadline=None,
    )
    @given(schemas_of(3))
    def collect(schema: dict[str, Any]) -> None:
        schemas[json.dumps(schema)] = schema

    collect()
    return random.Random(1).sample(list(schemas.values()), count)


@pytest.mark.parametrize("count", [20, pytest.param(200, marks=pytest.mark.slow)])
def test_what_is_finished_validates_against_random_schemas(roomy: Predictor, count: int) -> None:
    def run(number: int) -> str:
        """How it ended."""
        format_ = {"type": "json_schema", "json_schema": schemas[number]}
        try:
            choice = choice_of(roomy, response_format=format_, seed=number, temperature=1.0, max_new_tokens=400)
        except InputRejectedError as refusal:
            return str(refusal)
        if choice["finish_reason"] == "length":
            return "cut off"
        assert is_as_asked(format_, choice["text"]), (schemas[number], choice["text"])
        return "finished"

    schemas = random_schemas(count)
    with ThreadPoolExecutor(32) as pool:
        ends = list(pool.map(run, range(count)))
    assert all(end in ("finished", "cut off") or end.startswith("The response format") for end in ends)
    assert ends.count("finished") > count / 2, ends


def nested(levels: int) -> dict[str, Any]:
    schema: dict[str, Any] = {"type": "integer"}
    for _ in range(levels):
        schema = {"type": "array", "items": schema}
    return schema


HOSTILE: list[tuple[str, dict[str, Any]]] = [
    ("json_schema", nested(500)),
    ("json_schema", {"$ref": "#"}),
    ("json_schema", {"allOf": [{"$ref": "#"}, {"type": "object"}]}),
    ("json_schema", {"$ref": "https://example.com/schema.json"}),
    ("json_schema", {"enum": [f"value {number}" for number in range(100_000)]}),
    ("json_schema", {"type": "object", "properties": {f"p{n}": {"type": "string"} for n in range(5_000)}}),
    ("json_schema", {"type": "integer", "multipleOf": 123_456_789}),
    ("json_schema", {"type": "number", "multipleOf": 1e-300}),
    ("json_schema", {"allOf": [{"type": "integer", "multipleOf": n} for n in (9_973, 9_967, 9_949)]}),
    ("json_schema", {"type": "nothing"}),
    ("json_schema", {"type": "array", "items": {"enum": []}, "minItems": 1}),
    ("json_schema", {"not": {}}),
    ("regex", "("),
    ("regex", r"(?=a)b"),
    ("regex", r"\bword\b"),
]
# read quickly, though they look dear; each mask of them has to be as quick
DEAR: list[tuple[str, Any]] = [
    ("regex", "(a+)+b"),
    ("regex", "(a|aa)*$"),
    ("regex", "(a|b)*a(a|b){300}"),
    ("regex", "((a{1,100}){1,100}){1,100}"),
    ("regex", "(.*a){20}"),
    ("regex", r"\p{L}{1,5000}"),
    ("regex", "(?:(?:a?){200}a{200})"),
    ("regex", "a{1000000}"),
    ("regex", ".*" * 2000),
    ("json_schema", {"type": "array", "minItems": 10**9}),
    ("json_schema", {"type": "string", "minLength": 10**9}),
    ("json_schema", {"type": "string", "pattern": "^(([a-z]+)*)*x$"}),
    ("json_schema", {"type": "object", "properties": {"a": {"$ref": "#"}, "b": {"$ref": "#"}}}),
    ("json_schema", {"type": "object", "patternProperties": {f"a{{{n}}}": {"type": "null"} for n in range(1, 40)}}),
    ("json_schema", {"allOf": [{"anyOf": [{"pattern": f"{a}{b}"} for b in "xyz"]} for a in "abcdef"]}),
    ("json_schema", {"anyOf": [{"type": "array", "items": {"const": str(n)}} for n in range(600)]}),
    ("json_schema", {"enum": [f"value {number}" for number in range(2_000)]}),
    ("choice", [f"{number:01000}" for number in range(1_000)]),
    ("choice", ["a" * number for number in range(1, 1_000)]),
    ("json_object", {}),
]
# A hundred times what it takes on a quiet machine
SECONDS = 20.0


@pytest.fixture(scope="module")
def grammars() -> Grammars:
    return Grammars(tiny_models.tokenizer(), 403, frozenset([0]))


def context() -> PredictionContext:
    return PredictionContext("p", {}, Sink())


@pytest.mark.parametrize(("kind", "value"), HOSTILE)
def test_a_format_that_nothing_can_follow_is_refused_with_a_sentence(grammars: Grammars, kind: str, value: Any) -> None:
    began = time.monotonic()
    with pytest.raises(InputRejectedError, match=r"^The response format") as refusal:
        grammars.read(context(), {"type": kind, kind: value})
    assert time.monotonic() - began < SECONDS
    assert len(str(refusal.value)) < 300
    assert "panic" not in str(refusal.value)


@pytest.mark.parametrize(("kind", "value"), DEAR)
def test_no_format_keeps_a_step_waiting(grammars: Grammars, kind: str, value: Any) -> None:
    numbers = random.Random(2)
    began = time.monotonic()
    slowest = 0.0
    try:
        format_ = grammars.read(context(), {"type": kind, kind: value})
        read = time.monotonic() - began
        assert format_ is not None
        for _ in range(3):
            mask = format_.start()
            for _ in range(100):
                at = time.monotonic()
                scores = torch.zeros(1, 403)
                masks = grammar.compute_masks({0: mask})
                if masks.failures:
                    raise masks.failures[0]
                grammar.apply_masks(scores, masks)
                slowest = max(slowest, time.monotonic() - at)
                token = numbers.choice(torch.isfinite(scores[0]).nonzero()[:, 0].tolist())
                if token == 0:
                    break
                mask.write([token])
    except InputRejectedError:
        read = time.monotonic() - began
    assert read < SECONDS
    assert slowest < SECONDS / 10


@pytest.mark.parametrize("vocabulary", [90, 96, 200])
def test_masks_of_a_cpu_rule_out_what_those_of_other_devices_do(vocabulary: int) -> None:
    """The other way is taken with doubles."""
    torch.manual_seed(vocabulary)
    numbers = random.Random(vocabulary)
    words = torch.tensor([[numbers.getrandbits(32) - 2**31 for _ in range(3)] for _ in range(4)]).int().numpy()
    scores = torch.randn(6, vocabulary)
    # nothing that the format allows is left
    scores[4] = float("-inf")
    others = scores.double()
    masks = grammar.RowMasks([0, 2, 4, 5], words, {})
    grammar.apply_masks(scores, masks)
    grammar.apply_masks(others, masks)
    assert torch.equal(scores.double(), others)
    for place, row in enumerate(masks.rows):
        allowed = [token for token in range(min(vocabulary, 96)) if words[place][token // 32] >> token % 32 & 1]
        assert torch.isfinite(scores[row]).nonzero()[:, 0].tolist() == allowed
    assert torch.isfinite(scores[[1, 3]]).all()


def test_a_format_without_what_it_needs_is_a_violation(folder: Folder) -> None:
    schema = Text.inspect(VersionSpec("v", "text", str(folder("llama")))).input_schema
    for bad in (
        {"type": "regex"},
        {"type": "json_schema"},
        {"type": "choice", "choice": []},
        {"type": "xml"},
        {"regex": "a"},
        {"type": "regex", "regex": 3},
        {"type": "json_object", "other": 1},
        {"type": "choice", "choice": ["a"] * 1001},
        "json_object",
    ):
        with pytest.raises(InvalidInputError) as error:
            input_schema.apply(schema, {"prompt": "a", "response_format": bad})
        assert all(violation.path.startswith("/input/response_format") for violation in error.value.violations)
    for good in [*FORMATS, {"type": "json_object"}, {"type": "text"}]:
        input_schema.apply(schema, {"prompt": "a", "response_format": good})


def test_a_text_without_a_format_is_as_it_was(roomy: Predictor) -> None:
    assert generate(roomy, response_format={"type": "text"}).output == generate(roomy).output


def test_a_format_that_becomes_too_dear_fails_its_request_alone(
    roomy: Predictor, plain: Predictor, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(mask: grammar.Mask) -> InputRejectedError | None:
        if written.get(id(mask), 0) == 3:
            return InputRejectedError("The response format cannot be followed any further: too much.")
        written[id(mask)] = written.get(id(mask), 0) + 1
        return None

    written: dict[int, int] = {}
    expected = generate(roomy).output
    monkeypatch.setattr(grammar.Mask, "failure", fail)
    model = model_of(roomy)
    with ThreadPoolExecutor(2) as pool:
        other = pool.submit(lambda: generate(roomy).output)
        with pytest.raises(InputRejectedError, match="any further"):
            generate(roomy, response_format=FORMATS[0])
        assert other.result() == expected
    assert model.batch is not None
    assert model.batch.rebuilt == 0
    written.clear()
    with pytest.raises(InputRejectedError, match="any further"):
        generate(plain, response_format=FORMATS[0])


def with_added_tokens(tokenizer: PreTrainedTokenizerFast) -> PreTrainedTokenizerFast:
    """With words as some models add them: marks that are no text, and some that are."""
    plain = ["<tool_call>", "yes", " spaced", '"a"', "ünder ☃", "<0x41>"]
    tokenizer.add_tokens([AddedToken(text, special=False, normalized=False) for text in plain])
    tokenizer.add_tokens([AddedToken("<|im_end|>", special=True, normalized=False)], special_tokens=True)
    return tokenizer


TOKENIZERS = [tiny_models.tokenizer, tiny_models.metaspace_tokenizer]


@pytest.mark.parametrize("make", TOKENIZERS)
def test_a_text_that_is_a_token_of_its_own_can_be_asked_for(make: Callable[[], PreTrainedTokenizerFast]) -> None:
    """Where that token is none of texts, it is written by others, as it would be lost among special ones."""
    tokenizer = with_added_tokens(make())
    grammars = Grammars(tokenizer, len(tokenizer), frozenset([tokenizer.eos_token_id]))
    numbers = random.Random(4)
    for text in ["<tool_call>", "yes", " spaced", "a<|im_end|>b", "<end>", "<tool_call><|im_end|>", "ünder ☃"]:
        for format_ in (
            {"type": "choice", "choice": [text]},
            {"type": "regex", "regex": re.escape(text).replace("\\ ", " ")},
            {"type": "json_schema", "json_schema": {"const": text}},
        ):
            written = write(grammars, tokenizer, format_, numbers)
            expected = json.dumps(text, ensure_ascii=False) if "json_schema" in format_ else text
            assert written == expected, format_


def write(grammars: Grammars, tokenizer: Any, format_: dict[str, Any], numbers: random.Random) -> str:
    """A text of this format, of tokens by chance."""
    grammar_ = grammars.read(context(), format_)
    assert grammar_ is not None
    mask, tokens = grammar_.start(), [tokenizer.encode("a")[-1]]
    while True:
        scores = torch.zeros(1, grammars.vocabulary)
        masks = grammar.compute_masks({0: mask})
        assert masks.failures == {}, format_
        grammar.apply_masks(scores, masks)
        token = numbers.choice(torch.isfinite(scores[0]).nonzero()[:, 0].tolist())
        if token == tokenizer.eos_token_id:
            # behind another token, since a text may begin otherwise
            return str(tokenizer.decode(tokens, skip_special_tokens=True))[1:]
        tokens.append(token)
        mask.write([token])


@pytest.mark.parametrize("make", TOKENIZERS)
def test_the_bytes_of_tokens_joined_are_what_the_tokenizer_decodes(
    make: Callable[[], PreTrainedTokenizerFast],
) -> None:
    tokenizer = with_added_tokens(make())
    tokens = TokenBytes(tokenizer).all(len(tokenizer) + 3)
    assert tokens[len(tokenizer) :] == [b""] * 3
    numbers = random.Random(5)
    first = tokenizer.encode("a")[-1]
    for number in range(len(tokenizer)):
        several = [first, number, *(numbers.randrange(len(tokenizer)) for _ in range(number % 4))]
        text = tokenizer.decode(several, skip_special_tokens=True, clean_up_tokenization_spaces=False)
        joined = b"".join(tokens[token] for token in several).decode(errors="replace")
        # decoders show bytes that are no character in different ways
        assert ("\ufffd" in joined) is ("\ufffd" in text), several
        assert joined == text or "\ufffd" in text, several


@pytest.mark.slow
def test_the_first_format_finds_the_tokens_read(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a large vocabulary that takes a while, in which no other thread runs."""
    predictor = setup(folder("llama"))
    monkeypatch.setattr(grammar, "LLTokenizer", None)
    monkeypatch.setattr("llguidance.hf.LLTokenizer", None)
    monkeypatch.setattr(TokenBytes, "all", None)
    assert choice_of(predictor, response_format=FORMATS[2], max_new_tokens=100)["finish_reason"] == "stop"
    predictor.teardown()


def test_a_tokenizer_that_does_more_than_to_join_bytes_allows_no_formats() -> None:
    assert grammar.allows_formats(tiny_models.tokenizer())
    assert grammar.allows_formats(tiny_models.metaspace_tokenizer())
    for decoder in (None, decoders.WordPiece(), decoders.Sequence([decoders.ByteFallback(), decoders.CTC()])):
        tokenizer = tiny_models.tokenizer()
        tokenizer.backend_tokenizer.decoder = decoder
        assert not grammar.allows_formats(tokenizer)
