"""What is learnt of alike events, for how long, and what a decoder holds of it."""

from __future__ import annotations

import copy
import itertools
import json
import pickle

import pytest
from tests.codecs._alike_support import (
    CHAT,
    STREAMS,
    both,
    chat,
    filled,
    sse,
)
from tests.codecs.openai_chat._stream_decoder_support import (
    say,
)

from modelwire import codecs
from modelwire.codecs._sse_alike import AlikeEvents
from modelwire.codecs._stream_decoding import ChunkMachine
from modelwire.errors import StateError
from modelwire.ir import BlockStart, ReasoningDelta, StreamEnd, TextDelta

# --- what is learnt -----------------------------------------------------------------


class Reader(ChunkMachine):
    """A machine that gives what *read* makes of an event."""

    def __init__(self, read):
        super().__init__()
        self.read = read

    def event(self, name, data, out):
        out.append(TextDelta(0, self.read(name, data)))


@pytest.mark.parametrize(
    ("read", "events"),
    [
        pytest.param(lambda _, d: d["t"], [("", {"t": c}) for c in "aa"], id="same"),
        pytest.param(
            lambda _, d: d["t"].lower(), [("", {"t": c}) for c in "Ab"], id="changed"
        ),
        pytest.param(
            lambda _, d: d["t"], [("x", {"t": "a"}), ("", {"t": "b"})], id="names"
        ),
        pytest.param(
            lambda _, d: f":{d['t']},", [("", {"t": n, "u": 0}) for n in (1, 2)],
            id="no-string",
        ),
        pytest.param(
            lambda _, d: d["t"], [("", {"t": c * 5000}) for c in "ab"], id="long"
        ),
    ],
)  # fmt: skip
def test_two_events_do_not_show_where_the_text_stands(read, events):
    alike = AlikeEvents(Reader(read), keep_raw=False)
    for name, data in events:
        payload = json.dumps(data, separators=(",", ":")).encode()
        alike.event(name or None, payload, data, [])
    assert not alike.ready


# --- the state of a decoder ---------------------------------------------------------


@pytest.mark.parametrize(("dialect", "events"), STREAMS)
def test_a_decoder_can_be_copied_in_the_middle(dialect, events):
    data = b"".join(events)
    for at in (len(data) // 2, len(data) - 9, len(data) - 1, len(data)):
        decoder = codecs.get(dialect).stream_decoder()
        before = decoder.feed(data[:at])
        copies = [copy.deepcopy(decoder), pickle.loads(pickle.dumps(decoder))]
        rest = decoder.feed(data[at:]) + decoder.close()
        for other in copies:
            assert other.feed(data[at:]) + other.close() == rest
        assert before + rest == [c for c, _ in both(dialect, [data])[0]]


def test_the_json_of_an_event_is_its_own():
    chunks = codecs.get(CHAT).stream_decoder().feed(b"".join(filled(*"abcdef")))
    raws = {id(chunk.raw): chunk.raw for chunk in chunks}.values()
    for one, other in itertools.combinations(raws, 2):
        for get in (
            lambda raw: raw,
            lambda raw: raw["choices"],
            lambda raw: raw["choices"][0],
            lambda raw: raw["choices"][0]["delta"],
        ):
            assert get(one) is not get(other)
    texts = [raw["choices"][0]["delta"]["content"] for raw in raws]
    assert texts == list("abcdef")


def test_numbers_around_the_text_are_read_by_the_rules():
    long = 12345678901234567890123
    events = chat(*"abcdef")
    events = [item.replace(b'"created":7', b'"created":%d' % long) for item in events]
    given = both(CHAT, events)[0]
    assert all(json.loads(raw)["created"] == long for _, raw in given[:-2])


def test_misuse_is_found_while_an_event_is_waited_for():
    data = b"".join(chat("a", "b", "c"))
    decoder = codecs.get(CHAT).stream_decoder()
    decoder.feed(data[:-20])
    assert decoder.feed(b"") == []
    with pytest.raises(StateError):
        decoder.feed("text")
    assert [c.text for c in decoder.feed(data[-20:])] == ["c"]
    decoder.feed(data[:20])
    assert type(decoder.close()[-1]) is StreamEnd
    with pytest.raises(StateError):
        decoder.feed(data)
    with pytest.raises(StateError):
        decoder.feed(b"")
    assert decoder.close() == []


def test_nothing_is_looked_for_where_nothing_is_alike():
    numbered = (sse({**say({"content": "x"}), "n": n}) for n in itertools.count())
    decoder = codecs.get(CHAT).stream_decoder()
    for read in itertools.islice(numbered, 200):
        decoder.feed(read)
    assert not decoder._alike.trying
    # A new block is a new chance.
    decoder.feed(sse(say({"reasoning": "x"})))
    assert decoder._alike.trying


def test_what_is_learnt_in_vain_is_not_learnt_for_ever():
    decoder = codecs.get(CHAT).stream_decoder()
    pairs = [
        [*chat("a", "b"), sse({**say({"content": "c"}), "n": n})] for n in range(40)
    ]
    for read in itertools.chain(*pairs):
        decoder.feed(read)
    assert not decoder._alike.trying


def test_a_long_run_of_alike_events_gives_the_credit_back():
    decoder = codecs.get(CHAT).stream_decoder()
    for number in range(60):
        texts = [f"{number} {at}" for at in range(30)]
        chunks = decoder.feed(b"".join(chat(*texts, field="content")))
        chunks += decoder.feed(sse({**say({"content": "c"}), "n": number}))
        kinds = {type(c) for c in chunks}
        assert TextDelta in kinds
        assert BlockStart not in kinds or number == 0
    assert decoder._alike.trying


def test_a_summary_is_not_the_text_of_a_block():
    detail = {"type": "reasoning.summary", "summary": "a"}
    events = [
        sse(say({"reasoning_details": [{**detail, "summary": c}]})) for c in "abcd"
    ]
    chunks = [c for c, _ in both(CHAT, events)[0]]
    assert [c.summary for c in chunks if type(c) is ReasoningDelta] == [0] * 4


def on_lines(events):
    """Write each event's JSON on several data lines, before its text."""
    return [e.replace(b'"choices"', b'\ndata: "choices"', 1) for e in events]


def test_data_of_several_lines_is_not_remembered():
    """What is no such event on the wire has the bytes of one without field names."""
    known = on_lines(chat("a", "b", "c"))
    broken = known[2].replace(b'\ndata: "choices"', b'\n"choices"')
    both(CHAT, [*known, broken])
    both(CHAT, [b"".join([*known, broken])], keep_raw=False)


@pytest.mark.parametrize("number", [2**64, 10**25])
@pytest.mark.parametrize("keep_raw", [True, False])
def test_a_number_that_parsers_read_differently_is_not_remembered(number, keep_raw):
    """It is a float to the quick one, and may equal it."""
    events = chat("a", "b", "c", "d", number=number)
    both(CHAT, events, keep_raw=keep_raw)
    both(CHAT, [b"".join(events)], keep_raw=keep_raw)


def test_responses_of_several_lines_are_not_remembered():
    event_ = {
        "type": "response.output_text.delta",
        "item_id": "m",
        "output_index": 0,
        "content_index": 0,
    }
    known = [
        sse({**event_, "delta": text, "sequence_number": number}, event_["type"])
        for number, text in enumerate("abcd", 1)
    ]
    lines = [e.replace(b'"output_index"', b'\ndata: "output_index"', 1) for e in known]
    broken = lines[3].replace(b'\ndata: "output_index"', b'\n"output_index"')
    both("openai-responses", [*lines[:3], broken], keep_raw=False)
    both("openai-responses", [b"".join([*lines[:3], broken])], keep_raw=False)
