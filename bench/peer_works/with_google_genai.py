"""google-genai: its stream, and a whole answer."""

from __future__ import annotations

from importlib.metadata import version
from typing import Any

import httpx2
import offline
from google import genai
from google.genai import types
from work import Payloads, Work, iterated, once

_ASKED: Any = {"model": "gemini-2.5-flash", "contents": "Hi"}


def versions() -> dict[str, str]:
    return {"google-genai": version("google-genai")}


def _asking(body: list[bytes], kind: str = "text/event-stream") -> genai.Client:
    made = offline.client(httpx2, body, content_type=kind)
    options = types.HttpOptions(httpx_client=made)
    return genai.Client(api_key="k", http_options=options)


def _text(chunk: Any) -> str:
    parts = chunk.candidates[0].content.parts or ()
    return "".join(part.text for part in parts if part.text and not part.thought)


def works(payloads: Payloads) -> dict[str, dict[str, Work]]:
    streaming = _asking(payloads.reads("gemini"))
    whole = _asking([payloads.whole("gemini.json")], "application/json")
    return {
        "gemini stream": {
            "google-genai": iterated(
                lambda: streaming.models.generate_content_stream(**_ASKED), _text
            )
        },
        "gemini response": {
            "google-genai": once(
                lambda: whole.models.generate_content(**_ASKED),
                _text,
                "with the request that it answers",
            )
        },
    }
