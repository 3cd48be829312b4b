"""Moderation results between the two shapes of the OpenAI API."""

from __future__ import annotations

import json

import pytest

from modelwire import ir
from modelwire.codecs import _openai_moderation, openai_chat, openai_responses
from modelwire.codecs._losses import LossLog

RESULT = {"type": "moderation_result", "model": "omni", "flagged": False}
ONE = {"input": RESULT, "output": RESULT}
LIST = {"type": "moderation_results", "model": "omni", "results": [RESULT]}
MANY = {"input": LIST, "output": LIST}
ERROR = {"type": "error", "code": "c", "message": "m"}


@pytest.mark.parametrize(
    ("value", "many", "expected", "actions"),
    [
        pytest.param(ONE, False, ONE, [], id="one as one"),
        pytest.param(MANY, True, MANY, [], id="many as many"),
        pytest.param(ONE, True, MANY, ["approximated"], id="one as many"),
        pytest.param(MANY, False, ONE, ["approximated"], id="many as one"),
        pytest.param(
            {"input": {**LIST, "results": [RESULT, RESULT]}},
            False,
            None,
            ["dropped"],
            id="two as one",
        ),
        pytest.param({"input": ERROR}, False, {"input": ERROR}, [], id="error as one"),
        pytest.param({"input": ERROR}, True, {"input": ERROR}, [], id="error as many"),
        pytest.param({"results": [{}]}, False, None, ["dropped"], id="a bare list"),
        pytest.param([1], True, [1], [], id="no object"),
    ],
)
def test_each_shape(value, many, expected, actions):
    log = LossLog("openai-chat")
    assert _openai_moderation.encode_moderation(value, log, many=many) == expected
    assert [loss.action for loss in log.losses] == actions
    assert {loss.path for loss in log.losses} <= {"$.moderation"}


@pytest.mark.parametrize(
    ("codec", "given", "expected"),
    [(openai_chat, ONE, MANY), (openai_responses, MANY, ONE)],
)
@pytest.mark.parametrize("stream", [False, True])
def test_both_codecs_write_their_own(codec, given, expected, stream):
    choice = ir.Choice(
        index=0,
        message=ir.Message(role="assistant", parts=(ir.TextPart(text="a"),)),
        finish=ir.Finish(kind="stop"),
    )
    response = ir.ChatResponse(choices=(choice,), moderation=given)
    if stream:
        encoder = codec.stream_encoder()
        data = b"".join(map(encoder.encode, ir.explode(response))) + encoder.close()
        losses = encoder.losses
        decoder = codec.stream_decoder()
        found = ir.fold([*decoder.feed(data), *decoder.close()]).moderation
    else:
        encoded = codec.encode_response(response)
        found, losses = json.loads(encoded.body)["moderation"], encoded.losses
    assert found == expected
    assert "$.moderation" in {loss.path for loss in losses}
