"""
The event grammar of a chat completion stream, as state tables.

    stream  := event* usage? other* "[DONE]"   |   event* error
    choice  := START -role-> OPEN -delta*-> OPEN -finish-> CLOSED     (per index)
    call    := first piece with id, type and name; then pieces with arguments only

It takes native items (what `event_decoder` gives) and says what the vendor's grammar
does not allow.  Compatible servers break it freely and our decoder accepts that; what
our encoder writes never does.

Source: wire/openai_chat.md section 6, read 2026-11-21.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from modelwire.codecs._base import (
    EndSentinel,
    GrammarViolation,
    KeepaliveComment,
    NativeEvent,
)
from modelwire.codecs._state_table import StateTable, check_all
from modelwire.codecs.openai_chat._wire import OBJECT_CHUNK

__all__ = ["CHOICE", "STREAM", "TABLES", "StreamChecker", "check_stream"]

_NO_END: Final = "a stream ends with [DONE] or an error"
_USAGE_LAST: Final = "usage comes after the choices"
_ROLE_FIRST: Final = "the first delta of a choice has the role"
_NO_MORE: Final = "a choice that is finished has no more deltas"
_NOT_JSON: Final = "an event is a JSON object or [DONE]"

STREAM: Final = StateTable(
    name="a stream",
    states={
        "open": "choices may come",
        "counted": "after the usage",
        "done": "after [DONE]",
        "failed": "after an error",
    },
    inputs=("chunk", "usage", "other", "error", "done", "malformed", "end"),
    moves={
        ("open", "chunk"): "open",
        ("open", "usage"): "counted",
        ("open", "other"): "open",
        ("open", "error"): "failed",
        ("open", "done"): "done",
        ("counted", "other"): "counted",
        ("counted", "error"): "failed",
        ("counted", "done"): "done",
        ("done", "end"): "done",
        ("failed", "end"): "failed",
    },
    rules={"done": "nothing follows [DONE]", "failed": "nothing follows an error"},
    pair_rules={
        ("counted", "chunk"): _USAGE_LAST,
        ("counted", "usage"): "usage comes once",
        ("open", "end"): _NO_END,
        ("counted", "end"): _NO_END,
        ("open", "malformed"): _NOT_JSON,
        ("counted", "malformed"): _NOT_JSON,
    },
    last=frozenset({"done", "failed"}),
)
"""The life of a stream; comments are no input."""

CHOICE: Final = StateTable(
    name="a choice",
    states={
        "START": "nothing yet",
        "OPEN": "after its role",
        "CLOSED": "after its finish_reason",
    },
    inputs=("role", "delta", "empty", "finish"),
    moves={
        ("START", "role"): "OPEN",
        ("START", "empty"): "START",
        ("OPEN", "delta"): "OPEN",
        ("OPEN", "empty"): "OPEN",
        ("OPEN", "finish"): "CLOSED",
        ("CLOSED", "empty"): "CLOSED",
    },
    rules={"START": _ROLE_FIRST, "OPEN": "the role comes once", "CLOSED": _NO_MORE},
    pair_rules={("CLOSED", "finish"): "a choice finishes once"},
    recovery={"delta": "OPEN", "finish": "CLOSED"},
    last=frozenset({"CLOSED"}),
)
"""The life of a choice; one wire choice is one or several inputs, in this order."""

TABLES: Final = (STREAM, CHOICE)
"""Every table of this grammar."""


def check_stream(events: Iterable[Any]) -> list[GrammarViolation]:
    """
    Check a whole stream.

    Args:
        events: Native items in order, as `event_decoder` gives them.

    Returns:
        Every violation, in order; none for a legal stream.
    """
    return check_all(StreamChecker(), events)


class _ChoiceState:
    __slots__ = ("calls", "custom", "state")

    def __init__(self) -> None:
        self.state = CHOICE.initial
        self.calls = 0
        """How many calls began; the next one has this number."""
        self.custom: set[int] = set()
        """The numbers of custom calls."""


class StreamChecker:
    """The incremental form of `check_stream`."""

    def __init__(self) -> None:
        self._state = STREAM.initial
        self._index = 0
        self._id: str | None = None
        self._choices: dict[int, _ChoiceState] = {}
        self._closed = False
        self._found: list[GrammarViolation] = []
        self._name = ""

    def feed(self, event: Any) -> list[GrammarViolation]:
        """
        Take the next event.

        Args:
            event: A native item.

        Returns:
            What it violates.
        """
        self._found = []
        if isinstance(event, KeepaliveComment):
            pass
        elif isinstance(event, EndSentinel):
            self._name = "[DONE]"
            if self._state in ("open", "counted"):
                self._all_closed("every choice finishes before [DONE]")
            self._step("done")
        elif isinstance(event, NativeEvent):
            self._event(event)
        else:
            self._name = type(event).__name__
            self._step("malformed")
        self._index += 1
        return self._found

    def close(self) -> list[GrammarViolation]:
        """
        Take the end of the stream.

        Returns:
            What is missing; nothing the second time.
        """
        self._found = []
        if not self._closed:
            self._closed = True
            self._name = "end"
            self._step("end")
        return self._found

    def _break(self, state: str, rule: str) -> None:
        self._found.append(
            GrammarViolation(
                index=self._index, event=self._name, state=state, rule=rule
            )
        )

    def _step(self, kind: str) -> None:
        state = self._state
        self._state, rule = STREAM.step(state, kind)
        if rule is not None:
            self._break(state, rule)

    def _all_closed(self, rule: str) -> None:
        for number, choice in self._choices.items():
            if choice.state != "CLOSED":
                self._break(f"{choice.state} (choice {number})", rule)

    def _event(self, event: NativeEvent) -> None:
        data = event.data
        self._name = event.type
        if data.get("error") is not None:
            self._step("error")
            return
        choices = data.get("choices")
        if not isinstance(choices, list):
            self._break(self._state, "an event has choices or an error")
            return
        self._check_envelope(data)
        if choices:
            self._step("chunk")
            for wire in choices:
                self._choice(wire)
        elif data.get("usage") is not None:
            if self._state == "open":
                self._all_closed(_USAGE_LAST)
            self._step("usage")
        else:
            self._step("other")

    def _check_envelope(self, data: dict[str, Any]) -> None:
        if data.get("object") != OBJECT_CHUNK:
            self._break(self._state, f"object is {OBJECT_CHUNK}")
        if not isinstance(data.get("created"), int):
            self._break(self._state, "created is an integer")
        if not isinstance(data.get("model"), str):
            self._break(self._state, "model is a string")
        own_id = data.get("id")
        if not isinstance(own_id, str) or not own_id:
            self._break(self._state, "id is a string")
        elif self._id is None:
            self._id = own_id
        elif own_id != self._id:
            self._break(self._state, "all events share the id")

    def _choice(self, wire: Any) -> None:
        index = wire.get("index") if isinstance(wire, dict) else None
        if type(index) is not int:
            self._break(self._state, "a choice has an index")
            return
        choice = self._choices.setdefault(index, _ChoiceState())
        delta = wire.get("delta")
        if not isinstance(delta, dict):
            self._break(choice.state, "a choice has a delta")
            delta = {}
        said = [key for key, v in delta.items() if v is not None and key != "role"]
        inputs: list[str] = []
        if delta.get("role") is not None:
            inputs.append("role")
        if said or wire.get("logprobs") is not None:
            inputs.append("delta")
        if wire.get("finish_reason") is not None:
            inputs.append("finish")
        for kind in inputs or ("empty",):
            state = choice.state
            choice.state, rule = CHOICE.step(state, kind)
            if rule is not None:
                self._break(state, rule)
        calls = delta.get("tool_calls")
        if calls is not None:
            if isinstance(calls, list):
                for entry in calls:
                    self._call(choice, entry)
            else:
                self._break(choice.state, "tool_calls is a list")

    def _call(self, choice: _ChoiceState, entry: Any) -> None:
        number = entry.get("index") if isinstance(entry, dict) else None
        state = choice.state
        if type(number) is not int:
            self._break(state, "a piece of a call has an index")
            return
        custom = entry.get("custom")
        body = entry.get("function") if custom is None else custom
        if number == choice.calls:
            choice.calls += 1
            if custom is not None:
                choice.custom.add(number)
            self._first_piece(entry, body, state)
        elif 0 <= number < choice.calls:
            name = body.get("name") if isinstance(body, dict) else None
            if any(x is not None for x in (entry.get("id"), entry.get("type"), name)):
                self._break(state, "id, type and name of a call come once")
            if body is not None and (custom is not None) != (number in choice.custom):
                self._break(state, "a call keeps its type")
        else:
            self._break(state, "calls are numbered 0, 1, 2 and so on")
        if isinstance(body, dict):
            text = body.get("arguments" if custom is None else "input")
            if text is not None and not isinstance(text, str):
                self._break(state, "arguments are a string")

    def _first_piece(self, entry: dict[str, Any], body: Any, state: str) -> None:
        own_id = entry.get("id")
        if not isinstance(own_id, str) or not own_id:
            self._break(state, "the first piece of a call has its id")
        if not isinstance(entry.get("type"), str):
            self._break(state, "the first piece of a call has its type")
        if not isinstance(body, dict) or not isinstance(body.get("name"), str):
            self._break(state, "the first piece of a call has its name")
