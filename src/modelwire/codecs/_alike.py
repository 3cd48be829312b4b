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

__all__ = ["CRLF_END", "END", "LONGEST", "Alike", "data_line"]

LONGEST: Final = 4096
"""Longer events are not learnt, and not waited for: what they repeat is not most."""

END: Final = b"\n\n"
"""What ends an event that may be alike: the end of its line, and a blank one."""

CRLF_END: Final = b"\r\n\r\n"
"""The same where lines end in CRLF."""


class Alike:
    """
    The base of a recogniser.

    Args:
        credit: How many events may be learnt that few are like, before nobody looks
            for alike ones until a new block begins.
    """

    __slots__ = ("_credit", "_most", "_taken", "end", "ready")

    def __init__(self, credit: int) -> None:
        self._credit = credit
        self._most = credit
        self._taken = 0
        self.ready: bool = False
        """Whether there is something that an event can be like."""
        self.end: bytes = END
        """What ends an event of this stream: `END` or `CRLF_END`."""

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

    def refuse(self, data: bytes, position: int) -> None:
        """
        Take note that `take` left a whole event, so that nobody asks again.

        Args:
            data: A read.
            position: Where in it the event begins.
        """
        if data.startswith(self._opening(), position):
            self.ready = False

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
        # An event's name may make the opening itself longer than that.
        if count > LONGEST:
            return b""
        if count <= size:
            return rest if before.startswith(rest) else b""
        # The line may have its end.  A CR behind that would be the blank one.
        line = rest.rstrip(b"\r\n")
        ended = rest[len(line) :]
        if (
            line.find(b"\n", size) >= 0
            or b"\r" in line
            or not self.end[: len(self.end) // 2].startswith(ended)
            or not rest.startswith(before)
        ):
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
        line, opening = data_line(name), self._opening()
        # Data of several lines is no piece of the bytes that it came in.
        if (
            not opening.startswith(line)
            or not payload.startswith(opening[len(line) :])
            or b"\n" in payload
        ):
            return False
        whole = line + payload + self.end
        return self.take(whole, 0, len(whole), out) > 0

    def forget(self) -> None:
        """Take note that something came that was no event as the others are."""
        self.ready = False

    def _opening(self) -> bytes:
        """Give the bytes that the next alike event begins with."""
        raise NotImplementedError  # pragma: no cover - every recogniser has it

    def _is_one(self, given: list[StreamChunk]) -> bool:
        """Say whether an event gave one chunk and no block, which is a new chance."""
        if len(given) == 1 and type(given[0]) is not BlockStart:
            return True
        if BlockStart in map(type, given):
            self._credit = self._most
        return False


def data_line(name: str | None) -> bytes:
    """Write what stands before the data of an event of this name."""
    if name is None:
        return b"data: "
    return b"event: %b\ndata: " % name.encode("utf-8", "replace")
