"""
A gateway: an ASGI application that serves every dialect in front of any endpoint.

    app = Gateway({"main": endpoints.anthropic(from_env=True)}, Routes.to("main"))

Mount it where you like; the prefix before a vendor's path does not matter.  It speaks
to each client in the client's own dialect, errors included.
"""

from __future__ import annotations

import hmac
import time
import uuid
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

import anyio

from modelwire import codecs
from modelwire.codecs._json import loads
from modelwire.errors import (
    ErrorInfo,
    ModelwireError,
    ProviderError,
    RemoteProtocolError,
)
from modelwire.transports._access import AccessRecord, OnAccess, log_access
from modelwire.transports._asgi_io import (
    ClientGone,
    Reply,
    gone,
    headers_of,
    lifespan,
    read_body,
)
from modelwire.transports._async_upstream import AsyncUpstream
from modelwire.transports._dispatch import dispatch
from modelwire.transports._exchange import Exchange, info_of
from modelwire.transports._gateway_chat import serve_chat
from modelwire.transports._gateway_raw import forward
from modelwire.transports._http import DEFAULT_TIMEOUTS, Timeouts, library
from modelwire.transports._routes import Routes, Rule
from modelwire.transports._settings import DEFAULT_SETTINGS, Settings

if TYPE_CHECKING:
    from modelwire.codecs import Route
    from modelwire.transports._asgi_io import Receive, Scope, Send
    from modelwire.transports._endpoint import Endpoint

__all__ = ["Gateway", "Routes", "Rule", "Settings"]


class Gateway:
    """
    The application.

    Args:
        upstreams: Endpoints by name.
        routes: Which of them answers for which model.
        settings: What is taken, waited for and told.
        client: An asynchronous client of httpx or httpx2 for all upstreams; `None`:
            one of our own.
        timeouts: How long to wait for an upstream.
        on_access: Is told of each request when it is over.

    Raises:
        LocalError: A route names no upstream.
    """

    def __init__(
        self,
        upstreams: Mapping[str, Endpoint],
        routes: Routes,
        *,
        settings: Settings = DEFAULT_SETTINGS,
        client: Any = None,
        timeouts: Timeouts = DEFAULT_TIMEOUTS,
        on_access: OnAccess = log_access,
    ) -> None:
        routes.check(upstreams)
        self._routes = routes
        self._settings = settings
        self._on_access = on_access
        self._library = library(client)
        self._upstreams = {
            name: AsyncUpstream(endpoint, client=client, timeouts=timeouts)
            for name, endpoint in upstreams.items()
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection of the server's."""
        if scope["type"] == "lifespan":
            await lifespan(receive, send, self.aclose)
        elif scope["type"] == "http":
            await self._serve(scope, receive, send)
        elif scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.close", "code": 1003})

    async def aclose(self) -> None:
        """Close every connection to the upstreams."""
        for upstream in self._upstreams.values():
            await upstream.aclose()

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        began = time.monotonic()
        record = AccessRecord(
            id=uuid.uuid4().hex, method=scope["method"], path=scope["path"]
        )
        reply = Reply(send, [("x-modelwire-request-id", record.id)])
        try:
            await self._answer(scope, receive, reply, record, began)
        except ClientGone:
            record.left_early = True
        finally:
            record.status = reply.status
            record.bytes_out = reply.size
            record.duration = time.monotonic() - began
            self._on_access(record)

    async def _answer(
        self,
        scope: Scope,
        receive: Receive,
        reply: Reply,
        record: AccessRecord,
        began: float,
    ) -> None:
        if record.path.endswith("/healthz") and record.method in ("GET", "HEAD"):
            await reply.whole(200, (("content-type", "text/plain"),), b"ok\n")
            return
        headers = headers_of(scope)
        query = scope.get("query_string", b"").decode("latin-1")
        route = codecs.route(record.method, f"{record.path}?{query}", headers)
        dialect = dialect_of(record.path) if route is None else route.dialect
        try:
            if route is None:
                raise ProviderError(_NO_ROUTE)
            record.dialect, record.operation = route.dialect, route.operation
            self._admit(route)
            body = await read_body(
                receive,
                most=self._settings.max_body,
                patience=self._settings.body_patience,
            )
            model, is_stream = wanted(route, body)
            record.model = model
            destination = self._routes.destination(model)
            if destination is None:
                raise ProviderError(_no_model(model))
            upstream = self._upstreams[destination.upstream]
            record.upstream = destination.upstream
            record.upstream_model = destination.model
            exchange = Exchange(
                route=route,
                path=record.path,
                query=query,
                headers=headers,
                body=body,
                reply=reply,
                record=record,
                settings=self._settings,
                upstream=upstream,
                model=destination.model,
                began=began,
            )
            await _until_gone(exchange, receive, is_stream=is_stream)
        except ModelwireError as error:
            info = info_of(error)
            record.error = info.kind
            if reply.status is None:
                encoded = codecs.get(dialect).encode_error(info)
                await reply.whole(encoded.status, encoded.headers, encoded.body)

    def _admit(self, route: Route) -> None:
        """Refuse a client without one of our keys, where there are keys."""
        keys = self._settings.client_keys
        if not keys:
            return
        shown = "" if route.credential is None else route.credential.value
        # Every key is compared, so that the time does not tell which one was near.
        fits = [hmac.compare_digest(shown.encode(), key.encode()) for key in keys]
        if not any(fits):
            raise ProviderError(_NO_KEY)


_CREDENTIALS = frozenset({"key", "access_token", "api_key"})
"""Query names that hold credentials; they stay here."""
_NO_ROUTE = ErrorInfo(kind="not_found", status=404, message="no such path")
_NO_KEY = ErrorInfo(
    kind="authentication",
    status=401,
    code="invalid_api_key",
    message="the key is not one of this gateway's",
)


def _no_model(model: str) -> ErrorInfo:
    shown = model if len(model) <= 100 and model.isprintable() else "of that name"
    return ErrorInfo(
        kind="not_found",
        status=404,
        code="model_not_found",
        param="model",
        message=f"no model {shown}",
    )


async def _until_gone(exchange: Exchange, receive: Receive, *, is_stream: bool) -> None:
    """Serve, and stop at once when the client leaves."""
    failure: ModelwireError | None = None
    async with anyio.create_task_group() as tasks:

        async def watch() -> None:
            await gone(receive)
            # Servers say so, too, once the answer is whole.
            exchange.record.left_early = not exchange.reply.is_whole
            tasks.cancel_scope.cancel()

        tasks.start_soon(watch)
        # An exception would leave the group inside a group of its own.
        try:
            await _dispatch(exchange, is_stream=is_stream)
        except ModelwireError as error:
            failure = error
        tasks.cancel_scope.cancel()
    if failure is not None:
        raise failure


async def _dispatch(exchange: Exchange, *, is_stream: bool) -> None:
    call = dispatch(
        exchange.upstream.endpoint,
        exchange.dialect,
        exchange.route.operation,
        exchange.body,
        model=exchange.record.model or "",
        rename=exchange.model,
        stream=is_stream,
        on_loss=exchange.settings.on_loss,
        query=tuple(
            pair
            for pair in parse_qsl(exchange.query, keep_blank_values=True)
            if pair[0] not in _CREDENTIALS
        ),
        headers=exchange.headers,
    )
    exchange.record.upstream_dialect = call.upstream_dialect
    if call.is_native:
        await forward(exchange, call, is_stream=is_stream)
    else:
        await serve_chat(exchange, call, is_stream=is_stream)


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
    return "anthropic-messages" if "/messages" in path else "openai-chat"


def wanted(route: Route, body: bytes) -> tuple[str, bool]:
    """
    Read which model a client wants, and whether as a stream.

    Args:
        route: What the request line says.
        body: The request's body.

    Returns:
        The model and the mode.

    Raises:
        ModelwireError: The body does not say; a chat request's faults all together.
    """
    if route.model is not None and route.stream is not None:
        return route.model, route.stream
    if route.operation in ("models", "model"):
        return route.model or "", False
    try:
        value = loads(body)
    except RemoteProtocolError:
        value = None
    if isinstance(value, dict):
        model = value.get("model", route.model)
        stream = value.get("stream")
        if isinstance(model, str) and (stream is None or isinstance(stream, bool)):
            return model, stream is True
    if route.operation == "chat":
        # It names every fault of the body, these among them.
        request = codecs.get(route.dialect).decode_request(body)
        return request.model, request.stream
    raise ProviderError(
        ErrorInfo(
            kind="invalid_request",
            status=400,
            param="model",
            message="the body is a JSON object that names a model",
        )
    )
