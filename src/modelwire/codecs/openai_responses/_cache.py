"""
Prompt-cache breakpoints of content parts, both ways.

Source:
    wire/mapping.md, rows cache.breakpoint and cache.ttl, read 2026-11-21.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from modelwire import ir  # for loss codes, which load when there is a loss
from modelwire.codecs.openai_responses._wire import extra_with, merge_own
from modelwire.ir._parts import CacheBreakpoint

if TYPE_CHECKING:
    from collections.abc import Mapping

    from modelwire.codecs._losses import LossLog
    from modelwire.ir._base import JSONObject

__all__ = ["FIELD", "TTLS", "encode_cache", "take_cache"]

FIELD: Final = "prompt_cache_breakpoint"
"""The wire field."""
TTLS: Final[Mapping[str, str]] = {"5m": "30m", "1h": "30m", "24h": "12h"}
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
        ttl = TTLS.get(cache.ttl, cache.ttl)
        if ttl != cache.ttl:
            log.approximate(
                ir.LossCode.CACHE_TTL, f"{path}.ttl", f"{cache.ttl} became {ttl}"
            )
        field["ttl"] = ttl
    merge_own(field, cache.extra)
    log.drop_extra(cache.extra, path, ir.LossCode.CACHE_BREAKPOINT)
    out[FIELD] = {"mode": "explicit", **field}
