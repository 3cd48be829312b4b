"""lm15: its stream events, over a transport in memory; it has its own SSE reader."""

from __future__ import annotations

import json
from collections.abc import Callable
from importlib.metadata import version
from typing import Any

import lm15
from lm15.transports import TransportResponse
from texts import of_request
from work import Payloads, Work, iterated, once

_HI = lm15.Request(model="m", messages=(lm15.Message.user("Hi"),))


def versions() -> dict[str, str]:
    return {"lm15": version("lm15")}


class _InMemory:
    """A transport of lm15 that answers everything with the same reads."""

    def __init__(self, body: list[bytes], content_type: str) -> None:
        self._body = body
        self._headers = [("content-type", content_type)]

    def stream(self, _: Any) -> TransportResponse:
        return TransportResponse(
            status=200,
            reason="OK",
            headers=self._headers,
            http_version="HTTP/1.1",
            chunks=iter(self._body),
            release=lambda _: None,
        )


_MODELS: dict[str, Callable[..., Any]] = {
    "chat": lm15.OpenAIChatLM,
    "responses": lm15.OpenAILM,
    "anthropic": lm15.AnthropicLM,
    "gemini": lm15.GeminiLM,
}


def _event_text(event: Any) -> str:
    if isinstance(event, lm15.StreamDeltaEvent) and isinstance(
        event.delta, lm15.TextDelta
    ):
        return str(event.delta.text)
    return ""


def _response_text(made: lm15.Response) -> str:
    parts = made.message.parts
    return "".join(part.text for part in parts if isinstance(part, lm15.TextPart))


def works(payloads: Payloads) -> dict[str, dict[str, Work]]:
    found: dict[str, dict[str, Work]] = {}
    for name, make in _MODELS.items():
        streaming = _InMemory(payloads.reads(name), "text/event-stream")
        whole = _InMemory([payloads.whole(f"{name}.json")], "application/json")
        model = make(api_key="k", transport=streaming)
        found[f"{name} stream"] = {
            "lm15": iterated(lambda model=model: model.stream(_HI), _event_text)
        }
        model = make(api_key="k", transport=whole)
        found[f"{name} response"] = {
            "lm15": once(
                lambda model=model: model.complete(_HI),
                _response_text,
                "with the request that it answers",
            )
        }
    claude = lm15.AnthropicLM(api_key="k")
    body = payloads.whole("request.json")

    def translate() -> bytes:
        asked = lm15.request_from_openai_chat(json.loads(body))
        return bytes(claude.build_request(asked, stream=True).body)

    found["chat to anthropic request"] = {"lm15": once(translate, of_request)}
    return found
