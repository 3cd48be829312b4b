"""
Aligning two lists in order: which items are the same, changed, new, or gone.

It takes two tuples and gives pairs of numbers.  The cheapest alignment wins, by costs
that say how alike two items are: equal items cost nothing, items that keep their
identity (id, name, text) little, others of one class more, other classes most; what
has no partner costs less than two of the last.  At the end of a list it costs a
little less than elsewhere, because things are mostly appended (a merged message).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, TypeAlias

import attrs

from modelwire.ir._messages import Message
from modelwire.ir._parts import ToolResultPart

__all__ = ["Pairs", "align"]

_GAP: Final = 0.7
_TAIL_GAP: Final = 0.64
_OTHER_CLASS: Final = 1.2
_UNLIKE: Final = 0.9
_CONTAINED: Final = 0.4
_ALIKE: Final = 0.04

_IDENTITY: Final = (
    "id", "call_id", "name", "index", "text", "token", "url", "title", "cited_text",
    "kind", "source", "raw", "encrypted", "redacted", "filename", "content",
)  # fmt: skip
"""Fields that say which item it is, where a class has them."""

_MOST_CELLS: Final = 250_000
"""Beyond this the middle of two long lists is paired by number."""

Identity: TypeAlias = tuple[type, Any, tuple[str, ...]]
Pairs: TypeAlias = list[tuple[int | None, int | None]]


def align(x: Sequence[Any], y: Sequence[Any]) -> Pairs:
    """
    Align two lists.

    Args:
        x: The first list.
        y: The second list.

    Returns:
        Pairs of numbers, in order; `None` where an item has no partner.
    """
    start = 0
    shorter = min(len(x), len(y))
    while start < shorter and x[start] == y[start]:
        start += 1
    end = 0
    if len(x) == len(y):
        # In lists of other lengths equal ends may be equal by chance.
        while end < len(x) - start and x[-1 - end] == y[-1 - end]:
            end += 1
    head: Pairs = [(n, n) for n in range(start)]
    middle = _middle(x[start : len(x) - end], y[start : len(y) - end])
    tail: Pairs = [(len(x) - n, len(y) - n) for n in range(end, 0, -1)]
    shifted: Pairs = [
        (None if i is None else i + start, None if j is None else j + start)
        for i, j in middle
    ]
    return head + shifted + tail


def _middle(x: Sequence[Any], y: Sequence[Any]) -> Pairs:
    if not x:
        return [(None, j) for j in range(len(y))]
    if not y:
        return [(i, None) for i in range(len(x))]
    if len(x) * len(y) > _MOST_CELLS:
        both = range(max(len(x), len(y)))
        return [(n if n < len(x) else None, n if n < len(y) else None) for n in both]
    steps = _steps(x, y)
    # Needleman and Wunsch's table: costs[i][j] is the cheapest way to align the items
    # from i and from j on.
    width = len(y)
    costs = [[_TAIL_GAP * (width - j) for j in range(width + 1)]]
    for i in range(len(x) - 1, -1, -1):
        below = costs[-1]
        row = [0.0] * (width + 1)
        row[width] = below[width] + _TAIL_GAP
        for j in range(width - 1, -1, -1):
            paired = below[j + 1] + steps[i][j]
            row[j] = min(paired, below[j] + _GAP, row[j + 1] + _GAP)
        costs.append(row)
    costs.reverse()
    return _trace(steps, costs)


def _steps(x: Sequence[Any], y: Sequence[Any]) -> list[list[float]]:
    """Give what it costs to pair each item with each."""
    xs = [(repr(item), _identity(item)) for item in x]
    ys = [(repr(item), _identity(item)) for item in y]
    return [
        [0.0 if a == b else _cost(identity, other) for b, other in ys]
        for a, identity in xs
    ]


def _trace(steps: list[list[float]], costs: list[list[float]]) -> Pairs:
    """Walk the table from its start along the cheapest way."""
    pairs: Pairs = []
    rows, width = len(steps), len(steps[0])
    i = j = 0
    while i < rows and j < width:
        paired = costs[i + 1][j + 1] + steps[i][j]
        if paired <= costs[i][j] + 1e-9:
            pairs.append((i, j))
            i, j = i + 1, j + 1
        elif costs[i + 1][j] + _GAP <= costs[i][j] + 1e-9:
            pairs.append((i, None))
            i += 1
        else:
            pairs.append((None, j))
            j += 1
    pairs += [(n, None) for n in range(i, rows)]
    pairs += [(None, n) for n in range(j, width)]
    return pairs


def _identity(item: Any) -> Identity:
    """Give what says which item this is: class, a main value, and finer marks."""
    if isinstance(item, Message):
        return Message, item.role, tuple(_mark(part) for part in item.parts)
    if not attrs.has(type(item)):
        return type(item), repr(item), ()
    text = getattr(item, "text", None)
    return type(item), text if isinstance(text, str) else None, (_mark(item),)


def _mark(item: Any) -> str:
    if isinstance(item, ToolResultPart) and item.call_id:
        # Whose answer it is says more than what it says, which may move away.
        return repr((ToolResultPart, item.call_id))
    names = [name for name in _IDENTITY if hasattr(item, name)]
    return repr((type(item).__name__, [getattr(item, name) for name in names]))


def _cost(x: Identity, y: Identity) -> float:
    if x[0] is not y[0]:
        return _OTHER_CLASS
    if x[0] is Message:
        shared: int = len(set(x[2]) & set(y[2]))
        most = max(len(x[2]), len(y[2]), 1)
        role = 0.0 if x[1] == y[1] else 0.35
        return _ALIKE + role + 0.6 * (1 - shared / most)
    if x[2] and x[2] == y[2]:
        return _ALIKE
    if isinstance(x[1], str) and isinstance(y[1], str) and x[2] and x[1] and y[1]:
        return _CONTAINED if x[1] in y[1] or y[1] in x[1] else _UNLIKE
    return _UNLIKE
