"""Losses: what an encoder could not carry over, or carried over changed."""

from __future__ import annotations

from typing import Final, Literal, TypeAlias

import attrs

from modelwire.ir._base import Node
from modelwire.ir._loss_codes import LossCode

__all__ = ["SEVERITIES", "Loss", "LossAction", "LossCode", "Severity"]

LossAction: TypeAlias = Literal[
    "dropped",
    "approximated",
    "moved",
    "merged",
    "synthesised",
    "repaired",
    "needs_fetch",
]
"""What happened to the value."""

Severity: TypeAlias = Literal[
    "error", "content", "parameter", "approximation", "cosmetic"
]
"""How much it matters, worst first."""

SEVERITIES: Final[tuple[Severity, ...]] = (
    "error",
    "content",
    "parameter",
    "approximation",
    "cosmetic",
)
"""Every `Severity`, worst first."""


@attrs.frozen(kw_only=True, weakref_slot=False, eq=False, repr=False)
class Loss(Node):
    """
    One thing that did not survive an encode or a translation unchanged.

    At least one of *path* and *to* is set.  Paths end at a field, part, tool or
    message, never at a list or the root.  For streams the path is that in the folded
    response, with one loss per block and field.
    """

    code: LossCode
    """Which concept."""
    path: str | None = None
    """Where it stood in the source IR: `$.messages[2].parts[0].cache`."""
    to: str | None = None
    """Where the change shows in the decoded output; `None`: nowhere."""
    action: LossAction
    """What happened to it."""
    severity: Severity
    """How much it matters."""
    detail: str = ""
    """More for people: the values involved, never content or credentials."""
