"""
`Finish` to `status`, `incomplete_details` and `error` of a response.

See `_finish` for the other way, which a stream decoder loads alone.

Source:
    wire/openai_responses.md section 5 and wire/mapping.md section 10, read
    2026-11-21.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from modelwire.codecs._concept_codes import finish_code
from modelwire.codecs.openai_responses._finish import Ending, decode_finish
from modelwire.codecs.openai_responses._wire import DIALECT, own_fields, spelling_of
from modelwire.ir._loss_codes import LossCode

if TYPE_CHECKING:
    from collections.abc import Mapping

    from modelwire.codecs._losses import LossLog
    from modelwire.ir._base import JSONObject
    from modelwire.ir._outcome import Finish, FinishKind

__all__ = ["encode_finish"]

_COMPLETED: Final = ("completed", None)
_FILTERED: Final = ("incomplete", "content_filter")
_CUT: Final = ("incomplete", "max_output_tokens")
_BROKEN: Final = ("failed", None)
_OTHER: Final = ("incomplete", None)

_WORDS: Final[Mapping[FinishKind, tuple[str, str | None]]] = {
    "stop": _COMPLETED,
    "stop_sequence": _COMPLETED,
    "length": _CUT,
    "context_length": _CUT,
    "tool_calls": _COMPLETED,
    "content_filter": _FILTERED,
    "refusal": _FILTERED,
    "prompt_blocked": _FILTERED,
    "pause": _OTHER,
    "malformed_tool_call": _BROKEN,
    "compaction": _COMPLETED,
    "cancelled": ("cancelled", None),
    "error": _BROKEN,
    "unknown": _OTHER,
}
"""
Status and reason for each meaning.

What is no success (a pause, a reason that nobody knows) is incomplete without a
reason, because the reasons are an enum; it is never `completed`.
"""


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
    status, reason = _WORDS[finish.kind]
    own = own_fields(finish.extra)
    notes = spelling_of(finish.extra)
    # A note says that the word is this dialect's own, and that its enums lack it.
    if finish.raw is not None and "status" in notes:
        status, reason = finish.raw, None
    elif finish.raw is not None and "reason" in notes and finish.kind == "unknown":
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
        _log_losses(finish, again, log, path)
    return status, details, error


def _log_losses(finish: Finish, again: Finish | None, log: LossLog, path: str) -> None:
    """Compare *finish* with what a reader of the output will find."""
    assert again is not None  # noqa: S101 - nothing open is written for a finish
    code = finish_code(finish)
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
                log.drop_field(LossCode.RESP_SAFETY, path, DIALECT, name)
