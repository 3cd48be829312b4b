"""
Usage both ways: `usageMetadata` and `Usage`.

Gemini's `candidatesTokenCount` leaves the thoughts out and `promptTokenCount` leaves
the prompts of server tools out; the canonical totals include both (recorded: the sum
of the four is `totalTokenCount` in 142 of 142 answers, wire/observed.md section 4,
read 2026-11-21).  `decode_usage` takes any object and never fails.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from modelwire import ir  # for loss codes, which load when there is a loss
from modelwire.codecs.gemini_generate._extra import spelling_of
from modelwire.codecs.gemini_generate._usage_fast import fast_usage
from modelwire.codecs.gemini_generate._wire import DIALECT, camel, is_enum_name
from modelwire.ir._base import JSONObject
from modelwire.ir._outcome import Usage

if TYPE_CHECKING:
    from modelwire.codecs._losses import LossLog

__all__ = ["decode_usage", "encode_usage", "usage_tier"]

_SPLITS: Final = (
    ("promptTokensDetails", (("AUDIO", "input_audio"), ("IMAGE", "input_image"))),
    (
        "candidatesTokensDetails",
        (("AUDIO", "output_audio"), ("IMAGE", "output_image")),
    ),
)
"""Lists of counts by modality, and the rows that the IR has a name for."""

_ABSENT: Final = "absent"
"""
The note that names counts which the server left out though a sum needs them.

An answer that only thought has no `candidatesTokenCount`, and what has not been counted
yet in a stream has no total (test_recorded_usage_comes_back).
"""

# Modalities as numbers, where the client asked for `enum-encoding=int`.
_MODALITIES: Final = {2: "IMAGE", 4: "AUDIO"}
_NUMBERS: Final = {word: number for number, word in _MODALITIES.items()}

_TRAFFIC: Final = ("ON_DEMAND", "PROVISIONED", "TRAFFIC_TYPE")
_TIERS: Final = {
    "default": "ON_DEMAND",
    "standard": "ON_DEMAND",
    "standard_only": "ON_DEMAND",
    "flex": "ON_DEMAND_FLEX",
    "priority": "ON_DEMAND_PRIORITY",
}
"""Tiers of other dialects as traffic types, which the SDK's types have."""


def _count(left: JSONObject, key: str) -> int | None:
    """Take a counter; a 64-bit integer may come as text, another type stays."""
    value = left.get(key)
    if type(value) is int:
        del left[key]
        return value
    if type(value) is str and value.isascii() and value.isdigit() and len(value) < 20:
        del left[key]
        return int(value)
    return None


def decode_usage(obj: JSONObject) -> Usage:
    """
    Read a `usageMetadata` object.

    Args:
        obj: The object as received.

    Returns:
        The counters; what the IR has no name for stands in `extra`.  A counter that
        is absent is not said; the total is kept only where it is not the sum.  The
        service tier is not read here, see `usage_tier`.
    """
    usual = fast_usage(obj)
    if usual is not None:
        return usual
    left = dict(camel(obj))
    tier = usage_tier(left)
    notes: JSONObject = {}
    if tier is not None and left.get("serviceTier") == tier:
        notes["tier"] = "serviceTier"
        del left["serviceTier"]
    elif tier is not None:
        del left["trafficType"]
    prompt = _count(left, "promptTokenCount")
    cached = _count(left, "cachedContentTokenCount")
    candidates = _count(left, "candidatesTokenCount")
    thoughts = _count(left, "thoughtsTokenCount")
    tools = _count(left, "toolUsePromptTokenCount")
    total = _count(left, "totalTokenCount")
    said = (prompt, candidates, thoughts, tools)
    if total is not None and total != sum(count or 0 for count in said):
        left["totalTokenCount"] = total
    counts = (
        ("promptTokenCount", prompt, tools),
        ("candidatesTokenCount", candidates, thoughts),
        ("totalTokenCount", total, 0),
    )
    absent = [
        name for name, count, other in counts if count is None and other is not None
    ]
    if absent:
        notes[_ABSENT] = absent
    into = _sum(prompt, tools)
    axes: dict[str, int] = {}
    for key, rows in _SPLITS:
        if type(left.get(key)) is list:
            _split(left, key, rows, axes, notes)
    if notes:
        left["$spelling"] = notes
    kept = {k: v for k, v in left.items() if v is not None}
    return Usage(
        input_total=into,
        input_uncached=None if into is None else max(0, into - (cached or 0)),
        cache_read=cached,
        output_total=_sum(candidates, thoughts),
        reasoning=thoughts,
        tool_prompt=tools,
        input_audio=axes.get("input_audio"),
        input_image=axes.get("input_image"),
        output_audio=axes.get("output_audio"),
        output_image=axes.get("output_image"),
        raw=obj,
        extra={DIALECT: kept} if kept else {},
    )


def _sum(x: int | None, y: int | None) -> int | None:
    return None if x is None and y is None else (x or 0) + (y or 0)


def _split(
    left: JSONObject,
    key: str,
    names: tuple[tuple[str, str], ...],
    axes: dict[str, int],
    notes: JSONObject,
) -> None:
    """Take the rows of the modalities that the IR has a name for."""
    known = dict(names)
    rest = []
    for row in left[key]:
        if type(row) is dict:
            bare = camel(row)
            modality = bare.get("modality")
            if type(modality) is int:
                modality = _MODALITIES.get(modality)
            axis = known.get(modality) if type(modality) is str else None
            count = bare.get("tokenCount")
            if axis is not None and axis not in axes and type(count) is int:
                axes[axis] = count
                if type(bare["modality"]) is int:
                    notes["modality"] = "number"
                continue
        rest.append(row)
    if rest:
        left[key] = rest
    else:
        del left[key]


def usage_tier(obj: JSONObject) -> str | None:
    """
    Give the service tier that a usage object names.

    Args:
        obj: The object as received.

    Returns:
        The Developer API's `serviceTier`, else Vertex's `trafficType`, or `None`.
    """
    for key in ("serviceTier", "service_tier", "trafficType", "traffic_type"):
        tier = obj.get(key)
        if type(tier) is str and tier:
            return tier
    return None


def encode_usage(
    usage: Usage | None,
    log: LossLog,
    *,
    service_tier: str | None = None,
    path: str = "$.usage",
) -> JSONObject | None:
    """
    Write a `usageMetadata` object.

    Args:
        usage: The counters; `None`: not known.
        log: Where losses go.
        service_tier: `ChatResponse.service_tier`, which stands in this object.
        path: Where *usage* stands.

    Returns:
        The object; `None` when there is nothing to say.
    """
    out: JSONObject = {}
    if usage is not None:
        _write(usage, out)
    # Observed on Developer API answers since 2026, in no published type yet.
    own = usage is not None and spelling_of(usage.extra).get("tier") == "serviceTier"
    tier = _tier(service_tier, log, own=own)
    if tier is not None:
        out[tier[0]] = tier[1]
    if usage is None:
        if out:
            log.add(ir.LossCode.USAGE_TOTAL, None, "synthesised", to=path)
        return out or None
    for key, value in usage.extra.get(DIALECT, {}).items():
        if key.startswith("$"):
            continue
        if key in out and isinstance(out[key], list) and isinstance(value, list):
            out[key] = [*out[key], *value]
        elif key not in out or key == "totalTokenCount":
            out[key] = value
        else:
            log.drop_field(ir.LossCode.USAGE_TOTAL, path, DIALECT, key)
    _account(usage, out, log, path)
    if usage.extra:
        log.drop_extra(usage.extra, path, ir.LossCode.USAGE_TOTAL)
    return out


def _write(usage: Usage, out: JSONObject) -> None:
    prompt, tools = _input_total(usage), usage.tool_prompt
    # No part of a total is bigger than the total.
    if prompt is not None:
        out["promptTokenCount"] = max(0, prompt - (tools or 0))
    candidates: int | None = None
    if usage.output_total is not None:
        candidates = max(0, usage.output_total - (usage.reasoning or 0))
        out["candidatesTokenCount"] = candidates
    for name, value in (
        ("cachedContentTokenCount", usage.cache_read),
        ("toolUsePromptTokenCount", tools),
        ("thoughtsTokenCount", usage.reasoning),
    ):
        if value is not None:
            out[name] = value
    out["totalTokenCount"] = sum(
        count or 0
        for count in (
            out.get("promptTokenCount"),
            candidates,
            tools,
            usage.reasoning,
        )
    )
    notes = spelling_of(usage.extra)
    absent = notes.get(_ABSENT)
    for name in absent if isinstance(absent, list) else ():
        if name == "totalTokenCount" or out.get(name) == 0:
            out.pop(name, None)
    numbers = notes.get("modality") == "number"
    for key, rows in _SPLITS:
        written = [
            {
                "modality": _NUMBERS[modality] if numbers else modality,
                "tokenCount": getattr(usage, axis),
            }
            for modality, axis in rows
            if getattr(usage, axis) is not None
        ]
        if written:
            out[key] = written


def _input_total(usage: Usage) -> int | None:
    if usage.input_total is not None:
        return usage.input_total
    parts = (usage.input_uncached, usage.cache_read, usage.cache_write)
    if all(part is None for part in parts):
        return None
    return sum(part or 0 for part in parts)


def _tier(tier: str | None, log: LossLog, *, own: bool) -> tuple[str, str] | None:
    """Give the field and the word of a service tier."""
    if tier is None:
        return None
    if own:
        return "serviceTier", tier
    if tier.startswith(_TRAFFIC) and is_enum_name(tier):
        return "trafficType", tier
    word = _TIERS.get(tier)
    if word is None:
        log.drop(ir.LossCode.RESP_TIER, "$.service_tier", tier[:64])
        return None
    log.approximate(ir.LossCode.RESP_TIER, "$.service_tier", f"{tier} as {word}")
    return "trafficType", word


def _account(usage: Usage, out: JSONObject, log: LossLog, path: str) -> None:
    """Record each counter that reads differently from *out* than it stood."""
    # A stream decoder loads this module, and has no losses.
    from modelwire.codecs._usage_losses import count_losses  # noqa: PLC0415

    count_losses(usage, decode_usage(out), log, path)
    for name in usage.server_tools:
        log.drop(ir.LossCode.USAGE_SERVER_TOOLS, f"{path}.server_tools.{name}")
