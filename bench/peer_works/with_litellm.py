"""
litellm: `completion` and what it gives, over clients in memory.

For OpenAI it calls openai-python; for the others it has handlers of its own.  Its
price list is read from its own files, as without a network.
"""

from __future__ import annotations

import os

os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"

import json
from collections.abc import Callable, Iterator
from importlib.metadata import version
from typing import Any

import httpx
import litellm
import offline
import openai
from litellm.llms.anthropic.pass_through.adapters.transformation import (
    AnthropicAdapter,
)
from litellm.llms.custom_httpx.http_handler import HTTPHandler
from texts import OF_EVENT, of_request
from work import Payloads, Work, iterated, once

litellm.suppress_debug_info = True
_HI: Any = [{"role": "user", "content": "Hi"}]
_MODELS = {
    "chat": "openai/gpt-4o",
    "anthropic": "anthropic/claude-sonnet-4-5-20250929",
    "gemini": "gemini/gemini-2.5-flash",
}
_JSON = "application/json"


def versions() -> dict[str, str]:
    return {name: version(name) for name in ("litellm", "openai")}


def _asking(name: str, body: list[bytes], kind: str) -> Callable[..., Any]:
    made = offline.client(httpx, body, content_type=kind)
    client: Any = HTTPHandler(client=made)
    if name == "chat":
        client = openai.OpenAI(api_key="k", http_client=made)

    def ask(**more: Any) -> Any:
        return litellm.completion(
            model=_MODELS[name], messages=_HI, client=client, api_key="k", **more
        )

    return ask


def _text(chunk: Any) -> str:
    return (chunk.choices and chunk.choices[0].delta.content) or ""


def _written_text(event: bytes) -> str:
    return OF_EVENT["anthropic"](json.loads(event.partition(b"data: ")[2]))


def works(payloads: Payloads) -> dict[str, dict[str, Work]]:
    found: dict[str, dict[str, Work]] = {}
    streams: dict[str, Callable[..., Any]] = {}
    for name in _MODELS:
        ask = _asking(name, payloads.reads(name), "text/event-stream")
        whole = _asking(name, [payloads.whole(f"{name}.json")], _JSON)
        streams[name] = ask
        found[f"{name} stream"] = {
            "litellm": iterated(
                lambda ask=ask: ask(stream=True),
                _text,
                "gives its chat chunks, with its logging",
            )
        }
        found[f"{name} response"] = {
            "litellm": once(
                lambda whole=whole: whole(),
                lambda made: made.choices[0].message.content,
                "with the request that it answers, and its logging",
            )
        }

    def translated() -> Iterator[bytes]:
        adapter = AnthropicAdapter()
        stream = streams["chat"](stream=True)
        written = adapter.translate_completion_output_params_streaming(
            stream, "m", is_async=False
        )
        yield from written

    found["chat to anthropic stream"] = {
        "litellm": iterated(translated, _written_text, "as its /v1/messages does")
    }
    found["chat to anthropic request"] = {"litellm": _request(payloads)}
    return found


def _request(payloads: Payloads) -> Work:
    asked: list[bytes] = []
    answer = [payloads.whole("anthropic.json")]
    made = offline.client(httpx, answer, content_type=_JSON, asked=asked)
    client, body = HTTPHandler(client=made), payloads.whole("request.json")

    def translate() -> bytes:
        given = json.loads(body)
        for name in ("model", "stream", "stream_options"):
            given.pop(name)
        litellm.completion(
            model=_MODELS["anthropic"], **given, client=client, api_key="k"
        )
        return asked[0]

    return once(translate, of_request, "with a short answer to it, and its logging")
