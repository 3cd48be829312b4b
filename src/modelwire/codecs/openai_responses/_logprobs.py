"""
`logprobs` of an `output_text` to `Logprobs` and back, whole lists and stream pieces.

It takes the parsed list and gives the IR value; a list that is not as the vendor's
type says stays an unknown field.

Source:
    `ResponseOutputText.Logprob` of openai-python 3.52, read 2026-11-21.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from modelwire import ir  # for loss codes, which load when there is a loss
from modelwire.codecs._openai_logprobs import decode_tokens
from modelwire.codecs.openai_responses._wire import OWN, merge_own, own_fields
from modelwire.ir._parts import Logprobs, TokenLogprob

if TYPE_CHECKING:
    from modelwire.codecs._losses import LossLog
    from modelwire.ir._base import JSONObject

__all__ = ["decode_logprobs", "encode_logprobs", "logprobs_losses"]


def decode_logprobs(value: Any) -> Logprobs | None:
    """
    Read a `logprobs` list.

    Args:
        value: The parsed value.

    Returns:
        The log probabilities; `None` when it is no list of tokens, or empty: the
        vendor sends an empty list where none were asked for.
    """
    if not isinstance(value, list) or not value:
        return None
    tokens = decode_tokens(value, OWN)
    return None if tokens is None else Logprobs(content=tokens)


def encode_logprobs(logprobs: Logprobs) -> list[JSONObject]:
    """
    Write a `logprobs` list.

    Args:
        logprobs: The log probabilities; only those of the text have a place.

    Returns:
        The list; the vendor's type requires `bytes` and `top_logprobs` in each token.
    """
    return [_encode_token(token, top=True) for token in logprobs.content or ()]


def _encode_token(token: TokenLogprob, *, top: bool) -> JSONObject:
    out: JSONObject = {
        "token": token.token,
        "bytes": list(token.bytes or ()),
        "logprob": token.logprob,
    }
    if top:
        out["top_logprobs"] = [_encode_token(t, top=False) for t in token.top or ()]
    merge_own(out, token.extra)
    return out


def logprobs_losses(logprobs: Logprobs, log: LossLog, path: str, to: str) -> None:
    """
    Record what `encode_logprobs` does not carry over.

    Args:
        logprobs: The log probabilities.
        log: Where losses go.
        path: Their place in the source.
        to: Their place in the decoded output.
    """
    code = ir.LossCode.RESP_LOGPROBS
    if logprobs.extra:
        log.drop_extra(logprobs.extra, path, code)
        for name in own_fields(logprobs.extra):
            if not name.startswith("$"):
                log.drop(code, f"{path}.extra['openai-responses'].{name}")
    if not logprobs.content and logprobs.content is not None:
        log.add(code, path, "dropped", severity="cosmetic", detail="an empty list")
    for index in range(len(logprobs.refusal or ())):
        log.drop(code, f"{path}.refusal[{index}]")
    for index, token in enumerate(logprobs.content or ()):
        where, there = f"{path}.content[{index}]", f"{to}.content[{index}]"
        _token_losses(token, log, where, there)
        if token.top is None:
            log.add(code, None, "synthesised", to=f"{there}.top", detail="empty list")
        for number, other in enumerate(token.top or ()):
            inner = f"{where}.top[{number}]"
            _token_losses(other, log, inner, f"{there}.top[{number}]")
            if other.top is not None:
                log.drop(code, f"{inner}.top")


def _token_losses(token: TokenLogprob, log: LossLog, where: str, there: str) -> None:
    code = ir.LossCode.RESP_LOGPROBS
    if token.bytes is None:
        log.add(code, None, "synthesised", to=f"{there}.bytes", detail="empty list")
    if token.extra:
        log.drop_extra(token.extra, where, code)
