"""Events that repeat the bytes of the one before: the machine would say the same."""

from __future__ import annotations

import copy
import itertools
import json
import pickle

import pytest
from hypothesis import given, settings, strategies as st
from tests._corpus import load
from tests.codecs._alike_support import ODD_TEXTS
from tests.codecs.gemini_generate._streams import call, response, sse, text, thought

from modelwire.codecs import Limits
from modelwire.codecs.gemini_generate import _stream_alike as alike
from modelwire.codecs.gemini_generate._stream_decoder import (
    GenerateMachine,
    stream_decoder,
)
from modelwire.codecs.gemini_generate._stream_framing import _EARLY, StreamOfEither
from modelwire.codecs.gemini_generate._stream_texts import LOOSE
from modelwire.errors import StateError
from modelwire.ir import TextDelta, UsageUpdate

CUTS = (1, 7, 100, None)


class Seeing(GenerateMachine):
    """A machine that counts the events that come to it."""

    seen = 0

    def event(self, name, data, out):
        self.seen += 1
        super().event(name, data, out)


def made(*, quick=True, limits=None, keep_raw=True, early=0):
    """A decoder, and the machine in it."""
    limits = limits or Limits()
    machine = Seeing(keep_raw=keep_raw, limits=limits)
    words = alike.AlikeWords if quick else None
    return StreamOfEither(machine, limits=limits, alike=words, early=early), machine


def told(decoder, reads):
    """Decode *reads*; give the chunks, and the text of what they carry."""
    chunks = [chunk for read in reads for chunk in decoder.feed(read)]
    chunks += decoder.close()
    # Equal chunks may carry unlike events, and equal events in another order.
    return chunks, [json.dumps(getattr(chunk, "raw", None)) for chunk in chunks]


def run(data, cut=None, **options):
    """Decode *data* in reads of *cut* bytes; give what came of it."""
    decoder, machine = made(**options)
    size = cut or len(data) or 1
    found = told(decoder, [data[at : at + size] for at in range(0, len(data), size)])
    return *found, decoder.failed, decoder.trailing_bytes, machine.seen


def check(data, cuts=CUTS, **options):
    """Decode *data* both ways; give how many events came to the machine, and all."""
    for keep_raw in (False, True):
        expected = run(data, quick=False, keep_raw=keep_raw, **options)
        for cut in cuts:
            found = run(data, cut, keep_raw=keep_raw, **options)
            assert found[:-1] == expected[:-1], (cut, keep_raw)
    return found[-1], expected[-1]


def crlf(data):
    """End lines as Google does."""
    return data.replace(b"\n", b"\r\n")


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
    assert check(crlf(data)) == (4, 202)
    # Lines of a stream may end in one way and then in the other.
    half = len(data) // 2
    assert check(data[:half] + crlf(data[half:])) == (4, 202)
    check(crlf(data[:half]) + data[half:])


ODD = {
    **{name: {"words": text} for name, text in ODD_TEXTS.items()},
    "what stands behind a text": {"words": rb'"\"}],\"role\":\"model\"},"'},
    "a signature": {"words": b'"a","thoughtSignature":"c2ln"'},
    "another text": {"words": b'"a","text":"b"'},
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
    check(crlf(data), (7, None))
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
    data = stream(order).replace(b',"usage', b',\ndata: "usage')
    check(data)
    # The second line of the last is no data.
    lines = event(order).replace(b',"usage', b',\ndata: "usage')
    check(lines * 3 + lines.replace(b"\ndata: ", b"\n"))


@orders
def test_texts_with_quotes_do_not_come_to_the_machine(order):
    said = [rb'"\"a\" \\ \n"', rb'"\\"', rb'"\""']
    data = b"".join(event(order, 10, words) for words in (b'"a"', b'"b"', *said))
    assert check(data) == (2, 2 + len(said))


@orders
def test_words_do_not_pile_up(order):
    decoder, machine = made()
    for number in range(10, 99):
        decoder.feed(event(order, number))
        assert len(machine._choices[0].texts.loose) < LOOSE
    decoder.feed(event(order, 99, b'"%b"' % (b"long " * 200)))
    assert not machine._choices[0].texts.loose
    assert machine.seen == 2


@orders
def test_a_blank_line_may_end_in_half_a_line_end(order):
    """What it dispatches is there at once."""
    decoder, _ = made()
    one = crlf(event(order))
    assert len(decoder.feed(one * 3)) > 3
    assert len(decoder.feed(one[:-1])) == 1
    assert len(decoder.feed(one[-1:] + one)) == 1


@orders
def test_what_is_not_alike_is_asked_about_once(order, monkeypatch):
    asked = []
    monkeypatch.setattr(alike.AlikeWords, "again", lambda *args: asked.append(args))
    decoder, machine = made()
    for words in (b'"a"', b'"b"', b'"c"', b'""', b'"d"', b'"e"', b'"f"'):
        decoder.feed(event(order, 10, words))
    assert not asked
    assert machine.seen == 4


@pytest.mark.parametrize("number", [2**64, 10**29, 1.5])
def test_what_parsers_read_differently_is_not_repeated(number):
    odd = b'"n":%b,"modelVersion"' % str(number).encode()
    check(stream("as Google writes").replace(b'"modelVersion"', odd))


@pytest.mark.parametrize("number", [b"%d.5", b"-%d", b"%d.0", b"1e%d", b"%de2"])
def test_usage_with_other_numbers_is_the_same(number):
    usages = [b'{"n":%b,"m":1}' % number % at for at in (1, 2, 30, 400, 5)]
    check(b"".join(event("no index", usage=usage) for usage in usages))


@orders
def test_usage_may_be_the_same_in_each_event(order):
    usage = b'{"trafficType":"ON_DEMAND"}'
    data = b"".join(event(order, words=b'"%d"' % at, usage=usage) for at in range(9))
    assert check(data) == (2, 9)
    # Each read has one event, and what it is like comes before.
    events = [event(order, number) for number in (10, 11, 12, 12, 13, 13, 13, 12)]
    assert check(b"".join(events), (len(events[0]),)) == (2, 8)


@orders
def test_who_changes_what_a_chunk_carries_changes_no_other(order):
    events = stream(order).split(b"\n\n")[:-1]
    expected = run(b"\n\n".join([*events, b""]), quick=False)[1]
    decoder, _ = made()
    found = []
    for read in (*events, None):
        chunks = decoder.close() if read is None else decoder.feed(read + b"\n\n")
        found += [json.dumps(getattr(chunk, "raw", None)) for chunk in chunks]
        for chunk in chunks:
            if type(chunk) is TextDelta and len(found) > 6:
                raw, chunk.raw["usageMetadata"] = chunk.raw, None
                candidate = raw["candidates"][0]
                candidate["content"]["parts"][0]["text"] = None
                del candidate["content"]["role"], raw["candidates"][:]
    assert found == expected


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
        assert run(data[:at])[:-1] == run(data[:at], quick=False)[:-1]


@orders
def test_reads_may_end_anywhere(order):
    data = crlf(stream(order))
    expected = run(data, quick=False)[:2]
    size = len(crlf(event(order, 8)))
    for at in range(3 * size - 9, 4 * size + 9):
        for ends in ([at], [at, at + 1], [at, at + 2]):
            cuts = [0, *ends, len(data)]
            reads = [data[a:b] for a, b in itertools.pairwise(cuts)]
            assert told(made()[0], reads) == expected, ends


BEGINNINGS = {
    "nothing": 0,
    "a byte": 1,
    "less than an event": 100,
    "an event": None,
    "more": 1000,
    "all": 10**6,
}


@pytest.mark.parametrize("early", BEGINNINGS.values(), ids=BEGINNINGS)
@pytest.mark.parametrize("lines", [bytes, crlf], ids=["LF", "CRLF"])
def test_a_short_answer_is_not_looked_at(early, lines):
    data = lines(stream("thoughts", before=20, after=20))
    first = len(lines(event("thoughts", 8)))
    early = first if early is None else early
    seen, all_ = check(data, (*CUTS, first, 2 * first, first - 1), early=early)
    assert all_ == 42
    assert seen == 42 if early == 10**6 else 4 <= seen <= 12


@pytest.mark.parametrize("lines", [bytes, crlf], ids=["LF", "CRLF"])
def test_the_first_line_says_how_lines_end(lines):
    data = lines(event("thoughts"))
    for at in range(1, len(data)):
        decoder, _ = made()
        decoder.feed(data[:at])
        decoder.feed(data[at:])
        assert decoder._alike.end == lines(b"\n\n")


@pytest.mark.parametrize("kind", [bytearray, memoryview])
def test_any_bytes_do(kind):
    data = crlf(stream("thoughts", before=9))
    expected = run(data, quick=False)[:2]
    for early in (0, 500, 10**6):
        decoder, machine = made(early=early)
        reads = [kind(data[at : at + 333]) for at in range(0, len(data), 333)]
        assert told(decoder, reads) == expected
        assert machine.seen < 10 or early == 10**6


@pytest.mark.parametrize("early", [0, 10**6])
def test_what_is_no_bytes_is_refused(early):
    decoder, _ = made(early=early)
    decoder.feed(event("thoughts"))
    with pytest.raises(StateError):
        decoder.feed("data: {}")
    decoder.close()
    for late in (b"data: {}", bytearray(b"x")):
        with pytest.raises(StateError):
            decoder.feed(late)


@pytest.mark.parametrize("keep_raw", [False, True])
def test_the_decoder_of_the_codec_looks_for_them(keep_raw, monkeypatch):
    seen = []
    take = alike.AlikeWords.take

    def count(*args):
        before = len(args[-1])
        end = take(*args)
        seen.append(len(args[-1]) - before)
        return end

    monkeypatch.setattr(alike.AlikeWords, "take", count)
    data = crlf(stream("thoughts", before=100))
    assert len(data) > 2 * _EARLY
    found = told(stream_decoder(keep_raw=keep_raw), [data])
    assert max(seen) > 50
    assert found == run(data, quick=False, keep_raw=keep_raw)[:2]


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
    one, machine = made()
    out = one.feed(data[:half])
    assert machine.seen == 2
    other = clone(one)
    assert out + one.feed(data[half:]) + one.close() == expected
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
        return alike._learn(data, json.loads(data), choice, b"\n\n")

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
