"""`inference batch`: many rows for one model, which the server runs whether this program lives or not."""

from __future__ import annotations

import csv
import itertools
import json
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import nullcontext
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any, TextIO

import typer

from inference_client.cli.inputs import InputError, parse
from inference_client.cli.options import (
    JsonOption,
    ModelArgument,
    PriorityOption,
    UrlOption,
    compact,
    local_time,
    priority_of,
)
from inference_client.cli.terminal import FAILED, ProgressView, fail, note, reporting, show_facts, show_json, show_table
from inference_client.client import Client
from inference_client.server_batches import Batch, BatchItem

app = typer.Typer(
    help="Many rows at once: create, list, show, watch, results, cancel, delete, retry.", no_args_is_help=True
)
IdArgument = Annotated[str, typer.Argument(metavar="ID", help="Id of the batch.")]
WaitOption = Annotated[bool, typer.Option("--wait", help="Wait until it has ended, as `batch watch` does.")]


@app.command("create")
@reporting
def create_batch(
    model: ModelArgument,
    rows: Annotated[
        str, typer.Argument(metavar="FILE", help="Rows: JSON Lines, or a .csv with a head; - is the standard input.")
    ],
    name: Annotated[
        str | None, typer.Option("--name", help="The same rows with the same name are the same batch.")
    ] = None,
    concurrency: Annotated[
        int | None, typer.Option("--concurrency", min=1, help="How many wait or run at a time, at most.")
    ] = None,
    all_or_nothing: Annotated[
        bool, typer.Option("--all-or-nothing", help="Run none where one row is not what the model takes.")
    ] = False,
    deadline: Annotated[
        int | None, typer.Option("--deadline", min=1, help="Seconds after which what has not ended is given up.")
    ] = None,
    webhook: Annotated[str | None, typer.Option("--webhook", help="URL that is told of the end.")] = None,
    priority: PriorityOption = None,
    wait: WaitOption = False,
    as_json: JsonOption = False,
    url: UrlOption = None,
) -> None:
    """Give the server rows; prints the batch's id."""
    with Client(url) as client:
        version = client.models.version(model) if ":" in model else client.models.get(model).latest
        values = list(_read(rows, version.input_schema if version else {}))
        batch = client.batches.create(
            model,
            values,
            name=name,
            concurrency=concurrency,
            all_or_nothing=all_or_nothing or None,
            deadline_seconds=deadline,
            webhook=webhook,
            priority=priority_of(priority),
        )
        _begin(client, batch, wait=wait, as_json=as_json)


def _begin(client: Client, batch: Batch, *, wait: bool, as_json: bool) -> None:
    """Print a batch that was just made; with `wait` once it has ended."""
    if not as_json:
        print(batch.id, flush=True)
    if wait:
        _watch(client, batch.id, as_json=as_json)
    elif as_json:
        show_json(batch.raw)


def _read(place: str, schema: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """The rows of a file; raises InputError, with the number of the line, where it is none."""
    try:
        with nullcontext(sys.stdin) if place == "-" else Path(place).expanduser().open(encoding="utf-8-sig") as file:
            yield from _csv(file, schema) if place.lower().endswith(".csv") else _json_lines(file, place)
    except OSError as error:
        raise InputError(f"{place} cannot be read: {error.strerror}.") from None
    except UnicodeDecodeError:
        raise InputError(f"{place} is no text in UTF-8.") from None


def _json_lines(file: TextIO, place: str) -> Iterator[dict[str, Any]]:
    for number, line in enumerate(file, start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except ValueError as error:
            raise InputError(f"{place}, line {number}: it is no JSON ({error}).") from None
        except RecursionError:
            raise InputError(f"{place}, line {number}: it is nested too deep.") from None
        if not isinstance(row, dict):
            raise InputError(f"{place}, line {number}: a row is a JSON object.")
        yield row


def _csv(file: TextIO, schema: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Rows as `-i` reads them, but that an @ begins a text; what is empty is left out."""
    try:
        reader = csv.DictReader(file, strict=True)
        for row in reader:
            if None in row:
                raise InputError(f"{file.name}, line {reader.line_num}: it has more values than the head has names.")
            yield parse(
                [f"{name}={'@' if text.startswith('@') else ''}{text}" for name, text in row.items() if text], schema
            )
    except csv.Error as error:
        raise InputError(f"{file.name} is no CSV: {error}.") from None


@app.command("list")
@reporting
def list_batches(
    limit: Annotated[int, typer.Option("-n", "--limit", min=1, help="How many, newest first.")] = 20,
    as_json: JsonOption = False,
    url: UrlOption = None,
) -> None:
    """List your batches, newest first."""
    with Client(url) as client:
        newest = itertools.islice(client.batches.list(), limit)
        if as_json:
            show_json([each.raw for each in newest])
        else:
            rows = ([each.id, each.status, each.version, local_time(each.created_at), _counts(each)] for each in newest)
            show_table(("id", "status", "version", "created", "rows"), rows)


@app.command("show")
@reporting
def show_batch(batch_id: IdArgument, as_json: JsonOption = False, url: UrlOption = None) -> None:
    """Show a batch as it stands."""
    with Client(url) as client:
        batch = client.batches.get(batch_id)
    if as_json:
        show_json(batch.raw)
        return
    facts = [("id", batch.id), ("status", batch.status), ("version", batch.version)]
    facts += [("created", local_time(batch.created_at)), ("rows", _counts(batch))]
    show_facts([*facts, ("note", batch.note or ""), ("reason", batch.reason or "")])


@app.command("watch")
@reporting
def watch_batch(batch_id: IdArgument, as_json: JsonOption = False, url: UrlOption = None) -> None:
    """Wait until a batch has ended; Ctrl-C leaves it running."""
    with Client(url) as client:
        _watch(client, batch_id, as_json=as_json)


def _watch(client: Client, batch_id: str, *, as_json: bool) -> None:
    """Show how a batch gets on until it has ended; raises Exit where not all of its rows succeeded."""
    try:
        with ProgressView() as view:
            batch = client.batches.wait(batch_id, on_progress=_shown(view))
    except KeyboardInterrupt:
        note(f"It goes on: inference batch watch {batch_id}")
        raise
    if as_json:
        show_json(batch.raw)
    else:
        note(f"{batch.status}: {_counts(batch)}{f' ({batch.reason})' if batch.reason else ''}")
    if batch.status != "COMPLETED" or batch.counts.succeeded < batch.counts.total:
        raise typer.Exit(FAILED)


def _shown(view: ProgressView) -> Callable[[Batch], None]:
    def show(batch: Batch) -> None:
        counts = batch.counts
        view.update(batch.note or batch.status.lower(), counts.total - counts.live, counts.total or None)

    return show


@app.command("results")
@reporting
def print_results(
    batch_id: IdArgument,
    failed: Annotated[bool, typer.Option("--failed", help="Those alone that did not succeed.")] = False,
    outputs: Annotated[bool, typer.Option("--outputs", help="Outputs alone, of those that succeeded.")] = False,
    url: UrlOption = None,
) -> None:
    """Print what became of the rows that have ended by now, in their order, as JSON Lines."""
    if failed and outputs:
        raise InputError("Give one of --failed and --outputs.")
    with Client(url) as client:
        for item in client.batches.results(batch_id):
            succeeded = item.status == "SUCCEEDED"
            if (succeeded and not failed) or (not succeeded and not outputs):
                print(compact(item.output if outputs else _record(item)))


def _record(item: BatchItem) -> dict[str, Any]:
    return {name: value for name, value in asdict(item).items() if value not in (None, [])}


@app.command("cancel")
@reporting
def cancel_batch(batch_id: IdArgument, as_json: JsonOption = False, url: UrlOption = None) -> None:
    """Cancel a batch: what is done is kept, what runs stops, the rest does not run."""
    with Client(url) as client:
        batch = client.batches.cancel(batch_id)
    if as_json:
        show_json(batch.raw)
    elif batch.ended and batch.status != "CANCELED":
        raise fail(f"It had ended already, as {batch.status}.")
    else:
        note("Canceled." if batch.ended else "It is being canceled.")


@app.command("delete")
@reporting
def delete_batch(batch_id: IdArgument, url: UrlOption = None) -> None:
    """Delete a batch that has ended, with its results and its predictions."""
    with Client(url) as client:
        is_complete = client.batches.delete(batch_id)
    note("Deleted." if is_complete else "Deleted; some of its predictions follow within minutes.")


@app.command("retry")
@reporting
def retry_batch(
    batch_id: IdArgument, wait: WaitOption = False, as_json: JsonOption = False, url: UrlOption = None
) -> None:
    """Run again what failed in a batch that has ended, as a new batch; prints its id."""
    with Client(url) as client:
        _begin(client, client.batches.retry_failed(batch_id), wait=wait, as_json=as_json)


def _counts(batch: Batch) -> str:
    counts = asdict(batch.counts)
    total = counts.pop("total")
    return ", ".join([f"{total} in all", *(f"{count} {name}" for name, count in counts.items() if count)])
