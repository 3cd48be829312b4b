"""
What a worker of `make bench-peers` does: one workload of one package.

Standard library alone: it runs in the environment of every peer.
"""

from __future__ import annotations

import collections
import dataclasses
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

__all__ = ["SSE", "Payloads", "Work", "iterated", "once"]

SSE = {"content-type": "text/event-stream"}
"""The headers of a streamed answer."""
READ = 16 * 1024


@dataclasses.dataclass(frozen=True)
class Payloads:
    """The bytes that everybody reads, from the folder that the driver wrote."""

    folder: Path

    def reads(self, name: str) -> list[bytes]:
        """Give a stream as it is delivered: in reads of 16 KiB."""
        data = self.whole(f"{name}.sse")
        return [data[at : at + READ] for at in range(0, len(data), READ)]

    def whole(self, name: str) -> bytes:
        """Give a file."""
        return (self.folder / name).read_bytes()


@dataclasses.dataclass(frozen=True)
class Work:
    """One workload of one contender."""

    run: Callable[[], object]
    """Does it once; what is timed."""
    text: Callable[[], str]
    """Does it once and gives all text that came of it, so that no work is left out."""
    note: str = ""
    """What it does more or less than the others."""
    before: Callable[[], object] = dict
    """What has to be done before it; not timed."""


def iterated(
    events: Callable[[], Iterable[Any]], text: Callable[[Any], str], note: str = ""
) -> Work:
    """
    Make a work of events that are read one by one.

    Args:
        events: Begins the stream anew.
        text: The text of one event, or nothing.
        note: What it does more or less than the others.
    """

    def run() -> None:
        collections.deque(events(), maxlen=0)

    return Work(run, lambda: "".join(text(event) for event in events()), note)


def once(make: Callable[[], Any], text: Callable[[Any], str], note: str = "") -> Work:
    """Make a work of one call; *text* says what is in its result."""
    return Work(make, lambda: text(make()), note)
