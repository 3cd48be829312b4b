"""
What a gateway's client wants, read from the request line and the body.

Pure functions: they take what the server gave and raise what the client is to be told.
"""

from __future__ import annotations

from collections.abc import MutableMapping
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qsl, quote

import attrs

from modelwire import codecs
from modelwire.codecs._json import dumps, loads
from modelwire.errors import ErrorInfo, ProviderError, RemoteProtocolError

if TYPE_CHECKING:
    from modelwire.codecs import Route

__all__ = ["Wish", "dialect_of", "methods_of", "path_of", "public_query", "wish_of"]

MAX_MODEL: Final = 256
"""Characters of a model's name; it goes into paths, logs and messages."""

_CREDENTIALS: Final = frozenset({"key", "access_token", "api_key"})
"""Query names that hold credentials; they stay here."""


@attrs.frozen
class Wish:
    """What the body says beside the request line."""

    model: str
    """The model as the client says it; empty: the operation has none."""
    is_stream: bool
    """Whether the answer is to stream."""
    body: bytes
    """The body; a model that only the path named stands in it, too."""


def path_of(scope: MutableMapping[str, Any]) -> str:
    """
    Give a request's path as it was sent, still percent-encoded.

    Args:
        scope: The ASGI scope; `path` is decoded, and a slash that was written `%2F`
            inside the name of a model looks like any other there.

    Returns:
        The path.
    """
    raw = scope.get("raw_path")
    if raw:
        return bytes(raw).decode("latin-1")
    return quote(scope["path"], safe="/:@!$&'()*+,;=~-._")


def public_query(query: str) -> tuple[tuple[str, str], ...]:
    """
    Give the pairs of a query without credentials.

    Args:
        query: The query as it was sent.

    Returns:
        Its pairs, decoded.
    """
    if not query:
        return ()
    return tuple(
        pair
        for pair in parse_qsl(query, keep_blank_values=True)
        if pair[0] not in _CREDENTIALS
    )


def dialect_of(path: str) -> str:
    """
    Guess the dialect of a client that asks for a path that nobody serves.

    Args:
        path: The path.

    Returns:
        The dialect whose errors such a client reads.
    """
    if "/v1beta" in path or ":" in path.rsplit("/", 1)[-1]:
        return "gemini-generate"
    if "/messages" in path:
        return "anthropic-messages"
    return "openai-responses" if "/responses" in path else "openai-chat"


def methods_of(path: str, headers: tuple[tuple[str, str], ...]) -> tuple[str, ...]:
    """
    Say with which methods a path is served.

    Args:
        path: The path.
        headers: The request's headers.

    Returns:
        The methods; none: nobody serves it.
    """
    return tuple(
        method
        for method in ("GET", "POST")
        if codecs.route(method, path, headers) is not None
    )


def wish_of(route: Route, body: bytes) -> Wish:
    """
    Read which model a client wants, and whether as a stream.

    Args:
        route: What the request line says.
        body: The request's body.

    Returns:
        The wish.

    Raises:
        RequestDecodeError: The body of a chat request is wrong; all its faults.
        ProviderError: Another body names no model, or the name is too long.
    """
    wish = _read(route, body)
    if len(wish.model) > MAX_MODEL:
        raise ProviderError(
            ErrorInfo(
                kind="invalid_request",
                status=400,
                param="model",
                message=f"the model's name is longer than {MAX_MODEL} characters",
            )
        )
    return wish


def _read(route: Route, body: bytes) -> Wish:
    if route.model is not None and route.stream is not None:
        return Wish(route.model, route.stream, body)
    if route.operation in ("models", "model"):
        return Wish(route.model or "", is_stream=False, body=body)
    try:
        value = loads(body)
    except RemoteProtocolError:
        value = None
    if isinstance(value, dict):
        if route.model is not None and "model" not in value:
            body = _with_model(body, route.model, is_empty=not value)
        model = value.get("model", route.model)
        stream = value.get("stream")
        if isinstance(model, str) and (stream is None or isinstance(stream, bool)):
            return Wish(model, stream is True, body)
    if route.operation == "chat":
        # It names every fault of the body, these among them.
        request = codecs.get(route.dialect).decode_request(body)
        return Wish(request.model, request.stream, body)
    raise ProviderError(
        ErrorInfo(
            kind="invalid_request",
            status=400,
            param="model",
            message="the body is a JSON object that names a model",
        )
    )


def _with_model(body: bytes, model: str, *, is_empty: bool) -> bytes:
    """Name the model in a body that is an object, all other bytes as they were."""
    # Azure's dated surface names the deployment in the path; no other upstream does.
    opening = body.index(b"{") + 1
    named = b'"model":' + dumps(model) + (b"" if is_empty else b",")
    return body[:opening] + named + body[opening:]
