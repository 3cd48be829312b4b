"""
The bytes of single events of a Responses stream.

`event` writes any event in the canonical form; `delta_template` makes the byte
template of the three deltas that make up a stream, which gives the same bytes.
`unknown_keys` finds what a native event of this dialect says beyond what the codec
knows, so that a re-encode can say it again.
"""

from __future__ import annotations

from typing import Any, Final

from modelwire.codecs._json import dumps, escape
from modelwire.ir._base import JSONObject

__all__ = ["delta_template", "event", "has_unknown_keys", "unknown_keys"]

_KNOWN: Final = frozenset(
    {
        "type",
        "sequence_number",
        "response",
        "output_index",
        "item_id",
        "item",
        "content_index",
        "summary_index",
        "annotation_index",
        "command_index",
        "part",
        "delta",
        "text",
        "refusal",
        "arguments",
        "input",
        "code",
        "diff",
        "command",
        "output",
        "annotation",
        "logprobs",
        "name",
        "partial_image_b64",
        "partial_image_index",
        "output_format",
        # Padding against an observer of lengths, on every delta (observed.md section
        # 3); it is left out on purpose.
        "obfuscation",
    }
)
"""Every field of an event that the codec reads, or leaves out on purpose."""

_DELTA: Final = (
    b'event: %b\ndata: {"type":%b,"sequence_number":%%d,%b,"delta":%%b%b}\n\n'
)


def event(name: str, data: JSONObject) -> bytes:
    """
    Write one event.

    Args:
        name: The event's type, which is its SSE name.
        data: The event's JSON.

    Returns:
        The SSE block.
    """
    return b"event: %b\ndata: %b\n\n" % (name.encode(), dumps(data))


def delta_template(name: str, place: JSONObject, after: JSONObject) -> bytes:
    """
    Make the template of one block's deltas.

    Args:
        name: The event's type.
        place: The fields before the text: ids and indexes.
        after: The fields behind it.

    Returns:
        A template of two values: the sequence number, and the text as JSON.
    """
    head = dumps(place)[1:-1].replace(b"%", b"%%")
    tail = dumps(after)[1:-1].replace(b"%", b"%%")
    kind = name.encode()
    return (
        b'event: %b\ndata: {"type":%b,"sequence_number":%%d,%b,"delta":%%b%b}\n\n'
        % (
            kind,
            escape(name),
            head,
            b"," + tail if tail else b"",
        )
    )


def has_unknown_keys(raw: Any, name: str) -> bool:
    """
    Say whether a chunk's native event may have more to say than is known.

    Args:
        raw: The native event of any dialect, or `None`.
        name: The event that is being written; another one says nothing about it.

    Returns:
        False for `None`, for another event, and for one with known fields alone.
    """
    return raw is not None and raw.get("type") == name and not _KNOWN.issuperset(raw)


def unknown_keys(raw: Any, name: str) -> JSONObject:
    """
    Give the fields of a native event that the codec does not know.

    Args:
        raw: The native event of a chunk, of any dialect, or `None`.
        name: The event that is being written.

    Returns:
        The fields; empty where `has_unknown_keys` is false.
    """
    if type(raw) is not dict or raw.get("type") != name:
        return {}
    return {k: v for k, v in raw.items() if k not in _KNOWN}
