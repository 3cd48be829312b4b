"""
Building the hot chunks quickly: the same frozen instances at less than half the cost.

A frozen attrs class sets every field through `object.__setattr__`, because its own
refuses.  A twin class with the same slots does not have to, and where the layouts agree
CPython lets an instance change its class, so that what comes out is a genuine instance
of the frozen class.  Measured on CPython 3.11, appended to a list: 223 ns against 75 ns
for three fields (25 ns more with an `__init__` in the twin).

Each name here is called exactly as the class whose instances it gives.  Where an
interpreter refuses the change of class, the name is the class itself; the test builds
both ways and compares.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from modelwire.ir import _chunks

if TYPE_CHECKING:
    new_reasoning_delta = _chunks.ReasoningDelta
    new_text_delta = _chunks.TextDelta
    new_tool_arguments_delta = _chunks.ToolArgumentsDelta

_TextDelta: Final = _chunks.TextDelta
_ToolArgumentsDelta: Final = _chunks.ToolArgumentsDelta
_ReasoningDelta: Final = _chunks.ReasoningDelta

__all__ = [
    "new_reasoning_delta",
    "new_text_delta",
    "new_tool_arguments_delta",
    "twin_of",
]


def twin_of(frozen: Any) -> Any:
    """
    Make a class with the slots of *frozen* and nothing that keeps them from changing.

    It is a subclass, because the change from there to its base costs half of what the
    change to a class beside it does: 20 ns of 140.

    Args:
        frozen: A frozen, slotted attrs class.

    Returns:
        The twin.
    """
    free = {
        "__slots__": (),
        "__init__": object.__init__,
        "__setattr__": object.__setattr__,
        "__delattr__": object.__delattr__,
    }
    return type("_Twin", (frozen,), free)


_TextTwin: Final = twin_of(_TextDelta)
_ArgumentsTwin: Final = twin_of(_ToolArgumentsDelta)
_ReasoningTwin: Final = twin_of(_ReasoningDelta)


def _text_delta(index: int, text: str, raw: Any = None) -> Any:
    made: Any = _TextTwin()
    made.index = index
    made.text = text
    made.raw = raw
    made.__class__ = _TextDelta
    return made


def _tool_arguments_delta(index: int, text: str, raw: Any = None) -> Any:
    made: Any = _ArgumentsTwin()
    made.index = index
    made.text = text
    made.raw = raw
    made.__class__ = _ToolArgumentsDelta
    return made


def _reasoning_delta(
    index: int, text: str, summary: int | None = None, raw: Any = None
) -> Any:
    made: Any = _ReasoningTwin()
    made.index = index
    made.text = text
    made.summary = summary
    made.raw = raw
    made.__class__ = _ReasoningDelta
    return made


def _pick(quick: Callable[..., Any], frozen: type) -> Any:
    """Give *quick* where it makes instances of *frozen*, else *frozen* itself."""
    try:
        made = quick(0, "")
    except TypeError:
        return frozen
    return quick if type(made) is frozen else frozen


if not TYPE_CHECKING:  # pragma: no branch - only checkers take the other one
    new_text_delta = _pick(_text_delta, _TextDelta)
    new_tool_arguments_delta = _pick(_tool_arguments_delta, _ToolArgumentsDelta)
    new_reasoning_delta = _pick(_reasoning_delta, _ReasoningDelta)
