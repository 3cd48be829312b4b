"""
The load of the measurement: a process of its own that asks and keeps what it gets.

    python bench/gateway_load.py '{"port": 1, "dialect": "chat", ...}'

It opens all streams at once, or one after the other, checks every one of them when all
are over, and prints what it saw as JSON.
"""

from __future__ import annotations

import asyncio
import json
import re
import statistics
import sys
import time
from typing import Any

import gateway_wires as wires

_PATIENCE = 240.0
"""Seconds for all of it."""
_OF_ONE = (
    (re.compile(rb'"(id|system_fingerprint)": ?"[^"]*"'), rb'"\1":""'),
    (re.compile(rb'"created": ?\d+'), b'"created":0'),
)
"""What two equal answers differ in."""


class Asking(asyncio.Protocol):
    """One stream."""

    def __init__(
        self, request: bytes, over: asyncio.Future[None], *, timed: bool
    ) -> None:
        self._request = request
        self._over = over
        self._timed = timed
        self._pieces: list[bytes] = []
        self.began = self.first = self.ended = 0.0
        self.delays: list[float] = []

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self.began = time.monotonic()
        transport.write(self._request)

    def data_received(self, data: bytes) -> None:
        now = time.monotonic()
        self._pieces.append(data)
        if not self.first and b"@" in data:
            self.first = now
        if self._timed:
            self.delays += [now - float(mark) for mark in wires.marks(data)]
        if data.endswith(b"0\r\n\r\n"):
            self.ended = now
            self._transport.close()

    def connection_lost(self, _: Exception | None) -> None:
        self.ended = self.ended or time.monotonic()
        if not self._over.done():
            self._over.set_result(None)

    @property
    def data(self) -> bytes:
        """All that came."""
        return b"".join(self._pieces)


def fault(data: bytes, row: wires.Dialect, events: int, *, timed: bool) -> str | None:
    """Say what is wrong with an answer."""
    if b" 200 " not in data[:15]:
        return data[:300].decode("latin-1")
    try:
        body = wires.dechunked(data)
    except ValueError:
        return "cut"
    found = wires.marks(body)
    if len(found) != events:
        return f"{len(found)} marks"
    if not timed and found != [b"%d" % number for number in range(events)]:
        return "marks out of order"
    if row.end not in body[-400:]:
        return "no end"
    return None


def same(body: bytes) -> bytes:
    """Give what all answers to one request have in common."""
    for pattern, same in _OF_ONE:
        body = pattern.sub(same, body)
    return body


async def load(
    *,
    port: int,
    dialect: str,
    model: str,
    streams: int,
    events: int,
    interval: float = 0.0,
    at_once: bool = True,
) -> dict[str, Any]:
    """
    Ask and measure.

    Args:
        port: Where.
        dialect: In which dialect.
        model: For which model.
        streams: How many streams.
        events: Events of each.
        interval: Seconds between two; 0: as fast as they come.
        at_once: Whether all streams are opened at once.
    """
    row = wires.DIALECTS[dialect]
    body = wires.body_of(dialect, model, events, interval)
    request = (
        f"POST {row.path} HTTP/1.1\r\nhost: 127.0.0.1:{port}\r\n"
        "content-type: application/json\r\nauthorization: Bearer sk-bench\r\n"
        "x-api-key: sk-bench\r\nanthropic-version: 2023-06-01\r\n"
        f"content-length: {len(body)}\r\n\r\n"
    ).encode() + body
    loop = asyncio.get_running_loop()
    overs = [loop.create_future() for _ in range(streams)]
    timed = interval > 0
    asking = [Asking(request, over, timed=timed) for over in overs]
    began = time.monotonic()

    async def one(protocol: Asking, over: asyncio.Future[None]) -> None:
        await loop.create_connection(lambda: protocol, "127.0.0.1", port)
        await over

    async def in_turn() -> list[BaseException | None]:
        if at_once:
            both = map(one, asking, overs)
            return await asyncio.gather(*both, return_exceptions=True)
        for protocol, over in zip(asking, overs, strict=True):
            await one(protocol, over)
        return []

    outcomes = await asyncio.wait_for(in_turn(), _PATIENCE)
    ended = max(peer.ended for peer in asking)
    faults = [repr(found) for found in outcomes if isinstance(found, BaseException)]
    answers = [peer.data for peer in asking]
    for data in answers:
        wrong = fault(data, row, events, timed=timed)
        if wrong is not None:
            faults.append(wrong)
    if (
        not faults
        and not timed
        and len({same(wires.dechunked(data)) for data in answers}) > 1
    ):
        faults.append("answers differ")
    delays = [delay for peer in asking for delay in peer.delays[1:]]
    return {
        "streams": streams,
        "events": streams * events,
        "seconds": ended - began,
        "first": statistics.median(peer.first - peer.began for peer in asking),
        "first_least": min(peer.first - peer.began for peer in asking),
        "delay": statistics.median(delays) if delays else None,
        "faults": faults[:3],
        "wrong": len(faults),
        "sample": same(wires.dechunked(answers[0])).decode("latin-1")
        if not faults
        else "",
    }


if __name__ == "__main__":
    print(json.dumps(asyncio.run(load(**json.loads(sys.argv[1])))))
