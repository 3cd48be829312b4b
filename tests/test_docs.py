"""The code blocks of docs/transports.md and docs/gateway.md run as they stand."""

from __future__ import annotations

import asyncio
import contextlib
import tomllib

import pytest
from tests._examples import blocks, run, upstream
from tests.gateway._asgi import ask

from modelwire import ir
from modelwire.transports import endpoints
from modelwire.transports._config import parse

TRANSPORTS = "docs/transports.md"
GATEWAY = "docs/gateway.md"
REQUEST = ir.ChatRequest(model="", messages=(ir.user("Say hello."),))
SAYS = [
    "Hello.Hello.",
    "Hello.\nHello.",
    "Hello. None ()",
    "Hello.",
    "Hello.",
    "'text': 'Hello.'",
]
"""What each block of docs/transports.md prints, or some of it."""


@pytest.fixture
def server(monkeypatch):
    with upstream("Hel", "lo.") as server:
        for vendor in ("ANTHROPIC", "OPENAI"):
            monkeypatch.setenv(f"{vendor}_API_KEY", "sk-test")
            monkeypatch.setenv(f"{vendor}_BASE_URL", server.url)
        yield server


def test_no_block_is_left_out():
    assert len(blocks(TRANSPORTS)) == len(SAYS)
    assert len(blocks(GATEWAY)) == 2


@pytest.mark.parametrize("number", range(len(SAYS)))
def test_transports(server, capsys, number):
    run(
        blocks(TRANSPORTS)[number],
        TRANSPORTS,
        url=server.url,
        endpoint=endpoints.openai_compatible(server.url),
        request=REQUEST,
        ask_for_a_token=lambda: "sk-token",
    )
    out = capsys.readouterr().out
    assert SAYS[number].replace("\n", "") in out.replace("\n", "")
    assert server.seen


@pytest.mark.parametrize(("number", "path"), [(0, ""), (1, "/llm")])
def test_gateway(server, number, path):
    names = run(blocks(GATEWAY)[number], GATEWAY)
    body = {"model": "fast", "max_tokens": 9, "messages": []}
    told = ask(
        names["app"],
        f"{path}/v1/messages",
        body,
        headers=[("x-api-key", "a-key-of-mine")],
    )
    assert told.status == 200
    assert told.json["content"][0]["text"] == "Hello."
    if "lifespan" in names:
        asyncio.run(_left(names["lifespan"], names["app"]))


async def _left(lifespan, app):
    async with contextlib.AsyncExitStack() as stack:
        await stack.enter_async_context(lifespan(app))


@pytest.mark.parametrize("block", blocks(GATEWAY, "toml"), ids=["routes", "settings"])
def test_configuration(block):
    env = {"ANTHROPIC_KEY": "k", "OPENAI_KEY": "k", "GATEWAY_KEYS": "a,b", "SEAL": "s"}
    config = parse(tomllib.loads(block), environ=env)
    assert "claude" in config.upstreams
