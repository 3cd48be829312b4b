"""
Fixtures for pytest, found through the entry point `pytest11` (`-p no:modelwire` off).

pytest imports this module in every run, so it loads nothing of ours before a fixture
is used, and never Hypothesis.

- `modelwire_upstream`: `upstream = modelwire_upstream("openai-chat", "Hello.")` gives a
  `ScriptedUpstream` that serves at `upstream.url` until the test ends; then it is
  stopped and checked.
- `modelwire_chunkings`: `for pieces in modelwire_chunkings(data)` gives ways to cut
  bytes: whole, byte by byte, in every single cut where there are few, and in cuts that
  a seed chooses.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Protocol

import pytest

if TYPE_CHECKING:
    from modelwire.testing._script import Reply
    from modelwire.testing._upstream import Received, ScriptedUpstream

__all__ = [
    "Chunkings",
    "ServeUpstream",
    "modelwire_chunkings",
    "modelwire_upstream",
]


class ServeUpstream(Protocol):
    """What the fixture `modelwire_upstream` is."""

    def __call__(
        self,
        dialect: str,
        replies: Reply | Iterable[Reply] | Callable[[Received], Reply],
    ) -> ScriptedUpstream:
        """
        Make an upstream and serve it until the test ends.

        Args:
            dialect: What it speaks.
            replies: Its script, as `ScriptedUpstream` takes it.

        Returns:
            The upstream; `url` says where it is.
        """
        raise NotImplementedError  # pragma: no cover - a protocol's member


class Chunkings(Protocol):
    """What the fixture `modelwire_chunkings` is."""

    def __call__(self, data: bytes, *, seed: int = 0) -> Iterator[list[bytes]]:
        """
        Give ways to cut bytes, in the order of their cost.

        Args:
            data: The bytes.
            seed: Chooses the random cuts.

        Returns:
            Lists of pieces that join to *data*.
        """
        raise NotImplementedError  # pragma: no cover - a protocol's member


@pytest.fixture
def modelwire_upstream() -> Iterator[ServeUpstream]:
    """Serve scripted upstreams on 127.0.0.1 while the test runs."""
    from modelwire.testing._upstream import ScriptedUpstream  # noqa: PLC0415

    with contextlib.ExitStack() as stack:

        def serve(
            dialect: str,
            replies: Reply | Iterable[Reply] | Callable[[Received], Reply],
        ) -> ScriptedUpstream:
            upstream = ScriptedUpstream(dialect, replies)
            stack.enter_context(upstream.serving())
            return upstream

        yield serve


@pytest.fixture
def modelwire_chunkings() -> Chunkings:
    """Give ways to cut bytes."""
    from modelwire.testing._chunking import cuts  # noqa: PLC0415

    return cuts
