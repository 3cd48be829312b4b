"""
Where the parts of an assistant message will stand once the output is read again.

This dialect has one fixed order, so a part's number in the output is known only when
all of them are.  Until then a part has a slot, and losses that name a place in the
output wait.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from modelwire.codecs._losses import LossLog
from modelwire.ir._loss_codes import LossCode
from modelwire.ir._losses import LossAction

__all__ = ["Slots"]


class Slots:
    """
    The parts of one message in the order of the source, each with its rank.

    Invariants:
        A decoder gives the parts ordered by rank, and by slot within a rank.
    """

    __slots__ = ("_later", "_replaced", "joint", "ranks")

    def __init__(self) -> None:
        self.ranks: list[int] = []
        """One rank per part that a decoder will give, in the order of the source."""
        self.joint: dict[str, int] = {}
        """The slots of what several parts may be joined to, by name."""
        self._later: list[tuple[int, str, dict[str, Any]]] = []
        self._replaced: set[int] = set()

    def add(self, rank: int) -> int:
        """Note that the output has one more part, and give its slot."""
        self.ranks.append(rank)
        return len(self.ranks) - 1

    def is_reordered(self) -> bool:
        """
        Say whether the output has another order than the source.

        What became another kind of part is not looked at: its own loss says where it
        went, and that the rest moved around it is no difference.
        """
        ranks = self.ranks
        if self._replaced:
            ranks = [r for n, r in enumerate(ranks) if n not in self._replaced]
        return any(before > after for before, after in pairwise(ranks))

    def replace(self, slot: int, code: LossCode, **rest: Any) -> None:
        """
        Record that the part in *slot* stands for one of another kind.

        Args:
            slot: The part's slot.
            code: The concept of the part that it stands for.
            rest: *path*, *severity* and *detail* of the loss.
        """
        self._replaced.add(slot)
        self.defer(slot, "", code, "approximated", **rest)

    def defer(
        self, slot: int, suffix: str, code: LossCode, action: LossAction, **rest: Any
    ) -> None:
        """
        Record a loss at a part of the output whose number is not known yet.

        Args:
            slot: The part's slot.
            suffix: What follows the part in the path (`.text`), or nothing.
            code: The concept.
            action: What happened.
            rest: *path*, *severity* and *detail* of the loss, where it has them.
        """
        self._later.append((slot, suffix, {"code": code, "action": action, **rest}))

    def record(self, log: LossLog, to: str) -> None:
        """
        Record the losses that waited.

        Args:
            log: Where they go.
            to: The message's place in the output.
        """
        if not self._later:
            return
        order = sorted(range(len(self.ranks)), key=self.ranks.__getitem__)
        places = {slot: number for number, slot in enumerate(order)}
        for slot, suffix, given in self._later:
            log.add(
                given["code"],
                given.get("path"),
                given["action"],
                to=f"{to}.parts[{places[slot]}]{suffix}",
                severity=given.get("severity"),
                detail=given.get("detail", ""),
            )
