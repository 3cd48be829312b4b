"""What a stream encoder remembers of a candidate, of a block, and of its texts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, cast

import attrs

from modelwire.ir._fast import new_tool_arguments_delta
from modelwire.ir._parts import ReasoningPart

if TYPE_CHECKING:
    from modelwire.ir._accumulate import Accumulator
    from modelwire.ir._base import JSONObject
    from modelwire.ir._chunks import StreamChunk
    from modelwire.ir._outcome import Finish
    from modelwire.ir._parts import Annotation, Logprobs

__all__ = ["LONG", "LOOSE", "UNKNOWN", "OutBlock", "OutChoice", "WrittenTexts"]


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
        "pieces",
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
        self.pieces: list[str] = []
        """Arguments that wait to be folded, because they came one after the other."""
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
        self.texts: WrittenTexts | None = None
        """The candidate's texts, for a text."""
        self.row = -1
        """Which text of the wire it belongs to."""
        self.offset = 0
        """Characters of that text before it."""
        self.notes: list[Annotation] = []

    def feed(self, chunk: StreamChunk) -> None:
        """Fold *chunk*, behind the arguments that wait."""
        self._gather()
        cast("Accumulator", self.fold).feed(chunk)

    def folded(self) -> Any:
        """Give the part that was folded, as far as it has come."""
        self._gather()
        fold = cast("Accumulator", self.fold)
        return fold.response.choices[0].message.parts[0]

    def _gather(self) -> None:
        """Fold the arguments that wait."""
        if self.pieces:
            text = "".join(self.pieces)
            self.pieces = []
            cast("Accumulator", self.fold).feed(new_tool_arguments_delta(0, text))

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
        self.texts = WrittenTexts(room)
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


class WrittenTexts:
    """
    The texts of one candidate, kept for what is said about them: offsets and quotes.

    Up to `_KEPT` characters they are kept whole.  Behind that ASCII is only counted,
    because one character is one byte there, so that what is held does not grow with
    the stream; a stretch with other characters is kept, up to *room*.

    Args:
        room: Most characters that are kept.
    """

    __slots__ = ("_blocks", "_held", "_room", "_whole", "loose", "places")

    def __init__(self, room: int) -> None:
        self._room = room
        # Stretches of each text: text, or how many ASCII characters.
        self._blocks: list[list[str | int]] = []
        self._held = 0
        self._whole = True
        self.places: list[tuple[int, int]] = []
        """Per text, its block and its number among the candidate's parts."""
        self.loose: list[str] = []
        """
        Pieces of the last text: a word alone is mostly overhead.

        Who adds one here, and calls `pack` where `add` does, has done what it does.
        """

    def begin(self, block: int, place: int) -> None:
        """Begin a text."""
        self.pack()
        self._blocks.append([])
        self.places.append((block, place))

    def add(self, text: str) -> None:
        """Append to the text that began last."""
        self.loose.append(text)
        if len(self.loose) >= LOOSE or len(text) > LONG:
            self.pack()

    def pack(self) -> None:
        """Join the loose pieces, and keep of them what is kept."""
        if not self.loose:
            return
        piece = "".join(self.loose)
        self.loose.clear()
        last = self._blocks[-1]
        if not self._whole and piece.isascii():
            _count(last, len(piece))
            return
        last.append(piece)
        self._held += len(piece)
        if self._whole and self._held > _KEPT:
            self._whole = False
            self._forget(ascii_alone=True)
        elif self._held > self._room:
            self._forget(ascii_alone=False)

    @property
    def whole(self) -> bool:
        """Whether every text can be given as it is."""
        self.pack()
        return self._whole

    def texts(self) -> list[str]:
        """Give the texts; of what was only counted, as many `UNKNOWN`."""
        self.pack()
        return [
            "".join(
                UNKNOWN * piece if type(piece) is int else str(piece) for piece in one
            )
            for one in self._blocks
        ]

    def _forget(self, *, ascii_alone: bool) -> None:
        """Count what was kept, and keep the rest."""
        self._held = 0
        for number, pieces in enumerate(self._blocks):
            kept: list[str | int] = []
            for piece in pieces:
                if type(piece) is int:
                    _count(kept, piece)
                elif ascii_alone and not str(piece).isascii():
                    kept.append(piece)
                    self._held += len(str(piece))
                else:
                    _count(kept, len(str(piece)))
            self._blocks[number] = kept


def _count(pieces: list[str | int], size: int) -> None:
    """Add so many ASCII characters."""
    if pieces and type(pieces[-1]) is int:
        pieces[-1] += size
    else:
        pieces.append(size)


LOOSE: Final = 32
"""Pieces that are kept as they came."""
LONG: Final = 512
"""Characters of a piece that is not worth keeping as it came."""
_KEPT: Final = 24 * 1024
"""Characters: a long answer with sources; a fifth of what a stream may hold."""
UNKNOWN: Final = "\0"
"""Stands for each ASCII character that was only counted."""
