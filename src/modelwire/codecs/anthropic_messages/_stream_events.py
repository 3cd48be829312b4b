"""
The bytes of single events of a Messages stream.

`event` writes any event in the canonical form; `delta_head` and `DELTA_END` stand
around the text of the three deltas that make up a stream, and give the same bytes.
`unknown_keys` finds what a native event of this dialect says beyond what the codec
knows, so that a re-encode can say it again.
"""

from __future__ import annotations

from typing import Any, Final

from modelwire.codecs._json import dumps
from modelwire.ir._base import JSONObject

__all__ = [
    "DELTA_END",
    "DELTA_TYPES",
    "delta_head",
    "event",
    "has_unknown_keys",
    "is_line",
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
_HEADS: Final = {
    "text": _HEAD + b'"delta":{"type":"text_delta","text":',
    "tool": _HEAD + b'"delta":{"type":"input_json_delta","partial_json":',
    "thinking": _HEAD + b'"delta":{"type":"thinking_delta","thinking":',
}
DELTA_END: Final = b"}}\n\n"
"""What stands behind the text of a delta whose beginning is `delta_head`."""

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


def delta_head(mode: str, index: int) -> bytes:
    """
    Write what stands before the text of a delta, as `event` would.

    Args:
        mode: How its block grows: as text, thinking, or the arguments of a tool.
        index: Its block's index.

    Returns:
        The bytes up to the string literal; `b""` for other modes.
    """
    head = _HEADS.get(mode)
    return head % index if head is not None else b""


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
