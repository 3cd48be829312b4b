"""
One dialect's entry in a node's `extra`: its unknown fields, and notes about spellings.

`OwnExtra` is made once per dialect.  It takes what a decoder has left of an object and
gives the node's `extra`, and the other way round.  `$spelling` in an entry holds notes
that are no fields (docs/decisions/0003).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Collection

    from modelwire.ir._base import Extra, JSONObject

__all__ = ["OwnExtra"]

_NOTHING: Final[dict[str, Any]] = {}
_SPELLING: Final = "$spelling"


class OwnExtra:
    """Reads and writes the entry of one dialect in any node's `extra`."""

    __slots__ = ("dialect",)

    def __init__(self, dialect: str) -> None:
        self.dialect = dialect
        """The dialect's id."""

    def fields(self, extra: Extra) -> JSONObject:
        """
        Give this dialect's entry of *extra*.

        Args:
            extra: A node's `extra`.

        Returns:
            The entry, or an empty object that must not be changed.
        """
        return extra.get(self.dialect) or _NOTHING

    def spelling(self, extra: Extra) -> JSONObject:
        """
        Give the notes about equivalent spellings in *extra*.

        Args:
            extra: A node's `extra`.

        Returns:
            The notes, or an empty object that must not be changed.
        """
        if not extra:
            return _NOTHING
        own = extra.get(self.dialect)
        notes = own.get(_SPELLING) if own else None
        return notes if isinstance(notes, dict) else _NOTHING

    def keep(self, left: JSONObject, spelling: JSONObject | None = None) -> Extra:
        """
        Keep what is left of an object, with notes about spellings.

        Args:
            left: The fields that the IR has no name for; it is not changed.
            spelling: Notes that the encoder repeats.

        Returns:
            The node's `extra`.  A field that is null counts as absent.
        """
        kept = {k: v for k, v in left.items() if v is not None} if left else {}
        if spelling:
            kept[_SPELLING] = spelling
        return {self.dialect: kept} if kept else {}

    def beside(self, obj: JSONObject, known: frozenset[str]) -> Extra:
        """
        Keep what stands in an object beside its known fields.

        Args:
            obj: The object; it is not changed.
            known: The fields that the IR has a name for.

        Returns:
            As `keep`.
        """
        if known.issuperset(obj):
            return {}
        kept = {k: v for k, v in obj.items() if k not in known and v is not None}
        return {self.dialect: kept} if kept else {}

    def merge(self, out: JSONObject, extra: Extra, skip: Collection[str] = ()) -> None:
        """
        Write this dialect's unknown fields back, where the encoder wrote none itself.

        Args:
            out: The object that is being written; inner objects are completed too.
            extra: The node's `extra`.
            skip: Fields that the encoder reads itself.
        """
        fields = extra.get(self.dialect) if extra else None
        if not fields:
            return
        for key, value in fields.items():
            if key.startswith("$") or key in skip:
                continue
            if key not in out:
                out[key] = value
            elif isinstance(value, dict) and isinstance(out[key], dict):
                inner = out[key]
                for name, item in value.items():
                    inner.setdefault(name, item)
