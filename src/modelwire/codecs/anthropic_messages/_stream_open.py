"""
The blocks that are open on the wire, as the stream's machine remembers them.

`OpenBlock` is the state of one, `TAKES` says which delta makes which part grow.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from modelwire.codecs._stream_decoding import join_surrogates, split_high_surrogate
from modelwire.ir._parts import (
    CompactionPart,
    Part,
    ReasoningPart,
    ServerToolCallPart,
    TextPart,
    ToolCallPart,
)

if TYPE_CHECKING:
    from modelwire.ir._base import JSONObject

__all__ = ["TAKES", "OpenBlock", "is_key", "join_halves"]


class OpenBlock:
    """A block that is open on the wire."""

    __slots__ = (
        "custom",
        "encrypted",
        "grown",
        "high",
        "index",
        "part",
        "pieces",
        "start",
        "takes",
    )

    def __init__(self, index: int, part: Part, takes: str | None) -> None:
        self.index = index
        self.part = part
        self.takes = takes
        """The delta type that makes it grow; `None`: it came whole."""
        self.grown = False
        """Whether a fragment of arguments came."""
        self.high = ""
        """Half a character that waits for its other half."""
        self.pieces: list[str] = []
        """The text of a compaction, which comes in one delta."""
        self.encrypted: JSONObject | None = None
        """What else a compaction's deltas said."""
        self.start: JSONObject = {}
        """The start of a compaction."""
        self.custom = False
        """A free-text tool that was declared as a function: its text is unwrapped."""


TAKES: Final[dict[type, str]] = {
    TextPart: "text_delta",
    ReasoningPart: "thinking_delta",
    ToolCallPart: "input_json_delta",
    ServerToolCallPart: "input_json_delta",
    CompactionPart: "compaction_delta",
}


def join_halves(block: OpenBlock, text: str) -> str:
    """Join a character that was cut in two, and hold the first half of a next one."""
    if block.high and text:
        text = join_surrogates(block.high, text)
        block.high = ""
    if not block.high:
        text, block.high = split_high_surrogate(text)
    return text


def is_key(key: Any) -> bool:
    """Say whether a block can be found by *key*; a missing index is one, too."""
    return key is None or type(key) is int or type(key) is str
