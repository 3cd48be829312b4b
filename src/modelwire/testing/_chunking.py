"""
Chunk invariance: the same bytes in any split give exactly the same items.

It takes a way to make a decoder and some bytes, and feeds them whole, byte by byte, in
every single cut and in random ones.  Cuts come from a seed: a failure repeats.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final, Protocol

__all__ = ["Feedable", "assert_chunk_invariant", "cuts", "run_decoder"]

_EVERY_CUT: Final = 600
"""Up to this many bytes each single cut is tried."""
_EVERY_BYTE: Final = 100_000
"""Up to this many bytes they are fed one by one."""


class Feedable(Protocol):
    """Any decoder of modelwire: bytes in, a list of items out."""

    def feed(self, data: bytes, /) -> list[Any]:
        """Take bytes and give the items that they complete."""
        raise NotImplementedError  # pragma: no cover - a protocol's member

    def close(self) -> list[Any]:
        """Take the end of the bytes."""
        raise NotImplementedError  # pragma: no cover - a protocol's member


def run_decoder(decoder: Feedable, pieces: Sequence[bytes]) -> list[Any]:
    """
    Feed a decoder and close it, twice.

    Args:
        decoder: A fresh decoder.
        pieces: What to feed, in order.

    Returns:
        Every item.

    Raises:
        AssertionError: The second `close` gave something.
    """
    items: list[Any] = []
    for piece in pieces:
        items += decoder.feed(piece)
    items += decoder.close()
    again = decoder.close()
    if again:
        msg = f"the second close() gave {again!r}"
        raise AssertionError(msg)
    return items


def assert_chunk_invariant(
    make_decoder: Callable[[], Feedable],
    data: bytes,
    *,
    seed: int = 0,
    random_cuts: int = 8,
) -> list[Any]:
    """
    Assert that the items do not depend on how the bytes were cut.

    Args:
        make_decoder: Makes a fresh decoder.
        data: The bytes.
        seed: Chooses the random cuts.
        random_cuts: How many of them to try.

    Returns:
        The items, for further asserts.

    Raises:
        AssertionError: Some cut gave other items, or left `failed` or
            `trailing_bytes` otherwise than the bytes fed whole.  Items are compared
            with their `raw`, which equality leaves out.
    """
    expected, expected_state = _observe(make_decoder(), [data])
    for name, pieces in _cuts(data, seed, random_cuts):
        found, state = _observe(make_decoder(), pieces)
        if found == expected and state == expected_state:
            continue
        first = next(
            (
                n
                for n, (a, b) in enumerate(zip(expected, found, strict=False))
                if a != b
            ),
            min(len(expected), len(found)),
        )
        msg = (
            f"cut {name}: {len(found)} items and state {state} instead of "
            f"{len(expected)} and {expected_state}; first difference at item {first}: "
            f"{found[first : first + 1]!r} instead of {expected[first : first + 1]!r}"
        )
        raise AssertionError(msg)
    return [item for item, _ in expected]


def _observe(
    decoder: Feedable, pieces: Sequence[bytes]
) -> tuple[list[tuple[Any, Any]], tuple[Any, Any]]:
    items = run_decoder(decoder, pieces)
    state = (getattr(decoder, "failed", None), getattr(decoder, "trailing_bytes", None))
    return [(item, getattr(item, "raw", None)) for item in items], state


def cuts(data: bytes, *, seed: int = 0) -> Iterator[list[bytes]]:
    """
    Give ways to cut bytes.

    Args:
        data: The bytes.
        seed: Chooses the random cuts.

    Yields:
        Pieces that join to *data*: all of it, with empty pieces, in every single cut
        where there are few bytes, byte by byte, and in eight random cuts.
    """
    yield [data]
    yield from (pieces for _, pieces in _cuts(data, seed, 8))


def _cuts(
    data: bytes, seed: int, random_cuts: int
) -> Iterator[tuple[str, list[bytes]]]:
    yield "with empty pieces", [b"", data, b""]
    if len(data) <= _EVERY_CUT:
        for place in range(1, len(data)):
            yield f"at {place}", [data[:place], data[place:]]
    if len(data) <= _EVERY_BYTE:
        yield "byte by byte", [data[n : n + 1] for n in range(len(data))]
    source = random.Random(seed)  # noqa: S311 - cuts, not secrets
    for number in range(random_cuts):
        count = min(len(data), source.choice((1, 2, 3, 8, 40)))
        places = sorted(source.randrange(len(data) + 1) for _ in range(count))
        edges = [0, *places, len(data)]
        pieces = [data[a:b] for a, b in itertools.pairwise(edges)]
        yield f"number {number} of seed {seed} at {places}", pieces
