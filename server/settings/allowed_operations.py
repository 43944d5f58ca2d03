"""The file of ALLOWED_OPERATIONS: the only GraphQL operations that clients may send."""

from __future__ import annotations

from pathlib import Path


def read_operations(path: Path) -> frozenset[str]:
    """The operations of a GraphQL file, each with its fragments, in one form whatever their layout was.

    Raises:
        OSError, ValueError: it cannot be read, or is not GraphQL.
    """
    # A worker needs no GraphQL
    from graphql import GraphQLError, parse, print_ast, separate_operations

    try:
        return frozenset(
            print_ast(operation) for operation in separate_operations(parse(path.read_text("utf-8"))).values()
        )
    except GraphQLError as error:
        raise ValueError(str(error)) from None
