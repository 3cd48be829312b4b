"""
Writing ordinary messages quickly: those that fill agents' histories, and lose nothing.

Each function writes parts that are texts, calls and results with nothing beside them,
and gives `None` for every other: `_messages_encode` writes those, and would write the
same for these (test_fast_requests.py).  Measured on CPython 3.11: a text with a call
3.5 us by the general way and 1.4 here, a result 1.9 and 1.3.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelwire.codecs._plain_parts import (
    is_plain_call,
    is_plain_result,
    is_plain_text,
)
from modelwire.codecs.openai_responses._wire import DIALECT
from modelwire.ir._parts import TextPart, ToolCallPart

if TYPE_CHECKING:
    from modelwire.codecs._aliases import AliasBook
    from modelwire.ir._base import JSONObject
    from modelwire.ir._parts import Part, ToolResultPart

__all__ = ["fast_items", "fast_result"]


def fast_items(parts: tuple[Part, ...], book: AliasBook) -> list[JSONObject] | None:
    """
    Write the parts of a message of the model: each is an item.

    Args:
        parts: The parts.
        book: The tool names that the request has.

    Returns:
        The items; `None` when anything about them is not usual.
    """
    out: list[JSONObject] = []
    for part in parts:
        if type(part) is TextPart:
            if not is_plain_text(part):
                return None
            out.append({"role": "assistant", "content": part.text})
        elif (
            type(part) is ToolCallPart
            and part.id
            and is_plain_call(part, DIALECT)
            and book.keeps_name(part.name)
        ):
            out.append(
                {
                    "type": "function_call",
                    "call_id": part.id,
                    "name": part.name,
                    # No text means no arguments, which is `{}` on the wire.
                    "arguments": part.arguments or "{}",
                }
            )
        else:
            return None
    return out


def fast_result(
    part: ToolResultPart, kind: str | None, call_id: str
) -> JSONObject | None:
    """
    Write the result of a function's call.

    Args:
        part: The result.
        kind: The kind of its call, where the call is known.
        call_id: The target's id of the call.

    Returns:
        The item; `None` when anything about it is not usual.
    """
    content = part.content
    if (
        kind not in ("function", None)
        or not call_id
        or call_id != part.call_id
        or len(content) != 1
        or part.is_error is not None
        or not is_plain_result(part, DIALECT)
    ):
        return None
    only = content[0]
    if type(only) is not TextPart or not is_plain_text(only):
        return None
    out: JSONObject = {"type": "function_call_output", "call_id": call_id}
    if part.name is not None:
        out["name"] = part.name
    out["output"] = only.text
    return out
