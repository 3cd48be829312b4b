"""openai-python: its streaming client, and a whole answer."""

from __future__ import annotations

from importlib.metadata import version
from typing import Any

import httpx2
import offline
import openai
from work import Payloads, Work, iterated, once

_JSON = "application/json"
_HI: Any = [{"role": "user", "content": "Hi"}]


def versions() -> dict[str, str]:
    return {"openai": version("openai")}


def _asking(body: list[bytes], kind: str = "text/event-stream") -> openai.OpenAI:
    made = offline.client(httpx2, body, content_type=kind)
    return openai.OpenAI(api_key="k", http_client=made)


def _chat_text(chunk: Any) -> str:
    return (chunk.choices and chunk.choices[0].delta.content) or ""


def _event_text(event: Any) -> str:
    return event.delta if event.type == "response.output_text.delta" else ""


def works(payloads: Payloads) -> dict[str, dict[str, Work]]:
    chat = _asking(payloads.reads("chat"))
    events = _asking(payloads.reads("responses"))
    whole = _asking([payloads.whole("chat.json")], _JSON)
    answered = _asking([payloads.whole("responses.json")], _JSON)
    return {
        "chat stream": {
            "openai": iterated(
                lambda: chat.chat.completions.create(
                    model="m", messages=_HI, stream=True
                ),
                _chat_text,
            )
        },
        "responses stream": {
            "openai": iterated(
                lambda: events.responses.create(model="m", input="Hi", stream=True),
                _event_text,
            )
        },
        "chat response": {
            "openai": once(
                lambda: whole.chat.completions.create(model="m", messages=_HI),
                lambda made: made.choices[0].message.content,
                "with the request that it answers",
            )
        },
        "responses response": {
            "openai": once(
                lambda: answered.responses.create(model="m", input="Hi"),
                lambda made: made.output_text,
                "with the request that it answers",
            )
        },
    }
