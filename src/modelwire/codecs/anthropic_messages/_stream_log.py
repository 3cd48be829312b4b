"""
The losses of a stream, which can be taken back.

A stream learns late what a response knows from the start: a block's authoritative
final form may undo what was recorded of its deltas.
"""

from __future__ import annotations

from modelwire.codecs._losses import LossLog
from modelwire.codecs.anthropic_messages._wire import DIALECT

__all__ = ["StreamLog"]


class StreamLog(LossLog):
    """A log of this dialect's stream encoder."""

    __slots__ = ()

    def __init__(self) -> None:
        super().__init__(DIALECT)

    def forget(self, place: str) -> None:
        """
        Take back the losses at *place*, which turned out not to be.

        Args:
            place: The path of a part or an annotation; what lies below goes with it.
        """
        kept = [
            loss
            for loss in self._losses
            if not (loss.path or loss.to or "").startswith(place)
        ]
        self._losses = kept
        self._seen = {(loss.code, loss.path, loss.action, loss.to) for loss in kept}
