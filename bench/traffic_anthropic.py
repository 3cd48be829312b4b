"""Traffic of anthropic-messages: a stream, an answer, a request, with its fields."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from traffic import (
    DESCRIPTION,
    IMAGES,
    Size,
    arguments,
    dumped,
    event,
    image,
    pieces,
    schema,
    text,
    turns,
    word,
)

__all__ = ["request", "response", "stream"]

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


def response(words: int = 800, calls: int = 2) -> bytes:
    """An answer: thinking, text and calls."""
    thought = {"type": "thinking", "thinking": text(words // 4)}
    content: list[dict[str, Any]] = [
        {**thought, "signature": _SIGNATURE},
        {"type": "text", "text": text(words)},
    ]
    content += [
        {
            "type": "tool_use",
            "name": "write_file",
            "input": json.loads(arguments(200)),
            "id": f"toolu_{number + 1}",
        }
        for number in range(calls)
    ]
    body = {
        **_MESSAGE,
        "content": content,
        "stop_reason": "tool_use" if calls else "end_turn",
        "stop_sequence": None,
        "usage": {**_USAGE, "output_tokens": 900},
    }
    return dumped(body)


def _turn(number: int, words: int, args: int) -> list[dict[str, Any]]:
    said = text(words, number)
    call = {
        "type": "tool_use",
        "id": f"toolu_{number:04}",
        "name": f"tool_{number % 40}",
        "input": json.loads(arguments(args)),
    }
    answer = {
        "type": "tool_result",
        "tool_use_id": f"toolu_{number:04}",
        "content": said,
    }
    spoken = {"type": "text", "text": said}
    return [
        {"role": "user", "content": said},
        {"role": "assistant", "content": [spoken, call]},
        {"role": "user", "content": [answer]},
        {"role": "assistant", "content": [spoken]},
    ]


def request(size: Size) -> bytes:
    """A request: an agent's history, its tools, perhaps four images."""
    history = turns(size, _turn)
    if size.image_bytes:
        source = {"media_type": "image/png", "data": image(size.image_bytes)}
        part = {"type": "image", "source": {"type": "base64", **source}}
        history.append({"role": "user", "content": [part] * IMAGES})
    declared = [
        {
            "name": f"tool_{number}",
            "description": DESCRIPTION,
            "input_schema": schema(size.fields),
        }
        for number in range(size.tools)
    ]
    body = {
        "model": _MESSAGE["model"],
        "system": "Be brief.",
        "messages": history,
        "tools": declared,
        "tool_choice": {"type": "auto"},
        "temperature": 0.2,
        "max_tokens": 4096,
        "stream": True,
    }
    return dumped(body)
