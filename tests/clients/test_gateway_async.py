"""
Asynchronous clients in front of the gateway, over every upstream.

What a client understands of an answer is told with the synchronous ones; here is what
an event loop makes different: words as they come, errors in between, leaving.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading

import pytest
from tests._wires import DIALECTS, Say, wire
from tests.clients._async_clients import ASYNC, opened
from tests.clients._loopback import Answer
from tests.clients._relay import SSE, ByGateway
from tests.clients._upstream import UPSTREAM
from tests.clients.test_errors import LAST, LIMITED, error_class
from tests.clients.test_gateway import BROKEN, SLOW_DOWN
from tests.transports._server import Server

pytestmark = pytest.mark.parametrize(
    ("name", "upstream"), [(name, upstream) for name in ASYNC for upstream in DIALECTS]
)
PATIENCE = 10.0


@pytest.fixture
def live(request):
    """Give a gateway that is set up anew, and where it is."""
    return request.getfixturevalue("_gateway")


@pytest.fixture
def relay(live, loopback):
    return ByGateway(loopback, *live)


def plain(name, url):
    async def read():
        async with opened(name, url) as client:
            return await ASYNC[name].plain(client)

    return asyncio.run(read())


def words(name, url):
    """Read a stream to its end; give the text, and what it raised."""

    async def read():
        text = ""
        async with opened(name, url) as client:
            try:
                async for word in ASYNC[name].words(client):
                    text += word
            except Exception as error:  # noqa: BLE001 - told apart by the tests
                return text, error
        return text, None

    return asyncio.run(read())


def test_an_answer(relay, name, upstream):
    relay.serve(upstream, UPSTREAM[upstream]["parallel"])
    assert plain(name, relay.url) == ("Looking.", ["weather", "time"])


def test_a_stream(relay, name, upstream):
    relay.serve(upstream, UPSTREAM[upstream]["thinking"])
    assert words(name, relay.url) == ("Sunny.", None)


def test_a_rate_limit(relay, name, upstream):
    relay.serve(upstream, SLOW_DOWN[upstream])
    raised = error_class(name, "ClientError" if name == "gemini" else "RateLimitError")
    with pytest.raises(raised, match="slow down"):
        plain(name, relay.url)


def test_a_server_error(relay, name, upstream):
    relay.serve(upstream, BROKEN[upstream])
    _, error = words(name, relay.url)
    raised = "ServerError" if name == "gemini" else "InternalServerError"
    assert isinstance(error, error_class(name, raised))


@pytest.mark.parametrize("how", ["error", "cut"])
def test_a_stream_that_breaks(relay, name, upstream, how):
    pieces = UPSTREAM[upstream]["text"].pieces[: -LAST[upstream]]
    end = LIMITED[upstream] if how == "error" else ()
    relay.serve(upstream, Answer((*pieces, *end), 200, SSE))
    text, error = words(name, relay.url)
    assert text.startswith("Sunny,")
    native = ASYNC_DIALECT[name] == upstream
    # A cut stream of the client's own dialect is forwarded as it is, and openai's and
    # anthropic's packages do not look for its end.
    assert error is not None or (native and how == "cut")


ASYNC_DIALECT = dict(
    zip(ASYNC, ["openai-chat", "openai-responses", "anthropic-messages",
                "gemini-generate"], strict=True)
)  # fmt: skip


def test_a_slow_stream_is_read_word_by_word(live, name, upstream):
    """The upstream says a word when the client has heard the one before."""
    switch, url = live
    heard = threading.Semaphore(0)
    pieces = wire(upstream, Say("alpha", "beta", "gamma")).pieces

    def script(peer, seen, number):
        peer.stream()
        for piece in pieces:
            peer.piece(piece)
            if b'"alpha"' in piece or b'"beta"' in piece:
                assert heard.acquire(timeout=PATIENCE)
        peer.end()

    async def read():
        text = ""
        async with opened(name, url) as client:
            async for word in ASYNC[name].words(client):
                text += word
                if word:
                    heard.release()
        return text

    with Server(script) as server:
        switch.use(upstream, server.url)
        assert asyncio.run(read()) == "alphabetagamma"


def test_a_client_that_is_cancelled_leaves_the_upstream(live, name, upstream):
    switch, url = live
    pieces = wire(upstream, Say("alpha", "omega")).pieces
    split = next(i for i, piece in enumerate(pieces) if b"omega" in piece)

    def script(peer, seen, number):
        peer.stream()
        for piece in pieces[:split]:
            peer.piece(piece)
        peer.wait_until_left()

    async def read():
        heard = asyncio.Event()

        async def listen():
            async with contextlib.aclosing(ASYNC[name].words(client)) as stream:
                async for word in stream:
                    if "alpha" in word:
                        heard.set()

        async with opened(name, url) as client:
            task = asyncio.create_task(listen())
            await asyncio.wait_for(heard.wait(), PATIENCE)
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
            return await asyncio.to_thread(server.left.wait, 1)

    with Server(script) as server:
        switch.use(upstream, server.url)
        assert asyncio.run(read())
    (record,) = switch.records
    assert record.left_early
