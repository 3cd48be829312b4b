"""What a stream encoder remembers of a candidate, and of a block."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs

from modelwire.codecs.gemini_generate._stream_choice import Texts
from modelwire.ir._parts import ReasoningPart

if TYPE_CHECKING:
    from modelwire.ir._accumulate import Accumulator
    from modelwire.ir._base import JSONObject
    from modelwire.ir._parts import Annotation, Logprobs
    from modelwire.ir._response import Finish

__all__ = ["OutBlock", "OutChoice"]


class OutBlock:
    """One block that is being written."""

    __slots__ = (
        "changed",
        "choice",
        "fold",
        "joined",
        "keyed",
        "notes",
        "offset",
        "part",
        "path",
        "row",
        "seen",
        "signature",
        "size",
        "stopped",
        "summary",
        "texts",
        "thought",
        "wrote",
    )

    def __init__(self, choice: OutChoice, part: Any, path: str) -> None:
        self.choice = choice
        self.part: Any = part
        self.path = path
        self.thought = type(part) is ReasoningPart
        self.fold: Accumulator | None = None
        """Folds a part that is written at its end; `None`: it is written live."""
        self.keyed = False
        """Whether its arguments are known by keys only, not by their own text."""
        self.signature: Any = None
        """What signs it, where that came after its words."""
        self.size = 0
        """Characters that came."""
        self.summary: int | None = None
        """The summary that grew last."""
        self.wrote = False
        self.changed = False
        """Whether its end said something else than its words."""
        self.stopped = False
        self.seen = ""
        """Where a reader has it."""
        self.joined = False
        """Whether a reader joins it to the words before."""
        self.texts: Texts | None = None
        """The candidate's texts, for a text."""
        self.row = -1
        """Which text of the wire it belongs to."""
        self.offset = 0
        """Characters of that text before it."""
        self.notes: list[Annotation] = []

    def moved(self, note: Annotation) -> Annotation:
        """
        Count an annotation's characters in the text that it was joined to.

        Offsets outside of its own text are cut, as they are where a text stands alone:
        they must not reach into the next one.
        """
        start = 0 if note.start is None else max(0, min(note.start, self.size))
        end = self.size if note.end is None else max(0, min(note.end, self.size))
        return attrs.evolve(note, start=start + self.offset, end=end + self.offset)


class OutChoice:
    """One candidate that is being written."""

    __slots__ = (
        "calls",
        "extra",
        "finish",
        "index",
        "last",
        "logprobs",
        "message",
        "orphans",
        "parts",
        "path",
        "rows",
        "sources",
        "text",
        "texts",
        "wired",
        "written",
    )

    def __init__(self, index: int, room: int) -> None:
        self.index = index
        self.path = f"$.choices[{index}]"
        self.parts = 0
        """How many blocks began."""
        self.calls = False
        self.finish: Finish | None = None
        self.extra: JSONObject = {}
        """Unknown fields that wait for the next event."""
        self.message: JSONObject = {}
        """The same for its content."""
        self.sources: JSONObject = {}
        """Its grounding and citations, which wait for the last event."""
        self.logprobs: list[Logprobs] = []
        """Log probabilities that wait for the next event."""
        self.last: OutBlock | None = None
        """The block whose words a reader would continue."""
        self.written = False
        """Whether an event spoke of it."""
        self.wired = 0
        """How many parts a reader sees."""
        self.texts = Texts(room)
        self.rows: list[OutBlock] = []
        """The text blocks that were written, the last of them last."""
        self.text: OutBlock | None = None
        """The text block that began last."""
        self.orphans: list[Annotation] = []
        """Annotations that came before any text."""

    @property
    def pending(self) -> bool:
        """Whether something waits for the last event."""
        return bool(
            not self.written
            or self.finish
            or self.extra
            or self.message
            or self.sources
            or self.logprobs
            or any(row.notes for row in self.rows)
        )
