"""Traffic of openai-chat: a stream, an answer and a request, with OpenAI's fields."""

from __future__ import annotations

from typing import Any

from traffic import (
    DESCRIPTION,
    IMAGES,
    Size,
    arguments,
    dumped,
    event,
    image,
    padding,
    pieces,
    schema,
    text,
    turns,
    word,
)

__all__ = ["request", "response", "stream"]

_ID = "chatcmpl-CKMLwFEI8dlPn5G0sMCmClHeinBLl"
_MODEL = "gpt-4o-2024-08-06"
_USAGE = {
    "prompt_tokens_details": {"cached_tokens": 512, "audio_tokens": 0},
    "completion_tokens_details": {"reasoning_tokens": 0, "audio_tokens": 0},
}


def _chunk(choices: list[Any], usage: Any = None, *, pad: str) -> bytes:
    chunk = {
        "id": _ID,
        "object": "chat.completion.chunk",
        "created": 1758968520,
        "model": _MODEL,
        "service_tier": "default",
        "system_fingerprint": "fp_cbf1785567",
        "choices": choices,
        "usage": usage,
        "obfuscation": pad,
    }
    return event(chunk, named=False)


def _delta(
    delta: dict[str, Any], number: int, said: str = "", finish: str | None = None
) -> bytes:
    choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}
    return _chunk([choice], pad=padding(said, number))


def _usage(completion: int) -> dict[str, Any]:
    return {
        "prompt_tokens": 1024,
        "completion_tokens": completion,
        "total_tokens": 1024 + completion,
        **_USAGE,
    }


def stream(count: int = 2000) -> list[bytes]:
    """A stream of *count* events: text, one call, finish, usage."""
    calls = count // 5
    texts = count - calls - 5
    events = [_delta({"role": "assistant", "content": "", "refusal": None}, 0)]
    words = [word(number) for number in range(texts)]
    events += [_delta({"content": one}, at, one) for at, one in enumerate(words)]
    header = {"name": "write_file", "arguments": ""}
    call = {"index": 0, "id": "call_W9wqR3VRKy", "type": "function", "function": header}
    events.append(_delta({"tool_calls": [call]}, texts))
    for number, piece in enumerate(pieces(arguments(calls), calls)):
        more = {"index": 0, "function": {"arguments": piece}}
        events.append(_delta({"tool_calls": [more]}, number, piece))
    events.append(_delta({}, count, finish="tool_calls"))
    events.append(_chunk([], _usage(count), pad=padding("", count)))
    events.append(b"data: [DONE]\n\n")
    return events


def response(words: int = 800, calls: int = 2) -> bytes:
    """An answer: some text and calls."""
    call = {"name": "write_file", "arguments": arguments(200)}
    message: dict[str, Any] = {
        "role": "assistant",
        "content": text(words),
        "refusal": None,
        "annotations": [],
    }
    if calls:
        message["tool_calls"] = [
            {"id": f"call_{number + 1}", "type": "function", "function": call}
            for number in range(calls)
        ]
    choice = {
        "index": 0,
        "message": message,
        "logprobs": None,
        "finish_reason": "tool_calls" if calls else "stop",
    }
    body = {
        "id": _ID,
        "object": "chat.completion",
        "created": 1758968520,
        "model": _MODEL,
        "choices": [choice],
        "usage": _usage(900),
        "service_tier": "default",
        "system_fingerprint": "fp_cbf1785567",
    }
    return dumped(body)


def _tool(number: int, fields: int) -> dict[str, Any]:
    function = {
        "name": f"tool_{number}",
        "description": DESCRIPTION,
        "parameters": schema(fields),
    }
    return {"type": "function", "function": function}


def _turn(number: int, words: int, args: int) -> list[dict[str, Any]]:
    said = text(words, number)
    call = {
        "id": f"call_{number:04}",
        "type": "function",
        "function": {
            "name": f"tool_{number % 40}",
            "arguments": arguments(args),
        },
    }
    return [
        {"role": "user", "content": said},
        {"role": "assistant", "content": said, "tool_calls": [call]},
        {"role": "tool", "tool_call_id": f"call_{number:04}", "content": said},
        {"role": "assistant", "content": [{"type": "text", "text": said}]},
    ]


def request(size: Size) -> bytes:
    """A request: an agent's history, its tools, perhaps four images."""
    history = [{"role": "system", "content": "Be brief."}, *turns(size, _turn)]
    if size.image_bytes:
        url = "data:image/png;base64," + image(size.image_bytes)
        part = {"type": "image_url", "image_url": {"url": url}}
        history.append({"role": "user", "content": [part] * IMAGES})
    body = {
        "model": _MODEL,
        "messages": history,
        "tools": [_tool(number, size.fields) for number in range(size.tools)],
        "tool_choice": "auto",
        "temperature": 0.2,
        "max_completion_tokens": 4096,
        "stream": True,
        "stream_options": {"include_usage": True},
    }
    return dumped(body)
