"""pydantic-ai: the stream of a model, which reads with the vendors' clients."""

from __future__ import annotations

import asyncio
from importlib.metadata import version
from typing import Any

import anthropic
import httpx2
import offline
import openai
from google import genai
from google.genai import types
from pydantic_ai import ModelRequest
from pydantic_ai.direct import model_request_stream
from pydantic_ai.messages import (
    PartDeltaEvent,
    PartStartEvent,
    TextPart,
    TextPartDelta,
)
from pydantic_ai.models.anthropic import AnthropicModel
from pydantic_ai.models.google import GoogleModel
from pydantic_ai.models.openai import OpenAIChatModel, OpenAIResponsesModel
from pydantic_ai.providers.anthropic import AnthropicProvider
from pydantic_ai.providers.google import GoogleProvider
from pydantic_ai.providers.openai import OpenAIProvider
from work import Payloads, Work

_HI: Any = [ModelRequest.user_text_prompt("Hi")]
_NOTE = "accumulates parts; reads with the vendor's client"


def versions() -> dict[str, str]:
    names = ("pydantic-ai-slim", "openai", "anthropic", "google-genai")
    return {name: version(name) for name in names}


def _text(event: Any) -> str:
    if isinstance(event, PartStartEvent) and isinstance(event.part, TextPart):
        return event.part.content
    if isinstance(event, PartDeltaEvent) and isinstance(event.delta, TextPartDelta):
        return event.delta.content_delta
    return ""


def _models(payloads: Payloads) -> dict[str, Any]:
    clients = {
        name: offline.client(httpx2, payloads.reads(name), waits=False)
        for name in ("chat", "responses", "anthropic", "gemini")
    }
    chat = openai.AsyncOpenAI(api_key="k", http_client=clients["chat"])
    responses = openai.AsyncOpenAI(api_key="k", http_client=clients["responses"])
    claude = anthropic.AsyncAnthropic(api_key="k", http_client=clients["anthropic"])
    options = types.HttpOptions(httpx_async_client=clients["gemini"])
    gemini = genai.Client(api_key="k", http_options=options)
    return {
        "chat": OpenAIChatModel("gpt-4o", provider=OpenAIProvider(openai_client=chat)),
        "responses": OpenAIResponsesModel(
            "gpt-5", provider=OpenAIProvider(openai_client=responses)
        ),
        "anthropic": AnthropicModel(
            "claude-sonnet-4-5", provider=AnthropicProvider(anthropic_client=claude)
        ),
        "gemini": GoogleModel(
            "gemini-2.5-flash", provider=GoogleProvider(client=gemini)
        ),
    }


def _work(model: Any, loop: asyncio.AbstractEventLoop) -> Work:
    async def run() -> None:
        async with model_request_stream(model, _HI) as stream:
            async for _ in stream:
                pass

    async def text() -> str:
        async with model_request_stream(model, _HI) as stream:
            return "".join([_text(event) async for event in stream])

    return Work(
        lambda: loop.run_until_complete(run()),
        lambda: loop.run_until_complete(text()),
        _NOTE,
    )


def works(payloads: Payloads) -> dict[str, dict[str, Work]]:
    loop = asyncio.new_event_loop()
    return {
        f"{name} stream": {"pydantic-ai": _work(model, loop)}
        for name, model in _models(payloads).items()
    }
