"""The files that all contenders of `make bench-peers` read, and the text in them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import workloads
from peer_works.texts import OF_EVENT

__all__ = ["write"]

_SIZES = {"chat": 2000, "responses": 2000, "anthropic": 2000, "gemini": 300}
_DIALECTS = {
    "chat": workloads.CHAT,
    "responses": workloads.RESPONSES_API,
    "anthropic": workloads.ANTHROPIC,
    "gemini": workloads.GEMINI,
}


def _of_response(name: str, body: Any) -> str:
    if name == "chat":
        return str(body["choices"][0]["message"]["content"])
    if name == "gemini":
        return OF_EVENT["gemini"](body)
    if name == "anthropic":
        parts = body["content"]
    else:
        parts = [part for item in body["output"] for part in item.get("content", ())]
    kinds = ("text", "output_text")
    return "".join(part["text"] for part in parts if part["type"] in kinds)


def _of_request(body: Any) -> str:
    """What user and assistant said; what tools answered goes elsewhere."""
    said = []
    for message in body["messages"]:
        if message["role"] in ("user", "assistant"):
            content = message["content"]
            said += (
                [content]
                if isinstance(content, str)
                else [part["text"] for part in content]
            )
    return "".join(said)


def write(folder: Path) -> dict[str, str]:
    """
    Write the payloads.

    Returns:
        By workload: the text that everybody has to find.
    """
    texts: dict[str, str] = {}
    for name, dialect in _DIALECTS.items():
        events = workloads.STREAMS[dialect](_SIZES[name])
        (folder / f"{name}.sse").write_bytes(b"".join(events))
        values = map(json.loads, workloads.payloads(events))
        texts[f"{name} stream"] = "".join(map(OF_EVENT[name], values))
    for name, dialect in _DIALECTS.items():
        body = workloads.RESPONSES[dialect]()
        (folder / f"{name}.json").write_bytes(body)
        texts[f"{name} response"] = _of_response(name, json.loads(body))
    texts["anthropic stream, accumulated"] = texts["anthropic stream"]
    texts["chat to anthropic stream"] = texts["chat stream"]
    texts["anthropic to chat stream"] = texts["anthropic stream"]
    body = workloads.REQUESTS[workloads.CHAT]()
    (folder / "request.json").write_bytes(body)
    texts["chat to anthropic request"] = _of_request(json.loads(body))
    return texts
