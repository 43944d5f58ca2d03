"""How much of one kind may go on at once in this process."""

from __future__ import annotations

from collections import Counter


class ConcurrencyLimit:
    """Counts what is open at once, under a bound for all and one for each owner."""

    def __init__(self, most: int, most_of_one: int) -> None:
        self._most, self._most_of_one = most, most_of_one
        self._by_owner: Counter[str] = Counter()
        self.total = 0

    def acquire(self, owner: str) -> bool:
        """Count one more; False, and nothing counted, where a bound is reached."""
        if self.total >= self._most or self._by_owner[owner] >= self._most_of_one:
            return False
        self._by_owner[owner] += 1
        self.total += 1
        return True

    def release(self, owner: str) -> None:
        """Count one less; owners of nothing are forgotten."""
        self.total -= 1
        self._by_owner[owner] -= 1
        if self._by_owner[owner] <= 0:
            del self._by_owner[owner]

    def count_of(self, owner: str) -> int:
        """How many an owner has."""
        return self._by_owner.get(owner, 0)
