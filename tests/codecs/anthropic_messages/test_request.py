"""Requests of Anthropic Messages: what is read, what is written, what is lost."""

from __future__ import annotations

import json

import pytest
from tests.codecs.anthropic_messages._request_support import (
    OWN,
    assistant,
    call,
    decoded,
    function,
    request,
    text,
    tool,
    user,
    wire,
)

from modelwire import ir
from modelwire.codecs.anthropic_messages import (
    DEFAULT_PROFILE,
    decode_request,
    encode_request,
)
from modelwire.errors import (
    RequestDecodeError,
)

# --- the whole form -----------------------------------------------------------------


FULL = {
    "model": "claude-opus-5",
    "max_tokens": 1024,
    "system": [
        {
            "type": "text",
            "text": "Be brief.",
            "cache_control": {"type": "ephemeral", "ttl": "1h"},
        }
    ],
    "messages": [
        {"role": "user", "content": "Hi"},
        {"role": "user", "content": [{"type": "text", "text": "one block"}]},
        {
            "role": "assistant",
            "content": [
                {"type": "thinking", "thinking": "hm", "signature": "sig=="},
                {"type": "redacted_thinking", "data": "opaque=="},
                {"type": "text", "text": "Let me see."},
                {
                    "type": "tool_use",
                    "id": "toolu_1",
                    "name": "get_weather",
                    "input": {"z": 1, "a": "é"},
                },
                {
                    "type": "server_tool_use",
                    "id": "srvtoolu_1",
                    "name": "web_search",
                    "input": {"query": "x"},
                },
                {
                    "type": "web_search_tool_result",
                    "tool_use_id": "srvtoolu_1",
                    "content": [
                        {
                            "type": "web_search_result",
                            "url": "https://a.example",
                            "title": "A",
                            "encrypted_content": "e==",
                        }
                    ],
                },
                {
                    "type": "mcp_tool_use",
                    "id": "mcptoolu_1",
                    "name": "echo",
                    "server_name": "s",
                    "input": {},
                },
                {
                    "type": "mcp_tool_result",
                    "tool_use_id": "mcptoolu_1",
                    "content": [{"type": "text", "text": "e"}],
                    "is_error": False,
                },
                {"type": "fallback", "from": {"model": "a"}, "to": {"model": "b"}},
            ],
        },
        {
            "role": "user",
            "content": [
                {
                    "type": "tool_result",
                    "tool_use_id": "toolu_1",
                    "content": [
                        {"type": "text", "text": "18°"},
                        {"type": "tool_reference", "tool_name": "x"},
                    ],
                    "is_error": True,
                },
                {
                    "type": "image",
                    "source": {
                        "type": "base64",
                        "media_type": "image/png",
                        "data": "iVBORw0KGgo=",
                    },
                    "transformations": {"oversized_image": "downsize"},
                },
                {
                    "type": "document",
                    "source": {"type": "file", "file_id": "file_1"},
                    "title": "T",
                    "context": "C",
                    "citations": {"enabled": True},
                },
                {
                    "type": "document",
                    "source": {
                        "type": "content",
                        "content": [{"type": "text", "text": "in parts"}],
                    },
                },
                {
                    "type": "search_result",
                    "source": "https://b.example",
                    "title": "B",
                    "content": [{"type": "text", "text": "found"}],
                },
                {"type": "container_upload", "file_id": "file_2"},
            ],
        },
        {"role": "system", "content": "From now on in French.", "clear_at": "never"},
    ],
    "tools": [
        {
            "type": "custom",
            "name": "get_weather",
            "description": "Weather",
            "input_schema": {"type": "object", "properties": {}},
            "strict": True,
            "input_examples": [{"city": "Paris"}],
            "cache_control": {"type": "ephemeral"},
            "defer_loading": True,
        },
        {
            "type": "web_search_20250305",
            "name": "web_search",
            "allowed_domains": ["a.example"],
            "max_uses": 3,
            "user_location": {"type": "approximate", "city": "Paris"},
        },
        {"type": "bash_20250124", "name": "bash"},
        {"type": "mcp_toolset", "mcp_server_name": "s"},
        {"type": "brand_new_20290101", "name": "new"},
    ],
    "tool_choice": {"type": "auto", "disable_parallel_tool_use": True},
    "thinking": {"type": "enabled", "budget_tokens": 1024, "display": "omitted"},
    "output_config": {
        "effort": "high",
        "format": {"type": "json_schema", "schema": {"type": "object"}},
        "task_budget": {"type": "tokens", "total": 5},
    },
    "temperature": 1,
    "top_p": 0.5,
    "top_k": 3,
    "stop_sequences": ["END"],
    "cache_control": {"type": "ephemeral"},
    "context_management": {"edits": [{"type": "clear_thinking_20251015"}]},
    "metadata": {"user_id": "u", "team": "t"},
    "service_tier": "standard_only",
    "stream": True,
    "speed": "fast",
    "container": {"id": "c", "skills": []},
    "mcp_servers": [{"type": "url", "name": "s", "url": "https://mcp.example"}],
    "inference_geo": "eu",
    "brand_new": {"x": [1]},
}


def test_every_field_survives_both_ways():
    value = decode_request(json.dumps(FULL).encode())
    encoded = encode_request(value)
    assert encoded.losses == ()
    assert json.loads(encoded.body) == FULL
    assert decode_request(encoded.body) == value


def test_the_ir_has_what_the_wire_says():
    value = decode_request(json.dumps(FULL).encode())
    assert value.system[0].parts[0].cache == ir.CacheBreakpoint(ttl="1h")
    reasoning, redacted, _, use, search, found, mcp, mcp_found, other = value.messages[
        2
    ].parts
    assert reasoning.signature == ir.Opaque(value="sig==", dialect=OWN)
    assert redacted.redacted == ir.Opaque(value="opaque==", dialect=OWN)
    assert use.arguments == '{"z":1,"a":"é"}'
    assert (search.kind, found.kind, found.call_id) == (
        "web_search",
        "web_search",
        "srvtoolu_1",
    )
    assert (mcp.kind, mcp.server_label, mcp_found.is_error) == ("mcp", "s", False)
    assert isinstance(other, ir.UnknownPart)
    assert value.parallel_tool_calls is False
    assert value.reasoning.budget_tokens == 1024
    assert value.reasoning.effort == "high"
    assert value.cache == ir.CachePolicy(automatic=True)
    assert value.user_id == "u"
    assert value.extra[OWN]["metadata"] == {"team": "t"}
    assert isinstance(value.tools[4], ir.UnknownTool)
    assert value.tools[1].config["user_location"] == {"city": "Paris"}


def test_golden_bytes():
    value = request(
        user(text("Hi")),
        assistant(call("toolu_1", "get", '{"city": "Paris"}')),
        tool("toolu_1", "18"),
        system=(ir.Message(role="system", parts=(text("Be brief."),)),),
        tools=(function("get", description="d"),),
    )
    encoded = encode_request(value)
    assert encoded.body == (
        b'{"model":"claude","max_tokens":100,"system":"Be brief.","messages":['
        b'{"role":"user","content":"Hi"},'
        b'{"role":"assistant","content":[{"type":"tool_use","id":"toolu_1",'
        b'"name":"get","input":{"city":"Paris"}}]},'
        b'{"role":"user","content":[{"type":"tool_result","tool_use_id":"toolu_1",'
        b'"content":"18"}]}],'
        b'"tools":[{"name":"get","description":"d","input_schema":{"type":"object"}}]}'
    )
    assert (encoded.method, encoded.path) == ("POST", "/v1/messages")
    assert encoded.headers == (
        ("content-type", "application/json"),
        ("anthropic-version", "2023-06-01"),
    )
    assert encoded.losses == ()


# --- faults of a body ---------------------------------------------------------------


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b'"x"', b"null", b"\xff", b'{"a":1}', b'{"messages":{}}'],
)
def test_a_wrong_body_is_a_decode_error(body):
    with pytest.raises(RequestDecodeError):
        decode_request(body)


def test_every_fault_is_named_at_once():
    body = wire(
        max_tokens="5",
        temperature="hot",
        messages=[
            {"role": "robot", "content": "x"},
            {"role": "user", "content": 5},
            {"role": "user", "content": [{"type": "tool_use", "id": 1}, 7]},
            {"role": "assistant", "content": [{"type": "text"}]},
            "odd",
        ],
        tools=[{"name": 5}, "x"],
        tool_choice={"type": "tool"},
    )
    with pytest.raises(RequestDecodeError) as caught:
        decode_request(body.encode())
    paths = {problem.path for problem in caught.value.problems}
    assert paths >= {
        "$.max_tokens",
        "$.temperature",
        "$.messages[0].role",
        "$.messages[1].content",
        "$.messages[4]",
        "$.messages[2].content[0].id",
        "$.messages[2].content[0].type",
        "$.messages[2].content[1]",
        "$.messages[3].content[0].text",
        "$.tools[0].name",
        "$.tools[0].input_schema",
        "$.tools[1]",
        "$.tool_choice.name",
    }


def test_the_model_of_vertex_stands_in_the_path():
    body = json.dumps(
        {"anthropic_version": "vertex-2023-10-16", "max_tokens": 1, "messages": []}
    )
    path = "/v1/projects/p/publishers/anthropic/models/claude-3-7@20250219:rawPredict"
    assert decode_request(body.encode(), path=path).model == "claude-3-7@20250219"
    assert decode_request(body.encode()).model == ""


def test_protocol_headers_are_kept_and_written():
    value = decode_request(
        wire().encode(),
        headers=[("Anthropic-Beta", "a,b"), ("x-api-key", "secret"), ("Accept", "x")],
    )
    assert value.headers == (("anthropic-beta", "a,b"),)
    assert ("anthropic-beta", "a,b") in encode_request(value).headers


def test_betas_of_the_profile_join_those_of_the_request():
    import attrs

    profile = attrs.evolve(DEFAULT_PROFILE, betas=("b", "c"))
    value = request(headers=(("anthropic-beta", "a,b"),))
    encoded = encode_request(value, profile=profile)
    assert ("anthropic-beta", "a,b,c") in encoded.headers


# --- short ways ---------------------------------------------------------------------


@pytest.mark.parametrize(
    "block",
    [
        {"type": "tool_use", "id": "a", "name": "b", "input": {}},
        {"type": "tool_use", "id": "a", "name": "b", "input": {"x": [1, {"y": None}]}},
    ],
)
def test_the_short_way_of_calls_equals_the_long(block):
    short = decoded({"role": "assistant", "content": [block, block]})
    long = decoded({"role": "assistant", "content": [{**block, "caller": None}] * 2})
    assert short == long


def test_the_short_way_of_results_equals_the_long():
    block = {"type": "tool_result", "tool_use_id": "a", "content": "x"}
    short = decoded({"role": "user", "content": [block, block]})
    long = decoded({"role": "user", "content": [{**block, "is_error": None}] * 2})
    assert short == long
