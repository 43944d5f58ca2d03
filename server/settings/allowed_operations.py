"""Files of GraphQL operations."""

from __future__ import annotations

from pathlib import Path

from graphql import parse, print_ast, separate_operations


def read_operations(path: Path) -> frozenset[str]:
    """The operations of a GraphQL file, each with its fragments, in one form whatever their layout was.

    Raises:
        OSError, UnicodeDecodeError, GraphQLError: it cannot be read, or is no GraphQL.
    """
    return frozenset(print_ast(document) for document in separate_operations(parse(path.read_text("utf-8"))).values())
