"""
Reading ordinary token counts of `anthropic-messages` quickly.

`fast_usage` reads a usage whose known fields have their usual types straight from it,
and gives `None` for every other: `decode_usage` begins with it, and the rest of
`decode_usage` would give the same (test_fast_answers.py).  Measured on CPython 3.11:
3.3 us by the general way and 0.7 here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from modelwire.codecs._own_extra import OwnExtra
from modelwire.codecs.anthropic_messages._wire import DIALECT
from modelwire.ir._fast_values import new_usage

if TYPE_CHECKING:
    from modelwire.ir._base import JSONObject
    from modelwire.ir._outcome import Usage

__all__ = ["fast_usage"]

_OWN: Final = OwnExtra(DIALECT)
_USAGE: Final = frozenset(
    {
        "input_tokens",
        "cache_creation_input_tokens",
        "cache_read_input_tokens",
        "cache_creation",
        "output_tokens",
        "output_tokens_details",
        "server_tool_use",
        "service_tier",
    }
)
_SPLIT: Final = frozenset({"ephemeral_5m_input_tokens", "ephemeral_1h_input_tokens"})
_DETAILS: Final = frozenset({"thinking_tokens"})


def fast_usage(obj: JSONObject) -> Usage | None:
    """
    Read a usage that no tool of the server's was counted in.

    Args:
        obj: The object.

    Returns:
        The counters; `None` when anything about them is not usual.
    """
    uncached, output = obj.get("input_tokens"), obj.get("output_tokens")
    write = obj.get("cache_creation_input_tokens")
    read = obj.get("cache_read_input_tokens")
    split = obj.get("cache_creation")
    details = obj.get("output_tokens_details")
    tier = obj.get("service_tier")
    if (
        type(uncached) is not int
        or (output is not None and type(output) is not int)
        or (write is not None and type(write) is not int)
        or (read is not None and type(read) is not int)
        or (tier is not None and type(tier) is not str)
        or obj.get("server_tool_use") is not None
    ):
        return None
    write_5m = write_1h = reasoning = None
    if split is not None:
        if type(split) is not dict or not _SPLIT.issuperset(split):
            return None
        write_5m = split.get("ephemeral_5m_input_tokens")
        write_1h = split.get("ephemeral_1h_input_tokens")
        if (write_5m is not None and type(write_5m) is not int) or (
            write_1h is not None and type(write_1h) is not int
        ):
            return None
    if details is not None:
        if type(details) is not dict or not _DETAILS.issuperset(details):
            return None
        reasoning = details.get("thinking_tokens")
        if reasoning is not None and type(reasoning) is not int:
            return None
    return new_usage(
        uncached + (read or 0) + (write or 0),
        uncached,
        read,
        write,
        write_5m,
        write_1h,
        output,
        reasoning,
        raw=obj,
        extra=_OWN.beside(obj, _USAGE),
    )
