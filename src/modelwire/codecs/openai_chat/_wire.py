"""
Wire strings of `openai-chat`, and how unknown fields and spellings are kept.

It takes parsed JSON and gives back the parts of it that the IR has no name for, as
an `extra` mapping, and the other way round.  Nothing here knows a message.

Source:
    wire/openai_chat.md sections 1 to 8 and the types of openai-python 3.52, read
    2026-11-21.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from modelwire.codecs._openai_headers import RESPONSE_HEADERS

if TYPE_CHECKING:
    from modelwire.codecs._reader import Reader
    from modelwire.ir._base import Extra, JSONObject

__all__ = [
    "DIALECT",
    "JSON_HEADERS",
    "OBJECT",
    "OBJECT_CHUNK",
    "PATH",
    "REQUEST_HEADERS",
    "RESPONSE_HEADERS",
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
JSON_HEADERS: Final[tuple[tuple[str, str], ...]] = (
    ("content-type", "application/json"),
)
"""The headers of every JSON body."""
REQUEST_HEADERS: Final = frozenset({"openai-beta"})
"""Protocol headers of a request that are kept; none of them is a credential."""

_NOTHING: Final[dict[str, Any]] = {}


STREAM_HAS_USAGE: Final = False
"""A stream ends with usage only where the request asks (`stream_options`)."""


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


def own_fields(extra: Extra) -> JSONObject:
    """
    Give this dialect's entry of *extra*.

    Args:
        extra: A node's `extra`.

    Returns:
        The entry, or an empty object that must not be changed.
    """
    return extra.get(DIALECT) or _NOTHING


def spelling_of(extra: Extra) -> JSONObject:
    """
    Give the notes about equivalent spellings in *extra*.

    Args:
        extra: A node's `extra`.

    Returns:
        The notes, or an empty object that must not be changed.
    """
    if not extra:
        return _NOTHING
    notes = own_fields(extra).get("$spelling")
    return notes if isinstance(notes, dict) else _NOTHING


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
    left: JSONObject = {}
    if reader is not None and reader.left:
        left = {k: v for k, v in reader.left.items() if v is not None}
    if nested:
        for key, value in nested.items():
            kept = {k: v for k, v in value.items() if v is not None}
            if kept:
                left[key] = kept
    if spelling:
        left["$spelling"] = spelling
    return {DIALECT: left} if left else {}


def merge_own(out: JSONObject, extra: Extra) -> None:
    """
    Write this dialect's unknown fields back, where the encoder wrote none itself.

    Args:
        out: The object that is being written; inner objects are completed too.
        extra: The node's `extra`.
    """
    if not extra:
        return
    fields = extra.get(DIALECT)
    if not fields:
        return
    for key, value in fields.items():
        if key.startswith("$"):
            continue
        if key not in out:
            out[key] = value
        elif isinstance(value, dict) and isinstance(out[key], dict):
            inner = out[key]
            for name, item in value.items():
                inner.setdefault(name, item)
