"""What the traffic of every dialect is made of: words, pieces, JSON, SSE events."""

from __future__ import annotations

import itertools
import json
from typing import Any

__all__ = [
    "DESCRIPTION",
    "arguments",
    "dumped",
    "event",
    "pieces",
    "schema",
    "text",
    "word",
]

_TEXT = (
    "the stream carries one word at a time and every word costs a whole event of "
    "JSON — naïve, façade, 東京, “quoted” text and a \\ backslash now and then\n"
)
_WORDS = tuple(_TEXT.split(" "))
DESCRIPTION = "Does one thing with a file and says what came of it. " * 2
"""The description of a tool."""


def dumped(value: Any) -> bytes:
    """JSON as vendors write it."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def word(number: int) -> str:
    """One word of a text, with a blank before it."""
    return " " + _WORDS[number % len(_WORDS)]


def text(words: int, start: int = 0) -> str:
    """So many words."""
    return "".join(word(start + number) for number in range(words))


def pieces(whole: str, count: int) -> list[str]:
    """Cut *whole* into *count* pieces."""
    cuts = [len(whole) * number // count for number in range(count + 1)]
    return [whole[start:end] for start, end in itertools.pairwise(cuts)]


def arguments(words: int) -> str:
    """The arguments of a call, as text."""
    return json.dumps({"path": "a.txt", "text": text(words)}, ensure_ascii=False)


def event(data: dict[str, Any], *, named: bool = True, padding: str = "") -> bytes:
    """One SSE event; a named one repeats its `type` as the event's name."""
    # Anthropic pads its deltas with blanks before the last brace.
    body = dumped(data)[:-1] + padding.encode() + b"}"
    head = b"event: " + data["type"].encode() + b"\n" if named else b""
    return head + b"data: " + body + b"\n\n"


def schema() -> dict[str, Any]:
    """The parameters of a tool."""
    properties: dict[str, Any] = {
        name: {"type": "string", "description": f"The {name} that the tool needs."}
        for name in ("path", "text", "encoding", "mode")
    }
    properties["limit"] = {"type": "integer", "minimum": 0, "maximum": 1000}
    return {
        "type": "object",
        "properties": properties,
        "required": ["path", "text"],
        "additionalProperties": False,
    }
