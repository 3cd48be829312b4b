"""Clients of both libraries, synchronous and asynchronous, behind one interface."""

from __future__ import annotations

import importlib
import importlib.util

import anyio
import pytest

from modelwire.transports import (
    AsyncCompletionClient,
    AsyncProvider,
    CompletionClient,
    Provider,
)

WORLDS = [
    pytest.param(
        (library, how),
        id=f"{library}-{how}",
        marks=() if found else pytest.mark.skip(reason=f"no {library}"),
    )
    for library, ways in {
        "httpx": ("sync", "asyncio"),
        "httpx2": ("sync", "asyncio", "trio"),
    }.items()
    for found in [importlib.util.find_spec(library) is not None]
    for how in ways
]


class Sync:
    """Runs calls as they are."""

    is_async = False

    def __init__(self, library):
        self.library = library

    def http(self, **more):
        return self.library.Client(**more)

    def over(self, endpoint, use, *, cls="client", **more):
        """Open a client, give it to *use*, close it."""
        kind = CompletionClient if cls == "client" else Provider
        with self.http() as http, kind(endpoint, client=http, **more) as client:
            return use(Calls(client, self))

    def call(self, function, *args, **more):
        return function(*args, **more)

    def drain(self, stream, most=None):
        with stream:
            items = []
            for item in stream:
                items.append(item)
                if len(items) == most:
                    break
            return items


class Calls:
    """A client whose methods are called the same in both worlds."""

    def __init__(self, client, world):
        self._client = client
        self._world = world

    def model(self, name="m"):
        return Calls(self._client.completion_model(name), self._world)

    def __getattr__(self, name):
        method = getattr(self._client, name)
        return lambda *args, **more: self._world.call(method, *args, **more)

    def drain(self, name, *args, most=None, **more):
        """Call a method that streams, and give its items."""
        return self._world.drain(getattr(self, name)(*args, **more), most)


class Async(Sync):
    """Runs each test's calls in one event loop."""

    is_async = True

    def __init__(self, library, backend):
        super().__init__(library)
        self.backend = backend
        self._portal = None

    def http(self, **more):
        return self.library.AsyncClient(**more)

    def over(self, endpoint, use, *, cls="client", **more):
        kind = AsyncCompletionClient if cls == "client" else AsyncProvider
        with anyio.from_thread.start_blocking_portal(self.backend) as portal:
            self._portal = portal
            http = self.http()
            client = kind(endpoint, client=http, **more)
            try:
                return use(Calls(client, self))
            finally:
                portal.call(client.aclose)
                portal.call(http.aclose)

    def call(self, function, *args, **more):
        async def run():
            return await function(*args, **more)

        return self._portal.call(run)

    def drain(self, stream, most=None):
        async def run():
            async with stream:
                items = []
                async for item in stream:
                    items.append(item)
                    if len(items) == most:
                        break
                return items

        return self._portal.call(run)


@pytest.fixture(params=WORLDS)
def world(request):
    name, how = request.param
    library = importlib.import_module(name)
    return Sync(library) if how == "sync" else Async(library, how)
