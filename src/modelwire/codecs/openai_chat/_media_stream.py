"""
Streams of the image and audio operations: what they share, both ways.

Their events name themselves (`type`), each is a chunk of its own, and there are no
blocks.  A machine reads them under the rules of `SSEStreamDecoder`;
`MediaStreamEncoder` writes them.  A stream is complete when its final event has come
and the bytes end, or `[DONE]` comes: OpenAI sends that where it was recorded, and
nobody promises it.

Source:
    wire/modalities.md sections 2 and 3, and the recorded case
    ruby_llm__transcription-…-returns-the-final-transcription, read 2026-11-21.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final, Generic, Protocol, TypeVar, cast

from modelwire.codecs._base import COLLECT
from modelwire.codecs._json import dumps_str
from modelwire.codecs._loss_gate import LossGate
from modelwire.codecs._losses import LossLog
from modelwire.codecs._sse_stream import SSEStreamDecoder
from modelwire.codecs._stream_decoding import TRUNCATED, ChunkMachine
from modelwire.codecs.openai_chat._errors import (
    decode_error,
    decode_error_object,
    encode_error_object,
)
from modelwire.codecs.openai_chat._wire import DIALECT
from modelwire.errors import StateError
from modelwire.ir._chunks import Keepalive, StreamEnd, StreamError, UnknownEvent
from modelwire.sse import comment, encode

if TYPE_CHECKING:
    from modelwire.codecs._base import LossPolicy
    from modelwire.codecs._limits import Limits
    from modelwire.errors import ErrorInfo
    from modelwire.ir._base import JSONObject
    from modelwire.ir._losses import Loss

__all__ = [
    "SSE_TYPE",
    "MediaMachine",
    "MediaStreamDecoder",
    "MediaStreamEncoder",
    "sse_decoder",
]

SSE_TYPE: Final = "text/event-stream"
"""The content type of events."""

ChunkT = TypeVar("ChunkT")


class MediaStreamDecoder(Protocol[ChunkT]):
    """Turns the bytes of a stream into chunks; never raises because of them."""

    @property
    def failed(self) -> bool:
        """Whether the stream ended incomplete; what comes after it is dropped."""
        ...

    @property
    def trailing_bytes(self) -> int:
        """How many bytes came after the end and were dropped."""
        ...

    def feed(self, data: bytes) -> list[ChunkT]:
        """Take bytes in any split and give the chunks that they complete."""
        ...

    def close(self) -> list[ChunkT]:
        """Take the end of the bytes; twice is harmless."""
        ...


class MediaMachine(ChunkMachine):
    """
    The state of one stream, without the meaning of its events.

    Args:
        read: Takes an event's type and its JSON, gives its chunk, or `None` where it
            does not know them; a function of a module, so that a decoder can be copied.
        final: The types of events after which the stream may end.

    Invariants:
        `StreamEnd` comes exactly once and last; nothing follows an error but
        `StreamEnd(complete=False)`.  There is no `StreamStart`: nothing is known yet.
    """

    def __init__(
        self, read: Callable[[str, JSONObject], Any], final: frozenset[str]
    ) -> None:
        super().__init__()
        self._read = read
        self._final = final
        self._done = False

    def start(self, out: list[Any], **_given: Any) -> None:
        """Begin, without a chunk."""
        del out
        self.started = True

    def event(self, name: str | None, data: JSONObject, out: list[Any]) -> None:
        """Take an event."""
        self.started = True
        found = data.get("type")
        kind = found if type(found) is str else name or ""
        if data.get("error") is not None or kind == "error":
            self.fail(decode_error_object(data), out, raw=data)
            return
        chunk = self._read(kind, data)
        if chunk is None:
            chunk = UnknownEvent(DIALECT, data)
        elif kind in self._final:
            self._done = True
        out.append(chunk)

    def sentinel(self, out: list[Any]) -> None:
        """Take `[DONE]`."""
        if self._done:
            self.complete(out, by_event=True)
        else:
            self.truncate(out)

    def eof(self, out: list[Any]) -> None:
        """Take the end of the bytes."""
        if self._done:
            self.complete(out, by_event=False)
        else:
            self.truncate(out)

    def error_from_body(self, body: bytes) -> ErrorInfo:
        """Read an error body that stands where a stream was expected."""
        return decode_error(body, status=200)


def sse_decoder(machine: MediaMachine, limits: Limits) -> MediaStreamDecoder[Any]:
    """
    Put a decoder of events around a machine.

    Args:
        machine: The machine; it belongs to the decoder from now on.
        limits: What may be held.

    Returns:
        The decoder.
    """
    return cast("MediaStreamDecoder[Any]", SSEStreamDecoder(machine, limits=limits))


class MediaStreamEncoder(Generic[ChunkT]):
    """
    Writes a stream of events.

    Args:
        write: Takes a chunk and gives its event; losses go to the log.
        named: Whether an event's type is written as the SSE event name too.
        on_loss: Which losses refuse a chunk.

    Invariants:
        The last thing written is the end of a complete stream, or an error.
    """

    __slots__ = ("_buffer", "_ended", "_gate", "_log", "_named", "_told", "_write")

    def __init__(
        self,
        write: Callable[[Any, LossLog], JSONObject],
        *,
        named: bool,
        on_loss: LossPolicy = COLLECT,
    ) -> None:
        self._write = write
        self._named = named
        self._log = LossLog(DIALECT)
        self._gate = LossGate(self._log, on_loss)
        self._buffer: list[bytes] = []
        self._ended = False
        # Whether the client has been told of an error.
        self._told = False

    @property
    def content_type(self) -> str:
        """The stream's content type."""
        return SSE_TYPE

    @property
    def losses(self) -> tuple[Loss, ...]:
        """What could not be carried over so far."""
        return self._log.losses

    def encode(self, chunk: ChunkT) -> bytes:
        """
        Write one chunk.

        Args:
            chunk: The chunk.

        Returns:
            The bytes that can be sent now.

        Raises:
            StateError: The stream has ended.
            UnsupportedFeatureError: *on_loss* refuses a loss.
        """
        if self._ended:
            msg = "encode() after the end of the stream"
            raise StateError(msg)
        buffer = self._buffer
        if isinstance(chunk, Keepalive):
            buffer.append(comment((chunk.text or "").removeprefix(" ")))
        elif isinstance(chunk, StreamError):
            self._error(chunk.error)
        elif isinstance(chunk, StreamEnd):
            self._end(chunk)
        elif not isinstance(chunk, UnknownEvent):
            self._event(self._write(chunk, self._log))
        elif chunk.dialect == DIALECT:
            self._event(chunk.raw)
        else:
            self._log.drop_event(chunk.dialect, chunk.raw)
        return self._gate.give(buffer)

    def close(self) -> bytes:
        """
        End the stream.

        Returns:
            An error where no `StreamEnd` was written; else nothing.
        """
        if not self._ended:
            self._end(StreamEnd(complete=False))
        return self._gate.give(self._buffer)

    def _end(self, end: StreamEnd) -> None:
        self._ended = True
        if not end.complete:
            self._error(TRUNCATED)
        elif end.terminator == "event" and not self._told:
            self._buffer.append(encode("[DONE]"))

    def _error(self, error: ErrorInfo) -> None:
        if not self._told:
            self._told = True
            self._buffer.append(encode(dumps_str(encode_error_object(error))))

    def _event(self, event: JSONObject) -> None:
        kind = event.get("type")
        named = self._named and isinstance(kind, str) and kind.isprintable() and kind
        self._buffer.append(
            encode(dumps_str(event), event=str(kind) if named else None)
        )
