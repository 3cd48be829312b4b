"""Structured output: the schema reaches the upstream, the object the client."""

from __future__ import annotations

import json
from typing import Any

import pytest
from tests._wires import DIALECTS, Say, wire
from tests.clients._answers import response
from tests.clients._loopback import whole
from tests.clients._seen import CLIENTS, MODEL
from tests.clients._seen_value import QUESTION

from modelwire import codecs, ir

pydantic = pytest.importorskip("pydantic")

Weather = pydantic.create_model("Weather", city=(str, ...), celsius=(int, ...))
TEXT = '{"city": "Orvieto ✓", "celsius": 20}'
EXPECTED = Weather(city="Orvieto ✓", celsius=20)
ASK: list[Any] = [{"role": "user", "content": QUESTION}]


def openai_parse(client: Any, *, stream: bool) -> Any:
    if not stream:
        completion = client.chat.completions.parse(
            model=MODEL, messages=ASK, response_format=Weather
        )
    else:
        with client.chat.completions.stream(
            model=MODEL, messages=ASK, response_format=Weather
        ) as events:
            completion = events.get_final_completion()
    return completion.choices[0].message.parsed


def responses_parse(client: Any, *, stream: bool) -> Any:
    if not stream:
        return client.responses.parse(
            model=MODEL, input=QUESTION, text_format=Weather
        ).output_parsed
    with client.responses.stream(
        model=MODEL, input=QUESTION, text_format=Weather
    ) as events:
        return events.get_final_response().output_parsed


def anthropic_parse(client: Any, *, stream: bool) -> Any:
    asked: Any = {"model": MODEL, "messages": ASK, "max_tokens": 100}
    if not stream:
        return client.messages.parse(**asked, output_format=Weather).parsed_output
    with client.messages.stream(**asked, output_format=Weather) as events:
        return events.get_final_message().parsed_output


def gemini_parse(client: Any, *, stream: bool) -> Any:
    asked: Any = {
        "model": MODEL,
        "contents": QUESTION,
        "config": {
            "response_mime_type": "application/json",
            "response_schema": Weather,
        },
    }
    if not stream:
        return client.models.generate_content(**asked).parsed
    chunks = client.models.generate_content_stream(**asked)
    return Weather.model_validate_json("".join(chunk.text for chunk in chunks))


PARSERS = {
    "openai": openai_parse,
    "responses": responses_parse,
    "anthropic": anthropic_parse,
    "gemini": gemini_parse,
}


@pytest.mark.parametrize("stream", [False, True], ids=["plain", "stream"])
@pytest.mark.parametrize("upstream", DIALECTS)
@pytest.mark.parametrize("name", PARSERS)
def test_an_object_is_parsed(relay, clients, name, upstream, stream):
    relay.serve(upstream, wire(upstream, Say(TEXT[:9], TEXT[9:])))
    assert PARSERS[name](clients(name), stream=stream) == EXPECTED
    (body,), (path,) = relay.bodies, relay.paths
    decoded = codecs.get(upstream).decode_request(json.dumps(body).encode(), path=path)
    wanted = decoded.response_format
    assert wanted.kind == "json_schema"
    assert set(wanted.schema["properties"]) == {"city", "celsius"}
    assert set(wanted.schema["required"]) == {"city", "celsius"}


@pytest.mark.parametrize("name", ["openai", "responses"])
def test_a_strict_schema_has_its_name(loopback, clients, name):
    dialect = CLIENTS[name].dialect
    loopback.answer = whole(dialect, response(ir.TextPart(text=TEXT)))
    assert PARSERS[name](clients(name), stream=False) == EXPECTED
    (request,) = loopback.requests
    wanted = request.response_format
    assert (wanted.kind, wanted.name, wanted.strict) == ("json_schema", "Weather", True)


def test_openai_refusal_is_a_refusal(loopback, openai_client):
    refusal = response(ir.RefusalPart(text="No."), finish="refusal")
    loopback.answer = whole("openai-chat", refusal)
    message = (
        openai_client.chat.completions.create(model=MODEL, messages=ASK)
        .choices[0]
        .message
    )
    assert (message.refusal, message.content) == ("No.", None)
    loopback.answer = whole("openai-responses", refusal)
    found = openai_client.responses.parse(
        model=MODEL, input=QUESTION, text_format=Weather
    )
    assert found.output_parsed is None
    assert found.output[0].content[0].refusal == "No."
