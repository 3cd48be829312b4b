"""Many streams at once, every byte right: the core of bench/gateway.py, made small."""

from __future__ import annotations

import asyncio
import importlib
import json

import pytest
from tests._paths import REPO
from tests._wires import AM, OC

from modelwire.translate import StreamTranslator, translate_request

NAMES = {"chat": OC, "anthropic": AM}
STREAMS, EVENTS = 20, 50


@pytest.fixture
def bench(monkeypatch):
    monkeypatch.syspath_prepend(str(REPO / "bench"))
    names = ("gateway_wires", "gateway_upstream", "gateway_load")
    return [importlib.import_module(name) for name in names]


@pytest.mark.parametrize(
    ("client", "target"),
    [("chat", "chat"), ("chat", "anthropic"), ("anthropic", "chat"),
     ("anthropic", "anthropic")],
)  # fmt: skip
def test_every_byte_of_many_streams(live, bench, client, target):
    switch, url = live
    wires, upstream, load = bench

    async def both():
        loop = asyncio.get_running_loop()
        server = await loop.create_server(upstream.Streaming, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        switch.use(NAMES[target], f"http://127.0.0.1:{port}")
        async with server:
            found = await load.load(
                port=int(url.rpartition(":")[2]),
                dialect=client,
                model="m",
                streams=STREAMS,
                events=EVENTS,
            )
            # The gateway keeps its connections for the next request.
            for transport in set(upstream.Streaming.open):
                transport.close()
            await asyncio.sleep(0)
        return found

    found = asyncio.run(both())
    assert found["faults"] == []
    assert found["sample"].encode("latin-1") == load.same(
        expected(wires, client, target)
    )
    records = switch.records
    assert [record.finish for record in records] == ["stop"] * STREAMS
    assert {record.output_tokens for record in records} == {200}


def expected(wires, client, target):
    """Translate in one piece what the upstream streams."""
    stream = wires.stream(target, EVENTS)
    if client == target:
        return stream
    body = wires.body_of(client, "m", EVENTS, 0)
    assert json.loads(body)["stream"]
    asked = translate_request(body, source=NAMES[client], target=NAMES[target])
    translator = StreamTranslator(NAMES[target], NAMES[client], for_request=asked)
    return translator.feed(stream) + translator.close()


def test_what_is_wrong_is_seen(bench):
    """The judge of the measurement can say no."""
    wires, _, load = bench
    row = wires.DIALECTS["chat"]
    body = wires.stream("chat", 3)
    head = b"HTTP/1.1 200 OK\r\n\r\n"
    assert load.fault(head + body, row, 3, timed=False) is None
    for data, said in [
        (head + body, "3 marks"),
        (head + body.replace(b"[DONE]", b""), "no end"),
        (head + body.replace(b"@1;", b"@2;"), "out of order"),
        (b"HTTP/1.1 500 X\r\n\r\n", "500"),
        (b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nab", "cut"),
    ]:
        events = 4 if said == "3 marks" else 3
        assert said in load.fault(data, row, events, timed=False)
