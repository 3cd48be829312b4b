"""
The socket of a scripted upstream: HTTP/1.1 on 127.0.0.1, a thread for each connection.

Only `ScriptedUpstream.serving` loads it.  It knows no dialect: it reads a request,
asks for the plan, and plays it, with the endings that no well-behaved server has.
"""

from __future__ import annotations

import contextlib
import select
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler
from typing import Any, Final

from modelwire.testing._script import Gate
from modelwire.testing._script_plan import Plan
from modelwire.testing._upstream import Received

__all__ = ["refusing", "serving"]

_PATIENCE: Final = 10.0
"""Seconds to wait for a thread to end."""
_RESET: Final = struct.pack("ii", 1, 0)
"""Linger on, for no time: closing sends a reset."""

_Begin = Callable[[str, str, list[tuple[str, str]], bytes], tuple[Received, Plan]]


class _ClientLeftError(Exception):
    """The client closed its end while the upstream waited, or the server stops."""


class _Handler(BaseHTTPRequestHandler):
    """Reads requests of one connection and plays their plans."""

    protocol_version = "HTTP/1.1"
    server: Any  # a _Server: it is no socketserver

    def _serve(self) -> None:
        headers = [(name.lower(), value) for name, value in self.headers.items()]
        received, planned = self.server.begin(
            self.command, self.path, headers, self._body()
        )
        try:
            self._play(planned)
            received.outcome = "sent" if planned.ending == "clean" else "broken"
        except (_ClientLeftError, OSError):
            self.close_connection = True
            received.outcome = "left"
        finally:
            received.finished.open()

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = do_OPTIONS = _serve  # noqa: N815

    def _body(self) -> bytes:
        if "chunked" not in self.headers.get("transfer-encoding", "").lower():
            return self.rfile.read(int(self.headers.get("content-length", 0)))
        body = b""
        while size := int(self.rfile.readline().split(b";")[0], 16):
            body += self.rfile.read(size)
            self.rfile.readline()
        while self.rfile.readline().strip():
            pass
        return body

    def _play(self, planned: Plan) -> None:
        chunked = planned.length is None
        if planned.status:
            self._head(planned, chunked=chunked)
        for step in planned.steps:
            if isinstance(step, Gate):
                self._wait(step)
            elif chunked:
                self._write(b"%x\r\n%b\r\n" % (len(step), step))
            else:
                self._write(step)
        if planned.ending == "clean":
            if chunked:
                self._write(b"0\r\n\r\n")
            return
        self.close_connection = True
        if planned.ending == "stall":
            self._wait(None)
        elif planned.ending == "reset":
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)

    def _head(self, planned: Plan, *, chunked: bool) -> None:
        # Not send_response: it would add the clock and a version.
        self.send_response_only(planned.status)
        names = {name for name, _ in planned.headers}
        for name, value in planned.headers:
            self.send_header(name, value)
        if chunked:
            self.send_header("transfer-encoding", "chunked")
        elif "content-length" not in names:
            self.send_header("content-length", str(planned.length))
        self.end_headers()

    def _write(self, data: bytes) -> None:
        self.wfile.write(data)
        self.wfile.flush()

    def _wait(self, gate: Gate | None) -> None:
        """Wait for a gate, or with none for ever; the client may leave meanwhile."""
        awake, alarm = socket.socketpair()
        with awake, alarm:
            for ringing in (gate, self.server.stopping):
                if ringing is not None:
                    ringing.on_open(lambda: _ring(alarm))
            watched = [awake, self.connection]
            while True:
                ready, _, _ = select.select(watched, [], [])
                if self.server.stopping.is_open:
                    raise _ClientLeftError
                if awake in ready:
                    return
                if not self.connection.recv(1, socket.MSG_PEEK):
                    raise _ClientLeftError
                # It sent its next request already: that one waits.
                watched = [awake]

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Say nothing."""


def _ring(alarm: socket.socket) -> None:
    # Nobody may be waiting any more.
    with contextlib.suppress(OSError):
        alarm.send(b"!")


class _Server:
    """Accepts until it is stopped."""

    def __init__(self, begin: _Begin) -> None:
        self.begin = begin
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listening.getsockname()[1]
        self._lock = threading.Lock()
        self._open: dict[threading.Thread, socket.socket] = {}
        self.stopping = Gate()
        self._acceptor = threading.Thread(target=self._accept, name="upstream")
        self._acceptor.start()

    def _accept(self) -> None:
        with self._listening:
            while True:
                connection, address = self._listening.accept()
                with self._lock:
                    if self.stopping.is_open:
                        connection.close()
                        return
                    thread = threading.Thread(
                        target=self._serve,
                        args=(connection, address),
                        name=f"upstream connection {address[1]}",
                    )
                    self._open[thread] = connection
                    thread.start()

    def _serve(self, connection: socket.socket, address: Any) -> None:
        try:
            # A client that is stopped in the middle of a request is none of our faults.
            with connection, contextlib.suppress(OSError, ValueError):
                _Handler(connection, address, self)  # type: ignore[arg-type]
        finally:
            with self._lock:
                del self._open[threading.current_thread()]

    def stop(self) -> None:
        """Close every connection and wait for every thread."""
        with self._lock:
            self.stopping.open()
            left = dict(self._open)
            for connection in left.values():
                with contextlib.suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)
        # Closing the listening socket does not wake accept everywhere.
        with contextlib.suppress(OSError):
            socket.create_connection(("127.0.0.1", self.port), _PATIENCE).close()
        for thread in (self._acceptor, *left):
            thread.join(_PATIENCE)


@contextlib.contextmanager
def serving(begin: _Begin) -> Iterator[str]:
    """
    Serve on a free port while the context lasts.

    Args:
        begin: Takes a request and gives what to send.

    Yields:
        The URL.
    """
    server = _Server(begin)
    try:
        yield f"http://127.0.0.1:{server.port}"
    finally:
        server.stop()


@contextlib.contextmanager
def refusing() -> Iterator[str]:
    """
    Hold a port on which nobody listens, so that no one else gets it.

    Yields:
        The URL.
    """
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{held.getsockname()[1]}"
