"""
`logprobs` objects to `Logprobs` and back, whole ones and those of stream events.

It takes the parsed object and gives the IR value; a list that is not as the vendor's
type says is kept whole as an unknown field.

Source:
    wire/openai_chat.md section 5, read 2026-11-21; DeepSeek's third list,
    `reasoning_content`, is recorded in rig__deepseek-streaming-logprobs-matrix-*.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from modelwire import ir  # for loss codes, which load when there is a loss
from modelwire.codecs.openai_chat._wire import DIALECT, merge_own
from modelwire.ir._parts import Logprobs, TokenLogprob

if TYPE_CHECKING:
    from modelwire.codecs._losses import LossLog
    from modelwire.ir._base import Extra, JSONObject

__all__ = ["decode_logprobs", "encode_logprobs", "logprobs_losses"]

_KNOWN: Final = frozenset({"token", "logprob", "bytes", "top_logprobs"})


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
        tokens = _tokens(value) if key in ("content", "refusal") else None
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


def _tokens(value: Any) -> tuple[TokenLogprob, ...] | None:
    """Read a list of tokens; `None` when one of them is not well-formed."""
    if not isinstance(value, list):
        return None
    out: list[TokenLogprob] = []
    for item in value:
        token = _token(item)
        if token is None:
            return None
        out.append(token)
    return tuple(out)


def _token(item: Any) -> TokenLogprob | None:
    if not isinstance(item, dict):
        return None
    token = item.get("token")
    logprob = item.get("logprob")
    data = item.get("bytes")
    top = item.get("top_logprobs")
    if type(token) is not str or type(logprob) not in (float, int, type(None)):
        return None
    if data is not None and not (
        isinstance(data, list) and all(type(b) is int for b in data)
    ):
        return None
    tops = None
    if top is not None:
        if not isinstance(top, list):
            return None
        # One level only: a candidate has no candidates of its own.
        found = [_token(t) for t in top if isinstance(t, dict) and _flat(t)]
        if len(found) != len(top) or None in found:
            return None
        tops = tuple(t for t in found if t is not None)
    extra: Extra = {}
    if not _KNOWN.issuperset(item):
        rest = {k: v for k, v in item.items() if k not in _KNOWN and v is not None}
        if rest:
            extra = {DIALECT: rest}
    return TokenLogprob(
        token=token,
        logprob=logprob,
        bytes=None if data is None else tuple(data),
        top=tops,
        extra=extra,
    )


def _flat(item: JSONObject) -> bool:
    return not item.get("top_logprobs")


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
                if other.top:
                    log.drop(ir.LossCode.RESP_LOGPROBS, f"{where}.top[{number}].top")
