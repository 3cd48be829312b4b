"""
How much to think: the efforts that OpenAI names, as other dialects say them.

One row per effort.  Where a dialect counts tokens the numbers are our choice and no
vendor's fact.

Source:
    wire/mapping.md section 5a, read 2026-11-21.
"""

from __future__ import annotations

from typing import Final, NamedTuple

__all__ = ["EFFORTS", "LEAST_BUDGET", "Effort", "effort_for"]

LEAST_BUDGET: Final = 1024
"""The smallest budget that Anthropic takes (tokens)."""


class Effort(NamedTuple):
    """One effort in the words of each dialect."""

    anthropic: str | None
    """`output_config.effort`; `None`: thinking is disabled."""
    anthropic_budget: int | None
    """`thinking.budget_tokens` (tokens); `None`: thinking is disabled."""
    gemini: str
    """`thinkingLevel`."""
    gemini_budget: int
    """`thinkingBudget` (tokens) for models without levels; -1: the model decides."""


EFFORTS: Final = {
    "none": Effort(None, None, "MINIMAL", 0),
    "minimal": Effort("low", 1024, "MINIMAL", 512),
    "low": Effort("low", 2048, "LOW", 2048),
    "medium": Effort("medium", 8192, "MEDIUM", 8192),
    "high": Effort("high", 16384, "HIGH", 16384),
    "xhigh": Effort("xhigh", 32768, "XHIGH", 24576),
    "max": Effort("max", 32768, "XHIGH", -1),
}
"""The efforts of OpenAI's dialects, least first."""

_BY_BUDGET: Final = (
    (32768, "xhigh"),
    (16384, "high"),
    (8192, "medium"),
    (2048, "low"),
)


def effort_for(budget: int) -> str:
    """
    Give the effort of a budget.

    Args:
        budget: Tokens; below zero is the caller's mistake, and still has an answer.

    Returns:
        The nearest lower row.
    """
    return next((word for least, word in _BY_BUDGET if budget >= least), "minimal")
