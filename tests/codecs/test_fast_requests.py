"""
The quick ways of reading and writing requests give what the general ways give.

An ordinary request of each dialect, every change of it in one place, and the recorded
requests are decoded and encoded twice: as they are, and with the quick ways taken
away.
"""

from __future__ import annotations

import json

import attrs
import pytest
from tests._corpus import load
from tests._paths import needs_shared
from tests.codecs._mutations import mutations, without

from modelwire import codecs, ir
from modelwire.codecs import COLLECT
from modelwire.errors import ModelwireError

RESPONSES, GEMINI = "openai-responses", "gemini-generate"
ANTHROPIC = "anthropic-messages"

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

WRITING = {
    RESPONSES: ("_messages_encode.fast_items", "_messages_encode.fast_result"),
    GEMINI: ("_messages_encode.fast_parts",),
}

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


# --- writing ------------------------------------------------------------------------


def _decoded(dialect, bodies):
    found = []
    for body in bodies:
        try:
            request = codecs.get(dialect).decode_request(
                body, path=PATH.get(dialect, "")
            )
        except ModelwireError:
            continue
        found.append(request)
    return found


def _write(dialect, request):
    """Encode; an error counts as a body."""
    try:
        encoded = codecs.get(dialect).encode_request(request, on_loss=COLLECT)
    except ModelwireError as error:
        return repr(error)
    return encoded.body, encoded.losses, encoded.aliases


def _agree(monkeypatch, dialect, requests):
    quick = [_write(dialect, request) for request in requests]
    with monkeypatch.context() as patch:
        without(patch, dialect, WRITING[dialect])
        general = [_write(dialect, request) for request in requests]
    for request, found, wanted in zip(requests, quick, general, strict=True):
        assert found == wanted, request


TEXT = ir.TextPart(text="a")
CALL = ir.ToolCallPart(id="c", name="f", arguments='{"a":1}')
RESULT = ir.ToolResultPart(call_id="c", content=(TEXT,))
NOTES = {"anthropic-messages": {"$spelling": {"content": "array"}}}
OPAQUE = ir.Opaque(value="s", dialect="openai-chat")
CHANGES = {
    "text": {"text": "", "annotations": (ir.Annotation(kind="url"),)},
    "call": {"id": "", "name": "f g", "arguments": "[", "kind": "custom"},
    "result": {
        "call_id": "d",
        "name": "f",
        "is_error": False,
        "content": (TEXT, attrs.evolve(TEXT, cache=ir.CacheBreakpoint())),
    },
}
ANY = {
    "cache": ir.CacheBreakpoint(),
    "signature": OPAQUE,
    "item": ir.ItemRef(id="i"),
    "extra": {"openai-chat": {"x": 1}},
}
PARTS = {"text": TEXT, "call": CALL, "result": RESULT}
CHANGED = {
    f"{kind}-{name}": attrs.evolve(PARTS[kind], **{name: value})
    for kind, changes in CHANGES.items()
    for name, value in (changes | ANY).items()
} | {
    "plain": TEXT,
    "arguments-none": attrs.evolve(CALL, arguments=""),
    "call-notes": attrs.evolve(CALL, extra=NOTES),
    "result-notes": attrs.evolve(RESULT, extra=NOTES),
    "result-unknown-and-named": attrs.evolve(RESULT, call_id="d", name="f"),
    "result-without-id": attrs.evolve(RESULT, call_id=""),
    "result-failed": attrs.evolve(RESULT, is_error=True),
    "result-empty": attrs.evolve(RESULT, content=()),
    "result-marked": attrs.evolve(
        RESULT, content=(attrs.evolve(TEXT, cache=ir.CacheBreakpoint()),)
    ),
    "result-own-notes": attrs.evolve(RESULT, extra={GEMINI: NOTES[ANTHROPIC]}),
}
SAID = {"name": "n", "id": "m", "extra": {"openai-chat": {"x": 1}}}


def _histories():
    """Give conversations with one message that may not be usual."""
    user, called = ir.user("hi"), ir.assistant(TEXT, CALL)
    for part in CHANGED.values():
        for role in ir.LEGAL_PARTS:
            message = ir.Message(role=role, parts=(TEXT, part))
            alone = ir.Message(role=role, parts=(part,))
            yield (user, called, message, called)
            yield (user, called, alone, alone, called)
    for name, value in SAID.items():
        for role, part in (("user", TEXT), ("assistant", CALL), ("tool", RESULT)):
            message = ir.Message(role=role, parts=(part,), **{name: value})
            yield (user, called, message, called)
    for role in ir.LEGAL_PARTS:
        yield (user, called, ir.Message(role=role), called)
    nameless = attrs.evolve(CALL, id="")
    answer = ir.Message(role="tool", parts=(attrs.evolve(RESULT, call_id=""),))
    yield (user, ir.assistant(nameless), answer)
    custom = attrs.evolve(CALL, kind="custom")
    yield (user, ir.assistant(custom), ir.Message(role="tool", parts=(RESULT,)))


@pytest.mark.parametrize("dialect", WRITING)
@pytest.mark.parametrize("model", ["gemini-3-pro", "gemini-2.5-flash"])
def test_every_history_is_written_as_by_the_general_way(monkeypatch, dialect, model):
    requests = [
        ir.ChatRequest(model=model, messages=messages) for messages in _histories()
    ]
    _agree(monkeypatch, dialect, requests)


@pytest.mark.parametrize("dialect", WRITING)
@pytest.mark.parametrize("source", REQUESTS)
def test_every_changed_request_is_written_as_by_the_general_way(
    monkeypatch, source, dialect
):
    changed = [REQUESTS[source], *mutations(REQUESTS[source])]
    bodies = [json.dumps(value).encode() for value in changed]
    _agree(monkeypatch, dialect, _decoded(source, bodies))


@needs_shared
@pytest.mark.parametrize("dialect", WRITING)
@pytest.mark.parametrize("source", codecs.DIALECTS)
def test_recorded_requests_are_written_as_by_the_general_way(
    monkeypatch, source, dialect
):
    bodies = [case.request_body for case in load(source) if case.request_body]
    _agree(monkeypatch, dialect, _decoded(source, bodies))
