"""One rich request and one rich response of every dialect, as JSON on the wire."""

from __future__ import annotations

SCHEMA = {
    "type": "object",
    "properties": {"city": {"type": "string"}},
    "required": ["city"],
}
PNG = "iVBORw0KGgo="
DATA = f"data:image/png;base64,{PNG}"

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

GEMINI_REQUEST = {
    "systemInstruction": {"parts": [{"text": "Be brief."}]},
    "contents": [
        {
            "role": "user",
            "parts": [
                {"text": "What is this?"},
                {
                    "inlineData": {"mimeType": "image/png", "data": PNG},
                    "mediaResolution": {"level": "MEDIA_RESOLUTION_LOW"},
                },
                {"inlineData": {"mimeType": "audio/wav", "data": "AAAA"}},
                {
                    "fileData": {"mimeType": "video/mp4", "fileUri": "gs://b/v.mp4"},
                    "videoMetadata": {"startOffset": "1s"},
                },
                {"inlineData": {"mimeType": "application/pdf", "data": PNG}},
            ],
        },
        {
            "role": "model",
            "parts": [
                {"text": "hm", "thought": True},
                {"text": "Let me see.", "thoughtSignature": "c2ln"},
                {"executableCode": {"language": "PYTHON", "code": "print(1)"}},
                {"codeExecutionResult": {"outcome": "OUTCOME_OK", "output": "1"}},
                {
                    "functionCall": {
                        "id": "call_1",
                        "name": "look",
                        "args": {"city": "Paris"},
                    },
                    "thoughtSignature": "AAEC",
                },
            ],
        },
        {
            "role": "user",
            "parts": [
                {
                    "functionResponse": {
                        "id": "call_1",
                        "name": "look",
                        "response": {"output": "rain"},
                        "parts": [
                            {"inlineData": {"mimeType": "image/png", "data": PNG}}
                        ],
                    }
                },
                {"text": "Why?"},
            ],
        },
    ],
    "tools": [
        {
            "functionDeclarations": [
                {
                    "name": "look",
                    "description": "Looks.",
                    "parametersJsonSchema": SCHEMA,
                }
            ]
        },
        {"googleSearch": {"excludeDomains": ["a.example"]}},
        {"codeExecution": {}},
    ],
    "toolConfig": {
        "functionCallingConfig": {"mode": "ANY", "allowedFunctionNames": ["look"]},
        "includeServerSideToolInvocations": True,
    },
    "safetySettings": [
        {"category": "HARM_CATEGORY_HARASSMENT", "threshold": "BLOCK_NONE"}
    ],
    "generationConfig": {
        "candidateCount": 2,
        "stopSequences": ["END"],
        "maxOutputTokens": 500,
        "temperature": 0.5,
        "topP": 0.9,
        "topK": 5,
        "seed": 7,
        "presencePenalty": 0.5,
        "frequencyPenalty": -0.5,
        "responseLogprobs": True,
        "logprobs": 2,
        "responseMimeType": "application/json",
        "responseJsonSchema": SCHEMA,
        "responseModalities": ["TEXT"],
        "speechConfig": {
            "voiceConfig": {"prebuiltVoiceConfig": {"voiceName": "Kore"}},
            "languageCode": "de",
        },
        "thinkingConfig": {"includeThoughts": True, "thinkingBudget": 2048},
        "imageConfig": {"aspectRatio": "1:1"},
    },
    "cachedContent": "cachedContents/a",
    "labels": {"team": "a"},
    "serviceTier": "flex",
    "store": True,
    "xUnknown": {"deep": [1, {"a": 2}]},
}

GEMINI_RESPONSE = {
    "candidates": [
        {
            "content": {
                "role": "model",
                "parts": [
                    {"text": "hm", "thought": True},
                    {"text": "It rains."},
                    {"executableCode": {"language": "PYTHON", "code": "print(1)"}},
                    {"codeExecutionResult": {"outcome": "OUTCOME_OK", "output": "1"}},
                    {
                        "functionCall": {
                            "id": "call_1",
                            "name": "look",
                            "args": {"city": "Paris"},
                        },
                        "thoughtSignature": "AAEC",
                    },
                ],
            },
            "finishReason": "STOP",
            "finishMessage": "done",
            "index": 0,
            "safetyRatings": [
                {"category": "HARM_CATEGORY_HARASSMENT", "probability": "LOW"}
            ],
            "groundingMetadata": {
                "webSearchQueries": ["q"],
                "groundingChunks": [
                    {"web": {"uri": "https://a.example/", "title": "A"}}
                ],
                "groundingSupports": [
                    {
                        "segment": {"startIndex": 3, "endIndex": 8, "partIndex": 1},
                        "groundingChunkIndices": [0],
                    }
                ],
            },
            "logprobsResult": {
                "chosenCandidates": [
                    {"token": "It", "logProbability": -0.5, "tokenId": 7}
                ],
                "topCandidates": [
                    {"candidates": [{"token": "I", "logProbability": -1}]}
                ],
            },
            "avgLogprobs": -0.5,
        },
        {
            "content": {"role": "model", "parts": [{"text": "No."}]},
            "finishReason": "SAFETY",
            "index": 1,
        },
    ],
    "usageMetadata": {
        "promptTokenCount": 20,
        "candidatesTokenCount": 9,
        "thoughtsTokenCount": 4,
        "toolUsePromptTokenCount": 2,
        "cachedContentTokenCount": 5,
        "promptTokensDetails": [
            {"modality": "TEXT", "tokenCount": 17},
            {"modality": "AUDIO", "tokenCount": 3},
        ],
        "totalTokenCount": 35,
        "trafficType": "ON_DEMAND",
    },
    "modelVersion": "gemini-3-pro",
    "responseId": "r_1",
    "createTime": "2026-11-21T10:00:00.5Z",
}

REQUESTS = {
    "openai-chat": CHAT_REQUEST,
    "openai-responses": RESPONSES_REQUEST,
    "anthropic-messages": ANTHROPIC_REQUEST,
    "gemini-generate": GEMINI_REQUEST,
}
RESPONSES = {
    "openai-chat": CHAT_RESPONSE,
    "openai-responses": RESPONSES_RESPONSE,
    "anthropic-messages": ANTHROPIC_RESPONSE,
    "gemini-generate": GEMINI_RESPONSE,
}
PATHS = {"gemini-generate": "/v1beta/models/m:streamGenerateContent"}
