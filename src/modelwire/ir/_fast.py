"""
Building the hot chunks quickly: the same frozen instances at half the cost.

A frozen attrs class sets every field through `object.__setattr__`, because its own
refuses.  A twin class with the same slots and a plain `__init__` does not have to,
and where the layouts agree CPython lets an instance change its class, so that what
comes out is a genuine instance of the frozen class.  Measured on CPython 3.11: 365 ns
against 166 ns for four fields.

Each name here is called exactly as the class whose instances it gives.  Where an
interpreter refuses the change of class, the name is the class itself; the test builds
both ways and compares.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from modelwire.ir import _chunks
from modelwire.ir._base import Node

if TYPE_CHECKING:
    new_reasoning_delta = _chunks.ReasoningDelta
    new_text_delta = _chunks.TextDelta
    new_tool_arguments_delta = _chunks.ToolArgumentsDelta

__all__ = ["new_reasoning_delta", "new_text_delta", "new_tool_arguments_delta"]


class _TextDelta(Node):
    """The twin of `TextDelta`."""

    __slots__ = ("index", "raw", "text")

    def __init__(self, index: int, text: str, raw: Any = None) -> None:
        self.index = index
        self.text = text
        self.raw = raw
        self.__class__ = _chunks.TextDelta  # type: ignore[assignment]


class _ToolArgumentsDelta(Node):
    """The twin of `ToolArgumentsDelta`."""

    __slots__ = ("index", "raw", "text")

    def __init__(self, index: int, text: str, raw: Any = None) -> None:
        self.index = index
        self.text = text
        self.raw = raw
        self.__class__ = _chunks.ToolArgumentsDelta  # type: ignore[assignment]


class _ReasoningDelta(Node):
    """The twin of `ReasoningDelta`."""

    __slots__ = ("index", "raw", "summary", "text")

    def __init__(
        self, index: int, text: str, summary: int | None = None, raw: Any = None
    ) -> None:
        self.index = index
        self.text = text
        self.summary = summary
        self.raw = raw
        self.__class__ = _chunks.ReasoningDelta  # type: ignore[assignment]


def _pick(twin: type, frozen: type) -> Any:
    """Give *twin* where it makes instances of *frozen*, else *frozen* itself."""
    try:
        made: Any = twin(0, "")
    except TypeError:
        return frozen
    return twin if type(made) is frozen else frozen


if not TYPE_CHECKING:
    new_text_delta = _pick(_TextDelta, _chunks.TextDelta)
    new_tool_arguments_delta = _pick(_ToolArgumentsDelta, _chunks.ToolArgumentsDelta)
    new_reasoning_delta = _pick(_ReasoningDelta, _chunks.ReasoningDelta)
