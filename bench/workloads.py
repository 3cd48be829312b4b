"""
What is measured: streams, requests and responses with the fields that vendors send.

Field sets and sizes follow recorded traffic: a chat completion chunk has about 300
bytes, a content block delta about 140.  Everything is made here and always the same.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterable, Iterator
from typing import Any

__all__ = [
    "READ",
    "LongStream",
    "anthropic_response",
    "anthropic_stream",
    "chat_request",
    "chat_response",
    "chat_stream",
    "payloads",
    "reads",
]

READ = 16 * 1024
"""Bytes of one read."""

_TEXT = (
    "the stream carries one word at a time and every word costs a whole event of "
    "JSON — naïve, façade, 東京, “quoted” text and a \\ backslash now and then\n"
)
_WORDS = tuple(_TEXT.split(" "))


def _dumped(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def _word(number: int) -> str:
    return " " + _WORDS[number % len(_WORDS)]


def reads(data: bytes, size: int = READ) -> list[bytes]:
    """Cut *data* into reads."""
    return [data[at : at + size] for at in range(0, len(data), size)]


def payloads(events: Iterable[bytes]) -> list[bytes]:
    """Give the JSON of each event."""
    found = []
    for event in events:
        _, _, data = event.partition(b"data: ")
        if data.startswith(b"{"):
            found.append(data.rstrip(b"\n"))
    return found


# --- openai-chat --------------------------------------------------------------------


def _chat_event(
    choices: list[Any], usage: Any = None, obfuscation: str = "Xk3pQ9aZ"
) -> bytes:
    chunk = {
        "id": "chatcmpl-CKMLwFEI8dlPn5G0sMCmClHeinBLl",
        "object": "chat.completion.chunk",
        "created": 1758968520,
        "model": "gpt-4o-2024-08-06",
        "service_tier": "default",
        "system_fingerprint": "fp_cbf1785567",
        "choices": choices,
        "usage": usage,
        "obfuscation": obfuscation,
    }
    return b"data: " + _dumped(chunk) + b"\n\n"


def _chat_delta(delta: dict[str, Any], finish: str | None = None) -> bytes:
    choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}
    return _chat_event([choice])


def _pieces(text: str, count: int) -> list[str]:
    cuts = [len(text) * number // count for number in range(count + 1)]
    return [text[start:end] for start, end in itertools.pairwise(cuts)]


def _arguments(words: int) -> str:
    text = "".join(_word(number) for number in range(words))
    return json.dumps({"path": "a.txt", "text": text}, ensure_ascii=False)


def chat_stream(count: int = 2000) -> list[bytes]:
    """A chat completion stream of *count* events: text, one call, finish, usage."""
    calls = count // 5
    texts = count - calls - 5
    events = [_chat_delta({"role": "assistant", "content": "", "refusal": None})]
    events += [_chat_delta({"content": _word(number)}) for number in range(texts)]
    header = {"name": "write_file", "arguments": ""}
    call = {"index": 0, "id": "call_W9wqR3VRKy", "type": "function", "function": header}
    events.append(_chat_delta({"tool_calls": [call]}))
    for piece in _pieces(_arguments(calls), calls):
        more = {"index": 0, "function": {"arguments": piece}}
        events.append(_chat_delta({"tool_calls": [more]}))
    events.append(_chat_delta({}, "tool_calls"))
    details = {"cached_tokens": 512, "audio_tokens": 0}
    usage = {
        "prompt_tokens": 1024,
        "completion_tokens": count,
        "total_tokens": 1024 + count,
        "prompt_tokens_details": details,
        "completion_tokens_details": {"reasoning_tokens": 0, "audio_tokens": 0},
    }
    events.append(_chat_event([], usage))
    events.append(b"data: [DONE]\n\n")
    return events


def chat_response() -> bytes:
    """A whole chat completion: some text and two calls."""
    call = {"name": "write_file", "arguments": _arguments(200)}
    message = {
        "role": "assistant",
        "content": "".join(_word(number) for number in range(800)),
        "refusal": None,
        "annotations": [],
        "tool_calls": [
            {"id": "call_1", "type": "function", "function": call},
            {"id": "call_2", "type": "function", "function": call},
        ],
    }
    choice = {
        "index": 0,
        "message": message,
        "logprobs": None,
        "finish_reason": "tool_calls",
    }
    details = {"cached_tokens": 512, "audio_tokens": 0}
    body = {
        "id": "chatcmpl-CKMLwFEI8dlPn5G0sMCmClHeinBLl",
        "object": "chat.completion",
        "created": 1758968520,
        "model": "gpt-4o-2024-08-06",
        "choices": [choice],
        "usage": {
            "prompt_tokens": 1024,
            "completion_tokens": 900,
            "total_tokens": 1924,
            "prompt_tokens_details": details,
            "completion_tokens_details": {"reasoning_tokens": 0, "audio_tokens": 0},
        },
        "service_tier": "default",
        "system_fingerprint": "fp_cbf1785567",
    }
    return _dumped(body)


# --- anthropic-messages -------------------------------------------------------------


def _event(data: dict[str, Any], padding: str = "") -> bytes:
    # Anthropic pads its deltas with blanks before the last brace.
    body = _dumped(data)[:-1] + padding.encode() + b"}"
    return b"event: " + data["type"].encode() + b"\ndata: " + body + b"\n\n"


def _block(index: int, header: dict[str, Any], deltas: Iterable[Any]) -> list[bytes]:
    start = {"type": "content_block_start", "index": index, "content_block": header}
    events = [_event(start)]
    for number, delta in enumerate(deltas):
        one = {"type": "content_block_delta", "index": index, "delta": delta}
        events.append(_event(one, " " * (number % 12)))
    events.append(_event({"type": "content_block_stop", "index": index}))
    return events


_ANTHROPIC_USAGE = {
    "input_tokens": 512,
    "cache_creation_input_tokens": 0,
    "cache_read_input_tokens": 512,
    "cache_creation": {"ephemeral_5m_input_tokens": 0, "ephemeral_1h_input_tokens": 0},
    "output_tokens": 3,
    "service_tier": "standard",
}


def anthropic_stream(count: int = 2000) -> list[bytes]:
    """A message stream of *count* events: thinking, text, one call, usage."""
    thoughts, calls = count // 4, count // 5
    texts = count - thoughts - calls - 11
    message = {
        "id": "msg_01XFDUDYJgAACzvnptvVoYEL",
        "type": "message",
        "role": "assistant",
        "model": "claude-sonnet-4-5-20250929",
        "content": [],
        "stop_reason": None,
        "stop_sequence": None,
        "usage": _ANTHROPIC_USAGE,
    }
    thinking = [
        {"type": "thinking_delta", "thinking": _word(number)}
        for number in range(thoughts)
    ]
    signed = {"type": "signature_delta", "signature": "EqQBCgIYAhIM" * 20}
    header = {
        "type": "tool_use",
        "id": "toolu_01D7FLrfh4GYq7yT1ULFeyMV",
        "name": "write_file",
        "input": {},
    }
    ended = {"stop_reason": "tool_use", "stop_sequence": None}
    return [
        _event({"type": "message_start", "message": message}),
        *_block(
            0,
            {"type": "thinking", "thinking": "", "signature": ""},
            [*thinking, signed],
        ),
        _event({"type": "ping"}),
        *_block(
            1,
            {"type": "text", "text": ""},
            ({"type": "text_delta", "text": _word(number)} for number in range(texts)),
        ),
        *_block(
            2,
            header,
            (
                {"type": "input_json_delta", "partial_json": piece}
                for piece in _pieces(_arguments(calls), calls)
            ),
        ),
        _event(
            {
                "type": "message_delta",
                "delta": ended,
                "usage": {**_ANTHROPIC_USAGE, "output_tokens": count},
            }
        ),
        _event({"type": "message_stop"}),
    ]


def anthropic_response() -> bytes:
    """A whole message: thinking, text and two calls."""
    arguments = json.loads(_arguments(200))
    call = {"type": "tool_use", "name": "write_file", "input": arguments}
    body = {
        "id": "msg_01XFDUDYJgAACzvnptvVoYEL",
        "type": "message",
        "role": "assistant",
        "model": "claude-sonnet-4-5-20250929",
        "content": [
            {
                "type": "thinking",
                "thinking": "".join(_word(number) for number in range(200)),
                "signature": "EqQBCgIYAhIM" * 20,
            },
            {"type": "text", "text": "".join(_word(n) for n in range(800))},
            {**call, "id": "toolu_1"},
            {**call, "id": "toolu_2"},
        ],
        "stop_reason": "tool_use",
        "stop_sequence": None,
        "usage": {**_ANTHROPIC_USAGE, "output_tokens": 900},
    }
    return _dumped(body)


# --- requests -----------------------------------------------------------------------


def _tool(number: int) -> dict[str, Any]:
    properties = {
        name: {"type": "string", "description": f"The {name} that the tool needs."}
        for name in ("path", "text", "encoding", "mode")
    }
    properties["limit"] = {"type": "integer", "minimum": 0, "maximum": 1000}
    function = {
        "name": f"tool_{number}",
        "description": "Does one thing with a file and says what came of it. " * 2,
        "parameters": {
            "type": "object",
            "properties": properties,
            "required": ["path", "text"],
            "additionalProperties": False,
        },
    }
    return {"type": "function", "function": function}


def _turn(number: int, words: int) -> list[dict[str, Any]]:
    said = "".join(_word(number + at) for at in range(words))
    call = {
        "id": f"call_{number:04}",
        "type": "function",
        "function": {
            "name": f"tool_{number % 40}",
            "arguments": _arguments(words // 2),
        },
    }
    return [
        {"role": "user", "content": said},
        {"role": "assistant", "content": said, "tool_calls": [call]},
        {"role": "tool", "tool_call_id": f"call_{number:04}", "content": said},
        {"role": "assistant", "content": [{"type": "text", "text": said}]},
    ]


def chat_request(
    messages: int = 200, tools: int = 40, image_bytes: int = 0, words: int = 72
) -> bytes:
    """A chat completion request: an agent's history, its tools, perhaps images."""
    history: list[dict[str, Any]] = [{"role": "system", "content": "Be brief."}]
    for number in range(messages // 4):
        history += _turn(number, words)
    if image_bytes:
        part = image_bytes // 4
        history.append(
            {
                "role": "user",
                "content": [
                    {
                        "type": "image_url",
                        "image_url": {
                            "url": "data:image/png;base64," + "iVBORw0K" * (part // 8)
                        },
                    }
                    for _ in range(4)
                ],
            }
        )
    body = {
        "model": "gpt-4o-2024-08-06",
        "messages": history,
        "tools": [_tool(number) for number in range(tools)],
        "tool_choice": "auto",
        "temperature": 0.2,
        "max_completion_tokens": 4096,
        "stream": True,
        "stream_options": {"include_usage": True},
    }
    return _dumped(body)


# --- long streams -------------------------------------------------------------------


class LongStream:
    """
    A stream of about *size* bytes that is never held as a whole.

    It is *events* with the one in the middle repeated; each pass over it gives its
    reads anew.
    """

    def __init__(self, events: list[bytes], size: int) -> None:
        middle = len(events) // 2
        self._opening = reads(b"".join(events[: middle + 1]))
        self._block = events[middle] * max(1, READ // len(events[middle]))
        self._closing = reads(b"".join(events[middle + 1 :]))
        self._count = size // len(self._block)

    def __iter__(self) -> Iterator[bytes]:
        yield from self._opening
        for _ in range(self._count):
            yield self._block
        yield from self._closing
