"""The blocking client."""

from __future__ import annotations

import ssl
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from types import TracebackType
from typing import Any

from inference_client import operations
from inference_client.batches import BatchResult, check, key_of, run_in_threads
from inference_client.blocking import complete, iterate
from inference_client.catalog import Models
from inference_client.connection import deadline_of
from inference_client.core import Core, Options, account_of, filter_of, id_of
from inference_client.credentials import key_for, server_url
from inference_client.events import Event
from inference_client.models import Account
from inference_client.money import Budget, CostEstimate, UsageReport
from inference_client.operations import PredictionStatus, Priority, UsageGrouping
from inference_client.predictions import Prediction, Webhook
from inference_client.server_batches import Batches
from inference_client.transport import BlockingTransport


class Client:
    """A server, as the owner of one key; threads may share it.

    Args:
        url: where the server's page opens. Default: INFERENCE_URL, else the server of the last `inference login`, else
            http://127.0.0.1:8000.
        key: an API key, or an access token. Default: INFERENCE_KEY, else what `inference login` stored for this URL,
            else none, which can run public models where the server lets strangers; "" is none in any case.
        ssl_context: certificates to trust, where they are not those of the system.

    Every method raises an `InferenceError` that says what is wrong: see `inference_client.errors`.
    """

    def __init__(
        self, url: str | None = None, key: str | None = None, *, ssl_context: ssl.SSLContext | None = None
    ) -> None:
        self.url = server_url(url)
        self._core = Core(BlockingTransport(ssl_context), self.url, key_for(self.url) if key is None else key)
        self.models = Models(self._core)
        self.batches = Batches(self._core)

    @classmethod
    def sign_in(
        cls, email: str, password: str, url: str | None = None, *, ssl_context: ssl.SSLContext | None = None
    ) -> Client:
        """A client of a person instead of a key: its access token is renewed by itself.

        Raises:
            UnauthenticatedError: the e-mail address or the password is wrong.
        """
        client = cls(url, ssl_context=ssl_context)
        try:
            complete(client._core.sign_in(email, password))
        except BaseException:
            client.close()
            raise
        return client

    def run(
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
        """Run a model and return its output: a text, a `File`, a list of files, or what else the model gives.

        Args:
            model: `owner/name`, or `owner/name:3` to pin a version.
            input: fields of the input, for names that are also options here; `fields` are added to it. A file is a
                `pathlib.Path`, bytes, an object open in binary mode, a Pillow image or a `File`.
            timeout: seconds to wait for the end; then WaitTimeoutError, while the prediction goes on.
            deadline_seconds: when the server gives up, waiting for a worker included.
            idempotency_key: the same request with the same key is the same prediction. Default: a new one, so that a
                request that got lost is sent again without harm.
            use_cache: take the result of an equal prediction that had this too.
            webhook: where the server tells of the end, or of more.
            priority: LOW runs after your others, HIGH before them. Default: NORMAL, in the order in which you ask.
            sticky_key: whom it is for: where the model's owner divides traffic among versions, the same key gets the
                same version. Default: you.

        Raises:
            InvalidInputError: the input breaks the model's rules; `violations` has all of them.
            PredictionFailedError: the prediction failed, or was canceled.
        """
        options = Options(deadline_seconds, idempotency_key, use_cache, webhook, priority, sticky_key)
        return complete(self._core.run(model, {**(input or {}), **fields}, options, timeout)).output

    def submit(
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
        return complete(self._core.create(model, {**(input or {}), **fields}, options))

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
    ) -> Iterator[Event]:
        """Run a model and give what it says as it comes: text, steps, log lines, and pictures with `previews`.

        The last event is the final `Status`. Broken connections are gone on from where they broke, without a gap and
        without anything twice. Who leaves the loop before its end cancels the prediction; `submit` and `watch`
        leave it running. The other arguments are as in `run`.

        Raises:
            PredictionFailedError: behind the last event, if that is not SUCCEEDED.
        """
        options = Options(deadline_seconds, idempotency_key, use_cache, webhook, priority, sticky_key)
        values = {**(input or {}), **fields}
        return iterate(self._core.stream(model, values, options, timeout, previews=previews))

    def watch(
        self,
        prediction: Prediction | str,
        *,
        after: str | None = None,
        previews: bool = False,
        timeout: float | None = None,
    ) -> Iterator[Event]:
        """The events of a prediction, from its beginning or behind the cursor `after`, until its final `Status`."""
        deadline = deadline_of(timeout)
        return iterate(self._core.watch(id_of(prediction), after, previews=previews, deadline=deadline))

    def get(self, prediction: Prediction | str) -> Prediction:
        """A prediction as it stands now; raises NotFoundError."""
        return complete(self._core.get(id_of(prediction)))

    def list(
        self,
        *,
        status: PredictionStatus | Sequence[PredictionStatus] | None = None,
        model: str | None = None,
        created_from: datetime | None = None,
        created_before: datetime | None = None,
    ) -> Iterator[Prediction]:
        """Your predictions, newest first, fetched as they are read: `itertools.islice` takes the first few."""
        return iterate(self._core.predictions(filter_of(status, model, created_from, created_before)))

    def wait(self, prediction: Prediction | str, *, timeout: float | None = None) -> Prediction:
        """A prediction once it has ended, however it did; raises WaitTimeoutError after `timeout` seconds."""
        return complete(self._core.wait(id_of(prediction), deadline_of(timeout)))

    def cancel(self, prediction: Prediction | str) -> Prediction:
        """Cancel a prediction at its next token or step; one that has ended stays as it is."""
        return complete(self._core.cancel(id_of(prediction)))

    def retry(self, prediction: Prediction | str, *, idempotency_key: str | None = None) -> Prediction:
        """Run a prediction again as it was, its version and seed included; returns the new one at once."""
        return complete(self._core.retry(id_of(prediction), idempotency_key))

    def rerun(
        self,
        prediction: Prediction | str,
        overrides: Mapping[str, Any] | None = None,
        *,
        version: str | None = None,
        idempotency_key: str | None = None,
    ) -> Prediction:
        """Run a prediction again, with its seed, but for the fields in `overrides`; None leaves one out."""
        return complete(self._core.rerun(id_of(prediction), overrides, version, idempotency_key))

    def delete(self, prediction: Prediction | str) -> bool:
        """Delete a prediction with all its data; False where it runs still, and goes once it has stopped."""
        return complete(self._core.delete(id_of(prediction)))

    def record_outcome(self, prediction: Prediction | str, name: str, value: float) -> None:
        """Note what came of a prediction, such as `("thumb", 1)`, for the experiments of its model.

        One of that name is replaced. Where all are 0 or 1 they are taken for a rate, else for a mean.

        Raises:
            InvalidInputError: the name is none, or the value no number within bounds.
            NotFoundError: there is no such prediction, or it is another user's.
        """
        complete(self._core.record_outcome(id_of(prediction), name, value))

    def batch(
        self,
        model: str,
        rows: Iterable[Mapping[str, Any]],
        *,
        concurrency: int = 8,
        ordered: bool = True,
        name: str | None = None,
        timeout: float | None = None,
    ) -> Iterator[BatchResult]:
        """Run a model once for each row, and give the results in the order of the rows, or as they come.

        Args:
            rows: inputs, read as they are needed.
            concurrency: how many run at a time.
            ordered: False gives each result as soon as it is there.
            name: makes the batch one that goes on: with the same name and rows again, what has run is not run again.
            timeout: seconds to wait for each.

        A row that fails is a result with an `error`; what is wrong with all of them, such as the key, is raised.
        """
        check(concurrency, name)

        def run(index: int, row: Mapping[str, Any]) -> Prediction:
            options = Options(idempotency_key=key_of(name, index))
            return complete(self._core.run(model, row, options, timeout))

        return run_in_threads(rows, run, concurrency, ordered=ordered)

    def usage(self, begin: datetime, end: datetime, *, group_by: UsageGrouping = "DAY") -> UsageReport:
        """What your predictions used, and are charged, that ended from `begin` until before `end`.

        Args:
            group_by: DAY (in UTC), MODEL or KEY, the API key that they were asked for with.
        """
        return complete(self._core.usage(begin, end, group_by))

    def budgets(self) -> Sequence[Budget]:
        """What your predictions may cost, and those of each of your API keys; none where nobody set any."""
        return complete(self._core.budgets())

    def estimate_cost(
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
        return complete(self._core.estimate_cost(model, {**(input or {}), **fields}, deadline_seconds))

    def account(self) -> Account | None:
        """Who asks; None without a key."""
        return account_of(complete(self._core.execute(operations.VIEWER, {})))

    def graphql(
        self, document: str, variables: Mapping[str, Any] | None = None, *, repeat: bool = False
    ) -> dict[str, Any]:
        """The data of any query or mutation of the API; `repeat` sends it again where its answer got lost."""
        return complete(self._core.execute(document, variables or {}, repeat=repeat))

    def close(self) -> None:
        """Close the connections."""
        complete(self._core.close())

    def __enter__(self) -> Client:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self.close()
