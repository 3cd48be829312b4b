"""
`usage` objects of the image and audio operations to `Usage` and back.

They count input and output by kind (text, image, audio), under other names than chat.
Compatible servers send chat's names here too, and get them back.

Source:
    wire/modalities.md sections 2 and 3, the types of openai-python 3.52, and the
    recorded cases of openai-images and openai-audio-transcription, read 2026-11-21.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import attrs

from modelwire.codecs._openai_usage import take_count, take_details
from modelwire.codecs.openai_chat._usage import (
    decode_usage,
    encode_usage,
    usage_losses,
)
from modelwire.codecs.openai_chat._wire import (
    DIALECT,
    merge_own,
    own_fields,
    spelling_of,
)
from modelwire.ir._loss_codes import LossCode
from modelwire.ir._outcome import Usage

if TYPE_CHECKING:
    from collections.abc import Mapping

    from modelwire.codecs._losses import LossLog
    from modelwire.ir._base import JSONObject

__all__ = ["decode_media_usage", "encode_media_usage", "media_usage_losses"]

_INPUT: Final[Mapping[str, str]] = {
    "image_tokens": "input_image",
    "audio_tokens": "input_audio",
    "cached_tokens": "cache_read",
}
_OUTPUT: Final[Mapping[str, str]] = {
    "image_tokens": "output_image",
    "audio_tokens": "output_audio",
    "reasoning_tokens": "reasoning",
}
_TOKENS: Final = "tokens"
_WRITTEN: Final = frozenset({*_INPUT.values(), *_OUTPUT.values()}) | {
    "input_total",
    "output_total",
}


def _details(*, typed: bool) -> tuple[tuple[str, Mapping[str, str]], ...]:
    # Images: `input_tokens_details`; transcripts: `input_token_details`.
    form = "token" if typed else "tokens"
    return ((f"input_{form}_details", _INPUT), (f"output_{form}_details", _OUTPUT))


def decode_media_usage(obj: JSONObject, *, typed: bool = False) -> Usage:
    """
    Read a `usage` object.

    Args:
        obj: The object; fields of a wrong type are kept as unknown ones.
        typed: Whether it is one of audio, which names its kind (`tokens`).

    Returns:
        The usage, with *obj* as its `raw`.  Counts of text tokens have no axis and
        stay unknown fields.

    Shapes:
        `{type?, input_tokens, input_tokens_details{…}, output_tokens, total_tokens}`,
        or chat's `{prompt_tokens, …}` (Mistral, OpenRouter).
    """
    if "prompt_tokens" in obj:
        usage = decode_usage(obj)
        own = {**own_fields(usage.extra)}
        own["$spelling"] = {**spelling_of(usage.extra), "names": "prompt"}
        return attrs.evolve(usage, extra={DIALECT: own})
    left: dict[str, Any] = {k: v for k, v in obj.items() if v is not None}
    axes: dict[str, Any] = {}
    notes: JSONObject = {}
    given = take_count(left, "input_tokens")
    made = take_count(left, "output_tokens")
    total = take_count(left, "total_tokens")
    for name, table in _details(typed=typed):
        take_details(left, name, table, axes)
    if "reasoning" not in axes:
        # The writer of vector graphics has it beside the totals.
        reasoning = take_count(left, "reasoning_tokens")
        if reasoning is not None:
            axes["reasoning"] = reasoning
            notes["reasoning"] = "beside"
    if typed:
        if left.get("type") == _TOKENS:
            del left["type"]
        elif "type" not in left:
            notes["type"] = "absent"
    if total is not None and total != (given or 0) + (made or 0):
        left["total_tokens"] = total
    elif total is None:
        notes["total_tokens"] = "absent"
    if notes:
        left["$spelling"] = notes
    return Usage(
        input_total=given,
        output_total=made,
        raw=obj,
        extra={DIALECT: left} if left else {},
        **axes,
    )


def encode_media_usage(usage: Usage, *, typed: bool = False) -> JSONObject:
    """
    Write a `usage` object.

    Args:
        usage: The usage; its `raw` is not read.
        typed: Whether it is one of audio, which names its kind (`tokens`).

    Returns:
        The object; counts that are not known are left out.
    """
    notes = spelling_of(usage.extra)
    if notes.get("names") == "prompt":
        return encode_usage(usage)
    out: JSONObject = {}
    if (
        typed
        and notes.get("type") != "absent"
        and "type" not in own_fields(usage.extra)
    ):
        out["type"] = _TOKENS
    if usage.input_total is not None:
        out["input_tokens"] = usage.input_total
    if usage.output_total is not None:
        out["output_tokens"] = usage.output_total
    if notes.get("total_tokens") != "absent" and len(out) > typed:
        out["total_tokens"] = (usage.input_total or 0) + (usage.output_total or 0)
    own = own_fields(usage.extra)
    if "total_tokens" in own:
        out["total_tokens"] = own["total_tokens"]
    beside = notes.get("reasoning") == "beside"
    for name, table in _details(typed=typed):
        details = {
            key: value
            for key, axis in table.items()
            if (value := getattr(usage, axis)) is not None
            and not (beside and axis == "reasoning")
        }
        if details:
            out[name] = details
    if beside and usage.reasoning is not None:
        out["reasoning_tokens"] = usage.reasoning
    merge_own(out, usage.extra)
    return out


def media_usage_losses(usage: Usage, log: LossLog, path: str) -> None:
    """
    Record what `encode_media_usage` does not carry over.

    Args:
        usage: The usage.
        log: Where losses go.
        path: The usage's place in the response.
    """
    if spelling_of(usage.extra).get("names") == "prompt":
        usage_losses(usage, log, path)
        return
    log.drop_extra(usage.extra, path, LossCode.USAGE_TOTAL)
    for field in attrs.fields(Usage):
        name = field.name
        if name in _WRITTEN or name in ("raw", "extra", "server_tools"):
            continue
        if getattr(usage, name) is not None:
            log.drop(LossCode.USAGE_TOTAL, f"{path}.{name}")
    for name in usage.server_tools:
        log.drop(LossCode.USAGE_SERVER_TOOLS, f"{path}.server_tools.{name}")
