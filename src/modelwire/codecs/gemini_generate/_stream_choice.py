"""What a stream decoder remembers of one candidate: its open block, its finish."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from modelwire.codecs._stream_decoding import join_surrogates, split_high_surrogate
from modelwire.codecs.gemini_generate._stream_texts import Texts

if TYPE_CHECKING:
    from modelwire.ir._base import JSONObject

__all__ = ["CALL", "NONE", "REASONING", "TEXT", "ChoiceState", "OpenCall"]

NONE: Final = 0
TEXT: Final = 1
REASONING: Final = 2
CALL: Final = 3


class OpenCall:
    """A function call whose arguments come in pieces."""

    __slots__ = ("args", "part", "whole")

    def __init__(self, max_depth: int, part: JSONObject | None = None) -> None:
        # Not at the top: only Vertex sends pieces, where it is asked to.
        from modelwire.codecs.gemini_generate._stream_args import (  # noqa: PLC0415
            PartialArgs,
        )

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
