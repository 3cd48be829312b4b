"""The grammar of a generateContent stream: the tables, and what they refuse."""

from __future__ import annotations

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

from modelwire.codecs._base import EndSentinel, KeepaliveComment, NativeEvent
from modelwire.codecs.gemini_generate._grammar import (
    CANDIDATE_INPUTS,
    CANDIDATE_STATES,
    CANDIDATE_TABLE,
    INPUTS,
    STATES,
    TABLE,
    StreamChecker,
    check_stream,
)

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


def test_tables_name_known_states_and_inputs():
    for (state, source), following in TABLE.items():
        assert state in STATES
        assert following in STATES
        assert source in INPUTS
    for (state, source), following in CANDIDATE_TABLE.items():
        assert state in CANDIDATE_STATES
        assert following in CANDIDATE_STATES
        assert source in CANDIDATE_INPUTS
