"""Deterministic mutation of bytes: the same seed number gives the same inputs."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence

__all__ = ["inputs"]

_TOKENS = (
    b"\n", b"\r", b"\r\n", b"\n\n", b"data:", b"data: ", b"event: ", b": \n",
    b"data: [DONE]\n\n", b"{", b"}", b"[", b"]", b'"', b"\\", b"\\u0000", b"\\ud83d",
    b"null", b"true", b"0", b"-1", b"1e999", b"NaN", b"99999999999999999999",
    b"\xef\xbb\xbf", b"\xff", b"\x00", "\u2028".encode(), b"[" * 200, b'{"a":' * 200,
)  # fmt: skip
"""Pieces that parsers stumble over."""


def inputs(seeds: Sequence[bytes], number: int) -> Iterator[bytes]:
    """
    Give mutated seeds without end.

    Args:
        seeds: What to begin with.
        number: The seed of the random numbers.
    """
    source = random.Random(number)
    while True:
        data = bytearray(source.choice(seeds))
        for _ in range(source.choice((1, 1, 2, 3, 8))):
            source.choice(_STEPS)(data, source, seeds)
        yield bytes(data)


def _span(data: bytearray, source: random.Random) -> tuple[int, int]:
    start = source.randint(0, len(data))
    return start, min(len(data), start + source.choice((1, 2, 4, 16, 64)))


def _flip(data: bytearray, source: random.Random, _seeds: Sequence[bytes]) -> None:
    if data:
        data[source.randrange(len(data))] = source.randrange(256)


def _delete(data: bytearray, source: random.Random, _seeds: Sequence[bytes]) -> None:
    start, end = _span(data, source)
    del data[start:end]


def _repeat(data: bytearray, source: random.Random, _seeds: Sequence[bytes]) -> None:
    start, end = _span(data, source)
    data[end:end] = data[start:end] * source.choice((1, 2, 8))


def _token(data: bytearray, source: random.Random, _seeds: Sequence[bytes]) -> None:
    start, end = _span(data, source)
    data[start : source.choice((start, end))] = source.choice(_TOKENS)


def _splice(data: bytearray, source: random.Random, seeds: Sequence[bytes]) -> None:
    other = source.choice(seeds)
    cut = source.randint(0, len(other))
    data[source.randint(0, len(data)) :] = other[cut:]


def _cut(data: bytearray, source: random.Random, _seeds: Sequence[bytes]) -> None:
    del data[source.randint(0, len(data)) :]


def _value(data: bytearray, source: random.Random, _seeds: Sequence[bytes]) -> None:
    """Put a value of another type after a colon."""
    places = [at for at, byte in enumerate(data) if byte == 0x3A]
    if places:
        start = source.choice(places) + 1
        end = start
        while end < len(data) and data[end] not in b",}]\n":
            end += 1
        values = (b"null", b"true", b"[]", b"{}", b'"x"', b"1.5", b"-1", b"[null]")
        data[start:end] = source.choice(values)


_STEPS = (_flip, _delete, _repeat, _token, _splice, _cut, _value, _value)
