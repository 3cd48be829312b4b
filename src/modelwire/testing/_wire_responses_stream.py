"""
Streams of `openai-responses` as bytes: a drawn response, told event by event.

Items come one after the other, or their events interleave; texts are cut anywhere;
built-in tools show progress.  Now and then the stream breaks off, or ends in an error.

Source:
    wire/openai_responses.md section 6 and wire/observed.md section 3, read 2026-11-21.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Final

from hypothesis import strategies as st

from modelwire.testing._strategy_values import texts
from modelwire.testing._wire_responses import responses
from modelwire.testing._wire_values import either, flags

__all__ = ["streams"]

Event = dict[str, Any]

_ARGUMENTS: Final = {
    "function_call": ("function_call_arguments", "arguments"),
    "custom_tool_call": ("custom_tool_call_input", "input"),
    "mcp_call": ("mcp_call_arguments", "arguments"),
    "code_interpreter_call": ("code_interpreter_call_code", "code"),
}
"""Items with one text that streams: the stem of its events, and its field."""

_PROGRESS: Final = {
    "web_search_call": ("in_progress", "searching", "completed"),
    "file_search_call": ("in_progress", "searching", "completed"),
    "code_interpreter_call": ("in_progress", "interpreting", "completed"),
    "image_generation_call": ("in_progress", "generating", "completed"),
    "mcp_call": ("in_progress", "completed"),
    "mcp_list_tools": ("in_progress", "completed"),
}


class _Teller:
    """Tells one response."""

    def __init__(self, draw: st.DrawFn) -> None:
        self.draw = draw

    def pieces(self, text: str) -> list[str]:
        """Cut a text into deltas; an empty one has none."""
        if not text:
            return []
        cut = self.draw(st.integers(0, len(text)))
        return [piece for piece in (text[:cut], text[cut:]) if piece]

    def item(self, index: int, item: dict[str, Any]) -> Iterator[Event]:
        """Tell one item."""
        kind = item["type"]
        place = {"output_index": index, "item_id": item.get("id")}
        added = {**item, **_BEGINNINGS.get(kind, {})}
        if "status" in item:
            added["status"] = "in_progress"
        yield _event("output_item.added", output_index=index, item=added)
        if kind == "message":
            yield from self.content(place, item["content"])
        elif kind == "reasoning":
            yield from self.thoughts(place, item)
        else:
            yield from self.call(place, item)
        yield _event("output_item.done", output_index=index, item=item)

    def content(
        self, place: dict[str, Any], content: list[dict[str, Any]]
    ) -> Iterator[Event]:
        for number, part in enumerate(content):
            where = {**place, "content_index": number}
            empty = _emptied(part)
            yield _event("content_part.added", **where, part=empty)
            if part["type"] == "output_text":
                tokens = part.get("logprobs") or []
                for piece in self.pieces(part["text"]):
                    yield _event(
                        "output_text.delta", **where, delta=piece, logprobs=tokens
                    )
                    tokens = []
                for at, note in enumerate(part["annotations"]):
                    yield _event(
                        "output_text.annotation.added",
                        **where,
                        annotation_index=at,
                        annotation=note,
                    )
                yield _event(
                    "output_text.done", **where, text=part["text"], logprobs=[]
                )
            elif part["type"] == "refusal":
                for piece in self.pieces(part["refusal"]):
                    yield _event("refusal.delta", **where, delta=piece)
                yield _event("refusal.done", **where, refusal=part["refusal"])
            yield _event("content_part.done", **where, part=part)

    def thoughts(self, place: dict[str, Any], item: dict[str, Any]) -> Iterator[Event]:
        for number, part in enumerate(item["summary"]):
            where = {**place, "summary_index": number}
            empty = {**part, "text": ""}
            yield _event("reasoning_summary_part.added", **where, part=empty)
            for piece in self.pieces(part["text"]):
                yield _event("reasoning_summary_text.delta", **where, delta=piece)
            yield _event("reasoning_summary_text.done", **where, text=part["text"])
            yield _event("reasoning_summary_part.done", **where, part=part)
        for number, part in enumerate(item.get("content") or ()):
            where = {**place, "content_index": number}
            empty = {**part, "text": ""}
            yield _event("content_part.added", **where, part=empty)
            for piece in self.pieces(part["text"]):
                yield _event("reasoning_text.delta", **where, delta=piece)
            yield _event("reasoning_text.done", **where, text=part["text"])
            yield _event("content_part.done", **where, part=part)

    def call(self, place: dict[str, Any], item: dict[str, Any]) -> Iterator[Event]:
        kind = item["type"]
        progress = list(_PROGRESS.get(kind, ())) if self.draw(flags) else []
        if progress:
            yield _event(f"{kind}.{progress.pop(0)}", **place)
        if kind in _ARGUMENTS:
            stem, field = _ARGUMENTS[kind]
            text = item.get(field)
            if text is not None:
                for piece in self.pieces(text):
                    yield _event(f"{stem}.delta", **place, delta=piece)
                yield _event(f"{stem}.done", **place, **{field: text})
        elif kind == "image_generation_call" and self.draw(flags):
            yield _event(
                f"{kind}.partial_image",
                **place,
                partial_image_index=0,
                partial_image_b64="AAAA",
            )
        for status in progress:
            yield _event(f"{kind}.{status}", **place)


_THOUGHTS: Final = ("reasoning_text",)
"""Content of reasoning that events tell of."""

_BEGINNINGS: Final[dict[str, dict[str, Any]]] = {
    "message": {"content": []},
    "reasoning": {"summary": []},
    "function_call": {"arguments": ""},
    "custom_tool_call": {"input": ""},
    "mcp_call": {"arguments": ""},
}
"""What an item says of itself before it has grown."""


def _emptied(part: dict[str, Any]) -> dict[str, Any]:
    if part["type"] == "output_text":
        return {**part, "text": "", "annotations": [], "logprobs": []}
    return {**part, "refusal": ""} if part["type"] == "refusal" else part


def _event(name: str, **fields: Any) -> Event:
    kind = name if name == "error" else f"response.{name}"
    return {"type": kind, **fields}


@st.composite
def streams(draw: st.DrawFn, *, errors: bool = True, interleaved: bool = True) -> bytes:
    """
    Draw whole streams.

    Args:
        draw: Hypothesis's draw; leave it out when calling.
        errors: Whether some of them break off, or end in an error.
        interleaved: Whether items may be told at the same time.

    Returns:
        Server-Sent Events.
    """
    response = draw(responses())
    for item in response["output"]:
        if item["type"] == "message" and len(item["content"]) > 1:
            # How an item ends is told when its first parts have ended: parts of one
            # message would disagree about it.
            item["status"] = "completed"
        if item["type"] == "reasoning":
            # No event of the vendor's tells of other content of theirs.
            kept = [c for c in item.get("content", ()) if c["type"] in _THOUGHTS]
            item.update({"content": kept} if "content" in item else {})
    status = response["status"]
    begun = {**response, "status": "in_progress", "output": [], "usage": None}
    begun.pop("tool_usage", None)
    begun["incomplete_details"] = None
    events = [_event("created", response=begun), _event("in_progress", response=begun)]
    events += _items(draw, response["output"], interleaved=interleaved)
    if draw(st.integers(0, 5)) == 0:
        place = draw(st.integers(1, len(events)))
        events.insert(place, {"type": "keepalive", "x": draw(texts())})
    broken = errors and draw(st.integers(0, 4)) == 0
    if broken:
        del events[draw(st.integers(2, len(events))) :]
        events += _failure(draw, response)
    else:
        last = "completed" if status == "completed" else status
        told = response
        if draw(st.integers(0, 5)) == 0:
            # ChatGPT's backend does not repeat the items.
            told = {**response, "output": []}
        events.append(_event(last, response=told))
    return _framed(events, named=draw(flags))


def _items(
    draw: st.DrawFn, output: list[dict[str, Any]], *, interleaved: bool
) -> list[Event]:
    """Tell the items one after the other, or at the same time."""
    teller = _Teller(draw)
    told = [list(teller.item(number, item)) for number, item in enumerate(output)]
    if len(told) < 2 or not interleaved or draw(st.integers(0, 3)):
        return [event for one in told for event in one]
    # All begin in their order; then any may go on.
    out = [one.pop(0) for one in told]
    while any(told):
        open_ = [one for one in told if one]
        out.append(
            draw(st.sampled_from(range(len(open_))).map(open_.__getitem__)).pop(0)
        )
    return out


def _failure(draw: st.DrawFn, response: dict[str, Any]) -> list[Event]:
    """Give what ends a stream that fails: nothing, an error, a failed response."""
    error = {
        "code": draw(either("server_error", "rate_limit_exceeded")),
        "message": "ü",
    }
    failed = {**response, "status": "failed", "error": error, "output": []}
    kind = draw(either("cut", "error", "failed", "both"))
    flat = _event("error", **error, param=None)
    whole = _event("failed", response={**failed, "incomplete_details": None})
    return {"cut": [], "error": [flat], "failed": [whole], "both": [flat, whole]}[kind]


def _framed(events: list[Event], *, named: bool) -> bytes:
    out = []
    for number, event in enumerate(events):
        data = json.dumps({**event, "sequence_number": number}, ensure_ascii=False)
        head = f"event: {event['type']}\n" if named else ""
        out.append(f"{head}data: {data}\n\n".encode("utf-8", "surrogatepass"))
    return b"".join(out)
