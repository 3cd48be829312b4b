"""
Streams of images, both ways: unfinished images, then finished ones.

Source:
    wire/modalities.md section 2 and the `image_*_event` types of openai-python 3.52,
    read 2026-11-21.
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
from modelwire.codecs.openai_chat._media_usage import (
    decode_media_usage,
    encode_media_usage,
    media_usage_losses,
)
from modelwire.codecs.openai_chat._wire import extra_of, merge_own
from modelwire.ir._loss_codes import LossCode

if TYPE_CHECKING:
    from modelwire.codecs._losses import LossLog
    from modelwire.ir._base import JSONObject

__all__ = ["image_stream_decoder", "image_stream_encoder"]

_PARTIAL: Final[dict[str, ir.ImageOperation]] = {
    "image_generation.partial_image": "generation",
    "image_edit.partial_image": "edit",
}
_COMPLETED: Final[dict[str, ir.ImageOperation]] = {
    "image_generation.completed": "generation",
    "image_edit.completed": "edit",
}
_STEMS: Final = {"edit": "image_edit", "generation": "image_generation"}
_WORDS: Final = ("size", "quality", "background", "output_format")


def image_stream_decoder(
    *,
    headers: Headers = (),
    request: ir.ImageRequest | None = None,
    limits: Limits = DEFAULT_LIMITS,
) -> MediaStreamDecoder[ir.ImageChunk]:
    """
    Make a decoder of one stream of images.

    Args:
        headers: The response's headers; nothing is read from them.
        request: The request that is answered; nothing is read from it.
        limits: What may be held.

    Returns:
        The decoder.
    """
    del headers, request
    return sse_decoder(MediaMachine(_read, frozenset(_COMPLETED)), limits)


def image_stream_encoder(
    *, request: ir.ImageRequest | None = None, on_loss: LossPolicy = COLLECT
) -> MediaStreamEncoder[ir.ImageChunk]:
    """
    Make an encoder of one stream of images.

    Args:
        request: The request that is answered; nothing is read from it.
        on_loss: Which losses refuse a chunk.

    Returns:
        The encoder.
    """
    del request
    return MediaStreamEncoder(_write, named=True, on_loss=on_loss)


def _read(kind: str, data: JSONObject) -> ir.ImagePartial | ir.ImageCompleted | None:
    partial = _PARTIAL.get(kind)
    operation = partial or _COMPLETED.get(kind)
    if operation is None or type(data.get("b64_json")) is not str:
        return None
    reader = Reader(data, "", None)
    reader.left.pop("type", None)
    image = reader.string("b64_json") or ""
    created = reader.integer("created_at")
    words = {name: reader.string(name) for name in _WORDS}
    if partial is not None:
        return ir.ImagePartial(
            operation=operation,
            data=image,
            index=reader.integer("partial_image_index"),
            created=created,
            extra=extra_of(reader),
            **words,
        )
    usage = reader.mapping("usage")
    return ir.ImageCompleted(
        operation=operation,
        data=image,
        created=created,
        usage=None if usage is None else decode_media_usage(usage),
        safety_identifier=reader.string("safety_identifier"),
        extra=extra_of(reader),
        **words,
    )


def _write(chunk: ir.ImagePartial | ir.ImageCompleted, log: LossLog) -> JSONObject:
    # A variation does not stream; its images can only be told as generated ones.
    stem = _STEMS.get(chunk.operation)
    if stem is None:
        stem = "image_generation"
        log.approximate(LossCode.OUT_IMAGE, "$.operation")
    partial = isinstance(chunk, ir.ImagePartial)
    out: JSONObject = {
        "type": f"{stem}.{'partial_image' if partial else 'completed'}",
        "b64_json": chunk.data,
    }
    if chunk.created is not None:
        out["created_at"] = chunk.created
    for name in _WORDS:
        value = getattr(chunk, name)
        if value is not None:
            out[name] = value
    if isinstance(chunk, ir.ImagePartial):
        if chunk.index is not None:
            out["partial_image_index"] = chunk.index
    else:
        if chunk.usage is not None:
            out["usage"] = encode_media_usage(chunk.usage)
            media_usage_losses(chunk.usage, log, "$.usage")
        if chunk.safety_identifier is not None:
            out["safety_identifier"] = chunk.safety_identifier
    merge_own(out, chunk.extra)
    log.drop_extra(chunk.extra, "$", LossCode.OUT_IMAGE)
    return out
