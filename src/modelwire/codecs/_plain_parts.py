"""
Which messages and parts say nothing beside their words, so that nothing can be lost.

Encoders ask before they write an ordinary message by a short way.  Every field of a
part is looked at: a part with a field that is not named here is never plain, which
the test holds against the classes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from modelwire.ir._base import Extra
    from modelwire.ir._messages import Message
    from modelwire.ir._parts import TextPart, ToolCallPart, ToolResultPart

__all__ = ["is_bare", "is_plain_call", "is_plain_result", "is_plain_text"]


def is_bare(message: Message) -> bool:
    """
    Say whether a message has its role and parts alone.

    Args:
        message: The message.

    Returns:
        Whether it says nothing itself, but how it was spelled.
    """
    if message.name is not None or message.id is not None:
        return False
    extra = message.extra
    if extra:
        for fields in extra.values():
            for name in fields:
                if not name.startswith("$"):
                    return False
    return True


def is_plain_text(part: TextPart) -> bool:
    """
    Say whether a text has its words alone.

    Args:
        part: The text, which may be empty.

    Returns:
        Whether it has nothing beside them.
    """
    return not (
        part.extra
        or part.annotations
        or part.cache
        or part.item
        or part.signature
        or part.logprobs
    )


def is_plain_call(part: ToolCallPart, dialect: str) -> bool:
    """
    Say whether a call is one of a function, with an id, a name and arguments alone.

    Args:
        part: The call; its id and its arguments may be empty.
        dialect: The dialect that is written, whose own notes say how.

    Returns:
        Whether it has nothing beside them, but how another dialect spelled it.
    """
    return (
        part.kind == "function"
        and not (part.cache or part.item or part.signature)
        and (not part.extra or _says_nothing(part.extra, dialect))
    )


def is_plain_result(part: ToolResultPart, dialect: str) -> bool:
    """
    Say whether a result has an id and content, and perhaps a name and a flag, alone.

    Args:
        part: The result; what stands in its content is not looked at.
        dialect: The dialect that is written, whose own notes say how.

    Returns:
        Whether it has nothing beside them, but how another dialect spelled it.
    """
    return not (part.cache or part.item or part.signature) and (
        not part.extra or _says_nothing(part.extra, dialect)
    )


def _says_nothing(extra: Extra, dialect: str) -> bool:
    """Say whether *extra* has notes about the spelling of other dialects alone."""
    for owner, fields in extra.items():
        if owner == dialect:
            return False
        for name in fields:
            if not name.startswith("$"):
                return False
    return True
