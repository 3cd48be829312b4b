"""
The losses of a stream: each once, and taken back where they turn out not to be.

A stream meets the same loss with many chunks (an unknown field in each of them), and
learns late what a response knows from the start (a block's authoritative final form).
"""

from __future__ import annotations

from modelwire.codecs._losses import LossLog
from modelwire.codecs.anthropic_messages._wire import DIALECT
from modelwire.ir._losses import LossAction, LossCode, Severity

__all__ = ["StreamLog"]


class StreamLog(LossLog):
    """A log that has each loss once: a stream meets the same one many times."""

    __slots__ = ("_seen",)

    def __init__(self) -> None:
        super().__init__(DIALECT)
        self._seen: set[tuple[str, str | None, str | None, str]] = set()

    def add(
        self,
        code: LossCode,
        path: str | None,
        action: LossAction,
        *,
        to: str | None = None,
        severity: Severity | None = None,
        detail: str = "",
    ) -> None:
        """Record a loss, unless it is there."""
        key = (code, path, to, action)
        if key not in self._seen:
            self._seen.add(key)
            super().add(code, path, action, to=to, severity=severity, detail=detail)

    def forget(self, place: str) -> None:
        """Take back the losses at and below *place*, which turned out not to be."""
        self._losses = [
            loss
            for loss in self._losses
            if not (loss.path or loss.to or "").startswith(place)
        ]
        self._seen = {
            key for key in self._seen if not (key[1] or key[2] or "").startswith(place)
        }
