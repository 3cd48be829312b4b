"""
Writing ordinary messages quickly: those that fill agents' histories.

`fast_parts` writes a message whose parts are texts, calls and results with nothing
beside them, and gives `None` for every other: `_messages_encode` writes those, and
would write the same for these, with the same losses (test_fast_requests.py).  All that
is lost here is that a result had no name.  Measured on CPython 3.11: a text with a call
6.4 us by the general way and 1.8 here, a result 7.6 and 2.4.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelwire.codecs._base import NO_ALIASES
from modelwire.codecs._call_arguments import object_in
from modelwire.codecs._plain_parts import (
    is_plain_call,
    is_plain_result,
    is_plain_text,
)
from modelwire.codecs.gemini_generate._wire import DIALECT
from modelwire.ir._losses import LossCode
from modelwire.ir._parts import TextPart, ToolCallPart, ToolResultPart

if TYPE_CHECKING:
    from modelwire.codecs.gemini_generate._part_encode import PartWriter
    from modelwire.ir._base import JSONObject
    from modelwire.ir._messages import Message
    from modelwire.ir._parts import Part

__all__ = ["fast_call", "fast_parts"]


def fast_parts(
    message: Message, index: int, place: int, writer: PartWriter, before: int = 0
) -> list[JSONObject] | None:
    """
    Write the parts of a message of texts, calls and results.

    Args:
        message: The message.
        index: Its number in the conversation.
        place: The number of the content in the output.
        writer: What the encode shares; not changed where this gives `None`, but for
            the names of calls, which are what they are.
        before: How many parts the content has already.

    Returns:
        The parts; `None` when anything about them is not usual, or there are none.
    """
    out: list[JSONObject] = []
    unnamed: list[int] = []
    role = message.role
    for number, part in enumerate(message.parts):
        made: JSONObject | None = None
        if type(part) is TextPart:
            if role != "tool" and part.text and is_plain_text(part):
                made = {"text": part.text}
        elif type(part) is ToolCallPart:
            if role == "assistant":
                made = fast_call(part, writer)
        elif type(part) is ToolResultPart and role in ("tool", "user"):
            made = _result(part, writer)
            if part.name is None:
                unnamed.append(number)
        if made is None:
            return None
        out.append(made)
    for number in unnamed:
        writer.log.add(
            LossCode.TOOL_RESULT_NAME,
            f"$.messages[{index}].parts[{number}]",
            "synthesised",
            to=f"$.messages[{place}].parts[{before + number}].name",
            severity="cosmetic",
            detail="of its call",
        )
    return out or None


def fast_call(part: ToolCallPart, writer: PartWriter) -> JSONObject | None:
    """
    Write a call that has nothing beside it.

    Args:
        part: The call.
        writer: What the encode shares.

    Returns:
        The wire's part; `None` when anything about it is not usual.
    """
    ident, name = part.id, part.name
    if (
        not ident
        or writer.home is not NO_ALIASES
        or not is_plain_call(part, DIALECT)
        # A client takes any name: it is its own.
        or not (writer.response or writer.book.keeps_name(name))
    ):
        return None
    arguments = object_in(part.arguments)
    if arguments is None:
        return None
    writer.calls[ident] = name
    return {"functionCall": {"id": ident, "name": name, "args": arguments}}


def _result(part: ToolResultPart, writer: PartWriter) -> JSONObject | None:
    # An id that a result without a note of ours names is never left out.
    ident, content = part.call_id, part.content
    name = part.name
    if name is None:
        name = writer.calls.get(ident)
    if (
        name is None
        or not ident
        or len(content) != 1
        or part.is_error is not None
        or not is_plain_result(part, DIALECT)
        or not writer.book.keeps_name(name)
    ):
        return None
    only: Part = content[0]
    if type(only) is not TextPart or not is_plain_text(only):
        return None
    response = {"output": only.text}
    return {"functionResponse": {"id": ident, "name": name, "response": response}}
