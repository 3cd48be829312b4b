"""The grammar of a generateContent stream: the tables, and what they refuse."""

from __future__ import annotations

import itertools

import pytest
from tests.codecs.gemini_generate._streams import (
    call,
    native,
    piece,
    response,
    sse,
    text,
    thought,
)

from modelwire.codecs._base import (
    EndSentinel,
    KeepaliveComment,
    MalformedEvent,
    NativeEvent,
)
from modelwire.codecs.gemini_generate._grammar import (
    CANDIDATE,
    STREAM,
    StreamChecker,
    check_stream,
)
from modelwire.errors import RemoteProtocolError

STOP = response(text(""), finish="STOP")
BEGIN = {"functionCall": {"name": "f", "willContinue": True}}
ERROR = {"error": {"code": 500, "message": "", "status": "INTERNAL"}}

LEGAL = [
    ("text", [response(text("a")), STOP]),
    ("thoughts", [response(thought("a"), text("b"), finish="STOP")]),
    ("call", [response(call("f", {}), finish="STOP")]),
    (
        "pieces",
        [
            response(BEGIN),
            response(piece("$.a", stringValue="")),
            response({"functionCall": {}}, finish="STOP"),
        ],
    ),
    ("usage after it", [STOP, {"usageMetadata": {}}]),
    ("blocked", [{"promptFeedback": {"blockReason": "SAFETY"}}]),
    ("error alone", [ERROR]),
    ("error in the middle", [response(text("a")), ERROR]),
    ("unknown", [{"new": 1}, response({"new": {}}), STOP]),
    (
        "two candidates",
        [
            response(text("a"), index=0, finish="STOP"),
            response(text("b"), index=1, finish="STOP"),
        ],
    ),
]


@pytest.mark.parametrize(("name", "events"), LEGAL)
def test_legal(name, events):
    assert check_stream(native(sse(*events))) == []


ILLEGAL = [
    ("nothing", [], "initial"),
    ("no finish", [response(text("a"))], "streaming"),
    ("text after the finish", [STOP, response(text("a"), finish="STOP")], "finished"),
    ("finish twice", [STOP, STOP], "finished"),
    ("after an error", [ERROR, STOP], "failed"),
    ("a call cut short", [response(BEGIN), STOP], "initial"),
    ("a piece of nothing", [response(piece("$.a", stringValue="")), STOP], "initial"),
    ("text inside a call", [response(BEGIN, text("a"), finish="STOP")], "initial"),
    (
        "blocked after text",
        [response(text("a"), finish="STOP"), {"promptFeedback": {"blockReason": "X"}}],
        "finished",
    ),
]


@pytest.mark.parametrize(("name", "events", "state"), ILLEGAL)
def test_illegal(name, events, state):
    found = check_stream(native(sse(*events)))
    assert found
    assert found[0].rule


def test_comments_and_markers_are_refused():
    events = native(sse(STOP))
    for item in (KeepaliveComment(" wait"), EndSentinel()):
        (found,) = check_stream([item, *events])
        assert found.index == 0


def test_a_candidate_that_is_no_object():
    event = NativeEvent("gemini-generate", "x", {"candidates": [1]})
    assert StreamChecker().feed(event)


ODD = [
    ("an error that is no object", {"error": "x"}, "error is an object"),
    ("candidates that are no array", {"candidates": {}}, "candidates is an array"),
    (
        "an index that is no number",
        response(text("a"), index=-1, finish="STOP"),
        "index is a number from 0",
    ),
]


@pytest.mark.parametrize(
    ("event", "rule"), [row[1:] for row in ODD], ids=[row[0] for row in ODD]
)
def test_odd_types(event, rule):
    (found,) = StreamChecker().feed(NativeEvent("gemini-generate", "x", event))
    assert found.rule == rule


def test_a_part_that_is_no_object_is_unknown():
    checker = StreamChecker()
    assert checker.feed(native(sse(response("odd", finish="STOP")))[0]) == []
    assert checker.candidates == {0: "finished"}


OPEN = response(text("a"))
BLOCKED = {"promptFeedback": {"blockReason": "SAFETY"}}
STREAM_EVENTS = {
    "bare": {"usageMetadata": {}},
    "open": response(text("a"), index=1),
    "closed": response(text("a"), index=0, finish="STOP"),
    "blocked": BLOCKED,
    "error": ERROR,
    "unknown": {"new": 1},
}
STREAM_ITEMS = {
    "done": EndSentinel(),
    "comment": KeepaliveComment(" wait"),
    "malformed": MalformedEvent("{", RemoteProtocolError("x")),
}
STREAM_PATHS = {
    "initial": [],
    "streaming": [OPEN],
    "finished": [response(text("a"), index=2, finish="STOP")],
    "blocked": [BLOCKED],
    "failed": [ERROR],
}


def item(source):
    return STREAM_ITEMS.get(source) or native(sse(STREAM_EVENTS[source]))[0]


def test_every_state_and_input_has_its_event():
    assert set(STREAM_PATHS) == set(STREAM.states)
    assert {*STREAM_EVENTS, *STREAM_ITEMS, "end"} == set(STREAM.inputs)
    assert set(CANDIDATE_PATHS) == set(CANDIDATE.states)
    assert {*PARTS, "finish", "again"} == set(CANDIDATE.inputs)


@pytest.mark.parametrize(
    ("state", "source"), list(itertools.product(STREAM.states, STREAM.inputs))
)
def test_every_stream_state_and_input(state, source):
    checker = StreamChecker()
    for event in native(sse(*STREAM_PATHS[state])):
        assert checker.feed(event) == []
    assert checker.state == state
    found = checker.close() if source == "end" else checker.feed(item(source))
    following, rule = STREAM.step(state, source)
    assert [one.rule for one in found] == ([] if rule is None else [rule])
    assert checker.state == (state if source == "end" else following)
    if found:
        assert found[0].state == state
        assert found[0].index == len(STREAM_PATHS[state])


PARTS = {
    "text": text("a"),
    "thought": thought("a"),
    "whole": {"inlineData": {"mimeType": "image/png", "data": ""}},
    "call": call("f", {}),
    "call:begin": BEGIN,
    "call:piece": piece("$.a", stringValue=""),
    "call:end": {"functionCall": {}},
    "unknown": {"new": 1},
}
CANDIDATE_PATHS = {
    "open": response(text("a")),
    "call": response(BEGIN),
    "finished": response(text("a"), finish="STOP"),
}


@pytest.mark.parametrize(
    ("state", "source"), list(itertools.product(CANDIDATE.states, CANDIDATE.inputs))
)
def test_every_candidate_state_and_input(state, source):
    if source == "finish":
        event = response(finish="STOP")
    else:
        event = response(*([PARTS[source]] if source in PARTS else []))
    before, after = native(sse(CANDIDATE_PATHS[state], event))
    checker = StreamChecker()
    assert checker.feed(before) == []
    assert checker.candidates == {0: state}
    found = checker.feed(after)
    following, rule = CANDIDATE.step(state, source)
    assert [one.rule for one in found] == ([] if rule is None else [rule])
    assert checker.candidates == {0: following}
