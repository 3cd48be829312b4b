"""
What every IR class shares: the two class decorators and the JSON aliases.

IR classes are attrs classes, frozen and slotted, with `eq` on.  They are unhashable
by design: they hold JSON values, and a hash that raises only for some values is
worse than none.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias, TypeVar, dataclass_transform

import attrs

__all__ = ["Extra", "JSONObject", "chunk", "node"]

JSONObject: TypeAlias = dict[str, Any]
"""A parsed JSON object.  Treat it as read-only once it stands in an IR value."""

Extra: TypeAlias = Mapping[str, JSONObject]
"""
What the IR has no name for, keyed by dialect: `{"openai-chat": {"field": value}}`.

Only the encoder of that dialect reads its entry; for every other target each field
in it is a loss.  Keys are wire field names, verbatim.  The one key that is not,
`"$spelling"`, holds notes about equivalent spellings (see `modelwire.codecs._extra`).
"""

_T = TypeVar("_T")


@dataclass_transform(
    frozen_default=True, kw_only_default=True, field_specifiers=(attrs.field,)
)
def node(cls: type[_T]) -> type[_T]:
    """Make *cls* a frozen, keyword-only, unhashable attrs class (people build it)."""
    made = attrs.frozen(kw_only=True, weakref_slot=False)(cls)
    made.__hash__ = None  # type: ignore[assignment]
    return made


@dataclass_transform(frozen_default=True, field_specifiers=(attrs.field,))
def chunk(cls: type[_T]) -> type[_T]:
    """Make *cls* a frozen, unhashable attrs class with positional fields (a chunk)."""
    made = attrs.frozen(weakref_slot=False)(cls)
    made.__hash__ = None  # type: ignore[assignment]
    return made
