"""
Why the model stopped, both ways: `finishReason`, `blockReason` and `Finish`.

The table is section 10 of the concept matrix.  There is no reason for function
calls: a turn with calls ends in `STOP`, and the calls say it (acceptance row L03).
A reason that is not known is kept and never becomes a success (F07).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from modelwire import ir  # for loss codes, which load when there is a loss
from modelwire.codecs.gemini_generate._extra import spelling_of
from modelwire.codecs.gemini_generate._wire import DIALECT, is_enum_name
from modelwire.ir._base import JSONObject
from modelwire.ir._fast_values import new_finish
from modelwire.ir._outcome import Finish, FinishKind

if TYPE_CHECKING:
    from modelwire.codecs._losses import LossLog
    from modelwire.ir._loss_codes import LossCode

__all__ = [
    "FINISH_REASONS",
    "decode_block",
    "decode_finish",
    "encode_block",
    "encode_finish",
    "reason_name",
]

FINISH_REASONS: Final[dict[str, FinishKind]] = {
    "FINISH_REASON_UNSPECIFIED": "unknown",
    "STOP": "stop",
    "MAX_TOKENS": "length",
    "SAFETY": "content_filter",
    "RECITATION": "content_filter",
    "LANGUAGE": "content_filter",
    "BLOCKLIST": "content_filter",
    "PROHIBITED_CONTENT": "content_filter",
    "SPII": "content_filter",
    "IMAGE_SAFETY": "content_filter",
    "IMAGE_PROHIBITED_CONTENT": "content_filter",
    "IMAGE_RECITATION": "content_filter",
    "IMAGE_OTHER": "content_filter",
    "MODEL_ARMOR": "content_filter",
    "ESCALATION": "content_filter",
    "PUP_LIMITED_DISABLED": "content_filter",
    "MALFORMED_FUNCTION_CALL": "malformed_tool_call",
    "UNEXPECTED_TOOL_CALL": "malformed_tool_call",
    "TOO_MANY_TOOL_CALLS": "malformed_tool_call",
    "MISSING_THOUGHT_SIGNATURE": "malformed_tool_call",
    "MALFORMED_RESPONSE": "malformed_tool_call",
    "CONTINUATION": "pause",
    "NO_IMAGE": "error",
    "OTHER": "error",
}
"""The API's finish reasons and what they mean."""

# `enum-encoding=int` in the query: observed as finishReason 1 and 2 in
# langchaingo__llms-googleai-testgoogleaimultimodalcontent
# (test_finish_reason_as_a_number).
_NUMBERS: Final = (
    "FINISH_REASON_UNSPECIFIED", "STOP", "MAX_TOKENS", "SAFETY", "RECITATION",
    "OTHER", "LANGUAGE", "BLOCKLIST", "PROHIBITED_CONTENT", "SPII",
    "MALFORMED_FUNCTION_CALL", "IMAGE_SAFETY", "UNEXPECTED_TOOL_CALL",
    "TOO_MANY_TOOL_CALLS", "IMAGE_PROHIBITED_CONTENT", "IMAGE_OTHER", "NO_IMAGE",
    "IMAGE_RECITATION",
)  # fmt: skip
_BLOCK_NUMBERS: Final = (
    "BLOCK_REASON_UNSPECIFIED", "SAFETY", "OTHER", "BLOCKLIST", "PROHIBITED_CONTENT",
    "IMAGE_SAFETY",
)  # fmt: skip

_WORDS: Final[dict[FinishKind, str]] = {
    "stop": "STOP",
    "stop_sequence": "STOP",
    "tool_calls": "STOP",
    "compaction": "STOP",
    "length": "MAX_TOKENS",
    "context_length": "MAX_TOKENS",
    "content_filter": "SAFETY",
    "refusal": "SAFETY",
    "prompt_blocked": "PROHIBITED_CONTENT",
    "pause": "CONTINUATION",
    "malformed_tool_call": "MALFORMED_FUNCTION_CALL",
    "cancelled": "OTHER",
    "error": "OTHER",
    "unknown": "FINISH_REASON_UNSPECIFIED",
}
"""The word for each meaning; nothing that failed becomes `STOP`."""


def reason_name(reason: Any) -> str | None:
    """
    Give the name of a finish reason.

    Args:
        reason: `finishReason` as received: a name, or its number.

    Returns:
        The name; `None` for what is neither.  A number without a name stands for
        itself as text.
    """
    return _named(reason, _NUMBERS)


def _named(value: Any, names: tuple[str, ...]) -> str | None:
    if type(value) is str:
        return value or None
    if type(value) is int and -(2**31) <= value < 2**31:
        return names[value] if 0 <= value < len(names) else str(value)
    return None


def decode_finish(
    reason: Any, message: Any = None, *, calls: bool = False
) -> Finish | None:
    """
    Read the fields that say why a candidate ended.

    Args:
        reason: `finishReason` as received.
        message: `finishMessage` as received.
        calls: Whether the candidate holds calls that the caller must answer.

    Returns:
        The finish; `None` when the wire has no reason (yet).
    """
    if reason is None:
        return None
    name = reason_name(reason)
    extra: JSONObject = {}
    if name is None:
        extra["finishReason"] = reason
    elif type(reason) is int:
        extra["$spelling"] = {"finishReason": reason}
    if message is not None:
        extra["finishMessage"] = message
    kind = FINISH_REASONS.get(name, "unknown") if name is not None else "unknown"
    if calls and kind == "stop":
        kind = "tool_calls"
    return new_finish(kind, name, extra={DIALECT: extra} if extra else None)


def encode_finish(
    finish: Finish | None,
    log: LossLog,
    *,
    calls: bool = False,
    path: str = "$.choices[0].finish",
) -> JSONObject:
    """
    Write the fields that say why a candidate ended.

    Args:
        finish: The finish; `None`: the answer did not end.
        log: Where losses go.
        calls: Whether the candidate holds calls that the caller must answer.
        path: Where *finish* stands.

    Returns:
        `finishReason`, and `finishMessage` where known; nothing for `None`.
    """
    if finish is None:
        return {}
    kind = finish.kind
    # A stream decoder loads this module, and has no losses.
    from modelwire.codecs._concept_codes import finish_code  # noqa: PLC0415

    code = finish_code(finish)
    raw = finish.raw
    word = raw if raw is not None and _means(raw, kind) else _WORDS[kind]
    out: JSONObject = {"finishReason": word}
    number = spelling_of(finish.extra).get("finishReason")
    if type(number) is int and reason_name(number) == word:
        out["finishReason"] = number
    for key, value in finish.extra.get(DIALECT, {}).items():
        if key == "finishMessage" and isinstance(value, str):
            out[key] = value
        elif not key.startswith("$"):
            log.drop_field(code, path, DIALECT, key)
    again = decode_finish(word, calls=calls)
    if again is not None and again.kind != kind:
        log.approximate(code, f"{path}.kind", f"{kind} as {word}")
    if finish.stop_sequence is not None:
        log.drop(ir.LossCode.FINISH_STOP_SEQUENCE, f"{path}.stop_sequence")
    _raw_loss(raw, word, code, log, path)
    if finish.extra:
        log.drop_extra(finish.extra, path, ir.LossCode.RESP_SAFETY)
    return out


def _means(raw: str, kind: FinishKind) -> bool:
    """Say whether the word *raw* of this API has the meaning *kind*."""
    known = FINISH_REASONS.get(raw)
    if known is None:
        return kind == "unknown" and is_enum_name(raw)
    return known == kind or (known == "stop" and kind == "tool_calls")


def _raw_loss(
    raw: str | None, word: str, code: LossCode, log: LossLog, path: str
) -> None:
    if raw is None:
        log.add(code, None, "synthesised", to=f"{path}.raw")
    elif raw != word:
        log.add(code, f"{path}.raw", "approximated", severity="cosmetic")


# --- a blocked prompt ---------------------------------------------------------------


def decode_block(feedback: JSONObject) -> Finish | None:
    """
    Read the `promptFeedback` of an answer without candidates.

    Args:
        feedback: The object, its names in camelCase.

    Returns:
        A finish of kind `prompt_blocked` that keeps the rest of the object; `None`
        when it names no reason.
    """
    name = _named(feedback.get("blockReason"), _BLOCK_NUMBERS)
    if name is None:
        return None
    rest = {k: v for k, v in feedback.items() if k != "blockReason" and v is not None}
    return Finish(
        kind="prompt_blocked", raw=name, extra={DIALECT: rest} if rest else {}
    )


def encode_block(
    finish: Finish, log: LossLog, *, path: str = "$.choices[0].finish"
) -> JSONObject:
    """
    Write the `promptFeedback` of an answer without candidates.

    Args:
        finish: A finish of kind `prompt_blocked`.
        log: Where losses go.
        path: Where *finish* stands.

    Returns:
        The object.
    """
    raw = finish.raw
    word = raw if raw is not None and is_enum_name(raw) else "PROHIBITED_CONTENT"
    out: JSONObject = {"blockReason": word}
    for key, value in finish.extra.get(DIALECT, {}).items():
        if not key.startswith("$"):
            out.setdefault(key, value)
    if finish.stop_sequence is not None:
        log.drop(ir.LossCode.FINISH_STOP_SEQUENCE, f"{path}.stop_sequence")
    _raw_loss(raw, word, ir.LossCode.FINISH_PROMPT_BLOCKED, log, path)
    if finish.extra:
        log.drop_extra(finish.extra, path, ir.LossCode.RESP_SAFETY)
    return out
