"""Requests of `openai-chat`: the laws that hold for every one."""

import json

from hypothesis import HealthCheck, given, settings, strategies as st
from tests.codecs.openai_chat._request_support import (
    FIELDS,
    MESSAGES,
)

from modelwire.codecs import openai_chat
from modelwire.codecs._base import COLLECT
from modelwire.codecs.openai_chat import PROFILES
from modelwire.errors import (
    RequestDecodeError,
)
from modelwire.ir import ChatRequest, ReasoningConfig
from modelwire.testing import assert_losses, strategies

LAW = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


@LAW
@given(strategies.chat_requests("openai-chat"))
def test_own_requests_are_lossless(request):
    encoded = openai_chat.encode_request(request)
    again = openai_chat.decode_request(encoded.body, headers=encoded.headers)
    assert_losses(request, again, encoded.losses)
    second = openai_chat.encode_request(again)
    assert second.body == encoded.body
    assert second.losses == ()


@LAW
@given(
    strategies.chat_requests("anthropic-messages"),
    st.sampled_from(["openai", "deepseek", "mistral", "openrouter"]),
)
def test_foreign_requests_are_accounted_for(request, profile):
    encoded = openai_chat.encode_request(
        request, profile=PROFILES[profile], on_loss=COLLECT
    )
    again = openai_chat.decode_request(encoded.body, profile=PROFILES[profile])
    assert_losses(request, again, encoded.losses)


def test_fields_beside_the_effort_are_accounted_for():
    """The effort is a field of the request: what stands beside it has no place."""
    request = ChatRequest(
        model="m",
        reasoning=ReasoningConfig(effort="low", extra={"openai-chat": {"x": 1}}),
    )
    encoded = openai_chat.encode_request(request, on_loss=COLLECT)
    assert [loss.path for loss in encoded.losses] == [
        "$.reasoning.extra['openai-chat'].x"
    ]
    again = openai_chat.decode_request(encoded.body)
    assert_losses(request, again, encoded.losses)


@LAW
@given(st.data())
def test_decode_request_reports_and_never_breaks(data):
    body = json.loads(json.dumps({"model": "m", "messages": MESSAGES, **FIELDS[-4]}))
    place = body
    while isinstance(place, dict | list) and place:
        keys = list(place) if isinstance(place, dict) else range(len(place))
        key = data.draw(st.sampled_from(list(keys)))
        if not isinstance(place[key], dict | list) or data.draw(st.booleans()):
            place[key] = data.draw(strategies.json_values())
            break
        place = place[key]
    try:
        request = openai_chat.decode_request(json.dumps(body).encode())
    except RequestDecodeError:
        return
    openai_chat.encode_request(request, on_loss=COLLECT)
