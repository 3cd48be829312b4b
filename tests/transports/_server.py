"""
A loopback server that sends exactly the bytes that a test says, faults included.

One thread accepts; each connection gets a thread, reads one request, and runs the
test's script on the socket.  All of it ends with the context.
"""

from __future__ import annotations

import contextlib
import json
import socket
import struct
import threading

import attrs

CHAT_BODY = json.dumps(
    {
        "id": "c", "object": "chat.completion", "created": 1, "model": "m",
        "choices": [
            {"index": 0, "message": {"role": "assistant", "content": "hi"},
             "finish_reason": "stop"}
        ],
        "usage": {"prompt_tokens": 3, "completion_tokens": 2, "total_tokens": 5},
    }
).encode()  # fmt: skip


def event(delta, finish=None, **more):
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    value = {
        "id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m",
        "choices": [choice], **more,
    }  # fmt: skip
    return b"data: " + json.dumps(value).encode() + b"\n\n"


CHAT_STREAM = (
    event({"role": "assistant", "content": "He"})
    + event({"content": "llo"})
    + event({}, "stop")
    + b"data: [DONE]\n\n"
)


@attrs.frozen
class Seen:
    """One request as it came."""

    line: str
    headers: dict[str, str]
    body: bytes


class Server:
    """Accepts until it is stopped; `seen` holds every request."""

    def __init__(self, script):
        self._script = script
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.seen = []
        self.left = threading.Event()
        self._threads = []
        self._thread = threading.Thread(target=self._accept)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        # Closing alone does not wake a thread that waits in accept.
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._thread.join(5)
        for thread in self._threads:
            thread.join(5)
        assert not any(thread.is_alive() for thread in self._threads)

    def _accept(self):
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            thread = threading.Thread(target=self._serve, args=(connection,))
            self._threads.append(thread)
            thread.start()

    def _serve(self, connection):
        with connection, contextlib.suppress(OSError):
            connection.settimeout(5)
            seen = read_request(connection)
            if seen is None:
                return
            self.seen.append(seen)
            self._script(Peer(connection, self), seen, len(self.seen))


class Peer:
    """The script's end of a connection."""

    def __init__(self, connection, server):
        self._connection = connection
        self._server = server

    def send(self, data):
        self._connection.sendall(data)

    def answer(self, status, body=b"", headers=(), *, length=None):
        lines = [f"HTTP/1.1 {status} X", "connection: close"]
        lines += [f"{name}: {value}" for name, value in headers]
        lines.append(f"content-length: {len(body) if length is None else length}")
        self.send("\r\n".join(lines).encode() + b"\r\n\r\n" + body)

    def stream(self, headers=(("content-type", "text/event-stream"),)):
        lines = ["HTTP/1.1 200 OK", "connection: close", "transfer-encoding: chunked"]
        lines += [f"{name}: {value}" for name, value in headers]
        self.send("\r\n".join(lines).encode() + b"\r\n\r\n")

    def piece(self, data):
        self.send(f"{len(data):x}\r\n".encode() + data + b"\r\n")

    def end(self):
        self.send(b"0\r\n\r\n")

    def reset(self):
        self._connection.setsockopt(
            socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0)
        )
        self._connection.close()

    def wait_until_left(self):
        """Wait for the client to close its end, and say that it did."""
        with contextlib.suppress(OSError):
            while self._connection.recv(1024):
                pass
        self._server.left.set()


def read_request(connection):
    data = b""
    while b"\r\n\r\n" not in data:
        piece = connection.recv(65536)
        if not piece:
            return None
        data += piece
    head, _, body = data.partition(b"\r\n\r\n")
    line, *rest = head.decode("latin-1").split("\r\n")
    headers = {
        name.lower(): value.strip()
        for name, _, value in (item.partition(":") for item in rest)
    }
    if headers.get("transfer-encoding") == "chunked":
        while not body.endswith(b"0\r\n\r\n"):
            body += connection.recv(65536)
    else:
        while len(body) < int(headers.get("content-length", 0)):
            body += connection.recv(65536)
    return Seen(line, headers, body)
