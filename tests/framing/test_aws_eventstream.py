"""`framing.AWSEventStreamDecoder`, `encode_message`: vectors, corpus, limits, laws."""

import base64
import copy
import json
import pickle
import struct
import zlib

import pytest
from hypothesis import given, strategies as st
from tests import _corpus
from tests.framing._vectors import chunks_of, cuts, feed_all, vectors

from modelwire.errors import LimitExceededError, LocalError, StateError
from modelwire.framing import (
    AWSEventStreamDecoder,
    AWSEventStreamFault,
    AWSHeader,
    AWSMessage,
    encode_message,
)

VECTORS = vectors("aws_eventstream")
# What is read, and not written: the specification wants values below 2**15 bytes.
TOO_LONG_TO_WRITE = {"aws-061"}


def run(pieces, **options):
    decoder = AWSEventStreamDecoder(**options)
    items = feed_all(decoder, pieces)
    return items, decoder.failed, decoder.trailing_bytes


def shown(item):
    """Give an item as the vectors write it."""
    if isinstance(item, AWSEventStreamFault):
        return {"kind": "error", "code": item.code}
    headers = []
    for header in item.headers:
        value = header.value
        coded = isinstance(value, bytes)
        key = "value_b64" if coded else "value"
        text = base64.b64encode(value).decode() if coded else value
        headers.append({"name": header.name, "type": header.type, key: text})
    payload = base64.b64encode(item.payload).decode()
    out = {"kind": "message", "headers": headers, "payload_b64": payload}
    kind = item.text(":message-type")
    if kind is not None:
        names = ["error-code", "error-message"] if kind == "error" else [f"{kind}-type"]
        found = {name.replace("-", "_"): item.text(f":{name}") for name in names}
        out["as"] = {"type": kind, **found}
    return out


@pytest.mark.parametrize("vector", VECTORS, ids=lambda v: v["id"])
def test_vector(vector):
    expect = vector["expect"]
    for pieces in cuts(chunks_of(vector), vector["id"]):
        items, failed, _ = run(pieces)
        cut_off = bool(items) and shown(items[-1]).get("code") == "truncated"
        assert cut_off is expect["incomplete_at_eof"]
        found = [shown(item) for item in items[: len(items) - cut_off]]
        # As text, because 1 and True are equal and not the same.
        assert text_of(found) == text_of(expect["events"])
        assert failed is isinstance((items or [None])[-1], AWSEventStreamFault)


def text_of(events):
    return json.dumps(events, sort_keys=True)


@pytest.mark.parametrize(
    "vector",
    [v for v in VECTORS if v["expect"]["events"]
     and not v["expect"]["incomplete_at_eof"]
     and all(e["kind"] == "message" for e in v["expect"]["events"])],
    ids=lambda v: v["id"],
)  # fmt: skip
def test_vectors_are_written_byte_for_byte(vector):
    body = b"".join(chunks_of(vector))
    items = run([body])[0]
    if vector["id"] in TOO_LONG_TO_WRITE:
        with pytest.raises(LocalError) as caught:
            written(items)
        assert caught.value.path == "headers[0].value"
    else:
        assert written(items) == body


def written(items):
    return b"".join(encode_message(item.headers, item.payload) for item in items)


@pytest.mark.parametrize(
    "vector", [v for v in VECTORS if v["id"] in ("aws-078", "aws-087")],
    ids=lambda v: v["id"],
)  # fmt: skip
def test_a_bad_prelude_is_known_with_its_last_byte(vector):
    body = b"".join(chunks_of(vector))
    decoder = AWSEventStreamDecoder()
    assert decoder.feed(body[:11]) == []
    (fault,) = decoder.feed(body[11:12])
    assert fault.code == vector["expect"]["events"][0]["code"]


def test_text_in_place_of_frames_is_named():
    (fault,) = run([b'{"message":"The security token is expired"}'])[0]
    assert "looks like text" in str(fault.error)
    assert "security" not in str(fault.error)
    assert "looks like text" not in str(run([bytes(16)])[0][0].error)


BODIES = sorted(
    (case.id, case.response_body)
    for dialect in ("bedrock-converse", "bedrock-invoke")
    for case in _corpus.load(dialect)
    if case.framing == "aws-event-stream"
)


@pytest.mark.parametrize(("name", "body"), BODIES, ids=[name for name, _ in BODIES])
def test_recorded_bodies_byte_for_byte(name, body):
    items, failed, _ = run([body])
    assert not failed
    assert items
    for item in items:
        # agentgateway's fixtures have neither this one nor a content type.
        assert item.text(":message-type") in ("event", "exception", None)
        assert item.text(":event-type") or item.text(":exception-type")
        assert item.payload.startswith(b"{")
    for pieces in cuts([body], name):
        assert run(pieces)[0] == items
    assert written(items) == body


def test_the_recorded_bodies_are_there():
    if VECTORS:
        assert len(BODIES) >= 20


# --- what the vectors leave open ----------------------------------------------------


def frame(block, payload=b"", *, total=None, headers=None):
    """Write a message around raw headers, with right sums whatever the lengths."""
    total = len(block) + len(payload) + 16 if total is None else total
    lengths = struct.pack(">II", total, len(block) if headers is None else headers)
    data = lengths + struct.pack(">I", zlib.crc32(lengths)) + block + payload
    return data + struct.pack(">I", zlib.crc32(data))


GOOD = encode_message([AWSHeader(":event-type", "x")], b"{}")

FAULTS = [
    ("no name, the next is good", b"\x00\x00\x01a\x00", "invalid_header"),
    ("a name that is not UTF-8", b"\x01\xff\x00", "invalid_header"),
    ("text that is not UTF-8", b"\x01a\x07\x00\x01\xff", "invalid_header"),
    ("a name to the end", b"\x01a", "invalid_header"),
    ("half a length", b"\x01a\x06\x00", "invalid_header"),
    ("a length alone", b"\x01a\x06\x00\x01", "invalid_header"),
    ("half a timestamp", b"\x01a\x08" + bytes(7), "invalid_header"),
    ("type 10", b"\x01a\x0a\x00", "invalid_header_type"),
    ("twice", b"\x01a\x00\x01b\x00\x01a\x01", "duplicate_header"),
]


@pytest.mark.parametrize(
    ("block", "code"), [f[1:] for f in FAULTS], ids=[f[0] for f in FAULTS]
)
def test_faults_come_last_and_once(block, code):
    body = GOOD + frame(block, b"x") + GOOD
    good = run([GOOD])[0]
    for pieces in cuts([body], 5):
        items, failed, trailing = run(pieces)
        assert items[:-1] == good
        assert items[-1].code == code
        assert items[-1].offset == items[-1].error.offset == len(GOOD)
        assert failed
        assert trailing == len(body) - len(GOOD)


TWO = GOOD + GOOD
SIZE = len(GOOD)
LIMITS = [
    # body, options, messages before it, (code, limit, offset)
    (
        TWO,
        {"max_header_bytes": 15},
        0,
        ("headers_too_large", "max_header_bytes", 0),
    ),
    (
        TWO,
        {"max_payload_bytes": 1},
        0,
        ("payload_too_large", "max_payload_bytes", 0),
    ),
    (
        frame(b"", total=200_000, headers=128 * 1024 + 1),
        {},
        0,
        ("headers_too_large", "max_header_bytes", 0),
    ),
    (
        GOOD + frame(b"", total=24 * 1024 * 1024 + 17),
        {},
        1,
        ("payload_too_large", "max_payload_bytes", SIZE),
    ),
    (
        TWO,
        {"max_total_bytes": 2 * SIZE - 1},
        1,
        ("total_too_large", "max_total_bytes", 2 * SIZE - 1),
    ),
    (
        TWO,
        {"max_total_bytes": SIZE},
        1,
        ("total_too_large", "max_total_bytes", SIZE),
    ),
]


@pytest.mark.parametrize(("body", "options", "count", "wanted"), LIMITS)
def test_limits_in_every_cut(body, options, count, wanted):
    code, name, offset = wanted
    for pieces in cuts([body], 6):
        items, failed, trailing = run(pieces, **options)
        assert items[:-1] == run([GOOD] * count)[0]
        fault = items[-1]
        assert (fault.code, fault.offset) == (code, offset)
        assert isinstance(fault.error, LimitExceededError)
        assert (fault.error.limit, fault.error.offset) == (name, offset)
        assert failed
        assert trailing == len(body) - offset


def test_a_fault_before_the_limit_of_the_stream():
    body = b"\0" * 40
    for pieces in cuts([body], 6):
        items, failed, _ = run(pieces, max_total_bytes=20)
        (fault,) = items
        assert not isinstance(fault.error, LimitExceededError)
        assert failed


def test_what_meets_the_limits_exactly_is_read():
    options = {
        "max_header_bytes": 16,
        "max_payload_bytes": 2,
        "max_total_bytes": 2 * SIZE,
    }
    for pieces in cuts([TWO], 7):
        items, failed, _ = run(pieces, **options)
        assert written(items) == TWO
        assert not failed


def test_nothing_is_held_for_a_length_that_is_refused():
    decoder = AWSEventStreamDecoder()
    decoder.feed(frame(b"", total=2**32 - 1)[:12])
    assert decoder.failed
    assert decoder.feed(bytes(1000)) == []
    assert decoder.trailing_bytes == 1012


def test_wrong_calls():
    decoder = AWSEventStreamDecoder()
    with pytest.raises(StateError):
        decoder.feed("text")
    assert len(decoder.feed(memoryview(GOOD))) == 1
    decoder.close()
    with pytest.raises(StateError):
        decoder.feed(b"")


def test_text_gives_strings_only():
    headers = (AWSHeader("a", b"x", "bytes"), AWSHeader("b", "y"))
    message = AWSMessage((*headers, AWSHeader("c", "0" * 8, "uuid")), b"")
    assert [message.text(name) for name in "abcd"] == [None, "y", None, None]


REFUSED = [
    (AWSHeader("", "x"), "name"),
    (AWSHeader("n" * 256, "x"), "name"),
    (AWSHeader("\ud800", "x"), "name"),
    (AWSHeader("a", "\ud800"), "value"),
    (AWSHeader("a", "x" * 32768), "value"),
    (AWSHeader("a", bytes(32768), "bytes"), "value"),
    (AWSHeader("a", b"x"), "value"),
    (AWSHeader("a", "x", "bytes"), "value"),
    (AWSHeader("a", 1, "boolean"), "value"),
    (AWSHeader("a", True, "byte"), "value"),
    (AWSHeader("a", 128, "byte"), "value"),
    (AWSHeader("a", -(2**15) - 1, "short"), "value"),
    (AWSHeader("a", 2**31, "integer"), "value"),
    (AWSHeader("a", 2**63, "long"), "value"),
    (AWSHeader("a", 2**63, "timestamp"), "value"),
    (AWSHeader("a", "1234", "uuid"), "value"),
    (AWSHeader("a", "x", "text"), "value"),
    (AWSHeader("first", "x"), "name"),
]


@pytest.mark.parametrize(("header", "blamed"), REFUSED)
def test_the_encoder_refuses_what_does_not_fit(header, blamed):
    with pytest.raises(LocalError) as caught:
        encode_message([AWSHeader("first", True, "boolean"), header])
    assert caught.value.path == f"headers[1].{blamed}"


def test_the_encoder_keeps_to_the_limits():
    long = [AWSHeader(str(number), "x" * 32767) for number in range(4)]
    with pytest.raises(LocalError) as caught:
        encode_message(long)
    assert caught.value.path == "headers"
    with pytest.raises(LocalError) as caught:
        encode_message([], bytes(24 * 1024 * 1024 + 1))
    assert caught.value.path == "payload"
    whole = encode_message(long[:3], b"x")
    assert run([whole])[0] == [AWSMessage(tuple(long[:3]), b"x")]


def numbers(kind, bits):
    top = 2 ** (bits - 1)
    return st.tuples(st.integers(-top, top - 1), st.just(kind))


VALUES = st.one_of(
    st.tuples(st.booleans(), st.just("boolean")),
    numbers("byte", 8),
    numbers("short", 16),
    numbers("integer", 32),
    numbers("long", 64),
    numbers("timestamp", 64),
    st.tuples(st.binary(max_size=40), st.just("bytes")),
    st.tuples(st.text(st.characters(exclude_categories=["Cs"])), st.just("string")),
    st.tuples(st.uuids().map(str), st.just("uuid")),
)
NAMES = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20)
MESSAGES = st.builds(
    lambda headers, payload: AWSMessage(
        tuple(AWSHeader(name, *value) for name, value in headers.items()), payload
    ),
    st.dictionaries(NAMES, VALUES, max_size=5),
    st.binary(max_size=60),
)


@given(st.lists(MESSAGES, max_size=4), st.integers(0, 99))
def test_round_trip(messages, seed):
    body = written(messages)
    for pieces in cuts([body], seed):
        assert repr(run(pieces)) == repr((messages, False, 0))
        assert [item.payload for item in run(pieces)[0]] == [
            message.payload for message in messages
        ]
    assert written(run([body])[0]) == body


@given(st.lists(MESSAGES, min_size=1, max_size=3), st.data())
def test_no_cut_and_no_copy_changes_anything(messages, data):
    body = bytearray(written(messages))
    at = data.draw(st.integers(0, len(body) - 1))
    body[at] ^= data.draw(st.integers(0, 255))
    body = bytes(body[: data.draw(st.integers(0, len(body)))])
    wanted = run([body])
    for pieces in cuts([body], at):
        assert run(pieces) == wanted
    decoder = AWSEventStreamDecoder()
    before = decoder.feed(body[:at])
    for twin in (copy.deepcopy(decoder), pickle.loads(pickle.dumps(decoder))):
        items = before + feed_all(twin, [body[at:]])
        assert (items, twin.failed, twin.trailing_bytes) == wanted
    items = wanted[0]
    assert all(isinstance(item, AWSMessage) for item in items[:-1])


@given(st.binary(max_size=80))
def test_headers_of_any_bytes(block):
    items, failed, _ = run([frame(block, b"payload")])
    assert len(items) == 1
    if not failed:
        assert items[0].payload == b"payload"
        assert written(items) == frame(block, b"payload")
