"""What no one knows is kept whole, and what has a wrong type breaks nothing."""

from __future__ import annotations

import json

import pytest

import modelwire.codecs.gemini_generate as gg
from modelwire.codecs import COLLECT
from modelwire.ir import ChatRequest, Message, Opaque, ReasoningPart
from modelwire.testing import assert_losses


def encode(request):
    encoded = gg.encode_request(request, on_loss=COLLECT)
    again = gg.decode_request(encoded.body, path=encoded.path)
    assert_losses(request, again, encoded.losses)
    return encoded, json.loads(encoded.body)


def test_members_of_a_tool_that_no_one_knows_stay_together():
    tool = {"type": "x_tool_20990101", "city": False, "more": None}
    hello = {"role": "user", "parts": [{"text": "Hi"}]}
    body = {"contents": [hello], "tools": [tool, {}]}
    request = gg.decode_request(json.dumps(body).encode())
    assert [found.raw for found in request.tools] == [tool, {}]
    encoded, out = encode(request)
    assert out["tools"] == [tool, {}]
    assert encoded.losses == ()


def test_a_bare_thought_with_unknown_fields_stays_a_thought():
    thought = ReasoningPart(
        signature=Opaque(value="c2ln", dialect=gg.DIALECT),
        extra={gg.DIALECT: {"x_new": 1}},
    )
    message = Message(role="assistant", parts=(thought,))
    encoded, out = encode(ChatRequest(model="m", messages=(message,)))
    assert out["contents"][0]["parts"] == [
        {"text": "", "thought": True, "thoughtSignature": "c2ln", "x_new": 1}
    ]
    assert [loss.action for loss in encoded.losses] == ["synthesised"]


@pytest.mark.parametrize("name", [[], {}, 1, None])
def test_a_piece_of_a_call_with_a_name_of_a_wrong_type(name):
    part = {"functionCall": {"name": name, "willContinue": True, "partialArgs": []}}
    event = {"candidates": [{"content": {"parts": [part]}, "finishReason": "STOP"}]}
    decoder = gg.stream_decoder()
    data = f"data: {json.dumps(event)}\n\n".encode()
    chunks = [*decoder.feed(data), *decoder.close()]
    assert chunks[-1].complete
