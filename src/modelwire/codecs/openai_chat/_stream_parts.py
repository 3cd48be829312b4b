"""
The headers and whole parts of stream blocks, from the values inside a delta.

Each function takes one parsed value and gives a part (or what it is made of); none
raises because of what the value is.

Source:
    wire/openai_compatible.md section 2 (Mistral's content array, OpenRouter's
    `reasoning_details`), read 2026-11-21.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from modelwire.codecs import _json
from modelwire.codecs._media import audio_media_type
from modelwire.codecs.openai_chat._message_decode import content_parts
from modelwire.codecs.openai_chat._reasoning import DETAILS, THINKING, decode_detail
from modelwire.codecs.openai_chat._wire import DIALECT
from modelwire.ir._base import JSONObject
from modelwire.ir._parts import (
    AudioPart,
    Base64Source,
    ImagePart,
    Part,
    ReasoningPart,
    ToolCallPart,
)

__all__ = [
    "audio_header",
    "content_items",
    "detail_header",
    "detail_words",
    "empty_call",
    "image_parts",
    "reasoning_header",
    "thinking_header",
]

_AUDIO: Final = frozenset({"id", "data", "transcript", "expires_at"})
"""Fields of `audio` that have a place of their own."""
_GROWING: Final = frozenset({"type", "text", "summary", "signature"})
"""Fields of a reasoning detail that deltas bring, or that follow from them."""


def reasoning_header(field: str) -> ReasoningPart:
    """
    Begin a reasoning block.

    Args:
        field: The delta's field that the words come in.

    Returns:
        The header, with the field noted as its spelling.
    """
    return ReasoningPart(extra={DIALECT: {"$spelling": {"reasoning": [field]}}})


def thinking_header() -> ReasoningPart:
    """
    Begin a reasoning block whose words come in `content` (Mistral).

    Returns:
        The header, with that noted as its spelling.
    """
    return ReasoningPart(extra={DIALECT: {"$spelling": {"reasoning": THINKING}}})


def detail_words(entry: Any) -> str:
    """
    Give the words of an entry of `reasoning_details`.

    Args:
        entry: The entry.

    Returns:
        Its text or summary; `""` for anything else.
    """
    if type(entry) is not dict:
        return ""
    kind = entry.get("type")
    words = entry.get(
        "text"
        if kind == "reasoning.text"
        else "summary"
        if kind == "reasoning.summary"
        else ""
    )
    return words if type(words) is str else ""


def detail_header(entry: JSONObject, repeated: str | None) -> Part:
    """
    Begin a reasoning block at an entry of `reasoning_details`.

    Args:
        entry: The entry.
        repeated: The field that has its words too; `None`: no field does.

    Returns:
        The header for text and summaries, whose words come as deltas; the whole part
        for encrypted reasoning, and an unknown part for an unknown type.
    """
    kind = entry.get("type")
    if kind not in ("reasoning.text", "reasoning.summary"):
        return decode_detail(entry)
    header = {k: v for k, v in entry.items() if k not in _GROWING and v is not None}
    own_id = header.pop("id") if type(header.get("id")) is str else None
    notes: JSONObject = {"reasoning": DETAILS}
    if repeated is not None:
        notes["repeated"] = repeated
    header["$spelling"] = notes
    return ReasoningPart(details_id=own_id, extra={DIALECT: header})


def content_items(content: Any) -> Iterator[tuple[str, Any, str | None]]:
    """
    Read `content` that is no string.

    Args:
        content: Mistral's array of typed chunks; anything else (Cloudflare sends the
            object of a structured answer) counts as its JSON text.

    Returns:
        Per item: `text` with the words, `thinking` with the words and a signature,
        or `part` with a whole part.
    """
    if type(content) is not list:
        if type(content) is dict:
            yield "text", _json.dumps_str(content), None
        return
    for item in content:
        if type(item) is str:
            yield "text", item, None
        elif type(item) is dict:
            kind = item.get("type")
            text = item.get("text")
            if kind == "text" and type(text) is str:
                if text:
                    yield "text", text, None
            elif kind == "thinking":
                signature = item.get("signature")
                yield (
                    "thinking",
                    _thinking_text(item.get("thinking")),
                    signature if type(signature) is str else None,
                )
            else:
                for part in image_parts([item]):
                    yield "part", part, None


def _thinking_text(value: Any) -> str:
    """Join the words of Mistral's thinking chunk: a string, or text chunks."""
    if type(value) is str:
        return value
    if type(value) is not list:
        return ""
    texts = [item.get("text") for item in value if type(item) is dict]
    return "".join(text for text in texts if type(text) is str)


def image_parts(items: list[Any]) -> list[Part]:
    """
    Read `images`: a list of `{"type": "image_url", "image_url": {"url": …}}`.

    Args:
        items: The list (OpenRouter; see chatlas__vcr-test-provider-openrouter-test-
            openrouter-images-1).

    Returns:
        The images; an unknown part for what has another shape.
    """
    parts = content_parts([item for item in items if type(item) is dict], "", None)
    return [_as_output(part) for part in parts]


def _as_output(part: Part) -> Part:
    """Note on an image that it came beside the text, where it is written back."""
    if not isinstance(part, ImagePart):
        return part
    own = dict(part.extra.get(DIALECT, {}))
    own["$spelling"] = {**own.get("$spelling", {}), "image": "images"}
    return ImagePart(
        source=part.source,
        detail=part.detail,
        cache=part.cache,
        extra={**part.extra, DIALECT: own},
    )


def empty_call(part: ToolCallPart) -> ToolCallPart | None:
    """
    Say of a call that ended without arguments that the wire had them empty.

    Args:
        part: The part that the block began with.

    Returns:
        The final part, with that noted as its spelling; `None` for a custom tool,
        whose input is plain text.
    """
    if part.kind != "function":
        return None
    own = dict(part.extra.get(DIALECT, {}))
    own["$spelling"] = {**own.get("$spelling", {}), "arguments": "empty"}
    return ToolCallPart(
        id=part.id,
        name=part.name,
        signature=part.signature,
        extra={**part.extra, DIALECT: own},
    )


def audio_header(audio: JSONObject, wanted: str | None) -> AudioPart:
    """
    Begin an audio block.

    Args:
        audio: The first `delta.audio`.
        wanted: The format that the request asked for.

    Returns:
        The header; data, transcript and expiry come as deltas.
    """
    own_id = audio.get("id")
    left = {k: v for k, v in audio.items() if k not in _AUDIO and v is not None}
    media_type = audio_media_type(wanted) if wanted is not None else "audio"
    return AudioPart(
        source=Base64Source(data="", media_type=media_type),
        id=own_id if type(own_id) is str and own_id else None,
        transcript="" if audio.get("transcript") == "" else None,
        extra={DIALECT: left} if left else {},
    )
