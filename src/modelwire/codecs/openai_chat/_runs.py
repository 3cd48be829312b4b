"""
Runs of assistant messages that this dialect takes as one only.

A message with calls is refused unless the answers follow it directly.  Histories of
other dialects may have more of the same turn in between: google-genai's chats keep
every event of a stream as a content of its own, two parallel calls among them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from modelwire.ir._messages import Message
from modelwire.ir._parts import Part, TextPart, ToolCallPart, ToolResultPart

__all__ = ["joined", "runs"]

_EMPTY: Final = TextPart(text="")


def runs(messages: Sequence[Message]) -> Iterator[tuple[int, int]]:
    """
    Find the messages that have to be one.

    Args:
        messages: The conversation.

    Returns:
        First and one past the last of each message of the output, in order.  Only a
        turn whose calls are answered behind more of the same turn is one; every
        other message keeps its boundaries.
    """
    start, count = 0, len(messages)
    while start < count:
        end = start + 1
        if messages[start].role == "assistant":
            while end < count and messages[end].role == "assistant":
                end += 1
            if end > start + 1 and not (
                end < count
                and _has(messages[end : end + 1], ToolResultPart)
                and _has(messages[start : end - 1], ToolCallPart)
            ):
                yield from ((number, number + 1) for number in range(start, end))
                start = end
                continue
        yield start, end
        start = end


def joined(run: Sequence[Message], start: int) -> tuple[Message, list[str], list[str]]:
    """
    Make one message of several.

    Args:
        run: Assistant messages that follow each other.
        start: The number of the first.

    Returns:
        All their parts, with what the first says of itself; the places of the parts;
        and the places of texts that say nothing (the last event of a stream) and are
        left out.
    """
    parts: list[Part] = []
    paths: list[str] = []
    empty: list[str] = []
    for number, message in enumerate(run, start):
        for place, part in enumerate(message.parts):
            path = f"$.messages[{number}].parts[{place}]"
            if part == _EMPTY:
                empty.append(path)
                continue
            parts.append(part)
            paths.append(path)
    first = run[0]
    whole = Message(
        role=first.role,
        parts=tuple(parts),
        name=first.name,
        id=first.id,
        extra=first.extra,
    )
    return whole, paths, empty


def _has(messages: Sequence[Message], kind: type[Part]) -> bool:
    return any(isinstance(part, kind) for message in messages for part in message.parts)
