"""
Losses of token counts: what a reader of the output finds, against what there was.

Loaded where a usage is written; see `_concept_codes`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from modelwire.codecs._concept_codes import USAGE_CODES

if TYPE_CHECKING:
    from modelwire.codecs._losses import LossLog
    from modelwire.ir._response import Usage

__all__ = ["count_losses"]


def count_losses(was: Usage, now: Usage, log: LossLog, path: str) -> None:
    """
    Record each counter that reads differently from what was written.

    Args:
        was: The usage that was to be written.
        now: The usage that the output says.
        log: Where losses go.
        path: The usage's place, in the source and in the output.
    """
    for name, code in USAGE_CODES.items():
        before: Any = getattr(was, name)
        after: Any = getattr(now, name)
        if before == after:
            continue
        if before is None:
            log.add(code, None, "synthesised", to=f"{path}.{name}")
        elif after is None:
            log.drop(code, f"{path}.{name}")
        else:
            log.approximate(code, f"{path}.{name}")
