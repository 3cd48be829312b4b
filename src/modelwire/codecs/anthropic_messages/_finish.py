"""
Why the model stopped: `stop_reason` to `Finish`.

The table is section 10 of the concept matrix.  A word that is not known is kept and
never becomes a success (acceptance row F06).  The way back is `_finish_encode`: a
stream decoder does without it, and without the table of losses that it needs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from modelwire.codecs.anthropic_messages._wire import DIALECT
from modelwire.ir._base import JSONObject
from modelwire.ir._fast_values import new_finish

if TYPE_CHECKING:
    from modelwire.ir._outcome import Finish, FinishKind

__all__ = ["STOP_REASONS", "decode_finish"]

STOP_REASONS: Final[dict[str, FinishKind]] = {
    "end_turn": "stop",
    "max_tokens": "length",
    "stop_sequence": "stop_sequence",
    "tool_use": "tool_calls",
    "pause_turn": "pause",
    "refusal": "refusal",
    "model_context_window_exceeded": "context_length",
    "compaction": "compaction",
}
"""The API's stop reasons and what they mean."""


def decode_finish(
    stop_reason: Any, stop_sequence: Any = None, stop_details: Any = None
) -> Finish | None:
    """
    Read the three fields that say why the model stopped.

    Args:
        stop_reason: The field as received.
        stop_sequence: The field as received.
        stop_details: The field as received.

    Returns:
        The finish; `None` when the wire has no stop reason (in `message_start`).
    """
    if stop_reason is None:
        return None
    raw = stop_reason if isinstance(stop_reason, str) else None
    extra: JSONObject = {}
    if raw is None:
        extra["stop_reason"] = stop_reason
    if stop_details is not None:
        extra["stop_details"] = stop_details
    text = stop_sequence if isinstance(stop_sequence, str) else None
    if stop_sequence is not None and text is None:
        extra["stop_sequence"] = stop_sequence
    return new_finish(
        STOP_REASONS.get(raw, "unknown") if raw is not None else "unknown",
        raw,
        text,
        {DIALECT: extra} if extra else {},
    )
