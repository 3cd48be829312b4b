"""The demo's gateway: what `modelwire serve` runs, on a free port of this machine."""

from __future__ import annotations

import queue
import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from modelwire.codecs import Profile
    from modelwire.transports.asgi import AccessRecord, Gateway

__all__ = ["Served", "can_serve", "lines_of", "serving_gateway"]

_TIMEOUT: Final = 20.0


def can_serve() -> bool:
    """Say whether an HTTP client and a server are installed."""
    from modelwire.errors import LocalError
    from modelwire.transports._http import library

    try:
        library()
        import uvicorn  # noqa: F401
    except (LocalError, ModuleNotFoundError):
        return False
    return True


class Served:
    """A gateway that serves, and the records of its requests."""

    def __init__(self, show: Callable[[str, bytes], None]) -> None:
        self.url = ""
        """Where it is."""
        self.gateway: Gateway | None = None
        """The application."""
        self.client: Any = None
        """Its HTTP client."""
        self._show = show
        self._records: queue.SimpleQueue[AccessRecord] = queue.SimpleQueue()

    def told(self, record: AccessRecord) -> None:
        """Take the record of a request that is over."""
        self._records.put(record)

    def record(self) -> AccessRecord:
        """Give the record of the next request, once it is over."""
        return self._records.get(timeout=_TIMEOUT)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Serve, and show what goes to the client."""
        if scope["type"] == "lifespan":
            from modelwire.transports._asgi_io import lifespan

            await lifespan(
                receive, send, startup=lambda: None, shutdown=self.client.aclose
            )
            return

        async def seen(message: Any) -> None:
            if message["type"] == "http.response.body":
                self._show("out", message["body"])
            await send(message)

        assert self.gateway is not None  # noqa: S101 - set before the server starts
        await self.gateway(scope, receive, seen)


@contextmanager
def serving_gateway(
    ports: Mapping[str, int],
    routes: Mapping[str, tuple[str, str]],
    profiles: Mapping[str, Profile],
    show: Callable[[str, bytes], None],
) -> Iterator[Served]:
    """
    Serve while the context lasts.

    Args:
        ports: The upstreams on 127.0.0.1, by their dialects.
        routes: The dialect and the name there of each model.
        profiles: The variants of the clients' dialects.
        show: Is shown what goes to the client.

    Yields:
        The gateway.
    """
    import uvicorn

    from modelwire.codecs import COLLECT
    from modelwire.transports import Endpoint, bearer
    from modelwire.transports._http import library
    from modelwire.transports.asgi import Gateway, Routes, Settings

    upstreams = {
        dialect: Endpoint(
            name=dialect,
            base_url=f"http://127.0.0.1:{port}",
            dialects=(dialect,),
            auth=bearer("no-key-is-needed"),
        )
        for dialect, port in ports.items()
    }
    served = Served(show)
    # Proxies of the environment are for other addresses than this machine's.
    served.client = library().AsyncClient(trust_env=False)
    served.gateway = Gateway(
        upstreams,
        Routes.of(
            {
                model: {"upstream": dialect, "model": name}
                for model, (dialect, name) in routes.items()
            }
        ),
        settings=Settings(on_loss=COLLECT, profiles=profiles),
        client=served.client,
        on_access=served.told,
    )
    with socket.create_server(("127.0.0.1", 0)) as listening:
        served.url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        server = uvicorn.Server(
            uvicorn.Config(served, log_level="critical", ws="none", lifespan="on")
        )
        thread = threading.Thread(
            target=server.run, kwargs={"sockets": [listening]}, daemon=True
        )
        thread.start()
        while thread.is_alive() and not server.started:
            time.sleep(0.01)
        try:
            yield served
        finally:
            server.should_exit = True
            thread.join(_TIMEOUT)


def lines_of(url: str, path: str, request: Mapping[str, Any]) -> Iterator[str]:
    """
    Ask with httpx and give the lines of the answer as they arrive.

    Args:
        url: The gateway's address.
        path: The path.
        request: The body.

    Yields:
        Lines without their ends.
    """
    from modelwire.codecs._json import dumps
    from modelwire.transports._http import library

    rest = b""
    with (
        library().Client(trust_env=False, timeout=_TIMEOUT) as client,
        client.stream("POST", f"{url}{path}", content=dumps(request)) as answer,
    ):
        # httpx's own lines end at U+2028, too, which would cut JSON in half.
        for piece in answer.iter_bytes():
            *lines, rest = (rest + piece).split(b"\n")
            for line in lines:
                yield line.decode().rstrip("\r")
