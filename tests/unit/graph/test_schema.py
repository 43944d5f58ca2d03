from __future__ import annotations

import pytest
from strawberry.schema.exceptions import InvalidOperationTypeError
from structlog.testing import capture_logs

from graph.limits.shape import MAX_ALIASES, MAX_TOKENS
from graph.schema import make_schema

SCHEMA = make_schema()


@pytest.mark.parametrize("query", ["{", "\ud800", "{ __typename \0 }", ""])
async def test_a_stream_answers_what_cannot_be_parsed_with_an_error(query: str) -> None:
    (result,) = [result async for result in await SCHEMA.stream(query)]
    assert [error.extensions for error in result.errors or []] == [{"code": "GRAPHQL_PARSE_FAILED"}]


@pytest.mark.parametrize(
    ("query", "name"),
    [("{ __typename }", "b"), ("fragment a on Query { viewer { id } }", None), ("type A { b: Int }", None)],
)
async def test_a_document_without_the_operation_is_no_bug(query: str, name: str | None) -> None:
    with capture_logs() as logs:
        (result,) = [result async for result in await SCHEMA.stream(query, operation_name=name)]
    assert [error.extensions for error in result.errors or []] == [{"code": "GRAPHQL_VALIDATION_FAILED"}]
    assert logs == []


@pytest.mark.parametrize(
    "query",
    [
        "{ nothing }",
        "{" + " ".join(f"a{n}: __typename" for n in range(MAX_ALIASES + 1)) + "}",
        "{ viewer" + " { id" * 12 + " }" * 13,
        "{ models(first: " + "9" * 5000 + ") { totalCount } }",
    ],
    ids=range(4),
)
async def test_documents_that_are_not_valid(query: str) -> None:
    result = await SCHEMA.execute(query)
    assert result.errors
    assert {(error.extensions or {})["code"] for error in result.errors} == {"GRAPHQL_VALIDATION_FAILED"}


async def test_a_long_document_is_not_parsed() -> None:
    result = await SCHEMA.execute("{" + " __typename" * MAX_TOKENS + "}")
    assert [error.extensions for error in result.errors or []] == [{"code": "GRAPHQL_PARSE_FAILED"}]


async def test_a_subscription_is_no_single_result() -> None:
    with pytest.raises(InvalidOperationTypeError):
        await SCHEMA.execute('subscription { predictionEvents(id: "1") { seq } }')


async def test_a_document_is_answered_from_the_cache_as_before() -> None:
    first, second = [await SCHEMA.execute("{ __typename }") for _ in range(2)]
    assert first.data == second.data == {"__typename": "Query"}


TWO = "query A { a: __typename } query B { b: __typename }"


@pytest.mark.parametrize("time", ["parsed", "cached"])
async def test_a_document_of_two_operations_needs_a_name(time: str) -> None:
    result = await SCHEMA.execute(TWO)
    (streamed,) = [result async for result in await SCHEMA.stream(TWO)]
    for answer in (result, streamed):
        assert answer.data is None
        (error,) = answer.errors or []
        assert error.message == "Must provide operation name if query contains multiple operations."
        assert error.extensions == {"code": "GRAPHQL_VALIDATION_FAILED"}


@pytest.mark.parametrize(("name", "data"), [("A", {"a": "Query"}), ("B", {"b": "Query"})])
async def test_the_operation_that_is_named_runs(name: str, data: dict[str, str]) -> None:
    assert (await SCHEMA.execute(TWO, operation_name=name)).data == data
    (streamed,) = [result async for result in await SCHEMA.stream(TWO, operation_name=name)]
    assert streamed.data == data


async def test_one_operation_among_fragments_needs_no_name() -> None:
    result = await SCHEMA.execute("fragment F on Query { __typename } query A { ...F }")
    assert result.data == {"__typename": "Query"}


async def test_what_is_wrong_with_two_operations_is_said_first() -> None:
    result = await SCHEMA.execute("query A { nothing } query B { __typename }")
    assert [error.message.split(" on ")[0] for error in result.errors or []] == ["Cannot query field 'nothing'"]
