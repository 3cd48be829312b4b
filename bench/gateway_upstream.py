"""
The upstream of the measurement: a process of its own that streams made bytes.

    python bench/gateway_upstream.py

It prints its port and serves until its standard input ends.  Each event is one write,
as a vendor's server does it; without an interval, every open stream gets one event in
turn, as fast as the readers take them.
"""

from __future__ import annotations

import asyncio
import sys
import time
from typing import ClassVar

import gateway_wires as wires

_HEAD = (
    b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n"
    b"transfer-encoding: chunked\r\n\r\n"
)
_READY = {
    name: [wires.event(name, b"%d" % number) for number in range(5000)]
    for name in wires.DIALECTS
}
"""The events of fast streams; the loop only writes."""


class Streaming(asyncio.Protocol):
    """One connection: requests one after the other."""

    open: ClassVar[set[asyncio.Transport]] = set()
    """The connections that clients keep; whoever stops the server closes them."""

    def __init__(self) -> None:
        self._data = b""
        self._free = asyncio.Event()
        self._free.set()
        self._task: asyncio.Task[None] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self.open.add(transport)

    def connection_lost(self, _: Exception | None) -> None:
        self.open.discard(self._transport)
        if self._task is not None:
            self._task.cancel()

    def pause_writing(self) -> None:
        self._free.clear()

    def resume_writing(self) -> None:
        self._free.set()

    def data_received(self, data: bytes) -> None:
        self._data += data
        head, blank, body = self._data.partition(b"\r\n\r\n")
        if not blank:
            return
        lines = head.lower().split(b"\r\n")
        lengths = [
            int(line.partition(b":")[2])
            for line in lines
            if line.startswith(b"content-length:")
        ]
        if lengths and len(body) < lengths[0]:
            return
        self._data = b""
        asked = wires.ASKED.search(body)
        if asked is None:
            # Gateways may ask which models there are.
            self._transport.write(
                b"HTTP/1.1 404 X\r\ncontent-length: 2\r\n"
                b"content-type: application/json\r\n\r\n{}"
            )
            return
        dialect = "anthropic" if b"/messages" in lines[0] else "chat"
        answer = self._answer(dialect, int(asked[1]), float(asked[2]))
        self._task = asyncio.ensure_future(answer)

    async def _answer(self, dialect: str, events: int, interval: float) -> None:
        write, clock = self._transport.write, time.monotonic
        ready = iter(_READY[dialect])
        write(_HEAD)
        due = clock()
        for piece in wires.pieces(dialect, events):
            if piece is not None:
                write(piece)
            elif interval:
                write(wires.event(dialect, b"%.6f" % clock()))
                due += interval
                await asyncio.sleep(max(0, due - clock()))
            else:
                write(next(ready))
                await (asyncio.sleep(0) if self._free.is_set() else self._free.wait())
        self._task = None


async def _main() -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(Streaming, "127.0.0.1", 0, backlog=2048)
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)
    server.close()


if __name__ == "__main__":
    asyncio.run(_main())
