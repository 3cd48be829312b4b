"""
The ASGI side of the gateway: reading a request's body, writing an answer.

Nothing here knows a dialect.

Source:
    The ASGI specification 3.0, HTTP and lifespan, read 2026-11-21.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from typing import Any, TypeAlias

import anyio

from modelwire.errors import ErrorInfo, ProviderError

__all__ = [
    "ClientGone",
    "Receive",
    "Reply",
    "Scope",
    "Send",
    "gone",
    "headers_of",
    "lifespan",
    "read_body",
]

Scope: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send: TypeAlias = Callable[[MutableMapping[str, Any]], Awaitable[None]]


class ClientGone(Exception):  # noqa: N818 - not an error: the client left
    """The client left before its request was whole."""


def headers_of(scope: Scope) -> tuple[tuple[str, str], ...]:
    """Give a request's headers, names in lower case."""
    return tuple(
        (name.decode("latin-1").lower(), value.decode("latin-1"))
        for name, value in scope["headers"]
    )


async def read_body(receive: Receive, *, most: int, patience: float) -> bytes:
    """
    Read a request's body.

    Args:
        receive: The connection.
        most: The longest body that is taken (bytes).
        patience: Seconds between two pieces.

    Returns:
        The body.

    Raises:
        ProviderError: It is too long (413), or it does not come (408).
        ClientGone: The client left.
    """
    pieces: list[bytes] = []
    size = 0
    while True:
        message: MutableMapping[str, Any] | None = None
        with anyio.move_on_after(patience):
            message = await receive()
        if message is None:
            raise ProviderError(
                ErrorInfo(kind="timeout", status=408, message="the body did not come")
            )
        if message["type"] == "http.disconnect":
            raise ClientGone
        piece = message.get("body", b"")
        size += len(piece)
        if size > most:
            text = f"the body is longer than {most} bytes"
            raise ProviderError(
                ErrorInfo(kind="request_too_large", status=413, message=text)
            )
        pieces.append(piece)
        if not message.get("more_body", False):
            return b"".join(pieces)


async def gone(receive: Receive) -> None:
    """Return when the client has left."""
    while (await receive())["type"] != "http.disconnect":
        pass


class Reply:
    """An answer that is written once: whole, or piece by piece."""

    def __init__(self, send: Send, headers: Iterable[tuple[str, str]] = ()) -> None:
        self._send = send
        self._common = tuple(headers)
        self.status: int | None = None
        """What was sent; `None`: nothing yet."""
        self.size = 0
        """Bytes of the body so far."""
        self.is_whole = False
        """Whether the answer was written to its end."""

    async def whole(
        self, status: int, headers: Iterable[tuple[str, str]], body: bytes
    ) -> None:
        """Send a whole answer."""
        length = ("content-length", str(len(body)))
        await self.start(status, (*headers, length))
        self.size = len(body)
        await self._body(body, more=False)

    async def start(self, status: int, headers: Iterable[tuple[str, str]]) -> None:
        """Send status and headers; those of the caller win over the common ones."""
        own = tuple(headers)
        named = {name for name, _ in own}
        pairs = (*own, *(pair for pair in self._common if pair[0] not in named))
        self.status = status
        await self._send(
            {
                "type": "http.response.start",
                "status": status,
                "headers": [
                    (name.encode("latin-1"), value.encode("latin-1", "replace"))
                    for name, value in pairs
                ],
            }
        )

    async def piece(self, body: bytes) -> None:
        """Send a piece of the body."""
        self.size += len(body)
        await self._body(body, more=True)

    async def end(self) -> None:
        """End the body."""
        await self._body(b"", more=False)

    async def _body(self, body: bytes, *, more: bool) -> None:
        self.is_whole = not more
        await self._send(
            {"type": "http.response.body", "body": body, "more_body": more}
        )


async def lifespan(
    receive: Receive, send: Send, shutdown: Callable[[], Awaitable[None]]
) -> None:
    """
    Answer the server's start and stop.

    Args:
        receive: The server.
        send: The server.
        shutdown: What to do at the end.
    """
    while True:
        message = await receive()
        if message["type"] == "lifespan.startup":
            await send({"type": "lifespan.startup.complete"})
        elif message["type"] == "lifespan.shutdown":
            await shutdown()
            await send({"type": "lifespan.shutdown.complete"})
            return
