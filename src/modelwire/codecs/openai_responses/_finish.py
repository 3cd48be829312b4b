"""
`status` and `incomplete_details` of a response to `Finish`.

There is no finish reason: the status says whether the answer is whole, and what its
items are says the rest.  Calls that the caller must answer mean `tool_calls`.

Source:
    wire/openai_responses.md section 5 and wire/mapping.md section 10, read
    2026-11-21.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Final

from modelwire.codecs.openai_responses._wire import extra_with
from modelwire.ir._fast_values import new_finish
from modelwire.ir._parts import CompactionPart, RefusalPart, ToolCallPart

if TYPE_CHECKING:
    from modelwire.ir._base import JSONObject
    from modelwire.ir._outcome import Finish, FinishKind
    from modelwire.ir._parts import Part

__all__ = ["Ending", "decode_finish", "ending_of"]

_REASONS: Final[Mapping[str, FinishKind]] = {
    "max_output_tokens": "length",
    "content_filter": "content_filter",
}
"""Reasons of an incomplete response that have a meaning of their own here."""

_OPEN: Final = frozenset({"in_progress", "queued"})
"""States of a response that has not ended."""

_DONE: Final = frozenset({"completed", "complete"})
"""
States of a whole answer; one server leaves the ending out (recorded:
pydantic-ai__test-openai-responses-test-openai-previous-response-id-1, test_finish).
"""

_NOTE: Final[JSONObject] = {"reason": "raw"}
"""Says that `Finish.raw` is a reason of this dialect, so that it is written."""


class Ending:
    """What the items of an answer say about its end."""

    __slots__ = ("calls", "compacted", "refused")

    def __init__(
        self, *, calls: bool = False, refused: bool = False, compacted: bool = False
    ) -> None:
        self.calls = calls
        """Whether a call waits for the caller."""
        self.refused = refused
        """Whether there is a refusal."""
        self.compacted = compacted
        """Whether the last item is a compaction."""


def ending_of(parts: Iterable[Part]) -> Ending:
    """
    Look at the parts of an answer.

    Args:
        parts: The parts, in order.

    Returns:
        What they say about the end.
    """
    ending = Ending()
    for part in parts:
        kind = type(part)
        if kind is ToolCallPart:
            ending.calls = True
        elif kind is RefusalPart:
            ending.refused = True
        ending.compacted = kind is CompactionPart
    return ending


def decode_finish(
    status: str | None, details: JSONObject | None, error: object, ending: Ending
) -> Finish | None:
    """
    Read the end of a response.

    Args:
        status: The wire's `status`; `None`: a server that leaves it out.
        details: `incomplete_details`.
        error: `error`.
        ending: What the items say.

    Returns:
        The meaning; `None` for a response that has not ended.
    """
    if status in _OPEN:
        return None
    if status == "completed" and details is None and error is None:
        return new_finish(_whole(ending), status)
    left = dict(details) if details else {}
    if error is not None:
        left = (
            {"incomplete_details": left, "error": error} if left else {"error": error}
        )
        reason = None
    else:
        found = left.get("reason")
        reason = left.pop("reason") if isinstance(found, str) else None
        left = {"incomplete_details": left} if left else {}
    kind: FinishKind
    raw = status
    notes: JSONObject | None = None
    if status is None or status in _DONE:
        kind = _whole(ending)
        if status == "complete":
            notes = {"status": "raw"}
        if reason is not None:
            # Said of a whole answer it means nothing, and is kept.
            left = {"incomplete_details": details}
    elif status == "incomplete":
        kind = _REASONS.get(reason, "unknown") if reason is not None else "unknown"
        raw = reason if reason is not None else status
        if reason is not None and kind == "unknown":
            notes = _NOTE
    elif status == "cancelled":
        kind = "cancelled"
    elif status == "failed":
        kind = "error"
    else:
        kind = "unknown"
        notes = {"status": "raw"}
    if reason is not None and status not in (None, *_DONE, "incomplete"):
        left = {**left, "incomplete_details": details}
    return new_finish(kind, raw, extra=extra_with(left, notes))


def _whole(ending: Ending) -> FinishKind:
    """Say what the end of a whole answer means."""
    if ending.calls:
        return "tool_calls"
    if ending.refused:
        return "refusal"
    return "compaction" if ending.compacted else "stop"
