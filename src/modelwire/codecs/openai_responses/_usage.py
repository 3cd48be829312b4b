"""
`usage` objects to `Usage` and back.

`input_tokens` includes what was read from and written to the cache, and
`output_tokens` includes reasoning; the IR's axes are disjoint, so both are sums and
differences here and nowhere else.  Requests of server tools stand beside the usage,
in `tool_usage` of the response, and move into it.

Source:
    wire/openai_responses.md section 7 and wire/mapping.md section 11, read
    2026-11-21.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from modelwire import ir  # for loss codes, which load when there is a loss
from modelwire.codecs._openai_usage import (
    input_total,
    take_count,
    take_details,
    uncached,
)
from modelwire.codecs.openai_responses._usage_fast import fast_usage
from modelwire.codecs.openai_responses._wire import (
    DIALECT,
    extra_with,
    merge_own,
    own_fields,
    spelling_of,
)
from modelwire.ir._outcome import Usage

if TYPE_CHECKING:
    from collections.abc import Mapping

    from modelwire.codecs._losses import LossLog
    from modelwire.ir._base import JSONObject
    from modelwire.ir._loss_codes import LossCode

__all__ = ["decode_usage", "encode_tool_usage", "encode_usage", "usage_losses"]

_DETAILS: Final[Mapping[str, Mapping[str, str]]] = {
    "input_tokens_details": {
        "cached_tokens": "cache_read",
        "cache_write_tokens": "cache_write",
    },
    "output_tokens_details": {"reasoning_tokens": "reasoning"},
}
"""The details objects, their fields, and the axis of each."""
_ABSENT: Final = "absent"
"""
The note that names counts which the server left out (cache writes in 29 of 29 recorded
streams, observed.md section 3).  They are not made up for its own client; for others
the vendor's type requires them (test_usage_of_an_own_stream).
"""


def decode_usage(obj: JSONObject, response: JSONObject | None = None) -> Usage:
    """
    Read a `usage` object.

    Args:
        obj: The object; fields of a wrong type are kept as unknown ones.
        response: What is left of the response around it; its count of searches
            (`tool_usage.web_search.num_requests`) is taken out of it.

    Returns:
        The usage, with *obj* as its `raw`.
    """
    if response is None or "tool_usage" not in response:
        usual = fast_usage(obj)
        if usual is not None:
            return usual
    left: JSONObject = dict(obj)
    axes: dict[str, Any] = {}
    total_in = take_count(left, "input_tokens")
    total_out = take_count(left, "output_tokens")
    total = take_count(left, "total_tokens")
    notes: JSONObject = {}
    for key, table in _DETAILS.items():
        take_details(left, key, table, axes)
        absent = [name for name, axis in table.items() if axis not in axes]
        if absent:
            notes.setdefault(_ABSENT, []).extend(absent)
    if total_in is not None:
        rest = uncached(total_in, axes.get("cache_read"), axes.get("cache_write"))
        axes["input_uncached"] = rest
    if total is None:
        notes.setdefault(_ABSENT, []).append("total_tokens")
    elif total != (total_in or 0) + (total_out or 0):
        left["total_tokens"] = total
    if response is not None:
        searches = _searches(response)
        if searches is not None:
            axes["server_tools"] = {"web_search": searches}
    return Usage(
        input_total=total_in,
        output_total=total_out,
        raw=obj,
        extra=extra_with(left, notes),
        **axes,
    )


def _searches(response: JSONObject) -> int | None:
    """Take the number of searches out of `tool_usage`, without changing *response*."""
    used = response.get("tool_usage")
    search = used.get("web_search") if isinstance(used, dict) else None
    if not isinstance(used, dict) or not isinstance(search, dict):
        return None
    number = search.get("num_requests")
    if type(number) is not int:
        return None
    rest = {k: v for k, v in search.items() if k != "num_requests"}
    response["tool_usage"] = {**used, "web_search": rest}
    if not rest:
        del response["tool_usage"]["web_search"]
        if not response["tool_usage"]:
            del response["tool_usage"]
    return number


def encode_usage(usage: Usage) -> JSONObject:
    """
    Write a `usage` object.

    Args:
        usage: The usage; its `raw` is not read.

    Returns:
        The object.  The vendor's type requires every count: what is not known is
        computed from the other axes, else 0 (see `usage_losses`), unless a server of
        this dialect left it out.
    """
    total_in = input_total(usage)
    total_out = usage.output_total or 0
    details: dict[str, JSONObject] = {}
    for key, table in _DETAILS.items():
        counts = {
            name: getattr(usage, axis) or 0
            for name, axis in table.items()
            if not _is_absent(usage, name, axis)
        }
        if counts:
            details[key] = counts
    out: JSONObject = {"input_tokens": total_in}
    if "input_tokens_details" in details:
        out["input_tokens_details"] = details["input_tokens_details"]
    out["output_tokens"] = total_out
    if "output_tokens_details" in details:
        out["output_tokens_details"] = details["output_tokens_details"]
    if "total_tokens" not in _absent(usage):
        out["total_tokens"] = own_fields(usage.extra).get(
            "total_tokens", total_in + total_out
        )
    merge_own(out, usage.extra)
    return out


def _is_absent(usage: Usage, name: str, axis: str) -> bool:
    """Say whether a count is left out, as the server did."""
    return getattr(usage, axis) is None and name in _absent(usage)


def _absent(usage: Usage) -> list[str]:
    absent = spelling_of(usage.extra).get(_ABSENT)
    return absent if isinstance(absent, list) else []


def encode_tool_usage(usage: Usage, out: JSONObject, log: LossLog) -> None:
    """
    Write the searches of *usage* into `tool_usage` of a response.

    Args:
        usage: The usage.
        out: The response object, with its own unknown fields in place.
        log: Where losses go.
    """
    number = usage.server_tools.get("web_search")
    if number is None:
        return
    before = out.get("tool_usage")
    used: JSONObject = dict(before) if isinstance(before, dict) else {}
    search = used.get("web_search")
    rest = search if isinstance(search, dict) else {}
    used["web_search"] = {"num_requests": number, **rest}
    if "image_gen" not in used:
        # The vendor's type requires both tools where it has one.
        used["image_gen"] = {
            "input_tokens": 0,
            "input_tokens_details": {"image_tokens": 0, "text_tokens": 0},
            "output_tokens": 0,
            "total_tokens": 0,
        }
        log.add(
            ir.LossCode.USAGE_SERVER_TOOLS,
            None,
            "synthesised",
            to=f"$.extra[{DIALECT!r}].tool_usage",
        )
    out["tool_usage"] = used


_DROPPED: Final = (
    "cache_write_5m",
    "cache_write_1h",
    "input_audio",
    "output_audio",
    "input_image",
    "output_image",
    "tool_prompt",
    "accepted_prediction",
    "rejected_prediction",
)
"""Axes that this dialect does not have."""
_FILLED: Final = (
    ("input_total", ""),
    ("output_total", ""),
    ("cache_read", "cached_tokens"),
    ("cache_write", "cache_write_tokens"),
    ("reasoning", "reasoning_tokens"),
)
"""Counts that are written even if they are not known, and their names in details."""


def usage_losses(usage: Usage, log: LossLog, path: str = "$.usage") -> None:
    """
    Record what `encode_usage` and `encode_tool_usage` do not carry over.

    Args:
        usage: The usage.
        log: Where losses go.
        path: The usage's place in the response.
    """
    # A stream decoder loads this module, and has no losses.
    from modelwire.codecs._concept_codes import USAGE_CODES  # noqa: PLC0415

    for name in _DROPPED:
        if getattr(usage, name) is not None:
            log.drop(USAGE_CODES[name], f"{path}.{name}")
    for name in usage.server_tools:
        if name != "web_search":
            log.drop(ir.LossCode.USAGE_SERVER_TOOLS, f"{path}.server_tools.{name}")
    for name, wire in _FILLED:
        if getattr(usage, name) is None and not _is_absent(usage, wire, name):
            _synthesised(log, USAGE_CODES[name], f"{path}.{name}")
    rest = uncached(input_total(usage), usage.cache_read, usage.cache_write)
    if rest != usage.input_uncached:
        _synthesised(log, ir.LossCode.USAGE_INPUT_UNCACHED, f"{path}.input_uncached")
    if usage.extra:
        log.drop_extra(usage.extra, path, ir.LossCode.USAGE_TOTAL)


def _synthesised(log: LossLog, code: LossCode, to: str) -> None:
    log.add(code, None, "synthesised", to=to, detail="the wire requires the count")
