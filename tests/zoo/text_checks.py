"""One language model against `generate`: alone, in company, sampled, streamed and canceled."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

from tests.zoo.company import at_once
from tests.zoo.harness import REPLACEMENT, Finding, Run, cancel_midway, check_sentence, load, run
from tests.zoo.text_models import NEW_TOKENS, PROMPTS, NotBuildableError, Plain, Reference, build
from workers.contract.context import Adapter, CancelSignal
from workers.contract.predictor import Predictor
from workers.contract.protocol import Output
from workers.predictors.text.predictor import Text

# every way to shape the scores that a version's schema may offer
SAMPLED = {
    "temperature": 1.0,
    "top_p": 0.9,
    "top_k": 50,
    "min_p": 0.01,
    "repetition_penalty": 1.1,
    "presence_penalty": 0.2,
    "frequency_penalty": 0.1,
    "logit_bias": {"40": 1.5, "41": -100},
    "min_new_tokens": 2,
    "stop": ["qz"],
    "n": 2,
    "logprobs": 2,
}
# what turns off each thing that would shape the scores
NEUTRAL = {
    "top_p": 1.0,
    "top_k": 0,
    "min_p": 0.0,
    "presence_penalty": 0.0,
    "frequency_penalty": 0.0,
    "stop": [],
}
# as many as a model without a batch serves at once
CANCELS = 4
# log probabilities may differ by the order of the sums
ROUNDING = 1e-3


def check_type(model_type: str, root: Path) -> Finding:
    """Build a model of this type and hold it against the plain library."""
    finding = Finding(model_type)
    folder = root / model_type
    try:
        build(model_type, folder)
        plain = Plain(folder)
        references = plain.references()
        finding.task = "text2text-generation" if plain.config.get("is_encoder_decoder") else "text-generation"
    except Exception as error:  # whatever the plain library raises, it does not run this model
        kind = "" if isinstance(error, NotBuildableError) else f"{type(error).__name__}: "
        finding.state, finding.reason = "NOT BUILT", f"{kind}{error}"
        return finding
    check_folder(finding, folder, plain, references)
    return finding


def check_folder(
    finding: Finding, folder: Path, plain: Plain, references: list[Reference], prompts: Sequence[str] = PROMPTS
) -> None:
    """Hold a folder against what the plain library writes behind these prompts."""
    inspection, predictor, reason = load(Text, folder)
    finding.reason = reason
    is_causal = plain.is_causal()
    if predictor is None:
        finding.state = "REFUSED"
        check_sentence(finding, folder)
        if is_causal:
            finding.fault(f"refused, though the plain library runs it: {reason[:300]}")
        return
    try:
        finding.state = "READY"
        if not is_causal:
            finding.fault("an encoder passes as text generation")
            return
        _check_predictions(finding, predictor, inspection.input_schema["properties"], references, prompts)
        _check_adapter(finding, predictor, folder, plain, references[0], prompts[0])
    finally:
        predictor.teardown()


def _check_predictions(
    finding: Finding, predictor: Any, properties: dict[str, Any], references: list[Reference], prompts: Sequence[str]
) -> None:
    facts = predictor.facts()
    finding.why = facts.get("engine_reason", "")
    batch = predictor._model.batch
    finding.engine = "generate" if batch is None else "split" if batch._engine.is_split else "paged"
    neutral = {name: value for name, value in NEUTRAL.items() if name in properties}
    greedy = {**neutral, "max_new_tokens": NEW_TOKENS, "temperature": 0, "seed": 7}
    alone = run(predictor, {"prompt": prompts[0], **greedy})
    _compare(finding, "alone", alone, references[0])
    finding.streams = len(alone.sink.of(Output)) > 1
    if not finding.streams and len(references[0].text) > NEW_TOKENS:
        finding.fault("it does not stream")
    together = at_once(partial(run, predictor), [{"prompt": prompt, **greedy} for prompt in prompts])
    for prompt, answer, reference in zip(prompts, together, references, strict=True):
        _compare(finding, f"beside 8 others, {prompt[:12]!r}", answer, reference)
    sampled = {**{n: v for n, v in SAMPLED.items() if n in properties}, "max_new_tokens": NEW_TOKENS}
    inputs = [{"prompt": prompt, "seed": 40 + n, **sampled} for n, prompt in enumerate(prompts)]
    _compare_sampled(finding, run(predictor, inputs[0]), at_once(partial(run, predictor), inputs)[0])
    # a cancel comes at the second piece of a text, and some end where they begin, or write what is no text
    talkative, _ = max(zip(prompts, references, strict=True), key=lambda pair: len(pair[1].text))
    endless = {"prompt": talkative, **greedy, "max_new_tokens": 64, "ignore_eos": True}
    for _ in range(CANCELS):
        stopped = cancel_midway(predictor, endless)
        if not isinstance(stopped.error, CancelSignal):
            finding.fault(f"a cancel midway ended with {stopped.error!r}")
    _compare(finding, "after canceled ones", run(predictor, {"prompt": prompts[0], **greedy}), references[0])


def _check_adapter(
    finding: Finding, predictor: Predictor, folder: Path, plain: Plain, reference: Reference, prompt: str
) -> None:
    """Put a LoRA on all linear layers, as peft itself does, and take it off again."""
    place = folder / "adapter"
    try:
        expected = plain.write_with_adapter(prompt, place, reference)
    except Exception:  # whatever peft says of this model, it has no adapters here either
        finding.adapters = "no"
        return
    finding.adapters = "yes"
    values = {**NEUTRAL, "prompt": prompt, "max_new_tokens": NEW_TOKENS, "temperature": 0, "seed": 7}
    for _ in range(2):
        _compare(finding, "with an adapter", run(predictor, values, Adapter("one", place)), expected)
        _compare(finding, "without it again", run(predictor, values), reference)


def _compare(finding: Finding, when: str, answer: Run, reference: Reference) -> None:
    if answer.error is not None:
        finding.fault(f"{when}: {answer.text[:300]}")
        return
    if REPLACEMENT in answer.text and REPLACEMENT not in reference.text:
        finding.fault(f"{when}: U+FFFD in {answer.text!r}")
    if answer.text != reference.text and (
        reference.certain == reference.text or not answer.text.startswith(reference.certain)
    ):
        finding.fault(f"{when}: {answer.text!r} for {reference.text!r}")


def _compare_sampled(finding: Finding, alone: Run, in_company: Run) -> None:
    """Hold two runs with equal seed and every parameter against each other, and each against what it streamed."""
    for answer in (alone, in_company):
        if answer.error is not None:
            finding.fault(f"with every parameter: {answer.text[:300]}")
            return
        if answer.result["choices"][0]["text"] != answer.sink.output:
            finding.fault(f"streamed {answer.sink.output!r} of {answer.result['choices'][0]['text']!r}")
    for one, other in zip(alone.result["choices"], in_company.result["choices"], strict=True):
        if (one["text"], one["finish_reason"]) != (other["text"], other["finish_reason"]):
            finding.fault(f"equal seed, other text in company: {one['text']!r} and {other['text']!r}")
            return
        for here, there in zip(_log_probabilities(one), _log_probabilities(other), strict=True):
            if abs(here - there) > ROUNDING:
                finding.fault(f"equal seed, log probabilities {here} alone and {there} in company")
                return


def _log_probabilities(choice: dict[str, Any]) -> list[float]:
    return [token["logprob"] for token in choice["logprobs"]["content"]]
