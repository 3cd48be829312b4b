"""Ids of calls: which result answers which call, and ids that are given twice."""

from __future__ import annotations

import pytest
from tests.adapt.test_history import HI, answer, asks, call, chat, shape, tool, user

from modelwire.adapt import normalise
from modelwire.adapt._history_check import match_results
from modelwire.ir import LossCode, Message, ToolResultPart


def named(name):
    return ToolResultPart(call_id="", name=name)


MATCHES = [
    # messages, answers, orphans, seconds, unanswered
    ("a result without a name takes the first call",
     [[call("", "f"), call("", "f")], [named(None), named("f")]],
     {(0, 0): (1, 0), (0, 1): (1, 1)}, [], [], []),
    ("a name goes to its call",
     [[call("", "f"), call("", "g")], [named("g"), named(None)]],
     {(0, 1): (1, 0), (0, 0): (1, 1)}, [], [], []),
    ("a name that no call has", [[call("", "f")], [named("g")]], {}, [(1, 0)], [],
     [(0, 0)]),
    ("a second answer", [[call("a")], [answer("a"), answer("a")]],
     {(0, 0): (1, 0)}, [], [(1, 1)], []),
]  # fmt: skip


@pytest.mark.parametrize(
    ("messages", "answers", "orphans", "seconds", "unanswered"),
    [c[1:] for c in MATCHES],
    ids=[c[0] for c in MATCHES],
)
def test_which_result_answers_which_call(
    messages, answers, orphans, seconds, unanswered
):
    found = match_results(messages)
    assert found.answers == answers
    assert found.orphans == orphans
    assert found.seconds == seconds
    assert found.unanswered == unanswered


def test_a_new_id_is_nobody_elses():
    request = chat(HI, asks("a", "a_2"), tool("a", "a_2"), asks("a"), tool("a"), HI)
    adapted = normalise(request, target="openai-chat")
    assert shape(adapted.request)[-3:] == [
        ["assistant", "call a_3"],
        ["tool", "result a_3"],
        ["user", "hi"],
    ]


def test_an_id_that_is_given_twice_and_answered_once():
    request = chat(HI, asks("a"), user(answer("a")), asks("a"))
    adapted = normalise(request, target="anthropic-messages", unanswered="drop")
    assert shape(adapted.request) == shape(request)[:3]
    assert LossCode.OUT_TOOL_CALL in {loss.code for loss in adapted.losses}


def test_the_name_of_a_message_goes_with_all_that_it_said():
    asked = Message(role="assistant", name="bob", parts=(call("a"),))
    adapted = normalise(chat(HI, asked), target="openai-chat", unanswered="drop")
    assert shape(adapted.request) == [["user", "hi"]]
    lost = {(loss.code, loss.path) for loss in adapted.losses}
    assert (LossCode.ROLE_NAME, "$.messages[1].name") in lost
