"""
Reading ordinary tools of `openai-chat` quickly: functions with the usual fields.

`fast_tool` gives `None` for every other tool: `_tools_decode` reads those, and would
give the same for these (test_message_decode_fast.py).  Measured on CPython 3.11: 2.3
us by the general way and 0.6 here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from modelwire.ir._fast_tools import new_function_tool

if TYPE_CHECKING:
    from modelwire.ir._tools import FunctionTool

__all__ = ["fast_tool"]

_FIELDS: Final = frozenset({"name", "description", "parameters", "strict"})


def fast_tool(item: Any) -> FunctionTool | None:
    """
    Read a function that the caller runs.

    Args:
        item: The parsed entry of `tools`.

    Returns:
        The tool; `None` when anything about it is not usual.
    """
    if type(item) is not dict or len(item) != 2 or item.get("type") != "function":
        return None
    function = item.get("function")
    if type(function) is not dict or not _FIELDS.issuperset(function):
        return None
    name, description = function.get("name"), function.get("description")
    schema, strict = function.get("parameters"), function.get("strict")
    if (
        type(name) is not str
        or (type(description) is not str and description is not None)
        or (type(schema) is not dict and schema is not None)
        or (type(strict) is not bool and strict is not None)
    ):
        return None
    return new_function_tool(name, description, schema, strict)
