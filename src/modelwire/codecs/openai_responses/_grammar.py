"""
The event grammar of a Responses stream, as two state tables.

    stream   := (queued | created | in_progress)* (item)* terminal
    terminal := completed | incomplete | failed | cancelled | error failed?
    item     := output_item.added (what its kind allows)* output_item.done
    message  := (part.added delta* done part.done)*         text or refusal
    reasoning := (summary_part.added delta* done summary_part.done | part)*
    call     := delta* done                                  arguments or input
    built-in := progress events, and the deltas of its kind

`STREAM` has the life of the stream, `ITEM` that of one item.  Items are
told apart by *output_index* and may interleave, as recorded; the indexes are dense.
Beside the tables the checker sees to one id per item, sequence numbers that rise by
one, and a terminal event with the items of the stream.  Whether a text equals its
deltas is no rule: an end that corrects them is what it is for.

Source: the event types of the `openai` package 3.52.0 and wire/observed.md section 3,
read 2026-11-21.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from modelwire.codecs._base import (
    EndSentinel,
    GrammarViolation,
    KeepaliveComment,
    NativeEvent,
    NativeItem,
)
from modelwire.codecs._state_table import StateTable, check_all
from modelwire.codecs.openai_responses._event_inputs import LIFE, item_input, type_of

__all__ = ["ITEM", "STREAM", "TABLES", "StreamChecker", "check_stream"]

# --- the life of a stream -----------------------------------------------------------


def _stream_moves() -> dict[tuple[str, str], str]:
    moves = {
        ("initial", "queued"): "created",
        ("initial", "created"): "created",
        ("created", "queued"): "created",
        ("created", "created"): "created",
        ("created", "in_progress"): "running",
        ("created", "item"): "running",
        ("running", "item"): "running",
        ("errored", "cut"): "ended",
        ("errored", "done"): "errored",
        ("errored", "end"): "errored",
        ("ended", "done"): "ended",
        ("ended", "end"): "ended",
    }
    for state in ("created", "running"):
        moves[state, "completed"] = "ended"
        moves[state, "cut"] = "ended"
    for state in ("initial", "created", "running"):
        moves[state, "error"] = "errored"
        moves[state, "unknown"] = state
    return moves


_NO_END: Final = "the stream ends with a terminal event"

STREAM: Final = StateTable(
    name="a stream",
    states={
        "initial": "nothing yet",
        "created": "queued or created came, items may follow",
        "running": "after in_progress, or between items",
        "errored": "after `error`: response.failed may follow",
        "ended": "after a terminal event",
    },
    inputs=(
        "queued",
        "created",
        "in_progress",
        "item",  # any event of an item
        "completed",
        "cut",  # a terminal event of an answer in part: incomplete, failed, cancelled
        "error",
        "unknown",
        "done",  # the `[DONE]` that some servers write behind the terminal event
        "malformed",
        "end",
    ),
    moves=_stream_moves(),
    rules={
        "initial": "response.created comes first",
        "created": "in_progress, an item, or a terminal event",
        "running": "an item, or a terminal event",
        "errored": "only response.failed follows error",
        "ended": "nothing follows the terminal event",
    },
    pair_rules={(state, "end"): _NO_END for state in ("initial", "created", "running")},
    recovery={
        "created": "created",
        "in_progress": "running",
        "item": "running",
        "completed": "ended",
        "cut": "ended",
        "error": "errored",
    },
    last=frozenset({"errored", "ended"}),
)
"""The life of a stream."""

# --- the life of an item ------------------------------------------------------------

_GROWING: Final = {
    # state before: (input that opens it, its deltas, the text's end, its own end)
    "text": ("message", "part:output_text", "text.delta", "text.done", "part.done"),
    "refusal": (
        "message",
        "part:refusal",
        "refusal.delta",
        "refusal.done",
        "part.done",
    ),
    "reasoning_text": (
        "reasoning",
        "part:reasoning_text",
        "reasoning_text.delta",
        "reasoning_text.done",
        "part.done",
    ),
    "summary": (
        "reasoning",
        "summary_part.added",
        "summary.delta",
        "summary.done",
        "summary_part.done",
    ),
}
"""The texts inside of messages and reasoning items, from added to done."""

_CALLS: Final = {
    "function": ("arguments.delta", "arguments.done"),
    "custom": ("input.delta", "input.done"),
}
"""Calls that the caller answers: one text, which always has its end."""

_BUILTINS: Final = {
    "mcp": ("mcp_arguments.delta", "mcp_arguments.done"),
    "code": ("code.delta", "code.done"),
    "patch": ("diff.delta", "diff.done"),
    "shell_output": ("output.delta", "output.done"),
}
"""Built-in calls with one text, which may be missing."""

_ITEM_STATES: Final = {
    "none": "not added yet",
    "message": "a message, between its parts",
    "reasoning": "a reasoning item, between its parts",
    **{
        name + end: f"{name.replace('_', ' ')}{said}"
        for name in _GROWING
        for end, said in (("", ", growing"), (".ended", ", whole"))
    },
    "unknown_part": "in a part of an unknown type",
    **{
        name + end: f"a {name} call{said}"
        for name in _CALLS
        for end, said in (("", ", growing"), (".ended", ", whole"))
    },
    **{
        name + end: f"{name.replace('_', ' ')}{said}"
        for name in _BUILTINS
        for end, said in (
            ("", ", begun"),
            (".growing", ", growing"),
            (".ended", ", whole"),
        )
    },
    "shell": "a shell call, between its commands",
    "command": "in a command of a shell call",
    "image": "an image that is made",
    "whole": "an item that comes whole, or only with its progress",
    "unknown_item": "an item of an unknown type",
    "closed": "after output_item.done",
}

_ITEM_INPUTS: Final = (
    *("added:" + kind for kind in ("message", "reasoning", *_CALLS, *_BUILTINS)),
    "added:shell",
    "added:image",
    "added:whole",
    "added:unknown",
    "part:output_text",
    "part:refusal",
    "part:reasoning_text",
    "part:unknown",
    "part.done",
    "summary_part.added",
    "summary_part.done",
    "text.delta",
    "text.annotation",
    "text.done",
    "refusal.delta",
    "refusal.done",
    "reasoning_text.delta",
    "reasoning_text.done",
    "summary.delta",
    "summary.done",
    *(name for pair in _CALLS.values() for name in pair),
    *(name for pair in _BUILTINS.values() for name in pair),
    "command.added",
    "command.delta",
    "command.done",
    "image.partial",
    "progress",
    "unknown",
    "item.done",
)


def _item_moves() -> dict[tuple[str, str], str]:
    moves: dict[tuple[str, str], str] = {
        ("text", "text.annotation"): "text",
        ("shell", "command.added"): "command",
        ("command", "command.delta"): "command",
        ("command", "command.done"): "shell",
        ("image", "image.partial"): "image",
        ("unknown_part", "part.done"): "message",
    }
    for source in _ITEM_INPUTS:
        if source.startswith("added:"):
            kind = source.removeprefix("added:")
            moves["none", source] = "unknown_item" if kind == "unknown" else kind
        else:
            # What belongs to an item that is not known is not known either.
            moves["unknown_item", source] = "unknown_item"
            if not source.startswith("part") and source != "item.done":
                moves["unknown_part", source] = "unknown_part"
    for state, (owner, opened, delta, ended, closed) in _GROWING.items():
        moves[owner, opened] = state
        moves[state, delta] = state
        moves[state, ended] = f"{state}.ended"
        moves[f"{state}.ended", closed] = owner
    moves["message", "part:unknown"] = "unknown_part"
    for state, (delta, ended) in _CALLS.items():
        moves[state, delta] = state
        moves[state, ended] = f"{state}.ended"
    for state, (delta, ended) in _BUILTINS.items():
        moves[state, delta] = f"{state}.growing"
        moves[f"{state}.growing", delta] = f"{state}.growing"
        moves[state, ended] = f"{state}.ended"
        moves[f"{state}.growing", ended] = f"{state}.ended"
        # A shell's output comes command by command.
        if state == "shell_output":
            moves[f"{state}.ended", delta] = f"{state}.growing"
            moves[f"{state}.ended", ended] = f"{state}.ended"
        for end in ("", ".growing", ".ended"):
            moves[state + end, "progress"] = state + end
    for state in ("shell", "image", "whole"):
        moves[state, "progress"] = state
    for state in (
        "message",
        "reasoning",
        *(f"{name}.ended" for name in _CALLS),
        *(name + end for name in _BUILTINS for end in ("", ".ended")),
        "shell",
        "image",
        "whole",
        "unknown_item",
    ):
        moves[state, "item.done"] = "closed"
    for state in _ITEM_STATES:
        if state not in ("none", "closed"):
            moves[state, "unknown"] = state
    return moves


def _item_recovery() -> dict[str, str]:
    """Give inputs that lead to one state wherever they are legal, and that state."""
    found: dict[str, set[str]] = {}
    for (_, source), state in _ITEM_MOVES.items():
        found.setdefault(source, set()).add(state)
    known = {
        source: states - {"unknown_item", "unknown_part"}
        for source, states in found.items()
    }
    return {source: min(states) for source, states in known.items() if len(states) == 1}


_ITEM_MOVES: Final = _item_moves()

ITEM: Final = StateTable(
    name="an item",
    states=_ITEM_STATES,
    inputs=_ITEM_INPUTS,
    moves=_ITEM_MOVES,
    rules={
        "none": "output_item.added comes first",
        "closed": "nothing follows output_item.done",
    },
    recovery=_item_recovery(),
    last=frozenset({"closed"}),
)
"""The life of an item."""

TABLES: Final = (STREAM, ITEM)
"""Every table of this grammar."""


def check_stream(events: Iterable[NativeItem]) -> list[GrammarViolation]:
    """
    Check a whole stream.

    Args:
        events: Native events in order, as an event decoder gives them.

    Returns:
        What violates the grammar; empty for a legal stream.
    """
    return check_all(StreamChecker(), events)


class _Item:
    """One item: its state, its id, and its type."""

    __slots__ = ("id", "state", "type")

    def __init__(self) -> None:
        self.id: Any = None
        self.type = ""
        self.state = ITEM.initial


class StreamChecker:
    """Checks the grammar event by event."""

    def __init__(self) -> None:
        self.state: str = STREAM.initial
        """The state after the events so far, one of `STREAM.states`."""
        self._number = 0
        self._items: dict[Any, _Item] = {}
        self._sequence: int | None = None
        self._before = self.state

    def item_state(self, output_index: int) -> str:
        """Give the state of an item, one of `ITEM.states`."""
        item = self._items.get(output_index)
        return ITEM.initial if item is None else item.state

    def feed(self, event: NativeItem) -> list[GrammarViolation]:
        """
        Take the next event.

        Args:
            event: A native event, an end marker, a comment (always legal), or a
                fault (never).

        Returns:
            What it violates.
        """
        if type(event) is KeepaliveComment:
            return []
        found: list[GrammarViolation] = []
        self._before = self.state
        if type(event) is not NativeEvent:
            source = "done" if type(event) is EndSentinel else "malformed"
            self._step(source, type(event).__name__, found)
        else:
            self._event(event, found)
        self._number += 1
        return found

    def close(self) -> list[GrammarViolation]:
        """
        Take the end of the stream.

        Returns:
            The violation if no terminal event came.
        """
        found: list[GrammarViolation] = []
        self._before = self.state
        self._step("end", "end", found)
        return found

    def _event(self, event: NativeEvent, found: list[GrammarViolation]) -> None:
        name, data = event.type, event.data
        self._check_sequence(name, data.get("sequence_number"), found)
        life = LIFE.get(name)
        if life is not None:
            self._step(life, name, found)
            self._check_response(life, name, data.get("response"), found)
            return
        source = item_input(name, data)
        if source == "unknown" and data.get("output_index") not in self._items:
            self._step("unknown", name, found)
            return
        self._step("item", name, found)
        self._item_event(source, name, data, found)

    def _step(self, source: str, name: str, found: list[GrammarViolation]) -> None:
        self.state, rule = STREAM.step(self.state, source)
        if rule is not None:
            self._say(name, rule, found)

    def _item_event(
        self, source: str, name: str, data: Any, found: list[GrammarViolation]
    ) -> None:
        index = data.get("output_index")
        if type(index) is not int:
            self._say(name, "output_index is a number", found)
            return
        item = self._items.get(index)
        if item is None:
            item = _Item()
            if source.startswith("added:"):
                if index != len(self._items):
                    self._say(name, f"output_index is {len(self._items)}", found)
                self._items[index] = item
        before = item.state
        item.state, rule = ITEM.step(before, source)
        if rule is not None:
            self._before = f"{self.state}/{before}"
            self._say(name, rule, found)
        self._check_id(item, source, name, data, found)

    def _check_id(
        self,
        item: _Item,
        source: str,
        name: str,
        data: Any,
        found: list[GrammarViolation],
    ) -> None:
        if source.startswith("added:") or source == "item.done":
            given = data.get("item")
            id_ = given.get("id") if type(given) is dict else None
        else:
            id_ = data.get("item_id")
        if source.startswith("added:"):
            item.id = id_
            item.type = type_of(data.get("item"))
        elif id_ is not None and id_ != item.id:
            self._say(name, "an item keeps its id", found)
        if source == "progress" and item.type and f".{item.type}." not in name:
            self._say(name, f"progress of {item.type}", found)

    def _check_sequence(
        self, name: str, number: Any, found: list[GrammarViolation]
    ) -> None:
        # Optional: three early recordings have none (dd-trace-py__openai-v1-response-
        # stream); test_sequence_numbers_are_optional.
        if number is None:
            return
        expected = 0 if self._sequence is None else self._sequence + 1
        if self._number and self._sequence is None:
            expected = number
        if number != expected:
            self._say(name, f"sequence_number is {expected}", found)
        if type(number) is int:
            self._sequence = number

    def _check_response(
        self, life: str, name: str, response: Any, found: list[GrammarViolation]
    ) -> None:
        if life == "error":
            return
        if type(response) is not dict:
            self._say(name, "response is the whole response", found)
            return
        if life == "completed":
            if any(item.state != "closed" for item in self._items.values()):
                self._say(name, "output_item.done ends every item", found)
            output = response.get("output")
            # ChatGPT's backend sends none (observed.md section 3).
            if type(output) is list and output:
                ids = [one.get("id") for one in output if type(one) is dict]
                mine = [item.id for _, item in sorted(self._items.items())]
                if ids != mine:
                    self._say(name, "output repeats the items", found)

    def _say(self, event: str, rule: str, found: list[GrammarViolation]) -> None:
        found.append(
            GrammarViolation(
                index=self._number, event=event, state=self._before, rule=rule
            )
        )
