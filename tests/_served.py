"""A gateway under uvicorn on 127.0.0.1, in a thread of its own."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator
from typing import Any

import pytest

__all__ = ["UPSTREAM_KEY", "Switch", "serving"]

UPSTREAM_KEY = "upstream-key"
"""What the gateway proves itself with to its upstream."""

PATIENCE = 10.0
"""Seconds; nothing here should wait at all."""


@contextlib.contextmanager
def serving(app: Any, **options: Any) -> Iterator[str]:
    """
    Serve *app* while the block runs.

    Args:
        app: The application.
        options: More options of uvicorn.

    Yields:
        Where it is.
    """
    uvicorn = pytest.importorskip("uvicorn")
    started = threading.Event()

    class Server(uvicorn.Server):
        async def startup(self, sockets: Any = None) -> None:
            await super().startup(sockets)
            started.set()

    config = uvicorn.Config(
        app, log_level="critical", ws="none", timeout_graceful_shutdown=2, **options
    )
    with socket.create_server(("127.0.0.1", 0)) as listening:
        server = Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        try:
            assert started.wait(PATIENCE)
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(PATIENCE)
    assert not thread.is_alive()


class Switch:
    """An ASGI application that is another gateway in every test."""

    def __init__(self) -> None:
        from modelwire.transports._http import library

        # One for all of them: a client costs more than all that a test does with it.
        self._client = library().AsyncClient()
        self._gateway: Any = None
        self._records: list[Any] = []
        self._open = 0
        self._changed = threading.Condition()

    @property
    def records(self) -> list[Any]:
        """What the gateway told of every request, once all of them are over."""
        with self._changed:
            assert self._changed.wait_for(lambda: self._open == 0, PATIENCE)
            return self._records

    def use(self, upstream: str, url: str, *, timeouts: Any = None, **more: Any) -> Any:
        """
        Be a gateway in front of one upstream from now on.

        Args:
            upstream: The only dialect that it speaks.
            url: Where it is.
            timeouts: How long to wait for it.
            more: Settings.

        Returns:
            The gateway.
        """
        from modelwire.transports import Endpoint, Timeouts, bearer
        from modelwire.transports.asgi import Gateway, Routes, Settings

        endpoint = Endpoint(
            name="upstream",
            base_url=url,
            dialects=(upstream,),
            auth=bearer(UPSTREAM_KEY),
        )
        self._records = []
        self._gateway = Gateway(
            {"main": endpoint},
            Routes.to("main"),
            settings=Settings(**more),
            timeouts=timeouts or Timeouts(),
            client=self._client,
            on_access=self._records.append,
        )
        return self._gateway

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Serve as the gateway of this test."""
        if scope["type"] != "lifespan":
            self._count(1)
            try:
                await self._gateway(scope, receive, send)
            finally:
                self._count(-1)
            return
        await receive()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await self._client.aclose()
        await send({"type": "lifespan.shutdown.complete"})

    def _count(self, change: int) -> None:
        with self._changed:
            self._open += change
            self._changed.notify_all()
