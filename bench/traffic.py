"""What the traffic of every dialect is made of: words, pieces, JSON, SSE events."""

from __future__ import annotations

import base64
import hashlib
import itertools
import json
from collections.abc import Callable
from typing import Any

import attrs

__all__ = [
    "DESCRIPTION",
    "IMAGES",
    "Size",
    "arguments",
    "dumped",
    "event",
    "image",
    "padding",
    "pieces",
    "schema",
    "text",
    "turns",
    "word",
]

_TEXT = (
    "the stream carries one word at a time and every word costs a whole event of "
    "JSON — naïve, façade, 東京, “quoted” text and a \\ backslash now and then\n"
)
_WORDS = tuple(_TEXT.split(" "))
DESCRIPTION = "Does one thing with a file and says what came of it. " * 2
"""The description of a tool."""
IMAGES = 4
"""How many images a request with images has."""


@attrs.frozen
class Size:
    """How large a request is."""

    messages: int = 200
    tools: int = 40
    image_bytes: int = 0
    """Of its images; 0: it has none."""
    words: int = 72
    """Of each text."""
    args: int = 36
    """Words of the arguments of each call."""
    fields: int = 5
    """Of the schema of each tool."""


def turns(size: Size, turn: Callable[[int, int, int], list[Any]]) -> list[Any]:
    """An agent's history: *turn* makes four messages of a number, words and args."""
    numbers = range(size.messages // 4)
    return [one for at in numbers for one in turn(at, size.words, size.args)]


def dumped(value: Any) -> bytes:
    """JSON as vendors write it."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def word(number: int) -> str:
    """One word of a text, with a blank before it."""
    return " " + _WORDS[number % len(_WORDS)]


def text(words: int, start: int = 0) -> str:
    """So many words."""
    return "".join(word(start + number) for number in range(words))


def padding(said: str, number: int) -> str:
    """What OpenAI pads an event with: its length is not to tell that of *said*."""
    digest = base64.b64encode(hashlib.sha256(b"%d" % number).digest(), b"xy").decode()
    return digest[: -len(said.encode()) % 16]


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


def image(image_bytes: int) -> str:
    """One image of a request that has *image_bytes* of them, in base64."""
    return "iVBORw0K" * (image_bytes // (8 * IMAGES))


def schema(fields: int = 5) -> dict[str, Any]:
    """The parameters of a tool: so many fields."""
    names = ["path", "text", "encoding", "mode"]
    names += [f"field_{number}" for number in range(fields - 5)]
    properties: dict[str, Any] = {
        name: {"type": "string", "description": f"The {name} that the tool needs."}
        for name in names
    }
    properties["limit"] = {"type": "integer", "minimum": 0, "maximum": 1000}
    return {
        "type": "object",
        "properties": properties,
        "required": ["path", "text"],
        "additionalProperties": False,
    }
