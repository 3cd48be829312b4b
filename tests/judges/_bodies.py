"""Small bodies of every kind that name most fields of their dialect."""

from __future__ import annotations

from typing import Any

__all__ = ["BODIES_OF"]

BODIES_OF: dict[str, dict[str, Any]] = {
    "openai-chat": {
        "request": {
            "model": "m",
            "messages": [
                {"role": "system", "content": [{"type": "text", "text": "a"}]},
                {
                    "role": "user",
                    "content": [
                        {"type": "image_url", "image_url": {"url": "data:a/b;base64,"}},
                        {"type": "file", "file": {"file_id": "f"}},
                        {
                            "type": "input_audio",
                            "input_audio": {"data": "", "format": "wav"},
                        },
                    ],
                },
                {
                    "role": "assistant",
                    "content": "b",
                    "tool_calls": [
                        {
                            "id": "c",
                            "type": "function",
                            "function": {"name": "f", "arguments": "{}"},
                        }
                    ],
                },
                {"role": "tool", "tool_call_id": "c", "content": "d"},
            ],
            "tools": [
                {
                    "type": "function",
                    "function": {"name": "f", "parameters": {"type": "object"}},
                }
            ],
            "tool_choice": {"type": "function", "function": {"name": "f"}},
            "response_format": {
                "type": "json_schema",
                "json_schema": {"name": "n", "schema": {}, "strict": True},
            },
            "stop": ["a"],
            "stream": True,
            "stream_options": {"include_usage": True},
            "metadata": {"a": "b"},
            "logit_bias": {"1": 2},
            "reasoning_effort": "low",
        },
        "response": {
            "id": "i",
            "object": "chat.completion",
            "created": 1,
            "model": "m",
            "choices": [
                {
                    "index": 0,
                    "message": {
                        "role": "assistant",
                        "content": "a",
                        "refusal": None,
                        "annotations": [
                            {"type": "url_citation", "url_citation": {"url": "u"}}
                        ],
                        "tool_calls": [
                            {
                                "id": "c",
                                "type": "function",
                                "function": {"name": "f", "arguments": "{}"},
                            }
                        ],
                    },
                    "logprobs": {
                        "content": [
                            {
                                "token": "a",
                                "logprob": -1.5,
                                "bytes": [97],
                                "top_logprobs": [],
                            }
                        ]
                    },
                    "finish_reason": "stop",
                }
            ],
            "usage": {
                "prompt_tokens": 1,
                "completion_tokens": 1,
                "total_tokens": 2,
                "prompt_tokens_details": {"cached_tokens": 1},
            },
        },
        "error": {"error": {"message": "a", "type": "b", "param": "c", "code": "d"}},
        "stream": [
            {
                "id": "i",
                "object": "chat.completion.chunk",
                "created": 1,
                "model": "m",
                "choices": [
                    {
                        "index": 0,
                        "delta": {
                            "role": "assistant",
                            "content": "a",
                            "reasoning_content": "r",
                            "tool_calls": [
                                {
                                    "index": 0,
                                    "id": "c",
                                    "type": "function",
                                    "function": {"name": "f", "arguments": "{}"},
                                }
                            ],
                        },
                        "logprobs": {"content": [{"token": "a", "logprob": -1}]},
                        "finish_reason": "stop",
                    }
                ],
                "usage": {"prompt_tokens": 1, "completion_tokens": 1},
            },
        ],
    },
    "anthropic-messages": {
        "request": {
            "model": "m",
            "max_tokens": 1,
            "system": [
                {"type": "text", "text": "a", "cache_control": {"type": "ephemeral"}}
            ],
            "messages": [
                {
                    "role": "user",
                    "content": [
                        {
                            "type": "image",
                            "source": {
                                "type": "base64",
                                "media_type": "image/png",
                                "data": "",
                            },
                        },
                        {
                            "type": "document",
                            "source": {"type": "text", "media_type": "t", "data": "d"},
                            "citations": {"enabled": True},
                        },
                    ],
                },
                {
                    "role": "assistant",
                    "content": [
                        {"type": "thinking", "thinking": "t", "signature": "s"},
                        {"type": "tool_use", "id": "c", "name": "f", "input": {}},
                    ],
                },
                {
                    "role": "user",
                    "content": [
                        {
                            "type": "tool_result",
                            "tool_use_id": "c",
                            "content": [{"type": "text", "text": "r"}],
                            "is_error": False,
                        }
                    ],
                },
            ],
            "tools": [
                {"name": "f", "input_schema": {"type": "object"}},
                {"type": "web_search_20250305", "name": "web_search", "max_uses": 2},
            ],
            "tool_choice": {"type": "auto", "disable_parallel_tool_use": True},
            "thinking": {"type": "enabled", "budget_tokens": 1024},
            "output_config": {
                "effort": "low",
                "format": {"type": "json_schema", "schema": {}},
            },
            "stop_sequences": ["a"],
            "metadata": {"user_id": "u"},
            "stream": True,
        },
        "response": {
            "id": "i",
            "type": "message",
            "role": "assistant",
            "model": "m",
            "content": [
                {
                    "type": "text",
                    "text": "a",
                    "citations": [
                        {
                            "type": "char_location",
                            "cited_text": "c",
                            "document_index": 0,
                            "document_title": "t",
                            "start_char_index": 0,
                            "end_char_index": 1,
                        }
                    ],
                },
                {"type": "thinking", "thinking": "t", "signature": "s"},
                {"type": "redacted_thinking", "data": "d"},
                {"type": "tool_use", "id": "c", "name": "f", "input": {"a": 1}},
                {
                    "type": "web_search_tool_result",
                    "tool_use_id": "c",
                    "content": [{"type": "web_search_result"}],
                },
            ],
            "stop_reason": "end_turn",
            "stop_sequence": None,
            "usage": {
                "input_tokens": 1,
                "output_tokens": 1,
                "cache_creation": {"ephemeral_5m_input_tokens": 1},
                "server_tool_use": {"web_search_requests": 1},
            },
        },
        "error": {"type": "error", "error": {"type": "api_error", "message": "m"}},
        "stream": [
            {
                "type": "message_start",
                "message": {
                    "id": "i",
                    "model": "m",
                    "role": "assistant",
                    "content": [],
                    "usage": {"input_tokens": 1, "output_tokens": 1},
                },
            },
            {
                "type": "content_block_start",
                "index": 0,
                "content_block": {"type": "text", "text": ""},
            },
            {
                "type": "content_block_delta",
                "index": 0,
                "delta": {"type": "text_delta", "text": "a"},
            },
            {"type": "content_block_stop", "index": 0},
            {
                "type": "content_block_start",
                "index": 1,
                "content_block": {
                    "type": "tool_use",
                    "id": "c",
                    "name": "f",
                    "input": {},
                },
            },
            {
                "type": "content_block_delta",
                "index": 1,
                "delta": {"type": "input_json_delta", "partial_json": "{}"},
            },
            {"type": "content_block_stop", "index": 1},
            {
                "type": "message_delta",
                "delta": {"stop_reason": "end_turn", "stop_sequence": None},
                "usage": {"output_tokens": 2},
            },
            {"type": "message_stop"},
        ],
    },
}
