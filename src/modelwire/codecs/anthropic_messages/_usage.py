"""
Usage both ways: Anthropic's counters and `Usage`.

Anthropic's `input_tokens` leaves the cache out; the canonical total includes it.
`decode_usage` takes any object and never fails; `encode_usage` gives an object with
the two fields that the API always sends, and records what it cannot say.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from modelwire import ir  # for loss codes, which load when there is a loss
from modelwire.codecs.anthropic_messages._usage_fast import fast_usage
from modelwire.codecs.anthropic_messages._wire import DIALECT
from modelwire.ir._base import JSONObject
from modelwire.ir._outcome import Usage

if TYPE_CHECKING:
    from modelwire.codecs._losses import LossLog

__all__ = ["decode_usage", "encode_usage", "merge_usage", "usage_tier"]

_REQUESTS: Final = "_requests"

_TIERS: Final[Mapping[str, str | None]] = {
    "default": "standard",
    "auto": None,
    "fast": None,
    "flex": None,
    "on_demand": None,
    "performance": None,
    "reserved": None,
    "scale": None,
    "ultrafast": None,
    "ON_DEMAND": "standard",
    "ON_DEMAND_FLEX": None,
    "ON_DEMAND_OFFPEAK": None,
    "ON_DEMAND_PRIORITY": "priority",
    "PROVISIONED_THROUGHPUT": None,
    "TRAFFIC_TYPE_UNSPECIFIED": None,
    "": None,
}
"""
Other dialects' words for the tier that was used; ours are standard, priority, batch.

`on_demand` and `performance` are Groq's, and Snowflake sends an empty one (recorded:
pydantic-ai__test-groq-…, pydantic-ai__test-snowflake-…).  Pinned by
tests/judges/test_oracle.py.
"""


def _count(obj: JSONObject, left: JSONObject, key: str) -> int | None:
    """Take a counter; another type stays in *left*."""
    value = obj.get(key)
    if type(value) is int:
        del left[key]
        return value
    if value is None:
        left.pop(key, None)
    return None


def _group(
    obj: JSONObject, left: JSONObject, key: str
) -> tuple[JSONObject, JSONObject]:
    """Open a nested object: itself, and what will be left of it (`{}` twice: none)."""
    value = obj.get(key)
    if type(value) is not dict:
        if value is None:
            left.pop(key, None)
        return {}, {}
    del left[key]
    return value, dict(value)


def _put_back(left: JSONObject, key: str, rest: JSONObject) -> None:
    kept = {k: v for k, v in rest.items() if v is not None}
    if kept:
        left[key] = kept


def decode_usage(obj: JSONObject) -> Usage:
    """
    Read a usage object, whole or (from a `message_delta`) partial.

    Args:
        obj: The object as received.

    Returns:
        The counters; fields of a wrong type stand in `extra`.  *service_tier* is not
        read here, see `usage_tier`.

    Source:
        `anthropic.types.Usage` 2.11.0; recorded: the three input counters are
        disjoint (wire/observed.md, section 1, read 2026-11-21).
    """
    usual = fast_usage(obj)
    if usual is not None:
        return usual
    left = dict(obj)
    if isinstance(left.get("service_tier"), str) or left.get("service_tier") is None:
        left.pop("service_tier", None)
    uncached = _count(obj, left, "input_tokens")
    write = _count(obj, left, "cache_creation_input_tokens")
    read = _count(obj, left, "cache_read_input_tokens")
    output = _count(obj, left, "output_tokens")

    split, rest = _group(obj, left, "cache_creation")
    write_5m = _count(split, rest, "ephemeral_5m_input_tokens")
    write_1h = _count(split, rest, "ephemeral_1h_input_tokens")
    _put_back(left, "cache_creation", rest)

    details, rest = _group(obj, left, "output_tokens_details")
    reasoning = _count(details, rest, "thinking_tokens")
    _put_back(left, "output_tokens_details", rest)

    requests, rest = _group(obj, left, "server_tool_use")
    server_tools: dict[str, int] = {}
    for key in requests:
        if key.endswith(_REQUESTS):
            count = _count(requests, rest, key)
            if count is not None:
                server_tools[key[: -len(_REQUESTS)]] = count
    _put_back(left, "server_tool_use", rest)

    kept = {k: v for k, v in left.items() if v is not None}
    return Usage(
        input_total=None if uncached is None else uncached + (read or 0) + (write or 0),
        input_uncached=uncached,
        cache_read=read,
        cache_write=write,
        cache_write_5m=write_5m,
        cache_write_1h=write_1h,
        output_total=output,
        reasoning=reasoning,
        server_tools=server_tools,
        raw=obj,
        extra={DIALECT: kept} if kept else {},
    )


def usage_tier(obj: JSONObject) -> str | None:
    """
    Give the service tier that a usage object names.

    Args:
        obj: The usage object as received.

    Returns:
        `ChatResponse.service_tier`, or `None`.
    """
    tier = obj.get("service_tier")
    return tier if isinstance(tier, str) else None


def merge_usage(start: JSONObject, delta: JSONObject) -> JSONObject:
    """
    Merge the usage of `message_start` with that of a `message_delta`.

    Args:
        start: The object so far; not changed.
        delta: The later object.

    Returns:
        A new object: what *delta* says replaces, nothing is added up, and its nulls
        say nothing (acceptance rows U04, U06).

    Source:
        The accumulation of the `anthropic` package 2.11.0, read 2026-11-21.
    """
    return {**start, **{k: v for k, v in delta.items() if v is not None}}


def encode_usage(
    usage: Usage | None,
    log: LossLog,
    *,
    service_tier: str | None = None,
    path: str = "$.usage",
) -> JSONObject:
    """
    Write a usage object.

    Args:
        usage: The counters; `None`: not known.
        log: Where losses go.
        service_tier: `ChatResponse.service_tier`, which stands in this object.
        path: Where *usage* stands.

    Returns:
        An object with `input_tokens` and `output_tokens` at least.
    """
    out: JSONObject = {"input_tokens": 0, "output_tokens": 0}
    if usage is None:
        log.add(ir.LossCode.USAGE_TOTAL, None, "synthesised", to=path)
        _write_tier(service_tier, out, log)
        return out
    out["input_tokens"] = _uncached(usage)
    if usage.cache_write is not None:
        out["cache_creation_input_tokens"] = usage.cache_write
    if usage.cache_read is not None:
        out["cache_read_input_tokens"] = usage.cache_read
    if usage.cache_write_5m is not None or usage.cache_write_1h is not None:
        out["cache_creation"] = {
            "ephemeral_5m_input_tokens": usage.cache_write_5m or 0,
            "ephemeral_1h_input_tokens": usage.cache_write_1h or 0,
        }
    out["output_tokens"] = usage.output_total or 0
    if usage.reasoning is not None:
        out["output_tokens_details"] = {"thinking_tokens": usage.reasoning}
    if usage.server_tools:
        out["server_tool_use"] = {
            f"{kind}{_REQUESTS}": count for kind, count in usage.server_tools.items()
        }
    _write_tier(service_tier, out, log)
    _write_own(usage, out, log, path)
    _account(usage, out, log, path)
    if usage.extra:
        log.drop_extra(usage.extra, path, ir.LossCode.USAGE_TOTAL)
    return out


def _write_tier(tier: str | None, out: JSONObject, log: LossLog) -> None:
    """Write the tier that was used, in this dialect's word for it."""
    if tier is None:
        return
    word = _TIERS.get(tier, tier)
    if word is None:
        log.drop(ir.LossCode.RESP_TIER, "$.service_tier", tier)
        return
    if word != tier:
        log.approximate(ir.LossCode.RESP_TIER, "$.service_tier", f"{tier} as {word}")
    out["service_tier"] = word


def _uncached(usage: Usage) -> int:
    if usage.input_uncached is not None:
        return usage.input_uncached
    if usage.input_total is None:
        return 0
    # L15: OpenAI's prompt 10 with 4 cached is input 6 and cache read 4 here.
    cached = (usage.cache_read or 0) + (usage.cache_write or 0)
    return max(0, usage.input_total - cached)


def _write_own(usage: Usage, out: JSONObject, log: LossLog, path: str) -> None:
    """Write this dialect's unknown fields; nested ones join the known ones."""
    for key, value in usage.extra.get(DIALECT, {}).items():
        if key.startswith("$"):
            continue
        present = out.get(key)
        if key not in out:
            out[key] = value
        elif isinstance(present, dict) and isinstance(value, dict):
            for name, inner in value.items():
                if name in present:
                    log.drop_field(
                        ir.LossCode.USAGE_TOTAL, path, DIALECT, name, within=key
                    )
                else:
                    present[name] = inner
        else:
            log.drop_field(ir.LossCode.USAGE_TOTAL, path, DIALECT, key)


def _account(usage: Usage, out: JSONObject, log: LossLog, path: str) -> None:
    """Record each counter that reads differently from *out* than it stood."""
    # A stream decoder loads this module, and has no losses.
    from modelwire.codecs._usage_losses import count_losses  # noqa: PLC0415

    back = decode_usage(out)
    count_losses(usage, back, log, path)
    if back.server_tools != usage.server_tools:
        log.approximate(ir.LossCode.USAGE_SERVER_TOOLS, f"{path}.server_tools")
