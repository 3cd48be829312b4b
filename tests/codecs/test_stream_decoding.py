"""What every SSE stream decoder does, whatever its dialect (rules L1 to L9)."""

from __future__ import annotations

import copy
import json
import pickle

import pytest
from tests._paths import SHARED, needs_shared

from modelwire.codecs._base import (
    EndSentinel,
    KeepaliveComment,
    MalformedEvent,
    NativeEvent,
)
from modelwire.codecs._limits import Limits
from modelwire.codecs._sse_events import SSEEventDecoder, SSEEventEncoder
from modelwire.codecs._sse_stream import SSEStreamDecoder, _behind_blank
from modelwire.codecs._stream_decoding import (
    BROKEN_OFF,
    TRUNCATED,
    ChunkMachine,
    join_surrogates,
    split_high_surrogate,
)
from modelwire.errors import ErrorInfo, StateError
from modelwire.ir import (
    Keepalive,
    StreamEnd,
    StreamError,
    StreamStart,
    UnknownEvent,
)
from modelwire.sse import FramingFault


class Echo(ChunkMachine):
    """A dialect whose every event is unknown; `{"end": true}` ends it."""

    def event(self, name, data, out):
        self.start(out)
        if data.get("end"):
            self.complete(out, by_event=True)
        elif "error" in data:
            self.fail(ErrorInfo(kind="server_error", message=str(data["error"])), out)
        else:
            out.append(UnknownEvent(name or "", data))

    def sentinel(self, out):
        self.complete(out, by_event=True)

    def eof(self, out):
        self.truncate(out)

    def error_from_body(self, body):
        try:
            value = json.loads(body)
        except ValueError:
            value = None
        if isinstance(value, dict) and "error" in value:
            return ErrorInfo(kind="server_error", message=str(value["error"]))
        return ErrorInfo(kind="decode_error", message="no stream", raw=body.decode())


def decoder(**limits):
    return SSEStreamDecoder(Echo(), limits=Limits(**limits))


def run(data, size=None, **limits):
    decode = decoder(**limits)
    out = []
    for start in range(0, len(data), size or max(len(data), 1)):
        out += decode.feed(data[start : start + (size or len(data))])
    out += decode.close()
    return out, decode


def got(*raws, name=""):
    return [StreamStart(), *(UnknownEvent(name, raw) for raw in raws)]


def bad(kind, message=None):
    return kind, message


A, B = {"a": 1}, {"b": 2}
END = StreamEnd(complete=True, terminator="event")
CUT = [StreamError(TRUNCATED), StreamEnd(complete=False)]
BROKEN = [StreamError(BROKEN_OFF), StreamEnd(complete=False)]

TABLE = [
    ("whole", b'data: {"a":1}\n\ndata: {"end":1}\n\n', [*got(A), END]),
    ("named", b'event: n\ndata: {"a":1}\n\n', [*got(A, name="n"), *CUT]),
    ("crlf", b'data: {"a":1}\r\n\r\ndata: [DONE]\r\n\r\n', [*got(A), END]),
    ("B06 lone cr", b'data: {"a":1}\r\rdata: [DONE]\r\r', [*got(A), END]),
    ("B05 no space", b'data:{"a":1}\n\ndata:[DONE]\n\n', [*got(A), END]),
    ("L2 done with blanks", b"data: [DONE] \t\n\n", [StreamStart(), END]),
    ("L1 no blank line", b'data: {"a":1}\n\ndata: {"end":1}', [*got(A), END]),
    ("L1 done no blank line", b'data: {"a":1}\n\ndata: [DONE]\n', [*got(A), END]),
    ("L1 last event cut", b'data: {"a":1}\n\ndata: {"b"', [*got(A), *BROKEN]),
    ("L1 name only", b'data: {"a":1}\n\nevent: x', [*got(A), *CUT]),
    ("empty", b"", [StreamStart(), *CUT]),
    ("only comments", b": hello\n\n", [StreamStart(), *CUT]),
    ("L3 empty data", b'data:\n\ndata: {"a":1}\n\ndata: \n\n', [*got(A), *CUT]),
    (
        "B04 comments",
        b': early\n\ndata: {"a":1}\n\n: OPENROUTER PROCESSING\n\n:\n\n',
        [*got(A), Keepalive(" OPENROUTER PROCESSING"), Keepalive(""), *CUT],
    ),
    (
        "L9 comment in data",
        b'data: {"a":1}\n\ndata: : OPENROUTER PROCESSING\n\ndata: [DONE]\n\n',
        [*got(A), Keepalive(" OPENROUTER PROCESSING"), END],
    ),
    ("after the end", b'data: {"end":1}\n\ndata: {"a":1}\n\n', [StreamStart(), END]),
    (
        "pretty printed",
        b'data: {\ndata: "a": 1\ndata: }\n\n',
        [*got(A), *CUT],
    ),
    (
        "invalid utf-8",
        b'data: {"a":"\xff"}\n\n',
        [*got({"a": "\N{REPLACEMENT CHARACTER}"}), *CUT],
    ),
]


@pytest.mark.parametrize(
    ("data", "expected"), [row[1:] for row in TABLE], ids=[row[0] for row in TABLE]
)
@pytest.mark.parametrize("size", [None, 1, 2, 3, 7])
def test_table(data, expected, size):
    out, decode = run(data, size)
    assert out == expected
    assert decode.failed is not out[-1].complete


FAULTS = [
    ("no json", b'data: {"a":1}\n\ndata: nonsense\n\n', 2, "decode_error"),
    ("no object", b'data: {"a":1}\n\ndata: [1]\n\n', 2, "decode_error"),
    ("null", b"data: null\n\n", 1, "decode_error"),
    ("L9 two documents", b'data: {"a":1}\ndata: {"b":2}\n\n', 1, "decode_error"),
    ("L9 doubled prefix", b'data: data: {"a":1}\n\n', 1, "decode_error"),
    ("L8 plain text", b"event: error\ndata: upstream died\n\n", 1, "unknown"),
    ("L8 plain text cut", b"event: error\ndata: upstream died", 1, "unknown"),
    ("E02 error object", b'data: {"error":"x"}\n\n', 1, "server_error"),
    ("E03 then done", b'data: {"error":"x"}\n\ndata: [DONE]\n\n', 1, "server_error"),
    ("L4 json body", b'{"error":"boom"}', 1, "server_error"),
    ("L4 json body lf", b'{"error":"boom"}\n', 1, "server_error"),
    ("L4 pretty json body", b'{\n  "error": "boom"\n}\n', 1, "server_error"),
    ("L4 html", b"<html>\n<body>502</body>\n\n</html>", 1, "decode_error"),
    ("L4 ndjson", b'{"a":1}\n{"b":2}\n', 1, "decode_error"),
    ("L4 stray line", b'data: {"a":1}\n\n{"error":"boom"}\n', 2, "server_error"),
    ("L4 stray, no lf", b'data: {"a":1}\n\n{"error":"boom"}', 2, "server_error"),
    ("stray, no error", b'data: {"a":1}\n\nwhat is this\n', 2, "stream_truncated"),
    ("stray word", b'data: {"a":1}\n\nan "error" it is\n', 2, "stream_truncated"),
    ("stray null", b'data: {"a":1}\n\n{"error":null}\n', 2, "stream_truncated"),
    ("L1 no object, cut", b"data: [1]", 1, "decode_error"),
]


@pytest.mark.parametrize(
    ("data", "before", "kind"), [row[1:] for row in FAULTS], ids=[r[0] for r in FAULTS]
)
@pytest.mark.parametrize("size", [None, 1, 5])
def test_faults_come_last_and_once(data, before, kind, size):
    out, decode = run(data, size)
    assert len(out) == before + 2
    assert isinstance(out[0], StreamStart)
    assert out[-1] == StreamEnd(complete=False)
    assert out[-2].error.kind == kind
    assert decode.failed
    assert out == run(data)[0]


def test_L8_keeps_the_text():
    out, _ = run(b"event: error\ndata: upstream died\n\n")
    assert out[1].error.message == "upstream died"


def test_malformed_payload_is_kept_and_not_in_the_message():
    out, _ = run(b"data: secret words\n\n")
    assert out[1].error.raw == "secret words"
    assert "secret" not in out[1].error.message


def test_nothing_follows_an_end():
    machine = Echo()
    out = []
    machine.complete(out, by_event=True)
    machine.complete(out, by_event=False)
    machine.fail(TRUNCATED, out)
    assert out == [StreamStart(), END]
    assert not machine.failed


def test_E05_three_states():
    complete, _ = run(b'data: {"a":1}\n\ndata: {"end":1}\n\n')
    unterminated, _ = run(b'data: {"a":1}\n\n')
    truncated, _ = run(b'data: {"a":1}\n\ndata: {"a"')
    assert complete[-1].complete
    assert unterminated[-2].error == TRUNCATED
    assert truncated[-2].error == BROKEN_OFF
    assert TRUNCATED.kind == BROKEN_OFF.kind == "stream_truncated"


@pytest.mark.parametrize(
    ("limits", "data", "limit"),
    [
        ({"max_line_bytes": 10}, b'data: {"a":"12345"}\n\n', "max_line_bytes"),
        ({"max_event_bytes": 10}, b'data: {\ndata:"a":\ndata:1}\n\n', "max_event"),
        ({"max_total_bytes": 10}, b'data: {"a":1}\n\n', "max_total_bytes"),
        ({"max_json_depth": 2}, b'data: {"a":[[1]]}\n\n', "depth"),
        ({"max_event_bytes": 20}, b'data: {"a":\ndata: 1234', "max_event"),
    ],
)
@pytest.mark.parametrize("size", [None, 1])
def test_limits_end_the_stream(limits, data, limit, size):
    out, decode = run(data, size, **limits)
    assert limit in out[-2].error.message
    assert out[-1] == StreamEnd(complete=False)
    assert decode.failed


@pytest.mark.parametrize(
    "tail",
    [
        b"",
        b"\n",
        b"\r\n",
        b": bye\n\n",
        b"data: [DONE]\n\n",
        b'event: x\ndata: {"a":1}\n\n: c\n\ndata: {"b":2}\n\ndata: cut',
        b"\n\n\ndata: x\n\n",
        b"data: \r\rdata: y\r\r",
    ],
)
@pytest.mark.parametrize("end", [b"\n\n", b"\r\n\r\n", b"\r\r"])
def test_trailing_bytes_are_exact_in_any_cut(tail, end):
    line = b'data: {"a":1}' + end + b'data: {"end":1}' + end
    if end == b"\r\r" and tail.startswith(b"\n"):
        tail = b"x" + tail
    data = line + tail
    for size in (None, *range(1, len(data) + 1)):
        out, decode = run(data, size)
        assert out == [*got(A), END]
        assert decode.trailing_bytes == len(tail), size


def test_trailing_bytes_with_a_fault_in_the_same_read():
    data = b'data: {"end":1}\n\n' + b"data: " + b"x" * 50
    for size in (None, 1, 7):
        _, decode = run(data, size, max_line_bytes=30)
        assert decode.trailing_bytes == 56, size


ENDS = [b"", b"a", b"a\nb", b"a\n", b"a\n\n", b"\n\n", b"\n", b"\n\n\n"]
ENDS += [b"a\nb\n\nc\n\n", b"a\n" * 9, b"a\n" * 9 + b"\nb\n\n", b"a\nb\nc\nd"]


@pytest.mark.parametrize("end", [b"\n\n", b"\r\n\r\n"])
@pytest.mark.parametrize("data", ENDS)
def test_the_end_of_an_event_is_the_first_there_is(data, end):
    for other in (data, data.replace(b"\n", b"\r\n")):
        before, found, _ = other.partition(end)
        expected = len(before + found) if found else -1
        assert _behind_blank(other, 0, end) == expected
        within = expected + 3 if found else -1
        assert _behind_blank(b"x:\n" + other, 3, end) == within


def test_misuse():
    decode = decoder()
    with pytest.raises(StateError):
        decode.feed("data: {}\n\n")
    assert decode.feed(b"") == []
    first = decode.close()
    assert first
    assert decode.close() == []
    with pytest.raises(StateError):
        decode.feed(b"x")
    ended = decoder()
    ended.feed(b"data: [DONE]\n\n")
    with pytest.raises(StateError):
        ended.feed("x")
    assert ended.feed(bytearray(b"abc")) == []
    assert ended.trailing_bytes == 3
    assert ended.close() == []
    with pytest.raises(StateError):
        ended.feed(b"x")


@pytest.mark.parametrize(
    "again", [copy.deepcopy, lambda d: pickle.loads(pickle.dumps(d))]
)
def test_copies_mid_stream(again):
    data = b': c\n\ndata: {"a":1}\n\ndata: {"b":2}\n\ndata: {"end":1}\n\n'
    whole, _ = run(data)
    for cut in range(len(data)):
        decode = decoder()
        head = decode.feed(data[:cut])
        twin = again(decode)
        for each in (decode, twin):
            assert head + each.feed(data[cut:]) + each.close() == whole


def test_memoryview_is_bytes():
    data = b'data: {"a":1}\n\ndata: {"end":1}\n\nrest'
    decode = decoder()
    assert decode.feed(memoryview(data)) == [*got(A), END]
    assert decode.trailing_bytes == 4


def test_surrogates():
    assert split_high_surrogate("ab\ud83d") == ("ab", "\ud83d")
    assert split_high_surrogate("ab\ude00") == ("ab\ude00", "")
    assert split_high_surrogate("") == ("", "")
    assert join_surrogates("\ud83d", "\ude00!") == "\U0001f600!"
    assert join_surrogates("\ud83d", "x") == "\ud83dx"
    assert join_surrogates("\ud83d", "") == "\ud83d"


@needs_shared
def test_conformance_vectors_never_raise_in_any_cut():
    """The vectors' own words about the provider layer are checked in FAULTS."""
    import base64

    file = SHARED / "conformance" / "sse.json"
    for vector in json.loads(file.read_text(encoding="utf-8"))["vectors"]:
        if "chunks_b64" not in vector:
            continue
        data = b"".join(base64.b64decode(c) for c in vector["chunks_b64"])
        if len(data) > 5000:
            continue
        whole, decode = run(data)
        ones, other = run(data, 1)
        assert whole == ones, vector["id"]
        assert decode.trailing_bytes == other.trailing_bytes, vector["id"]
        assert isinstance(whole[-1], StreamEnd)


# --- native events ------------------------------------------------------------------


def native(data, size=None):
    decode = SSEEventDecoder("d")
    out = []
    for start in range(0, len(data), size or max(len(data), 1)):
        out += decode.feed(data[start : start + (size or len(data))])
    return out + decode.close(), decode


@pytest.mark.parametrize("size", [None, 1, 4])
def test_native_events(size):
    data = (
        b": hi\n\nevent: x\ndata: {}\n\n"
        b'event: x\ndata: {"type":"y"}\n\ndata: {"z":1}\n\ndata: [DONE] \n\n'
        b'data: : wrapped\n\ndata:\n\ndata: {"after":1}'
    )
    out, decode = native(data, size)
    assert out == [
        KeepaliveComment(" hi"),
        NativeEvent("d", "x", {}),
        NativeEvent("d", "y", {"type": "y"}),
        NativeEvent("d", "message", {"z": 1}),
        EndSentinel("[DONE] "),
        KeepaliveComment(" wrapped"),
        NativeEvent("d", "message", {"after": 1}),
    ]
    assert not decode.failed


@pytest.mark.parametrize(
    ("data", "raw"),
    [
        (b"data: nope\n\ndata: {}\n\n", "nope"),
        (b"data: [1]\n\ndata: {}\n\n", "[1]"),
        (b'{"error":1}', '{"error":1}'),
        (b"<html>\n</html>\n", "<html>\n</html>"),
    ],
)
@pytest.mark.parametrize("size", [None, 1])
def test_native_malformed_is_the_last_item(data, raw, size):
    out, decode = native(data, size)
    assert [type(item) for item in out] == [MalformedEvent]
    assert out[0].raw == raw
    assert decode.failed


def test_native_limit_is_a_framing_fault():
    decode = SSEEventDecoder("d", limits=Limits(max_line_bytes=5))
    (fault,) = decode.feed(b"data: {}\n\n")
    assert isinstance(fault, FramingFault)
    assert decode.failed
    assert decode.feed(b"data: {}\n\n") == []
    assert decode.close() == []


def test_native_limit_in_the_line_that_broke_off():
    decode = SSEEventDecoder("d", limits=Limits(max_event_bytes=20))
    assert decode.feed(b'data: {"a":\ndata: 1234') == []
    (fault,) = decode.close()
    assert isinstance(fault, FramingFault)
    assert decode.failed


def test_native_field_that_broke_off_is_no_body():
    out, decode = native(b"dat")
    assert out == []
    assert not decode.failed


def test_native_misuse():
    decode = SSEEventDecoder("d")
    with pytest.raises(StateError):
        decode.feed("x")
    assert decode.close() == []
    assert decode.close() == []
    with pytest.raises(StateError):
        decode.feed(b"x")


def test_native_round_trip_is_byte_stable():
    data = b'event: y\ndata: {"type":"y","t":"\xc3\xa9"}\n\n: hi\n\ndata: [DONE]\n\n'
    out, _ = native(data)
    encode = SSEEventEncoder(named=True)
    assert b"".join(encode.encode(item) for item in out) + encode.close() == data
    bare = SSEEventEncoder(named=False)
    assert bare.encode(out[0]) == data[9 : data.index(b"\n\n") + 2]


def test_native_encoder_takes_no_faults():
    with pytest.raises(StateError):
        SSEEventEncoder(named=True).encode(object())


# --- one look at a whole read -------------------------------------------------------


@pytest.mark.parametrize(
    "odd",
    [
        b'{"n":123456789012345678901}',
        b'{"n":' + b"[" * 127 + b"]" * 127 + b"}",
        b'{"n":' + b"[" * 128 + b"]" * 128 + b"}",
        b'{"n":"\\ud800"}',
        b'{"n":"\xff"}',
        b'{"n":NaN}',
        b": ping",
        b"[1]",
        b"",
    ],
    ids=lambda odd: repr(odd[:20]),
)
@pytest.mark.parametrize("place", [0, 3, 9])
def test_an_odd_event_among_many_is_read_as_if_alone(odd, place):
    payloads = [b'{"a":%d,"l":[{}]}' % n for n in range(9)]
    payloads.insert(place, odd)
    data = b"".join(b"data: " + payload + b"\n\n" for payload in payloads)
    whole, decode = run(data)
    for size in (1, 7, 40, 100):
        cut, other = run(data, size)
        assert cut == whole
        assert repr(cut) == repr(whole)
        assert other.trailing_bytes == decode.trailing_bytes


def test_a_number_over_two_reads_is_seen_whole():
    event = b'data: {"n":1234567890123456789012}\n\n'
    data = event + b"data: {}\n\n" * 8
    expected = got({"n": 1234567890123456789012}, *[{}] * 8) + CUT
    for cut in range(len(event)):
        decode = decoder()
        out = decode.feed(data[:cut]) + decode.feed(data[cut:]) + decode.close()
        assert out == expected
        assert repr(out) == repr(expected)


def test_long_reads_count_what_comes_after_the_end():
    events = b'data: {"a":1}\n\n' * 5000
    decode = decoder()
    out = decode.feed(events + b"data: [DONE]\n\n" + b"x" * 100_000)
    assert len(out) == 5002
    assert out[-1] == END
    assert decode.trailing_bytes == 100_000
