"""
Two ways from a client to an upstream of another dialect, behind one interface.

`ByCodecs` translates in the test's own server; `ByGateway` puts the gateway under
uvicorn between the client and that server.  A test of both says the same twice.
"""

from __future__ import annotations

import json
import socket
from typing import Any

from tests._served import Switch
from tests._wires import Wire
from tests.clients._loopback import (
    Answer,
    Arrived,
    Loopback,
    translated,
    translated_stream,
)

__all__ = ["ByCodecs", "ByGateway", "sent"]

SSE = (("content-type", "text/event-stream"),)


class ByCodecs:
    """The test's server is the gateway: it translates what it is asked and told."""

    def __init__(self, loopback: Loopback) -> None:
        self.url = loopback.url
        self._loopback = loopback

    def serve(self, upstream: str, *wires: Wire, **options: Any) -> None:
        """Let the next requests get *wires*, one after the other, from *upstream*."""
        self.bodies: list[dict[str, Any]] = []
        self.paths: list[str] = []

        def answer(arrived: Arrived) -> Answer:
            wire = wires[len(self.bodies)]
            asked = arrived.translated(upstream)
            self.bodies.append(json.loads(asked.body))
            self.paths.append(asked.path)
            source, target = upstream, arrived.dialect
            assert asked.request is not None
            if asked.request.stream:
                return translated_stream(
                    wire.pieces, source, target, for_request=asked, **options
                )
            return translated(wire.body, source, target, for_request=asked, **options)

        self._loopback.answer = answer


class ByGateway:
    """The gateway stands between the client and the test's server."""

    def __init__(self, loopback: Loopback, switch: Switch, url: str) -> None:
        self.url = url
        self._loopback = loopback
        self._switch = switch

    def serve(self, upstream: str, *wires: Wire | Answer, **options: Any) -> None:
        """Let the next requests get *wires*, one after the other, from *upstream*."""
        self._switch.use(upstream, self._loopback.url, **options)
        self.arrived = self._loopback.arrived = []
        self._loopback.answer = lambda arrived: sent(
            wires[len(self.arrived) - 1], arrived
        )

    def refuse_connections(self, upstream: str) -> None:
        """Be in front of a port where nobody listens."""
        with socket.create_server(("127.0.0.1", 0)) as closed:
            port = closed.getsockname()[1]
        self._switch.use(upstream, f"http://127.0.0.1:{port}")

    @property
    def records(self) -> list[Any]:
        """What the gateway told of every request that is over."""
        return self._switch.records

    @property
    def bodies(self) -> list[dict[str, Any]]:
        """What the upstream was sent."""
        return [json.loads(arrived.body) for arrived in self.arrived]

    @property
    def paths(self) -> list[str]:
        """Where."""
        return [arrived.path for arrived in self.arrived]


def sent(wire: Wire | Answer, arrived: Arrived) -> Answer:
    """Answer as an upstream does: what is asked for, piece by piece."""
    if isinstance(wire, Answer):
        return wire
    if arrived.request.stream:
        return Answer(wire.pieces, 200, SSE)
    return Answer((wire.body,))
