"""Interleaved chunks in, sequential blocks out (`codecs._sequential`)."""

from __future__ import annotations

import pytest
from hypothesis import given, settings, strategies as st

from modelwire.codecs._limits import Limits
from modelwire.codecs._sequential import Sequencer, sequential
from modelwire.ir import (
    AnnotationDelta,
    BlockStart,
    BlockStop,
    ChoiceFinish,
    Finish,
    Keepalive,
    Opaque,
    PartDelta,
    ReasoningPart,
    SignatureDelta,
    StreamEnd,
    StreamError,
    StreamStart,
    TextDelta,
    TextPart,
    ToolArgumentsDelta,
    ToolCallPart,
)
from modelwire.ir._parts import Annotation


def tool(index, arguments="", choice=0, kind="function"):
    part = ToolCallPart(id=f"c{index}", name="f", arguments=arguments, kind=kind)
    return BlockStart(index, choice, part)


def text(index, choice=0):
    return BlockStart(index, choice, TextPart(text=""))


def arg(index, piece):
    return ToolArgumentsDelta(index, piece)


def stop(index):
    return BlockStop(index)


FINISH = ChoiceFinish(0, Finish(kind="tool_calls"))

TABLE = [
    (
        "nothing to do",
        [StreamStart(), text(0), TextDelta(0, "a"), stop(0), text(1), stop(1), FINISH],
        None,
    ),
    (
        "one call after the other, stopped together (the ordinary case)",
        [
            *(tool(0), arg(0, '{"a"'), arg(0, ":1}")),
            *(tool(1), arg(1, "{"), arg(1, "}"), stop(0), stop(1), FINISH),
        ],
        [
            *(tool(0), arg(0, '{"a"'), arg(0, ":1}"), stop(0)),
            *(tool(1), arg(1, "{"), arg(1, "}"), stop(1), FINISH),
        ],
    ),
    (
        "L01 L25 L32 interleaved fragments",
        [
            *(tool(0), tool(1), arg(0, '{"a"'), arg(1, '{"b"'), arg(0, ":1}")),
            *(arg(1, ":2}"), stop(0), stop(1), FINISH),
        ],
        [
            *(tool(0), arg(0, '{"a"'), arg(0, ":1}"), stop(0)),
            *(tool(1), arg(1, '{"b"'), arg(1, ":2}"), stop(1), FINISH),
        ],
    ),
    (
        "a text holds what comes after it",
        [text(0), tool(1), TextDelta(0, "a"), arg(1, "{}"), stop(1), stop(0), FINISH],
        [text(0), TextDelta(0, "a"), stop(0), tool(1), arg(1, "{}"), stop(1), FINISH],
    ),
    (
        "free text is never whole",
        [tool(0, kind="custom"), arg(0, "{}"), tool(1), stop(0), stop(1)],
        [tool(0, kind="custom"), arg(0, "{}"), stop(0), tool(1), stop(1)],
    ),
    (
        "no arguments are not whole yet",
        [tool(0), tool(1), arg(1, "{}"), arg(0, "{}"), stop(0), stop(1)],
        [tool(0), arg(0, "{}"), stop(0), tool(1), arg(1, "{}"), stop(1)],
    ),
    (
        "arguments in the header",
        [tool(0, "{}"), tool(1, "{}"), stop(0), stop(1)],
        [tool(0, "{}"), stop(0), tool(1, "{}"), stop(1)],
    ),
    (
        "other choices do not wait for each other",
        [tool(0), tool(1, choice=1), arg(0, "{"), arg(1, "{"), stop(0), stop(1)],
        None,
    ),
    (
        "what is never stopped ends with its choice",
        [tool(0), tool(1), arg(1, "{"), FINISH],
        [tool(0), stop(0), tool(1), arg(1, "{"), stop(1), FINISH],
    ),
    (
        "what waits goes out before an error, and an open block stays open",
        [text(0), TextDelta(0, "a"), StreamError(None), StreamEnd(complete=False)],
        None,
    ),
    (
        "waiting blocks before an error",
        [text(0), tool(1), arg(1, "{"), StreamError(None), StreamEnd(complete=False)],
        [
            *(text(0), stop(0), tool(1), arg(1, "{"), stop(1)),
            *(StreamError(None), StreamEnd(complete=False)),
        ],
    ),
    (
        "keepalives pass",
        [text(0), text(1), Keepalive(), stop(0), stop(1)],
        [text(0), Keepalive(), stop(0), text(1), stop(1)],
    ),
]


@pytest.mark.parametrize(
    ("chunks", "expected"), [row[1:] for row in TABLE], ids=[row[0] for row in TABLE]
)
def test_table(chunks, expected):
    assert sequential(chunks) == (chunks if expected is None else expected)


def test_arguments_keep_streaming():
    sequencer = Sequencer()
    for chunk in (tool(0), arg(0, '{"a"'), arg(0, ":{}}"), tool(1), arg(1, "{")):
        assert sequencer.feed(chunk)[-1] == chunk
        assert not sequencer.holding


@pytest.mark.parametrize(
    ("pieces", "whole"),
    [
        (["{}"], True),
        (["{", "}", " \n"], True),
        (['{"a":"}', '"}'], True),
        (['{"a":"}'], False),
        (['{"a":"\\', '""}'], True),
        (['{"a":"\\', '"}'], False),
        (['{"a":"\\\\', '"}'], True),
        (['{"a":"\\\\\\', '"}"}'], True),
        (['{"a":"\\\\\\', '"}'], False),
        (["[{}", "]"], True),
        (["12"], False),
        (['"x"'], False),
        ([""], False),
        (["{" * 3000, '"' + "x" * 6000 + '"', "}" * 2999], False),
        (["{" * 3000, '"' + "x" * 6000 + '"', "}" * 3000], True),
    ],
)
def test_when_arguments_are_whole(pieces, whole):
    out = sequential([tool(0), *(arg(0, p) for p in pieces), tool(1)])
    assert (out[-1] == tool(1)) is whole


def test_an_annotation_may_follow_its_block():
    note = AnnotationDelta(0, 0, Annotation(kind="url"))
    chunks = [text(0), stop(0), tool(1), note, stop(1)]
    assert sequential(chunks) == chunks


def test_what_comes_late_is_handed_over():
    sequencer = Sequencer()
    late = [arg(0, "{}"), PartDelta(0, "arguments", None, "x"), stop(0)]
    final = BlockStop(0, ToolCallPart(id="c0", name="f", arguments="{}{}"))
    for chunk in (tool(0), arg(0, "{}"), tool(1), *late[:2], final):
        sequencer.feed(chunk)
    assert sequencer.late == [*late[:2], final]


@pytest.mark.parametrize(
    ("limits", "name"),
    [
        (Limits(max_held_bytes=1000), "max_held_bytes"),
        (Limits(max_open_blocks=1), "max_open_blocks"),
    ],
)
def test_limits_end_the_stream(limits, name):
    chunks = [text(0), text(1), TextDelta(1, "x" * 1000), text(2)]
    chunks += [stop(0), stop(1), stop(2), FINISH, StreamEnd(complete=True)]
    out = sequential(chunks, limits=limits)
    assert out[:1] == [text(0)]
    assert [type(chunk) for chunk in out[1:]] == [StreamError, StreamEnd]
    assert name in out[1].error.message
    assert not out[2].complete


def test_what_went_out_is_not_held():
    limits = Limits(max_held_bytes=2000)
    chunks = []
    for i in range(0, 100, 2):
        chunks += [text(i), text(i + 1), TextDelta(i + 1, "x" * 500)]
        chunks += [stop(i), stop(i + 1)]
    assert len(sequential(chunks, limits=limits)) == len(chunks)


@st.composite
def interleavings(draw):
    """Blocks of two choices with their deltas, shuffled but legal."""
    queues = []
    for index in range(draw(st.integers(1, 6))):
        choice = draw(st.integers(0, 1))
        kind = draw(st.sampled_from(["text", "tool", "thinking"]))
        pieces = draw(st.lists(st.sampled_from(["{", "}", '"', "\\", "a", ""])))
        if kind == "tool":
            body = [arg(index, p) for p in pieces]
            start = tool(index, choice=choice)
        else:
            part = TextPart(text="") if kind == "text" else ReasoningPart(text="")
            body = [TextDelta(index, p) for p in pieces]
            start = BlockStart(index, choice, part)
        queues.append([start, *body, stop(index)])
    out, begun = [], 0
    while any(queues):
        # Indexes are in the order of BlockStart, so a block begins after those
        # before it have begun.
        ready = [i for i, q in enumerate(queues) if q and i <= begun]
        pick = draw(st.sampled_from(ready))
        begun = max(begun, pick + 1)
        out.append(queues[pick].pop(0))
    return [*out, FINISH, StreamEnd(complete=True)]


def test_what_comes_for_a_block_that_has_stopped():
    sequencer = Sequencer()
    signature = SignatureDelta(0, Opaque(value="s", dialect="d"))
    for chunk in (tool(0), arg(0, "{}"), tool(1)):
        sequencer.feed(chunk)
    # The first call was whole, and stopped for the second one: what is no argument
    # goes its way, and whoever encodes it knows what to do.
    assert sequencer.feed(signature) == [signature]
    assert sequencer.feed(stop(0)) == []
    assert sequencer.feed(stop(0)) == []
    assert not sequencer.late


def test_a_note_after_the_end_is_harmless():
    sequencer = Sequencer()
    sequencer.feed(tool(0))
    sequencer.overflow("max_held_bytes", 1)
    sequencer.note(0, "{")
    assert sequencer.feed(arg(0, "}")) == []


@settings(max_examples=300, deadline=None)
@given(interleavings())
def test_law(chunks):
    out = sequential(chunks)
    choice_of = {c.index: c.choice for c in chunks if type(c) is BlockStart}
    sequencer = Sequencer()
    for chunk in chunks:
        sequencer.feed(chunk)
    late = {c.index for c in sequencer.late}
    open_in = {}
    for chunk in out:
        index = getattr(chunk, "index", None)
        if index is None:
            continue
        choice = choice_of[index]
        if type(chunk) is BlockStart:
            assert choice not in open_in
            open_in[choice] = index
        else:
            assert open_in[choice] == index
            if type(chunk) is BlockStop:
                del open_in[choice]
    assert not open_in
    for index in choice_of:
        before = [c for c in chunks if getattr(c, "index", None) == index]
        after = [c for c in out if getattr(c, "index", None) == index]
        if index not in late:
            assert after == before
