"""What the head of a README.md tells, and that no README.md is an error."""

from __future__ import annotations

from pathlib import Path

import pytest

from server.domain.model_cards import License, ModelCard
from workers.supervisor.model_cards import read_card

PAGE = "https://huggingface.co/acme/writer"


def read(folder: Path, text: str | bytes, page: str | None = PAGE) -> ModelCard:
    (folder / "README.md").write_bytes(text.encode() if isinstance(text, str) else text)
    return read_card("echo", {}, folder, page)


def test_languages_and_license(tmp_path: Path) -> None:
    card = read(
        tmp_path, "---\nlanguage:\n- EN\n- pt-br\nlicense: apache-2.0\ntags: [a]\n---\n# A model\n---\nlicense: mit\n"
    )
    assert card == ModelCard((), ("en", "pt-BR"), License("Apache-2.0"))
    assert read(tmp_path, "---\r\nlanguage: no\r\nlicense: mit\r\n---\r\n").languages == ("no",)
    assert read(tmp_path, "---\nlicense: mit\n---").license == License("MIT")


@pytest.mark.parametrize(
    ("head", "named"),
    [
        ("license: openrail", License("openrail", PAGE)),
        ("license: other\nlicense_name: own-terms", License("own-terms", PAGE)),
        ("license: other\nlicense_name: own\nlicense_link: https://a.example/l", License("own", "https://a.example/l")),
        ("license: other\nlicense_name: own\nlicense_link: LICENSE", License("own", PAGE)),
        ("license: own\nlicense_link: javascript:alert(1)", License("own", PAGE)),
        ("license: other", None),
        ("license: [mit, apache-2.0]", None),
        ("license: 1", None),
        ('license: "a\\0b"', None),
        (f"license: {'x' * 200}", None),
    ],
)
def test_licenses_that_spdx_does_not_know(tmp_path: Path, head: str, named: License | None) -> None:
    assert read(tmp_path, f"---\n{head}\n---\n").license == named


def test_without_a_page_a_license_of_that_kind_is_not_told(tmp_path: Path) -> None:
    assert read(tmp_path, "---\nlicense: openrail\n---\n", None).license is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "# A model",
        "---\n",
        "---\n- a\n---\n",
        "---\nlanguage: {a: 1}\nlicense: {b: 2}\n---\n",
        "---\na: &a [x, x]\nb: &b [*a, *a, *a, *a, *a]\nlanguage: *b\n---\n",
        "---\n!!python/object/apply:os.system ['true']\n---\n",
        "---\n" + "[" * 5000 + "\n---\n",
        "---\nlicense: mit\n" + "x: y\n" * 10_000 + "---\n",
        b"---\nlicense: \xff\xfe\n---\n",
        "---\n\0\n---\n",
        "---\nlanguage: 2026-02-30\n---\n",
    ],
)
def test_no_card_is_an_error(tmp_path: Path, text: str | bytes) -> None:
    card = read(tmp_path, text, None)
    assert (card.languages, card.license) == ((), None)


def test_there_may_be_no_card(tmp_path: Path) -> None:
    assert read_card("text", {}, tmp_path, PAGE) == read_card("text", {}, None, PAGE)
    (tmp_path / "README.md").mkdir()
    assert read_card("echo", {}, tmp_path, PAGE) == ModelCard()
