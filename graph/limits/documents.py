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


class PersistedDocuments:
    """Automatic persisted queries, as Apollo's clients ask for them: this process keeps the newest, by SHA-256.

    A process that does not know a hash says so, and the client sends the document once more.
    """

    def __init__(self) -> None:
        self._kept: OrderedDict[str, str] = OrderedDict()

    def document(self, query: str | None, extensions: Mapping[str, Any] | None) -> str | None:
        """The document of a request that may name one by its hash.

        Raises:
            GraphQLError: the hash is not known here, or is not that of the document.
        """
        asked = (extensions or {}).get("persistedQuery")
        digest = asked.get("sha256Hash") if isinstance(asked, dict) else None
        if not isinstance(digest, str):
            return query
        if not query:
            return self._known(digest)
        if hashlib.sha256(query.encode(errors="replace")).hexdigest() != digest:
            raise GraphQLError("The hash is not that of the document.", extensions={"code": "BAD_USER_INPUT"})
        self._keep(digest, query)
        return query

    def _known(self, digest: str) -> str:
        if digest not in self._kept:
            raise GraphQLError("PersistedQueryNotFound", extensions={"code": "PERSISTED_QUERY_NOT_FOUND"})
        self._kept.move_to_end(digest)
        return self._kept[digest]

    def _keep(self, digest: str, query: str) -> None:
        if len(query) <= MAX_PERSISTED_CHARACTERS:
            self._kept[digest] = query
            self._kept.move_to_end(digest)
            if len(self._kept) > MAX_PERSISTED:
                self._kept.popitem(last=False)


class AllowedOperations(SchemaExtension):
    """Refuses every operation that is not one of a file; what is refused is not validated either."""

    def __init__(self, allowed: frozenset[str]) -> None:
        super().__init__()
        self._allowed = allowed

    def on_validate(self) -> Iterator[None]:
        """Look the operation up, once the document is parsed."""
        found = self.execution_context
        if found.graphql_document and _form(found.graphql_document, found.operation_name) not in self._allowed:
            message = "This server runs only the operations that it knows."
            found.pre_execution_errors = [GraphQLError(message, extensions={"code": "OPERATION_NOT_ALLOWED"})]
        yield


@lru_cache(maxsize=128)
def _form(document: DocumentNode, name: str | None) -> str:
    operations = separate_operations(document)
    chosen = operations.get(name or "") or next(iter(operations.values()), document)
    return print_ast(chosen)
