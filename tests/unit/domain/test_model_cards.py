from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.domain.model_cards import (
    License,
    ModelCategory,
    categories_of,
    category_violations,
    is_web_address,
    language_of,
    language_violations,
    license_violations,
    spdx_of,
    with_usual_name,
)


@pytest.mark.parametrize(
    ("written", "usual"),
    [
        ("en", "en"),
        ("EN-us", "en-US"),
        ("zh-hant-tw", "zh-Hant-TW"),
        ("es-419", "es-419"),
        ("sl-rozaj-biske", "sl-rozaj-biske"),
        ("de-u-co-PHONEBK", "de-u-co-phonebk"),
        ("x-own", None),
        ("english", None),
        ("", None),
        ("e", None),
        ("en_US", None),
        ("en-", None),
        ("en'; DROP TABLE model; --", None),
        ("en-ÄÖ", None),
        ("en-" + "a" * 40, None),
    ],
)
def test_languages_have_the_form_of_bcp_47(written: str, usual: str | None) -> None:
    assert language_of(written) == usual


@given(st.text(max_size=40))
def test_a_language_holds_letters_digits_and_dashes_alone(text: str) -> None:
    """What is put into statements is nothing else."""
    tag = language_of(text)
    assert tag is None or (tag.isascii() and tag.replace("-", "").isalnum() and language_of(tag) == tag)


@pytest.mark.parametrize(
    ("written", "usual"),
    [
        ("apache-2.0", "Apache-2.0"),
        ("mit", "MIT"),
        ("MIT or apache-2.0", "MIT OR Apache-2.0"),
        ("openrail", None),
        ("", None),
        ("(" * 90, None),
        ("mit" * 200, None),
        ("\0", None),
        ("MIT OR", None),
    ],
)
def test_licenses_are_known_by_spdx(written: str, usual: str | None) -> None:
    assert spdx_of(written) == usual


@given(st.text(max_size=120))
def test_no_name_of_a_license_is_an_error(text: str) -> None:
    spdx_of(text)
    license_violations(License(text))


def test_where_the_text_of_a_license_is() -> None:
    assert with_usual_name(License("mit")).page == "https://spdx.org/licenses/MIT.html"
    assert License("MIT OR Apache-2.0").page is None
    assert License("MIT", "https://a.example/l").page == "https://a.example/l"
    assert License("LicenseRef-own").page is None


@pytest.mark.parametrize(
    ("named", "paths"),
    [
        (License("MIT"), []),
        (License("Own terms", "https://a.example/terms"), []),
        (License("Own terms"), ["/license/name"]),
        (License(" "), ["/license/name"]),
        (License("x" * 101, "https://a.example"), ["/license/name"]),
        (License("a\0b", "https://a.example"), ["/license/name"]),
        (License("MIT", "javascript:alert(1)"), ["/license/url"]),
        (License("MIT", "https://user@a.example/"), ["/license/url"]),
        (License("MIT", "https://[::1"), ["/license/url"]),
        (License("MIT", 'https://a.example/"><script>'), ["/license/url"]),
        (License("MIT", "https://a.example/" + "x" * 500), ["/license/url"]),
    ],
)
def test_what_is_wrong_with_a_license(named: License, paths: list[str]) -> None:
    assert [violation.path for violation in license_violations(named)] == paths


def test_addresses_that_a_page_may_link_to() -> None:
    assert is_web_address("http://a.example")
    assert not is_web_address("//a.example")
    assert not is_web_address("https://")


def test_at_most_so_many() -> None:
    assert category_violations(list(ModelCategory)[:3]) == []
    assert [each.code for each in category_violations(list(ModelCategory)[:4])] == ["maxItems"]
    assert [each.code for each in language_violations(["en"] * 21)] == ["maxItems"]
    assert [each.path for each in language_violations(["en", "?"])] == ["/languages/1"]


def test_what_a_model_is_for_by_its_files() -> None:
    assert categories_of("text", {}) == (ModelCategory.TEXT_GENERATION,)
    chat = (ModelCategory.TEXT_GENERATION, ModelCategory.CHAT)
    assert categories_of("text", {"chat_templates": ["default"]}) == chat
    assert categories_of("pipeline", {"task": "automatic-speech-recognition"}) == (ModelCategory.SPEECH,)
    assert categories_of("echo", {}) == ()
    assert categories_of("pipeline", {"task": ["x"]}) == ()
