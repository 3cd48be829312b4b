"""
Folding streamed arguments (`partialArgs`, Vertex) into one JSON object.

    {"jsonPath": "$.recipe.steps[0]", "stringValue": "Pre", "willContinue": true}
    {"jsonPath": "$.recipe.steps[0]", "stringValue": "heat."}

Each entry names a place and brings a scalar; text grows while `willContinue` says so.
Indexes of lists come in order; one that leaves a gap makes no gap, so that a peer
cannot make a list of a million nulls with one number.

Source:
    wire/gemini_generate.md section 5 and the recorded case vercel-ai__google-google-
    vertex-stream-tool-call-arguments-nested-1-chunks, read 2026-11-21.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

from modelwire.codecs import _json

if TYPE_CHECKING:
    from modelwire.ir._base import JSONObject

__all__ = ["PartialArgs"]

_STEP: Final = re.compile(
    r"""\.(?P<name>[^.\[\]]+)|\[(?P<index>\d{1,9})\]|\[(?P<quote>['"])(?P<key>.*?)(?P=quote)\]""",
    re.DOTALL,
)


class _Text:
    """Text that grows."""

    __slots__ = ("open", "pieces")

    def __init__(self) -> None:
        self.pieces: list[str] = []
        self.open = True


class PartialArgs:
    """
    The arguments of one call as far as they have come.

    Args:
        max_depth: How deep a path may lead.
    """

    __slots__ = ("_depth", "_root", "size")

    def __init__(self, max_depth: int) -> None:
        self._depth = max_depth
        # Containers are dicts while they grow: keys are str or (lists) int.
        self._root: dict[Any, Any] = {}
        self.size = 0
        """About how many bytes are held."""

    def add(self, entry: Any) -> tuple[str, str] | None:
        """
        Take one entry of `partialArgs`.

        Args:
            entry: The entry as received.

        Returns:
            The place without `$.` and the text that it grew by, for live display;
            `None` for an entry that cannot be understood.
        """
        if type(entry) is not dict:
            return None
        path = entry.get("jsonPath")
        steps = _steps(path, self._depth) if type(path) is str else None
        value, text = _scalar(entry)
        if not steps or text is None or type(path) is not str:
            return None
        place = self._root
        for step, following in pairwise(steps):
            inner = place.get(step)
            if type(inner) is not dict or (
                inner and _kind(inner) is not type(following)
            ):
                inner = {}
                place[step] = inner
            place = inner
        # A list and an object are told by the type of their keys.
        last = steps[-1]
        self.size += 64 * len(steps) + len(path) + len(text)
        if type(value) is str:
            grown = place.get(last)
            if type(grown) is not _Text or not grown.open:
                grown = place[last] = _Text()
            grown.pieces.append(value)
            grown.open = entry.get("willContinue") is True
        else:
            place[last] = value
        return path.removeprefix("$").removeprefix("."), text

    def build(self) -> JSONObject:
        """Give the object so far."""
        built: JSONObject = _built(self._root)
        return built


def _steps(path: str, limit: int) -> list[str | int] | None:
    """Read `$.a[0]["b"]`; `None` for anything else."""
    if path[:1] != "$" or len(path) == 1:
        return None
    steps: list[str | int] = []
    position = 1
    while position < len(path):
        match = _STEP.match(path, position)
        if match is None or len(steps) >= limit:
            return None
        index = match["index"]
        if index is not None:
            steps.append(int(index))
        else:
            steps.append(match["name"] if match["name"] is not None else match["key"])
        position = match.end()
    return steps if type(steps[0]) is str else None


def _scalar(entry: JSONObject) -> tuple[Any, str | None]:
    """Give the value of an entry, and its text; no text: it has no known value."""
    text = entry.get("stringValue")
    if type(text) is str:
        return text, text
    for key in ("numberValue", "boolValue"):
        value = entry.get(key)
        if type(value) in (int, float, bool):
            return value, _json.dumps_str(value)
    if "nullValue" in entry:
        return None, "null"
    return None, None


def _kind(container: dict[Any, Any]) -> type:
    return type(next(iter(container)))


def _built(value: Any) -> Any:
    """Make lists and text of what grew; paths bound the depth."""
    if type(value) is _Text:
        return "".join(value.pieces)
    if type(value) is not dict:
        return value
    if value and _kind(value) is int:
        return [_built(value[index]) for index in sorted(value)]
    return {key: _built(item) for key, item in value.items()}
