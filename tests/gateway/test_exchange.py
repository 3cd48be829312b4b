"""Between client and upstream: whose fault it is, whose proof is sent, the end."""

from __future__ import annotations

import json

import anyio
import pytest
from tests._wires import AM, OC, OR, Say, wire
from tests.gateway._asgi import Upstream, ask, chat_body, httpx
from tests.gateway.test_forwarding import PATHS, SSE
from tests.gateway.test_requests import says

from modelwire.errors import (
    ErrorInfo,
    LocalError,
    ModelwireError,
    ProviderError,
    RemoteProtocolError,
    TransportError,
)
from modelwire.transports import Endpoint, NotImplementedByProvider
from modelwire.transports._asgi_io import gone, lifespan
from modelwire.transports._exchange import info_of
from modelwire.transports.asgi import Gateway, Routes, Settings


@pytest.mark.parametrize(
    ("error", "status", "kind"),
    [
        (ProviderError(ErrorInfo(kind="overloaded", status=529)), 529, "overloaded"),
        (TransportError("x", info=ErrorInfo(kind="timeout")), 504, "timeout"),
        (TransportError("x"), 502, "server_error"),
        (NotImplementedByProvider("up", "images", dialect=OC), 501, "unsupported"),
        (LocalError("x"), 400, "invalid_request"),
        (RemoteProtocolError("x"), 502, "server_error"),
        (ModelwireError("x"), 500, "server_error"),
    ],
)
def test_whose_fault_it_is(error, status, kind):
    info = info_of(error)
    assert (info.status, info.kind) == (status, kind)


# --- whose proof is sent --------------------------------------------------------------


@pytest.mark.parametrize("forward", [False, True])
def test_an_upstream_that_wants_no_proof(forward):
    """Nobody is served at our cost, so a client may come without a credential."""
    answer, seen = says(OC), []

    def serve(request):
        seen.append(request)
        return answer(request)

    endpoint = Endpoint(name="own", base_url="https://own.test", dialects=(OC,))
    gateway = Gateway(
        {"main": endpoint},
        Routes.to("main"),
        settings=Settings(forward_credentials=forward),
        client=httpx.AsyncClient(transport=httpx.MockTransport(serve)),
    )
    assert ask(gateway, PATHS[OC], chat_body()).status == 200
    assert "authorization" not in seen[0].headers


# --- the model that is wanted ---------------------------------------------------------


def test_a_request_that_names_no_model():
    """Responses may leave it to the prompt that they name."""
    upstream = Upstream(says(OR), OR)
    body = {"prompt": {"id": "pmpt_1"}}
    told = upstream.ask(PATHS[OR], body)
    assert (told.status, upstream.record.model) == (200, None)
    assert json.loads(upstream.seen[0].content) == body


# --- the end --------------------------------------------------------------------------


def test_what_follows_the_end_of_a_stream_is_read_and_left():
    pieces = [*wire(AM, Say("Hel", "lo")).pieces, b": one more\n\n", b": and more\n\n"]
    taken = []

    def each():
        for piece in pieces:
            taken.append(piece)
            yield piece

    upstream = Upstream(lambda _: (200, SSE, each()), AM)
    told = upstream.ask(PATHS[OC], chat_body(stream=True))
    assert told.body.endswith(b"data: [DONE]\n\n")
    # The connection can serve again.
    assert taken == pieces


def test_a_fault_of_a_group_is_logged_as_its_first(caplog):
    def broken(request):
        msg = "sk-secret"
        raise ExceptionGroup(msg, [ExceptionGroup(msg, [KeyError(msg)]), OSError()])

    upstream = Upstream(broken)
    told = upstream.ask(PATHS[OC], chat_body())
    assert (told.status, told.json["error"]["message"]) == (500, "internal error")
    (line,) = [
        record.message for record in caplog.records if "request" in record.message
    ]
    assert ": KeyError at " in line
    assert "sk-secret" not in line


# --- messages that a server may send --------------------------------------------------


def receiving(*kinds):
    coming = iter([{"type": kind} for kind in kinds])

    async def receive():
        return next(coming)

    return receive


def test_a_client_is_gone_when_the_server_says_so():
    receive = receiving("http.request", "http.disconnect", "http.request")
    anyio.run(gone, receive)
    assert anyio.run(receive) == {"type": "http.request"}


def test_what_a_server_may_say_of_its_life_later_is_passed_over():
    done, sent = [], []

    async def shutdown():
        done.append("shutdown")

    async def send(message):
        sent.append(message["type"])

    async def main():
        await lifespan(
            receiving("lifespan.startup", "lifespan.reload", "lifespan.shutdown"),
            send,
            startup=lambda: done.append("startup"),
            shutdown=shutdown,
        )

    anyio.run(main)
    assert done == ["startup", "shutdown"]
    assert sent == ["lifespan.startup.complete", "lifespan.shutdown.complete"]


def test_a_scope_that_is_not_known_is_not_answered():
    upstream = Upstream(says(AM), AM)

    async def never(*_):
        pytest.fail("nothing is said")

    anyio.run(upstream.gateway, {"type": "later"}, never, never)
    assert upstream.records == []
