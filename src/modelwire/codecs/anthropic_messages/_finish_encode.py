"""
Why the model stopped: `Finish` to `stop_reason` and the fields beside it.

The table is section 10 of the concept matrix.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from modelwire.codecs._concept_codes import finish_code
from modelwire.codecs.anthropic_messages._finish import STOP_REASONS
from modelwire.codecs.anthropic_messages._wire import DIALECT
from modelwire.ir._losses import LossCode

if TYPE_CHECKING:
    from modelwire.codecs._losses import LossLog
    from modelwire.ir._base import JSONObject
    from modelwire.ir._outcome import Finish, FinishKind

__all__ = ["encode_finish"]

_WORDS: Final[dict[FinishKind, str]] = {
    **{kind: word for word, kind in STOP_REASONS.items()},
    "content_filter": "refusal",
    "prompt_blocked": "refusal",
    "malformed_tool_call": "end_turn",
}
"""The word for each meaning; `cancelled`, `error` and `unknown` have none."""


def encode_finish(
    finish: Finish | None,
    log: LossLog,
    *,
    calls: bool = False,
    path: str = "$.choices[0].finish",
) -> JSONObject:
    """
    Write the fields that say why the model stopped.

    Args:
        finish: The finish; `None`: the answer did not end.
        log: Where losses go.
        calls: Whether the message holds calls that the caller must answer: then a
            plain `stop` is `tool_use` here, for a client that reads `end_turn` does
            not answer them (L27).
        path: Where *finish* stands.

    Returns:
        `stop_reason` and `stop_sequence`, and `stop_details` where known.
    """
    if finish is None:
        return {"stop_reason": None, "stop_sequence": None}
    kind = finish.kind
    if kind == "unknown" and not finish.raw and DIALECT not in finish.extra:
        # The source named no reason either; null is the API's word for that.
        log.add(LossCode.FINISH_UNKNOWN, path, "dropped", severity="cosmetic")
        return {"stop_reason": None, "stop_sequence": None}
    if finish.raw is not None and STOP_REASONS.get(finish.raw) == kind:
        # The API's own word stands: after programmatic calls it ends a turn that
        # holds tool_use blocks (recorded: …programmatic-tool-calling-1).
        word = finish.raw
    elif calls and kind == "stop":
        word = "tool_use"
    else:
        # An error or an unknown word is handed on as it is, never as a success.
        word = _WORDS.get(kind) or finish.raw or kind
    out: JSONObject = {"stop_reason": word, "stop_sequence": finish.stop_sequence}
    own = finish.extra.get(DIALECT)
    if own:
        for key, value in own.items():
            if key == "stop_details":
                out[key] = value
            elif not key.startswith("$"):
                log.drop_field(finish_code(finish), path, DIALECT, key)
    code = finish_code(finish)
    if STOP_REASONS.get(word, "unknown") != kind:
        log.approximate(code, f"{path}.kind", f"{kind} as {word}")
    if finish.raw is None:
        log.add(code, f"{path}.raw", "synthesised")
    elif finish.raw != word:
        log.add(code, f"{path}.raw", "approximated", severity="cosmetic")
    if finish.extra:
        log.drop_extra(finish.extra, path, LossCode.RESP_SAFETY)
    return out
