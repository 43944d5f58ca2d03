"""Operations and types of the server's API; written by `make schema`, not by hand."""

from __future__ import annotations

from typing import Any, Literal, TypedDict


PredictionStatus = Literal["STARTING", "PROCESSING", "SUCCEEDED", "FAILED", "CANCELED", "ABORTED"]


class PredictionFieldsModel(TypedDict):
    """A machine-learning model."""

    slug: str


class PredictionFieldsVersion(TypedDict):
    """One immutable version of a model."""

    slug: str


class PredictionFieldsChoices(TypedDict):
    """One of the texts that a model wrote."""

    index: int
    text: str


class PredictionFieldsFiles(TypedDict):
    """An output file."""

    url: str
    contentType: str
    bytes: int
    width: int | None
    height: int | None


PredictionErrorCode = Literal["INPUT_REJECTED", "MODEL_UNAVAILABLE", "OUT_OF_MEMORY", "DEADLINE_EXCEEDED", "WORKER_LOST", "STORAGE", "INTERNAL"]


class PredictionFieldsError(TypedDict):
    """Why a prediction failed."""

    code: PredictionErrorCode
    message: str


class PredictionFieldsProgress(TypedDict):
    """Progress of a running prediction."""

    step: int
    total: int | None
    fraction: float | None
    etaSeconds: float | None


class PredictionFieldsMetrics(TypedDict):
    """Measurements of a run; null if not measured."""

    queueSeconds: float | None
    loadSeconds: float | None
    predictSeconds: float | None
    totalSeconds: float | None
    timeToFirstTokenSeconds: float | None
    inputTokens: int | None
    cachedInputTokens: int | None
    outputTokens: int | None
    tokensPerSecond: float | None
    steps: int | None
    custom: Any


class PredictionFields(TypedDict):
    """One run of a model version."""

    id: str
    status: PredictionStatus
    model: PredictionFieldsModel
    version: PredictionFieldsVersion
    input: Any
    output: Any
    text: str | None
    choices: list[PredictionFieldsChoices] | None
    files: list[PredictionFieldsFiles]
    error: PredictionFieldsError | None
    logs: str
    progress: PredictionFieldsProgress | None
    metrics: PredictionFieldsMetrics
    attempts: int
    seed: int | None
    cached: bool
    dataRemoved: bool
    createdAt: str
    startedAt: str | None
    completedAt: str | None


VersionState = Literal["PREPARING", "READY", "REFUSED"]


Quantization = Literal["INT8", "INT4"]


DeviceClass = Literal["ANY", "CPU", "CUDA"]


class VersionFieldsProgress(TypedDict):
    """Progress of preparing a version."""

    phase: str
    bytes: int
    totalBytes: int | None


class VersionFields(TypedDict):
    """One immutable version of a model."""

    slug: str
    number: int
    state: VersionState
    reason: str | None
    source: str
    revision: str | None
    sizeBytes: int | None
    predictor: str
    quantization: Quantization | None
    device: DeviceClass
    createdAt: str
    inputSchema: Any
    outputSchema: Any
    info: Any
    progress: VersionFieldsProgress | None


ModelKind = Literal["TEXT_GENERATION", "IMAGE_GENERATION", "CUSTOM"]


Visibility = Literal["PUBLIC", "PRIVATE"]


class ModelFields(TypedDict):
    """A machine-learning model."""

    slug: str
    kind: ModelKind
    visibility: Visibility
    description: str
    tags: list[str]
    runCount: int
    createdAt: str
    latestVersion: VersionFields | None


class SessionFieldsUser(TypedDict):
    """A registered user."""

    handle: str


class SessionFields(TypedDict):
    """A signed-in user with an access token and a refresh token."""

    accessToken: str
    expiresAt: str
    refreshToken: str
    user: SessionFieldsUser


BatchStatus = Literal["STARTING", "PROCESSING", "COMPLETED", "CANCELED", "FAILED"]


class BatchFieldsVersion(TypedDict):
    """One immutable version of a model."""

    slug: str


class BatchFieldsCounts(TypedDict):
    """The items of a batch by what became of them; together they are `total`."""

    total: int
    succeeded: int
    failed: int
    canceled: int
    aborted: int
    invalid: int
    live: int


class BatchFields(TypedDict):
    """Many predictions of one version that were asked for together: its items."""

    id: str
    status: BatchStatus
    version: BatchFieldsVersion
    counts: BatchFieldsCounts
    note: str | None
    reason: str | None
    results: str
    createdAt: str
    completedAt: str | None


class UsageSumFields(TypedDict):
    """What some predictions used."""

    predictions: int
    predictSeconds: str
    inputTokens: int
    outputTokens: int
    amount: str


class UsageReportFieldsGroups(TypedDict):
    """What the predictions of one day, model, API key or user used."""

    key: str | None
    name: str | None
    used: UsageSumFields


class UsageReportFields(TypedDict):
    """What predictions used in a time, as the ledger says."""

    currency: str
    hasMore: bool
    groups: list[UsageReportFieldsGroups]
    total: UsageSumFields


BudgetPeriod = Literal["MONTH", "TOTAL"]


class BudgetFields(TypedDict):
    """What predictions of a user, or of one API key, may cost."""

    apiKey: str | None
    period: BudgetPeriod
    currency: str
    amount: str
    spent: str
    reserved: str
    left: str
    isHard: bool
    isExceeded: bool
    beginsAt: str


class EventFieldsPredictionSnapshot(TypedDict):
    """The whole prediction as it stands: replace your copy with it."""

    __typename: Literal["PredictionSnapshot"]
    cursor: str
    at: str
    attempt: int
    prediction: PredictionFields


class EventFieldsStatusChanged(TypedDict):
    """The status of the prediction changed; a final status is the last event."""

    __typename: Literal["StatusChanged"]
    cursor: str
    at: str
    status: PredictionStatus
    prediction: PredictionFields


class EventFieldsModelLoading(TypedDict):
    """The model is being loaded."""

    __typename: Literal["ModelLoading"]
    cursor: str
    at: str
    phase: str
    bytes: int | None
    totalBytes: int | None


class EventFieldsOutputAppended(TypedDict):
    """A piece of output; all pieces of a choice in order are its whole text."""

    __typename: Literal["OutputAppended"]
    cursor: str
    at: str
    text: str | None
    chunk: Any
    choice: int


class EventFieldsProgressed(TypedDict):
    """A step was completed."""

    __typename: Literal["Progressed"]
    cursor: str
    at: str
    step: int
    total: int | None
    fraction: float | None
    etaSeconds: float | None


class EventFieldsLogged(TypedDict):
    """A log line."""

    __typename: Literal["Logged"]
    cursor: str
    at: str
    line: str


class EventFieldsEventsLost(TypedDict):
    """Events after your cursor are no longer available; a snapshot follows."""

    __typename: Literal["EventsLost"]
    cursor: str
    at: str
    after: str


EventFields = (
    EventFieldsPredictionSnapshot
    | EventFieldsStatusChanged
    | EventFieldsModelLoading
    | EventFieldsOutputAppended
    | EventFieldsProgressed
    | EventFieldsLogged
    | EventFieldsEventsLost
)


class PredictionFilter(TypedDict, total=False):
    """Filter for a list of predictions."""

    status: list[PredictionStatus] | None
    model: str | None
    createdFrom: str | None
    createdBefore: str | None
    starred: bool | None
    text: str | None
    everybody: bool


WebhookEvent = Literal["START", "OUTPUT", "LOGS", "COMPLETED"]


class WebhookInputNeeds(TypedDict):
    """What WebhookInput needs."""

    url: str

class WebhookInput(WebhookInputNeeds, total=False):
    """A webhook of a prediction. Messages are signed as Standard Webhooks; redirects are not followed."""

    events: list[WebhookEvent]


Priority = Literal["LOW", "NORMAL", "HIGH"]


class CreatePredictionInputNeeds(TypedDict):
    """What CreatePredictionInput needs."""

    model: str
    input: Any

class CreatePredictionInput(CreatePredictionInputNeeds, total=False):
    """A prediction to run."""

    idempotencyKey: str | None
    deadlineSeconds: int | None
    wait: int | None
    webhook: WebhookInput | None
    priority: Priority
    useCache: bool | None
    metadata: Any
    stickyKey: str | None


class RetryPredictionInputNeeds(TypedDict):
    """What RetryPredictionInput needs."""

    id: str

class RetryPredictionInput(RetryPredictionInputNeeds, total=False):
    """The prediction to retry."""

    idempotencyKey: str | None


class RerunInputNeeds(TypedDict):
    """What RerunInput needs."""

    id: str

class RerunInput(RerunInputNeeds, total=False):
    """A prediction to run again, as it was or with changes."""

    overrides: Any
    version: str | None
    idempotencyKey: str | None
    deadlineSeconds: int | None
    webhook: WebhookInput | None
    useCache: bool | None


class DeletePredictionInput(TypedDict):
    """The prediction to delete."""

    id: str


class RecordOutcomeInput(TypedDict):
    """What came of a prediction of yours."""

    prediction: str
    name: str
    value: float


class CancelPredictionInput(TypedDict):
    """The prediction to cancel."""

    id: str


class BatchWebhookInput(TypedDict):
    """A webhook of a batch, told once, of its end. Messages are signed as Standard Webhooks."""

    url: str


class CreateBatchInputNeeds(TypedDict):
    """What CreateBatchInput needs."""

    model: str

class CreateBatchInput(CreateBatchInputNeeds, total=False):
    """A batch to run: one model on many inputs, which are given here or as a file."""

    inputs: list[Any] | None
    upload: str | None
    allOrNothing: bool
    maxConcurrency: int | None
    priority: Priority
    deadlineSeconds: int | None
    webhook: BatchWebhookInput | None
    metadata: Any
    idempotencyKey: str | None
    stickyKey: str | None


class CancelBatchInput(TypedDict):
    """The batch to cancel."""

    id: str


class DeleteBatchInput(TypedDict):
    """The batch to delete."""

    id: str


class RetryFailedBatchInputNeeds(TypedDict):
    """What RetryFailedBatchInput needs."""

    id: str

class RetryFailedBatchInput(RetryFailedBatchInputNeeds, total=False):
    """The batch whose failed items to run again."""

    idempotencyKey: str | None


class CreateUploadInputNeeds(TypedDict):
    """What CreateUploadInput needs."""

    sizeBytes: int

class CreateUploadInput(CreateUploadInputNeeds, total=False):
    """An input file to upload."""

    contentType: str


ModelCategory = Literal["TEXT_GENERATION", "CHAT", "TRANSLATION", "CLASSIFICATION", "EMBEDDINGS", "RERANKING", "IMAGE_GENERATION", "VISION", "MULTIMODAL", "SPEECH", "AUDIO"]


class ModelFilter(TypedDict, total=False):
    """Filter for a list of models."""

    owner: str | None
    kind: ModelKind | None
    search: str | None
    tag: str | None
    starred: bool | None
    featured: bool | None
    paused: bool | None
    category: ModelCategory | None
    language: str | None
    license: str | None
    device: DeviceClass | None
    maxMemoryBytes: int | None


class HuggingFaceSourceInputNeeds(TypedDict):
    """What HuggingFaceSourceInput needs."""

    repo: str

class HuggingFaceSourceInput(HuggingFaceSourceInputNeeds, total=False):
    """A repository on the Hugging Face Hub."""

    revision: str | None


class LocalSourceInput(TypedDict):
    """A folder on the server's machine."""

    path: str


class ModelSourceInput(TypedDict, total=False):
    """Source of a version: set exactly one field."""

    huggingface: HuggingFaceSourceInput | None
    local: LocalSourceInput | None
    demo: str | None
    predictor: str | None


DeviceMap = Literal["SINGLE", "AUTO"]


Dtype = Literal["AUTO", "FLOAT32", "FLOAT16", "BFLOAT16"]


CpuOffload = Literal["NONE", "MODEL", "SEQUENTIAL"]


Engine = Literal["AUTO", "TRANSFORMERS", "VLLM"]


class ModelLicenseInputNeeds(TypedDict):
    """What ModelLicenseInput needs."""

    name: str

class ModelLicenseInput(ModelLicenseInputNeeds, total=False):
    """A license."""

    url: str | None


class CreateModelInputNeeds(TypedDict):
    """What CreateModelInput needs."""

    name: str
    kind: ModelKind
    source: ModelSourceInput

class CreateModelInput(CreateModelInputNeeds, total=False):
    """A model to create."""

    description: str
    visibility: Visibility
    tags: list[str]
    inputSchema: Any
    predictor: str | None
    quantization: Quantization | None
    deviceMap: DeviceMap
    device: DeviceClass
    dtype: Dtype
    task: str | None
    base: str | None
    cpuOffload: CpuOffload
    safetyChecker: bool
    config: str | None
    engine: Engine
    tensorParallel: int
    categories: list[ModelCategory]
    languages: list[str]
    license: ModelLicenseInput | None


class PublishVersionInputNeeds(TypedDict):
    """What PublishVersionInput needs."""

    model: str
    source: ModelSourceInput

class PublishVersionInput(PublishVersionInputNeeds, total=False):
    """A version to publish."""

    inputSchema: Any
    predictor: str | None
    quantization: Quantization | None
    deviceMap: DeviceMap
    device: DeviceClass
    dtype: Dtype
    task: str | None
    base: str | None
    cpuOffload: CpuOffload
    safetyChecker: bool
    config: str | None
    engine: Engine
    tensorParallel: int


UsageGrouping = Literal["DAY", "MODEL", "KEY", "USER"]


class LoginInput(TypedDict):
    """Credentials of an account."""

    email: str
    password: str


class RefreshSessionInput(TypedDict):
    """The session to refresh."""

    refreshToken: str


Scope = Literal["READ", "RUN", "WRITE", "ADMIN"]


class CreateApiKeyInputNeeds(TypedDict):
    """What CreateApiKeyInput needs."""

    name: str
    scopes: list[Scope]

class CreateApiKeyInput(CreateApiKeyInputNeeds, total=False):
    """A new API key."""

    expiresAt: str | None

VIEWER = (
    "query Viewer{viewer{handle email isAdmin}}"
)
GET_PREDICTION = (
    "query GetPrediction($id:ID!){prediction(id:$id){...PredictionFields}}fragment PredictionFields on "
    "Prediction{id status model{slug}version{slug}input output text choices{index text}files{url contentType bytes "
    "width height}error{code message}logs progress{step total fraction etaSeconds}metrics{queueSeconds loadSeconds "
    "predictSeconds totalSeconds timeToFirstTokenSeconds inputTokens cachedInputTokens outputTokens tokensPerSecond"
    " steps custom}attempts seed cached dataRemoved createdAt startedAt completedAt}"
)
LIST_PREDICTIONS = (
    "query ListPredictions($first:Int!$after:String$filter:PredictionFilter){predictions(first:$first after:$after "
    "filter:$filter){nodes{...PredictionFields}pageInfo{hasNextPage endCursor}}}fragment PredictionFields on "
    "Prediction{id status model{slug}version{slug}input output text choices{index text}files{url contentType bytes "
    "width height}error{code message}logs progress{step total fraction etaSeconds}metrics{queueSeconds loadSeconds "
    "predictSeconds totalSeconds timeToFirstTokenSeconds inputTokens cachedInputTokens outputTokens tokensPerSecond"
    " steps custom}attempts seed cached dataRemoved createdAt startedAt completedAt}"
)
CREATE_PREDICTION = (
    "mutation CreatePrediction($input:CreatePredictionInput!){createPrediction(input:$input){__typename "
    "...PredictionFields ...on InvalidInput{violations{path message code}}...on QueueFull{retryAfter}...on "
    "UserError{code message}}}fragment PredictionFields on Prediction{id status model{slug}version{slug}input "
    "output text choices{index text}files{url contentType bytes width height}error{code message}logs progress{step "
    "total fraction etaSeconds}metrics{queueSeconds loadSeconds predictSeconds totalSeconds timeToFirstTokenSeconds"
    " inputTokens cachedInputTokens outputTokens tokensPerSecond steps custom}attempts seed cached dataRemoved "
    "createdAt startedAt completedAt}"
)
RETRY_PREDICTION = (
    "mutation RetryPrediction($input:RetryPredictionInput!){retryPrediction(input:$input){__typename "
    "...PredictionFields ...on InvalidInput{violations{path message code}}...on UserError{code message}}}fragment "
    "PredictionFields on Prediction{id status model{slug}version{slug}input output text choices{index "
    "text}files{url contentType bytes width height}error{code message}logs progress{step total fraction "
    "etaSeconds}metrics{queueSeconds loadSeconds predictSeconds totalSeconds timeToFirstTokenSeconds inputTokens "
    "cachedInputTokens outputTokens tokensPerSecond steps custom}attempts seed cached dataRemoved createdAt "
    "startedAt completedAt}"
)
RERUN = (
    "mutation Rerun($input:RerunInput!){rerun(input:$input){__typename ...PredictionFields ...on "
    "InvalidInput{violations{path message code}}...on UserError{code message}}}fragment PredictionFields on "
    "Prediction{id status model{slug}version{slug}input output text choices{index text}files{url contentType bytes "
    "width height}error{code message}logs progress{step total fraction etaSeconds}metrics{queueSeconds loadSeconds "
    "predictSeconds totalSeconds timeToFirstTokenSeconds inputTokens cachedInputTokens outputTokens tokensPerSecond"
    " steps custom}attempts seed cached dataRemoved createdAt startedAt completedAt}"
)
DELETE_PREDICTION = (
    "mutation DeletePrediction($input:DeletePredictionInput!){deletePrediction(input:$input){__typename ...on "
    "DeletedPrediction{id isPending}...on UserError{code message}}}"
)
RECORD_OUTCOME = (
    "mutation RecordOutcome($input:RecordOutcomeInput!){recordOutcome(input:$input){__typename ...on Outcome{name "
    "value}...on InvalidInput{violations{path message code}}...on UserError{code message}}}"
)
CANCEL_PREDICTION = (
    "mutation CancelPrediction($input:CancelPredictionInput!){cancelPrediction(input:$input){__typename "
    "...PredictionFields ...on UserError{code message}}}fragment PredictionFields on Prediction{id status "
    "model{slug}version{slug}input output text choices{index text}files{url contentType bytes width "
    "height}error{code message}logs progress{step total fraction etaSeconds}metrics{queueSeconds loadSeconds "
    "predictSeconds totalSeconds timeToFirstTokenSeconds inputTokens cachedInputTokens outputTokens tokensPerSecond"
    " steps custom}attempts seed cached dataRemoved createdAt startedAt completedAt}"
)
GET_BATCH = (
    "query GetBatch($id:ID!){batch(id:$id){...BatchFields}}fragment BatchFields on Batch{id status "
    "version{slug}counts{total succeeded failed canceled aborted invalid live}note reason results createdAt "
    "completedAt}"
)
LIST_BATCHES = (
    "query ListBatches($first:Int!$after:String){batches(first:$first "
    "after:$after){nodes{...BatchFields}pageInfo{hasNextPage endCursor}}}fragment BatchFields on Batch{id status "
    "version{slug}counts{total succeeded failed canceled aborted invalid live}note reason results createdAt "
    "completedAt}"
)
CREATE_BATCH = (
    "mutation CreateBatch($input:CreateBatchInput!){createBatch(input:$input){__typename ...BatchFields ...on "
    "InvalidInput{violations{path message code}}...on UserError{code message}}}fragment BatchFields on Batch{id "
    "status version{slug}counts{total succeeded failed canceled aborted invalid live}note reason results createdAt "
    "completedAt}"
)
CANCEL_BATCH = (
    "mutation CancelBatch($input:CancelBatchInput!){cancelBatch(input:$input){__typename ...BatchFields ...on "
    "UserError{code message}}}fragment BatchFields on Batch{id status version{slug}counts{total succeeded failed "
    "canceled aborted invalid live}note reason results createdAt completedAt}"
)
DELETE_BATCH = (
    "mutation DeleteBatch($input:DeleteBatchInput!){deleteBatch(input:$input){__typename ...on DeletedBatch{id "
    "deleted pending}...on UserError{code message}}}"
)
RETRY_FAILED_BATCH = (
    "mutation RetryFailedBatch($input:RetryFailedBatchInput!){retryFailedBatch(input:$input){__typename "
    "...BatchFields ...on InvalidInput{violations{path message code}}...on UserError{code message}}}fragment "
    "BatchFields on Batch{id status version{slug}counts{total succeeded failed canceled aborted invalid live}note "
    "reason results createdAt completedAt}"
)
CREATE_UPLOAD = (
    "mutation CreateUpload($input:CreateUploadInput!){createUpload(input:$input){__typename ...on Upload{uri "
    "url}...on InvalidInput{violations{path message code}}...on UserError{code message}}}"
)
GET_MODEL = (
    "query GetModel($slug:String!){model(slug:$slug){...ModelFields}}fragment ModelFields on Model{slug kind "
    "visibility description tags runCount createdAt latestVersion{...VersionFields}}fragment VersionFields on "
    "ModelVersion{slug number state reason source revision sizeBytes predictor quantization device createdAt "
    "inputSchema outputSchema info progress{phase bytes totalBytes}}"
)
LIST_VERSIONS = (
    "query ListVersions($slug:String!){model(slug:$slug){versions{...VersionFields}}}fragment VersionFields on "
    "ModelVersion{slug number state reason source revision sizeBytes predictor quantization device createdAt "
    "inputSchema outputSchema info progress{phase bytes totalBytes}}"
)
LIST_MODELS = (
    "query ListModels($first:Int!$after:String$filter:ModelFilter){models(first:$first after:$after "
    "filter:$filter){nodes{...ModelFields}pageInfo{hasNextPage endCursor}}}fragment ModelFields on Model{slug kind "
    "visibility description tags runCount createdAt latestVersion{...VersionFields}}fragment VersionFields on "
    "ModelVersion{slug number state reason source revision sizeBytes predictor quantization device createdAt "
    "inputSchema outputSchema info progress{phase bytes totalBytes}}"
)
CREATE_MODEL = (
    "mutation CreateModel($input:CreateModelInput!){createModel(input:$input){__typename ...ModelFields ...on "
    "InvalidInput{violations{path message code}}...on UserError{code message}}}fragment ModelFields on Model{slug "
    "kind visibility description tags runCount createdAt latestVersion{...VersionFields}}fragment VersionFields on "
    "ModelVersion{slug number state reason source revision sizeBytes predictor quantization device createdAt "
    "inputSchema outputSchema info progress{phase bytes totalBytes}}"
)
PUBLISH_VERSION = (
    "mutation PublishVersion($input:PublishVersionInput!){publishVersion(input:$input){__typename ...VersionFields "
    "...on InvalidInput{violations{path message code}}...on UserError{code message}}}fragment VersionFields on "
    "ModelVersion{slug number state reason source revision sizeBytes predictor quantization device createdAt "
    "inputSchema outputSchema info progress{phase bytes totalBytes}}"
)
USAGE = (
    "query Usage($from:DateTime!$to:DateTime!$groupBy:UsageGrouping!){viewer{usage(from:$from to:$to "
    "groupBy:$groupBy){...UsageReportFields}}}fragment UsageReportFields on UsageReport{currency hasMore groups{key"
    " name used{...UsageSumFields}}total{...UsageSumFields}}fragment UsageSumFields on UsageSum{predictions "
    "predictSeconds inputTokens outputTokens amount}"
)
BUDGETS = (
    "query Budgets{viewer{budgets{...BudgetFields}}}fragment BudgetFields on Budget{apiKey period currency amount "
    "spent reserved left isHard isExceeded beginsAt}"
)
ESTIMATE_COST = (
    "query EstimateCost($input:CreatePredictionInput!){estimateCost(input:$input){most currency}}"
)
LOGIN = (
    "mutation Login($input:LoginInput!){login(input:$input){__typename ...SessionFields ...on UserError{code "
    "message}}}fragment SessionFields on Session{accessToken expiresAt refreshToken user{handle}}"
)
REFRESH_SESSION = (
    "mutation RefreshSession($input:RefreshSessionInput!){refreshSession(input:$input){__typename ...SessionFields "
    "...on UserError{code message}}}fragment SessionFields on Session{accessToken expiresAt refreshToken "
    "user{handle}}"
)
CREATE_API_KEY = (
    "mutation CreateApiKey($input:CreateApiKeyInput!){createApiKey(input:$input){__typename ...on "
    "CreatedApiKey{key}...on InvalidInput{violations{path message code}}...on UserError{code message}}}"
)
WATCH_PREDICTION = (
    "subscription WatchPrediction($id:ID!$after:String){predictionEvents(id:$id "
    "after:$after){...EventFields}}fragment EventFields on PredictionEvent{__typename cursor at ...on "
    "PredictionSnapshot{attempt prediction{...PredictionFields}}...on StatusChanged{status "
    "prediction{...PredictionFields}}...on ModelLoading{phase bytes totalBytes}...on OutputAppended{text chunk "
    "choice}...on Progressed{step total fraction etaSeconds}...on Logged{line}...on EventsLost{after}}fragment "
    "PredictionFields on Prediction{id status model{slug}version{slug}input output text choices{index "
    "text}files{url contentType bytes width height}error{code message}logs progress{step total fraction "
    "etaSeconds}metrics{queueSeconds loadSeconds predictSeconds totalSeconds timeToFirstTokenSeconds inputTokens "
    "cachedInputTokens outputTokens tokensPerSecond steps custom}attempts seed cached dataRemoved createdAt "
    "startedAt completedAt}"
)
WATCH_PREDICTION_AND_PREVIEWS = (
    "subscription WatchPredictionAndPreviews($id:ID!$after:String){predictionEvents(id:$id "
    "after:$after){...EventFields ...on PreviewReady{image width height step}}}fragment EventFields on "
    "PredictionEvent{__typename cursor at ...on PredictionSnapshot{attempt prediction{...PredictionFields}}...on "
    "StatusChanged{status prediction{...PredictionFields}}...on ModelLoading{phase bytes totalBytes}...on "
    "OutputAppended{text chunk choice}...on Progressed{step total fraction etaSeconds}...on Logged{line}...on "
    "EventsLost{after}}fragment PredictionFields on Prediction{id status model{slug}version{slug}input output text "
    "choices{index text}files{url contentType bytes width height}error{code message}logs progress{step total "
    "fraction etaSeconds}metrics{queueSeconds loadSeconds predictSeconds totalSeconds timeToFirstTokenSeconds "
    "inputTokens cachedInputTokens outputTokens tokensPerSecond steps custom}attempts seed cached dataRemoved "
    "createdAt startedAt completedAt}"
)