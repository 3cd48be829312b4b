"""
The asynchronous transport: sends an encoded request, gives bytes back.

It holds no protocol knowledge and raises for no status; clients, providers and
gateways stand on it.
"""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Iterable
from typing import TYPE_CHECKING, Any

import anyio

from modelwire.transports._http import (
    DEFAULT_HTTP_LIMITS,
    DEFAULT_TIMEOUTS,
    HttpLimits,
    Timeouts,
    bounded,
    library,
    outgoing,
    received,
    shortest,
    silent_cookies,
    tls_for,
    to_transport_error,
    waits,
    whole_call_spent,
)
from modelwire.transports._raw import AsyncRawStream, RawResponse

if TYPE_CHECKING:
    from modelwire.codecs import EncodedRequest
    from modelwire.transports._auth import Auth
    from modelwire.transports._endpoint import Endpoint

__all__ = ["AsyncUpstream"]

_IDLE = 20
"""How many connections are kept open for later; it is the libraries' own default."""


class AsyncUpstream:
    """
    One endpoint behind an HTTP client.

    Args:
        endpoint: Where requests go.
        client: An `httpx.AsyncClient` or `httpx2.AsyncClient` of the caller's, which
            stays the caller's to close; `None`: one of our own, made when it is first
            needed.
        timeouts: How long to wait.
        limits: How much of a whole answer is kept.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        *,
        client: Any = None,
        timeouts: Timeouts = DEFAULT_TIMEOUTS,
        limits: HttpLimits = DEFAULT_HTTP_LIMITS,
    ) -> None:
        self.endpoint = endpoint
        """Where requests go."""
        self.timeouts = timeouts
        """How long to wait."""
        self.limits = limits
        """How much of a whole answer is kept."""
        self._library = library(client)
        self._client = client
        self._is_ours = client is None

    async def aclose(self) -> None:
        """Close the client, where it is ours; twice is harmless."""
        if self._is_ours and self._client is not None:
            await self._client.aclose()
            self._client = None

    def warm(self) -> None:
        """Make what the first call would make, so that it need not wait for it."""
        self._open_client()

    async def send(
        self,
        encoded: EncodedRequest,
        *,
        model: str = "",
        content: Any = None,
        headers: Iterable[tuple[str, str]] = (),
        timeout: float | None = None,  # noqa: ASYNC109
    ) -> RawResponse:
        """
        Send a request and read the whole answer.

        Args:
            encoded: What a codec gave.
            model: The model, for endpoints that name it in the path.
            content: Sent in place of the encoded body.
            headers: More headers of this call.
            timeout: Seconds for this call; `None`: as `Timeouts` says.

        Returns:
            The answer, whatever its status; an error's body is cut at its limit.

        Raises:
            TransportError: The connection failed.
            LimitExceededError: The answer is too long.
        """
        with anyio.move_on_after(timeout):
            raw = await self.open(
                encoded, model=model, content=content, headers=headers
            )
            async with raw:
                body = await self.read(raw)
                return RawResponse(status=raw.status, headers=raw.headers, body=body)
        raise whole_call_spent()

    async def read(self, raw: AsyncRawStream) -> bytes:
        """
        Read an open answer to its end.

        Args:
            raw: The answer.

        Returns:
            Its body; an error's is cut at its limit.

        Raises:
            TransportError: The connection failed.
            LimitExceededError: The answer is too long.
        """
        pieces: list[bytes] = []
        size = 0
        async for piece in raw:
            pieces.append(piece)
            size += len(piece)
            if bounded(pieces, size, limits=self.limits, ok=raw.ok):
                break
        return b"".join(pieces)

    async def open(
        self,
        encoded: EncodedRequest,
        *,
        model: str = "",
        content: Any = None,
        headers: Iterable[tuple[str, str]] = (),
        timeout: float | None = None,  # noqa: ASYNC109
        auth: Auth | None = None,
    ) -> AsyncRawStream:
        """
        Send a request and give the answer while it comes.

        Args:
            encoded: What a codec gave.
            model: The model, for endpoints that name it in the path.
            content: Sent in place of the encoded body: bytes or an iterator of them.
            headers: More headers of this call.
            timeout: Seconds until the answer's headers; `None`: as `Timeouts` says.
            auth: Sent in place of the endpoint's own credential.

        Returns:
            The open answer, whatever its status; close it.

        Raises:
            TransportError: The connection failed.
        """
        request = outgoing(
            self.endpoint, encoded, model=model, content=content, headers=headers
        )
        deadline = _after(self.timeouts.total)
        auth = auth or self.endpoint.auth
        most = shortest(timeout, self.timeouts.total)
        response = None
        try:
            with anyio.move_on_after(most):
                proof = () if auth is None else (await auth.pair_async(),)
                client = self._open_client()
                built = client.build_request(
                    request.method,
                    request.url,
                    headers=[*request.headers, *proof],
                    content=request.content,
                    timeout=self._library.Timeout(
                        **waits(self.timeouts, self.timeouts.total)
                    ),
                )
                response = await client.send(built, stream=True, follow_redirects=False)
        except Exception as error:
            mapped = to_transport_error(error)
            if mapped is None:
                raise
            raise mapped from error
        if response is None:
            raise whole_call_spent()
        if response.status_code == 401 and auth is not None:
            auth.forget()
        return AsyncRawStream(
            status=response.status_code,
            headers=received(response),
            iterator=_Bytes(response, deadline),
        )

    def _open_client(self) -> Any:
        if self._client is None:
            # Streams are long: a pool's bound would queue callers behind each other.
            # Idle connections are few: each request looks at every one of them.
            bounds = self._library.Limits(
                max_connections=None, max_keepalive_connections=_IDLE
            )
            tls = tls_for(self._library, self.endpoint.base_url)
            self._client = silent_cookies(
                self._library.AsyncClient(limits=bounds, verify=tls)
            )
        return self._client


def _after(seconds: float | None) -> float | None:
    return None if seconds is None else time.monotonic() + seconds


class _Bytes:
    """The bytes of a response, with the library's exceptions as ours."""

    __slots__ = ("_deadline", "_pieces", "_response")

    def __init__(self, response: Any, deadline: float | None) -> None:
        self._response = response
        self._pieces: AsyncIterator[bytes] = response.aiter_bytes()
        self._deadline = deadline

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self

    async def __anext__(self) -> bytes:
        try:
            if self._deadline is None:
                return await anext(self._pieces)
            return await self._read_until(self._deadline)
        except StopAsyncIteration:
            await self.aclose()
            raise
        except Exception as error:
            await self.aclose()
            mapped = to_transport_error(error)
            if mapped is None:
                raise
            raise mapped from error

    async def _read_until(self, deadline: float) -> bytes:
        # The scope opens and closes within one read, because a cancel scope may not
        # stay open while the caller has the task.
        with anyio.move_on_after(max(deadline - time.monotonic(), 0)):
            return await anext(self._pieces)
        raise whole_call_spent()

    async def aclose(self) -> None:
        await self._response.aclose()
