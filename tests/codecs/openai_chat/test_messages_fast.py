"""Ordinary messages: the quick way writes what the general way writes."""

from __future__ import annotations

import attrs
import pytest
from hypothesis import given
from tests._corpus import cases
from tests._paths import needs_shared

from modelwire import codecs
from modelwire.codecs import COLLECT, openai_chat
from modelwire.codecs._aliases import AliasBook
from modelwire.codecs.openai_chat import PROFILES, _messages
from modelwire.codecs.openai_chat._messages_fast import fast_answer, fast_input
from modelwire.codecs.openai_chat._open_calls import OpenCalls
from modelwire.ir import (
    Annotation,
    Base64Source,
    CacheBreakpoint,
    ChatRequest,
    ImagePart,
    ItemRef,
    Message,
    Opaque,
    ReasoningPart,
    TextPart,
    ToolCallPart,
    ToolResultPart,
)
from modelwire.testing import strategies

OWN = "openai-chat"
ARRAY = {OWN: {"$spelling": {"content": "array"}}}
TEXT = TextPart(text="a")
EMPTY = TextPart(text="")
CALL = ToolCallPart(id="c", name="f", arguments='{"a": 1}')
RESULT = ToolResultPart(call_id="c", content=(TEXT,))
SECOND = ToolResultPart(call_id="d", content=(EMPTY,))
IMAGE = ImagePart(source=Base64Source(data="aGk=", media_type="image/png"))


def user(*parts, **fields):
    return Message(role="user", parts=parts, **fields)


def assistant(*parts, **fields):
    return Message(role="assistant", parts=parts, **fields)


def tool(*parts, **fields):
    return Message(role="tool", parts=parts, **fields)


BESIDE = {
    "cache": CacheBreakpoint(),
    "signature": Opaque(value="s", dialect=OWN),
    "item": ItemRef(id="i"),
    "extra": {OWN: {"x": 1}},
}
ANSWERS = {
    "text": assistant(TEXT),
    "empty": assistant(EMPTY),
    "texts": assistant(TEXT, TEXT),
    "array": assistant(TEXT, extra=ARRAY),
    "other-notes": assistant(TEXT, extra={"anthropic-messages": {"$spelling": {}}}),
    "call": assistant(TEXT, CALL),
    "calls": assistant(CALL, attrs.evolve(CALL, id="d", arguments="")),
    "call-array": assistant(CALL, extra=ARRAY),
}
OTHER_ANSWERS = {
    "nothing": assistant(),
    "name": assistant(TEXT, name="n"),
    "id": assistant(TEXT, id="m"),
    "extra": assistant(TEXT, extra={OWN: {"x": 1}}),
    "thought": assistant(ReasoningPart(text="t"), TEXT),
    "text-behind": assistant(CALL, TEXT),
    "annotations": assistant(attrs.evolve(TEXT, annotations=(Annotation(kind="url"),))),
    "custom": assistant(attrs.evolve(CALL, kind="custom")),
    "no-id": assistant(attrs.evolve(CALL, id="")),
    "illegal-name": assistant(attrs.evolve(CALL, name="f g")),
    "illegal-id": assistant(attrs.evolve(CALL, id="C D")),
} | {
    f"{type(part).__name__}-{name}": assistant(attrs.evolve(part, **{name: value}))
    for part in (TEXT, CALL)
    for name, value in BESIDE.items()
}
INPUTS = {
    "text": user(TEXT),
    "empty": user(EMPTY),
    "texts": user(TEXT, TEXT),
    "array": user(TEXT, extra=ARRAY),
    "result": tool(RESULT),
    "results": tool(SECOND, RESULT),
    "users-results": user(RESULT, SECOND),
    "results-and-text": user(RESULT, TEXT, TEXT),
}
OTHER_INPUTS = {
    "nothing": user(),
    "system": Message(role="system", parts=(TEXT,)),
    "name": user(TEXT, name="n"),
    "tool-notes": tool(RESULT, extra=ARRAY),
    "image": user(IMAGE),
    "result-behind": user(TEXT, RESULT),
    "not-asked": tool(attrs.evolve(RESULT, call_id="e")),
    "twice": tool(RESULT, RESULT),
    "failed": tool(attrs.evolve(RESULT, is_error=True)),
    "result-name": tool(attrs.evolve(RESULT, name="f")),
    "result-of-two": tool(attrs.evolve(RESULT, content=(TEXT, TEXT))),
    "result-of-image": tool(attrs.evolve(RESULT, content=(IMAGE,))),
    "result-of-cached": tool(
        attrs.evolve(RESULT, content=(attrs.evolve(TEXT, cache=CacheBreakpoint()),))
    ),
} | {
    f"{type(part).__name__}-{name}": user(attrs.evolve(part, **{name: value}))
    for part in (TEXT, RESULT)
    for name, value in BESIDE.items()
}
ILLEGAL = [
    user(CALL),
    tool(TEXT, RESULT),
    Message(role="system", parts=(RESULT,)),
    Message(role="developer", parts=(RESULT,)),
]
NINE = PROFILES["mistral"]
"""Its call ids have nine characters."""


def book():
    return AliasBook(id_charset="a-z")


CALLS = [("c", "c", "f"), ("d", "d", "f")]


def left(calls):
    """Take out what waits still, in its order."""
    return [calls.take(number) for number in iter(calls.first, None)]


def agree(*requests, **options):
    """Check that the general way alone writes the same, with the same losses."""

    def encoded():
        return [
            openai_chat.encode_request(request, on_loss=COLLECT, **options)
            for request in requests
        ]

    quick = encoded()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_messages, "fast_answer", lambda *_: None)
        patch.setattr(_messages, "fast_input", lambda *_: None)
        assert quick == encoded()


def conversation(message):
    calls = assistant(CALL, attrs.evolve(CALL, id="d"))
    system = Message(role="system", parts=(TEXT,))
    return ChatRequest(model="m", messages=(user(TEXT), calls, message, system, calls))


@pytest.mark.parametrize("message", ANSWERS.values(), ids=ANSWERS)
def test_usual_answers_are_written_as_by_the_general_way(message):
    assert fast_answer(message, book()) is not None
    agree(conversation(message))


@pytest.mark.parametrize("message", OTHER_ANSWERS.values(), ids=OTHER_ANSWERS)
def test_other_answers_are_left_to_the_general_way(message):
    assert fast_answer(message, book()) is None
    agree(conversation(message))
    agree(conversation(message), profile=NINE)


@pytest.mark.parametrize("message", INPUTS.values(), ids=INPUTS)
def test_usual_input_is_written_as_by_the_general_way(message):
    waiting = OpenCalls(CALLS)
    assert fast_input(message, waiting) is not None
    answered = {p.call_id for p in message.parts if isinstance(p, ToolResultPart)}
    assert left(waiting) == [call for call in CALLS if call[0] not in answered]
    agree(conversation(message))


@pytest.mark.parametrize("message", OTHER_INPUTS.values(), ids=OTHER_INPUTS)
def test_other_input_is_left_to_the_general_way(message):
    waiting = OpenCalls(CALLS)
    assert fast_input(message, waiting) is None
    assert left(waiting) == CALLS
    agree(conversation(message))
    agree(conversation(message), profile=NINE)


@pytest.mark.parametrize("message", ILLEGAL, ids=["user", "tool", "system", "dev"])
def test_parts_of_other_roles_are_left_to_the_general_way(message):
    assert fast_input(message, OpenCalls(CALLS)) is None


def test_results_of_a_renamed_call_are_left_to_the_general_way():
    assert fast_input(tool(RESULT), OpenCalls([("c", "callcall1", "f")])) is None


def test_media_of_results_come_before_an_ordinary_message():
    shown = tool(attrs.evolve(RESULT, content=(IMAGE,)))
    agree(ChatRequest(model="m", messages=(assistant(CALL), shown, user(TEXT))))


@given(strategies.chat_requests(OWN), strategies.chat_requests("anthropic-messages"))
def test_any_request_is_written_as_by_the_general_way(own, foreign):
    agree(own, foreign)


@needs_shared
def test_recorded_requests_are_written_as_by_the_general_way():
    dialects = (OWN, "anthropic-messages")
    found = [case for case in cases("request") if case.dialect in dialects]
    assert found
    agree(
        *(codecs.get(case.dialect).decode_request(case.request_body) for case in found)
    )
