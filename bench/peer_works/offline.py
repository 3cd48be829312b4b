"""HTTP clients that answer from memory: a package's real path, without a network."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from types import ModuleType
from typing import Any

__all__ = ["client", "transport"]


def transport(
    httpx: ModuleType, body: list[bytes], content_type: str, asked: list[bytes]
) -> Any:
    """
    Make a transport that answers everything with 200 and *body*.

    Args:
        httpx: httpx or httpx2, whichever the package uses.
        body: The reads of the answer.
        content_type: Of the answer.
        asked: Where the body of the last request goes.
    """

    class Reads(httpx.SyncByteStream, httpx.AsyncByteStream):  # type: ignore[misc,name-defined]
        def __iter__(self) -> Iterator[bytes]:
            return iter(body)

        async def __aiter__(self) -> AsyncIterator[bytes]:
            for piece in body:
                yield piece

    headers = {"content-type": content_type}

    def answer(request: Any) -> Any:
        asked[:] = [request.content]
        return httpx.Response(200, headers=headers, stream=Reads())

    return httpx.MockTransport(answer)


def client(
    httpx: ModuleType,
    body: list[bytes],
    *,
    content_type: str = "text/event-stream",
    waits: bool = True,
    asked: list[bytes] | None = None,
) -> Any:
    """Make a client over such a transport; one that is awaited unless it *waits*."""
    kind = httpx.Client if waits else httpx.AsyncClient
    seen = [] if asked is None else asked
    return kind(transport=transport(httpx, body, content_type, seen))
