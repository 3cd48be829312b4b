"""Responses of `openai-chat`: finish reasons, both ways."""

import pytest
from tests.codecs.openai_chat._response_support import (
    answer,
    codes,
    decode,
    encode,
    wire_call,
)

from modelwire.codecs.openai_chat._finish import decode_finish
from modelwire.codecs.openai_chat._finish_encode import encode_finish
from modelwire.ir import (
    Finish,
    TextPart,
)


@pytest.mark.parametrize(
    ("raw", "kind"),
    [
        ("stop", "stop"),
        ("length", "length"),
        ("tool_calls", "tool_calls"),
        ("function_call", "tool_calls"),
        ("content_filter", "content_filter"),
        ("eos", "stop"),
        ("model_length", "context_length"),
        ("insufficient_system_resource", "error"),
        ("sensitive", "content_filter"),
        ("error", "error"),
        ("something_new", "unknown"),
        ("", "unknown"),
    ],
)
def test_finish_is_read_and_comes_back(raw, kind):
    finish = decode_finish(raw)
    assert (finish.kind, finish.raw) == (kind, raw)
    legacy = raw == "function_call"
    assert encode_finish(finish, has_tool_calls=True, legacy=legacy) == raw


def test_L27_stop_beside_calls_means_calls():
    message = {"role": "assistant", "content": None, "tool_calls": [wire_call()]}
    response = decode(message, "stop")
    assert response.choices[0].finish == Finish(kind="tool_calls", raw="stop")
    wire, losses = encode(response)
    assert wire["choices"][0]["finish_reason"] == "stop"
    assert losses == ()


def test_stop_with_a_refusal_is_a_refusal():
    response = decode({"role": "assistant", "content": None, "refusal": "no"})
    assert response.choices[0].finish.kind == "refusal"
    wire, losses = encode(response)
    assert wire["choices"][0]["finish_reason"] == "stop"
    assert wire["choices"][0]["message"]["refusal"] == "no"
    assert losses == ()


def test_F06_four_different_outcomes():
    words = {}
    for kind, raw in (
        ("refusal", "refusal"),
        ("pause", "pause_turn"),
        ("context_length", "model_context_window_exceeded"),
        ("unknown", "novel_reason"),
    ):
        finish = Finish(kind=kind, raw=raw)
        wire, losses = encode(answer(TextPart(text="a"), finish=finish))
        words[kind] = wire["choices"][0]["finish_reason"]
        if kind != "unknown":
            assert "approximated" in {loss.action for loss in losses}, kind
    assert words == {
        "refusal": "content_filter",
        "pause": "stop",
        "context_length": "length",
        "unknown": "novel_reason",
    }


def test_F07_a_malformed_call_is_no_success():
    finish = Finish(kind="malformed_tool_call", raw="MALFORMED_FUNCTION_CALL")
    wire, losses = encode(answer(finish=finish))
    assert wire["choices"][0]["finish_reason"] == "error"
    assert ("finish.malformed_tool", "approximated") in codes(losses)


def test_F09_an_error_reason_is_no_crash():
    response = decode(finish="error")
    assert response.choices[0].finish.kind == "error"
    wire, _ = encode(response)
    assert wire["choices"][0]["finish_reason"] == "error"


def test_no_finish_is_no_success():
    response = decode(finish=None)
    assert response.choices[0].finish is None
    wire, losses = encode(response)
    assert wire["choices"][0]["finish_reason"] is None
    assert losses == ()


def test_stop_sequence():
    finish = Finish(kind="stop_sequence", raw="stop_sequence", stop_sequence="###")
    wire, losses = encode(answer(TextPart(text="a"), finish=finish))
    assert wire["choices"][0]["finish_reason"] == "stop"
    assert codes(losses) == [("finish.stop_sequence", "approximated")]
