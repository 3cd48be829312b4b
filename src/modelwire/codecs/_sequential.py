"""
One block at a time: interleaved chunks in, strictly sequential blocks out.

Anthropic, Bedrock, Cohere and Responses have no way to say two growing blocks at
once; OpenAI's parallel tool calls do just that.  `Sequencer` stands in front of the
encoders of the former.  It takes any legal chunk sequence and gives one in which the
blocks of a choice follow each other:

- the first block of a choice goes straight through, delta by delta;
- a block that starts while another is open is held, with everything that is said of
  it, until the open one stops;
- except that a tool call whose arguments are a whole JSON value cannot grow: it is
  stopped at once, and the next block streams.  This is the ordinary case (one call
  after the other, all stopped together at the end), and nothing is held in it.

It knows chunks only, no dialect.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable
from typing import Any, Final, TypeGuard

import attrs

from modelwire.codecs._limits import DEFAULT_LIMITS, Limits
from modelwire.errors import LimitExceededError
from modelwire.ir._chunks import (
    BlockStart,
    BlockStop,
    ChoiceFinish,
    PartDelta,
    StreamChunk,
    StreamEnd,
    StreamError,
    ToolArgumentsDelta,
    UnknownEvent,
)
from modelwire.ir._parts import ToolCallPart

__all__ = ["Sequencer", "sequential"]

_CHUNK_COST: Final = 128
"""What a held chunk costs beside its text, in bytes (measured: 96 to 152)."""

_UNSCANNED: Final = 4096
"""Characters of arguments that wait to be looked at."""


def sequential(
    chunks: Iterable[StreamChunk], *, limits: Limits = DEFAULT_LIMITS
) -> list[StreamChunk]:
    """
    Make the blocks of every choice follow each other.

    Args:
        chunks: A whole legal chunk sequence.
        limits: What may be held.

    Returns:
        The same content in sequential blocks; see `Sequencer`.
    """
    sequencer = Sequencer(limits=limits)
    out: list[StreamChunk] = []
    for chunk in chunks:
        out += sequencer.feed(chunk)
    return out


class Sequencer:
    """
    The incremental form of `sequential`.

    Args:
        limits: *max_held_bytes* bounds what is held of all choices together,
            *max_open_blocks* how many blocks wait.  Passing one gives
            `StreamError(decode_error), StreamEnd(False)` and then nothing.

    Invariants:
        Blocks of a choice are started, filled and stopped one after the other, in
        the order of their `BlockStart`.  The text of every block is what it was,
        byte for byte, but for *late* chunks.  Cost is O(bytes).
    """

    __slots__ = (
        "_blocks", "_choices", "_held", "_limits", "_waiting", "broken", "ended",
        "late",
    )  # fmt: skip

    def __init__(self, *, limits: Limits = DEFAULT_LIMITS) -> None:
        self._limits = limits
        self._choices: dict[int, _Choice] = {}
        self._blocks: dict[int, _Block] = {}
        self._held = 0
        self._waiting = 0
        self.ended = False
        """Whether `StreamEnd` went out."""
        self.broken: set[int] = set()
        """
        Blocks that were open when the stream failed, and had to stop for those that
        waited: their `BlockStop` is no end.
        """
        self.late: list[ToolArgumentsDelta | PartDelta | BlockStop] = []
        """
        What came for a call that was stopped early, and would have changed it.

        Only a call whose arguments go on after their JSON value has any (two values
        in one call).  Whoever drives the sequencer records them as lost and clears
        the list.
        """

    @property
    def holding(self) -> bool:
        """Whether a block waits for another one."""
        return self._waiting > 0

    def note(self, index: int, text: str) -> None:
        """
        Take arguments that were already written: the quick form of `feed`.

        Args:
            index: The open block of its choice; a delta for it goes straight through.
            text: The text of the delta.
        """
        block = self._blocks.get(index)
        if block is not None:
            block.note(text)

    def feed(self, chunk: StreamChunk) -> list[StreamChunk]:
        """
        Take the next chunk.

        Args:
            chunk: Part of a legal sequence.

        Returns:
            The chunks that can go out now.
        """
        if self.ended:
            return []
        if type(chunk) is BlockStart:
            return self._start(chunk)
        if type(chunk) is ChoiceFinish:
            out: list[StreamChunk] = []
            self._flush(self._choices.get(chunk.choice), out)
            out.append(chunk)
            return out
        if type(chunk) is StreamEnd or type(chunk) is StreamError:
            out = []
            complete = type(chunk) is StreamEnd and chunk.complete
            for choice in self._choices.values():
                # A block that was open when the stream failed stays open: its end
                # is not known, and an error needs none.
                if complete or choice.waiting:
                    self._flush(choice, out, broken=not complete)
            self._choices.clear()
            self.ended = type(chunk) is StreamEnd
            out.append(chunk)
            return out
        index = getattr(chunk, "index", None)
        block = self._blocks.get(index) if index is not None else None
        if block is None:
            return [chunk]
        if type(chunk) is BlockStop:
            return self._stop(block, chunk)
        return self._delta(block, chunk)

    def _start(self, chunk: BlockStart) -> list[StreamChunk]:
        choice = self._choices.get(chunk.choice)
        if choice is None:
            choice = self._choices[chunk.choice] = _Choice()
        block = _Block(choice, chunk.part)
        self._blocks[chunk.index] = block
        block.index = chunk.index
        if choice.open is None:
            choice.open = block
            return [chunk]
        out: list[StreamChunk] = []
        if not choice.waiting and choice.open.is_whole():
            self._stop_early(choice, choice.open, out)
            choice.open = block
            out.append(chunk)
            return out
        choice.waiting.append(block)
        self._waiting += 1
        if self._waiting > self._limits.max_open_blocks:
            return self.overflow("max_open_blocks", self._limits.max_open_blocks)
        return self._hold(block, chunk)

    def _delta(self, block: _Block, chunk: StreamChunk) -> list[StreamChunk]:
        choice = block.choice
        if block is choice.open:
            if _grows_arguments(chunk):
                block.note(chunk.text)
            return [chunk]
        if block.state == _STOPPED_EARLY:
            if _grows_arguments(chunk):
                self.late.append(chunk)
                return []
            return [chunk]
        if block.state == _STOPPED:
            # Annotations may follow their block's stop; anything else may not, and
            # whoever encodes it knows what to do.
            return [chunk]
        out = self._hold(block, chunk)
        # The switch to another block is when the open one can turn out to be whole.
        if not self.ended and choice.open is not None and choice.open.is_whole():
            self._stop_early(choice, choice.open, out)
            self._next(choice, out)
        return out

    def _stop(self, block: _Block, chunk: BlockStop) -> list[StreamChunk]:
        choice = block.choice
        if block is choice.open:
            out: list[StreamChunk] = [chunk]
            block.state = _STOPPED
            self._next(choice, out)
            return out
        if block.state == _STOPPED_EARLY:
            block.state = _STOPPED
            if chunk.part is not None:
                self.late.append(chunk)
            return []
        if block.state == _STOPPED:
            return []
        block.stopped = True
        return self._hold(block, chunk)

    def _hold(self, block: _Block, chunk: StreamChunk) -> list[StreamChunk]:
        size = _size(chunk)
        block.held.append(chunk)
        block.size += size
        self._held += size
        if self._held > self._limits.max_held_bytes:
            return self.overflow("max_held_bytes", self._limits.max_held_bytes)
        return []

    def _next(self, choice: _Choice, out: list[StreamChunk]) -> None:
        """Let waiting blocks out until one is neither stopped nor whole."""
        choice.open = None
        while choice.waiting:
            block = choice.waiting.popleft()
            self._waiting -= 1
            self._held -= block.size
            out += block.held
            for chunk in block.held:
                if _grows_arguments(chunk):
                    block.note(chunk.text)
            block.held = []
            block.size = 0
            if block.stopped:
                block.state = _STOPPED
            elif choice.waiting and block.is_whole():
                self._stop_early(choice, block, out)
            else:
                choice.open = block
                return

    def _stop_early(
        self, choice: _Choice, block: _Block, out: list[StreamChunk]
    ) -> None:
        out.append(BlockStop(block.index))
        block.state = _STOPPED_EARLY
        choice.open = None

    def _flush(
        self, choice: _Choice | None, out: list[StreamChunk], *, broken: bool = False
    ) -> None:
        """Let everything of *choice* out; what is not stopped yet is stopped."""
        while choice is not None and choice.open is not None:
            block = choice.open
            if broken:
                self.broken.add(block.index)
            out.append(BlockStop(block.index))
            block.state = _STOPPED
            self._next(choice, out)

    def overflow(self, limit: str, maximum: int) -> list[StreamChunk]:
        """
        End the stream because a limit was passed.

        Args:
            limit: The limit's name.
            maximum: Its value.

        Returns:
            The error and the end; nothing comes after them.
        """
        error = LimitExceededError(limit, maximum)
        self.ended = True
        self._choices.clear()
        self._blocks.clear()
        self._held = self._waiting = 0
        return [StreamError(error.to_error_info()), StreamEnd(complete=False)]


# --- state of one block -------------------------------------------------------------

_LIVE: Final = 0
_STOPPED_EARLY: Final = 1
_STOPPED: Final = 2


class _Choice:
    """The blocks of one choice: the open one, and those that wait."""

    __slots__ = ("open", "waiting")

    def __init__(self) -> None:
        self.open: _Block | None = None
        self.waiting: deque[_Block] = deque()


class _Block:
    """One block, and how far the JSON of its arguments has got."""

    __slots__ = (
        "choice",
        "depth",
        "held",
        "in_string",
        "index",
        "json",
        "pieces",
        "seen",
        "size",
        "state",
        "stopped",
        "unscanned",
        "whole",
    )

    def __init__(self, choice: _Choice, part: Any) -> None:
        self.choice = choice
        self.index = 0
        self.state = _LIVE
        self.held: list[StreamChunk] = []
        self.size = 0
        self.stopped = False
        # Free text (a custom tool's) can always grow, and behind the arguments of a
        # server's call come its status and perhaps its result.
        self.json = type(part) is ToolCallPart and part.kind != "custom"
        self.pieces: list[str] = []
        self.unscanned = 0
        self.depth = 0
        self.in_string = False
        self.seen = False
        self.whole = False
        if self.json and part.arguments:
            self.note(part.arguments)

    def note(self, text: str) -> None:
        """Remember more of the arguments, to be looked at when it matters."""
        if self.json:
            self.pieces.append(text)
            self.unscanned += len(text)
            if self.unscanned > _UNSCANNED:
                self._scan()

    def is_whole(self) -> bool:
        """Say whether the arguments are a JSON container that has been closed."""
        if self.pieces:
            self._scan()
        return self.whole

    def _scan(self) -> None:
        """
        Count brackets outside strings in what is new.

        That is enough: text whose brackets balance cannot become other valid JSON
        by growing, whether it is valid or not.
        """
        text = "".join(self.pieces)
        self.pieces = []
        self.unscanned = 0
        if text.endswith("\\") and (len(text) - len(text.rstrip("\\"))) % 2:
            # An escape that is cut in half waits for its other half.
            self.pieces.append("\\")
            text = text[:-1]
        for match in _TOKENS.finditer(text):
            mark = match[0]
            if self.in_string:
                if mark == '"':
                    self.in_string = False
            elif mark == '"':
                self.in_string = True
            elif mark in "{[":
                self.depth += 1
                self.seen = True
            elif mark in "}]":
                self.depth -= 1
        self.whole = self.seen and self.depth <= 0 and not self.in_string


_TOKENS: Final = re.compile(r'\\.|["{}\[\]]', re.DOTALL)


def _grows_arguments(
    chunk: StreamChunk,
) -> TypeGuard[ToolArgumentsDelta | PartDelta]:
    """Say whether *chunk* is more of the text of a call's arguments."""
    return type(chunk) is ToolArgumentsDelta or (
        type(chunk) is PartDelta and chunk.field == "arguments" and chunk.key is None
    )


def _size(value: Any) -> int:
    """Estimate what a held chunk costs: its texts, and a constant for objects."""
    if type(value) is str:
        return len(value)
    if value is None or isinstance(value, int | float):
        return 0
    if isinstance(value, dict):
        return _CHUNK_COST + sum(len(key) + _size(item) for key, item in value.items())
    if isinstance(value, list | tuple):
        return _CHUNK_COST + sum(map(_size, value))
    # The native event is shared by the chunks of one event and counts once, roughly
    # as its text does.
    fields = attrs.fields(type(value)) if attrs.has(type(value)) else ()
    return _CHUNK_COST + sum(
        _size(getattr(value, field.name))
        for field in fields
        if field.name != "raw" or type(value) is UnknownEvent
    )
