"""What real clients send decodes on our server's side, to the meaning they had."""

from __future__ import annotations

import pytest
from tests.clients._answers import RESPONSES
from tests.clients._loopback import whole
from tests.clients._seen import MODEL

from modelwire import ir

OPENAI, ANTHROPIC = "openai-chat", "anthropic-messages"
PNG = "iVBORw0KGgo="
PDF = "JVBERi0xLjQ="
SCHEMA = {"type": "object", "properties": {"city": {"type": "string"}}}


@pytest.fixture
def asked(loopback):
    """Serve any answer and give the one request that came."""
    loopback.answer = whole(OPENAI, RESPONSES["text"])

    def one() -> ir.ChatRequest:
        (request,) = loopback.requests
        return request

    return one


def test_openai_image_and_file(openai_client, asked):
    openai_client.chat.completions.create(
        model=MODEL,
        messages=[
            {"role": "system", "content": "Be brief."},
            {
                "role": "user",
                "content": [
                    {"type": "text", "text": "Compare."},
                    {
                        "type": "image_url",
                        "image_url": {
                            "url": f"data:image/png;base64,{PNG}",
                            "detail": "low",
                        },
                    },
                    {
                        "type": "image_url",
                        "image_url": {"url": "https://example.org/a.png"},
                    },
                    {
                        "type": "file",
                        "file": {
                            "filename": "a.pdf",
                            "file_data": f"data:application/pdf;base64,{PDF}",
                        },
                    },
                ],
            },
        ],
        max_completion_tokens=50,
    )
    request = asked()
    assert [m.role for m in request.system] == ["system"]
    text, inline, linked, document = request.messages[0].parts
    assert text.text == "Compare."
    assert inline.source == ir.Base64Source(data=PNG, media_type="image/png")
    assert inline.detail == "low"
    assert linked.source.url == "https://example.org/a.png"
    assert document.source == ir.Base64Source(data=PDF, media_type="application/pdf")
    assert document.filename == "a.pdf"
    assert request.max_output_tokens == 50


def test_openai_tools(openai_client, asked):
    openai_client.chat.completions.create(
        model=MODEL,
        messages=[
            {"role": "user", "content": "Weather?"},
            {
                "role": "assistant",
                "tool_calls": [
                    {
                        "id": "call_1",
                        "type": "function",
                        "function": {"name": "weather", "arguments": '{"city":"Rome"}'},
                    }
                ],
            },
            {"role": "tool", "tool_call_id": "call_1", "content": "sunny"},
        ],
        tools=[
            {
                "type": "function",
                "function": {
                    "name": "weather",
                    "description": "Weather of a city.",
                    "parameters": SCHEMA,
                    "strict": True,
                },
            }
        ],
        tool_choice={"type": "function", "function": {"name": "weather"}},
        parallel_tool_calls=False,
    )
    request = asked()
    assert request.tools == (
        ir.FunctionTool(
            name="weather",
            description="Weather of a city.",
            input_schema=SCHEMA,
            strict=True,
        ),
    )
    assert (request.tool_choice.mode, request.tool_choice.name) == ("tool", "weather")
    assert request.parallel_tool_calls is False
    (call,) = request.messages[1].parts
    assert (call.id, call.name, call.arguments) == (
        "call_1",
        "weather",
        '{"city":"Rome"}',
    )
    (result,) = request.messages[2].parts
    assert result.call_id == "call_1"
    assert result.content[0].text == "sunny"


@pytest.fixture
def anthropic_asked(loopback, asked):
    loopback.answer = whole(ANTHROPIC, RESPONSES["text"])
    return asked


def test_anthropic_image_and_document(anthropic_client, anthropic_asked):
    anthropic_client.messages.create(
        model=MODEL,
        max_tokens=50,
        system=[
            {
                "type": "text",
                "text": "Be brief.",
                "cache_control": {"type": "ephemeral", "ttl": "1h"},
            }
        ],
        messages=[
            {
                "role": "user",
                "content": [
                    {
                        "type": "image",
                        "source": {
                            "type": "base64",
                            "media_type": "image/png",
                            "data": PNG,
                        },
                    },
                    {
                        "type": "document",
                        "source": {
                            "type": "base64",
                            "media_type": "application/pdf",
                            "data": PDF,
                        },
                        "title": "A",
                        "citations": {"enabled": True},
                    },
                    {"type": "text", "text": "Compare."},
                ],
            }
        ],
    )
    request = anthropic_asked()
    assert request.system[0].parts[0].cache.ttl == "1h"
    image, document, text = request.messages[0].parts
    assert image.source == ir.Base64Source(data=PNG, media_type="image/png")
    assert document.source == ir.Base64Source(data=PDF, media_type="application/pdf")
    assert (document.title, document.citations) == ("A", True)
    assert text.text == "Compare."
    assert request.max_output_tokens == 50


def test_anthropic_tools_and_thinking(anthropic_client, anthropic_asked):
    anthropic_client.messages.create(
        model=MODEL,
        max_tokens=5000,
        thinking={"type": "enabled", "budget_tokens": 2000},
        messages=[
            {"role": "user", "content": "Weather?"},
            {
                "role": "assistant",
                "content": [
                    {"type": "thinking", "thinking": "Hm.", "signature": "c2ln"},
                    {
                        "type": "tool_use",
                        "id": "toolu_1",
                        "name": "weather",
                        "input": {"city": "Rome"},
                    },
                ],
            },
            {
                "role": "user",
                "content": [
                    {
                        "type": "tool_result",
                        "tool_use_id": "toolu_1",
                        "content": "no such city",
                        "is_error": True,
                    }
                ],
            },
        ],
        tools=[{"name": "weather", "input_schema": SCHEMA}],
        tool_choice={"type": "auto", "disable_parallel_tool_use": True},
    )
    request = anthropic_asked()
    assert request.reasoning.budget_tokens == 2000
    thinking, call = request.messages[1].parts
    assert thinking.signature.value == "c2ln"
    assert thinking.signature.dialect == ANTHROPIC
    assert (call.id, call.arguments) == ("toolu_1", '{"city":"Rome"}')
    (result,) = request.messages[2].parts
    assert (result.call_id, result.is_error) == ("toolu_1", True)
    assert request.tools[0].input_schema == SCHEMA
    assert request.parallel_tool_calls is False
