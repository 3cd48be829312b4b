"""Real clients read what our encoders serve, in every way that they have."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from tests._wires import AM, DIALECTS, GG, OC, OR
from tests.clients._answers import INTERLEAVED, RESPONSES, USAGE, response, thinking
from tests.clients._loopback import (
    TIMEOUT,
    Answer,
    Loopback,
    stream_of,
    whole,
)
from tests.clients._relay import ByCodecs
from tests.clients._seen import CLIENTS, MODEL, STREAMED, Seen
from tests.clients._seen_openai import ASK
from tests.clients._upstream import ITEMS, PROOF, UPSTREAM

from modelwire import ir
from modelwire.codecs.openai_chat import PROFILES

READERS = ("plain", *STREAMED)
PAIRS = [(name, upstream) for name in CLIENTS for upstream in DIALECTS]

WEATHER = ("weather", {"city": "Paris"})
TIME = ("time", {"zone": "CET"})
PARALLEL = (("call_1", *WEATHER), ("call_2", *TIME))


def served(reader: str, dialect: str, value: ir.ChatResponse, **options: Any) -> Answer:
    """Answer *value* whole or as a stream, as *reader* asks for it."""
    if reader == "plain":
        return whole(dialect, value)
    return stream_of(dialect, ir.explode(value), **options)


# --- what is served -----------------------------------------------------------------

WHOLE_USAGE = {
    "openai": (100, 20, 60, 5),
    "responses": (100, 20, 60, 5),
    "anthropic": (30, 20, 60, 10),
    "gemini": (100, 15, 60, 5),
}
SERVED = {
    "text": ("stop", {"text": "Sunny, 20 °C.\u2028\n✓"}),
    "tool": ("tool_calls", {"calls": PARALLEL[:1]}),
    "parallel": ("tool_calls", {"text": "Looking.", "calls": PARALLEL}),
    "no arguments": ("tool_calls", {"calls": (("call_1", "now", {}),)}),
    "length": ("length", {"text": "Sun"}),
    "stop sequence": ("stop_sequence", {"text": "Sun"}),
    "content filter": ("content_filter", {"text": "Sun"}),
}


@pytest.mark.parametrize("case", SERVED)
@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("name", CLIENTS)
def test_a_client_reads_what_we_encode(loopback, clients, name, reader, case):
    client = CLIENTS[name]
    loopback.answer = served(reader, client.dialect, RESPONSES[case])
    finish, said = SERVED[case]
    expected = Seen(finish=client.finishes[finish], usage=WHOLE_USAGE[name], **said)
    assert client.readers[reader](clients(name)) == expected


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("name", CLIENTS)
def test_a_client_reads_reasoning_with_its_proof(loopback, clients, name, reader):
    client = CLIENTS[name]
    loopback.answer = served(reader, client.dialect, thinking(client.dialect))
    seen = client.readers[reader](clients(name))
    assert seen.text == "Sunny."
    # OpenAI's own chat dialect has no reasoning text: it is a loss, not a field.
    assert seen.thinking == (() if name == "openai" else (("It is May.", PROOF),))


@pytest.mark.parametrize("reader", STREAMED)
@pytest.mark.parametrize("name", CLIENTS)
def test_a_client_reads_interleaved_calls(loopback, clients, name, reader):
    """Where the dialect is sequential they come one after the other."""
    client = CLIENTS[name]
    loopback.answer = stream_of(client.dialect, INTERLEAVED)
    seen = client.readers[reader](clients(name))
    assert (seen.text, seen.calls) == ("Looking.", PARALLEL)
    assert seen.finish == client.finishes["tool_calls"]


@pytest.mark.parametrize("reader", STREAMED)
def test_openai_reads_reasoning_where_the_profile_has_a_field(
    loopback, openai_client, reader
):
    loopback.answer = served(reader, OC, thinking(AM), profile=PROFILES["deepseek"])
    seen = CLIENTS["openai"].readers[reader](openai_client)
    assert (seen.thinking, seen.text) == ((("It is May.", ""),), "Sunny.")


# --- what is translated -------------------------------------------------------------

RELAYED = {
    "text": {"text": "Sunny, 20 °C."},
    "length": {"text": "Sun"},
    "stop sequence": {"text": "Sun"},
    "tool": {"calls": PARALLEL[:1]},
    "parallel": {"text": "Looking.", "calls": PARALLEL},
    "no arguments": {"calls": (("call_1", "now", {}),)},
    "thinking": {"text": "Sunny."},
}


def thought(name: str, upstream: str) -> tuple[tuple[str, str], ...]:
    """Give what a client sees of an upstream's reasoning."""
    own = CLIENTS[name].dialect == upstream
    if name == "openai":
        return (("It is May.", ""),) if own else ()
    # Only the upstream itself can prove it.
    return (("It is May.", PROOF if own else ""),)


def usage(name: str, upstream: str) -> tuple[int | None, ...]:
    """Give the usage that a client sees: 100 in, 60 of them cached, 20 out."""
    reasoning = None if upstream == AM else 5
    if name == "anthropic":
        written = {OR: 0, AM: 10}.get(upstream)
        return (30 if upstream == AM else 40, 20, 60, written)
    if name == "gemini":
        return (100, 20 - (reasoning or 0), 60, reasoning)
    # The type of a response requires the number.
    return (100, 20, 60, reasoning or 0 if name == "responses" else reasoning)


@pytest.mark.parametrize("case", RELAYED)
@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: f"{pair[0]}-over-{pair[1]}")
def test_a_client_reads_a_relayed_answer(relay, clients, pair, reader, case):
    name, upstream = pair
    client = CLIENTS[name]
    relay.serve(upstream, UPSTREAM[upstream][case])
    finish, _ = ITEMS[case]
    if finish == "stop_sequence" and upstream != AM:
        finish = "stop"  # no other upstream says which of the two it was
    assert client.readers[reader](clients(name)) == Seen(
        finish=client.finishes[finish],
        usage=usage(name, upstream),
        thinking=thought(name, upstream) if case == "thinking" else (),
        **RELAYED[case],
    )


@pytest.mark.parametrize("reader", STREAMED)
def test_openai_reads_translated_thinking_in_the_profiles_field(
    loopback, openai_client, reader
):
    ByCodecs(loopback).serve(
        AM, UPSTREAM[AM]["thinking"], target_profile=PROFILES["deepseek"]
    )
    seen = CLIENTS["openai"].readers[reader](openai_client)
    assert (seen.thinking, seen.text) == ((("It is May.", ""),), "Sunny.")


# --- asynchronously -----------------------------------------------------------------


def test_openai_async(relay):
    openai = pytest.importorskip("openai")
    relay.serve(AM, UPSTREAM[AM]["parallel"])

    async def read() -> Any:
        async with (
            openai.AsyncOpenAI(
                base_url=f"{relay.url}/v1",
                api_key="test-key",
                max_retries=0,
                timeout=TIMEOUT,
            ) as client,
            client.chat.completions.stream(model=MODEL, messages=ASK) as stream,
        ):
            return await stream.get_final_completion()

    message = asyncio.run(read()).choices[0].message
    assert message.content == "Looking."
    assert [call.id for call in message.tool_calls] == ["call_1", "call_2"]


def test_responses_async(relay):
    openai = pytest.importorskip("openai")
    relay.serve(GG, UPSTREAM[GG]["parallel"])

    async def read() -> Any:
        async with (
            openai.AsyncOpenAI(
                base_url=f"{relay.url}/v1",
                api_key="test-key",
                max_retries=0,
                timeout=TIMEOUT,
            ) as client,
            client.responses.stream(model=MODEL, input="What?") as stream,
        ):
            return await stream.get_final_response()

    response = asyncio.run(read())
    kinds = [item.type for item in response.output]
    assert kinds == ["message", "function_call", "function_call"]
    assert response.usage.input_tokens_details.cached_tokens == USAGE.cache_read


def test_anthropic_async(relay):
    anthropic = pytest.importorskip("anthropic")
    relay.serve(OC, UPSTREAM[OC]["parallel"])

    async def read() -> Any:
        async with (
            anthropic.AsyncAnthropic(
                base_url=relay.url,
                api_key="test-key",
                max_retries=0,
                timeout=TIMEOUT,
            ) as client,
            client.messages.stream(model=MODEL, messages=ASK, max_tokens=100) as stream,
        ):
            return await stream.get_final_message()

    message = asyncio.run(read())
    assert [block.type for block in message.content] == ["text", "tool_use", "tool_use"]
    assert message.usage.cache_read_input_tokens == USAGE.cache_read


def test_gemini_async(relay, gemini_client):
    relay.serve(AM, UPSTREAM[AM]["parallel"])

    async def read() -> Any:
        found = []
        async for chunk in await gemini_client.aio.models.generate_content_stream(
            model=MODEL, contents="What?"
        ):
            found += chunk.candidates[0].content.parts
        await gemini_client.aio.aclose()
        return found

    calls = [part.function_call for part in asyncio.run(read()) if part.function_call]
    assert [call.name for call in calls] == ["weather", "time"]


# --- the server itself --------------------------------------------------------------


def test_the_loopback_notices_a_request_that_does_not_decode():
    openai = pytest.importorskip("openai")
    with (
        Loopback() as server,
        openai.OpenAI(
            base_url=f"{server.url}/v1", api_key="k", max_retries=0, timeout=TIMEOUT
        ) as client,
        pytest.raises(openai.APIConnectionError),
    ):
        client.chat.completions.create(model=MODEL, messages=ASK, temperature="hot")
    assert [type(fault).__name__ for fault in server.faults] == ["RequestDecodeError"]


@pytest.mark.parametrize("name", CLIENTS)
def test_readers_ask_for_what_they_read(loopback, clients, name):
    client = CLIENTS[name]
    for reader in READERS:
        loopback.answer = served(
            reader, client.dialect, response(ir.TextPart(text="a"))
        )
        client.readers[reader](clients(name))
    assert [request.stream for request in loopback.requests] == [False, True, True]
    assert {arrived.dialect for arrived in loopback.arrived} == {client.dialect}
    if client.dialect == OC:
        assert loopback.requests[1].include_usage is True
    if client.dialect == GG:
        assert loopback.arrived[1].query == "alt=sse"
