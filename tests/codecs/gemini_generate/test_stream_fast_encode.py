"""The ordinary chunks of a stream: the quick path and the general one are the same."""

from __future__ import annotations

import pytest
from tests._corpus import load
from tests.codecs.gemini_generate._streams import decode

from modelwire.codecs import Limits
from modelwire.codecs.gemini_generate._stream_encoder import GenerateStreamEncoder
from modelwire.ir import (
    BlockStart,
    BlockStop,
    ChoiceFinish,
    Finish,
    Opaque,
    ReasoningDelta,
    ReasoningPart,
    SignatureDelta,
    StreamEnd,
    StreamStart,
    TextDelta,
    TextPart,
    ToolArgumentsDelta,
    ToolCallPart,
    Usage,
    UsageUpdate,
)


class SlowEncoder(GenerateStreamEncoder):
    """The encoder without its quick path."""

    def encode(self, chunk):
        return self._any_chunk(chunk)


class CountingEncoder(GenerateStreamEncoder):
    """The encoder, and how often it took the general path."""

    general = 0

    def _any_chunk(self, chunk):
        self.general += 1
        return super()._any_chunk(chunk)


def encoded(encoder, stream):
    pieces = [encoder.encode(chunk) for chunk in (START, *stream)]
    return [*pieces, encoder.close()], encoder.losses, encoder.error


def both_ways(stream, **options):
    """Encode *stream* both ways; give the bytes, and what was taken generally."""
    quick = CountingEncoder(**options)
    found = encoded(quick, stream)
    assert found == encoded(SlowEncoder(**options), stream)
    return found, quick.general


START = StreamStart(id="r1", model="m")
FINISH = Finish(kind="stop", raw="STOP")
STOP = [BlockStop(0), ChoiceFinish(0, FINISH), StreamEnd(complete=True)]
CUT = [StreamEnd(complete=False)]
TEXT = BlockStart(0, 0, TextPart(text=""))
OTHER = BlockStart(1, 1, TextPart(text=""))
THOUGHT = BlockStart(0, 0, ReasoningPart())
CALL = BlockStart(0, 0, ToolCallPart(id="c", name="f"))
SECOND = BlockStart(1, 0, ToolCallPart(id="d", name="f"))
SIGNED = SignatureDelta(0, Opaque(value="c2ln", dialect="gemini-generate"))


def texts(*words):
    return [TextDelta(0, word) for word in words]


def thoughts(*words):
    return [ReasoningDelta(0, word) for word in words]


def summaries(*numbers):
    return [ReasoningDelta(0, "ab", number) for number in numbers]


def arguments(*pieces):
    return [ToolArgumentsDelta(0, piece) for piece in pieces]


STREAMS = [
    ("text", [TEXT, *texts("a", "日", "\ud83d", "w" * 2000), *STOP]),
    ("thoughts", [THOUGHT, *thoughts("a", "日", "é"), *STOP]),
    ("a summary", [THOUGHT, *summaries(1, 1, 1), *STOP]),
    ("summaries", [THOUGHT, *summaries(0, 0, 1, 1, 0), *STOP]),
    ("a summary and text", [THOUGHT, *summaries(0, 0, None, None, None, 0), *STOP]),
    ("an empty summary", [THOUGHT, ReasoningDelta(0, "", 0), *summaries(0, 0), *STOP]),
    ("nothing between", [TEXT, *texts("a", "", "b", "c"), *STOP]),
    ("many words", [TEXT, *texts(*["é "] * 100), *STOP]),
    ("another candidate", [TEXT, OTHER, *texts("a", "b"), TextDelta(1, "c"),
     TextDelta(1, "d"), *texts("e"), BlockStop(1), ChoiceFinish(1, FINISH), *STOP]),
    ("usage between", [TEXT, *texts("a", "b"), UsageUpdate(Usage(input_total=3)),
     *texts("c", "d"), *STOP]),
    ("broken off", [TEXT, *texts("a", "b"), *CUT]),
    ("arguments", [CALL, *arguments('{"a":', "1", "", "}"), *STOP]),
    ("arguments with news between", [CALL, *arguments('{"a":', "1"), SIGNED,
     *arguments("}", " ", " "), *STOP]),
    ("arguments broken off", [CALL, *arguments('{"a":', "1"), *CUT]),
    ("whole arguments broken off", [CALL, *arguments('{"a":', "1", "}"), *CUT]),
    ("arguments of two calls", [CALL, *arguments("{", " "), SECOND,
     *arguments("}"), ToolArgumentsDelta(1, "{"), ToolArgumentsDelta(1, "}"),
     *arguments(" ", "1"), BlockStop(1), *STOP]),
]  # fmt: skip

by_name = pytest.mark.parametrize(
    "stream", [case[1] for case in STREAMS], ids=[case[0] for case in STREAMS]
)


@by_name
@pytest.mark.parametrize("framing", [None, "json_array"])
def test_written_alike(stream, framing):
    both_ways(stream, framing=framing)


@pytest.mark.parametrize(
    ("name", "general"),
    [
        ("text", 6),
        ("thoughts", 6),
        ("a summary", 6),
        ("many words", 6),
        ("arguments", 6),
        ("nothing between", 8),
    ],
)
def test_written_quickly(name, general):
    _, found = both_ways(dict(STREAMS)[name])
    assert found == general


def test_arguments_up_to_the_limit():
    stream = dict(STREAMS)["arguments"]
    for room in range(10):
        both_ways(stream, limits=Limits(max_held_bytes=room))


@pytest.mark.parametrize(
    "case",
    [c for c in load("gemini-generate") if c.stream and c.response_body],
    ids=lambda case: case.id,
)
def test_recordings_are_written_alike(case):
    stream = decode(case.response_body)
    for framing in (None, "json_array"):
        both_ways(stream[1:], framing=framing)
