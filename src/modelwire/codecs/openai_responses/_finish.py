"""
`status` and `incomplete_details` of a response to `Finish` and back.

There is no finish reason: the status says whether the answer is whole, and what its
items are says the rest.  Calls that the caller must answer mean `tool_calls`.

Source:
    wire/openai_responses.md section 5 and wire/mapping.md section 10, read
    2026-11-21.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Final

from modelwire.codecs.openai_responses._wire import (
    DIALECT,
    extra_with,
    own_fields,
    spelling_of,
)
from modelwire.ir._loss_codes import LossCode
from modelwire.ir._parts import CompactionPart, RefusalPart, ToolCallPart
from modelwire.ir._response import Finish, FinishKind

if TYPE_CHECKING:
    from modelwire.codecs._losses import LossLog
    from modelwire.ir._base import JSONObject
    from modelwire.ir._parts import Part

__all__ = ["Ending", "decode_finish", "encode_finish", "ending_of"]

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

_COMPLETED: Final = ("completed", None)
_FILTERED: Final = ("incomplete", "content_filter")
_CUT: Final = ("incomplete", "max_output_tokens")
_BROKEN: Final = ("failed", None)
_OTHER: Final = ("incomplete", None)

_WORDS: Final[Mapping[FinishKind, tuple[tuple[str, str | None], LossCode]]] = {
    "stop": (_COMPLETED, LossCode.FINISH_STOP),
    "stop_sequence": (_COMPLETED, LossCode.FINISH_STOP_SEQUENCE),
    "length": (_CUT, LossCode.FINISH_LENGTH),
    "context_length": (_CUT, LossCode.FINISH_CONTEXT_LENGTH),
    "tool_calls": (_COMPLETED, LossCode.FINISH_TOOL_USE),
    "content_filter": (_FILTERED, LossCode.FINISH_CONTENT_FILTER),
    "refusal": (_FILTERED, LossCode.FINISH_REFUSAL),
    "prompt_blocked": (_FILTERED, LossCode.FINISH_PROMPT_BLOCKED),
    "pause": (_OTHER, LossCode.FINISH_PAUSE),
    "malformed_tool_call": (_BROKEN, LossCode.FINISH_MALFORMED_TOOL),
    "compaction": (_COMPLETED, LossCode.FINISH_COMPACTION),
    "cancelled": (("cancelled", None), LossCode.FINISH_ERROR_CANCELLED),
    "error": (_BROKEN, LossCode.FINISH_ERROR_CANCELLED),
    "unknown": (_OTHER, LossCode.FINISH_UNKNOWN),
}
"""
Status and reason for each meaning, and the concept.

What is no success (a pause, a reason that nobody knows) is incomplete without a
reason, because the reasons are an enum; it is never `completed`.
"""


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
    return Finish(kind=kind, raw=raw, extra=extra_with(left, notes))


def _whole(ending: Ending) -> FinishKind:
    """Say what the end of a whole answer means."""
    if ending.calls:
        return "tool_calls"
    if ending.refused:
        return "refusal"
    return "compaction" if ending.compacted else "stop"


def encode_finish(
    finish: Finish | None,
    ending: Ending,
    *,
    log: LossLog | None = None,
    path: str = "$.choices[0].finish",
) -> tuple[str, JSONObject | None, object]:
    """
    Write the end of a response.

    Args:
        finish: The meaning; `None`: the answer did not end.
        ending: What the items that were written say.
        log: Where losses go.
        path: The finish's place in the source.

    Returns:
        `status`, `incomplete_details` and `error`.  An answer that did not end is
        `in_progress`: no success is made up.
    """
    if finish is None:
        return "in_progress", None, None
    (status, reason), code = _WORDS[finish.kind]
    own = own_fields(finish.extra)
    notes = spelling_of(finish.extra)
    if finish.raw is not None and notes:
        # A word of this dialect's own that its enums do not have.
        if "status" in notes:
            status, reason = finish.raw, None
        elif finish.kind == "unknown":
            reason = finish.raw
    elif finish.kind == "refusal" and ending.refused and not ending.calls:
        status, reason = _COMPLETED
    details: JSONObject | None = None if reason is None else {"reason": reason}
    more = own.get("incomplete_details")
    if isinstance(more, dict):
        details = {**more, **(details or {})}
    error = own.get("error")
    if log is not None:
        again = decode_finish(status, details, error, ending)
        _log_losses(finish, again, code, log, path)
    return status, details, error


def _log_losses(
    finish: Finish, again: Finish | None, code: LossCode, log: LossLog, path: str
) -> None:
    """Compare *finish* with what a reader of the output will find."""
    assert again is not None  # noqa: S101 - nothing open is written for a finish
    detail = f"{finish.raw or finish.kind} became {again.raw}"
    if again.kind != finish.kind:
        log.approximate(code, path, detail)
    else:
        if finish.stop_sequence is not None:
            log.drop(LossCode.FINISH_STOP_SEQUENCE, f"{path}.stop_sequence")
        if again.raw != finish.raw:
            log.add(
                code, f"{path}.raw", "approximated", severity="cosmetic", detail=detail
            )
    if finish.extra:
        log.drop_extra(finish.extra, path, LossCode.RESP_SAFETY)
        kept = own_fields(again.extra)
        for name in own_fields(finish.extra):
            if not name.startswith("$") and name not in kept:
                log.drop(LossCode.RESP_SAFETY, f"{path}.extra[{DIALECT!r}].{name}")
