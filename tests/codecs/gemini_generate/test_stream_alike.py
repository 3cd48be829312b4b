"""Events that repeat the bytes of the one before: the machine would say the same."""

from __future__ import annotations

import copy
import json
import pickle

import pytest
from hypothesis import given, settings, strategies as st
from tests._corpus import load
from tests.codecs.gemini_generate._streams import call, response, sse, text, thought

from modelwire.codecs import Limits
from modelwire.codecs.gemini_generate import _stream_alike as alike
from modelwire.codecs.gemini_generate._stream_decoder import (
    GenerateMachine,
    stream_decoder,
)
from modelwire.codecs.gemini_generate._stream_framing import StreamOfEither
from modelwire.ir import UsageUpdate

CUTS = (1, 7, 100, None)


class Seeing(GenerateMachine):
    """A machine that counts the events that come to it."""

    seen = 0

    def event(self, name, data, out):
        self.seen += 1
        super().event(name, data, out)


def run(data, cut=None, *, quick=True, limits=None):
    """Decode *data* in reads of *cut* bytes; give what came of it."""
    limits = limits or Limits()
    machine = Seeing(keep_raw=False, limits=limits)
    words = alike.AlikeWords(machine) if quick else None
    decoder = StreamOfEither(machine, limits=limits, alike=words)
    size = cut or len(data) or 1
    chunks = []
    for at in range(0, len(data), size):
        chunks += decoder.feed(data[at : at + size])
    chunks += decoder.close()
    return chunks, decoder.failed, decoder.trailing_bytes, machine.seen


def check(data, cuts=CUTS, **options):
    """Decode *data* both ways; give how many events came to the machine, and all."""
    expected = run(data, quick=False, **options)
    for cut in cuts:
        found = run(data, cut, **options)
        assert found[:3] == expected[:3], cut
    return found[3], expected[3]


HEAD = b'{"candidates":[{"content":{"parts":[{"text":'
ORDERS = {
    "as Google writes": HEAD.replace(b":", b": ") + b'%(text)b}],"role": "model"},'
    b'"index": 0}],"usageMetadata": %(usage)b,"modelVersion": "m"}',
    "thoughts": HEAD + b'%(text)b,"thought":true}],"role":"model"},"index":0}],'
    b'"usageMetadata":%(usage)b,"modelVersion":"m-2.5","responseId":"r"}',
    "no index": HEAD + b'%(text)b}],"role":"model"}}],"usageMetadata":%(usage)b}',
}


def counted(number, other=7):
    return b'{"promptTokenCount":%d,"details":[{"modality":"TEXT","n":%d}]}' % (
        number,
        other,
    )


def event(order, number=10, words=b'"ab"', usage=None):
    usage = counted(number) if usage is None else usage
    body = ORDERS[order] % {b"text": words, b"usage": usage}
    return b"data: %b\n\n" % body


def stream(order, *between, before=3, after=3):
    """Alike events, with *between* in their middle, and the end of the stream."""
    events = [event(order, 8 + at) for at in range(before)]
    events += between
    events += [event(order, 98 + at) for at in range(after)]
    events.append(event(order, 200, b'""').replace(b"}],", b'}],"x":1,'))
    stop = response(text(""), finish="STOP", usageMetadata={"promptTokenCount": 9})
    return b"".join(events) + sse(stop)


orders = pytest.mark.parametrize("order", ORDERS)


@orders
def test_alike_events_do_not_come_to_the_machine(order):
    data = stream(order, before=100, after=100)
    seen, all_ = check(data)
    assert all_ == 202
    # The first, the one that is learnt, and the end.
    assert seen == 4
    # Where lines end in CRLF all do.
    seen, _ = check(data.replace(b"\n", b"\r\n"))
    assert seen == 202


ODD = {
    "nothing": {"words": b'""'},
    "escapes": {"words": rb'"\"\\\n\u00e9 \/"'},
    "beyond ASCII": {"words": '"é\U0001d11e"'.encode()},
    "the first half": {"words": rb'"a\ud834"'},
    "the second half": {"words": rb'"\udd1ea"'},
    "half a character inside": {"words": rb'"a\ud834b"'},
    "what stands behind a text": {"words": rb'"\"}],\"role\":\"model\"},"'},
    "a quote at the end": {"words": rb'"a\""'},
    "a backslash at the end": {"words": rb'"a\"'},
    "a signature": {"words": b'"a","thoughtSignature":"c2ln"'},
    "another text": {"words": b'"a","text":"b"'},
    "blanks": {"words": b' "a" '},
    "no text": {"words": b"1"},
    "two values": {"words": b'"a" "b"'},
    "an object": {"words": b'{"a":"b"}'},
    "no end": {"words": b'"a'},
    "control characters": {"words": b'"a\tb"'},
    "a line end": {"words": b'"a\nb"'},
    "a carriage return behind": {"words": b'"a"\r'},
    "a carriage return before": {"words": b'\r"a"'},
    "a line end behind": {"words": b'"a"\n'},
    "invalid bytes": {"words": b'"\xff"'},
    "a long text": {"words": b'"%b"' % (b"long " * 2000)},
    "another part": {"words": b'"a"},{"text":"b"'},
    "no usage": {"usage": b"null"},
    "a long number": {"usage": counted(10**22)},
    "a long number that others make room for": {"usage": counted(10**18, 1)},
    "two long numbers": {"usage": counted(10**15, 10**15)},
    "a number with a point": {"usage": b'{"promptTokenCount":1.5}'},
    "a zero before a number": {"usage": counted(10).replace(b"10", b"010")},
    "a number that is missing": {"usage": counted(10).replace(b"10", b"")},
    "a digit in a name": {"usage": counted(10).replace(b"mod", b"m0d")},
    "a field more": {"usage": counted(10)[:-1] + b',"x":1}'},
    "a field behind": {"usage": counted(10) + b',"x":1'},
    "an error behind": {"usage": counted(10) + b',"error":{"code":500}'},
    "blanks in the usage": {"usage": counted(10).replace(b":", b" : ")},
}


@pytest.mark.parametrize("odd", ODD.values(), ids=ODD)
@orders
def test_what_is_odd_is_the_same(order, odd):
    data = stream(order, event(order, **{"number": 50, **odd}))
    check(data)
    check(data.replace(b"\n", b"\r\n"), (7, None))
    # It may also be what is learnt.
    check(stream(order, event(order, **{"number": 50, **odd}), before=0))
    check(stream(order, *[event(order, **{"number": 50, **odd})] * 3, before=1))


BETWEEN = {
    "a comment": b": ping\n\n",
    "a blank line": b"\n",
    "empty data": b"data:\n\n",
    "no JSON": b"data: ?\n\n",
    "the end marker": b"data: [DONE]\n\n",
    "a field that is none": b"x: y\n",
    "an id": b"id: 7\n",
    "a name": b"event: error\n",
    "a call": sse(response(call("f", {}))),
    "text": sse(response(text("a"))),
    "a thought": sse(response(thought("a"))),
    "another candidate": sse(response(text("a"), index=1)),
    "another model": sse(response(text("a"), modelVersion="n")),
    "an error": sse({"error": {"code": 500, "message": "no"}}),
}


@pytest.mark.parametrize("between", BETWEEN.values(), ids=BETWEEN)
@orders
def test_what_comes_between_is_the_same(order, between):
    check(stream(order, between))


@orders
def test_lines_of_one_event(order):
    check(stream(order).replace(b',"usage', b',\ndata: "usage'))


@pytest.mark.parametrize("number", [2**64, 10**29, 1.5])
def test_what_parsers_read_differently_is_not_repeated(number):
    odd = b'"n":%b,"modelVersion"' % str(number).encode()
    check(stream("as Google writes").replace(b'"modelVersion"', odd))


def test_usage_with_fractions_is_not_repeated():
    order = "no index"
    events = [event(order, usage=b'{"n":%d.5}' % at) for at in range(5)]
    seen, all_ = check(b"".join(events))
    assert seen == all_


@orders
def test_the_last_usage_counts(order):
    data = b"".join(event(order, at) for at in range(40)) + stream(order)[-300:]
    found, *_ = run(data)
    data = data.replace(b'"promptTokenCount": 9', b'"promptTokenCount": 8')
    assert [c.usage.raw for c in found if type(c) is UsageUpdate]
    check(data)
    # Where the stream breaks off, the last event that was read counts.
    check(b"".join(event(order, at) for at in range(40)))


@orders
def test_a_stream_may_break_off_anywhere(order):
    data = stream(order, before=3, after=0)
    first = 2 * len(event(order, 8))
    for at in range(first, first + 2 * len(event(order))):
        assert run(data[:at])[:3] == run(data[:at], quick=False)[:3]


@orders
def test_limits_are_the_same(order):
    data = stream(order, before=8)
    whole = len(data)
    for total in range(whole - 1500, whole, 67):
        check(data, (100, None), limits=Limits(max_total_bytes=total))
    size = len(event(order))
    for most in range(size - 20, size + 3):
        limits = Limits(max_event_bytes=most, max_line_bytes=most)
        check(data, (100, None), limits=limits)


@pytest.mark.parametrize(
    "clone", [copy.deepcopy, lambda x: pickle.loads(pickle.dumps(x))]
)
@orders
def test_a_copy_goes_on_by_itself(order, clone):
    data = stream(order, before=10)
    expected = run(data, quick=False)[0]
    half = data.index(b"\n\n", len(data) // 3) + 2
    made = stream_decoder(keep_raw=False)
    out = made.feed(data[:half])
    other = clone(made)
    assert out + made.feed(data[half:]) + made.close() == expected
    assert out + other.feed(data[half:]) + other.close() == expected


def test_what_is_never_alike_is_not_learnt_for_ever(monkeypatch):
    learnt = []
    learn = alike._learn
    monkeypatch.setattr(alike, "_learn", lambda *a: learnt.append(a) or learn(*a))
    events = [event("no index", usage=b'{"n%b":1}' % (b"x" * at)) for at in range(100)]
    run(b"".join(events))
    assert len(learnt) == alike._CREDIT
    # A new block is another chance.
    learnt.clear()
    thoughts = [e.replace(b"}],", b',"thought":true}],', 1) for e in events]
    run(b"".join(events + thoughts))
    assert len(learnt) == 2 * alike._CREDIT


@orders
def test_what_is_learnt_is_the_two_places(order):
    payload = event(order)[6:-2]
    value = json.loads(payload)
    machine = GenerateMachine(keep_raw=False)
    for _ in range(2):
        out = []
        machine.event(None, value := json.loads(payload), out)
    choice = machine.grown(value)

    def learn(data):
        return alike._learn(data, json.loads(data), choice, out[0])

    assert learn(payload) is not None
    # The same text, or another usage, where they do not change the two places.
    usage = b'"usageMetadata"'
    assert learn(b'{"a":"ab",' + payload[1:]) is None
    assert learn(payload.replace(usage, b'"x":{"usageMetadata":{}},' + usage)) is None
    assert learn(payload.replace(usage, b'"x":{"usageMetadata":1},' + usage)) is None
    # Another spelling of the text.
    assert learn(payload.replace(b'"ab"', rb'"\u0061b"')) is None
    assert learn(payload.replace(b'"usageMetadata"', rb'"usage\u004detadata"')) is None


@pytest.mark.parametrize(
    "case",
    [c for c in load("gemini-generate") if c.stream and c.response_body],
    ids=lambda case: case.id,
)
def test_recordings(case):
    check(case.response_body, (100, None))


PIECES = [
    *(event(order, **odd) for order in ORDERS for odd in ODD.values()),
    *(event(order, at) for order in ORDERS for at in (1, 20, 300)),
    *BETWEEN.values(),
]


@settings(max_examples=80)
@given(st.lists(st.tuples(st.sampled_from(PIECES), st.integers(1, 3)), max_size=12))
def test_in_any_order(groups):
    check(b"".join(piece * times for piece, times in groups), (50, None))
