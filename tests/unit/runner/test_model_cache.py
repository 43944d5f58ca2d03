from __future__ import annotations

import threading
import time
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import pytest

from tests.unit.runner.cached_models import Model, context, lease_until_canceled, use
from workers.contract.context import CancelSignal
from workers.contract.failures import ModelLoadError
from workers.contract.predictor import Predictor, SetupContext
from workers.contract.protocol import Loading, Resident, VersionSpec
from workers.runner import model_cache as module
from workers.runner.model_cache import LoadAbandonedError, ModelCache

SECONDS = 60


class Loads:
    """A loader whose loads wait to be let through."""

    def __init__(self, *, open_: bool = True) -> None:
        self.models: list[Model] = []
        self.names: list[str] = []
        self.begun = threading.Semaphore(0)
        self.gate = threading.Event()
        self.error: BaseException | None = None
        if open_:
            self.gate.set()

    def __call__(self, spec: VersionSpec, context: SetupContext) -> Predictor:
        context.loading("read", 0, 10)
        self.names.append(spec.id)
        self.begun.release()
        assert self.gate.wait(SECONDS)
        if self.error is not None:
            raise self.error
        self.models.append(Model(spec))
        return self.models[-1]


def spec(name: str = "v", **options: Any) -> VersionSpec:
    return VersionSpec(name, "model", options=options)


def spread(pool: ThreadPoolExecutor, cache: ModelCache, version: VersionSpec, count: int) -> list[Future[Any]]:
    return [pool.submit(use, cache, version) for _ in range(count)]


def wait_for_users(cache: ModelCache, version: str, count: int) -> None:
    """Until so many predictions hold or await a version; they come through the cache's own lock."""
    while cache._current[version].users < count:
        threading.Event().wait(0.001)


def test_a_version_is_loaded_once_for_all_who_wait() -> None:
    loads = Loads(open_=False)
    cache = ModelCache(loads, budget=lambda: 100)
    with ThreadPoolExecutor(8) as pool:
        waiting = spread(pool, cache, spec(), 8)
        assert loads.begun.acquire(timeout=SECONDS)
        wait_for_users(cache, "v", 8)
        loads.gate.set()
        predictors = {future.result(SECONDS) for future in waiting}
    assert predictors == set(loads.models)
    assert len(loads.models) == 1
    assert use(cache, spec()) is loads.models[0]


def test_all_who_wait_hear_how_the_load_goes_latecomers_too() -> None:
    loads = Loads(open_=False)
    cache = ModelCache(loads, budget=lambda: 100)
    late, sink = context("late")
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(use, cache, spec())
        assert loads.begun.acquire(timeout=SECONDS)

        def lease_late() -> None:
            with cache.lease(spec(), late):
                pass

        second = pool.submit(lease_late)
        wait_for_users(cache, "v", 2)
        loads.gate.set()
        first.result(SECONDS)
        second.result(SECONDS)
    assert sink.messages == [Loading("late", "read", 0, 10)]


def test_a_failed_load_fails_all_who_wait_and_is_tried_again() -> None:
    loads = Loads(open_=False)
    loads.error = OSError("disk")
    cache = ModelCache(loads, budget=lambda: 100)
    with ThreadPoolExecutor(4) as pool:
        waiting = spread(pool, cache, spec(), 4)
        assert loads.begun.acquire(timeout=SECONDS)
        wait_for_users(cache, "v", 4)
        loads.gate.set()
        for future in waiting:
            with pytest.raises(ModelLoadError, match="OSError: disk") as failed:
                future.result(SECONDS)
            assert failed.value.code == "MODEL_UNAVAILABLE"
    loads.error = None
    assert use(cache, spec()) is loads.models[0]


def test_running_out_of_memory_in_a_load_has_its_own_code() -> None:
    loads = Loads()
    loads.error = MemoryError()
    with pytest.raises(ModelLoadError) as failed:
        use(ModelCache(loads, budget=lambda: 100), spec())
    assert failed.value.code == "OUT_OF_MEMORY"


def test_a_canceled_waiter_leaves_and_the_load_goes_on() -> None:
    loads = Loads(open_=False)
    cache = ModelCache(loads, budget=lambda: 100)
    canceled, _ = context()

    def wait() -> None:
        with cache.lease(spec(), canceled):
            pytest.fail("was canceled")

    with ThreadPoolExecutor(2) as pool:
        waiting = pool.submit(wait)
        assert loads.begun.acquire(timeout=SECONDS)
        canceled.cancel()
        cache.wake()
        with pytest.raises(CancelSignal):
            waiting.result(SECONDS)
        other = pool.submit(use, cache, spec())
        wait_for_users(cache, "v", 1)
        loads.gate.set()
        assert other.result(SECONDS) is loads.models[0]
    assert len(loads.models) == 1


def test_the_least_recently_used_goes_first() -> None:
    loads = Loads()
    unloaded: list[str] = []
    cache = ModelCache(loads, budget=lambda: 25, estimate=lambda s: 10, unloaded=unloaded.append)
    for name in ("a", "b", "a", "c"):
        use(cache, spec(name))
    assert unloaded == ["b"]
    assert cache.loaded_bytes == 20
    assert [m.spec.id for m in loads.models if m.gone.is_set()] == ["b"]


def test_room_is_made_before_the_load() -> None:
    seen: list[int] = []
    loads = Loads()

    def load(version: VersionSpec, setup: SetupContext) -> Predictor:
        seen.append(cache.loaded_bytes)
        return loads(version, setup)

    cache = ModelCache(load, budget=lambda: 10, estimate=lambda s: 10)
    use(cache, spec("a"))
    use(cache, spec("b"))
    assert seen == [0, 0]


def test_what_is_in_use_stays_and_the_excess_goes_when_it_is_free() -> None:
    loads = Loads()
    cache = ModelCache(loads, budget=lambda: 10)
    with cache.lease(spec("a"), context()[0]), cache.lease(spec("b"), context()[0]):
        assert cache.loaded_bytes == 20
        assert not any(model.gone.is_set() for model in loads.models)
    assert cache.loaded_bytes == 10


@pytest.mark.slow
def test_a_forgotten_version_goes_when_it_is_free_and_is_loaded_anew_for_others() -> None:
    loads = Loads()
    cache = ModelCache(loads, budget=lambda: 100)
    with cache.lease(spec(), context()[0]):
        cache.forget("v")
        cache.forget("v")
        assert not loads.models[0].gone.is_set()
        assert use(cache, spec()) is loads.models[1]
    assert loads.models[0].gone.wait(SECONDS)
    assert not loads.models[1].gone.is_set()
    cache.forget("v")
    assert loads.models[1].gone.wait(SECONDS)
    cache.forget("unknown")


def test_a_version_forgotten_while_it_loads_is_dropped_after_its_users() -> None:
    loads = Loads(open_=False)
    cache = ModelCache(loads, budget=lambda: 100)
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(use, cache, spec())
        assert loads.begun.acquire(timeout=SECONDS)
        cache.forget("v")
        loads.gate.set()
        assert waiting.result(SECONDS) is loads.models[0]
    assert loads.models[0].gone.is_set()
    assert cache.loaded_bytes == 0


def test_shrink_drops_all_that_is_idle() -> None:
    loads = Loads()
    cache = ModelCache(loads, budget=lambda: 100)
    use(cache, spec("idle"))
    with cache.lease(spec("used"), context()[0]):
        cache.shrink()
    assert [m.spec.id for m in loads.models if m.gone.is_set()] == ["idle"]


@pytest.mark.parametrize("how", ["error", "exit"])
def test_a_teardown_that_fails_is_logged_and_harms_nobody(caplog: pytest.LogCaptureFixture, how: str) -> None:
    loads = Loads()
    cache = ModelCache(loads, budget=lambda: 100)
    use(cache, spec(**{"bad teardown": how}))
    cache.shrink()
    assert "failed in its teardown" in caplog.text
    assert cache.loaded_bytes == 0


def test_models_with_weights_are_loaded_one_at_a_time_and_code_beside_them() -> None:
    loads = Loads(open_=False)
    cache = ModelCache(loads, budget=lambda: 100)
    with ThreadPoolExecutor(3) as pool:
        heavy = [pool.submit(use, cache, VersionSpec(name, "model", path="/models")) for name in ("a", "b")]
        assert loads.begun.acquire(timeout=SECONDS)
        while len(cache._current) < 2:
            threading.Event().wait(0.001)
        light = pool.submit(use, cache, spec("light"))
        while "light" not in loads.names:
            threading.Event().wait(0.001)
        assert sorted(loads.names) in (["a", "light"], ["b", "light"])
        loads.gate.set()
        for future in (*heavy, light):
            future.result(SECONDS)


def test_many_threads_over_few_places_never_meet_an_unloaded_model(monkeypatch: pytest.MonkeyPatch) -> None:
    # a full garbage collection each time would be most of the test
    monkeypatch.setattr(module, "free_memory", lambda: None)
    loads = Loads()
    cache = ModelCache(loads, budget=lambda: 20, estimate=lambda s: 10)

    def inside(predictor: Predictor) -> bool:
        assert isinstance(predictor, Model)
        return predictor.gone.is_set()

    with ThreadPoolExecutor(8) as pool:
        used = [pool.submit(use, cache, spec(f"v{n % 5}"), inside) for n in range(400)]
        assert not any(future.result(SECONDS) for future in used)
    assert cache.loaded_bytes <= 20
    assert sum(not model.gone.is_set() for model in loads.models) == cache.loaded_bytes // 10


@pytest.mark.parametrize("estimate", [0, 10])
def test_a_model_that_can_never_fit_fails_at_once_with_both_numbers(estimate: int) -> None:
    loads = Loads()
    cache = ModelCache(loads, budget=lambda: 5, estimate=lambda s: estimate)
    with pytest.raises(ModelLoadError, match="needs 10 bytes of memory, and at most 5 can") as failed:
        use(cache, spec())
    assert failed.value.code == "MODEL_UNAVAILABLE"
    assert len(loads.models) == (estimate == 0)
    assert all(model.gone.is_set() for model in loads.models)
    assert cache.loaded_bytes == 0


def test_a_load_waits_for_room_until_the_users_leave_and_says_so() -> None:
    loads = Loads()
    cache = ModelCache(loads, budget=lambda: 10, estimate=lambda s: 10)
    waiting, sink = context("waits")
    told = threading.Event()
    sink.put = lambda message: (sink.messages.append(message), told.set())  # type: ignore[method-assign]

    def lease() -> str:
        with cache.lease(spec("b"), waiting) as predictor:
            assert isinstance(predictor, Model)
            return predictor.spec.id

    with ThreadPoolExecutor(1) as pool:
        with cache.lease(spec("a"), context()[0]):
            later = pool.submit(lease)
            assert told.wait(SECONDS)
            assert sink.messages[0] == Loading("waits", "wait", 10, 10)
            assert not loads.models[0].gone.is_set()
        assert later.result(SECONDS) == "b"
    assert loads.models[0].gone.is_set()
    assert cache.evictions == 1


def test_a_load_that_nobody_waits_for_any_more_gives_up_its_place() -> None:
    loads = Loads()
    cache = ModelCache(loads, budget=lambda: 10, estimate=lambda s: 10)
    canceled, _ = context()

    def lease() -> None:
        with cache.lease(spec("b"), canceled):
            pytest.fail("was canceled")

    with ThreadPoolExecutor(1) as pool, cache.lease(spec("a"), context()[0]):
        later = pool.submit(lease)
        wait_for_users(cache, "b", 1)
        canceled.cancel()
        cache.wake()
        with pytest.raises(CancelSignal):
            later.result(SECONDS)
        while "b" in cache._current:
            threading.Event().wait(0.01)
    assert [model.spec.id for model in loads.models] == ["a"]
    assert use(cache, spec("b")) is loads.models[1]


@pytest.mark.slow
def test_a_load_is_not_starved_by_a_model_that_is_never_idle(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PATIENCE_SECONDS", 0.2)
    cache = ModelCache(Loads(), budget=lambda: 10, estimate=lambda s: 10)
    done = threading.Event()
    used = {"a": 0, "b": 0}

    def keep_using(name: str) -> None:
        while not done.is_set():
            use(cache, spec(name), lambda p: threading.Event().wait(0.02))
            used[name] += 1
            if cache.evictions >= 3:
                done.set()

    with ThreadPoolExecutor(8) as pool:
        # three of each overlap, so that neither model is ever idle by itself
        for future in [pool.submit(keep_using, name) for name in "aaabbb"]:
            future.result(SECONDS)
    assert min(used.values()) > 3


@pytest.mark.slow
def test_a_pinned_model_stays_and_leaves_less_room_for_others() -> None:
    loads = Loads()
    cache = ModelCache(loads, budget=lambda: 25, estimate=lambda s: int(s.options.get("bytes", 10)))
    use(cache, spec("pinned", pinned=True))
    for name in "abc":
        use(cache, spec(name))
    assert not loads.models[0].gone.is_set()
    assert cache.resident.versions == ["pinned", "c"]
    with pytest.raises(ModelLoadError, match="needs 20 bytes of memory, and at most 15 can"):
        use(cache, spec("large", bytes=20))
    cache.forget("pinned")
    assert loads.models[0].gone.wait(SECONDS)


def test_a_model_that_was_not_used_for_long_is_unloaded() -> None:
    loads = Loads()
    cache = ModelCache(loads, budget=lambda: 100, idle_seconds=0.2)
    use(cache, spec("pinned", pinned=True))
    with cache.lease(spec("used"), context()[0]):
        began = time.monotonic()
        use(cache, spec("idle"))
        assert loads.models[2].gone.wait(SECONDS)
        assert time.monotonic() - began >= 0.2
        assert not loads.models[1].gone.is_set()
    assert loads.models[1].gone.wait(SECONDS)
    assert not loads.models[0].gone.is_set()


def test_what_is_pinned_while_it_is_loaded_stays_until_it_is_unpinned() -> None:
    loads, told = Loads(), list[Resident]()
    cache = ModelCache(loads, budget=lambda: 25, estimate=lambda s: 10, changed=told.append)
    use(cache, spec("a"))
    cache.pin(["a", "not loaded"])
    assert (told[-1].pinned, told[-1].pinned_bytes) == (["a"], 10)
    for name in "bcd":
        use(cache, spec(name))
    assert cache.resident.versions == ["a", "d"]
    with pytest.raises(ModelLoadError, match="needs 20 bytes of memory, and at most 15 can"):
        use(cache, spec("large", bytes=20))
    cache.pin([])
    assert (told[-1].pinned, told[-1].pinned_bytes) == ([], 0)
    for name in "bc":
        use(cache, spec(name))
    assert loads.models[0].gone.is_set()
    assert cache.resident.versions == ["b", "c"]


def test_what_was_pinned_before_it_is_loaded_stays_though_it_is_idle() -> None:
    loads = Loads()
    cache = ModelCache(loads, budget=lambda: 100, idle_seconds=0.2)
    cache.pin(["pinned"])
    use(cache, spec("pinned"))
    use(cache, spec("idle"))
    assert loads.models[1].gone.wait(SECONDS)
    assert not loads.models[0].gone.is_set()
    cache.forget("pinned")
    assert loads.models[0].gone.wait(SECONDS)


def test_a_pinned_adapter_keeps_its_base_and_nobody_hears_that_others_on_it_were() -> None:
    loads = Loads()
    cache = ModelCache(loads, budget=lambda: 25, estimate=lambda s: 10)
    cache.pin(["one"])
    for name in ("one", "two"):
        use(cache, VersionSpec(name, "model", "/base", base="base", adapter=f"/{name}"))
    for name in "abc":
        use(cache, spec(name))
    assert (cache.resident.versions, cache.resident.pinned) == (["one", "two", "base", "c"], ["one", "base"])
    assert not loads.models[0].gone.is_set()


def test_who_asks_hears_what_is_loaded_whenever_that_changes() -> None:
    told: list[Resident] = []
    cache = ModelCache(Loads(), budget=lambda: 25, estimate=lambda s: 10, changed=told.append)
    for name in ("a", "b", "a", "c"):
        use(cache, spec(name))
    assert told == [
        Resident(["a"], 10, 25, 0),
        Resident(["a", "b"], 20, 25, 0),
        Resident(["a"], 10, 25, 1),
        Resident(["a", "c"], 20, 25, 1),
    ]


GRACE_SECONDS = 3.0


class Endless:
    """A loader whose loads of `endless` never end by themselves, and which may hear no stop."""

    def __init__(self, *, deaf: bool = False) -> None:
        self.deaf = deaf
        self.begun = threading.Semaphore(0)
        self.names: list[str] = []
        self.release = threading.Event()

    def __call__(self, spec: VersionSpec, context: SetupContext) -> Predictor:
        self.names.append(spec.id)
        if spec.id == "endless":
            self.begun.release()
            while not self.release.is_set():
                try:
                    time.sleep(0.01)
                except LoadAbandonedError:
                    if not self.deaf:
                        raise
        return Model(spec)


def with_files(name: str, **options: Any) -> VersionSpec:
    """A version whose load keeps others from loading."""
    return VersionSpec(name, "model", "/models/a", options)


def cancel_a_load(pool: ThreadPoolExecutor, cache: ModelCache, loads: Endless) -> None:
    """Have the endless model loaded for a prediction, which is canceled once that has begun."""
    canceled, _ = context()
    first = pool.submit(lease_until_canceled, cache, with_files("endless"), canceled)
    assert loads.begun.acquire(timeout=SECONDS)
    canceled.cancel()
    cache.wake()
    first.result(SECONDS)


@pytest.mark.usefixtures("fresh_heap")
def test_a_load_that_nobody_wants_is_ended_and_the_others_load() -> None:
    loads, stuck = Endless(), threading.Event()
    cache = ModelCache(loads, lambda: 100, grace_seconds=GRACE_SECONDS, stuck=lambda what: stuck.set())
    canceled, _ = context()
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(lease_until_canceled, cache, with_files("endless"), canceled)
        assert loads.begun.acquire(timeout=SECONDS)
        other = pool.submit(use, cache, with_files("other"))
        began = time.monotonic()
        canceled.cancel()
        cache.wake()
        first.result(SECONDS)
        assert isinstance(other.result(SECONDS), Model)
        assert time.monotonic() - began < GRACE_SECONDS
    assert not stuck.is_set()
    assert cache.resident.versions == ["other"]
    loads.release.set()
    assert isinstance(use(cache, with_files("endless")), Model), "whoever wants it later has it loaded anew"


def test_a_load_that_hears_no_stop_ends_the_process_within_the_grace() -> None:
    loads, stuck = Endless(deaf=True), threading.Event()
    cache = ModelCache(loads, lambda: 100, grace_seconds=GRACE_SECONDS, stuck=lambda what: stuck.set())
    with ThreadPoolExecutor(1) as pool:
        cancel_a_load(pool, cache, loads)
        assert stuck.wait(GRACE_SECONDS + 2)
        loads.release.set()


def test_a_load_that_somebody_wants_again_in_time_goes_on() -> None:
    loads, stuck = Endless(), threading.Event()
    cache = ModelCache(loads, lambda: 100, grace_seconds=GRACE_SECONDS, stuck=lambda what: stuck.set())
    with ThreadPoolExecutor(2) as pool:
        cancel_a_load(pool, cache, loads)
        again = pool.submit(use, cache, with_files("endless"))
        wait_for_users(cache, "endless", 1)
        assert not stuck.wait(1.5 * GRACE_SECONDS)
        loads.release.set()
        assert isinstance(again.result(SECONDS), Model)
    assert loads.names == ["endless"]


def test_who_waits_for_room_keeps_no_other_from_loading() -> None:
    loads, leave = Loads(), threading.Event()
    cache = ModelCache(loads, lambda: 100, estimate=lambda spec: int(spec.options["bytes"]))
    with ThreadPoolExecutor(3) as pool:
        holder = pool.submit(use, cache, with_files("holder", bytes=50), lambda predictor: leave.wait(SECONDS))
        assert loads.begun.acquire(timeout=SECONDS)
        large = pool.submit(use, cache, with_files("large", bytes=90))
        while "large" not in cache._current:
            threading.Event().wait(0.001)
        small = pool.submit(use, cache, with_files("small", bytes=20))
        assert isinstance(small.result(SECONDS), Model)
        assert not large.done()
        leave.set()
        assert isinstance(large.result(SECONDS), Model)
        assert holder.result(SECONDS)


def test_versions_with_adapters_share_the_model_of_their_base() -> None:
    loads, told = Loads(), []
    cache = ModelCache(loads, budget=lambda: 100, changed=told.append)
    base = spec("base", bytes=40)
    adapters = [VersionSpec(f"a{n}", "model", options=base.options, base="base", adapter=f"/a{n}") for n in range(4)]
    dropped: list[str] = []
    for version in (*adapters, base, *adapters):
        model = use(cache, version)
        model.drop_adapter = dropped.append
    assert loads.names == ["base"]
    assert loads.models[0].spec == base
    # Adapters are named too, so that those of deleted versions are forgotten
    assert cache.resident.versions == ["a0", "a1", "a2", "a3", "base"]
    assert cache.loaded_bytes == 40, "the base counts once"
    # What an adapter adds is counted behind its first use
    more = VersionSpec("a9", "model", options=base.options, base="base", adapter="/a9")
    use(cache, more, lambda model: model.spec.options.update(bytes=44))
    assert cache.loaded_bytes == 44
    cache.forget("a2")
    assert dropped == ["a2"]
    assert "a2" not in cache.resident.versions
    assert not loads.models[0].gone.is_set()


def test_what_was_loaded_with_former_variables_is_loaded_anew_and_ends_as_it_began() -> None:
    loads = Loads()
    cache = ModelCache(loads, budget=lambda: 100)
    former = VersionSpec("v", "model", secrets={"KEY": "a"}, variable_changes=1)
    newer = VersionSpec("v", "model", secrets={"KEY": "b"}, variable_changes=2)
    with cache.lease(former, context("p")[0]) as running:
        assert use(cache, newer) is loads.models[1] is not running
        assert not loads.models[0].gone.is_set()
        assert use(cache, former) is loads.models[1], "one that was claimed before the change runs with what is newer"
    assert loads.models[0].gone.wait(SECONDS)
    assert use(cache, newer) is loads.models[1]
    assert [each.spec.secrets for each in loads.models] == [{"KEY": "a"}, {"KEY": "b"}]
    idle = VersionSpec("v", "model", variable_changes=3)
    assert use(cache, idle) is loads.models[2]
    assert loads.models[1].gone.wait(SECONDS)
