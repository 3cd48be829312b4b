"""Small bodies of openai-responses; `_bodies` has those of the other dialects."""

from __future__ import annotations

from typing import Any

__all__ = ["RESPONSES"]

_TEXT: dict[str, Any] = {
    "type": "output_text",
    "text": "a",
    "annotations": [
        {
            "type": "url_citation",
            "url": "u",
            "title": "t",
            "start_index": 0,
            "end_index": 1,
        }
    ],
    "logprobs": [{"token": "a", "logprob": -1.5, "bytes": [97], "top_logprobs": []}],
}
_MESSAGE: dict[str, Any] = {
    "type": "message",
    "id": "msg_1",
    "role": "assistant",
    "status": "completed",
    "phase": "final_answer",
    "content": [_TEXT, {"type": "refusal", "refusal": "r"}],
}
_REASONING: dict[str, Any] = {
    "type": "reasoning",
    "id": "rs_1",
    "summary": [{"type": "summary_text", "text": "s"}],
    "content": [{"type": "reasoning_text", "text": "t"}],
    "encrypted_content": "e",
    "status": "completed",
}
_CALL: dict[str, Any] = {
    "type": "function_call",
    "id": "fc_1",
    "call_id": "c",
    "name": "f",
    "arguments": "{}",
    "status": "completed",
}
_USAGE: dict[str, Any] = {
    "input_tokens": 3,
    "input_tokens_details": {
        "cached_tokens": 1,
        "cache_write_tokens": 1,
        "cache_write_tokens_details": {"ttl_30m_tokens": 1, "ttl_12h_tokens": 0},
    },
    "output_tokens": 2,
    "output_tokens_details": {"reasoning_tokens": 1},
    "total_tokens": 5,
}
_ENVELOPE: dict[str, Any] = {
    "id": "resp_1",
    "object": "response",
    "created_at": 1,
    "model": "m",
    "status": "completed",
    "error": None,
    "incomplete_details": {"reason": "max_output_tokens"},
    "instructions": "i",
    "parallel_tool_calls": True,
    "tool_choice": "auto",
    "tools": [{"type": "function", "name": "f", "parameters": {}, "strict": True}],
    "text": {"format": {"type": "text"}, "verbosity": "low"},
    "reasoning": {"effort": "low", "summary": "auto"},
    "metadata": {"a": "b"},
    "service_tier": "default",
}


def _event(kind: str, **rest: Any) -> dict[str, Any]:
    return {"type": f"response.{kind}", "sequence_number": 0, **rest}


_STARTED = {**_ENVELOPE, "status": "in_progress", "output": [], "usage": None}
_AT_TEXT = {"item_id": "msg_1", "output_index": 0, "content_index": 0}
_AT_CALL = {"item_id": "fc_1", "output_index": 1}
_AT_REASONING = {"item_id": "rs_1", "output_index": 2, "summary_index": 0}
_SEARCH = {"type": "web_search_call", "id": "ws_1", "status": "completed"}

RESPONSES: dict[str, Any] = {
    "request": {
        "model": "m",
        "instructions": "i",
        "input": [
            {"role": "developer", "content": "d"},
            {
                "type": "message",
                "role": "user",
                "content": [
                    {"type": "input_text", "text": "a"},
                    {"type": "input_image", "image_url": "data:a/b;base64,"},
                    {"type": "input_file", "filename": "n", "file_data": "data:a/b,"},
                ],
            },
            _REASONING,
            _MESSAGE,
            _CALL,
            {
                "type": "function_call_output",
                "call_id": "c",
                "output": [{"type": "input_text", "text": "r"}],
            },
            {"type": "custom_tool_call", "call_id": "d", "name": "g", "input": "i"},
            {"type": "custom_tool_call_output", "call_id": "d", "output": "o"},
            {
                **_SEARCH,
                "action": {"type": "search", "query": "q"},
            },
            {"type": "item_reference", "id": "x"},
        ],
        "tools": [
            {"type": "function", "name": "f", "parameters": {"type": "object"}},
            {"type": "web_search", "filters": {"allowed_domains": ["a"]}},
            {
                "type": "custom",
                "name": "g",
                "format": {"type": "grammar", "definition": "d", "syntax": "lark"},
            },
            {"type": "mcp", "server_label": "l", "server_url": "u"},
        ],
        "tool_choice": {
            "type": "allowed_tools",
            "mode": "auto",
            "tools": [{"type": "function", "name": "f"}],
        },
        "text": {
            "format": {"type": "json_schema", "name": "n", "schema": {}},
            "verbosity": "low",
        },
        "reasoning": {"effort": "low", "summary": "auto"},
        "include": ["reasoning.encrypted_content"],
        "context_management": [{"type": "compaction", "compact_threshold": 5}],
        "conversation": {"id": "c"},
        "metadata": {"a": "b"},
        "max_output_tokens": 16,
        "store": False,
        "stream": True,
        "stream_options": {"include_obfuscation": False},
        "truncation": "auto",
    },
    "response": {
        **_ENVELOPE,
        "output": [
            _REASONING,
            _MESSAGE,
            _CALL,
            {**_SEARCH, "action": {"type": "search", "query": "q"}},
            {
                "type": "code_interpreter_call",
                "id": "ci_1",
                "code": "1",
                "container_id": "x",
                "status": "completed",
                "outputs": [{"type": "logs", "logs": "1"}],
            },
        ],
        "usage": _USAGE,
    },
    "error": {"error": {"message": "a", "type": "b", "param": "c", "code": "d"}},
    "stream": [
        _event("created", response=_STARTED),
        _event(
            "output_item.added",
            output_index=0,
            item={**_MESSAGE, "status": "in_progress", "content": []},
        ),
        _event(
            "content_part.added",
            **_AT_TEXT,
            part={"type": "output_text", "text": "", "annotations": []},
        ),
        _event("output_text.delta", **_AT_TEXT, delta="a", logprobs=_TEXT["logprobs"]),
        _event(
            "output_text.annotation.added",
            **_AT_TEXT,
            annotation_index=0,
            annotation=_TEXT["annotations"][0],
        ),
        _event("output_text.done", **_AT_TEXT, text="a", logprobs=[]),
        _event("content_part.done", **_AT_TEXT, part=_TEXT),
        _event(
            "output_item.done", output_index=0, item={**_MESSAGE, "content": [_TEXT]}
        ),
        _event(
            "output_item.added",
            output_index=1,
            item={**_CALL, "status": "in_progress", "arguments": ""},
        ),
        _event("function_call_arguments.delta", **_AT_CALL, delta="{}"),
        _event("function_call_arguments.done", **_AT_CALL, arguments="{}"),
        _event("output_item.done", output_index=1, item=_CALL),
        _event(
            "output_item.added",
            output_index=2,
            item={"type": "reasoning", "id": "rs_1", "summary": []},
        ),
        _event(
            "reasoning_summary_part.added",
            **_AT_REASONING,
            part={"type": "summary_text", "text": ""},
        ),
        _event("reasoning_summary_text.delta", **_AT_REASONING, delta="s"),
        _event("reasoning_summary_text.done", **_AT_REASONING, text="s"),
        _event(
            "reasoning_summary_part.done",
            **_AT_REASONING,
            part={"type": "summary_text", "text": "s"},
        ),
        _event(
            "output_item.done",
            output_index=2,
            item={k: v for k, v in _REASONING.items() if k != "content"},
        ),
        _event("output_item.added", output_index=3, item=_SEARCH),
        _event("web_search_call.searching", item_id="ws_1", output_index=3),
        _event("output_item.done", output_index=3, item=_SEARCH),
        _event(
            "completed", response={**_ENVELOPE, "output": [_MESSAGE], "usage": _USAGE}
        ),
    ],
}
