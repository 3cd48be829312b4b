"""The rich bodies of OpenAI's dialects, `openai-chat` and `openai-responses`."""

from __future__ import annotations

from tests.properties._rich_values import DATA, PNG, SCHEMA

CHAT_REQUEST = {
    "model": "gpt-5.2",
    "messages": [
        {"role": "system", "content": "Be brief."},
        {"role": "developer", "content": "Be kind.", "name": "dev"},
        {
            "role": "user",
            "name": "alice",
            "content": [
                {"type": "text", "text": "What is this?"},
                {"type": "image_url", "image_url": {"url": DATA, "detail": "low"}},
                {
                    "type": "input_audio",
                    "input_audio": {"data": "AAAA", "format": "wav"},
                },
                {
                    "type": "file",
                    "file": {
                        "file_data": f"data:application/pdf;base64,{PNG}",
                        "filename": "a.pdf",
                    },
                },
            ],
        },
        {
            "role": "assistant",
            "content": "Let me see.",
            "tool_calls": [
                {
                    "id": "call_1",
                    "type": "function",
                    "function": {"name": "look", "arguments": '{"city":"Paris"}'},
                },
                {
                    "id": "call_2",
                    "type": "custom",
                    "custom": {"name": "shell", "input": "ls"},
                },
            ],
        },
        {"role": "tool", "tool_call_id": "call_1", "content": "rain"},
        {
            "role": "tool",
            "tool_call_id": "call_2",
            "content": [{"type": "text", "text": "a.txt"}],
        },
        {"role": "assistant", "content": None, "refusal": "No."},
        {"role": "user", "content": "Why?", "x_unknown": {"a": 1}},
    ],
    "tools": [
        {
            "type": "function",
            "function": {
                "name": "look",
                "description": "Looks.",
                "parameters": SCHEMA,
                "strict": True,
            },
        },
        {
            "type": "custom",
            "custom": {
                "name": "shell",
                "format": {
                    "type": "grammar",
                    "grammar": {"syntax": "lark", "definition": "start: /.+/"},
                },
            },
        },
    ],
    "tool_choice": {"type": "function", "function": {"name": "look"}},
    "parallel_tool_calls": False,
    "max_completion_tokens": 500,
    "temperature": 0.5,
    "top_p": 0.9,
    "seed": 7,
    "stop": ["END", "###"],
    "frequency_penalty": 0.5,
    "presence_penalty": -0.5,
    "logit_bias": {"50256": -100},
    "logprobs": True,
    "top_logprobs": 2,
    "n": 2,
    "response_format": {
        "type": "json_schema",
        "json_schema": {
            "name": "answer",
            "description": "d",
            "schema": SCHEMA,
            "strict": True,
        },
    },
    "reasoning_effort": "low",
    "verbosity": "low",
    "stream": True,
    "stream_options": {"include_usage": True},
    "metadata": {"team": "a"},
    "user": "u_1",
    "service_tier": "flex",
    "store": True,
    "prediction": {"type": "content", "content": "x"},
    "prompt_cache_key": "k",
    "x_unknown": {"deep": [1, {"a": 2}]},
}

CHAT_RESPONSE = {
    "id": "chatcmpl-1",
    "object": "chat.completion",
    "created": 1700000000,
    "model": "gpt-5.2",
    "service_tier": "default",
    "system_fingerprint": "fp_1",
    "choices": [
        {
            "index": 0,
            "message": {
                "role": "assistant",
                "content": "It rains.",
                "refusal": None,
                "annotations": [
                    {
                        "type": "url_citation",
                        "url_citation": {
                            "url": "https://a.example/",
                            "title": "A",
                            "start_index": 0,
                            "end_index": 2,
                        },
                    }
                ],
                "tool_calls": [
                    {
                        "id": "call_1",
                        "type": "function",
                        "function": {"name": "look", "arguments": '{"city":"Paris"}'},
                    }
                ],
            },
            "logprobs": {
                "content": [
                    {
                        "token": "It",
                        "logprob": -0.5,
                        "bytes": [73, 116],
                        "top_logprobs": [{"token": "I", "logprob": -1, "bytes": [73]}],
                    }
                ],
                "refusal": None,
            },
            "finish_reason": "tool_calls",
        },
        {
            "index": 1,
            "message": {"role": "assistant", "content": None, "refusal": "No."},
            "logprobs": None,
            "finish_reason": "stop",
        },
    ],
    "usage": {
        "prompt_tokens": 20,
        "completion_tokens": 9,
        "total_tokens": 29,
        "prompt_tokens_details": {"cached_tokens": 5, "audio_tokens": 2},
        "completion_tokens_details": {
            "reasoning_tokens": 3,
            "audio_tokens": 1,
            "accepted_prediction_tokens": 1,
            "rejected_prediction_tokens": 1,
        },
    },
}

RESPONSES_REQUEST = {
    "model": "gpt-5.2",
    "instructions": "Be brief.",
    "input": [
        {"role": "developer", "content": "Be kind."},
        {
            "role": "user",
            "content": [
                {
                    "type": "input_text",
                    "text": "What is this?",
                    "prompt_cache_breakpoint": {"mode": "explicit", "ttl": "30m"},
                },
                {"type": "input_image", "image_url": DATA, "detail": "low"},
                {"type": "input_file", "file_id": "file_1", "filename": "a.pdf"},
            ],
        },
        {
            "type": "reasoning",
            "id": "rs_1",
            "summary": [{"type": "summary_text", "text": "s"}],
            "encrypted_content": "gAAA",
        },
        {
            "type": "message",
            "id": "msg_1",
            "role": "assistant",
            "status": "completed",
            "phase": "commentary",
            "content": [
                {
                    "type": "output_text",
                    "text": "Let me see.",
                    "annotations": [
                        {
                            "type": "url_citation",
                            "url": "https://a.example/",
                            "title": "A",
                            "start_index": 0,
                            "end_index": 3,
                        }
                    ],
                },
                {"type": "refusal", "refusal": "No."},
            ],
        },
        {
            "type": "function_call",
            "id": "fc_1",
            "call_id": "call_1",
            "name": "look",
            "arguments": '{"city":"Paris"}',
            "status": "completed",
        },
        {
            "type": "custom_tool_call",
            "call_id": "call_2",
            "name": "shell",
            "input": "ls",
        },
        {
            "type": "web_search_call",
            "id": "ws_1",
            "status": "completed",
            "action": {"type": "search", "query": "q"},
        },
        {"type": "function_call_output", "call_id": "call_1", "output": "rain"},
        {
            "type": "custom_tool_call_output",
            "call_id": "call_2",
            "output": [
                {"type": "input_text", "text": "a.txt"},
                {"type": "input_image", "image_url": DATA},
            ],
        },
        {"role": "user", "content": "Why?"},
        {"type": "x_item", "a": 1},
    ],
    "tools": [
        {
            "type": "function",
            "name": "look",
            "description": "Looks.",
            "parameters": SCHEMA,
            "strict": True,
        },
        {
            "type": "custom",
            "name": "shell",
            "format": {
                "type": "grammar",
                "syntax": "lark",
                "definition": "start: /.+/",
            },
        },
        {
            "type": "web_search",
            "search_context_size": "low",
            "filters": {"allowed_domains": ["a.example"]},
            "user_location": {"type": "approximate", "city": "Paris"},
        },
        {"type": "code_interpreter", "container": {"type": "auto"}},
    ],
    "tool_choice": {
        "type": "allowed_tools",
        "mode": "auto",
        "tools": [{"type": "function", "name": "look"}],
    },
    "parallel_tool_calls": False,
    "max_output_tokens": 500,
    "temperature": 0.5,
    "top_p": 0.9,
    "top_logprobs": 2,
    "include": ["message.output_text.logprobs", "reasoning.encrypted_content"],
    "text": {
        "format": {
            "type": "json_schema",
            "name": "answer",
            "description": "d",
            "schema": SCHEMA,
            "strict": True,
        },
        "verbosity": "low",
    },
    "reasoning": {"effort": "low", "summary": "auto"},
    "store": False,
    "stream": True,
    "previous_response_id": "resp_0",
    "truncation": "auto",
    "context_management": [{"type": "compaction", "compact_threshold": 1000}],
    "service_tier": "flex",
    "prompt_cache_key": "k",
    "safety_identifier": "u_1",
    "metadata": {"team": "a"},
    "x_unknown": {"deep": [1, {"a": 2}]},
}

RESPONSES_RESPONSE = {
    "id": "resp_1",
    "object": "response",
    "created_at": 1700000000,
    "status": "completed",
    "error": None,
    "incomplete_details": None,
    "instructions": "Be brief.",
    "metadata": {"team": "a"},
    "model": "gpt-5.2",
    "output": [
        {
            "type": "reasoning",
            "id": "rs_1",
            "summary": [
                {"type": "summary_text", "text": "s"},
                {"type": "summary_text", "text": "t"},
            ],
            "encrypted_content": "gAAA",
        },
        {
            "type": "code_interpreter_call",
            "id": "ci_1",
            "status": "completed",
            "container_id": "cntr_1",
            "code": "print(1)",
            "outputs": [{"type": "logs", "logs": "1"}],
        },
        {
            "type": "message",
            "id": "msg_1",
            "role": "assistant",
            "status": "completed",
            "phase": "final_answer",
            "content": [
                {
                    "type": "output_text",
                    "text": "It rains.",
                    "annotations": [
                        {
                            "type": "url_citation",
                            "url": "https://a.example/",
                            "title": "A",
                            "start_index": 0,
                            "end_index": 2,
                        },
                        {
                            "type": "file_citation",
                            "file_id": "file_1",
                            "filename": "a.pdf",
                            "index": 4,
                        },
                    ],
                    "logprobs": [
                        {
                            "token": "It",
                            "bytes": [73, 116],
                            "logprob": -0.5,
                            "top_logprobs": [
                                {"token": "I", "bytes": [73], "logprob": -1}
                            ],
                        }
                    ],
                }
            ],
        },
        {
            "type": "function_call",
            "id": "fc_1",
            "call_id": "call_1",
            "name": "look",
            "arguments": '{"city":"Paris"}',
            "status": "completed",
        },
    ],
    "parallel_tool_calls": False,
    "temperature": 0.5,
    "tool_choice": "required",
    "tools": [{"type": "web_search"}],
    "top_p": 0.9,
    "service_tier": "flex",
    "usage": {
        "input_tokens": 20,
        "input_tokens_details": {"cached_tokens": 5, "cache_write_tokens": 3},
        "output_tokens": 9,
        "output_tokens_details": {"reasoning_tokens": 4},
        "total_tokens": 29,
    },
    "x_unknown": {"a": 1},
}
