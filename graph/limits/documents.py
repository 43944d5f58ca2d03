"""Documents that are known before: clients persist them by their hash (APQ), or an operator allows no others."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from graphql import DocumentNode, GraphQLError, print_ast, separate_operations
from strawberry.extensions import SchemaExtension

MAX_PERSISTED = 1000
MAX_PERSISTED_CHARACTERS = 10_000
MAX_KNOWN = 100
"""Fewer than the caches of parsed and validated documents hold."""


class PersistedDocuments:
    """Automatic persisted queries, as Apollo's clients ask for them: this process keeps the newest, by SHA-256.

    A process that does not know a hash says so, and the client sends the document once more.
    """

    def __init__(self) -> None:
        self._documents: OrderedDict[str, str] = OrderedDict()

    def document(self, query: str | None, extensions: Mapping[str, Any] | None) -> str | None:
        """The document of a request that may name one by its hash.

        Raises:
            GraphQLError: the hash is not known here, or is not that of the document; one with lone surrogates has none.
        """
        reference = (extensions or {}).get("persistedQuery")
        digest = reference.get("sha256Hash") if isinstance(reference, dict) else None
        if not isinstance(digest, str):
            return query
        if not query:
            if digest not in self._documents:
                raise GraphQLError("PersistedQueryNotFound", extensions={"code": "PERSISTED_QUERY_NOT_FOUND"})
            self._documents.move_to_end(digest)
            return self._documents[digest]
        try:
            text = query.encode()
        except UnicodeEncodeError:
            # It has no UTF-8 to hash, and with another character in their place two documents would have one hash
            message = "A document with lone surrogates cannot be persisted."
            raise GraphQLError(message, extensions={"code": "BAD_USER_INPUT"}) from None
        if hashlib.sha256(text).hexdigest() != digest:
            raise GraphQLError("The hash does not match the document.", extensions={"code": "BAD_USER_INPUT"})
        if len(query) <= MAX_PERSISTED_CHARACTERS:
            self._documents[digest] = query
            self._documents.move_to_end(digest)
            if len(self._documents) > MAX_PERSISTED:
                self._documents.popitem(last=False)
        return query


class KnownDocuments:
    """The newest documents that have run in this process, which it parses and validates no more."""

    def __init__(self) -> None:
        self._documents: OrderedDict[str, None] = OrderedDict()

    def __contains__(self, query: str) -> bool:
        return query in self._documents

    def add(self, query: str) -> None:
        """Note a document that has run; long ones are not kept."""
        if len(query) <= MAX_PERSISTED_CHARACTERS:
            self._documents[query] = None
            self._documents.move_to_end(query)
            if len(self._documents) > MAX_KNOWN:
                self._documents.popitem(last=False)


class AllowedOperations(SchemaExtension):
    """Refuses every operation that is not one of a file; what is refused is not validated either."""

    def __init__(self, allowed: frozenset[str]) -> None:
        super().__init__()
        self._allowed = allowed

    def on_validate(self) -> Iterator[None]:
        """Look the operation up, once the document is parsed."""
        context = self.execution_context
        if context.graphql_document and _form(context.graphql_document, context.operation_name) not in self._allowed:
            message = "This server runs only the operations on its list."
            context.pre_execution_errors = [GraphQLError(message, extensions={"code": "OPERATION_NOT_ALLOWED"})]
        yield


@lru_cache(maxsize=128)
def _form(document: DocumentNode, name: str | None) -> str:
    """An operation with its fragments, in the one form that the list has too, whatever its layout was."""
    operations = separate_operations(document)
    return print_ast(operations.get(name or "") or next(iter(operations.values()), document))
