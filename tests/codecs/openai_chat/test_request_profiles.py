"""Requests of `openai-chat`: reasoning and caching, profile by profile."""

import json

import pytest
from tests.codecs.openai_chat._request_support import (
    CALL,
    OWN,
    codes,
    encode,
    talk,
    user,
)

from modelwire.ir import (
    CacheBreakpoint,
    CachePolicy,
    FunctionTool,
    Message,
    Opaque,
    ReasoningPart,
    TextPart,
    ToolResultPart,
)

THOUGHT = ReasoningPart(
    text="hm", signature=Opaque(value="sig", dialect="anthropic-messages")
)


def test_foreign_reasoning_is_dropped_where_there_is_no_field():
    message = Message(role="assistant", parts=(THOUGHT, TextPart(text="a")))
    wire, losses = encode(talk(message))
    assert wire["messages"][0] == {"role": "assistant", "content": "a"}
    assert codes(losses) == [("think.text", "dropped")]


@pytest.mark.parametrize(
    ("profile", "field"),
    [
        ("deepseek", "reasoning_content"),
        ("groq", "reasoning"),
        ("vllm", "reasoning"),
        ("llamacpp", "reasoning_content"),
    ],
)
def test_profile_reasoning_field(profile, field):
    message = Message(role="assistant", parts=(THOUGHT, TextPart(text="a")))
    wire, losses = encode(talk(message), profile)
    assert wire["messages"][0][field] == "hm"
    assert codes(losses) == [("think.signature", "dropped")]


def test_profile_mistral_thinks_inside_the_content():
    message = Message(role="assistant", parts=(THOUGHT, TextPart(text="a")))
    wire, _ = encode(talk(message, seed=4), "mistral")
    assert wire["messages"][0]["content"] == [
        {"type": "thinking", "thinking": [{"type": "text", "text": "hm"}]},
        {"type": "text", "text": "a"},
    ]
    assert wire["random_seed"] == 4


def test_profile_openrouter_has_reasoning_details():
    parts = (
        ReasoningPart(text="hm", signature=Opaque(value="s", dialect=OWN)),
        ReasoningPart(encrypted=Opaque(value="e", dialect=OWN)),
    )
    wire, losses = encode(talk(Message(role="assistant", parts=parts)), "openrouter")
    assert wire["messages"][0]["reasoning_details"] == [
        {"type": "reasoning.text", "text": "hm", "signature": "s"},
        {"type": "reasoning.encrypted", "data": "e"},
    ]
    assert losses == ()


@pytest.mark.parametrize(
    ("profile", "field", "role"),
    [
        ("openai", "max_completion_tokens", "developer"),
        ("azure", "max_completion_tokens", "developer"),
        ("groq", "max_completion_tokens", "system"),
        ("mistral", "max_tokens", "system"),
        ("deepseek", "max_tokens", "system"),
    ],
)
def test_profile_names_of_limit_and_role(profile, field, role):
    request = talk(
        user(TextPart(text="x")),
        system=(Message(role="developer", parts=(TextPart(text="s"),)),),
        max_output_tokens=5,
    )
    wire, _ = encode(request, profile)
    assert wire[field] == 5
    assert wire["messages"][0]["role"] == role


CACHED = talk(
    user(TextPart(text="x", cache=CacheBreakpoint(ttl="5m"))),
    tools=(FunctionTool(name="f", cache=CacheBreakpoint()),),
    cache=CachePolicy(automatic=True, ttl="5m"),
)


def test_cache_breakpoints():
    wire, losses = encode(CACHED)
    assert wire["messages"][0]["content"][0]["prompt_cache_breakpoint"] == {
        "mode": "explicit",
        "ttl": "30m",
    }
    assert wire["prompt_cache_options"] == {"mode": "implicit", "ttl": "30m"}
    assert "cache_control" not in json.dumps(wire)
    assert [loss.path for loss in losses] == [
        "$.messages[0].parts[0].cache.ttl",
        "$.tools[0].cache",
        "$.cache.ttl",
    ]


def test_D01_openrouter_keeps_cache_control():
    wire, losses = encode(CACHED, "openrouter")
    assert wire["messages"][0]["content"][0]["cache_control"] == {
        "type": "ephemeral",
        "ttl": "5m",
    }
    assert wire["tools"][0]["cache_control"] == {"type": "ephemeral"}
    assert [str(loss.code) for loss in losses] == ["cache.auto", "cache.ttl"]


def test_profile_without_prompt_cache():
    wire, losses = encode(CACHED, "vllm")
    assert "cache" not in json.dumps(wire)
    assert len(losses) == 4


def test_cache_of_a_result_moves_to_its_text():
    part = ToolResultPart(
        call_id="call_1", content=(TextPart(text="r"),), cache=CacheBreakpoint()
    )
    wire, losses = encode(talk(Message(role="assistant", parts=(CALL,)), user(part)))
    assert wire["messages"][1]["content"][0]["prompt_cache_breakpoint"] == {
        "mode": "explicit"
    }
    assert codes(losses) == [("cache.breakpoint", "moved")]
