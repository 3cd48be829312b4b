"""
A server on 127.0.0.1 that real clients talk to, and the answers that it gives.

It recognises the client's dialect with `codecs.route`, decodes the request with our
codec and gives the answer that the test made.  Every answer closes its connection, so
that the end of a stream is a clean end of bytes and only the encoder's own events can
tell a client that something went wrong.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import urlsplit

import attrs

from modelwire import codecs
from modelwire.codecs import COLLECT, EncodedRequest, EncodedResponse
from modelwire.errors import ErrorInfo
from modelwire.ir import ChatRequest, ChatResponse, StreamChunk
from modelwire.translate import (
    StreamTranslator,
    translate_request,
    translate_response,
)

__all__ = [
    "Answer",
    "Arrived",
    "Loopback",
    "failed",
    "stream_of",
    "translated",
    "translated_stream",
    "whole",
]

TIMEOUT = 10.0
"""Seconds that either side waits for the other; nothing here should wait at all."""


@attrs.frozen
class Answer:
    """What the server sends."""

    pieces: tuple[bytes, ...]
    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()


@attrs.frozen
class Arrived:
    """A request as it came."""

    dialect: str
    body: bytes
    path: str
    query: str
    headers: tuple[tuple[str, str], ...]
    request: ChatRequest

    def translated(self, target: str) -> EncodedRequest:
        """Translate it for an upstream, as a gateway does."""
        return translate_request(
            self.body,
            source=self.dialect,
            target=target,
            path=self.path,
            query=self.query,
            headers=self.headers,
            on_loss=COLLECT,
        )


def _sent(encoded: EncodedResponse) -> Answer:
    return Answer((encoded.body,), encoded.status, encoded.headers)


def whole(dialect: str, response: ChatResponse, **options: Any) -> Answer:
    """A response of our own, encoded for *dialect*."""
    return _sent(codecs.get(dialect).encode_response(response, **options))


def failed(dialect: str, error: ErrorInfo) -> Answer:
    """An error of our own, encoded for *dialect*."""
    return _sent(codecs.get(dialect).encode_error(error))


def stream_of(dialect: str, chunks: Iterable[StreamChunk], **options: Any) -> Answer:
    """A stream of our own, encoded for *dialect*, one piece a chunk."""
    encoder = codecs.get(dialect).stream_encoder(**options)
    pieces = [encoder.encode(chunk) for chunk in chunks]
    pieces.append(encoder.close())
    return Answer(tuple(pieces), 200, (("content-type", encoder.content_type),))


def translated(body: bytes, source: str, target: str, **options: Any) -> Answer:
    """An upstream's response, translated."""
    return _sent(translate_response(body, source=source, target=target, **options))


def translated_stream(
    pieces: Iterable[bytes], source: str, target: str, **options: Any
) -> Answer:
    """An upstream's stream, translated piece by piece."""
    translator = StreamTranslator(source, target, **options)
    out = [translator.feed(piece) for piece in pieces]
    out.append(translator.close())
    if not any(out):
        # Nothing went out, so the status is still ours to choose.
        assert translator.error is not None
        return failed(target, translator.error)
    return Answer(tuple(out), 200, (("content-type", translator.content_type),))


class Loopback:
    """
    The server; it listens while the `with` block runs.

    Attributes:
        answer: What the next request gets, or what gives it.
        requests: Every request so far, decoded.
        arrived: The same requests as they came.
        faults: What went wrong on our side; empty at the end of every test.
    """

    def __init__(self) -> None:
        self.reset()
        loopback = self

        class Handler(BaseHTTPRequestHandler):
            timeout = TIMEOUT
            disable_nagle_algorithm = True

            def do_POST(self) -> None:
                loopback._serve(self)

            def log_message(self, *_args: Any) -> None:
                """Say nothing."""

        class Server(ThreadingHTTPServer):
            daemon_threads = False

            def handle_error(self, *_args: Any) -> None:
                """Everything is in `faults` already."""

        self._server = Server(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.01}
        )

    def reset(self) -> None:
        """Forget everything: the next test begins."""
        self.answer: Answer | Callable[[Arrived], Answer] | None = None
        self.requests: list[ChatRequest] = []
        self.arrived: list[Arrived] = []
        self.faults: list[BaseException] = []

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_args: object) -> None:
        self._server.shutdown()
        self._thread.join(TIMEOUT)
        self._server.server_close()

    def _serve(self, handler: BaseHTTPRequestHandler) -> None:
        try:
            body = handler.rfile.read(int(handler.headers["content-length"]))
            headers = tuple(handler.headers.items())
            split = urlsplit(handler.path)
            route = codecs.route("POST", split.path, headers)
            assert route is not None
            assert route.operation == "chat"
            assert route.credential is not None
            request = codecs.get(route.dialect).decode_request(
                body, path=split.path, query=split.query, headers=headers
            )
            self.requests.append(request)
            arrived = Arrived(
                route.dialect, body, split.path, split.query, headers, request
            )
            self.arrived.append(arrived)
            answer = self.answer
            assert answer is not None
            _write(handler, answer(arrived) if callable(answer) else answer)
        except ConnectionError:  # a client may leave once it has seen an error
            pass
        except BaseException as fault:
            self.faults.append(fault)
            raise


def _write(handler: BaseHTTPRequestHandler, answer: Answer) -> None:
    handler.send_response(answer.status)
    named = {name.lower() for name, _ in answer.headers}
    for name, value in answer.headers:
        handler.send_header(name, value)
    if "content-type" not in named:
        handler.send_header("content-type", "application/json")
    handler.send_header("connection", "close")
    handler.end_headers()
    for piece in answer.pieces:
        handler.wfile.write(piece)
        handler.wfile.flush()
