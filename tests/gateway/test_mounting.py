"""The gateway inside other applications, under other event loops, and at its ends."""

from __future__ import annotations

import anyio
import pytest
from tests._wires import AM, OC, Say, wire
from tests.gateway._asgi import Upstream, ask, chat_body, httpx, json_answer
from tests.gateway.test_forwarding import PATHS, SSE
from tests.gateway.test_requests import says

from modelwire.errors import LocalError
from modelwire.transports import endpoints
from modelwire.transports.asgi import Gateway, Routes

PREFIXES = ["/llm", "/llm/openai"]


@pytest.mark.parametrize("prefix", PREFIXES)
@pytest.mark.parametrize("dialect", PATHS)
def test_mounted_in_starlette(prefix, dialect):
    applications = pytest.importorskip("starlette.applications")
    from starlette.routing import Mount

    upstream = Upstream(says(AM), AM)
    app = applications.Starlette(routes=[Mount(prefix, app=upstream.gateway)])
    body = chat_body(max_tokens=9, input="a", contents=[{"parts": [{"text": "a"}]}])
    body.pop("messages" if dialect == "openai-responses" else "input")
    told = ask(app, prefix + PATHS[dialect], body)
    assert told.status == 200
    assert upstream.record.dialect == dialect
    assert ask(app, f"{prefix}/v1/nothing").status == 404
    assert ask(app, f"{prefix}/healthz", method="GET").body == b"ok\n"


def test_beside_an_application_of_one_s_own():
    fastapi = pytest.importorskip("fastapi")
    upstream = Upstream(says(AM), AM)
    app = fastapi.FastAPI()
    app.mount("/llm", upstream.gateway)
    assert ask(app, "/llm/v1/messages", chat_body(max_tokens=9)).status == 200


def test_a_server_that_gives_no_raw_path():
    upstream = Upstream(says("gemini-generate"), "gemini-generate")
    body = {"contents": [{"parts": [{"text": "a"}]}]}
    told = upstream.ask("/v1beta/models/m%20x:generateContent", body, raw=False)
    assert told.status == 200
    assert upstream.seen[0].url.raw_path == b"/v1beta/models/m%20x:generateContent"


def test_a_websocket_is_refused():
    upstream = Upstream(says(AM), AM)
    sent = []

    async def main():
        async def receive():
            return {"type": "websocket.connect"}

        async def send(message):
            sent.append(message)

        await upstream.gateway(
            {"type": "websocket", "path": "/v1/realtime"}, receive, send
        )

    anyio.run(main)
    assert sent == [{"type": "websocket.close", "code": 1003}]


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_the_servers_start_and_end(backend):
    """What is ours is opened when the server starts and closed when it ends."""
    pytest.importorskip(backend)
    gateway = Gateway({"main": endpoints.anthropic("k")}, Routes.to("main"))
    (upstream,) = gateway._upstreams.values()
    coming = iter([{"type": "lifespan.startup"}, {"type": "lifespan.shutdown"}])
    sent = []
    clients = []

    async def receive():
        clients.append(upstream._client)
        return next(coming)

    async def send(message):
        sent.append(message["type"])

    anyio.run(gateway, {"type": "lifespan"}, receive, send, backend=backend)
    assert sent == ["lifespan.startup.complete", "lifespan.shutdown.complete"]
    before, between = clients
    assert before is None
    assert between.is_closed
    assert upstream._client is None


def test_a_client_of_the_callers_stays_open():
    upstream = Upstream(says(AM), AM)
    anyio.run(upstream.gateway.aclose)
    assert not upstream.client.is_closed


@pytest.mark.parametrize("stream", [False, True])
def test_under_trio(stream):
    pytest.importorskip("trio")
    said = wire(AM, Say("Hel", "lo"))
    pieces = said.pieces if stream else [said.body]
    upstream = Upstream(lambda _: (200, SSE, pieces), AM)
    sent = []

    async def main():
        over = anyio.Event()
        body = httpx.Request("POST", "http://x", json=chat_body(stream=stream)).content
        coming = iter([{"type": "http.request", "body": body}])

        async def receive():
            message = next(coming, None)
            if message is None:
                await over.wait()
                message = {"type": "http.disconnect"}
            return message

        async def send(message):
            sent.append(message)

        scope = {
            "type": "http",
            "method": "POST",
            "path": PATHS[OC],
            "headers": [],
            "query_string": b"",
        }
        await upstream.gateway(scope, receive, send)
        over.set()

    anyio.run(main, backend="trio")
    assert sent[0]["status"] == 200
    data = b"".join(message.get("body", b"") for message in sent)
    assert b"Hel" in data
    assert sent[-1]["more_body"] is False


def test_a_send_that_fails_is_a_client_that_left():
    """The specification lets servers raise instead of dropping what is sent."""
    upstream = Upstream(lambda _: (200, SSE, [b"data: {}\n\n"]), OC)

    async def main():
        coming = iter(
            [{"type": "http.request", "body": b'{"model":"m","stream":true}'}]
        )

        async def receive():
            message = next(coming, None)
            if message is None:
                await anyio.sleep_forever()
            return message

        async def send(message):
            if message["type"] == "http.response.body":
                raise OSError

        scope = {"type": "http", "method": "POST", "path": PATHS[OC], "headers": []}
        await upstream.gateway(scope, receive, send)

    anyio.run(main)
    assert upstream.record.left_early


def test_a_route_without_an_upstream():
    with pytest.raises(LocalError, match="names no upstream"):
        Gateway({"main": endpoints.anthropic("k")}, Routes.to("other"))


def test_two_requests_do_not_share_anything():
    upstream = Upstream(lambda _: json_answer({"id": "x"}), OC)
    ids = {
        upstream.ask(PATHS[OC], chat_body()).headers["x-modelwire-request-id"]
        for _ in range(3)
    }
    assert len(ids) == 3
    assert {record.id for record in upstream.records} == ids
