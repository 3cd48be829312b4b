"""
Log probabilities of tokens as the OpenAI API writes them, from JSON to the IR.

Chat has two lists in an object, Responses one list; the tokens are the same.

Source:
    wire/openai_chat.md section 5 and `ResponseOutputText.Logprob` of openai-python
    3.52, read 2026-11-21.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from modelwire.ir._parts import TokenLogprob

if TYPE_CHECKING:
    from modelwire.codecs._own_extra import OwnExtra
    from modelwire.ir._base import Extra, JSONObject

__all__ = ["decode_tokens"]

_KNOWN: Final = frozenset({"token", "logprob", "bytes", "top_logprobs"})


def decode_tokens(
    value: Any, own: OwnExtra, *, depth: int = 1
) -> tuple[TokenLogprob, ...] | None:
    """
    Read a list of tokens.

    Args:
        value: The parsed value.
        own: Keeps the dialect's unknown fields.
        depth: Levels of candidates: one, because a candidate has none of its own.

    Returns:
        The tokens; `None` when it is no list, or one of them is not well-formed.
    """
    if not isinstance(value, list):
        return None
    out: list[TokenLogprob] = []
    for item in value:
        token = _token(item, own, depth) if isinstance(item, dict) else None
        if token is None:
            return None
        out.append(token)
    return tuple(out)


def _token(item: JSONObject, own: OwnExtra, depth: int) -> TokenLogprob | None:
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
    if top is not None and (depth or top != []):
        tops = decode_tokens(top, own, depth=depth - 1) if depth else None
        if tops is None:
            return None
    extra: Extra = {}
    if not _KNOWN.issuperset(item):
        extra = own.keep({k: v for k, v in item.items() if k not in _KNOWN})
    return TokenLogprob(
        token=token,
        logprob=logprob,
        bytes=None if data is None else tuple(data),
        top=tops,
        extra=extra,
    )
