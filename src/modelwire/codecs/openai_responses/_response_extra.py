"""
Unknown fields of a response, without what every response says.

Whole answers and the envelope of a stream keep the same of them; apart from
`_response`, because a stream decoder needs nothing else of it.

Source:
    wire/openai_responses.md section 5, read 2026-11-21.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from modelwire.codecs.openai_responses._wire import OBJECT, extra_with

if TYPE_CHECKING:
    from collections.abc import Mapping

    from modelwire.ir._base import Extra, JSONObject

__all__ = ["RESPONSE_DEFAULTS", "TIERS", "response_extra", "tier_note"]

RESPONSE_DEFAULTS: Final[Mapping[str, Any]] = {
    "object": OBJECT,
    "parallel_tool_calls": True,
    "tool_choice": "auto",
    "tools": [],
    "metadata": {},
}
"""
What every response says where nothing else was asked for.

The encoder writes them again, so the decoder does not keep them.
"""

TIERS: Final = frozenset(
    {"auto", "default", "flex", "scale", "priority", "fast", "ultrafast"}
)
"""The vendor's words for the tier that was used; an enum."""


def tier_note(tier: str | None) -> JSONObject | None:
    """
    Note a tier that the vendor's enum does not have.

    Args:
        tier: The wire's word, if it has one.

    Returns:
        The note by which the encoder writes it again; `None`: none is needed.
    """
    return None if tier is None or tier in TIERS else {"service_tier": "raw"}


def response_extra(left: JSONObject, spelling: JSONObject | None = None) -> Extra:
    """
    Keep what is left of a response, without what every response says.

    Args:
        left: The fields that the IR has no name for; it is changed.
        spelling: Notes that the encoder repeats.

    Returns:
        The response's `extra`.
    """
    for name, value in RESPONSE_DEFAULTS.items():
        if name in left and left[name] == value:
            del left[name]
    return extra_with(left, spelling)
