"""
Streams of `anthropic-messages` as bytes: a drawn response, told event by event.

Texts, thoughts and arguments are cut anywhere, pings stand between, the usage comes at
the start and again at the end.  Now and then the stream breaks off, or ends in an
error.

Source:
    wire/anthropic_messages.md section 7 and wire/observed.md section 1, read
    2026-11-21.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Final

from hypothesis import strategies as st

from modelwire.testing._wire_anthropic import responses
from modelwire.testing._wire_values import either, flags

__all__ = ["streams"]

Event = dict[str, Any]

_LATE: Final = ("stop_reason", "stop_sequence", "stop_details", "container")
"""Fields of the message that its end tells."""
_CALLS: Final = ("tool_use", "server_tool_use", "mcp_tool_use")
_COUNTS: Final = ("output_tokens", "server_tool_use", "output_tokens_details")
"""Counts that are known at the end only."""


@st.composite
def streams(draw: st.DrawFn, *, errors: bool = True) -> bytes:
    """
    Draw whole streams.

    Args:
        draw: Hypothesis's draw; leave it out when calling.
        errors: Whether some of them break off, or end in an error.

    Returns:
        Server-Sent Events.
    """
    response = draw(responses())
    events = [_begun(response)]
    for index, block in enumerate(response["content"]):
        events += _told(draw, index, block)
    events += _ended(draw, response)
    for _ in range(draw(st.sampled_from((0, 1, 1, 2)))):
        events.insert(draw(st.integers(1, len(events) - 1)), {"type": "ping"})
    if draw(st.integers(0, 7)) == 0:
        unknown = {"type": "x_event", "a": 1}
        events.insert(draw(st.integers(1, len(events) - 1)), unknown)
    if errors and draw(st.integers(0, 4)) == 0:
        del events[draw(st.integers(0, len(events))) :]
        if draw(flags):
            events.append({"type": "error", "error": draw(_ERRORS)})
    return b"".join(_framed(event) for event in events)


_ERRORS: Final = either(
    {"type": "overloaded_error", "message": "ü"},
    {"type": "api_error", "message": "down"},
)


def _framed(event: Event) -> bytes:
    data = json.dumps(event, ensure_ascii=False)
    text = f"event: {event['type']}\ndata: {data}\n\n"
    return text.encode("utf-8", "surrogatepass")


def _begun(response: dict[str, Any]) -> Event:
    usage = {k: v for k, v in response["usage"].items() if k not in _COUNTS}
    message = {k: v for k, v in response.items() if k not in _LATE}
    message |= {"content": [], "stop_reason": None, "stop_sequence": None}
    message["usage"] = {**usage, "output_tokens": 1}
    message.pop("context_management", None)
    return {"type": "message_start", "message": message}


def _ended(draw: st.DrawFn, response: dict[str, Any]) -> list[Event]:
    """Tell the end: the stop reason, and the counts or what is new of them."""
    usage = response["usage"]
    if draw(flags):
        usage = {k: v for k, v in usage.items() if k in _COUNTS}
    delta = {name: response[name] for name in _LATE if name in response}
    last: Event = {"type": "message_delta", "delta": delta, "usage": usage}
    if "context_management" in response:
        last["context_management"] = response["context_management"]
    return [last, {"type": "message_stop"}]


def _told(draw: st.DrawFn, index: int, block: dict[str, Any]) -> Iterator[Event]:
    """Tell one block."""
    header, deltas = _grown(draw, block)
    yield {"type": "content_block_start", "index": index, "content_block": header}
    for delta in deltas:
        yield {"type": "content_block_delta", "index": index, "delta": delta}
    yield {"type": "content_block_stop", "index": index}


def _grown(
    draw: st.DrawFn, block: dict[str, Any]
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Give what a block begins with, and the deltas that make the rest."""
    kind = block["type"]
    if kind == "text":
        deltas = _pieces(draw, "text_delta", "text", block["text"])
        header = {**block, "text": ""}
        if block.get("citations"):
            header["citations"] = []
            deltas += [
                {"type": "citations_delta", "citation": citation}
                for citation in block["citations"]
            ]
        return header, deltas
    if kind == "thinking":
        deltas = _pieces(draw, "thinking_delta", "thinking", block["thinking"])
        signed = {"type": "signature_delta", "signature": block["signature"]}
        return {**block, "thinking": "", "signature": ""}, [*deltas, signed]
    if kind in _CALLS:
        text = json.dumps(block["input"], ensure_ascii=False) if block["input"] else ""
        # The first piece is empty, always.
        first = {"type": "input_json_delta", "partial_json": ""}
        deltas = _pieces(draw, "input_json_delta", "partial_json", text)
        return {**block, "input": {}}, [first, *deltas]
    if kind == "compaction":
        whole = {"type": "compaction_delta", "content": block["content"]}
        return {**block, "content": None}, [whole]
    return block, []


def _pieces(draw: st.DrawFn, kind: str, field: str, text: str) -> list[dict[str, Any]]:
    """Cut a text into deltas; an empty one has none."""
    if not text:
        return []
    cut = draw(st.integers(0, len(text)))
    return [{"type": kind, field: piece} for piece in (text[:cut], text[cut:]) if piece]
