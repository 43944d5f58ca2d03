"""The client for an event loop; each method is that of `Client`, to be awaited."""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from datetime import datetime
from types import TracebackType
from typing import Any

from inference_client import operations
from inference_client.batches import BatchResult, check, key_of, run_in_tasks
from inference_client.catalog import AsyncModels
from inference_client.connection import deadline_of
from inference_client.core import Core, Options, account_of, filter_of, id_of
from inference_client.credentials import key_for, server_url
from inference_client.events import Event
from inference_client.models import Account
from inference_client.money import Budget, CostEstimate, UsageReport
from inference_client.operations import PredictionStatus, Priority, UsageGrouping
from inference_client.predictions import Prediction, Webhook
from inference_client.server_batches import AsyncBatches
from inference_client.transport import AsyncTransport


class AsyncClient:
    """A server, as the owner of one key, for one event loop; `Client` says what each argument and method is."""

    def __init__(
        self, url: str | None = None, key: str | None = None, *, ssl_context: ssl.SSLContext | None = None
    ) -> None:
        self.url = server_url(url)
        self._core = Core(AsyncTransport(ssl_context), self.url, key_for(self.url) if key is None else key)
        self.models = AsyncModels(self._core)
        self.batches = AsyncBatches(self._core)

    @classmethod
    async def sign_in(
        cls, email: str, password: str, url: str | None = None, *, ssl_context: ssl.SSLContext | None = None
    ) -> AsyncClient:
        """A client of a person instead of a key: its access token is renewed by itself."""
        client = cls(url, ssl_context=ssl_context)
        try:
            await client._core.sign_in(email, password)
        except BaseException:
            await client.close()
            raise
        return client

    async def run(
        self,
        model: str,
        input: Mapping[str, Any] | None = None,  # noqa: A002 - the API's word
        /,
        *,
        timeout: float | None = None,
        deadline_seconds: int | None = None,
        idempotency_key: str | None = None,
        use_cache: bool | None = None,
        webhook: Webhook | None = None,
        priority: Priority | None = None,
        sticky_key: str | None = None,
        **fields: Any,
    ) -> Any:
        """Run a model and return its output: a text, a `File`, a list of files, or what else the model gives."""
        options = Options(deadline_seconds, idempotency_key, use_cache, webhook, priority, sticky_key)
        return (await self._core.run(model, {**(input or {}), **fields}, options, timeout)).output

    async def submit(
        self,
        model: str,
        input: Mapping[str, Any] | None = None,  # noqa: A002 - the API's word
        /,
        *,
        deadline_seconds: int | None = None,
        idempotency_key: str | None = None,
        use_cache: bool | None = None,
        webhook: Webhook | None = None,
        priority: Priority | None = None,
        sticky_key: str | None = None,
        **fields: Any,
    ) -> Prediction:
        """Create a prediction and return at once; it will run, and end exactly once. Arguments as in `run`."""
        options = Options(deadline_seconds, idempotency_key, use_cache, webhook, priority, sticky_key)
        return await self._core.create(model, {**(input or {}), **fields}, options)

    def stream(
        self,
        model: str,
        input: Mapping[str, Any] | None = None,  # noqa: A002 - the API's word
        /,
        *,
        previews: bool = False,
        timeout: float | None = None,
        deadline_seconds: int | None = None,
        idempotency_key: str | None = None,
        use_cache: bool | None = None,
        webhook: Webhook | None = None,
        priority: Priority | None = None,
        sticky_key: str | None = None,
        **fields: Any,
    ) -> AsyncIterator[Event]:
        """Run a model and give what it says as it comes; with `previews` unfinished pictures too."""
        options = Options(deadline_seconds, idempotency_key, use_cache, webhook, priority, sticky_key)
        values = {**(input or {}), **fields}
        return self._core.stream(model, values, options, timeout, previews=previews)

    def watch(
        self,
        prediction: Prediction | str,
        *,
        after: str | None = None,
        previews: bool = False,
        timeout: float | None = None,
    ) -> AsyncIterator[Event]:
        """The events of a prediction, from its beginning or behind the cursor `after`, until its final `Status`."""
        deadline = deadline_of(timeout)
        return self._core.watch(id_of(prediction), after, previews=previews, deadline=deadline)

    async def get(self, prediction: Prediction | str) -> Prediction:
        """A prediction as it stands now; raises NotFoundError."""
        return await self._core.get(id_of(prediction))

    def list(
        self,
        *,
        status: PredictionStatus | Sequence[PredictionStatus] | None = None,
        model: str | None = None,
        created_from: datetime | None = None,
        created_before: datetime | None = None,
    ) -> AsyncIterator[Prediction]:
        """Your predictions, newest first, fetched as they are read: `itertools.islice` takes the first few."""
        return self._core.predictions(filter_of(status, model, created_from, created_before))

    async def wait(self, prediction: Prediction | str, *, timeout: float | None = None) -> Prediction:
        """A prediction once it has ended, however it did; raises WaitTimeoutError after `timeout` seconds."""
        return await self._core.wait(id_of(prediction), deadline_of(timeout))

    async def cancel(self, prediction: Prediction | str) -> Prediction:
        """Cancel a prediction at its next token or step; one that has ended stays as it is."""
        return await self._core.cancel(id_of(prediction))

    async def retry(self, prediction: Prediction | str, *, idempotency_key: str | None = None) -> Prediction:
        """Run a prediction again as it was, its version and seed included; returns the new one at once."""
        return await self._core.retry(id_of(prediction), idempotency_key)

    async def rerun(
        self,
        prediction: Prediction | str,
        overrides: Mapping[str, Any] | None = None,
        *,
        version: str | None = None,
        idempotency_key: str | None = None,
    ) -> Prediction:
        """Run a prediction again, with its seed, but for the fields in `overrides`; None leaves one out."""
        return await self._core.rerun(id_of(prediction), overrides, version, idempotency_key)

    async def delete(self, prediction: Prediction | str) -> bool:
        """Delete a prediction with all its data; False where it runs still, and goes once it has stopped."""
        return await self._core.delete(id_of(prediction))

    async def record_outcome(self, prediction: Prediction | str, name: str, value: float) -> None:
        """Note what came of a prediction, such as `("thumb", 1)`, for the experiments of its model."""
        await self._core.record_outcome(id_of(prediction), name, value)

    def batch(
        self,
        model: str,
        rows: Iterable[Mapping[str, Any]],
        *,
        concurrency: int = 8,
        ordered: bool = True,
        name: str | None = None,
        timeout: float | None = None,
    ) -> AsyncIterator[BatchResult]:
        """Run a model once for each row, and give the results in the order of the rows, or as they come."""
        check(concurrency, name)

        async def run(index: int, row: Mapping[str, Any]) -> Prediction:
            options = Options(idempotency_key=key_of(name, index))
            return await self._core.run(model, row, options, timeout)

        return run_in_tasks(rows, run, concurrency, ordered=ordered)

    async def usage(self, begin: datetime, end: datetime, *, group_by: UsageGrouping = "DAY") -> UsageReport:
        """What your predictions used, and are charged, that ended from `begin` until before `end`.

        Args:
            group_by: DAY (in UTC), MODEL or KEY, the API key that they were asked for with.
        """
        return await self._core.usage(begin, end, group_by)

    async def budgets(self) -> Sequence[Budget]:
        """What your predictions may cost, and those of each of your API keys; none where nobody set any."""
        return await self._core.budgets()

    async def estimate_cost(
        self,
        model: str,
        input: Mapping[str, Any] | None = None,  # noqa: A002 - the API's word
        /,
        *,
        deadline_seconds: int | None = None,
        **fields: Any,
    ) -> CostEstimate | None:
        """The most that a prediction may cost, which budgets hold for it; None where it costs nothing.

        Nothing is run. Arguments as in `run`.

        Raises:
            InvalidInputError: the input breaks the model's rules.
        """
        return await self._core.estimate_cost(model, {**(input or {}), **fields}, deadline_seconds)

    async def account(self) -> Account | None:
        """Who asks; None without a key."""
        return account_of(await self._core.execute(operations.VIEWER, {}))

    async def graphql(
        self, document: str, variables: Mapping[str, Any] | None = None, *, repeat: bool = False
    ) -> dict[str, Any]:
        """The data of any query or mutation of the API; `repeat` sends it again where its answer got lost."""
        return await self._core.execute(document, variables or {}, repeat=repeat)

    async def close(self) -> None:
        """Close the connections."""
        await self._core.close()

    async def __aenter__(self) -> AsyncClient:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None
    ) -> None:
        await self.close()
