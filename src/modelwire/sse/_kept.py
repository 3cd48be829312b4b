"""A bounded store for lines that are no part of any event."""

from __future__ import annotations

from typing import Final

__all__ = ["MAX_KEPT_LINES", "KeptLines"]

MAX_KEPT_LINES: Final = 1024
"""
Lines kept at most, whatever their length.

A second bound is needed because every kept line costs 41 bytes of object and slot
beside its text: with the default of 32 KiB of text a store holds at most
32 KiB + 1024 * 41 bytes = 73 KiB.
"""


class KeptLines:
    """
    The first lines of a stream, up to a number of bytes.

    The first and not the last ones, because the use is the error body that came
    in place of an event stream, and that begins with the line that matters.

    Invariants:
        The bytes held are at most *limit*; the line that passes it is cut, and
        nothing is kept after it.
    """

    __slots__ = ("_left", "_lines", "dropped")

    def __init__(self, limit: int) -> None:
        self._lines: list[bytes] = []
        self._left = limit
        self.dropped = 0

    def add(self, line: bytes) -> None:
        """
        Keep *line*, or as much of it as there is room for.

        Args:
            line: A line without its end.
        """
        if self.dropped or len(self._lines) >= MAX_KEPT_LINES:
            self.dropped += 1
            return
        if len(line) > self._left:
            self.dropped = 1
            line = line[: self._left]
            if not line:
                return
        self._left -= len(line)
        self._lines.append(line)

    def texts(self) -> tuple[str, ...]:
        """
        Give what was kept as text.

        Returns:
            The lines in order.  They are held as bytes because a single wide
            character would make CPython store a text at four bytes a character.
        """
        return tuple(line.decode("utf-8", "replace") for line in self._lines)
