"""Made ids are deterministic, and apart from those that a conversation has."""

from __future__ import annotations

import copy

import pytest

from modelwire import ir
from modelwire.codecs._ids import call_ids, counting_ids, history_ids, turn_seed


def test_kinds_count_on_their_own():
    new = counting_ids("r")
    assert [new("call"), new("item"), new("call")] == [
        "r_call_0",
        "r_item_0",
        "r_call_1",
    ]
    assert counting_ids()("call") == "call_0"


@pytest.mark.parametrize(
    ("taken", "expected"),
    [
        ([], ["call_0", "call_1", "call_2"]),
        (["call_1", "x", ""], ["call_0", "call_2", "call_3"]),
        (["call_0", "call_1", "call_2", "call_4"], ["call_3", "call_5", "call_6"]),
    ],
)
def test_ids_of_a_history_leave_out_its_own(taken, expected):
    new = history_ids(iter(taken))
    assert [new(), new(), new()] == expected


def test_a_prefix_stands_in_front():
    assert history_ids(["toolu_0"], "toolu")() == "toolu_1"


def test_what_is_taken_is_read_late_and_once():
    read = []

    def taken():
        read.append(1)
        yield "call_0"

    new = history_ids(taken())
    assert read == []
    assert [new(), new()] == ["call_1", "call_2"]
    assert read == [1]


@pytest.mark.parametrize("make", [counting_ids, lambda: history_ids(())])
def test_a_copy_counts_on_its_own(make):
    new = make()
    arguments = ("call",) if make is counting_ids else ()
    new(*arguments)
    again = copy.deepcopy(new)
    assert new(*arguments) == again(*arguments) == "call_1"


def test_the_ids_of_a_conversation():
    messages = (
        ir.Message(role="user", parts=(ir.TextPart(text="a"),)),
        ir.Message(role="assistant", parts=(ir.ToolCallPart(id="c", name="f"),)),
        ir.Message(role="tool", parts=(ir.ToolResultPart(call_id="d"),)),
    )
    assert list(call_ids(messages)) == ["c", "d"]
    assert turn_seed(None) is None
    assert turn_seed(ir.ChatRequest(model="m", messages=messages)) == "turn_3"
