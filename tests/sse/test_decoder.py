"""The decoder by tables: framing, state, limits, cost."""

import copy
import itertools
import pickle
import random
import tracemalloc

import pytest

from modelwire.errors import LimitExceededError, LocalError, StateError
from modelwire.sse import FramingFault, SSEComment, SSEDecoder, SSEEvent
from modelwire.sse._kept import MAX_KEPT_LINES
from modelwire.sse._scanner import _PIECE, MAX_RETRY, Scanner


def run(data, cuts=(), *, make=SSEDecoder, **options):
    decoder = make(**options)
    items = []
    bounds = [0, *cuts, len(data)]
    for start, end in itertools.pairwise(bounds):
        items += decoder.feed(data[start:end])
    items += decoder.close()
    return items, decoder


def observed(decoder):
    return (
        decoder.retry,
        decoder.last_event_id,
        decoder.failed,
        decoder.comments,
        decoder.ignored_lines,
        decoder.dropped_lines,
        decoder.incomplete_at_eof,
        decoder.trailing_bytes,
    )


def every_way(data, **options):
    """Decode *data* whole, at every single cut, byte by byte and at random cuts."""
    items, decoder = run(data, **options)
    seen = observed(decoder)
    rng = random.Random(data)
    ways = [(i,) for i in range(min(len(data), 400))]
    ways.append(tuple(range(1, len(data))))
    ways += [
        tuple(sorted(rng.randrange(len(data) + 1) for _ in range(rng.randrange(8))))
        for _ in range(20)
    ]
    for cuts in ways:
        again, other = run(data, cuts, **options)
        assert again == items, cuts
        assert observed(other) == seen, cuts
    return items, decoder


def ev(data, event="message", id="", *, truncated=False):
    return SSEEvent(event, data, id, truncated)


def over(limit, maximum, offset):
    return FramingFault(LimitExceededError(limit, maximum, offset=offset), offset)


TABLE = [
    ("nothing", b"", []),
    ("lf", b"data: a\n\n", [ev("a")]),
    ("crlf", b"data: a\r\n\r\n", [ev("a")]),
    ("cr", b"data: a\r\r", [ev("a")]),
    ("lf-cr-is-two-ends", b"data: a\n\rdata: b\n\r", [ev("a"), ev("b")]),
    ("cr-cr-lf-lf", b"data: a\r\r\n\ndata: b\r\r\n\n", [ev("a"), ev("b")]),
    ("two-lines", b"data: a\ndata: b\n\n", [ev("a\nb")]),
    ("four-lines", b"data: a\ndata: b\ndata:\ndata\n\n", [ev("a\nb\n\n")]),
    ("no-space", b"data:a\n\n", [ev("a")]),
    ("one-space-goes", b"data:  a \n\n", [ev(" a ")]),
    ("tab-stays", b"data:\ta\n\n", [ev("\ta")]),
    ("empty-data", b"data\n\ndata:\n\ndata: \n\n", [ev(""), ev(""), ev("")]),
    ("event", b"event: x\ndata: a\n\ndata: b\n\n", [ev("a", "x"), ev("b")]),
    ("event-after-data", b"data: a\nevent: x\n\n", [ev("a", "x")]),
    ("event-last-wins", b"event: x\nevent: y\ndata: a\n\n", [ev("a", "y")]),
    ("event-emptied", b"event: x\nevent\ndata: a\n\n", [ev("a")]),
    ("event-without-data", b"event: x\n\ndata: a\n\n", [ev("a")]),
    ("event-twice", b"event: x\ndata: a\n\n" * 2, [ev("a", "x")] * 2),
    ("event-between", b"data: a\nevent: x\ndata: b\n\n", [ev("a\nb", "x")]),
    ("id-stays", b"id: 1\ndata: a\n\ndata: b\n\n", [ev("a", id="1"), ev("b", id="1")]),
    ("id-emptied", b"id: 1\ndata: a\n\nid\ndata: b\n\n", [ev("a", id="1"), ev("b")]),
    ("id-without-data", b"id: 1\n\ndata: a\n\n", [ev("a", id="1")]),
    ("id-with-nul", b"id: 1\nid: 2\x00\ndata: a\n\n", [ev("a", id="1")]),
    ("nul-elsewhere", b"event: \x00\ndata: \x00\n\n", [ev("\x00", "\x00")]),
    ("comment-inside", b"data: a\n: no\ndata: b\n\n", [ev("a\nb")]),
    ("comment-alone", b": ping\n\ndata: a\n\n", [ev("a")]),
    ("unknown-field", b"data: a\nDATA: b\n data: c\ndatax: d\n\n", [ev("a")]),
    ("bom", b"\xef\xbb\xbfdata: a\n\n", [ev("a")]),
    ("bom-twice", b"\xef\xbb\xbf\xef\xbb\xbfdata: a\n\ndata: b\n\n", [ev("b")]),
    ("bom-later", b"data: a\n\n\xef\xbb\xbfdata: b\n\n", [ev("a")]),
    ("bom-half", b"\xef\xbbdata: a\n\ndata: b\n\n", [ev("b")]),
    ("bom-only-half", b"\xef\xbb", []),
    ("bom-in-data", b"data: \xef\xbb\xbfa\n\n", [ev("\ufeffa")]),
    ("line-separators", "data: a\u2028b\u2029c\x85d\x0be\x0c\n\n".encode(), None),
    ("utf8-lone", b"data: \x80\xbf\n\n", [ev("\ufffd\ufffd")]),
    ("utf8-cut-short", b"data: \xf0\x9f\x98\n\n", [ev("\ufffd")]),
    ("utf8-surrogate", b"data: \xed\xa0\x80\n\n", [ev("\ufffd" * 3)]),
    ("utf8-overlong", b"data: \xe0\x80\xaf\n\n", [ev("\ufffd" * 3)]),
    ("utf8-too-high", b"data: \xf4\x90\x80\x80\n\n", [ev("\ufffd" * 4)]),
    ("utf8-in-event", b"event: \xff\ndata: a\n\n", [ev("a", "\ufffd")]),
    ("utf8-in-name", b"data\xff: a\n\ndata: b\n\n", [ev("b")]),
    ("blank-lines", b"\n\r\n\r\n\ndata: a\n\n\n\n", [ev("a")]),
    ("unfinished", b"data: a\n\ndata: b\n", [ev("a")]),
    ("done", b"data: {}\n\ndata: [DONE]\n\n", [ev("{}"), ev("[DONE]")]),
]


@pytest.mark.parametrize(
    ("wire", "events"), [pytest.param(*r[1:], id=r[0]) for r in TABLE]
)
def test_table(wire, events):
    if events is None:
        events = [ev("a\u2028b\u2029c\x85d\x0be\x0c")]
    assert every_way(wire)[0] == events


@pytest.mark.parametrize(
    ("wire", "events", "incomplete"),
    [
        pytest.param(b"data: a", [ev("a", truncated=True)], True, id="open-line"),
        pytest.param(b"data: a\r", [ev("a", truncated=True)], True, id="line"),
        pytest.param(b"data", [ev("", truncated=True)], True, id="bare-name"),
        pytest.param(b"dat", [], True, id="half-a-name"),
        pytest.param(b"event: x\n", [], True, id="event-only"),
        pytest.param(
            b"event: x\ndata: a\nevent: y",
            [ev("a", "y", truncated=True)],
            True,
            id="open-event",
        ),
        pytest.param(
            b"id: 1\ndata: a", [ev("a", id="1", truncated=True)], True, id="id"
        ),
        pytest.param(b"data: a\n: pi", [ev("a", truncated=True)], True, id="comment"),
        pytest.param(b"data: a\n\n", [ev("a")], False, id="whole"),
        pytest.param(
            b"data: \xf0\x9f", [ev("\ufffd", truncated=True)], True, id="utf8"
        ),
        pytest.param(b"\xef\xbb", [], True, id="half-a-bom"),
        pytest.param(b": ping\n", [], False, id="whole-comment"),
        pytest.param(b"{}\n", [], False, id="whole-ignored-line"),
        pytest.param(b"retry: 1\n", [], False, id="whole-retry"),
        pytest.param(b"id: 1\n", [], True, id="id-not-committed"),
    ],
)
def test_end_inside_a_block(wire, events, incomplete):
    items, decoder = every_way(wire, lenient=True)
    assert items == events
    assert decoder.incomplete_at_eof is incomplete
    items, decoder = every_way(wire)
    assert items == [event for event in events if not event.truncated]
    assert decoder.incomplete_at_eof is incomplete


def test_truncated_event_does_not_commit_its_id():
    items, decoder = run(b"id: 1\ndata: a\n\nid: 2\ndata: b", lenient=True)
    assert items == [ev("a", id="1"), ev("b", id="2", truncated=True)]
    assert decoder.last_event_id == "1"


def test_unfinished_line_is_an_ignored_line_only_in_lenient_mode():
    body = b'<html>\n{"error": 1}'
    _, decoder = every_way(body, lenient=True)
    assert decoder.ignored_lines == ("<html>", '{"error": 1}')
    assert decoder.trailing_bytes == 0
    _, decoder = every_way(body)
    assert decoder.ignored_lines == ("<html>",)
    assert decoder.trailing_bytes == 12


def test_unfinished_comment_and_retry_say_nothing():
    for line in (b": pi", b"retry: 10"):
        _, decoder = every_way(b"data: a\n\n" + line, lenient=True, comment_items=True)
        assert decoder.comments == ()
        assert decoder.retry is None
        assert decoder.trailing_bytes == len(line)


def test_comment_items_stand_in_order():
    wire = b": a\ndata: 1\n:b\n\n:\n\ndata: 2\n\n: \xff\n"
    items, decoder = every_way(wire, comment_items=True)
    assert items == [
        SSEComment(" a"),
        SSEComment("b"),
        ev("1"),
        SSEComment(""),
        ev("2"),
        SSEComment(" \ufffd"),
    ]
    assert decoder.comments == (" a", "b", "", " \ufffd")


@pytest.mark.parametrize(
    ("value", "retry"),
    [
        (b"0", 0),
        (b"03000", 3000),
        (b"", None),
        (b"-1", None),
        (b"1.5", None),
        (b"1_0", None),
        (b" 1", 1),
        (b"  1", None),
        (b"1 ", None),
        ("٣".encode(), None),
        ("²".encode(), None),
        (b"0" * 5000 + b"7", 7),
        (b"9" * 15, 10**15 - 1),
        (b"9" * 5000, MAX_RETRY),
    ],
)
def test_retry(value, retry):
    _, decoder = every_way(b"retry:" + value + b"\n")
    assert decoder.retry == retry


def test_retry_counts_when_its_line_is_read():
    decoder = SSEDecoder()
    decoder.feed(b"retry: 50\nretry: x\n")
    assert decoder.retry == 50


def test_last_event_id_counts_at_the_blank_line():
    decoder = SSEDecoder(last_event_id="0")
    assert decoder.last_event_id == "0"
    decoder.feed(b"id: 1\n")
    assert decoder.last_event_id == "0"
    decoder.feed(b"\n")
    assert decoder.last_event_id == "1"


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
def test_event_comes_with_the_byte_that_completes_it(end):
    wire = b"data: a" + end + end
    decoder = SSEDecoder()
    counts = [len(decoder.feed(wire[i : i + 1])) for i in range(len(wire))]
    # The CR of a blank CRLF ends the line; the LF after it is swallowed.
    at = len(wire) - 1 - (end == b"\r\n")
    assert counts == [int(i == at) for i in range(len(wire))]
    assert decoder.feed(b"\n" if end == b"\r" else b"") == []


def test_any_bytes_like_object():
    wire = b"data: a\n\n"
    for kind in (bytes, bytearray, memoryview):
        assert SSEDecoder().feed(kind(wire)) == [ev("a")]
    buffer = bytearray(b"data: a")
    decoder = SSEDecoder()
    decoder.feed(buffer)
    buffer[:] = b"xxxxxxx"
    assert decoder.feed(b"\n\n") == [ev("a")]


@pytest.mark.parametrize("wrong", ["data", 5, None, [1, 2]])
def test_anything_else_is_misuse(wrong):
    with pytest.raises(StateError, match="takes bytes"):
        SSEDecoder().feed(wrong)


def test_after_close():
    decoder = SSEDecoder(lenient=True)
    decoder.feed(b"data: a")
    assert decoder.close() == [ev("a", truncated=True)]
    assert decoder.close() == []
    for data in (b"x", b""):
        with pytest.raises(StateError, match="after close"):
            decoder.feed(data)


@pytest.mark.parametrize(
    "name",
    ["max_line_bytes", "max_event_bytes", "max_total_bytes", "max_ignored_bytes"],
)
def test_negative_limit_is_misuse(name):
    with pytest.raises(LocalError, match=name):
        SSEDecoder(**{name: -1})


def test_items_are_frozen_unhashable_values():
    fault = over("max_line_bytes", 1, 1)
    for item in (ev("a"), SSEComment("a"), fault):
        assert copy.deepcopy(item) == item
        assert pickle.loads(pickle.dumps(item)) == item
        with pytest.raises(TypeError, match="unhashable"):
            hash(item)
        with pytest.raises(AttributeError):
            item.event = "x"
        assert not hasattr(item, "__dict__")
        assert not hasattr(item, "__weakref__")
    assert ev("a") != ev("b")


# --- limits ---------------------------------------------------------------------


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
@pytest.mark.parametrize("field", [b"data: ", b": ", b"id: ", b"{", b"event:"])
def test_line_limit(field, end):
    good = b"data: a" + end + end
    line = field + b"x" * (20 - len(field))
    items, decoder = every_way(good + line + end, max_line_bytes=20)
    assert items == [ev("a")]
    assert not decoder.failed
    tail = end + end + good
    for rest in (b"", tail):
        # With or without an end, at the 21st byte of the line.
        items, decoder = every_way(good + line + b"y" + rest, max_line_bytes=20)
        at = len(good) + 20
        assert items == [ev("a"), over("max_line_bytes", 20, at)]
        assert decoder.failed
        assert decoder.trailing_bytes == 1 + len(rest)
        assert not decoder.incomplete_at_eof


def test_line_limit_does_not_count_the_bom():
    wire = b"\xef\xbb\xbfdata: a\n\n"
    assert every_way(wire, max_line_bytes=7)[0] == [ev("a")]
    assert every_way(wire, max_line_bytes=6)[0] == [over("max_line_bytes", 6, 9)]
    assert every_way(b"\xef\xbb", max_line_bytes=1)[0] == [over("max_line_bytes", 1, 1)]


def test_event_limit():
    block = b"event: x\ndata: 12\r\ndata: 34\nid: 5\n"
    size = 8 + 8 + 8 + 5
    first = [ev("0"), ev("12\n34", "x", "5")]
    wire = b"data: 0\n\n" + block + b"\n"
    # Comments, ignored lines and retry are not held and do not count.
    padded = wire.replace(b"id: 5\n", b": 456789\nid: 5\nfoo: bar\nretry: 1\n")
    for good in (wire, padded, wire + block + b"\n"):
        items, decoder = every_way(good, max_event_bytes=size)
        assert items[:2] == first
        assert not decoder.failed
    for bad in (wire, wire + b"data: 9\n\n"):
        items, decoder = every_way(bad, max_event_bytes=size - 1)
        at = len(b"data: 0\n\n" + block) - 2
        assert items == [ev("0"), over("max_event_bytes", size - 1, at)]
        assert decoder.trailing_bytes == len(bad) - at


def test_event_limit_at_the_end_of_a_lenient_stream():
    wire = b"data: 1\ndata: 2"
    assert every_way(wire, lenient=True, max_event_bytes=14)[0] == [
        ev("1\n2", truncated=True)
    ]
    items, decoder = every_way(wire, lenient=True, max_event_bytes=13)
    assert items == [over("max_event_bytes", 13, 14)]
    assert decoder.failed
    assert decoder.trailing_bytes == 1
    items, decoder = every_way(wire, max_event_bytes=13)
    assert items == []
    assert not decoder.failed


def test_total_limit():
    wire = b"data: a\n\ndata: b\n\n"
    assert every_way(wire, max_total_bytes=18)[0] == [ev("a"), ev("b")]
    items, decoder = every_way(wire, max_total_bytes=17)
    assert items == [ev("a"), over("max_total_bytes", 17, 17)]
    assert decoder.trailing_bytes == 1
    assert every_way(b"\xef\xbb\xbf", max_total_bytes=2)[0] == [
        over("max_total_bytes", 2, 2)
    ]
    assert every_way(b"", max_total_bytes=0)[0] == []
    assert every_way(b"x", max_total_bytes=0)[0] == [over("max_total_bytes", 0, 0)]


def test_the_limit_that_is_passed_first_is_named():
    wire = b"data: 123456789\n\n"
    assert every_way(wire, max_line_bytes=9, max_total_bytes=9)[0] == [
        over("max_total_bytes", 9, 9)
    ]
    assert every_way(wire, max_line_bytes=9, max_total_bytes=10)[0] == [
        over("max_line_bytes", 9, 9)
    ]


def test_after_a_fault_bytes_are_only_counted():
    decoder = SSEDecoder(max_line_bytes=3, lenient=True)
    assert len(decoder.feed(b"data")) == 1
    assert decoder.feed(b"\n\ndata: a\n\n") == []
    assert decoder.feed(b"") == []
    assert decoder.trailing_bytes == 1 + 11
    assert decoder.close() == []
    assert decoder.trailing_bytes == 12


def test_ignored_bytes_limit():
    wire = b"12345\n678\n:abcde\n:fgh\n"
    _, decoder = every_way(wire, max_ignored_bytes=8)
    assert decoder.ignored_lines == ("12345", "678")
    assert decoder.comments == ("abcde", "fgh")
    assert decoder.dropped_lines == 0
    _, decoder = every_way(wire + b"9\n", max_ignored_bytes=8)
    assert decoder.ignored_lines == ("12345", "678")
    assert decoder.dropped_lines == 1
    _, decoder = every_way(wire + b"9\n", max_ignored_bytes=7)
    assert decoder.ignored_lines == ("12345", "67")
    assert decoder.comments == ("abcde", "fg")
    assert decoder.dropped_lines == 3
    _, decoder = every_way(wire, max_ignored_bytes=0)
    assert decoder.ignored_lines == decoder.comments == ()


def test_ignored_lines_limit():
    _, decoder = run(b"x\n" * (MAX_KEPT_LINES + 2) + b":\n" * MAX_KEPT_LINES)
    assert len(decoder.ignored_lines) == MAX_KEPT_LINES
    assert len(decoder.comments) == MAX_KEPT_LINES
    assert decoder.dropped_lines == 2


def test_default_limits_have_room_for_large_events():
    _, decoder = run(b"")
    assert decoder._scanner._max_event >= 64 << 20
    assert decoder._scanner._max_line >= 64 << 20
    data = b"x" * (5 << 20)
    assert run(b"data: " + data + b"\n\n")[0] == [ev(data.decode())]


def test_made_up_event_names_do_not_fill_memory():
    scanner = Scanner()
    for i in range(1000):
        name = "n" * (i % 200) + str(i)
        assert scanner.feed(f"event: {name}\ndata: a\n\n".encode()) == [
            (name, b"a", "")
        ]
    assert len(scanner._names) <= 2 * 64
    assert max(map(len, scanner._names)) <= 128 + len(b"\ndata: ")


READS = [
    (b"data: b\n\n", [ev("b", id="1")]),
    (b"data: b\r\n\r\n", [ev("b", id="1")]),
    (b"event: e\ndata: b\n\n", [ev("b", "e", "1")]),
    (b"event: e\r\ndata: b\r\n\r\n", [ev("b", "e", "1")]),
    (b"event: new\ndata: b\n\n", [ev("b", "new", "1")]),
    # What looks like one event and is not.
    (b"data: b\n", []),
    (b"data: b", []),
    (b"data: b\nx", []),
    (b"data: b\n\r", [ev("b", id="1")]),
    (b"data: b\r\n", []),
    (b"data: b\n\r\n", [ev("b", id="1")]),
    (b"data: b\rx\r\n\r\n", [ev("b", id="1")]),
    (b"data: b\rdata: c\n\n", [ev("b\nc", id="1")]),
    (b"data: \n\n", [ev("", id="1")]),
    (b"data: \r\n\r\n", [ev("", id="1")]),
    (b"event: e\ndata: b\rid: 2\n\n", [ev("b", "e", "2")]),
    (b"event: e\ndata: b\nx", []),
    (b"event: e\ndata: b\n", []),
    (b"event: e\ndata: ", []),
    (b"event: e\n", []),
    (b"event: e\ndata: \n\n", [ev("", "e", "1")]),
    (b"event: e\ndata:b\n\n", [ev("b", "e", "1")]),
    (b"event: e\ndata: b\ndata: c\n\n", [ev("b\nc", "e", "1")]),
    (b"\n\n", []),
    (b"\n", []),
]


@pytest.mark.parametrize("after", [b"", b"data: z\n\n"])
@pytest.mark.parametrize(("read", "events"), READS)
def test_one_read_after_a_whole_event(read, events, after):
    """The short way that `feed` takes when nothing waits is no other way."""
    before = b"id: 1\nevent: e\ndata: a\n\n"
    decoder = SSEDecoder()
    assert decoder.feed(before) == [ev("a", "e", "1")]
    assert decoder.feed(read) == events
    items = decoder.feed(after)
    items += decoder.close()
    assert [ev("a", "e", "1"), *events, *items] == run(before + read + after)[0]
    every_way(before + read + after)


def test_limits_hold_when_every_read_is_one_event():
    read = b"event: e\ndata: 12345\n\n"
    size = len(read)
    good = [ev("12345", "e")]

    decoder = SSEDecoder(max_total_bytes=3 * size - 1)
    assert [decoder.feed(read) for _ in range(2)] == [good] * 2
    at = 3 * size - 1
    assert decoder.feed(read) == [over("max_total_bytes", at, at)]

    held = size - len(b"\n" * 3)
    decoder = SSEDecoder(max_event_bytes=held)
    assert [decoder.feed(read) for _ in range(2)] == [good] * 2
    at = 2 * size + held + len(b"\n")
    assert decoder.feed(read.replace(b"5", b"56")) == [
        over("max_event_bytes", held, at)
    ]


# --- the scanner, which the dialect decoders use ---------------------------------


def test_scanner_gives_plain_tuples():
    scanner = Scanner(lenient=True, comment_items=True, max_event_bytes=30)
    wire = b"event: x\nid: 1\ndata: \xff\n\n: ping\nevent:\ndata: 1\ndata: 2\n\ndata:"
    assert scanner.feed(wire) == [
        ("x", b"\xff", "1"),
        SSEComment(" ping"),
        (None, b"1\n2", "1"),
    ]
    assert scanner.close() == [(None, b"", "1")]
    items = Scanner(max_line_bytes=20).feed(b"data: 1\ndata: 2\n\n")
    assert [type(part) for part in items[0]] == [type(None), bytes, str]


def test_copy_in_the_middle():
    wire = (
        b"\xef\xbb\xbfid: 1\r\nevent: \xc3\xa9\r\ndata: a\r\ndata: b\r\n\r\n"
        b": c\r\nx\r\nretry: 5\rdata: \xf0\x9f\x98\x80\n\nevent: e\nid: 2\ndata"
    )
    options = {"lenient": True, "comment_items": True}
    items, decoder = run(wire, **options)
    for cut in range(len(wire) + 1):
        first = SSEDecoder(**options)
        head = first.feed(wire[:cut])
        for twin in (copy.deepcopy(first), pickle.loads(pickle.dumps(first))):
            rest = twin.feed(wire[cut:]) + twin.close()
            assert head + rest == items
            assert observed(twin) == observed(decoder)
        # The copies shared nothing with the original.
        assert head + first.feed(wire[cut:]) + first.close() == items


# --- cost, counted and not timed ---------------------------------------------------


def test_long_reads_are_scanned_in_pieces():
    wire = b"data: a\r\n\r\n" * (2 * _PIECE // 11 + 7)
    assert run(wire)[0] == [ev("a")] * (2 * _PIECE // 11 + 7)
    assert run(wire, (_PIECE - 1, 2 * _PIECE))[0] == run(wire)[0]


@pytest.mark.parametrize("line_end", [b"", b"\ndata: "])
def test_a_read_does_not_copy_what_is_held(line_end):
    """A buffer that was copied at every read would show as memory at every read."""
    piece = b"x" * 1024 + line_end
    reads = 1024
    scanner = Scanner()
    scanner.feed(b"data: ")
    tracemalloc.start()
    try:
        costly = 0
        for _ in range(reads):
            before = tracemalloc.get_traced_memory()[0]
            tracemalloc.reset_peak()
            scanner.feed(piece)
            peak = tracemalloc.get_traced_memory()[1]
            costly += peak - before > 16 * 1024
    finally:
        tracemalloc.stop()
    # A bytearray grows by an eighth: from 128 KiB to 1 MiB that is some 20 times.
    assert costly < 64
    ((event, data, _),) = scanner.feed(b"\n\n")
    assert event is None
    assert len(data) >= reads * 1024


def test_memory_of_a_long_stream_is_bounded():
    block = b": ping\nfoo\nevent: delta\nid: 1\ndata: " + b"x" * 300 + b"\n\n"
    read = block * 48
    scanner = Scanner()
    scanner.feed(read)
    tracemalloc.start()
    try:
        for _ in range(200):
            assert len(scanner.feed(read)) == 48
        current, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert current < 100 * 1024
    assert peak < 228 * 1024


def test_a_search_for_cr_does_not_start_anew_for_every_line():
    searched = 0

    class Counting(bytes):
        __slots__ = ()

        def find(self, wanted, start):
            nonlocal searched
            found = super().find(wanted, start)
            searched += (len(self) if found < 0 else found) - start + 1
            return found

    for line in (b"data: x\n", b"data: x\r", b"x\r\n", b"\n"):
        wire = Counting(line * 2000)
        searched = 0
        Scanner(max_line_bytes=8)._scan_exact(wire, 0)
        assert searched <= 3 * len(wire)
