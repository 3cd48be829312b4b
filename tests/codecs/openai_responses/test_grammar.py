"""The event grammar: every state and input of both tables, and what events repeat."""

from __future__ import annotations

import itertools

import pytest

from modelwire.codecs._base import (
    EndSentinel,
    KeepaliveComment,
    MalformedEvent,
    NativeEvent,
)
from modelwire.codecs.openai_responses._grammar import (
    ITEM,
    STREAM,
    StreamChecker,
    check_stream,
)
from modelwire.errors import RemoteProtocolError

OR = "openai-responses"


def native(name, **data):
    kind = name if name in ("error", "keepalive") else f"response.{name}"
    return NativeEvent(OR, kind, {"type": kind, **data})


def life(name, *output):
    return native(name, response={"id": "resp_1", "output": list(output)})


CREATED = life("created")
RUNNING = life("in_progress")
COMPLETED = life("completed")
ERROR = native("error", code="x", message="y")
AT = {"output_index": 0, "item_id": "i_0"}
PIECE = {**AT, "content_index": 0}


def added(kind, index=0, **fields):
    item = {"id": f"i_{index}", "type": kind, **fields}
    return native("output_item.added", output_index=index, item=item)


def done(kind="message", index=0, **fields):
    item = {"id": f"i_{index}", "type": kind, **fields}
    return native("output_item.done", output_index=index, item=item)


def part(kind):
    return native("content_part.added", **PIECE, part={"type": kind})


TYPES = {
    "message": "message",
    "reasoning": "reasoning",
    "function": "function_call",
    "custom": "custom_tool_call",
    "mcp": "mcp_call",
    "code": "code_interpreter_call",
    "patch": "apply_patch_call",
    "shell_output": "shell_call_output",
    "shell": "shell_call",
    "image": "image_generation_call",
    "whole": "web_search_call",
    "unknown": "quantum_call",
}
ITEM_EVENTS = {
    **{f"added:{kind}": added(name) for kind, name in TYPES.items()},
    "part:output_text": part("output_text"),
    "part:refusal": part("refusal"),
    "part:reasoning_text": part("reasoning_text"),
    "part:unknown": part("hologram"),
    "part.done": native("content_part.done", **PIECE, part={}),
    "summary_part.added": native("reasoning_summary_part.added", **AT),
    "summary_part.done": native("reasoning_summary_part.done", **AT),
    "text.delta": native("output_text.delta", **PIECE, delta="a"),
    "text.annotation": native("output_text.annotation.added", **PIECE, annotation={}),
    "text.done": native("output_text.done", **PIECE, text="a"),
    "refusal.delta": native("refusal.delta", **PIECE, delta="a"),
    "refusal.done": native("refusal.done", **PIECE, refusal="a"),
    "reasoning_text.delta": native("reasoning_text.delta", **PIECE, delta="a"),
    "reasoning_text.done": native("reasoning_text.done", **PIECE, text="a"),
    "summary.delta": native("reasoning_summary_text.delta", **AT, delta="a"),
    "summary.done": native("reasoning_summary_text.done", **AT, text="a"),
    "arguments.delta": native("function_call_arguments.delta", **AT, delta="a"),
    "arguments.done": native("function_call_arguments.done", **AT, arguments="a"),
    "input.delta": native("custom_tool_call_input.delta", **AT, delta="a"),
    "input.done": native("custom_tool_call_input.done", **AT, input="a"),
    "mcp_arguments.delta": native("mcp_call_arguments.delta", **AT, delta="a"),
    "mcp_arguments.done": native("mcp_call_arguments.done", **AT, arguments="a"),
    "code.delta": native("code_interpreter_call_code.delta", **AT, delta="a"),
    "code.done": native("code_interpreter_call_code.done", **AT, code="a"),
    "diff.delta": native("apply_patch_call_operation_diff.delta", **AT, delta="a"),
    "diff.done": native("apply_patch_call_operation_diff.done", **AT, diff="a"),
    "output.delta": native("shell_call_output_content.delta", **AT, delta={}),
    "output.done": native("shell_call_output_content.done", **AT, output=[]),
    "command.added": native("shell_call_command.added", output_index=0, command=""),
    "command.delta": native("shell_call_command.delta", output_index=0, delta="a"),
    "command.done": native("shell_call_command.done", output_index=0, command="a"),
    "image.partial": native("image_generation_call.partial_image", **AT),
    "progress": native("web_search_call.searching", **AT),
    "unknown": native("novelty", **AT),
    "item.done": done(),
}


def paths():
    """Shortest legal inputs to every item state."""
    found = {"none": []}
    while True:
        more = {
            following: [*found[state], source]
            for (state, source), following in ITEM.moves.items()
            if state in found and following not in found
        }
        if not more:
            return found
        found |= more


PATHS = paths()


def rules(*events):
    return [found.rule for found in check_stream(events)]


def test_every_item_state_can_be_reached():
    assert set(PATHS) == set(ITEM.states)
    assert set(ITEM_EVENTS) == set(ITEM.inputs)


def named(source, path):
    """The event of *source*, its progress named after the item it speaks of."""
    if source != "progress" or not path:
        return ITEM_EVENTS[source]
    kind = TYPES[path[0].removeprefix("added:")]
    return native(f"{kind}.working", **AT)


@pytest.mark.parametrize(
    ("state", "source"), list(itertools.product(ITEM.states, ITEM.inputs))
)
def test_every_item_state_and_input(state, source):
    checker = StreamChecker()
    checker.feed(CREATED)
    for before in PATHS[state]:
        assert checker.feed(named(before, PATHS[state])) == []
    assert checker.item_state(0) == state
    event = named(source, PATHS[state])
    if source in ("progress", "unknown") and state in ("none", "unknown_item"):
        # Of an item that is not known, every event is one that is not known.
        assert checker.feed(event) == [] or state == "none"
        return
    found = checker.feed(event)
    following = ITEM.moves.get((state, source))
    assert bool(found) == (following is None)
    if following is not None:
        assert checker.item_state(0) == following
    else:
        assert found[0].state == f"running/{state}"
        assert found[0].index == len(PATHS[state]) + 1


STREAM_PATHS = {
    "initial": [],
    "created": [CREATED],
    "running": [CREATED, RUNNING],
    "errored": [CREATED, ERROR],
    "ended": [CREATED, COMPLETED],
}
STREAM_EVENTS = {
    "queued": life("queued"),
    "created": CREATED,
    "in_progress": RUNNING,
    "item": added("message"),
    "completed": COMPLETED,
    "cut": life("failed"),
    "error": ERROR,
    "unknown": native("keepalive"),
    "done": EndSentinel(),
    "malformed": MalformedEvent("{", RemoteProtocolError("x")),
}


def test_stream_tables_are_whole():
    assert set(STREAM_PATHS) == set(STREAM.states)
    assert {*STREAM_EVENTS, "end"} == set(STREAM.inputs)


@pytest.mark.parametrize(
    ("state", "source"), list(itertools.product(STREAM.states, STREAM.inputs))
)
def test_every_stream_state_and_input(state, source):
    checker = StreamChecker()
    for event in STREAM_PATHS[state]:
        assert checker.feed(event) == []
    assert checker.state == state
    found = checker.close() if source == "end" else checker.feed(STREAM_EVENTS[source])
    following = STREAM.moves.get((state, source))
    assert bool(found) == (following is None)
    if following is not None:
        assert checker.state == following
    else:
        assert found[0].state == state


MESSAGE = [
    added("message"),
    part("output_text"),
    ITEM_EVENTS["text.delta"],
    ITEM_EVENTS["text.annotation"],
    ITEM_EVENTS["text.done"],
    ITEM_EVENTS["part.done"],
    done(),
]
WHOLE = {"id": "i_0", "type": "message"}


def test_legal_streams():
    assert rules(CREATED, RUNNING, *MESSAGE, life("completed", WHOLE)) == []
    assert rules(CREATED, *MESSAGE, COMPLETED, EndSentinel()) == []
    assert rules(life("queued"), CREATED, RUNNING, life("incomplete")) == []
    assert rules(CREATED, KeepaliveComment("x"), COMPLETED) == []
    assert rules(CREATED, RUNNING, *MESSAGE[:3], ERROR, life("failed")) == []
    assert rules(ERROR) == []


def test_items_may_interleave():
    other = [added("mcp_list_tools", 1), done("mcp_list_tools", 1)]
    events = [MESSAGE[0], other[0], *MESSAGE[1:], other[1]]
    assert rules(CREATED, *events, COMPLETED) == []


def test_p04_output_indexes_are_dense_and_unique():
    assert rules(CREATED, added("message", 1), done("message", 1), COMPLETED) == [
        "output_index is 0"
    ]
    assert "output_item.added comes first" in rules(CREATED, done(), COMPLETED)
    twice = rules(CREATED, added("message"), added("message"), done(), COMPLETED)
    assert len(twice) == 1


def test_p01_an_item_keeps_its_id():
    other = native("output_text.delta", **{**PIECE, "item_id": "i_9"}, delta="a")
    events = [*MESSAGE[:2], other, *MESSAGE[3:]]
    assert rules(CREATED, *events, COMPLETED) == ["an item keeps its id"]
    wrong = life("completed", {"id": "msg_other", "type": "message"})
    assert rules(CREATED, *MESSAGE, wrong) == ["output repeats the items"]


def test_sequence_numbers_are_optional():
    numbered = [
        native("created", response={}, sequence_number=0),
        native("in_progress", response={}, sequence_number=1),
        native("completed", response={}, sequence_number=2),
    ]
    assert rules(*numbered) == []
    assert rules(*numbered[1:]) == [
        "sequence_number is 0",
        "response.created comes first",
    ]
    assert rules(CREATED, COMPLETED) == []
    gap = native("completed", response={}, sequence_number=3)
    assert rules(*numbered[:2], gap) == ["sequence_number is 2"]
    # Behind an event without a number, the first one may be any.
    assert rules(CREATED, gap) == []
    text = native("completed", response={}, sequence_number="1")
    assert rules(numbered[0], text) == ["sequence_number is 1"]


def test_completed_needs_every_item_to_be_done():
    assert rules(CREATED, MESSAGE[0], COMPLETED) == ["output_item.done ends every item"]
    assert rules(CREATED, MESSAGE[0], life("incomplete")) == []


def test_progress_belongs_to_its_item():
    found = rules(
        CREATED,
        added("web_search_call"),
        native("file_search_call.searching", **AT),
        done("web_search_call"),
        COMPLETED,
    )
    assert found == ["progress of web_search_call"]


def test_one_mistake_is_reported_once():
    events = [*MESSAGE[:1], *MESSAGE[2:]]
    assert len(rules(CREATED, *events, COMPLETED)) == 1
    assert len(rules(RUNNING, *MESSAGE, COMPLETED)) == 1


def test_odd_events():
    assert rules(CREATED, native("output_text.delta", delta="a"), COMPLETED)
    assert rules(CREATED, native("completed")) == ["response is the whole response"]
    assert rules(CREATED) == ["the stream ends with a terminal event"]
