"""Replacing one member of a JSON object in its bytes."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, strategies as st

from modelwire.codecs._json_splice import replace_member
from modelwire.errors import RemoteProtocolError

CASES = [
    ("plain", b'{"model":"a","x":1}', b'{"model":"new","x":1}'),
    ("spaces stay", b'{ "model" : "a" , "x":1 }', b'{ "model" : "new" , "x":1 }'),
    ("last", b'{"x":1.0,"model":"a"}', b'{"x":1.0,"model":"new"}'),
    ("inner ones stay", b'{"o":{"model":"a"},"l":[{"model":1}],"model":2}',
     b'{"o":{"model":"a"},"l":[{"model":1}],"model":"new"}'),
    ("in a string", b'{"s":"\\"model\\":\\"a\\"","model":"b"}',
     b'{"s":"\\"model\\":\\"a\\"","model":"new"}'),
    ("value is the name", b'{"x":"model","model":"a"}', b'{"x":"model","model":"new"}'),
    ("escaped name", b'{"\\u006dodel":"a"}', b'{"\\u006dodel":"new"}'),
    ("twice", b'{"model":"a","model":"b"}', b'{"model":"new","model":"new"}'),
    ("an object", b'{"model":{"a":[1,2]},"x":1}', b'{"model":"new","x":1}'),
    ("null", b'{"model":null}', b'{"model":"new"}'),
    ("none", b'{"x":1}', b'{"x":1}'),
    ("a name that is no JSON", b'{"\\x":1,"model":2}', b'{"\\x":1,"model":"new"}'),
    ("empty", b"{}", b"{}"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "body", "expected"), CASES)
def test_replace(name, body, expected):
    assert replace_member(body, "model", "new") == expected


@pytest.mark.parametrize("body", [b"", b"[]", b'"model"', b'{"model":"a"', b'{"a":[}'])
def test_no_object(body):
    with pytest.raises(RemoteProtocolError):
        replace_member(body, "model", "new")


@given(
    st.dictionaries(
        st.sampled_from(["model", "x", "mo\\del", 'm"', "", "ü"]),
        st.recursive(
            st.none() | st.integers() | st.text() | st.just("model"),
            lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
            max_leaves=8,
        ),
    ),
    st.sampled_from([None, 1]),
    st.booleans(),
)
def test_the_rest_stays(value, indent, ascii_only):
    body = json.dumps(value, indent=indent, ensure_ascii=ascii_only).encode()
    again = json.loads(replace_member(body, "model", "new"))
    assert again == ({**value, "model": "new"} if "model" in value else value)
