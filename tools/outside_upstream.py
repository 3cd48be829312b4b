"""
The server that stands behind the gateway when tools from outside look at it.

`Scripted` is an ASGI application that answers in the dialects that it is given, and
in no other: with a call where the request has tools, with JSON where it has a schema,
with reasoning where it asks for some, else with words.  It refuses what the vendor's
own server refuses first.  The answers are those of the tests (`tests/_wires.py`), so
nothing here is written by our encoders.
"""

from __future__ import annotations

import json
from typing import Any, Final

from tests._wires import AM, GG, OC, OR, Call, Item, Say, Think, wire

__all__ = ["MODEL", "Scripted"]

MODEL: Final = "gpt-5-claude-sonnet-4-gemini-2.5"
"""Named after all of them: a tool skips what it thinks a model cannot do."""

_PATHS: Final = {
    "/chat/completions": OC,
    "/responses": OR,
    "/messages": AM,
    ":generateContent": GG,
    ":streamGenerateContent": GG,
}
_NEEDED: Final = {
    OC: {"model": str, "messages": list},
    OR: {"model": str},
    AM: {"model": str, "messages": list, "max_tokens": int},
    GG: {"contents": list},
}
_SCHEMAS: Final = (
    "response_format.json_schema.schema",
    "text.format.schema",
    "output_config.format.schema",
    "generationConfig.responseJsonSchema",
    "generationConfig.responseSchema",
)
_TOOLS: Final = (
    ("tools.0.function.name", "tools.0.function.parameters"),
    ("tools.0.name", "tools.0.parameters"),
    ("tools.0.name", "tools.0.input_schema"),
    (
        "tools.0.functionDeclarations.0.name",
        "tools.0.functionDeclarations.0.parametersJsonSchema",
    ),
    (
        "tools.0.functionDeclarations.0.name",
        "tools.0.functionDeclarations.0.parameters",
    ),
)
_THINKING: Final = (
    "reasoning_effort",
    "reasoning",
    "thinking",
    "generationConfig.thinkingConfig",
)
_JSON: Final = "application/json"
_RESPONSE: Final = {
    "background": False,
    "completed_at": None,
    "frequency_penalty": 0.0,
    "instructions": None,
    "max_output_tokens": None,
    "max_tool_calls": None,
    "metadata": {},
    "parallel_tool_calls": True,
    "presence_penalty": 0.0,
    "previous_response_id": None,
    "prompt_cache_key": None,
    "reasoning": {"effort": "low", "summary": "detailed"},
    "safety_identifier": None,
    "service_tier": "default",
    "store": True,
    "temperature": 1.0,
    "text": {"format": {"type": "text"}, "verbosity": "medium"},
    "tool_choice": "auto",
    "tools": [],
    "top_logprobs": 0,
    "top_p": 0.98,
    "truncation": "disabled",
}
"""What OpenAI's server says of every response (recorded 2026)."""
_MESSAGE_USAGE: Final = {
    "cache_creation": {"ephemeral_5m_input_tokens": 0, "ephemeral_1h_input_tokens": 0},
    "cache_creation_input_tokens": 0,
    "cache_read_input_tokens": 0,
    "inference_geo": "global",
    "output_tokens_details": {"thinking_tokens": 0},
    "server_tool_use": None,
    "service_tier": "standard",
}
"""What Anthropic's server says of every message's usage (recorded 2026)."""


class Scripted:
    """
    The application.

    Args:
        dialects: What it speaks.
    """

    def __init__(self, *dialects: str) -> None:
        self._dialects = dialects

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Serve one connection."""
        if scope["type"] == "lifespan":
            await receive()
            await send({"type": "lifespan.startup.complete"})
            await receive()
            await send({"type": "lifespan.shutdown.complete"})
            return
        body, more = b"", True
        while more:
            message = await receive()
            body += message.get("body", b"")
            more = message.get("more_body", False)
        status, kind, pieces = self._answer(scope["method"], scope["path"], body)
        headers = [(b"content-type", kind.encode())]
        await send(
            {"type": "http.response.start", "status": status, "headers": headers}
        )
        for piece in pieces:
            await send({"type": "http.response.body", "body": piece, "more_body": True})
        await send({"type": "http.response.body"})

    def _answer(
        self, method: str, path: str, body: bytes
    ) -> tuple[int, str, tuple[bytes, ...]]:
        if method == "GET" and path.endswith("/models"):
            return 200, _JSON, (_dumps(_models(self._dialects[0])),)
        dialect = next((d for end, d in _PATHS.items() if path.endswith(end)), None)
        if dialect not in self._dialects:
            return 404, _JSON, (_error(self._dialects[0], 404, "no such path"),)
        if method != "POST":
            return 405, _JSON, (_error(dialect, 405, "the method is POST"),)
        try:
            wish = json.loads(body)
        except (ValueError, RecursionError):
            wish = None
        if not isinstance(wish, dict):
            return 400, _JSON, (_error(dialect, 400, "the body is no JSON object"),)
        for name, kind in _NEEDED[dialect].items():
            if not isinstance(wish.get(name), kind):
                return 400, _JSON, (_error(dialect, 400, f"wrong or missing: {name}"),)
        answer = wire(dialect, *_items(wish))
        if wish.get("stream") is True or path.endswith(":streamGenerateContent"):
            pieces = answer.pieces
            if dialect == OC and _dig(wish, "stream_options.include_usage") is not True:
                pieces = (*pieces[:-2], pieces[-1])
            pieces = tuple(_streamed(dialect, piece) for piece in pieces)
            return 200, "text/event-stream", pieces
        return 200, _JSON, (_whole(dialect, answer.body),)


def _dumps(value: Any) -> bytes:
    return json.dumps(value).encode()


def _dig(value: Any, path: str) -> Any:
    """Find what stands at a path; `None`: nothing does."""
    for step in path.split("."):
        if isinstance(value, list) and step.isdigit():
            value = value[int(step)] if int(step) < len(value) else None
        elif isinstance(value, dict):
            value = value.get(step)
        else:
            return None
    return value


def _items(wish: dict[str, Any]) -> list[Item]:
    """Decide what to answer."""
    thoughts = [_dig(wish, path) for path in _THINKING]
    items: list[Item] = []
    if any(thought not in (None, "none", {}) for thought in thoughts):
        items.append(Think("Let me", " see.", proof="cHJvb2Y="))
    for name, schema in _TOOLS:
        found, parameters = _dig(wish, name), _dig(wish, schema)
        if isinstance(found, str) and isinstance(parameters, dict):
            text = json.dumps(_sample(parameters))
            return [*items, Call("call_1", found, text[:4], text[4:])]
    for path in _SCHEMAS:
        schema_ = _dig(wish, path)
        if isinstance(schema_, dict):
            return [*items, Say(json.dumps(_sample(schema_)))]
    return [*items, Say("CANARY", "_OK")]


def _sample(schema: Any, depth: int = 0) -> Any:
    """Give a value of a schema; enough for what the tools ask."""
    if not isinstance(schema, dict) or depth > 5:
        return None
    choices = schema.get("enum")
    if isinstance(choices, list) and choices:
        return choices[0]
    kind = str(schema.get("type", "object")).lower()
    if kind == "object":
        members = schema.get("properties")
        members = members if isinstance(members, dict) else {}
        return {name: _sample(of, depth + 1) for name, of in members.items()}
    empty = {"string": "CANARY_OK", "integer": 1, "number": 1.5, "boolean": True}
    return [] if kind == "array" else empty.get(kind)


def _whole(dialect: str, body: bytes) -> bytes:
    """Add what the vendor's own server says, and our tests' short answers do not."""
    value = json.loads(body)
    if dialect == OC:
        for choice in value["choices"]:
            choice["logprobs"] = None
            choice["message"] |= {"refusal": None, "annotations": []}
    elif dialect == OR:
        value = {**_RESPONSE, **value}
    elif dialect == AM:
        value = {"stop_details": None, "container": None, **value}
        value["usage"] = {**_MESSAGE_USAGE, **value["usage"]}
        for block in value["content"]:
            if block["type"] == "text":
                block.setdefault("citations", None)
            elif block["type"] == "tool_use":
                block.setdefault("caller", {"type": "direct"})
    return _dumps(value)


def _streamed(dialect: str, piece: bytes) -> bytes:
    """Add to an event what the vendor's own server says."""
    if dialect != OR:
        return piece
    head, mark, data = piece.partition(b"data: ")
    event = json.loads(data)
    if "response" in event:
        event["response"] = {**_RESPONSE, **event["response"]}
    return head + mark + _dumps(event) + b"\n\n"


def _error(dialect: str, status: int, message: str) -> bytes:
    if dialect == GG:
        name = "NOT_FOUND" if status == 404 else "INVALID_ARGUMENT"
        return _dumps({"error": {"code": status, "message": message, "status": name}})
    kind = "not_found_error" if status == 404 else "invalid_request_error"
    inner = {"type": kind, "message": message}
    if dialect == AM:
        return _dumps({"type": "error", "error": inner})
    return _dumps({"error": {**inner, "param": None, "code": None}})


def _models(dialect: str) -> dict[str, Any]:
    if dialect == GG:
        return {"models": [{"name": f"models/{MODEL}", "displayName": MODEL}]}
    if dialect == AM:
        row = {
            "type": "model",
            "id": MODEL,
            "display_name": MODEL,
            "created_at": "2026-01-01T00:00:00Z",
        }
        return {"data": [row], "has_more": False, "first_id": MODEL, "last_id": MODEL}
    row_ = {"id": MODEL, "object": "model", "created": 1700000000, "owned_by": "test"}
    return {"object": "list", "data": [row_]}
