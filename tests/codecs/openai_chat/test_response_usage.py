"""Responses of `openai-chat`: usage, both ways."""

import pytest
from hypothesis import given
from tests.codecs.openai_chat._response_support import (
    answer,
    encode,
)

from modelwire.codecs.openai_chat import PROFILES
from modelwire.codecs.openai_chat._usage import decode_usage, encode_usage
from modelwire.ir import (
    TextPart,
    Usage,
)
from modelwire.testing import strategies


def test_L15_axes_are_disjoint():
    usage = decode_usage(
        {
            "prompt_tokens": 10,
            "completion_tokens": 2,
            "total_tokens": 12,
            "prompt_tokens_details": {"cached_tokens": 4},
        }
    )
    assert (usage.input_total, usage.input_uncached, usage.cache_read) == (10, 6, 4)


def test_L14_the_prompt_is_the_sum():
    usage = Usage(
        input_total=18, input_uncached=10, cache_write=3, cache_read=5, output_total=1
    )
    assert encode_usage(usage) == {
        "prompt_tokens": 18,
        "completion_tokens": 1,
        "total_tokens": 19,
        "prompt_tokens_details": {"cached_tokens": 5, "cache_write_tokens": 3},
    }


def test_usage_adds_reasoning_left_out():
    wire = {
        "prompt_tokens": 10,
        "completion_tokens": 2,
        "total_tokens": 112,
        "completion_tokens_details": {"reasoning_tokens": 100},
    }
    usage = decode_usage(wire)
    assert (usage.output_total, usage.reasoning) == (102, 100)
    assert encode_usage(usage) == wire


def test_profile_xai_adds_reasoning_without_a_total():
    wire = {
        "prompt_tokens": 10,
        "completion_tokens": 2,
        "completion_tokens_details": {"reasoning_tokens": 100},
    }
    assert decode_usage(wire, PROFILES["xai"]).output_total == 102
    assert decode_usage(wire, PROFILES["openai"]).output_total == 2
    assert encode_usage(decode_usage(wire, PROFILES["xai"])) == wire


@pytest.mark.parametrize(
    "wire",
    [
        {"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 9},
        {
            "prompt_tokens": 9,
            "completion_tokens": 2,
            "total_tokens": 11,
            "prompt_cache_hit_tokens": 3,
            "prompt_cache_miss_tokens": 6,
        },
        {
            "prompt_tokens": 9,
            "completion_tokens": 2,
            "total_tokens": 11,
            "cached_tokens": 3,
        },
        {
            "prompt_tokens": 9,
            "completion_tokens": 2,
            "total_tokens": 11,
            "prompt_tokens_details": {
                "cached_tokens": 20,
                "audio_tokens": 1,
                "image_tokens": 2,
                "text_tokens": 3,
            },
            "completion_tokens_details": {
                "accepted_prediction_tokens": 1,
                "rejected_prediction_tokens": 0,
                "audio_tokens": 1,
                "text_tokens": 1,
            },
            "cost": 0.5,
        },
    ],
    ids=["odd total", "deepseek", "moonshot", "details"],
)
def test_usage_comes_back(wire):
    assert encode_usage(decode_usage(wire)) == wire


def test_cached_tokens_of_other_servers():
    usage = decode_usage(
        {"prompt_tokens": 9, "completion_tokens": 1, "prompt_cache_hit_tokens": 3}
    )
    assert (usage.cache_read, usage.input_uncached) == (3, 6)


@given(strategies.json_objects())
def test_usage_is_total(value):
    names = ["prompt_tokens", "completion_tokens", "total_tokens"]
    for name in (*names, "prompt_tokens_details", "completion_tokens_details"):
        encode_usage(decode_usage({"prompt_tokens": 5, name: value}))
    encode_usage(decode_usage(value))


def test_usage_losses():
    usage = Usage(
        input_total=5,
        input_uncached=2,
        cache_write=3,
        cache_write_5m=3,
        output_total=1,
        tool_prompt=1,
        server_tools={"web_search": 2},
    )
    _, losses = encode(answer(TextPart(text="a"), usage=usage))
    assert [loss.path for loss in losses] == [
        "$.usage.cache_write_5m",
        "$.usage.tool_prompt",
        "$.usage.server_tools.web_search",
    ]
