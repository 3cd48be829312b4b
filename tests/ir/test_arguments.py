"""Arguments of calls: a value of two classes, never an exception."""

from __future__ import annotations

import pytest
from hypothesis import example, given, strategies as hyp

from modelwire.codecs import _json
from modelwire.errors import RemoteProtocolError
from modelwire.ir import (
    Malformed,
    Parsed,
    ServerToolCallPart,
    ToolCallPart,
    _arguments,
    parse_arguments,
)
from modelwire.ir._arguments import MAX_DEPTH
from modelwire.testing import strategies as st


def call(text, kind="function"):
    return ToolCallPart(id="c", name="f", arguments=text, kind=kind)


GOOD = [
    ("", {}),
    ("  \n", {}),
    ("{}", {}),
    (' {"a": 1} ', {"a": 1}),
    ('{"a": 1, "a": 2}', {"a": 2}),
    ('{"n": 18446744073709551617}', {"n": 2**64 + 1}),
    ('{"a": "\\ud83d"}', {"a": "\ud83d"}),
    ('{"a": "\ud83d\ude00"}', {"a": "\U0001f600"}),
    ('{"a": "[[[["}', {"a": "[[[["}),
    ('{"a": [' + "{}, " * 200 + "{}]}", {"a": [{}] * 201}),
]

BAD = [
    ("cut", '{"a": 1', "not JSON"),
    ("text", "hello", "not JSON"),
    ("trailing", "{} {}", "Extra data"),
    ("NaN", '{"a": NaN}', "NaN"),
    ("Infinity", '{"a": -Infinity}', "NaN and Infinity"),
    ("overflow", '{"a": 1e999}', "overflows"),
    ("array", "[1]", "an array instead of an object"),
    ("null", "null", "null instead"),
    ("boolean", "true", "a boolean instead"),
    ("number", "5", "a number instead"),
    ("string", '"x"', "a string instead"),
    ("deep", '{"a":' * 200 + "1" + "}" * 200, "nested deeper than 128"),
    ("deep and cut", "[" * 100_000, "nested deeper than 128"),
    ("huge integer", '{"a": ' + "9" * 5000 + "}", "too many digits"),
    ("byte order mark", "\ufeff{}", "not JSON"),
    ("no-break space", "\u00a0{}", "not JSON"),
]


@pytest.mark.parametrize(("text", "value"), GOOD)
def test_good(text, value):
    assert parse_arguments(call(text)) == Parsed(value=value)


@pytest.mark.parametrize(
    ("text", "reason"), [b[1:] for b in BAD], ids=[b[0] for b in BAD]
)
def test_bad(text, reason):
    found = parse_arguments(call(text))
    assert isinstance(found, Malformed)
    assert found.text == text
    assert reason in found.reason


def test_the_kind_decides():
    assert parse_arguments(call("{not json", "custom")) == Parsed(value="{not json")
    assert parse_arguments(call("[1]", "computer")) == Parsed(value=[1])
    server = ServerToolCallPart(id="s", kind="web_search", arguments="[1]")
    assert isinstance(parse_arguments(server), Malformed)


def test_what_the_stack_cannot_hold_is_malformed(monkeypatch):
    def exhausted(text):
        raise RecursionError

    monkeypatch.setattr(_arguments, "_raw_decode", exhausted)
    found = parse_arguments(call('{"a":[1]}'))
    assert isinstance(found, Malformed)
    assert found.reason.startswith("nested deeper")


def test_the_limit_is_that_of_the_codecs():
    assert MAX_DEPTH == _json.MAX_DEPTH
    for depth in (MAX_DEPTH, MAX_DEPTH + 1):
        text = '{"a":' * (depth - 1) + "{}" + "}" * (depth - 1)
        assert isinstance(parse_arguments(call(text)), Parsed) == (depth <= MAX_DEPTH)


@given(
    hyp.text()
    | st.json_values().map(_json.dumps_str)
    | hyp.from_regex(r'[\[\]{}"0-9,:a-e\\]*')
)
@example('{"a": 1e999}')
@example("\ufeff {}")
@example("\ufeff\ufeff{}")
@example('"\ud83d\ude00"')
def test_json_means_what_it_means_to_the_codecs(text):
    found = parse_arguments(call(text, "computer"))
    if not text.strip():
        assert found == Parsed(value={})
        return
    try:
        expected = _json.loads(text)
    except RemoteProtocolError:
        assert isinstance(found, Malformed)
    else:
        assert found == Parsed(value=expected)
        assert repr(found.value) == repr(expected)
