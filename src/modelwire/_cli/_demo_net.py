"""
The demo's parties on 127.0.0.1 that need no package: an upstream, a proxy, a client.

The proxy stands in where the gateway's packages are not installed.  It is what a user
of the library writes: read the client's request, translate it, open the upstream's
stream, and translate every read as it comes.
"""

from __future__ import annotations

import http.client
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final

from modelwire.codecs._base import COLLECT, EncodedRequest
from modelwire.translate import StreamTranslator, translate_request

__all__ = ["Proxy", "Show", "post", "serving", "upstream"]

Show = Callable[[str, bytes], None]
"""Is shown bytes of the upstream (`in`) and of the proxy or gateway (`out`)."""

_CUTS: Final = (1, 7, 3, 120, 11, 64, 2, 333)
"""Sizes of the upstream's writes, in turn: events are cut wherever this falls."""
_TIMEOUT: Final = 20.0


class _Handler(BaseHTTPRequestHandler):
    """An HTTP/1.1 handler that is silent and streams in HTTP chunks."""

    protocol_version = "HTTP/1.1"

    def body(self) -> bytes:
        return self.rfile.read(int(self.headers.get("content-length", 0)))

    def open_stream(self, content_type: str) -> None:
        self.send_response(200)
        self.send_header("content-type", content_type)
        self.send_header("transfer-encoding", "chunked")
        self.end_headers()

    def write_chunk(self, data: bytes) -> None:
        self.wfile.write(b"%x\r\n%b\r\n" % (len(data), data))
        self.wfile.flush()

    def end_stream(self) -> None:
        self.wfile.write(b"0\r\n\r\n")
        self.wfile.flush()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Say nothing: the demo shows what matters itself."""


def upstream(
    script: bytes, seen: list[bytes], *, pause: bool, show: Show
) -> type[BaseHTTPRequestHandler]:
    """
    Make an upstream that answers every request with *script*, in awkward pieces.

    Args:
        script: The bytes of the stream.
        seen: Takes the body of each request.
        pause: Whether to wait a little between writes, as a model would.
        show: Is shown what is sent.

    Returns:
        The handler class.
    """

    class Upstream(_Handler):
        def do_POST(self) -> None:
            seen.append(self.body())
            self.open_stream("text/event-stream")
            position, turn = 0, 0
            while position < len(script):
                size = _CUTS[turn % len(_CUTS)]
                show("in", script[position : position + size])
                self.write_chunk(script[position : position + size])
                position, turn = position + size, turn + 1
                if pause:
                    time.sleep(0.01)
            self.end_stream()

    return Upstream


class Proxy:
    """Stands between a client of one dialect and an upstream of another."""

    def __init__(
        self,
        client: str,
        server: str,
        port: int,
        *,
        show: Show,
        **profiles: Any,
    ) -> None:
        self.client = client
        self.server = server
        self.port = port
        self.show = show
        self.profiles = profiles
        self.served: list[tuple[EncodedRequest, StreamTranslator]] = []
        """What went upstream and what translated the answer, request by request."""

    def handler(self) -> type[BaseHTTPRequestHandler]:
        """Give the handler class that serves the client."""
        proxy = self

        class Handler(_Handler):
            def do_POST(self) -> None:
                proxy.answer(self)

        return Handler

    def answer(self, handler: _Handler) -> None:
        """Serve one request of the client."""
        sent = translate_request(
            handler.body(), source=self.client, target=self.server, on_loss=COLLECT
        )
        translator = StreamTranslator(
            self.server, self.client, for_request=sent, **self.profiles
        )
        self.served.append((sent, translator))
        connection = http.client.HTTPConnection(
            "127.0.0.1", self.port, timeout=_TIMEOUT
        )
        try:
            connection.request(sent.method, sent.path, sent.body, dict(sent.headers))
            response = connection.getresponse()
            handler.open_stream(translator.content_type)
            while data := response.read1(4096):
                self._pass_on(handler, translator.feed(data))
            self._pass_on(handler, translator.close())
            handler.end_stream()
        finally:
            connection.close()

    def _pass_on(self, handler: _Handler, data: bytes) -> None:
        # An empty HTTP chunk would end the body.
        if data:
            self.show("out", data)
            handler.write_chunk(data)


@contextmanager
def serving(handler: type[BaseHTTPRequestHandler]) -> Iterator[int]:
    """
    Serve on a free port of 127.0.0.1 while the context lasts.

    Args:
        handler: The handler class.

    Yields:
        The port.
    """
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        thread.join(_TIMEOUT)
        server.server_close()


def post(port: int, path: str, body: bytes) -> Iterator[str]:
    """
    Send a request and give the lines of the streamed answer as they arrive.

    Args:
        port: The port on 127.0.0.1.
        path: The URL path.
        body: The JSON body.

    Yields:
        Lines without their ends.
    """
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=_TIMEOUT)
    try:
        connection.request("POST", path, body, {"content-type": "application/json"})
        response = connection.getresponse()
        while line := response.readline():
            yield line.decode().rstrip("\r\n")
    finally:
        connection.close()
