"""
From parsed events to chunks: the part that every dialect's stream decoder shares.

    bytes -> framing -> JSON object -> ChunkMachine (the dialect) -> chunks

A dialect writes a `ChunkMachine`: one method per thing that can arrive.  The decoder
around it (`_sse_stream.SSEStreamDecoder` for SSE) owns the rest, so that it is the
same for all: comments become `Keepalive`, empty data is skipped, faults become one
`StreamError` and the end, and what comes after the end is dropped and counted.

How a stream can end (acceptance case E05), and how to tell:

- complete: `StreamEnd(complete=True)`;
- unterminated: the bytes ended between two events, before the dialect's end.  The
  error is `TRUNCATED`, and a `ChoiceFinish` that stands before it says that the
  answer itself was whole;
- truncated: the bytes ended inside an event.  The error is `BROKEN_OFF`.

The last two are both `StreamError(stream_truncated), StreamEnd(complete=False)`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Literal

from modelwire.errors import ErrorInfo
from modelwire.ir._chunks import StreamChunk, StreamEnd, StreamError, StreamStart

if TYPE_CHECKING:
    from typing import Protocol

    from modelwire.ir._base import JSONObject

__all__ = [
    "BROKEN_OFF",
    "TRUNCATED",
    "ChunkMachine",
    "join_surrogates",
    "split_high_surrogate",
]

TRUNCATED: Final = ErrorInfo(
    kind="stream_truncated", message="the stream ended before its end was announced"
)
"""The bytes ended between two events."""

BROKEN_OFF: Final = ErrorInfo(
    kind="stream_truncated", message="the stream broke off inside an event"
)
"""The bytes ended inside an event."""


if TYPE_CHECKING:  # making a protocol costs as much at import as ten functions

    class Machine(Protocol):
        """What a dialect gives: one call per thing that can arrive."""

        started: bool
        """Whether `StreamStart` is out."""
        ended: bool
        """Whether `StreamEnd` is out."""
        failed: bool
        """Whether the end was not a complete one."""

        def event(
            self, name: str | None, data: JSONObject, out: list[StreamChunk]
        ) -> None:
            """Take an event whose data is a JSON object; append its chunks to *out*."""
            ...

        def sentinel(self, out: list[StreamChunk]) -> None:
            """Take the end marker that is no JSON (`[DONE]`)."""
            ...

        def eof(self, out: list[StreamChunk]) -> None:
            """Take the end of the bytes; must end the stream."""
            ...

        def fail(
            self, error: ErrorInfo, out: list[StreamChunk], raw: Any = None
        ) -> None:
            """End the stream with an error."""
            ...

        def error_from_body(self, body: bytes) -> ErrorInfo:
            """Read an error body that stands where a stream was expected."""
            ...


class ChunkMachine:
    """
    The state that every dialect's machine has, and the ways to end a stream.

    Args:
        keep_raw: Whether chunks carry the native event that they came from.

    Invariants:
        `StreamStart` is the first chunk; `StreamEnd` comes exactly once and last;
        nothing follows an error but `StreamEnd(complete=False)`.  An instance holds
        plain values only, so that it can be copied and pickled between two events.
    """

    def __init__(self, *, keep_raw: bool = True) -> None:
        self.keep_raw = keep_raw
        """Whether chunks carry the native event; `UnknownEvent` always does."""
        self.started = False
        """Whether `StreamStart` is out."""
        self.ended = False
        """Whether `StreamEnd` is out."""
        self.failed = False
        """Whether the end was not a complete one."""
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
        self,
        out: list[StreamChunk],
        *,
        complete: bool,
        terminator: Literal["event", "eof", "none"],
        raw: Any,
    ) -> None:
        self.ended = True
        self.failed = not complete
        out.append(StreamEnd(complete, terminator, raw))


def split_high_surrogate(text: str) -> tuple[str, str]:
    """
    Cut off a high surrogate at the end of a delta: its other half may come next.

    Some servers cut text between the two escapes of one character (mapping.md,
    encoder rule 9).  Test `not text.isascii()` before calling, which costs nothing.

    Args:
        text: The text of one delta.

    Returns:
        What can be given out now, and the high surrogate or `""`.
    """
    if "\ud800" <= text[-1:] <= "\udbff":
        return text[:-1], text[-1]
    return text, ""


def join_surrogates(high: str, text: str) -> str:
    """
    Put a held high surrogate before the next delta, and make one character of two.

    Args:
        high: What `split_high_surrogate` held back.
        text: The next delta of the same block.

    Returns:
        The text; a high surrogate without its other half stays as it is.
    """
    if "\udc00" <= text[:1] <= "\udfff":
        pair = 0x10000 + ((ord(high) - 0xD800) << 10) + (ord(text[0]) - 0xDC00)
        return chr(pair) + text[1:]
    return high + text
