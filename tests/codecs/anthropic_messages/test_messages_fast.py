"""Ordinary messages: the quick way writes what the general way writes."""

from __future__ import annotations

import attrs
import pytest
from hypothesis import given
from tests._corpus import cases
from tests._paths import needs_shared

from modelwire import codecs
from modelwire.codecs import COLLECT, anthropic_messages
from modelwire.codecs._aliases import AliasBook
from modelwire.codecs._losses import LossLog
from modelwire.codecs.anthropic_messages import _messages_encode
from modelwire.codecs.anthropic_messages._messages_fast import (
    fast_message,
    fast_results,
)
from modelwire.ir import (
    Annotation,
    Base64Source,
    CacheBreakpoint,
    ChatRequest,
    ImagePart,
    ItemRef,
    Logprobs,
    Message,
    Opaque,
    TextPart,
    ToolCallPart,
    ToolResultPart,
)
from modelwire.testing import strategies

OWN = "anthropic-messages"
OPAQUE = Opaque(value="s", dialect=OWN)
NOTES = {"gemini-generate": {"$spelling": {"id": "minted"}}}
ARRAY = {OWN: {"$spelling": {"content": "array"}}}
TEXT = TextPart(text="a")
CALL = ToolCallPart(id="c", name="f", arguments='{"a": 1}')
RESULT = ToolResultPart(call_id="c", content=(TEXT,))
IMAGE = ImagePart(source=Base64Source(data="aGk=", media_type="image/png"))


def user(*parts, **fields):
    return Message(role="user", parts=parts, **fields)


def assistant(*parts, **fields):
    return Message(role="assistant", parts=parts, **fields)


def tool(*parts, **fields):
    return Message(role="tool", parts=parts, **fields)


# What goes before makes the call known; what goes behind stands in another turn.
CALLED = assistant(CALL)
USUAL = {
    "text": user(TEXT),
    "texts": user(TEXT, TEXT),
    "text-array": user(TEXT, extra=ARRAY),
    "other-notes": assistant(TEXT, extra={"openai-chat": {"$spelling": {"a": 1}}}),
    "call": assistant(TEXT, CALL),
    "call-without-arguments": assistant(ToolCallPart(id="c", name="f")),
    "result": user(RESULT),
    "result-and-text": user(RESULT, TEXT),
    "failed": user(attrs.evolve(RESULT, is_error=True)),
    "result-name": user(RESULT, attrs.evolve(RESULT, name="f")),
    "call-other-notes": assistant(attrs.evolve(CALL, extra=NOTES)),
    "result-other-notes": user(attrs.evolve(RESULT, extra=NOTES)),
}
UNUSUAL = {
    "system": Message(role="system", parts=(TEXT,)),
    "name": user(TEXT, name="n"),
    "id": user(TEXT, id="m"),
    "extra": user(TEXT, extra={OWN: {"x": 1}}),
    "nothing": user(),
    "empty": user(TextPart(text="")),
    "image": user(IMAGE),
    "annotations": assistant(attrs.evolve(TEXT, annotations=(Annotation(kind="url"),))),
    "logprobs": assistant(attrs.evolve(TEXT, logprobs=Logprobs())),
    "result-of-two": user(attrs.evolve(RESULT, content=(TEXT, TEXT))),
    "result-empty": user(attrs.evolve(RESULT, content=())),
    "result-of-empty": user(attrs.evolve(RESULT, content=(TextPart(text=""),))),
    "result-of-image": user(attrs.evolve(RESULT, content=(IMAGE,))),
    "result-unknown": user(attrs.evolve(RESULT, call_id="other")),
    "call-custom": assistant(attrs.evolve(CALL, kind="custom")),
    "call-no-object": assistant(attrs.evolve(CALL, arguments="[1]")),
    "call-no-json": assistant(attrs.evolve(CALL, arguments="{")),
    "call-illegal-name": assistant(attrs.evolve(CALL, name="f g")),
    "call-illegal-id": assistant(attrs.evolve(CALL, id="c d")),
}
UNUSUAL |= {
    f"{kind}-{name}": message(attrs.evolve(part, **{name.partition("-")[0]: value}))
    for kind, message, part in (
        ("text", user, TEXT),
        ("call", assistant, CALL),
        ("result", user, RESULT),
    )
    for name, value in (
        ("cache", CacheBreakpoint()),
        ("signature", OPAQUE),
        ("item", ItemRef(id="i")),
        ("extra", {OWN: {"x": 1}}),
        ("extra-notes", ARRAY),
        ("extra-other", {"openai-chat": {"x": 1}}),
    )
}

USUAL_RUNS = {
    "one": [tool(RESULT)],
    "two": [tool(RESULT), tool(RESULT, RESULT)],
    "named-tools": [tool(attrs.evolve(RESULT, name="f")), tool(RESULT)],
    "and-user": [tool(RESULT), user(TEXT)],
    "and-user-texts": [tool(RESULT), user(TEXT, TEXT)],
    "and-users": [tool(RESULT), user(TEXT), user(IMAGE), user()],
}
UNUSUAL_RUNS = {
    "nothing": [tool()],
    "named": [tool(RESULT, name="n")],
    "text": [tool(TEXT)],
    "image": [tool(attrs.evolve(RESULT, content=(IMAGE,)))],
    "user-first": [user(TEXT), tool(RESULT)],
    "tool-behind": [tool(RESULT), user(TEXT), tool(RESULT)],
    "system-behind": [tool(RESULT), user(TEXT), Message(role="system", parts=(TEXT,))],
    "result-behind": [tool(RESULT), user(RESULT)],
    "user-named": [tool(RESULT), user(TEXT, name="n")],
    "user-image": [tool(RESULT), user(IMAGE)],
}


@pytest.fixture
def book():
    made = AliasBook()
    made.reserve(["f"], ["c"])
    return made


def encoded(request):
    return anthropic_messages.encode_request(request, on_loss=COLLECT)


def agree(*requests):
    """Check that the general way alone writes the same, with the same losses."""
    quick = [encoded(request) for request in requests]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_messages_encode, "fast_message", lambda *_: None)
        patch.setattr(_messages_encode, "fast_results", lambda *_: None)
        general = [encoded(request) for request in requests]
    assert quick == general


@pytest.mark.parametrize("message", USUAL.values(), ids=USUAL)
def test_usual_messages_are_written_as_by_the_general_way(book, message):
    assert fast_message(message, book, 2, LossLog(OWN)) is not None
    agree(ChatRequest(model="m", messages=(user(TEXT), CALLED, message, CALLED)))


@pytest.mark.parametrize("message", UNUSUAL.values(), ids=UNUSUAL)
def test_unusual_messages_are_left_to_the_general_way(book, message):
    assert fast_message(message, book, 2, LossLog(OWN)) is None
    agree(ChatRequest(model="m", messages=(user(TEXT), CALLED, message, CALLED)))


@pytest.mark.parametrize("message", [user(CALL), assistant(RESULT)], ids=["u", "a"])
def test_parts_of_the_other_role_are_left_to_the_general_way(book, message):
    assert fast_message(message, book, 2, LossLog(OWN)) is None


@pytest.mark.parametrize("run", USUAL_RUNS.values(), ids=USUAL_RUNS)
def test_usual_runs_are_written_as_by_the_general_way(book, run):
    assert fast_results(run, 0, len(run), book, LossLog(OWN)) is not None
    agree(ChatRequest(model="m", messages=(user(TEXT), CALLED, *run, CALLED)))


@pytest.mark.parametrize("run", UNUSUAL_RUNS.values(), ids=UNUSUAL_RUNS)
def test_unusual_runs_are_left_to_the_general_way(book, run):
    assert fast_results(run, 0, len(run), book, LossLog(OWN)) is None
    agree(ChatRequest(model="m", messages=(user(TEXT), CALLED, *run, CALLED)))


@given(strategies.chat_requests(OWN), strategies.chat_requests("openai-chat"))
def test_any_request_is_written_as_by_the_general_way(own, foreign):
    agree(own, foreign)


@needs_shared
def test_recorded_requests_are_written_as_by_the_general_way():
    dialects = (OWN, "openai-chat")
    found = [case for case in cases("request") if case.dialect in dialects]
    assert found
    agree(
        *(codecs.get(case.dialect).decode_request(case.request_body) for case in found)
    )
