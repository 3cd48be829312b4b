"""What the tests of `openai-chat` requests share."""

import json

from modelwire.codecs import openai_chat
from modelwire.codecs._base import COLLECT
from modelwire.codecs.openai_chat import PROFILES
from modelwire.ir import (
    ChatRequest,
    Message,
    ToolCallPart,
)
from modelwire.testing import assert_losses

OWN = "openai-chat"


def decode(**body):
    body.setdefault("model", "m")
    body.setdefault("messages", [])
    return openai_chat.decode_request(json.dumps(body).encode())


def encode(request, profile="openai", **kwargs):
    kwargs.setdefault("on_loss", COLLECT)
    encoded = openai_chat.encode_request(request, profile=PROFILES[profile], **kwargs)
    again = openai_chat.decode_request(encoded.body, profile=PROFILES[profile])
    assert_losses(request, again, encoded.losses)
    return json.loads(encoded.body), encoded.losses


def same(**body):
    """Assert that *body* comes back as it is, and give its IR."""
    request = decode(**body)
    wire, losses = encode(request)
    assert losses == ()
    body.setdefault("model", "m")
    body.setdefault("messages", [])
    assert wire == body
    return request


def user(*parts, **kwargs):
    return Message(role="user", parts=parts, **kwargs)


def talk(*messages, **kwargs):
    kwargs.setdefault("model", "m")
    return ChatRequest(messages=messages, **kwargs)


def codes(losses):
    return [(str(loss.code), loss.action) for loss in losses]


CALL = ToolCallPart(id="call_1", name="f", arguments='{"a":1}')


FIELDS = [
    {"max_completion_tokens": 5},
    {"max_tokens": 5},
    {"temperature": 0.5, "top_p": 1},
    {"n": 3},
    {"stop": "x"},
    {"stop": ["x", "y"]},
    {"stop": ["x"]},
    {"presence_penalty": -1, "frequency_penalty": 0.5},
    {"logit_bias": {"50256": -100}},
    {"logprobs": True, "top_logprobs": 3},
    {"seed": 7},
    {"parallel_tool_calls": False},
    {"response_format": {"type": "text"}},
    {"response_format": {"type": "json_object"}},
    {"response_format": {"type": "json_object", "schema": {"type": "object"}}},
    {
        "response_format": {
            "type": "json_schema",
            "json_schema": {
                "name": "n",
                "description": "d",
                "schema": {"type": "object"},
                "strict": True,
                "x": 1,
            },
        }
    },
    {"response_format": {"type": "grammar", "grammar": "root ::= x"}},
    {"reasoning_effort": "xhigh", "verbosity": "low"},
    {"modalities": ["text", "audio"], "audio": {"format": "wav", "voice": "alloy"}},
    {"audio": {"format": "mp3", "voice": {"id": "v_1"}}},
    {"prediction": {"type": "content", "content": "text"}},
    {
        "prediction": {
            "type": "content",
            "content": [{"type": "text", "text": "text"}],
        }
    },
    {"web_search_options": {}},
    {
        "web_search_options": {
            "search_context_size": "low",
            "user_location": {
                "type": "approximate",
                "approximate": {"city": "Paris", "country": "FR"},
            },
        }
    },
    {"service_tier": "flex", "store": True, "metadata": {"a": "b"}},
    {"user": "u"},
    {"safety_identifier": "s"},
    {"safety_identifier": "s", "user": "u"},
    {
        "prompt_cache_key": "k",
        "prompt_cache_retention": "24h",
        "prompt_cache_options": {"mode": "explicit", "ttl": "30m"},
    },
    {"prompt_cache_options": {"mode": "implicit"}},
    {"stream": True, "stream_options": {"include_usage": True}},
    {
        "stream": True,
        "stream_options": {"include_usage": False, "include_obfuscation": False},
    },
    {"moderation": {"model": "omni-moderation-latest"}},
    {"tool_choice": "none"},
    {"tool_choice": "required"},
    {"tool_choice": "any"},
    {"tool_choice": "validated"},
    {"tool_choice": {"type": "function", "function": {"name": "f"}}},
    {"tool_choice": {"type": "custom", "custom": {"name": "f"}}},
    {
        "tool_choice": {
            "type": "allowed_tools",
            "allowed_tools": {
                "mode": "required",
                "tools": [
                    {"type": "function", "function": {"name": "f"}},
                    {"type": "custom", "custom": {"name": "g"}},
                    {"type": "mcp", "server_label": "s"},
                ],
            },
        }
    },
    {
        "tools": [
            {
                "type": "function",
                "function": {
                    "name": "f",
                    "description": "d",
                    "parameters": {"type": "object"},
                    "strict": False,
                },
            },
            {"type": "function", "function": {"name": "g"}},
            {"type": "custom", "custom": {"name": "c", "format": {"type": "text"}}},
            {
                "type": "custom",
                "custom": {
                    "name": "d",
                    "description": "x",
                    "format": {
                        "type": "grammar",
                        "grammar": {"definition": "start: x", "syntax": "lark"},
                    },
                },
            },
            {"type": "builtin_function", "function": {"name": "$web_search"}},
        ]
    },
    {"functions": [{"name": "f", "parameters": {}}], "function_call": "auto"},
    {"functions": [{"name": "f"}], "function_call": {"name": "f"}},
    {"provider": {"order": ["a"]}, "reasoning": {"effort": "low"}},
]


MESSAGES = [
    {"role": "system", "content": "s"},
    {"role": "developer", "content": [{"type": "text", "text": "s"}]},
    {"role": "user", "content": "u", "name": "alice"},
    {"role": "user", "content": []},
    {"role": "user", "content": ""},
    {
        "role": "user",
        "content": [
            {"type": "text", "text": "a"},
            {"type": "image_url", "image_url": {"url": "https://a/x", "detail": "low"}},
            {"type": "image_url", "image_url": {"url": "data:image/png;base64,aGk="}},
            {"type": "image_url", "image_url": {"url": "data:image/svg+xml,<svg/>"}},
            {"type": "input_audio", "input_audio": {"data": "aGk=", "format": "wav"}},
            {"type": "input_audio", "input_audio": {"data": "aGk=", "format": "ogg"}},
            {
                "type": "file",
                "file": {
                    "file_data": "data:application/pdf;base64,aGk=",
                    "filename": "a.pdf",
                },
            },
            {"type": "file", "file": {"file_data": "data:application/pdf;base64,aGk="}},
            {"type": "file", "file": {"file_id": "file_1"}},
            {"type": "video_url", "video_url": {"url": "https://a/x.mp4"}},
            {"type": "document_url", "document_url": "https://a/x.pdf"},
            {"type": "input_audio", "input_audio": "aGk="},
        ],
    },
    {
        "role": "user",
        "content": [
            {
                "type": "text",
                "text": "a",
                "prompt_cache_breakpoint": {"mode": "explicit", "ttl": "12h"},
            },
            {"type": "text", "text": "b", "cache_control": {"type": "ephemeral"}},
            {
                "type": "image_url",
                "image_url": {"url": "https://a/x", "x": 1},
                "cache_control": {"type": "ephemeral", "ttl": "5m"},
            },
        ],
    },
    {"role": "user", "content": "a", "cache_control": {"type": "ephemeral"}},
    {"role": "assistant", "content": "a"},
    {"role": "assistant", "content": None, "refusal": "no"},
    {"role": "assistant", "content": [{"type": "refusal", "refusal": "no"}]},
    {
        "role": "assistant",
        "content": [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}],
    },
    {"role": "assistant", "content": None, "audio": {"id": "audio_1"}},
    {"role": "assistant", "content": "a", "reasoning_content": "r"},
    {"role": "assistant", "content": "a", "reasoning": "r"},
    {"role": "assistant", "content": "a", "reasoning": "r", "reasoning_content": "r"},
    {"role": "assistant", "content": "a", "reasoning": "r", "reasoning_content": "s"},
    {
        "role": "assistant",
        "content": "a",
        "reasoning": "one",
        "reasoning_details": [
            {"type": "reasoning.text", "text": "one", "signature": "s", "index": 0},
            {"type": "reasoning.encrypted", "data": "e", "id": "rs_1", "format": "f"},
            {"type": "reasoning.server_tool_call", "x": 1},
        ],
    },
    {
        "role": "assistant",
        "content": [
            {
                "type": "thinking",
                "thinking": [{"type": "text", "text": "t"}],
                "signature": "s",
            },
            {"type": "text", "text": "a"},
            {
                "type": "thinking",
                "thinking": [
                    {"type": "text", "text": "t"},
                    {"type": "text", "text": ""},
                ],
                "closed": True,
            },
            {"type": "thinking", "thinking": [{"type": "reference", "ids": [1]}]},
        ],
    },
    {
        "role": "assistant",
        "content": None,
        "tool_calls": [
            {
                "id": "call_1",
                "type": "function",
                "function": {"name": "f", "arguments": '{"a": 1}'},
            },
            {
                "id": "call_2",
                "type": "function",
                "function": {"name": "f", "arguments": ""},
                "index": 1,
            },
            {"id": "call_3", "type": "custom", "custom": {"name": "c", "input": "x"}},
            {
                "id": "call_4",
                "type": "function",
                "function": {"name": "f", "arguments": {"b": "é", "a": [1]}},
            },
            {"id": "call_5", "type": "mcp", "x": 1},
        ],
    },
    {
        "role": "assistant",
        "content": None,
        "function_call": {"name": "f", "arguments": "{}"},
    },
    {"role": "tool", "tool_call_id": "call_1", "content": "r"},
    {"role": "tool", "tool_call_id": "call_1", "content": "r", "name": "f"},
    {
        "role": "tool",
        "tool_call_id": "call_1",
        "content": [
            {"type": "text", "text": "a"},
            {"type": "image_url", "image_url": {"url": "https://a/x"}},
        ],
    },
    {"role": "function", "name": "f", "content": "r"},
    {"role": "function", "name": "f", "content": None},
]
