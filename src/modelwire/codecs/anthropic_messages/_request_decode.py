"""
A request body into a `ChatRequest`: the server's side.

Every fault of the body is collected, so that a client sees them all at once.  Unknown
fields, blocks and tools are kept.
"""

from __future__ import annotations

import re
from typing import Any, Final

from modelwire.codecs._base import Headers
from modelwire.codecs._percent import unquoted
from modelwire.codecs._reader import Reader, describe
from modelwire.codecs.anthropic_messages._blocks import (
    decode_cache,
    decode_text_or_blocks,
)
from modelwire.codecs.anthropic_messages._request_decode_fast import (
    fast_message,
    fast_tool,
)
from modelwire.codecs.anthropic_messages._tools import decode_choice, decode_tool
from modelwire.codecs.anthropic_messages._wire import DIALECT, PROTOCOL_HEADERS
from modelwire.errors import Problem
from modelwire.ir._base import Extra, JSONObject
from modelwire.ir._messages import LEGAL_PARTS, Message, Role
from modelwire.ir._request import (
    CachePolicy,
    ChatRequest,
    ReasoningConfig,
    ResponseFormat,
)
from modelwire.ir._tools import Tool

__all__ = ["read_request"]

_ROLES: Final[dict[str, Role]] = {
    "user": "user",
    "assistant": "assistant",
    "system": "system",
}

_MODEL_IN_PATH: Final = re.compile(
    r"/models/([^/?]+):(?:raw|streamRaw)Predict|/model/([^/?]+)/invoke"
)
_STREAM_PATH: Final = "/invoke-with-response-stream"


def read_request(
    obj: JSONObject, path: str, headers: Headers, problems: list[Problem]
) -> ChatRequest:
    """
    Read a request.

    Args:
        obj: The body.
        path: The request's path; platforms keep the model there.
        headers: The request's headers.
        problems: Where faults go.

    Returns:
        The request; worthless when *problems* is not empty.
    """
    reader = Reader(obj, "$", problems)
    leading, messages = _messages(reader)
    system = _system(reader) + leading
    choice, parallel = decode_choice(reader)
    output = _output_config(reader)
    return ChatRequest(
        model=_model(reader, path),
        messages=messages,
        system=system,
        tools=_tools(reader),
        tool_choice=choice,
        parallel_tool_calls=parallel,
        max_output_tokens=_max_tokens(reader),
        temperature=reader.number("temperature"),
        top_p=reader.number("top_p"),
        top_k=reader.integer("top_k"),
        stop_sequences=reader.strings("stop_sequences") or (),
        response_format=_format(output),
        reasoning=_reasoning(reader, output),
        stream=reader.boolean("stream") or path.endswith(_STREAM_PATH),
        user_id=_user_id(reader),
        service_tier=reader.string("service_tier"),
        context_management=_context_management(reader),
        cache=_cache(reader),
        headers=_headers(headers),
        extra=_extra(reader, output),
    )


def _model(reader: Reader, path: str) -> str:
    model = reader.string("model")
    if model is not None:
        return model
    # Vertex and Bedrock keep the model in the URL and name their version in the body
    # (recorded: fantasy__testgooglevertexobjectgeneration-…-simple-object).
    found = _MODEL_IN_PATH.search(path)
    if found is not None:
        return unquoted(found[1] or found[2])
    if "anthropic_version" not in reader.left and "model" not in reader.left:
        reader.fault("model", "string", "nothing")
    return ""


def _max_tokens(reader: Reader) -> int | None:
    if reader.left.get("max_tokens") is None:
        reader.fault("max_tokens", "integer", "nothing")
    return reader.integer("max_tokens")


def _system(reader: Reader) -> tuple[Message, ...]:
    if reader.left.get("system") is None:
        reader.left.pop("system", None)
        return ()
    parts, array = decode_text_or_blocks(reader, "system", LEGAL_PARTS["system"])
    if not parts:
        return ()
    return (Message(role="system", parts=parts, extra=_note(array=array)),)


def _note(*, array: bool) -> Extra:
    return {DIALECT: {"$spelling": {"content": "array"}}} if array else {}


def _messages(reader: Reader) -> tuple[tuple[Message, ...], tuple[Message, ...]]:
    """Read the messages; those of role system before all others are apart."""
    array = reader.array("messages", required=True)
    if array is None:
        return (), ()
    problems = reader.problems
    leading: list[Message] = []
    messages: list[Message] = []
    for i, obj in enumerate(array):
        message = fast_message(obj)
        if message is None:
            if type(obj) is not dict:
                reader.fault(f"messages[{i}]", "object", describe(obj))
                continue
            message = _message(Reader(obj, f"$.messages[{i}]", problems))
        if message is not None:
            early = message.role == "system" and not messages
            (leading if early else messages).append(message)
    return tuple(leading), tuple(messages)


def _message(reader: Reader) -> Message | None:
    word = reader.string("role", required=True)
    role = _ROLES.get(word) if word is not None else None
    if role is None:
        if word is not None:
            reader.fault("role", "user, assistant or system", word[:64])
        return None
    parts, array = decode_text_or_blocks(
        reader, "content", LEGAL_PARTS[role], required=True
    )
    if array:
        reader.left["$spelling"] = {"content": "array"}
    return Message(
        role=role,
        parts=parts,
        extra=reader.rest(DIALECT) if reader.left else {},
    )


def _tools(reader: Reader) -> tuple[Tool, ...]:
    array = reader.array("tools")
    if not array:
        return ()
    problems = reader.problems if reader.problems is not None else []
    tools: list[Tool] = []
    for i, obj in enumerate(array):
        path = f"$.tools[{i}]"
        tool = fast_tool(obj)
        if tool is not None:
            tools.append(tool)
        elif isinstance(obj, dict):
            tools.append(decode_tool(obj, path, problems))
        else:
            problems.append(Problem(path, "object", describe(obj)))
    return tuple(tools)


def _nested(reader: Reader, key: str) -> Reader | None:
    obj = reader.mapping(key)
    if obj is None:
        return None
    return Reader(obj, f"{reader.path}.{key}", reader.problems)


def _output_config(reader: Reader) -> Reader | None:
    return _nested(reader, "output_config")


def _format(output: Reader | None) -> ResponseFormat | None:
    obj = output.mapping("format") if output is not None else None
    if output is None or obj is None:
        return None
    reader = Reader(obj, f"{output.path}.format", output.problems)
    if obj.get("type") != "json_schema":
        return ResponseFormat(kind="unknown", extra={DIALECT: dict(obj)})
    del reader.left["type"]
    return ResponseFormat(
        kind="json_schema",
        schema=reader.mapping("schema", required=True),
        extra=reader.rest(DIALECT),
    )


def _reasoning(reader: Reader, output: Reader | None) -> ReasoningConfig | None:
    effort = output.string("effort") if output is not None else None
    thinking = _nested(reader, "thinking")
    if thinking is None:
        if effort is None:
            return None
        # An effort without `thinking` is written without it again.
        return ReasoningConfig(
            effort=effort, extra={DIALECT: {"$spelling": {"mode": "absent"}}}
        )
    return ReasoningConfig(
        mode=thinking.string("type", required=True),
        effort=effort,
        budget_tokens=thinking.integer("budget_tokens"),
        display=thinking.string("display"),
        extra=thinking.rest(DIALECT),
    )


def _user_id(reader: Reader) -> str | None:
    metadata = _nested(reader, "metadata")
    if metadata is None:
        return None
    user_id = metadata.string("user_id")
    if metadata.left:
        reader.left["metadata"] = metadata.left
    return user_id


def _context_management(reader: Reader) -> Any:
    value = reader.left.get("context_management")
    if isinstance(value, dict) and isinstance(value.get("edits"), list):
        return reader.take("context_management")
    return None


def _cache(reader: Reader) -> CachePolicy | None:
    found = decode_cache(reader)
    if found is None:
        return None
    return CachePolicy(automatic=True, ttl=found.ttl, extra=found.extra)


def _extra(reader: Reader, output: Reader | None) -> Extra:
    if output is not None and output.left:
        left = {k: v for k, v in output.left.items() if v is not None}
        if left:
            reader.left["output_config"] = left
    return reader.rest(DIALECT)


def _headers(headers: Headers) -> tuple[tuple[str, str], ...]:
    kept: dict[str, str] = {}
    for name, value in headers:
        lower = name.lower()
        if lower in PROTOCOL_HEADERS:
            before = kept.get(lower)
            kept[lower] = value if before is None else f"{before},{value}"
    return tuple(kept.items())
