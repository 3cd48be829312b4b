"""
Streams of transcripts, both ways: text, segments with their speakers, the whole.

Source:
    wire/modalities.md section 3, the `transcription_*_event` types of openai-python
    3.52, and the recorded case
    ruby_llm__transcription-…-returns-the-final-transcription, read 2026-11-21.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from modelwire import ir
from modelwire.codecs._base import COLLECT, Headers, LossPolicy
from modelwire.codecs._limits import DEFAULT_LIMITS, Limits
from modelwire.codecs._reader import Reader
from modelwire.codecs.openai_chat._media_stream import (
    MediaMachine,
    MediaStreamDecoder,
    MediaStreamEncoder,
    sse_decoder,
)
from modelwire.codecs.openai_chat._transcript_values import (
    SEGMENT_TYPE,
    decode_segment,
    encode_segment,
    encode_tokens,
    put_usage,
    segment_losses,
    take_languages,
    take_tokens,
    take_usage,
    token_losses,
    usage_losses,
)
from modelwire.codecs.openai_chat._wire import extra_of, merge_own
from modelwire.ir._loss_codes import LossCode

if TYPE_CHECKING:
    from modelwire.codecs._losses import LossLog
    from modelwire.ir._base import JSONObject

__all__ = ["transcription_stream_decoder", "transcription_stream_encoder"]

_DELTA: Final = "transcript.text.delta"
_DONE: Final = "transcript.text.done"


def transcription_stream_decoder(
    *,
    headers: Headers = (),
    request: ir.TranscriptionRequest | None = None,
    limits: Limits = DEFAULT_LIMITS,
) -> MediaStreamDecoder[ir.TranscriptionChunk]:
    """
    Make a decoder of one streamed transcript.

    Args:
        headers: The response's headers; nothing is read from them.
        request: The request that is answered; nothing is read from it.
        limits: What may be held.

    Returns:
        The decoder.
    """
    del headers, request
    return sse_decoder(MediaMachine(_read, frozenset({_DONE})), limits)


def transcription_stream_encoder(
    *, request: ir.TranscriptionRequest | None = None, on_loss: LossPolicy = COLLECT
) -> MediaStreamEncoder[ir.TranscriptionChunk]:
    """
    Make an encoder of one streamed transcript.

    Args:
        request: The request that is answered; nothing is read from it.
        on_loss: Which losses refuse a chunk.

    Returns:
        The encoder.
    """
    del request
    return MediaStreamEncoder(_write, named=False, on_loss=on_loss)


def _read(
    kind: str, data: JSONObject
) -> ir.TranscriptDelta | ir.TranscriptSegmentEnd | ir.TranscriptDone | None:
    reader = Reader(data, "", None)
    reader.left.pop("type", None)
    if kind == _DELTA:
        text = reader.string("delta")
        if text is None:
            return None
        return ir.TranscriptDelta(
            text=text,
            logprobs=take_tokens(reader),
            segment_id=reader.string("segment_id"),
            extra=extra_of(reader),
        )
    if kind == SEGMENT_TYPE:
        segment = decode_segment({**data, "type": SEGMENT_TYPE})
        # Its type is the event's, whether or not it has a speaker.
        if segment is None or segment.speaker is None:
            return None
        return ir.TranscriptSegmentEnd(segment=segment)
    if kind == _DONE:
        text = reader.string("text")
        if text is None:
            return None
        nested: JSONObject = {}
        usage, seconds = take_usage(reader, nested)
        return ir.TranscriptDone(
            text=text,
            logprobs=take_tokens(reader),
            languages=take_languages(reader),
            usage=usage,
            billed_seconds=seconds,
            extra=extra_of(reader, None, nested),
        )
    return None


def _write(
    chunk: ir.TranscriptDelta | ir.TranscriptSegmentEnd | ir.TranscriptDone,
    log: LossLog,
) -> JSONObject:
    if isinstance(chunk, ir.TranscriptSegmentEnd):
        segment_losses(chunk.segment, log, "$.segment")
        return {**encode_segment(chunk.segment), "type": SEGMENT_TYPE}
    out: JSONObject
    if isinstance(chunk, ir.TranscriptDelta):
        out = {"type": _DELTA, "delta": chunk.text}
        if chunk.segment_id is not None:
            out["segment_id"] = chunk.segment_id
    else:
        out = {"type": _DONE, "text": chunk.text}
        if chunk.languages is not None:
            out["languages"] = [{"code": code} for code in chunk.languages]
    if chunk.logprobs is not None:
        out["logprobs"] = encode_tokens(chunk.logprobs)
        token_losses(chunk.logprobs, log, "$.logprobs")
    if isinstance(chunk, ir.TranscriptDone):
        put_usage(out, chunk.usage, chunk.billed_seconds)
        usage_losses(chunk.usage, chunk.billed_seconds, log)
    merge_own(out, chunk.extra)
    log.drop_extra(chunk.extra, "$", LossCode.OUT_TEXT)
    return out
