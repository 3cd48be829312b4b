"""Ordinary messages and tools: the quick way reads what the general way reads."""

from __future__ import annotations

import pytest
from tests._corpus import cases
from tests._paths import needs_shared

from modelwire.codecs import _json, openai_chat
from modelwire.codecs._base import Aliases
from modelwire.codecs._reader import Reader
from modelwire.codecs.openai_chat import _request_decode
from modelwire.codecs.openai_chat._message_decode import assistant_message
from modelwire.codecs.openai_chat._message_decode_fast import fast_message, read_calls
from modelwire.codecs.openai_chat._tools_decode_fast import fast_tool
from modelwire.errors import RequestDecodeError

TEXT = {"type": "text", "text": "a"}


def call(**changed):
    return {
        "id": "c",
        "type": "function",
        "function": {"name": "f", "arguments": "{}"},
        **changed,
    }


def said(**fields):
    return {"role": "assistant", "content": "a", **fields}


USUAL = {
    "user": {"role": "user", "content": "a"},
    "system": {"role": "system", "content": ""},
    "developer": {"role": "developer", "content": "a"},
    "assistant": {"role": "assistant", "content": "a"},
    "array": {"role": "user", "content": [TEXT, TEXT]},
    "array-of-one": {"role": "assistant", "content": [TEXT]},
    "array-of-none": {"role": "system", "content": []},
    "result": {"role": "tool", "tool_call_id": "c", "content": "r"},
    "calls": said(tool_calls=[call(), call(id="")]),
    "calls-alone": said(content=None, tool_calls=[call()]),
    "no-calls": said(tool_calls=[]),
}
UNUSUAL = {
    "no-object": "a",
    "no-role": {"content": "a", "x": 1},
    "odd-role": {"role": {}, "content": "a"},
    "function-role": {"role": "function", "content": "a"},
    "one-field": {"role": "user"},
    "four-fields": {"role": "user", "content": "a", "name": "n", "x": 1},
    "no-content": {"role": "user", "content": None},
    "named": {"role": "user", "content": "a", "name": "n"},
    "array-of-bare-texts": {"role": "user", "content": ["a"]},
    "array-with-more": {"role": "user", "content": [{**TEXT, "x": 1}]},
    "array-of-others": {"role": "user", "content": [{"type": "refusal", "text": "a"}]},
    "array-of-numbers": {"role": "user", "content": [{"type": "text", "text": 1}]},
    "result-array": {"role": "tool", "tool_call_id": "c", "content": [TEXT]},
    "result-without-id": {"role": "tool", "tool_call_id": 1, "content": "r"},
    "calls-no-array": said(tool_calls={}),
    "calls-of-a-user": {"role": "user", "content": "a", "tool_calls": []},
    "calls-and-name": {"role": "assistant", "name": "n", "tool_calls": []},
    "calls-array": said(content=[TEXT], tool_calls=[call()]),
    "call-no-object": said(tool_calls=["c"]),
    "call-with-more": said(tool_calls=[call(index=0)]),
    "call-custom": said(tool_calls=[call(type="custom")]),
    "call-id": said(tool_calls=[call(id=1)]),
    "call-function": said(tool_calls=[call(function="f")]),
    "call-function-with-more": said(
        tool_calls=[call(function={"name": "f", "arguments": "{}", "x": 1})]
    ),
    "call-without-name": said(tool_calls=[call(function={"arguments": "{}", "x": 1})]),
    "call-name": said(tool_calls=[call(function={"name": 1, "arguments": "{}"})]),
    "call-arguments": said(tool_calls=[call(function={"name": "f", "arguments": {}})]),
    "call-no-arguments": said(
        tool_calls=[call(function={"name": "f", "arguments": ""})]
    ),
}

SCHEMA = {"type": "object", "properties": {"a": {"type": "string"}}}


def tool(kind="function", **function):
    return {"type": kind, "function": {"name": "f", **function}}


USUAL_TOOLS = {
    "name": tool(),
    "all": tool(description="d", parameters=SCHEMA, strict=True),
    "nulls": tool(description=None, parameters=None, strict=None),
}
UNUSUAL_TOOLS = {
    "no-object": "f",
    "no-type": {"function": {"name": "f"}, "x": 1},
    "more": {**tool(), "cache_control": {"type": "ephemeral"}},
    "function": {"type": "function", "function": "f"},
    "inner-more": tool(x=1),
    "no-name": tool(name=None),
    "description": tool(description=1),
    "schema": tool(parameters=[]),
    "strict": tool(strict="yes"),
}


def decoded(**fields):
    """Decode a request, or give its problems."""
    body = {"model": "m", "messages": [], **fields}
    try:
        return openai_chat.decode_request(_json.dumps(body))
    except RequestDecodeError as error:
        return error.problems


def both(monkeypatch, **fields):
    """Decode with the quick way and without it."""
    quick = decoded(**fields)
    with monkeypatch.context() as patch:
        patch.setattr(_request_decode, "fast_message", lambda _item: None)
        patch.setattr(_request_decode, "fast_tool", lambda _item: None)
        return quick, decoded(**fields)


@pytest.mark.parametrize("item", USUAL.values(), ids=USUAL)
def test_usual_messages_are_read_as_by_the_general_way(monkeypatch, item):
    assert fast_message(item) is not None
    quick, general = both(monkeypatch, messages=[item])
    assert quick == general


@pytest.mark.parametrize("item", UNUSUAL.values(), ids=UNUSUAL)
def test_unusual_messages_are_left_to_the_general_way(monkeypatch, item):
    assert fast_message(item) is None
    quick, general = both(monkeypatch, messages=[item])
    assert quick == general


@pytest.mark.parametrize("item", USUAL_TOOLS.values(), ids=USUAL_TOOLS)
def test_usual_tools_are_read_as_by_the_general_way(monkeypatch, item):
    assert fast_tool(item) is not None
    quick, general = both(monkeypatch, tools=[item])
    assert quick == general


@pytest.mark.parametrize("item", UNUSUAL_TOOLS.values(), ids=UNUSUAL_TOOLS)
def test_unusual_tools_are_left_to_the_general_way(monkeypatch, item):
    assert fast_tool(item) is None
    quick, general = both(monkeypatch, tools=[item])
    assert quick == general


def test_calls_are_renamed_as_by_the_general_way():
    aliases = Aliases(names={"f": "source"}, call_ids={"c": "own"})
    parts = []
    assert read_calls([call()], parts, aliases)
    message = {"content": None, "tool_calls": [call()]}
    general = assistant_message(Reader(message, "$", None), aliases)
    assert tuple(parts) == general.parts


@needs_shared
def test_recorded_requests_are_read_as_by_the_general_way(monkeypatch):
    bodies = [c.request_body for c in cases("request") if c.dialect == "openai-chat"]
    assert bodies
    quick = [openai_chat.decode_request(body) for body in bodies]
    monkeypatch.setattr(_request_decode, "fast_message", lambda _item: None)
    monkeypatch.setattr(_request_decode, "fast_tool", lambda _item: None)
    assert quick == [openai_chat.decode_request(body) for body in bodies]
