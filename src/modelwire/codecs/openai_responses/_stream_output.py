"""
What a stream encoder remembers of the items it writes, and how it makes them.

A stream says every item twice while it grows and twice when it is whole.  The whole is
made by the same writer as in a plain response (`_items_encode`), from the same folded
parts; `Output` calls it as often as it takes and records the losses once.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from modelwire.codecs._losses import LossLog
from modelwire.codecs.openai_responses._calls_encode import server_row
from modelwire.codecs.openai_responses._item_types import CALL_TYPES
from modelwire.codecs.openai_responses._items_encode import (
    _WRITERS as WRITERS,
    ItemWriter,
    _is_free as is_free,
    _stands_in_message as stands_in_message,
)
from modelwire.codecs.openai_responses._wire import DIALECT
from modelwire.errors import InvalidIRError
from modelwire.ir._accumulate import Accumulator
from modelwire.ir._messages import LEGAL_PARTS
from modelwire.ir._parts import ReasoningPart, ServerToolCallPart, ToolCallPart

if TYPE_CHECKING:
    from modelwire.codecs._base import Ids
    from modelwire.ir._base import JSONObject
    from modelwire.ir._blocks import Block
    from modelwire.ir._parts import Logprobs, Part

__all__ = ["PARTS", "Fold", "OutItem", "OutPart", "Output", "Replay", "mode_of"]

PARTS: Final = "$.choices[0].message.parts"
"""Where the parts of the folded response stand."""

_LEGAL: Final = LEGAL_PARTS["assistant"]


class Fold(Accumulator):
    """The chunks so far, folded; its blocks can be looked at one by one."""

    __slots__ = ()

    def block(self, index: int) -> Block:
        """Give the state of a block."""
        return self._blocks[index]

    def part(self, index: int) -> Part:
        """Give the part of a block as it is now."""
        return self._blocks[index].build()

    @property
    def orphans(self) -> bool:
        """Whether there are citations without any text."""
        choice = self._choices.get(0)
        return choice is not None and bool(choice.orphans)

    @property
    def last_text(self) -> Block | None:
        """The text that a citation without a block belongs to."""
        choice = self._choices.get(0)
        return None if choice is None else choice.text

    @property
    def logprobs(self) -> Logprobs | None:
        """The log probabilities of the choice, as they are now."""
        choice = self._choices.get(0)
        if choice is None or choice.logprobs is None:
            return None
        return choice.logprobs.build(None)


class Replay:
    """An id source that gives the same ids again when it is asked from the start."""

    __slots__ = ("_at", "_ids", "_made")

    def __init__(self, ids: Ids) -> None:
        self._ids = ids
        self._made: list[str] = []
        self._at = 0

    def again(self) -> Replay:
        """Start again."""
        self._at = 0
        return self

    def __call__(self, kind: str) -> str:
        """Give the next id, made now or before."""
        if self._at == len(self._made):
            self._made.append(self._ids(kind))
        self._at += 1
        return self._made[self._at - 1]


def mode_of(part: Part) -> str:
    """
    Say how a part is streamed.

    Args:
        part: The part, or the header of its block.

    Returns:
        `message`, `reasoning`, `call` (arguments in deltas), `server` (a call that
        the provider runs, with its progress), or `whole` (written at its end).
    """
    if stands_in_message(part):
        return "message"
    if isinstance(part, ReasoningPart):
        return "reasoning"
    if isinstance(part, ToolCallPart):
        return "whole" if part.kind in CALL_TYPES else "call"
    if isinstance(part, ServerToolCallPart) and server_row(part) is not None:
        return "server"
    return "whole"


class OutPart:
    """One growing text of an item: a content part, a summary, or arguments."""

    __slots__ = ("block", "deferred", "index", "kind", "notes", "sent", "stopped")

    def __init__(self, block: int, index: int, kind: str) -> None:
        self.block = block
        """The block in the chunks."""
        self.index = index
        """Its content index or summary index on the wire."""
        self.kind = kind
        """What it is: the type of its content part, or `summary_text`."""
        self.sent = False
        """Whether a delta of it was written."""
        self.notes = 0
        """How many annotations were written."""
        self.deferred = False
        """An annotation waits for the text's end, and those behind it with it."""
        self.stopped = False
        """Its block ended; its own end is not written yet."""


class OutItem:
    """One item of the output while it is being written."""

    __slots__ = (
        "blocks",
        "closed",
        "count",
        "current",
        "header",
        "heads",
        "ids",
        "items",
        "mode",
        "parts",
        "seen",
        "slot",
        "start",
        "wire",
    )

    def __init__(self, mode: str, first: Part, start: int, ids: Ids) -> None:
        self.mode = mode
        self.heads: list[Part] = [first]
        """The headers of its parts."""
        self.start = start
        """The number of its first part in the folded response."""
        self.blocks: list[int] = []
        """Its blocks in the chunks."""
        self.ids = Replay(ids)
        self.header: JSONObject = {}
        """The item as it was added."""
        self.wire: int | None = None
        """Its output index; `None`: nothing of it has been written."""
        self.current: OutPart | None = None
        """The text that grows."""
        self.parts = 0
        """Content parts so far."""
        self.seen: dict[Any, OutPart] = {}
        """Texts by what they are: summaries by number, reasoning text, previews."""
        self.closed = False
        self.slot: int | None = None
        """Its place among the items that were written."""
        self.count = 0
        self.items = 0

    @property
    def id(self) -> str:
        """The id that its events name."""
        found = self.header.get("id")
        return found if isinstance(found, str) else ""

    def takes(self, part: Part) -> bool:
        """Say whether *part* stands in the same message as the parts so far."""
        if self.mode != "message" or self.closed or not stands_in_message(part):
            return False
        ref = self.heads[0].item
        if ref is not None and ref.group is not None:
            return part.item is not None and part.item.group == ref.group
        return is_free(self.heads[0]) and is_free(part)


class Output:
    """
    Makes the items of one stream.

    Args:
        log: Where losses go.
        ids: Gives ids for what has none.
    """

    def __init__(self, log: LossLog, ids: Ids) -> None:
        self._log = log
        self._writer = ItemWriter(log, reply=True, ids=ids)
        self._writer.begin(PARTS)

    @property
    def items(self) -> list[JSONObject]:
        """The whole items so far."""
        return self._writer.out

    def place(self, number: int) -> str:
        """Give the path in the decoded output of part *number* of the open item."""
        return self._writer.place(number)

    def changed(self, item: OutItem, parts: Sequence[Part]) -> set[str]:
        """
        Say what of an item that was written would be otherwise now.

        Args:
            item: The item.
            parts: Its parts as they are now.

        Returns:
            The fields that differ.
        """
        now = self.draft(item, parts) or {}
        before = self.items[item.slot] if item.slot is not None else {}
        return {key for key in {*now, *before} if now.get(key) != before.get(key)}

    def check(self, part: Part, number: int) -> None:
        """
        Refuse a part that no answer can have.

        Args:
            part: The part.
            number: Its number in the folded response.

        Raises:
            InvalidIRError: It is not legal in an assistant's message.
        """
        name = type(part).__name__
        if name not in _LEGAL:
            msg = f"{name} in a message of role assistant"
            raise InvalidIRError(msg, path=f"{PARTS}[{number}]", dialect=DIALECT)

    def draft(self, item: OutItem, parts: Sequence[Part]) -> JSONObject | None:
        """
        Write an item as it would be now, and forget it.

        Args:
            item: The item.
            parts: Its parts.

        Returns:
            The item; `None`: it cannot be written.
        """
        writer = self._writer
        before = len(writer.out), writer.count, writer.items
        writer.log = LossLog(DIALECT)
        try:
            self._write(item, parts)
            return writer.out[before[0]] if len(writer.out) > before[0] else None
        finally:
            del writer.out[before[0] :]
            writer.count, writer.items = before[1:]
            writer.log = self._log

    def finish(self, item: OutItem, parts: Sequence[Part]) -> JSONObject | None:
        """
        Write an item that is whole, and record its losses.

        Args:
            item: The item.
            parts: Its parts.

        Returns:
            The item; `None`: it was dropped, with a loss.
        """
        writer = self._writer
        item.count, item.items = writer.count, writer.items
        slot = len(writer.out)
        self._write(item, parts)
        if len(writer.out) == slot:
            return None
        item.slot = slot
        return writer.out[slot]

    def keep(self, item: JSONObject) -> None:
        """
        Take an item that was begun, and that cannot be written as it is at its end.

        Args:
            item: The item as it was added.
        """
        self._writer.add(item)

    def again(self, item: OutItem, parts: Sequence[Part]) -> JSONObject:
        """
        Write a message once more, because something came after its end.

        Args:
            item: The message.
            parts: Its parts as they are now.

        Returns:
            The message, in its place.
        """
        writer, slot = self._writer, item.slot
        assert slot is not None  # noqa: S101 - a message is always written
        after = writer.count, writer.items
        size = len(writer.out)
        writer.count, writer.items = item.count, item.items
        self._write(item, parts)
        writer.count, writer.items = after
        (made,) = writer.out[size:]
        del writer.out[size:]
        writer.out[slot] = made
        return made

    def _write(self, item: OutItem, parts: Sequence[Part]) -> None:
        writer = self._writer
        writer.ids = item.ids.again()
        first = parts[0]
        if stands_in_message(first):
            writer._message(parts, PARTS, item.start)  # noqa: SLF001 - its own package
        else:
            # The path of a part, as `write` would name it.
            WRITERS[type(first)](writer, first, f"{PARTS}[{item.start}]")
