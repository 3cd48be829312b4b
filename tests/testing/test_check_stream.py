"""`check_stream`: bytes, pieces and events; messages that name the offender."""

from __future__ import annotations

import pytest
from hypothesis import given, settings, strategies as hyp
from tests._wires import AM, DIALECTS, GG, OC, OR, Call, Say, Think, wire

from modelwire import codecs
from modelwire.testing import check_stream, strategies as st, stream_violations

ANSWER = (Think("Hm."), Say("Hel", "lo."), Call("c1", "f", '{"a":', "1}"))


def native(dialect, data):
    decoder = codecs.get(dialect).event_decoder()
    return [*decoder.feed(data), *decoder.close()]


@pytest.mark.parametrize("dialect", DIALECTS)
def test_legal_in_every_form(dialect):
    pieces = wire(dialect, *ANSWER).pieces
    data = b"".join(pieces)
    for stream in (data, bytearray(data), pieces, [data[:7], data[7:]]):
        check_stream(dialect, stream)
    check_stream(dialect, native(dialect, data))
    check_stream(dialect, iter(native(dialect, data)))


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_stream_without_its_end(dialect):
    pieces = wire(dialect, *ANSWER).pieces
    # Gemini has no terminal event: its finish is in the last one, and is missing.
    with pytest.raises(AssertionError, match=rf"breaks the grammar of {dialect}") as no:
        check_stream(dialect, pieces[:2])
    assert "at the end (after 2 events) in state " in str(no.value)


SWAPPED = [
    (AM, 0, 1, "event 0 (content_block_start) in state initial: message_start comes"),
    (OC, 1, -1, "event 2 (chat.completion.chunk) in state done: nothing follows"),
    (OR, 0, 2, "event 0 (response."),
]


@pytest.mark.parametrize(("dialect", "one", "other", "message"), SWAPPED)
def test_messages_name_event_state_and_rule(dialect, one, other, message):
    pieces = list(wire(dialect, Say("Hel", "lo.")).pieces)
    pieces[one], pieces[other] = pieces[other], pieces[one]
    with pytest.raises(AssertionError) as raised:
        check_stream(dialect, pieces)
    assert message in str(raised.value)


def test_violations_are_data():
    (first, *_) = stream_violations(AM, wire(AM, Say("x")).pieces[1:])
    assert (first.index, first.event) == (0, "content_block_start")
    assert stream_violations(AM, b"".join(wire(AM, Say("x")).pieces)) == []


def test_long_lists_are_cut():
    data = (
        b'data: {"type":"ping2"}\n\nevent: message_stop\ndata: {"type":"message_stop"}'
    )
    pieces = [data + b"\n\n"] * 40
    with pytest.raises(AssertionError) as raised:
        check_stream(AM, pieces)
    assert "more" in str(raised.value).splitlines()[-1]
    assert len(str(raised.value)) < 20_000


def test_framing():
    array = b'[{"candidates":[{"content":{"role":"model","parts":[{"text":"x"}]},'
    array += b'"finishReason":"STOP","index":0}],"usageMetadata":{}}]'
    check_stream(GG, array, framing="json_array")


def test_no_such_dialect():
    with pytest.raises(LookupError):
        check_stream("morse", b"")


@pytest.mark.parametrize("dialect", DIALECTS)
@settings(max_examples=25)
@given(data=hyp.data())
def test_drawn_streams_are_legal(dialect, data):
    stream = data.draw(st.wire_streams(dialect, errors=False))
    check_stream(dialect, data.draw(st.chunkings(stream)))
