"""Ordinary messages and tools: the quick way reads what the general way reads."""

from __future__ import annotations

import pytest
from tests._corpus import cases
from tests._paths import needs_shared

from modelwire.codecs import _json, anthropic_messages
from modelwire.codecs.anthropic_messages import _request_decode
from modelwire.codecs.anthropic_messages._request_decode_fast import (
    fast_message,
    fast_tool,
)
from modelwire.errors import RequestDecodeError

TEXT = {"type": "text", "text": "a"}
CALL = {"type": "tool_use", "id": "c", "name": "f", "input": {"a": 1}}
RESULT = {"type": "tool_result", "tool_use_id": "c", "content": "r"}
THOUGHT = {"type": "thinking", "thinking": "t", "signature": "s"}
CACHED = {"cache_control": {"type": "ephemeral"}}


def user(*blocks):
    return {"role": "user", "content": list(blocks)}


def assistant(*blocks):
    return {"role": "assistant", "content": list(blocks)}


USUAL = {
    "text": {"role": "user", "content": "a"},
    "empty": {"role": "assistant", "content": ""},
    "texts": user(TEXT, TEXT),
    "one-text": assistant(TEXT),
    "uncited": assistant({**TEXT, "citations": None}),
    "nothing": user(),
    "call": assistant(TEXT, CALL),
    "call-alone": assistant(CALL),
    "thought": assistant(THOUGHT, TEXT, {**CALL, "input": {}}),
    "result": user(RESULT),
    "result-and-text": user(RESULT, TEXT),
}
UNUSUAL = {
    "no-object": "a",
    "no-role": {"content": "a", "x": 1},
    "odd-role": {"role": {}, "content": "a"},
    "system": {"role": "system", "content": "a"},
    "no-content": {"role": "user"},
    "null": {"role": "user", "content": None},
    "more": {"role": "user", "content": "a", "x": 1},
    "block-no-object": user("a"),
    "block-no-type": user({"text": "a"}),
    "block-odd-type": user({"type": {}, "text": "a"}),
    "text-no-string": user({"type": "text", "text": 1}),
    "text-cached": user({**TEXT, **CACHED}),
    "image": user({"type": "image", "source": {"type": "url", "url": "https://a"}}),
    "call-of-a-user": user(CALL),
    "result-of-an-assistant": assistant(RESULT),
    "call-cached": assistant({**CALL, **CACHED}),
    "call-no-object": assistant({**CALL, "input": "a"}),
    "result-array": user({**RESULT, "content": [TEXT]}),
    "result-failed": user({**RESULT, "is_error": True}),
}
SCHEMA = {"type": "object", "properties": {"a": {"type": "string"}}}
TOOL = {"name": "f", "input_schema": SCHEMA}
USUAL_TOOLS = {
    "name": TOOL,
    "all": {**TOOL, "description": "d", "strict": True},
    "nulls": {**TOOL, "description": None, "strict": None},
}
UNUSUAL_TOOLS = {
    "no-object": "f",
    "custom": {**TOOL, "type": "custom"},
    "server": {"type": "web_search_20250305", "name": "web_search"},
    "cached": {**TOOL, **CACHED},
    "no-name": {"input_schema": SCHEMA},
    "description": {**TOOL, "description": 1},
    "no-schema": {"name": "f"},
    "strict": {**TOOL, "strict": "yes"},
}


def decoded(**fields):
    """Decode a request, or give its problems."""
    body = {"model": "m", "max_tokens": 9, "messages": [], **fields}
    try:
        return anthropic_messages.decode_request(_json.dumps(body))
    except RequestDecodeError as error:
        return error.problems


def without(monkeypatch):
    monkeypatch.setattr(_request_decode, "fast_message", lambda _obj: None)
    monkeypatch.setattr(_request_decode, "fast_tool", lambda _obj: None)


def agree(monkeypatch, **fields):
    quick = decoded(**fields)
    without(monkeypatch)
    assert quick == decoded(**fields)


@pytest.mark.parametrize("obj", USUAL.values(), ids=USUAL)
def test_usual_messages_are_read_as_by_the_general_way(monkeypatch, obj):
    assert fast_message(obj) is not None
    agree(monkeypatch, messages=[obj])


@pytest.mark.parametrize("obj", UNUSUAL.values(), ids=UNUSUAL)
def test_unusual_messages_are_left_to_the_general_way(monkeypatch, obj):
    assert fast_message(obj) is None
    agree(monkeypatch, messages=[obj])


@pytest.mark.parametrize("obj", USUAL_TOOLS.values(), ids=USUAL_TOOLS)
def test_usual_tools_are_read_as_by_the_general_way(monkeypatch, obj):
    assert fast_tool(obj) is not None
    agree(monkeypatch, tools=[obj])


@pytest.mark.parametrize("obj", UNUSUAL_TOOLS.values(), ids=UNUSUAL_TOOLS)
def test_unusual_tools_are_left_to_the_general_way(monkeypatch, obj):
    assert fast_tool(obj) is None
    agree(monkeypatch, tools=[obj])


@needs_shared
def test_recorded_requests_are_read_as_by_the_general_way(monkeypatch):
    own = [case for case in cases("request") if case.dialect == "anthropic-messages"]

    def read():
        return [
            anthropic_messages.decode_request(
                case.request_body, path=case.request_path, headers=case.request_headers
            )
            for case in own
        ]

    assert own
    quick = read()
    without(monkeypatch)
    assert quick == read()
