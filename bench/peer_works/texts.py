"""The text of one event of each dialect, and of a request: what everybody must find."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

__all__ = ["OF_EVENT", "of_request"]


def _chat(value: Any) -> str:
    return (value["choices"] and value["choices"][0]["delta"].get("content")) or ""


def _responses(value: Any) -> str:
    return value["delta"] if value["type"] == "response.output_text.delta" else ""


def _anthropic(value: Any) -> str:
    return value["delta"].get("text", "") if "delta" in value else ""


def _gemini(value: Any) -> str:
    parts = value["candidates"][0]["content"]["parts"]
    return "".join(part.get("text", "") for part in parts if "thought" not in part)


OF_EVENT: dict[str, Callable[[Any], str]] = {
    "chat": _chat,
    "responses": _responses,
    "anthropic": _anthropic,
    "gemini": _gemini,
}


def of_request(body: bytes) -> str:
    """All that user and assistant say in a request of Anthropic's."""
    said = [message["content"] for message in json.loads(body)["messages"]]
    return "".join(
        part["text"]
        for parts in said
        for part in ([{"type": "text", "text": parts}] if type(parts) is str else parts)
        if part["type"] == "text"
    )
