"""
The calls of an assistant message that wait for their answers, in their order.

Answers name their call by its id, or by its tool, or not at all.  Each is found in the
same time whatever the order of the answers and however many there are.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

__all__ = ["Call", "OpenCalls"]

Call: TypeAlias = tuple[str, str, str]
"""Source id, target id and source name."""

_ID, _NAME = 0, 2


class OpenCalls:
    """
    Finds calls by number and takes those that are answered out.

    Args:
        calls: The calls of one message.
    """

    __slots__ = ("_at", "_calls", "_ids", "_names", "_waits")

    def __init__(self, calls: Sequence[Call] = ()) -> None:
        self._calls = calls
        self._waits = [True] * len(calls)
        self._at = 0
        self._ids: dict[str, list[int]] | None = None
        self._names: dict[str, list[int]] | None = None

    def first(self) -> int | None:
        """Give the number of the first call that waits."""
        waits = self._waits
        while self._at < len(waits):
            if waits[self._at]:
                return self._at
            self._at += 1
        return None

    def of_id(self, call_id: str) -> int | None:
        """Give the number of the first call that waits and has this id."""
        number = self.first()
        if number is None or self.at(number)[_ID] == call_id:
            return number  # answers come in the order of the calls nearly always
        if self._ids is None:
            self._ids = self._numbers(_ID)
        return self._last(self._ids.get(call_id))

    def of_name(self, name: str) -> int | None:
        """Give the number of the first call that waits and is of this tool."""
        if self._names is None:
            self._names = self._numbers(_NAME)
        return self._last(self._names.get(name))

    def at(self, number: int) -> Call:
        """Give a call."""
        return self._calls[number]

    def take(self, number: int) -> Call:
        """Take out a call that is answered, and give it."""
        self._waits[number] = False
        return self._calls[number]

    def _numbers(self, field: int) -> dict[str, list[int]]:
        """Give the numbers of the calls by a field of theirs, the first one last."""
        found: dict[str, list[int]] = {}
        for number in range(len(self._calls) - 1, -1, -1):
            found.setdefault(self._calls[number][field], []).append(number)
        return found

    def _last(self, numbers: list[int] | None) -> int | None:
        """Give the last of *numbers* that waits; those behind it are forgotten."""
        while numbers:
            if self._waits[numbers[-1]]:
                return numbers[-1]
            numbers.pop()
        return None
