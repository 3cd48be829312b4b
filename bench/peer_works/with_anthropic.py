"""anthropic: its raw stream, the one that it accumulates, and a whole answer."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.metadata import version
from typing import Any

import anthropic
import httpx2
import offline
from work import Payloads, Work, iterated, once

_ASKED: Any = {
    "model": "m",
    "max_tokens": 99,
    "messages": [{"role": "user", "content": "Hi"}],
}


def versions() -> dict[str, str]:
    return {"anthropic": version("anthropic")}


def _asking(body: list[bytes], kind: str = "text/event-stream") -> anthropic.Anthropic:
    made = offline.client(httpx2, body, content_type=kind)
    return anthropic.Anthropic(api_key="k", http_client=made)


def _text(event: Any) -> str:
    if event.type == "content_block_delta" and event.delta.type == "text_delta":
        return str(event.delta.text)
    return ""


def works(payloads: Payloads) -> dict[str, dict[str, Work]]:
    streaming = _asking(payloads.reads("anthropic"))
    whole = _asking([payloads.whole("anthropic.json")], "application/json")

    def accumulated() -> Iterator[Any]:
        with streaming.messages.stream(**_ASKED) as stream:
            yield from stream
            stream.get_final_message()

    return {
        "anthropic stream": {
            "anthropic": iterated(
                lambda: streaming.messages.create(**_ASKED, stream=True), _text
            )
        },
        "anthropic stream, accumulated": {"anthropic": iterated(accumulated, _text)},
        "anthropic response": {
            "anthropic": once(
                lambda: whole.messages.create(**_ASKED),
                lambda made: "".join(
                    part.text for part in made.content if part.type == "text"
                ),
                "with the request that it answers",
            )
        },
    }
