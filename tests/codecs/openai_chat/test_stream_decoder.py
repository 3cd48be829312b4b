"""Bytes to chunks, event by event: blocks and finish."""

from __future__ import annotations

import pytest
from tests.codecs.openai_chat._stream_decoder_support import (
    CALLS,
    STOP,
    USAGE,
    calls,
    decode,
    delta,
    event,
    message,
    of,
    piece,
    run,
    say,
    stream,
    tools,
    words,
)

from modelwire.ir import (
    BlockStart,
    BlockStop,
    ChoiceFinish,
    StreamEnd,
    StreamStart,
    TextDelta,
    UsageUpdate,
)


def test_text_chunk_by_chunk():
    chunks = decode(
        say({"role": "assistant", "content": "", "refusal": None}),
        say({"content": "Hel"}),
        say({"content": "lo"}),
        STOP,
        event(usage=USAGE),
    )
    kinds = [type(chunk).__name__ for chunk in chunks]
    assert kinds == [
        "StreamStart",
        "BlockStart",
        "TextDelta",
        "TextDelta",
        "UsageUpdate",
        "BlockStop",
        "ChoiceFinish",
        "StreamEnd",
    ]
    assert chunks[0] == StreamStart("chatcmpl-1", "m", 7)
    assert chunks[2:4] == [TextDelta(0, "Hel"), TextDelta(0, "lo")]
    assert chunks[-2].finish.kind == "stop"
    assert chunks[-1] == StreamEnd(True, "event")
    assert chunks[2].raw["choices"][0]["delta"] == {"content": "Hel"}


def test_raw_can_be_left_out():
    body = stream(say({"content": "a"}), say({"content": "b"}), STOP)
    chunks = run(body, keep_raw=False)
    assert all(getattr(chunk, "raw", None) is None for chunk in chunks)
    assert chunks == run(body)


def test_block_closes_at_another_kind():
    chunks = decode(
        say({"reasoning_content": "hm"}),
        say({"content": "a"}),
        say({"refusal": "no"}),
        say({"content": "b"}),
        tools(piece(0, "c", "f", "{}")),
        say({"content": "c"}),
        CALLS,
    )
    assert words(chunks) == [
        ("ReasoningPart", "hm"),
        ("TextPart", "a"),
        ("RefusalPart", "no"),
        ("TextPart", "b"),
        ("TextPart", "c"),
    ]
    stops = [chunk.index for chunk in of(BlockStop, chunks)]
    assert stops == [0, 1, 2, 3, 4, 5]


def test_content_and_calls_in_one_delta():
    chunks = decode(
        say({"content": "look", "tool_calls": [piece(0, "c", "f", "{}")]}), CALLS
    )
    assert words(chunks) == [("TextPart", "look")]
    assert calls(chunks) == [("c", "f", "{}")]


@pytest.mark.parametrize("content", ["", None])
def test_nothing_said_opens_no_block(content):
    chunks = decode(say({"role": "assistant", "content": content}), STOP)
    assert not of(BlockStart, chunks)
    assert len(of(ChoiceFinish, chunks)) == 1


def test_choices_interleave():
    chunks = decode(
        event(delta({"content": "a"}, 0), delta({"content": "x"}, 1)),
        say({"content": "b"}, index=1),
        say({"content": "c"}, index=0),
        say(index=1, finish="length"),
        say(index=0, finish="stop"),
    )
    assert [message(chunks, n).parts[0].text for n in (0, 1)] == ["ac", "xb"]
    finishes = {c.choice: c.finish.kind for c in of(ChoiceFinish, chunks)}
    assert finishes == {0: "stop", 1: "length"}


# --- finish -------------------------------------------------------------------------


def test_finish_twice_with_usage_the_second_time():
    chunks = decode(
        say({"content": "a"}),
        say({"role": "assistant", "content": ""}, finish="stop"),
        event(delta({"role": "assistant", "content": ""}, finish="stop"), usage=USAGE),
    )
    assert len(of(ChoiceFinish, chunks)) == 1
    assert len(of(UsageUpdate, chunks)) == 1


def test_deltas_after_the_finish_are_tolerated():
    chunks = decode(
        tools(piece(0, "a", "f", "{"), finish="tool_calls"),
        tools(piece(0, arguments="}")),
        tools(piece(1, "b", "g", "{}"), finish="tool_calls"),
    )
    assert calls(chunks) == [("a", "f", "{}"), ("b", "g", "{}")]


@pytest.mark.parametrize(
    ("raw", "kind"),
    [
        ("length", "length"),
        ("content_filter", "content_filter"),
        ("eos", "stop"),
        ("error", "error"),
        ("insufficient_system_resource", "error"),
        ("brand_new", "unknown"),
        ("Ü", "unknown"),
    ],
)
def test_F09_finish_is_an_open_enum(raw, kind):
    chunks = decode(say({"content": "a"}), say(finish=raw))
    assert (chunks[-2].finish.kind, chunks[-2].finish.raw) == (kind, raw)
