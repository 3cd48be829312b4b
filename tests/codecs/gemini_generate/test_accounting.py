"""The accounting of losses towards `gemini-generate`, over generated values."""

from __future__ import annotations

import attrs
import pytest
from hypothesis import HealthCheck, given, settings

import modelwire.codecs.gemini_generate as gg
from modelwire.codecs import COLLECT
from modelwire.testing import assert_losses, strategies as st


def settled(losses):
    # A part that must be fetched first is gone, as a dropped one is; the checker's
    # pairing of what is left knows only the word `dropped`.
    return [
        attrs.evolve(loss, action="dropped") if loss.action == "needs_fetch" else loss
        for loss in losses
    ]


QUICK = settings(
    max_examples=100, deadline=None, suppress_health_check=list(HealthCheck)
)
SOURCES = ("openai-chat", "anthropic-messages")


@pytest.mark.parametrize("profile", gg.PROFILES)
@pytest.mark.parametrize("source", SOURCES)
def test_requests(source, profile):
    @QUICK
    @given(st.chat_requests(source))
    def check(request):
        encoded = gg.encode_request(
            request, on_loss=COLLECT, profile=gg.PROFILES[profile]
        )
        again = gg.decode_request(encoded.body, path=encoded.path)
        assert_losses(request, again, settled(encoded.losses))

    check()


@pytest.mark.parametrize("source", SOURCES)
def test_responses(source):
    @QUICK
    @given(st.chat_responses(source))
    def check(response):
        encoded = gg.encode_response(response, on_loss=COLLECT)
        assert_losses(response, gg.decode_response(encoded.body), encoded.losses)

    check()


@QUICK
@given(st.json_values())
def test_decoders_are_total(value):
    from modelwire.codecs._json import dumps
    from modelwire.errors import ModelwireError

    body = dumps(value)
    for shape in (
        body,
        b'{"candidates":[{"content":{"parts":[' + body + b"]}}]}",
        b'{"candidates":[' + body + b'],"usageMetadata":' + body + b"}",
        b'{"candidates":[{"content":{"parts":[{"functionCall":'
        + body
        + b'},{"inlineData":'
        + body
        + b'}]},"groundingMetadata":'
        + body
        + b"}]}",
    ):
        try:
            response = gg.decode_response(shape)
        except ModelwireError:
            continue
        gg.encode_response(response, on_loss=COLLECT)
    assert gg.decode_error(body, status=500).status == 500
