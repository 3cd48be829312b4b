"""
The event grammar of a Responses stream, as two tables of states.

    stream   := (queued | created | in_progress)* (item)* terminal
    terminal := completed | incomplete | failed | cancelled | error failed?
    item     := output_item.added (what its kind allows)* output_item.done
    message  := (part.added delta* done part.done)*         text or refusal
    reasoning := (summary_part.added delta* done summary_part.done | part)*
    call     := delta* done                                  arguments or input
    built-in := progress events, and the deltas of its kind

`STREAM_TABLE` has the life of the stream, `ITEM_TABLE` that of one item.  Items are
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

__all__ = [
    "EVENT_TYPES",
    "ITEM_INPUTS",
    "ITEM_STATES",
    "ITEM_TABLE",
    "STREAM_INPUTS",
    "STREAM_STATES",
    "STREAM_TABLE",
    "StreamChecker",
    "check_stream",
    "is_progress",
]

# --- the life of a stream -----------------------------------------------------------

STREAM_STATES: Final = (
    "initial",  # nothing yet
    "created",  # queued or created came, items may follow
    "running",  # after in_progress, or between items
    "errored",  # after `error`: response.failed may follow
    "ended",  # after a terminal event
)
"""Every state of a stream."""

STREAM_INPUTS: Final = (
    "queued",
    "created",
    "in_progress",
    "item",
    "completed",
    "cut",
    "error",
    "unknown",
    "done",
    "malformed",
    "end",
)
"""
Every input of a stream.

`item` is any event of an item, `cut` a terminal event that says that the answer is not
whole (incomplete, failed, cancelled), `done` the `[DONE]` that some servers write
behind the terminal event, `end` the end of the bytes.
"""


def _stream_table() -> dict[tuple[str, str], str]:
    table = {
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
        table[state, "completed"] = "ended"
        table[state, "cut"] = "ended"
    for state in ("initial", "created", "running"):
        table[state, "error"] = "errored"
        table[state, "unknown"] = state
    return table


STREAM_TABLE: Final = _stream_table()
"""(state, input) to the next state; a pair that is missing is a violation."""

_STREAM_RULES: Final = {
    "initial": "response.created comes first",
    "created": "in_progress, an item, or a terminal event",
    "running": "an item, or a terminal event",
    "errored": "only response.failed follows error",
    "ended": "nothing follows the terminal event",
}
_STREAM_RECOVERY: Final = {
    "created": "created",
    "in_progress": "running",
    "item": "running",
    "completed": "ended",
    "cut": "ended",
    "error": "errored",
}

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

ITEM_STATES: Final = (
    "none",  # not added yet
    "message",  # between its parts
    "reasoning",
    *(name + end for name in _GROWING for end in ("", ".ended")),
    "unknown_part",
    *(name + end for name in _CALLS for end in ("", ".ended")),
    *(name + end for name in _BUILTINS for end in ("", ".growing", ".ended")),
    "shell",  # between its commands
    "command",
    "image",
    "whole",  # comes whole, or only with its progress
    "unknown_item",
    "closed",  # after output_item.done
)
"""Every state of an item."""

ITEM_INPUTS: Final = (
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
"""Every input of an item."""


def _item_table() -> dict[tuple[str, str], str]:
    table: dict[tuple[str, str], str] = {
        ("text", "text.annotation"): "text",
        ("shell", "command.added"): "command",
        ("command", "command.delta"): "command",
        ("command", "command.done"): "shell",
        ("image", "image.partial"): "image",
        ("unknown_part", "part.done"): "message",
    }
    for source in ITEM_INPUTS:
        if source.startswith("added:"):
            kind = source.removeprefix("added:")
            table["none", source] = "unknown_item" if kind == "unknown" else kind
        else:
            # What belongs to an item that is not known is not known either.
            table["unknown_item", source] = "unknown_item"
            if not source.startswith("part") and source != "item.done":
                table["unknown_part", source] = "unknown_part"
    for state, (owner, opened, delta, ended, closed) in _GROWING.items():
        table[owner, opened] = state
        table[state, delta] = state
        table[state, ended] = f"{state}.ended"
        table[f"{state}.ended", closed] = owner
    table["message", "part:unknown"] = "unknown_part"
    for state, (delta, ended) in _CALLS.items():
        table[state, delta] = state
        table[state, ended] = f"{state}.ended"
    for state, (delta, ended) in _BUILTINS.items():
        table[state, delta] = f"{state}.growing"
        table[f"{state}.growing", delta] = f"{state}.growing"
        table[state, ended] = f"{state}.ended"
        table[f"{state}.growing", ended] = f"{state}.ended"
        # A shell's output comes command by command.
        if state == "shell_output":
            table[f"{state}.ended", delta] = f"{state}.growing"
            table[f"{state}.ended", ended] = f"{state}.ended"
        for end in ("", ".growing", ".ended"):
            table[state + end, "progress"] = state + end
    for state in ("shell", "image", "whole"):
        table[state, "progress"] = state
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
        table[state, "item.done"] = "closed"
    for state in ITEM_STATES[1:-1]:
        table[state, "unknown"] = state
    return table


ITEM_TABLE: Final = _item_table()
"""(state, input) to the next state; a pair that is missing is a violation."""

_ITEM_RULES: Final = {
    "none": "output_item.added comes first",
    "closed": "nothing follows output_item.done",
}

_KINDS: Final = {
    "message": "message",
    "reasoning": "reasoning",
    "function_call": "function",
    "custom_tool_call": "custom",
    "mcp_call": "mcp",
    "code_interpreter_call": "code",
    "apply_patch_call": "patch",
    "shell_call_output": "shell_output",
    "shell_call": "shell",
    "image_generation_call": "image",
    "web_search_call": "whole",
    "file_search_call": "whole",
    "mcp_list_tools": "whole",
    "mcp_approval_request": "whole",
    "mcp_approval_response": "whole",
    "computer_call": "whole",
    "computer_call_output": "whole",
    "local_shell_call": "whole",
    "local_shell_call_output": "whole",
    "tool_search_call": "whole",
    "tool_search_output": "whole",
    "additional_tools": "whole",
    "compaction": "whole",
    "program": "whole",
    "program_output": "whole",
}
"""Which kind of item each type is."""

_LIFE: Final = {
    "response.queued": "queued",
    "response.created": "created",
    "response.in_progress": "in_progress",
    "response.completed": "completed",
    "response.incomplete": "cut",
    "response.failed": "cut",
    "response.cancelled": "cut",
    "error": "error",
}
_ITEM_EVENTS: Final = {
    "response.content_part.done": "part.done",
    "response.reasoning_summary_part.added": "summary_part.added",
    "response.reasoning_summary_part.done": "summary_part.done",
    "response.output_text.delta": "text.delta",
    "response.output_text.annotation.added": "text.annotation",
    "response.output_text.done": "text.done",
    "response.refusal.delta": "refusal.delta",
    "response.refusal.done": "refusal.done",
    "response.reasoning_text.delta": "reasoning_text.delta",
    "response.reasoning_text.done": "reasoning_text.done",
    "response.reasoning_summary_text.delta": "summary.delta",
    "response.reasoning_summary_text.done": "summary.done",
    "response.function_call_arguments.delta": "arguments.delta",
    "response.function_call_arguments.done": "arguments.done",
    "response.custom_tool_call_input.delta": "input.delta",
    "response.custom_tool_call_input.done": "input.done",
    "response.mcp_call_arguments.delta": "mcp_arguments.delta",
    "response.mcp_call_arguments.done": "mcp_arguments.done",
    "response.code_interpreter_call_code.delta": "code.delta",
    "response.code_interpreter_call_code.done": "code.done",
    "response.apply_patch_call_operation_diff.delta": "diff.delta",
    "response.apply_patch_call_operation_diff.done": "diff.done",
    "response.shell_call_output_content.delta": "output.delta",
    "response.shell_call_output_content.done": "output.done",
    "response.shell_call_command.added": "command.added",
    "response.shell_call_command.delta": "command.delta",
    "response.shell_call_command.done": "command.done",
    "response.image_generation_call.partial_image": "image.partial",
    "response.output_item.done": "item.done",
}
EVENT_TYPES: Final = frozenset(
    {
        *_LIFE,
        *_ITEM_EVENTS,
        "response.output_item.added",
        "response.content_part.added",
    }
)
"""The events that are known, progress apart."""

_PARTS: Final = frozenset({"output_text", "refusal", "reasoning_text"})


def check_stream(events: Iterable[NativeItem]) -> list[GrammarViolation]:
    """
    Check a whole stream.

    Args:
        events: Native events in order, as an event decoder gives them.

    Returns:
        What violates the grammar; empty for a legal stream.
    """
    checker = StreamChecker()
    found: list[GrammarViolation] = []
    for event in events:
        found += checker.feed(event)
    return found + checker.close()


class _Item:
    """One item: its state, its id, and its type."""

    __slots__ = ("id", "state", "type")

    def __init__(self) -> None:
        self.id: Any = None
        self.type = ""
        self.state = "none"


class StreamChecker:
    """Checks the grammar event by event."""

    def __init__(self) -> None:
        self.state: str = "initial"
        """The state after the events so far, one of `STREAM_STATES`."""
        self._number = 0
        self._items: dict[Any, _Item] = {}
        self._sequence: int | None = None
        self._before = self.state

    def item_state(self, output_index: int) -> str:
        """Give the state of an item, one of `ITEM_STATES`."""
        item = self._items.get(output_index)
        return "none" if item is None else item.state

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
        if (self.state, "end") not in STREAM_TABLE:
            self._say("end", "the stream ends with a terminal event", found)
        return found

    def _event(self, event: NativeEvent, found: list[GrammarViolation]) -> None:
        name, data = event.type, event.data
        self._check_sequence(name, data.get("sequence_number"), found)
        life = _LIFE.get(name)
        if life is not None:
            self._step(life, name, found)
            self._check_response(life, name, data.get("response"), found)
            return
        source = _item_input(name, data)
        if source == "unknown" and data.get("output_index") not in self._items:
            self._step("unknown", name, found)
            return
        self._step("item", name, found)
        self._item_event(source, name, data, found)

    def _step(self, source: str, name: str, found: list[GrammarViolation]) -> None:
        state = STREAM_TABLE.get((self.state, source))
        if state is None:
            self._say(name, _STREAM_RULES[self.state], found)
            if self.state not in ("errored", "ended"):
                state = _STREAM_RECOVERY.get(source)
        if state is not None:
            self.state = state

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
        state = ITEM_TABLE.get((item.state, source))
        if state is None:
            rule = _ITEM_RULES.get(item.state) or _expected(item.state)
            self._before = f"{self.state}/{item.state}"
            self._say(name, rule, found)
            if item.state != "closed":
                state = _recovered(source)
        if state is not None:
            item.state = state
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
            item.type = _type_of(data.get("item"))
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


def _item_input(name: str, data: Any) -> str:
    """Give the input of an item that an event is."""
    if name == "response.output_item.added":
        return "added:" + _KINDS.get(_type_of(data.get("item")), "unknown")
    if name == "response.content_part.added":
        part = _type_of(data.get("part"))
        return f"part:{part if part in _PARTS else 'unknown'}"
    found = _ITEM_EVENTS.get(name)
    if found is not None:
        return found
    return "progress" if is_progress(name) else "unknown"


def is_progress(name: str) -> bool:
    """
    Say whether an event is the progress of an item.

    Args:
        name: The event's type.

    Returns:
        True for `response.<item type>.<status>`.
    """
    return name.removeprefix("response.").rpartition(".")[0] in _KINDS


def _expected(state: str) -> str:
    sources = sorted(source for known, source in ITEM_TABLE if known == state)
    return ", ".join(source for source in sources if source != "unknown")


def _recovered(source: str) -> str | None:
    """Give the state that *source* leads to where it is legal, if that is one."""
    states = {state for (_, known), state in ITEM_TABLE.items() if known == source}
    states -= {"unknown_item", "unknown_part"}
    return states.pop() if len(states) == 1 else None


def _type_of(value: Any) -> str:
    found = value.get("type") if type(value) is dict else None
    return found if type(found) is str else ""
