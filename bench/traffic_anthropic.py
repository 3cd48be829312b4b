"""Traffic of anthropic-messages: a stream and an answer, with Anthropic's fields."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from traffic import arguments, dumped, event, pieces, text, word

__all__ = ["response", "stream"]

_MESSAGE = {
    "id": "msg_01XFDUDYJgAACzvnptvVoYEL",
    "type": "message",
    "role": "assistant",
    "model": "claude-sonnet-4-5-20250929",
}
_USAGE = {
    "input_tokens": 512,
    "cache_creation_input_tokens": 0,
    "cache_read_input_tokens": 512,
    "cache_creation": {"ephemeral_5m_input_tokens": 0, "ephemeral_1h_input_tokens": 0},
    "output_tokens": 3,
    "service_tier": "standard",
}
_SIGNATURE = "EqQBCgIYAhIM" * 20


def _block(index: int, header: dict[str, Any], deltas: Iterable[Any]) -> list[bytes]:
    start = {"type": "content_block_start", "index": index, "content_block": header}
    events = [event(start)]
    for number, delta in enumerate(deltas):
        one = {"type": "content_block_delta", "index": index, "delta": delta}
        events.append(event(one, padding=" " * (number % 12)))
    events.append(event({"type": "content_block_stop", "index": index}))
    return events


def stream(count: int = 2000) -> list[bytes]:
    """A stream of *count* events: thinking, text, one call, usage."""
    thoughts, calls = count // 4, count // 5
    texts = count - thoughts - calls - 11
    message = {**_MESSAGE, "content": [], "stop_reason": None, "stop_sequence": None}
    thinking = [
        {"type": "thinking_delta", "thinking": word(number)}
        for number in range(thoughts)
    ]
    call = {
        "type": "tool_use",
        "id": "toolu_01D7FLrfh4GYq7yT1ULFeyMV",
        "name": "write_file",
        "input": {},
    }
    return [
        event({"type": "message_start", "message": {**message, "usage": _USAGE}}),
        *_block(
            0,
            {"type": "thinking", "thinking": "", "signature": ""},
            [*thinking, {"type": "signature_delta", "signature": _SIGNATURE}],
        ),
        event({"type": "ping"}),
        *_block(
            1,
            {"type": "text", "text": ""},
            ({"type": "text_delta", "text": word(number)} for number in range(texts)),
        ),
        *_block(
            2,
            call,
            (
                {"type": "input_json_delta", "partial_json": piece}
                for piece in pieces(arguments(calls), calls)
            ),
        ),
        event(
            {
                "type": "message_delta",
                "delta": {"stop_reason": "tool_use", "stop_sequence": None},
                "usage": {**_USAGE, "output_tokens": count},
            }
        ),
        event({"type": "message_stop"}),
    ]


def response() -> bytes:
    """An answer: thinking, text and two calls."""
    call = {
        "type": "tool_use",
        "name": "write_file",
        "input": json.loads(arguments(200)),
    }
    body = {
        **_MESSAGE,
        "content": [
            {"type": "thinking", "thinking": text(200), "signature": _SIGNATURE},
            {"type": "text", "text": text(800)},
            {**call, "id": "toolu_1"},
            {**call, "id": "toolu_2"},
        ],
        "stop_reason": "tool_use",
        "stop_sequence": None,
        "usage": {**_USAGE, "output_tokens": 900},
    }
    return dumped(body)
