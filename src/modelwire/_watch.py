"""
What a stream says about itself, kept while its chunks go by.

`Watch` is fed chunks; `Watched` is the read-only view of one that the tap and the
translator share.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from modelwire.ir._chunks import (
    ChoiceFinish,
    ResponseUpdate,
    StreamEnd,
    StreamError,
    StreamStart,
    UsageUpdate,
)

if TYPE_CHECKING:
    from modelwire.errors import ErrorInfo
    from modelwire.ir._outcome import Finish, Usage

__all__ = ["WATCHED", "Watch", "Watched"]


class Watch:
    """What a stream has said so far."""

    __slots__ = ("complete", "error", "finishes", "id", "model", "usage")

    def __init__(self) -> None:
        self.id: str | None = None
        self.model: str | None = None
        self.usage: Usage | None = None
        self.finishes: dict[int, Finish] = {}
        self.error: ErrorInfo | None = None
        self.complete = False

    def see(self, chunk: Any) -> None:
        """Take the next chunk of one of the `WATCHED` classes; others say nothing."""
        if isinstance(chunk, UsageUpdate):
            self.usage = chunk.usage
        elif isinstance(chunk, ChoiceFinish):
            self.finishes[chunk.choice] = chunk.finish
        elif isinstance(chunk, StreamError):
            self.error = chunk.error
        elif isinstance(chunk, StreamEnd):
            self.complete = chunk.complete
        else:
            self.id = self.id or chunk.id
            self.model = chunk.model or self.model


WATCHED: Final[frozenset[type]] = frozenset(
    {UsageUpdate, ChoiceFinish, StreamError, StreamEnd, StreamStart, ResponseUpdate}
)
"""The chunks that `see` reads; asked before the call, which most would make in vain."""


class Watched:
    """The read-only view of a `Watch` that the tap and the translator share."""

    _watch: Watch

    @property
    def usage(self) -> Usage | None:
        """The usage so far; `None`: the stream has not said."""
        return self._watch.usage

    @property
    def finish(self) -> Finish | None:
        """Why the first choice ended; `None`: it has not."""
        finishes = self._watch.finishes
        return finishes[min(finishes)] if finishes else None

    @property
    def finishes(self) -> dict[int, Finish]:
        """Why each choice ended, by its index."""
        return dict(self._watch.finishes)

    @property
    def error(self) -> ErrorInfo | None:
        """The error that ended the stream; `None`: there was none."""
        return self._watch.error

    @property
    def complete(self) -> bool:
        """Whether the stream ended as its dialect says a whole answer ends."""
        return self._watch.complete

    @property
    def model(self) -> str | None:
        """The model that answers."""
        return self._watch.model

    @property
    def id(self) -> str | None:
        """The response's id."""
        return self._watch.id
