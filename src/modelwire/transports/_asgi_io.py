"""
The ASGI side of the gateway: reading a request's body, writing an answer.

Nothing here knows a dialect.

Source:
    The ASGI specification 3.0, HTTP and lifespan, read 2026-11-21.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from typing import Any, Final, TypeAlias

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

_ENDS: Final = ("\r", "\n", "\x00")
"""What would end a header; servers write what an application gives them."""


class ClientGone(Exception):  # noqa: N818 - not an error: the client left
    """The client left before its request was whole, or before the answer was."""


def headers_of(scope: Scope) -> tuple[tuple[str, str], ...]:
    """
    Give a request's headers, each name once and in lower case.

    Args:
        scope: The ASGI scope.

    Returns:
        The headers; values of a name that came twice are joined by commas, which is
        what they mean (RFC 9110 section 5.2), so that none hides another.
    """
    named: dict[str, str] = {}
    for raw_name, raw_value in scope["headers"]:
        name, value = raw_name.decode("latin-1").lower(), raw_value.decode("latin-1")
        named[name] = f"{named[name]},{value}" if name in named else value
    return tuple(named.items())


async def read_body(
    receive: Receive, *, most: int, patience: float, total: float
) -> bytes:
    """
    Read a request's body.

    Args:
        receive: The connection.
        most: The longest body that is taken (bytes).
        patience: Seconds between two pieces.
        total: Seconds for all of it.

    Returns:
        The body.

    Raises:
        ProviderError: It is too long (413), or it does not come (408).
        ClientGone: The client left.
    """
    pieces: list[bytes] = []
    size = 0
    until = time.monotonic() + total
    while True:
        message: MutableMapping[str, Any] | None = None
        with anyio.move_on_after(min(patience, max(until - time.monotonic(), 0))):
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
            raise too_long(most)
        pieces.append(piece)
        if not message.get("more_body", False):
            return b"".join(pieces)


def too_long(most: int) -> ProviderError:
    """Give the refusal of a body of more than *most* bytes."""
    text = f"the body is longer than {most} bytes"
    return ProviderError(ErrorInfo(kind="request_too_large", status=413, message=text))


async def gone(receive: Receive) -> None:
    """Return when the client has left."""
    while (await receive())["type"] != "http.disconnect":
        pass


class Reply:
    """An answer that is written once: whole, or piece by piece."""

    def __init__(self, send: Send, headers: Iterable[tuple[str, str]] = ()) -> None:
        self._send = send
        self._common = dict(headers)
        self.status: int | None = None
        """What was sent; `None`: nothing yet."""
        self.size: int = 0
        """Bytes of the body so far."""
        self.is_whole: bool = False
        """Whether the answer was written to its end."""
        self.is_writing: bool = False
        """Whether the client has not taken yet what was written last."""
        self.last: float = time.monotonic()
        """When something was written last; before that, when the request came."""

    def always(self, name: str, value: str) -> None:
        """Add a header that the answer has unless the caller gives it another value."""
        self._common[name] = value

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
        pairs = (*own, *(pair for pair in self._common.items() if pair[0] not in named))
        self.status = status
        await self._sent(
            {
                "type": "http.response.start",
                "status": status,
                "headers": [
                    (name.encode("latin-1"), value.encode("latin-1", "replace"))
                    for name, value in pairs
                    if not any(end in name or end in value for end in _ENDS)
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
        await self._sent(
            {"type": "http.response.body", "body": body, "more_body": more}
        )

    async def _sent(self, message: MutableMapping[str, Any]) -> None:
        self.last = time.monotonic()
        self.is_writing = True
        try:
            await self._send(message)
        except OSError as error:
            # Servers may say so instead of dropping what is sent (specification 2.4).
            raise ClientGone from error
        self.is_writing = False


async def lifespan(
    receive: Receive,
    send: Send,
    *,
    startup: Callable[[], None],
    shutdown: Callable[[], Awaitable[None]],
) -> None:
    """
    Answer the server's start and stop.

    Args:
        receive: The server.
        send: The server.
        startup: What to do at the beginning.
        shutdown: What to do at the end.
    """
    while True:
        message = await receive()
        if message["type"] == "lifespan.startup":
            startup()
            await send({"type": "lifespan.startup.complete"})
        elif message["type"] == "lifespan.shutdown":
            await shutdown()
            await send({"type": "lifespan.shutdown.complete"})
            return
