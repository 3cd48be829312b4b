"""
Token counts of the OpenAI API: what its dialects read and compute alike.

The input includes what was read from and written to the cache; the IR's axes are
disjoint.  Names of fields are the dialects' own.

Source:
    wire/mapping.md section 11, read 2026-11-21.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from modelwire.ir._base import JSONObject
    from modelwire.ir._outcome import Usage

__all__ = ["input_total", "take_count", "take_details", "uncached"]


def take_count(left: JSONObject, key: str) -> int | None:
    """
    Take a token count.

    Args:
        left: What nothing has taken yet.
        key: The count's field.

    Returns:
        The count; what is none stays where it is.
    """
    value = left.get(key)
    if type(value) is int:
        del left[key]
        return value
    return None


def take_details(
    left: JSONObject, key: str, table: Mapping[str, str], axes: dict[str, Any]
) -> None:
    """
    Take the known counts out of a details object.

    Args:
        left: What nothing has taken yet.
        key: The field of the details.
        table: Wire fields, and the axis of each.
        axes: Where the counts go, by axis.
    """
    details = left.get(key)
    if not isinstance(details, dict):
        return
    rest: JSONObject = {}
    for name, value in details.items():
        axis = table.get(name)
        if axis is not None and type(value) is int:
            axes[axis] = value
        elif value is not None:
            rest[name] = value
    if rest:
        left[key] = rest
    else:
        del left[key]


def input_total(usage: Usage) -> int:
    """
    Give the whole input.

    Args:
        usage: The usage.

    Returns:
        The total as said, or the sum of its axes.
    """
    if usage.input_total is not None:
        return usage.input_total
    return (
        (usage.input_uncached or 0) + (usage.cache_read or 0) + (usage.cache_write or 0)
    )


def uncached(total: int, cache_read: int | None, cache_write: int | None) -> int | None:
    """
    Give the input that no cache had to do with.

    Args:
        total: The whole input.
        cache_read: What the cache gave.
        cache_write: What went into it.

    Returns:
        The difference; `None` where it is negative: some servers report more cached
        tokens than there were (xAI).
    """
    rest = total - (cache_read or 0) - (cache_write or 0)
    return rest if rest >= 0 else None
