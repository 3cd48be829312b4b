"""Notes about what a schema's rewriting changed, and which of them are losses."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final, Literal, TypeAlias

import attrs

from modelwire.ir._base import JSONObject, Node
from modelwire.ir._losses import LossAction

__all__ = ["Notes", "SchemaNote", "SchemaRule", "visible"]

SchemaRule: TypeAlias = Literal["", "closed", "cut", "in", "nullable"]
"""
Changes that a caller may want to tell apart.

`closed`: an object takes no unknown properties any more; `cut`: a place is not
described any more; `in`: a definition stands where it was referred to; `nullable`:
properties that were optional are required and may be null.
"""


@attrs.frozen(kw_only=True, weakref_slot=False, eq=False, repr=False)
class SchemaNote(Node):
    """One change of a schema."""

    path: str
    """Where it stood in the source: `$.properties.a`."""
    action: LossAction
    """What happened to it."""
    detail: str = ""
    """More for people."""
    rule: SchemaRule = ""
    """Which change it was, where that matters."""
    loosens: bool = False
    """Whether values may be valid now that were not."""
    tightens: bool = False
    """Whether values may be invalid now that were not."""


class Notes:
    """Collects notes; the same change of a definition that is used twice is one."""

    __slots__ = ("_notes",)

    def __init__(self) -> None:
        self._notes: dict[tuple[str, str, str], SchemaNote] = {}

    def add(
        self,
        path: str,
        action: LossAction,
        detail: str,
        *,
        rule: SchemaRule = "",
        loosens: bool = False,
        tightens: bool = False,
    ) -> None:
        """Note a change."""
        key = (path, action, detail)
        old = self._notes.get(key)
        if old is not None:
            loosens, tightens = loosens or old.loosens, tightens or old.tightens
        self._notes[key] = SchemaNote(
            path=path,
            action=action,
            detail=detail,
            rule=rule,
            loosens=loosens,
            tightens=tightens,
        )

    def all(self) -> tuple[SchemaNote, ...]:
        """Give the notes in the order of the walk."""
        return tuple(self._notes.values())


def visible(
    notes: Iterable[SchemaNote], before: JSONObject, after: JSONObject
) -> list[SchemaNote]:
    """
    Give the notes that show: those that say of some difference the most exactly where.

    Args:
        notes: What `adapt_schema` gave.
        before: The schema that it was given.
        after: The schema that it gave.

    Returns:
        Some of *notes*.  A change inside an array that changed its length, or inside
        what was dropped with all that is in it, is told by the note of the whole.
    """
    notes = list(notes)
    places = {note.path for note in notes}
    lengths = sorted({len(place) for place in places}, reverse=True)
    shown: set[str] = set()
    for path in _differences("$", before, after):
        for length in lengths:
            if path[:length] in places and path[length : length + 1] in _STEPS:
                shown.add(path[:length])
                break
    return [note for note in notes if note.path in shown]


_STEPS: Final = ("", ".", "[")
"""What follows the path of a node in the path of what is in it, or in its own."""


def _differences(path: str, a: Any, b: Any) -> Iterator[str]:
    """Give the paths in *a* at which two JSON values differ, as the accounting does."""
    if a is b:
        return
    if isinstance(a, dict) and isinstance(b, dict):
        for key in {**a, **b}:
            inner = f"{path}.{key}"
            if key in a and key in b:
                yield from _differences(inner, a[key], b[key])
            else:
                yield from _leaves(inner, a[key] if key in a else b[key])
    elif isinstance(a, list) and isinstance(b, list) and len(a) == len(b):
        for i, (x, y) in enumerate(zip(a, b, strict=True)):
            yield from _differences(f"{path}[{i}]", x, y)
    elif a != b or isinstance(a, bool) != isinstance(b, bool):
        yield path


def _leaves(path: str, value: Any) -> Iterator[str]:
    """Give the paths of what stands on one side only."""
    open_ = [(path, value)]
    while open_:
        path, value = open_.pop()
        if isinstance(value, dict) and value:
            open_ += [(f"{path}.{key}", item) for key, item in value.items()]
        else:
            yield path
