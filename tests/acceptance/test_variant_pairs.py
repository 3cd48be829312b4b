"""Reported bugs of other translators, where a vendor's dialect is hosted by another."""

from __future__ import annotations

import json

import pytest
from tests.acceptance._wire import AM, GG, OC, codes, request_between

from modelwire.codecs import anthropic_messages, gemini_generate, openai_chat

MARK = {"cache_control": {"type": "ephemeral"}}
CALL = {"type": "tool_use", "id": "toolu_1", "name": "f", "input": {"a": 1}}
RESULT = {"type": "tool_result", "tool_use_id": "toolu_1", "content": "r"}
MESSAGES = [
    {"role": "user", "content": [{"type": "text", "text": "x", **MARK}]},
    {"role": "assistant", "content": [CALL]},
    {"role": "user", "content": [RESULT]},
]
BODY = {
    "model": "claude",
    "max_tokens": 50,
    "system": [{"type": "text", "text": "s", **MARK}],
    "messages": MESSAGES,
    "tools": [{"name": "f", "input_schema": {"type": "object"}, **MARK}],
}
HOSTED = ("vertex", "bedrock-invoke")


@pytest.mark.parametrize("profile", HOSTED)
def test_R16_calls_and_results_survive_the_host(profile):
    target = anthropic_messages.PROFILES[profile]
    made, encoded = request_between(AM, AM, BODY, target_profile=target)
    assert made["messages"] == MESSAGES
    # The model stands in the path, and the version in the body.
    assert "model" not in made
    assert "claude" in encoded.path


def test_R15_the_parallel_switch_is_a_reported_drop_on_bedrock():
    choice = {"type": "auto", "disable_parallel_tool_use": True}
    body = {**BODY, "tool_choice": choice}
    target = anthropic_messages.PROFILES["bedrock-invoke"]
    made, encoded = request_between(AM, AM, body, target_profile=target)
    assert made["tool_choice"] == {"type": "auto"}
    (loss,) = [x for x in encoded.losses if str(x.code) == "tool.parallel.disable"]
    assert (loss.path, loss.action) == ("$.parallel_tool_calls", "dropped")
    kept, _ = request_between(AM, AM, body)
    assert kept["tool_choice"] == choice


@pytest.mark.parametrize("profile", HOSTED)
def test_D03_breakpoints_survive_the_host(profile):
    target = anthropic_messages.PROFILES[profile]
    made, encoded = request_between(AM, AM, BODY, target_profile=target)
    assert json.dumps(made).count('"cache_control"') == 3
    assert "cache.breakpoint" not in codes(encoded)


@pytest.mark.parametrize("source", [AM, OC])
def test_D03_breakpoints_are_reported_where_there_are_none(source):
    target = gemini_generate.PROFILES["vertex"]
    if source == AM:
        body, options = BODY, {}
        expected = {"$.system[0].parts[0]", "$.messages[0].parts[0]", "$.tools[0]"}
    else:
        body = {"model": "m", "messages": [MESSAGES[0]]}
        options = {"source_profile": openai_chat.PROFILES["openrouter"]}
        expected = {"$.messages[0].parts[0]"}
    _, encoded = request_between(source, GG, body, target_profile=target, **options)
    lost = {x.path for x in encoded.losses if str(x.code) == "cache.breakpoint"}
    assert lost == {f"{path}.cache" for path in expected}
