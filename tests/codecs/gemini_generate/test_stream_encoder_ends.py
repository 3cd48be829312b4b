"""Chunks into streamed generateContent answers: errors, limits, and misuse."""

from __future__ import annotations

import pytest
from tests.codecs.gemini_generate._stream_encoder_support import (
    BEGIN,
    STOP,
    legal,
    words,
)
from tests.codecs.gemini_generate._streams import (
    decode,
    encode,
    objects,
    parts,
    told,
)

from modelwire.codecs._base import (
    RAISE_ON_ERROR,
    LossPolicy,
)
from modelwire.codecs._limits import Limits
from modelwire.codecs.gemini_generate._stream_encoder import (
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
    BlockStop,
    ChoiceFinish,
    Finish,
    LossCode,
    RefusalPart,
    StreamEnd,
    StreamError,
    StreamStart,
    TextDelta,
    ToolArgumentsDelta,
    ToolCallPart,
)

OVERLOADED = ErrorInfo(kind="overloaded", message="busy")


def test_E01_an_incomplete_end_is_an_error():
    for ending in ([], [StreamEnd(complete=False)]):
        data, _ = encode([BEGIN, *words(0, "a"), *ending])
        chunks = decode(legal(data))
        assert chunks[-2].error.kind in ("stream_truncated", "overloaded")
        assert chunks[-1] == StreamEnd(complete=False)
        assert b"finishReason" not in data


def test_E07_error_alone():
    data, _ = encode(
        [StreamStart(), StreamError(OVERLOADED), StreamEnd(complete=False)]
    )
    assert objects(legal(data)) == [
        {"error": {"code": 503, "message": "busy", "status": "UNAVAILABLE"}}
    ]


def test_error_keeps_what_was_said():
    data, losses = encode(
        [
            BEGIN,
            *words(0, "a"),
            ChoiceFinish(0, Finish(kind="stop", raw="STOP")),
            StreamError(OVERLOADED),
            StreamEnd(complete=False),
        ]
    )
    done = told(decode(legal(data)))
    assert not done.complete
    assert done.error.kind == "overloaded"
    assert done.response.choices[0].finish.kind == "stop"
    assert losses == ()


def test_half_a_call_is_dropped_at_an_error_and_a_whole_one_kept():
    chunks = [
        BEGIN,
        BlockStart(0, 0, ToolCallPart(id="c0", name="f")),
        ToolArgumentsDelta(0, '{"a":1}'),
        BlockStart(1, 0, ToolCallPart(id="c1", name="g")),
        ToolArgumentsDelta(1, '{"b":'),
        StreamError(OVERLOADED),
        StreamEnd(complete=False),
    ]
    data, losses = encode(chunks)
    (part,) = parts(decode(legal(data)))
    assert part.name == "f"
    assert [(x.code, x.path) for x in losses] == [
        (LossCode.OUT_TOOL_CALL, "$.choices[0].message.parts[1]")
    ]


def test_held_blocks_are_bounded():
    encoder = stream_encoder(limits=Limits(max_held_bytes=1000))
    data = encoder.encode(BEGIN)
    data += encoder.encode(BlockStart(0, 0, ToolCallPart(id="c", name="f")))
    for _ in range(50):
        data += encoder.encode(ToolArgumentsDelta(0, "x" * 100))
    data += encoder.close()
    assert objects(data)[-1]["error"]["status"] == "INTERNAL"
    assert "max_held_bytes" in objects(data)[-1]["error"]["message"]


def test_misuse():
    encoder = stream_encoder()
    encoder.encode(BEGIN)
    encoder.encode(StreamEnd(complete=False))
    with pytest.raises(StateError):
        encoder.encode(BEGIN)
    assert encoder.close() == b""
    with pytest.raises(StateError):
        stream_encoder(framing="ndjson")
    with pytest.raises(StateError):
        stream_encoder().encode("text")
    with pytest.raises(InvalidIRError):
        stream_encoder().encode(TextDelta(7, "a"))


def test_policy_stops_the_stream():
    refusal = [
        BEGIN,
        BlockStart(0, 0, RefusalPart(text="no")),
        BlockStop(0),
    ]
    encoder = stream_encoder(
        on_loss=LossPolicy(codes=frozenset({LossCode.OUT_REFUSAL}))
    )
    encoder.encode(refusal[0])
    encoder.encode(refusal[1])
    with pytest.raises(UnsupportedFeatureError):
        encoder.encode(refusal[2])
    data, _ = encode([*refusal, *STOP], on_loss=RAISE_ON_ERROR)
    legal(data)
