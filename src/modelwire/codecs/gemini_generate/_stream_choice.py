"""
What a stream decoder remembers of one candidate.

Its open block, its finish, and its texts: grounding and citations come at the end and
count UTF-8 bytes of the text so far, the IR characters of one part.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from modelwire.codecs._stream_decoding import join_surrogates, split_high_surrogate
from modelwire.codecs.gemini_generate._stream_args import PartialArgs

if TYPE_CHECKING:
    from modelwire.ir._base import JSONObject

__all__ = ["CALL", "NONE", "REASONING", "TEXT", "ChoiceState", "OpenCall", "Texts"]

NONE: Final = 0
TEXT: Final = 1
REASONING: Final = 2
CALL: Final = 3


class OpenCall:
    """A function call whose arguments come in pieces."""

    __slots__ = ("args", "part", "whole")

    def __init__(self, max_depth: int, part: JSONObject | None = None) -> None:
        self.args = PartialArgs(max_depth)
        self.part = part
        """Its first piece, where its block begins at its end."""
        self.whole: Any = None
        """`args`, where a piece brought them whole."""


class ChoiceState:
    """One candidate."""

    __slots__ = (
        "block",
        "call",
        "called",
        "extra",
        "finish",
        "finish_raw",
        "high",
        "index",
        "kind",
        "message",
        "parts",
        "texts",
    )

    def __init__(self, index: int, room: int) -> None:
        self.index = index
        self.kind = NONE
        """What the open block holds."""
        self.block = -1
        """The open block."""
        self.high = ""
        """Half a character that waits for its other half."""
        self.call: OpenCall | None = None
        self.called = False
        """Whether a function call came."""
        self.finish: JSONObject | None = None
        """The fields of the finish, held until the stream ends."""
        self.finish_raw: JSONObject | None = None
        self.extra: JSONObject = {}
        """Unknown fields that were given out."""
        self.message: JSONObject = {}
        """The same for the content."""
        self.texts = Texts(room)
        self.parts = 0
        """How many blocks began."""

    def paired(self, text: str) -> str:
        """Join *text* (not empty) to a surrogate that is held, and hold its last."""
        if self.high:
            text = join_surrogates(self.high, text)
        text, self.high = split_high_surrogate(text)
        return text


class Texts:
    """
    The texts of one candidate, kept for the offsets of what is said about them.

    Up to `_KEPT` characters they are kept whole.  Behind that a run of ASCII is only
    counted, because one character is one byte there, so that what is held does not
    grow with the stream; other text is kept, up to *room*.

    Args:
        room: Most characters that are kept.
    """

    __slots__ = ("_blocks", "_held", "_joined", "_room", "places", "plain", "run")

    def __init__(self, room: int) -> None:
        self._room = room
        # Pieces of each text: text, or how many ASCII characters.
        self._blocks: list[list[str | int]] = []
        self._held = 0
        # Pieces of the last text that are joined: a word alone is mostly overhead.
        self._joined = 0
        self.places: list[tuple[int, int]] = []
        """Per text, its block and its number among the candidate's parts."""
        self.plain = False
        """Whether ASCII is only counted: then adding to *run* is all there is to do."""
        self.run = 0
        """ASCII characters since the last piece."""

    def begin(self, block: int, place: int) -> None:
        """Begin a text."""
        self._flush()
        self._blocks.append([])
        self._joined = 0
        self.places.append((block, place))

    def add(self, text: str) -> None:
        """Append to the text that began last."""
        if self.plain and text.isascii():
            self.run += len(text)
            return
        self._flush()
        self._held += len(text)
        pieces = self._blocks[-1]
        pieces.append(text)
        if len(pieces) - self._joined == _LOOSE:
            self._join(pieces)
        if not self.plain and self._held > _KEPT:
            self._forget(text)
        elif self._held > self._room:
            self._forget("")

    @property
    def whole(self) -> bool:
        """Whether every text can be given as it is."""
        return not self.plain

    def texts(self) -> list[str]:
        """Give the texts; of what was only counted, as many `x`."""
        self._flush()
        return [
            "".join("x" * piece if type(piece) is int else str(piece) for piece in one)
            for one in self._blocks
        ]

    def _flush(self) -> None:
        if self.run:
            self._blocks[-1].append(self.run)
            self.run = 0

    def _join(self, pieces: list[str | int]) -> None:
        """Join the loose pieces of the last text; short runs of ASCII become text."""
        found: list[str | int] = []
        words: list[str] = []
        for piece in pieces[self._joined :]:
            if type(piece) is str:
                words.append(piece)
            elif int(piece) <= _LOOSE:
                words.append("x" * int(piece))
            else:
                found += ["".join(words), piece]
                words = []
        pieces[self._joined :] = [*found, "".join(words)]
        self._joined = len(pieces)

    def _forget(self, last: str) -> None:
        """Keep of the texts only what offsets depend on; *last* came last."""
        self.plain = True
        self._held = 0
        for number, pieces in enumerate(self._blocks):
            kept: list[str | int] = []
            for piece in pieces:
                if type(piece) is str and not piece.isascii() and last:
                    kept.append(piece)
                    self._held += len(piece)
                    continue
                size = len(piece) if type(piece) is str else int(piece)
                if kept and type(kept[-1]) is int:
                    kept[-1] = int(kept[-1]) + size
                else:
                    kept.append(size)
            self._blocks[number] = kept
        self._joined = len(self._blocks[-1])


_LOOSE: Final = 64
"""Pieces that are kept as they came, before they are joined."""
_KEPT: Final = 24 * 1024
"""Characters: a long answer with sources; a fifth of what a stream may hold."""
