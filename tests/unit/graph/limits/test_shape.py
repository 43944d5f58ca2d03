"""The bounds of documents, and that judging them takes no longer than a document is long."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from graphql import Lexer, Source, Token, TokenKind, parse, print_ast, separate_operations, validate

from graph.limits.budget import MAX_COST
from graph.limits.cost import Operation, cost_model_of
from graph.limits.shape import MAX_TOKENS, beyond_bounds
from graph.schema import SchemaOptions, make_schema

SCHEMA = make_schema()


def doubled(last: str, levels: int, inside: str = "") -> str:
    """A document that is 2 ** levels times as long when its fragments are spread."""
    chain = [f"fragment F{n} on Query {{ {inside} ...F{n + 1} {inside} ...F{n + 1} }}" for n in range(levels)]
    return "{ ...F0 } " + " ".join(chain) + f" fragment F{levels} on Query {{ {last} }}"


@pytest.mark.parametrize("last", ["__typename", "viewer { id }", "a: __typename", "__schema { types { name } }"])
async def test_fragments_that_double_a_document_take_no_time(last: str) -> None:
    began = time.process_time()
    result = await SCHEMA.execute(doubled(last, 70))
    assert time.process_time() - began < 2
    if last.startswith("a:"):
        assert result.errors
        assert "aliases" in result.errors[0].message


async def test_nesting_that_fragments_make_is_seen() -> None:
    chain = " ".join(f"fragment F{n} on ModelVersion {{ model {{ versions {{ ...F{n + 1} }} }} }}" for n in range(6))
    query = f'{{ model(slug: "a/b") {{ versions {{ ...F0 }} }} }} {chain} fragment F6 on ModelVersion {{ id }}'
    result = await SCHEMA.execute(query)
    assert [error.message for error in result.errors or []] == ["The operation is 14 levels deep; 10 are allowed."]


@pytest.mark.parametrize(
    ("query", "problem"),
    [
        ("{ __typename }", None),
        ("{ " + "__typename " * 10 + "}", None),
        ("{ " + "__typename " * 11 + "}", "selected 11 times"),
        ("{ " + "...F " * 11 + "} fragment F on Query { __typename }", "selected 11 times"),
        ("{ " + " ".join(f"a{n}: __typename" for n in range(15)) + " }", None),
        ("{ " + " ".join(f"a{n}: __typename" for n in range(16)) + " }", "16 aliases"),
        ("{ ...F ...F } fragment F on Query { " + " ".join(f"a{n}: __typename" for n in range(8)) + " }", "16 aliases"),
        ("query A { a: __typename } query B { b: __typename }", None),
        ("{ a" * 11 + "}" * 11, None),
        ("{ a" * 12 + "}" * 12, "11 levels deep"),
        ("{ __typename @a @b @c @d @e }", None),
        ("{ __typename @a @b @c @d @e @f }", "6 directives"),
        ("query @a @b @c @d @e @f { __typename }", "6 directives"),
        ("{ ... @a @b @c @d @e @f { __typename } }", "6 directives"),
        ("{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }", None),
        ("{ ...Missing }", None),
        ("type A { b: Int }", None),
        ("{ __schema { types { fields { type { fields { type { fields { type { ofType { name }}}}}}}}}}", None),
    ],
    ids=range(18),
)
def test_bounds(query: str, problem: str | None) -> None:
    found = beyond_bounds(parse(query))
    assert (problem in found) if problem and found else problem is found


async def test_what_is_beyond_the_bounds_is_not_validated() -> None:
    result = await SCHEMA.execute("{ nothing @a @b @c @d @e @f }")
    assert [error.extensions for error in result.errors or []] == [{"code": "GRAPHQL_VALIDATION_FAILED"}]


@pytest.mark.parametrize("levels", [50, 150, 190, 240, 330])
async def test_deep_documents_are_no_bug(levels: int) -> None:
    result = await SCHEMA.execute("{ a" * levels + "}" * levels)
    assert result.errors
    assert (result.errors[0].extensions or {})["code"] in ("GRAPHQL_VALIDATION_FAILED", "GRAPHQL_PARSE_FAILED")


@pytest.mark.parametrize("opening", ["[", "{a:"])
async def test_deep_literals_are_no_bug(opening: str) -> None:
    closing = {"[": "]", "{a:": "}"}[opening]
    for levels in (50, 150, 240, 330, 480):
        value = opening * levels + "1" + closing * levels
        result = await SCHEMA.execute(f"{{ nodes(ids: {value}) {{ id }} }}")
        assert result.errors
        assert (result.errors[0].extensions or {})["code"] in ("GRAPHQL_VALIDATION_FAILED", "GRAPHQL_PARSE_FAILED")


def test_many_fields_that_could_overlap_take_no_time() -> None:
    fields = ["models { nodes { id slug owner { id handle } } }"] * 10
    spreads = " ".join(f"...F{n}" for n in range(20))
    parts = " ".join(f"fragment F{n} on Query {{ models {{ nodes {{ slug owner {{ id }} }} }} }}" for n in range(20))
    query = f"{{ {' '.join(fields)} {spreads} }} {parts}"
    document = parse(query, max_tokens=MAX_TOKENS)
    assert beyond_bounds(document) is None
    began = time.process_time()
    assert validate(SCHEMA._schema, document) == []
    assert time.process_time() - began < 2


async def test_introspection_and_suggestions_can_be_off() -> None:
    hidden = make_schema(SchemaOptions(introspection=False, suggestions=False))
    for query in ("{ __schema { types { name } } }", '{ __type(name: "Query") { name } }'):
        shown, refused = await SCHEMA.execute(query), await hidden.execute(query)
        assert shown.errors is None
        assert refused.data is None
        assert {(error.extensions or {})["code"] for error in refused.errors or []} == {"GRAPHQL_VALIDATION_FAILED"}
    assert (await hidden.execute("{ __typename }")).data == {"__typename": "Query"}
    for query in ("{ viewe { id } }", "{ models(firs: 1) { totalCount } }", "{ models(filter: {kind: CUSTO}) { x } }"):
        shown, refused = await SCHEMA.execute(query), await hidden.execute(query)
        assert "Did you mean" in str(shown.errors)
        assert refused.errors
        assert "Did you mean" not in str(refused.errors)
    for kind in ("CUSTO", 1):
        asked = "query ($k: ModelKind) { models(filter: {kind: $k}) { totalCount } }"
        refused = await hidden.execute(asked, {"k": kind})
        assert refused.errors
        assert "Did you mean" not in str(refused.errors)


PAGE = sorted((Path(__file__).parents[4] / "web" / "src").rglob("*.graphql"))


@pytest.mark.parametrize("file", PAGE, ids=lambda file: file.stem)
def test_what_the_page_asks_is_within_the_bounds(file: Path) -> None:
    documents = {path.parent: "".join(p.read_text() for p in PAGE if p.parent == path.parent) for path in PAGE}
    whole = parse(documents[file.parent] if file.parent.name == "api" else file.read_text())
    for name, document in separate_operations(whole).items():
        assert beyond_bounds(document) is None, name
        assert len(list(_tokens(print_ast(document)))) < MAX_TOKENS, name
        asked = Operation(cost_model_of(SCHEMA._schema), document, name or None, {"first": 100, "last": None})
        assert asked.requested() <= MAX_COST, name


def _tokens(text: str) -> Iterator[Token]:
    lexer = Lexer(Source(text))
    while lexer.advance().kind is not TokenKind.EOF:
        yield lexer.token
