"""
Well-formed streams, answers and requests that the fuzz targets begin with; made by us.

By dialect; what is not one dialect's is mutated and spliced into the others' too.
"""

from __future__ import annotations

import json
from typing import Any

__all__ = ["ALL_STREAMS", "ANSWERS", "REQUESTS", "STREAMS"]


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

_CHAT_STREAMS = (
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

_ANTHROPIC_STREAMS = (
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


# --- openai-responses ---------------------------------------------------------------

_TEXT = {"type": "output_text", "text": "ab", "annotations": [], "logprobs": []}
_REASONING = {
    "type": "reasoning",
    "id": "rs_1",
    "summary": [{"type": "summary_text", "text": "s"}],
    "encrypted_content": "e",
}
_SAID = {
    "type": "message",
    "id": "msg_1",
    "role": "assistant",
    "status": "completed",
    "content": [_TEXT],
}
_CALLED = {
    "type": "function_call",
    "id": "fc_1",
    "call_id": "c",
    "name": "f",
    "arguments": '{"a":1}',
    "status": "completed",
}
_SEARCHED = {
    "type": "web_search_call",
    "id": "ws_1",
    "status": "completed",
    "action": {"type": "search", "query": "q"},
}
_NOTE = {"type": "url_citation", "url": "u", "title": "t", "start_index": 0}
_RESPONSE = {
    "id": "resp_1",
    "object": "response",
    "created_at": 1,
    "model": "m",
    "status": "completed",
    "output": [_REASONING, _SAID, _CALLED, _SEARCHED],
    "usage": {
        "input_tokens": 3,
        "input_tokens_details": {"cached_tokens": 1},
        "output_tokens": 2,
        "output_tokens_details": {"reasoning_tokens": 1},
        "total_tokens": 5,
    },
}


def _responses(*events: tuple[str, dict[str, Any]]) -> bytes:
    """Number the events; a key of two letters or less is an index."""
    names = {"o": "output_index", "c": "content_index", "s": "summary_index"}
    return b"".join(
        _event(
            f"response.{kind}",
            sequence_number=number,
            **{names.get(key, key): value for key, value in fields.items()},
        )
        for number, (kind, fields) in enumerate(events)
    )


def _open(item: dict[str, Any], **empty: Any) -> dict[str, Any]:
    return {**item, "status": "in_progress", **empty}


def _ended(status: str, *output: Any, **rest: Any) -> dict[str, Any]:
    return {"response": {**_RESPONSE, "status": status, "output": output, **rest}}


_CREATED = ("created", _ended("in_progress", usage=None))
_SUMMARY = {"item_id": "rs_1", "o": 0, "s": 0}
_IN_TEXT = {"item_id": "msg_1", "o": 0, "c": 0}
_IN_CALL = {"item_id": "fc_1", "o": 1}
_EMPTY_TEXT = {**_TEXT, "text": ""}

_RESPONSES_STREAMS = (
    _responses(
        _CREATED,
        ("output_item.added", {"o": 0, "item": _open(_REASONING, summary=[])}),
        ("reasoning_summary_part.added", {**_SUMMARY, "part": {"text": ""}}),
        ("reasoning_summary_text.delta", {**_SUMMARY, "delta": "s"}),
        ("reasoning_summary_text.done", {**_SUMMARY, "text": "s"}),
        ("reasoning_summary_part.done", {**_SUMMARY, "part": {"text": "s"}}),
        ("output_item.done", {"o": 0, "item": _REASONING}),
        ("output_item.added", {"o": 1, "item": _open(_SEARCHED)}),
        ("web_search_call.searching", {"o": 1, "item_id": "ws_1"}),
        ("output_item.done", {"o": 1, "item": _SEARCHED}),
        ("incomplete", _ended("incomplete", _REASONING, _SEARCHED)),
    ),
    _responses(
        _CREATED,
        ("output_item.added", {"o": 0, "item": _open(_SAID, content=[])}),
        ("content_part.added", {**_IN_TEXT, "part": _EMPTY_TEXT}),
        ("output_text.delta", {**_IN_TEXT, "delta": "a", "logprobs": []}),
        ("output_item.added", {"o": 1, "item": _open(_CALLED, arguments="")}),
        ("function_call_arguments.delta", {**_IN_CALL, "delta": '{"a"'}),
        ("output_text.delta", {**_IN_TEXT, "delta": "b"}),
        ("output_text.annotation.added", {**_IN_TEXT, "annotation": _NOTE}),
        ("output_text.done", {**_IN_TEXT, "text": "ab"}),
        ("content_part.done", {**_IN_TEXT, "part": _TEXT}),
        ("output_item.done", {"o": 0, "item": _SAID}),
        ("function_call_arguments.delta", {**_IN_CALL, "delta": ":1}"}),
        ("function_call_arguments.done", {**_IN_CALL, "arguments": '{"a":1}'}),
        ("output_item.done", {"o": 1, "item": _CALLED}),
        ("completed", _ended("completed", _SAID, _CALLED)),
    ),
    _responses(
        _CREATED,
        ("output_item.done", {"o": 0, "item": _SAID}),
        ("output_item.done", {"o": 1, "item": _CALLED}),
        ("completed", _ended("completed")),
    )
    + _DONE,
    _responses(_CREATED)
    + _event("error", error={"type": "server_error", "code": "c", "message": "m"})
    + _responses(("failed", _ended("failed", error={"code": "c", "message": "m"}))),
)

# --- gemini-generate ----------------------------------------------------------------


def _gemini(*parts: dict[str, Any], **candidate: Any) -> dict[str, Any]:
    return {
        "candidates": [{"content": {"role": "model", "parts": parts}, **candidate}],
        "usageMetadata": {
            "promptTokenCount": 3,
            "candidatesTokenCount": 2,
            "thoughtsTokenCount": 1,
            "totalTokenCount": 6,
        },
        "modelVersion": "m",
        "responseId": "i",
    }


def _args(**more: Any) -> dict[str, Any]:
    return {"functionCall": {"name": "f", "args": {"a": 1}}, **more}


_GROUNDED = {
    "groundingChunks": [{"web": {"uri": "u", "title": "t"}}],
    "groundingSupports": [
        {
            "segment": {"startIndex": 0, "endIndex": 2, "text": "é"},
            "groundingChunkIndices": [0],
        }
    ],
}
_GEMINI_EVENTS = (
    (
        _gemini({"text": "a", "thought": True}),
        _gemini({"text": "é"}, {"text": "", "thoughtSignature": "c2ln"}),
        _gemini({"text": "b"}, finishReason="STOP", groundingMetadata=_GROUNDED),
    ),
    (
        _gemini(_args(thoughtSignature="c2ln"), _args()),
        _gemini(
            {"functionCall": {"name": "g", "willContinue": True}},
            {
                "functionCall": {
                    "partialArgs": [{"jsonPath": "$.a", "stringValue": "b"}],
                    "willContinue": True,
                }
            },
            {"functionCall": {}},
        ),
        _gemini({"inlineData": {"mimeType": "image/png", "data": "aGk="}}),
        _gemini(
            {"executableCode": {"language": "PYTHON", "code": "1"}},
            {"codeExecutionResult": {"outcome": "OUTCOME_OK", "output": "1"}},
            finishReason="STOP",
        ),
    ),
    ({"promptFeedback": {"blockReason": "SAFETY"}, "modelVersion": "m"},),
    (_gemini({"text": "a"}), {"error": {"code": 503, "status": "UNAVAILABLE"}}),
)
_GEMINI_STREAMS = (
    *(
        b"".join(b"data: " + _json(event) + b"\r\n\r\n" for event in events)
        for events in _GEMINI_EVENTS
    ),
    # Without `alt=sse` a stream is an array.
    b"[" + b"\n,\r\n".join(_json(event) for event in _GEMINI_EVENTS[0]) + b"\n]\n",
)

STREAMS = {
    "openai-chat": _CHAT_STREAMS,
    "openai-responses": _RESPONSES_STREAMS,
    "anthropic-messages": _ANTHROPIC_STREAMS,
    "gemini-generate": _GEMINI_STREAMS,
}
ALL_STREAMS = tuple(stream for streams in STREAMS.values() for stream in streams)

# --- answers and requests -----------------------------------------------------------

_CHAT_MESSAGE = {
    "role": "assistant",
    "content": "a",
    "tool_calls": [
        {"id": "c", "type": "function", "function": {"name": "f", "arguments": "{}"}}
    ],
}
ANSWERS = {
    "openai-chat": (
        _json(
            {
                "id": "i",
                "object": "chat.completion",
                "created": 1,
                "model": "m",
                "choices": [
                    {"index": 0, "message": _CHAT_MESSAGE, "finish_reason": "stop"}
                ],
                "usage": _CHAT_USAGE,
            }
        ),
    ),
    "openai-responses": (_json(_RESPONSE),),
    "anthropic-messages": (
        _json(
            {
                **_MESSAGE,
                "content": [
                    {"type": "thinking", "thinking": "t", "signature": "s"},
                    {"type": "text", "text": "a"},
                    {"type": "tool_use", "id": "c", "name": "f", "input": {}},
                ],
                "stop_reason": "tool_use",
                "stop_sequence": None,
            }
        ),
    ),
    "gemini-generate": (
        _json(
            _gemini(
                {"text": "t", "thought": True},
                {"text": "é", "thoughtSignature": "c2ln"},
                _args(),
                finishReason="STOP",
                groundingMetadata=_GROUNDED,
            )
        ),
    ),
}

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
    "openai-responses": (
        _json(
            {
                "model": "m",
                "instructions": "i",
                "input": [
                    {"role": "developer", "content": "d"},
                    {
                        "role": "user",
                        "content": [
                            {"type": "input_text", "text": "t"},
                            {
                                "type": "input_image",
                                "image_url": "data:image/png;base64,AA",
                            },
                        ],
                    },
                    _REASONING,
                    _SAID,
                    _CALLED,
                    {"type": "function_call_output", "call_id": "c", "output": "r"},
                    _SEARCHED,
                    {"type": "item_reference", "id": "x"},
                ],
                "tools": [
                    {"type": "function", "name": "f", "parameters": _SCHEMA},
                    {"type": "web_search"},
                ],
                "tool_choice": {"type": "function", "name": "f"},
                "text": {"format": {"type": "json_object"}, "verbosity": "low"},
                "reasoning": {"effort": "low", "summary": "auto"},
                "store": False,
                "stream": True,
            }
        ),
    ),
    "gemini-generate": (
        _json(
            {
                "systemInstruction": {"parts": [{"text": "s"}]},
                "contents": [
                    {
                        "role": "user",
                        "parts": [
                            {"text": "t"},
                            {"inlineData": {"mimeType": "image/png", "data": "aGk="}},
                        ],
                    },
                    {"role": "model", "parts": [_args(thoughtSignature="c2ln")]},
                    {
                        "role": "user",
                        "parts": [
                            {
                                "functionResponse": {
                                    "name": "f",
                                    "response": {"output": "r"},
                                }
                            }
                        ],
                    },
                ],
                "tools": [
                    {"functionDeclarations": [{"name": "f", "parameters": _SCHEMA}]},
                    {"googleSearch": {}},
                ],
                "toolConfig": {"functionCallingConfig": {"mode": "ANY"}},
                "generationConfig": {
                    "maxOutputTokens": 10,
                    "stopSequences": ["x"],
                    "responseMimeType": "application/json",
                    "responseJsonSchema": _SCHEMA,
                    "thinkingConfig": {"thinkingBudget": 64},
                },
                "safetySettings": [{"category": "c", "threshold": "BLOCK_NONE"}],
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
