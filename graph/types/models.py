"""Models and their versions, filters and lists of them, and what creates and changes them."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

import strawberry
from strawberry.scalars import JSON

from graph.context import Info
from graph.types.enums import (
    CpuOffload,
    DeviceClass,
    DeviceMap,
    Dtype,
    Engine,
    ModelCategory,
    ModelKind,
    ModelOrderField,
    OrderDirection,
    Quantization,
    VariableKind,
    VersionState,
    Visibility,
)
from graph.types.errors import ConflictError, ForbiddenError, InvalidInput, NotFoundError
from graph.types.ids import global_id
from graph.types.node import Node
from graph.types.performance import From, To, VersionPerformance
from graph.types.scalars import BigInt
from graph.types.users import User
from server import tables
from server.adapters.large_columns import holds
from server.adapters.pagination import Order
from server.domain import models as domain
from server.domain.ids import parse_id
from server.domain.model_cards import (
    CATEGORIES_MAX,
    LANGUAGES_MAX,
    LICENSE_MAX,
    License,
    ModelCard,
    spdx_of,
)
from server.domain.traffic import Share
from server.domain.variables import NAME_MAX, VALUE_MAX_BYTES, VARIABLES_MAX, NewVariable
from server.errors import BadUserInputError
from server.services import models, performance, traffic, variables
from server.services.experiments import MOST_LISTED
from server.services.models import (
    DESCRIPTION_MAX,
    REASON_MAX,
    SAMPLES_MAX,
    SHARED_MAX,
    ModelChanges,
    ModelCriteria,
    NewModel,
)
from server.services.performance import PerformancePeriod
from server.services.variables import ShownVariable
from server.services.versions import MAX_VERSIONS, Hardware, next_try_at
from server.tables import loaded

if TYPE_CHECKING:
    from graph.types.experiments import Experiment
    from graph.types.predictions import Prediction

SLUG = "Model as `owner/name`."
DESCRIPTION = f"Description, as Markdown, at most {DESCRIPTION_MAX} characters."
TAGS = "Tags to find the model by, at most 10: lower-case letters and digits, with single dashes between them."
CATEGORIES = f"What it is for, at most {CATEGORIES_MAX}; where nobody says, what its files tell once it is READY."
LANGUAGES = (
    f"Languages of its texts or speech, at most {LANGUAGES_MAX} tags of BCP 47, such as `pt-BR`; where nobody says, "
    "those of its model card."
)
OWN_SCHEMA = "JSON Schema of the input, if it is to be narrower than the predictor's own."
PREDICTOR = (
    "Predictor that runs a CUSTOM model: `pipeline`, which finds out what the model is for, `embeddings`, "
    "`classification`, `reranking`, or one of the operator's own. Default for a repository or folder: `pipeline`."
)
TASK = (
    "What `pipeline` runs the model for, such as `image-classification`; left out, it is read from the model's files."
)
QUANTIZATION = "Quantize the weights of linear layers, so that the model needs less memory."
DEVICE = "Which workers run it. INT4 and a device map AUTO need CUDA. Predictions wait until there is such a worker."
DTYPE = "Numbers in which it computes, where AUTO does not serve it."
BASE = (
    "Version that it is an adapter (LoRA) of, as `owner/name:number`. Predictions run on the weights of that base, "
    "which are in memory once for all its adapters, and loaded as the base is."
)
CPU_OFFLOAD = (
    "Of an IMAGE_GENERATION model that is larger than a GPU: parts that wait in the host's memory. It needs CUDA."
)
SAFETY_CHECKER = (
    "Whether the safety checker of an IMAGE_GENERATION model judges its pictures, where the model has one. Pictures "
    "that it blocks are not given out; the prediction's log and its metric `blocked` tell."
)
CONFIG = (
    "Configuration by which a checkpoint of one file is loaded, as `owner/name` below the server's CONFIG_ROOT; left "
    "out, the names of the file's tensors tell which."
)
ENGINE = (
    "What runs the texts of a TEXT_GENERATION model. Equal seeds give equal texts in any company on TRANSFORMERS; on "
    "VLLM they do as far as vLLM promises it, which is not while other predictions share its batches."
)
TENSOR_PARALLEL = (
    f"GPUs of one worker over which VLLM spreads each layer, 1 to {domain.MOST_TENSOR_PARALLEL}; the others take 1."
)
DEVICE_MAP = "Whether the model is loaded on one device or spread over all GPUs of a worker."


@strawberry.type(description="Progress of preparing a version.")
class VersionProgress:
    phase: str = strawberry.field(description="Current phase, such as `inspect` or `download`.")
    bytes: BigInt = strawberry.field(description="Bytes completed in this phase.")
    total_bytes: BigInt | None = strawberry.field(description="Total bytes of this phase, if known.")


@strawberry.type(description="One immutable version of a model.")
class ModelVersion(Node):
    row: strawberry.Private[tables.Version]

    number: int = strawberry.field(description="Number within its model: 1, 2, 3, ...")
    state: VersionState = strawberry.field(description="State of the version.")
    reason: str | None = strawberry.field(
        description="Why the version was refused, or why its preparation failed and is tried again; else null."
    )
    next_try_at: datetime | None = strawberry.field(
        description="When its preparation is tried again, after what `reason` says; null unless it waits for that."
    )
    source: str = strawberry.field(description="Where its files come from, such as `huggingface:owner/name`.")
    revision: str | None = strawberry.field(description="Commit that the version is pinned to.")
    digest: str | None = strawberry.field(description="SHA-256 over its files.")
    size_bytes: BigInt | None = strawberry.field(description="Size of its files in bytes.")
    created_at: datetime = strawberry.field(description="Time of publication.")
    predictor: str = strawberry.field(description="Predictor that runs the version.")
    quantization: Quantization | None = strawberry.field(
        description="How its weights are quantized; null if they are not."
    )
    device_map: DeviceMap = strawberry.field(description="How it is placed on devices.")
    device: DeviceClass = strawberry.field(description="Which workers may run it.")
    dtype: Dtype = strawberry.field(description="Numbers in which it computes.")
    requested_engine: Engine = strawberry.field(description=ENGINE)
    tensor_parallel: int = strawberry.field(description=TENSOR_PARALLEL)
    cpu_offload: CpuOffload = strawberry.field(description="Parts that wait in the host's memory.")
    safety_checker: bool = strawberry.field(description="Whether its safety checker judges pictures, if it has one.")
    config: str | None = strawberry.field(
        description="Configuration that was named for its checkpoint of one file; null if none was."
    )
    engine: str | None = strawberry.field(
        description="How its predictions run, such as `batched` (together) or `one by one`; null if it was not tried."
    )
    engine_reason: str | None = strawberry.field(description="Why its predictions do not run together, if so.")
    memory_bytes: BigInt | None = strawberry.field(
        description="Memory that it filled when it was tried before it was READY; null if it was not tried."
    )

    @strawberry.field(description="JSON Schema (2020-12) of the input; `x-order` is the order of fields in a form.")
    async def input_schema(self, info: Info) -> JSON:
        return await self._column(info, "input_schema")  # type: ignore[no-any-return]

    @strawberry.field(description="JSON Schema (2020-12) of the output.")
    async def output_schema(self, info: Info) -> JSON:
        return await self._column(info, "output_schema")  # type: ignore[no-any-return]

    @strawberry.field(
        name="info",
        description="What is known of the model, such as `task`, `architecture`, `parameters`, `context_length` and "
        "`chat_templates`; empty until it was read.",
    )
    async def about(self, info: Info) -> JSON:
        return await self._column(info, "info")  # type: ignore[no-any-return]

    async def _column(self, info: Info, name: str) -> Any:
        """A large column, which rows of lists are read without."""
        return getattr(self.row, name) if holds(self.row, name) else await info.context.loaders.large(self.row, name)

    @strawberry.field(description="Model that it is a version of.")
    async def model(self, info: Info) -> Annotated[Model, strawberry.lazy("graph.types.models")]:
        return await self._model(info)

    @strawberry.field(description="`owner/name:number`, which pins this version.")
    async def slug(self, info: Info) -> str:
        model = await self._model(info)
        return f"{await model.slug(info)}:{self.row.number}"

    async def _model(self, info: Info) -> Model:
        row = loaded(self.row, "model")
        return Model.of_reference(info, row) if row else await Model.load(info, self.row.model_id)

    @strawberry.field(
        description="Version that it is an adapter of; null if it is none, or if you cannot see the base's model."
    )
    async def base(self, info: Info) -> Annotated[ModelVersion, strawberry.lazy("graph.types.models")] | None:
        if self.row.base_id is None:
            return None
        row = await info.context.loaders.versions.load(self.row.base_id)
        if row is None:
            raise LookupError(f"version {self.row.base_id}")
        model = await info.context.loaders.models.load(row.model_id)
        is_visible = model is not None and model.deleted_at is None and models.may_see_all(info.context.viewer, model)
        return ModelVersion.of(row) if is_visible else None

    @strawberry.field(
        description="How its predictions ended in a time, and how fast they were; null if you cannot see its model."
    )
    async def performance(self, info: Info, from_: From, to: To) -> VersionPerformance | None:
        model = await info.context.loaders.models.load(self.row.model_id)
        if model is None:
            raise LookupError(f"model {self.row.model_id}")
        period = PerformancePeriod(from_, to)
        report = await performance.of_version(info.context.viewer, model, self.row, period)
        return VersionPerformance.of(report) if report else None

    @strawberry.field(description="Progress of the preparation; null unless PREPARING.")
    def progress(self) -> VersionProgress | None:
        data = self.row.progress
        if not data:
            return None
        return VersionProgress(phase=data["phase"], bytes=data["bytes"], total_bytes=data["totalBytes"])

    @classmethod
    def of(cls, row: tables.Version) -> ModelVersion:
        return cls(
            id=global_id("ModelVersion", row.id),
            row=row,
            number=row.number,
            state=VersionState(row.state),
            reason=row.reason,
            next_try_at=next_try_at(row),
            source=f"{row.source_type}:{row.source_ref}",
            revision=row.revision,
            digest=row.digest,
            predictor=row.predictor,
            quantization=Quantization(row.options["quantization"]) if "quantization" in row.options else None,
            device_map=DeviceMap(row.options.get("device_map", DeviceMap.SINGLE)),
            device=DeviceClass(row.options.get("device", DeviceClass.ANY)),
            dtype=Dtype(row.options.get("dtype", Dtype.AUTO)),
            requested_engine=Engine(row.options.get("engine", Engine.AUTO)),
            tensor_parallel=int(row.options.get("tensor_parallel", 1)),
            cpu_offload=CpuOffload(row.options.get("cpu_offload", CpuOffload.NONE)),
            safety_checker=row.options.get("safety_checker", True),
            config=row.options.get("config"),
            engine=(row.probe or {}).get("engine"),
            engine_reason=(row.probe or {}).get("engine_reason"),
            memory_bytes=BigInt(row.probe["bytes"]) if row.probe else None,
            size_bytes=BigInt(row.size_bytes) if row.size_bytes is not None else None,
            created_at=row.created_at,
        )


@strawberry.type(description="The part of a version in the predictions of its model that pin none.")
class TrafficShare:
    share: strawberry.Private[Share]

    weight: int = strawberry.field(description="How many of 100 callers it runs for.")

    @strawberry.field(description="The version.")
    async def version(self, info: Info) -> ModelVersion:
        return await self.version_of(info)

    async def version_of(self, info: Info) -> ModelVersion:
        """The version, for what has a share."""
        row = await info.context.loaders.versions.load(self.share.version)
        if row is None:
            raise LookupError(f"version {self.share.version}")
        return ModelVersion.of(row)

    @classmethod
    def of(cls, share: Share) -> TrafficShare:
        return cls(share=share, weight=share.weight)


@strawberry.type(description="What a model's owner calls a version: `owner/name:alias` pins it.")
class VersionAlias:
    alias: str = strawberry.field(description="The name.")
    version: int = strawberry.field(description="Number of the version.")


@strawberry.type(description="A variable or secret that a model's owner gives to the class that runs it.")
class ModelVariable:
    name: str = strawberry.field(description="Name, as the class asks for it.")
    kind: VariableKind = strawberry.field(description="Whether its value can be read again.")
    value: str | None = strawberry.field(
        description="Value; null of a SECRET, and of what cannot be read any more since SECRET_KEY was replaced."
    )
    updated_at: datetime = strawberry.field(description="Time when it was set.")

    @classmethod
    def of(cls, shown: ShownVariable) -> ModelVariable:
        return cls(name=shown.name, kind=shown.kind, value=shown.value, updated_at=shown.updated_at)


@strawberry.type(description="The terms under which a model may be used.")
class ModelLicense:
    name: str = strawberry.field(description="SPDX expression, such as `Apache-2.0`, or another name.")
    is_spdx: bool = strawberry.field(description="Whether the name is an SPDX expression.")
    url: str | None = strawberry.field(description="Where its text is, as far as that is known.")

    @classmethod
    def of(cls, row: tables.Model) -> ModelLicense | None:
        if row.license is None:
            return None
        url = License(row.license, row.license_url).page
        return cls(name=row.license, is_spdx=spdx_of(row.license) is not None, url=url)


@strawberry.type(description="What READY versions of a model need.")
class ModelHardware:
    device: DeviceClass = strawberry.field(description="Which workers run them.")
    memory_bytes: BigInt | None = strawberry.field(
        description="Least memory that one of them filled when it was tried; null if none was tried."
    )

    @classmethod
    def of(cls, need: Hardware) -> ModelHardware:
        return cls(device=need.device, memory_bytes=None if need.memory_bytes is None else BigInt(need.memory_bytes))


@strawberry.type(description="A machine-learning model.")
class Model(Node):
    row: strawberry.Private[tables.Model]
    tells_all: strawberry.Private[bool] = True

    name: str = strawberry.field(description="Name, unique among its owner's models.")
    kind: ModelKind = strawberry.field(description="Kind of the model.")
    visibility: Visibility = strawberry.field(description="Who can see the model.")
    description: str = strawberry.field(description=DESCRIPTION)
    created_at: datetime = strawberry.field(description="Time of creation.")
    updated_at: datetime = strawberry.field(description="Time of the last change.")
    tags: list[str] = strawberry.field(description="Tags to find the model by.")
    run_count: BigInt = strawberry.field(description="Number of runs; updated once a minute.")
    paused_at: datetime | None = strawberry.field(
        description="Time when an administrator paused the model: its predictions wait; null if it is not paused."
    )
    pause_reason: str | None = strawberry.field(description="Why it is paused, if that was said.")

    pinned_at: datetime | None = strawberry.field(
        description="Time when an administrator pinned the model: its newest READY version stays in memory; null if it "
        "is not pinned."
    )

    @strawberry.field(description="Number of workers that have a version of it in memory.")
    async def loaded_on(self, info: Info) -> int:
        return (await info.context.loaders.model_memory.load(self.row.id)).loaded_on

    @strawberry.field(
        description="Why no worker has it in memory though it is pinned; null if one has, if it is not pinned, and for "
        "all but administrators."
    )
    async def pin_problem(self, info: Info) -> str | None:
        if self.pinned_at is None or not info.context.viewer.is_admin:
            return None
        return (await info.context.loaders.model_memory.load(self.row.id)).pin_problem

    star_count: int = strawberry.field(description="Number of users who starred it.")
    categories: list[ModelCategory] = strawberry.field(description="What it is for.")
    languages: list[str] = strawberry.field(description="Languages of its texts or speech, as tags of BCP 47.")
    license: ModelLicense | None = strawberry.field(description="Its license, if it is known.")
    featured_at: datetime | None = strawberry.field(
        description="Time when an administrator featured it; null if it is not featured."
    )

    @strawberry.field(description="What its READY versions need: each class of workers once.")
    async def hardware(self, info: Info) -> list[ModelHardware]:
        if not self.tells_all:
            return []
        return [ModelHardware.of(need) for need in await info.context.loaders.hardware_of.load(self.row.id)]

    @strawberry.field(
        description="Model that it is a fork of; null if it is none, or if that was deleted or you cannot see it."
    )
    async def forked_from(self, info: Info) -> Annotated[Model, strawberry.lazy("graph.types.models")] | None:
        if self.row.forked_from is None:
            return None
        row = await info.context.loaders.models.load(self.row.forked_from)
        is_visible = row is not None and row.deleted_at is None and models.may_see_all(info.context.viewer, row)
        return Model.of(row) if row is not None and is_visible else None

    @strawberry.field(description="Whether you starred it.")
    async def is_starred(self, info: Info) -> bool:
        viewer = info.context.viewer
        return await info.context.loaders.starred.load((viewer, self.row.id))

    @strawberry.field(
        description=f"Users who can see and run it while it is PRIVATE, at most {SHARED_MAX}; null unless you own the "
        "model."
    )
    async def shared_with(self, info: Info) -> list[User] | None:
        if not models.may_see_shares(info.context.viewer, self.row):
            return None
        rows = await info.context.loaders.users.load_many([UUID(key) for key in self.row.shared_with])
        return [User.of(row) for row in rows if row is not None]

    @strawberry.field(description="Sample outputs that the owner shows to everyone who can see the model.")
    async def samples(
        self,
        info: Info,
        first: Annotated[int, strawberry.argument(description="Maximum number of samples, 1 to 4.")] = SAMPLES_MAX,
    ) -> list[Annotated[Prediction, strawberry.lazy("graph.types.predictions")]]:
        # Predictions have models
        from graph.types.predictions import Prediction

        if not 1 <= first <= SAMPLES_MAX:
            raise BadUserInputError(f"Ask for 1 to {SAMPLES_MAX} samples.")
        rows = await info.context.loaders.samples.load_many([UUID(key) for key in self.row.samples])
        return [Prediction.of(row) for row in rows if row and row.model_id == self.row.id][:first]

    @strawberry.field(description="User who owns the model.")
    async def owner(self, info: Info) -> User:
        row = await info.context.loaders.users.load(self.row.owner_id)
        if row is None:
            raise LookupError(f"owner {self.row.owner_id} of a model")
        return User.of(row)

    @strawberry.field(
        name="variables",
        description=f"Variables and secrets that its class is given, by name, at most {VARIABLES_MAX}; null unless you "
        "own the model.",
    )
    async def own_variables(self, info: Info) -> list[ModelVariable] | None:
        if not variables.may_see(info.context.viewer, self.row):
            return None
        return [ModelVariable.of(shown) for shown in await info.context.loaders.variables_of.load(self.row.id)]

    @strawberry.field(description="`owner/name`.")
    async def slug(self, info: Info) -> str:
        owner = loaded(self.row, "owner") or await info.context.loaders.users.load(self.row.owner_id)
        return f"{owner.handle if owner else '?'}/{self.row.name}"

    @strawberry.field(description=f"The newest {MAX_VERSIONS} versions, newest first.")
    async def versions(self, info: Info) -> list[ModelVersion]:
        if not self.tells_all:
            return []
        return [ModelVersion.of(row) for row in await info.context.loaders.versions_of.load(self.row.id)]

    @strawberry.field(
        description="Versions that predictions run which pin none, with their weights; empty where the newest READY "
        "version runs, and unless you own the model or are an administrator."
    )
    async def traffic(self, info: Info) -> list[TrafficShare]:
        if not traffic.may_see(info.context.viewer, self.row):
            return []
        return [TrafficShare.of(share) for share in traffic.shares_of(self.row)]

    @strawberry.field(
        description=f"The newest {MOST_LISTED} experiments, the one that runs first; empty unless you own the model or "
        "are an administrator."
    )
    async def experiments(self, info: Info) -> list[Annotated[Experiment, strawberry.lazy("graph.types.experiments")]]:
        # Experiments have models
        from graph.types.experiments import Experiment

        if not traffic.may_see(info.context.viewer, self.row):
            return []
        return [Experiment.of(row) for row in await info.context.loaders.experiments_of.load(self.row.id)]

    @strawberry.field(description="Names of versions, by name.")
    async def version_aliases(self) -> list[VersionAlias]:
        if not self.tells_all:
            return []
        return [VersionAlias(alias=name, version=number) for name, number in sorted(self.row.version_aliases.items())]

    @strawberry.field(
        description="The newest READY version, or else the newest: what runs if a prediction pins none and no traffic "
        "is set."
    )
    async def latest_version(self, info: Info) -> ModelVersion | None:
        if not self.tells_all:
            return None
        row = await info.context.loaders.latest_versions.load(self.row.id)
        return ModelVersion.of(row) if row else None

    @classmethod
    async def load(cls, info: Info, model_id: UUID) -> Model:
        """A model that something visible refers to; see `of_reference`."""
        row = await info.context.loaders.models.load(model_id)
        if row is None:
            raise LookupError(f"model {model_id}")
        return cls.of_reference(info, row)

    @classmethod
    def of_reference(cls, info: Info, row: tables.Model) -> Model:
        """A model that something visible refers to; of one that is private by now, only what was known before."""
        model = cls.of(row)
        if not models.may_see_all(info.context.viewer, row):
            model.tells_all, model.description = False, ""
            model.categories, model.languages, model.license = [], [], None
        return model

    @classmethod
    def of(cls, row: tables.Model) -> Model:
        return cls(
            id=global_id("Model", row.id),
            row=row,
            name=row.name,
            kind=ModelKind(row.kind),
            visibility=Visibility(row.visibility),
            description=row.description,
            created_at=row.created_at,
            updated_at=row.updated_at,
            tags=row.tags,
            run_count=BigInt(row.runs),
            paused_at=row.paused_at,
            pause_reason=row.pause_reason,
            pinned_at=row.pinned_at,
            star_count=row.stars,
            categories=[ModelCategory(name) for name in row.categories],
            languages=row.languages,
            license=ModelLicense.of(row),
            featured_at=row.featured_at,
        )


@strawberry.input(description="Filter for a list of models.")
class ModelFilter:
    owner: str | None = strawberry.field(default=None, description="Handle of the owner.")
    kind: ModelKind | None = strawberry.field(default=None, description="Kind of the models.")
    search: str | None = strawberry.field(
        default=None,
        description="Words in the name, the tags or the description, or `owner/name`; beginnings of the last word and "
        "misspelled names are enough. The best 200 models come.",
    )
    tag: str | None = strawberry.field(default=None, description="One of the model's tags.")
    starred: bool | None = strawberry.field(default=None, description="Whether you starred it.")
    featured: bool | None = strawberry.field(default=None, description="Whether administrators featured it.")
    paused: bool | None = strawberry.field(default=None, description="Whether it is paused: its predictions wait.")
    category: ModelCategory | None = strawberry.field(default=None, description="What it is for.")
    language: str | None = strawberry.field(
        default=None, description="A language as a tag of BCP 47; `pt` finds `pt-BR` too."
    )
    license: str | None = strawberry.field(default=None, description="SPDX expression or name of the license.")
    device: DeviceClass | None = strawberry.field(
        default=None, description="A READY version runs on all workers, or on these."
    )
    max_memory_bytes: BigInt | None = strawberry.field(
        default=None, description="A READY version filled at most so much memory when it was tried."
    )

    def criteria(self) -> ModelCriteria:
        return ModelCriteria(
            owner=self.owner,
            kind=self.kind,
            tag=self.tag,
            is_starred=self.starred,
            is_featured=self.featured,
            is_paused=self.paused,
            category=self.category,
            language=self.language,
            license=self.license,
            device=self.device,
            max_memory_bytes=self.max_memory_bytes,
        )


@strawberry.input(description="Sort order of a list of models; models that are equal in it are sorted by id.")
class ModelOrder:
    field: ModelOrderField = strawberry.field(default=ModelOrderField.CREATED_AT, description="Field to sort by.")
    direction: OrderDirection = strawberry.field(default=OrderDirection.DESC, description="Sort direction.")

    def order(self) -> Order:
        return Order(self.field.value, self.direction)


@strawberry.input(description="A repository on the Hugging Face Hub.")
class HuggingFaceSourceInput:
    repo: str = strawberry.field(description="Repository as `owner/name`.")
    revision: str | None = strawberry.field(default=None, description="Branch, tag or commit; default `main`.")


@strawberry.input(description="A folder on the server's machine.")
class LocalSourceInput:
    path: str = strawberry.field(description="Path below MODEL_ROOT.")


@strawberry.input(one_of=True, description="Source of a version: set exactly one field.")
class ModelSourceInput:
    huggingface: strawberry.Maybe[HuggingFaceSourceInput] = strawberry.field(
        description="A repository on the Hugging Face Hub."
    )
    local: strawberry.Maybe[LocalSourceInput] = strawberry.field(description="A folder on the server's machine.")
    demo: strawberry.Maybe[str] = strawberry.field(
        description="A bundled demo model: `prose`, `chat`, `shapes`, `shapes-outline` (with `base`) or `naming`."
    )
    predictor: strawberry.Maybe[str] = strawberry.field(description="A predictor of the workers, such as `echo`.")

    def source(self) -> domain.ModelSource:
        if self.huggingface:
            repo = self.huggingface.value
            return domain.ModelSource(domain.SourceType.HUGGINGFACE, repo.repo, repo.revision)
        if self.local:
            return domain.ModelSource(domain.SourceType.LOCAL, self.local.value.path)
        if self.demo:
            return domain.ModelSource(domain.SourceType.DEMO, self.demo.value)
        return domain.ModelSource(domain.SourceType.PREDICTOR, self.predictor.value if self.predictor else "")


@strawberry.input(description="A license.")
class ModelLicenseInput:
    name: str = strawberry.field(
        description=f"SPDX expression, such as `Apache-2.0`, or another name with the `url` of its text; at most "
        f"{LICENSE_MAX} characters. An empty name removes the license that the model has."
    )
    url: str | None = strawberry.field(default=None, description="Where its text is.")

    def license(self) -> License:
        return License(self.name, self.url)


@strawberry.input(description="A model to create.")
class CreateModelInput:
    name: str = strawberry.field(description="Name, unique among your models.")
    kind: ModelKind = strawberry.field(description="Kind of the model.")
    source: ModelSourceInput = strawberry.field(description="Source of its first version.")
    description: str = strawberry.field(default="", description=DESCRIPTION)
    visibility: Visibility = strawberry.field(default=domain.Visibility.PUBLIC, description="Who can see the model.")
    tags: list[str] = strawberry.field(default_factory=list, description=TAGS)
    input_schema: JSON | None = strawberry.field(default=None, description=OWN_SCHEMA)
    predictor: str | None = strawberry.field(default=None, description=PREDICTOR)
    quantization: Quantization | None = strawberry.field(default=None, description=QUANTIZATION)
    device_map: DeviceMap = strawberry.field(default=DeviceMap.SINGLE, description=DEVICE_MAP)
    device: DeviceClass = strawberry.field(default=DeviceClass.ANY, description=DEVICE)
    dtype: Dtype = strawberry.field(default=Dtype.AUTO, description=DTYPE)
    task: str | None = strawberry.field(default=None, description=TASK)
    base: str | None = strawberry.field(default=None, description=BASE)
    cpu_offload: CpuOffload = strawberry.field(default=domain.CpuOffload.NONE, description=CPU_OFFLOAD)
    safety_checker: bool = strawberry.field(default=True, description=SAFETY_CHECKER)
    config: str | None = strawberry.field(default=None, description=CONFIG)
    engine: Engine = strawberry.field(default=domain.Engine.AUTO, description=ENGINE)
    tensor_parallel: int = strawberry.field(default=1, description=TENSOR_PARALLEL)
    categories: list[ModelCategory] = strawberry.field(default_factory=list, description=CATEGORIES)
    languages: list[str] = strawberry.field(default_factory=list, description=LANGUAGES)
    license: ModelLicenseInput | None = strawberry.field(
        default=None, description="License; where nobody says, that of its model card."
    )

    def new(self) -> NewModel:
        version = _new_version(self)
        given = self.license.license() if self.license and self.license.name else None
        card = ModelCard(tuple(self.categories), tuple(self.languages), given)
        return NewModel(self.name, self.kind, version, self.description, self.visibility, tuple(self.tags), card)


@strawberry.input(description="Changes to a model; fields that are left out stay as they are.")
class UpdateModelInput:
    model: str = strawberry.field(description=SLUG)
    name: str | None = strawberry.field(
        default=None,
        description="Name, unique among its owner's models. Its former name leads on to it, and no other model of its "
        "owner's gets that.",
    )
    description: str | None = strawberry.field(default=None, description=DESCRIPTION)
    visibility: Visibility | None = strawberry.field(default=None, description="Who can see the model.")
    tags: list[str] | None = strawberry.field(default=None, description=TAGS)
    samples: list[strawberry.ID] | None = strawberry.field(
        default=None,
        description="Sample outputs: at most 4 of your own predictions that ran this model and succeeded. Everyone "
        "who can see the model can see them.",
    )
    shared_with: list[str] | None = strawberry.field(
        default=None,
        description=f"Handles of users who can see and run it while it is PRIVATE, at most {SHARED_MAX}; the others "
        "can no longer.",
    )
    categories: list[ModelCategory] | None = strawberry.field(default=None, description=CATEGORIES)
    languages: list[str] | None = strawberry.field(default=None, description=LANGUAGES)
    license: ModelLicenseInput | None = strawberry.field(default=None, description="License.")

    def changes(self) -> ModelChanges:
        return ModelChanges(
            name=self.name,
            description=self.description,
            visibility=self.visibility,
            tags=self.tags,
            samples=None if self.samples is None else [parse_id(key, "Prediction") for key in self.samples],
            shared_with=self.shared_with,
            categories=self.categories,
            languages=self.languages,
            license=self.license.license() if self.license else None,
        )


@strawberry.input(description="The model to pause.")
class PauseModelInput:
    model: str = strawberry.field(description=SLUG)
    reason: str | None = strawberry.field(
        default=None, description=f"Why, for those whose predictions wait; at most {REASON_MAX} characters."
    )


@strawberry.input(description="The model to resume.")
class ResumeModelInput:
    model: str = strawberry.field(description=SLUG)


@strawberry.input(description="The model to delete.")
class DeleteModelInput:
    model: str = strawberry.field(description=SLUG)


@strawberry.input(description="A variable or secret of a model, in place of the one of that name.")
class SetModelVariableInput:
    model: str = strawberry.field(description=SLUG)
    name: str = strawberry.field(
        description=f"Name, as a shell's: at most {NAME_MAX} letters, digits and underscores, such as `HF_TOKEN`."
    )
    value: str = strawberry.field(description=f"Value, at most {VALUE_MAX_BYTES} bytes.")
    kind: VariableKind = strawberry.field(description="Whether its value can be read again.")

    def new(self) -> NewVariable:
        return NewVariable(self.name, self.value, self.kind)


@strawberry.input(description="The variable or secret to remove.")
class RemoveModelVariableInput:
    model: str = strawberry.field(description=SLUG)
    name: str = strawberry.field(description="Its name.")


@strawberry.type(description="A removed variable or secret of a model.")
class RemovedModelVariable:
    model: str = strawberry.field(description="`owner/name` of the model.")
    name: str = strawberry.field(description="Its name.")


@strawberry.input(description="A version to publish.")
class PublishVersionInput:
    model: str = strawberry.field(description=SLUG)
    source: ModelSourceInput = strawberry.field(description="Source of the version.")
    input_schema: JSON | None = strawberry.field(default=None, description=OWN_SCHEMA)
    predictor: str | None = strawberry.field(default=None, description=PREDICTOR)
    quantization: Quantization | None = strawberry.field(default=None, description=QUANTIZATION)
    device_map: DeviceMap = strawberry.field(default=DeviceMap.SINGLE, description=DEVICE_MAP)
    device: DeviceClass = strawberry.field(default=DeviceClass.ANY, description=DEVICE)
    dtype: Dtype = strawberry.field(default=Dtype.AUTO, description=DTYPE)
    task: str | None = strawberry.field(default=None, description=TASK)
    base: str | None = strawberry.field(default=None, description=BASE)
    cpu_offload: CpuOffload = strawberry.field(default=domain.CpuOffload.NONE, description=CPU_OFFLOAD)
    safety_checker: bool = strawberry.field(default=True, description=SAFETY_CHECKER)
    config: str | None = strawberry.field(default=None, description=CONFIG)
    engine: Engine = strawberry.field(default=domain.Engine.AUTO, description=ENGINE)
    tensor_parallel: int = strawberry.field(default=1, description=TENSOR_PARALLEL)

    def new(self) -> domain.NewVersion:
        return _new_version(self)


@strawberry.input(description="A version to prepare again.")
class PrepareAgainInput:
    version: str = strawberry.field(description="Version as `owner/name:number`, or `owner/name` for the newest.")


def _new_version(given: CreateModelInput | PublishVersionInput) -> domain.NewVersion:
    schema: dict[str, object] | None = given.input_schema  # type: ignore[assignment]
    return domain.NewVersion(
        given.source.source(),
        schema,
        given.predictor,
        quantization=given.quantization,
        device_map=given.device_map,
        device=given.device,
        task=given.task,
        dtype=given.dtype,
        base=given.base,
        cpu_offload=given.cpu_offload,
        safety_checker=given.safety_checker,
        config=given.config,
        engine=given.engine,
        tensor_parallel=given.tensor_parallel,
    )


@strawberry.type(description="A deleted model.")
class DeletedModel:
    slug: str = strawberry.field(description="`owner/name` of the model; it cannot be used again.")
    canceled_predictions: int = strawberry.field(description="Number of predictions that were canceled.")
    adapters: int = strawberry.field(
        description="Number of versions of other models that are adapters of it, and cannot run any more."
    )


CreateModelResult = Annotated[
    Model | InvalidInput | ConflictError | ForbiddenError,
    strawberry.union("CreateModelResult", description="Result of `createModel`."),
]
UpdateModelResult = Annotated[
    Model | NotFoundError | ForbiddenError | InvalidInput,
    strawberry.union("UpdateModelResult", description="Result of `updateModel`."),
]
PauseModelResult = Annotated[
    Model | InvalidInput | NotFoundError | ForbiddenError,
    strawberry.union("PauseModelResult", description="Result of `pauseModel`."),
]
ResumeModelResult = Annotated[
    Model | NotFoundError | ForbiddenError,
    strawberry.union("ResumeModelResult", description="Result of `resumeModel`."),
]
DeleteModelResult = Annotated[
    DeletedModel | NotFoundError | ForbiddenError,
    strawberry.union("DeleteModelResult", description="Result of `deleteModel`."),
]
PublishVersionResult = Annotated[
    ModelVersion | NotFoundError | ForbiddenError | InvalidInput,
    strawberry.union("PublishVersionResult", description="Result of `publishVersion`."),
]
SetModelVariableResult = Annotated[
    ModelVariable | NotFoundError | ForbiddenError | InvalidInput,
    strawberry.union("SetModelVariableResult", description="Result of `setModelVariable`."),
]
RemoveModelVariableResult = Annotated[
    RemovedModelVariable | NotFoundError | ForbiddenError,
    strawberry.union("RemoveModelVariableResult", description="Result of `removeModelVariable`."),
]
PrepareAgainResult = Annotated[
    ModelVersion | NotFoundError | ForbiddenError | ConflictError,
    strawberry.union("PrepareAgainResult", description="Result of `prepareAgain`."),
]
