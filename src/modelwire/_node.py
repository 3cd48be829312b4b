"""
What every value class shares: equality and repr as attrs defines them, and no hash.

Value classes are attrs classes, frozen and slotted, and equal by value.  They are
unhashable by design: they hold JSON values, and a hash that raises only for some
values is worse than none.  Each class spells out its decorator, because type checkers
know `attrs.frozen` and no decorator of ours: `attrs.evolve` stays typed for users.

`eq=False, repr=False` in a decorator means that `Node` has them: attrs writes and
compiles both anew for every class, which is half of what a class costs at import
(0.35 ms with them, 0.18 ms without; a stream decoder loads 60 classes).
"""

from __future__ import annotations

from collections.abc import Callable
from operator import attrgetter
from typing import Any, ClassVar, Final, cast

import attrs

__all__ = ["Node"]


class Node:
    """
    The base of every IR class: equality and repr as attrs defines them, and no hash.

    Invariants:
        Equal are instances of one class whose fields are, those with `eq=False` (what
        a value came from) left out; fields with `repr=False` are not shown.
    """

    __slots__ = ()
    __hash__: ClassVar[None]  # type: ignore[assignment]

    def __eq__(self, other: object) -> bool:
        cls = type(self)
        if type(other) is not cls:
            return NotImplemented
        read = _COMPARED.get(cls) or _learn(cls)
        return bool(read(self) == read(other))

    def __repr__(self) -> str:
        shown = ", ".join(
            f"{field.name}={getattr(self, field.name)!r}"
            for field in attrs.fields(cast("Any", type(self)))
            if field.repr
        )
        return f"{type(self).__qualname__.rpartition('>.')[2]}({shown})"


Node.__hash__ = None

_COMPARED: Final[dict[type, Callable[[Any], Any]]] = {}
"""How to read what is compared of a class; filled when instances are compared."""


def _learn(cls: Any) -> Callable[[Any], Any]:
    """Remember what is compared of *cls*."""
    names = [field.name for field in attrs.fields(cls) if field.eq]
    read: Callable[[Any], Any] = attrgetter(*names) if names else _nothing
    _COMPARED[cls] = read
    return read


def _nothing(_node: Any) -> None:
    """Read what is compared of a class without fields."""
