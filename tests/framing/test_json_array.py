"""`framing.JSONArrayDecoder` and its encoder: tables, splits, limits, totality."""

import copy
import json
import pickle

import pytest
from hypothesis import example, given, strategies as st

from modelwire.errors import LimitExceededError, RemoteProtocolError, StateError
from modelwire.framing import (
    ArrayFault,
    JSONArrayDecoder,
    JSONArrayEncoder,
    encode_json_array,
)

BOM = b"\xef\xbb\xbf"


def run(pieces, **options):
    decoder = JSONArrayDecoder(**options)
    items = []
    for piece in pieces:
        items += decoder.feed(piece)
    items += decoder.close()
    return items, decoder.complete, decoder.failed, decoder.trailing_bytes


def split(data, size):
    return [data[i : i + size] for i in range(0, len(data), size)]


WHOLE = [
    ("empty", b"[]", []),
    ("blank", b" \r\n[ \n\t]\r\n", []),
    ("one", b'[{"a":1}]', [b'{"a":1}']),
    ("gemini", b'[{"a":1}\n,\r\n{"b":[2]}\n]\n', [b'{"a":1}', b'{"b":[2]}']),
    ("bom", BOM + b'[{"a":1}]', [b'{"a":1}']),
    ("braces in strings", b'[{"a":"}]{["}]', [b'{"a":"}]{["}']),
    ("escaped quote", rb'[{"a":"\"}","b":"\\"}]', [rb'{"a":"\"}","b":"\\"}']),
    ("newline in a string", b'[{"a":"x\ny"}]', [b'{"a":"x\ny"}']),
    ("utf-8", '[{"é":"日本"}]'.encode(), ['{"é":"日本"}'.encode()]),
    (
        "deeper than the quick pattern",
        b"[" + b'{"a":' * 30 + b"1" + b"}" * 30 + b"]",
        [b'{"a":' * 30 + b"1" + b"}" * 30],
    ),
]


@pytest.mark.parametrize(("name", "body", "wanted"), WHOLE)
def test_whole_arrays(name, body, wanted):
    expected = (wanted, True, False, 0)
    assert run([body]) == expected
    for size in (1, 2, 3, 5):
        assert run(split(body, size)) == expected


FAULTS = [
    ("text", b"data: {}", [], 0),
    ("number", b"[1]", [], 1),
    ("string", b'[{} ,"x"]', [b"{}"], 5),
    ("array", b"[[]]", [], 1),
    ("no comma", b"[{}{}]", [b"{}"], 3),
    ("trailing comma", b"[{},]", [b"{}"], 4),
    ("leading comma", b"[,{}]", [], 1),
    ("an object", b"{}", [], 0),
    ("half a mark", b"\xef\xbb", [], 0),
    ("inside", b'[{},{"a":', [b"{}"], 9),
    ("inside a string", b'[{},{"a":"}', [b"{}"], 11),
]


@pytest.mark.parametrize(("name", "body", "items", "offset"), FAULTS)
def test_faults_come_last_and_once(name, body, items, offset):
    for size in (len(body), 1, 2, 3):
        found, complete, failed, _ = run(split(body, size))
        assert found[:-1] == items
        assert isinstance(found[-1], ArrayFault)
        assert found[-1].offset == offset
        assert isinstance(found[-1].error, RemoteProtocolError)
        assert (complete, failed) == (False, True)


def test_missing_bracket_is_no_fault_but_seen():
    assert run([b"[{}"]) == ([b"{}"], False, False, 0)
    assert run([b"[{},"]) == ([b"{}"], False, False, 0)
    assert run([b""]) == ([], False, False, 0)


def test_single_object():
    body = b' {"error":{"code":429}}\n'
    assert run([body], single=True) == ([body.strip()], True, False, 0)
    assert run(split(body, 1), single=True) == ([body.strip()], True, False, 0)


def test_what_follows_the_end_is_counted():
    for size in (99, 1, 2):
        assert run(split(b"[{}] \nx yz\n", size)) == ([b"{}"], True, False, 5)


def test_limit_of_an_element():
    body = b'[{"a":1},{"a":"' + b"x" * 100 + b'"}]'
    for size in (1, 7, 1000):
        found, *_ = run(split(body, size), max_element_bytes=20)
        assert found[0] == b'{"a":1}'
        assert isinstance(found[1].error, LimitExceededError)
        assert found[1].error.limit == "max_element_bytes"
        assert found[1].offset == 9 + 20
        assert len(found) == 2


def test_limit_of_the_body():
    body = b'[{"a":1},{"a":2}]'
    for size in (1, 4, 1000):
        found, *_ = run(split(body, size), max_total_bytes=10)
        assert found[0] == b'{"a":1}'
        assert found[1].error.limit == "max_total_bytes"
        assert found[1].offset == 10


def test_a_fault_before_the_limit_of_the_body():
    # The bytes beyond the limit are behind the fault like those before it.
    body = b"no array, and long"
    for size in (1, 4, 1000):
        found, _, failed, trailing = run(split(body, size), max_total_bytes=10)
        (fault,) = found
        assert isinstance(fault.error, RemoteProtocolError)
        assert not isinstance(fault.error, LimitExceededError)
        assert failed
        assert trailing == len(body) - fault.offset


def test_misuse():
    decoder = JSONArrayDecoder()
    with pytest.raises(StateError):
        decoder.feed("[]")
    decoder.close()
    assert decoder.close() == []
    with pytest.raises(StateError):
        decoder.feed(b"")


def test_copy_and_pickle_in_the_middle():
    decoder = JSONArrayDecoder()
    decoder.feed(b'[{"a":"\\')
    twins = [copy.deepcopy(decoder), pickle.loads(pickle.dumps(decoder)), decoder]
    for twin in twins:
        assert twin.feed(b'""},{}]') == [b'{"a":"\\""}', b"{}"]


def test_ends():
    decoder = JSONArrayDecoder()
    decoder.feed(b'[{},{"a":')
    assert decoder.ends == [3]
    decoder.feed(b"1} ,")
    assert decoder.ends == [11]


VALUES = st.recursive(
    st.none() | st.integers() | st.text(max_size=8) | st.sampled_from(['"', "\\", "}"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(max_size=4), inner, max_size=3)
    ),
    max_leaves=12,
)
OBJECTS = st.lists(st.dictionaries(st.text(max_size=4), VALUES, max_size=3), max_size=5)


@given(OBJECTS, st.data(), st.sampled_from([None, 1]), st.booleans())
def test_any_split_of_any_array(values, data, indent, ascii_only):
    body = json.dumps(values, indent=indent, ensure_ascii=ascii_only).encode()
    cuts = sorted(data.draw(st.lists(st.integers(0, len(body)), max_size=6)))
    pieces = [body[a:b] for a, b in zip([0, *cuts], [*cuts, len(body)], strict=True)]
    items, complete, failed, trailing = run(pieces)
    assert [json.loads(item) for item in items] == values
    assert (complete, failed, trailing) == (True, False, 0)


@given(st.text(alphabet='{}[]",\\ \nx', max_size=40), st.integers(1, 5))
@example(']{"\\', 1)
def test_nothing_raises_and_no_cut_matters(text, size):
    body = text.encode()
    for options in ({}, {"single": True}, {"max_element_bytes": 4}):
        whole = run([body], **options)
        assert run(split(body, size), **options) == whole
        assert sum(isinstance(item, ArrayFault) for item in whole[0]) <= 1


# --- with a parser lent -------------------------------------------------------------


def parse(element):
    try:
        return json.loads(element)
    except ValueError:
        return None


def compare(pieces, **options):
    """Run *pieces* with a parser and without; give how many elements it read."""
    plain = JSONArrayDecoder(**options)
    lent = JSONArrayDecoder(**options, parse=parse)
    read = 0
    for piece in pieces:
        items = lent.feed(piece)
        assert items == plain.feed(piece)
        assert lent.ends == plain.ends
        assert len(lent.values) == len(lent.ends)
        for item, value in zip(items, lent.values, strict=False):
            assert value is None or value == json.loads(item)
        read += sum(value is not None for value in lent.values)
    assert lent.close() == plain.close()
    assert (lent.complete, lent.trailing_bytes) == (
        plain.complete,
        plain.trailing_bytes,
    )
    return read


BETWEEN = st.sampled_from([b",\r\n", b"\n,\r\n", b",", b", ", b"\r\n,", b",\r", b"\r"])


@given(OBJECTS, st.data(), BETWEEN, st.sampled_from([None, 1]))
def test_a_parser_changes_nothing(values, data, between, indent):
    texts = [json.dumps(value, indent=indent).encode() for value in values]
    body = b"[" + between.join(texts) + b"\n]\n"
    cuts = sorted(data.draw(st.lists(st.integers(0, len(body)), max_size=6)))
    pieces = [body[a:b] for a, b in zip([0, *cuts], [*cuts, len(body)], strict=True)]
    for options in ({}, {"max_element_bytes": 8}, {"max_total_bytes": 40}):
        compare(pieces, **options)


@given(st.text(alphabet='{}[]",\\ \n\r:1', max_size=40), st.integers(1, 5))
def test_a_parser_changes_nothing_of_what_is_no_array(text, size):
    for body in (text.encode(), b"[{}" + text.encode()):
        compare([body])
        compare(split(body, size), single=True)


@pytest.mark.parametrize(
    ("body", "read"),
    [
        (b'[{"a":1}\n,\r\n{"b":[2]}\n,\r\n{}\n]\n', 2),
        (b'[{"a":1},\r\n{"b":[2]},\r\n{}\r\n]', 3),
        (b'[{"a":1},{"b":[2]},\r\n{}\r\n]', 0),
        (b'[{"a":"}\r"},\r\n{"b":2},\r\n{}]', 0),
    ],
)
def test_elements_before_a_cr_are_given_to_the_parser(body, read):
    assert compare([body]) == read


def test_one_element_a_read():
    assert (
        compare([b"[{}", b",\r\n{}", b"\n,\r\n{}", b",{}", b"", b",\r\n", b"{}"]) == 5
    )


@given(OBJECTS)
def test_encoder_writes_what_the_decoder_reads(values):
    elements = [json.dumps(value).encode() for value in values]
    body = encode_json_array(elements)
    assert json.loads(body) == values
    assert run([body]) == (elements, True, False, 0)


def test_encoder_bytes():
    encoder = JSONArrayEncoder()
    assert encoder.encode(b"{}") == b"[{}"
    assert encoder.encode(b"{}") == b",\r\n{}"
    assert encoder.close() == b"]"
    assert encoder.close() == b""
    with pytest.raises(StateError):
        encoder.encode(b"{}")
    assert JSONArrayEncoder().close() == b"[]"
