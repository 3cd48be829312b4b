"""
What every IR class shares: the base class and the JSON aliases.

IR classes are attrs classes, frozen and slotted, with `eq` on.  They are unhashable
by design: they hold JSON values, and a hash that raises only for some values is
worse than none.  Each class spells out its decorator, because type checkers know
`attrs.frozen` and no decorator of ours: `attrs.evolve` stays typed for users.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, TypeAlias

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
    """The base of every IR class; it only says that they have no hash."""

    __slots__ = ()
    __hash__: ClassVar[None]  # type: ignore[assignment]


Node.__hash__ = None
