"""Tasks of pictures and video."""

from __future__ import annotations

import importlib.util
from typing import Any

import numpy as np
import torch
from PIL import Image

from workers.contract.predictor import InputRejectedError, PredictionContext
from workers.predictors.pipeline.loading import Loaded
from workers.predictors.pipeline.media import check_video, give_picture, plain, read_picture
from workers.predictors.pipeline.sound import _template

WIDEST_BOX = 1000
"""Boxes of words are in thousandths of a page (LayoutLM)."""


def classify(loaded: Loaded, values: dict[str, Any], context: PredictionContext) -> Any:
    """Classes of a picture."""
    return plain(loaded.pipe(read_picture(context, "image"), **_ranking(loaded, values)))


def classify_video(loaded: Loaded, values: dict[str, Any], context: PredictionContext) -> Any:
    """Classes of a video, by frames of it."""
    path = check_video(context, "video")
    arguments = {**_ranking(loaded, values), "frame_sampling_rate": values["frame_sampling_rate"]}
    if values.get("num_frames") is not None:
        arguments["num_frames"] = values["num_frames"]
    return plain(loaded.pipe(path, **arguments))


def _ranking(loaded: Loaded, values: dict[str, Any]) -> dict[str, Any]:
    function = {"function_to_apply": values["function_to_apply"]} if values.get("function_to_apply") else {}
    return {"top_k": values.get("top_k") or loaded.config.num_labels, **function}


def detect(loaded: Loaded, values: dict[str, Any], context: PredictionContext) -> Any:
    """Things in a picture, the likeliest first."""
    return plain(loaded.pipe(read_picture(context, "image"), threshold=values["threshold"]))


def detect_labels(loaded: Loaded, values: dict[str, Any], context: PredictionContext) -> Any:
    """Things in a picture that labels name."""
    picture, labels = read_picture(context, "image"), values["candidate_labels"]
    if (
        loaded.processor is not None
        and hasattr(loaded.processor, "post_process_grounded_object_detection")
        and (loaded.config.model_type in {"grounding-dino", "mm-grounding-dino"})
    ):
        # Grounding DINO reads all labels as one text, which the pipeline does not
        inputs = loaded.processor(images=picture, text=[labels], return_tensors="pt")
        outputs = loaded.model(**loaded.move(inputs))
        (result,) = loaded.processor.post_process_grounded_object_detection(
            outputs, inputs["input_ids"], threshold=values["threshold"], target_sizes=[picture.size[::-1]]
        )
        names = result.get("text_labels", result["labels"])
        rows = [
            {"score": score, "label": str(label), "box": _box(box)}
            for score, label, box in zip(plain(result["scores"]), names, plain(result["boxes"]), strict=True)
        ]
        return sorted(rows, key=lambda row: -row["score"])[: values.get("top_k")]
    return plain(
        loaded.pipe(picture, candidate_labels=labels, threshold=values["threshold"], top_k=values.get("top_k"))
    )


def _box(corners: list[float]) -> dict[str, int]:
    return dict(zip(("xmin", "ymin", "xmax", "ymax"), map(int, corners), strict=True))


def segment(loaded: Loaded, values: dict[str, Any], context: PredictionContext) -> Any:
    """Parts of a picture with their masks."""
    names = ("threshold", "mask_threshold", "overlap_mask_area_threshold")
    arguments = {name: values[name] for name in names}
    if subtask := values.get("subtask"):
        arguments["subtask"] = subtask
        if not hasattr(loaded.image_processor, f"post_process_{subtask}_segmentation"):
            raise InputRejectedError(f"This model knows no {subtask} parts; leave subtask out.")
    parts = loaded.pipe(read_picture(context, "image"), **arguments)
    return [
        {"label": part["label"], "score": plain(part["score"]), "mask": give_picture(context, part["mask"])}
        for part in parts
    ]


def measure_depth(loaded: Loaded, values: dict[str, Any], context: PredictionContext) -> Any:
    """How far each pixel is; the model's own numbers at both ends of the grey."""
    result = loaded.pipe(read_picture(context, "image"))
    depth = result["predicted_depth"]
    return {
        "depth": give_picture(context, result["depth"]),
        "minimum": float(depth.min()),
        "maximum": float(depth.max()),
    }


def match(loaded: Loaded, values: dict[str, Any], context: PredictionContext) -> Any:
    """Labels that fit a picture."""
    labels, template = values["candidate_labels"], _template(values)
    return plain(loaded.pipe(read_picture(context, "image"), candidate_labels=labels, hypothesis_template=template))


def generate_masks(loaded: Loaded, values: dict[str, Any], context: PredictionContext) -> Any:
    """Masks of all that stands out."""
    arguments = {name: values[name] for name in loaded.task.inputs if name != "image"}
    result = loaded.pipe(read_picture(context, "image"), **arguments)
    return [
        {"score": float(score), "mask": give_picture(context, Image.fromarray(np.asarray(mask, dtype=np.uint8) * 255))}
        for mask, score in zip(result["masks"], result["scores"], strict=True)
    ]


def match_keypoints(loaded: Loaded, values: dict[str, Any], context: PredictionContext) -> Any:
    """Points that two pictures share."""
    pair = [read_picture(context, "image"), read_picture(context, "other_image")]
    return plain(loaded.pipe(pair, threshold=values["threshold"]))


@torch.inference_mode()
def detect_keypoints(loaded: Loaded, values: dict[str, Any], context: PredictionContext) -> Any:
    """Points of a picture with their scores."""
    picture = read_picture(context, "image")
    inputs = loaded.image_processor(picture, return_tensors="pt")
    outputs = loaded.model(**loaded.move(inputs))
    (result,) = loaded.image_processor.post_process_keypoint_detection(outputs, [picture.size[::-1]])
    points = zip(plain(result["keypoints"]), plain(result["scores"]), strict=True)
    rows = [{"x": x, "y": y, "score": score} for (x, y), score in points if score >= values["threshold"]]
    return sorted(rows, key=lambda row: -row["score"])


@torch.inference_mode()
def restore(loaded: Loaded, values: dict[str, Any], context: PredictionContext) -> Any:
    """A picture made larger or clearer."""
    picture = read_picture(context, "image")
    inputs = loaded.image_processor(picture, return_tensors="pt")
    outputs = loaded.model(**loaded.move(inputs))
    numbers = outputs.reconstruction.squeeze(0).float().cpu().clamp(0, 1).numpy()
    # without what the processor put to the right and below, so that whole windows fit
    height, width = (
        round(own * larger / padded)
        for own, larger, padded in zip(
            (picture.height, picture.width), numbers.shape[-2:], inputs["pixel_values"].shape[-2:], strict=True
        )
    )
    if getattr(loaded.image_processor, "do_pad", False):
        numbers = numbers[:, :height, :width]
    pixels = (np.moveaxis(numbers, 0, -1) * 255.0).round().astype(np.uint8)
    return {"image": give_picture(context, Image.fromarray(pixels))}


def embed(loaded: Loaded, values: dict[str, Any], context: PredictionContext) -> Any:
    """A picture as numbers."""
    try:
        return plain(loaded.pipe(read_picture(context, "image"), pool=values["pool"]))
    except ValueError as error:
        if not values["pool"]:
            raise
        raise InputRejectedError("This model has no pooled vector; leave pool out.") from error


@torch.inference_mode()
def describe(loaded: Loaded, values: dict[str, Any], context: PredictionContext) -> Any:
    """What a picture shows or says."""
    picture = read_picture(context, "image")
    arguments = {name: values[name] for name in ("max_new_tokens", "num_beams") if values.get(name) is not None}
    prompt = values.get("prompt")
    if loaded.processor is not None and loaded.config.model_type != "vision-encoder-decoder":
        inputs = loaded.processor(images=picture, **({"text": prompt} if prompt else {}), return_tensors="pt")
    else:
        inputs = loaded.image_processor(picture, return_tensors="pt")
        if prompt:
            name = "decoder_input_ids" if loaded.config.model_type == "vision-encoder-decoder" else "input_ids"
            ids = loaded.tokenizer(prompt, add_special_tokens=name == "input_ids", return_tensors="pt")["input_ids"]
            inputs[name] = ids
    tokens = loaded.model.generate(**loaded.move(inputs), **arguments)
    return str(loaded.tokenizer.decode(tokens[0], skip_special_tokens=True)).strip()


@torch.inference_mode()
def answer(loaded: Loaded, values: dict[str, Any], context: PredictionContext) -> Any:
    """Answers to a question about a picture: the model's classes, or what it writes."""
    picture = read_picture(context, "image")
    processor = loaded.processor
    if processor is not None:
        inputs = processor(images=picture, text=values["question"], return_tensors="pt")
    else:
        inputs = {
            **loaded.tokenizer(values["question"], truncation=True, return_tensors="pt"),
            **loaded.image_processor(picture, return_tensors="pt"),
        }
    inputs = loaded.move(inputs)
    if loaded.model.can_generate():
        tokens = loaded.model.generate(**inputs)
        return [{"answer": str(loaded.tokenizer.decode(tokens[0], skip_special_tokens=True)).strip()}]
    scores, ids = (
        loaded.model(**inputs).logits[0].float().sigmoid().topk(min(values["top_k"], loaded.config.num_labels))
    )
    labels = loaded.config.id2label
    return [{"answer": labels[i], "score": score} for score, i in zip(plain(scores), plain(ids), strict=True)]


def answer_document(loaded: Loaded, values: dict[str, Any], context: PredictionContext) -> Any:
    """Answers to a question about a document, of whose words the boxes are known."""
    picture = read_picture(context, "image")
    words = values.get("word_boxes")
    if words is None and loaded.pipe.model_type.name != "VisionEncoderDecoder":
        if importlib.util.find_spec("pytesseract") is None:
            raise InputRejectedError("This worker has no Tesseract to read words with; give word_boxes.")
    elif words is not None:
        words = [(_word(word), _word_box(box)) for word, box in words]
    arguments = {name: values[name] for name in ("top_k", "max_answer_len", "handle_impossible_answer")}
    result = plain(loaded.pipe(image=picture, question=values["question"], word_boxes=words, **arguments))
    return result if isinstance(result, list) else [result]


def _word(word: object) -> str:
    if not isinstance(word, str) or not word:
        raise InputRejectedError("Each of word_boxes begins with a word.")
    return word


def _word_box(box: object) -> list[int]:
    if isinstance(box, list) and len(box) == 4 and all(isinstance(n, int) and 0 <= n <= WIDEST_BOX for n in box):
        left, top, right, bottom = box
        if left <= right and top <= bottom:
            return box
    raise InputRejectedError("The box of a word is [left, top, right, bottom], whole numbers from 0 to 1000.")
