"""
The reference for `_json`: the standard library with the rules that it lacks.

It runs for every text when orjson is absent, and otherwise for the texts and values
where the two could differ.  So an error has one origin, and is the same in both.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from enum import Enum
from json import JSONDecodeError, JSONDecoder, JSONEncoder
from json.encoder import encode_basestring
from math import isfinite
from typing import Any, Final, NoReturn, cast

from modelwire.errors import (
    InvalidIRError,
    LimitExceededError,
    RemoteProtocolError,
    StateError,
)

MAX_DEPTH: Final = 128
"""Default of `loads`."""
MAX_OUTPUT_DEPTH: Final = 254
"""orjson's own limit; more than `MAX_DEPTH`, because we wrap what we read."""
BYTES_PER_OBJECT: Final = 5
"""
The least that a level of objects takes: `{"":}`; a level of lists takes two.

So a text of *n* characters with *a* opening square brackets is not deeper than *d*
when n + 3a <= 5d.
"""

_BLANKS: Final = " \t\n\r"
_BOM: Final = "\ufeff"
_LEADING: Final = _BOM + _BLANKS
_SCALARS: Final = frozenset({str, int, float, bool, type(None)})
_BYTES: Final = (bytes, bytearray, memoryview)
_CONTAINERS: Final = frozenset({dict, list, tuple})
_EXTRA: Final = "text after the value"
_CONSTANT: Final = "NaN and Infinity are not JSON"

# Strings are skipped whole (possessively, so the scan is linear even when one never
# ends); what is left of interest is brackets and the words that Python adds to JSON.
_LEXEME: Final = (
    r'"(?:[^"\\]++|\\.)*+"?|(?P<open>[\[{])|(?P<close>[\]}])|(?P<word>NaN|-?Infinity)'
)


class _NotJSONError(ValueError):
    """A hook of the decoder met something that Python takes and JSON does not."""


def _parse_float(digits: str) -> float:
    value = float(digits)
    if isfinite(value):
        return value
    # json.loads gives inf here, which could not be written again.
    msg = "a number overflows a float"
    raise _NotJSONError(msg)


def _parse_constant(_word: str) -> NoReturn:
    raise _NotJSONError(_CONSTANT)


# raw_decode skips the two regular expressions that json.loads runs around it.
_DECODER: Final = JSONDecoder(parse_float=_parse_float, parse_constant=_parse_constant)
_raw_decode: Final = _DECODER.raw_decode
# The C function under it: no blanks before the value, and StopIteration for an error.
_scan_once: Final[Callable[[str, int], tuple[Any, int]]] = cast(
    "Any", _DECODER
).scan_once
_encode: Final = JSONEncoder(
    ensure_ascii=False, check_circular=False, allow_nan=False, separators=(",", ":")
).encode


def loads(data: bytes | bytearray | memoryview | str, max_depth: int) -> Any:
    """
    Parse one JSON text; `_json.loads` has the contract.

    Args:
        data: The whole text.
        max_depth: How many containers may be open at once.

    Returns:
        The value.
    """
    text = _joined(data) if isinstance(data, str) else _decode(data)
    start = 0
    if text[:1] in _LEADING:  # true for empty text, too
        # The mark is a signature of the encoding; in text it is a stray character.
        body = text if isinstance(data, str) else text.removeprefix(_BOM)
        body = body.lstrip(_BLANKS)
        start = len(text) - len(body)
    try:
        value, end = _raw_decode(text, start)
    except (ValueError, RecursionError) as error:
        raise _fault(text, start, error, max_depth) from None
    if end != len(text):
        rest = text[end:].lstrip(_BLANKS)
        if rest:
            extra = JSONDecodeError(_EXTRA, text, len(text) - len(rest))
            raise _fault(text, start, extra, max_depth)
    room = BYTES_PER_OBJECT * max_depth - len(text)
    # Too long to be sure; or short, and rich in lists.
    if (
        room < 0 or (len(text) > max_depth + max_depth and 3 * text.count("[") > room)
    ) and is_deeper(value, max_depth):
        raise _too_deep(text, _scan(text, start, max_depth)[0], max_depth)
    return value


def loads_vouched(data: bytes) -> Any:
    """
    Parse the ordinary text; `_json.loads_vouched` has the contract.

    Args:
        data: The whole text.

    Returns:
        The value.

    Raises:
        ValueError: `loads` must decide.
    """
    text = data.decode()
    try:
        value, end = _scan_once(text, 0)
    except (StopIteration, RecursionError):
        raise ValueError from None
    if end != len(text):
        raise ValueError
    return value


def dumps(value: Any) -> bytes:
    """
    Write *value* in the canonical form; `_json.dumps` has the contract.

    Args:
        value: The value.

    Returns:
        UTF-8.
    """
    try:
        text = _written(value)
    except RecursionError as error:
        msg = "the value nests too deep for the stack"
        raise InvalidIRError(msg) from error
    except ValueError as error:
        # Only an integer that Python will not print is left to fail.
        msg = "an integer has too many digits"
        raise InvalidIRError(msg) from error
    return _utf8(text)


def escape(text: str) -> bytes:
    """
    Write one string literal; `_json.escape` has the contract.

    Args:
        text: Any str.

    Returns:
        UTF-8, quotes included.
    """
    return _utf8(encode_basestring(text))


def is_deeper(value: Any, levels: int) -> bool:
    """
    Say whether the containers of a plain value nest deeper than *levels*.

    Args:
        value: What a parser gave or orjson could write: no cycles.
        levels: The limit.

    Returns:
        True when there is a container on level *levels* + 1.
    """
    level = [value] if type(value) in _CONTAINERS else []
    for _ in range(levels):
        if not level:
            return False
        level = [
            item
            for container in level
            for item in (container.values() if type(container) is dict else container)
            if type(item) in _CONTAINERS
        ]
    return bool(level)


def join_surrogates(text: str) -> str:
    """
    Join the two halves of a character where both stand in *text* in order.

    Args:
        text: Any str, for instance deltas that were cut inside an emoji.

    Returns:
        The same text; a half without its partner stays.
    """
    return text.encode("utf-16-le", "surrogatepass").decode(
        "utf-16-le", "surrogatepass"
    )


def _joined(text: str) -> str:
    """Join raw halves in *text*, which only text that cannot be encoded has."""
    if not text.isascii():
        try:
            text.encode()
        except UnicodeEncodeError:
            return join_surrogates(text)
    return text


def _decode(data: object) -> str:
    if not isinstance(data, _BYTES):
        msg = f"JSON is bytes or str, not {type(data).__name__}"
        raise StateError(msg)
    try:
        return bytes(data).decode()
    except UnicodeDecodeError as error:
        msg = "invalid JSON: it is not UTF-8"
        raise RemoteProtocolError(msg, offset=error.start) from None


def _utf8(text: str) -> bytes:
    """Encode *text*, which is JSON already, with lone surrogates as escapes."""
    try:
        return text.encode()
    except UnicodeEncodeError:
        # They stand inside strings only, so this spelling is their JSON escape.
        # Halves of one character are joined first: a reader would join their escapes.
        return join_surrogates(text).encode("utf-8", "backslashreplace")


def _fault(
    text: str, start: int, error: ValueError | RecursionError, max_depth: int
) -> RemoteProtocolError:
    """
    Make our error of what the standard library raised.

    Which of its errors comes first depends on the free stack, so depth is decided
    here by a count of our own: it is the fault when it is passed before the error.
    """
    deep, word = _scan(text, start, max_depth)
    at: int | None = None
    if isinstance(error, JSONDecodeError):
        at = error.pos
    if deep is not None and (at is None or deep < at):
        return _too_deep(text, deep, max_depth)
    if isinstance(error, RecursionError):
        # Within the limit, but the caller left no stack to parse it on.
        return LimitExceededError("max_json_depth", max_depth)
    if isinstance(error, _NotJSONError):
        reason = str(error)
        at = word if error.args[0] == _CONSTANT else None
    elif not isinstance(error, JSONDecodeError):
        reason = "an integer has too many digits"
    elif not text[start:]:
        reason = "it is empty"
    elif error.msg == _EXTRA:
        reason = _EXTRA
    elif error.pos >= len(text) or error.msg.startswith("Unterminated string"):
        reason = "it ends too early"
    else:
        reason = "an unexpected character"
    msg = f"invalid JSON: {reason}"
    return RemoteProtocolError(msg, offset=None if at is None else _bytes(text, at))


def _scan(text: str, start: int, max_depth: int) -> tuple[int | None, int | None]:
    """Find the bracket that passes *max_depth*, and the first NaN or Infinity."""
    depth = 0
    word: int | None = None
    for token in re.compile(_LEXEME, re.DOTALL).finditer(text, start):
        kind = token.lastgroup
        if kind == "open":
            depth += 1
            if depth > max_depth:
                return token.start(), word
        elif kind == "close":
            depth -= 1
        elif kind == "word" and word is None:
            word = token.start()
    return None, word


def _too_deep(text: str, at: int | None, max_depth: int) -> LimitExceededError:
    offset = None if at is None else _bytes(text, at)
    return LimitExceededError("max_json_depth", max_depth, offset=offset)


def _bytes(text: str, at: int) -> int:
    """Give the place of character *at* in bytes of UTF-8."""
    return len(text[:at].encode("utf-8", "surrogatepass"))


def _written(value: Any) -> str:
    """Write *value* as it is if that is right, and a plain copy of it if not."""
    try:
        text = _encode(value)
    except (TypeError, ValueError, RecursionError):
        return _encode(_plain(value, []))
    # Only now, because what could be written has no cycles.  The encoder makes text
    # of keys that are numbers, and takes more levels than we do.
    level = [value]
    for _ in range(MAX_OUTPUT_DEPTH + 1):
        below: list[Any] = []
        opened = False
        for item in level:
            kind = type(item)
            if kind is str:  # as most are
                continue
            if kind is dict:
                for key in item:
                    if type(key) is not str:
                        return _encode(_plain(value, []))
                below += item.values()
                opened = True
            elif kind is list or kind is tuple:
                below += item
                opened = True
            elif kind not in _SCALARS:
                return _encode(_plain(value, []))
        if not opened:
            return text
        level = below
    return _encode(_plain(value, []))


def _plain(value: Any, trail: list[str | int]) -> Any:
    """Copy *value* into what the standard library's encoder writes as we want."""
    kind = type(value)
    if value is None or kind is str or kind is int or kind is bool:
        return value
    if isinstance(value, Enum):
        return _plain(value.value, trail)
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, int):
        return int.__index__(value)
    if isinstance(value, float):
        if not isfinite(value):
            raise _invalid(_CONSTANT, trail)
        return float.__float__(value)
    if not isinstance(value, Mapping | list | tuple):
        msg = f"{kind.__name__} is not JSON"
        raise _invalid(msg, trail)
    if len(trail) >= MAX_OUTPUT_DEPTH:
        msg = f"nested deeper than {MAX_OUTPUT_DEPTH}"
        raise _invalid(msg, [])
    if isinstance(value, Mapping):
        made = {}
        for key, item in value.items():
            if not isinstance(key, str):
                msg = f"a key is {type(key).__name__}, not str"
                raise _invalid(msg, trail)
            trail.append(key)
            made[str.__str__(key)] = _plain(item, trail)
            trail.pop()
        return made
    items = []
    for index, item in enumerate(value):
        trail.append(index)
        items.append(_plain(item, trail))
        trail.pop()
    return items


def _invalid(message: str, trail: list[str | int]) -> InvalidIRError:
    path = "$" + "".join(
        f"[{step}]" if isinstance(step, int) else f".{step}" for step in trail
    )
    return InvalidIRError(message, path=path if trail else None)
