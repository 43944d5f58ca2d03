"""Models: finding, creating, publishing versions, waiting until they can run."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator, Mapping, Sequence
from typing import Any

from inference_client import operations
from inference_client.blocking import complete, iterate
from inference_client.connection import deadline_of, seconds_until
from inference_client.core import Core
from inference_client.errors import NotFoundError, UnavailableError, WaitTimeoutError
from inference_client.models import (
    Model,
    Version,
    VersionSettings,
    model_input,
    model_of,
    source_of,
    version_input,
    version_of,
)
from inference_client.operations import DeviceClass, ModelKind, Quantization, Visibility

POLL_SECONDS = 0.5
OnProgress = Callable[[Version], None]


class Catalog:
    """The models of a server."""

    def __init__(self, core: Core) -> None:
        self._core = core

    async def list(self, filter: Mapping[str, Any]) -> AsyncGenerator[Model, None]:  # noqa: A002 - the API's word
        """Models, newest first."""
        given = {name: value for name, value in filter.items() if value is not None}
        async for row in self._core.pages(operations.LIST_MODELS, "models", given):
            yield model_of(row)

    async def get(self, slug: str) -> Model:
        """A model; raises NotFoundError."""
        row = (await self._core.execute(operations.GET_MODEL, {"slug": slug}))["model"]
        if row is None:
            raise NotFoundError(f"There is no model {slug!r}, or you cannot see it.", "NOT_FOUND")
        return model_of(row)

    async def versions(self, slug: str) -> Sequence[Version]:
        """The newest hundred versions of a model, newest first; raises NotFoundError."""
        row = (await self._core.execute(operations.LIST_VERSIONS, {"slug": slug}))["model"]
        if row is None:
            raise NotFoundError(f"There is no model {slug!r}, or you cannot see it.", "NOT_FOUND")
        return [version_of(version) for version in row["versions"]]

    async def version(self, slug: str) -> Version:
        """The version `owner/name:number`, or of `owner/name` the newest; raises NotFoundError."""
        model, _, number = slug.partition(":")
        versions = await self.versions(model)
        for version in versions:
            if not number or str(version.number) == number:
                return version
        raise NotFoundError(f"There is no version {slug!r} among the newest of its model.", "NOT_FOUND")

    async def create(self, new: Mapping[str, Any]) -> Model:
        """Create a model."""
        return model_of(
            (await self._core.execute(operations.CREATE_MODEL, {"input": new}, repeat=False))["createModel"]
        )

    async def publish(self, new: Mapping[str, Any]) -> Version:
        """Publish a version."""
        answer = await self._core.execute(operations.PUBLISH_VERSION, {"input": new}, repeat=False)
        return version_of(answer["publishVersion"])

    async def wait(self, slug: str, deadline: float | None, on_progress: OnProgress | None) -> Version:
        """A version once it is READY; raises UnavailableError where it is refused, WaitTimeoutError."""
        while True:
            version = await self.version(slug)
            if version.state == "READY":
                return version
            if version.state == "REFUSED":
                raise UnavailableError(f"{version.slug} was refused: {version.reason}", "UNAVAILABLE")
            if on_progress:
                on_progress(version)
            if seconds_until(deadline, POLL_SECONDS) <= 0:
                raise WaitTimeoutError(f"{version.slug} is still being prepared; it goes on.", "WAIT_TIMEOUT")
            await self._core.sleep(POLL_SECONDS)


class Models:
    """`client.models`."""

    def __init__(self, core: Core) -> None:
        self._catalog = Catalog(core)

    def list(
        self,
        *,
        owner: str | None = None,
        kind: ModelKind | None = None,
        search: str | None = None,
        tag: str | None = None,
    ) -> Iterator[Model]:
        """Public models and your own, newest first, fetched as they are read; `search` reads descriptions too."""
        return iterate(self._catalog.list({"owner": owner, "kind": kind, "search": search, "tag": tag}))

    def get(self, slug: str) -> Model:
        """The model `owner/name`; raises NotFoundError."""
        return complete(self._catalog.get(slug))

    def versions(self, slug: str) -> Sequence[Version]:
        """The newest hundred versions of `owner/name`, newest first; raises NotFoundError."""
        return complete(self._catalog.versions(slug))

    def version(self, slug: str) -> Version:
        """The version `owner/name:3`, or of `owner/name` the newest, whatever its state; raises NotFoundError."""
        return complete(self._catalog.version(slug))

    def create(
        self,
        name: str,
        kind: ModelKind,
        *,
        huggingface: str | None = None,
        folder: str | None = None,
        demo: str | None = None,
        predictor: str | None = None,
        description: str = "",
        visibility: Visibility = "PUBLIC",
        tags: Sequence[str] = (),
        input_schema: Mapping[str, Any] | None = None,
        quantization: Quantization | None = None,
        device: DeviceClass | None = None,
        task: str | None = None,
        base: str | None = None,
        **others: Any,
    ) -> Model:
        """Create a model of yours, whose first version is then prepared; `wait(model.slug)` tells when it is READY.

        Args:
            name: unique among your models.
            kind: TEXT_GENERATION, IMAGE_GENERATION or CUSTOM.
            huggingface: files from a repository of the hub, `owner/name` or `owner/name@revision`.
            folder: files from a folder below MODEL_ROOT of the server's machine.
            demo: a bundled model, such as `prose`.
            predictor: the code that runs a CUSTOM model, such as `echo`.
            base: the version `owner/name:number` that it is an adapter of.
            others: `device_map`, `dtype`, `cpu_offload`, `safety_checker` and `config`, as in the API.

        Raises:
            InvalidInputError, ConflictError, ForbiddenError: with what is wrong.
        """
        settings = VersionSettings(
            predictor=predictor if huggingface or folder or demo else None, input_schema=input_schema,
            quantization=quantization, device=device, task=task, base=base, **others,
        )  # fmt: skip
        source = source_of(huggingface, folder, demo, predictor)
        new = model_input(name, kind, source, description, visibility, tags, settings)
        return complete(self._catalog.create(dict(new)))

    def publish(
        self,
        slug: str,
        *,
        huggingface: str | None = None,
        folder: str | None = None,
        demo: str | None = None,
        predictor: str | None = None,
        input_schema: Mapping[str, Any] | None = None,
        quantization: Quantization | None = None,
        device: DeviceClass | None = None,
        task: str | None = None,
        base: str | None = None,
        **others: Any,
    ) -> Version:
        """Publish a new version of your model `owner/name`; arguments as in `create`."""
        settings = VersionSettings(
            predictor=predictor if huggingface or folder or demo else None, input_schema=input_schema,
            quantization=quantization, device=device, task=task, base=base, **others,
        )  # fmt: skip
        new = version_input(slug, source_of(huggingface, folder, demo, predictor), settings)
        return complete(self._catalog.publish(dict(new)))

    def wait(self, slug: str, *, timeout: float | None = None, on_progress: OnProgress | None = None) -> Version:
        """The version `owner/name:3`, or of `owner/name` the newest, once it is READY.

        `on_progress` is given the version as it stands, twice a second.

        Raises:
            UnavailableError: it was refused; with the reason.
            WaitTimeoutError: it is still PREPARING after `timeout` seconds.
        """
        return complete(self._catalog.wait(slug, deadline_of(timeout), on_progress))


class AsyncModels:
    """`client.models` of an AsyncClient; `Models` says what each argument is."""

    def __init__(self, core: Core) -> None:
        self._catalog = Catalog(core)

    def list(
        self,
        *,
        owner: str | None = None,
        kind: ModelKind | None = None,
        search: str | None = None,
        tag: str | None = None,
    ) -> AsyncIterator[Model]:
        """Public models and your own, newest first, fetched as they are read; `search` reads descriptions too."""
        return self._catalog.list({"owner": owner, "kind": kind, "search": search, "tag": tag})

    async def get(self, slug: str) -> Model:
        """The model `owner/name`; raises NotFoundError."""
        return await self._catalog.get(slug)

    async def versions(self, slug: str) -> Sequence[Version]:
        """The newest hundred versions of `owner/name`, newest first; raises NotFoundError."""
        return await self._catalog.versions(slug)

    async def version(self, slug: str) -> Version:
        """The version `owner/name:3`, or of `owner/name` the newest, whatever its state; raises NotFoundError."""
        return await self._catalog.version(slug)

    async def create(
        self,
        name: str,
        kind: ModelKind,
        *,
        huggingface: str | None = None,
        folder: str | None = None,
        demo: str | None = None,
        predictor: str | None = None,
        description: str = "",
        visibility: Visibility = "PUBLIC",
        tags: Sequence[str] = (),
        input_schema: Mapping[str, Any] | None = None,
        quantization: Quantization | None = None,
        device: DeviceClass | None = None,
        task: str | None = None,
        base: str | None = None,
        **others: Any,
    ) -> Model:
        """Create a model of yours, whose first version is then prepared; `wait(model.slug)` tells when it is READY."""
        settings = VersionSettings(
            predictor=predictor if huggingface or folder or demo else None, input_schema=input_schema,
            quantization=quantization, device=device, task=task, base=base, **others,
        )  # fmt: skip
        source = source_of(huggingface, folder, demo, predictor)
        new = model_input(name, kind, source, description, visibility, tags, settings)
        return await self._catalog.create(dict(new))

    async def publish(
        self,
        slug: str,
        *,
        huggingface: str | None = None,
        folder: str | None = None,
        demo: str | None = None,
        predictor: str | None = None,
        input_schema: Mapping[str, Any] | None = None,
        quantization: Quantization | None = None,
        device: DeviceClass | None = None,
        task: str | None = None,
        base: str | None = None,
        **others: Any,
    ) -> Version:
        """Publish a new version of your model `owner/name`; arguments as in `create`."""
        settings = VersionSettings(
            predictor=predictor if huggingface or folder or demo else None, input_schema=input_schema,
            quantization=quantization, device=device, task=task, base=base, **others,
        )  # fmt: skip
        new = version_input(slug, source_of(huggingface, folder, demo, predictor), settings)
        return await self._catalog.publish(dict(new))

    async def wait(self, slug: str, *, timeout: float | None = None, on_progress: OnProgress | None = None) -> Version:
        """The version `owner/name:3`, or of `owner/name` the newest, once it is READY."""
        return await self._catalog.wait(slug, deadline_of(timeout), on_progress)
