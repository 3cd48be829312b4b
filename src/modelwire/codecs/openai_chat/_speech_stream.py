"""
Streams of speech, both ways: events with base64, or the audio itself.

Source:
    wire/modalities.md section 3 (the events are in OpenAI's API description and not in
    its SDK), read 2026-11-21.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from modelwire import ir
from modelwire.codecs._base import COLLECT, Headers, LossPolicy
from modelwire.codecs._limits import DEFAULT_LIMITS, Limits
from modelwire.codecs._loss_gate import LossGate
from modelwire.codecs._losses import LossLog
from modelwire.codecs._reader import Reader
from modelwire.codecs._sse_stream import check_feed
from modelwire.codecs._stream_decoding import TRUNCATED
from modelwire.codecs.openai_chat._media_request import content_type
from modelwire.codecs.openai_chat._media_stream import (
    SSE_TYPE,
    MediaMachine,
    MediaStreamDecoder,
    MediaStreamEncoder,
    sse_decoder,
)
from modelwire.codecs.openai_chat._media_usage import (
    decode_media_usage,
    encode_media_usage,
    media_usage_losses,
)
from modelwire.codecs.openai_chat._speech import speech_media_type
from modelwire.codecs.openai_chat._wire import DIALECT, extra_of, merge_own
from modelwire.errors import LimitExceededError, StateError
from modelwire.ir._chunks import StreamEnd, StreamError, UnknownEvent
from modelwire.ir._loss_codes import LossCode

if TYPE_CHECKING:
    from modelwire.ir._base import JSONObject
    from modelwire.ir._losses import Loss

__all__ = [
    "BLOCK",
    "SpeechBytesDecoder",
    "SpeechBytesEncoder",
    "speech_stream_decoder",
    "speech_stream_encoder",
]

_DELTA: Final = "speech.audio.delta"
_DONE: Final = "speech.audio.done"

BLOCK: Final = 1024
"""
Bytes of a chunk of plain audio.

Of one size, so that the chunks do not depend on how the bytes were cut; small, so that
they come soon: 1 KiB of mp3 is a tenth of a second or less.
"""


def speech_stream_decoder(
    *,
    headers: Headers = (),
    request: ir.SpeechRequest | None = None,
    limits: Limits = DEFAULT_LIMITS,
) -> MediaStreamDecoder[ir.SpeechChunk]:
    """
    Make a decoder of one stream of speech.

    Args:
        headers: The response's headers; the content type tells events from audio.
        request: The request that is answered; it decides where no header does.
        limits: What may be held.

    Returns:
        The decoder.
    """
    kind = content_type(headers)
    if not kind and request is not None and request.stream_format == "sse":
        kind = SSE_TYPE
    # JSON in place of audio is an error, which the decoder of events finds.
    if kind in (SSE_TYPE, "application/json"):
        return sse_decoder(MediaMachine(_read, frozenset({_DONE})), limits)
    return SpeechBytesDecoder(limits=limits)


def speech_stream_encoder(
    *, request: ir.SpeechRequest | None = None, on_loss: LossPolicy = COLLECT
) -> MediaStreamEncoder[ir.SpeechChunk] | SpeechBytesEncoder:
    """
    Make an encoder of one stream of speech.

    Args:
        request: The request that is answered; `stream_format` decides between events
            and the audio itself.
        on_loss: Which losses refuse a chunk.

    Returns:
        The encoder.
    """
    if request is not None and request.stream_format == "sse":
        return MediaStreamEncoder(_write, named=False, on_loss=on_loss)
    return SpeechBytesEncoder(speech_media_type(request), on_loss=on_loss)


def _read(kind: str, data: JSONObject) -> ir.SpeechAudio | ir.SpeechDone | None:
    reader = Reader(data, "", None)
    reader.left.pop("type", None)
    if kind == _DELTA:
        text = reader.string("audio")
        if text is None:
            return None
        from base64 import b64decode  # noqa: PLC0415 - loads with the first audio

        try:
            audio = b64decode(text, validate=True)
        except ValueError:
            return None
        return ir.SpeechAudio(audio=audio, extra=extra_of(reader))
    if kind == _DONE:
        usage = reader.mapping("usage")
        return ir.SpeechDone(
            usage=None if usage is None else decode_media_usage(usage),
            extra=extra_of(reader),
        )
    return None


def _write(chunk: ir.SpeechAudio | ir.SpeechDone, log: LossLog) -> JSONObject:
    out: JSONObject
    if isinstance(chunk, ir.SpeechAudio):
        from base64 import b64encode  # noqa: PLC0415 - loads with the first audio

        out = {"type": _DELTA, "audio": b64encode(chunk.audio).decode()}
    else:
        out = {"type": _DONE}
        if chunk.usage is not None:
            out["usage"] = encode_media_usage(chunk.usage)
            media_usage_losses(chunk.usage, log, "$.usage")
    merge_own(out, chunk.extra)
    log.drop_extra(chunk.extra, "$", LossCode.OUT_AUDIO)
    return out


class SpeechBytesDecoder:
    """
    Cuts audio that comes as plain bytes into chunks of one size.

    Args:
        limits: Of these, the total.

    Invariants:
        The chunks do not depend on how the bytes were cut.
    """

    __slots__ = ("_buffer", "_closed", "_limit", "_taken", "failed", "trailing_bytes")

    def __init__(self, *, limits: Limits = DEFAULT_LIMITS) -> None:
        self._limit = limits.max_total_bytes
        self._buffer = bytearray()
        self._taken = 0
        self._closed = False
        self.failed: bool = False
        """Whether the stream ended incomplete; what comes after it is dropped."""
        self.trailing_bytes: int = 0
        """How many bytes came after the end and were dropped."""

    def feed(self, data: bytes) -> list[ir.SpeechChunk]:
        """
        Take received bytes.

        Args:
            data: Any cut of the body.

        Returns:
            The chunks that are full.

        Raises:
            StateError: Called after `close()`, or with something else than bytes.
        """
        check_feed(data, closed=self._closed)
        if self.failed:
            self.trailing_bytes += len(data)
            return []
        limit = self._limit
        room = len(data) if limit is None else limit - self._taken
        self._taken += len(data)
        self._buffer += data[:room]
        whole = len(self._buffer) - len(self._buffer) % BLOCK
        out: list[ir.SpeechChunk] = [
            ir.SpeechAudio(audio=bytes(self._buffer[start : start + BLOCK]))
            for start in range(0, whole, BLOCK)
        ]
        del self._buffer[:whole]
        if limit is not None and room < len(data):
            self.trailing_bytes += len(data) - room
            error = LimitExceededError("max_total_bytes", limit, dialect=DIALECT)
            self._rest(out)
            self.failed = True
            out += [StreamError(error.to_error_info()), StreamEnd(complete=False)]
        return out

    def close(self) -> list[ir.SpeechChunk]:
        """
        Take the end of the bytes.

        Returns:
            The last chunk and the end; no audio at all is no complete stream.  The
            second call gives nothing.
        """
        out: list[ir.SpeechChunk] = []
        if self._closed or self.failed:
            self._closed = True
            return out
        self._closed = True
        self._rest(out)
        if self._taken:
            out.append(StreamEnd(complete=True, terminator="eof"))
        else:
            self.failed = True
            out += [StreamError(TRUNCATED), StreamEnd(complete=False)]
        return out

    def _rest(self, out: list[ir.SpeechChunk]) -> None:
        if self._buffer:
            out.append(ir.SpeechAudio(audio=bytes(self._buffer)))
            self._buffer.clear()


class SpeechBytesEncoder:
    """
    Writes audio as plain bytes.

    There is no place for an error or for counts: what ends a stream early is that the
    caller closes the connection (see `failed`).

    Args:
        media_type: The audio's type.
        on_loss: Which losses refuse a chunk.
    """

    __slots__ = ("_ended", "_gate", "_log", "content_type", "failed")

    def __init__(self, media_type: str, *, on_loss: LossPolicy = COLLECT) -> None:
        self.content_type: str = media_type
        """The stream's content type."""
        self.failed: bool = False
        """Whether the audio is not whole, so that the connection must be cut."""
        self._log = LossLog(DIALECT)
        self._gate = LossGate(self._log, on_loss)
        self._ended = False

    @property
    def losses(self) -> tuple[Loss, ...]:
        """What could not be carried over so far."""
        return self._log.losses

    def encode(self, chunk: ir.SpeechChunk) -> bytes:
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
        buffer: list[bytes] = []
        if isinstance(chunk, ir.SpeechAudio):
            buffer.append(chunk.audio)
            self._drop_extra(chunk)
        elif isinstance(chunk, ir.SpeechDone):
            if chunk.usage is not None:
                self._log.drop(LossCode.USAGE_TOTAL, "$.usage")
            self._drop_extra(chunk)
        elif isinstance(chunk, UnknownEvent):
            self._log.drop_event(chunk.dialect, chunk.raw)
        elif isinstance(chunk, StreamEnd):
            self._ended = True
            self.failed = not chunk.complete
        elif isinstance(chunk, StreamError):
            self.failed = True
        return self._gate.give(buffer)

    def close(self) -> bytes:
        """
        End the stream.

        Returns:
            Nothing; `failed` says whether the audio is whole.
        """
        if not self._ended:
            self._ended = True
            self.failed = True
        return b""

    def _drop_extra(self, chunk: ir.SpeechAudio | ir.SpeechDone) -> None:
        for dialect, fields in chunk.extra.items():
            for name in fields:
                self._log.drop_field(LossCode.OUT_AUDIO, "$", dialect, name)
