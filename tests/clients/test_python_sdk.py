"""The Python client of `clients/python` against the real server."""

from __future__ import annotations

import asyncio
import base64
import io
import itertools
import re
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from inference_client import (
    AsyncClient,
    Client,
    ConflictError,
    File,
    ForbiddenError,
    InvalidInputError,
    NotFoundError,
    PredictionFailedError,
    Preview,
    Status,
    Step,
    Text,
    UnauthenticatedError,
    UnavailableError,
    UnreachableError,
    WaitTimeoutError,
)
from PIL import Image

from server.services.demo import YELLOW_STAR
from tests.conftest import LiveServer, free_port
from tests.support.api import Client as ApiClient
from tests.support.operations import administrator, unique
from tests.support.rest import rest_token

TEXT = "to be or not to be"
PICTURE = base64.b64decode(YELLOW_STAR)
SHAPE = {"prompt": "a red circle on a blue background", "steps": 2, "seed": 1}


@pytest.fixture(autouse=True)
def no_surroundings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Neither a proxy nor a login of this machine."""
    monkeypatch.setenv("NO_PROXY", "*")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    for name in ("INFERENCE_URL", "INFERENCE_KEY"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def client(live_server: LiveServer) -> Iterator[Client]:
    with Client(live_server.url, rest_token(live_server.url)) as client:
        yield client


@pytest.fixture
async def admin(live_server: LiveServer) -> AsyncIterator[ApiClient]:
    client = await administrator(live_server)
    yield client
    await client.close()


@pytest.fixture
async def loop_client(live_server: LiveServer) -> AsyncIterator[AsyncClient]:
    async with AsyncClient(live_server.url, rest_token(live_server.url)) as client:
        yield client


def test_a_model_is_run(client: Client) -> None:
    assert client.run("demo/echo", text=TEXT) == TEXT
    assert client.run("demo/echo", {"text": TEXT}) == TEXT
    assert client.run("demo/prose", prompt="The function returns", max_new_tokens=8)


def test_who_leaves_a_stream_cancels_what_it_runs(client: Client) -> None:
    for event in client.stream("demo/echo", text="to be or not", repeat=50, delay_seconds=0.2):
        if isinstance(event, Text):
            break
    left = next(client.list())
    assert client.wait(left, timeout=30).status == "CANCELED"
    # Who watches what was submitted may leave
    kept = client.submit("demo/echo", text="a b c", delay_seconds=0.2)
    for _ in client.watch(kept):
        break
    assert client.wait(kept, timeout=30).status == "SUCCEEDED"


async def test_a_task_that_is_canceled_cancels_what_it_streams(loop_client: AsyncClient) -> None:
    begun = asyncio.Event()

    async def follow() -> None:
        async for _ in loop_client.stream("demo/echo", text="to be or not", repeat=50, delay_seconds=0.2):
            begun.set()

    task = asyncio.create_task(follow())
    await begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    left = await anext(loop_client.list())
    assert (await loop_client.wait(left, timeout=30)).status == "CANCELED"


def test_a_model_is_streamed(client: Client) -> None:
    events = list(client.stream("demo/echo", text=TEXT, delay_seconds=0.1))
    assert "".join(map(str, events)) == TEXT
    assert len([event for event in events if isinstance(event, Text)]) > 3
    last = events[-1]
    assert isinstance(last, Status)
    assert (last.status, last.prediction.text) == ("SUCCEEDED", TEXT)


def test_steps_previews_and_a_picture(client: Client, tmp_path: Path) -> None:
    events = list(client.stream("demo/shapes", {**SHAPE, "steps": 8}, previews=True))
    assert [event.step for event in events if isinstance(event, Step)][-1] == 8
    assert all(Image.open(io.BytesIO(event.image)).format == "JPEG" for event in events if isinstance(event, Preview))
    (file,) = client.run("demo/shapes", **SHAPE)
    assert isinstance(file, File)
    assert file.read().startswith(b"\x89PNG")
    assert file.image().size == (file.width, file.height)
    saved = file.save(f"{tmp_path}/pictures/")
    assert (saved.parent.name, saved.suffix, saved.read_bytes()) == ("pictures", ".png", file.read())
    assert file.save(tmp_path / "circle.png") == tmp_path / "circle.png"


def test_a_batch_gives_its_results_in_order_and_is_gone_on_with_by_its_name(client: Client) -> None:
    rows: list[dict[str, Any]] = [{"text": f"row {number}"} for number in range(20)]
    rows[3] = {"text": "It broke.", "fail": True}
    rows[5] = {"words": 1}
    name = unique("batch")
    results = list(client.batch("demo/echo", iter(rows), name=name))
    assert [result.index for result in results] == list(range(20))
    assert [result.output for result in results if result.error is None] == [
        row["text"] for index, row in enumerate(rows) if index not in (3, 5)
    ]
    with pytest.raises(PredictionFailedError, match="It broke"):
        _ = results[3].output
    assert isinstance(results[5].error, InvalidInputError)
    again = list(client.batch("demo/echo", rows, name=name, ordered=False, concurrency=3))
    ids = {result.index: result.prediction.id for result in results if result.prediction}
    assert {result.index: result.prediction.id for result in again if result.prediction} == ids
    (conflict,) = client.batch("demo/echo", [{"text": "another"}], name=name)
    assert isinstance(conflict.error, ConflictError)
    with pytest.raises(NotFoundError):
        list(client.batch("demo/nothing", rows))


def test_a_prediction_is_submitted_watched_canceled_and_retried(client: Client) -> None:
    slow = client.submit("demo/echo", text="word " * 200, delay_seconds=0.05)
    assert not slow.ended
    with pytest.raises(WaitTimeoutError, match=slow.id):
        client.wait(slow, timeout=0.3)
    with pytest.raises(WaitTimeoutError):
        client.run("demo/echo", text="word " * 200, delay_seconds=0.05, timeout=1.5)
    (other,) = itertools.islice(client.list(), 1)
    client.cancel(other)
    pieces = [event for event in itertools.islice(client.watch(slow), 6) if isinstance(event, Text)]
    assert pieces
    assert client.cancel(slow).id == slow.id
    canceled = client.wait(slow.id)
    assert canceled.status == "CANCELED"
    assert (canceled.text or "").startswith("".join(map(str, pieces)))
    ended = client.wait(client.submit("demo/echo", text=TEXT), timeout=30)
    assert (ended.status, ended.output, client.get(ended).output) == ("SUCCEEDED", TEXT, TEXT)
    again = client.wait(client.retry(ended))
    assert (again.id != ended.id, again.output) == (True, TEXT)
    client.record_outcome(again, "thumb", 0)
    client.record_outcome(again.id, "thumb", 1)
    noted = client.graphql("query ($id: ID!) { prediction(id: $id) { outcomes { name value } } }", {"id": again.id})
    assert noted["prediction"]["outcomes"] == [{"name": "thumb", "value": 1}]
    for name, value in (("", 1), ("thumb", 1e300)):
        with pytest.raises(InvalidInputError):
            client.record_outcome(again, name, value)
    changed = client.wait(client.rerun(again, {"text": "other"}))
    assert changed.output == "other"
    assert client.delete(changed)
    with pytest.raises(NotFoundError):
        client.get(changed.id)
    assert [each.id for each in client.list(model="demo/echo")] == [again.id, ended.id, other.id, slow.id]
    assert slow.id in [each.id for each in client.list(status="CANCELED")]
    whole = [str(event) for event in client.watch(ended)]
    assert "".join(whole) == TEXT


def test_files_are_inputs(client: Client, tmp_path: Path) -> None:
    path = tmp_path / "star.png"
    path.write_bytes(PICTURE)
    with path.open("rb") as file:
        for given in (path, PICTURE, file, Image.open(path)):
            assert client.run("demo/naming", image=given, top_k=1)[0]["label"] == "yellow star"
    first = client.submit("demo/naming", image=path, top_k=2)
    assert client.wait(client.rerun(first, {"image": path, "top_k": 1})).output[0]["label"] == "yellow star"
    (made,) = client.run("demo/shapes", prompt="a yellow star on a black background", steps=4, seed=1)
    assert client.run("demo/naming", image=made, top_k=1)[0]["label"]
    # Too large for the input itself: it is uploaded
    large = io.BytesIO()
    Image.effect_noise((700, 700), 90).convert("RGB").save(large, format="PNG")
    assert large.tell() > 300_000
    assert client.run("demo/naming", image=large.getvalue(), top_k=1)


def test_what_a_model_made_is_an_input_without_being_fetched(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    (made,) = client.run("demo/shapes", **SHAPE)
    expired = re.sub(r"exp=[0-9]+", "exp=1000000000", made.url)
    old = File(client._core, made.prediction_id, 0, expired, made.content_type, made.size_bytes, None, None)
    with monkeypatch.context() as patch:
        patch.setattr(type(client._core), "download", None)
        for file in (made, old):
            prediction = client.wait(client.submit("demo/naming", image=file, top_k=1))
            assert prediction.status == "SUCCEEDED"
            assert str(prediction.input["image"]).startswith(f"{client.url}/files/")
        batch = client.batches.wait(client.batches.create("demo/naming", [{"image": made, "top_k": 1}]))
        assert batch.counts.succeeded == 1
    key = uuid4().hex
    keyed = client.submit("demo/naming", {"image": made, "top_k": 1}, idempotency_key=key)
    assert client.submit("demo/naming", {"image": old, "top_k": 1}, idempotency_key=key).id == keyed.id
    assert client.run("demo/naming", image=made.read(), top_k=1)[0]["label"] == client.wait(keyed).output[0]["label"]


def test_a_link_that_expired_is_fetched_again(client: Client) -> None:
    (file,) = client.run("demo/shapes", **SHAPE)
    stale = File(client._core, file.prediction_id, 0, f"{file.url}0", file.content_type, file.size_bytes, None, None)
    assert stale.read() == file.read()


def test_errors_say_what_is_wrong(live_server: LiveServer, client: Client) -> None:
    with pytest.raises(InvalidInputError) as invalid:
        client.run("demo/echo", text=1, times=2)
    assert {violation.path for violation in invalid.value.violations} == {"/input/text", "/input/times"}
    assert "/input/text: " in str(invalid.value)
    with pytest.raises(NotFoundError, match="demo/nothing"):
        client.run("demo/nothing", text=TEXT)
    with pytest.raises(NotFoundError):
        client.get(str(uuid4()))
    with pytest.raises(PredictionFailedError, match="It broke") as failed:
        client.run("demo/echo", text="It broke.", fail=True)
    assert (failed.value.code, failed.value.prediction.status) == ("INTERNAL", "FAILED")
    with pytest.raises(PredictionFailedError):
        list(client.stream("demo/echo", text="It broke.", fail=True))
    for ask in (lambda wrong: wrong.run("demo/echo", text=TEXT), lambda wrong: list(wrong.watch(str(uuid4())))):
        with Client(live_server.url, "isk_wrong") as wrong, pytest.raises(UnauthenticatedError):
            ask(wrong)


def test_a_server_that_is_away_and_a_url_that_is_wrong(
    live_server: LiveServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("inference_client.connection.FIRST_PATIENCE_SECONDS", 0.1)
    with Client(f"http://127.0.0.1:{free_port()}") as away, pytest.raises(UnreachableError, match="does not answer"):
        away.run("demo/echo", text=TEXT)
    with Client(f"{live_server.url}/docs") as elsewhere, pytest.raises(UnreachableError, match="not as an inference"):
        elsewhere.run("demo/echo", text=TEXT)
    with Client(f"{live_server.url}/graphql/") as page:
        assert page.run("demo/echo", text=TEXT) == TEXT
    with pytest.raises(ValueError, match="http://"):
        Client("127.0.0.1:8000")


def test_models_are_listed_created_published_and_waited_for(client: Client) -> None:
    assert "demo/echo" in [model.slug for model in client.models.list(owner="demo")]
    assert client.models.get("demo/echo").latest is not None
    seen: list[str] = []
    model = client.models.create(unique("m"), "CUSTOM", predictor="echo", description="Mine", visibility="PRIVATE")
    first = client.models.wait(model.slug, timeout=60, on_progress=lambda version: seen.append(version.state))
    assert (first.slug, first.state, set(seen) <= {"PREPARING"}) == (f"{model.slug}:1", "READY", True)
    second = client.models.publish(model.slug, predictor="echo")
    assert client.models.wait(second.slug, timeout=60).number == 2
    assert [version.number for version in client.models.versions(model.slug)] == [2, 1]
    assert client.run(f"{model.slug}:1", text=TEXT) == TEXT
    with pytest.raises(ConflictError):
        client.models.create(model.name, "CUSTOM", predictor="echo")
    with pytest.raises(ValueError, match="huggingface="):
        client.models.publish(model.slug)
    with pytest.raises((UnavailableError, InvalidInputError, ForbiddenError)):
        client.models.wait(client.models.publish(model.slug, folder="nothing").slug, timeout=60)


def test_any_operation_of_the_api(client: Client) -> None:
    account = client.account()
    assert account is not None
    assert client.graphql("{ viewer { handle } }") == {"viewer": {"handle": account.handle}}
    with pytest.raises(InvalidInputError):
        client.graphql('{ node(id: "nonsense") { id } }')


PRIORITY = "query ($id: ID!) { prediction(id: $id) { priority } }"
BATCH_PRIORITY = "query ($id: ID!) { batch(id: $id) { priority } }"


def test_what_is_run_is_for_somebody(client: Client) -> None:
    key = uuid4().hex
    first = client.submit("demo/echo", text=TEXT, idempotency_key=key, sticky_key="ada")
    assert client.submit("demo/echo", text=TEXT, idempotency_key=key, sticky_key="ada").id == first.id
    with pytest.raises(ConflictError):
        client.submit("demo/echo", text=TEXT, idempotency_key=key, sticky_key="bob")
    assert client.run("demo/echo", text=TEXT, sticky_key="ada") == TEXT
    *_, last = client.stream("demo/echo", text=TEXT, sticky_key="ada")
    assert isinstance(last, Status)


def test_what_is_run_has_a_priority(client: Client) -> None:
    made = [client.submit("demo/echo", text=TEXT), client.submit("demo/echo", text=TEXT, priority="LOW")]
    *_, last = client.stream("demo/echo", text=TEXT, priority="HIGH")
    assert isinstance(last, Status)
    given = [client.graphql(PRIORITY, {"id": each.id})["prediction"]["priority"] for each in (*made, last.prediction)]
    assert given == ["NORMAL", "LOW", "HIGH"]
    assert client.run("demo/echo", text=TEXT, priority="LOW") == TEXT
    batch = client.batches.create("demo/echo", [{"text": "x"}], priority="LOW")
    assert client.graphql(BATCH_PRIORITY, {"id": batch.id})["batch"]["priority"] == "LOW"
    assert client.batches.wait(batch, timeout=60).counts.succeeded == 1


async def test_what_an_event_loop_runs_has_a_priority(loop_client: AsyncClient) -> None:
    made = [await loop_client.submit("demo/echo", text=TEXT, priority="HIGH")]
    events = [event async for event in loop_client.stream("demo/echo", text=TEXT, priority="LOW")]
    assert isinstance(events[-1], Status)
    made.append(events[-1].prediction)
    given = [(await loop_client.graphql(PRIORITY, {"id": each.id}))["prediction"]["priority"] for each in made]
    assert given == ["HIGH", "LOW"]
    assert await loop_client.run("demo/echo", text=TEXT, priority="HIGH") == TEXT
    batch = await loop_client.batches.create("demo/echo", [{"text": "x"}], priority="HIGH")
    assert (await loop_client.graphql(BATCH_PRIORITY, {"id": batch.id}))["batch"]["priority"] == "HIGH"


async def test_the_asynchronous_half(loop_client: AsyncClient) -> None:
    assert await loop_client.run("demo/echo", text=TEXT) == TEXT
    events = [event async for event in loop_client.stream("demo/echo", text=TEXT, delay_seconds=0.02)]
    assert "".join(map(str, events)) == TEXT
    slow = await loop_client.submit("demo/echo", text="word " * 200, delay_seconds=0.05)
    with pytest.raises(WaitTimeoutError):
        await loop_client.wait(slow, timeout=0.3)
    await loop_client.cancel(slow)
    assert (await loop_client.wait(slow)).status == "CANCELED"
    assert [each.status async for each in loop_client.list()] == ["CANCELED", "SUCCEEDED", "SUCCEEDED"]
    rows = [{"text": f"row {number}"} for number in range(10)]
    outputs = [result.output async for result in loop_client.batch("demo/echo", rows)]
    assert outputs == [row["text"] for row in rows]
    (file,) = await loop_client.run("demo/shapes", **SHAPE)
    assert (await file.aread()).startswith(b"\x89PNG")
    with pytest.raises(RuntimeError, match="aread"):
        file.read()
    assert "demo/echo" in [model.slug async for model in loop_client.models.list(owner="demo")]
    together = await asyncio.gather(*(loop_client.run("demo/echo", text=f"{n}") for n in range(10)))
    assert together == [f"{n}" for n in range(10)]


def test_a_batch_that_the_server_holds(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    rows: list[dict[str, Any]] = [{"text": f"row {number}"} for number in range(12)]
    rows[3], rows[5] = {"text": "It broke.", "fail": True}, {"words": 1}
    looks: list[int] = []
    batch = client.batches.create("demo/echo", iter(rows), name=unique("batch"))
    ended = client.batches.wait(batch, timeout=60, on_progress=lambda each: looks.append(each.counts.succeeded))
    assert (ended.status, ended.counts.succeeded, ended.counts.failed, ended.counts.invalid) == ("COMPLETED", 10, 1, 1)
    assert looks[-1] == 10
    items = list(client.batches.results(batch))
    assert [item.index for item in items] == list(range(12))
    assert [item.output for item in items if item.status == "SUCCEEDED"] == [
        row["text"] for index, row in enumerate(rows) if index not in (3, 5)
    ]
    assert "It broke." in (items[3].error.message if items[3].error else "")
    assert [violation.path for violation in items[5].violations]
    again = client.batches.wait(client.batches.retry_failed(ended), timeout=60)
    assert (again.counts.total, again.counts.failed) == (1, 1)
    assert [each.id for each in client.batches.list()] == [again.id, batch.id]
    # Rows that a request does not hold go as a file
    monkeypatch.setattr("inference_client.server_batches.INLINE_BYTES", 100)
    large = client.batches.create("demo/echo", [{"text": "word " * 200, "delay_seconds": 0.1}] * 30, concurrency=2)
    with pytest.raises(ConflictError, match="has not ended"):
        client.batches.delete(large)
    client.batches.cancel(large)
    assert client.batches.wait(large.id, timeout=60).status == "CANCELED"
    assert client.batches.delete(large)
    assert [each.id for each in client.batches.list()] == [again.id, batch.id]
    with pytest.raises(NotFoundError):
        client.batches.get(large)


async def test_a_batch_that_the_server_holds_for_an_event_loop(loop_client: AsyncClient) -> None:
    batch = await loop_client.batches.create("demo/echo", [{"text": f"row {number}"} for number in range(5)])
    assert (await loop_client.batches.wait(batch, timeout=60)).counts.succeeded == 5
    assert [item.output async for item in loop_client.batches.results(batch)] == [f"row {n}" for n in range(5)]
    assert await loop_client.batches.delete(batch)
    with pytest.raises(NotFoundError):
        await loop_client.batches.delete(batch)


PRICES = "mutation ($i: SetPricesInput!) { setPrices(input: $i) { __typename } }"
BUDGET = "mutation ($i: SetBudgetInput!) { setBudget(input: $i) { __typename } }"


async def test_money_is_exact_decimals(
    live_server: LiveServer, client: Client, loop_client: AsyncClient, admin: ApiClient
) -> None:
    now = datetime.now(UTC)
    times = (now - timedelta(hours=1), now + timedelta(hours=1))
    assert client.estimate_cost("demo/echo", text=TEXT) is None
    assert (client.budgets(), client.usage(*times).groups) == ([], [])
    account = client.account()
    assert account is not None
    try:
        await admin.run(PRICES, i={"prices": [{"unit": "SECOND", "amount": "0.000001"}]})
        budget = {"user": account.handle, "period": "MONTH", "amount": "12.000000000001", "isHard": False}
        assert (await admin.run(BUDGET, i=budget))["setBudget"]["__typename"] == "User"
        estimate = client.estimate_cost("demo/echo", text=TEXT, deadline_seconds=10)
        assert estimate is not None
        assert (estimate.most, estimate.currency) == (Decimal("0.00001"), "USD")
        with pytest.raises(InvalidInputError) as refused:
            client.estimate_cost("demo/echo", nothing=1)
        assert {violation.path for violation in refused.value.violations} == {"/input/text", "/input/nothing"}
        assert client.run("demo/echo", text=TEXT) == TEXT
        report = client.usage(*times, group_by="MODEL")
        assert [(group.name, group.used) for group in report.groups] == [("demo/echo", report.total)]
        assert (report.total.predictions, report.currency, report.has_more) == (1, "USD", False)
        assert report.total.amount == report.total.predict_seconds * Decimal("0.000001") > 0
        (budget_of_month,) = client.budgets()
        assert (budget_of_month.amount, budget_of_month.spent) == (Decimal("12.000000000001"), report.total.amount)
        assert (budget_of_month.api_key, budget_of_month.period, budget_of_month.is_hard) == (None, "MONTH", False)
        assert budget_of_month.left == budget_of_month.amount - budget_of_month.spent
        # The other client says the same
        assert await loop_client.estimate_cost("demo/echo", {"text": TEXT}, deadline_seconds=10) == estimate
        assert (await loop_client.budgets(), (await loop_client.usage(*times)).total.predictions) == ([], 0)
    finally:
        await admin.run(PRICES, i={"prices": []})
    with Client(live_server.url, "") as nobody:
        for ask in (nobody.budgets, lambda: nobody.usage(*times)):
            with pytest.raises(UnauthenticatedError):
                ask()
    made = client.graphql(
        'mutation { createApiKey(input: { name: "blind", scopes: [RUN] }) { ... on CreatedApiKey { key } } }'
    )
    with Client(live_server.url, made["createApiKey"]["key"]) as blind, pytest.raises(ForbiddenError):
        blind.usage(*times)
