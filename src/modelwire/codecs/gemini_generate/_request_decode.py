"""
A request body into a `ChatRequest`: the server's side.

The model, and whether the answer streams, stand in the path.  Every fault of the body
is collected, so that a client sees them all at once.  Unknown fields, parts, tools
and roles are kept.
"""

from __future__ import annotations

import re
from typing import Any, Final

from modelwire.codecs._ids import history_ids
from modelwire.codecs._percent import query_pairs, unquoted
from modelwire.codecs._reader import Reader, describe
from modelwire.codecs.gemini_generate._call_ids import CallIds
from modelwire.codecs.gemini_generate._config_decode import read_config
from modelwire.codecs.gemini_generate._contents_fast import fast_content
from modelwire.codecs.gemini_generate._parts import decode_parts
from modelwire.codecs.gemini_generate._tools import decode_choice, decode_tools
from modelwire.codecs.gemini_generate._wire import DIALECT, camel
from modelwire.errors import Problem
from modelwire.ir._base import Extra, JSONObject
from modelwire.ir._messages import LEGAL_PARTS, Message, Role
from modelwire.ir._parts import Part, TextPart, ToolResultPart, UnknownPart
from modelwire.ir._request import ChatRequest

__all__ = ["COLLECTIONS", "read_request"]

COLLECTIONS: Final = ("tunedModels", "endpoints")
"""Collections whose name is part of the model's; `models` goes without saying."""

_PATH: Final = re.compile(
    r"(?:^|/)(models|tunedModels|endpoints)/([^/?]*):"
    r"(generateContent|streamGenerateContent)/?$"
)

_ROLES: Final[dict[str, Role]] = {
    "user": "user",
    "model": "assistant",
    "function": "tool",
    "tool": "tool",
    "assistant": "assistant",
    "system": "system",
}


def read_request(
    obj: JSONObject, path: str, query: str, problems: list[Problem]
) -> ChatRequest:
    """
    Read a request.

    Args:
        obj: The body.
        path: The request's path, perhaps with its query.
        query: The query string.
        problems: Where faults go.

    Returns:
        The request; worthless when *problems* is not empty.
    """
    bare, _, behind = path.partition("?")
    named = _PATH.search(bare)
    stream = named is not None and named[3] == "streamGenerateContent"
    reader = Reader(camel(obj), "$", problems)
    ids = CallIds(history_ids(_explicit(reader.left.get("contents"))))
    leading, messages = _contents(reader, ids)
    system = (*_system(reader), *leading)
    model = _model(reader, named)
    tools = decode_tools(reader)
    choice = decode_choice(reader)
    config = read_config(reader)
    metadata = _labels(reader)
    notes: JSONObject = {}
    if metadata is not None:
        notes["metadata"] = "labels"
    if stream and not _is_sse(query or behind):
        # Without `alt=sse` the answer is one JSON array, item by item.
        notes["framing"] = "json_array"
    settings = reader.array("safetySettings")
    tier = reader.string("serviceTier")
    store = reader.boolean("store")
    if notes:
        reader.left["$spelling"] = notes
    return ChatRequest(
        model=model,
        messages=messages,
        system=system,
        tools=tools,
        tool_choice=choice,
        stream=stream,
        metadata=metadata,
        safety_settings=settings,
        service_tier=tier,
        store=store,
        extra=reader.rest(DIALECT),
        **config,
    )


def _is_sse(query: str) -> bool:
    return any(
        name.lstrip("$") == "alt" and value.partition(";")[0] == "sse"
        for name, value in query_pairs(query)
    )


def _model(reader: Reader, named: re.Match[str] | None) -> str:
    if named is not None:
        model = unquoted(named[2])
        return f"{named[1]}/{model}" if named[1] in COLLECTIONS else model
    # A body may repeat the model as a resource name; alone it decides.
    said = reader.string("model")
    return "" if said is None else said.removeprefix("models/")


def _labels(reader: Reader) -> dict[str, str] | None:
    labels = reader.mapping("labels")
    if labels is None:
        return None
    for name, value in labels.items():
        if type(value) is not str:
            reader.fault(f"labels.{name[:64]}", "string", describe(value))
    return labels


def _explicit(contents: Any) -> list[str]:
    """Give the ids that the history has itself, as far as it can be read."""
    out: list[str] = []
    if type(contents) is not list:
        return out
    for content in contents:
        parts = content.get("parts") if type(content) is dict else None
        for part in parts if type(parts) is list else ():
            for member in part.values() if type(part) is dict else ():
                # A list for each part would cost as much again.
                if type(member) is dict and type(member.get("id")) is str:
                    out.append(member["id"])  # noqa: PERF401
    return out


def _system(reader: Reader) -> tuple[Message, ...]:
    value = reader.take("systemInstruction")
    if value is None:
        return ()
    if type(value) is str:
        return (Message(role="system", parts=(TextPart(text=value),)),)
    if type(value) is not dict:
        reader.fault("systemInstruction", "object", describe(value))
        return ()
    inner = Reader(value, "$.systemInstruction", reader.problems)
    parts = _parts(inner, LEGAL_PARTS["system"])
    role = inner.string("role")
    if role is not None:
        # The API ignores it; clients write `user` or `system`.
        inner.left["$spelling"] = {"role": role}
    if not parts and not inner.left:
        return ()
    return (Message(role="system", parts=parts, extra=inner.rest(DIALECT)),)


def _parts(inner: Reader, allowed: frozenset[str]) -> tuple[Part, ...]:
    value = inner.left.get("parts")
    if type(value) in (list, dict):
        del inner.left["parts"]
        return decode_parts(value, f"{inner.path}.parts", inner.problems, allowed)
    if value is None:
        inner.left.pop("parts", None)
    else:
        inner.fault("parts", "array", describe(value))
    return ()


def _contents(
    reader: Reader, ids: CallIds
) -> tuple[tuple[Message, ...], tuple[Message, ...]]:
    """Read the contents; those of role system before all others are apart."""
    value = reader.take("contents")
    if value is None:
        reader.fault("contents", "array", "nothing")
        return (), ()
    if type(value) in (dict, str):
        value = [value]
    if type(value) is not list:
        reader.fault("contents", "array", describe(value))
        return (), ()
    problems = reader.problems
    leading: list[Message] = []
    messages: list[Message] = []
    for i, obj in enumerate(value):
        if type(obj) is dict:
            message = fast_content(obj, ids)
            if message is not None:
                messages.append(message)
                continue
        path = f"$.contents[{i}]"
        if type(obj) is str:
            messages.append(Message(role="user", parts=(TextPart(text=obj),)))
            continue
        if type(obj) is not dict:
            reader.fault(f"contents[{i}]", "object", describe(obj))
            continue
        message = _message(Reader(obj, path, problems), ids)
        early = message.role == "system" and not messages
        (leading if early else messages).append(message)
    return tuple(leading), tuple(messages)


def _message(reader: Reader, ids: CallIds) -> Message:
    word = reader.string("role")
    role = _ROLES.get(word, "user") if word is not None else "user"
    extra: Extra = {}
    notes: JSONObject = {}
    if word is not None and word not in _ROLES:
        # Recorded: the API answers such a request with 400; it is not ours to judge
        # (otel-contrib__vertexai-test-generate-content-invalid-role).
        reader.left["role"] = word
    # What a role cannot hold (a call of the user, a result of the model) is kept whole.
    allowed = LEGAL_PARTS["user" if role == "tool" else role]
    parts = tuple(ids.settle(part) for part in _parts(reader, allowed))
    if role == "tool":
        notes["role"] = word
        if not all(isinstance(part, ToolResultPart | UnknownPart) for part in parts):
            role = "user"
    if notes:
        reader.left["$spelling"] = notes
    if reader.left:
        extra = reader.rest(DIALECT)
    return Message(role=role, parts=parts, extra=extra)
