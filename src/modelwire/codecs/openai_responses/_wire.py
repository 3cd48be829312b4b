"""
Wire strings of `openai-responses`, and how unknown fields and spellings are kept.

It takes parsed JSON and gives back the parts of it that the IR has no name for, as an
`extra` mapping, and the other way round.  Nothing here knows an item.

Source:
    wire/openai_responses.md sections 1 to 7 and the types of openai-python 3.52, read
    2026-11-21.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from modelwire.codecs._openai_headers import RESPONSE_HEADERS

if TYPE_CHECKING:
    from collections.abc import Collection

    from modelwire.ir._base import Extra, JSONObject

__all__ = [
    "DIALECT",
    "JSON_HEADERS",
    "OBJECT",
    "PATH",
    "REQUEST_HEADERS",
    "RESPONSE_HEADERS",
    "STREAM_HAS_USAGE",
    "extra_with",
    "merge_own",
    "own_event",
    "own_fields",
    "spelling_of",
]

DIALECT: Final = "openai-responses"
"""The dialect's id."""
PATH: Final = "/v1/responses"
"""The vendor's default path."""
OBJECT: Final = "response"
"""The `object` of a response."""
JSON_HEADERS: Final[tuple[tuple[str, str], ...]] = (
    ("content-type", "application/json"),
)
"""The headers of every JSON body."""
REQUEST_HEADERS: Final = frozenset({"openai-beta"})
"""Protocol headers of a request that are kept; none of them is a credential."""

STREAM_HAS_USAGE: Final = True
"""The terminal event repeats the response, usage included."""

_NOTHING: Final[dict[str, Any]] = {}


def own_event(raw: object) -> bool:
    """
    Say whether *raw*, the native event of a chunk, has this dialect's shape.

    Args:
        raw: `StreamChunk.raw`.

    Returns:
        True for a typed event; no other dialect's types begin with `response.`, and
        no other's `error` event has a sequence number.
    """
    if type(raw) is not dict:
        return False
    kind = raw.get("type")
    return type(kind) is str and (
        kind.startswith("response.") or (kind == "error" and "sequence_number" in raw)
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


def extra_with(left: JSONObject, spelling: JSONObject | None = None) -> Extra:
    """
    Keep what is left of an object, with notes about spellings.

    Args:
        left: The fields that the IR has no name for.
        spelling: Notes that the encoder repeats.

    Returns:
        The node's `extra`.  A field that is null counts as absent.
    """
    kept = {k: v for k, v in left.items() if v is not None} if left else {}
    if spelling:
        kept["$spelling"] = spelling
    return {DIALECT: kept} if kept else {}


def merge_own(out: JSONObject, extra: Extra, skip: Collection[str] = ()) -> None:
    """
    Write this dialect's unknown fields back, where the encoder wrote none itself.

    Args:
        out: The object that is being written; inner objects are completed too.
        extra: The node's `extra`.
        skip: Fields that the encoder reads itself.
    """
    if not extra:
        return
    fields = extra.get(DIALECT)
    if not fields:
        return
    for key, value in fields.items():
        if key.startswith("$") or key in skip:
            continue
        if key not in out:
            out[key] = value
        elif isinstance(value, dict) and isinstance(out[key], dict):
            inner = out[key]
            for name, item in value.items():
                inner.setdefault(name, item)
