"""
A scripted upstream: it plays a provider of any dialect, and breaks on purpose.

`ScriptedUpstream` keeps the script and what came; it is an ASGI application by itself,
and `serving` puts it on a real socket (`_upstream_server`, loaded only then).
"""

from __future__ import annotations

import contextlib
import importlib
import threading
from collections.abc import Awaitable, Callable, Iterable, Iterator, MutableMapping
from typing import Any, Final, Literal, TypeAlias

import attrs

from modelwire import codecs
from modelwire.codecs import _json
from modelwire.codecs._base import Framing
from modelwire.codecs._route import Route
from modelwire.errors import ErrorInfo, Problem, RemoteProtocolError, RequestDecodeError
from modelwire.ir import ChatRequest, ChatResponse, Loss
from modelwire.testing._script import Answer, Failure, Gate, NoAnswer, Reply
from modelwire.testing._script_plan import Plan, plan

__all__ = ["Received", "ScriptedUpstream", "refusing"]

Scope: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send: TypeAlias = Callable[[MutableMapping[str, Any]], Awaitable[None]]

_REPLIES: Final = (Answer, Failure, NoAnswer, str, bytes, ChatResponse)


@attrs.define(eq=False)
class Received:
    """One request as it came, and what became of its answer."""

    method: str
    """The HTTP method."""
    path: str
    """The path, without the query, percent-encoded as it came."""
    query: str
    """The query string, without `?`."""
    headers: tuple[tuple[str, str], ...]
    """Headers, names in lower case."""
    body: bytes = attrs.field(repr=False)
    """The body."""
    route: Route | None = None
    """What the request line means in any dialect; `None`: nothing."""
    request: ChatRequest | None = attrs.field(default=None, repr=False)
    """What the body says in the upstream's dialect; `None`: see `problems`, or it is
    for another operation than a chat."""
    problems: tuple[Problem, ...] = ()
    """Why the dialect's server would refuse it; its path counts, with `$` as place."""
    losses: tuple[Loss, ...] = ()
    """What the dialect could not say of the reply in the script."""
    outcome: Literal["open", "sent", "broken", "left"] = "open"
    """The exchange is not over; all was sent; a fault of the script ended it; the
    client left before the end."""
    finished: Gate = attrs.field(factory=Gate, repr=False)
    """Opens when the exchange is over."""

    def header(self, name: str) -> str | None:
        """
        Give a header.

        Args:
            name: Its name, in any case.

        Returns:
            The first value; `None`: there is none.
        """
        lower = name.lower()
        return next((value for key, value in self.headers if key == lower), None)

    def json(self) -> Any:
        """
        Give the body as JSON.

        Returns:
            The value.

        Raises:
            RemoteProtocolError: It is no JSON.
        """
        return _json.loads(self.body)


class ScriptedUpstream:
    """
    A provider that says what a test wants it to say.

    It serves any path and method, so that a client's mistake is seen in `requests`
    and not hidden behind a 404.  Nothing of a reply waits for a clock: pauses are
    `Gate`s that the test opens.  In memory (as an ASGI application) a fault of the
    connection is a `ConnectionError` out of the application, and a stall lasts until
    the server says that the client left.

    Args:
        dialect: What it speaks.
        replies: One reply: it is given to every request.  Several: they are given in
            order, and a request after the last one gets a 500 and fails `check`.  A
            function: it is asked for each request, from the thread that serves it.

    Raises:
        LookupError: There is no such dialect.
    """

    def __init__(
        self,
        dialect: str,
        replies: Reply | Iterable[Reply] | Callable[[Received], Reply],
    ) -> None:
        self._codec = codecs.get(dialect)
        self.dialect = dialect
        self.requests: list[Received] = []
        """Every request, in the order of arrival."""
        self.url: str = ""
        """Where it serves (`http://127.0.0.1:40123`); empty when it does not."""
        self._lock = threading.Lock()
        self._faults: list[str] = []
        self._repeated: Reply | Callable[[Received], Reply] | None = None
        self._left: list[Reply] = []
        if isinstance(replies, _REPLIES) or callable(replies):
            self._repeated = replies
        else:
            self._left = list(replies)

    def check(self) -> None:
        """
        Assert that the script had a reply for every request.

        `serving` does it when it ends.

        Raises:
            AssertionError: It had none, or its function or an encoder raised.
        """
        if self._faults:
            raise AssertionError("\n".join(self._faults))

    @contextlib.contextmanager
    def serving(self) -> Iterator[str]:
        """
        Serve on a free port of 127.0.0.1 while the context lasts.

        Its end closes every connection and waits for every thread.

        Yields:
            The URL, without a path (`http://127.0.0.1:40123`).

        Raises:
            AssertionError: The script was used up or failed (`check`).
        """
        # Sockets are loaded here and not before.
        server: Any = importlib.import_module("modelwire.testing._upstream_server")
        with server.serving(self.begin) as url:
            self.url = url
            yield url
        self.url = ""
        self.check()

    def begin(
        self,
        method: str,
        target: str,
        headers: Iterable[tuple[str, str]],
        body: bytes,
    ) -> tuple[Received, Plan]:
        """
        Take a request, for a server of one's own.

        Args:
            method: The HTTP method.
            target: Path and query.
            headers: The headers.
            body: The body.

        Returns:
            What was received (it is in `requests` now), and what to send.
        """
        path, _, query = target.partition("?")
        named = tuple((name.lower(), value) for name, value in headers)
        received = Received(method, path, query, named, body)
        self._read(received)
        with self._lock:
            number = len(self.requests)
            self.requests.append(received)
            reply = self._left.pop(0) if self._left else self._repeated
        try:
            planned = self._plan(received, reply, number)
        except Exception as error:  # noqa: BLE001 - the test hears of it in check()
            text = str(error) if isinstance(error, AssertionError) else repr(error)
            self._faults.append(text)
            info = ErrorInfo(kind="server_error", status=500, message=text)
            planned = plan(self.dialect, Failure(info), None, streams=False)
        received.losses = planned.losses
        return received, planned

    def _read(self, received: Received) -> None:
        """Recognise the request, and decode it where it is one for a chat."""
        line = f"{received.method} {received.path}"
        named = received.headers
        route = codecs.route(received.method, received.path, named)
        received.route = route
        if route is not None and route.operation != "chat":
            return
        if route is None or route.dialect != self.dialect:
            wanted = f"a request line of {self.dialect}"
            received.problems += (Problem("$", wanted, line),)
        try:
            received.request = self._codec.decode_request(
                received.body, path=received.path, query=received.query, headers=named
            )
        except RequestDecodeError as error:
            received.problems += error.problems

    def _plan(
        self,
        received: Received,
        reply: Reply | Callable[[Received], Reply] | None,
        number: int,
    ) -> Plan:
        if reply is None:
            where = f"{received.method} {received.path}"
            msg = f"request {number} ({where}): no reply is left"
            raise AssertionError(msg)
        if callable(reply):
            reply = reply(received)
        return plan(
            self.dialect,
            reply,
            received.request,
            streams=self._streams(received),
            framing=self._framing(received),
        )

    def _streams(self, received: Received) -> bool:
        """Say whether the client wants a stream, also where its body has problems."""
        if received.request is not None:
            return bool(received.request.stream)
        if received.route is not None and received.route.stream is not None:
            return received.route.stream
        try:
            body = received.json()
        except RemoteProtocolError:
            return False
        return isinstance(body, dict) and body.get("stream") is True

    def _framing(self, received: Received) -> Framing:
        """Give the framing that the client asked for (Gemini without `alt=sse`)."""
        if received.request is None:
            return None
        own = received.request.extra.get(self.dialect, {})
        spelling = own.get("$spelling", {})
        return "json_array" if spelling.get("framing") == "json_array" else None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """
        Serve as an ASGI application.

        A client that leaves before its request is whole is not in `requests`.

        Args:
            scope: The connection.
            receive: Gives the client's messages.
            send: Takes ours.

        Raises:
            ConnectionError: The script breaks the connection.
        """
        if scope["type"] == "lifespan":
            await _lifespan(receive, send)
            return
        target = (scope.get("raw_path") or scope["path"].encode()).decode("latin-1")
        target = target.partition("?")[0]
        if scope.get("query_string"):
            target += "?" + scope["query_string"].decode("latin-1")
        headers = [
            (k.decode("latin-1"), v.decode("latin-1")) for k, v in scope["headers"]
        ]
        body, more = b"", True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                return
            body += message.get("body", b"")
            more = message.get("more_body", False)
        received, planned = self.begin(scope["method"], target, headers, body)
        try:
            await _play(planned, receive, send)
            received.outcome = "left" if planned.ending == "stall" else "sent"
        except ConnectionError:
            received.outcome = "broken"
            raise
        finally:
            if received.outcome == "open":
                received.outcome = "left"
            received.finished.open()


@contextlib.contextmanager
def refusing() -> Iterator[str]:
    """
    Be a provider that is not there: its port refuses connections.

    Yields:
        The URL, without a path.
    """
    server: Any = importlib.import_module("modelwire.testing._upstream_server")
    with server.refusing() as url:
        yield url


async def _lifespan(receive: Receive, send: Send) -> None:
    await receive()
    await send({"type": "lifespan.startup.complete"})
    await receive()
    await send({"type": "lifespan.shutdown.complete"})


async def _play(planned: Plan, receive: Receive, send: Send) -> None:
    if planned.status:
        headers = list(planned.headers)
        if planned.length is not None and "content-length" not in dict(headers):
            headers.append(("content-length", str(planned.length)))
        await send(
            {
                "type": "http.response.start",
                "status": planned.status,
                "headers": [
                    (k.encode("latin-1"), v.encode("latin-1")) for k, v in headers
                ],
            }
        )
    for step in planned.steps:
        if isinstance(step, Gate):
            await _pass(step)
        else:
            await send({"type": "http.response.body", "body": step, "more_body": True})
    if planned.ending == "stall":
        while (await receive())["type"] != "http.disconnect":
            pass
    elif planned.ending == "clean":
        await send({"type": "http.response.body", "body": b""})
    else:
        msg = f"the script ends the connection ({planned.ending})"
        raise ConnectionResetError(msg)


async def _pass(gate: Gate) -> None:
    """Wait at a gate, in the event loop that runs (asyncio or trio)."""
    if gate.is_open:
        return
    asyncio: Any = importlib.import_module("asyncio")
    try:
        loop = asyncio.get_running_loop()
    except RuntimeError:
        trio: Any = importlib.import_module("trio")
        event = trio.Event()
        call_soon = trio.lowlevel.current_trio_token().run_sync_soon
    else:
        event = asyncio.Event()
        call_soon = loop.call_soon_threadsafe

    def wake() -> None:
        # The loop may be over when the test opens the gate for others.
        with contextlib.suppress(RuntimeError):
            call_soon(event.set)

    gate.on_open(wake)
    await event.wait()
