"""
`logprobsResult` of a candidate to `Logprobs` and back.

The API keeps the chosen tokens and the likely ones at each place in two lists of
equal length; a result that is not so is kept whole by the caller.

Source: `LogprobsResult` of google-genai 3.4.0; recorded in
pydantic-ai__test-google-test-google-vertex-logprobs, read 2026-11-21.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from modelwire import ir  # for loss codes, which load when there is a loss
from modelwire.codecs.gemini_generate._wire import DIALECT, camel
from modelwire.ir._parts import Logprobs, TokenLogprob

if TYPE_CHECKING:
    from modelwire.codecs._losses import LossLog
    from modelwire.ir._base import JSONObject

__all__ = ["decode_logprobs", "encode_logprobs"]


def decode_logprobs(value: Any) -> Logprobs | None:
    """
    Read a `logprobsResult`.

    Args:
        value: The parsed value.

    Returns:
        The log probabilities; `None` when it is no result that can be read.
    """
    if type(value) is not dict:
        return None
    obj = dict(camel(value))
    chosen = obj.pop("chosenCandidates", None)
    if type(chosen) is not list:
        return None
    tops: list[Any] | None = obj.pop("topCandidates", None)
    if tops is not None and (type(tops) is not list or len(tops) != len(chosen)):
        return None
    out = []
    for i, item in enumerate(chosen):
        top: tuple[TokenLogprob, ...] | None = None
        if tops is not None:
            group = tops[i]
            rows = group.get("candidates", []) if type(group) is dict else None
            if type(rows) is not list or len(group) > 1:
                return None
            found = [_token(row) for row in rows]
            if None in found:
                return None
            top = tuple(token for token in found if token is not None)
        token = _token(item, top)
        if token is None:
            return None
        out.append(token)
    rest = {k: v for k, v in obj.items() if v is not None}
    return Logprobs(content=tuple(out), extra={DIALECT: rest} if rest else {})


def _token(
    item: Any, top: tuple[TokenLogprob, ...] | None = None
) -> TokenLogprob | None:
    if type(item) is not dict:
        return None
    left = dict(camel(item))
    token = left.pop("token", "")
    logprob = left.pop("logProbability", None)
    if type(token) is not str or type(logprob) not in (float, int, type(None)):
        return None
    rest = {k: v for k, v in left.items() if v is not None}
    return TokenLogprob(
        token=token, logprob=logprob, top=top, extra={DIALECT: rest} if rest else {}
    )


def encode_logprobs(logprobs: Logprobs, log: LossLog, path: str) -> JSONObject | None:
    """
    Write a `logprobsResult`.

    Args:
        logprobs: The log probabilities.
        log: Where losses go.
        path: Their place in the response.

    Returns:
        The object; `None` (and a loss) when there are no tokens of the text.
    """
    tokens = logprobs.content
    if tokens is None:
        log.drop(ir.LossCode.RESP_LOGPROBS, path)
        return None
    if logprobs.refusal is not None:
        _drop_tokens(logprobs.refusal, f"{path}.refusal", log)
    out: JSONObject = {
        "chosenCandidates": [
            _encode(token, log, f"{path}.content[{i}]")
            for i, token in enumerate(tokens)
        ]
    }
    if any(token.top is not None for token in tokens):
        groups = []
        for i, token in enumerate(tokens):
            where = f"{path}.content[{i}].top"
            if token.top is None:
                # One list for all: an empty group stands for none.
                log.add(ir.LossCode.RESP_LOGPROBS, None, "synthesised", to=where)
            rows = []
            for k, other in enumerate(token.top or ()):
                if other.top is not None:
                    _drop_tokens(other.top, f"{where}[{k}].top", log)
                rows.append(_encode(other, log, f"{where}[{k}]"))
            groups.append({"candidates": rows})
        out["topCandidates"] = groups
    for key, value in logprobs.extra.get(DIALECT, {}).items():
        if not key.startswith("$"):
            out.setdefault(key, value)
    if logprobs.extra:
        log.drop_extra(logprobs.extra, path, ir.LossCode.RESP_LOGPROBS)
    return out


def _drop_tokens(tokens: tuple[TokenLogprob, ...], path: str, log: LossLog) -> None:
    """Record tokens that are not written: each of them, or that there are none."""
    for place in [f"{path}[{i}]" for i in range(len(tokens))] or [path]:
        log.drop(ir.LossCode.RESP_LOGPROBS, place)


def _encode(token: TokenLogprob, log: LossLog, path: str) -> JSONObject:
    out: JSONObject = {"token": token.token}
    if token.logprob is not None:
        out["logProbability"] = token.logprob
    if token.bytes is not None:
        log.drop(ir.LossCode.RESP_LOGPROBS, f"{path}.bytes")
    if token.extra:
        for key, value in token.extra.get(DIALECT, {}).items():
            if not key.startswith("$"):
                out.setdefault(key, value)
        log.drop_extra(token.extra, path, ir.LossCode.RESP_LOGPROBS)
    return out
