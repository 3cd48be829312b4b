"""Answers as the upstream sent them: whole, or byte by byte while they come."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import Protocol, Self

import attrs

__all__ = [
    "AsyncByteReader",
    "AsyncRawStream",
    "ByteReader",
    "RawResponse",
    "RawStream",
]


@attrs.frozen(kw_only=True)
class RawResponse:
    """An answer as the upstream sent it, whatever its status."""

    status: int
    """The HTTP status."""
    headers: tuple[tuple[str, str], ...] = attrs.field(repr=False)
    """The headers, names in lower case."""
    body: bytes = attrs.field(repr=False)
    """The body after decompression."""

    @property
    def ok(self) -> bool:
        """Whether the status says success."""
        return 200 <= self.status < 300


class ByteReader(Protocol):
    """Gives the bytes of a body as they come."""

    def __next__(self) -> bytes: ...

    def __iter__(self) -> Iterator[bytes]: ...

    def close(self) -> None:
        """Close the connection; twice is harmless."""
        ...


class AsyncByteReader(Protocol):
    """Gives the bytes of a body as they come."""

    async def __anext__(self) -> bytes: ...

    def __aiter__(self) -> AsyncIterator[bytes]: ...

    async def aclose(self) -> None:
        """Close the connection; twice is harmless."""
        ...


@attrs.frozen(kw_only=True)
class RawStream:
    """
    An answer's bytes while they come, whatever its status.

    It is iterated once; as a context manager it closes the connection at its end,
    however that comes.
    """

    status: int
    """The HTTP status."""
    headers: tuple[tuple[str, str], ...] = attrs.field(repr=False)
    """The headers, names in lower case."""
    iterator: ByteReader = attrs.field(repr=False)
    """The bytes, as the connection gives them."""

    @property
    def ok(self) -> bool:
        """Whether the status says success."""
        return 200 <= self.status < 300

    def __iter__(self) -> Iterator[bytes]:
        return iter(self.iterator)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connection, where it is still open."""
        self.iterator.close()


@attrs.frozen(kw_only=True)
class AsyncRawStream:
    """`RawStream` for asynchronous callers."""

    status: int
    """The HTTP status."""
    headers: tuple[tuple[str, str], ...] = attrs.field(repr=False)
    """The headers, names in lower case."""
    iterator: AsyncByteReader = attrs.field(repr=False)
    """The bytes, as the connection gives them."""

    @property
    def ok(self) -> bool:
        """Whether the status says success."""
        return 200 <= self.status < 300

    def __aiter__(self) -> AsyncIterator[bytes]:
        return aiter(self.iterator)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close the connection, where it is still open."""
        await self.iterator.aclose()
