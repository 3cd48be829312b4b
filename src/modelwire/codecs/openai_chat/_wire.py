"""
Wire strings of `openai-chat`, and how unknown fields and spellings are kept.

It takes parsed JSON and gives back the parts of it that the IR has no name for, as
an `extra` mapping, and the other way round.  Nothing here knows a message.

Source:
    wire/openai_chat.md sections 1 to 8 and the types of openai-python 3.52, read
    2026-11-21.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from modelwire.codecs._openai_headers import (
    JSON_HEADERS,
    REQUEST_HEADERS,
    RESPONSE_HEADERS,
)
from modelwire.codecs._own_extra import OwnExtra

if TYPE_CHECKING:
    from modelwire.codecs._reader import Reader
    from modelwire.ir._base import Extra, JSONObject

__all__ = [
    "DIALECT",
    "JSON_HEADERS",
    "OBJECT",
    "OBJECT_CHUNK",
    "OWN",
    "PATH",
    "REQUEST_HEADERS",
    "RESPONSE_HEADERS",
    "STREAM_HAS_USAGE",
    "extra_of",
    "merge_own",
    "own_event",
    "own_fields",
    "spelling_of",
]

DIALECT: Final = "openai-chat"
"""The dialect's id."""
PATH: Final = "/v1/chat/completions"
"""The vendor's default path."""
OBJECT: Final = "chat.completion"
"""The `object` of a response."""
OBJECT_CHUNK: Final = "chat.completion.chunk"
"""The `object` of a stream event."""
STREAM_HAS_USAGE: Final = False
"""A stream ends with usage only where the request asks (`stream_options`)."""

OWN: Final = OwnExtra(DIALECT)
"""Reads and writes this dialect's unknown fields."""
own_fields = OWN.fields
spelling_of = OWN.spelling
merge_own = OWN.merge


def own_event(raw: object) -> bool:
    """
    Say whether *raw*, the native event of a chunk, has this dialect's shape.

    Args:
        raw: `StreamChunk.raw`.

    Returns:
        True for a chat completion chunk, or an error object between chunks.  Other
        dialects' events have neither `choices` nor an `error` without a `type`.
    """
    return type(raw) is dict and (
        "choices" in raw or ("error" in raw and "type" not in raw)
    )


def extra_of(
    reader: Reader | None,
    spelling: JSONObject | None = None,
    nested: JSONObject | None = None,
) -> Extra:
    """
    Keep what a reader has left, with notes about spellings.

    Args:
        reader: The reader of the node's object; `None`: nothing is left.
        spelling: Notes that the encoder repeats.
        nested: What is left of objects inside, under the inner object's field name.

    Returns:
        The node's `extra`.  A field that is null counts as absent.
    """
    left = reader.left if reader is not None else {}
    for key, value in (nested or {}).items():
        kept = {k: v for k, v in value.items() if v is not None}
        if kept:
            left = {**left, key: kept}
    return OWN.keep(left, spelling) if left or spelling else {}
