"""Writing events and comments."""

import pytest
from hypothesis import example, given, strategies as st

from modelwire.errors import LocalError
from modelwire.sse import SSEDecoder, SSEEvent, comment, encode

TABLE = [
    ("plain", {"data": "a"}, b"data: a\n\n"),
    ("empty", {"data": ""}, b"data: \n\n"),
    ("event", {"data": "a", "event": "x"}, b"event: x\ndata: a\n\n"),
    (
        "all",
        {"data": "a", "event": "x", "id": "1", "retry": 5},
        b"event: x\nid: 1\nretry: 5\ndata: a\n\n",
    ),
    ("lf", {"data": "a\nb"}, b"data: a\ndata: b\n\n"),
    ("crlf", {"data": "a\r\nb"}, b"data: a\ndata: b\n\n"),
    ("cr", {"data": "a\rb\r"}, b"data: a\ndata: b\ndata: \n\n"),
    ("mixed", {"data": "\n\r\r\n"}, b"data: \ndata: \ndata: \ndata: \n\n"),
    ("spaces", {"data": "  a "}, b"data:   a \n\n"),
    ("id-reset", {"data": "a", "id": ""}, b"id: \ndata: a\n\n"),
    ("retry-0", {"data": "a", "retry": 0}, b"retry: 0\ndata: a\n\n"),
    (
        "separators",
        {"data": "a\u2028b\x85c\x0b"},
        "data: a\u2028b\x85c\x0b\n\n".encode(),
    ),
    ("bom", {"data": "\ufeff"}, b"data: \xef\xbb\xbf\n\n"),
    ("nul", {"data": "\0", "event": "\0"}, b"event: \0\ndata: \0\n\n"),
]


@pytest.mark.parametrize(
    ("fields", "wire"), [pytest.param(*r[1:], id=r[0]) for r in TABLE]
)
def test_encode(fields, wire):
    assert encode(**fields) == wire


@pytest.mark.parametrize(
    ("fields", "path"),
    [
        ({"event": "a\nb"}, "event"),
        ({"event": "a\rdata: evil"}, "event"),
        ({"event": ""}, "event"),
        ({"id": "a\nb"}, "id"),
        ({"id": "a\r"}, "id"),
        ({"id": "a\0"}, "id"),
        ({"retry": -1}, "retry"),
        ({"retry": True}, "retry"),
        ({"retry": 1.5}, "retry"),
        ({"retry": 10**15 + 1}, "retry"),
        ({"event": "\ud800"}, "data"),
    ],
)
def test_encode_refuses_what_would_not_arrive(fields, path):
    with pytest.raises(LocalError) as caught:
        encode("a", **fields)
    assert caught.value.path == path


def test_lone_surrogate_is_refused():
    with pytest.raises(LocalError, match="surrogate"):
        encode("\ud83d")
    with pytest.raises(LocalError, match="surrogate"):
        comment("\ud83d")


@pytest.mark.parametrize(
    ("text", "wire"),
    [
        ("keep-alive", b": keep-alive\n\n"),
        ("", b": \n\n"),
        ("a\r\ndata: evil\n\nb\rc", b": a\n: data: evil\n: \n: b\n: c\n\n"),
        ("a\u2028b", ": a\u2028b\n\n".encode()),
    ],
)
def test_comment(text, wire):
    assert comment(text) == wire
    decoder = SSEDecoder()
    assert decoder.feed(wire + encode("x")) == [SSEEvent("message", "x")]
    assert decoder.ignored_lines == ()


def test_comment_without_text():
    assert comment() == comment("")


TEXT = st.text(st.characters(exclude_categories=["Cs"]))
LINE = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\n"))
DATA = st.one_of(TEXT, st.text("a\r\n: \ufeff\0"))


@given(
    data=DATA,
    event=st.none() | LINE.filter(bool),
    id=st.none() | LINE.map(lambda text: text.replace("\0", "")),
    retry=st.none() | st.integers(0, 10**15),
)
@example(data="", event="message", id="", retry=None)
def test_decoder_gives_back_what_was_encoded(data, event, id, retry):
    decoder = SSEDecoder(last_event_id="before")
    wire = comment(data) + encode(data, event=event, id=id, retry=retry)
    (item,) = decoder.feed(wire)
    assert item == SSEEvent(
        event or "message",
        data.replace("\r\n", "\n").replace("\r", "\n"),
        "before" if id is None else id,
    )
    assert decoder.retry == retry
    assert decoder.feed(encode("next")) == [SSEEvent("message", "next", item.id)]
    assert decoder.ignored_lines == ()
