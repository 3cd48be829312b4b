"""
Which tool call a delta belongs to, in dialects that send calls piece by piece.

OpenAI numbers the calls of a choice and repeats the number on every piece.  Servers
that copy the format leave the number out, number every call 0, repeat the id on every
piece, send it as `""`, or name the call late.  `ToolDeltas` holds the calls of one
choice and finds the one that a piece means.  It takes what the wire says (number, id,
name) and gives a `PendingCall`; making chunks of it is the dialect's work.
"""

from __future__ import annotations

from typing import Any

__all__ = ["PendingCall", "ToolDeltas"]


class PendingCall:
    """One call as far as it is known."""

    __slots__ = (
        "block",
        "grown",
        "header",
        "held",
        "held_size",
        "high",
        "id",
        "name",
        "part",
        "round",
    )

    def __init__(self) -> None:
        self.id = ""
        """The id as received; `""`: none yet."""
        self.name = ""
        """The tool's name; `""`: none yet."""
        self.block = -1
        """The number of its block; -1: it has not begun."""
        self.part: Any = None
        """The part that its block began with."""
        self.grown = False
        """Whether its block was given any arguments."""
        self.held: list[str] = []
        """Arguments that came before the name."""
        self.held_size = 0
        """Characters in *held*."""
        self.high = ""
        """A high surrogate at the end of the arguments that waits for its half."""
        self.header: dict[str, Any] = {}
        """What else was said before it began: kind, signature, unknown fields."""
        self.round = -1
        """The delta that touched it last."""


class ToolDeltas:
    """
    The calls of one choice, in the order in which they began.

    Invariants:
        Two named entries of one delta are two calls, whatever their numbers and ids
        say.  An entry without a number never joins a call by a default of 0.
    """

    __slots__ = ("_by_id", "_last", "_round", "by_index", "calls")

    def __init__(self) -> None:
        self.calls: list[PendingCall] = []
        """Every call, in order."""
        self.by_index: dict[int, PendingCall] = {}
        """The call that a number means now; the hot path looks here first."""
        self._by_id: dict[str, PendingCall] = {}
        self._last: PendingCall | None = None
        self._round = 0

    def begin(self) -> None:
        """Take note that a new delta begins."""
        self._round += 1

    def find(self, index: Any, id: Any, name: Any) -> PendingCall:  # noqa: A002
        """
        Give the call that an entry means, a new one where it means none so far.

        Args:
            index: The entry's number as received; anything but an integer is none.
            id: The entry's id as received; anything but a non-empty text is none.
            name: The tool's name as received; likewise.

        Returns:
            The call; its id and name are filled in where they were not known.
        """
        number = _number(index)
        id_text = id if isinstance(id, str) else ""
        name_text = name if isinstance(name, str) else ""
        call = self._known(number, id_text, name_text)
        if call is None:
            call = PendingCall()
            self.calls.append(call)
        if number is not None:
            self.by_index[number] = call
        if id_text:
            if not call.id:
                call.id = id_text
            self._by_id[id_text] = call
        if name_text and not call.name:
            call.name = name_text
        call.round = self._round
        self._last = call
        return call

    def _known(self, number: int | None, id_text: str, name: str) -> PendingCall | None:
        if number is not None:
            call = self.by_index.get(number)
        elif id_text:
            call = self._by_id.get(id_text)
        elif name:
            # Gemini's compatible endpoint sends whole calls with id "" and no number
            # (magentic__chat-model-test-openai-chat-model-gemini-acomplete-return-...):
            # a name begins a call.  Pinned by test_two_calls_without_index.
            return None
        else:
            return self._last
        if call is None:
            return None
        if name and call.name:
            # Servers that number every parallel call 0 (mozilla-ai/any-llm PR 970):
            # another id with a name, or a second name in one delta, is another call.
            # Pinned by test_T03_index_always_zero.
            other = bool(id_text and call.id and id_text != call.id)
            if other or call.round == self._round:
                return None
        return call


def _number(index: Any) -> int | None:
    """Read a call's number; Together writes it as a float."""
    if type(index) is int:
        return index
    if isinstance(index, float) and index.is_integer():
        return int(index)
    return None
