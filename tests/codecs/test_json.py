"""`codecs._json`: one meaning of JSON, whichever back end goes first."""

import base64
import collections
import enum
import json
import math
import random
import sys
import types
import uuid

import pytest
from hypothesis import example, given, strategies as st
from tests._paths import SHARED
from tests.codecs._json_support import both, str_of

from modelwire.codecs import _json
from modelwire.errors import (
    InvalidIRError,
    LimitExceededError,
    ModelwireError,
    RemoteProtocolError,
    StateError,
)

pytest.importorskip("orjson")

VECTORS = SHARED / "conformance" / "json_limits.json"


def load_vectors():
    if not VECTORS.exists():
        return []
    vectors = json.loads(VECTORS.read_text("utf-8"))["vectors"]
    return [v for v in vectors if v["kind"] == "text"]


def text_of(vector):
    if "generate" not in vector:
        return base64.b64decode(vector["input_b64"])
    g = vector["generate"]
    parts = (
        g["prefix"], g["unit"] * g["count"], g["middle"],
        g["unit2"] * g["count2"], g.get("suffix", ""),
    )  # fmt: skip
    return "".join(parts).encode()


@pytest.mark.skipif(not VECTORS.exists(), reason="no shared folder")
@pytest.mark.parametrize("vector", load_vectors(), ids=lambda v: v["id"])
def test_vector(vector):
    got = both(_json.loads, text_of(vector))
    expect = vector["expect"]
    failed = isinstance(got, RemoteProtocolError)
    if expect["outcome"] == "error":
        assert failed
    elif expect["outcome"] in ("value", "top_level"):
        assert not failed
    if "value" in expect:
        assert repr(got) == repr(expect["value"])
    if not failed:
        again = both(_json.dumps, got)
        assert both(_json.loads, again) == got


ACCEPTED = [
    (b"18446744073709551615", 2**64 - 1),
    (b"18446744073709551616", 2**64),
    (b"-9223372036854775808", -(2**63)),
    (b"-9223372036854775809", -(2**63) - 1),
    (b'{"a":[123456789012345678901234567890]}',
     {"a": [123456789012345678901234567890]}),
    (b'["%s",36893488147419103232]' % (b"x" * 20_000), ["x" * 20_000, 2**65]),
    (b'["%s",-9223372036854775809]' % (b"x" * 20_000), ["x" * 20_000, -(2**63) - 1]),
    (b'["%s",1e30,0.5]' % (b"x" * 20_000), ["x" * 20_000, 1e30, 0.5]),
    (b'"%s"' % (b"x" * 20_000), "x" * 20_000),
    (b"0." + b"1" * 20_000, 0.1111111111111111),
    (b'"%s"' % (b"1" * 40), "1" * 40),
    (b"9" * 4300, int("9" * 4300)),
    (b"1" + b"0" * 400, 10**400),
    (b"1e400".replace(b"400", b"300"), 1e300),
    (b"123456789012345678901234.5", 1.2345678901234568e23),
    (b"-0", 0),
    (b"-0.0", -0.0),
    (b"0e999", 0.0),
    (b"1e-999", 0.0),
    (b'"\\ud83d"', "\ud83d"),
    (b'"\\ud83dx"', "\ud83dx"),
    (b'"\\ude00\\ud83d"', "\ude00\ud83d"),
    (b'"\\ud83d\\ude00"', "\U0001f600"),
    ('"\ud83d"', "\ud83d"),
    ('"\ud83d\ude00"', "\U0001f600"),
    ('{"é":"\U0001f600"}', {"é": "\U0001f600"}),
    (b'{"a":1,"b":2,"a":3}', {"a": 3, "b": 2}),
    (b"\xef\xbb\xbf {}", {}),
    (b" \t\r\n[1]\n ", [1]),
    (b'"\x7f"', "\x7f"),
    (b'"\\u0000"', "\x00"),
    (bytearray(b"[1]"), [1]),
    (memoryview(b"[1]x")[:3], [1]),
]  # fmt: skip


@pytest.mark.parametrize(("data", "value"), ACCEPTED, ids=str_of)
def test_accepted(data, value):
    assert repr(both(_json.loads, data)) == repr(value)


REFUSED = [
    (b"", "it is empty", 0),
    (b" \n", "it is empty", 2),
    (b"NaN", "NaN and Infinity are not JSON", 0),
    (b'["NaN",-Infinity]', "NaN and Infinity are not JSON", 7),
    (b"[1e999]", "a number overflows a float", None),
    (b"1" + b"0" * 400 + b".0", "a number overflows a float", None),
    (b"9" * 5000, "an integer has too many digits", None),
    (b'{"a":1} x', "text after the value", 8),
    (b"1\x00", "text after the value", 1),
    (b"[1,2", "it ends too early", 4),
    (b'{"a":"b', "it ends too early", 5),
    (b'"\xff"', "it is not UTF-8", 1),
    (b'"\xed\xa0\x80"', "it is not UTF-8", 1),
    ("[1]".encode("utf-16"), "it is not UTF-8", 0),
    ('{"é":tru}'.encode(), "an unexpected character", 6),
    ('{"é":tru}', "an unexpected character", 6),
    ("\ufeff{}", "an unexpected character", 0),
    (b"\xef\xbb\xbf\xef\xbb\xbf{}", "an unexpected character", 3),
    (b"\xef\xbb\xbfx", "an unexpected character", 3),
    (b"\x0c1", "an unexpected character", 0),
    (b'"\t"', "an unexpected character", 1),
    (b"01", "text after the value", 1),
]


@pytest.mark.parametrize(("data", "reason", "offset"), REFUSED, ids=str_of)
def test_refused(data, reason, offset):
    error = both(_json.loads, data)
    assert isinstance(error, RemoteProtocolError)
    assert str(error).startswith(f"invalid JSON: {reason}")
    assert error.offset == offset


@pytest.mark.parametrize("data", [None, 1, [], {}])
def test_misuse_is_a_local_error(data):
    assert isinstance(both(_json.loads, data), StateError)


@pytest.mark.parametrize(
    "nest",
    [
        lambda n: b"[" * n + b"]" * n,
        lambda n: b'{"a":' * n + b"1" + b"}" * n,
        lambda n: b'["[[[[{{{{",' * n + b"1" + b"]" * n,
        lambda n: b"[[]," * (n - 1) + b"[]" + b"]" * (n - 1),
    ],
)
@pytest.mark.parametrize("limit", [1, 2, 20, 128, 200, 254, 255, 300])
def test_depth_is_counted_by_us(nest, limit):
    value = both(_json.loads, nest(limit), max_depth=limit)
    assert not isinstance(value, ModelwireError)
    error = both(_json.loads, nest(limit + 1), max_depth=limit)
    assert isinstance(error, LimitExceededError)
    assert (error.limit, error.maximum) == ("max_json_depth", limit)


def test_scalars_need_no_depth():
    assert both(_json.loads, b"1", max_depth=0) == 1
    assert isinstance(both(_json.loads, b"[]", max_depth=0), LimitExceededError)


def test_depth_and_other_faults_do_not_depend_on_the_free_stack():
    def deep(frames):
        return deep(frames - 1) if frames else both(_json.loads, b"[" * 5000)

    errors = {str(deep(frames)) for frames in (0, 100, 300)}
    assert errors == {"max_json_depth of 128 exceeded [byte 128]"}
    # An error in front of the bracket that is too deep comes first.
    error = both(_json.loads, b"[x," + b"[" * 5000)
    assert not isinstance(error, LimitExceededError)


def test_a_full_stack_is_no_foreign_error(backend):
    data = b"[" * 100 + b"]" * 100

    def fill():
        try:
            return fill()
        except RecursionError:
            return None

    def with_little_stack():
        try:
            return _json.loads(data)
        except LimitExceededError as error:
            return error

    fill()
    limit = sys.getrecursionlimit()
    try:
        sys.setrecursionlimit(len(_frames()) + 60)
        got = with_little_stack()
    finally:
        sys.setrecursionlimit(limit)
    assert isinstance(got, list | LimitExceededError)


def _frames():
    frame = sys._getframe()
    found = []
    while frame is not None:
        found.append(frame)
        frame = frame.f_back
    return found


class Colour(enum.Enum):
    RED = "red"


class Name(str):
    __slots__ = ()


class Level(enum.IntEnum):
    HIGH = 3


class Metres(float):
    __slots__ = ()


WRITTEN = [
    ({"b": 1, "a": [1, 2.0, None, True, False]},
     b'{"b":1,"a":[1,2.0,null,true,false]}'),
    ("é\U0001f600\u2028\x7f", '"é\U0001f600\u2028\x7f"'.encode()),
    ('\x00\x1f\b\f\n\r\t"\\/', b'"\\u0000\\u001f\\b\\f\\n\\r\\t\\"\\\\/"'),
    ("\ud83d", b'"\\ud83d"'),
    ("\ud83d\ude00", '"\U0001f600"'.encode()),
    ({"\ude00": "é\ude00"}, '{"\\ude00":"é\\ude00"}'.encode()),
    (1e16, b"1e+16"), (1e22, b"1e+22"), (1e-5, b"1e-05"), (1.5e-7, b"1.5e-07"),
    (1e-4, b"0.0001"), (-1e-5, b"-1e-05"), (-1e16, b"-1e+16"), (-0.0, b"-0.0"),
    (9999999999999998.0, b"9999999999999998.0"), (5e-324, b"5e-324"),
    (1e15, b"1000000000000000.0"), (0.1, b"0.1"), (100.0, b"100.0"),
    (2**64, b"18446744073709551616"), (-(2**63) - 1, b"-9223372036854775809"),
    (10**400, b"1" + b"0" * 400),
    ((1, (2,)), b"[1,[2]]"),
    (types.MappingProxyType({"a": (1,)}), b'{"a":[1]}'),
    (collections.OrderedDict(b=1, a=2), b'{"b":1,"a":2}'),
    (collections.ChainMap({"a": 1}), b'{"a":1}'),
    ([Name("x"), {Name("k"): Name("v")}], b'["x",{"k":"v"}]'),
    ([Colour.RED, Level.HIGH, Metres(1.5)], b'["red",3,1.5]'),
    ({}, b"{}"), ([], b"[]"), ("", b'""'), (None, b"null"),
]  # fmt: skip


@pytest.mark.parametrize(("value", "data"), WRITTEN, ids=str_of)
def test_written(value, data):
    assert both(_json.dumps, value) == data
    assert both(_json.dumps_str, value) == data.decode()
    assert both(_json.dumps, _json.loads(data)) == data


UNWRITABLE = [
    (math.nan, None), ({"a": [0, math.inf]}, "$.a[1]"), ([-math.inf], "$[0]"),
    ({1: 2}, None), ({"a": {None: 2}}, "$.a"), ({True: 1}, None),
    ({"a": {1, 2}}, "$.a"), (b"x", None), ([object()], "$[0]"),
    ([uuid.UUID(int=0)], "$[0]"), ({"a": types.SimpleNamespace()}, "$.a"),
    (10**5000, None),
]  # fmt: skip


@pytest.mark.parametrize(("value", "path"), UNWRITABLE, ids=str_of)
def test_unwritable(value, path):
    error = both(_json.dumps, value)
    assert isinstance(error, InvalidIRError)
    assert error.path == path


def test_output_depth_is_bounded():
    def nested(levels, kind):
        value = 1
        for _ in range(levels):
            value = (
                [value] if kind is list else (value,) if kind is tuple else {"a": value}
            )
        return value

    for kind in (list, tuple, dict):
        assert isinstance(both(_json.dumps, nested(254, kind)), bytes)
        assert isinstance(both(_json.dumps, nested(255, kind)), InvalidIRError)
    cycle = []
    cycle += [cycle, cycle]
    assert isinstance(both(_json.dumps, cycle), InvalidIRError)


@given(st.text() | st.text(alphabet=st.characters(categories=["Cs"])))
@example('"\\/\b\x7f\u2028')
def test_escape_is_what_dumps_writes(text):
    assert both(_json.escape, text) == both(_json.dumps, text)


texts = st.text(max_size=10) | st.text(
    alphabet=st.sampled_from('a\ud83d\ude00\U0001f600é"\\\n'), max_size=6
)
numbers = (
    st.integers()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False, allow_infinity=False)
)
values = st.recursive(
    st.none() | st.booleans() | numbers | texts,
    lambda inner: (
        st.lists(inner, max_size=5) | st.dictionaries(texts, inner, max_size=5)
    ),
    max_leaves=20,
)


@given(values)
def test_dumps_is_equal_and_idempotent(value):
    once = both(_json.dumps, value)
    assert both(_json.dumps, both(_json.loads, once)) == once
    assert both(_json.loads, once.decode()) == both(_json.loads, once)


@given(values, st.booleans(), st.sampled_from([None, 1]))
def test_loads_is_equal_on_other_spellings(value, ascii_only, indent):
    text = json.dumps(value, ensure_ascii=ascii_only, indent=indent)
    both(_json.loads, text)
    both(_json.loads, text.encode("utf-8", "surrogatepass"))


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_floats_are_spelled_as_repr(value):
    assert both(_json.dumps, value) == repr(value).encode()


@given(
    st.lists(
        st.sampled_from(
            [*'{}[]:,"\\ \n0123456789.eE+-', '"a"', "true", "null", "NaN", "\\ud83d",
             "\\ude00", "-Infinity", "é", "1e999", "12345678901234567890"]
        ),
        max_size=20,
    ).map("".join)
)  # fmt: skip
def test_back_ends_agree_on_any_text(text):
    both(_json.loads, text)
    both(_json.loads, text.encode())


@given(values, st.integers(0, 2**32))
def test_back_ends_agree_on_mutated_bytes(value, seed):
    rng = random.Random(seed)
    data = bytearray(_json.dumps(value))
    for _ in range(rng.randint(1, 4)):
        at = rng.randrange(len(data) + 1)
        data[at : at + rng.randint(0, 2)] = rng.choice(
            [b"", b'"', b"\\", b"\xff", b"\x00", b"[", b"}", b"9" * 19, b"e", b"-"]
        )
    both(_json.loads, bytes(data))


@pytest.mark.parametrize("offset", range(12))
@pytest.mark.parametrize("digits", [18, 19, 20, 21])
@pytest.mark.parametrize("pad", [0, 300, 5000])
def test_long_integers_are_exact_wherever_they_stand(offset, digits, pad):
    number = "9" * digits
    text = f'{{"{"a" * offset}":"{"x" * pad}","b":[-{number},{number}]}}'
    assert both(_json.loads, text)["b"] == [-int(number), int(number)]


@pytest.mark.parametrize("decoys", [1, 7, 9, 60])
@pytest.mark.parametrize("decoy", ["123456789012", "1758968520123", "9" * 18, "7" * 30])
def test_a_long_integer_is_found_behind_others_that_look_long(decoy, decoys):
    number = "9" * 20
    rows = [f"{'x' * (n % 7)} {decoy} y" for n in range(decoys)]
    text = json.dumps({"before": rows})[:-1] + f',"n":{number},"after":' + "0.5}"
    assert both(_json.loads, text)["n"] == int(number)
    assert both(_json.loads, json.dumps(rows)) == rows


def test_cost_of_a_long_scan_is_linear():
    # Not timed: a quadratic scan of this size would take minutes.
    for data in (b'"' + b"\\" * 2_000_000, b'["' * 1_000_000, b"1" * 3_000_000):
        assert isinstance(both(_json.loads, data), RemoteProtocolError)


def test_backend_is_told_and_switched(backend):
    assert backend == _json.BACKEND
    assert _json._use("stdlib") == backend
    with pytest.raises(ValueError):
        _json._use("simplejson")
    assert _json.BACKEND == "stdlib"


def test_a_back_end_that_is_not_there(monkeypatch):
    monkeypatch.setattr(_json, "_orjson", None)
    with pytest.raises(ImportError, match="orjson is not installed"):
        _json._use("orjson")


TEXT = b'"' + b"x" * 50_000 + b'"'
"""So long that the values are looked at instead of the bytes."""
SHORTER = b'"' + b"x" * 20_000 + b'"'
"""The same, because there is little else."""


@pytest.mark.parametrize(("levels", "refused"), [(2, False), (3, True), (9, True)])
@pytest.mark.parametrize("text", [TEXT, SHORTER], ids=["long", "shorter"])
@pytest.mark.parametrize("more", [b"", b",1" * 50_000], ids=["few", "many"])
def test_depth_of_a_long_text(levels, refused, text, more):
    inner = b"[" * levels + b"]" * levels
    data = b"[%b,%b%b]" % (text, inner, more)
    found = both(lambda text: _json.loads(text, max_depth=3), data)
    assert isinstance(found, LimitExceededError) is refused


@pytest.mark.parametrize("number", ["9007199254740993", str(2**63), str(-(2**63) - 1)])
@pytest.mark.parametrize("text", [TEXT, SHORTER], ids=["long", "shorter"])
@pytest.mark.parametrize("more", [b"", b",1.5" * 50_000], ids=["few", "many"])
def test_integers_of_a_long_text(number, text, more):
    value = both(_json.loads, b'[%b,{"a":%b}%b]' % (text, number.encode(), more))
    assert value[1]["a"] == int(number)
    assert type(value[1]["a"]) is int


def test_floats_of_a_long_text():
    value = both(_json.loads, b"[%b,1e3,1e300,-1e300,0.5]" % TEXT)
    assert value[1:] == [1000.0, 1e300, -1e300, 0.5]


def test_integers_of_a_class_are_integers(backend):
    class Count(int):
        def __repr__(self):
            return "many"

    assert _json.dumps({"n": Count(3)}) == b'{"n":3}'


def test_a_value_that_the_stack_cannot_hold(monkeypatch):
    def exhausted(value):
        raise RecursionError

    monkeypatch.setattr(_json._reference, "_encode", exhausted)
    with pytest.raises(InvalidIRError, match="too deep for the stack"):
        _json._reference.dumps([1])
