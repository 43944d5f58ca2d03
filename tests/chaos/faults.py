"""The faults, by lane: those of one lane come one after the other, those of different lanes at the same time."""

from __future__ import annotations

import asyncio
import signal
import time
from contextlib import suppress

import psutil

from server.adapters.redis_calls import REDIS_ERRORS
from tests.chaos.cluster import APIS, LEASE_SECONDS, WORKERS
from tests.chaos.losses import lose_ack, lose_append, lose_claim, lose_commit, lose_enqueue, lose_finish
from tests.chaos.scene import Fault, Scene


async def kill_worker(scene: Scene) -> None:
    """kill -9: all of it, its master alone, or its supervisor alone."""
    cluster, name = scene.cluster, scene.rng.choice(WORKERS)
    supervisor = cluster.supervisor(name)
    pid = supervisor.pid if supervisor else None
    began = time.time()
    match scene.rng.choice(("family", "master", "supervisor")):
        case "supervisor" if supervisor is not None:
            supervisor.kill()
            # Dramatiq's master ends when its only process does
            await asyncio.to_thread(cluster.live.processes.pop(name).wait, 30)
        case "master":
            cluster.family(name)
            cluster.live.processes[name].kill()
            cluster.live.processes.pop(name).wait()
        case _:
            cluster.kill(name)
    scene.note("worker killed", began, pid)
    await asyncio.sleep(scene.rng.uniform(0, 1))
    cluster.start(name)
    await cluster.ready(name)


async def kill_runner(scene: Scene) -> None:
    """kill -9 of the process that holds the models."""
    name = scene.rng.choice(WORKERS)
    runner, supervisor = scene.cluster.runner(name), scene.cluster.supervisor(name)
    if runner is not None and supervisor is not None:
        began = time.time()
        with suppress(psutil.NoSuchProcess):
            runner.kill()
        scene.note("runner killed", began, supervisor.pid)


async def freeze_worker(scene: Scene) -> None:
    """A whole worker stops past its lease and wakes up as a zombie that believes its predictions are still its own."""
    name = scene.rng.choice(WORKERS)
    supervisor = scene.cluster.supervisor(name)
    await _freeze(scene, "worker frozen", scene.cluster.family(name), supervisor)


async def freeze_supervisor(scene: Scene) -> None:
    """The supervisor stops past its lease while its runner works on: all results wait for it when it wakes."""
    supervisor = scene.cluster.supervisor(scene.rng.choice(WORKERS))
    await _freeze(scene, "supervisor frozen", [supervisor] if supervisor else [], supervisor)


async def _freeze(scene: Scene, name: str, frozen: list[psutil.Process], supervisor: psutil.Process | None) -> None:
    began = time.time()
    for process in frozen:
        with suppress(psutil.NoSuchProcess):
            process.suspend()
    scene.note(name, began, supervisor.pid if supervisor else None)
    await asyncio.sleep(LEASE_SECONDS + scene.rng.uniform(0.5, 2.5))
    for process in reversed(frozen):
        with suppress(psutil.NoSuchProcess):
            process.resume()


async def freeze_runner(scene: Scene) -> None:
    """A runner that answers nothing any more is killed and replaced, although nobody cancels."""
    name = scene.rng.choice(WORKERS)
    runner, supervisor = scene.cluster.runner(name), scene.cluster.supervisor(name)
    if runner is None or supervisor is None:
        return
    began = time.time()
    with suppress(psutil.NoSuchProcess):
        runner.suspend()
    async with asyncio.timeout(30):
        while runner.is_running() and runner.status() != psutil.STATUS_ZOMBIE:
            await asyncio.sleep(0.1)
    scene.note("runner frozen", began, supervisor.pid)


async def roll_worker(scene: Scene) -> None:
    """SIGTERM under load: what does not end in time is handed back."""
    name, began = scene.rng.choice(WORKERS), time.time()
    supervisor = scene.cluster.supervisor(name)
    await scene.cluster.stop(name)
    scene.note("worker rolled", began, supervisor.pid if supervisor else None)
    scene.cluster.start(name)
    await scene.cluster.ready(name)


async def roll_api(scene: Scene) -> None:
    """SIGTERM of an API with subscribers."""
    name, began = scene.rng.choice(APIS), time.time()
    await scene.cluster.stop(name)
    scene.note("API rolled", began)
    scene.cluster.start(name)
    await scene.cluster.ready(name)


async def kill_api(scene: Scene) -> None:
    """kill -9 of an API."""
    name, began = scene.rng.choice(APIS), time.time()
    scene.cluster.kill(name)
    scene.note("API killed", began)
    scene.cluster.start(name)
    await scene.cluster.ready(name)


async def crash_model(scene: Scene) -> None:
    """A model that aborts its process, three times: it alone fails, its neighbours run again."""
    began = time.time()
    asked = await scene.load.ask("crash", {}, "FAILED", code="WORKER_LOST")
    await scene.load.watch(asked, 1, None)
    scene.note("model crashes", began, count=3)


async def spin_model(scene: Scene) -> None:
    """A model in C code that hears no cancel, and keeps every other thread of its process from running."""
    began = time.time()
    asked = await scene.load.ask("spin", {}, "CANCELED", cancel=True)
    watching = asyncio.create_task(scene.load.watch(asked, 1, None))
    await asyncio.sleep(scene.rng.uniform(0.5, 1.5))
    await scene.load.cancel(asked)
    await watching
    scene.note("model spins", began)


async def create_at_once(scene: Scene) -> None:
    """Fifty creates with one key make one row and fifty equal answers."""
    began, load = time.time(), scene.load
    ids = set(await asyncio.gather(*(load.ask_again("count", {"last": 3}, "fifty") for _ in range(50))))
    if len(ids) != 1:
        load.problems.append(f"fifty creates with one key made {len(ids)} predictions")
    await load.adopt(ids.pop(), "0 1 2 ")
    scene.note("50 creates, one key", began)


async def flush_redis(scene: Scene) -> None:
    """FLUSHALL."""
    began = time.time()
    with suppress(*REDIS_ERRORS):
        async with scene.cluster.cache() as cache:
            await cache.flushall()
        scene.note("Redis flushed", began)


async def kill_redis(scene: Scene) -> None:
    """kill -9 of Redis, which is away for a while."""
    began, child = time.time(), scene.cluster.redis
    child.send(signal.SIGKILL)
    child.end()
    await asyncio.sleep(scene.rng.uniform(0.5, 3))
    child.start()
    scene.note("Redis killed", began)


async def stall_redis(scene: Scene) -> None:
    """Redis takes connections and answers nothing."""
    began, child = time.time(), scene.cluster.redis
    child.send(signal.SIGSTOP)
    await asyncio.sleep(scene.rng.uniform(1, 3))
    child.send(signal.SIGCONT)
    scene.note("Redis stalled", began)


async def cut_redis(scene: Scene) -> None:
    """Every line to Redis breaks, and for a while no new one is let in."""
    began, proxies = time.time(), scene.cluster.proxies.of("redis")
    for proxy in proxies:
        proxy.down()
    await asyncio.sleep(scene.rng.uniform(0, 2))
    for proxy in proxies:
        proxy.up()
    scene.note("Redis cut off", began)


async def kill_pubsub(scene: Scene) -> None:
    """The connections that wake-ups come over are killed, again and again."""
    for _ in range(4):
        began = time.time()
        with suppress(*REDIS_ERRORS):
            async with scene.cluster.cache() as cache:
                await cache.execute_command("CLIENT", "KILL", "TYPE", "pubsub")
            scene.note("pub/sub killed", began)
        await asyncio.sleep(scene.rng.uniform(0.1, 0.8))


async def terminate_connections(scene: Scene) -> None:
    """PostgreSQL ends every connection."""
    for _ in range(3):
        began = time.time()
        async with scene.cluster.database() as connection:
            await connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'"
            )
        scene.note("PostgreSQL connections ended", began)
        await asyncio.sleep(scene.rng.uniform(0.1, 1))


async def restart_postgres(scene: Scene) -> None:
    """An immediate stop, as when the power goes, and a start that has to recover."""
    began, child = time.time(), scene.cluster.postgres
    child.send(signal.SIGQUIT)
    async with asyncio.timeout(20):
        while child.is_running:
            await asyncio.sleep(0.02)
    child.end()
    await asyncio.sleep(scene.rng.uniform(0, 1))
    # It looks for what is left of the old one first, which takes its time
    await asyncio.to_thread(child.start)
    await scene.cluster.answers()
    scene.note("PostgreSQL restarted", began)


async def stall_database_of_worker(scene: Scene) -> None:
    """What a worker says to PostgreSQL comes when its leases have run out: a finish that is too late."""
    name = scene.rng.choice(WORKERS)
    supervisor, proxy = scene.cluster.supervisor(name), scene.cluster.proxies.all[f"{name}/db"]
    began = time.time()
    proxy.stall()
    scene.note("worker's database stalled", began, supervisor.pid if supervisor else None)
    await asyncio.sleep(LEASE_SECONDS + scene.rng.uniform(0.5, 2))
    proxy.flow()


LANES: dict[str, tuple[int, tuple[Fault, ...]]] = {
    "workers": (2, (kill_worker, freeze_supervisor, kill_runner, freeze_worker, roll_worker, freeze_runner)),
    "models": (1, (crash_model, spin_model, create_at_once)),
    "redis": (3, (flush_redis, lose_enqueue, kill_redis, lose_append, kill_pubsub, lose_ack, stall_redis, cut_redis)),
    "postgres": (2, (lose_finish, restart_postgres, lose_commit, stall_database_of_worker, lose_claim,
                     terminate_connections)),
    "apis": (1, (roll_api, kill_api)),
}  # fmt: skip


def drawn(seed: int) -> dict[str, list[Fault]]:
    """The faults of a seed: each lane goes round, so that three seeds in a row have had all of them."""
    return {name: [faults[(seed * count + n) % len(faults)] for n in range(count)]
            for name, (count, faults) in LANES.items()}  # fmt: skip


async def inject(scene: Scene, lane: list[Fault]) -> None:
    """The faults of one lane, with pauses between them."""
    for fault in lane:
        await asyncio.sleep(scene.rng.uniform(0.3, 1.5))
        await fault(scene)
