"""Whatever ends a prediction's row has its COMPLETED delivery and its line in the ledger in the same statement."""

from __future__ import annotations

import ast
from pathlib import Path

ROOT = Path(__file__).parents[2]


def statements() -> list[tuple[str, str]]:
    """Every string of the code that updates predictions and sets when they ended, f-strings with their expressions."""
    found = []
    for folder in ("server", "workers", "graph"):
        for path in (ROOT / folder).rglob("*.py"):
            source = path.read_text()
            if "UPDATE prediction" not in source:
                continue
            for node in ast.walk(ast.parse(source)):
                # Where a string stands in its source is slow to ask: only of those that may be meant
                parts = node.values if isinstance(node, ast.JoinedStr) else [node]
                if not any("UPDATE prediction" in str(getattr(part, "value", "")) for part in parts):
                    continue
                text = ast.get_source_segment(source, node) or ""
                if "UPDATE prediction" in text and "completed_at =" in text:
                    found.append((f"{path.relative_to(ROOT)}:{node.lineno}", text))
    return found


def test_every_statement_that_ends_predictions_makes_their_deliveries() -> None:
    found = statements()
    assert len(found) >= 5
    lacking = [place for place, text in found if "{completed(" not in text]
    assert lacking == [], "add server.queue.deliveries.completed"


def test_every_statement_that_ends_predictions_writes_the_ledger() -> None:
    lacking = [place for place, text in statements() if "{unused(" not in text and "INSERT INTO usage" not in text]
    assert lacking == [], "add server.queue.ledger.unused"
