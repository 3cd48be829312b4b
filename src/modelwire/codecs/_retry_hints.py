"""
When to try again: what response headers say, in seconds.

OpenAI's and Anthropic's clients read the same three forms (`_base_client.py` of both
packages, read 2026-11-21): `retry-after-ms`, `retry-after` in seconds, and
`retry-after` as an HTTP date.  A date needs a clock, which a codec does not read; with
the response's own `date` header the difference is known without one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

__all__ = ["retry_after"]

_MAX_DELAY: Final = 10**9
"""Seconds; more is nonsense and counts as no hint."""

_NUMBER: Final = r"[0-9]{1,12}(?:\.[0-9]{1,9})?\Z"


def retry_after(headers: Mapping[str, str]) -> float | None:
    """
    Read the retry hint.

    Args:
        headers: The response's headers, names in lower case.

    Returns:
        Seconds to wait; `None` when nothing usable is said.
    """
    milliseconds = _number(headers.get("retry-after-ms", ""))
    if milliseconds is not None:
        return milliseconds / 1000
    value = headers.get("retry-after", "")
    seconds = _number(value)
    if seconds is not None:
        return seconds
    until, now = _http_date(value), _http_date(headers.get("date", ""))
    if until is None or now is None:
        return None
    return max(0.0, float(until - now))


def _number(text: str) -> float | None:
    text = text.strip()
    if not text.isascii() or not re.match(_NUMBER, text):
        return None
    value = float(text)
    return value if value < _MAX_DELAY else None


_HTTP_DATE: Final = (
    r"^[A-Za-z]{3}, (\d{2}) ([A-Z][a-z]{2}) (\d{4}) (\d{2}):(\d{2}):(\d{2}) GMT$"
)
_MONTHS: Final = {
    "Jan": 1,
    "Feb": 2,
    "Mar": 3,
    "Apr": 4,
    "May": 5,
    "Jun": 6,
    "Jul": 7,
    "Aug": 8,
    "Sep": 9,
    "Oct": 10,
    "Nov": 11,
    "Dec": 12,
}


def _http_date(text: str) -> int | None:
    """Give an HTTP date as Unix seconds (RFC 9110 section 5.6.7, the usual form)."""
    found = re.match(_HTTP_DATE, text.strip())
    month = _MONTHS.get(found.group(2)) if found is not None else None
    if found is None or month is None:
        return None
    day, year = int(found.group(1)), int(found.group(3))
    hour, minute, second = (int(found.group(i)) for i in (4, 5, 6))
    # Days since 1970 by the civil calendar, counted from March so that the leap day
    # is last.  `email.utils` would do, and would load sockets to do it.
    shifted = year - (month < 3)
    era, of_era = divmod(shifted, 400)
    of_year = (153 * ((month + 9) % 12) + 2) // 5 + day - 1
    days = era * 146097 + of_era * 365 + of_era // 4 - of_era // 100 + of_year - 719468
    return ((days * 24 + hour) * 60 + minute) * 60 + second
