"""The event grammar: every state and input, and the rules of the pieces."""

from __future__ import annotations

import itertools

import pytest

from modelwire.codecs._base import (
    EndSentinel,
    KeepaliveComment,
    MalformedEvent,
    NativeEvent,
)
from modelwire.codecs.openai_chat import StreamChecker, check_stream
from modelwire.codecs.openai_chat._grammar import CHOICE, STREAM
from modelwire.errors import RemoteProtocolError

OC = "openai-chat"
HEAD = {"id": "x", "object": "chat.completion.chunk", "created": 1, "model": "m"}
DONE = EndSentinel()


def native(*choices, kind="chat.completion.chunk", **fields):
    return NativeEvent(OC, kind, {**HEAD, "choices": list(choices), **fields})


def choice(body=None, finish=None, index=0, **fields):
    return {"index": index, "delta": body or {}, "finish_reason": finish, **fields}


ROLE = choice({"role": "assistant", "content": ""})
WORD = choice({"content": "a"})
FINISH = choice(finish="stop")
USAGE = native(usage={"prompt_tokens": 1})
ERROR = NativeEvent(OC, "error", {"error": {"message": "x"}})


def rules(*events):
    return [found.rule for found in check_stream(events)]


def test_legal_streams():
    assert rules(native(ROLE), native(WORD), native(FINISH), USAGE, DONE) == []
    assert rules(native(ROLE), KeepaliveComment("x"), native(FINISH), DONE) == []
    assert (
        rules(
            native(), native(ROLE), native(FINISH), USAGE, native(moderation={}), DONE
        )
        == []
    )
    assert rules(native(ROLE), ERROR) == []
    assert rules(ERROR) == []


TO_STREAM_STATE = {
    "open": [],
    "counted": [USAGE],
    "done": [DONE],
    "failed": [ERROR],
}
STREAM_INPUT = {
    "chunk": native(ROLE, choice(finish="stop")),
    "usage": USAGE,
    "other": native(),
    "error": ERROR,
    "done": DONE,
    "malformed": MalformedEvent("x", RemoteProtocolError("x")),
}
# The chunk that is used as an input finishes its choice, which takes two wire choices.
STREAM_INPUT["chunk"] = native(choice({"role": "assistant"}, finish="stop"))


@pytest.mark.parametrize(
    ("state", "kind"), list(itertools.product(STREAM.states, STREAM.inputs))
)
def test_every_stream_state_and_input(state, kind):
    checker = StreamChecker()
    for event in TO_STREAM_STATE[state]:
        assert checker.feed(event) == []
    found = checker.close() if kind == "end" else checker.feed(STREAM_INPUT[kind])
    _, rule = STREAM.step(state, kind)
    assert [item.rule for item in found] == ([rule] if rule else [])
    if found:
        assert found[0].state == state
        assert found[0].index == len(TO_STREAM_STATE[state])


TO_CHOICE_STATE = {"START": [], "OPEN": [ROLE], "CLOSED": [ROLE, FINISH]}
CHOICE_INPUT = {
    "role": choice({"role": "assistant"}),
    "delta": WORD,
    "empty": choice(),
    "finish": FINISH,
}


@pytest.mark.parametrize(
    ("state", "kind"), list(itertools.product(CHOICE.states, CHOICE.inputs))
)
def test_every_choice_state_and_input(state, kind):
    checker = StreamChecker()
    for wire in TO_CHOICE_STATE[state]:
        assert checker.feed(native(wire)) == []
    found = checker.feed(native(CHOICE_INPUT[kind]))
    _, rule = CHOICE.step(state, kind)
    assert [item.rule for item in found] == ([rule] if rule else [])


def test_choices_are_apart():
    one = choice({"role": "assistant"}, index=1)
    assert (
        rules(
            native(ROLE),
            native(FINISH),
            native(one),
            native(choice(finish="stop", index=1)),
            DONE,
        )
        == []
    )


def test_unfinished_choice():
    assert rules(native(ROLE), DONE) == ["every choice finishes before [DONE]"]
    assert rules(native(ROLE), USAGE, native(), ERROR) == [
        "usage comes after the choices"
    ]


def call(index=0, **fields):
    return {"index": index, **fields}


FIRST = call(id="c", type="function", function={"name": "f", "arguments": ""})
MORE = call(function={"arguments": "{}"})


@pytest.mark.parametrize(
    ("pieces", "broken"),
    [
        ([FIRST, MORE], []),
        ([FIRST, MORE, {**FIRST, "index": 1}], []),
        ([{**FIRST, "index": 1}], ["calls are numbered 0, 1, 2 and so on"]),
        ([{**FIRST, "index": None}], ["a piece of a call has an index"]),
        ([{**FIRST, "id": ""}], ["the first piece of a call has its id"]),
        ([{**FIRST, "type": None}], ["the first piece of a call has its type"]),
        ([{**FIRST, "function": {}}], ["the first piece of a call has its name"]),
        ([FIRST, FIRST], ["id, type and name of a call come once"]),
        ([FIRST, call(function={"arguments": {}})], ["arguments are a string"]),
        ([FIRST, call(custom={"input": "x"})], ["a call keeps its type"]),
        (
            [
                call(id="c", type="custom", custom={"name": "f", "input": ""}),
                call(custom={"input": "x"}),
            ],
            [],
        ),
    ],
)
def test_pieces_of_calls(pieces, broken):
    events = [native(ROLE), *(native(choice({"tool_calls": [p]})) for p in pieces)]
    assert rules(*events, native(FINISH), DONE) == broken


@pytest.mark.parametrize(
    ("fields", "rule"),
    [
        ({"id": ""}, "id is a string"),
        ({"id": "y"}, "all events share the id"),
        ({"object": "chat.completion"}, "object is chat.completion.chunk"),
        ({"created": None}, "created is an integer"),
        ({"model": 3}, "model is a string"),
    ],
)
def test_envelope(fields, rule):
    assert rules(native(ROLE), native(FINISH, **fields), DONE) == [rule]


def test_events_that_are_none():
    bad = MalformedEvent("x", RemoteProtocolError("x"))
    assert rules(bad, ERROR) == ["an event is a JSON object or [DONE]"]
    assert rules(NativeEvent(OC, "x", {"type": "x"}), ERROR) == [
        "an event has choices or an error"
    ]
    assert rules(native(3), ERROR) == ["a choice has an index"]
    assert rules(native({"index": 0, "delta": None}), ERROR) == ["a choice has a delta"]
    assert rules(native(ROLE), native(choice({"tool_calls": 3})), ERROR) == [
        "tool_calls is a list"
    ]


def test_close_twice():
    checker = StreamChecker()
    assert [found.rule for found in checker.close()] == [
        "a stream ends with [DONE] or an error"
    ]
    assert checker.close() == []
