"""Ids for what a source did not name: deterministic, unique in a conversation."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from modelwire.codecs._base import Ids
from modelwire.ir._parts import ToolCallPart, ToolResultPart

if TYPE_CHECKING:
    from modelwire.ir._messages import Message
    from modelwire.ir._request import ChatRequest

__all__ = ["call_ids", "counting_ids", "history_ids", "turn_seed"]


def counting_ids(seed: str | None = None) -> Ids:
    """
    Make the default id source of one codec call.

    Args:
        seed: The response's own id; ids are prefixed with it, so that they stay
            unique over a whole conversation.

    Returns:
        A function from a kind (`response`, `message`, `call`, `item`) to an id
        `<seed>_<kind>_<n>`, counting each kind from 0.
    """
    return _Counting(f"{seed}_" if seed else "")


def turn_seed(request: ChatRequest | None) -> str | None:
    """
    Give what stands in front of ids where an answer has no id of its own.

    Args:
        request: The request that is answered, where known.

    Returns:
        The turn's number, which keeps the ids of two answers apart.
    """
    return None if request is None else f"turn_{len(request.messages)}"


class _Counting:
    """Counts each kind; a class, so that a copy in the middle counts on its own."""

    __slots__ = ("_counts", "_prefix")

    def __init__(self, prefix: str) -> None:
        self._prefix = prefix
        self._counts: dict[str, int] = {}

    def __call__(self, kind: str) -> str:
        number = self._counts.get(kind, 0)
        self._counts[kind] = number + 1
        return f"{self._prefix}{kind}_{number}"


def history_ids(taken: Iterable[str], prefix: str = "call") -> Callable[[], str]:
    """
    Make the ids of calls in one request: they count over its whole history.

    Args:
        taken: Ids that the history has itself; read when the first id is made.
        prefix: What stands in front of the number.

    Returns:
        A function that gives `call_0`, `call_1`, … without those of *taken*.  The
        same history gives the same ids, and a longer one begins with them.
    """
    return _Free(taken, prefix)


class _Free:
    """Counts past what is taken."""

    __slots__ = ("_number", "_prefix", "_source", "_taken")

    def __init__(self, source: Iterable[str], prefix: str) -> None:
        self._source = source
        self._prefix = prefix
        self._taken: frozenset[str] | None = None
        self._number = 0

    def __call__(self) -> str:
        if self._taken is None:
            self._taken = frozenset(self._source)
        while True:
            made = f"{self._prefix}_{self._number}"
            self._number += 1
            if made not in self._taken:
                return made


def call_ids(messages: Sequence[Message]) -> Iterator[str]:
    """
    Give the ids that a conversation's calls and results have.

    Args:
        messages: The conversation.

    Returns:
        The ids, as they come.
    """
    for message in messages:
        for part in message.parts:
            if isinstance(part, ToolCallPart):
                yield part.id
            elif isinstance(part, ToolResultPart):
                yield part.call_id
