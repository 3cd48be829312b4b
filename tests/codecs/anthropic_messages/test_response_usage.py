"""Responses of Anthropic Messages: usage."""

from __future__ import annotations

import pytest
from tests.codecs.anthropic_messages._response_support import (
    FULL,
    OWN,
    answer,
    body_of,
    dump,
    losses_of,
    response,
)

from modelwire import ir
from modelwire.codecs import COLLECT
from modelwire.codecs.anthropic_messages import decode_response, encode_response
from modelwire.codecs.anthropic_messages._usage import decode_usage, merge_usage


def said_of(response):
    """Encode, and give the usage without what is null."""
    usage = body_of(response)["usage"]
    return {name: value for name, value in usage.items() if value is not None}


def test_L14_the_total_includes_the_cache():
    usage = decode_response(dump(FULL)).usage
    assert usage.input_total == 18
    assert (usage.input_uncached, usage.cache_write, usage.cache_read) == (10, 3, 5)
    assert (usage.cache_write_5m, usage.cache_write_1h) == (1, 2)
    assert (usage.output_total, usage.reasoning) == (7, 4)
    assert usage.server_tools == {"web_search": 2, "web_fetch": 0}


@pytest.mark.parametrize("uncached", [6, None])
def test_L15_U03_the_cache_is_taken_out_of_the_input(uncached):
    usage = ir.Usage(
        input_total=10, input_uncached=uncached, cache_read=4, output_total=1
    )
    assert said_of(response(ir.TextPart(text="x"), usage=usage)) == {
        "input_tokens": 6,
        "cache_read_input_tokens": 4,
        "output_tokens": 1,
    }


def test_usage_that_is_not_known_is_zero_and_reported():
    value = response(ir.TextPart(text="x"), usage=None)
    assert said_of(value) == {"input_tokens": 0, "output_tokens": 0}
    assert ("usage.total", "$.usage") in losses_of(value)


def test_U04_U06_later_usage_replaces_and_null_says_nothing():
    start = {"input_tokens": 5, "cache_creation_input_tokens": 9, "output_tokens": 1}
    delta = {
        "cache_creation_input_tokens": 0,
        "cache_read_input_tokens": 9,
        "input_tokens": None,
        "output_tokens": 7,
    }
    usage = decode_usage(merge_usage(start, delta))
    assert (usage.input_uncached, usage.cache_write, usage.cache_read) == (5, 0, 9)
    assert (usage.input_total, usage.output_total) == (14, 7)


@pytest.mark.parametrize(
    "usage",
    [
        {},
        {"input_tokens": "5", "output_tokens": None, "cache_creation": 5},
        {"server_tool_use": {"web_search_requests": "x", "y": 1}},
        {"service_tier": 5, "cache_creation": {"z": 1}, "output_tokens_details": []},
    ],
)
def test_ill_typed_usage_is_kept(usage):
    value = answer(content=[], stop_reason="end_turn", usage=usage)
    kept = value.usage.extra.get(OWN, {})
    assert kept == {k: v for k, v in usage.items() if v is not None}
    body_of(value)


def test_unknown_counters_stand_beside_the_known_ones():
    extra = {
        "output_tokens": "seven",
        "output_tokens_details": {"thinking_tokens": 9, "x_tokens": 2},
        "$spelling": {},
        "x": 1,
    }
    usage = ir.Usage(
        input_total=1,
        input_uncached=1,
        output_total=2,
        reasoning=1,
        extra={OWN: extra},
    )
    value = response(ir.TextPart(text="x"), usage=usage)
    said = said_of(value)
    path = f"$.usage.extra['{OWN}']"
    assert {place for code, place in losses_of(value) if code == "usage.total"} == {
        f"{path}.output_tokens",
        f"{path}.output_tokens_details.thinking_tokens",
    }
    assert said["output_tokens_details"] == {"thinking_tokens": 1, "x_tokens": 2}
    assert (said["output_tokens"], said["x"]) == (2, 1)
    assert "$spelling" not in said


def test_uses_of_tools_that_read_differently_are_reported():
    usage = ir.Usage(
        input_total=1,
        input_uncached=1,
        output_total=2,
        server_tools={"web_search": 1},
        extra={OWN: {"server_tool_use": {"web_fetch_requests": 3}}},
    )
    value = response(ir.TextPart(text="x"), usage=usage)
    body = encode_response(value, on_loss=COLLECT).body
    assert decode_response(body).usage.server_tools == {"web_search": 1, "web_fetch": 3}
    assert ("usage.server_tools", "$.usage.server_tools") in losses_of(value)
