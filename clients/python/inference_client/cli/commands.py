"""The commands: each a few lines over the client."""

from __future__ import annotations

import getpass
import itertools
import platform
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Annotated, Any
from uuid import uuid4

import typer

from inference_client import operations
from inference_client.cli import batches
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
from inference_client.cli.terminal import (
    ProgressView,
    TerminatedError,
    TextStream,
    ending_on_signals,
    event_record,
    fail,
    note,
    reporting,
    shortened,
    show_facts,
    show_json,
    show_output,
    show_table,
)
from inference_client.client import Client
from inference_client.credentials import Login, forget_login, key_for, server_url, store_login
from inference_client.events import Log, Status
from inference_client.models import Model, Version
from inference_client.predictions import Prediction
from inference_client.version import VERSION

KINDS = {"text": "TEXT_GENERATION", "image": "IMAGE_GENERATION", "custom": "CUSTOM"}
SHOWN_CHARACTERS = 100
KEY_SCOPES = ["READ", "RUN", "WRITE"]

app = typer.Typer(help="Run models on an inference server.", no_args_is_help=True, pretty_exceptions_enable=False)
predictions = typer.Typer(help="Your predictions: list, show, rerun, cancel, delete, watch.", no_args_is_help=True)
models = typer.Typer(help="Models: list, show, create, publish.", no_args_is_help=True)
app.add_typer(predictions, name="predictions")
app.add_typer(batches.app, name="batch")
app.add_typer(models, name="models")


IdArgument = Annotated[str, typer.Argument(metavar="ID", help="Id of the prediction.")]
InputsOption = Annotated[
    list[str] | None,
    typer.Option("-i", "--input", help="name=value; name=@file; name=@- for the standard input. May come again."),
]
StreamOption = Annotated[bool, typer.Option("--stream", help="Print text as it comes; with --json each event.")]
OutputOption = Annotated[
    str | None,
    typer.Option("-o", "--output", help="Folder, or path of the one file, for output files; - prints its bytes."),
]
DetachOption = Annotated[
    bool,
    typer.Option("--detach", help="Print the prediction's id and leave it running: inference predictions watch ID."),
]
HuggingFaceOption = Annotated[
    str | None, typer.Option("--huggingface", help="A repository of the hub: owner/name, or owner/name@revision.")
]
FolderOption = Annotated[str | None, typer.Option("--folder", help="A folder below MODEL_ROOT of the server.")]
DemoOption = Annotated[str | None, typer.Option("--demo", help="A bundled model, such as prose.")]
PredictorOption = Annotated[
    str | None, typer.Option("--predictor", help="The code that runs a custom model, such as echo.")
]
BaseOption = Annotated[str | None, typer.Option("--base", help="The version that it is an adapter of.")]
QuantizationOption = Annotated[str | None, typer.Option("--quantization", help="int8 or int4.")]
WaitOption = Annotated[bool, typer.Option("--wait/--no-wait", help="Wait until the version is READY, or refused.")]


def _show_version(is_asked: bool) -> None:
    if is_asked:
        print(VERSION)
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool, typer.Option("--version", help="Print the release and exit.", callback=_show_version, is_eager=True)
    ] = False,
) -> None:
    """Run models on an inference server."""


@app.command()
@reporting
def run(
    model: ModelArgument,
    inputs: InputsOption = None,
    stream: StreamOption = False,
    output: OutputOption = None,
    detach: DetachOption = False,
    priority: PriorityOption = None,
    as_json: JsonOption = False,
    url: UrlOption = None,
) -> None:
    """Run a model and print its output; Ctrl-C cancels it."""
    with Client(url) as client, ending_on_signals():
        version = client.models.version(model) if ":" in model else client.models.get(model).latest
        values = parse(inputs or [], version.input_schema if version else {})
        # Known before the request, so that one whose answer was not waited for can be canceled too
        key = uuid4().hex
        submit = partial(client.submit, model, values, idempotency_key=key, priority=priority_of(priority))
        _run_to_end(client, submit, stream=stream, output=output, detach=detach, as_json=as_json)


def _run_to_end(
    client: Client,
    submit: Callable[[], Prediction],
    *,
    stream: bool,
    output: str | None,
    detach: bool,
    as_json: bool,
) -> None:
    """Run what is submitted, the same one however often, and print what it gives; detached its id alone."""
    if detach:
        prediction = submit()
        if as_json:
            show_json(prediction.raw)
        else:
            print(prediction.id)
        return
    with _canceling(client, submit) as running, ProgressView() as view:
        prediction = submit()
        running.append(prediction)
        prediction, has_text = _follow(client, prediction, view, stream=stream, as_json=as_json)
    if prediction.status != "SUCCEEDED":
        if as_json and not stream:
            show_json(prediction.raw)
        raise _failure(prediction)
    if as_json:
        if not stream:
            show_json(prediction.raw)
        if output is not None:
            _save(prediction, output)
    elif not has_text:
        show_output(prediction, output)


def _follow(
    client: Client, prediction: Prediction, view: ProgressView, *, stream: bool, as_json: bool
) -> tuple[Prediction, bool]:
    """Show a prediction until its end; what it is then, and whether its text was printed."""
    text = TextStream(view)
    for event in client.watch(prediction):
        view.show(event)
        if stream and as_json:
            view.stop()
            print(compact(event_record(event)), flush=True)
        elif stream:
            text.show(event)
        if isinstance(event, Status):
            prediction = event.prediction
    view.stop()
    text.end()
    return prediction, not text.is_empty


@contextmanager
def _canceling(client: Client, submit: Callable[[], Prediction]) -> Iterator[list[Prediction]]:
    """Cancel the prediction where its reader goes away: by Ctrl-C, a signal, or a pipe that nobody reads."""
    running: list[Prediction] = []
    try:
        yield running
    except (KeyboardInterrupt, TerminatedError, BrokenPipeError) as end:
        # The same request with the same key gives the prediction whose id did not come
        prediction = client.cancel(running[0] if running else submit())
        if not isinstance(end, BrokenPipeError):
            if prediction.ended and prediction.status != "CANCELED":
                note(f"It had ended already, as {prediction.status}: {prediction.id}")
            else:
                note(f"Canceled; what was made so far is kept: inference predictions show {prediction.id}")
        raise


def _failure(prediction: Prediction) -> typer.Exit:
    error = prediction.error
    reason = f" ({error.code}): {error.message}" if error else "."
    logs = f" Its log: inference logs {prediction.id}" if prediction.logs else ""
    return fail(f"{prediction.model} ended as {prediction.status}{reason}{logs}")


def _save(prediction: Prediction, output: str) -> None:
    for file in prediction.files:
        note(str(file.save(f"{output}/")))


@app.command()
@reporting
def login(
    url: Annotated[str | None, typer.Option("--url", help="The server, such as http://127.0.0.1:8000.")] = None,
    email: Annotated[
        str | None, typer.Option("--email", help="E-mail address; asked for where it is not given.")
    ] = None,
    key: Annotated[
        str | None, typer.Option("--key", help="An API key that you have; - reads it from the standard input.")
    ] = None,
) -> None:
    """Sign in to a server: an API key of this machine is made and stored, the password is not."""
    address = server_url(url)
    if key is None:
        email = email or typer.prompt("E-mail address", err=True)
        password = getpass.getpass() if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")
        with Client.sign_in(email, password, address) as client:
            name = f"inference on {platform.node() or 'this machine'}"[:80]
            answer = client.graphql(operations.CREATE_API_KEY, {"input": {"name": name, "scopes": KEY_SCOPES}})
            key = str(answer["createApiKey"]["key"])
    elif key == "-":
        key = sys.stdin.readline().strip()
    with Client(address, key) as client:
        account = client.account()
    if account is None:
        raise fail("This key belongs to nobody.")
    path = store_login(Login(address, key, account.handle))
    note(f"Signed in to {address} as {account.handle}. The key is in {path}; `inference logout` removes it.")


@app.command()
@reporting
def logout(url: UrlOption = None) -> None:
    """Forget the key of a server; it is good until it is revoked on the account's page."""
    address = server_url(url)
    if not forget_login(address):
        raise fail(f"There is no key of {address}.")
    note(f"The key of {address} is removed from this machine. To revoke it: {address}/account")


@app.command()
@reporting
def whoami(as_json: JsonOption = False, url: UrlOption = None) -> None:
    """Print who asks which server."""
    with Client(url) as client:
        account = client.account()
        if as_json:
            show_json({"url": client.url, "handle": account.handle if account else None})
        elif account is None:
            raise fail(f"Nobody is signed in to {client.url}: inference login --url {client.url}")
        else:
            print(f"{account.handle} at {client.url}")


@app.command()
@reporting
def key(url: UrlOption = None) -> None:
    """Print the API key that a server is asked with, for other programs: INFERENCE_KEY=$(inference key)."""
    address = server_url(url)
    if (value := key_for(address)) is None:
        raise fail(f"Nobody is signed in to {address}: inference login --url {address}")
    print(value)


@app.command()
@reporting
def logs(
    prediction_id: IdArgument,
    follow: Annotated[bool, typer.Option("-f", "--follow", help="Go on until the prediction has ended.")] = False,
    url: UrlOption = None,
) -> None:
    """Print the log of a prediction."""
    with Client(url) as client:
        text = client.get(prediction_id).logs
        if not follow:
            if text:
                print(text.rstrip("\n"))
            return
        _follow_logs(client, prediction_id)


def _follow_logs(client: Client, prediction_id: str) -> None:
    """Print the lines of a log as they come; the first snapshot's are in the log that the first status has."""
    shown = 0
    for event in client.watch(prediction_id):
        if isinstance(event, Log):
            print(event.line, flush=True)
            shown += 1
        elif isinstance(event, Status):
            lines = event.prediction.logs.splitlines()
            for line in lines[shown:]:
                print(line, flush=True)
            shown = max(shown, len(lines))


@predictions.command("list")
@reporting
def list_predictions(
    status: Annotated[
        list[str] | None, typer.Option("--status", help="Only those, such as succeeded; may come again.")
    ] = None,
    model: Annotated[str | None, typer.Option("--model", help="Only those of owner/name, or owner/name:3.")] = None,
    limit: Annotated[int, typer.Option("-n", "--limit", min=1, help="How many, newest first.")] = 20,
    as_json: JsonOption = False,
    url: UrlOption = None,
) -> None:
    """List your predictions, newest first."""
    statuses: Any = [each.upper() for each in status] if status else None
    with Client(url) as client:
        newest = itertools.islice(client.list(status=statuses, model=model), limit)
        if as_json:
            show_json([each.raw for each in newest])
        else:
            rows = (
                [each.id, each.status, each.version, local_time(each.created_at), _summary(each)] for each in newest
            )
            show_table(("id", "status", "version", "created", "result"), rows)


@predictions.command("show")
@reporting
def show_prediction(prediction_id: IdArgument, as_json: JsonOption = False, url: UrlOption = None) -> None:
    """Show a prediction as it stands."""
    with Client(url) as client:
        prediction = client.get(prediction_id)
    if as_json:
        show_json(prediction.raw)
        return
    metrics = prediction.metrics
    show_facts(
        [
            ("id", prediction.id),
            ("status", prediction.status),
            ("version", prediction.version),
            ("created", local_time(prediction.created_at)),
            ("seconds", f"{metrics.total_seconds:.2f}" if metrics.total_seconds is not None else ""),
            ("tokens/s", f"{metrics.tokens_per_second:.1f}" if metrics.tokens_per_second is not None else ""),
            ("seed", str(prediction.seed) if prediction.seed is not None else ""),
            ("error", f"{prediction.error.code}: {prediction.error.message}" if prediction.error else ""),
            ("input", compact(prediction.input)),
            *((f"file {file.index}", file.url) for file in prediction.files),
            (
                "output",
                ""
                if prediction.files
                else prediction.text or compact(prediction.raw["output"])
                if prediction.output
                else "",
            ),
        ]
    )


@predictions.command("rerun")
@reporting
def rerun_prediction(
    prediction_id: IdArgument,
    inputs: InputsOption = None,
    without: Annotated[
        list[str] | None, typer.Option("--without", help="A field of its input to leave out. May come again.")
    ] = None,
    version: Annotated[
        str | None, typer.Option("--version", help="Another version, as owner/name:3; the same one if left out.")
    ] = None,
    stream: StreamOption = False,
    output: OutputOption = None,
    detach: DetachOption = False,
    as_json: JsonOption = False,
    url: UrlOption = None,
) -> None:
    """Run a prediction again with the same seed and other values of some fields; Ctrl-C cancels the new one."""
    with Client(url) as client, ending_on_signals():
        overrides: dict[str, Any] = dict.fromkeys(without or [])
        if inputs:
            overrides |= parse(inputs, client.models.version(version or client.get(prediction_id).version).input_schema)
        submit = partial(client.rerun, prediction_id, overrides, version=version, idempotency_key=uuid4().hex)
        _run_to_end(client, submit, stream=stream, output=output, detach=detach, as_json=as_json)


@predictions.command("cancel")
@reporting
def cancel_prediction(prediction_id: IdArgument, as_json: JsonOption = False, url: UrlOption = None) -> None:
    """Cancel a prediction at its next token or step."""
    with Client(url) as client:
        prediction = client.cancel(prediction_id)
    if as_json:
        show_json(prediction.raw)
    elif prediction.ended and prediction.status != "CANCELED":
        raise fail(f"It had ended already, as {prediction.status}.")
    else:
        note("Canceled." if prediction.ended else "It is being canceled.")


@predictions.command("delete")
@reporting
def delete_prediction(prediction_id: IdArgument, url: UrlOption = None) -> None:
    """Delete a prediction with its input, output, files and logs; one that runs is canceled first."""
    with Client(url) as client:
        is_gone = client.delete(prediction_id)
    note("Deleted." if is_gone else "It is being canceled, and goes once it has stopped.")


@predictions.command("watch")
@reporting
def watch_prediction(
    prediction_id: IdArgument,
    output: Annotated[str | None, typer.Option("-o", "--output", help="Folder for output files.")] = None,
    as_json: JsonOption = False,
    url: UrlOption = None,
) -> None:
    """Follow a prediction to its end, from its beginning; Ctrl-C leaves it running."""
    with Client(url) as client:
        started = client.get(prediction_id)
        try:
            with ProgressView() as view:
                ended, has_text = _follow(client, started, view, stream=True, as_json=as_json)
        except KeyboardInterrupt:
            note(f"It goes on: inference predictions watch {started.id}")
            raise
        if ended.status != "SUCCEEDED":
            raise _failure(ended)
        if not as_json and not has_text:
            show_output(ended, output)


@models.command("list")
@reporting
def list_models(
    search: Annotated[str | None, typer.Argument(help="Text in the name or description.")] = None,
    owner: Annotated[str | None, typer.Option("--owner", help="Only those of this user.")] = None,
    tag: Annotated[str | None, typer.Option("--tag", help="Only those with this tag.")] = None,
    limit: Annotated[int, typer.Option("-n", "--limit", min=1, help="How many, newest first.")] = 50,
    as_json: JsonOption = False,
    url: UrlOption = None,
) -> None:
    """List public models and your own, newest first."""
    with Client(url) as client:
        newest = itertools.islice(client.models.list(owner=owner, search=search, tag=tag), limit)
        if as_json:
            show_json([each.raw for each in newest])
        else:
            rows = ([each.slug, each.kind, _state(each), _first_line(each.description)] for each in newest)
            show_table(("model", "kind", "state", "description"), rows)


@models.command("show")
@reporting
def show_model(slug: ModelArgument, as_json: JsonOption = False, url: UrlOption = None) -> None:
    """Show a model: what it takes, and its versions."""
    with Client(url) as client:
        model = client.models.get(slug.partition(":")[0])
        versions = client.models.versions(model.slug)
    if as_json:
        show_json({**model.raw, "versions": [version.raw for version in versions]})
        return
    show_facts(
        [
            ("model", model.slug),
            ("kind", model.kind),
            ("visibility", model.visibility),
            ("runs", str(model.run_count)),
            ("tags", ", ".join(model.tags)),
            ("description", _first_line(model.description)),
        ]
    )
    shown = next((each for each in versions if each.slug == slug), model.latest)
    if shown:
        print(f"\ninput of {shown.slug}")
        required = shown.input_schema.get("required", [])
        fields = shown.input_schema.get("properties", {})
        for name in sorted(fields, key=lambda name: fields[name].get("x-order", len(fields))):
            rule = fields[name]
            text = rule.get("description") or rule.get("title") or ""
            default = f" Default: {compact(rule['default'])}." if rule.get("default") is not None else ""
            print(f"  {name}  {text}{' Required.' if name in required else default}")
    print("\nversions")
    for version in versions:
        print(f"  {version.slug}  {version.state}  {version.reason or version.source}")


@models.command("create")
@reporting
def create_model(
    name: Annotated[str, typer.Argument(help="Name, unique among your models.")],
    kind: Annotated[str, typer.Option("--kind", help="text, image or custom.")],
    huggingface: HuggingFaceOption = None,
    folder: FolderOption = None,
    demo: DemoOption = None,
    predictor: PredictorOption = None,
    base: BaseOption = None,
    quantization: QuantizationOption = None,
    description: Annotated[str, typer.Option("--description", help="Markdown.")] = "",
    tags: Annotated[list[str] | None, typer.Option("--tag", help="A tag; may come again.")] = None,
    private: Annotated[bool, typer.Option("--private", help="Only you can see it.")] = False,
    wait: WaitOption = True,
    as_json: JsonOption = False,
    url: UrlOption = None,
) -> None:
    """Create a model and its first version; prints its name."""
    if kind not in KINDS:
        raise InputError(f"--kind {kind}: write one of {', '.join(KINDS)}.")
    given: Any = {
        "kind": KINDS[kind], "huggingface": huggingface, "folder": folder, "demo": demo, "predictor": predictor,
        "base": base, "quantization": quantization.upper() if quantization else None,
    }  # fmt: skip
    with Client(url) as client:
        visibility: Any = "PRIVATE" if private else "PUBLIC"
        model = client.models.create(name, description=description, tags=tags or [], visibility=visibility, **given)
        version = _prepared(client, f"{model.slug}:1") if wait else None
        if as_json:
            show_json(version.raw if version else model.raw)
        else:
            print(model.slug)


@models.command("publish")
@reporting
def publish_version(
    slug: ModelArgument,
    huggingface: HuggingFaceOption = None,
    folder: FolderOption = None,
    demo: DemoOption = None,
    predictor: PredictorOption = None,
    base: BaseOption = None,
    quantization: QuantizationOption = None,
    wait: WaitOption = True,
    as_json: JsonOption = False,
    url: UrlOption = None,
) -> None:
    """Publish a new version of one of your models; prints its name."""
    given: Any = {
        "huggingface": huggingface, "folder": folder, "demo": demo, "predictor": predictor, "base": base,
        "quantization": quantization.upper() if quantization else None,
    }  # fmt: skip
    with Client(url) as client:
        version = client.models.publish(slug, **given)
        if wait:
            version = _prepared(client, version.slug)
        if as_json:
            show_json(version.raw)
        else:
            print(version.slug)


def _prepared(client: Client, slug: str) -> Version:
    """A version once it is READY, shown meanwhile."""
    try:
        with ProgressView() as view:
            return client.models.wait(slug, on_progress=view.show_version)
    except KeyboardInterrupt:
        note(f"It goes on being prepared: inference models show {slug.partition(':')[0]}")
        raise


def _state(model: Model) -> str:
    return model.latest.state if model.latest else ""


def _summary(prediction: Prediction) -> str:
    if prediction.error:
        return _first_line(f"{prediction.error.code}: {prediction.error.message}")
    if prediction.files:
        return ", ".join(file.content_type for file in prediction.files)
    if prediction.text is not None:
        return _first_line(prediction.text)
    return _first_line(compact(prediction.raw["output"])) if prediction.output is not None else ""


def _first_line(text: str) -> str:
    return shortened(text, SHOWN_CHARACTERS)
