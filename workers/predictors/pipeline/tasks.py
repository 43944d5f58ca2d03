"""The tasks that folders of transformers are run for: which classes do them, what they take and what they give.

Nothing here imports transformers: classes are named, and looked up where a folder is read.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any

from workers.contract.predictor import JSON_SCHEMA

MAX_TEXT = 100_000
MAX_LABELS = 1_000
Rule = dict[str, Any]


@dataclass(frozen=True)
class Task:
    """One task, by the name that the hub has for it.

    `mappings` are transformers' maps from types of models to the classes that do the task, `parts` what its folder must
    hold besides weights, `optional` what it may hold. `run` names the function that makes an output of an input.
    """

    name: str
    about: str
    mappings: tuple[str, ...]
    parts: tuple[str, ...]
    inputs: dict[str, Rule]
    required: tuple[str, ...]
    output: Rule
    run: str
    optional: tuple[str, ...] = ()
    pipeline: str | None = None
    """The class of transformers' pipeline of the task; None where the library has none any more."""
    packages: tuple[str, ...] = ()
    narrow: str | None = None
    """Names the function that fits the inputs to one folder."""
    tags: tuple[str, ...] = field(default=())
    """Other names that a README may have for it."""

    def function(self) -> Callable[..., Any]:
        """What makes an output of an input."""
        return resolve(self.run)


def resolve(name: str) -> Callable[..., Any]:
    """The function that a text such as `module:name` names, in this folder."""
    module, _, attribute = name.partition(":")
    function: Callable[..., Any] = getattr(import_module(f"{__package__}.{module}"), attribute)
    return function


def text(title: str, description: str, *, default: str | None = None, most: int = MAX_TEXT) -> Rule:
    """A text of at most `most` characters."""
    body: Rule = {"title": title, "description": description, "type": "string", "maxLength": most}
    return {**body, "minLength": 1} if default is None else {**body, "default": default}


def optional_text(title: str, description: str, most: int = 200) -> Rule:
    """A text that may be left out."""
    body = {"title": title, "description": description, "type": ["string", "null"]}
    return {**body, "maxLength": most, "default": None}


def file(title: str, description: str, media: str) -> Rule:
    """A file of a kind of media, such as `image/*`."""
    body = {"title": title, "description": description, "type": "string", "format": "file"}
    return {**body, "contentMediaType": media}


def whole(title: str, description: str, low: int, high: int, default: int | None) -> Rule:
    """A whole number; without a default the model's own counts."""
    kind: Any = "integer" if default is not None else ["integer", "null"]
    body = {"title": title, "description": description, "type": kind}
    return {**body, "minimum": low, "maximum": high, "default": default}


def number(title: str, description: str, low: float, high: float, default: float | None) -> Rule:
    """A number; without a default the model's own counts."""
    kind: Any = "number" if default is not None else ["number", "null"]
    body = {"title": title, "description": description, "type": kind}
    return {**body, "minimum": low, "maximum": high, "default": default}


def choice(title: str, description: str, options: list[str], default: str | None) -> Rule:
    """One of some words; None among them is the model's own choice."""
    kind: Any = "string" if default is not None else ["string", "null"]
    enum: list[str | None] = [*options] if default is not None else [None, *options]
    return {"title": title, "description": description, "type": kind, "enum": enum, "default": default}


def switch(title: str, description: str, *, default: bool = False) -> Rule:
    """Yes or no."""
    return {"title": title, "description": description, "type": "boolean", "default": default}


def labels(description: str) -> Rule:
    """The labels to choose from."""
    items = {"type": "string", "minLength": 1, "maxLength": 500}
    body = {"title": "Labels", "description": description, "type": "array", "items": items}
    return {**body, "minItems": 1, "maxItems": MAX_LABELS, "examples": [["a cat", "a dog"]]}


def _object(**properties: Rule) -> Rule:
    return {"type": "object", "properties": properties, "required": list(properties)}


def _list(item: Rule) -> Rule:
    return {"type": "array", "items": item}


NUMBER: Rule = {"type": "number"}
TEXT: Rule = {"type": "string"}
FILE: Rule = {"type": "string", "description": "Link to a file."}
SCORED = _list(_object(label=TEXT, score=NUMBER))
BOX = _object(xmin=NUMBER, ymin=NUMBER, xmax=NUMBER, ymax=NUMBER)
BOXED = _list(_object(label=TEXT, score=NUMBER, box=BOX))
MASKED = _list({"type": "object", "properties": {"label": TEXT, "score": {"type": ["number", "null"]}, "mask": FILE}})
ANSWERS = _list(_object(answer=TEXT, score=NUMBER))
POINT = _object(x=NUMBER, y=NUMBER)

PICTURE = file("Picture", "Picture to look at: PNG, JPEG, WebP, GIF, BMP or TIFF.", "image/*")
SOUND = file("Sound", "Recording: WAV, MP3, M4A, OGG, FLAC, WebM, or the sound of a video.", "audio/*,video/*")
VIDEO = file("Video", "Video: MP4, WebM, MOV or another that FFmpeg reads.", "video/*")
TOP = whole("Number of answers", "Number of classes, most likely first; null returns all.", 1, 10_000, None)
FUNCTION = choice(
    "Function of the scores",
    "How scores are made of the model's numbers; null: as the model says.",
    ["softmax", "sigmoid", "none"],
    None,
)
THRESHOLD = "Least score of what is returned."
NEW_TOKENS = whole("Most new tokens", "Most tokens that are written; null: as the model says.", 1, 32_768, None)
BEAMS = whole("Beams", "Texts that are weighed at once; null: as the model says.", 1, 16, None)

SEQ2SEQ: dict[str, Rule] = {
    "text": text("Text", "Text to work on."),
    "max_new_tokens": NEW_TOKENS,
    "min_new_tokens": whole(
        "Least new tokens", "Least tokens that are written; null: as the model says.", 1, 32_768, None
    ),
    "num_beams": BEAMS,
    "do_sample": switch("Sample", "Draw tokens by chance instead of taking the likeliest."),
    "temperature": number(
        "Temperature", "How much chance there is when sampling; null: as the model says.", 0.01, 5, None
    ),
    "seed": {
        "title": "Seed",
        "description": "Equal seeds draw equal tokens.",
        "type": "integer",
        "minimum": 0,
        "maximum": 2**53 - 1,
    },
}
LANGUAGES: dict[str, Rule] = {
    "src_lang": optional_text(
        "Language of the text", "As the model's tokenizer calls it, such as eng_Latn or en_XX.", 40
    ),
    "tgt_lang": optional_text(
        "Language of the answer", "As the model's tokenizer calls it, such as fra_Latn or fr_XX.", 40
    ),
}
_SEQ2SEQ = "MODEL_FOR_SEQ_TO_SEQ_CAUSAL_LM_MAPPING_NAMES"

TASKS = (
    Task(
        "automatic-speech-recognition",
        "Speech as text, with times where the model knows them; long recordings are cut into pieces.",
        ("MODEL_FOR_CTC_MAPPING_NAMES", "MODEL_FOR_TDT_MAPPING_NAMES", "MODEL_FOR_SPEECH_SEQ_2_SEQ_MAPPING_NAMES"),
        ("feature_extractor", "tokenizer"),
        {
            "audio": SOUND,
            "timestamps": choice(
                "Times",
                "Times of sentences (`segment`), words or characters; null for none.",
                ["segment", "word", "char"],
                None,
            ),
            "task": choice(
                "Task", "Whether speech is written in its language or in English.", ["transcribe", "translate"], None
            ),
            "language": optional_text("Language", "Language that is spoken; null: the model hears which.", 40),
            "chunk_seconds": number(
                "Length of pieces",
                "Seconds of sound that are read at once; null: whole, and Whisper by its own 30.",
                1,
                600,
                None,
            ),
            "stride_seconds": number(
                "Overlap of pieces", "Seconds that pieces share at each end; null: a sixth.", 0, 100, None
            ),
            "max_new_tokens": NEW_TOKENS,
            "num_beams": BEAMS,
        },
        ("audio",),
        {
            "type": "object",
            "properties": {"text": TEXT, "chunks": _list({"type": "object", "properties": {"text": TEXT}})},
            "required": ["text"],
        },
        "sound:transcribe",
        optional=("processor",),
        pipeline="AutomaticSpeechRecognitionPipeline",
        narrow="sound:narrow_transcription",
    ),
    Task(
        "text-to-audio",
        "Text as speech, music or noise: a sound file.",
        ("MODEL_FOR_TEXT_TO_WAVEFORM_MAPPING_NAMES", "MODEL_FOR_TEXT_TO_SPECTROGRAM_MAPPING_NAMES"),
        ("tokenizer",),
        {
            "text": text("Text", "Text to say, or what to play."),
            "voice": optional_text("Voice", "Name of a voice preset, for models that have some."),
            "speaker_embedding": {
                "title": "Speaker",
                "description": "Numbers of a voice, for SpeechT5.",
                "type": ["array", "null"],
                "items": {"type": "number"},
                "maxItems": 4096,
                "default": None,
            },
            "max_new_tokens": NEW_TOKENS,
            "do_sample": {
                **switch("Sample", "Draw tokens by chance; null: as the model says."),
                "type": ["boolean", "null"],
                "default": None,
            },
            "output_format": choice(
                "File format",
                "WAV and FLAC lose nothing, the others are smaller.",
                ["wav", "mp3", "flac", "opus", "aac"],
                "wav",
            ),
            "seed": SEQ2SEQ["seed"],
        },
        ("text",),
        _object(audio=FILE, sampling_rate=NUMBER, seconds=NUMBER),
        "sound:speak",
        optional=("processor",),
        pipeline="TextToAudioPipeline",
        tags=("text-to-speech",),
    ),
    Task(
        "audio-classification",
        "Classes of a sound, likeliest first.",
        ("MODEL_FOR_AUDIO_CLASSIFICATION_MAPPING_NAMES",),
        ("feature_extractor",),
        {"audio": SOUND, "top_k": TOP, "function_to_apply": FUNCTION},
        ("audio",),
        SCORED,
        "sound:classify",
        pipeline="AudioClassificationPipeline",
        narrow="folder:narrow_labels",
    ),
    Task(
        "zero-shot-audio-classification",
        "Which of some labels fit a sound.",
        (),
        ("feature_extractor", "tokenizer"),
        {
            "audio": SOUND,
            "candidate_labels": labels("Labels to choose from."),
            "hypothesis_template": text(
                "Template",
                "Sentence around a label, which takes the place of {}.",
                default="This is a sound of {}.",
                most=500,
            ),
        },
        ("audio", "candidate_labels"),
        SCORED,
        "sound:match",
        pipeline="ZeroShotAudioClassificationPipeline",
    ),
    Task(
        "image-classification",
        "Classes of a picture, likeliest first.",
        ("MODEL_FOR_IMAGE_CLASSIFICATION_MAPPING_NAMES",),
        ("image_processor",),
        {"image": PICTURE, "top_k": TOP, "function_to_apply": FUNCTION},
        ("image",),
        SCORED,
        "pictures:classify",
        pipeline="ImageClassificationPipeline",
        narrow="folder:narrow_labels",
    ),
    Task(
        "object-detection",
        "Things in a picture, each with a box in pixels.",
        ("MODEL_FOR_OBJECT_DETECTION_MAPPING_NAMES",),
        ("image_processor",),
        {"image": PICTURE, "threshold": number("Threshold", THRESHOLD, 0, 1, 0.5)},
        ("image",),
        BOXED,
        "pictures:detect",
        pipeline="ObjectDetectionPipeline",
    ),
    Task(
        "image-segmentation",
        "Parts of a picture: a mask (PNG) for each, with its label.",
        (
            "MODEL_FOR_IMAGE_SEGMENTATION_MAPPING_NAMES",
            "MODEL_FOR_SEMANTIC_SEGMENTATION_MAPPING_NAMES",
            "MODEL_FOR_INSTANCE_SEGMENTATION_MAPPING_NAMES",
            "MODEL_FOR_UNIVERSAL_SEGMENTATION_MAPPING_NAMES",
        ),
        ("image_processor",),
        {
            "image": PICTURE,
            "subtask": choice(
                "Kind of parts",
                "null takes the first of these that the model knows.",
                ["panoptic", "instance", "semantic"],
                None,
            ),
            "threshold": number("Threshold", THRESHOLD, 0, 1, 0.9),
            "mask_threshold": number(
                "Threshold of masks", "Probability from which a pixel belongs to a mask.", 0, 1, 0.5
            ),
            "overlap_mask_area_threshold": number(
                "Threshold of overlaps", "Share of a mask that must be left for it to count.", 0, 1, 0.5
            ),
        },
        ("image",),
        MASKED,
        "pictures:segment",
        optional=("tokenizer",),
        pipeline="ImageSegmentationPipeline",
    ),
    Task(
        "depth-estimation",
        "How far each pixel of a picture is, as a grey picture (PNG).",
        ("MODEL_FOR_DEPTH_ESTIMATION_MAPPING_NAMES",),
        ("image_processor",),
        {"image": PICTURE},
        ("image",),
        _object(depth=FILE, minimum=NUMBER, maximum=NUMBER),
        "pictures:measure_depth",
        pipeline="DepthEstimationPipeline",
    ),
    Task(
        "zero-shot-image-classification",
        "Which of some labels fit a picture.",
        ("MODEL_FOR_ZERO_SHOT_IMAGE_CLASSIFICATION_MAPPING_NAMES",),
        ("image_processor", "tokenizer"),
        {
            "image": PICTURE,
            "candidate_labels": labels("Labels to choose from."),
            "hypothesis_template": text(
                "Template",
                "Sentence around a label, which takes the place of {}.",
                default="This is a photo of {}.",
                most=500,
            ),
        },
        ("image", "candidate_labels"),
        SCORED,
        "pictures:match",
        pipeline="ZeroShotImageClassificationPipeline",
    ),
    Task(
        "zero-shot-object-detection",
        "Things in a picture that some labels name, each with a box in pixels.",
        ("MODEL_FOR_ZERO_SHOT_OBJECT_DETECTION_MAPPING_NAMES",),
        ("image_processor", "tokenizer"),
        {
            "image": PICTURE,
            "candidate_labels": labels("What to look for."),
            "threshold": number("Threshold", THRESHOLD, 0, 1, 0.1),
            "top_k": whole("Most things", "Most things that are returned; null for all.", 1, 10_000, None),
        },
        ("image", "candidate_labels"),
        BOXED,
        "pictures:detect_labels",
        optional=("processor",),
        pipeline="ZeroShotObjectDetectionPipeline",
    ),
    Task(
        "mask-generation",
        "Masks (PNG) of all that stands out in a picture.",
        ("MODEL_FOR_MASK_GENERATION_MAPPING_NAMES",),
        ("image_processor",),
        {
            "image": PICTURE,
            "points_per_crop": whole("Points a side", "Points of the grid on each side of a picture.", 1, 64, 32),
            "points_per_batch": whole("Points at once", "Points in one pass of the model.", 1, 1024, 64),
            "crops_n_layers": whole("Layers of cuts", "How often the picture is cut up and looked at again.", 0, 3, 0),
            "pred_iou_thresh": number("Least quality", "Least quality that the model gives a mask.", 0, 1, 0.88),
            "stability_score_thresh": number("Least stability", "Least stability of a mask.", 0, 1, 0.95),
        },
        ("image",),
        MASKED,
        "pictures:generate_masks",
        optional=("processor",),
        pipeline="MaskGenerationPipeline",
        packages=("torchvision",),
    ),
    Task(
        "keypoint-matching",
        "Points that two pictures share.",
        ("MODEL_FOR_KEYPOINT_MATCHING_MAPPING_NAMES",),
        ("image_processor",),
        {
            "image": PICTURE,
            "other_image": {**PICTURE, "title": "Other picture"},
            "threshold": number("Threshold", THRESHOLD, 0, 1, 0.0),
        },
        ("image", "other_image"),
        _list(_object(keypoint_image_0=POINT, keypoint_image_1=POINT, score=NUMBER)),
        "pictures:match_keypoints",
        pipeline="KeypointMatchingPipeline",
    ),
    Task(
        "keypoint-detection",
        "Points of a picture that are easily found again.",
        ("MODEL_FOR_KEYPOINT_DETECTION_MAPPING_NAMES",),
        ("image_processor",),
        {"image": PICTURE, "threshold": number("Threshold", THRESHOLD, 0, 1, 0.0)},
        ("image",),
        _list(_object(x=NUMBER, y=NUMBER, score=NUMBER)),
        "pictures:detect_keypoints",
    ),
    Task(
        "image-to-image",
        "A picture made larger or clearer (PNG).",
        ("MODEL_FOR_IMAGE_TO_IMAGE_MAPPING_NAMES",),
        ("image_processor",),
        {"image": PICTURE},
        ("image",),
        _object(image=FILE),
        "pictures:restore",
    ),
    Task(
        "image-feature-extraction",
        "A picture as numbers: one vector, or one for each part.",
        (),
        ("image_processor",),
        {
            "image": PICTURE,
            "pool": switch("One vector", "Return the model's pooled vector instead of one for each part."),
        },
        ("image",),
        _list({}),
        "pictures:embed",
        pipeline="ImageFeatureExtractionPipeline",
    ),
    Task(
        "video-classification",
        "Classes of a video, likeliest first.",
        ("MODEL_FOR_VIDEO_CLASSIFICATION_MAPPING_NAMES",),
        ("image_processor",),
        {
            "video": VIDEO,
            "top_k": TOP,
            "frame_sampling_rate": whole("Every so many frames", "One frame in so many is looked at.", 1, 100, 1),
            "num_frames": whole("Frames", "Frames that are looked at; null: as the model says.", 1, 256, None),
            "function_to_apply": FUNCTION,
        },
        ("video",),
        SCORED,
        "pictures:classify_video",
        pipeline="VideoClassificationPipeline",
        narrow="folder:narrow_labels",
    ),
    Task(
        "image-to-text",
        "What a picture shows or says, as text.",
        ("MODEL_FOR_IMAGE_TEXT_TO_TEXT_MAPPING_NAMES", "MODEL_FOR_VISION_2_SEQ_MAPPING_NAMES"),
        ("image_processor", "tokenizer"),
        {
            "image": PICTURE,
            "prompt": optional_text("Beginning", "Text with which the answer begins, or a task of the model's.", 4000),
            "max_new_tokens": NEW_TOKENS,
            "num_beams": BEAMS,
        },
        ("image",),
        TEXT,
        "pictures:describe",
        optional=("processor",),
    ),
    Task(
        "visual-question-answering",
        "Answers to a question about a picture.",
        ("MODEL_FOR_VISUAL_QUESTION_ANSWERING_MAPPING_NAMES",),
        ("image_processor", "tokenizer"),
        {
            "image": PICTURE,
            "question": text("Question", "Question about the picture.", most=4000),
            "top_k": whole("Number of answers", "Number of answers, most likely first.", 1, 100, 5),
        },
        ("image", "question"),
        _list({"type": "object", "properties": {"answer": TEXT, "score": NUMBER}, "required": ["answer"]}),
        "pictures:answer",
        optional=("processor",),
    ),
    Task(
        "document-question-answering",
        "Answers to a question about the picture of a document.",
        ("MODEL_FOR_DOCUMENT_QUESTION_ANSWERING_MAPPING_NAMES",),
        ("tokenizer",),
        {
            "image": PICTURE,
            "question": text("Question", "Question about the document.", most=4000),
            "word_boxes": {
                "title": "Words",
                "description": "Words of the document with their boxes [left, top, right, bottom] from 0 to 1000,"
                " as [[word, box], ...]; null has Tesseract read them, where this server has it.",
                "type": ["array", "null"],
                "maxItems": 10_000,
                "default": None,
                "items": {"type": "array", "minItems": 2, "maxItems": 2},
            },
            "top_k": whole("Number of answers", "Number of answers, most likely first.", 1, 100, 1),
            "max_answer_len": whole("Longest answer", "Most words of an answer.", 1, 1000, 15),
            "handle_impossible_answer": switch("No answer", "Whether it may be that there is no answer."),
        },
        ("image", "question"),
        _list({"type": "object", "properties": {"answer": TEXT, "score": NUMBER}, "required": ["answer"]}),
        "pictures:answer_document",
        optional=("image_processor",),
        pipeline="DocumentQuestionAnsweringPipeline",
    ),
    Task(
        "question-answering",
        "The passage of a text that answers a question.",
        ("MODEL_FOR_QUESTION_ANSWERING_MAPPING_NAMES",),
        ("tokenizer",),
        {
            "question": text("Question", "Question about the text.", most=4000),
            "context": text("Text", "Text that has the answer."),
            "top_k": whole("Number of answers", "Number of answers, most likely first.", 1, 100, 1),
            "doc_stride": whole("Overlap of pieces", "Tokens that pieces of a long text share.", 1, 512, 128),
            "max_answer_len": whole("Longest answer", "Most tokens of an answer.", 1, 1000, 15),
            "handle_impossible_answer": switch("No answer", "Whether it may be that there is no answer."),
        },
        ("question", "context"),
        _list(_object(answer=TEXT, score=NUMBER, start=NUMBER, end=NUMBER)),
        "texts:answer",
    ),
    Task(
        "table-question-answering",
        "Cells of a table that answer a question.",
        ("MODEL_FOR_TABLE_QUESTION_ANSWERING_MAPPING_NAMES",),
        ("tokenizer",),
        {
            "question": text("Question", "Question about the table.", most=4000),
            "table": {
                "title": "Table",
                "description": "Columns by their names, each a list of texts of one length.",
                "type": "object",
                "additionalProperties": {
                    "type": "array",
                    "items": {"type": "string", "maxLength": 1000},
                    "maxItems": 1000,
                },
                "maxProperties": 100,
                "minProperties": 1,
            },
        },
        ("question", "table"),
        {"type": "object", "properties": {"answer": TEXT, "cells": _list(TEXT)}, "required": ["answer"]},
        "texts:answer_table",
        pipeline="TableQuestionAnsweringPipeline",
        packages=("pandas",),
    ),
    Task(
        "token-classification",
        "Words of a text that are names, places, parts of speech ..., each with its place in the text.",
        ("MODEL_FOR_TOKEN_CLASSIFICATION_MAPPING_NAMES",),
        ("tokenizer",),
        {
            "text": text("Text", "Text to look through."),
            "aggregation_strategy": choice(
                "Grouping",
                "How tokens are joined to words and names.",
                ["none", "simple", "first", "average", "max"],
                "none",
            ),
            "stride": whole(
                "Overlap of pieces", "Tokens that pieces of a long text share; null takes the text whole.", 1, 512, None
            ),
        },
        ("text",),
        _list({"type": "object", "properties": {"word": TEXT, "score": NUMBER, "start": NUMBER, "end": NUMBER}}),
        "texts:tag",
        pipeline="TokenClassificationPipeline",
        tags=("ner",),
    ),
    Task(
        "fill-mask",
        "Words that fit in place of a text's mask.",
        ("MODEL_FOR_MASKED_LM_MAPPING_NAMES",),
        ("tokenizer",),
        {
            "text": text("Text", "Text with the model's mask in it, such as [MASK] or <mask>."),
            "top_k": whole("Number of answers", "Number of words, most likely first.", 1, 1000, 5),
            "targets": {
                "title": "Words",
                "description": "Words to choose from; null for all.",
                "type": ["array", "null"],
                "items": {"type": "string", "minLength": 1, "maxLength": 200},
                "minItems": 1,
                "maxItems": 1000,
                "default": None,
            },
        },
        ("text",),
        _list({}),
        "texts:fill",
        pipeline="FillMaskPipeline",
        narrow="texts:narrow_mask",
    ),
    Task(
        "zero-shot-classification",
        "Which of some labels fit a text.",
        ("MODEL_FOR_SEQUENCE_CLASSIFICATION_MAPPING_NAMES",),
        ("tokenizer",),
        {
            "text": text("Text", "Text to classify."),
            "candidate_labels": labels("Labels to choose from."),
            "hypothesis_template": text(
                "Template",
                "Sentence around a label, which takes the place of {}.",
                default="This example is {}.",
                most=500,
            ),
            "multi_label": switch("Several labels", "Judge each label on its own, so that several may fit."),
        },
        ("text", "candidate_labels"),
        SCORED,
        "texts:match",
        pipeline="ZeroShotClassificationPipeline",
        narrow="texts:check_entailment",
    ),
    Task(
        "translation",
        "A text in another language.",
        (_SEQ2SEQ,),
        ("tokenizer",),
        {**SEQ2SEQ, **LANGUAGES},
        ("text",),
        TEXT,
        "texts:rewrite",
        narrow="texts:narrow_languages",
    ),
    Task(
        "summarization",
        "The gist of a text.",
        (_SEQ2SEQ,),
        ("tokenizer",),
        SEQ2SEQ,
        ("text",),
        TEXT,
        "texts:rewrite",
    ),
    Task(
        "text2text-generation",
        "What a model of texts makes of a text.",
        (_SEQ2SEQ,),
        ("tokenizer",),
        {**SEQ2SEQ, **LANGUAGES},
        ("text",),
        TEXT,
        "texts:rewrite",
        narrow="texts:narrow_languages",
    ),
)
BY_NAME = {task.name: task for task in TASKS}
ALIASES = {tag: task.name for task in TASKS for tag in task.tags}
ENCODERS = {
    "text-classification": "classification",
    "sentiment-analysis": "classification",
    "feature-extraction": "embeddings",
    "sentence-similarity": "embeddings",
    "text-ranking": "reranking",
}
"""Tasks of whole texts that have predictors of their own, which run many texts at once."""


def input_schema(task: Task, inputs: dict[str, Rule] | None = None) -> Rule:
    """The JSON Schema of a task's input, or of some inputs of it."""
    from workers.contract.predictor import schema

    return schema(task.inputs if inputs is None else inputs, list(task.required))


def output_schema(task: Task) -> Rule:
    """The JSON Schema of a task's output."""
    return {"$schema": JSON_SCHEMA, **task.output}
