"""
Reading ordinary token counts of `gemini-generate` quickly.

`fast_usage` reads a `usageMetadata` whose known fields have their usual types straight
from it, and gives `None` for every other: `decode_usage` begins with it, and the rest
of `decode_usage` would give the same (test_fast_answers.py).  Measured on CPython
3.11: 4.6 us by the general way and 1.9 here.
"""

from __future__ import annotations

from types import NoneType
from typing import TYPE_CHECKING, Any, Final

from modelwire.codecs.gemini_generate._wire import DIALECT
from modelwire.ir._fast_values import new_usage

if TYPE_CHECKING:
    from modelwire.ir._base import JSONObject
    from modelwire.ir._response import Usage

__all__ = ["fast_usage"]

_TAKEN: Final = frozenset(
    {
        "promptTokenCount",
        "cachedContentTokenCount",
        "candidatesTokenCount",
        "thoughtsTokenCount",
        "toolUsePromptTokenCount",
        "totalTokenCount",
        "trafficType",
    }
)
_DETAILS: Final = (
    "promptTokensDetails",
    "candidatesTokensDetails",
    "cacheTokensDetails",
    "toolUsePromptTokensDetails",
)
_USAGE: Final = _TAKEN.union(_DETAILS)
_COUNT_OR_NONE: Final = (int, NoneType)


def fast_usage(obj: JSONObject) -> Usage | None:
    """
    Read a `usageMetadata` of texts alone, whose total is the sum of the others.

    Args:
        obj: The object.

    Returns:
        The counters; `None` when anything about them is not usual.
    """
    prompt, total = obj.get("promptTokenCount"), obj.get("totalTokenCount")
    candidates, thoughts = (
        obj.get("candidatesTokenCount"),
        obj.get("thoughtsTokenCount"),
    )
    cached = obj.get("cachedContentTokenCount")
    tools, traffic = obj.get("toolUsePromptTokenCount"), obj.get("trafficType")
    if (
        type(prompt) is not int
        or type(total) is not int
        or type(candidates) not in _COUNT_OR_NONE
        or type(thoughts) not in _COUNT_OR_NONE
        or type(cached) not in _COUNT_OR_NONE
        or type(tools) not in _COUNT_OR_NONE
        or (candidates is None and thoughts is not None)
        or total != prompt + (candidates or 0) + (thoughts or 0) + (tools or 0)
        or not (traffic is None or (type(traffic) is str and traffic))
        or not _USAGE.issuperset(obj)
    ):
        return None
    extra = None
    if not _TAKEN.issuperset(obj):
        left = {k: v for k, v in obj.items() if k not in _TAKEN and v is not None}
        if not all(map(_is_text, left.values())):
            return None
        if left:
            extra = {DIALECT: left}
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
        extra=extra,
    )


def _is_text(rows: Any) -> bool:
    """Say whether *rows* are counts of text, which the IR has no name for."""
    if type(rows) is not list or not rows:
        return False
    for row in rows:
        if type(row) is not dict or row.get("modality") != "TEXT":
            return False
    return True
