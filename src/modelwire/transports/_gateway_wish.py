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
from modelwire.codecs._json_splice import replace_member
from modelwire.errors import ErrorInfo, ProviderError, RemoteProtocolError
from modelwire.framing import FormPart, MultipartDecoder, MultipartFault, boundary_of
from modelwire.transports._operations import operation

if TYPE_CHECKING:
    from modelwire.codecs import Route
    from modelwire.ir._base import JSONObject

__all__ = [
    "LISTS",
    "Wish",
    "dialect_of",
    "methods_of",
    "path_of",
    "public_query",
    "route_of",
    "wish_of",
]

MAX_MODEL: Final = 256
"""Characters of a model's name; it goes into paths, logs and messages."""

MAX_QUERY: Final = 4096
"""
Characters of a query; percent-encoded anew it may be nine times as long, and HTTP
clients refuse 65,536 (tests/gateway/test_security.py).
"""

LISTS: Final = ("models", "model")
"""Operations that ask for models and have no body."""

_GEMINI: Final = "gemini-generate"
_GOOGLE: Final = "/v1beta"
"""A version that only Google has."""

_LONG_NAME: Final = ErrorInfo(
    kind="invalid_request",
    status=400,
    param="model",
    message=f"the model's name is longer than {MAX_MODEL} characters",
)
_NO_OBJECT: Final = ErrorInfo(
    kind="invalid_request",
    status=400,
    param="model",
    message="the body is no JSON object that names a model",
)
_NO_FORM: Final = ErrorInfo(
    kind="invalid_request",
    status=400,
    message="the body is not the form that its content type says",
)

_LONG_QUERY: Final = ErrorInfo(
    kind="invalid_request",
    status=414,
    message=f"the query is longer than {MAX_QUERY} characters",
)
_CREDENTIALS: Final = frozenset(
    {
        # Google's, each a standard parameter of its servers.
        "key", "access_token", "oauth_token", "x-goog-api-key",
        # Azure's, and those of proxies.
        "api-key", "subscription-key", "api_key", "apikey", "x-api-key",
        "authorization", "token",
    }
)  # fmt: skip
"""Query names that hold credentials, in lower case; they stay here."""


@attrs.frozen
class Wish:
    """What the body says beside the request line."""

    model: str
    """The model as the client says it; empty: it names none."""
    body: bytes
    """The body; a model that only the path named stands in it, too."""
    is_stream: bool = False
    """Whether the answer is to be a stream of a chat."""
    form: tuple[FormPart, ...] | None = None
    """The body's parts, where it is a form."""


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

    Raises:
        ProviderError: It is too long (414).
    """
    if not query:
        return ()
    if len(query) > MAX_QUERY:
        raise ProviderError(_LONG_QUERY)
    return tuple(
        pair
        for pair in parse_qsl(query, keep_blank_values=True)
        if pair[0].lower() not in _CREDENTIALS
    )


def dialect_of(path: str) -> str:
    """
    Guess the dialect of a client that asks for a path that nobody serves.

    Args:
        path: The path.

    Returns:
        The dialect whose errors such a client reads.
    """
    if _GOOGLE in path or ":" in path.rsplit("/", 1)[-1]:
        return _GEMINI
    if "/messages" in path:
        return "anthropic-messages"
    return "openai-responses" if "/responses" in path else "openai-chat"


def route_of(
    method: str, path: str, query: str, headers: tuple[tuple[str, str], ...]
) -> Route | None:
    """
    Recognise a request.

    Args:
        method: The method.
        path: The path.
        query: The query.
        headers: The request's headers.

    Returns:
        The route; `None`: nobody serves it.
    """
    route = codecs.route(method, f"{path}?{query}", headers)
    # Google's path with an action that nobody knows would be a model of OpenAI's.
    if route is not None and _GOOGLE in path and route.dialect != _GEMINI:
        return None
    return route


def methods_of(path: str, headers: tuple[tuple[str, str], ...]) -> tuple[str, ...]:
    """
    Say with which methods a path is served.

    Args:
        path: The path.
        headers: The request's headers.

    Returns:
        The methods; none: nobody serves it.
    """
    methods = ("GET", "POST")
    return tuple(m for m in methods if route_of(m, path, "", headers) is not None)


def wish_of(
    route: Route, body: bytes, headers: tuple[tuple[str, str], ...] = ()
) -> Wish:
    """
    Read which model a client wants, and whether as a stream.

    Args:
        route: What the request line says.
        body: The request's body.
        headers: The request's headers.

    Returns:
        The wish.

    Raises:
        RequestDecodeError: The body of a chat request is wrong; all its faults.
        ProviderError: Another body cannot be read, or the model's name is too long.
    """
    boundary = boundary_of(dict(headers).get("content-type", ""))
    if route.operation in LISTS:
        wish = Wish(route.model or "", body=body)
    elif boundary is not None and route.operation != "chat":
        wish = _of_form(route, body, boundary)
    else:
        wish = _of_object(route, body)
    if len(wish.model) > MAX_MODEL:
        raise ProviderError(_LONG_NAME)
    return wish


def _of_object(route: Route, body: bytes) -> Wish:
    if route.model is not None and route.stream is not None:
        return Wish(route.model, body, is_stream=route.stream)
    is_chat = route.operation == "chat"
    try:
        value = loads(body)
    except RemoteProtocolError:
        value = None
    if isinstance(value, dict):
        if route.model is not None:
            return Wish(
                route.model,
                _with_model(route, value, body),
                is_stream=is_chat and value.get("stream") is True,
            )
        model, stream = value.get("model"), value.get("stream")
        if isinstance(model, str) and (stream is None or isinstance(stream, bool)):
            return Wish(model, body, is_stream=is_chat and stream is True)
        if not is_chat and model is None:
            # Some have a default, and all say themselves that one is missing.
            return Wish("", body)
    if is_chat:
        # It names every fault of the body, these among them.
        request = codecs.get(route.dialect).decode_request(body)
        return Wish(request.model, body, is_stream=request.stream)
    raise ProviderError(_NO_OBJECT)


def _with_model(route: Route, value: JSONObject, body: bytes) -> bytes:
    """
    Name the path's model in the body, all other bytes as they were.

    Azure's dated surface names the deployment in the path, and no other server that
    speaks the same dialect reads it there.
    """
    row = operation(route.dialect, route.operation)
    if row is None or not row.model_in_body or value.get("model") == route.model:
        return body
    if "model" in value:
        return replace_member(body, "model", route.model)
    opening = body.index(b"{") + 1
    named = b'"model":' + dumps(route.model) + (b"," if value else b"")
    return body[:opening] + named + body[opening:]


def _of_form(route: Route, body: bytes, boundary: str) -> Wish:
    """Find the model among the fields of a form."""
    decoder = MultipartDecoder(boundary)
    parts: list[FormPart] = []
    for item in [*decoder.feed(body), *decoder.close()]:
        if isinstance(item, MultipartFault):
            raise ProviderError(_NO_FORM) from item.error
        parts.append(item)
    named = [part.data for part in parts if part.name == "model"]
    model = named[0].decode("utf-8", "replace") if named else ""
    return Wish(route.model or model, body, form=tuple(parts))
