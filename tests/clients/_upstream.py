"""Upstream answers on the wire, written by hand, whole and streamed."""

from __future__ import annotations

import json
from typing import Any

__all__ = ["ANTHROPIC", "OPENAI", "Wire", "anthropic_sse", "openai_sse"]

import attrs


@attrs.frozen
class Wire:
    """One answer in one dialect."""

    body: bytes
    """As a whole response."""
    pieces: tuple[bytes, ...]
    """As a stream, one event a piece."""


def openai_sse(*events: dict[str, Any], done: bool = True) -> tuple[bytes, ...]:
    lines = [b"data: " + json.dumps(event).encode() + b"\n\n" for event in events]
    return (*lines, b"data: [DONE]\n\n") if done else tuple(lines)


def anthropic_sse(*events: dict[str, Any]) -> tuple[bytes, ...]:
    return tuple(
        f"event: {event['type']}\ndata: {json.dumps(event)}\n\n".encode()
        for event in events
    )


# --- openai -------------------------------------------------------------------------

_CHAT = {"id": "chatcmpl-1", "created": 1700000000, "model": "m-1"}
_CHAT_USAGE = {
    "prompt_tokens": 100,
    "completion_tokens": 20,
    "total_tokens": 120,
    "prompt_tokens_details": {"cached_tokens": 60},
    "completion_tokens_details": {"reasoning_tokens": 5},
}


def chat_chunk(delta: dict[str, Any], finish: str | None = None) -> dict[str, Any]:
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    return {**_CHAT, "object": "chat.completion.chunk", "choices": [choice]}


def _call(index: int, arguments: str, **header: str) -> dict[str, Any]:
    call: dict[str, Any] = {"index": index, "function": {"arguments": arguments}}
    if header:
        call |= {"id": header["id"], "type": "function"}
        call["function"]["name"] = header["name"]
    return chat_chunk({"tool_calls": [call]})


def _chat(message: dict[str, Any], finish: str, *chunks: dict[str, Any]) -> Wire:
    choice = {"index": 0, "message": message, "finish_reason": finish}
    body = {
        **_CHAT,
        "object": "chat.completion",
        "choices": [choice],
        "usage": _CHAT_USAGE,
    }
    usage = {**_CHAT, "object": "chat.completion.chunk", "choices": []}
    return Wire(
        json.dumps(body).encode(),
        openai_sse(
            chat_chunk({"role": "assistant", "content": ""}),
            *chunks,
            chat_chunk({}, finish),
            {**usage, "usage": _CHAT_USAGE},
        ),
    )


def _function(id_: str, name: str, arguments: str) -> dict[str, Any]:
    function = {"name": name, "arguments": arguments}
    return {"id": id_, "type": "function", "function": function}


OPENAI = {
    "text": _chat(
        {"role": "assistant", "content": "Sunny, 20 °C."},
        "stop",
        chat_chunk({"content": "Sunny,"}),
        chat_chunk({"content": " 20 °C."}),
    ),
    "length": _chat(
        {"role": "assistant", "content": "Sun"},
        "length",
        chat_chunk({"content": "Sun"}),
    ),
    "tool": _chat(
        {
            "role": "assistant",
            "content": None,
            "tool_calls": [_function("call_1", "weather", '{"city": "Paris"}')],
        },
        "tool_calls",
        _call(0, "", id="call_1", name="weather"),
        _call(0, '{"city": '),
        _call(0, '"Paris"}'),
    ),
    # The deltas of the two calls interleave, which a sequential dialect cannot say.
    "parallel": _chat(
        {
            "role": "assistant",
            "content": "Looking.",
            "tool_calls": [
                _function("call_1", "weather", '{"city": "Paris"}'),
                _function("call_2", "time", '{"zone": "CET"}'),
            ],
        },
        "tool_calls",
        chat_chunk({"content": "Looking."}),
        _call(0, '{"city"', id="call_1", name="weather"),
        _call(1, '{"zone"', id="call_2", name="time"),
        _call(0, ': "Paris"}'),
        _call(1, ': "CET"}'),
    ),
    "no arguments": _chat(
        {
            "role": "assistant",
            "content": None,
            "tool_calls": [_function("call_1", "now", "")],
        },
        "tool_calls",
        _call(0, "", id="call_1", name="now"),
    ),
    "reasoning": _chat(
        {
            "role": "assistant",
            "reasoning_content": "It is May.",
            "content": "Sunny.",
        },
        "stop",
        chat_chunk({"reasoning_content": "It is"}),
        chat_chunk({"reasoning_content": " May."}),
        chat_chunk({"content": "Sunny."}),
    ),
}


# --- anthropic ----------------------------------------------------------------------

_MESSAGE = {"id": "msg_1", "type": "message", "role": "assistant", "model": "m-1"}
_USAGE = {
    "input_tokens": 30,
    "cache_read_input_tokens": 60,
    "cache_creation_input_tokens": 10,
    "output_tokens": 20,
}


def message_start() -> dict[str, Any]:
    message = {
        **_MESSAGE,
        "content": [],
        "stop_reason": None,
        "stop_sequence": None,
        "usage": {**_USAGE, "output_tokens": 1},
    }
    return {"type": "message_start", "message": message}


def block(index: int, header: dict[str, Any], *deltas: dict[str, Any]) -> list[Any]:
    return [
        {"type": "content_block_start", "index": index, "content_block": header},
        *(
            {"type": "content_block_delta", "index": index, "delta": delta}
            for delta in deltas
        ),
        {"type": "content_block_stop", "index": index},
    ]


def _text(index: int, *texts: str) -> list[Any]:
    deltas = ({"type": "text_delta", "text": text} for text in texts)
    return block(index, {"type": "text", "text": ""}, *deltas)


def _tool(index: int, id_: str, name: str, *texts: str) -> list[Any]:
    header = {"type": "tool_use", "id": id_, "name": name, "input": {}}
    deltas = ({"type": "input_json_delta", "partial_json": text} for text in texts)
    return block(index, header, *deltas)


def message_end(reason: str, sequence: str | None = None) -> list[Any]:
    return [
        {
            "type": "message_delta",
            "delta": {"stop_reason": reason, "stop_sequence": sequence},
            "usage": {"output_tokens": 20},
        },
        {"type": "message_stop"},
    ]


def _message(
    content: list[Any], reason: str, events: list[Any], sequence: str | None = None
) -> Wire:
    body = {
        **_MESSAGE,
        "content": content,
        "stop_reason": reason,
        "stop_sequence": sequence,
        "usage": _USAGE,
    }
    return Wire(
        json.dumps(body).encode(),
        anthropic_sse(message_start(), *events, *message_end(reason, sequence)),
    )


def _use(id_: str, name: str, value: dict[str, Any]) -> dict[str, Any]:
    return {"type": "tool_use", "id": id_, "name": name, "input": value}


ANTHROPIC = {
    "text": _message(
        [{"type": "text", "text": "Sunny, 20 °C."}],
        "end_turn",
        _text(0, "Sunny,", " 20 °C."),
    ),
    "length": _message(
        [{"type": "text", "text": "Sun"}], "max_tokens", _text(0, "Sun")
    ),
    "stop sequence": _message(
        [{"type": "text", "text": "Sun"}], "stop_sequence", _text(0, "Sun"), "ny"
    ),
    "tool": _message(
        [_use("toolu_1", "weather", {"city": "Paris"})],
        "tool_use",
        _tool(0, "toolu_1", "weather", "", '{"city": ', '"Paris"}'),
    ),
    "parallel": _message(
        [
            {"type": "text", "text": "Looking."},
            _use("toolu_1", "weather", {"city": "Paris"}),
            _use("toolu_2", "time", {"zone": "CET"}),
        ],
        "tool_use",
        [
            *_text(0, "Looking."),
            *_tool(1, "toolu_1", "weather", '{"city": "Paris"}'),
            *_tool(2, "toolu_2", "time", '{"zone"', ': "CET"}'),
        ],
    ),
    "no arguments": _message(
        [_use("toolu_1", "now", {})], "tool_use", _tool(0, "toolu_1", "now", "")
    ),
    "thinking": _message(
        [
            {"type": "thinking", "thinking": "It is May.", "signature": "c2ln"},
            {"type": "text", "text": "Sunny."},
        ],
        "end_turn",
        [
            *block(
                0,
                {"type": "thinking", "thinking": "", "signature": ""},
                {"type": "thinking_delta", "thinking": "It is"},
                {"type": "thinking_delta", "thinking": " May."},
                {"type": "signature_delta", "signature": "c2ln"},
            ),
            *_text(1, "Sunny."),
        ],
    ),
}
