"""Every input of a text version, on families of every engine: alone, in company, streamed, as the plain library."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import torch
from jsonschema import Draft202012Validator
from tokenizers import AddedToken
from transformers import (
    AutoConfig,
    AutoModelForCausalLM,
    AutoModelForSeq2SeqLM,
    AutoTokenizer,
    LogitsProcessorList,
    MinPLogitsWarper,
    RepetitionPenaltyLogitsProcessor,
    TemperatureLogitsWarper,
    TopKLogitsWarper,
    TopPLogitsWarper,
)

from server.domain import input_schema
from tests.unit.predictors import tiny_models
from tests.unit.predictors.sink import Sink
from tests.unit.predictors.text.chat_templates import CHATML, MESSAGES
from tests.unit.predictors.texts import PROMPT, setup
from workers.contract.context import PredictionContext
from workers.contract.predictor import Predictor, VersionSpec
from workers.predictors.text.predictor import Text

CONTEXT = 1200
VOCABULARY = 410
MARK = "<|im_end|>"
GREEDY: dict[str, Any] = {"temperature": 0, "max_new_tokens": 20, "seed": 3}
FREE: dict[str, Any] = {"temperature": 1.5, "max_new_tokens": 20, "seed": 3}
LOUD = {"type": "object", "properties": {"city": {"type": "string", "maxLength": 4}}, "required": ["city"]}
TOOLS = [
    {"type": "function", "function": {"name": name, "parameters": {**LOUD, "additionalProperties": False}}}
    for name in ("weather", "time")
]
SHORT = [{"role": "user", "content": "Hi"}]
CHAT = {**GREEDY, "messages": MESSAGES, "n": 1}
FAMILIES = ("llama", "qwen2", "gpt2", "phi3", "mamba", "gemma2", "bloom", "t5")
BATCHED = ("llama", "qwen2", "gpt2", "phi3")
"""Those that share forward passes; the others run one by one."""
# values for each input, with those that it needs
CASES: dict[str, list[dict[str, Any]]] = {
    "prompt": [GREEDY, {**GREEDY, "prompt": "a"}, {**GREEDY, "prompt": ""}],
    "messages": [CHAT, {**CHAT, "messages": SHORT}],
    "tools": [{**CHAT, "tools": TOOLS}],
    "tool_choice": [
        {**CHAT, "tools": TOOLS, "tool_choice": "none"},
        {**CHAT, "tools": TOOLS, "tool_choice": "auto"},
        {**CHAT, **FREE, "tools": TOOLS[:1], "tool_choice": "required", "max_new_tokens": 800},
        {**CHAT, **FREE, "tools": TOOLS, "tool_choice": {"type": "function", "function": {"name": "time"}}}
        | {"max_new_tokens": 300},
    ],
    "chat_template": [{**CHAT, "messages": SHORT, "chat_template": "plain"}],
    "chat_template_kwargs": [{**CHAT, "messages": SHORT, "chat_template_kwargs": {"enable_thinking": False}}],
    "max_new_tokens": [{**GREEDY, "max_new_tokens": count} for count in (1, 7)],
    "temperature": [{**FREE, "temperature": value} for value in (0.4, 2)],
    "top_p": [{**FREE, "top_p": value} for value in (1e-6, 0.6)],
    "top_k": [{**FREE, "top_k": value} for value in (1, 5)],
    "min_p": [{**FREE, "min_p": value} for value in (0.4, 1)],
    "repetition_penalty": [
        *({**GREEDY, "repetition_penalty": value} for value in (0.7, 1.4, 3)),
        {**FREE, "repetition_penalty": 1.3, "top_k": 4, "top_p": 0.8, "min_p": 0.1},
    ],
    "presence_penalty": [{**GREEDY, "presence_penalty": value} for value in (-2, 2)],
    "frequency_penalty": [
        {**GREEDY, "frequency_penalty": 1.5},
        {**GREEDY, "frequency_penalty": -2, "presence_penalty": 2, "repetition_penalty": 1.2},
    ],
    "logit_bias": [{**GREEDY, "logit_bias": {"50": 9, "60": -100, "70": 9.5}}],
    "min_new_tokens": [{**GREEDY, "min_new_tokens": 6, "logit_bias": {"0": 100}}],
    "ignore_eos": [{**GREEDY, "ignore_eos": True, "logit_bias": {"0": 100}}],
    "skip_special_tokens": [
        {**GREEDY, "skip_special_tokens": skip, "logit_bias": {"402": 14}} for skip in (True, False)
    ],
    "stop": [{**GREEDY, "stop": ["e"]}, {**GREEDY, "logit_bias": {"402": 14}, "stop": [MARK]}],
    "response_format": [
        {**FREE, "response_format": {"type": "regex", "regex": "[0-9]{3}-[a-f]{4}"}},
        {**FREE, "response_format": {"type": "choice", "choice": ["yes", MARK, "<tool_call>", "no"]}},
        {**FREE, "response_format": {"type": "json_schema", "json_schema": LOUD["properties"]["city"]}},
        {**FREE, "response_format": {"type": "json_object"}, "max_new_tokens": 40},
        {**GREEDY, "response_format": {"type": "text"}},
    ],
    "seed": [{**FREE, "seed": seed} for seed in (0, 2**53 - 1)],
    "n": [{**FREE, "n": 3}, {**GREEDY, "n": 2}],
    "logprobs": [{**GREEDY, "logprobs": 4}, {**FREE, "logprobs": 0, "n": 2}],
}


@dataclass
class Family:
    """A model as it is served, and as the plain library has it."""

    name: str
    path: Path
    predictor: Predictor
    model: Any
    tokenizer: Any

    def prompt_ids(self, values: dict[str, Any]) -> torch.Tensor:
        """The tokens of a prompt, or of messages by the library's own template."""
        if "messages" not in values:
            ids = self.tokenizer(values.get("prompt", PROMPT))["input_ids"]
            return torch.tensor([ids or [0]])
        tools = values.get("tools") if values.get("tool_choice") != "none" else None
        name = values.get("chat_template", "default")
        text = self.tokenizer.apply_chat_template(
            values["messages"],
            tools=tools,
            chat_template=self.tokenizer.chat_template[name],
            tokenize=False,
            add_generation_prompt=True,
            **values.get("chat_template_kwargs", {}),
        )
        return torch.tensor([self.tokenizer(text, add_special_tokens=False)["input_ids"]])

    def generate(self, values: dict[str, Any]) -> list[int]:
        """What `generate` writes greedily with these values, its own end among them."""
        config = deepcopy(self.model.generation_config)
        config.do_sample = False
        config.max_new_tokens = values["max_new_tokens"]
        if values.get("ignore_eos"):
            config.eos_token_id = None
        asked: dict[str, Any] = {}
        if bias := values.get("logit_bias"):
            asked["sequence_bias"] = [[[int(token)], float(value)] for token, value in bias.items()]
        if penalty := values.get("repetition_penalty"):
            asked["repetition_penalty"] = float(penalty)
        if "min_new_tokens" in values:
            asked["min_new_tokens"] = values["min_new_tokens"]
        if "stop" in values:
            asked |= {"stop_strings": values["stop"], "tokenizer": self.tokenizer}
        ids = self.prompt_ids(values)
        out = self.model.generate(ids, attention_mask=torch.ones_like(ids), generation_config=config, **asked)
        return out[0, 1 if self.model.config.is_encoder_decoder else ids.shape[1] :].tolist()  # type: ignore[no-any-return]

    def scores(self, values: dict[str, Any], written: list[int]) -> torch.Tensor:
        """The model's scores for each token that was written, in one pass over all of them."""
        ids = self.prompt_ids(values)
        with torch.no_grad():
            if self.model.config.is_encoder_decoder:
                start = [self.model.config.decoder_start_token_id, *written[:-1]]
                return self.model(input_ids=ids, decoder_input_ids=torch.tensor([start])).logits[0].float()
            both = torch.cat([ids, torch.tensor([written])], dim=1)
            return self.model(input_ids=both).logits[0, ids.shape[1] - 1 : -1].float()

    def text(self, tokens: list[int], values: dict[str, Any]) -> str:
        if tokens and tokens[-1] == 0 and not values.get("ignore_eos"):
            tokens = tokens[:-1]
        skip = values.get("skip_special_tokens", True)
        text = self.tokenizer.decode(tokens, skip_special_tokens=skip, clean_up_tokenization_spaces=False)
        if stops := values.get("stop"):
            shown = self.tokenizer.decode(tokens, skip_special_tokens=False, clean_up_tokenization_spaces=False)
            text = shown.split(stops[0])[0].replace(MARK, "")
        return str(text)


def build(name: str, path: Path) -> None:
    torch.manual_seed(2)
    sizes = {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 4, "num_key_value_heads": 2}
    more: dict[str, dict[str, Any]] = {
        "t5": {"d_model": 32, "d_kv": 8, "d_ff": 64, "num_layers": 2, "num_heads": 4, "decoder_start_token_id": 1},
        "gpt2": {"n_embd": 32, "n_layer": 2, "n_head": 4, "n_positions": CONTEXT},
        "mamba": {"hidden_size": 32, "num_hidden_layers": 2, "state_size": 8},
        "gemma2": {**sizes, "head_dim": 8, "sliding_window": 16, "query_pre_attn_scalar": 8},
        "falcon_h1": {**sizes, "mamba_d_ssm": 32, "mamba_n_heads": 4, "mamba_d_head": 8, "mamba_d_state": 8},
        "bloom": {"hidden_size": 32, "n_layer": 2, "n_head": 4},
    }
    both = {"vocab_size": VOCABULARY, "eos_token_id": 0, "pad_token_id": 1, "bos_token_id": None}
    sized = more.get(name, {**sizes, "intermediate_size": 64, "head_dim": 8, "max_position_embeddings": CONTEXT})
    config = AutoConfig.for_model(name, **{**sized, **both})
    kind = AutoModelForSeq2SeqLM if name == "t5" else AutoModelForCausalLM
    tiny_models._save(kind.from_config(config), path)
    tokenizer = tiny_models.tokenizer()
    marks = ["<tool_call>", "</tool_call>"]
    tokenizer.add_tokens([AddedToken(mark, special=False, normalized=False) for mark in marks])
    tokenizer.add_tokens([AddedToken(MARK, special=True, normalized=False)], special_tokens=True)
    assert tokenizer.convert_tokens_to_ids(MARK) == 402
    plain = "{% for message in messages %}{{ message['content'] }}{% endfor %}:"
    tokenizer.chat_template = {"default": CHATML, "plain": plain}
    tokenizer.save_pretrained(path)


@pytest.fixture(scope="module")
def families(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], Family]]:
    loaded: dict[str, Family] = {}

    def load(name: str) -> Family:
        if name not in loaded:
            path = tmp_path_factory.mktemp("families") / name
            build(name, path)
            kind = AutoModelForSeq2SeqLM if name == "t5" else AutoModelForCausalLM
            tokenizer = AutoTokenizer.from_pretrained(path)
            loaded[name] = Family(name, path, setup(path), kind.from_pretrained(path).eval(), tokenizer)
        return loaded[name]

    yield load
    for family in loaded.values():
        family.predictor.teardown()


def run(family: Family, values: dict[str, Any]) -> tuple[str, Any]:
    """The text as it was streamed, and the output."""
    sink = Sink()
    asked = {**({} if "messages" in values else {"prompt": PROMPT}), "top_p": 1.0, "top_k": 0, **values}
    output = family.predictor.predict(PredictionContext("p", asked, sink))
    for number, choice in enumerate(output["choices"] if output else ()):
        assert sink.text_of(number) == choice["text"]
        if "logprobs" in values:
            assert sink.logprobs_of(number) == choice["logprobs"]["content"] != []
    return sink.output, output


@pytest.mark.parametrize(("name", "most"), [pytest.param(name, 9, marks=pytest.mark.slow) for name in FAMILIES])
def test_every_input_is_the_same_in_company_and_as_in_the_plain_library(
    families: Callable[[str], Family], name: str, most: int
) -> None:
    family = families(name)
    schema = Text.inspect(VersionSpec("v", "text", str(family.path))).input_schema
    assert set(CASES) == set(schema["properties"]), "an input has no case here"
    assert family.predictor.facts()["engine"] == ("batched" if name in BATCHED else "one by one")
    everything = [(name, values) for name, several in CASES.items() for values in several[:most]]
    for _, values in everything:
        input_schema.apply(schema, {**({} if "messages" in values else {"prompt": PROMPT}), **values})
    alone = [run(family, values) for _, values in everything]
    with ThreadPoolExecutor(9) as pool:
        together = list(pool.map(lambda case: run(family, case[1]), everything))
    for (name, values), one, other in zip(everything, alone, together, strict=True):
        assert one[0] == other[0], (name, values)
        assert rounded(one[1]) == rounded(other[1]), (name, values)
    for (name, values), (text, output) in zip(everything, alone, strict=True):
        check(family, name, values, text, output)


def rounded(output: Any) -> Any:
    """An output whose log probabilities may differ as far as a sum in another order rounds."""
    if isinstance(output, dict):
        return {key: rounded(value) for key, value in output.items()}
    if isinstance(output, list):
        return [rounded(value) for value in output]
    return pytest.approx(output, abs=1e-3) if isinstance(output, float) else output


def check(family: Family, name: str, values: dict[str, Any], text: str, output: Any) -> None:
    """Compare a text and an output with what the plain library gives."""
    case = (family.name, name, values)
    if name == "response_format" and values["response_format"]["type"] != "text":
        format_ = values["response_format"]
        if "regex" in format_:
            assert re.fullmatch(format_["regex"], text), case
        elif "choice" in format_:
            assert text in format_["choice"], case
        elif "json_schema" in format_:
            assert Draft202012Validator(format_["json_schema"]).is_valid(json.loads(text)), case
        else:
            assert text.startswith("{"), case
        return
    if name == "tool_choice" and values["tool_choice"] not in ("none", "auto"):
        (choice,) = output["choices"]
        if choice["finish_reason"] != "length":
            calls = choice["message"]["tool_calls"]
            names = {call["function"]["name"] for call in calls}
            assert names == {"weather" if values["tool_choice"] == "required" else "time"}, case
            for call in calls:
                assert Draft202012Validator(LOUD).is_valid(call["function"]["arguments"]), case
        return
    if values["temperature"] == 0 and not {"presence_penalty", "frequency_penalty"} & set(values):
        written = family.generate(values)
        assert text == family.text(written, values), case
        if output is not None:
            choice = output["choices"][0]
            assert output["usage"]["input_tokens"] == family.prompt_ids(values).shape[1], case
            assert {each["text"] for each in output["choices"]} == {text}, case
            ended = written[-1] == 0 or "stop" in values
            assert choice["finish_reason"] == ("stop" if ended else "length"), case
            if "logprobs" in values:
                logs = family.scores(values, written).log_softmax(-1)
                assert [entry["id"] for entry in choice["logprobs"]["content"]] == written, case
                for entry, at in zip(choice["logprobs"]["content"], logs, strict=True):
                    assert entry["logprob"] == pytest.approx(float(at[entry["id"]]), abs=2e-3), case
                    assert [top["id"] for top in entry["top"]] == at.topk(4).indices.tolist(), case
        return
    check_choices(family, case, values)


def check_choices(family: Family, case: Any, values: dict[str, Any]) -> None:
    """Each token is one that the library's own processors leave, or the likeliest of what they make of the scores."""
    _, output = run(family, {**values, "logprobs": 0, "n": values.get("n", 1)})
    prompt = [] if family.model.config.is_encoder_decoder else family.prompt_ids(values)[0].tolist()
    if family.model.config.is_encoder_decoder:
        prompt = [family.model.config.decoder_start_token_id]
    for number, choice in enumerate(output["choices"]):
        written = [entry["id"] for entry in choice["logprobs"]["content"]]
        assert choice["text"] == family.text(written, values), case
        processors = LogitsProcessorList()
        if penalty := values.get("repetition_penalty"):
            processors.append(RepetitionPenaltyLogitsProcessor(float(penalty)))
        if values["temperature"] > 0:
            processors.append(TemperatureLogitsWarper(float(values["temperature"])))
        if values.get("top_k"):
            processors.append(TopKLogitsWarper(values["top_k"]))
        if values.get("top_p"):
            processors.append(TopPLogitsWarper(values["top_p"]))
        if values.get("min_p"):
            processors.append(MinPLogitsWarper(values["min_p"]))
        likeliest = []
        for place, scores in enumerate(family.scores(values, written)):
            ids = torch.tensor([prompt + written[:place]])
            shaped = processors(ids, scores[None].clone())[0].clone()
            for token in set(written[:place]):
                shaped[token] -= values.get("presence_penalty", 0)
                shaped[token] -= values.get("frequency_penalty", 0) * written[:place].count(token)
            likeliest.append(int(shaped.argmax()))
            assert torch.isfinite(shaped[written[place]]), (case, number, place)
        if values["temperature"] == 0:
            assert written == likeliest, case
        elif not {"top_p", "top_k", "min_p"} & set(values):
            assert written != likeliest, case
