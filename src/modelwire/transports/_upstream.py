"""
The synchronous transport: sends an encoded request, gives bytes back.

It holds no protocol knowledge and raises for no status; clients, providers and
gateways stand on it.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

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
from modelwire.transports._raw import RawResponse, RawStream

if TYPE_CHECKING:
    from modelwire.codecs import EncodedRequest
    from modelwire.transports._endpoint import Endpoint

__all__ = ["Upstream"]


class Upstream:
    """
    One endpoint behind an HTTP client.

    Args:
        endpoint: Where requests go.
        client: An `httpx.Client` or `httpx2.Client` of the caller's, which stays the
            caller's to close; `None`: one of our own, made when it is first needed.
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

    def close(self) -> None:
        """Close the client, where it is ours; twice is harmless."""
        if self._is_ours and self._client is not None:
            self._client.close()
            self._client = None

    def send(
        self,
        encoded: EncodedRequest,
        *,
        model: str = "",
        content: Any = None,
        headers: Iterable[tuple[str, str]] = (),
        timeout: float | None = None,
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
        deadline = _after(shortest(timeout, self.timeouts.total))
        raw = self.open(
            encoded, model=model, content=content, headers=headers, timeout=timeout
        )
        with raw:
            pieces: list[bytes] = []
            size = 0
            for piece in raw:
                pieces.append(piece)
                size += len(piece)
                if bounded(pieces, size, limits=self.limits, ok=raw.ok):
                    break
                if deadline is not None and time.monotonic() > deadline:
                    raise whole_call_spent()
            return RawResponse(
                status=raw.status, headers=raw.headers, body=b"".join(pieces)
            )

    def open(
        self,
        encoded: EncodedRequest,
        *,
        model: str = "",
        content: Any = None,
        headers: Iterable[tuple[str, str]] = (),
        timeout: float | None = None,
    ) -> RawStream:
        """
        Send a request and give the answer while it comes.

        Args:
            encoded: What a codec gave.
            model: The model, for endpoints that name it in the path.
            content: Sent in place of the encoded body: bytes or an iterator of them.
            headers: More headers of this call.
            timeout: Seconds until the answer's headers; `None`: as `Timeouts` says.

        Returns:
            The open answer, whatever its status; close it.

        Raises:
            TransportError: The connection failed.
        """
        request = outgoing(
            self.endpoint, encoded, model=model, content=content, headers=headers
        )
        deadline = _after(self.timeouts.total)
        auth = self.endpoint.auth
        proof = () if auth is None else (auth.pair(),)
        most = shortest(timeout, self.timeouts.total)
        try:
            client = self._open_client()
            built = client.build_request(
                request.method,
                request.url,
                headers=[*request.headers, *proof],
                content=request.content,
                timeout=self._library.Timeout(**waits(self.timeouts, most)),
            )
            response = client.send(built, stream=True, follow_redirects=False)
        except Exception as error:
            mapped = to_transport_error(error)
            if mapped is None:
                raise
            raise mapped from error
        if response.status_code == 401 and auth is not None:
            auth.forget()
        if timeout is not None:
            # The opening is over.  The library looks the waits up in this public
            # extension when the body is first read (tests/transports/test_timeouts.py).
            built.extensions["timeout"].update(
                waits(self.timeouts, self.timeouts.total)
            )
        return RawStream(
            status=response.status_code,
            headers=received(response),
            iterator=_Bytes(response, deadline),
        )

    def _open_client(self) -> Any:
        if self._client is None:
            tls = tls_for(self._library, self.endpoint.base_url)
            self._client = silent_cookies(self._library.Client(verify=tls))
        return self._client


def _after(seconds: float | None) -> float | None:
    return None if seconds is None else time.monotonic() + seconds


class _Bytes:
    """The bytes of a response, with the library's exceptions as ours."""

    __slots__ = ("_deadline", "_pieces", "_response")

    def __init__(self, response: Any, deadline: float | None) -> None:
        self._response = response
        self._pieces: Iterator[bytes] = response.iter_bytes()
        self._deadline = deadline

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        try:
            piece = next(self._pieces)
        except StopIteration:
            self.close()
            raise
        except Exception as error:
            self.close()
            mapped = to_transport_error(error)
            if mapped is None:
                raise
            raise mapped from error
        if self._deadline is not None and time.monotonic() > self._deadline:
            self.close()
            raise whole_call_spent()
        return piece

    def close(self) -> None:
        self._response.close()
