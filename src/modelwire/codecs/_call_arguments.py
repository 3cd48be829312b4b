"""
Arguments of a call for dialects that take objects only.

The IR keeps arguments as the text that the model wrote.  Where a dialect wants an
object and the text is none, the text is wrapped and reported: it is never passed off
as what the model said, and never as `{}` (acceptance row L24).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from modelwire.codecs._json import MAX_DEPTH, dumps_str, flat_str, is_exact, loads
from modelwire.errors import InvalidIRError, RemoteProtocolError

if TYPE_CHECKING:
    from modelwire.codecs._losses import LossLog
    from modelwire.ir._base import JSONObject

__all__ = [
    "INVALID_ARGUMENTS",
    "arguments_object",
    "custom_text",
    "loose_text",
    "object_in",
]

INVALID_ARGUMENTS: Final = "_invalid_arguments"
"""The one key of an object that holds text which is no JSON object."""
_LEVELS: Final = MAX_DEPTH - 7
"""How many containers are surely not too deep, wherever arguments stand."""


def arguments_object(arguments: str, path: str, log: LossLog) -> JSONObject:
    """
    Give arguments as an object.

    Args:
        arguments: The text; none at all means no arguments (T12).
        path: The call's place.
        log: Where a text that is no object is recorded as repaired.

    Returns:
        The object, or `{"_invalid_arguments": text}`.
    """
    value = object_in(arguments)
    if value is not None:
        return value
    # Stream decoders read calls with this module, and need no loss.
    from modelwire.ir._loss_codes import LossCode  # noqa: PLC0415

    log.add(
        LossCode.OUT_TOOL_CALL,
        f"{path}.arguments",
        "repaired",
        detail=f"no JSON object; wrapped as {INVALID_ARGUMENTS}",
    )
    return {INVALID_ARGUMENTS: arguments}


def object_in(arguments: str) -> JSONObject | None:
    """
    Give arguments as the object that they are.

    Args:
        arguments: The text; none at all means no arguments (T12).

    Returns:
        The object; `None` when the text is none.
    """
    if arguments in ("", "{}"):
        return {}
    try:
        value = loads(arguments) if arguments.strip() else {}
    except RemoteProtocolError:
        return None
    return value if type(value) is dict else None


def custom_text(arguments: str, field: str) -> str | None:
    """
    Give the text of a free-text call whose tool was declared as a function.

    Args:
        arguments: The call's arguments.
        field: The one argument of such a function.

    Returns:
        The text; `None` when the arguments are not the wrapper.
    """
    try:
        value = loads(arguments)
    except RemoteProtocolError:
        return None
    text = value.get(field) if type(value) is dict and len(value) == 1 else None
    return text if type(text) is str else None


def loose_text(value: JSONObject) -> str | None:
    """
    Write the arguments of a call of an answer that `loads_loosely` parsed.

    Args:
        value: The object, which stands seven levels deep in the answer at the most.

    Returns:
        The text; `None` when it is not sure that *value* is what `loads` would give.
    """
    text = flat_str(value)
    if text is not None:
        return text
    try:
        text = dumps_str(value)
    except InvalidIRError:  # it nests deeper than can be written
        return None
    # What may have been a long integer has an exponent now.  A look at the text costs
    # a tenth of one at the values, which `dumps` has had.
    if "e+" in text or text.count("{") + text.count("[") > _LEVELS:
        return text if is_exact({"": [[[[[[value]]]]]]}) else None
    return text
