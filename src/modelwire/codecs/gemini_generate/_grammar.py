"""
The grammar of a generateContent stream, as two state tables.

    stream    := event+                       no event names, no end marker
    event     := candidates, promptFeedback or usageMetadata; or error, which ends it
    candidate := part* finishReason           finishReason on its last event
    part      := text | thought | whole | call | piece
    call      := functionCall with name and args, complete
    pieces    := functionCall{name, willContinue} functionCall{partialArgs,
                 willContinue}* functionCall{}

A stream may end when every candidate that began has its finish, after a prompt that
was blocked, and after an error.  One object for both framings: what a JSON array ends
with is not the events' business.  Comments are no part of it: the vendor's clients
(google-genai, the Go and Java SDKs) take every line for data and fail on them.

Source: wire/gemini_generate.md section 5, wire/observed.md section 4, read 2026-11-21.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from modelwire.codecs._base import GrammarViolation, NativeEvent, NativeItem
from modelwire.codecs._state_table import StateTable, check_all

__all__ = ["CANDIDATE", "STREAM", "TABLES", "StreamChecker", "check_stream"]


def _stream_moves() -> dict[tuple[str, str], str]:
    moves = {
        ("initial", "blocked"): "blocked",
        ("finished", "end"): "finished",
        ("blocked", "end"): "blocked",
        ("failed", "end"): "failed",
    }
    for state in ("initial", "streaming", "finished", "blocked"):
        moves[state, "bare"] = state
        moves[state, "unknown"] = state
        moves[state, "error"] = "failed"
    for state in ("initial", "streaming", "finished"):
        moves[state, "open"] = "streaming"
        moves[state, "closed"] = "finished"
    return moves


_NEVER: Final = {
    "done": "there is no end marker",
    "comment": "clients of this dialect do not read comments",
    "malformed": "an event is a JSON object",
}
_STREAM_STATES: Final = {
    "initial": "nothing yet, or only usage and feedback",
    "streaming": "a candidate began that has no finish",
    "finished": "every candidate that began has its finish",
    "blocked": "the prompt was blocked",
    "failed": "after an error",
}

STREAM: Final = StateTable(
    name="a stream",
    states=_STREAM_STATES,
    inputs=(
        "bare",  # usage, feedback that blocks nothing, envelope alone
        "open",  # candidates, one of which has no finish after it
        "closed",  # candidates, all of which have their finish
        "blocked",  # promptFeedback.blockReason without candidates
        "error",
        "unknown",
        "done",  # [DONE]
        "comment",
        "malformed",
        "end",
    ),
    moves=_stream_moves(),
    rules={
        "initial": "the stream ends with a finish, a blocked prompt or an error",
        "streaming": "every candidate ends with its finishReason",
        "finished": "nothing but usage follows the finish",
        "blocked": "a blocked prompt has no candidates",
        "failed": "nothing follows an error",
    },
    pair_rules={
        (state, source): rule
        for state in _STREAM_STATES
        for source, rule in _NEVER.items()
    },
    recovery={
        "open": "streaming",
        "closed": "finished",
        "blocked": "blocked",
        "error": "failed",
    },
    last=frozenset({"failed"}),
)
"""The life of a stream."""

CANDIDATE: Final = StateTable(
    name="a candidate",
    states={
        "open": "between parts",
        "call": "inside a call that comes in pieces",
        "finished": "after its finishReason",
    },
    inputs=(
        "text",
        "thought",
        "whole",
        "call",
        "call:begin",
        "call:piece",
        "call:end",
        "unknown",
        "finish",
        "again",  # an event of the candidate without parts and finish
    ),
    moves={
        **{
            ("open", part): "open"
            for part in ("text", "thought", "whole", "call", "unknown", "again")
        },
        ("open", "call:begin"): "call",
        ("open", "finish"): "finished",
        ("call", "call:piece"): "call",
        ("call", "call:end"): "open",
        ("call", "again"): "call",
        ("finished", "again"): "finished",
    },
    rules={
        "open": "a piece of a call needs a functionCall with name and willContinue",
        "call": "a call in pieces ends with a functionCall without willContinue",
        "finished": "finishReason stands on the last event of its candidate",
    },
    recovery={
        **dict.fromkeys(("text", "thought", "whole", "call", "unknown"), "open"),
        "call:begin": "call",
        "call:piece": "call",
        "call:end": "open",
        "finish": "finished",
    },
)
"""The life of a candidate: its parts in order, then its finish."""

TABLES: Final = (STREAM, CANDIDATE)
"""Every table of this grammar."""

_DATA: Final = frozenset(
    {
        "inlineData",
        "fileData",
        "functionResponse",
        "executableCode",
        "codeExecutionResult",
        "toolCall",
        "toolResponse",
    }
)
"""The members of a part that come whole, beside text and calls."""
_KNOWN: Final = frozenset(
    {"candidates", "promptFeedback", "usageMetadata", "responseId", "modelVersion"}
)


def check_stream(events: Iterable[NativeItem]) -> list[GrammarViolation]:
    """
    Check a whole stream.

    Args:
        events: Native events in order, as an event decoder gives them.

    Returns:
        What violates the grammar; empty for a legal stream.
    """
    return check_all(StreamChecker(), events)


class StreamChecker:
    """Checks the grammar event by event."""

    def __init__(self) -> None:
        self.state: str = STREAM.initial
        """The state after the events so far, one of `STREAM.states`."""
        self.candidates: dict[int, str] = {}
        """The state of every candidate that began, one of `CANDIDATE.states`."""
        self._number = 0
        self._before = self.state

    def feed(self, event: NativeItem) -> list[GrammarViolation]:
        """
        Take the next event.

        Args:
            event: A native event, an end marker, a comment, or a fault; the last
                three are never legal.

        Returns:
            What it violates.
        """
        found: list[GrammarViolation] = []
        self._before = self.state
        if type(event) is NativeEvent:
            name = event.type
            source = self._event(event.data, name, found)
        else:
            name = type(event).__name__
            source = _OTHERS.get(name, "malformed")
        self.state, rule = STREAM.step(self.state, source)
        if rule is not None:
            found.append(self._violation(name, rule))
        self._number += 1
        return found

    def close(self) -> list[GrammarViolation]:
        """
        Take the end of the stream.

        Returns:
            The violation if a candidate has no finish and no error came.
        """
        self._before = self.state
        _, rule = STREAM.step(self.state, "end")
        return [] if rule is None else [self._violation("end", rule)]

    def _event(self, data: Any, name: str, found: list[GrammarViolation]) -> str:
        """Check the inside of an event, and say which input it is."""
        if data.get("error") is not None:
            if type(data["error"]) is not dict:
                found.append(self._violation(name, "error is an object"))
            return "error"
        candidates = data.get("candidates")
        feedback = data.get("promptFeedback")
        if type(candidates) is not list or not candidates:
            if candidates is not None and type(candidates) is not list:
                found.append(self._violation(name, "candidates is an array"))
            if type(feedback) is dict and feedback.get("blockReason"):
                return "blocked"
            return "bare" if not _KNOWN.isdisjoint(data) else "unknown"
        for position, candidate in enumerate(candidates):
            if type(candidate) is dict:
                self._candidate(candidate, position, name, found)
            else:
                found.append(self._violation(name, "a candidate is an object"))
        ended = all(state == "finished" for state in self.candidates.values())
        return "closed" if ended else "open"

    def _candidate(
        self,
        candidate: Any,
        position: int,
        name: str,
        found: list[GrammarViolation],
    ) -> None:
        index = candidate.get("index", position)
        if type(index) is not int or index < 0:
            found.append(self._violation(name, "index is a number from 0"))
            index = position
        state = self.candidates.get(index, CANDIDATE.initial)
        content = candidate.get("content")
        parts = content.get("parts") if type(content) is dict else None
        inputs = [_part_input(part) for part in parts] if type(parts) is list else []
        finish = candidate.get("finishReason")
        if finish is not None:
            inputs.append("finish")
        elif not inputs:
            inputs.append("again")
        for source in inputs:
            state, rule = CANDIDATE.step(state, source)
            if rule is not None:
                found.append(self._violation(name, rule))
        self.candidates[index] = state

    def _violation(self, event: str, rule: str) -> GrammarViolation:
        return GrammarViolation(
            index=self._number, event=event, state=self._before, rule=rule
        )


_OTHERS: Final = {"EndSentinel": "done", "KeepaliveComment": "comment"}


def _part_input(part: Any) -> str:
    """Give the input that a part is."""
    if type(part) is not dict:
        return "unknown"
    call = part.get("functionCall")
    if type(call) is dict:
        more = call.get("willContinue") is True
        if call.get("name") or "args" in call:
            return "call:begin" if more else "call"
        return "call:piece" if more else "call:end"
    if type(part.get("text")) is str:
        return "thought" if part.get("thought") is True else "text"
    return "whole" if not _DATA.isdisjoint(part) else "unknown"
