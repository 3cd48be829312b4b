"""What real clients send decodes on our server's side, to the meaning they had."""

from __future__ import annotations

import base64

import attrs
import pytest
from tests.clients._answers import RESPONSES
from tests.clients._loopback import whole
from tests.clients._seen import MODEL

from modelwire import ir

OPENAI, ANTHROPIC = "openai-chat", "anthropic-messages"
RESPONSES_API, GEMINI = "openai-responses", "gemini-generate"
PNG = "iVBORw0KGgo="
PDF = "JVBERi0xLjQ="
SCHEMA = {"type": "object", "properties": {"city": {"type": "string"}}}
IMAGE = ir.Base64Source(data=PNG, media_type="image/png")
DOCUMENT = ir.Base64Source(data=PDF, media_type="application/pdf")
TOOL = ir.FunctionTool(
    name="weather", description="Weather of a city.", input_schema=SCHEMA
)


def compared(request: ir.ChatRequest) -> tuple[ir.Part, ...]:
    """Check a comparison of two images and a document; gives its parts."""
    text, inline, linked, document = request.messages[0].parts
    assert text.text == "Compare."
    assert inline.source == IMAGE
    assert linked.source.url == "https://example.org/a.png"
    assert document.source == DOCUMENT
    assert request.max_output_tokens == 50
    assert [m.parts[0].text for m in request.system] == ["Be brief."]
    return request.messages[0].parts


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
    _, inline, _, document = compared(request)
    assert (inline.detail, document.filename) == ("low", "a.pdf")
    assert [m.role for m in request.system] == ["system"]


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
    assert request.tools == (attrs.evolve(TOOL, strict=True),)
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
    assert image.source == IMAGE
    assert document.source == DOCUMENT
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


# --- openai, the Responses API ------------------------------------------------------


@pytest.fixture
def responses_asked(loopback, asked):
    loopback.answer = whole(RESPONSES_API, RESPONSES["text"])
    return asked


def test_responses_image_and_file(openai_client, responses_asked):
    openai_client.responses.create(
        model=MODEL,
        instructions="Be brief.",
        input=[
            {
                "role": "user",
                "content": [
                    {"type": "input_text", "text": "Compare."},
                    {
                        "type": "input_image",
                        "image_url": f"data:image/png;base64,{PNG}",
                        "detail": "low",
                    },
                    {
                        "type": "input_image",
                        "image_url": "https://example.org/a.png",
                        "detail": "auto",
                    },
                    {
                        "type": "input_file",
                        "filename": "a.pdf",
                        "file_data": f"data:application/pdf;base64,{PDF}",
                    },
                ],
            }
        ],
        max_output_tokens=50,
    )
    _, inline, _, document = compared(responses_asked())
    assert (inline.detail, document.filename) == ("low", "a.pdf")


def test_responses_tools_and_reasoning(openai_client, responses_asked):
    openai_client.responses.create(
        model=MODEL,
        input=[
            {"role": "user", "content": "Weather?"},
            {
                "type": "reasoning",
                "id": "rs_1",
                "summary": [{"type": "summary_text", "text": "Hm."}],
                "encrypted_content": "c2ln",
            },
            {
                "type": "function_call",
                "id": "fc_1",
                "call_id": "call_1",
                "name": "weather",
                "arguments": '{"city":"Rome"}',
            },
            {
                "type": "function_call_output",
                "call_id": "call_1",
                "output": [
                    {"type": "input_text", "text": "sunny"},
                    {
                        "type": "input_image",
                        "image_url": f"data:image/png;base64,{PNG}",
                        "detail": "auto",
                    },
                ],
            },
        ],
        tools=[
            {
                "type": "function",
                "name": "weather",
                "description": "Weather of a city.",
                "parameters": SCHEMA,
                "strict": True,
            }
        ],
        tool_choice={"type": "function", "name": "weather"},
        parallel_tool_calls=False,
        reasoning={"effort": "low", "summary": "auto"},
        include=["reasoning.encrypted_content"],
        store=False,
    )
    request = responses_asked()
    assert request.tools == (attrs.evolve(TOOL, strict=True),)
    assert (request.tool_choice.mode, request.tool_choice.name) == ("tool", "weather")
    assert (request.parallel_tool_calls, request.store) == (False, False)
    assert request.reasoning.effort == "low"
    thought, call = request.messages[1].parts
    assert thought.summaries == ("Hm.",)
    assert (thought.encrypted.value, thought.encrypted.dialect) == (
        "c2ln",
        RESPONSES_API,
    )
    assert (call.id, call.item.id) == ("call_1", "fc_1")
    (result,) = request.messages[2].parts
    assert result.call_id == "call_1"
    text, image = result.content
    assert text.text == "sunny"
    assert image.source == IMAGE


# --- google-genai -------------------------------------------------------------------


@pytest.fixture
def gemini_asked(loopback, asked):
    loopback.answer = whole(GEMINI, RESPONSES["text"])
    return asked


def test_gemini_image_and_document(gemini_client, gemini_asked):
    from google.genai import types

    gemini_client.models.generate_content(
        model=MODEL,
        contents=[
            "Compare.",
            types.Part.from_bytes(data=base64.b64decode(PNG), mime_type="image/png"),
            types.Part.from_uri(
                file_uri="https://example.org/a.png", mime_type="image/png"
            ),
            types.Part.from_bytes(
                data=base64.b64decode(PDF), mime_type="application/pdf"
            ),
        ],
        config=types.GenerateContentConfig(
            system_instruction="Be brief.",
            max_output_tokens=50,
            stop_sequences=["ny"],
            temperature=0.5,
        ),
    )
    request = gemini_asked()
    compared(request)
    assert (request.stop_sequences, request.temperature) == (("ny",), 0.5)


def test_gemini_tools_and_thinking(gemini_client, gemini_asked):
    from google.genai import types

    gemini_client.models.generate_content(
        model=MODEL,
        contents=[
            types.Content(role="user", parts=[types.Part(text="Weather?")]),
            types.Content(
                role="model",
                parts=[
                    types.Part(text="Hm.", thought=True),
                    types.Part(
                        function_call=types.FunctionCall(
                            name="weather", args={"city": "Rome"}
                        ),
                        thought_signature=b"sig",
                    ),
                ],
            ),
            types.Content(
                role="user",
                parts=[
                    types.Part(
                        function_response=types.FunctionResponse(
                            name="weather",
                            response={"error": "no such city"},
                            parts=[
                                types.FunctionResponsePart(
                                    inline_data=types.FunctionResponseBlob(
                                        mime_type="image/png",
                                        data=base64.b64decode(PNG),
                                    )
                                )
                            ],
                        )
                    )
                ],
            ),
        ],
        config=types.GenerateContentConfig(
            thinking_config=types.ThinkingConfig(
                include_thoughts=True, thinking_budget=2000
            ),
            tools=[
                types.Tool(
                    function_declarations=[
                        types.FunctionDeclaration(
                            name="weather",
                            description="Weather of a city.",
                            parameters_json_schema=SCHEMA,
                        )
                    ]
                )
            ],
            tool_config=types.ToolConfig(
                function_calling_config=types.FunctionCallingConfig(
                    mode="ANY", allowed_function_names=["weather"]
                )
            ),
        ),
    )
    request = gemini_asked()
    assert request.reasoning.budget_tokens == 2000
    assert request.tools == (TOOL,)
    assert (request.tool_choice.mode, request.tool_choice.name) == ("tool", "weather")
    thought, call = request.messages[1].parts
    assert thought.text == "Hm."
    assert (call.name, call.arguments) == ("weather", '{"city":"Rome"}')
    assert (call.signature.value, call.signature.dialect) == ("c2ln", GEMINI)
    # The wire has no id: the call and its result share the one that was made.
    (result,) = request.messages[2].parts
    assert result.call_id == call.id
    assert call.id
    assert result.is_error is True
    text, image = result.content
    assert text.text == "no such city"
    assert image.source == IMAGE
