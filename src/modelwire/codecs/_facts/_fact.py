"""
One fact: how a dialect carries a concept, and what writing it there can lose.

`native("seed", approximated=A)` reads: there is a field for it, `seed`, and where
encoding has to change the value, that is an approximation.  A second letter is for
values that make less of it, such as the target's own default.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Final, Literal, NamedTuple, TypeAlias

from modelwire.ir._loss_codes import LossCode
from modelwire.ir._losses import LossAction, Severity

__all__ = [
    "A",
    "D",
    "E",
    "Fact",
    "Facts",
    "How",
    "N",
    "P",
    "approximated",
    "merged",
    "moved",
    "native",
    "no",
    "partly",
]

E: Final = "error"
"""The request cannot be served without it."""
D: Final = "content"
"""Something that was said is gone."""
P: Final = "parameter"
"""A wish of the caller is not passed on."""
A: Final = "approximation"
"""It is passed on with a changed meaning."""
N: Final = "cosmetic"
"""It changes its form, and nobody need care."""

How: TypeAlias = Literal["native", "partly", "approximated", "moved", "merged", "no"]
"""
How a dialect carries a concept.

`native`: in a field of its own; `partly`: so for some values or some variants;
`approximated`, `moved` and `merged`: as something else, elsewhere, or as one with its
neighbours; `no`: not at all.
"""

_Letters: TypeAlias = Severity | tuple[Severity, ...] | None


class Fact(NamedTuple):
    """How one dialect carries one concept."""

    how: How
    """In what way."""
    wire: str
    """In which field, or as what; empty where there is nothing."""
    losses: Mapping[LossAction, tuple[Severity, ...]]
    """What encoding into the dialect can do to it, and how severe that is: the usual
    severity first."""


Facts: TypeAlias = Mapping[LossCode, Fact]
"""All that is known of one dialect."""


def _fact(
    how: How,
    wire: str = "",
    *,
    dropped: _Letters = None,
    approximated: _Letters = None,
    moved: _Letters = None,
    merged: _Letters = None,
    synthesised: _Letters = None,
    repaired: _Letters = None,
    needs_fetch: _Letters = None,
) -> Fact:
    given: dict[LossAction, _Letters] = {
        "dropped": dropped,
        "approximated": approximated,
        "moved": moved,
        "merged": merged,
        "synthesised": synthesised,
        "repaired": repaired,
        "needs_fetch": needs_fetch,
    }
    return Fact(
        how,
        wire,
        {
            action: letters if isinstance(letters, tuple) else (letters,)
            for action, letters in given.items()
            if letters is not None
        },
    )


native: Final = partial(_fact, "native")
"""There is a field for it."""
partly: Final = partial(_fact, "partly")
"""There is a field for some of it."""
approximated: Final = partial(_fact, "approximated")
"""It becomes something similar."""
moved: Final = partial(_fact, "moved")
"""It stands elsewhere."""
merged: Final = partial(_fact, "merged")
"""It becomes one with its neighbours."""
no: Final = partial(_fact, "no")
"""There is no place for it."""
