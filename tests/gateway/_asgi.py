"""
The gateway without sockets: called as a server calls it, in front of a function.

`Upstream` is an HTTP client whose answers a function gives; `ask` makes one request of
an application and gives what it sent.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from typing import Any

import attrs
import pytest

from modelwire.transports import Endpoint, KeyAuth, bearer
from modelwire.transports.asgi import AccessRecord, Gateway, Routes, Settings

httpx = pytest.importorskip("httpx")

__all__ = [
    "OURS",
    "Told",
    "Upstream",
    "ask",
    "chat_body",
    "json_answer",
    "scope_of",
]

OURS = "sk-ours"
"""What the gateway proves itself with to its upstream."""


@attrs.frozen
class Told:
    """What an application sent."""

    status: int | None
    headers: dict[str, str]
    pieces: tuple[bytes, ...]
    is_whole: bool

    @property
    def body(self) -> bytes:
        """All of it."""
        return b"".join(self.pieces)

    @property
    def json(self) -> Any:
        """What it says."""
        return json.loads(self.body)


class _Pieces(httpx.AsyncByteStream):
    """A body piece by piece; an exception among the pieces is raised there."""

    def __init__(self, pieces: Iterable[bytes | Exception]) -> None:
        self._pieces = pieces

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for piece in self._pieces:
            if isinstance(piece, Exception):
                raise piece
            yield piece


def json_answer(value: Any, status: int = 200, **headers: str) -> Any:
    """An upstream's answer in JSON."""
    named = {name.replace("_", "-"): text for name, text in headers.items()}
    return httpx.Response(
        status,
        headers={"content-type": "application/json", **named},
        content=json.dumps(value).encode(),
    )


class Upstream:
    """
    A gateway in front of a function.

    Args:
        answer: Takes an `httpx.Request`; gives an `httpx.Response`, or the status, the
            headers and the pieces of one.
        dialects: What it speaks.
        routes: Which models there are.
        auth: What it wants as proof; `None`: a bearer token.
        more: Settings.
    """

    def __init__(
        self,
        answer: Callable[[Any], Any],
        *dialects: str,
        routes: Routes | None = None,
        auth: Any = None,
        **more: Any,
    ) -> None:
        self._answer = answer
        self.seen: list[Any] = []
        """Every request that the upstream got."""
        self.records: list[AccessRecord] = []
        """What the gateway told of every request that is over."""
        endpoint = Endpoint(
            name="upstream",
            base_url="https://upstream.test",
            dialects=dialects or ("openai-chat",),
            auth=auth or bearer(OURS),
        )
        self.client = httpx.AsyncClient(transport=httpx.MockTransport(self._serve))
        self.gateway = Gateway(
            {"main": endpoint},
            routes or Routes.to("main"),
            settings=Settings(**more),
            client=self.client,
            on_access=self.records.append,
        )

    async def _serve(self, request: Any) -> Any:
        self.seen.append(request)
        answer = self._answer(request)
        if not isinstance(answer, tuple):
            return answer
        status, headers, pieces = answer
        return httpx.Response(status, headers=headers, stream=_Pieces(pieces))

    def ask(self, path: str, body: Any = b"", **more: Any) -> Told:
        """Make one request of the gateway."""
        return ask(self.gateway, path, body, **more)

    @property
    def record(self) -> AccessRecord:
        """What the gateway told of the one request."""
        (record,) = self.records
        return record


def key_header(name: str, secret: str = OURS) -> KeyAuth:
    """A key in a header of its own."""
    return KeyAuth(header=name, scheme="", secret=secret)


def chat_body(**more: Any) -> dict[str, Any]:
    """A chat completion's request."""
    return {"model": "m", "messages": [{"role": "user", "content": "hi"}], **more}


def scope_of(
    path: str,
    *,
    method: str = "POST",
    headers: Sequence[tuple[str, str]] = (),
    raw: bool = True,
    root: str = "",
) -> dict[str, Any]:
    """What a server says of a request."""
    from urllib.parse import unquote

    bare, _, query = path.partition("?")
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "path": unquote(bare),
        "root_path": root,
        "query_string": query.encode("latin-1"),
        "headers": [
            (name.lower().encode("latin-1"), value.encode("latin-1"))
            for name, value in headers
        ],
    }
    if raw:
        scope["raw_path"] = bare.encode("latin-1")
    return scope


def ask(
    app: Any,
    path: str,
    body: Any = b"",
    *,
    pieces: Iterable[bytes] | None = None,
    stays: bool = True,
    **more: Any,
) -> Told:
    """
    Make one request of an application, as a server does.

    Args:
        app: The application.
        path: Path and query.
        body: Bytes, or what is to be JSON.
        pieces: The body in pieces; the last of them is not said to be the last.
        stays: Whether the client waits for the answer.
        more: As `scope_of`.

    Returns:
        What it sent.
    """
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    return asyncio.run(_ask(app, scope_of(path, **more), data, pieces, stays=stays))


async def _ask(
    app: Any,
    scope: dict[str, Any],
    body: bytes,
    pieces: Iterable[bytes] | None,
    *,
    stays: bool,
) -> Told:
    if pieces is None:
        messages = [{"type": "http.request", "body": body, "more_body": False}]
    else:
        messages = [
            {"type": "http.request", "body": piece, "more_body": True}
            for piece in pieces
        ]
    coming = iter(messages)
    over = asyncio.Event()
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        message = next(coming, None)
        if message is None:
            if stays:
                await over.wait()
            return {"type": "http.disconnect"}
        return message

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    await app(scope, receive, send)
    over.set()
    return _told(sent)


def _told(sent: list[dict[str, Any]]) -> Told:
    starts = [message for message in sent if message["type"] == "http.response.start"]
    bodies = [message for message in sent if message["type"] == "http.response.body"]
    assert len(starts) <= 1
    assert sent[: len(starts)] == starts
    assert all(message["more_body"] for message in bodies[:-1])
    headers = starts[0]["headers"] if starts else []
    for name, value in headers:
        assert name == name.lower()
        assert not {b"\r", b"\n", b"\0"} & {bytes([byte]) for byte in name + value}
    return Told(
        starts[0]["status"] if starts else None,
        {name.decode(): value.decode("latin-1") for name, value in headers},
        tuple(message["body"] for message in bodies),
        bool(bodies) and not bodies[-1]["more_body"],
    )
