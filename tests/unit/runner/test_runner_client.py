from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from tests.unit.runner.running import SECONDS, Running, Starter, gone, make_gate, open_gate
from tests.unit.runner.sample_predictors import predictor
from workers.contract.protocol import Done, Forget, Inspected, Loading, Log, Output, Stop, VersionSpec
from workers.supervisor.runner_client import RunnerClient, RunnerFailedError, RunnerOptions, child_environment

ECHO = VersionSpec("echo version", "echo")
PARENT = """
import asyncio, sys
from workers.supervisor.runner_client import RunnerClient, RunnerOptions

async def main():
    client = await RunnerClient.start(RunnerOptions(preload=False), print)
    print(client.pid, flush=True)
    await asyncio.sleep(1000)

asyncio.run(main())
"""


async def test_a_runner_is_ready_with_its_catalogue_before_torch_is_imported(start: Starter) -> None:
    running = await start()
    assert running.client.ready.device == "cpu"
    catalogue = {entry["name"]: entry for entry in running.client.ready.predictors}
    assert {"text", "image", "echo", "sample"} <= set(catalogue)
    assert set(catalogue["text"]) == {
        "name",
        "kind",
        "input_schema",
        "output_schema",
        "digest",
        "at_once",
        "engines",
        "code",
        "sources",
    }
    running.run("p", {"do": "modules"})
    assert "torch" not in (await running.end("p")).output


async def test_the_supervisor_imports_no_torch_and_no_predictor() -> None:
    code = "import workers.supervisor.runner_client, sys; print(*sys.modules)"
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", code, stdout=subprocess.PIPE)
    out, _ = await process.communicate()
    loaded = out.decode().split()
    assert "workers.supervisor.runner_client" in loaded
    assert not [name for name in loaded if name.startswith(("torch", "workers.predictors"))]


async def test_a_prediction_runs_to_its_end(shared: Running) -> None:
    shared.run("echo", {"text": "two words", "repeat": 2}, ECHO)
    assert await shared.end("echo") == Done("echo")
    assert shared.text("echo") == "two words\ntwo words"


async def test_a_runner_sees_no_secret_and_is_offline(start: Starter, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (
        "DATABASE_URL",
        "REDIS_URL",
        "REDIS_HOST",
        "SECRET_KEY",
        "AWS_SECRET_ACCESS_KEY",
        "S3_BUCKET",
        "HF_TOKEN",
    ):
        monkeypatch.setenv(name, "secret")
    monkeypatch.setenv("TORCH_SHOW_CPP_STACKTRACES", "0")
    running = await start(enable_gpu=False)
    running.run("p", {"do": "environment"})
    seen = (await running.end("p")).output
    assert "secret" not in seen.values()
    assert seen["TORCH_SHOW_CPP_STACKTRACES"] == "0"
    offline = {"HF_HUB_OFFLINE": "1", "TRANSFORMERS_OFFLINE": "1", "HF_HUB_DISABLE_TELEMETRY": "1", "ENABLE_GPU": "0"}
    assert offline.items() <= seen.items()


def test_the_environment_is_an_allow_list() -> None:
    given = {"PATH": "/bin", "CUDA_VISIBLE_DEVICES": "0", "NVIDIA_X": "y", "MY_TOKEN": "t", "LD_PRELOAD": "x.so"}
    seen = child_environment(RunnerOptions(environment=given))
    assert {"PATH", "CUDA_VISIBLE_DEVICES", "NVIDIA_X"} <= set(seen)
    assert not {"MY_TOKEN", "LD_PRELOAD"} & set(seen)


def test_the_operator_lets_more_of_it_through_by_name() -> None:
    given = {
        "PYTORCH_CUDA_ALLOC_CONF": "x", "HTTPS_PROXY": "http://p", "OTHER": "o", "HF_HUB_OFFLINE": "0",
        "PYTHONPATH": "/p",
    }  # fmt: skip
    allowed = ("PYTORCH_*", "HTTPS_PROXY", "HF_HUB_OFFLINE", "ABSENT", "PYTHON*")
    seen = child_environment(RunnerOptions(environment=given, allowed=allowed))
    assert {"PYTORCH_CUDA_ALLOC_CONF": "x", "HTTPS_PROXY": "http://p", "HF_HUB_OFFLINE": "0"}.items() <= seen.items()
    assert not {"OTHER", "ABSENT"} & seen.keys()
    assert seen["PYTHONPATH"].endswith(":/p")


async def test_a_killed_runner_is_noticed_and_reaped(start: Starter) -> None:
    running = await start()
    os.kill(running.client.pid, signal.SIGKILL)
    assert await running.ended() == -signal.SIGKILL
    assert not psutil.pid_exists(running.client.pid)
    assert not await running.client.ping(1)
    with pytest.raises(RunnerFailedError, match="ended with code -9"):
        await running.client.inspect(ECHO, 1)
    running.client.kill()


async def test_a_segfault_takes_only_the_runner_and_what_was_said_before_arrives(start: Starter) -> None:
    running = await start()
    running.run("before", {"text": "hello"}, ECHO)
    await running.end("before")
    running.run("p", {"do": "segfault"})
    assert await running.ended() == -signal.SIGSEGV
    assert any("Segmentation fault" in line for line in running.client.output_tail)
    assert not any(isinstance(m, Done) for m in running.of("p"))


async def test_the_end_of_a_runner_ends_what_its_models_started(start: Starter) -> None:
    running = await start()
    running.run("p", {"do": "spawn"})
    stray = (await running.end("p")).output
    os.kill(running.client.pid, signal.SIGKILL)
    await running.ended()
    await gone(stray)


async def test_a_runner_dies_with_its_supervisor_even_when_it_can_run_no_code() -> None:
    parent = await asyncio.create_subprocess_exec(sys.executable, "-c", PARENT, stdout=subprocess.PIPE)
    assert parent.stdout is not None
    pid = int((await parent.stdout.readline()).split()[-1])
    os.kill(pid, signal.SIGSTOP)
    parent.kill()
    await parent.wait()
    await gone(pid)


async def test_a_runner_whose_parent_died_first_leaves() -> None:
    ours, theirs = socket.socketpair()
    command = [sys.executable, "-m", "workers.runner.main", str(theirs.fileno()), "--parent", "1"]
    with ours, theirs:
        process = await asyncio.create_subprocess_exec(*command, pass_fds=[theirs.fileno()])
        assert await asyncio.wait_for(process.wait(), SECONDS) == 0


async def test_stop_lets_the_runner_leave_by_itself(start: Starter) -> None:
    running = await start()
    running.run("p", {"do": "swallow"})
    await running.seen("p", Output)
    assert await running.client.stop() == 0


async def test_stop_kills_a_runner_that_does_not_leave(start: Starter) -> None:
    running = await start()
    os.kill(running.client.pid, signal.SIGSTOP)
    assert await running.client.stop(grace_seconds=0.05) == -signal.SIGKILL


async def test_a_runner_leaves_when_its_socket_ends(start: Starter) -> None:
    running = await start()
    running.client._hang_up()
    assert await running.ended() == 0


async def test_ping_is_answered_while_models_run_and_load(shared: Running, tmp_path: Path) -> None:
    gate = make_gate(tmp_path)
    version = VersionSpec("gate for ping", "gated", options={"gate": str(gate)})
    shared.run("loading", {}, version)
    shared.run("running", {"do": "swallow"})
    await shared.seen("running", Output)
    await shared.seen("loading", Loading)
    assert await shared.client.ping(30)
    shared.cancel("loading")
    shared.cancel("running")
    await shared.end("loading")
    await shared.end("running")
    open_gate(gate, "go")
    shared.client.send(Forget(version.id))


async def test_a_stopped_runner_does_not_answer_a_ping(start: Starter) -> None:
    running = await start()
    os.kill(running.client.pid, signal.SIGSTOP)
    assert not await running.client.ping(0.05)


async def test_inspect_gives_schemas_facts_or_a_refusal(shared: Running) -> None:
    found = await shared.client.inspect(VersionSpec("i", "sample", options={"a": 1}), 30)
    assert found.info["options"] == {"a": 1}
    assert found.refusal is None
    unknown = await shared.client.inspect(VersionSpec("u", "nobody"), 30)
    assert unknown == Inspected("u", refusal="This runner has no predictor 'nobody'.")
    broken = await shared.client.inspect(VersionSpec("b", "sample", options={"crash": 1}), 30)
    assert broken.refusal == "It could not be inspected: KeyError: 'inspection'"


async def test_two_inspections_of_one_version_are_both_answered(shared: Running) -> None:
    spec = VersionSpec("twice", "echo")
    first, second = await asyncio.gather(shared.client.inspect(spec, 30), shared.client.inspect(spec, 30))
    assert first.input_schema == second.input_schema != {}


async def test_an_inspection_that_hangs_holds_up_no_other(start: Starter) -> None:
    running = await start()
    with pytest.raises(TimeoutError):
        await running.client.inspect(VersionSpec("hangs", "sample", options={"hang": True}), 0.05)
    found = await running.client.inspect(VersionSpec("next", "sample", options={"a": 1}), 30)
    assert found.info["options"] == {"a": 1}


async def test_inspect_without_an_answer_times_out(start: Starter) -> None:
    running = await start()
    os.kill(running.client.pid, signal.SIGSTOP)
    with pytest.raises(TimeoutError):
        await running.client.inspect(ECHO, 0.05)


async def test_a_runner_that_cannot_start_says_why() -> None:
    with pytest.raises(RunnerFailedError, match="CUDA"):
        await RunnerClient.start(RunnerOptions(enable_gpu=False, require_gpu=True, preload=False), print)


async def test_a_runner_starts_without_what_is_no_predictor_and_says_why(start: Starter) -> None:
    reasons = {predictor("NotOne"): "no subclass of Predictor", "nowhere:X": "No module named 'nowhere'"}
    running = await start(extra_predictors=(*reasons, predictor("Sample")))
    broken = running.client.ready.broken_predictors
    assert list(broken) == list(reasons)
    assert all(reason in broken[name] for name, reason in reasons.items())


async def test_a_runner_that_is_not_ready_in_time_is_killed() -> None:
    with pytest.raises(RunnerFailedError, match="was not ready"):
        await RunnerClient.start(RunnerOptions(ready_timeout_seconds=0, preload=False), print)


async def test_a_runner_that_sends_garbage_is_killed(start: Starter) -> None:
    running = await start()
    running.run("p", {"do": "garbage"})
    assert await running.ended() == -signal.SIGKILL


async def test_a_message_that_the_supervisor_cannot_handle_does_not_stop_the_rest(start: Starter) -> None:
    running = await start()
    original, running.client._on_message = running.on_message, lambda m: 1 / 0
    running.run("lost", {"text": "x"}, ECHO)
    assert await running.client.ping(30)
    running.client._on_message = original
    running.run("p", {"text": "x"}, ECHO)
    assert await running.end("p") == Done("p")


async def test_what_a_model_prints_is_in_the_log_of_its_prediction_alone(start: Starter) -> None:
    running = await start()
    running.run("p", {"do": "print"})
    await running.end("p")
    await running.client.stop()
    assert [m for m in running.of("p") if isinstance(m, Log)] == [Log("p", "printed by a model")]
    assert "printed by a model" not in running.client.output_tail


async def test_stop_message_alone_ends_the_runner(start: Starter) -> None:
    running = await start()
    running.client.send(Stop())
    assert await running.ended() == 0


@pytest.mark.skipif(Path("/dev/nvidiactl").exists(), reason="there is a GPU")
async def test_a_runner_that_was_given_a_gpu_does_not_start_without_one() -> None:
    environment = {**os.environ, "CUDA_VISIBLE_DEVICES": "1"}
    with pytest.raises(RunnerFailedError, match="torch finds no CUDA device 1 here"):
        await RunnerClient.start(RunnerOptions(require_gpu=True, preload=False, environment=environment), print)
