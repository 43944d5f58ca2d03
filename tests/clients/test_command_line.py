"""The command `inference` against the real server: what it prints where, its exit codes, signals and pipes."""

from __future__ import annotations

import base64
import json
import os
import pty
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from inference_client import Client
from inference_client.cli.terminal import show_table
from typer.testing import CliRunner

from server.services.demo import YELLOW_STAR
from tests.conftest import LiveServer
from tests.support.command_line import CLIENT, COMMAND, CommandLine
from tests.support.operations import unique
from tests.support.rest import rest_token

TEXT = "to be or not to be"
SLOW = ("-i", "text=" + "word " * 300, "-i", "delay_seconds=0.05")
SHAPE = ("-i", "prompt=a red circle on a blue background", "-i", "steps=2", "-i", "seed=1")
PASSWORD = "correct horse battery"
REGISTER = "mutation ($input: RegisterInput!) { register(input: $input) { __typename } }"


@pytest.fixture(autouse=True, scope="module")
def no_proxy() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NO_PROXY", "*")
        yield


@pytest.fixture(scope="module")
def anybody(live_server: LiveServer, tmp_path_factory: pytest.TempPathFactory) -> CommandLine:
    """The command of a user whose predictions nobody counts."""
    command = CommandLine.at(live_server, tmp_path_factory.mktemp("home"))
    assert command("login", "--key", "-", given=rest_token(live_server.url)).exit_code == 0
    return command


@pytest.fixture
def inference(live_server: LiveServer, tmp_path: Path) -> CommandLine:
    """The command of a user who signed in."""
    command = CommandLine.at(live_server, tmp_path / "home")
    done = command("login", "--key", "-", given=rest_token(live_server.url))
    assert done.exit_code == 0, done.stderr
    return command


@pytest.fixture
def client(inference: CommandLine, live_server: LiveServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[Client]:
    """The same user's client: it reads what the command stored."""
    for name, value in inference.environment.items():
        monkeypatch.setenv(name, value)
    with Client() as client:
        yield client


def test_a_person_signs_in_and_only_a_key_is_stored(live_server: LiveServer, tmp_path: Path) -> None:
    command, handle = CommandLine.at(live_server, tmp_path), unique()
    with Client(live_server.url, "") as client:
        new = {"handle": handle, "email": f"{handle}@example.com", "password": PASSWORD}
        client.graphql(REGISTER, {"input": new})
    wrong = command("login", "--email", f"{handle}@example.com", given="wrong password\n")
    assert (wrong.exit_code, wrong.stdout) == (1, "")
    assert "password is wrong" in wrong.stderr
    done = command("login", "--email", f"{handle}@example.com", given=f"{PASSWORD}\n")
    assert (done.exit_code, done.stdout) == (0, "")
    stored = tmp_path / "inference" / "credentials.json"
    assert stored.stat().st_mode & 0o777 == 0o600
    assert stored.parent.stat().st_mode & 0o777 == 0o700
    assert PASSWORD not in stored.read_text()
    assert command("whoami").stdout == f"{handle} at {live_server.url}\n"
    assert command("key").stdout == json.loads(stored.read_text())["servers"][live_server.url]["key"] + "\n"
    # The key is that of this server alone
    elsewhere = CommandLine({**command.environment, "INFERENCE_URL": live_server.url.replace("127.0.0.1", "localhost")})
    assert elsewhere("whoami").exit_code == 1
    assert (elsewhere("key").exit_code, elsewhere("key").stdout) == (1, "")
    assert command("logout").exit_code == 0
    assert json.loads(stored.read_text())["servers"] == {}
    assert (command("logout").exit_code, command("whoami").exit_code) == (1, 1)


def test_the_result_alone_goes_to_the_standard_output(anybody: CommandLine, tmp_path: Path) -> None:
    done = anybody("run", "demo/echo", "-i", f"text={TEXT}")
    assert (done.exit_code, done.stdout, done.stderr) == (0, f"{TEXT}\n", "")
    assert anybody("run", "demo/echo", "-i", "text=@-", given=TEXT).stdout == f"{TEXT}\n"
    assert anybody("run", "demo/echo", "-i", "text=@@ home").stdout == "@ home\n"
    (tmp_path / "text.txt").write_text(TEXT)
    assert anybody("run", "demo/echo", "-i", f"text=@{tmp_path}/text.txt").stdout == f"{TEXT}\n"
    streamed = anybody("run", "demo/prose", "--stream", "-i", "prompt=The function returns", "-i", "max_new_tokens=8")
    assert (streamed.exit_code, streamed.stderr, streamed.stdout.endswith("\n")) == (0, "", True)
    whole = json.loads(anybody("run", "demo/echo", "-i", f"text={TEXT}", "--json").stdout)
    assert (whole["status"], whole["output"]) == ("SUCCEEDED", TEXT)
    lines = anybody("run", "demo/echo", "-i", f"text={TEXT}", "--stream", "--json").stdout.splitlines()
    events = [json.loads(line) for line in lines]
    assert "".join(event["text"] for event in events if event["event"] == "text") == TEXT
    assert events[-1]["prediction"]["output"] == TEXT


def test_files_in_and_out(anybody: CommandLine, tmp_path: Path) -> None:
    shown = anybody("run", "demo/shapes", *SHAPE)
    assert shown.stdout.startswith("http")
    saved = Path(anybody("run", "demo/shapes", *SHAPE, "-o", str(tmp_path / "pictures")).stdout.strip())
    assert (saved.parent, saved.suffix) == (tmp_path / "pictures", ".png")
    named = anybody("run", "demo/shapes", *SHAPE, "-o", str(tmp_path / "circle.png"))
    assert named.stdout == f"{tmp_path}/circle.png\n"
    written = anybody("run", "demo/shapes", *SHAPE, "-o", "-")
    assert written.stdout_bytes == saved.read_bytes() == (tmp_path / "circle.png").read_bytes()
    (tmp_path / "star.png").write_bytes(base64.b64decode(YELLOW_STAR))
    classes = anybody("run", "demo/naming", "-i", f"image=@{tmp_path}/star.png", "-i", "top_k=1")
    assert json.loads(classes.stdout)[0]["label"] == "yellow star"


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("run", "demo/echo", "-i", "text"), 2, "name=value"),
        (("run", "demo/echo", "-i", "text=@nowhere.txt"), 2, "nowhere.txt cannot be read"),
        (("run", "demo/echo"), 2, "/input/text"),
        (("run", "demo/prose", "-i", "prompt=a", "-i", "max_new_tokens=many"), 2, "/input/max_new_tokens"),
        (("run", "demo/nothing", "-i", "text=a"), 1, "demo/nothing"),
        (("run", "demo/echo", "-i", "text=It broke.", "-i", "fail=true"), 1, "It broke. Its log: inference logs"),
        (("run", "demo/echo", "-i", "text=a", "--url", "127.0.0.1:8000"), 1, "http://"),
        (("run", "demo/echo", "-i", "text=a", "--url", "http://127.0.0.1:1"), 1, "does not answer"),
        (("run", "demo/shapes", *SHAPE, "-o", "/dev/null/pictures"), 1, "/dev/null/pictures: Not a directory"),
        (("models", "create", "m", "--kind", "sound", "--predictor", "echo"), 2, "text, image, custom"),
        (("predictions", "show", "UHJlZGljdGlvbjow"), 2, "id"),
    ],
)
def test_what_goes_wrong_is_a_sentence_and_an_exit_code(
    anybody: CommandLine, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], code: int, said: str
) -> None:
    monkeypatch.setattr("inference_client.connection.FIRST_PATIENCE_SECONDS", 0.1)
    done = anybody(*arguments)
    assert (done.exit_code, done.stdout) == (code, "")
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_predictions_are_listed_shown_watched_and_canceled(inference: CommandLine, client: Client) -> None:
    ended = client.wait(client.submit("demo/echo", text=TEXT))
    failed = client.wait(client.submit("demo/echo", text="It broke.", fail=True))
    listed = inference("predictions", "list").stdout.splitlines()
    assert [line.split("\t")[:2] for line in listed] == [[failed.id, "FAILED"], [ended.id, "SUCCEEDED"]]
    only = json.loads(inference("predictions", "list", "--status", "succeeded", "-n", "1", "--json").stdout)
    assert [each["id"] for each in only] == [ended.id]
    assert f"output    {TEXT}" in inference("predictions", "show", ended.id).stdout
    assert json.loads(inference("predictions", "show", ended.id, "--json").stdout)["id"] == ended.id
    assert inference("predictions", "watch", ended.id).stdout == f"{TEXT}\n"
    assert inference("predictions", "watch", failed.id).exit_code == 1
    assert inference("logs", failed.id).stdout.rstrip("\n") == failed.logs.rstrip("\n")
    assert inference("logs", "-f", failed.id).stdout.rstrip("\n") == failed.logs.rstrip("\n")
    running = client.submit("demo/echo", text="word " * 300, delay_seconds=0.05)
    assert inference("predictions", "cancel", running.id).exit_code == 0
    assert client.wait(running).status == "CANCELED"
    assert inference("predictions", "cancel", ended.id).exit_code == 1
    assert inference("predictions", "delete", ended.id).exit_code == 0
    assert inference("predictions", "delete", ended.id).exit_code == 1


def test_what_is_run_has_a_priority(inference: CommandLine, client: Client, tmp_path: Path) -> None:
    made = inference("run", "demo/echo", "-i", "text=x", "--priority", "low", "--detach").stdout.strip()
    shown = client.graphql("query ($id: ID!) { prediction(id: $id) { priority } }", {"id": made})
    assert shown["prediction"]["priority"] == "LOW"
    assert inference("run", "demo/echo", "-i", "text=x", "--priority", "high").stdout == "x\n"
    rows = tmp_path / "rows.jsonl"
    rows.write_text('{"text": "x"}\n')
    batch = inference("batch", "create", "demo/echo", str(rows), "--priority", "low").stdout.strip()
    shown = client.graphql("query ($id: ID!) { batch(id: $id) { priority } }", {"id": batch})
    assert shown["batch"]["priority"] == "LOW"
    refused = inference("run", "demo/echo", "-i", "text=x", "--priority", "urgent")
    assert refused.exit_code == 2
    assert "urgent" in refused.stderr


def test_a_prediction_runs_again_with_changes(inference: CommandLine, client: Client, tmp_path: Path) -> None:
    old = client.wait(client.submit("demo/echo", text=TEXT, repeat=2))
    done = inference("predictions", "rerun", old.id)
    assert (done.exit_code, done.stdout) == (0, f"{old.output}\n")
    changed = inference("predictions", "rerun", old.id, "-i", "text=or not", "-i", "repeat=1", "--stream")
    assert (changed.exit_code, changed.stdout) == (0, "or not\n")
    alone = json.loads(inference("predictions", "rerun", old.id, "--without", "repeat", "--json").stdout)
    assert (alone["input"]["text"], alone["output"]) == (TEXT, TEXT)
    name = inference("predictions", "rerun", old.id, "--version", "demo/echo:1", "--detach").stdout.strip()
    assert client.wait(name).output == old.output
    for arguments, code, said in (
        (("-i", "text"), 2, "name=value"),
        (("-i", "repeat=many"), 2, "/input/repeat"),
        (("--without", "text"), 2, "/input/text"),
        (("--version", "demo/nothing:1"), 1, "demo/nothing"),
    ):
        refused = inference("predictions", "rerun", old.id, *arguments)
        assert (refused.exit_code, refused.stdout) == (code, "")
        assert said in refused.stderr
    assert inference("predictions", "rerun", "UHJlZGljdGlvbjow").exit_code == 2
    assert inference("predictions", "list", "-n", "9").stdout.count("SUCCEEDED") == 5


def test_models_are_created_published_shown_and_listed(inference: CommandLine) -> None:
    name = unique("m")
    made = inference("models", "create", name, "--kind", "custom", "--predictor", "echo", "--private", "--tag", "mine")
    slug = made.stdout.strip()
    assert (made.exit_code, slug.partition("/")[2]) == (0, name)
    assert inference("models", "publish", slug, "--predictor", "echo").stdout == f"{slug}:2\n"
    shown = inference("models", "show", slug).stdout
    assert f"{slug}:2  READY" in shown
    assert "  text  " in shown
    assert [line.split("\t")[0] for line in inference("models", "list", "--tag", "mine").stdout.splitlines()] == [slug]
    assert len(json.loads(inference("models", "show", slug, "--json").stdout)["versions"]) == 2
    refused = inference("models", "create", unique("m"), "--kind", "text", "--folder", "nothing")
    assert (refused.exit_code in (1, 2), refused.stdout) == (True, "")


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 130), pytest.param(signal.SIGTERM, 143, marks=pytest.mark.slow)]
)
def test_a_signal_cancels_what_runs_and_says_so(
    inference: CommandLine, client: Client, number: signal.Signals, code: int
) -> None:
    process = inference.start(
        "run", "demo/echo", "--stream", *SLOW, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.read(4) == "word"
    process.send_signal(number)
    _, said = process.communicate(timeout=30)
    (prediction,) = client.list()
    assert (process.returncode, said) == (
        code,
        f"Canceled; what was made so far is kept: inference predictions show {prediction.id}\n",
    )
    assert client.wait(prediction).status == "CANCELED"


def test_a_pipe_that_nobody_reads_ends_it_quietly(inference: CommandLine, client: Client) -> None:
    read, write = os.pipe()
    process = inference.start("run", "demo/echo", "--stream", *SLOW, stdout=write, stderr=subprocess.PIPE, text=True)
    os.close(write)
    assert os.read(read, 4)
    os.close(read)
    _, said = process.communicate(timeout=30)
    assert (process.returncode, said) == (141, "")
    (prediction,) = client.list()
    assert client.wait(prediction).status == "CANCELED"


def test_a_terminal_shows_steps_and_a_pipe_no_colours(anybody: CommandLine) -> None:
    command = CommandLine({**anybody.environment, "TERM": "xterm-256color"})
    leader, follower = pty.openpty()
    process = command.start("run", "demo/shapes", "-i", "prompt=a red circle", "-i", "steps=8",
                            stdout=subprocess.PIPE, stderr=follower)  # fmt: skip
    os.close(follower)
    said = b""
    try:
        while piece := os.read(leader, 65_536):
            said += piece
    except OSError:
        # The other end is closed
        pass
    os.close(leader)
    result, _ = process.communicate(timeout=60)
    assert process.returncode == 0
    assert b"step " in said
    assert b"\x1b[" in said
    assert result.startswith(b"http")
    assert b"\x1b" not in result


def test_a_list_is_aligned_for_people_and_has_tabs_for_programs(
    anybody: CommandLine, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    # Has 80 columns and no colours
    monkeypatch.setenv("TERM", "dumb")
    show_table(("model", "kind"), iter([("demo/echo", "CUSTOM"), ("a/b", "word " * 20)]))
    assert capsys.readouterr().out.splitlines() == [
        "model      kind", "demo/echo  CUSTOM", f"a/b        {('word ' * 20)[:68]}…"
    ]  # fmt: skip
    assert anybody("models", "list", "--owner", "demo", "-n", "1").stdout.count("\t") == 3


def test_the_server_s_command_has_the_same_subcommands(anybody: CommandLine) -> None:
    server = [sys.executable, "-m", "server.cli"]
    process = anybody.start(
        "run",
        "demo/echo",
        "-i",
        f"text={TEXT}",
        command=server,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.communicate(timeout=60) == (f"{TEXT}\n", "")
    from server.cli import app

    shown = CliRunner().invoke(app, ["--help"], env={"COLUMNS": "120"}).stdout
    assert all(f" {name} " in shown for name in ("serve", "worker", "run", "predictions", "models", "login"))
    assert shown.count("│ models ") == 1
    both = CliRunner().invoke(app, ["models", "--help"], env={"COLUMNS": "120"}).stdout
    assert all(f"│ {name} " in both for name in ("feature", "reports", "list", "create", "publish"))


def test_the_shell_completes_names_of_models(anybody: CommandLine) -> None:
    environment = {"_INFERENCE_COMPLETE": "complete_bash", "COMP_WORDS": "inference run demo/ec", "COMP_CWORD": "2"}
    command = CommandLine({**anybody.environment, **environment})
    process = command.start(command=COMMAND, stdout=subprocess.PIPE, text=True, cwd=CLIENT)
    said, _ = process.communicate(timeout=60)
    assert said.split() == ["demo/echo"]


def test_a_batch_from_its_rows_to_its_results(anybody: CommandLine, tmp_path: Path) -> None:
    rows = tmp_path / "rows.csv"
    rows.write_text('\ufefftext,repeat,fail\n"a, b",2,\n@home,1,\nIt broke.,1,true\n,1,\n')
    made = anybody("batch", "create", "demo/echo", str(rows), "--wait")
    assert made.exit_code == 1, made.output
    batch_id = made.stdout.strip()
    assert "COMPLETED: 4 in all, 2 succeeded, 1 failed, 1 invalid" in made.stderr
    items = [json.loads(line) for line in anybody("batch", "results", batch_id).stdout.splitlines()]
    assert [(item["index"], item["status"]) for item in items] == [
        (0, "SUCCEEDED"), (1, "SUCCEEDED"), (2, "FAILED"), (3, "INVALID")
    ]  # fmt: skip
    assert anybody("batch", "results", batch_id, "--outputs").stdout.splitlines()[1] == '"@home"'
    failed = [json.loads(line) for line in anybody("batch", "results", batch_id, "--failed").stdout.splitlines()]
    assert failed[0]["error"]["message"].endswith("It broke.")
    assert failed[1]["violations"][0]["path"] == "/input/text"
    again = anybody("batch", "retry", batch_id, "--wait", "--json")
    assert again.exit_code == 1
    assert json.loads(again.stdout)["counts"]["failed"] == 1
    shown = json.loads(anybody("batch", "show", batch_id, "--json").stdout)
    assert shown["counts"]["total"] == 4
    assert batch_id in anybody("batch", "list").stdout
    assert anybody("batch", "watch", batch_id).exit_code == 1


def test_a_batch_of_lines_is_named_and_canceled(anybody: CommandLine) -> None:
    lines = "\n".join(json.dumps({"text": "word " * 50, "delay_seconds": 0.1}) for _ in range(3)) + "\n\n"
    create = ("batch", "create", "demo/echo", "-", "--name", unique("rows"), "--concurrency", "1")
    made = anybody(*create, given=lines)
    assert made.exit_code == 0, made.output
    assert anybody(*create, given=lines).stdout == made.stdout
    canceled = anybody("batch", "cancel", made.stdout.strip())
    assert (canceled.exit_code, canceled.stdout) == (0, "")
    assert anybody("batch", "watch", made.stdout.strip()).exit_code == 1
    assert "CANCELED" in anybody("batch", "show", made.stdout.strip()).stdout
    assert anybody("batch", "cancel", made.stdout.strip()).exit_code == 0
    nothing = anybody("batch", "retry", made.stdout.strip())
    assert (nothing.exit_code, "Nothing failed" in nothing.stderr) == (1, True)
    deleted = anybody("batch", "delete", made.stdout.strip())
    assert (deleted.exit_code, deleted.stdout, deleted.stderr) == (0, "", "Deleted.\n")
    assert anybody("batch", "delete", made.stdout.strip()).exit_code == 1


@pytest.mark.parametrize(
    ("name", "rows", "message"),
    [
        ("a.jsonl", b'{"text": "a"}\n{"text": ', "line 2: it is no JSON"),
        ("a.jsonl", b"[1]", "line 1: a row is a JSON object"),
        ("a.jsonl", b"[" * 100_000, "nested too deep"),
        ("a.jsonl", b'{"text": "\xff"}', "no text in UTF-8"),
        ("a.csv", b"text\na,b\n", "line 2: it has more values than the head has names"),
        ("a.csv", b'text\n"a"b\n', "is no CSV"),
        ("a.jsonl", b"", "/inputs"),
    ],
)
def test_what_are_no_rows(anybody: CommandLine, tmp_path: Path, name: str, rows: bytes, message: str) -> None:
    (tmp_path / name).write_bytes(rows)
    refused = anybody("batch", "create", "demo/echo", str(tmp_path / name))
    assert (refused.exit_code, refused.stdout) == (2, ""), refused.output
    assert message in refused.stderr
    assert anybody("batch", "create", "demo/echo", str(tmp_path / "nothing")).exit_code == 2
    assert anybody("batch", "show", "nothing").exit_code in (1, 2)
