"""
`Finish` to `finish_reason`: a meaning to the nearest word, with a loss where the
meaning changes.

Source:
    wire/mapping.md section 10, read 2026-11-21.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from modelwire.codecs.openai_chat._finish import OFFICIAL, decode_finish
from modelwire.codecs.openai_chat._wire import DIALECT, own_fields, spelling_of
from modelwire.ir._loss_codes import LossCode

if TYPE_CHECKING:
    from modelwire.codecs._losses import LossLog
    from modelwire.ir._outcome import Finish, FinishKind

__all__ = ["encode_finish"]

_WORD: Final[Mapping[FinishKind, tuple[str, LossCode]]] = {
    "stop": ("stop", LossCode.FINISH_STOP),
    "stop_sequence": ("stop", LossCode.FINISH_STOP_SEQUENCE),
    "length": ("length", LossCode.FINISH_LENGTH),
    "context_length": ("length", LossCode.FINISH_CONTEXT_LENGTH),
    "tool_calls": ("tool_calls", LossCode.FINISH_TOOL_USE),
    "content_filter": ("content_filter", LossCode.FINISH_CONTENT_FILTER),
    "refusal": ("content_filter", LossCode.FINISH_REFUSAL),
    "prompt_blocked": ("content_filter", LossCode.FINISH_PROMPT_BLOCKED),
    "pause": ("stop", LossCode.FINISH_PAUSE),
    "malformed_tool_call": ("error", LossCode.FINISH_MALFORMED_TOOL),
    "compaction": ("stop", LossCode.FINISH_COMPACTION),
    "cancelled": ("error", LossCode.FINISH_ERROR_CANCELLED),
    "error": ("error", LossCode.FINISH_ERROR_CANCELLED),
    "unknown": ("unknown", LossCode.FINISH_UNKNOWN),
}
"""
The nearest word for each meaning, and the concept.

A malformed call ends in `error`, not `stop`: a client must not take it for a success
(acceptance row F07).  An unknown reason is written as it came, never as `stop` (F06).
"""


def encode_finish(
    finish: Finish | None,
    *,
    has_tool_calls: bool = False,
    has_refusal: bool = False,
    legacy: bool = False,
    log: LossLog | None = None,
    path: str = "$.choices[0].finish",
) -> str | None:
    """
    Give the `finish_reason` for *finish*.

    Args:
        finish: The meaning; `None`: the choice did not end.
        has_tool_calls: Whether the choice's output holds tool calls.
        has_refusal: Whether the choice's output holds a refusal.
        legacy: Whether the client knows functions only, not tools.
        log: Where losses go.
        path: The finish's place in the response.

    Returns:
        The word; `None` for a choice that did not end (no success is made up).
    """
    if finish is None:
        return None
    raw = finish.raw
    word, code = _WORD[finish.kind]
    if raw is not None and (
        finish.kind == "unknown" or "finish_reason" in spelling_of(finish.extra)
    ):
        word = raw
    elif finish.kind == "refusal" and has_refusal:
        word = "stop"
    elif legacy and finish.kind == "tool_calls":
        word = "function_call"
    elif (
        raw is not None
        and raw in OFFICIAL
        and raw != "function_call"
        and decode_finish(
            raw, has_tool_calls=has_tool_calls, has_refusal=has_refusal
        ).kind
        == finish.kind
    ):
        # What this dialect said itself is repeated: `stop` beside tool calls.
        word = raw
    if log is not None:
        again = decode_finish(
            word, has_tool_calls=has_tool_calls, has_refusal=has_refusal
        )
        _log_losses(finish, again, code, log, path)
    return word


def _log_losses(
    finish: Finish, again: Finish, code: LossCode, log: LossLog, path: str
) -> None:
    """Compare *finish* with what a reader of the output will find."""
    detail = f"{finish.raw or finish.kind} became {again.raw}"
    if again.kind != finish.kind:
        log.approximate(code, path, detail)
    elif finish.stop_sequence is not None:
        log.drop(LossCode.FINISH_STOP_SEQUENCE, f"{path}.stop_sequence")
    if again.raw != finish.raw and again.kind == finish.kind:
        log.add(code, f"{path}.raw", "approximated", severity="cosmetic", detail=detail)
    if finish.extra:
        log.drop_extra(finish.extra, path, LossCode.RESP_SAFETY)
        for name in own_fields(finish.extra):
            if not name.startswith("$"):
                log.drop_field(LossCode.RESP_SAFETY, path, DIALECT, name)
