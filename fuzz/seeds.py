"""Well-formed streams and requests that the fuzz targets begin with; made by us."""

from __future__ import annotations

import json
from typing import Any

__all__ = ["ANTHROPIC_STREAMS", "CHAT_STREAMS", "REQUESTS", "STREAMS"]


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()


def _chat(*choices: dict[str, Any], usage: Any = None) -> bytes:
    head = {"id": "i", "object": "chat.completion.chunk", "created": 1, "model": "m"}
    return b"data: " + _json({**head, "choices": choices, "usage": usage}) + b"\n\n"


def _delta(delta: dict[str, Any], finish: str | None = None) -> dict[str, Any]:
    return {"index": 0, "delta": delta, "finish_reason": finish}


def _call(index: int, arguments: str, **header: str) -> dict[str, Any]:
    function = {"arguments": arguments, **header}
    return _delta({"tool_calls": [{"index": index, "id": "c", "function": function}]})


_DONE = b"data: [DONE]\n\n"
_CHAT_USAGE = {"prompt_tokens": 3, "completion_tokens": 2, "total_tokens": 5}

CHAT_STREAMS = (
    _chat(_delta({"role": "assistant", "content": "a"}))
    + _chat(_delta({"reasoning_content": "b"}))
    + _chat(_delta({"refusal": "c"}, "stop"))
    + _chat(usage=_CHAT_USAGE)
    + _DONE,
    _chat(_call(0, "", name="f"))
    + _chat(_call(1, '{"a"', name="g"))
    + _chat(_call(0, "{}"))
    + _chat(_call(1, ":1}"))
    + _chat(_delta({}, "tool_calls"))
    + _DONE,
    b": keep-alive\n\n" + _chat(_delta({"content": "\u2028"}), {"index": 1}) + _DONE,
    b'data: {"error": {"message": "m", "type": "t", "code": 500}}\n\n',
)


def _event(kind: str, **fields: Any) -> bytes:
    data = _json({"type": kind, **fields})
    return b"event: " + kind.encode() + b"\ndata: " + data + b"\n\n"


def _block(index: int, header: dict[str, Any], *deltas: dict[str, Any]) -> bytes:
    parts = [_event("content_block_start", index=index, content_block=header)]
    parts += [_event("content_block_delta", index=index, delta=d) for d in deltas]
    return b"".join([*parts, _event("content_block_stop", index=index)])


_MESSAGE = {
    "id": "i",
    "type": "message",
    "role": "assistant",
    "model": "m",
    "content": [],
    "usage": {"input_tokens": 3, "output_tokens": 1},
}
_START = _event("message_start", message=_MESSAGE) + _event("ping")
_END = _event(
    "message_delta", delta={"stop_reason": "end_turn"}, usage={"output_tokens": 2}
) + _event("message_stop")

ANTHROPIC_STREAMS = (
    _START
    + _block(
        0,
        {"type": "thinking", "thinking": "", "signature": ""},
        {"type": "thinking_delta", "thinking": "a"},
        {"type": "signature_delta", "signature": "c2ln"},
    )
    + _block(1, {"type": "text", "text": ""}, {"type": "text_delta", "text": "b"})
    + _END,
    _START
    + _block(
        0,
        {"type": "tool_use", "id": "c", "name": "f", "input": {}},
        {"type": "input_json_delta", "partial_json": '{"a"'},
        {"type": "input_json_delta", "partial_json": ":1}"},
    )
    + _block(1, {"type": "redacted_thinking", "data": "d"})
    + _END,
    _START + _event("error", error={"type": "overloaded_error", "message": "m"}),
)

STREAMS = {"openai-chat": CHAT_STREAMS, "anthropic-messages": ANTHROPIC_STREAMS}

_SCHEMA = {"type": "object", "properties": {"a": {"type": "string"}}}

REQUESTS = {
    "openai-chat": (
        _json(
            {
                "model": "m",
                "messages": [
                    {"role": "system", "content": "s"},
                    {
                        "role": "user",
                        "content": [
                            {"type": "text", "text": "t"},
                            {
                                "type": "image_url",
                                "image_url": {"url": "data:image/png;base64,AAAA"},
                            },
                        ],
                    },
                    {
                        "role": "assistant",
                        "content": None,
                        "tool_calls": [
                            {
                                "id": "c",
                                "type": "function",
                                "function": {"name": "f", "arguments": '{"a":"b"}'},
                            }
                        ],
                    },
                    {"role": "tool", "tool_call_id": "c", "content": "r"},
                ],
                "tools": [
                    {
                        "type": "function",
                        "function": {"name": "f", "parameters": _SCHEMA},
                    }
                ],
                "tool_choice": "auto",
                "response_format": {"type": "json_object"},
                "stop": ["x"],
                "temperature": 0.5,
                "stream": True,
            }
        ),
    ),
    "anthropic-messages": (
        _json(
            {
                "model": "m",
                "max_tokens": 10,
                "system": [
                    {
                        "type": "text",
                        "text": "s",
                        "cache_control": {"type": "ephemeral"},
                    }
                ],
                "messages": [
                    {
                        "role": "user",
                        "content": [
                            {
                                "type": "document",
                                "source": {
                                    "type": "text",
                                    "media_type": "text/plain",
                                    "data": "d",
                                },
                            }
                        ],
                    },
                    {
                        "role": "assistant",
                        "content": [
                            {"type": "thinking", "thinking": "t", "signature": "s"},
                            {
                                "type": "tool_use",
                                "id": "c",
                                "name": "f",
                                "input": {"a": "b"},
                            },
                        ],
                    },
                    {
                        "role": "user",
                        "content": [
                            {
                                "type": "tool_result",
                                "tool_use_id": "c",
                                "content": "r",
                                "is_error": True,
                            }
                        ],
                    },
                ],
                "tools": [{"name": "f", "input_schema": _SCHEMA}],
                "thinking": {"type": "enabled", "budget_tokens": 1024},
                "tool_choice": {"type": "auto"},
            }
        ),
    ),
}
