"""
What the synchronous and the asynchronous transport share: everything but the waiting.

The HTTP client is httpx, or httpx2, which goes on from it with the same interface; the
client that a caller passes in decides, and neither is imported before it is needed.
Nothing here knows a dialect.
"""

from __future__ import annotations

import functools
import http.cookiejar
import importlib
import ssl
from collections.abc import AsyncIterable, Iterable
from typing import TYPE_CHECKING, Any, Final

import attrs

from modelwire.errors import (
    ErrorInfo,
    ErrorKind,
    LimitExceededError,
    LocalError,
    TransportError,
)

if TYPE_CHECKING:
    from modelwire.codecs import EncodedRequest
    from modelwire.transports._endpoint import Endpoint

__all__ = [
    "DEFAULT_HTTP_LIMITS",
    "DEFAULT_TIMEOUTS",
    "HttpLimits",
    "Outgoing",
    "Timeouts",
    "bounded",
    "library",
    "outgoing",
    "read_error",
    "read_error_async",
    "received",
    "shared_tls",
    "shortest",
    "silent_cookies",
    "tls_for",
    "to_transport_error",
    "waits",
    "whole_call_spent",
]

_LIBRARIES: Final = ("httpx2", "httpx")
"""The maintained one first."""


@attrs.frozen(kw_only=True)
class Timeouts:
    """How long to wait, in seconds; `None`: for ever."""

    connect: float | None = 10.0
    """For the connection, TLS included."""
    read: float | None = 120.0
    """Between two reads: how long an upstream may be silent."""
    write: float | None = 60.0
    """Between two writes of the request."""
    pool: float | None = 60.0
    """For a free connection of the client's pool."""
    total: float | None = None
    """For the whole call, streams included."""


@attrs.frozen(kw_only=True)
class HttpLimits:
    """How much is kept of an answer that is read whole, in bytes after inflation."""

    body: int = 64 * 1024 * 1024
    """An answer's body; a longer one is an error."""
    error_body: int = 1024 * 1024
    """An error's body; what is longer is cut."""


DEFAULT_TIMEOUTS: Final = Timeouts()
DEFAULT_HTTP_LIMITS: Final = HttpLimits()


@attrs.frozen(kw_only=True)
class Outgoing:
    """A request for the HTTP client, all but the credential."""

    method: str
    """The HTTP method."""
    url: str
    """The whole URL."""
    headers: tuple[tuple[str, str], ...]
    """The headers, names in lower case."""
    content: Any = attrs.field(repr=False)
    """The body: bytes, or an iterator of them that is sent as it comes."""


def library(client: Any = None) -> Any:
    """
    Give the HTTP library.

    Args:
        client: The caller's client, which decides; `None`: what is installed.

    Returns:
        The module `httpx2` or `httpx`.

    Raises:
        LocalError: Neither is installed.
    """
    if client is not None:
        for cls in type(client).__mro__:
            name = cls.__module__.partition(".")[0]
            if name in _LIBRARIES:
                return importlib.import_module(name)
        msg = "the HTTP client must be one of httpx or httpx2"
        raise LocalError(msg)
    for name in _LIBRARIES:
        try:
            return importlib.import_module(name)
        except ModuleNotFoundError as error:
            if error.name != name:
                raise
    msg = "no HTTP client is installed: pip install 'modelwire[httpx2]'"
    raise LocalError(msg)


@functools.cache
def shared_tls(library: Any) -> Any:
    """
    Give the library's usual TLS settings, made once in a process.

    They hold every root certificate: 50 ms and a megabyte for each client else.

    Args:
        library: The module `httpx2` or `httpx`.

    Returns:
        The context.
    """
    return library.create_ssl_context()


def tls_for(library: Any, base_url: str) -> Any:
    """
    Give the TLS settings that a client for one endpoint needs.

    Args:
        library: The module `httpx2` or `httpx`.
        base_url: The endpoint's; redirects are not followed, so that there is no other.

    Returns:
        The shared ones; where nothing is encrypted, some that trust nobody, because
        the certificates are five megabytes.
    """
    if base_url.lower().startswith("https:"):
        return shared_tls(library)
    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def silent_cookies(client: Any) -> Any:
    """Let *client* keep no cookie: one caller's must not travel with another's call."""
    policy = http.cookiejar.DefaultCookiePolicy(allowed_domains=[])
    client.cookies.jar.set_policy(policy)
    return client


def outgoing(
    endpoint: Endpoint,
    encoded: EncodedRequest,
    *,
    model: str = "",
    content: Any = None,
    headers: Iterable[tuple[str, str]] = (),
) -> Outgoing:
    """
    Address an encoded request to an endpoint.

    Args:
        endpoint: Where it goes.
        encoded: What a codec gave.
        model: The model, for endpoints that name it in the path.
        content: Sent in place of the encoded body, where it is not `None`.
        headers: More headers of this call; they replace those of the same name.

    Returns:
        The request, without a credential.

    Raises:
        LocalError: A header or the path cannot be sent.
    """
    named = dict(endpoint.headers)
    for name, value in (*encoded.headers, *headers):
        if not (value.isprintable() or value.replace("\t", " ").isprintable()):
            msg = f"the header {name.lower()} holds characters that would end it"
            raise LocalError(msg)
        named[name.lower()] = value
    return Outgoing(
        method=encoded.method,
        url=endpoint.url(encoded.path, model=model, query=encoded.query),
        headers=tuple(named.items()),
        content=encoded.body if content is None else content,
    )


def received(response: Any) -> tuple[tuple[str, str], ...]:
    """Give the headers of a client's response, names in lower case."""
    return tuple(
        (name.decode("latin-1").lower(), value.decode("latin-1"))
        for name, value in response.headers.raw
    )


_KINDS: Final[tuple[tuple[str, ErrorKind, str, bool], ...]] = (
    # The library's class, our kind, a code for machines, and whether to try again.
    ("ConnectTimeout", "timeout", "connect_timeout", True),
    ("PoolTimeout", "timeout", "pool_timeout", True),
    ("TimeoutException", "timeout", "read_timeout", True),
    ("ConnectError", "server_error", "connect_error", True),
    ("ProxyError", "server_error", "proxy_error", True),
    ("LocalProtocolError", "invalid_request", "request_refused", False),
    ("RemoteProtocolError", "server_error", "connection_broken", True),
    ("NetworkError", "server_error", "connection_broken", True),
    ("DecodingError", "decode_error", "bad_content_encoding", False),
    ("UnsupportedProtocol", "invalid_request", "unsupported_scheme", False),
    ("InvalidURL", "invalid_request", "invalid_url", False),
)


def to_transport_error(error: BaseException) -> TransportError | None:
    """
    Turn an exception of the HTTP library into ours.

    Args:
        error: What was raised.

    Returns:
        The error to raise in its place, or `None` when it is not the library's.  Its
        text is ours alone: theirs may name URLs and headers.
    """
    names = {cls.__name__: cls.__module__ for cls in type(error).__mro__}
    if not any(home.partition(".")[0] in _LIBRARIES for home in names.values()):
        return None
    for name, kind, code, again in _KINDS:
        if name in names:
            if code == "connect_error" and _is_tls(error):
                code, again = "tls_error", False  # noqa: PLW2901
            return _error(kind, code, should_retry=again)
    return _error("unknown", "transport_error", should_retry=False)


def _is_tls(error: BaseException) -> bool:
    seen: BaseException | None = error
    for _ in range(8):
        if seen is None:
            return False
        if isinstance(seen, ssl.SSLError) or "SSL" in str(seen)[:200]:
            return True
        seen = seen.__cause__ or seen.__context__
    return False


def _error(kind: ErrorKind, code: str, *, should_retry: bool) -> TransportError:
    message = code.replace("_", " ")
    info = ErrorInfo(kind=kind, message=message, code=code, should_retry=should_retry)
    return TransportError(message, info=info)


def waits(timeouts: Timeouts, most: float | None) -> dict[str, float | None]:
    """
    Give the arguments of the library's `Timeout`.

    Args:
        timeouts: How long to wait.
        most: The longest that any wait may be (seconds).

    Returns:
        Each kind of wait.
    """
    kinds = ("connect", "read", "write", "pool")
    given = {kind: getattr(timeouts, kind) for kind in kinds}
    if most is None:
        return given
    return {k: most if v is None else min(v, most) for k, v in given.items()}


def shortest(*times: float | None) -> float | None:
    """Give the shortest of some times; `None` stands for no bound."""
    return min((time for time in times if time is not None), default=None)


def whole_call_spent() -> TransportError:
    """Give the error of a call that took longer than it may in all."""
    return _error("timeout", "total_timeout", should_retry=True)


def bounded(pieces: list[bytes], size: int, *, limits: HttpLimits, ok: bool) -> bool:
    """
    Say whether reading a whole body must stop.

    Args:
        pieces: What was read; an error's last piece is cut to the limit.
        size: How many bytes that is.
        limits: The bounds.
        ok: Whether the status says success.

    Returns:
        True when an error's body reached its limit.

    Raises:
        LimitExceededError: An answer's body passed its limit.
    """
    if ok:
        if size > limits.body:
            limit = "response body bytes"
            raise LimitExceededError(limit, limits.body)
        return False
    if size < limits.error_body:
        return False
    pieces[-1] = pieces[-1][: len(pieces[-1]) - (size - limits.error_body)]
    return True


def read_error(pieces: Iterable[bytes], limits: HttpLimits) -> bytes:
    """
    Read an error's body as far as its limit.

    Args:
        pieces: The bytes while they come.
        limits: The bounds.

    Returns:
        The body, cut where it is too long or where the connection failed: the status
        is known, and says more than the failure.
    """
    body: list[bytes] = []
    size = 0
    try:
        for piece in pieces:
            body.append(piece)
            size += len(piece)
            if bounded(body, size, limits=limits, ok=False):
                break
    except TransportError:
        pass
    return b"".join(body)


async def read_error_async(pieces: AsyncIterable[bytes], limits: HttpLimits) -> bytes:
    """As `read_error`, for asynchronous callers."""
    body: list[bytes] = []
    size = 0
    try:
        async for piece in pieces:
            body.append(piece)
            size += len(piece)
            if bounded(body, size, limits=limits, ok=False):
                break
    except TransportError:
        pass
    return b"".join(body)
