"""The openai and anthropic packages read what our encoders serve, in every way."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from tests.clients import _upstream
from tests.clients._answers import INTERLEAVED, RESPONSES, USAGE, response
from tests.clients._loopback import (
    TIMEOUT,
    Answer,
    Loopback,
    stream_of,
    translated,
    translated_stream,
    whole,
)
from tests.clients._seen import (
    ANTHROPIC_READERS,
    ASK,
    MODEL,
    OPENAI_READERS,
    Seen,
    anthropic_plain,
    openai_plain,
)

from modelwire import ir
from modelwire.codecs.openai_chat import PROFILES

OPENAI, ANTHROPIC = "openai-chat", "anthropic-messages"

WEATHER = ("weather", {"city": "Paris"})
TIME = ("time", {"zone": "CET"})
PARALLEL = (("call_1", *WEATHER), ("call_2", *TIME))
TOOLUS = (("toolu_1", *WEATHER), ("toolu_2", *TIME))


def served(reader: str, dialect: str, value: ir.ChatResponse, **options: Any) -> Answer:
    """Answer *value* whole or as a stream, as *reader* asks for it."""
    if reader == "plain":
        return whole(dialect, value)
    return stream_of(dialect, ir.explode(value), **options)


def relayed(
    reader: str, wire: _upstream.Wire, source: str, target: str, **options: Any
) -> Answer:
    """Answer an upstream's wire, translated."""
    if reader == "plain":
        return translated(wire.body, source, target, **options)
    return translated_stream(wire.pieces, source, target, **options)


# --- openai -------------------------------------------------------------------------

CHAT_USAGE = (100, 20, 60, 5)
OPENAI_SERVED = {
    "text": Seen(text="Sunny, 20 °C.\u2028\n✓", finish="stop"),
    "tool": Seen(calls=PARALLEL[:1], finish="tool_calls"),
    "parallel": Seen(text="Looking.", calls=PARALLEL, finish="tool_calls"),
    "no arguments": Seen(calls=(("call_1", "now", {}),), finish="tool_calls"),
    "length": Seen(text="Sun", finish="length"),
    "stop sequence": Seen(text="Sun", finish="stop"),
    "content filter": Seen(text="Sun", finish="content_filter"),
    # OpenAI's own dialect has no reasoning text: it is a loss, not a field.
    "thinking": Seen(text="Sunny.", finish="stop"),
}


def openai_sees(client: Any, reader: str) -> Seen:
    return OPENAI_READERS[reader](client)


def with_usage(seen: Seen, usage: tuple[int | None, ...]) -> Seen:
    return Seen(
        text=seen.text,
        thinking=seen.thinking,
        calls=seen.calls,
        finish=seen.finish,
        usage=usage,
    )


@pytest.mark.parametrize("reader", OPENAI_READERS)
@pytest.mark.parametrize("case", OPENAI_SERVED)
def test_openai_reads_what_we_encode(loopback, openai_client, case, reader):
    loopback.answer = served(reader, OPENAI, RESPONSES[case])
    expected = with_usage(OPENAI_SERVED[case], CHAT_USAGE)
    assert openai_sees(openai_client, reader) == expected


@pytest.mark.parametrize("reader", ["raw", "helper"])
def test_openai_reads_interleaved_calls(loopback, openai_client, reader):
    loopback.answer = stream_of(OPENAI, INTERLEAVED)
    seen = openai_sees(openai_client, reader)
    assert (seen.text, seen.calls) == ("Looking.", PARALLEL)


@pytest.mark.parametrize("reader", ["raw", "helper"])
def test_openai_reads_reasoning_where_the_profile_has_a_field(
    loopback, openai_client, reader
):
    loopback.answer = served(
        reader, OPENAI, RESPONSES["thinking"], profile=PROFILES["deepseek"]
    )
    seen = openai_sees(openai_client, reader)
    assert (seen.thinking, seen.text) == ((("It is May.", ""),), "Sunny.")


OPENAI_RELAYED = {
    "text": Seen(text="Sunny, 20 °C.", finish="stop"),
    "length": Seen(text="Sun", finish="length"),
    "stop sequence": Seen(text="Sun", finish="stop"),
    "tool": Seen(calls=TOOLUS[:1], finish="tool_calls"),
    "parallel": Seen(text="Looking.", calls=TOOLUS, finish="tool_calls"),
    "no arguments": Seen(calls=(("toolu_1", "now", {}),), finish="tool_calls"),
    "thinking": Seen(text="Sunny.", finish="stop"),
}


@pytest.mark.parametrize("reader", OPENAI_READERS)
@pytest.mark.parametrize("case", OPENAI_RELAYED)
def test_openai_reads_a_translated_anthropic_answer(
    loopback, openai_client, case, reader
):
    wire = _upstream.ANTHROPIC[case]
    loopback.answer = relayed(reader, wire, ANTHROPIC, OPENAI)
    expected = with_usage(OPENAI_RELAYED[case], (100, 20, 60, None))
    assert openai_sees(openai_client, reader) == expected


@pytest.mark.parametrize("reader", ["raw", "helper"])
def test_openai_reads_translated_thinking_in_the_profiles_field(
    loopback, openai_client, reader
):
    loopback.answer = relayed(
        reader,
        _upstream.ANTHROPIC["thinking"],
        ANTHROPIC,
        OPENAI,
        target_profile=PROFILES["deepseek"],
    )
    seen = openai_sees(openai_client, reader)
    assert (seen.thinking, seen.text) == ((("It is May.", ""),), "Sunny.")


def test_openai_structured_output_is_parsed(loopback, openai_client):
    pydantic = pytest.importorskip("pydantic")
    weather = pydantic.create_model("Weather", city=(str, ...), celsius=(int, ...))
    text = '{"city": "Paris", "celsius": 20}'
    loopback.answer = whole(OPENAI, response(ir.TextPart(text=text)))
    completion = openai_client.chat.completions.parse(
        model=MODEL, messages=ASK, response_format=weather
    )
    assert completion.choices[0].message.parsed == weather(city="Paris", celsius=20)
    asked = loopback.requests[-1].response_format
    assert (asked.kind, asked.name, asked.strict) == ("json_schema", "Weather", True)


def test_openai_refusal_is_a_refusal(loopback, openai_client):
    loopback.answer = whole(
        OPENAI, response(ir.RefusalPart(text="No."), finish="refusal")
    )
    completion = openai_client.chat.completions.create(model=MODEL, messages=ASK)
    message = completion.choices[0].message
    assert (message.refusal, message.content) == ("No.", None)


# --- anthropic ----------------------------------------------------------------------

MESSAGE_USAGE = (30, 20, 60, 10)
ANTHROPIC_SERVED = {
    "text": Seen(text="Sunny, 20 °C.\u2028\n✓", finish="end_turn"),
    "tool": Seen(calls=PARALLEL[:1], finish="tool_use"),
    "parallel": Seen(text="Looking.", calls=PARALLEL, finish="tool_use"),
    "no arguments": Seen(calls=(("call_1", "now", {}),), finish="tool_use"),
    "thinking": Seen(
        thinking=(("It is May.", "c2ln"),), text="Sunny.", finish="end_turn"
    ),
    "length": Seen(text="Sun", finish="max_tokens"),
    "stop sequence": Seen(text="Sun", finish="stop_sequence"),
    "content filter": Seen(text="Sun", finish="refusal"),
}


def anthropic_sees(client: Any, reader: str) -> Seen:
    return ANTHROPIC_READERS[reader](client)


@pytest.mark.parametrize("reader", ANTHROPIC_READERS)
@pytest.mark.parametrize("case", ANTHROPIC_SERVED)
def test_anthropic_reads_what_we_encode(loopback, anthropic_client, case, reader):
    loopback.answer = served(reader, ANTHROPIC, RESPONSES[case])
    expected = with_usage(ANTHROPIC_SERVED[case], MESSAGE_USAGE)
    assert anthropic_sees(anthropic_client, reader) == expected


@pytest.mark.parametrize("reader", ["raw", "helper"])
def test_anthropic_reads_interleaved_calls_one_after_the_other(
    loopback, anthropic_client, reader
):
    loopback.answer = stream_of(ANTHROPIC, INTERLEAVED)
    seen = anthropic_sees(anthropic_client, reader)
    assert (seen.text, seen.calls) == ("Looking.", PARALLEL)
    assert seen.finish == "tool_use"


ANTHROPIC_RELAYED = {
    "text": Seen(text="Sunny, 20 °C.", finish="end_turn"),
    "length": Seen(text="Sun", finish="max_tokens"),
    "tool": Seen(calls=PARALLEL[:1], finish="tool_use"),
    "parallel": Seen(text="Looking.", calls=PARALLEL, finish="tool_use"),
    "no arguments": Seen(calls=(("call_1", "now", {}),), finish="tool_use"),
    # No signature: only Anthropic can make one.
    "reasoning": Seen(thinking=(("It is May.", ""),), text="Sunny.", finish="end_turn"),
}


@pytest.mark.parametrize("reader", ANTHROPIC_READERS)
@pytest.mark.parametrize("case", ANTHROPIC_RELAYED)
def test_anthropic_reads_a_translated_openai_answer(
    loopback, anthropic_client, case, reader
):
    wire = _upstream.OPENAI[case]
    loopback.answer = relayed(reader, wire, OPENAI, ANTHROPIC)
    seen = anthropic_sees(anthropic_client, reader)
    # 100 prompt tokens, 60 of them cached; OpenAI says nothing of cache writes.
    assert seen.usage[:3] == (40, 20, 60)
    assert seen.usage[3] in (None, 0)
    assert with_usage(seen, ()) == ANTHROPIC_RELAYED[case]


def test_anthropic_structured_output_is_parsed(loopback, anthropic_client):
    pydantic = pytest.importorskip("pydantic")
    weather = pydantic.create_model("Weather", city=(str, ...), celsius=(int, ...))
    text = '{"city": "Paris", "celsius": 20}'
    loopback.answer = whole(ANTHROPIC, response(ir.TextPart(text=text)))
    message = anthropic_client.messages.parse(
        model=MODEL, messages=ASK, max_tokens=100, output_format=weather
    )
    assert message.parsed_output == weather(city="Paris", celsius=20)
    asked = loopback.requests[-1].response_format
    assert asked.kind == "json_schema"
    assert set(asked.schema["properties"]) == {"city", "celsius"}


# --- both, asynchronously -----------------------------------------------------------


def test_openai_async(loopback):
    openai = pytest.importorskip("openai")
    loopback.answer = stream_of(OPENAI, ir.explode(RESPONSES["parallel"]))

    async def read() -> Any:
        async with (
            openai.AsyncOpenAI(
                base_url=f"{loopback.url}/v1",
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


def test_anthropic_async(loopback):
    anthropic = pytest.importorskip("anthropic")
    loopback.answer = translated_stream(
        _upstream.OPENAI["parallel"].pieces, OPENAI, ANTHROPIC
    )

    async def read() -> Any:
        async with (
            anthropic.AsyncAnthropic(
                base_url=loopback.url,
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


def test_readers_ask_for_what_they_read(loopback, openai_client, anthropic_client):
    loopback.answer = whole(OPENAI, RESPONSES["text"])
    openai_plain(openai_client)
    loopback.answer = whole(ANTHROPIC, RESPONSES["text"])
    anthropic_plain(anthropic_client)
    loopback.answer = stream_of(OPENAI, ir.explode(RESPONSES["text"]))
    OPENAI_READERS["raw"](openai_client)
    assert [r.stream for r in loopback.requests] == [False, False, True]
    assert loopback.requests[-1].include_usage is True
