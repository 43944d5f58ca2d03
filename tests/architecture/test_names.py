"""The product's Python names are nouns and verbs of the field."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterator

import pytest

from tests.architecture.house import ROOT, modules

# Participles that say how a value came to be instead of what it is
PARTICIPLES = {"asked", "found", "held", "kept", "made", "said", "seen", "sought", "taken", "told", "wanted"}
BUILTIN_EXCEPTIONS = {
    name for name, value in vars(builtins).items() if isinstance(value, type) and issubclass(value, BaseException)
}
# Not an error: it derives from BaseException, as KeyboardInterrupt does, so that a model's own `except` cannot stop it
SIGNALS = {"CancelSignal"}


def definitions(tree: ast.AST) -> Iterator[tuple[str, int]]:
    """Every name that a module gives, with its line."""
    for node in ast.walk(tree):
        match node:
            case ast.Name(id=name, ctx=ast.Store()) | ast.Attribute(attr=name, ctx=ast.Store()):
                yield name, node.lineno
            case ast.arg(arg=name):
                yield name, node.lineno
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                yield name, node.lineno
            case ast.ExceptHandler(name=str(name)) | ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)):
                yield name, node.lineno
            case ast.alias(asname=str(name)):
                yield name, node.lineno


def is_participle(name: str) -> bool:
    return name.strip("_").lower() in PARTICIPLES


@pytest.mark.parametrize("source", ["found = 1", "for _held in (): pass", "def told(): ...", "class Seen: ...",
                                    "self.kept = 1", "def f(*, wanted): ...", "with x as made: pass",
                                    "import x as asked", "(said := 1)", "lambda sought: 1"])  # fmt: skip
def test_the_rule_sees_each_kind_of_name(source: str) -> None:
    assert [name for name, _ in definitions(ast.parse(source)) if is_participle(name)]


def test_no_name_is_a_participle() -> None:
    names = [
        f"{path.relative_to(ROOT)}:{line}: {name}"
        for path in modules().values()
        for name, line in definitions(ast.parse(path.read_text()))
        if is_participle(name)
    ]
    assert names == []


def base_name(node: ast.expr) -> str:
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
        case ast.Subscript(value=value):
            return base_name(value)
    return ""


def test_exceptions_end_in_error() -> None:
    trees = {name: ast.parse(path.read_text()) for name, path in modules().items()}
    classes = [
        (module, node) for module, tree in trees.items() for node in ast.walk(tree) if isinstance(node, ast.ClassDef)
    ]
    own = {node.name for _, node in classes}
    exceptions = set(BUILTIN_EXCEPTIONS)
    size = -1
    while size != len(exceptions):
        size = len(exceptions)
        for _, node in classes:
            for base in map(base_name, node.bases):
                # A library's is recognised by its name
                if base in exceptions or (base not in own and base.endswith(("Error", "Exception"))):
                    exceptions.add(node.name)
    wrong = [
        f"{module}.{node.name}"
        for module, node in classes
        if node.name in exceptions - BUILTIN_EXCEPTIONS - SIGNALS and not node.name.endswith("Error")
    ]
    assert wrong == []
