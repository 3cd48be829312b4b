"""
Vectors as text: base64 of 32-bit floats, the least significant byte first.

Source:
    wire/modalities.md section 1 (`encoding_format: base64`), read 2026-11-21.
"""

from __future__ import annotations

import base64
import binascii
import math
import struct
from collections.abc import Iterable

__all__ = ["floats_of", "text_of"]


def floats_of(text: str) -> tuple[float, ...] | None:
    """
    Read a vector.

    Args:
        text: The base64 text.

    Returns:
        The numbers; `None` where writing them would not give *text* again: it is no
        base64, its bytes are of another kind, or a number is not finite.
    """
    try:
        raw = base64.b64decode(text.encode("ascii"), validate=True)
        values = struct.unpack(f"<{len(raw) // 4}f", raw)
    except (binascii.Error, UnicodeEncodeError, ValueError, struct.error):
        return None
    return values if text_of(values) == text else None


def text_of(values: Iterable[float]) -> str | None:
    """
    Write a vector.

    Args:
        values: The numbers; each is rounded to 32 bits.

    Returns:
        The base64 text; `None` where a number is not finite in 32 bits.
    """
    try:
        numbers = tuple(values)
        raw = struct.pack(f"<{len(numbers)}f", *numbers)
    except (OverflowError, TypeError, struct.error):
        return None
    if not all(map(math.isfinite, numbers)):
        return None
    return base64.b64encode(raw).decode("ascii")
