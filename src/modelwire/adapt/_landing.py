"""
Where parts of a request stand when its encoded form is read again.

Encoders split, join and drop messages, and only the output knows its places.  A tool
result, a call and a text keep their order on the way: the third result of the request
is the third of the output.  What became another kind of part (a document that became
text) is found by its neighbours: between two parts that are known there are as many.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from modelwire.ir._parts import (
    Base64Source,
    Part,
    TextPart,
    TextSource,
    UnknownPart,
    UrlSource,
)

if TYPE_CHECKING:
    from modelwire.ir._losses import Loss
    from modelwire.ir._request import ChatRequest

__all__ = ["Landing"]

_MESSAGE: Final = re.compile(r"\$\.(?:messages|system)\[\d+\]")
_PART: Final = re.compile(r"\$\.(?:messages|system)\[\d+\]\.parts\[\d+\]")

_Key: TypeAlias = tuple[str, str]


class Landing:
    """
    Finds the parts of one request in another.

    Args:
        request: The request that was encoded.
        decoded: What decoding the output gave.
        losses: The losses of the encode: what it dropped has no place, and what it made
            is no one's.
    """

    __slots__ = ("_messages", "_places")

    def __init__(
        self, request: ChatRequest, decoded: ChatRequest, losses: Iterable[Loss]
    ) -> None:
        made: set[str | None] = set()
        gone: set[str | None] = set()
        for loss in losses:
            if loss.action == "synthesised":
                made.add(loss.to)
            elif loss.action in ("dropped", "needs_fetch") and loss.to is None:
                gone.add(loss.path)
        there = {(key, n): path for path, key, n in _numbered(decoded, made)}
        places = {
            path: there.get((key, n)) for path, key, n in _numbered(request, gone)
        }
        self._places = _between(places, list(there.values()))
        """Where each part of the request stands in the output, if that is known."""
        self._messages: dict[str, str] = {}
        """Where each message stands: where the first part that is known does."""
        for path, found in self._places.items():
            if found is not None:
                message = path.rpartition(".parts[")[0]
                self._messages.setdefault(message, found.rpartition(".parts[")[0])

    @staticmethod
    def is_needed(path: str | None) -> bool:
        """Say whether *path* leads into a message, whose place may change."""
        return path is not None and _MESSAGE.match(path) is not None

    def place(self, path: str) -> str | None:
        """
        Give the place in the output.

        Args:
            path: A place in the request.

        Returns:
            The place; `None` where the output has nothing that is known to be it.
        """
        part = _PART.match(path)
        if part is not None:
            found = self._places.get(part[0])
            return None if found is None else found + path[part.end() :]
        message = _MESSAGE.match(path)
        if message is None:
            return path
        found = self._messages.get(message[0])
        return None if found is None else found + path[message.end() :]


def _between(places: dict[str, str | None], there: list[str]) -> dict[str, str | None]:
    """Find the parts whose place is not known between those whose place is."""
    numbers = {path: n for n, path in enumerate(there)}
    claimed = set(places.values())
    out = dict(places)
    run: list[str] = []
    start = 0
    for path, found in (*places.items(), ("", None)):
        if path and found is None:
            run.append(path)
            continue
        end = len(there) if found is None else numbers[found]
        free = [place for place in there[start:end] if place not in claimed]
        if run and len(free) == len(run):
            out.update(zip(run, free, strict=True))
        run = []
        start = end + 1
    return out


def _numbered(
    request: ChatRequest, left_out: set[str | None]
) -> Iterator[tuple[str, _Key, int]]:
    """Give each part's path, what it is, and how many of these came before it."""
    counts: dict[_Key, int] = {}
    for field in ("system", "messages"):
        messages: tuple[Any, ...] = getattr(request, field)
        for i, message in enumerate(messages):
            for k, part in enumerate(message.parts):
                path = f"$.{field}[{i}].parts[{k}]"
                if path in left_out or f"$.{field}[{i}]" in left_out:
                    continue
                key = (type(part).__name__, _words(part))
                number = counts.get(key, 0)
                counts[key] = number + 1
                yield path, key, number


def _words(part: Part) -> str:
    """Give what tells parts of one class apart and is never changed on the way."""
    if isinstance(part, TextPart):
        return part.text
    if isinstance(part, UnknownPart):
        return f"{part.dialect} {part.raw}"
    source = getattr(part, "source", None)
    if isinstance(source, Base64Source):
        return f"data {source.data}"
    if isinstance(source, UrlSource):
        return f"url {source.url}"
    return f"text {source.text}" if isinstance(source, TextSource) else ""
