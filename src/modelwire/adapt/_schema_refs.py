"""
References inside one schema document: where they lead, and which run in circles.

Everything here is bounded: each definition is walked once, no deeper than
`codecs._schema_walk.MAX_DEPTH`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final
from urllib.parse import unquote

from modelwire.codecs._schema_walk import MAX_DEPTH, NAMED, inner_schemas
from modelwire.ir._base import JSONObject

__all__ = ["DEFINITIONS", "References"]

DEFINITIONS: Final = ("$defs", "definitions", "defs")
"""Keywords whose schemas describe nothing until something refers to them."""


class References:
    """
    The references of one schema document.

    Args:
        root: The document.
    """

    __slots__ = ("_edges", "_recursive", "_root")

    def __init__(self, root: JSONObject) -> None:
        self._root = root
        self._edges: dict[str, frozenset[str]] = {}
        self._recursive: dict[str, bool] = {}

    def resolve(self, pointer: Any) -> tuple[Any, str] | None:
        """
        Follow a reference.

        Args:
            pointer: The value of `$ref`.

        Returns:
            The schema, and its path from the root (`.$defs.Tree`); `None` where it
            leads out of the document, or nowhere.
        """
        if not isinstance(pointer, str) or pointer[:1] != "#":
            return None
        found: Any = self._root
        path = ""
        for word in pointer[1:].split("/")[1:]:
            step = unquote(word).replace("~1", "/").replace("~0", "~")
            if isinstance(found, dict) and step in found:
                found = found[step]
                path += f".{step}"
            elif (
                isinstance(found, list)
                and step.isdecimal()
                and len(step) < 9
                and int(step) < len(found)
            ):
                found = found[int(step)]
                path += f"[{int(step)}]"
            else:
                return None
        if pointer[1:2] not in ("", "/") or not isinstance(found, dict | bool):
            return None  # an anchor, or no schema
        return found, path

    @staticmethod
    def is_definition(pointer: str) -> bool:
        """Say whether *pointer* names the root or one of its definitions."""
        words = pointer.split("/")
        return pointer == "#" or (
            len(words) == 3 and words[0] == "#" and words[1] in DEFINITIONS
        )

    def is_recursive(self, pointer: str) -> bool:
        """Say whether what *pointer* names leads back to itself."""
        if pointer not in self._recursive:
            self._explore(pointer)
        return self._recursive[pointer]

    def _explore(self, start: str) -> None:
        """
        Find the circles among all references that *start* leads to.

        Tarjan's strongly connected components, without recursion: a pointer leads back
        to itself when its component has another member, or itself as a neighbour.
        Each reference is followed once, however many definitions there are.
        """
        lows: dict[str, int] = {}
        numbers: dict[str, int] = {}
        stack: list[str] = []
        work = [(start, iter(sorted(self._from(start))))]
        while work:
            here, others = work[-1]
            if here not in numbers:
                numbers[here] = lows[here] = len(numbers)
                stack.append(here)
            for other in others:
                if other in self._recursive:
                    continue
                if other not in numbers:
                    work.append((other, iter(sorted(self._from(other)))))
                    break
                lows[here] = min(lows[here], numbers[other])
            else:
                work.pop()
                if work:
                    before = work[-1][0]
                    lows[before] = min(lows[before], lows[here])
                if lows[here] == numbers[here]:
                    component = _popped(stack, here)
                    circle = len(component) > 1 or here in self._from(here)
                    self._recursive.update(dict.fromkeys(component, circle))

    def _from(self, pointer: str) -> frozenset[str]:
        """Give the references in what *pointer* names, found once."""
        edges = self._edges.get(pointer)
        if edges is None:
            found = self.resolve(pointer)
            inside = _references(found[0]) if found is not None else ()
            edges = self._edges[pointer] = frozenset(inside)
        return edges


def _popped(stack: list[str], last: str) -> list[str]:
    """Take what is on top of *stack*, down to *last*."""
    out = [stack.pop()]
    while out[-1] != last:
        out.append(stack.pop())
    return out


def _references(schema: Any) -> Iterator[str]:
    """Give every reference inside *schema*, its definitions apart."""
    open_ = [(schema, 0)]
    while open_:
        value, depth = open_.pop()
        if not isinstance(value, dict) or depth > MAX_DEPTH:
            continue
        ref = value.get("$ref")
        if isinstance(ref, str):
            yield ref
        open_ += [
            (inner, depth + 1)
            for step, inner in inner_schemas(value)
            if not _is_definition(step)
        ]


def _is_definition(step: str) -> bool:
    key = step[1:].partition(".")[0]
    return key in DEFINITIONS and key in NAMED
