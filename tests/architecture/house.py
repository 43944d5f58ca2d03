"""`make house`: how the product's Python reads, in numbers to watch; nothing here fails a build but an import circle.

A private function counts as called once where its module names it once beside its definition, as a callback too.
"""

from __future__ import annotations

import ast
import sys
from collections import Counter
from pathlib import Path
from statistics import median, quantiles

ROOT = Path(__file__).parents[2]
PACKAGES = {"server": ROOT, "graph": ROOT, "workers": ROOT, "inference_client": ROOT / "clients" / "python"}
Function = ast.FunctionDef | ast.AsyncFunctionDef


def modules() -> dict[str, Path]:
    """The product's modules by dotted name, packages by that of their `__init__`."""
    names = {}
    for package, folder in PACKAGES.items():
        for path in sorted((folder / package).rglob("*.py")):
            parts = path.relative_to(folder).with_suffix("").parts
            names[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return names


def functions(tree: ast.AST) -> list[Function]:
    """Every function and method, nested ones too."""
    return [node for node in ast.walk(tree) if isinstance(node, Function)]


def called_once(tree: ast.AST) -> list[Function]:
    """Private functions that their module names once, callbacks among them."""
    private = {
        each.name: each for each in functions(tree) if each.name.startswith("_") and not each.name.endswith("__")
    }
    uses = Counter(_name(node) for node in ast.walk(tree))
    return [each for name, each in private.items() if uses[name] == 1]


def _name(node: ast.AST) -> str:
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
    return ""


def lines(function: Function) -> int:
    """Lines from `def` to the end of the body."""
    return (function.end_lineno or function.lineno) - function.lineno + 1


def imports(name: str, path: Path, known: dict[str, Path]) -> set[str]:
    """What a module imports of the product, for its types and inside of functions too."""
    targets: set[str] = set()
    for statement in ast.walk(ast.parse(path.read_text())):
        if isinstance(statement, ast.ImportFrom) and statement.module:
            for alias in statement.names:
                full = f"{statement.module}.{alias.name}"
                targets.add(full if full in known else statement.module)
        elif isinstance(statement, ast.Import):
            targets |= {alias.name for alias in statement.names}
    return {target for target in targets if target in known} - {name}


def circles(known: dict[str, Path]) -> list[list[str]]:
    """Groups of modules that reach each other by imports, outside `graph.types`, whose nouns refer to each other."""
    graph = {
        name: {t for t in imports(name, path, known) if not t.startswith("graph.types")}
        for name, path in known.items()
        if not name.startswith("graph.types")
    }

    def reach(start: str) -> set[str]:
        seen: set[str] = set()
        ahead = [start]
        while ahead:
            for target in graph.get(ahead.pop(), ()):
                if target not in seen:
                    seen.add(target)
                    ahead.append(target)
        return seen

    reached = {name: reach(name) for name in graph}
    groups: list[list[str]] = []
    for name in graph:
        group = sorted(other for other in reached[name] if name in reached[other])
        if len(group) > 1 and group not in groups:
            groups.append(group)
    return groups


def main() -> int:
    """Print the figures; 1 where modules import each other in a circle."""
    known = modules()
    trees = {name: ast.parse(path.read_text()) for name, path in known.items()}
    every = [each for tree in trees.values() for each in functions(tree)]
    helpers = {name: called_once(tree) for name, tree in trees.items()}
    once = sum(map(len, helpers.values()))
    sizes = sorted(lines(each) for each in every)
    files = sorted(((len(path.read_text().splitlines()), path) for path in known.values()), reverse=True)
    folders = Counter(path.parent for path in known.values() if path.name != "__init__.py")
    words = Counter(node.id for tree in trees.values() for node in ast.walk(tree) if isinstance(node, ast.Name))
    print(f"files           {len(files)}, {sum(n for n, _ in files)} lines, median {median(n for n, _ in files):.0f}")
    print(f"over 500 lines  {', '.join(f'{p.relative_to(ROOT)} ({n})' for n, p in files if n > 500) or 'none'}")
    tenth = quantiles(sizes, n=10)[-1]
    print(f"functions       {len(every)}, median {median(sizes):.0f} lines, 90th percentile {tenth:.0f}")
    print(f"called once     {once} private helpers, {once / len(every):.1%} of all functions")
    for package in sorted({tuple(name.split(".")[:2]) for name in known if "." in name}):
        mine = [name for name in known if tuple(name.split(".")[:2]) == package]
        total = sum(len(functions(trees[name])) for name in mine)
        if total >= 20:
            few = sum(len(helpers[name]) for name in mine)
            print(f"  {few / total:6.1%}  {'.'.join(package)} ({few} of {total})")
    most = sorted(helpers, key=lambda name: -len(helpers[name]))[:12]
    print("most of them    " + ", ".join(f"{name} ({len(helpers[name])})" for name in most))
    print("modules a folder")
    for folder, count in folders.most_common(12):
        print(f"  {count:3}  {folder.relative_to(ROOT)}")
    print("names           " + ", ".join(f"{name} ({n})" for name, n in words.most_common(12)))
    print(f"`found`         {words['found']}")
    groups = circles(known)
    print(f"import circles  {len(groups) or 'none'}")
    for group in groups:
        print("  " + " <-> ".join(group))
    if "-v" in sys.argv:
        for name, each in helpers.items():
            for function in each:
                print(f"{name}:{function.lineno} {function.name} ({lines(function)})")
    return 1 if groups else 0


if __name__ == "__main__":
    sys.exit(main())
