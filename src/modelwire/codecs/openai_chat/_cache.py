"""
Prompt-cache breakpoints on parts and tools: OpenAI's form, and Anthropic's.

Source:
    wire/mapping.md, rows cache.breakpoint and cache.ttl, read 2026-11-21.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Protocol

from modelwire.codecs._losses import LossLog
from modelwire.codecs._profile import Profile
from modelwire.codecs.openai_chat._wire import own_fields, spelling_of
from modelwire.ir._base import Extra, JSONObject
from modelwire.ir._loss_codes import LossCode
from modelwire.ir._parts import CacheBreakpoint

__all__ = ["Cached", "encode_cache"]

_OPENAI_TTL: Final[Mapping[str, str]] = {"5m": "30m", "1h": "30m", "24h": "12h"}
"""Anthropic's times in OpenAI's, nearest up."""
_ANTHROPIC_TTL: Final[Mapping[str, str]] = {"30m": "1h", "12h": "1h", "24h": "1h"}
"""OpenAI's times in Anthropic's."""


class Cached(Protocol):
    """What may carry a breakpoint."""

    @property
    def cache(self) -> CacheBreakpoint | None:
        """The breakpoint."""
        ...

    @property
    def extra(self) -> Extra:
        """Unknown fields and notes."""
        ...


def encode_cache(
    owner: Cached, out: JSONObject, path: str, profile: Profile, log: LossLog
) -> None:
    """
    Write the breakpoint of *owner*, if it has one.

    Args:
        owner: The part or tool.
        out: Its wire object.
        path: Its place in the IR.
        profile: The variant.
        log: Where losses go.
    """
    cache = owner.cache
    if cache is None:
        return
    noted = spelling_of(owner.extra).get("cache") == "cache_control"
    if noted or profile.cache_control:
        field: JSONObject = {"type": "ephemeral"}
        table = {} if noted else _ANTHROPIC_TTL
        key = "cache_control"
    elif profile.prompt_cache:
        field = {"mode": "explicit"}
        table = _OPENAI_TTL
        key = "prompt_cache_breakpoint"
    else:
        log.drop(LossCode.CACHE_BREAKPOINT, f"{path}.cache")
        return
    if cache.ttl is not None:
        ttl = table.get(cache.ttl, cache.ttl)
        if ttl != cache.ttl:
            log.approximate(
                LossCode.CACHE_TTL, f"{path}.cache.ttl", f"{cache.ttl} became {ttl}"
            )
        field["ttl"] = ttl
    if cache.extra:
        # A `type` or `mode` that is not the usual one is its owner's word.
        field.update(own_fields(cache.extra))
        log.drop_extra(cache.extra, f"{path}.cache", LossCode.CACHE_BREAKPOINT)
    out[key] = field
