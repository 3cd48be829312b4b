"""
Prompt-cache breakpoints of content parts, both ways.

Source:
    wire/mapping.md, rows cache.breakpoint and cache.ttl, read 2026-11-21.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from modelwire.codecs._losses import LossLog
from modelwire.codecs.openai_responses._wire import extra_with, merge_own
from modelwire.ir._base import JSONObject
from modelwire.ir._loss_codes import LossCode
from modelwire.ir._parts import CacheBreakpoint

__all__ = ["FIELD", "encode_cache", "take_cache"]

FIELD: Final = "prompt_cache_breakpoint"
"""The wire field."""
_TTL: Final[Mapping[str, str]] = {"5m": "30m", "1h": "30m", "24h": "12h"}
"""Other dialects' times in this one's, nearest up."""


def take_cache(left: JSONObject) -> CacheBreakpoint | None:
    """
    Take the breakpoint of a content part.

    Args:
        left: The part's fields that nothing has taken yet.

    Returns:
        The breakpoint; `None` when there is none, or none of the known form.
    """
    value = left.get(FIELD)
    if not isinstance(value, dict):
        return None
    ttl = value.get("ttl")
    if ttl is not None and not isinstance(ttl, str):
        return None
    del left[FIELD]
    rest = {k: v for k, v in value.items() if k != "ttl"}
    if rest.get("mode") == "explicit":
        del rest["mode"]
    return CacheBreakpoint(ttl=ttl, extra=extra_with(rest))


def encode_cache(
    cache: CacheBreakpoint, out: JSONObject, path: str, log: LossLog
) -> None:
    """
    Write a breakpoint.

    Args:
        cache: The breakpoint.
        out: The wire object of its owner.
        path: The breakpoint's place in the IR.
        log: Where losses go.
    """
    field: JSONObject = {}
    if cache.ttl is not None:
        ttl = _TTL.get(cache.ttl, cache.ttl)
        if ttl != cache.ttl:
            log.approximate(
                LossCode.CACHE_TTL, f"{path}.ttl", f"{cache.ttl} became {ttl}"
            )
        field["ttl"] = ttl
    merge_own(field, cache.extra)
    log.drop_extra(cache.extra, path, LossCode.CACHE_BREAKPOINT)
    out[FIELD] = {"mode": "explicit", **field}
