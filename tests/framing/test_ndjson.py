"""`framing.NDJSONDecoder` and `encode_ndjson`: vectors, corpus, limits, laws."""

import base64
import copy
import functools
import json
import pickle

import pytest
from hypothesis import given, strategies as st
from tests import _corpus
from tests.framing._vectors import chunks_of, cuts, feed_all, vectors

from modelwire.codecs import _json
from modelwire.errors import (
    LimitExceededError,
    LocalError,
    RemoteProtocolError,
    StateError,
)
from modelwire.framing import (
    NDJSONDecoder,
    NDJSONFault,
    NDJSONLine,
    NDJSONMalformed,
    NDJSONTruncated,
    encode_ndjson,
)

VECTORS = vectors("ndjson")
BOM = b"\xef\xbb\xbf"
KINDS = {NDJSONMalformed: "malformed", NDJSONTruncated: "truncated"}
# Ours, the standard library's as is, and the decoder's own.
PARSERS = {"codecs": _json.loads, "json": json.loads, "own": None}


def run(pieces, loads=_json.loads, **options):
    decoder = NDJSONDecoder(loads, **options)
    items = feed_all(decoder, pieces)
    return items, decoder.failed, decoder.trailing_bytes


def shown(item):
    """Give an item as the vectors write it."""
    if isinstance(item, NDJSONLine):
        return {"kind": "value", "line": item.number, "value": item.value}
    assert isinstance(item.error, RemoteProtocolError)
    raw = base64.b64encode(item.raw).decode()
    return {"kind": KINDS[type(item)], "line": item.number, "raw_b64": raw}


@pytest.mark.parametrize("parser", PARSERS)
@pytest.mark.parametrize("vector", VECTORS, ids=lambda v: v["id"])
def test_vector(vector, parser):
    for pieces in cuts(chunks_of(vector), vector["id"]):
        items, failed, trailing = run(pieces, PARSERS[parser])
        # repr also tells 1 from True and from 1.0.
        assert repr([shown(item) for item in items]) == repr(vector["expect"]["events"])
        assert (failed, trailing) == (False, 0)


BODIES = sorted(
    (case.id, case.response_body)
    for dialect in ("ollama-chat", "ollama-generate")
    for case in _corpus.load(dialect)
    if case.framing == "ndjson"
)


@pytest.mark.parametrize(("name", "body"), BODIES, ids=[name for name, _ in BODIES])
def test_recorded_bodies(name, body):
    items = run([body])[0]
    assert {type(item) for item in items} == {NDJSONLine}
    lines = [line for line in body.split(b"\n") if line.strip()]
    assert [item.raw for item in items] == [line.strip() for line in lines]
    for pieces in cuts([body], name):
        assert run(pieces)[0] == items
    again = encode_ndjson(item.raw for item in items)
    assert again.rstrip() == body.replace(b"\r\n", b"\n").rstrip()
    assert run([again])[0] == items


def test_the_recorded_bodies_are_there():
    if VECTORS:
        assert len(BODIES) >= 12


def line(number, raw):
    return NDJSONLine(number, json.loads(raw), raw)


def odd(kind, number, raw):
    return (kind, number, raw)


TABLE = [
    ("nothing", b"", []),
    ("a mark alone", BOM, []),
    ("a mark and a blank line", BOM + b"\n{}\n", [line(2, b"{}")]),
    ("half a mark", BOM[:2], [odd(NDJSONTruncated, 1, BOM[:2])]),
    ("two marks", BOM * 2 + b"{}\n", [odd(NDJSONMalformed, 1, BOM + b"{}")]),
    ("a mark at the last line", b"\n" + BOM, [odd(NDJSONTruncated, 2, BOM)]),
    ("blanks around", b" \t{}\r\r\n", [line(1, b"{}")]),
    ("CR is no line end", b"1\r2\n", [odd(NDJSONMalformed, 1, b"1\r2")]),
    ("blanks at the end", b"{}\n \t\r", [line(1, b"{}")]),
    ("LF CR", b"{}\n\r{}\n", [line(1, b"{}"), line(2, b"{}")]),
    ("NaN", b"NaN\n", [odd(NDJSONMalformed, 1, b"NaN")]),
    ("not UTF-8", b'"\xff"\n', [odd(NDJSONMalformed, 1, b'"\xff"')]),
    ("half a character", b'"\xe4\xbd', [odd(NDJSONTruncated, 1, b'"\xe4\xbd')]),
    ("text without an end", b"<html>", [odd(NDJSONTruncated, 1, b"<html>")]),
    ("half a literal", b"1\ntru", [line(1, b"1"), odd(NDJSONTruncated, 2, b"tru")]),
    ("two values", b"{}{}\n", [odd(NDJSONMalformed, 1, b"{}{}")]),
    ("too deep", b"[" * 200 + b"\n1\n", [odd(NDJSONMalformed, 1, b"[" * 200),
                                          line(2, b"1")]),
]  # fmt: skip


@pytest.mark.parametrize("parser", ["codecs", "own"])
@pytest.mark.parametrize(
    ("body", "wanted"), [t[1:] for t in TABLE], ids=[t[0] for t in TABLE]
)
def test_table(body, wanted, parser):
    for pieces in cuts([body], 1):
        items, failed, _ = run(pieces, PARSERS[parser])
        assert not failed
        assert [
            item
            if isinstance(item, NDJSONLine)
            else (type(item), item.number, item.raw)
            for item in items
        ] == wanted


def test_an_item_comes_with_the_byte_that_completes_it():
    decoder = NDJSONDecoder()
    assert decoder.feed(b'{"a":1}') == []
    assert decoder.feed(b"\n2") == [line(1, b'{"a":1}')]
    assert decoder.feed(b"\n") == [line(2, b"2")]


def test_whatever_json_raises_for_a_bad_text_is_an_item():
    # json.loads raises UnicodeDecodeError, JSONDecodeError and, deep down, this.
    def deep(_):
        raise RecursionError

    for loads, raw in ((json.loads, b"\xff"), (json.loads, b"{"), (deep, b"[")):
        error = RemoteProtocolError("the line is not JSON")
        assert run([raw + b"\n"], loads)[0] == [NDJSONMalformed(1, raw, error)]


LIMITS = [
    # body, options, items before the fault, limit, offset
    (b"1\n22\n333\n4\n", {"max_line_bytes": 2}, 2, "max_line_bytes", 7),
    (b"1\n22\n333", {"max_line_bytes": 2}, 2, "max_line_bytes", 7),
    (b"22\r\n1\n", {"max_line_bytes": 2}, 0, "max_line_bytes", 2),
    (b"1\n22\n333\n", {"max_total_bytes": 5}, 2, "max_total_bytes", 5),
    (b"1\n22\n333\n", {"max_total_bytes": 4}, 1, "max_total_bytes", 4),
    (b"1\n", {"max_total_bytes": 0}, 0, "max_total_bytes", 0),
    (b"1\n22\n", {"max_total_bytes": 2, "max_line_bytes": 1}, 1, "max_total_bytes", 2),
    (b"1\n22\n", {"max_total_bytes": 4, "max_line_bytes": 1}, 1, "max_line_bytes", 3),
]


@pytest.mark.parametrize(("body", "options", "count", "name", "offset"), LIMITS)
def test_limits_in_every_cut(body, options, count, name, offset):
    value = options[name]
    for pieces in cuts([body], 3):
        items, failed, trailing = run(pieces, **options)
        assert [type(item) for item in items[:-1]] == [NDJSONLine] * count
        error = LimitExceededError(name, value, offset=offset)
        assert items[-1] == NDJSONFault(error, offset)
        assert failed
        assert trailing == len(body) - offset


def test_what_meets_a_limit_exactly_is_read():
    for pieces in cuts([b"333\n22\n"], 4):
        items, failed, _ = run(pieces, max_line_bytes=3, max_total_bytes=7)
        assert [item.value for item in items] == [333, 22]
        assert not failed


def test_wrong_calls():
    decoder = NDJSONDecoder()
    with pytest.raises(StateError):
        decoder.feed("text")
    assert decoder.feed(memoryview(b"1\n")) == [line(1, b"1")]
    decoder.close()
    with pytest.raises(StateError):
        decoder.feed(b"")


@pytest.mark.parametrize(
    "values", [[b"{}", b"1\n2"], [b""], [b" \r\t"], [BOM + b"{}"], [b"{\n}"]]
)
def test_the_encoder_refuses_what_is_not_one_line(values):
    with pytest.raises(LocalError) as caught:
        encode_ndjson(values)
    assert caught.value.path == f"values[{len(values) - 1}]"


def test_encode():
    assert encode_ndjson([]) == b""
    assert encode_ndjson([b'{"a":1}', b"2"]) == b'{"a":1}\n2\n'


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4)
    ),
    max_leaves=8,
)


@given(st.lists(JSON, max_size=6), st.integers(0, 99))
def test_round_trip(values, seed):
    body = encode_ndjson(map(_json.dumps, values))
    for loads in (_json.loads, None):
        for pieces in cuts([body], seed):
            items = run(pieces, loads)[0]
            assert repr([item.value for item in items]) == repr(values)


LINES = st.sampled_from(
    [b"{}", b"\n", b"\r", b" ", b"{", b'"\xe2\x80\xa8"', BOM, b"1", b"\x0b", b"\xff"]
)


@given(st.lists(LINES, max_size=20).map(b"".join), st.integers(0, 12), st.data())
def test_no_cut_and_no_copy_changes_anything(body, limit, data):
    options = {"max_line_bytes": limit} if limit < 12 else {"max_total_bytes": 15}
    wanted = run([body], **options)
    for pieces in cuts([body], limit):
        assert run(pieces, **options) == wanted
    at = data.draw(st.integers(0, len(body)))
    decoder = NDJSONDecoder(_json.loads, **options)
    before = decoder.feed(body[:at])
    for twin in (copy.deepcopy(decoder), pickle.loads(pickle.dumps(decoder))):
        items = before + feed_all(twin, [body[at:]])
        assert (items, twin.failed, twin.trailing_bytes) == wanted
    faults = [item for item in wanted[0] if isinstance(item, NDJSONFault)]
    assert faults == wanted[0][len(wanted[0]) - len(faults) :]
    assert len(faults) <= 1


def test_a_partial_is_as_good_as_a_function():
    loads = functools.partial(_json.loads, max_depth=1)
    items = run([b"[]\n[[]]\n"], loads)[0]
    assert [type(item) for item in items] == [NDJSONLine, NDJSONMalformed]
    assert isinstance(items[1].error, LimitExceededError)
