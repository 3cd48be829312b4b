"""
What a stream encoder remembers of one block, and how a kind of part is written.

`OutBlock` is the state; `MODES` says what becomes of each part class.
"""

from __future__ import annotations

from typing import Any, Final

from modelwire.ir._chunks import AudioDelta
from modelwire.ir._loss_codes import LossCode
from modelwire.ir._parts import (
    AudioPart,
    Base64Source,
    CompactionPart,
    Opaque,
    Part,
    ReasoningPart,
    RefusalPart,
    ServerToolCallPart,
    TextPart,
    ToolCallPart,
)

__all__ = ["AS_TEXT", "MAIN_FIELD", "MODES", "OutBlock", "folded"]

MODES: Final[dict[type, str]] = {
    TextPart: "text",
    RefusalPart: "text",
    AudioPart: "text",
    ReasoningPart: "thinking",
    ToolCallPart: "tool",
    ServerToolCallPart: "tool",
    CompactionPart: "compaction",
}
"""How a part grows here; every other part is written whole, or not at all."""

AS_TEXT: Final = (RefusalPart, AudioPart)
"""Parts that become text: one loss at the part's own path says all of it."""

MAIN_FIELD: Final[dict[type, tuple[str, LossCode]]] = {
    TextPart: ("text", LossCode.OUT_TEXT),
    RefusalPart: ("text", LossCode.OUT_REFUSAL),
    AudioPart: ("transcript", LossCode.OUT_AUDIO),
    ReasoningPart: ("text", LossCode.THINK_TEXT),
    ToolCallPart: ("arguments", LossCode.OUT_TOOL_CALL),
    ServerToolCallPart: ("arguments", LossCode.BT_CALL_ITEMS),
}
"""The field that a block grows, and its concept."""


class OutBlock:
    """One block of the answer while it is being written."""

    __slots__ = (
        "annotations",
        "audio",
        "custom",
        "dropped",
        "first",
        "head",
        "keyed",
        "last",
        "length",
        "mode",
        "part",
        "path",
        "pieces",
        "signature",
        "signature_raw",
        "start_raw",
        "stopped",
        "summaries",
        "summary",
        "text",
        "wire",
    )

    def __init__(self, part: Part, path: str) -> None:
        self.part: Any = part
        self.path = path
        self.mode = MODES.get(type(part), "whole")
        self.wire: int | None = None
        """Its index on the wire; `None`: nothing of it has been written."""
        self.head = b""
        """What stands before the text of its deltas, once it is written."""
        self.stopped = False
        self.dropped = False
        """Nothing of it is written; the loss stands at its path."""
        self.custom = type(part) is ToolCallPart and part.kind == "custom"
        """Its arguments are free text, and go as the one argument of a function."""
        self.text = False
        """Whether its own text (not that of a summary) came, empty or not."""
        self.length = 0
        """Characters of text or arguments written so far."""
        self.first = ""
        """The first of them; the text itself is not kept."""
        self.last = ""
        """The last of them, as they came."""
        self.annotations: list[tuple[int, bool]] = []
        """A hash of each annotation so far, and whether it was written."""
        self.signature: Opaque | None = getattr(part, "signature", None)
        self.signature_raw: Any = None
        self.start_raw: Any = None
        """The native event of a start that waits."""
        self.summary: int | None = None
        """The summary that is growing."""
        self.summaries: set[int] = set()
        self.pieces: list[str] = []
        """The text of a compaction, which goes in one delta."""
        self.keyed: dict[str, list[str]] = {}
        """Arguments by key, which count only where no text of them comes."""
        self.audio = False
        """Whether audio data came."""

    def note(self, text: str) -> None:
        """Remember that *text* was written (the hot path does it by itself)."""
        if not self.length:
            self.first = text
        self.length += len(text)
        self.last = text

    def said(self, text: str) -> bool:
        """
        Say whether *text* is what was written.

        Its length, beginning and end decide: an authoritative text only comes when
        it differs, or together with something else that was not known before.
        """
        return (
            len(text) == self.length
            and text.startswith(self.first)
            and text.endswith(self.last)
        )

    def hear(self, chunk: AudioDelta) -> None:
        """Remember that audio came, and not what."""
        self.audio = self.audio or bool(chunk.data)


def folded(block: OutBlock, evolve: Any) -> Any:
    """
    Give the block's part as far as losses depend on it.

    Args:
        block: The block at its end.
        evolve: `attrs.evolve`.

    Returns:
        The part with a stand-in for text that came.
    """
    part = block.part
    kind = type(part)
    if kind is ReasoningPart:
        count = len(block.summaries.union(range(len(part.summaries))))
        some = "x" if block.length else ""
        summaries = (some,) * count
        text = part.text if part.text or not block.text else some
        return evolve(part, text=text, summaries=summaries, signature=block.signature)
    if kind is AudioPart:
        source = part.source
        if block.audio and source is None:
            source = Base64Source(data="", media_type="")
        transcript = "x" if block.length else part.transcript
        return evolve(part, source=source, transcript=transcript)
    if kind is CompactionPart:
        if not block.pieces:
            return evolve(part, signature=block.signature)
        text = (part.text or "") + "".join(block.pieces)
        return evolve(part, text=text, signature=block.signature)
    if kind is RefusalPart:
        return evolve(part, text="x" if block.length else part.text)
    return part
