"""Responses of `openai-chat`: the laws that hold for every one."""

import json

from hypothesis import HealthCheck, given, settings, strategies as st
from tests.codecs.openai_chat._response_support import (
    OWN,
    body_of,
    encode,
    wire_call,
)

from modelwire.codecs import openai_chat
from modelwire.codecs._base import COLLECT
from modelwire.testing import strategies

LAW = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


@LAW
@given(
    st.sampled_from([OWN, "anthropic-messages", None]).flatmap(
        strategies.chat_responses
    ),
    st.sampled_from(["openai", "deepseek", "mistral", "openrouter"]),
)
def test_responses_are_accounted_for(response, profile):
    encode(response, profile)


@LAW
@given(strategies.chat_responses(OWN))
def test_own_responses_settle(response):
    first = openai_chat.encode_response(response, on_loss=COLLECT)
    again = openai_chat.decode_response(first.body)
    second = openai_chat.encode_response(again, on_loss=COLLECT)
    assert second.body == first.body


@LAW
@given(st.data())
def test_decode_response_never_breaks(data):
    body = json.loads(
        body_of(
            {
                "role": "assistant",
                "content": [{"type": "text", "text": "a"}],
                "refusal": "r",
                "annotations": [{"type": "url_citation", "url_citation": {"url": "u"}}],
                "audio": {"id": "a", "data": "d"},
                "images": [{"type": "image_url", "image_url": {"url": "u"}}],
                "tool_calls": [wire_call()],
                "function_call": {"name": "f", "arguments": "{}"},
                "reasoning": "r",
                "reasoning_details": [{"type": "reasoning.text", "text": "t"}],
            },
            choice={"logprobs": {"content": [{"token": "a", "logprob": -1}]}},
            usage={"prompt_tokens": 1, "prompt_tokens_details": {"cached_tokens": 1}},
        )
    )
    place = body
    while isinstance(place, dict | list) and place:
        keys = list(place) if isinstance(place, dict) else range(len(place))
        key = data.draw(st.sampled_from(list(keys)))
        if not isinstance(place[key], dict | list) or data.draw(st.booleans()):
            place[key] = data.draw(strategies.json_values())
            break
        place = place[key]
    response = openai_chat.decode_response(json.dumps(body).encode())
    openai_chat.encode_response(response, on_loss=COLLECT)
