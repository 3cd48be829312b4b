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

from modelwire.codecs.openai_responses._wire import (
    DIALECT,
    extra_with,
    merge_own,
    own_fields,
)
from modelwire.ir._loss_codes import LossCode
from modelwire.ir._response import Usage

if TYPE_CHECKING:
    from modelwire.codecs._losses import LossLog
    from modelwire.ir._base import JSONObject

__all__ = ["decode_usage", "encode_tool_usage", "encode_usage", "usage_losses"]

_INPUT: Final = (("cached_tokens", "cache_read"), ("cache_write_tokens", "cache_write"))
"""Fields of `input_tokens_details`, and the axis of each."""
_OUTPUT: Final = (("reasoning_tokens", "reasoning"),)
"""Fields of `output_tokens_details`, and the axis of each."""


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
    left: JSONObject = dict(obj)
    axes: dict[str, Any] = {}
    total_in = _count(left, "input_tokens")
    total_out = _count(left, "output_tokens")
    total = _count(left, "total_tokens")
    _details(left, "input_tokens_details", _INPUT, axes)
    _details(left, "output_tokens_details", _OUTPUT, axes)
    if total_in is not None:
        uncached = total_in - axes.get("cache_read", 0) - axes.get("cache_write", 0)
        if uncached >= 0:
            axes["input_uncached"] = uncached
    if total is not None and total != (total_in or 0) + (total_out or 0):
        left["total_tokens"] = total
    if response is not None:
        searches = _searches(response)
        if searches is not None:
            axes["server_tools"] = {"web_search": searches}
    return Usage(
        input_total=total_in,
        output_total=total_out,
        raw=obj,
        extra=extra_with(left),
        **axes,
    )


def _count(left: JSONObject, key: str) -> int | None:
    """Take a token count; what is none stays where it is."""
    value = left.get(key)
    if type(value) is int:
        del left[key]
        return value
    return None


def _details(
    left: JSONObject,
    key: str,
    table: tuple[tuple[str, str], ...],
    axes: dict[str, Any],
) -> None:
    """Take the known counts out of a details object."""
    details = left.get(key)
    if not isinstance(details, dict):
        return
    rest = {k: v for k, v in details.items() if v is not None}
    for name, axis in table:
        found = _count(rest, name)
        if found is not None:
            axes[axis] = found
    if rest:
        left[key] = rest
    else:
        del left[key]


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
        computed from the other axes, else 0 (see `usage_losses`).
    """
    total_in = _input_total(usage)
    total_out = usage.output_total or 0
    out: JSONObject = {
        "input_tokens": total_in,
        "input_tokens_details": {
            "cached_tokens": usage.cache_read or 0,
            "cache_write_tokens": usage.cache_write or 0,
        },
        "output_tokens": total_out,
        "output_tokens_details": {"reasoning_tokens": usage.reasoning or 0},
        "total_tokens": own_fields(usage.extra).get(
            "total_tokens", total_in + total_out
        ),
    }
    merge_own(out, usage.extra)
    return out


def encode_tool_usage(usage: Usage, out: JSONObject, log: LossLog | None) -> None:
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
        if log is not None:
            log.add(
                LossCode.USAGE_SERVER_TOOLS,
                None,
                "synthesised",
                to=f"$.extra[{DIALECT!r}].tool_usage",
            )
    out["tool_usage"] = used


def _input_total(usage: Usage) -> int:
    """Give the whole input: as said, or as the sum of its axes."""
    if usage.input_total is not None:
        return usage.input_total
    return (
        (usage.input_uncached or 0) + (usage.cache_read or 0) + (usage.cache_write or 0)
    )


_DROPPED: Final[tuple[tuple[str, LossCode], ...]] = (
    ("cache_write_5m", LossCode.USAGE_CACHE_WRITE),
    ("cache_write_1h", LossCode.USAGE_CACHE_WRITE),
    ("input_audio", LossCode.USAGE_AUDIO_IMAGE_TEXT_SPLIT),
    ("output_audio", LossCode.USAGE_AUDIO_IMAGE_TEXT_SPLIT),
    ("input_image", LossCode.USAGE_AUDIO_IMAGE_TEXT_SPLIT),
    ("output_image", LossCode.USAGE_AUDIO_IMAGE_TEXT_SPLIT),
    ("tool_prompt", LossCode.USAGE_TOOL_PROMPT),
    ("accepted_prediction", LossCode.USAGE_PREDICTION),
    ("rejected_prediction", LossCode.USAGE_PREDICTION),
)
"""Axes that this dialect does not have."""
_FILLED: Final[tuple[tuple[str, LossCode], ...]] = (
    ("input_total", LossCode.USAGE_INPUT_TOTAL),
    ("output_total", LossCode.USAGE_OUTPUT_TOTAL),
    ("cache_read", LossCode.USAGE_CACHE_READ),
    ("cache_write", LossCode.USAGE_CACHE_WRITE),
    ("reasoning", LossCode.USAGE_REASONING),
)
"""Counts that are always written."""


def usage_losses(usage: Usage, log: LossLog, path: str = "$.usage") -> None:
    """
    Record what `encode_usage` and `encode_tool_usage` do not carry over.

    Args:
        usage: The usage.
        log: Where losses go.
        path: The usage's place in the response.
    """
    for name, code in _DROPPED:
        if getattr(usage, name) is not None:
            log.drop(code, f"{path}.{name}")
    for name in usage.server_tools:
        if name != "web_search":
            log.drop(LossCode.USAGE_SERVER_TOOLS, f"{path}.server_tools.{name}")
    for name, code in _FILLED:
        if getattr(usage, name) is None:
            _synthesised(log, code, f"{path}.{name}")
    total = _input_total(usage)
    uncached: int | None = total - (usage.cache_read or 0) - (usage.cache_write or 0)
    if uncached is not None and uncached < 0:
        uncached = None
    if uncached != usage.input_uncached:
        _synthesised(log, LossCode.USAGE_INPUT_UNCACHED, f"{path}.input_uncached")
    if usage.extra:
        log.drop_extra(usage.extra, path, LossCode.RESP_COST)


def _synthesised(log: LossLog, code: LossCode, to: str) -> None:
    log.add(code, None, "synthesised", to=to, detail="the wire requires the count")
