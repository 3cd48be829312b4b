"""The ordinary events of a stream: the quick path and the general one are the same."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings, strategies as st
from tests._corpus import load
from tests.codecs.gemini_generate._stream_decoder_support import BEGIN, END
from tests.codecs.gemini_generate._streams import (
    call,
    response,
    sse,
    text,
    thought,
)

from modelwire.codecs import Limits
from modelwire.codecs.gemini_generate._stream_decoder import GenerateMachine
from modelwire.codecs.gemini_generate._stream_framing import StreamOfEither
from modelwire.ir import TextDelta, UsageUpdate


class Slow(GenerateMachine):
    """The machine without its quick path."""

    def event(self, name, data, out):
        self._any_event(name, data, out)


class Counting(GenerateMachine):
    """The machine, and how often it took the general path."""

    def __init__(self, **options):
        super().__init__(**options)
        self.general = 0

    def _any_event(self, name, data, out):
        self.general += 1
        super()._any_event(name, data, out)


def chunks(machine, body):
    decoder = StreamOfEither(machine)
    return decoder.feed(body) + decoder.close()


def both(body, **options):
    """Decode *body* both ways; give the chunks, and what was taken generally."""
    quick = Counting(**options)
    found = chunks(quick, body)
    slow = chunks(Slow(**options), body)
    assert found == slow
    assert [c.raw for c in found] == [c.raw for c in slow]
    bare = chunks(GenerateMachine(**options, keep_raw=False), body)
    assert bare == chunks(Slow(**options, keep_raw=False), body)
    return found, quick.general


def metered(*parts, count=1, **options):
    return response(*parts, usageMetadata={"totalTokenCount": count}, **options)


def about(**content):
    return metered(index=0, candidate={"content": content})


STOP = metered(text(""), count=9, finish="STOP", index=0)

QUICK = [
    ("a word", metered(text("b"), index=0)),
    ("a word, counted anew", metered(text("b"), index=0, count=7)),
    ("a word beyond ASCII", metered(text("日 é"), index=0)),
    ("a long text", metered(text("w" * 2000), index=0)),
    ("many words", *[metered(text("日本"), index=0)] * 70),
    ("without an index", metered(text("b"))),
]

OTHER_PARTS = [
    ("no text", metered(text(""), index=0)),
    ("text that is no text", metered(text(5), index=0)),
    ("a thought", metered(thought("b"), index=0)),
    ("no thought", metered(text("b", thought=False), index=0)),
    ("a thought that is null", metered(text("b", thought=None), index=0)),
    ("signed", metered(text("b", thoughtSignature="c2ln"), index=0)),
    ("an odd part", metered(text("b", odd=1), index=0)),
    ("three fields", metered(text("b", thought=True, odd=1), index=0)),
    ("a call", metered(call("f", {}), index=0)),
    ("half a character", metered(text("b\ud83d"), index=0)),
    ("pieces of a call", metered(BEGIN, index=0), metered(END, index=0)),
    ("an odd piece", metered(BEGIN, index=0),
     metered({"functionCall": {"partialArgs": [1]}}, index=0)),
]  # fmt: skip

NOT_QUICK = [
    ("no usage", response(text("b"), index=0)),
    ("usage that is no object", response(text("b"), index=0, usageMetadata=1)),
    ("another model", metered(text("b"), index=0, modelVersion="n")),
    ("another id", metered(text("b"), index=0, responseId="n")),
    ("one field more", metered(text("b"), index=0, odd=1)),
    ("another candidate", metered(text("b"), index=1)),
    ("an index that is true", metered(text("b"), index=True)),
    ("an index that is a list", metered(text("b"), index=[])),
    ("a field beside the index", metered(text("b"), candidate={"odd": 1})),
    ("two fields", metered(text("b"), index=0, candidate={"odd": 1})),
    ("two parts", metered(text("b"), text("c"), index=0)),
    ("no part", metered(index=0)),
    ("a part that is none", metered("b", index=0)),
    ("another role", about(role="user", parts=[text("b")])),
    ("no role", about(parts=[text("b")])),
    ("parts in an object", about(role="model", parts=text("b"))),
    ("a field beside the parts", about(role="model", parts=[text("b")], odd=1)),
    ("content that is none", metered(index=0, candidate={"content": "x"})),
    ("no candidate", {**metered(), "candidates": []}),
    ("a candidate that is none", {**metered(), "candidates": ["x"]}),
    ("candidates in an object", {**metered(), "candidates": {"content": 1}}),
    ("two candidates", {**metered(), "candidates": [
        *metered(text("b"), index=0)["candidates"],
        *metered(text("c"), index=1)["candidates"]]}),
]  # fmt: skip


ORDINARY = [*QUICK, *OTHER_PARTS]


@pytest.mark.parametrize(
    "events", [case[1:] for case in ORDINARY], ids=[case[0] for case in ORDINARY]
)
def test_ordinary(events):
    _, general = both(sse(metered(text("a"), index=0), *events, STOP))
    assert general == 2


@pytest.mark.parametrize("case", NOT_QUICK, ids=[case[0] for case in NOT_QUICK])
def test_not_ordinary(case):
    more = metered(text("z"), index=0)
    _, general = both(sse(metered(text("a"), index=0), case[1], more, STOP))
    assert general >= 3


def test_a_thought_behind_a_thought():
    events = [metered(thought(w), index=0) for w in ("a", "b", "日", "c")]
    found, general = both(sse(*events, metered(text("d"), index=0), STOP))
    assert general == 2
    assert found[-1].complete


def test_the_other_half_of_a_character():
    halves = ["a\ud83d", "\ude00", "b", "c\ud83d", "d", "\udc00"]
    found, _ = both(sse(*[metered(text(h), index=0) for h in halves], STOP))
    said = "".join(c.text for c in found if type(c) is TextDelta)
    assert said == "a\U0001f600bc\ud83dd\udc00"


def test_an_error_beside_words():
    broken = {**metered(text("b"), index=0), "error": {"code": 500}}
    found, _ = both(sse(metered(text("a"), index=0), broken, STOP))
    assert not found[-1].complete


@pytest.mark.parametrize("beside", [(), (text("b"),)])
def test_pieces_of_a_call_beyond_the_limit(beside):
    more = {"jsonPath": "$.a", "stringValue": "w" * 100}
    piece = {"functionCall": {"partialArgs": [more], "willContinue": True}}
    events = [metered(BEGIN, index=0), metered(piece, *beside, index=0), STOP]
    found, _ = both(sse(*events), limits=Limits(max_held_bytes=50))
    assert not found[-1].complete


def test_an_event_with_a_name():
    lines = sse(metered(text("a"), index=0), metered(text("b"), index=0), STOP)
    first, second, *rest = lines.split(b"\r\n\r\n")
    body = b"\r\n\r\n".join([first, b"event: error\r\n" + second, *rest])
    found, general = both(body)
    assert not found[-1].complete
    assert general == 2


@pytest.mark.parametrize(
    "fields", [{}, {"createTime": "2026-04-07T16:49:58Z"}, {"odd": {"a": [1]}}]
)
def test_other_envelopes(fields):
    """The envelope is learned: what it holds is news when it changes."""
    events = [metered(text(w), index=0, **fields) for w in "abc"]
    _, general = both(sse(*events, {**STOP, **fields}))
    assert general == 2


def test_an_envelope_with_nothing_but_candidates():
    bare = [{"candidates": metered(text(w), index=0)["candidates"]} for w in "abc"]
    _, general = both(sse(*bare, STOP))
    assert general == 2


def test_usage_that_is_null_at_first():
    """The first usage is given at once, and none has come (a regression)."""
    null = [response(text(w), index=0, usageMetadata=None) for w in "ab"]
    found, _ = both(sse(*null, metered(text("c"), index=0), STOP))
    kinds = [type(c) for c in found]
    assert kinds.count(UsageUpdate) == 2


def test_usage_stays_where_later_events_have_none():
    """It was forgotten when two events without any followed (a regression)."""
    bare = [response(text(w), index=0) for w in "cd"]
    events = [metered(text("a"), index=0), metered(text("b"), index=0, count=5)]
    found, _ = both(sse(*events, *bare, response(text(""), finish="STOP", index=0)))
    totals = [c.usage.raw for c in found if type(c) is UsageUpdate]
    assert totals == [{"totalTokenCount": 1}, {"totalTokenCount": 5}]


def test_fields_of_a_candidate_are_news_when_they_change():
    """A change of repeated ratings was lost until the end (a regression)."""
    events = [
        metered(text(w), index=0, candidate={"safetyRatings": [{"p": p}]})
        for w, p in ("a1", "b1", "c2")
    ]
    found, _ = both(sse(*events, STOP))
    names = [type(c).__name__ for c in found]
    assert names.count("ChoiceUpdate") == 2
    assert names.index("ChoiceUpdate", 2) < names.index("BlockStop")


@pytest.mark.parametrize(
    "case",
    [c for c in load("gemini-generate") if c.stream and c.response_body],
    ids=lambda case: case.id,
)
def test_recordings(case):
    both(case.response_body)


EVENTS = [events for _, *events in (*ORDINARY, *NOT_QUICK)]


@settings(max_examples=60)
@given(st.lists(st.sampled_from(EVENTS), max_size=12))
def test_in_any_order(groups):
    events = [json.loads(json.dumps(e)) for group in groups for e in group]
    both(sse(*events, STOP))
