"""How many of something there are: in all, and of each owner; nobody gets more than allowed."""

from __future__ import annotations

from collections import Counter


class Census:
    """Counts what is open, under a bound for all and one for each owner."""

    def __init__(self, most: int, most_of_one: int) -> None:
        self._most, self._most_of_one = most, most_of_one
        self._of: Counter[str] = Counter()
        self.total = 0

    def enter(self, owner: str) -> bool:
        """Count one more; False where there are as many as may be, and then it is not counted."""
        if self.total >= self._most or self._of[owner] >= self._most_of_one:
            return False
        self._of[owner] += 1
        self.total += 1
        return True

    def leave(self, owner: str) -> None:
        """Count one less; owners of nothing are forgotten."""
        self.total -= 1
        self._of[owner] -= 1
        if self._of[owner] <= 0:
            del self._of[owner]

    def of(self, owner: str) -> int:
        """How many an owner has."""
        return self._of.get(owner, 0)
