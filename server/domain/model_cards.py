"""What a model says of itself, as its owner or its model card has it: categories, languages, license."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from urllib.parse import urlsplit

from server.domain.storable import is_storable
from server.errors import Violation

CATEGORIES_MAX = 3
LANGUAGES_MAX = 20
LANGUAGE_MAX = 35
LICENSE_MAX = 100
LICENSE_URL_MAX = 500
# The form of BCP 47 (RFC 5646, section 2.1): language, script, region, variants, extensions, private use
LANGUAGE = re.compile(
    r"[a-z]{2,3}(?:-[a-z]{3}){0,3}(?:-[a-z]{4})?(?:-(?:[a-z]{2}|[0-9]{3}))?(?:-(?:[a-z0-9]{5,8}|[0-9][a-z0-9]{3}))*"
    r"(?:-[a-wyz0-9](?:-[a-z0-9]{2,8})+)*(?:-x(?:-[a-z0-9]{1,8})+)?",
    re.ASCII | re.IGNORECASE,
)


class ModelCategory(StrEnum):
    """What a model is for."""

    TEXT_GENERATION = "TEXT_GENERATION"
    CHAT = "CHAT"
    TRANSLATION = "TRANSLATION"
    CLASSIFICATION = "CLASSIFICATION"
    EMBEDDINGS = "EMBEDDINGS"
    RERANKING = "RERANKING"
    IMAGE_GENERATION = "IMAGE_GENERATION"
    VISION = "VISION"
    MULTIMODAL = "MULTIMODAL"
    SPEECH = "SPEECH"
    AUDIO = "AUDIO"


_OF_PREDICTORS = {
    "text": ModelCategory.TEXT_GENERATION,
    "image": ModelCategory.IMAGE_GENERATION,
    "embeddings": ModelCategory.EMBEDDINGS,
    "classification": ModelCategory.CLASSIFICATION,
    "reranking": ModelCategory.RERANKING,
}
# Tasks as the hub calls them
_OF_TASKS = {
    "text-classification": ModelCategory.CLASSIFICATION,
    "token-classification": ModelCategory.CLASSIFICATION,
    "zero-shot-classification": ModelCategory.CLASSIFICATION,
    "feature-extraction": ModelCategory.EMBEDDINGS,
    "translation": ModelCategory.TRANSLATION,
    "image-classification": ModelCategory.VISION,
    "zero-shot-image-classification": ModelCategory.VISION,
    "object-detection": ModelCategory.VISION,
    "zero-shot-object-detection": ModelCategory.VISION,
    "image-segmentation": ModelCategory.VISION,
    "mask-generation": ModelCategory.VISION,
    "depth-estimation": ModelCategory.VISION,
    "keypoint-matching": ModelCategory.VISION,
    "image-feature-extraction": ModelCategory.VISION,
    "image-to-text": ModelCategory.MULTIMODAL,
    "image-text-to-text": ModelCategory.MULTIMODAL,
    "visual-question-answering": ModelCategory.MULTIMODAL,
    "document-question-answering": ModelCategory.MULTIMODAL,
    "any-to-any": ModelCategory.MULTIMODAL,
    "automatic-speech-recognition": ModelCategory.SPEECH,
    "text-to-speech": ModelCategory.SPEECH,
    "text-to-audio": ModelCategory.AUDIO,
    "audio-classification": ModelCategory.AUDIO,
    "zero-shot-audio-classification": ModelCategory.AUDIO,
}


@dataclass(frozen=True)
class License:
    """A license by its SPDX expression, such as `Apache-2.0`, or by another name; `url` leads to its text."""

    name: str
    url: str | None = None

    @property
    def page(self) -> str | None:
        """Where its text is: its own address, or else that of SPDX where it is one license of that list."""
        is_listed = self.url is None and " " not in self.name and "+" not in self.name and spdx_of(self.name)
        if is_listed and not self.name.startswith("LicenseRef-"):
            return f"https://spdx.org/licenses/{self.name}.html"
        return self.url


@dataclass(frozen=True)
class ModelCard:
    """What is known of a model beside its files; what is unknown is empty."""

    categories: tuple[ModelCategory, ...] = ()
    languages: tuple[str, ...] = ()
    license: License | None = None


NO_CARD = ModelCard()


def categories_of(predictor: str, info: Mapping[str, Any]) -> tuple[ModelCategory, ...]:
    """What a model is for, by what runs it and what was read of its files (`Version.info`); empty if that is open."""
    category = _OF_PREDICTORS.get(predictor) or _OF_TASKS.get(str(info.get("task")))
    if category is None:
        return ()
    is_chat = category is ModelCategory.TEXT_GENERATION and info.get("chat_templates")
    return (category, ModelCategory.CHAT) if is_chat else (category,)


def spdx_of(name: str) -> str | None:
    """A license's SPDX expression in its usual spelling; None where the name is none, such as that of another."""
    # Its list of licenses is a megabyte for servers that are never asked
    from packaging.licenses import InvalidLicenseExpression, canonicalize_license_expression

    try:
        return str(canonicalize_license_expression(name)) if len(name) <= LICENSE_MAX else None
    except InvalidLicenseExpression:
        return None


def language_of(tag: str) -> str | None:
    """A language tag of BCP 47 in its usual spelling, such as `pt-BR`; None where it has not the form of one."""
    if len(tag) > LANGUAGE_MAX or not LANGUAGE.fullmatch(tag):
        return None
    first, *others = tag.lower().split("-")
    parts = [first]
    for part in others:
        is_plain = not any(len(each) == 1 for each in parts)
        if is_plain and len(part) == 4 and part.isalpha():
            part = part.title()
        elif is_plain and len(part) == 2 and part.isalpha():
            part = part.upper()
        parts.append(part)
    return "-".join(parts)


def is_web_address(url: str) -> bool:
    """Whether a text is an address that a page may link to."""
    if len(url) > LICENSE_URL_MAX or not url.isascii() or not url.isprintable() or any(c in url for c in " <>\"'\\"):
        return False
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname) and not parts.username


def category_violations(categories: list[ModelCategory]) -> list[Violation]:
    """What is wrong with the categories of a model."""
    if len(set(categories)) > CATEGORIES_MAX:
        return [Violation("/categories", f"A model has at most {CATEGORIES_MAX} categories.", "maxItems")]
    return []


def language_violations(languages: list[str]) -> list[Violation]:
    """Every rule that a model's languages break."""
    if len(languages) > LANGUAGES_MAX:
        return [Violation("/languages", f"A model has at most {LANGUAGES_MAX} languages.", "maxItems")]
    rule = "A language is a tag of BCP 47, such as en, pt-BR or zh-Hant."
    return [
        Violation(f"/languages/{i}", rule, "pattern") for i, tag in enumerate(languages) if language_of(tag) is None
    ]


def license_violations(given: License) -> list[Violation]:
    """What is wrong with a license: one that SPDX does not know needs a link to its text."""
    violations = []
    name = given.name.strip()
    if not name or len(name) > LICENSE_MAX or not is_storable(name) or not name.isprintable():
        rule = f"A license is named by 1 to {LICENSE_MAX} printable characters."
        violations.append(Violation("/license/name", rule, "length"))
    elif spdx_of(name) is None and given.url is None:
        rule = "SPDX has no such license: correct its name (https://spdx.org/licenses), or give the url of its text."
        violations.append(Violation("/license/name", rule, "spdx"))
    if given.url is not None and not is_web_address(given.url):
        rule = f"Give an address that begins with https:// or http://, of at most {LICENSE_URL_MAX} characters."
        violations.append(Violation("/license/url", rule, "format"))
    return violations


def with_usual_name(given: License) -> License:
    """A license with the spelling of its SPDX expression, if it has one."""
    name = given.name.strip()
    return License(spdx_of(name) or name, given.url)
