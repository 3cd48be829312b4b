"""
Moments: RFC 3339 text on the wire, Unix seconds in the IR.

Pure arithmetic on the proleptic Gregorian calendar; no clock and no time zone data.

Source: RFC 3339 section 5.6, and days-from-civil arithmetic checked against
`datetime` by test_times_agree_with_datetime, read 2026-11-21.
"""

from __future__ import annotations

import re
from typing import Any, Final

__all__ = ["decode_time", "encode_time"]

# Compiled with the first time that is read: most streams have none.
_TIME: Final = (
    r"(?a)(\d{4})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d):(\d\d)(?:\.\d{1,18})?"
    r"(?:[Zz]|([+-])(\d\d):(\d\d))"
)
_MAX: Final = 253402300799


def decode_time(text: Any) -> int | None:
    """
    Read a time.

    Args:
        text: The field as received.

    Returns:
        Whole seconds since 1970; `None` when it is no time.
    """
    if type(text) is not str or len(text) > 64:
        return None
    match = re.fullmatch(_TIME, text)
    if match is None:
        return None
    year, month, day, hour, minute, second = (int(match[i]) for i in range(1, 7))
    if not (1 <= month <= 12 and 1 <= day <= 31 and hour < 24):
        return None
    offset = 0
    if match[7] is not None:
        offset = (int(match[8]) * 60 + int(match[9])) * 60
        if match[7] == "-":
            offset = -offset
    clock = (hour * 60 + minute) * 60 + second
    return _days(year, month, day) * 86400 + clock - offset


def encode_time(seconds: int) -> str | None:
    """
    Write a time.

    Args:
        seconds: Whole seconds since 1970.

    Returns:
        The text in UTC; `None` for a year that RFC 3339 cannot write.
    """
    if not 0 <= seconds <= _MAX:
        return None
    days, clock = divmod(seconds, 86400)
    # Years begin in March, so that a leap day is the last day of one.
    era, day = divmod(days + 719468, 146097)
    year = (day - day // 1460 + day // 36524 - day // 146096) // 365
    day -= 365 * year + year // 4 - year // 100
    month = (5 * day + 2) // 153
    day -= (153 * month + 2) // 5
    year += 400 * era + (month >= 10)
    month = month + 3 if month < 10 else month - 9
    hour, rest = divmod(clock, 3600)
    minute, second = divmod(rest, 60)
    return f"{year:04}-{month:02}-{day + 1:02}T{hour:02}:{minute:02}:{second:02}Z"


def _days(year: int, month: int, day: int) -> int:
    """Count the days since 1970-01-01."""
    year -= month <= 2
    era, year = divmod(year, 400)
    day += (153 * (month - 3 if month > 2 else month + 9) + 2) // 5 - 1
    return era * 146097 + year * 365 + year // 4 - year // 100 + day - 719468
