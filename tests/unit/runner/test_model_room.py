"""How loaded models share the memory that they may fill."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.unit.runner.test_model_cache import SECONDS, Loads, Model, context, spec, use, wait_for_users
from workers.contract.context import CancelSignal
from workers.contract.failures import ModelLoadError
from workers.contract.protocol import Loading, Resident
from workers.runner import model_cache as module
from workers.runner.model_cache import ModelCache


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
