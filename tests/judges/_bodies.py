"""Small bodies of every kind that name most fields of their dialect."""

from __future__ import annotations

from typing import Any

from tests.judges._bodies_responses import RESPONSES

__all__ = ["BODIES_OF"]

BODIES_OF: dict[str, dict[str, Any]] = {
    "openai-responses": RESPONSES,
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
    "gemini-generate": {
        "request": {
            "systemInstruction": {"parts": [{"text": "a"}]},
            "contents": [
                {
                    "role": "user",
                    "parts": [
                        {"text": "a"},
                        {
                            "inlineData": {"mimeType": "image/png", "data": "aGk="},
                            "mediaResolution": {"level": "MEDIA_RESOLUTION_LOW"},
                        },
                        {
                            "fileData": {"mimeType": "video/mp4", "fileUri": "gs://a"},
                            "videoMetadata": {"startOffset": "1s", "fps": 2},
                        },
                    ],
                },
                {
                    "role": "model",
                    "parts": [
                        {"text": "t", "thought": True, "thoughtSignature": "aGk="},
                        {
                            "functionCall": {"id": "c", "name": "f", "args": {"a": 1}},
                            "thoughtSignature": "aGk=",
                        },
                        {"executableCode": {"language": "PYTHON", "code": "1"}},
                        {"codeExecutionResult": {"outcome": "OUTCOME_OK"}},
                    ],
                },
                {
                    "role": "user",
                    "parts": [
                        {
                            "functionResponse": {
                                "id": "c",
                                "name": "f",
                                "response": {"output": "d"},
                            }
                        }
                    ],
                },
            ],
            "tools": [
                {
                    "functionDeclarations": [
                        {
                            "name": "f",
                            "description": "d",
                            "parameters": {
                                "type": "OBJECT",
                                "properties": {"a": {"type": "INTEGER"}},
                            },
                        },
                        {"name": "g", "parametersJsonSchema": {"type": "object"}},
                    ]
                },
                {"googleSearch": {}},
                {"codeExecution": {}},
            ],
            "toolConfig": {
                "functionCallingConfig": {
                    "mode": "ANY",
                    "allowedFunctionNames": ["f"],
                }
            },
            "safetySettings": [
                {
                    "category": "HARM_CATEGORY_HARASSMENT",
                    "threshold": "BLOCK_NONE",
                }
            ],
            "generationConfig": {
                "candidateCount": 1,
                "maxOutputTokens": 5,
                "temperature": 0.5,
                "topP": 0.5,
                "topK": 3,
                "seed": 1,
                "stopSequences": ["a"],
                "responseMimeType": "application/json",
                "responseSchema": {"type": "OBJECT"},
                "responseModalities": ["TEXT"],
                "responseLogprobs": True,
                "logprobs": 1,
                "thinkingConfig": {"includeThoughts": True, "thinkingBudget": 64},
                "speechConfig": {
                    "voiceConfig": {"prebuiltVoiceConfig": {"voiceName": "v"}}
                },
            },
            "cachedContent": "cachedContents/a",
            "labels": {"a": "b"},
        },
        "response": {
            "candidates": [
                {
                    "index": 0,
                    "content": {
                        "role": "model",
                        "parts": [
                            {"text": "t", "thought": True},
                            {"text": "a", "thoughtSignature": "aGk="},
                            {"functionCall": {"name": "f", "args": {"a": 1}}},
                            {"inlineData": {"mimeType": "image/png", "data": "aGk="}},
                            {"executableCode": {"language": "PYTHON", "code": "1"}},
                            {"codeExecutionResult": {"outcome": "OUTCOME_OK"}},
                        ],
                    },
                    "finishReason": "STOP",
                    "finishMessage": "m",
                    "safetyRatings": [
                        {
                            "category": "HARM_CATEGORY_HARASSMENT",
                            "probability": "NEGLIGIBLE",
                        }
                    ],
                    "citationMetadata": {
                        "citationSources": [
                            {"startIndex": 0, "endIndex": 1, "uri": "u"}
                        ]
                    },
                    "groundingMetadata": {
                        "webSearchQueries": ["q"],
                        "groundingChunks": [{"web": {"uri": "u", "title": "t"}}],
                        "groundingSupports": [
                            {
                                "segment": {
                                    "partIndex": 1,
                                    "startIndex": 0,
                                    "endIndex": 1,
                                    "text": "a",
                                },
                                "groundingChunkIndices": [0],
                                "confidenceScores": [0.5],
                            }
                        ],
                    },
                    "urlContextMetadata": {
                        "urlMetadata": [
                            {
                                "retrievedUrl": "u",
                                "urlRetrievalStatus": "URL_RETRIEVAL_STATUS_SUCCESS",
                            }
                        ]
                    },
                    "avgLogprobs": -0.5,
                    "logprobsResult": {
                        "chosenCandidates": [
                            {"token": "a", "tokenId": 1, "logProbability": -1.5}
                        ],
                        "topCandidates": [
                            {"candidates": [{"token": "a", "logProbability": -1.5}]}
                        ],
                    },
                    "tokenCount": 1,
                }
            ],
            "promptFeedback": {"safetyRatings": []},
            "usageMetadata": {
                "promptTokenCount": 3,
                "cachedContentTokenCount": 1,
                "candidatesTokenCount": 1,
                "thoughtsTokenCount": 1,
                "toolUsePromptTokenCount": 1,
                "totalTokenCount": 6,
                "promptTokensDetails": [{"modality": "TEXT", "tokenCount": 3}],
                "trafficType": "ON_DEMAND",
            },
            "modelVersion": "m",
            "responseId": "i",
            "createTime": "2026-01-01T00:00:00.5Z",
        },
        "error": {
            "error": {
                "code": 429,
                "message": "m",
                "status": "RESOURCE_EXHAUSTED",
                "details": [
                    {
                        "@type": "type.googleapis.com/google.rpc.RetryInfo",
                        "retryDelay": "7s",
                    },
                    {
                        "@type": "type.googleapis.com/google.rpc.ErrorInfo",
                        "reason": "R",
                        "metadata": {"a": "b"},
                    },
                    {
                        "@type": "type.googleapis.com/google.rpc.QuotaFailure",
                        "violations": [{"quotaId": "PerDay"}],
                    },
                ],
            }
        },
        "stream": [
            {
                "candidates": [
                    {
                        "index": 0,
                        "content": {
                            "role": "model",
                            "parts": [{"text": "t", "thought": True}],
                        },
                        "safetyRatings": [{"category": "c", "probability": "LOW"}],
                    }
                ],
                "usageMetadata": {"promptTokenCount": 3, "totalTokenCount": 3},
                "modelVersion": "m",
                "responseId": "i",
                "createTime": "2026-01-01T00:00:00.5Z",
            },
            {
                "candidates": [
                    {
                        "content": {
                            "role": "model",
                            "parts": [
                                {"text": "a", "thoughtSignature": "aGk="},
                                {"functionCall": {"name": "f", "args": {"a": 1}}},
                                {
                                    "functionCall": {
                                        "id": "c",
                                        "name": "g",
                                        "partialArgs": [
                                            {
                                                "jsonPath": "$.a",
                                                "stringValue": "b",
                                                "willContinue": False,
                                            }
                                        ],
                                        "willContinue": True,
                                    }
                                },
                            ],
                        }
                    }
                ]
            },
            {
                "candidates": [
                    {
                        "content": {
                            "role": "model",
                            "parts": [
                                {"functionCall": {}},
                                {"inlineData": {"mimeType": "a/b", "data": "aGk="}},
                            ],
                        },
                        "finishReason": "STOP",
                        "groundingMetadata": {
                            "groundingChunks": [{"web": {"uri": "u"}}],
                            "groundingSupports": [
                                {
                                    "segment": {"startIndex": 0, "endIndex": 1},
                                    "groundingChunkIndices": [0],
                                }
                            ],
                        },
                        "citationMetadata": {"citationSources": [{"uri": "u"}]},
                        "logprobsResult": {
                            "chosenCandidates": [{"token": "a", "logProbability": -1}]
                        },
                    }
                ],
                "usageMetadata": {
                    "promptTokenCount": 3,
                    "candidatesTokenCount": 2,
                    "totalTokenCount": 5,
                },
            },
        ],
    },
}
