"""Chunks to bytes: errors and ends."""

from __future__ import annotations

import pytest
from tests.codecs.openai_chat._stream_encoder_support import (
    CUT,
    END,
    OC,
    START,
    STOP,
    encode,
    folded,
    lost,
    payloads,
    text,
)

from modelwire.codecs._base import LossPolicy
from modelwire.codecs.openai_chat import (
    event_encoder,
    stream_encoder,
)
from modelwire.errors import (
    ErrorInfo,
    InvalidIRError,
    StateError,
    UnsupportedFeatureError,
)
from modelwire.ir import (
    BlockStart,
    LossCode,
    ModerationUpdate,
    ReasoningPart,
    ResponseUpdate,
    StreamError,
    StreamStart,
    TextDelta,
    Usage,
    UsageUpdate,
)

BOOM = ErrorInfo(kind="overloaded", message="boom")


def test_E01_error_in_the_middle():
    body, losses = encode(START, *text(0, "a"), STOP, StreamError(BOOM), CUT)
    events = payloads(body)
    assert events[-1]["error"]["message"] == "boom"
    assert b"[DONE]" not in body
    assert all(c["finish_reason"] is None for e in events[:-1] for c in e["choices"])
    assert ("stream.error", "$.choices[0].finish", "dropped") in lost(losses)
    assert folded(body).error.kind == "overloaded"


def test_E07_error_only_stream():
    body, _ = encode(StreamError(BOOM), CUT)
    assert list(payloads(body)[0]) == ["error"]
    unnamed, _ = encode(StreamStart(), StreamError(BOOM), CUT)
    assert unnamed == body
    # An answer that has begun begins here, too: its id is not lost.
    started, losses = encode(START, StreamError(BOOM), CUT)
    first, last = payloads(started)
    assert (first["id"], first["choices"]) == (START.id, [])
    assert list(last) == ["error"]
    assert losses == ()


def test_usage_and_moderation_of_a_stream_that_fails():
    usage = Usage(input_total=1, input_uncached=1, output_total=1)
    body, losses = encode(
        START,
        *text(0, "a"),
        UsageUpdate(usage),
        ModerationUpdate({"x": 1}),
        StreamError(BOOM),
        CUT,
    )
    last = payloads(body)[-1]
    assert list(last) == ["error", "usage"]
    assert last["usage"]["total_tokens"] == 2
    assert lost(losses) == [("resp.safety", "$.moderation", "dropped")]


@pytest.mark.parametrize(
    ("created", "update", "expected"),
    [
        (None, ResponseUpdate(), []),
        (
            7,
            ResponseUpdate(service_tier="flex", extra={OC: {"provider": "x"}}),
            ["$.model", "$.created", f"$.extra['{OC}'].provider", "$.service_tier"],
        ),
    ],
)
def test_an_error_alone_has_no_place_for_the_envelope(created, update, expected):
    # Without an id there is nothing that the answer could have begun with.
    model = None if created is None else "m"
    body, losses = encode(
        StreamStart(None, model, created), update, StreamError(BOOM), CUT
    )
    assert [list(event) for event in payloads(body)] == [["error"]]
    assert [path for _, path, _ in lost(losses)] == expected


@pytest.mark.parametrize("ends", [(CUT,), ()])
def test_incomplete_end_is_an_error(ends):
    body, _ = encode(START, *text(0, "a"), *ends)
    assert payloads(body)[-1]["error"]["code"] == "stream_truncated"
    assert b"[DONE]" not in body


def test_close_after_the_end_gives_nothing():
    encoder = stream_encoder()
    for chunk in (START, STOP, END):
        encoder.encode(chunk)
    assert encoder.close() == b""
    with pytest.raises(StateError):
        encoder.encode(END)


def test_stream_without_content():
    body, _ = encode(START, END)
    assert payloads(body)[0]["choices"] == []
    assert folded(body).complete


def test_misuse():
    encoder = stream_encoder()
    with pytest.raises(InvalidIRError):
        encoder.encode(TextDelta(5, "x"))
    with pytest.raises(InvalidIRError):
        encoder.encode("x")
    with pytest.raises(StateError):
        stream_encoder(framing="ndjson")
    with pytest.raises(StateError):
        event_encoder(framing="ndjson")
    assert encoder.content_type.startswith("text/event-stream")


def test_loss_policy_refuses():
    policy = LossPolicy(codes=frozenset({LossCode.THINK_TEXT}))
    encoder = stream_encoder(on_loss=policy)
    encoder.encode(START)
    with pytest.raises(UnsupportedFeatureError) as caught:
        encoder.encode(BlockStart(0, 0, ReasoningPart(text="a")))
    assert [loss.code for loss in caught.value.refused] == [LossCode.THINK_TEXT]
