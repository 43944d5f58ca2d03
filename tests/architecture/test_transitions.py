"""The statements of `server/queue` move predictions as the table of transitions says, and no other code moves them."""

from __future__ import annotations

import ast
import importlib
import pkgutil
import re
from collections.abc import Iterator
from pathlib import Path

import server.queue
from server.domain.predictions import TRANSITIONS, PredictionStatus
from server.tables.predictions import IS_RUNNING, IS_WAITING, OLDEST_OF_VERSION, WAITING_OF_VERSION

ROOT = Path(__file__).parents[2]
STARTING, PROCESSING = PredictionStatus.STARTING, PredictionStatus.PROCESSING
MOVES = re.compile(
    r"\b(UPDATE|INSERT INTO|DELETE FROM) (prediction|version|webhook|webhook_delivery|batch|batch_line|batch_webhook)\b"
)
# What the rules of the table make of these
MEANINGS = {
    IS_WAITING: "status = 'starting'",
    WAITING_OF_VERSION: "status = 'starting'",
    OLDEST_OF_VERSION: "status = 'starting'",
    IS_RUNNING: "status = 'processing'",
}
WORDS = re.compile(r"'[^']*'|[()]|\w+|\S")
Transition = tuple[PredictionStatus, PredictionStatus]


def statements() -> dict[str, str]:
    """The statements that change predictions, by module and name."""
    modules = [
        importlib.import_module(f"server.queue.{found.name}") for found in pkgutil.iter_modules(server.queue.__path__)
    ]
    return {
        f"{module.__name__}.{name}": value
        for module in modules
        for name, value in vars(module).items()
        if isinstance(value, str) and "UPDATE prediction " in value
    }


def assignments(statement: str) -> tuple[dict[str, str], str]:
    """What the SET of a statement assigns to each column, and the statement without that SET."""
    begin = re.search(r"UPDATE prediction (?:p )?SET\s+", statement)
    assert begin is not None
    parts, depth, end = [begin.end()], 0, len(statement)
    for word in WORDS.finditer(statement, begin.end()):
        depth += {"(": 1, "CASE": 1, ")": -1, "END": -1}.get(word[0], 0)
        if depth < 0 or (depth == 0 and word[0] in ("FROM", "WHERE", "RETURNING")):
            end = word.start()
            break
        if depth == 0 and word[0] == ",":
            parts.append(word.end())
    texts = [statement[a:b].strip(" ,\n") for a, b in zip(parts, [*parts[1:], end], strict=True)]
    assigned = dict(text.split(" = ", 1) for text in texts)
    return assigned, statement[: begin.start()] + statement[end:]


def statuses(text: str) -> set[PredictionStatus]:
    """Those that a condition allows."""
    for condition, meaning in MEANINGS.items():
        text = text.replace(condition, meaning)
    listed = re.findall(r"\bstatus IN \(([^)]*)\)", text) + re.findall(r"\bstatus = ('\w+')", text)
    return {PredictionStatus(name) for names in listed for name in re.findall(r"'(\w+)'", names)}


def transitions(statement: str) -> set[Transition]:
    """From which status a statement moves rows, and to which."""
    assigned, rest = assignments(statement)
    if "status" not in assigned:
        return set()
    before, value = statuses(rest), assigned["status"]
    assert before, statement
    if value == "f.status":
        # What `finish` lets through; tests/integration has that it refuses the others
        return {(old, new) for old in before for new in TRANSITIONS[old] if new.is_terminal}
    if not value.startswith("CASE "):
        return {(old, PredictionStatus(value.strip("'"))) for old in before}
    moves, left = set(), set(before)
    for condition, new in re.findall(r"WHEN (.*?) THEN ('\w+')", value, re.DOTALL):
        olds = statuses(condition)
        moves |= {(old, PredictionStatus(new.strip("'"))) for old in (olds or left) & left}
        left -= olds
    otherwise = re.search(r"ELSE ('?\w+'?) END", value)
    assert otherwise is not None, statement
    if otherwise[1] != "status":
        moves |= {(old, PredictionStatus(otherwise[1].strip("'"))) for old in left}
    return moves


def test_the_statements_and_the_table_know_the_same_transitions() -> None:
    moved = {name: transitions(statement) for name, statement in statements().items()}
    allowed = {(old, new) for old, news in TRANSITIONS.items() for new in news}
    assert {name: moves - allowed for name, moves in moved.items() if moves - allowed} == {}
    assert allowed == {move for moves in moved.values() for move in moves}


def test_what_the_statements_say() -> None:
    """That the reader of statements reads them."""
    moved = {name.removeprefix("server.queue."): transitions(statement) for name, statement in statements().items()}
    canceled = (STARTING, PredictionStatus.CANCELED)
    assert moved["claim._CLAIM"] == moved["claim._CLAIM_ALONE"] == {(STARTING, PROCESSING)}
    assert moved["claim._HEARTBEAT"] == moved["recover._RING_AGAIN"] == moved["results._FORGET"] == set()
    assert moved["cancel._CANCEL_PREDICTION"] == moved["cancel._CANCEL_OF_MODEL"] == {canceled}
    assert moved["finish._HAND_BACK"] == {(PROCESSING, STARTING)}
    assert moved["recover._ABORT_OVERDUE"] == {(STARTING, PredictionStatus.ABORTED)}
    assert moved["recover._EXPIRE_LEASES"] == {
        (PROCESSING, PredictionStatus.CANCELED), (PROCESSING, PredictionStatus.FAILED), (PROCESSING, STARTING),
    }  # fmt: skip
    assert len(moved["finish._FINISH"]) == 3


def strings() -> Iterator[tuple[str, str]]:
    """Every string of the product, with its place."""
    for folder in ("server", "workers", "graph"):
        for path in (ROOT / folder).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.Constant) and isinstance(node.value, str):
                    yield f"{path.relative_to(ROOT)}:{node.lineno}", node.value


def test_only_the_queue_moves_predictions_versions_batches_and_webhooks() -> None:
    elsewhere = [place for place, text in strings() if MOVES.search(text) and not place.startswith("server/queue/")]
    assert elsewhere == []
