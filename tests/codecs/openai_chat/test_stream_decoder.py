"""Bytes to chunks, event by event: blocks, finish, and the short way."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, strategies as st
from tests.codecs.openai_chat._stream_decoder_support import (
    CALLS,
    HEAD,
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

from modelwire.codecs.openai_chat import stream_decoder
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


# --- the short way ------------------------------------------------------------------

SHORT_WAY = [
    say({"role": "assistant", "content": ""}),
    say({"content": "plain"}),
    say({"content": "naïve 東京"}),
    say({"content": "half \ud83d"}),
    say({"content": "\ude00 joined"}),
    say({"content": ""}),
    say({"content": None}),
    say({"content": 5}),
    say({"content": "b", "extra": 1}),
    say({"content": "c", "role": "assistant"}),
    say({"reasoning_content": "why", "content": None}),
    say({"reasoning_content": "ünd", "content": None}),
    say({"reasoning_content": "half \ud83d", "content": None}),
    say({"reasoning_content": "\ude00", "content": None}),
    say({"reasoning_content": "", "content": "both"}),
    say({"tool_calls": [{"index": 0, "id": "c", "function": {"name": "f"}}]}),
    say({"tool_calls": [{"index": 0, "function": {"arguments": '{"a":"é\ud83d'}}]}),
    say({"tool_calls": [{"index": 0, "function": {"arguments": '\ude00"}'}}]}),
    say({"tool_calls": [{"index": 0, "function": {"arguments": ""}}]}),
    say({"tool_calls": [{"index": 0, "function": {"arguments": 3}}]}),
    say({"tool_calls": [{"index": 0, "function": "x"}]}),
    say({"tool_calls": [{"index": "0", "function": {"arguments": "x"}}]}),
    say({"tool_calls": [{"index": 1, "function": {"arguments": "x"}}]}),
    say({"tool_calls": ["ab"]}),
    say({"tool_calls": [["a", "b"]]}),
    say({"tool_calls": []}),
    say({"tool_calls": {}}),
    say({"content": "x"}, usage=None),
    say({"content": "y"}, index=1),
    {**say({"content": "z"}), "system_fingerprint": "fp"},
    {**HEAD, "choices": [{"index": 0, "delta": {"content": "q"}, "news": None}]},
    {**HEAD, "choices": [{"index": 0, "news": {}, "finish_reason": None}]},
    {**HEAD, "choices": [{"index": 0, "delta": "text", "finish_reason": None}]},
    {**HEAD, "choices": ["abc"]},
    {**HEAD, "choices": [None]},
    {**HEAD, "choices": []},
    {**HEAD, "choices": "x"},
]


@given(st.lists(st.sampled_from(SHORT_WAY), max_size=12))
def test_the_short_way_gives_what_the_general_way_gives(events):
    usual, general = stream_decoder()._machine, stream_decoder()._machine
    for item in events:
        # Parsed anew for each, as from the wire: no string is the same object.
        first, second = [], []
        usual.event(None, json.loads(json.dumps(item)), first)
        general._keys = None
        general._choice_size = -1
        general._delta_keys = None
        general.event(None, json.loads(json.dumps(item)), second)
        assert first == second
        assert repr(first) == repr(second)
        assert usual.ended == general.ended
        if usual.ended:
            break
