"""Requests of Anthropic Messages: tools, their choice, and the parameters."""

from __future__ import annotations

import json

import attrs
import pytest
from tests.codecs.anthropic_messages._request_support import (
    assistant,
    body_of,
    call,
    decoded,
    function,
    losses_of,
    request,
    text,
    tool,
    user,
)

from modelwire import ir
from modelwire.codecs.anthropic_messages import (
    DEFAULT_PROFILE,
    PROFILES,
    encode_request,
)
from modelwire.errors import (
    UnsupportedFeatureError,
)

STRICT = PROFILES["anthropic-2026-10-21"]


# --- tools and choice ---------------------------------------------------------------


@pytest.mark.parametrize("parallel", [False, True])
def test_R13_the_flag_alone_does_not_force_a_call(parallel):
    value = request(tools=(function(),), parallel_tool_calls=parallel)
    assert body_of(value)["tool_choice"] == {
        "type": "auto",
        "disable_parallel_tool_use": not parallel,
    }


@pytest.mark.parametrize(
    ("mode", "type_"), [("auto", "auto"), ("required", "any"), ("none", "none")]
)
def test_tool_choice(mode, type_):
    value = request(tools=(function(),), tool_choice=ir.ToolChoice(mode=mode))
    assert body_of(value)["tool_choice"] == {"type": type_}
    assert losses_of(value) == []


def test_a_choice_without_tools_is_not_sent():
    value = request(tool_choice=ir.ToolChoice(mode="auto"), parallel_tool_calls=False)
    assert "tool_choice" not in body_of(value)


def test_an_allowed_subset_leaves_the_other_tools_out():
    choice = ir.ToolChoice(mode="required", allowed=(ir.AllowedTool(name="b"),))
    value = request(tools=(function("a"), function("b")), tool_choice=choice)
    body = body_of(value)
    assert [tool["name"] for tool in body["tools"]] == ["b"]
    assert body["tool_choice"] == {"type": "any"}


def test_a_tool_without_parameters_gets_an_empty_schema():
    value = request(tools=(function(input_schema=None),))
    assert body_of(value)["tools"][0]["input_schema"] == {
        "type": "object",
        "properties": {},
    }


def test_web_search_of_another_dialect():
    search = ir.ServerTool(
        kind="web_search",
        dialect="openai-chat",
        config={"context_size": "low", "user_location": {"city": "Paris"}},
    )
    assert body_of(request(tools=(search,)))["tools"] == [
        {
            "type": "web_search_20250305",
            "name": "web_search",
            "user_location": {"type": "approximate", "city": "Paris"},
        }
    ]


# --- parameters ---------------------------------------------------------------------


LOST = [
    ({"candidate_count": 2}, "param.n", "error"),
    ({"candidate_count": 1}, "param.n", "cosmetic"),
    ({"seed": 7}, "param.seed", "parameter"),
    ({"frequency_penalty": 0.5}, "param.freq_presence_penalty", "parameter"),
    ({"presence_penalty": 0.5}, "param.freq_presence_penalty", "parameter"),
    ({"logit_bias": {"1": 2}}, "param.logit_bias", "parameter"),
    ({"logprobs": True}, "param.logprobs", "parameter"),
    ({"top_logprobs": 3}, "param.logprobs", "parameter"),
    ({"min_p": 0.1}, "param.min_p_typical_p_repetition", "parameter"),
    ({"modalities": ("text",)}, "param.modalities", "cosmetic"),
    ({"modalities": ("text", "audio")}, "param.modalities", "parameter"),
    (
        {"audio_output": ir.AudioOutput(format="wav", voice="x")},
        "param.modalities",
        "parameter",
    ),
    (
        {"prediction": ir.Prediction(parts=(text("x"),))},
        "param.prediction",
        "parameter",
    ),
    ({"verbosity": "low"}, "param.verbosity", "parameter"),
    ({"store": True}, "svc.store", "parameter"),
    ({"store": False}, "svc.store", "cosmetic"),
    ({"metadata": {"a": "b"}}, "meta.kv", "parameter"),
    ({"previous_response_id": "r"}, "state.previous", "error"),
    ({"conversation": "c"}, "state.conversation", "error"),
    ({"truncation": "auto"}, "param.truncation", "parameter"),
    ({"include_usage": True}, "svc.include_usage_obfuscation", "cosmetic"),
    ({"safety_settings": []}, "safety.settings", "parameter"),
    (
        {"response_format": ir.ResponseFormat(kind="json_object")},
        "fmt.json_object",
        "parameter",
    ),
    ({"response_format": ir.ResponseFormat(kind="text")}, "fmt.text", "cosmetic"),
    ({"cache": ir.CachePolicy(key="k")}, "cache.key", "parameter"),
    ({"cache": ir.CachePolicy(retention="24h")}, "cache.retention", "parameter"),
    ({"cache": ir.CachePolicy(ttl="1h")}, "cache.ttl", "parameter"),
    (
        {"cache": ir.CachePolicy(extra={"openai-chat": {"a": 1, "$b": 1}})},
        "cache.auto",
        "parameter",
    ),
    ({"cache": ir.CachePolicy()}, "cache.auto", "cosmetic"),
    ({"stop_sequences": ("\n", "END")}, "param.stop", "parameter"),
    ({"service_tier": "flex"}, "svc.service_tier", "parameter"),
    ({"service_tier": "default"}, "svc.service_tier", "approximation"),
    ({"temperature": 1.5}, "param.temperature", "approximation"),
    ({"max_output_tokens": None}, "param.max_tokens", "approximation"),
    ({"headers": (("x-other", "1"),)}, "meta.kv", "parameter"),
    ({"extra": {"openai-chat": {"prompt": {}}}}, "prompt.template", "error"),
    ({"extra": {"openai-chat": {"foo": 1}}}, "meta.kv", "parameter"),
]


@pytest.mark.parametrize(("fields", "code", "severity"), LOST)
def test_what_the_api_does_not_have_is_reported(fields, code, severity):
    value = request(**fields)
    body_of(value)
    assert [(loss[0], loss[3]) for loss in losses_of(value)] == [(code, severity)]
    if severity == "error":
        with pytest.raises(UnsupportedFeatureError):
            encode_request(value)
    else:
        encode_request(value)


def test_the_limit_is_made_up_where_it_is_missing():
    encoded = encode_request(request(max_output_tokens=None))
    assert json.loads(encoded.body)["max_tokens"] == DEFAULT_PROFILE.default_max_tokens
    assert encoded.losses[0].to == "$.max_output_tokens"
    assert encoded.losses[0].action == "synthesised"


def test_the_new_version_takes_no_sampling_documents_or_quotes():
    quote = ir.Annotation(
        kind="document",
        type="char_location",
        cited_text="x",
        source=ir.SourceSpan(unit="char", start=0, end=1, index=0),
    )
    document = ir.DocumentPart(source=ir.TextSource(text="d"))
    value = request(
        user(text("q", annotations=(quote,))),
        assistant(document, text("a", annotations=(quote,))),
        temperature=1.0,
        top_p=0.5,
        top_k=1,
    )
    body = body_of(value, profile=STRICT)
    assert not {"temperature", "top_p", "top_k"} & set(body)
    assert body["messages"][0]["content"] == "q"
    assert [b["type"] for b in body["messages"][1]["content"]] == ["text"]
    assert "citations" in body["messages"][1]["content"][0]
    headers = encode_request(value, profile=STRICT).headers
    assert ("anthropic-version", "2026-10-21") in headers
    old = body_of(value)
    assert old["temperature"] == 1.0
    assert old["messages"][1]["content"][0]["type"] == "document"


def reasoning(**fields):
    return {"reasoning": ir.ReasoningConfig(**fields)}


@pytest.mark.parametrize(
    ("fields", "thinking", "effort"),
    [
        (reasoning(effort="high"), {"type": "adaptive"}, "high"),
        (reasoning(effort="minimal"), {"type": "adaptive"}, "low"),
        (reasoning(effort="none"), {"type": "disabled"}, None),
        (reasoning(mode="disabled"), {"type": "disabled"}, None),
        (
            reasoning(mode="enabled", budget_tokens=2000, display="omitted"),
            {"type": "enabled", "budget_tokens": 2000, "display": "omitted"},
            None,
        ),
        (reasoning(mode="between_tools"), {"type": "between_tools"}, None),
        (
            reasoning(budget_tokens=512),
            {"type": "enabled", "budget_tokens": 1024},
            None,
        ),
        (reasoning(budget_tokens=0), {"type": "disabled"}, None),
        (reasoning(budget_tokens=-1), {"type": "adaptive"}, None),
        (
            reasoning(mode="enabled", effort="low"),
            {"type": "enabled", "budget_tokens": 2048},
            "low",
        ),
        (
            reasoning(effort="low", display="auto"),
            {"type": "adaptive", "display": "summarized"},
            "low",
        ),
        # Thinking cannot be had together with sampling or a forced call.
        ({**reasoning(effort="low"), "temperature": 0.2}, None, "low"),
    ],
)
def test_reasoning(fields, thinking, effort):
    body = body_of(request(max_output_tokens=4000, **fields))
    assert body.get("thinking") == thinking
    assert body.get("output_config", {}).get("effort") == effort


def test_the_limit_stays_above_the_budget():
    body = body_of(request(max_output_tokens=500, **reasoning(budget_tokens=2000)))
    assert body["max_tokens"] == 2500


def test_a_foreign_tool_loop_does_not_start_manual_thinking():
    value = request(
        user(text("go")),
        assistant(call("a")),
        tool("a"),
        max_output_tokens=9000,
        **reasoning(budget_tokens=2000),
    )
    assert "thinking" not in body_of(value)
    assert losses_of(value)[0][0] == "think.replay_rule"


def test_an_effort_without_thinking_stays_alone():
    value = decoded(output_config={"effort": "max"})
    assert "thinking" not in body_of(value)
    assert losses_of(value) == []


def test_a_schema_for_the_answer():
    wanted = ir.ResponseFormat(
        kind="json_schema", name="n", schema={"type": "object"}, strict=True
    )
    body = body_of(request(response_format=wanted))
    assert body["output_config"] == {
        "format": {"type": "json_schema", "schema": {"type": "object"}}
    }


def test_a_format_that_is_not_known_goes_as_it_came():
    output = {"format": {"type": "brand_new", "rules": [1]}, "effort": None}
    value = decoded(output_config=output)
    assert body_of(value)["output_config"] == {"format": output["format"]}
    assert losses_of(value) == []


def test_nulls_of_the_output_config_say_nothing():
    value = decoded(output_config={"effort": "low", "brand_new": None})
    assert value.extra == {}
    assert body_of(value)["output_config"] == {"effort": "low"}


def test_openais_fast_tier_is_the_speed():
    value = request(service_tier="fast")
    body = body_of(value)
    assert body["speed"] == "fast"
    assert "service_tier" not in body
    assert [loss[:3] for loss in losses_of(value)] == [
        ("svc.service_tier", "$.service_tier", "approximated")
    ]


def test_a_variant_without_a_version_names_none():
    profile = attrs.evolve(DEFAULT_PROFILE, api_version=None)
    encoded = encode_request(request(), profile=profile)
    assert [name for name, _ in encoded.headers] == ["content-type"]


# --- tools of other dialects --------------------------------------------------------


def test_an_unknown_tools_breakpoint_counts_for_the_limit():
    tools = [{"type": "brand_new", "cache_control": {"type": "ephemeral"}}]
    blocks = [
        {"type": "text", "text": str(n), "cache_control": {"type": "ephemeral"}}
        for n in range(4)
    ]
    value = decoded({"role": "user", "content": blocks}, tools=tools)
    body = body_of(value)
    assert body["tools"] == [{"type": "brand_new"}]
    assert losses_of(value)[0][1] == "$.tools[0]"


def test_a_free_text_tool_keeps_its_breakpoint():
    tool = ir.CustomTool(name="sql", cache=ir.CacheBreakpoint())
    (written,) = body_of(request(tools=(tool,)))["tools"]
    assert written["cache_control"] == {"type": "ephemeral"}


def test_the_type_of_a_server_tool_says_what_it_is():
    tool = ir.ServerTool(
        kind="web_fetch",
        type="bash_20250124",
        dialect="anthropic-messages",
        name="bash",
    )
    value = request(tools=(tool,))
    assert body_of(value)["tools"] == [{"type": "bash_20250124", "name": "bash"}]
    assert losses_of(value)[0][:3] == (
        "bt.web_fetch",
        "$.tools[0].kind",
        "approximated",
    )


UNKNOWN_CHOICES = [
    ("of this dialect", "anthropic-messages", {"type": "brand_new"}),
    ("of another one", "openai-chat", None),
]


@pytest.mark.parametrize(
    ("dialect", "written"),
    [row[1:] for row in UNKNOWN_CHOICES],
    ids=[row[0] for row in UNKNOWN_CHOICES],
)
def test_an_unknown_choice_takes_no_switch_of_parallel_calls(dialect, written):
    choice = ir.ToolChoice(mode="unknown", dialect=dialect, raw={"type": "brand_new"})
    value = request(tools=(function(),), tool_choice=choice, parallel_tool_calls=False)
    assert body_of(value).get("tool_choice") == written
    assert "$.parallel_tool_calls" in [loss[1] for loss in losses_of(value)]
