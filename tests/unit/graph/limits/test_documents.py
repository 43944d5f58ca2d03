"""Documents by their hash, and files of operations."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import pytest
from graphql import GraphQLError
from starlette.responses import Response

from graph.http.view import GraphQLView
from graph.limits.documents import MAX_PERSISTED, PersistedDocuments
from graph.schema import SchemaOptions, make_schema
from server.settings import Settings
from server.settings.allowed_operations import read_operations


def asked(text: str) -> dict[str, Any]:
    return {"persistedQuery": {"version": 1, "sha256Hash": hashlib.sha256(text.encode(errors="replace")).hexdigest()}}


def test_a_document_is_known_once_it_was_sent_with_its_hash() -> None:
    documents = PersistedDocuments()
    with pytest.raises(GraphQLError, match="PersistedQueryNotFound") as caught:
        documents.document(None, asked("{ a }"))
    assert caught.value.extensions == {"code": "PERSISTED_QUERY_NOT_FOUND"}
    assert documents.document("{ a }", asked("{ a }")) == "{ a }"
    assert documents.document(None, asked("{ a }")) == "{ a }"


def test_a_hash_of_something_else_is_refused_and_nothing_kept() -> None:
    documents = PersistedDocuments()
    with pytest.raises(GraphQLError, match="does not match the document"):
        documents.document("{ a }", asked("{ b }"))
    with pytest.raises(GraphQLError, match="PersistedQueryNotFound"):
        documents.document(None, asked("{ b }"))


def test_a_document_with_lone_surrogates_shares_no_hash_with_another() -> None:
    text = '{ a(x: "\ud800") }'
    documents = PersistedDocuments()
    plain = text.encode(errors="replace").decode()
    with pytest.raises(GraphQLError, match="lone surrogates") as caught:
        documents.document(text, asked(plain))
    assert caught.value.extensions == {"code": "BAD_USER_INPUT"}
    assert documents.document(plain, asked(plain)) == plain
    assert documents.document(None, asked(plain)) == plain
    # Without a hash it is read as ever
    assert documents.document(text, None) == text


@pytest.mark.parametrize("extensions", [None, {}, {"persistedQuery": 1}, {"persistedQuery": {"sha256Hash": [1]}}])
def test_a_request_without_a_hash_is_as_it_was(extensions: Any) -> None:
    assert PersistedDocuments().document("{ a }", extensions) == "{ a }"
    assert PersistedDocuments().document(None, extensions) is None


def test_only_the_newest_are_kept_and_none_that_is_long() -> None:
    documents = PersistedDocuments()
    texts = [f"{{ a{n} }}" for n in range(MAX_PERSISTED + 1)]
    for text in [*texts, "{ a }" + " " * 30_000]:
        documents.document(text, asked(text))
    assert len(documents._documents) == MAX_PERSISTED
    assert documents.document(None, asked(texts[1])) == texts[1]
    with pytest.raises(GraphQLError, match="PersistedQueryNotFound"):
        documents.document(None, asked(texts[0]))


OPERATIONS = """
# What the page asks
query Name { __typename ...F }
fragment F on Query { viewer { id } }
query Other { __typename }
"""


@pytest.mark.parametrize(
    ("query", "name", "allowed"),
    [
        ("query Other{__typename}", None, True),
        ("query Other {\n  __typename # as ever\n}", "Other", True),
        (OPERATIONS, "Other", True),
        ("query Other { a: __typename }", None, False),
        ("query Another { __typename }", None, False),
        ("{ __typename }", None, False),
        ("{ __schema { types { name } } }", None, False),
        ("query Name { __typename ...F } fragment F on Query { viewer { id email } }", None, False),
        ("query Other { __typename } query Extra { viewer { id } }", "Extra", False),
        ("query Other { __typename } query Extra { viewer { id } }", "Other", True),
    ],
    ids=range(10),
)
async def test_only_the_operations_of_the_file_run(
    tmp_path: Path, query: str, name: str | None, *, allowed: bool
) -> None:
    file = tmp_path / "operations.graphql"
    file.write_text(OPERATIONS)
    schema = make_schema(SchemaOptions(operations=read_operations(file)))
    result = await schema.execute(query, operation_name=name)
    if allowed:
        assert result.data == {"__typename": "Query"}
    else:
        assert [error.extensions for error in result.errors or []] == [{"code": "OPERATION_NOT_ALLOWED"}]
        assert result.data is None


async def test_the_setting_reaches_the_view(tmp_path: Path) -> None:
    file = tmp_path / "operations.graphql"
    file.write_text(OPERATIONS)
    schema = GraphQLView(Settings(_env_file=None, allowed_operations=file), Response).schema
    assert (await schema.execute("query Other { __typename }")).data == {"__typename": "Query"}
    refused = await schema.execute("{ __typename }")
    assert [error.extensions for error in refused.errors or []] == [{"code": "OPERATION_NOT_ALLOWED"}]
