"""`framing.PartialJSON`: the conformance vectors, tables of our own, properties."""

import base64
import copy
import json
import random

import pytest
from hypothesis import example, given, strategies as st
from tests._paths import SHARED

from modelwire.codecs import _json
from modelwire.errors import LimitExceededError, RemoteProtocolError, StateError
from modelwire.framing import ABSENT, PartialJSON, parse_partial

VECTORS = SHARED / "conformance" / "partial_json.json"


def load_vectors():
    if not VECTORS.exists():
        return []
    return json.loads(VECTORS.read_text("utf-8"))["vectors"]


def states(vector):
    """Give (bytes so far, what is expected then) of a vector."""
    if "chunks_b64" in vector:
        fed = b""
        for chunk, expect in zip(
            vector["chunks_b64"], vector["expect"]["snapshots"], strict=True
        ):
            fed += base64.b64decode(chunk)
            yield fed, expect
    else:
        yield base64.b64decode(vector["input_b64"]), vector["expect"]


def wanted(expect):
    return ABSENT if expect.get("absent") else expect["value"]


def same(left, right):
    """Compare with types: 1 is not 1.0, and ABSENT is only itself."""
    return repr(left) == repr(right)


def check(parser, expect):
    assert parser.status == expect["status"]
    if "off" in expect:
        assert same(parser.value(), wanted(expect["off"]))
        assert same(parser.value(trailing_strings=True), wanted(expect["trailing"]))
    if expect["status"] in ("partial", "complete", "empty"):
        assert parser.extendable is expect.get("extendable", False)
        assert parser.error is None
    else:
        assert isinstance(parser.error, RemoteProtocolError)


def fed(pieces):
    parser = PartialJSON()
    for piece in pieces:
        parser.feed(piece)
    return parser


def single(data):
    return [data[i : i + 1] for i in range(len(data))]


def random_cuts(data, seed):
    rng = random.Random(seed)
    cuts = sorted(rng.choices(range(len(data) + 1), k=rng.randint(0, 9)))
    return [data[a:b] for a, b in zip([0, *cuts], [*cuts, len(data)], strict=True)]


@pytest.mark.skipif(not VECTORS.exists(), reason="no shared folder")
@pytest.mark.parametrize("vector", load_vectors(), ids=lambda v: v["id"])
def test_vector_in_every_chunking(vector):
    for data, expect in states(vector):
        small = data[:2000] if expect["status"] == "depth_error" else data
        check(fed([data]), expect)
        check(fed(single(small)), expect)
        for seed in range(5):
            check(fed(random_cuts(data, seed)), expect)
        for cut in range(min(len(data), 60)):
            check(fed([data[:cut], data[cut:]]), expect)
        try:
            text = data.decode()
        except UnicodeDecodeError:
            continue
        check(fed([text]), expect)
        check(fed(single(text[:2000])), expect)


@pytest.mark.skipif(not VECTORS.exists(), reason="no shared folder")
@pytest.mark.parametrize(
    "vector",
    [v for v in load_vectors() if "chunks_b64" in v],
    ids=lambda v: v["id"],
)
def test_sequence_in_one_parser(vector):
    parser = PartialJSON()
    for chunk, expect in zip(
        vector["chunks_b64"], vector["expect"]["snapshots"], strict=True
    ):
        parser.feed(base64.b64decode(chunk))
        check(parser, expect)
    assert same(parser.value(), vector["expect"]["final"])


TABLE = [
    ("", "empty", ABSENT, ABSENT),
    (" \r\n\t", "empty", ABSENT, ABSENT),
    ("\ufeff{}", "invalid", ABSENT, ABSENT),
    ("[\ufeff", "invalid", [], []),
    ("t", "partial", ABSENT, ABSENT),
    ("true", "complete", True, True),
    ("[null", "partial", [None], [None]),
    ("nall", "invalid", ABSENT, ABSENT),
    ("truex", "invalid", True, True),
    ("-0", "complete", 0, 0),
    ("-0.0", "complete", -0.0, -0.0),
    ("1e5", "complete", 1e5, 1e5),
    ("1E+", "partial", ABSENT, ABSENT),
    ("1.x", "invalid", ABSENT, ABSENT),
    ("00", "invalid", 0, 0),
    ("[1e999", "invalid", [], []),
    ("[1e999]", "invalid", [], []),
    ("[0e999]", "complete", [0.0], [0.0]),
    ("1" + "0" * 400 + ".5", "partial", ABSENT, ABSENT),
    ("1" + "0" * 400 + ".5e-", "partial", ABSENT, ABSENT),
    ("1" + "0" * 400 + ".5e-1", "partial", ABSENT, ABSENT),
    ("1" + "0" * 400 + ".5e-400", "complete", 1.0, 1.0),
    ("9" * 5000, "partial", ABSENT, ABSENT),
    ("[" + "9" * 5000 + ",", "invalid", [], []),
    ('{"a":1,"b', "partial", {"a": 1}, {"a": 1}),
    ('{"a":"x', "partial", {}, {"a": "x"}),
    ('{"a":["x","y', "partial", {"a": ["x"]}, {"a": ["x", "y"]}),
    ('{"a":[{"b":"y', "partial", {"a": [{}]}, {"a": [{"b": "y"}]}),
    ('{"a":{"b":1},"a":2', "partial", {"a": 2}, {"a": 2}),
    ('"\\ud83d', "partial", ABSENT, ""),
    ('"\\ud83d\\', "partial", ABSENT, ""),
    ('"\\ud83d\\n', "partial", ABSENT, "\ud83d\n"),
    ('"\\ud83d\\ud83d\\ude00"', "complete", "\ud83d\U0001f600", "\ud83d\U0001f600"),
    ('"\\ude00', "partial", ABSENT, "\ude00"),
    ('"a\ud83d', "partial", ABSENT, "a"),
    ('"a\ud83d\ude00', "partial", ABSENT, "a\U0001f600"),
    ('"a\ud83db', "partial", ABSENT, "a\ud83db"),
    ("[\ud83d", "invalid", [], []),
    ('"\t', "invalid", ABSENT, ""),
    ('"\\x', "invalid", ABSENT, ""),
    ('"\\u00g', "invalid", ABSENT, ""),
    ("[1 2", "invalid", [1], [1]),
    ("{1", "invalid", {}, {}),
    ("[}", "invalid", [], []),
    ('{"a":1]', "invalid", {"a": 1}, {"a": 1}),
    ("1 ", "complete", 1, 1),
    ("[] []", "invalid", [], []),
    ("NaN", "invalid", ABSENT, ABSENT),
]


@pytest.mark.parametrize(("text", "status", "off", "trailing"), TABLE)
def test_table_in_every_chunking(text, status, off, trailing):
    pieces = [[text], single(text), *(random_cuts(text, seed) for seed in range(5))]
    for parser in map(fed, pieces):
        assert parser.status == status
        assert same(parser.value(), off)
        assert same(parser.value(trailing_strings=True), trailing)
    result = parse_partial(text, trailing_strings=True)
    assert result.status == status
    assert same(result.value, trailing)


@pytest.mark.parametrize(
    ("data", "status"),
    [
        (b'"\xe2\x82', "partial"),
        (b"\xef\xbb", "invalid"),
        (b"{}\xef", "invalid"),
        (b'"\\\xc3', "invalid"),
        (b'"\xed\xa0\x80"', "invalid"),
        (b'"\xc3"', "invalid"),
    ],
)
def test_bytes_cut_inside_characters(data, status):
    for pieces in ([data], single(data)):
        assert fed(pieces).status == status


def test_extendable_is_for_numbers_at_the_top():
    assert parse_partial("12").extendable
    assert not parse_partial("12 ").extendable
    assert not parse_partial("[12").extendable
    assert not parse_partial("1.").extendable


@pytest.mark.parametrize(
    ("text", "offset"),
    [("[1,]", 3), ('{"é":x', 6), ("nulx", 3), ("[1] x", 4)],
)
def test_fault_says_where_in_bytes(text, offset):
    for pieces in ([text], single(text), single(text.encode())):
        assert fed(pieces).error.offset == offset


def test_depth_is_bounded():
    assert fed(["[" * 128]).status == "partial"
    parser = fed(["[" * 129])
    assert parser.status == "depth_error"
    assert parser.error == LimitExceededError("max_json_depth", 128, offset=128)
    assert fed(single("[" * 5000)).status == "depth_error"
    assert parse_partial("[[", max_depth=1).status == "depth_error"
    deep = PartialJSON(max_depth=100_000)
    deep.feed("[" * 100_000)
    assert copy.deepcopy(deep).status == "partial"
    assert deep.value() is not ABSENT


def test_misuse_is_a_local_error():
    with pytest.raises(StateError):
        PartialJSON().feed(1)
    parser = fed([b'"\xc3'])
    with pytest.raises(StateError):
        parser.feed("x")
    parser = fed(['"\ud83d', b"x"])
    assert parser.value(trailing_strings=True) == "\ud83dx"


def test_after_a_fault_nothing_changes():
    parser = fed(["[1,]"])
    before = parser.error
    parser.feed("2]")
    assert parser.error is before
    assert parser.value() == [1]


@pytest.mark.parametrize("copier", [copy.copy, copy.deepcopy])
def test_copies_are_independent(copier):
    text = '{"a":[1,{"b":"x\\u00e9y"}],"c":tru'
    for cut in range(len(text)):
        parser = fed([text[:cut]])
        twin = copier(parser)
        before = repr(parser.value(trailing_strings=True))
        twin.feed(text[cut:])
        assert repr(parser.value(trailing_strings=True)) == before
        assert twin.value() == {"a": [1, {"b": "xéy"}]}


def test_snapshots_belong_to_the_caller():
    parser = fed(['{"a":[1'])
    parser.value()["a"].append("mine")
    parser.feed("]}")
    parser.value()["a"].append("mine")
    assert parser.value() == {"a": [1]}


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(max_size=8)
    | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(max_size=4), inner, max_size=4)
    ),
    max_leaves=12,
)


@given(json_values, st.booleans(), st.integers(0, 2**32))
def test_every_prefix_can_become_the_whole(value, ascii_only, seed):
    text = json.dumps(value, ensure_ascii=ascii_only)
    parser = PartialJSON()
    for piece in random_cuts(text, seed):
        parser.feed(piece)
        assert parser.status not in ("invalid", "depth_error")
        parser.value(trailing_strings=True)
    assert parser.status == "complete"
    assert same(parser.value(), value)


@given(
    st.text(alphabet='{}[],:"\\u0123e+-.tfnalsru d8\ud83d\ude00é\n\ufeff', max_size=20),
    st.integers(0, 2**32),
)
@example("1e999", 0)
@example('"\\ud83d\ude00"', 0)
def test_complete_means_what_loads_means(text, seed):
    whole = fed([text])
    cut = fed(random_cuts(text, seed))
    assert (cut.status, repr(cut.value())) == (whole.status, repr(whole.value()))
    assert cut.error == whole.error
    try:
        value = _json.loads(text)
    except RemoteProtocolError:
        assert whole.status != "complete"
    else:
        assert whole.status == "complete"
        assert same(whole.value(), value)
