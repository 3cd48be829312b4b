"""
What stowing remembers of a stream: its choices and their blocks.

`_carrier_stream` fills these in; the kinds of client below it read them.
"""

from __future__ import annotations

from typing import Any, TypeAlias

from modelwire.ir._accumulate import Accumulator
from modelwire.ir._base import Extra
from modelwire.ir._chunks import StreamChunk
from modelwire.ir._parts import Opaque, Part, ReasoningPart

__all__ = ["Block", "ChoiceStow", "Chunks", "shown_text"]

Chunks: TypeAlias = list[StreamChunk]


def shown_text(part: Part) -> str:
    """
    Give the words of a part that clients show.

    Args:
        part: Reasoning, or any part.

    Returns:
        The text, else the summaries with blank lines between them.
    """
    if isinstance(part, ReasoningPart):
        return part.text if part.text is not None else "\n\n".join(part.summaries)
    return getattr(part, "text", None) or ""


class ChoiceStow:
    """What is known of one choice."""

    __slots__ = ("extra", "index", "origins", "parts", "script")

    def __init__(self, index: int) -> None:
        self.index = index
        self.parts = 0
        """How many parts the source has so far."""
        self.origins: list[int | None] = []
        """For each part that was given, the source's part it is of, if it is of one."""
        self.extra: Extra = {}
        """State of the message itself."""
        self.script: Any = None
        """What a script still has to say; see `_carrier_script`."""

    def path(self, number: int) -> str:
        """Give the path of a part."""
        return f"$.choices[{self.index}].message.parts[{number}]"


class Block:
    """One block of the source."""

    __slots__ = (
        "choice", "copy", "fields", "held", "kept", "kind", "late", "number", "out",
        "part", "place", "sealed", "shown", "size", "step",
    )  # fmt: skip

    def __init__(self, choice: ChoiceStow, kind: type, number: int | None) -> None:
        self.choice = choice
        self.kind = kind
        """The part's class."""
        self.part: Part | None = None
        """The header of a text or call, with a signature that came since."""
        self.number = number
        """The number of the part in the source; `None`: the message itself."""
        self.out: int | None = None
        """The block's index in what is given; `None`: it has not been given."""
        self.place = -1
        """The number of the part in what is given."""
        self.held: Chunks | None = None
        """The chunks that are held back."""
        self.shown = False
        """Whether the client has a field for the words of this reasoning."""
        self.copy: Accumulator | None = None
        """The whole part, while it may be needed."""
        self.size = 0
        """Characters in *copy* that came in deltas, or of a text so far."""
        self.fields: set[str] = set()
        """Fields whose foreign value was taken out of what is given."""
        self.late: Opaque | None = None
        """A signature that came after the header."""
        self.kept = False
        """Whether foreign state stays on it, for the encoder to report."""
        self.sealed: Any = None
        """What stands on the block instead of what it came with."""
        self.step: Any = None
        """The item of a script that the block's text counts in."""

    @property
    def path(self) -> str:
        """The path of the part, or of the message, in the source."""
        if self.number is None:
            return f"$.choices[{self.choice.index}].message"
        return self.choice.path(self.number)
