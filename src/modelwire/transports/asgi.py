"""
A gateway: an ASGI application that serves every dialect in front of any endpoint.

    app = Gateway({"main": endpoints.anthropic(from_env=True)}, Routes.to("main"))

Mount it where you like; the prefix before a vendor's path does not matter.  It speaks
to each client in the client's own dialect, errors included.
"""

from __future__ import annotations

import logging
import time
import traceback
import uuid
from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import attrs

from modelwire import codecs
from modelwire.errors import (
    ErrorInfo,
    ModelwireError,
    ProviderError,
    RemoteProtocolError,
)
from modelwire.transports._access import AccessRecord, OnAccess, log_access
from modelwire.transports._admission import admit
from modelwire.transports._asgi_io import (
    ClientGone,
    Reply,
    headers_of,
    lifespan,
    read_body,
)
from modelwire.transports._async_upstream import AsyncUpstream
from modelwire.transports._exchange import Exchange, attended, blamed, info_of
from modelwire.transports._gateway_call import served
from modelwire.transports._gateway_models import listed
from modelwire.transports._gateway_wish import (
    LISTS,
    dialect_of,
    methods_of,
    path_of,
    public_query,
    route_of,
    wish_of,
)
from modelwire.transports._http import DEFAULT_TIMEOUTS, Timeouts, library
from modelwire.transports._routes import Routes, Rule
from modelwire.transports._settings import DEFAULT_SETTINGS, Settings

if TYPE_CHECKING:
    from modelwire.codecs import Route
    from modelwire.transports._asgi_io import Receive, Scope, Send
    from modelwire.transports._endpoint import Endpoint

__all__ = ["AccessRecord", "Gateway", "Routes", "Rule", "Settings"]

_LOG: Final = logging.getLogger("modelwire.gateway")
_MAX_LOGGED_PATH: Final = 512
_TEXT: Final = (("content-type", "text/plain; charset=utf-8"),)


@attrs.frozen(kw_only=True)
class Arrival:
    """A request as it came."""

    path: str
    """The path, still percent-encoded."""
    query: str
    """The query as it was sent."""
    headers: tuple[tuple[str, str], ...]
    """The headers, names in lower case."""
    receive: Receive
    """Where the body comes from."""
    reply: Reply
    """Where the answer goes."""
    record: AccessRecord
    """What is known, for the log."""
    began: float
    """When it came (`time.monotonic`)."""


class Gateway:
    """
    The application.

    Args:
        upstreams: Endpoints by name.
        routes: Which of them answers for which model.
        settings: What is taken, waited for and told.
        client: An asynchronous client of httpx or httpx2 for all upstreams, which
            stays the caller's to close; `None`: one of our own.
        timeouts: How long to wait for an upstream.
        on_access: Is told of each request when it is over.

    Raises:
        LocalError: A route names no upstream, or no HTTP client is installed.
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
        library(client)
        self._routes = routes
        self._settings = settings
        self._on_access = on_access
        self._upstreams = {
            name: AsyncUpstream(endpoint, client=client, timeouts=timeouts)
            for name, endpoint in upstreams.items()
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """
        Serve one connection of the server's.

        Args:
            scope: What it is.
            receive: What comes.
            send: What goes.
        """
        if scope["type"] == "lifespan":
            await lifespan(receive, send, startup=self._warm, shutdown=self.aclose)
        elif scope["type"] == "http":
            await self._serve(scope, receive, send)
        elif scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.close", "code": 1003})

    def _warm(self) -> None:
        for upstream in self._upstreams.values():
            upstream.warm()

    async def aclose(self) -> None:
        """
        Close the connections to the upstreams, where they are ours.

        Servers that run the application's lifespan do it at their end; an application
        that this one is mounted in does it itself.
        """
        for upstream in self._upstreams.values():
            await upstream.aclose()

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        began = time.monotonic()
        path = path_of(scope)
        record = AccessRecord(
            id=uuid.uuid4().hex, method=scope["method"], path=path[:_MAX_LOGGED_PATH]
        )
        arrival = Arrival(
            path=path,
            query=scope.get("query_string", b"").decode("latin-1"),
            headers=headers_of(scope),
            receive=receive,
            reply=Reply(send, [("x-modelwire-request-id", record.id)]),
            record=record,
            began=began,
        )
        route = route_of(record.method, path, arrival.query, arrival.headers)
        if route is None and path.endswith("/healthz"):
            await arrival.reply.whole(*_health(record.method))
            return
        try:
            if route is None:
                await _turn_away(arrival)
            else:
                await self._answer(route, arrival)
        except ClientGone:
            record.left_early = True
        finally:
            self._tell(arrival)

    def _tell(self, arrival: Arrival) -> None:
        """Tell of a request that is over."""
        record, reply = arrival.record, arrival.reply
        record.status = reply.status
        record.bytes_out = reply.size
        record.duration = time.monotonic() - arrival.began
        try:
            self._on_access(record)
        except Exception as error:  # noqa: BLE001 - the answer is out already
            _log_fault(record.id, error)

    async def _answer(self, route: Route, arrival: Arrival) -> None:
        """Serve a request of a dialect; what fails becomes an error of it."""
        record, reply = arrival.record, arrival.reply
        record.dialect, record.operation = route.dialect, route.operation
        codec = codecs.get(route.dialect)
        # Clients show it to their callers; an upstream's goes over it.
        reply.always(codec.RESPONSE_HEADERS["request-id"], record.id)
        info: ErrorInfo | None = None
        try:
            admit(route, dict(arrival.headers), self._settings)
            body = await read_body(
                arrival.receive,
                most=self._settings.max_body,
                patience=self._settings.body_patience,
                total=self._settings.body_time,
            )
            await self._pass_on(route, body, arrival)
        except ModelwireError as error:
            info = info_of(error)
        except ClientGone:
            raise
        except Exception as error:  # noqa: BLE001 - no request may break the server
            _log_fault(record.id, error)
            info = _INTERNAL
        if info is None:
            return
        record.error = info.kind
        if reply.status is None:
            encoded = codec.encode_error(info)
            status = info.status or encoded.status
            await reply.whole(status, encoded.headers, encoded.body)

    async def _pass_on(self, route: Route, body: bytes, arrival: Arrival) -> None:
        record = arrival.record
        try:
            wish = wish_of(route, body, arrival.headers)
        except RemoteProtocolError as error:
            raise blamed(error) from error
        record.model, record.is_stream = wish.model or None, wish.is_stream
        if route.operation in LISTS:
            answer = listed(self._routes, route)
            if answer is not None:
                await arrival.reply.whole(answer.status, answer.headers, answer.body)
                return
        destination = self._routes.destination(wish.model)
        if destination is None:
            raise ProviderError(_no_model(wish.model))
        record.upstream = destination.upstream
        record.upstream_model = destination.model or None
        exchange = Exchange(
            route=route,
            query=public_query(arrival.query),
            headers=arrival.headers,
            wish=wish,
            reply=arrival.reply,
            record=record,
            settings=self._settings,
            upstream=self._upstreams[destination.upstream],
            model=destination.model,
            began=arrival.began,
        )
        await attended(exchange, arrival.receive, partial(served, exchange))


_INTERNAL = ErrorInfo(kind="server_error", status=500, message="internal error")


async def _turn_away(arrival: Arrival) -> None:
    """Answer a request that no dialect has."""
    path, record = arrival.path, arrival.record
    allowed = ", ".join(methods_of(path, arrival.headers))
    more = (("allow", f"{allowed}, OPTIONS"),) if allowed else ()
    if allowed and record.method == "OPTIONS":
        await arrival.reply.whole(204, more, b"")
        return
    status = 405 if allowed else 404
    info = ErrorInfo(
        kind="invalid_request" if allowed else "not_found",
        status=status,
        message=f"the method is {allowed}" if allowed else "no such path",
    )
    record.error = info.kind
    encoded = codecs.get(dialect_of(path)).encode_error(info)
    await arrival.reply.whole(status, (*encoded.headers, *more), encoded.body)


def _health(method: str) -> tuple[int, tuple[tuple[str, str], ...], bytes]:
    if method in ("GET", "HEAD"):
        return 200, _TEXT, b"ok\n"
    return 405, (*_TEXT, ("allow", "GET, HEAD")), b"the method is GET\n"


def _no_model(model: str) -> ErrorInfo:
    shown = model if len(model) <= 100 and model.isprintable() else "of that name"
    return ErrorInfo(
        kind="not_found",
        status=404,
        code="model_not_found",
        param="model",
        message=f"no model {shown}",
    )


def _log_fault(id_: str, error: BaseException) -> None:
    """Log a fault of ours: where it happened, and not its words, which may quote."""
    while isinstance(error, BaseExceptionGroup) and error.exceptions:
        error = error.exceptions[0]
    frames = traceback.extract_tb(error.__traceback__)[-8:]
    where = " < ".join(f"{f.filename}:{f.lineno} {f.name}" for f in reversed(frames))
    _LOG.error("request %s: %s at %s", id_, type(error).__name__, where)
