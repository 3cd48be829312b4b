"""Streams read by the bytes that repeat give what the machine alone gives."""

from __future__ import annotations

import copy
import json
import pickle
import re

import pytest
from hypothesis import HealthCheck, given, settings
from tests.codecs._alike_support import ODD_TEXTS
from tests.codecs.openai_responses._stream_decoder_support import summary
from tests.codecs.openai_responses._streams import (
    added,
    begin,
    call,
    done,
    encode,
    end,
    event,
    message,
    output_text,
    part,
    piece,
)
from tests.codecs.openai_responses.test_stream_corpus import STREAMS, id_of

from modelwire.codecs import Limits, _json, _json_reference
from modelwire.codecs._limits import DEFAULT_LIMITS
from modelwire.codecs._sse_stream import SSEStreamDecoder
from modelwire.codecs.openai_responses import _stream_alike as alike
from modelwire.codecs.openai_responses._stream_machine import ResponsesMachine
from modelwire.ir import TextDelta
from modelwire.testing import strategies as st

ONE, TWO = -1, -2
"""Reads of so many events."""
CUTS = (1, 7, 100, 1000, ONE, TWO, None)


class Counting(ResponsesMachine):
    """A machine that counts what comes to it."""

    count = 0

    def event(self, name, data, out):
        self.count += 1
        super().event(name, data, out)


def decoder(*, quick=True, limits=DEFAULT_LIMITS, keep_raw=False):
    machine = Counting(limits=limits, keep_raw=keep_raw)
    known = alike.AlikeDeltas(machine) if quick else None
    return SSEStreamDecoder(machine, limits=limits, alike=known)


def run(reads, **options):
    made = decoder(**options)
    out = [chunk for read in reads for chunk in made.feed(read)]
    return (
        shown(out + made.close()),
        made.trailing_bytes,
        made.failed,
        made._machine.count,
    )


def shown(chunks):
    """Give chunks with what they came from, which equality leaves out."""
    return [(chunk, json.dumps(getattr(chunk, "raw", None))) for chunk in chunks]


def cut(data, size):
    if size in (ONE, TWO):
        events = re.findall(rb".*?(?:\n\n|\r\n\r\n|\Z)", data, re.DOTALL)
        return [b"".join(events[at : at - size]) for at in range(0, len(events), -size)]
    return [
        data[at : at + (size or len(data))]
        for at in range(0, len(data), size or len(data))
    ]


def check(data, cuts=CUTS, **options):
    """The same for every cut; how many events the machine saw of an uncut stream."""
    for keep_raw in (True, False):
        expected = run([data], quick=False, keep_raw=keep_raw, **options)
        for size in cuts:
            found = run(cut(data, size), keep_raw=keep_raw, **options)
            assert found[:3] == expected[:3]
    return found[3], expected[3]


@pytest.mark.parametrize("case", STREAMS, ids=id_of)
def test_a_recorded_stream_is_the_same(case):
    check(case.response_body)


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
@given(st.chunk_sequences(None))
def test_any_stream_is_the_same(chunks):
    check(encode(chunks)[0])


# --- one text, in the orders that were recorded -------------------------------------

_ID = b'"item_id":"msg_0650041af59a85d4016a6a8d2a38f08190b2f8a1de8731ce01"'
ORDERS = {
    # OpenAI
    "number, text, padding": b'{"type":"response.output_text.delta",'
    b'"sequence_number":%(number)b,' + _ID + b',"output_index":0,"content_index":0,'
    b'"delta":%(text)b,"logprobs":[],"obfuscation":"%(padding)b"}',
    # OpenAI, by a newer model
    "text, padding, number": b'{"type":"response.output_text.delta",'
    b'"content_index":0,"delta":%(text)b,' + _ID + b',"logprobs":[],'
    b'"obfuscation":"%(padding)b","output_index":0,"sequence_number":%(number)b}',
    # without padding: Groq, vLLM
    "number, text": b'{"type":"response.output_text.delta",'
    b'"sequence_number":%(number)b,' + _ID + b',"output_index":0,"content_index":0,'
    b'"delta":%(text)b}',
    # LM Studio
    "text, number": b'{"type":"response.output_text.delta","output_index":0,'
    + _ID
    + b',"content_index":0,"delta":%(text)b,"sequence_number":%(number)b}',
}


def delta(
    order, number, text=b'"ab"', padding=b"x1Y", name=b"response.output_text.delta"
):
    body = ORDERS[order] % {
        b"number": b"%d" % number if isinstance(number, int) else number,
        b"text": text,
        b"padding": padding,
    }
    return b"event: %b\ndata: %b\n\n" % (name, body)


OPEN = (
    begin()
    + added(0, message(status="in_progress"))
    + part("content_part.added", part=output_text(""))
)


def stream(order, *between, before=3, after=3):
    """Alike events, with *between* in their middle, and the end of the stream."""
    events = [delta(order, 10 + at) for at in range(before)]
    events += between
    events += [delta(order, 10 + before + len(between) + at) for at in range(after)]
    return OPEN + b"".join(events) + done(0, message(output_text("z"))) + end()


@pytest.mark.parametrize("order", ORDERS)
def test_alike_events_do_not_come_to_the_machine(order):
    seen, all_ = check(stream(order, before=100, after=100))
    assert all_ == 3 + 200 + 2
    assert seen == 3 + 1 + 2


def thought(number, text="t"):
    return event(
        "reasoning_text.delta",
        item_id="r",
        output_index=2,
        content_index=0,
        delta=text,
        sequence_number=number,
    )


def given(name):
    def make(number):
        return event(
            f"{name}.delta",
            sequence_number=number,
            item_id="fc_1",
            output_index=1,
            delta="g",
            obfuscation="x1",
        )

    return make


KINDS = {
    "text": lambda number: piece("a", sequence_number=number),
    "a summary": lambda number: summary("delta", 2, "s", sequence_number=number),
    "a thought": thought,
    "arguments": given("function_call_arguments"),
    "input": given("custom_tool_call_input"),
    "arguments of a server": given("mcp_call_arguments"),
}


@pytest.mark.parametrize("make", KINDS.values(), ids=KINDS)
def test_every_kind_of_delta_is_taken(make):
    opened = (
        OPEN
        + added(1, call(status="in_progress"))
        + added(2, {"type": "reasoning", "id": "r", "summary": []})
    )
    data = opened + b"".join(map(make, range(10, 110)))
    seen, all_ = check(data)
    assert (seen, all_) == (6, 105)
    for size in (1, 7, 100, 1000, ONE, TWO):
        assert run(cut(data, size))[3] <= seen


ODD = {
    **{name: {"text": text} for name, text in ODD_TEXTS.items()},
    "what stands behind a text": {"text": rb'"\",\"logprobs\":[],\"obfuscation\":\""'},
    "a text with a field behind it": {"text": b'"a","other":"b"'},
    "another text": {"text": b'"a","delta":"b"'},
    "another type": {"text": b'"a","type":"response.refusal.delta"'},
    "a number that does not follow": {"number": 77},
    "the number before": {"number": 12},
    "no number": {"number": b"x"},
    "a zero before it": {"number": b"013"},
    "a long number": {"number": b"12345678901234567890123"},
    "a number with a point": {"number": b"13.0"},
    "no padding": {"padding": b""},
    "other padding": {"padding": b"12345678901234567890123"},
    "padding that is no word": {"padding": b"a b"},
    "padding with a quote": {"padding": rb"a\"b"},
    "padding with another field": {"padding": b'a","delta":"c'},
    "another name": {"name": b"message"},
}


@pytest.mark.parametrize("odd", ODD.values(), ids=ODD)
@pytest.mark.parametrize("order", ORDERS)
def test_what_is_odd_is_the_same(order, odd):
    data = stream(order, delta(order, **{"number": 13, **odd}))
    check(data)
    check(data.replace(b"\n", b"\r\n"))
    # It may also be what is learnt.
    check(stream(order, delta(order, **{"number": 13, **odd}), before=0))


@pytest.mark.parametrize("text", [rb'"a\ud834"', rb'"\udd1ea"', rb'"a\ud834b"'])
def test_half_a_character_is_the_same_for_either_parser(text, monkeypatch):
    monkeypatch.setattr(_json, "loads_vouched", _json_reference.loads_vouched)
    for order in ORDERS:
        check(stream(order, delta(order, 13, text=text)), (100, None))


BETWEEN = {
    "a comment": b": ping\n\n",
    "a blank line": b"\n",
    "empty data": b"data:\n\n",
    "no JSON": b"data: ?\n\n",
    "the end marker": b"data: [DONE]\n\n",
    "a field that is none": b"x: y\n",
    "an id": b"id: 7\n",
    "a byte order mark": b"\xef\xbb\xbf",
    "another item": added(1, call(status="in_progress")),
    "the end of the text": part("output_text.done", text="zz"),
    "the end of the item": done(0, message(output_text("zz"))),
    "an error": b'event: error\ndata: {"type":"error","message":"no"}\n\n',
}


@pytest.mark.parametrize("between", BETWEEN.values(), ids=BETWEEN)
@pytest.mark.parametrize("order", ORDERS)
def test_what_comes_between_is_the_same(order, between):
    check(stream(order, between))


@pytest.mark.parametrize("order", ORDERS)
def test_a_number_that_parsers_read_differently_is_not_repeated(order):
    # 2**64 is a float for orjson, and equals it; nothing says so but its type.
    data = stream(order).replace(
        b'"output_index":0,', b'"output_index":0,"n":%d,' % 2**64
    )
    check(data)
    check(data.replace(b"%d" % 2**64, b"1" * 30))


@pytest.mark.parametrize("order", ORDERS)
def test_an_id_of_digits_is_repeated(order):
    digits = b"1" * 30
    data = stream(order, before=100).replace(b"msg_0650041af59a85d4016a", digits)
    seen, all_ = check(data, (1000, ONE, None))
    assert all_ - seen == 102


@pytest.mark.parametrize("order", ORDERS)
def test_what_means_something_to_a_format_is_bytes(order):
    # The number is put in with `%`.
    data = stream(order, before=20).replace(
        b'"output_index":0,', b'"output_index":0,"a%d":"%%b%",'
    )
    seen, all_ = check(data, (1000, ONE, None))
    assert all_ - seen == 22


@pytest.mark.parametrize("order", ORDERS)
def test_a_long_name_loses_nothing(order):
    # What a read has of an event was held only up to 4096 bytes.
    events = [delta(order, number, name=b"n" * 9000) for number in range(10, 16)]
    check(OPEN + b"".join(events) + end(), (5000, 7000, ONE, None))


@pytest.mark.parametrize("order", ORDERS)
def test_a_stream_may_break_off_anywhere(order):
    data = stream(order, before=3, after=0)
    first = data.index(b'"sequence_number":11')
    for at in range(first, first + 2 * len(delta(order, 1))):
        assert run([data[:at]])[:3] == run([data[:at]], quick=False)[:3]


@pytest.mark.parametrize("order", ORDERS)
def test_limits_are_the_same(order):
    data = stream(order, before=8)
    whole = len(data)
    for total in range(whole - 1500, whole, 67):
        check(data, (100, None), limits=Limits(max_total_bytes=total))
    for most in range(len(delta(order, 1)) - 40, len(delta(order, 1)), 3):
        limits = Limits(max_event_bytes=most, max_line_bytes=most)
        check(data, (100, None), limits=limits)


@pytest.mark.parametrize(
    "clone", [copy.deepcopy, lambda x: pickle.loads(pickle.dumps(x))]
)
@pytest.mark.parametrize("order", ORDERS)
def test_a_copy_goes_on_by_itself(order, clone):
    events = stream(order, before=10).split(b"\n\n")
    expected = run([stream(order, before=10)], quick=False, keep_raw=True)[0]
    made = decoder(keep_raw=True)
    out = made.feed(b"\n\n".join(events[:8]) + b"\n\n")
    other = clone(made)
    rest = b"\n\n".join(events[8:])
    assert shown(out + made.feed(rest) + made.close()) == expected
    assert shown(out + other.feed(rest) + other.close()) == expected


def test_what_is_never_alike_is_not_learnt_for_ever(monkeypatch):
    learnt = []
    learn = alike._learn
    monkeypatch.setattr(alike, "_learn", lambda *a: learnt.append(a) or learn(*a))
    events = [delta("text, number", 10 + 2 * at) for at in range(100)]
    check(OPEN + b"".join(events) + end())
    assert len(learnt) <= 2 * len(CUTS) * alike._CREDIT
    learnt.clear()
    # A new block is another chance.
    more = added(1, message(status="in_progress", id_="msg_2"))
    more += part("content_part.added", 1, part=output_text(""))
    check(
        OPEN
        + b"".join(events)
        + more
        + events[0].replace(b'"output_index":0', b'"output_index":1')
        + end()
    )
    assert len(learnt) > 2 * len(CUTS) * alike._CREDIT


@pytest.mark.parametrize("order", ORDERS)
def test_what_is_learnt_is_the_three_fields(order):
    payload = delta(order, 10).partition(b"data: ")[2][:-2]
    value = json.loads(payload)
    assert alike._learn(b"data: ", payload, value) is not None
    # Text that also stands where it does not change the text.
    for odd in (b'{"a":"ab",', b'{"delta":"ab",', b'{"sequence_number":10,'):
        strange = odd + payload[1:]
        assert json.loads(strange)["delta"] == "ab"
        assert alike._learn(b"", strange, json.loads(strange)) is None
    pointed = payload.replace(b'_number":10', b'_number":10.0')
    assert alike._learn(b"", pointed, json.loads(pointed)) is None
    # Another spelling of the text, and no number.
    spelt = payload.replace(b'"ab"', rb'"\u0061b"')
    assert alike._learn(b"", spelt, value) is None
    del value["sequence_number"]
    bare = json.dumps(value, separators=(",", ":")).encode()
    assert alike._learn(b"", bare, value) is None


def test_the_json_of_an_event_is_its_own():
    order = next(iter(ORDERS))
    chunks = decoder(keep_raw=True).feed(stream(order, before=6))
    raws = [chunk.raw for chunk in chunks if isinstance(chunk, TextDelta)]
    assert [raw["sequence_number"] for raw in raws[:6]] == list(range(10, 16))
    raws[2]["delta"] = "changed"
    assert [raw["delta"] for raw in raws[:4]] == ["ab", "ab", "changed", "ab"]
