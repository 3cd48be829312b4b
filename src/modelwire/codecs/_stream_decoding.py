"""
From SSE bytes to chunks: the part that every SSE dialect shares.

    bytes -> Scanner (sse) -> JSON object -> ChunkMachine (the dialect) -> chunks

A dialect writes a `ChunkMachine`: one method per thing that can arrive.  This module
owns everything around it, so that it is the same for all: comments become
`Keepalive`, empty data is skipped, faults become one `StreamError` and the end, and
what comes after the end is dropped and counted.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Protocol

from modelwire.errors import ErrorInfo
from modelwire.ir._chunks import StreamChunk, StreamEnd, StreamError, StreamStart

if TYPE_CHECKING:
    from modelwire.ir._base import JSONObject

__all__ = ["ChunkMachine", "Machine"]

TRUNCATED: Final = ErrorInfo(
    kind="stream_truncated", message="the stream ended before its end was announced"
)


class Machine(Protocol):
    """What a dialect gives: one call per thing that can arrive."""

    ended: bool

    def event(self, name: str | None, data: JSONObject, out: list[StreamChunk]) -> None:
        """Take an event whose data is a JSON object; append its chunks to *out*."""

    def sentinel(self, out: list[StreamChunk]) -> None:
        """Take the end marker that is no JSON (`[DONE]`)."""

    def eof(self, out: list[StreamChunk]) -> None:
        """Take the end of the bytes; must end the stream."""

    def fail(self, error: ErrorInfo, out: list[StreamChunk], raw: Any = None) -> None:
        """End the stream with an error."""

    def error_from_body(self, body: bytes) -> ErrorInfo:
        """Read an error body that stands where a stream was expected."""


class ChunkMachine:
    """
    The state that every dialect's machine has, and the ways to end a stream.

    Invariants:
        `StreamStart` is the first chunk; `StreamEnd` comes exactly once and last;
        nothing follows an error but `StreamEnd(complete=False)`.
    """

    def __init__(self) -> None:
        self.started = False
        """Whether `StreamStart` is out."""
        self.ended = False
        """Whether `StreamEnd` is out."""
        self.next_index = 0
        """The number of the next block."""

    def start(
        self,
        out: list[StreamChunk],
        *,
        id: str | None = None,  # noqa: A002 - the field's name
        model: str | None = None,
        created: int | None = None,
        raw: Any = None,
    ) -> None:
        """Open the stream, once."""
        if not self.started:
            self.started = True
            out.append(StreamStart(id, model, created, raw))

    def new_index(self) -> int:
        """Give the number of a new block."""
        index = self.next_index
        self.next_index = index + 1
        return index

    def fail(self, error: ErrorInfo, out: list[StreamChunk], raw: Any = None) -> None:
        """End the stream with *error*."""
        if not self.ended:
            self.start(out, raw=raw)
            out.append(StreamError(error, raw))
            self._end(out, complete=False, terminator="none", raw=raw)

    def truncate(self, out: list[StreamChunk]) -> None:
        """End the stream because its bytes ended too early."""
        self.fail(TRUNCATED, out)

    def complete(
        self, out: list[StreamChunk], *, by_event: bool, raw: Any = None
    ) -> None:
        """End the stream as its dialect says a whole answer ends."""
        if not self.ended:
            self.start(out, raw=raw)
            self._end(
                out, complete=True, terminator="event" if by_event else "eof", raw=raw
            )

    def _end(
        self, out: list[StreamChunk], *, complete: bool, terminator: Any, raw: Any
    ) -> None:
        self.ended = True
        out.append(StreamEnd(complete, terminator, raw))
