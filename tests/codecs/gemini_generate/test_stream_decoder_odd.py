"""Streamed generateContent answers into chunks: odd shapes, and very long answers."""

from __future__ import annotations

import pytest
from tests.codecs.gemini_generate._stream_decoder_support import BEGIN, END, STOP
from tests.codecs.gemini_generate._streams import (
    array,
    decode,
    native,
    parts,
    piece,
    response,
    sse,
    text,
    told,
)

from modelwire.codecs._base import MalformedEvent, NativeEvent
from modelwire.codecs._limits import Limits
from modelwire.codecs.gemini_generate._stream_decoder import (
    event_decoder,
    stream_decoder,
)
from modelwire.errors import StateError
from modelwire.ir import (
    AnnotationDelta,
    TextDelta,
    TextPart,
    UnknownEvent,
    UnknownPart,
)
from modelwire.sse import FramingFault

# --- parts --------------------------------------------------------------------------


def test_a_result_that_only_the_caller_sends_is_kept_whole():
    result = {"functionResponse": {"name": "f", "response": {"output": "x"}}}
    (part,) = parts(decode(sse(response(result, finish="STOP"))))
    assert part == UnknownPart(dialect="gemini-generate", raw=result)


def test_the_whole_arguments_of_a_call_in_pieces_win():
    begin = {"functionCall": {"name": "f", "args": {"a": 1}, "willContinue": True}}
    body = sse(
        response(begin),
        response(piece("$.b", stringValue="x")),
        response(END, finish="STOP"),
    )
    (part,) = parts(decode(body))
    assert part.arguments == '{"a":1}'


def test_half_a_character_at_the_end_of_the_answer():
    body = sse(response(text("a\ud83d")), STOP)
    assert parts(decode(body)) == (TextPart(text="a\ud83d"),)


def test_an_empty_text_between_the_halves_of_a_character():
    halves = [text("\ud83d"), text(""), text("\ude00b")]
    body = sse(*map(response, halves), STOP)
    assert parts(decode(body)) == (TextPart(text="😀b"),)


def test_plain_text_ends_a_character_that_is_cut():
    body = sse(response(text("\ud83d")), response(text("b")), STOP)
    assert parts(decode(body)) == (TextPart(text="\ud83db"),)


def test_a_field_of_the_content_that_comes_later():
    later = response(text("b"))
    later["candidates"][0]["content"]["x"] = 1
    body = sse(response(text("a")), later, response(text("c")), STOP)
    chunks = decode(body)
    assert parts(chunks) == (TextPart(text="abc"),)
    (choice,) = told(chunks).response.choices
    assert choice.message.extra == {"gemini-generate": {"x": 1}}


@pytest.mark.parametrize("odd", ["$", "a.b", "$.a[", 5, None])
def test_a_piece_without_a_place_is_handed_on(odd):
    body = sse(
        response(BEGIN),
        response(piece(odd, stringValue="x")),
        response(END, finish="STOP"),
    )
    chunks = decode(body)
    assert [c for c in chunks if type(c) is UnknownEvent]
    assert parts(chunks)[0].arguments == "{}"


# --- citations ----------------------------------------------------------------------


def cited(*rows, key="citations"):
    return {"citationMetadata": {key: list(rows)}}


def row(start, end, url):
    return {"startIndex": start, "endIndex": end, "uri": url}


def notes(chunks):
    return [
        (c.index, c.annotation.url, c.annotation.start, c.annotation.end)
        for c in chunks
        if type(c) is AnnotationDelta
    ]


def test_citations_that_are_repeated_count_once():
    one, two = row(0, 1, "https://a"), row(1, 2, "https://b")
    body = sse(
        response(text("x"), candidate=cited(one)),
        response(text("y"), candidate=cited(one, two)),
        response(text("z"), finish="STOP", candidate={"citationMetadata": {"new": 1}}),
    )
    assert notes(decode(body)) == [(0, "https://a", 0, 1), (0, "https://b", 1, 2)]


def test_citations_of_a_very_long_answer_in_several_texts():
    """The words are not kept any more; each citation finds its text all the same."""
    thought = {"text": "hm", "thought": True}
    long = [response(text("x" * 1000)) for _ in range(30)]
    rows = [
        row(10, 20, "https://first"),
        row(30_003, 30_005, "https://second"),
        row(29_990, 30_003, "https://both"),
        {"uri": "https://nowhere"},
        row(40_000, 40_001, "https://behind"),
    ]
    body = sse(
        *long,
        response(thought, text("日abc")),
        response(text(""), finish="STOP", candidate=cited(*rows)),
    )
    assert notes(decode(body))[:3] == [
        (0, "https://first", 10, 20),
        (2, "https://second", 1, 3),
        (0, "https://both", 29_990, 30_000),
    ]
    assert notes(decode(body))[3:] == [
        (None, "https://nowhere", None, None),
        (None, "https://behind", None, None),
    ]


# --- the array ----------------------------------------------------------------------


def test_bytes_that_are_no_utf8_in_an_array():
    body = array(response(text("a?b"), finish="STOP")).replace(b"a?b", b"a\xffb")
    assert parts(decode(body)) == (TextPart(text="a\ufffdb"),)
    (event,) = native(body)
    assert isinstance(event, NativeEvent)


def test_what_follows_a_fault_of_the_array_is_dropped():
    body = b"[" + array(STOP)[1:-3] + b" oops ] more"
    decoder = stream_decoder()
    chunks = decoder.feed(body) + decoder.feed(b"again")
    assert not chunks[-1].complete
    assert decoder.trailing_bytes == len(b"oops ] more" + b"again")
    events = event_decoder()
    first, fault = events.feed(body)
    assert (type(first), type(fault)) == (NativeEvent, FramingFault)
    assert events.failed
    assert events.feed(b"again") + events.close() == []


def test_an_array_that_breaks_off_inside_an_element():
    for size in (0, 1):
        decoder = event_decoder()
        body = array(STOP)[:-20]
        cuts = [body] if not size else [body[i : i + 1] for i in range(len(body))]
        items = [item for cut in cuts for item in decoder.feed(cut)]
        (fault,) = items + decoder.close()
        assert isinstance(fault, FramingFault)
        assert decoder.failed


def test_an_element_that_is_no_json():
    events = event_decoder()
    (item,) = events.feed(b'[{"a" 1}, {}]')
    assert isinstance(item, MalformedEvent)
    assert events.feed(b" ") + events.close() == []


@pytest.mark.parametrize("make", [stream_decoder, event_decoder])
def test_an_array_is_not_fed_after_its_close(make):
    decoder = make()
    decoder.feed(array(STOP))
    decoder.close()
    assert decoder.close() == []
    with pytest.raises(StateError, match="after close"):
        decoder.feed(b"[")


def test_held_texts_are_bounded_by_the_limits():
    body = sse(*[response(text("é" * 500)) for _ in range(80)], STOP)
    chunks = decode(body, limits=Limits(max_held_bytes=30_000))
    assert chunks[-1].complete
    assert sum(len(c.text) for c in chunks if type(c) is TextDelta) == 40_000
