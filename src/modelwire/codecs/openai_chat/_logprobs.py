"""
`logprobs` objects to `Logprobs` and back, whole ones and those of stream events.

It takes the parsed object and gives the IR value; a list that is not as the vendor's
type says is kept whole as an unknown field.

Source:
    wire/openai_chat.md section 5, read 2026-11-21; DeepSeek's third list,
    `reasoning_content`, is recorded in rig__deepseek-streaming-logprobs-matrix-*.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from modelwire import ir  # for loss codes, which load when there is a loss
from modelwire.codecs._openai_logprobs import decode_tokens
from modelwire.codecs.openai_chat._wire import DIALECT, OWN, merge_own
from modelwire.ir._parts import Logprobs, TokenLogprob

if TYPE_CHECKING:
    from modelwire.codecs._losses import LossLog
    from modelwire.ir._base import JSONObject

__all__ = ["decode_logprobs", "encode_logprobs", "logprobs_losses"]


def decode_logprobs(obj: Any) -> Logprobs | None:
    """
    Read a `logprobs` object.

    Args:
        obj: The parsed value.

    Returns:
        The log probabilities; `None` when there is no object, or nothing in it.
    """
    if not isinstance(obj, dict):
        return None
    left: JSONObject = {}
    lists: dict[str, tuple[TokenLogprob, ...]] = {}
    for key, value in obj.items():
        if value is None:
            continue
        tokens = decode_tokens(value, OWN) if key in ("content", "refusal") else None
        if tokens is None:
            left[key] = value
        else:
            lists[key] = tokens
    if not lists and not left:
        return None
    return Logprobs(
        content=lists.get("content"),
        refusal=lists.get("refusal"),
        extra={DIALECT: left} if left else {},
    )


def encode_logprobs(logprobs: Logprobs) -> JSONObject:
    """
    Write a `logprobs` object.

    Args:
        logprobs: The log probabilities.

    Returns:
        The object, `content` and `refusal` always in it.
    """
    out: JSONObject = {
        "content": _encode_list(logprobs.content),
        "refusal": _encode_list(logprobs.refusal),
    }
    for key, value in logprobs.extra.get(DIALECT, {}).items():
        if not key.startswith("$") and out.get(key) is None:
            out[key] = value
    return out


def _encode_list(tokens: tuple[TokenLogprob, ...] | None) -> list[JSONObject] | None:
    return None if tokens is None else [_encode_token(t, top=True) for t in tokens]


def _encode_token(token: TokenLogprob, *, top: bool) -> JSONObject:
    out: JSONObject = {
        "token": token.token,
        "logprob": token.logprob,
        "bytes": None if token.bytes is None else list(token.bytes),
    }
    if top:
        # The vendor's type requires the list; absent and empty mean the same.
        out["top_logprobs"] = [_encode_token(t, top=False) for t in token.top or ()]
    merge_own(out, token.extra)
    return out


def logprobs_losses(logprobs: Logprobs, log: LossLog, path: str) -> None:
    """
    Record what `encode_logprobs` does not carry over.

    Args:
        logprobs: The log probabilities.
        log: Where losses go.
        path: Their place in the response.
    """
    log.drop_extra(logprobs.extra, path, ir.LossCode.RESP_LOGPROBS)
    if not any(v is not None for v in encode_logprobs(logprobs).values()):
        log.add(ir.LossCode.RESP_LOGPROBS, path, "dropped", severity="cosmetic")
    for name in ("content", "refusal"):
        for index, token in enumerate(getattr(logprobs, name) or ()):
            where = f"{path}.{name}[{index}]"
            if token.extra:
                log.drop_extra(token.extra, where, ir.LossCode.RESP_LOGPROBS)
            if token.top is None:
                log.add(
                    ir.LossCode.RESP_LOGPROBS,
                    None,
                    "synthesised",
                    to=f"{where}.top",
                    detail="an empty list; the vendor's type requires one",
                )
            for number, other in enumerate(token.top or ()):
                if other.extra:
                    log.drop_extra(
                        other.extra, f"{where}.top[{number}]", ir.LossCode.RESP_LOGPROBS
                    )
                for deeper in range(len(other.top or ())):
                    log.drop(
                        ir.LossCode.RESP_LOGPROBS,
                        f"{where}.top[{number}].top[{deeper}]",
                    )
