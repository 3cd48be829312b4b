"""
What all recognisers of alike events share: the waiting, the credit, the bounds.

Events of a stream repeat nearly all bytes of the one before, and may be taken by them:
`_sse_alike` says why that is right, and does it for dialects whose events differ in
their text alone; a dialect whose events count has its own (`_stream_alike`).
`_sse_stream` asks whichever it is given before its scanner, and comes back to the
scanner and the machine with everything that is not alike.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from modelwire.ir._chunks import BlockStart

if TYPE_CHECKING:
    from modelwire.ir._base import JSONObject
    from modelwire.ir._chunks import StreamChunk

__all__ = ["END", "LONGEST", "Alike", "data_line"]

LONGEST: Final = 4096
"""Longer events are not learnt, and not waited for: what they repeat is not most."""

END: Final = b"\n\n"
"""What ends an event that may be alike: the end of its line, and a blank one."""


class Alike:
    """
    The base of a recogniser.

    Args:
        credit: How many events may be learnt that few are like, before nobody looks
            for alike ones until a new block begins.
    """

    __slots__ = ("_credit", "_most", "_taken", "ready")

    def __init__(self, credit: int) -> None:
        self._credit = credit
        self._most = credit
        self._taken = 0
        self.ready: bool = False
        """Whether there is something that an event can be like."""

    @property
    def trying(self) -> bool:
        """Whether it is worth while to look for alike events, one by one."""
        return self._credit > 0

    def take(
        self, data: bytes, position: int, stop: int, out: list[StreamChunk]
    ) -> int:
        """
        Take the next events, as long as they are alike.

        Args:
            data: A read.
            position: Where in it an event begins.
            stop: Where in it they must end at the latest.
            out: Where their chunks go.

        Returns:
            Where the last of them ends.
        """
        raise NotImplementedError  # pragma: no cover - every recogniser has it

    def event(
        self,
        name: str | None,
        payload: bytes,
        value: JSONObject,
        out: list[StreamChunk],
    ) -> None:
        """
        Let the machine take an event, and learn from what it did.

        Args:
            name: The event's SSE name.
            payload: Its data.
            value: Its data, parsed.
            out: Where its chunks go.
        """
        raise NotImplementedError  # pragma: no cover - every recogniser has it

    def begun(self, data: bytes, position: int) -> bytes:
        """
        Say whether a read breaks off in what may be an alike event.

        Args:
            data: A read.
            position: Where in it an event begins.

        Returns:
            What there is of the event; nothing if it is whole, or another one.
        """
        rest = data[position : position + LONGEST + 1]
        before = self._opening()
        size, count = len(before), len(rest)
        if count <= size:
            return rest if before.startswith(rest) else b""
        line = rest.find(b"\n", size)
        whole = 0 <= line < count - 1
        if whole or count > LONGEST or b"\r" in rest or not rest.startswith(before):
            return b""
        return rest

    def again(self, name: str | None, payload: bytes, out: list[StreamChunk]) -> bool:
        """
        Take an event that came in pieces, if it is alike.

        Args:
            name: The event's SSE name.
            payload: Its data.
            out: Where its chunk goes.

        Returns:
            Whether it was.
        """
        # Data of several lines is no piece of the bytes that it came in.
        if b"\n" in payload:
            return False
        whole = data_line(name) + payload + END
        return self.take(whole, 0, len(whole), out) > 0

    def forget(self) -> None:
        """Take note that something came that was no event as the others are."""
        self.ready = False

    def _opening(self) -> bytes:
        """Give the bytes that the next alike event begins with."""
        raise NotImplementedError  # pragma: no cover - every recogniser has it

    def _is_one(self, given: list[StreamChunk]) -> bool:
        """Say whether an event gave one chunk and no block, which is a new chance."""
        if any(type(chunk) is BlockStart for chunk in given):
            self._credit = self._most
            return False
        return len(given) == 1


def data_line(name: str | None) -> bytes:
    """Write what stands before the data of an event of this name."""
    if name is None:
        return b"data: "
    return b"event: %b\ndata: " % name.encode("utf-8", "replace")
