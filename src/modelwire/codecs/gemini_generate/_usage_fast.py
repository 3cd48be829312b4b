"""
Reading ordinary token counts of `gemini-generate` quickly.

`fast_usage` reads a `usageMetadata` whose known fields have their usual types straight
from it, and gives `None` for every other: `decode_usage` begins with it, and the rest
of `decode_usage` would give the same (test_fast_answers.py).  Measured on CPython
3.11: 4.2 us by the general way and 1.1 here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from modelwire.codecs.gemini_generate._wire import DIALECT
from modelwire.ir._fast_values import new_usage

if TYPE_CHECKING:
    from modelwire.ir._base import JSONObject
    from modelwire.ir._outcome import Usage

__all__ = ["fast_usage"]

_TAKEN: Final = frozenset(
    {
        "promptTokenCount",
        "cachedContentTokenCount",
        "candidatesTokenCount",
        "thoughtsTokenCount",
        "toolUsePromptTokenCount",
        "totalTokenCount",
        "serviceTier",
        "trafficType",
    }
)
_DETAILS: Final = frozenset(
    {
        "promptTokensDetails",
        "candidatesTokensDetails",
        "cacheTokensDetails",
        "toolUsePromptTokensDetails",
    }
)


def fast_usage(obj: JSONObject) -> Usage | None:
    """
    Read a `usageMetadata` of texts alone, whose total is the sum of the others.

    Args:
        obj: The object; it may be what `loads_loosely` gave.

    Returns:
        The counters; `None` when anything about them is not usual.
    """
    prompt, total = obj.get("promptTokenCount"), obj.get("totalTokenCount")
    candidates = obj.get("candidatesTokenCount")
    thoughts = obj.get("thoughtsTokenCount")
    cached = obj.get("cachedContentTokenCount")
    tools = obj.get("toolUsePromptTokenCount")
    tier, traffic = obj.get("serviceTier"), obj.get("trafficType")
    if (
        type(prompt) is not int
        or type(total) is not int
        or (candidates is not None and type(candidates) is not int)
        or (thoughts is not None and type(thoughts) is not int)
        or (cached is not None and type(cached) is not int)
        or (tools is not None and type(tools) is not int)
        or (candidates is None and thoughts is not None)
        or total != prompt + (candidates or 0) + (thoughts or 0) + (tools or 0)
        or not (traffic is None or (type(traffic) is str and traffic))
        or not (tier is None or (type(tier) is str and tier and traffic is None))
    ):
        return None
    left: JSONObject = {}
    for name in obj:
        if name not in _TAKEN:
            rows = obj[name]
            if rows is not None:
                if name not in _DETAILS or not _is_text(rows):
                    return None
                left[name] = rows
    if tier is not None:
        left["$spelling"] = {"tier": "serviceTier"}
    into = prompt + (tools or 0)
    return new_usage(
        into,
        max(0, into - (cached or 0)),
        cached,
        None,
        None,
        None,
        None if candidates is None else candidates + (thoughts or 0),
        thoughts,
        tool_prompt=tools,
        raw=obj,
        extra={DIALECT: left} if left else None,
    )


def _is_text(rows: Any) -> bool:
    """Say whether *rows* are counts of text alone, which the IR has no name for."""
    if type(rows) is not list or not rows:
        return False
    for row in rows:
        if (
            type(row) is not dict
            or len(row) != 2
            or row.get("modality") != "TEXT"
            or type(row.get("tokenCount")) is not int
        ):
            return False
    return True
