"""
Percent coding of what stands in paths and queries.

The coding is the standard library's, which loads (for two milliseconds, with all that
it imports) where there is something to code: nearly all names of models are written as
they are.

Source:
    RFC 3986, section 2, and `urllib.parse`, read 2026-11-21.
"""

from __future__ import annotations

from typing import Final

__all__ = ["query_pairs", "quoted", "unquoted"]

_UNRESERVED: Final = frozenset(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-~"
)


def quoted(text: str) -> str:
    """
    Write *text* so that it cannot leave its segment of a path.

    Args:
        text: Any str.

    Returns:
        ASCII; what is no Unicode text (half of a surrogate pair) becomes `%3F`.
    """
    if _UNRESERVED.issuperset(text):
        return text
    from urllib.parse import quote  # noqa: PLC0415 - see above

    return quote(text, safe="", errors="replace")


def unquoted(text: str) -> str:
    """
    Read one segment of a path.

    Args:
        text: The segment as it was sent.

    Returns:
        What it says; bytes that are no UTF-8 become U+FFFD.
    """
    if "%" not in text:
        return text
    from urllib.parse import unquote  # noqa: PLC0415 - see above

    return unquote(text)


def query_pairs(query: str, *, blank: bool = False) -> list[tuple[str, str]]:
    """
    Read a query.

    Args:
        query: The query, without its question mark.
        blank: Whether pairs without a value count.

    Returns:
        Its pairs, in order.
    """
    if not query:
        return []
    from urllib.parse import parse_qsl  # noqa: PLC0415 - see above

    return parse_qsl(query, keep_blank_values=blank)
