"""
Losses of token counts: what a reader of the output finds, against what there was.

Loaded where a usage is written; see `_concept_codes`.
"""

from __future__ import annotations

from operator import attrgetter
from typing import TYPE_CHECKING, Any, Final

from modelwire.codecs._concept_codes import USAGE_CODES

if TYPE_CHECKING:
    from collections.abc import Callable

    from modelwire.codecs._losses import LossLog
    from modelwire.ir._outcome import Usage

__all__ = ["count_losses"]

_COUNTS: Final[Callable[[Usage], tuple[Any, ...]]] = attrgetter(*USAGE_CODES)


def count_losses(was: Usage, now: Usage, log: LossLog, path: str) -> None:
    """
    Record each counter that reads differently from what was written.

    Args:
        was: The usage that was to be written.
        now: The usage that the output says.
        log: Where losses go.
        path: The usage's place, in the source and in the output.
    """
    source, written = _COUNTS(was), _COUNTS(now)
    if source == written:
        return
    for (name, code), before, after in zip(
        USAGE_CODES.items(), source, written, strict=True
    ):
        if before == after:
            continue
        if before is None:
            log.add(code, None, "synthesised", to=f"{path}.{name}")
        elif after is None:
            log.drop(code, f"{path}.{name}")
        else:
            log.approximate(code, f"{path}.{name}")
