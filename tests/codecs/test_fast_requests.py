"""
The quick ways of reading requests give what the general ways give.

An ordinary request of each dialect, every change of it in one place, and the recorded
requests are decoded twice: as they are, and with the quick ways taken away.
"""

from __future__ import annotations

import json

import pytest
from tests._corpus import load
from tests._paths import needs_shared
from tests.codecs._mutations import mutations, without

from modelwire import codecs
from modelwire.errors import ModelwireError

RESPONSES, GEMINI = "openai-responses", "gemini-generate"

QUICK = {
    RESPONSES: (
        "_items_decode.fast_item",
        "_messages_decode.fast_item",
        "_messages_decode.fast_message",
        "_request_decode.fast_function",
    ),
    GEMINI: (
        "_parts.fast_part",
        "_request_decode.fast_content",
        "_tools.fast_function",
    ),
}
"""Where each dialect asks its quick ways."""

SCHEMA = {"type": "object", "properties": {}}
PATH = {GEMINI: "/v1beta/models/gemini:generateContent"}

REQUESTS = {
    RESPONSES: {
        "model": "gpt",
        "input": [
            {"role": "developer", "content": "Be brief."},
            {"role": "user", "content": "Hi"},
            {"role": "assistant", "content": "Ho"},
            {
                "type": "reasoning",
                "id": "rs_1",
                "summary": [{"type": "summary_text", "text": "So"}],
                "encrypted_content": "gAAA",
            },
            {
                "type": "message",
                "role": "user",
                "content": [{"type": "input_text", "text": "Now"}],
            },
            {"type": "message", "role": "system", "content": "Then"},
            {
                "type": "function_call",
                "call_id": "c1",
                "name": "f",
                "arguments": '{"x":1}',
            },
            {"type": "function_call_output", "call_id": "c1", "output": "1"},
            {"type": "tool_search_call", "id": "ts_1", "execution": "server"},
            {"type": "function_call_output", "call_id": "ts_1", "output": "2"},
            {"type": "message", "role": "user", "content": "More"},
        ],
        "tools": [
            {
                "type": "function",
                "name": "f",
                "description": "F",
                "parameters": SCHEMA,
                "strict": True,
            }
        ],
    },
    GEMINI: {
        "systemInstruction": {"parts": [{"text": "Be brief."}]},
        "contents": [
            {"role": "user", "parts": [{"text": "Hi"}]},
            {
                "role": "model",
                "parts": [
                    {"text": "So", "thought": True},
                    {"text": "Ho", "thoughtSignature": "CikB"},
                    {"functionCall": {"name": "f", "args": {"x": 1}}},
                    {"functionCall": {"name": "f", "args": {}, "id": "c1"}},
                ],
            },
            {
                "role": "user",
                "parts": [
                    {"functionResponse": {"name": "f", "response": {"output": "1"}}},
                    {
                        "functionResponse": {
                            "name": "f",
                            "response": {"output": "2"},
                            "id": "c1",
                        }
                    },
                ],
            },
        ],
        "tools": [
            {
                "functionDeclarations": [
                    {"name": "f", "description": "F", "parametersJsonSchema": SCHEMA}
                ]
            }
        ],
    },
}
"""One request of each dialect that takes its quick ways, whole."""


def _read(dialect, body):
    """Decode; an error counts as a request."""
    try:
        path = PATH.get(dialect, "")
        return repr(codecs.get(dialect).decode_request(body, path=path))
    except ModelwireError as error:
        return repr(error), getattr(error, "problems", None)


def _both(monkeypatch, dialect, bodies):
    quick = [_read(dialect, body) for body in bodies]
    with monkeypatch.context() as patch:
        without(patch, dialect, QUICK[dialect])
        general = [_read(dialect, body) for body in bodies]
    return quick, general


@pytest.mark.parametrize("dialect", REQUESTS)
def test_every_changed_request_is_read_as_by_the_general_way(monkeypatch, dialect):
    changed = [REQUESTS[dialect], *mutations(REQUESTS[dialect])]
    bodies = [json.dumps(value).encode() for value in changed]
    quick, general = _both(monkeypatch, dialect, bodies)
    for value, found, wanted in zip(changed, quick, general, strict=True):
        assert found == wanted, value


@needs_shared
@pytest.mark.parametrize("dialect", REQUESTS)
def test_recorded_requests_are_read_as_by_the_general_way(monkeypatch, dialect):
    bodies = [case.request_body for case in load(dialect) if case.request_body]
    assert bodies
    quick, general = _both(monkeypatch, dialect, bodies)
    assert quick == general
