"""
The bytes of single events of a Messages stream.

`event` writes any event in the canonical form; `text_delta`, `json_delta` and
`thinking_delta` are the three that make up a stream, as byte templates that give the
same bytes.  `unknown_keys` finds what a native event of this dialect says beyond what
the codec knows, so that a re-encode can say it again.
"""

from __future__ import annotations

from typing import Any, Final

from modelwire.codecs._json import dumps, escape
from modelwire.ir._base import JSONObject

__all__ = [
    "DELTA_TYPES",
    "event",
    "has_unknown_keys",
    "is_line",
    "json_delta",
    "text_delta",
    "thinking_delta",
    "unknown_keys",
]

DELTA_TYPES: Final = frozenset(
    {
        "text_delta",
        "input_json_delta",
        "thinking_delta",
        "signature_delta",
        "citations_delta",
        "compaction_delta",
    }
)
"""Types of the deltas that the codec knows."""

_HEAD: Final = (
    b'event: content_block_delta\ndata: {"type":"content_block_delta","index":%d,'
)
_TEXT: Final = _HEAD + b'"delta":{"type":"text_delta","text":%b}}\n\n'
_JSON: Final = _HEAD + b'"delta":{"type":"input_json_delta","partial_json":%b}}\n\n'
_THINKING: Final = _HEAD + b'"delta":{"type":"thinking_delta","thinking":%b}}\n\n'

_KNOWN: Final = {
    "message_start": frozenset({"type", "message"}),
    "content_block_start": frozenset({"type", "index", "content_block"}),
    "content_block_delta": frozenset({"type", "index", "delta"}),
    "content_block_stop": frozenset({"type", "index"}),
    "message_delta": frozenset({"type", "delta", "usage"}),
    "message_stop": frozenset({"type"}),
    "ping": frozenset({"type"}),
}
_KNOWN_DELTA: Final = {
    "text_delta": frozenset({"type", "text"}),
    "input_json_delta": frozenset({"type", "partial_json"}),
    "thinking_delta": frozenset({"type", "thinking"}),
    "signature_delta": frozenset({"type", "signature"}),
    "citations_delta": frozenset({"type", "citation"}),
}


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


def text_delta(index: int, text: str) -> bytes:
    """Write a `text_delta`, as `event` would."""
    return _TEXT % (index, escape(text))


def json_delta(index: int, text: str) -> bytes:
    """Write an `input_json_delta`, as `event` would."""
    return _JSON % (index, escape(text))


def thinking_delta(index: int, text: str) -> bytes:
    """Write a `thinking_delta`, as `event` would."""
    return _THINKING % (index, escape(text))


def has_unknown_keys(raw: Any) -> bool:
    """
    Say whether a chunk's native event may have more to say than a plain delta.

    Args:
        raw: The native event of any dialect, or `None`.

    Returns:
        False for `None`, for a foreign event, and for a plain delta: the quick test
        of the hot path.
    """
    if raw is None or raw.get("type") != "content_block_delta":
        return False
    delta = raw.get("delta")
    return len(raw) != 3 or type(delta) is not dict or len(delta) != 2


def unknown_keys(
    raw: Any, name: str, delta: str | None = None
) -> tuple[JSONObject, JSONObject]:
    """
    Give the keys of a native event that the codec does not know.

    Args:
        raw: The native event of a chunk, of any dialect, or `None`.
        name: The type of the event that is being written; another one says nothing
            about it.
        delta: The type of its delta.

    Returns:
        Unknown keys of the event, and of its delta.
    """
    if type(raw) is not dict or raw.get("type") != name:
        return {}, {}
    known = _KNOWN[name]
    outer = {k: v for k, v in raw.items() if k not in known}
    inner = raw.get("delta")
    if delta is None or type(inner) is not dict or inner.get("type") != delta:
        return outer, {}
    known = _KNOWN_DELTA[delta]
    return outer, {k: v for k, v in inner.items() if k not in known}


def is_line(name: str) -> bool:
    """
    Say whether *name* can stand on an event line.

    Args:
        name: An event's type.

    Returns:
        Whether it has no line end and no surrogate.
    """
    if not name or "\n" in name or "\r" in name:
        return False
    return name.isascii() or not any("\ud800" <= char <= "\udfff" for char in name)
