"""
What a stream decoder keeps of the texts of a candidate: how wide their characters are.

Grounding and citations come at the end of a stream and count UTF-8 bytes of the text
so far; the IR counts characters of one part.  So each text is kept as the widths of
its characters: a run of ASCII is a number, however long, and a stretch with other
characters takes two bits for each.  That is all that right offsets need.  It cannot be
bounded: an offset may point anywhere, so that the place of every wide character counts.

Words are kept only while the answer is short.  They are asked for in one case: an
answer has several texts, and what is said about it quotes words, which tell where its
offsets count from (`_grounding`).  What points into the first text is the same either
way, unless it names a later part that does not have the words; so the words of the
first text, often the only one, are let go early.
"""

from __future__ import annotations

from typing import Final

__all__ = ["LONG", "LOOSE", "Texts"]

LOOSE: Final = 32
"""Pieces that are kept as they came: a word alone is mostly overhead."""
LONG: Final = 512
"""Characters of a piece that is not worth keeping as it came."""
_KEPT: Final = 24 * 1024
"""Characters: a long answer with sources; a fifth of what a stream may hold."""
_KEPT_FIRST: Final = 4 * 1024
"""Characters of the first text alone."""

_CONTINUATIONS: Final = bytes(range(0x80, 0xC0))
_DIGITS: Final = b"0" * 0xC0 + b"1" * 0x20 + b"2" * 0x10 + b"3" * 0x10
"""By the first byte of a character: how many bytes follow, as a digit of base 4."""
_STAND_INS: Final = ("x", "\x80", "\u0800", "\U00010000")
"""A character of each width."""
_PAIRS: Final = {
    ord(f"{pair:x}"): _STAND_INS[pair >> 2] + _STAND_INS[pair & 3] for pair in range(16)
}
"""By a hexadecimal digit: the two characters that it stands for."""


class _Text:
    """One text: the widths of its characters, and its words while they are kept."""

    __slots__ = ("run", "size", "widths", "words")

    def __init__(self, *, wordless: bool) -> None:
        self.words: list[str] | None = None if wordless else []
        self.size = 0
        """Its characters."""
        self.widths = bytearray()
        """
        Stretches, all but the last run of ASCII.

        Each begins with its length in eight bytes.  A run of ASCII is no more than
        that; a stretch with other characters has a negative length, and then their
        widths.
        """
        self.run = 0
        """The length of the run of ASCII at the end."""

    def measure(self, text: str) -> None:
        """Add the widths of *text*."""
        self.size += len(text)
        if text.isascii():
            self.run += len(text)
            return
        data = text.encode("utf-8", "surrogatepass")
        digits = data.translate(_DIGITS, _CONTINUATIONS)
        if self.run:
            self.widths += self.run.to_bytes(8, "little", signed=True)
            self.run = 0
        count = len(digits)
        self.widths += (-count).to_bytes(8, "little", signed=True)
        self.widths += int(digits, 4).to_bytes(_packed(count), "big")

    def forget(self) -> None:
        """Let go of the widths: the characters so far are only counted."""
        self.widths.clear()
        self.run = self.size

    def text(self) -> str:
        """Give the words, or as many characters that are as wide."""
        if self.words is not None:
            return "".join(self.words)
        found: list[str] = []
        at = 0
        while at < len(self.widths):
            count = int.from_bytes(self.widths[at : at + 8], "little", signed=True)
            at += 8
            if count > 0:
                found.append(_STAND_INS[0] * count)
                continue
            end = at + _packed(-count)
            # In front of them stand up to three that fill the first byte.
            found.append(self.widths[at:end].hex().translate(_PAIRS)[count:])
            at = end
        return "".join(found) + _STAND_INS[0] * self.run


def _packed(count: int) -> int:
    """Say how many bytes the widths of *count* characters take."""
    return (count + 3) // 4


class Texts:
    """
    The texts of one candidate.

    Args:
        room: Most bytes of widths; beyond that characters are only counted.
    """

    __slots__ = ("_held", "_room", "_size", "_texts", "loose", "places")

    def __init__(self, room: int) -> None:
        self._room = room
        self._texts: list[_Text] = []
        self._size = 0
        self._held = 0
        self.places: list[tuple[int, int]] = []
        """Per text, its block and its number among the candidate's parts."""
        self.loose: list[str] = []
        """
        Pieces of the last text that wait to be measured.

        Who adds one here, and calls `pack` where `add` does, has done what it does.
        """

    def begin(self, block: int, place: int) -> None:
        """Begin a text."""
        self.pack()
        self._texts.append(_Text(wordless=self._size > _KEPT))
        self.places.append((block, place))

    def add(self, text: str) -> None:
        """Append to the text that began last."""
        self.loose.append(text)
        if len(self.loose) >= LOOSE or len(text) > LONG:
            self.pack()

    def pack(self) -> None:
        """Measure what waits."""
        if not self.loose:
            return
        piece = "".join(self.loose)
        self.loose.clear()
        last = self._texts[-1]
        held = len(last.widths)
        last.measure(piece)
        self._held += len(last.widths) - held
        if self._held > self._room:
            self._held = 0
            for text in self._texts:
                text.forget()
        self._size += len(piece)
        if last.words is not None:
            last.words.append(piece)
            if self._size > _KEPT:
                for text in self._texts:
                    text.words = None
            elif len(self._texts) == 1 and self._size > _KEPT_FIRST:
                last.words = None

    @property
    def whole(self) -> bool:
        """Whether the answer is short: the words of every later text are known."""
        self.pack()
        return self._size <= _KEPT

    def texts(self) -> list[str]:
        """Give the texts; of what was only measured, characters that are as wide."""
        self.pack()
        return [text.text() for text in self._texts]
