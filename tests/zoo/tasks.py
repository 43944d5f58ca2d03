"""Tiny models with random weights of many tasks, written to folders as real ones are."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
import transformers as tf
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors, trainers

from tests.unit.predictors.tiny_models import CORPUS

SMALL = {"hidden_size": 32, "intermediate_size": 48, "num_hidden_layers": 2, "num_attention_heads": 4}
VIT = {**SMALL, "image_size": 32, "patch_size": 8}
LABELS = {"id2label": {0: "cat", 1: "dog", 2: "bird"}, "label2id": {"cat": 0, "dog": 1, "bird": 2}}
SPECIAL = ["[PAD]", "[CLS]", "[SEP]", "[MASK]", "[UNK]"]
WORDS = 420
Build = Callable[[Path], None]


def tokenizer(**names: str) -> Any:
    """A tokenizer like BERT's."""
    inner = Tokenizer(models.BPE())
    inner.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    inner.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    inner.train_from_iterator(
        CORPUS, trainers.BpeTrainer(vocab_size=400, special_tokens=SPECIAL, initial_alphabet=alphabet)
    )
    inner.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B:1 [SEP]:1", special_tokens=[("[CLS]", 1), ("[SEP]", 2)]
    )
    marks = {"pad_token": "[PAD]", "cls_token": "[CLS]", "sep_token": "[SEP]", "mask_token": "[MASK]"}
    made = tf.PreTrainedTokenizerFast(
        tokenizer_object=inner, unk_token="[UNK]", eos_token="[SEP]", bos_token="[CLS]", **{**marks, **names}
    )
    made.model_max_length = 128
    return made


def save(path: Path, model: Any, *parts: Any) -> None:
    """Write a model and what prepares its inputs."""
    model.save_pretrained(path)
    for part in parts:
        part.save_pretrained(path)


def loud(model: Any, factor: float = 8.0) -> Any:
    """The model with weights so large that its answers differ from each other."""
    with torch.no_grad():
        for name, weight in model.named_parameters():
            if weight.ndim > 1 and "norm" not in name.lower():
                weight.mul_(factor)
    return model


def bert(cls: str, **config: Any) -> Any:
    return getattr(tf, cls)(tf.BertConfig(**SMALL, vocab_size=WORDS, max_position_embeddings=128, **config))


def audio_extractor() -> Any:
    return tf.Wav2Vec2FeatureExtractor(do_normalize=True, return_attention_mask=True)


WAV2VEC = {
    **SMALL,
    "conv_dim": (16, 16),
    "conv_kernel": (10, 8),
    "conv_stride": (5, 4),
    "num_feat_extract_layers": 2,
    "num_conv_pos_embeddings": 8,
    "num_conv_pos_embedding_groups": 2,
    "do_stable_layer_norm": True,
    "feat_extract_norm": "layer",
    "classifier_proj_size": 16,
}


def wav2vec_ctc(path: Path) -> None:
    import json

    path.mkdir(parents=True)
    letters = ["<pad>", "<s>", "</s>", "<unk>", "|", *"ABCDEFGHIJKLMNOPQRSTUVWXYZ'"]
    (path / "vocab.json").write_text(json.dumps({letter: number for number, letter in enumerate(letters)}))
    config = tf.Wav2Vec2Config(**WAV2VEC, vocab_size=len(letters), pad_token_id=0)
    save(path, loud(tf.Wav2Vec2ForCTC(config), 3), tf.Wav2Vec2CTCTokenizer(path / "vocab.json"), audio_extractor())


def wav2vec_classifier(path: Path) -> None:
    save(path, loud(tf.Wav2Vec2ForSequenceClassification(tf.Wav2Vec2Config(**WAV2VEC, **LABELS)), 2), audio_extractor())


def whisper(path: Path) -> None:
    marks = ["<|endoftext|>", "<|startoftranscript|>", "<|en|>", "<|de|>", "<|translate|>", "<|transcribe|>"]
    marks += ["<|startoflm|>", "<|startofprev|>", "<|nocaptions|>", "<|notimestamps|>"]
    marks += [f"<|{n * 0.02:.2f}|>" for n in range(1501)]
    inner = Tokenizer(models.BPE())
    inner.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    inner.decoder = decoders.ByteLevel()
    inner.train_from_iterator(
        CORPUS, trainers.BpeTrainer(vocab_size=300, initial_alphabet=pre_tokenizers.ByteLevel.alphabet())
    )
    words = tf.WhisperTokenizerFast(tokenizer_object=inner)
    words.add_special_tokens({"additional_special_tokens": marks[:10]})
    words.add_tokens(marks[10:])
    number = words.convert_tokens_to_ids
    config = tf.WhisperConfig(
        vocab_size=len(words), d_model=32, encoder_layers=1, decoder_layers=2, encoder_attention_heads=4,
        decoder_attention_heads=4, encoder_ffn_dim=32, decoder_ffn_dim=32, num_mel_bins=80,
        max_target_positions=64, pad_token_id=number("<|endoftext|>"), bos_token_id=number("<|endoftext|>"),
        eos_token_id=number("<|endoftext|>"), decoder_start_token_id=number("<|startoftranscript|>"),
    )  # fmt: skip
    model = loud(tf.WhisperForConditionalGeneration(config), 4)
    with torch.no_grad():
        # it writes more words than marks
        model.model.decoder.embed_tokens.weight[number("<|endoftext|>") :] *= 0.2
    model.generation_config = tf.GenerationConfig(
        eos_token_id=config.eos_token_id, pad_token_id=config.pad_token_id, max_length=60,
        decoder_start_token_id=config.decoder_start_token_id, is_multilingual=True,
        lang_to_id={"<|en|>": number("<|en|>"), "<|de|>": number("<|de|>")},
        task_to_id={"transcribe": number("<|transcribe|>"), "translate": number("<|translate|>")},
        no_timestamps_token_id=number("<|notimestamps|>"), alignment_heads=[[1, 0], [1, 1]],
        max_initial_timestamp_index=50, return_timestamps=False, prev_sot_token_id=number("<|startofprev|>"),
        suppress_tokens=[], begin_suppress_tokens=[],
    )  # fmt: skip
    save(path, model, words, tf.WhisperFeatureExtractor())


def vits(path: Path) -> None:
    import json

    path.mkdir(parents=True)
    letters = "abcdefghijklmnopqrstuvwxyz '"
    (path / "vocab.json").write_text(json.dumps({letter: number for number, letter in enumerate(["_", *letters])}))
    words = tf.VitsTokenizer(path / "vocab.json", pad_token="_", unk_token="_", add_blank=True, phonemize=False)
    config = tf.VitsConfig(
        vocab_size=40, hidden_size=16, num_hidden_layers=1, num_attention_heads=2, window_size=2, ffn_dim=16,
        flow_size=16, spectrogram_bins=9, upsample_initial_channel=16, upsample_rates=[2, 2],
        upsample_kernel_sizes=[4, 4], resblock_kernel_sizes=[3], resblock_dilation_sizes=[[1, 3]],
        posterior_encoder_num_wavenet_layers=1, prior_encoder_num_wavenet_layers=1, prior_encoder_num_flows=1,
        duration_predictor_num_flows=1, duration_predictor_filter_channels=16, depth_separable_num_layers=1,
        sampling_rate=8000,
    )  # fmt: skip
    save(path, tf.VitsModel(config), words)


def clap(path: Path) -> None:
    audio = {
        "hidden_size": 32, "patch_embeds_hidden_size": 16, "depths": [1, 1], "num_attention_heads": [2, 2],
        "num_hidden_layers": 2, "window_size": 4, "spec_size": 32, "patch_size": 4, "patch_stride": [4, 4],
        "num_mel_bins": 8, "enable_fusion": False, "projection_dim": 16, "num_classes": 2,
    }  # fmt: skip
    config = tf.ClapConfig(
        text_config={
            **SMALL,
            "vocab_size": WORDS,
            "projection_dim": 16,
            "pad_token_id": 0,
            "max_position_embeddings": 130,
        },
        audio_config=audio,
        projection_dim=16,
    )
    extractor = tf.ClapFeatureExtractor(
        feature_size=8, sampling_rate=8000, hop_length=250, max_length_s=1, fft_window_size=256, truncation="rand_trunc"
    )
    save(path, loud(tf.ClapModel(config), 2), tokenizer(), extractor)


def picture_processor(cls: str = "ViTImageProcessor", **config: Any) -> Any:
    made = getattr(tf, f"{cls}Pil", None) or getattr(tf, cls)
    return made(**{"size": {"height": 32, "width": 32}, **config})


def vit(path: Path) -> None:
    save(path, loud(tf.ViTForImageClassification(tf.ViTConfig(**VIT, **LABELS))), picture_processor())


def vit_model(path: Path) -> None:
    save(path, tf.ViTModel(tf.ViTConfig(**VIT)), picture_processor())


def yolos(path: Path) -> None:
    config = tf.YolosConfig(**{**VIT, "image_size": [32, 32]}, num_detection_tokens=6, **LABELS)
    save(
        path,
        loud(tf.YolosForObjectDetection(config)),
        picture_processor("YolosImageProcessor", size={"height": 32, "width": 32}),
    )


def segformer(path: Path) -> None:
    config = tf.SegformerConfig(
        hidden_sizes=[8, 16], depths=[1, 1], num_attention_heads=[1, 2], sr_ratios=[2, 1], num_encoder_blocks=2,
        patch_sizes=[3, 3], strides=[2, 2], mlp_ratios=[2, 2], decoder_hidden_size=16, **LABELS,
    )  # fmt: skip
    save(path, loud(tf.SegformerForSemanticSegmentation(config), 4), picture_processor("SegformerImageProcessor"))


def dpt(path: Path) -> None:
    config = tf.DPTConfig(
        **VIT, backbone_out_indices=[0, 1], is_hybrid=False, neck_hidden_sizes=[8, 8], fusion_hidden_size=8,
        reassemble_factors=[1, 0.5], head_in_index=-1,
    )  # fmt: skip
    save(path, loud(tf.DPTForDepthEstimation(config), 3), picture_processor("DPTImageProcessor"))


def clip(path: Path) -> None:
    config = tf.CLIPConfig(
        text_config={**SMALL, "vocab_size": WORDS, "max_position_embeddings": 77, "eos_token_id": 2, "bos_token_id": 1},
        vision_config=VIT,
        projection_dim=16,
    )
    processor = picture_processor(
        "CLIPImageProcessor", size={"shortest_edge": 32}, crop_size={"height": 32, "width": 32}
    )
    save(path, loud(tf.CLIPModel(config), 3), tokenizer(), processor)


def owlvit(path: Path) -> None:
    config = tf.OwlViTConfig(
        text_config={**SMALL, "vocab_size": WORDS, "max_position_embeddings": 16, "eos_token_id": 2, "bos_token_id": 1},
        vision_config=VIT,
        projection_dim=32,
    )
    words = tokenizer()
    words.model_max_length = 16
    save(path, loud(tf.OwlViTForObjectDetection(config), 2), words, picture_processor("OwlViTImageProcessor"))


def superpoint(path: Path) -> None:
    config = tf.SuperPointConfig(
        encoder_hidden_sizes=[8, 8, 8, 8], decoder_hidden_size=8, keypoint_decoder_dim=65, descriptor_decoder_dim=16,
        keypoint_threshold=0.0,
    )  # fmt: skip
    save(path, tf.SuperPointForKeypointDetection(config), picture_processor("SuperPointImageProcessor"))


def swin2sr(path: Path) -> None:
    config = tf.Swin2SRConfig(
        image_size=16, patch_size=1, num_channels=3, embed_dim=16, depths=[1], num_heads=[2], window_size=4, upscale=2
    )
    save(path, tf.Swin2SRForImageSuperResolution(config), picture_processor("Swin2SRImageProcessor"))


def videomae(path: Path) -> None:
    config = tf.VideoMAEConfig(**VIT, num_frames=4, tubelet_size=2, **LABELS)
    processor = picture_processor(
        "VideoMAEImageProcessor", size={"shortest_edge": 32}, crop_size={"height": 32, "width": 32}
    )
    save(path, loud(tf.VideoMAEForVideoClassification(config)), processor)


def captioner(path: Path) -> None:
    decoder = tf.GPT2Config(
        n_embd=32,
        n_layer=1,
        n_head=2,
        vocab_size=WORDS,
        add_cross_attention=True,
        is_decoder=True,
        bos_token_id=1,
        eos_token_id=2,
    )
    model = tf.VisionEncoderDecoderModel(encoder=tf.ViTModel(tf.ViTConfig(**VIT)), decoder=tf.GPT2LMHeadModel(decoder))
    model.config.decoder_start_token_id = model.generation_config.decoder_start_token_id = 1
    model.config.pad_token_id = model.generation_config.pad_token_id = 0
    model.generation_config.eos_token_id = 2
    save(path, loud(model, 2), tokenizer(), picture_processor())


def vilt(path: Path) -> None:
    config = tf.ViltConfig(**VIT, vocab_size=WORDS, max_position_embeddings=64, **LABELS)
    save(
        path,
        loud(tf.ViltForQuestionAnswering(config)),
        tokenizer(),
        picture_processor("ViltImageProcessor", size={"shortest_edge": 32}),
    )


def layoutlm(path: Path) -> None:
    config = tf.LayoutLMConfig(**SMALL, vocab_size=WORDS, max_position_embeddings=128)
    save(path, loud(tf.LayoutLMForQuestionAnswering(config)), tokenizer())


def bert_qa(path: Path) -> None:
    save(path, loud(bert("BertForQuestionAnswering")), tokenizer())


def bert_tags(path: Path) -> None:
    names = {0: "O", 1: "B-PER", 2: "I-PER", 3: "B-LOC"}
    model = bert("BertForTokenClassification", id2label=names, label2id={name: n for n, name in names.items()})
    save(path, loud(model), tokenizer())


def bert_mask(path: Path) -> None:
    save(path, loud(bert("BertForMaskedLM")), tokenizer())


def bert_classes(path: Path) -> None:
    save(path, loud(bert("BertForSequenceClassification", **LABELS)), tokenizer())


def bert_entailment(path: Path) -> None:
    names = {0: "contradiction", 1: "neutral", 2: "entailment"}
    model = bert("BertForSequenceClassification", id2label=names, label2id={name: n for n, name in names.items()})
    save(path, loud(model), tokenizer())
    (path / "README.md").write_text("---\nlicense: mit\npipeline_tag: zero-shot-classification\n---\n# A model\n")


def t5(path: Path) -> None:
    config = tf.T5Config(
        vocab_size=WORDS, d_model=32, d_kv=8, d_ff=48, num_layers=2, num_heads=4, decoder_start_token_id=0,
        pad_token_id=0, eos_token_id=2,
        task_specific_params={
            "summarization": {"prefix": "summarize: ", "max_length": 40, "num_beams": 2, "early_stopping": True},
            "translation_en_to_de": {"prefix": "translate English to German: ", "max_length": 30},
        },
    )  # fmt: skip
    save(path, loud(tf.T5ForConditionalGeneration(config), 2), tokenizer())
    (path / "README.md").write_text("---\npipeline_tag: summarization\n---\n")


FOLDERS: dict[str, Build] = {
    "automatic-speech-recognition": wav2vec_ctc,
    "automatic-speech-recognition/whisper": whisper,
    "audio-classification": wav2vec_classifier,
    "text-to-audio": vits,
    "zero-shot-audio-classification": clap,
    "image-classification": vit,
    "object-detection": yolos,
    "image-segmentation": segformer,
    "depth-estimation": dpt,
    "zero-shot-image-classification": clip,
    "zero-shot-object-detection": owlvit,
    "keypoint-detection": superpoint,
    "image-to-image": swin2sr,
    "image-feature-extraction": vit_model,
    "video-classification": videomae,
    "image-to-text": captioner,
    "visual-question-answering": vilt,
    "document-question-answering": layoutlm,
    "question-answering": bert_qa,
    "token-classification": bert_tags,
    "fill-mask": bert_mask,
    "zero-shot-classification": bert_entailment,
    "text-classification": bert_classes,
    "summarization": t5,
}
