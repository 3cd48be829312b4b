"""The rich bodies of `anthropic-messages`."""

from __future__ import annotations

from tests.properties._rich_values import PNG, SCHEMA

ANTHROPIC_REQUEST = {
    "model": "claude-opus-5",
    "max_tokens": 4096,
    "system": [
        {"type": "text", "text": "Be brief.", "cache_control": {"type": "ephemeral"}}
    ],
    "messages": [
        {
            "role": "user",
            "content": [
                {"type": "text", "text": "What is this?"},
                {
                    "type": "image",
                    "source": {
                        "type": "base64",
                        "media_type": "image/png",
                        "data": PNG,
                    },
                    "cache_control": {"type": "ephemeral", "ttl": "1h"},
                },
                {
                    "type": "document",
                    "source": {
                        "type": "text",
                        "media_type": "text/plain",
                        "data": "words",
                    },
                    "title": "T",
                    "context": "c",
                    "citations": {"enabled": True},
                },
                {
                    "type": "search_result",
                    "source": "https://a.example/",
                    "title": "A",
                    "content": [{"type": "text", "text": "found"}],
                },
            ],
        },
        {
            "role": "assistant",
            "content": [
                {"type": "thinking", "thinking": "hm", "signature": "EqQB"},
                {"type": "redacted_thinking", "data": "Zm9v"},
                {"type": "text", "text": "Let me see."},
                {
                    "type": "server_tool_use",
                    "id": "srvtoolu_1",
                    "name": "web_search",
                    "input": {"query": "q"},
                },
                {
                    "type": "web_search_tool_result",
                    "tool_use_id": "srvtoolu_1",
                    "content": [{"type": "web_search_result", "url": "https://a"}],
                },
                {
                    "type": "tool_use",
                    "id": "toolu_1",
                    "name": "look",
                    "input": {"city": "Paris"},
                },
            ],
        },
        {
            "role": "user",
            "content": [
                {
                    "type": "tool_result",
                    "tool_use_id": "toolu_1",
                    "content": [{"type": "text", "text": "rain"}],
                    "is_error": True,
                },
                {"type": "text", "text": "Why?"},
            ],
        },
    ],
    "tools": [
        {
            "name": "look",
            "description": "Looks.",
            "input_schema": SCHEMA,
            "cache_control": {"type": "ephemeral"},
        },
        {"type": "web_search_20250305", "name": "web_search", "max_uses": 2},
    ],
    "tool_choice": {"type": "any", "disable_parallel_tool_use": True},
    "temperature": 0.5,
    "top_p": 0.9,
    "top_k": 5,
    "stop_sequences": ["END"],
    "thinking": {"type": "enabled", "budget_tokens": 2048},
    "metadata": {"user_id": "u_1"},
    "service_tier": "auto",
    "stream": True,
    "x_unknown": {"deep": [1, {"a": 2}]},
}

ANTHROPIC_RESPONSE = {
    "id": "msg_1",
    "type": "message",
    "role": "assistant",
    "model": "claude-opus-5",
    "content": [
        {"type": "thinking", "thinking": "hm", "signature": "EqQB"},
        {
            "type": "text",
            "text": "It rains.",
            "citations": [
                {
                    "type": "char_location",
                    "cited_text": "rain",
                    "document_index": 0,
                    "document_title": "T",
                    "start_char_index": 1,
                    "end_char_index": 5,
                }
            ],
        },
        {
            "type": "server_tool_use",
            "id": "srvtoolu_1",
            "name": "web_search",
            "input": {"query": "q"},
        },
        {
            "type": "web_search_tool_result",
            "tool_use_id": "srvtoolu_1",
            "content": [{"type": "web_search_result", "url": "https://a"}],
        },
        {"type": "tool_use", "id": "toolu_1", "name": "look", "input": {"city": "P"}},
    ],
    "stop_reason": "tool_use",
    "stop_sequence": None,
    "usage": {
        "input_tokens": 12,
        "cache_read_input_tokens": 5,
        "cache_creation_input_tokens": 3,
        "cache_creation": {
            "ephemeral_5m_input_tokens": 3,
            "ephemeral_1h_input_tokens": 0,
        },
        "output_tokens": 9,
        "server_tool_use": {"web_search_requests": 1},
        "service_tier": "priority",
    },
    "x_unknown": {"a": 1},
}
