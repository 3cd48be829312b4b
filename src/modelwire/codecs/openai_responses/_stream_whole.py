"""
A whole item as the events that would have streamed it.

For parts that say only at their end what item they are (a shell command, a picture,
what becomes text): every item has the same life, however short.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

from modelwire.codecs._json import dumps_str

if TYPE_CHECKING:
    from modelwire.ir._base import JSONObject

__all__ = ["whole_events"]

_RESULTS: Final = frozenset({"result", "results", "outputs"})
"""Fields that an item has only at its end."""
_TEXTS: Final = {
    "output_text": ("text", "response.output_text"),
    "refusal": ("refusal", "response.refusal"),
    "reasoning_text": ("text", "response.reasoning_text"),
    "summary_text": ("text", "response.reasoning_summary_text"),
}
"""The text of a content part, and its events."""
_ARGUMENTS: Final = {
    "function_call": ("arguments", "response.function_call_arguments"),
    "custom_tool_call": ("input", "response.custom_tool_call_input"),
}
"""The text of a call, and its events."""
_THOUGHTS: Final = (
    ("summary", "summary_index", "summary_text"),
    ("content", "content_index", "reasoning_text"),
)
"""The texts of reasoning, their index, and the type that has events."""


def whole_events(item: JSONObject, index: int) -> Iterator[tuple[str, JSONObject]]:
    """
    Give the events of a whole item.

    Args:
        item: The item.
        index: Its output index.

    Returns:
        Types and fields, but for the sequence number.
    """
    added = {k: v for k, v in item.items() if k not in _RESULTS}
    if "status" in added:
        added["status"] = "in_progress"
    kind = str(item.get("type"))
    place = {"item_id": item.get("id", ""), "output_index": index}
    inner: list[tuple[str, JSONObject]] = []
    if kind == "message":
        added["content"] = []
        for number, piece in enumerate(_list(item.get("content"))):
            inner += _content(piece, {**place, "content_index": number})
    elif kind == "reasoning":
        added["summary"] = []
        for name, key, wanted in _THOUGHTS:
            for number, piece in enumerate(_list(item.get(name))):
                if isinstance(piece, dict) and piece.get("type") == wanted:
                    inner += _content(piece, {**place, key: number})
        added.pop("content", None)
        added.pop("encrypted_content", None)
    elif kind in _ARGUMENTS:
        field, stem = _ARGUMENTS[kind]
        added[field] = ""
        text = item.get(field)
        if not isinstance(text, str):
            # Arguments that are an object grow as text, too.
            text = dumps_str(text) if isinstance(text, dict) else ""
        if text:
            inner.append((f"{stem}.delta", {**place, "delta": text}))
        inner.append((f"{stem}.done", {**place, field: text}))
    elif kind == "mcp_call":
        added["arguments"] = ""
    yield "response.output_item.added", {"output_index": index, "item": added}
    yield from inner
    yield "response.output_item.done", {"output_index": index, "item": item}


def _list(value: Any) -> list[Any]:
    """Give a list; what the wire has in its place has no events."""
    return value if isinstance(value, list) else []


def _content(piece: Any, place: JSONObject) -> Iterator[tuple[str, JSONObject]]:
    kind = piece.get("type") if isinstance(piece, dict) else None
    stem = "response.content_part"
    if kind == "summary_text":
        stem = "response.reasoning_summary_part"
    found = _TEXTS.get(kind) if isinstance(kind, str) else None
    if found is None:
        yield f"{stem}.added", {**place, "part": piece}
        yield f"{stem}.done", {**place, "part": piece}
        return
    field, name = found
    text = piece.get(field)
    if not isinstance(text, str):
        # Without its text it has no events; the item has it whole.
        return
    shown = {"type": kind, field: ""}
    if kind == "output_text":
        shown = {**piece, "text": "", "annotations": []}
        if "logprobs" in piece:
            shown["logprobs"] = []
    yield f"{stem}.added", {**place, "part": shown}
    if text:
        delta = {**place, "delta": text}
        if kind == "output_text":
            delta["logprobs"] = []
        yield f"{name}.delta", delta
    notes = piece.get("annotations")
    for number, note in enumerate(notes if isinstance(notes, list) else ()):
        fields = {**place, "annotation_index": number, "annotation": note}
        yield f"{name}.annotation.added", fields
    done = {**place, field: text}
    if kind == "output_text":
        done["logprobs"] = piece.get("logprobs") or []
    yield f"{name}.done", done
    yield f"{stem}.done", {**place, "part": piece}
