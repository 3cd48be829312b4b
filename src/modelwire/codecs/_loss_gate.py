"""
The way out of a stream encoder: bytes, unless the policy refuses what was lost.

A stream encoder writes into a list and gives the list's bytes after each chunk.  Losses
are refused as they happen, before any byte of their chunk is given.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelwire.codecs._base import COLLECT
from modelwire.errors import UnsupportedFeatureError

if TYPE_CHECKING:
    from modelwire.codecs._base import LossPolicy
    from modelwire.codecs._losses import LossLog

__all__ = ["LossGate"]


class LossGate:
    """Gives what was written, as long as the policy takes the losses."""

    __slots__ = ("_checked", "_log", "_policy")

    def __init__(self, log: LossLog, policy: LossPolicy) -> None:
        self._log = log
        self._policy = policy
        self._checked = 0

    def give(self, buffer: list[bytes]) -> bytes:
        """
        Empty *buffer*.

        Args:
            buffer: What was written since the last call.

        Returns:
            Its bytes.

        Raises:
            UnsupportedFeatureError: The policy refuses a loss since the last call.
        """
        if self._policy is not COLLECT:
            self._check(buffer)
        if not buffer:
            return b""
        data = b"".join(buffer)
        buffer.clear()
        return data

    def _check(self, buffer: list[bytes]) -> None:
        losses = self._log.losses
        new = losses[self._checked :]
        self._checked = len(losses)
        refused = tuple(loss for loss in new if self._policy.refuses(loss))
        if refused:
            buffer.clear()
            target = self._log.target
            raise UnsupportedFeatureError(losses, refused=refused, dialect=target)
