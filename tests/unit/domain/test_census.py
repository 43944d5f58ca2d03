from __future__ import annotations

from graph.websocket.census import Census


def test_nobody_has_more_than_one_may_and_all_not_more_than_all_may() -> None:
    census = Census(most=3, most_of_one=2)
    assert [census.enter("a") for _ in range(3)] == [True, True, False]
    assert [census.enter("b"), census.enter("c")] == [True, False]
    assert (census.total, census.of("a"), census.of("b"), census.of("c")) == (3, 2, 1, 0)


def test_who_leaves_makes_room_and_is_forgotten() -> None:
    census = Census(most=1, most_of_one=1)
    for owner in ("a", "b", "a"):
        assert census.enter(owner)
        census.leave(owner)
    assert census.total == 0
    assert census._of == {}
