"""Chunks for generateContent streams that several test files encode."""

from __future__ import annotations

from tests.codecs.gemini_generate._streams import (
    native,
)

from modelwire.codecs.gemini_generate._grammar import check_stream
from modelwire.ir import (
    BlockStart,
    BlockStop,
    ChoiceFinish,
    Finish,
    StreamEnd,
    StreamStart,
    TextDelta,
    TextPart,
)

BEGIN = StreamStart("r1", "m")
END = StreamEnd(complete=True, terminator="event")
STOP = (ChoiceFinish(0, Finish(kind="stop")), END)


def words(index, *pieces, part=None):
    return [
        BlockStart(index, 0, part or TextPart(text="")),
        *(TextDelta(index, piece) for piece in pieces),
        BlockStop(index),
    ]


def legal(data):
    assert check_stream(native(data)) == []
    return data
