"""
The items that are open on the wire, as the stream's machine remembers them.

`OpenItem` is one item of the output, `OpenBlock` one part of it (a message has one for
each content part, every other item has one), `Grown` one text that grows.  A text that
was streamed is kept as its last pieces and a checksum of what stands before them: its
`*.done` event repeats it, and must only be compared.
"""

from __future__ import annotations

from collections.abc import Callable
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Final

import attrs

from modelwire.codecs._stream_decoding import join_surrogates, split_high_surrogate
from modelwire.codecs.openai_responses._wire import DIALECT
from modelwire.ir._parts import (
    Part,
    ReasoningPart,
    RefusalPart,
    ServerToolCallPart,
    ServerToolResultPart,
    TextPart,
    ToolCallPart,
)

if TYPE_CHECKING:
    from modelwire.ir._base import JSONObject

__all__ = ["KEPT_PIECES", "Grown", "OpenBlock", "OpenItem", "header", "provisional"]

KEPT_PIECES: Final = 64
"""Deltas that are kept as they are, before they go into the checksum."""


class Grown:
    """One text that grows in a block, by one kind of delta."""

    __slots__ = ("_before", "_crc", "final", "high", "index", "pieces", "summary")

    def __init__(self, index: int, summary: int | None = None) -> None:
        self.index = index
        """The block."""
        self.summary = summary
        """Which summary it is, in a reasoning block."""
        self.pieces: list[str] = []
        """The last deltas; whoever appends calls `settle` past `KEPT_PIECES`."""
        self.high = ""
        """Half a character that waits for its other half."""
        self.final: str | None = None
        """What the end of the text says, where that is something else."""
        self._before = 0
        self._crc = 0

    @property
    def empty(self) -> bool:
        """Whether nothing came."""
        return not (self.pieces or self._before or self.high)

    @property
    def length(self) -> int:
        """Characters that came."""
        return self._before + sum(map(len, self.pieces)) + len(self.high)

    def settle(self) -> None:
        """Put the pieces into the checksum."""
        text = "".join(self.pieces)
        self.pieces.clear()
        self._before += len(text)
        self._crc = _checksum(text, self._crc)

    def equals(self, text: str) -> bool:
        """Say whether *text* is what came."""
        tail = "".join(self.pieces) + self.high
        before = self._before
        if not before:
            return tail == text
        if len(text) != before + len(tail) or text[before:] != tail:
            return False
        return _checksum(text[:before], 0) == self._crc

    def join_halves(self, text: str) -> str:
        """Join a character that was cut in two, and hold the first half of a next."""
        if self.high:
            text = join_surrogates(self.high, text)
        text, self.high = split_high_surrogate(text)
        return text


def _checksum(text: str, before: int) -> int:
    """Add *text* to a checksum."""
    # Not at the top: short answers need none, and the library takes 0.8 ms to load.
    from binascii import crc32  # noqa: PLC0415

    return crc32(text.encode("utf-8", "surrogatepass"), before)


class OpenBlock:
    """One part of an item, from its `BlockStart` to its `BlockStop`."""

    __slots__ = (
        "annotations",
        "index",
        "main",
        "notes",
        "part",
        "seed",
        "status",
        "stopped",
        "summaries",
        "text",
        "texts",
        "tokens",
    )

    def __init__(self, index: int, part: Part, *, seed: str = "") -> None:
        self.index = index
        self.part: Any = part
        """The header; what grows is cleared."""
        self.main = Grown(index)
        """The text, refusal, or arguments."""
        self.text = type(part) is TextPart
        self.seed = seed
        """Text of the header, which counts only where nothing else comes."""
        self.summaries: dict[int, Grown] = {}
        self.texts: dict[Any, Grown] = {}
        """Reasoning texts, by content index."""
        self.annotations = 0
        """How many annotations came."""
        self.notes: list[Any] = []
        """The annotations as they came, until the block stops."""
        self.tokens: list[Any] = []
        """The tokens with log probabilities that came, until the block stops."""
        self.status: str | None = getattr(part, "status", None)
        """The last status of a server's call."""
        self.stopped = False

    def keeps(self, final: Part) -> bool:
        """Say whether *final*, of the header's class, differs in its deltas only."""
        steady = _STEADY.get(type(final))
        if steady is None:
            return bool(final == self.part)
        return bool(steady(final) == steady(self.part))

    def close(self) -> None:
        """Forget what nothing needs after the stop."""
        self.stopped = True
        self.part = None
        self.notes = []
        self.tokens = []
        self.summaries = {}
        self.texts = {}
        self.main.pieces.clear()


class OpenItem:
    """One item of the output."""

    __slots__ = (
        "arguments",
        "blocks",
        "closed",
        "contents",
        "deferred",
        "id",
        "kind",
        "label",
        "summaries",
        "texts",
        "wire",
    )

    def __init__(self, wire: JSONObject, label: str) -> None:
        kind = wire.get("type")
        if kind is None and wire.get("role") == "assistant":
            kind = "message"
        self.kind = kind if type(kind) is str else ""
        self.id = wire.get("id")
        self.label = label
        """Names the item where it has no id."""
        self.wire = wire
        """The item as it was added; parts of a message are read with it."""
        self.blocks: list[OpenBlock] = []
        self.contents: dict[Any, OpenBlock] = {}
        """The blocks of a message, by content index."""
        self.texts: dict[Any, Grown] = {}
        """Growing texts by content index: those of `output_text` parts."""
        self.summaries: dict[Any, Grown] = {}
        """Growing summaries, by their index."""
        self.arguments: Grown | None = None
        """Growing arguments of a call."""
        self.deferred = False
        """Nothing is known of it before its end."""
        self.closed = False

    def close(self) -> None:
        """Take the end of the item: no delta finds it any more."""
        self.closed = True
        self.wire = {}
        self.texts = {}
        self.summaries = {}
        self.contents = {}
        self.arguments = None


_CLEARED: Final[dict[type, dict[str, Any]]] = {
    TextPart: {"text": "", "annotations": (), "logprobs": None},
    RefusalPart: {"text": ""},
    ReasoningPart: {"text": None, "summaries": ()},
    ToolCallPart: {"arguments": ""},
    ServerToolCallPart: {"arguments": ""},
}
"""What of a part grows, and has its own chunks."""


def _steady(kind: Any, *moving: str) -> Callable[[Any], Any]:
    """Give what reads the fields of *kind* that are compared, but for *moving*."""
    names = [field.name for field in attrs.fields(kind) if field.eq]
    return attrgetter(*[name for name in names if name not in moving])


_STEADY: Final = {
    kind: _steady(kind, *cleared, *(("status",) if kind is ServerToolCallPart else ()))
    for kind, cleared in _CLEARED.items()
}
"""What of a part has no chunks: it stands in the header, or makes a final form."""


def header(part: Part) -> Part:
    """
    Give a part as its block begins: what grows is cleared.

    Args:
        part: A part.

    Returns:
        The part without its texts.
    """
    changes = _CLEARED.get(type(part))
    return part if changes is None else _with(part, **changes)


def provisional(part: Part) -> Part:
    """
    Give the header of a block whose item has only been added.

    What will surely change is left out, so that a stream that keeps its promise needs
    no final form: the status becomes that of an item that ended well, a proof that
    comes at the end is not there yet.

    Args:
        part: The part of the item that was added.

    Returns:
        The header.
    """
    changes: dict[str, Any] = dict(_CLEARED.get(type(part), ()))
    item = part.item
    if item is not None and item.status == "in_progress":
        # Recorded items that are added `in_progress` are done `completed` (57 of 60;
        # two are `incomplete`, one `generating`); test_status_of_an_item.
        changes["item"] = _with(item, status="completed")
    if type(part) is ReasoningPart and part.encrypted is not None:
        # observed.md section 3: the value on `added` differs from that on `done`
        # (17 of 18); test_encrypted_content_is_that_of_done.
        changes["encrypted"] = None
    elif type(part) is ServerToolResultPart and part.content == []:
        changes["content"] = None
    own = part.extra.get(DIALECT) if part.extra else None
    notes = own.get("$spelling") if own else None
    if type(part) is ToolCallPart and type(notes) is dict and "arguments" in notes:
        # That the arguments are empty is known at their end.
        mine: JSONObject = {k: v for k, v in (own or {}).items() if k != "$spelling"}
        changes["extra"] = {DIALECT: mine} if mine else {}
    return _with(part, **changes) if changes else part


def _with(node: Any, **changes: Any) -> Any:
    return attrs.evolve(node, **changes)
