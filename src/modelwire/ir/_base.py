"""
What every IR class shares: the base class and the JSON aliases.

IR classes are attrs classes, frozen and slotted, and equal by value.  They are
unhashable by design: they hold JSON values, and a hash that raises only for some
values is worse than none.  Each class spells out its decorator, because type checkers
know `attrs.frozen` and no decorator of ours: `attrs.evolve` stays typed for users.

`eq=False, repr=False` in a decorator means that `Node` has them: attrs writes and
compiles both anew for every class, which is half of what a class costs at import
(0.35 ms with them, 0.18 ms without; a stream decoder loads 55 classes).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from operator import attrgetter
from typing import Any, ClassVar, Final, TypeAlias, cast

import attrs

__all__ = ["Extra", "JSONObject", "Node"]

JSONObject: TypeAlias = dict[str, Any]
"""A parsed JSON object.  Treat it as read-only once it stands in an IR value."""

Extra: TypeAlias = Mapping[str, JSONObject]
"""
What the IR has no name for, keyed by dialect: `{"openai-chat": {"field": value}}`.

Only the encoder of that dialect reads its entry; for every other target each field
in it is a loss.  Keys are wire field names, verbatim.  The one key that is not,
`"$spelling"`, holds notes about equivalent spellings (docs/decisions/0003).
"""


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
