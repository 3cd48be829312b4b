"""
Taking losses at their word where lists are aligned.

Which item of one list is which of another is a guess by likeness, and a dropped item
beside a similar one that was kept can be paired with its neighbour's output.  What the
losses themselves say of items (dropped, merged, moved, …) settles that; were it not
so, what was said to be gone would show as added.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from itertools import combinations
from typing import Final, NamedTuple

from modelwire.ir._losses import Loss

__all__ = ["Known", "known_places", "trials"]

_DROPPED: Final = frozenset({"dropped", "needs_fetch"})
_TRUSTED: Final = ("dropped", "merged", "moved", "synthesised", "approximated")
_SUBSETS: Final[tuple[tuple[str, ...], ...]] = tuple(
    sorted(
        (
            subset
            for size in range(len(_TRUSTED) + 1)
            for subset in combinations(_TRUSTED, size)
        ),
        key=lambda subset: "moved" in subset,
    )
)
"""Which actions are taken at their word: none first, and moves last."""


class Known(NamedTuple):
    """What losses say of items of lists."""

    gone: frozenset[str] = frozenset()
    """Paths of items of the source that stand in no list of the output."""
    came: frozenset[str] = frozenset()
    """Paths of items of the output that stand in no list of the source."""
    moves: frozenset[tuple[str, str]] = frozenset()
    """Where an item stood, and where it stands."""


def known_places(losses: Iterable[Loss], trusted: Collection[str]) -> Known:
    """
    Read off losses what is not where it was.

    Args:
        losses: The losses of an encode.
        trusted: The actions of the losses that are believed: what is dropped is
            nowhere, what is merged stands inside of something else, and what is moved
            (or became something else, elsewhere) is all that its new place holds, as
            is what is synthesised.

    Returns:
        What they say of items; what they say of fields aligns nothing.
    """
    gone: set[str] = set()
    came: set[str] = set()
    moves: set[tuple[str, str]] = set()
    for loss in losses:
        action = "dropped" if loss.action in _DROPPED else loss.action
        path, to = loss.path, loss.to
        if action not in trusted:
            continue
        if action == "synthesised":
            came |= _items(to)
        elif path is None or to is None:
            gone |= _items(path) if action == "dropped" else set()
        elif action == "moved" or not f"{path}.".startswith(f"{to}."):
            # What became something else within one place is aligned by likeness.
            gone |= _items(path)
            if action != "merged":
                came |= _items(to)
                moves |= {(path, to)} if _items(path) and _items(to) else set()
    return Known(frozenset(gone), frozenset(came), frozenset(moves))


def trials(losses: Collection[Loss]) -> Iterator[Known]:
    """
    Give every reading of losses that may explain an output, each once.

    Args:
        losses: The losses of an encode.

    Returns:
        Readings, the most suspicious first: nothing is believed.
    """
    seen: set[Known] = set()
    for trusted in _SUBSETS:
        known = known_places(losses, trusted)
        if known not in seen:
            seen.add(known)
            yield known


def _items(path: str | None) -> set[str]:
    """Give *path* if it leads to an item of a list."""
    return {path} if path is not None and path.endswith("]") else set()
