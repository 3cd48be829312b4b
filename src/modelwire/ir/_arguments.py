"""
Reading a tool call's arguments, which the IR keeps as the text that the model wrote.

Models write broken JSON, so the answer is a value of two classes and never an
exception.  What counts as JSON is what `modelwire.codecs` means by it: NaN, Infinity
and numbers that overflow are refused, nesting is bounded, the last of equal keys
wins.
"""

from __future__ import annotations

import re
from json import JSONDecodeError, JSONDecoder
from math import isfinite
from typing import Any, Final, NoReturn

import attrs

from modelwire.ir._base import Node
from modelwire.ir._parts import ServerToolCallPart, ToolCallPart

__all__ = ["Malformed", "Parsed", "parse_arguments"]

MAX_DEPTH: Final = 128
"""How many containers may be open at once; the same as in `modelwire.codecs`."""

_BLANKS: Final = " \t\n\r"
_LEXEME: Final = r'"(?:[^"\\]++|\\.)*+"?|[\[{]|[\]}]'


@attrs.frozen(kw_only=True, weakref_slot=False, eq=False, repr=False)
class Parsed(Node):
    """The arguments are what the tool's kind takes."""

    value: Any
    """A JSON object for a function; the text itself for a `custom` tool."""


@attrs.frozen(kw_only=True, weakref_slot=False, eq=False, repr=False)
class Malformed(Node):
    """The arguments are not what the tool's kind takes."""

    text: str
    """The arguments as the model wrote them."""
    reason: str
    """What is wrong, in words for the model or a person; nothing of *text*."""


def parse_arguments(part: ToolCallPart | ServerToolCallPart) -> Parsed | Malformed:
    """
    Read the arguments of a call.

    Args:
        part: The call.  Empty text counts as an empty object, because a tool without
            parameters is called that way.

    Returns:
        `Parsed` or `Malformed`; nothing is raised for what the model wrote.
    """
    text = part.arguments
    kind = part.kind if isinstance(part, ToolCallPart) else "function"
    if kind == "custom":
        return Parsed(value=text)
    if not text or text.isspace():
        return Parsed(value={})
    try:
        value = _loads(text)
    except _NotJSONError as error:
        return Malformed(text=text, reason=str(error))
    except JSONDecodeError as error:
        where = f"line {error.lineno} column {error.colno}"
        return Malformed(text=text, reason=f"not JSON: {error.msg} ({where})")
    except RecursionError:
        return Malformed(text=text, reason=_TOO_DEEP)
    except ValueError:
        # The interpreter refuses to convert integers of more than 4300 digits.
        return Malformed(text=text, reason="an integer has too many digits")
    if kind == "function" and not isinstance(value, dict):
        return Malformed(text=text, reason=f"{_name(value)} instead of an object")
    return Parsed(value=value)


class _NotJSONError(ValueError):
    """Python takes it and JSON does not, or it nests too deep."""


_TOO_DEEP: Final = f"nested deeper than {MAX_DEPTH}"


def _parse_float(digits: str) -> float:
    value = float(digits)
    if isfinite(value):
        return value
    msg = "a number overflows a float"
    raise _NotJSONError(msg)


def _parse_constant(_word: str) -> NoReturn:
    msg = "NaN and Infinity are not JSON"
    raise _NotJSONError(msg)


_raw_decode: Final = JSONDecoder(
    parse_float=_parse_float, parse_constant=_parse_constant
).raw_decode


def _loads(text: str) -> Any:
    if not text.isascii():
        # Deltas are cut inside an emoji: the halves come as two lone surrogates.
        text = text.encode("utf-16-le", "surrogatepass").decode(
            "utf-16-le", "surrogatepass"
        )
    text = text.strip(_BLANKS)
    if _is_too_deep(text):
        raise _NotJSONError(_TOO_DEEP)
    value, end = _raw_decode(text)
    if end != len(text):
        msg = "Extra data"
        raise JSONDecodeError(msg, text, end)
    return value


def _is_too_deep(text: str) -> bool:
    if text.count("[") + text.count("{") <= MAX_DEPTH:
        return False
    depth = 0
    for match in re.finditer(_LEXEME, text, re.DOTALL):
        sign = match[0][0]
        if sign in "[{":
            depth += 1
            if depth > MAX_DEPTH:
                return True
        elif sign != '"':
            depth -= 1
    return False


def _name(value: object) -> str:
    """Name the JSON type of *value*."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "a boolean"
    if isinstance(value, int | float):
        return "a number"
    return "a string" if isinstance(value, str) else "an array"
