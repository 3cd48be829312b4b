"""`codecs._json`: texts that are read before, or without, being looked through."""

import pytest
from hypothesis import given, strategies as st
from tests.codecs._json_support import BACKENDS, both, on, str_of

from modelwire.codecs import _json
from modelwire.errors import RemoteProtocolError

pytest.importorskip("orjson")

# --- many texts at once -------------------------------------------------------------

AWKWARD = [
    b"1",
    b"18446744073709551616",
    b'{"a":-123456789012345678901,"b":[1]}',
    b'{"a":1758968520123,"b":0.1234567890123456789}',
    b'"\\ud800"',
    b"[" * 128 + b"]" * 128,
    b"[" * 129 + b"]" * 129,
    b'{"":' * 129 + b"0" + b"}" * 129,
    b'{"":[' * 65 + b"]}" * 65,
    b"NaN",
    b" {}",
    b"{} ",
    b"\xef\xbb\xbf{}",
    b'"\xff"',
    b"1e999",
    b"{}{}",
    b"",
    b'{"text":"' + b"x" * 700 + b'"}',
]


def check_vouched(texts):
    room = _json.vouch_all(texts)
    spoken_for = [text for text in texts if len(text) <= room]
    for text in spoken_for:
        try:
            value = _json.loads_vouched(text)
        except ValueError:
            continue
        assert repr(value) == repr(_json.loads(text))
    return spoken_for


@given(st.lists(st.sampled_from(AWKWARD), max_size=6))
def test_what_was_vouched_for_is_read_alike(texts):
    for name in BACKENDS:
        on(name, check_vouched, texts)
        for text in texts:
            assert both(_json.loads, text) is not Ellipsis


def test_a_read_of_ordinary_events_is_vouched_for(backend):
    event = b'{"created":1758968520,"choices":[{"delta":{"content":"caf\xc3\xa9"}}]}'
    assert check_vouched([event] * 50) == [event] * 50
    assert _json.loads_vouched(event) == _json.loads(event)
    assert _json.vouch_all([b"1" * 19]) == -1
    assert check_vouched([*[event] * 50, AWKWARD[1]]) == []
    assert check_vouched([b"[" * 129 + b"]" * 129]) == []
    assert _json.vouch_all([]) > 0


def test_lists_count_where_they_stand(backend):
    """What some events have many of says nothing of others that stand far away."""
    event = b'{"a":[{"b":[1]}],"c":[2],"text":"%b"}' % (b"w" * 300)
    assert check_vouched([event] * 45) == [event] * 45
    deep = b"[" * 129 + b"]" * 129
    for before in range(0, 4200, 100):
        texts = [b'"%b"' % (b"w" * before), deep, b'"w"' * 1000]
        assert deep not in check_vouched(texts), before


@pytest.mark.parametrize("text", AWKWARD, ids=str_of)
def test_a_text_alone_vouches_for_no_more_than_it_may(text, backend):
    check_vouched([text])


# --- read loosely first -------------------------------------------------------------


def settled(text):
    return _json.settle(_json.loads_loosely(text), text)


@pytest.mark.parametrize("text", AWKWARD, ids=str_of)
@pytest.mark.parametrize("kind", [bytes, bytearray, memoryview])
def test_what_was_read_loosely_is_settled(text, kind):
    for given_ in [text, text.decode()] if text.isascii() else [text]:
        whole = given_ if isinstance(given_, str) else kind(given_)
        assert both(settled, whole) == both(_json.loads, whole)


@given(st.sampled_from(AWKWARD), st.sampled_from(AWKWARD))
def test_an_exact_object_needs_no_settling(first, second):
    text = b'{"a":%b,"b":{"c":[%b]}}' % (first, second)
    for name in BACKENDS:
        on(name, check_exact, text)


def check_exact(text):
    try:
        value = _json.loads_loosely(text)
    except RemoteProtocolError:
        return
    if _json.is_exact(value):
        assert repr(value) == repr(_json.loads(text))


EXACT = [
    ({"a": "x", "b": 1, "c": True, "d": None}, True),
    ({"a": 1.5, "b": {"c": [2, "x"]}}, True),
    ({"a": 2.0**62}, True),
    ({"a": 2.0**63}, False),
    ({"a": {"b": [-(2.0**64)]}}, False),
]


@pytest.mark.parametrize(("value", "exact"), EXACT, ids=str)
def test_what_is_exact(value, exact, backend):
    # The standard library has read it by all the rules.
    assert _json.is_exact(value) is (exact or backend == "stdlib")


@pytest.mark.parametrize(("levels", "exact"), [(126, True), (127, True), (128, False)])
def test_how_deep_is_exact(levels, exact, backend):
    value = []
    for _ in range(levels - 1):
        value = [value]
    assert _json.is_exact({"a": value}) is (exact or backend == "stdlib")
