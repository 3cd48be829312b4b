"""
Changing one member of a JSON object in its bytes, the rest left as it is.

A proxy that forwards a body untouched may still have to rename the model.  Parsing
and writing again would change spellings, spaces and key order; this replaces the
value's own bytes.
"""

from __future__ import annotations

import re
from typing import Any, Final

from modelwire.codecs._json import dumps, loads
from modelwire.errors import RemoteProtocolError

__all__ = ["replace_member"]

# A string is matched whole, so that what stands inside one is never taken for
# structure.  The loop over plain characters is unrolled: bodies with images have
# strings of megabytes.
_TOKEN: Final = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"|[{}\[\],:]', re.DOTALL)
_SPACE: Final = b" \t\r\n"


def replace_member(body: bytes, key: str, value: Any) -> bytes:
    """
    Replace the value of a member of the outermost object.

    Args:
        body: A JSON object.
        key: The member's name; every member of that name is replaced.
        value: The new value, JSON.

    Returns:
        The body with the value's bytes replaced; *body* itself where there is no such
        member.  All other bytes are as they were.

    Raises:
        RemoteProtocolError: The body is no JSON object.
    """
    spans = _spans(body, key)
    if not spans:
        return body
    new = dumps(value)
    pieces: list[bytes] = []
    end = 0
    for start, stop in spans:
        pieces += (body[end:start], new)
        end = stop
    return b"".join((*pieces, body[end:]))


def _spans(body: bytes, key: str) -> list[tuple[int, int]]:
    """Find where the values of the members named *key* stand."""
    depth = 0
    spans: list[tuple[int, int]] = []
    start: int | None = None
    name = b""
    at_name = False
    for token in _TOKEN.finditer(body):
        first = body[token.start()]
        if first in b"{[":
            depth += 1
            at_name = depth == 1 and first == 0x7B
        elif first in b"}],":
            if depth == 1 and start is not None:
                spans.append(_trimmed(body, start, token.start()))
                start = None
            depth -= first != 0x2C
            at_name = depth == 1
        elif depth != 1:
            continue
        elif first == 0x3A:
            start = token.end() if start is None and _is_named(name, key) else start
            at_name = False
        elif at_name:
            name = token.group()
    if depth or body.lstrip(_SPACE)[:1] != b"{":
        msg = "the body is no JSON object"
        raise RemoteProtocolError(msg)
    return spans


def _is_named(name: bytes, key: str) -> bool:
    if b"\\" not in name:
        return name == dumps(key)
    try:
        return bool(loads(name) == key)
    except RemoteProtocolError:
        return False


def _trimmed(body: bytes, start: int, stop: int) -> tuple[int, int]:
    while start < stop and body[start] in _SPACE:
        start += 1
    while stop > start and body[stop - 1] in _SPACE:
        stop -= 1
    return start, stop
