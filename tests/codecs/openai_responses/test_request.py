"""Requests of `openai-responses`: reading, writing, and what is lost from elsewhere."""

import json

import attrs
import pytest
from hypothesis import HealthCheck, assume, given, settings
from tests.codecs.openai_responses._request_support import OWN, decode, encode

from modelwire.codecs.openai_responses import _request
from modelwire.errors import (
    RequestDecodeError,
)
from modelwire.ir import (
    ChatRequest,
    Message,
    ReasoningConfig,
    TextPart,
    UnknownPart,
)
from modelwire.testing import strategies

# --- the same dialect ---------------------------------------------------------------


BODIES = {
    "string": {"model": "m", "input": "Hi"},
    "no input": {"model": "m", "previous_response_id": "resp_1"},
    "template": {"prompt": {"id": "pmpt_1", "version": "2", "variables": {"a": "b"}}},
    "instructions": {"model": "m", "instructions": "Be terse.", "input": "Hi"},
    "state": {"model": "m", "conversation": {"id": "conv_1"}, "store": True},
    "settings": {
        "model": "m",
        "input": [],
        "temperature": 0.5,
        "top_p": 1,
        "max_output_tokens": 20,
        "max_tool_calls": 3,
        "parallel_tool_calls": False,
        "top_logprobs": 2,
        "truncation": "auto",
        "background": True,
        "include": ["message.output_text.logprobs", "reasoning.encrypted_content"],
        "metadata": {"a": "b"},
        "user": "u",
        "safety_identifier": "s",
        "prompt_cache_key": "k",
        "prompt_cache_retention": "24h",
        "prompt_cache_options": {"mode": "explicit", "ttl": "12h", "prewarm": True},
        "service_tier": "ultrafast",
        "context_management": [{"type": "compaction", "compact_threshold": 9}],
        "reasoning": {"effort": "low", "summary": "auto", "context": "auto",
                      "mode": "pro"},
        "text": {"verbosity": "low", "x": 1,
                 "format": {"type": "json_schema", "name": "n", "schema": {},
                            "strict": True, "description": "d"}},
        "stream": True,
        "stream_options": {"include_obfuscation": False},
        "moderation": {"model": "omni"},
        "x_new": {"a": [1]},
    },
    "small limit": {"model": "m", "input": "Hi", "max_output_tokens": 5},
    "empty objects": {"model": "m", "input": "Hi", "text": {}, "reasoning": {}},
    "unknown format": {"model": "m", "input": "", "text": {"format": {"type": "x"}}},
    "tools": {
        "model": "m",
        "input": [],
        "tools": [
            {"type": "function", "name": "f", "parameters": {"type": "object"},
             "description": "d", "strict": False, "defer_loading": True},
            {"type": "function", "name": "g"},
            {"type": "custom", "name": "c", "format": {"type": "text"}},
            {"type": "custom", "name": "d",
             "format": {"type": "grammar", "syntax": "lark", "definition": "s: 1"}},
            {"type": "web_search", "filters": {"allowed_domains": ["a.b"]},
             "search_context_size": "low",
             "user_location": {"type": "approximate", "city": "Paris", "x": 1}},
            {"type": "file_search", "vector_store_ids": ["vs"]},
            {"type": "code_interpreter", "container": {"type": "auto"}},
            {"type": "computer_use_preview", "display_width": 1, "display_height": 1,
             "environment": "linux"},
            {"type": "mcp", "server_label": "l", "server_url": "https://a.b"},
            {"type": "image_generation"},
            {"type": "local_shell"},
            {"type": "shell"},
            {"type": "apply_patch"},
            {"type": "tool_search"},
            {"type": "namespace", "name": "n", "description": "d", "tools": []},
        ],
        "tool_choice": {
            "type": "allowed_tools",
            "mode": "auto",
            "tools": [{"type": "function", "name": "f"},
                      {"type": "mcp", "server_label": "l"}],
        },
    },
    **{
        f"choice {n}": {
            "model": "m",
            "input": [],
            "tools": [{"type": "function", "name": "f"}],
            "tool_choice": choice,
        }
        for n, choice in enumerate(
            ("auto", "none", "required", {"type": "function", "name": "f"},
             {"type": "custom", "name": "c"}, {"type": "web_search_preview"},
             {"type": "mcp", "server_label": "l"}, "x_new", {"type": "x_new"})
        )
    },
}  # fmt: skip


def leaves(value, key=""):
    if isinstance(value, dict):
        for name, item in value.items():
            yield from leaves(item, name)
    elif isinstance(value, list):
        for item in value:
            yield from leaves(item, key)
    elif value is not None:
        yield (key, type(value).__name__, value)


@pytest.mark.parametrize("name", BODIES)
def test_request_comes_back(name):
    body = BODIES[name]
    request = _request.decode_request(json.dumps(body).encode())
    encoded = _request.encode_request(request)
    again = json.loads(encoded.body)
    assert sorted(map(repr, leaves(body))) == sorted(map(repr, leaves(again)))
    assert encoded.losses == ()
    assert _request.decode_request(encoded.body) == request
    for key in ("tools", "text", "reasoning", "prompt", "input"):
        if key in body:
            assert key in again


def test_fields_are_where_the_ir_wants_them():
    request = _request.decode_request(json.dumps(BODIES["settings"]).encode())
    assert request.reasoning == ReasoningConfig(
        effort="low",
        display="auto",
        extra={OWN: {"context": "auto", "mode": "pro"}},
    )
    assert request.verbosity == "low"
    assert request.response_format is not None
    assert request.response_format.name == "n"
    assert request.logprobs is True
    assert request.user_id == "s"
    assert request.cache is not None
    assert (request.cache.automatic, request.cache.ttl) == (False, "12h")
    assert request.extra[OWN]["user"] == "u"


def test_instructions_and_input_keep_their_form():
    body = {
        "instructions": "a",
        "input": [
            {"role": "system", "content": "b"},
            {"role": "developer", "content": "c"},
            {"role": "user", "content": "d"},
            {"role": "system", "content": "e"},
        ],
    }
    request = decode(**body)
    assert [m.role for m in request.system] == ["system", "system", "developer"]
    out, _ = encode(request)
    assert out["instructions"] == "a"
    assert out["input"] == body["input"]
    # Without instructions a system message does not become them.
    alone = decode(input=body["input"])
    assert "instructions" not in encode(alone)[0]


@pytest.mark.parametrize(
    "message",
    [
        Message(role="user", parts=(TextPart(text="a"), TextPart(text="b"))),
        Message(role="assistant", parts=(TextPart(text="a"),)),
    ],
)
def test_an_input_that_is_no_single_text_any_more_is_a_list(message):
    request = decode(input="Hi")
    out, encoded = encode(attrs.evolve(request, messages=(message,)))
    assert [item["role"] for item in out["input"]] == [message.role]
    assert encoded.losses == ()


@pytest.mark.parametrize("logprobs", [None, True])
def test_an_include_that_is_no_list_is_not_sent(logprobs):
    request = ChatRequest(
        model="m", store=False, logprobs=logprobs, extra={OWN: {"include": "x"}}
    )
    out, encoded = encode(request)
    wanted = ["message.output_text.logprobs"]
    assert out.get("include") == (wanted if logprobs else None)
    assert [loss.path for loss in encoded.losses] == [f"$.extra[{OWN!r}].include"]


# --- faults -------------------------------------------------------------------------


FAULTS = [
    (b"[]", ["$"]),
    (b"{", ["$"]),
    (b'{"input": "x"}', ["$.model"]),
    (b'{"model": "m", "input": 5}', ["$.input"]),
    (b'{"model": "m", "input": [5]}', ["$.input[0]"]),
    (b'{"model": "m", "input": [{}]}', ["$.input[0].role"]),
    (b'{"model": "m", "input": [{"type": 5}]}', ["$.input[0].type"]),
    (b'{"model": "m", "input": [{"role": "x", "content": ""}]}', ["$.input[0].role"]),
    (b'{"model": "m", "input": [{"role": "user"}]}', ["$.input[0].content"]),
    (
        b'{"model": "m", "input": [{"role": "user", "content": [5, {}]}]}',
        ["$.input[0].content[0]"],
    ),
    (
        (
            b'{"model": "m", "input": [{"role": "user", "content": [{"type": '
            b'"input_text"}, {"type": "input_image"}, {"type": "input_file"}]}]}'
        ),
        [
            "$.input[0].content[0].text",
            "$.input[0].content[1].image_url",
            "$.input[0].content[2].file_data",
        ],
    ),
    (
        b'{"model": "m", "input": [{"type": "function_call"}]}',
        ["$.input[0].name", "$.input[0].call_id", "$.input[0].arguments"],
    ),
    (
        b'{"model": "m", "input": [{"type": "function_call_output"}]}',
        ["$.input[0].output"],
    ),
    (b'{"model": "m", "tools": [{}, 5]}', ["$.tools[0].type", "$.tools[1]"]),
    (b'{"model": "m", "tool_choice": 5}', ["$.tool_choice"]),
    (b'{"model": "m", "text": {"format": {}}}', ["$.text.format.type"]),
    (b'{"model": "m", "conversation": 5}', ["$.conversation"]),
    (b'{"model": "m", "include": "x"}', ["$.include"]),
    (b'{"model": "m", "temperature": "hot", "store": 1}', None),
]


@pytest.mark.parametrize(("body", "paths"), FAULTS)
def test_every_fault_is_reported(body, paths):
    with pytest.raises(RequestDecodeError) as caught:
        _request.decode_request(body)
    found = [problem.path for problem in caught.value.problems]
    assert found == paths if paths is not None else len(found) == 2


# --- laws ---------------------------------------------------------------------------


QUICK = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)


@pytest.mark.parametrize("source", ["openai-chat", "anthropic-messages", None])
def test_the_losses_are_the_truth(source):
    @QUICK
    @given(strategies.chat_requests(source))
    def check(request):
        # A tool message without its results has no place at all here, and comparing
        # what is left of several of them is guesswork.
        assume(
            not any(
                message.role == "tool"
                and any(isinstance(part, UnknownPart) for part in message.parts)
                for message in request.messages
            )
        )
        encode(request)

    check()
