"""Tasks of sound: speech to text, text to speech, classes of sounds."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import torch

from workers.contract.predictor import InputRejectedError, PredictionContext, VersionRefusedError
from workers.predictors.pipeline.loading import Loaded
from workers.predictors.pipeline.media import give_sound, plain, read_sound
from workers.predictors.pipeline.tasks import Rule


def transcribe(loaded: Loaded, values: dict[str, Any], context: PredictionContext) -> Any:
    """Speech as text, by transformers' pipeline: Whisper reads long sound by itself, others in pieces that overlap."""
    pipe = loaded.pipe
    rate = pipe.feature_extractor.sampling_rate
    samples = read_sound(context, "audio", rate)
    context.metric("audio_seconds", len(samples) / rate)
    arguments: dict[str, Any] = {}
    if values.get("chunk_seconds") is not None:
        arguments = {"chunk_length_s": values["chunk_seconds"], "ignore_warning": True}
        if values.get("stride_seconds") is not None:
            if 2 * values["stride_seconds"] >= values["chunk_seconds"]:
                raise InputRejectedError("stride_seconds must be less than half of chunk_seconds.")
            arguments["stride_length_s"] = values["stride_seconds"]
    times = values.get("timestamps")
    if times is not None:
        arguments["return_timestamps"] = True if times == "segment" else times
    generation = {name: values[name] for name in ("max_new_tokens", "num_beams") if values.get(name) is not None}
    if pipe.type == "seq2seq_whisper":
        generation |= {name: values[name] for name in ("task", "language") if values.get(name) is not None}
        if len(samples) > pipe.feature_extractor.n_samples and times is None and "chunk_length_s" not in arguments:
            # Whisper knows where it is in long sound by the times that it writes; they are left out of the answer
            arguments["return_timestamps"] = True
    if generation and pipe.type in {"seq2seq", "seq2seq_whisper", "tdt"}:
        arguments["generate_kwargs"] = generation
    result = pipe(samples, **arguments)
    chunks = [
        {"text": chunk["text"], "timestamp": plain(chunk["timestamp"])}
        for chunk in result.get("chunks", [])
        if times is not None
    ]
    return {"text": result["text"], **({"chunks": chunks} if times is not None else {})}


def narrow_transcription(inputs: dict[str, Rule], folder: Path, config: Any, parts: dict[str, Any]) -> dict[str, Rule]:
    """The inputs that a model of speech knows: tasks and languages are Whisper's, times depend on the kind of model."""
    from transformers import GenerationConfig
    from transformers.models.auto import modeling_auto

    is_whisper = config.model_type == "whisper"
    if is_whisper and not hasattr(parts["tokenizer"], "_decode_asr"):
        kind = type(parts["tokenizer"]).__name__
        raise VersionRefusedError(
            f"Its tokenizer is a {kind} and none of Whisper's: put Whisper's own tokenizer files in place of them."
        )
    is_ctc = config.model_type in modeling_auto.MODEL_FOR_CTC_MAPPING_NAMES and (
        (config.architectures or ["ForCTC"])[0].endswith("CTC")
    )
    generation: Any = None
    if (folder / "generation_config.json").is_file():
        generation = GenerationConfig.from_pretrained(folder)
    languages = getattr(generation, "lang_to_id", None) if is_whisper else None
    if languages and getattr(generation, "is_multilingual", True):
        names = sorted(str(name).strip("<|>") for name in languages)
        rule = inputs["language"]
        inputs["language"] = {key: value for key, value in rule.items() if key != "maxLength"} | {
            "enum": [None, *names]
        }
    else:
        del inputs["task"], inputs["language"]
    if is_ctc:
        times = ["word", "char"]
        del inputs["max_new_tokens"], inputs["num_beams"]
    elif is_whisper and getattr(generation, "no_timestamps_token_id", None) is not None:
        times = ["segment", "word"] if getattr(generation, "alignment_heads", None) else ["segment"]
    else:
        times = []
    if times:
        inputs["timestamps"]["enum"] = [None, *times]
    else:
        del inputs["timestamps"]
    return inputs


def speak(loaded: Loaded, values: dict[str, Any], context: PredictionContext) -> Any:
    """Text as sound, by transformers' pipeline; chance is drawn by the prediction's seed."""
    pipe = loaded.pipe
    arguments: dict[str, Any] = {}
    generation = {name: values[name] for name in ("max_new_tokens", "do_sample") if values.get(name) is not None}
    if generation and loaded.model.can_generate():
        arguments["generate_kwargs"] = generation
    if values.get("voice") is not None:
        if loaded.processor is None or not hasattr(loaded.processor, "speaker_embeddings"):
            raise InputRejectedError("This model has no voices by name; leave voice out.")
        arguments["preprocess_params"] = {"voice_preset": values["voice"]}
    if loaded.config.model_type == "speecht5":
        speaker = values.get("speaker_embedding") or [0.0] * loaded.config.speaker_embedding_dim
        if len(speaker) != loaded.config.speaker_embedding_dim:
            raise InputRejectedError(f"speaker_embedding has {loaded.config.speaker_embedding_dim} numbers.")
        vector = torch.tensor([speaker], dtype=loaded.model.dtype, device=loaded.model.device)
        arguments["forward_params"] = {"speaker_embeddings": vector}
    elif values.get("speaker_embedding") is not None:
        raise InputRejectedError("This model takes no speaker_embedding; leave it out.")
    torch.manual_seed(context.seed)
    result = pipe(values["text"], **arguments)
    samples = result["audio"][0] if isinstance(result["audio"], list) else result["audio"]
    samples = np.asarray(samples, dtype=np.float32)
    rate = int(result["sampling_rate"])
    if not np.isfinite(samples).all():
        raise ValueError("The model made sound that is no numbers; it may need another precision (dtype).")
    seconds = samples.shape[-1] / rate
    context.metric("audio_seconds", seconds)
    return {
        "audio": give_sound(context, samples, rate, values.get("output_format") or "wav"),
        "sampling_rate": rate,
        "seconds": seconds,
    }


def classify(loaded: Loaded, values: dict[str, Any], context: PredictionContext) -> Any:
    """Classes of a sound."""
    samples = read_sound(context, "audio", loaded.pipe.feature_extractor.sampling_rate)
    function = {"function_to_apply": values["function_to_apply"]} if values.get("function_to_apply") else {}
    return plain(loaded.pipe(samples, top_k=values.get("top_k"), **function))


def match(loaded: Loaded, values: dict[str, Any], context: PredictionContext) -> Any:
    """Labels that fit a sound."""
    samples = read_sound(context, "audio", loaded.pipe.feature_extractor.sampling_rate)
    template = _template(values)
    return plain(loaded.pipe(samples, candidate_labels=values["candidate_labels"], hypothesis_template=template))


def _template(values: dict[str, Any]) -> str:
    """The sentence around a label.

    Raises:
        InputRejectedError: it has no place for one.
    """
    template: str = values["hypothesis_template"]
    if template.count("{}") != 1 or template.replace("{}", "").count("{") or template.replace("{}", "").count("}"):
        raise InputRejectedError("hypothesis_template has {} once, where a label goes, and no other brace.")
    return template
