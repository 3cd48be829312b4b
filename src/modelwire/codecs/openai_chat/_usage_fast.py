"""
Reading ordinary token counts of `openai-chat` quickly.

`fast_usage` reads a `usage` whose known fields have their usual types straight from
it, and gives `None` for every other: `decode_usage` begins with it, and the rest of
`decode_usage` would give the same (test_fast_answers.py).  Measured on CPython 3.11:
2.9 us by the general way and 0.9 here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from modelwire.ir._fast_values import new_usage

if TYPE_CHECKING:
    from modelwire.ir._base import JSONObject
    from modelwire.ir._outcome import Usage

__all__ = ["fast_usage"]

_USAGE: Final = frozenset(
    {
        "prompt_tokens",
        "completion_tokens",
        "total_tokens",
        "prompt_tokens_details",
        "completion_tokens_details",
    }
)
_PROMPT: Final = frozenset(
    {"cached_tokens", "cache_write_tokens", "audio_tokens", "image_tokens"}
)
_COMPLETION: Final = frozenset(
    {
        "reasoning_tokens",
        "audio_tokens",
        "image_tokens",
        "accepted_prediction_tokens",
        "rejected_prediction_tokens",
    }
)
_NOTHING: Final[JSONObject] = {}


def fast_usage(obj: JSONObject) -> Usage | None:
    """
    Read a `usage` whose total is the sum of the other two.

    Args:
        obj: The object.

    Returns:
        The usage; `None` when anything about it is not usual.
    """
    try:
        prompt, completion = obj["prompt_tokens"], obj["completion_tokens"]
        total = obj["total_tokens"]
    except KeyError:
        return None
    if (
        type(prompt) is not int
        or type(completion) is not int
        or type(total) is not int
        or total != prompt + completion
        or not _USAGE.issuperset(obj)
    ):
        return None
    into = obj.get("prompt_tokens_details", _NOTHING)
    out = obj.get("completion_tokens_details", _NOTHING)
    if type(into) is not dict or type(out) is not dict:
        return None
    # These two loops take 0.3 us; with sets of the names and types it is 0.6.
    for name, count in into.items():
        if name not in _PROMPT or (type(count) is not int and count is not None):
            return None
    for name, count in out.items():
        if name not in _COMPLETION or (type(count) is not int and count is not None):
            return None
    read, written = into.get("cached_tokens"), into.get("cache_write_tokens")
    uncached = prompt - (read or 0) - (written or 0)
    return new_usage(
        prompt,
        uncached if uncached >= 0 else None,
        read,
        written,
        None,
        None,
        completion,
        out.get("reasoning_tokens"),
        into.get("audio_tokens"),
        out.get("audio_tokens"),
        into.get("image_tokens"),
        out.get("image_tokens"),
        None,
        out.get("accepted_prediction_tokens"),
        out.get("rejected_prediction_tokens"),
        None,
        obj,
    )
