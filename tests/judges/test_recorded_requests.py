"""Every request that a real client library sent decodes on the server's side."""

from __future__ import annotations

import functools
import json
from typing import Any

import attrs
import pytest
from tests._paths import SHARED, needs_shared

from modelwire import codecs

CLIENTS = {
    "openai-chat": (
        "openai_chat",
        "aisdk_openai_chat",
        "langchain_openai",
        "opencode_compat",
        "smolagents_openai",
        "groq",
        "mistralai",
    ),
    "openai-responses": ("openai_responses", "litellm_responses"),
    "anthropic-messages": (
        "anthropic",
        "aisdk_anthropic",
        "langchain_anthropic",
        "litellm_anthropic",
    ),
    "gemini-generate": (
        "google_genai",
        "aisdk_google",
        "langchain_google",
        "litellm_gemini",
    ),
}


@attrs.frozen
class Recorded:
    """One request as its client sent it."""

    id: str
    dialect: str
    path: str
    query: str
    headers: tuple[tuple[str, str], ...] = attrs.field(repr=False)
    body: Any = attrs.field(repr=False)

    @property
    def data(self) -> bytes:
        """The body's bytes."""
        return json.dumps(self.body, ensure_ascii=False).encode()


@functools.cache
def recorded() -> tuple[Recorded, ...]:
    """Every chat request of the dialects that exist."""
    found = []
    for dialect, clients in CLIENTS.items():
        for client in clients:
            folder = SHARED / "oracles" / "recorded" / client
            for path in sorted(folder.glob("*.json")):
                raw = json.loads(path.read_text(encoding="utf-8"))
                headers = tuple(raw["headers"].items())
                route = codecs.route(raw["method"], raw["path"], headers)
                if route is None or route.operation != "chat":
                    continue
                assert route.dialect == dialect
                found.append(
                    Recorded(
                        id=f"{client}/{path.stem}",
                        dialect=dialect,
                        path=raw["path"],
                        query="&".join(f"{k}={v}" for k, v in raw["query"].items()),
                        headers=headers,
                        body=raw["body"],
                    )
                )
    return tuple(found)


@pytest.mark.parametrize("request_", recorded(), ids=lambda r: r.id)
def test_it_decodes(request_):
    request = codecs.get(request_.dialect).decode_request(
        request_.data,
        path=request_.path,
        query=request_.query,
        headers=request_.headers,
    )
    COUNTED[request_.dialect](request, request_)


def counted_json(request, request_: Recorded) -> None:
    """Model and stream stand in the body, and every message is a message."""
    body = request_.body
    assert request.model == body["model"]
    assert request.stream is bool(body.get("stream"))
    assert len(request.tools) == len(body.get("tools") or ())
    leading = 1 if request_.dialect == "anthropic-messages" and "system" in body else 0
    found = len(request.system) + len(request.messages)
    assert found == leading + len(body["messages"])


def counted_responses(request, request_: Recorded) -> None:
    """Instructions lead; every item, or part of one, is a part."""
    body = request_.body
    assert request.model == body["model"]
    assert request.stream is bool(body.get("stream"))
    assert request.store is body.get("store")
    assert len(request.tools) == len(body.get("tools") or ())
    assert len(request.system) == ("instructions" in body)
    items = body["input"]
    texts = [i for i in items if not isinstance(i, dict) or "content" in i]
    parts = sum(
        1 if isinstance(c, str) else len(c)
        for c in ([items] if isinstance(items, str) else [i["content"] for i in texts])
    )
    found = sum(len(message.parts) for message in request.messages)
    assert found == parts + (0 if isinstance(items, str) else len(items) - len(texts))


def counted_gemini(request, request_: Recorded) -> None:
    """Model and stream stand in the path; a tool of the wire holds many functions."""
    body = request_.body
    route = codecs.route("POST", request_.path)
    assert (request.model, request.stream) == (route.model, route.stream)
    assert request.model in request_.path
    assert request_.path.endswith(":streamGenerateContent") is request.stream
    functions = [
        declared["name"]
        for tool in body.get("tools") or ()
        for name, value in tool.items()
        if name in ("functionDeclarations", "function_declarations")
        for declared in value
    ]
    assert [tool.name for tool in request.tools] == functions
    system = {"systemInstruction", "system_instruction"} & set(body)
    assert len(request.system) == len(system)
    assert len(request.messages) == len(body["contents"])
    # All of the config has a canonical name but what is said of media in general.
    left = request.extra.get(request_.dialect, {}).get("generationConfig", {})
    assert set(left) <= {"mediaResolution"}


COUNTED = {
    "openai-chat": counted_json,
    "openai-responses": counted_responses,
    "anthropic-messages": counted_json,
    "gemini-generate": counted_gemini,
}


@pytest.mark.skipif(not recorded(), reason="no recorded requests here")
def test_every_client_is_there():
    seen = {request.id.split("/")[0] for request in recorded()}
    assert seen == {client for clients in CLIENTS.values() for client in clients}


@needs_shared
def test_no_folder_with_a_chat_request_is_left_out():
    holding = set()
    for path in (SHARED / "oracles" / "recorded").glob("*/*.json"):
        raw = json.loads(path.read_text(encoding="utf-8"))
        route = codecs.route(raw["method"], raw["path"], tuple(raw["headers"].items()))
        if route is not None and route.operation == "chat":
            holding.add((route.dialect, path.parent.name))
    listed = {(dialect, c) for dialect, clients in CLIENTS.items() for c in clients}
    assert holding == listed
