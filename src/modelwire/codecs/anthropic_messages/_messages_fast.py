"""
Writing ordinary messages quickly: those that fill agents' histories, and lose nothing.

Each function writes a message (or a run of results) whose parts are texts, calls and
results with nothing beside them, and gives `None` for every other: `_messages_encode`
writes those, and would write the same for these (test_messages_fast.py).  All that is
lost here is the name of a result's tool.  Measured on CPython 3.11: a text 2.8 us by
the general way and 0.4 here, a text with a call 5.3 and 2.0, a result 8.1 and 0.8.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from modelwire.codecs._call_arguments import object_in
from modelwire.codecs._plain_parts import (
    is_bare,
    is_plain_call,
    is_plain_result,
    is_plain_text,
)
from modelwire.codecs.anthropic_messages._wire import DIALECT
from modelwire.ir._loss_codes import LossCode
from modelwire.ir._parts import TextPart, ToolCallPart, ToolResultPart

if TYPE_CHECKING:
    from collections.abc import Sequence

    from modelwire.codecs._aliases import AliasBook
    from modelwire.codecs._losses import LossLog
    from modelwire.ir._base import JSONObject
    from modelwire.ir._messages import Message

__all__ = ["fast_message", "fast_results"]

_ROLES: Final = ("user", "assistant")


def fast_message(
    message: Message, book: AliasBook, number: int, log: LossLog
) -> JSONObject | None:
    """
    Write a message of texts, calls and results.

    Args:
        message: The message; what it holds stands in its order already.
        book: The tool names and call ids that the request has.
        number: The message's place in the conversation.
        log: Where losses go.

    Returns:
        The wire's message; `None` when anything about it is not usual.
    """
    role = message.role
    if role not in _ROLES or not is_bare(message):
        return None
    parts = message.parts
    if len(parts) == 1 and type(parts[0]) is TextPart:
        only = parts[0]
        if not only.text or not is_plain_text(only):
            return None
        if message.extra and _was_array(message):
            return {"role": role, "content": [{"type": "text", "text": only.text}]}
        return {"role": role, "content": only.text}
    blocks: list[JSONObject] = []
    named = False
    for part in parts:
        block: JSONObject | None = None
        if type(part) is TextPart:
            if part.text and is_plain_text(part):
                block = {"type": "text", "text": part.text}
        elif type(part) is ToolCallPart and role == "assistant":
            block = _call(part, book)
        elif type(part) is ToolResultPart and role == "user":
            block = _result(part, book)
            named = named or part.name is not None
        if block is None:
            return None
        blocks.append(block)
    if named:
        _lose_names(message, number, log)
    return {"role": role, "content": blocks} if blocks else None


def fast_results(
    messages: Sequence[Message], start: int, end: int, book: AliasBook, log: LossLog
) -> tuple[JSONObject, int] | None:
    """
    Write messages of role `tool`, and the user's message behind them, as one.

    Args:
        messages: The conversation.
        start: The first of them.
        end: Where the next assistant message stands.
        book: The call ids that the request has.
        log: Where losses go.

    Returns:
        The wire's message, and the number of the first message that is not in it;
        `None` when anything about those before *end* is not usual.
    """
    blocks: list[JSONObject] = []
    named: list[int] = []
    at = start
    while at < end and messages[at].role == "tool":
        message = messages[at]
        if not message.parts or not is_bare(message):
            return None
        for part in message.parts:
            if type(part) is not ToolResultPart:
                return None
            block = _result(part, book)
            if block is None:
                return None
            blocks.append(block)
            if part.name is not None:
                named.append(at)
        at += 1
    if at < end:
        for message in messages[at:end]:
            if message.role != "user" or any(
                type(part) is ToolResultPart for part in message.parts
            ):
                return None
        said = fast_message(messages[at], book, at, log)
        if said is None:
            return None
        content = said["content"]
        if type(content) is str:
            blocks.append({"type": "text", "text": content})
        else:
            blocks += content
        at += 1
    for number in dict.fromkeys(named):
        _lose_names(messages[number], number, log)
    return {"role": "user", "content": blocks}, at


def _lose_names(message: Message, number: int, log: LossLog) -> None:
    """Record that the results of a message are written without their tools' names."""
    for place, part in enumerate(message.parts):
        if type(part) is ToolResultPart and part.name is not None:
            path = f"$.messages[{number}].parts[{place}].name"
            log.drop(LossCode.TOOL_RESULT_NAME, path)


def _was_array(message: Message) -> bool:
    """Say whether one plain text came as an array."""
    own = message.extra.get(DIALECT)
    return own is not None and own.get("$spelling", {}).get("content") == "array"


def _call(part: ToolCallPart, book: AliasBook) -> JSONObject | None:
    if (
        not is_plain_call(part, DIALECT)
        or not book.keeps_call(part.id)
        or not book.keeps_name(part.name)
    ):
        return None
    arguments = object_in(part.arguments)
    if arguments is None:
        return None
    return {"type": "tool_use", "id": part.id, "name": part.name, "input": arguments}


def _result(part: ToolResultPart, book: AliasBook) -> JSONObject | None:
    content = part.content
    if (
        len(content) != 1
        or not is_plain_result(part, DIALECT)
        or not book.keeps_call(part.call_id)
    ):
        return None
    only = content[0]
    if type(only) is not TextPart or not only.text or not is_plain_text(only):
        return None
    out: JSONObject = {
        "type": "tool_result",
        "tool_use_id": part.call_id,
        "content": only.text,
    }
    if part.is_error is not None:
        out["is_error"] = part.is_error
    return out
