"""
Short ways to write messages by hand.

Each function takes texts and parts and gives a `Message`; a plain `str` stands for a
`TextPart`.  What a role cannot hold is refused here, before an encoder has to.
"""

from __future__ import annotations

from collections.abc import Iterable

from modelwire.errors import InvalidIRError
from modelwire.ir._messages import LEGAL_PARTS, Message, Role
from modelwire.ir._parts import Part, TextPart, ToolResultPart

__all__ = ["assistant", "developer", "system", "tool_result", "user"]


def system(*content: str | Part, name: str | None = None) -> Message:
    """
    Make a system message: instructions.

    Args:
        content: Texts and text parts, in order.
        name: The speaker's name, where the dialect has one.

    Returns:
        The message.

    Raises:
        InvalidIRError: A part is not legal in this role.
    """
    return _message("system", content, name)


def developer(*content: str | Part, name: str | None = None) -> Message:
    """
    Make a developer message: instructions below the provider's own.

    Args:
        content: Texts and text parts, in order.
        name: The speaker's name, where the dialect has one.

    Returns:
        The message.

    Raises:
        InvalidIRError: A part is not legal in this role.
    """
    return _message("developer", content, name)


def user(*content: str | Part, name: str | None = None) -> Message:
    """
    Make a user message.

    Args:
        content: Texts and parts, in order.
        name: The speaker's name, where the dialect has one.

    Returns:
        The message.

    Raises:
        InvalidIRError: A part is not legal in this role.
    """
    return _message("user", content, name)


def assistant(*content: str | Part, name: str | None = None) -> Message:
    """
    Make an assistant message: what the model said.

    Args:
        content: Texts and parts, in order.
        name: The speaker's name, where the dialect has one.

    Returns:
        The message.

    Raises:
        InvalidIRError: A part is not legal in this role.
    """
    return _message("assistant", content, name)


def tool_result(
    call_id: str,
    content: str | Part | Iterable[str | Part] = (),
    *,
    is_error: bool | None = None,
    name: str | None = None,
) -> Message:
    """
    Make a tool message: the answer to one call.

    Args:
        call_id: The id of the call, `ToolCallPart.id`.
        content: What the tool gave.
        is_error: Whether the tool failed; `None`: not said.
        name: The tool's name; some dialects repeat it.

    Returns:
        The message, with one `ToolResultPart`.
    """
    given = [content] if isinstance(content, str | Part) else content
    part = ToolResultPart(
        call_id=call_id,
        name=name,
        content=tuple(_part(item) for item in given),
        is_error=is_error,
    )
    return Message(role="tool", parts=(part,))


def _part(item: str | Part) -> Part:
    return TextPart(text=item) if isinstance(item, str) else item


def _message(role: Role, content: tuple[str | Part, ...], name: str | None) -> Message:
    parts = tuple(_part(item) for item in content)
    legal = LEGAL_PARTS[role]
    for number, part in enumerate(parts):
        kind = type(part).__name__
        if kind not in legal:
            msg = f"{kind} is not legal in a {role} message"
            raise InvalidIRError(msg, path=f"$.parts[{number}]")
    return Message(role=role, parts=parts, name=name)
