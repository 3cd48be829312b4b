"""
Messages, from JSON to the IR.

The same functions read the history of a request and the answer in a response: an
assistant message is the same object in both.  With a list of problems they are
strict about the fields that the vendor's types name; without one they keep what is
not as expected among the unknown fields.

Source:
    wire/openai_chat.md section 2 and wire/openai_compatible.md sections 2 and 4, read
    2026-11-21; recorded forms are named where they are read.
"""

from __future__ import annotations

from typing import Any, Final

from modelwire.codecs._base import NO_ALIASES, Aliases
from modelwire.codecs._json import dumps_str
from modelwire.codecs._reader import Reader, describe
from modelwire.codecs.openai_chat._annotations import decode_annotations
from modelwire.codecs.openai_chat._parts_decode import (
    Problems,
    content_parts,
    fault,
    output_images,
)
from modelwire.codecs.openai_chat._reasoning import (
    decode_reasoning,
)
from modelwire.codecs.openai_chat._wire import DIALECT, extra_of
from modelwire.ir._base import Extra, JSONObject
from modelwire.ir._fast_values import new_text_part
from modelwire.ir._messages import Message
from modelwire.ir._parts import (
    AudioPart,
    Base64Source,
    ItemRef,
    Part,
    RefusalPart,
    TextPart,
    ToolCallPart,
    ToolResultPart,
    UnknownPart,
)

__all__ = [
    "assistant_message",
    "content_parts",
    "decode_message",
]

_ROLES: Final = frozenset(
    {"system", "developer", "user", "assistant", "tool", "function"}
)


def decode_message(item: Any, path: str, problems: Problems) -> Message | None:
    """
    Read one message of a request.

    Args:
        item: The parsed message.
        path: Where it stands.
        problems: Where faults go.

    Returns:
        The message; `None` when it is none (a problem was reported).
    """
    if type(item) is not dict:
        fault(problems, path, "object", describe(item))
        return None
    role = item.get("role")
    reader = Reader(item, path, problems)
    if not isinstance(role, str) or role not in _ROLES:
        wanted = "one of system, developer, user, assistant, tool, function"
        reader.fault("role", wanted, repr(role)[:40] if role else describe(role))
        return None
    del reader.left["role"]
    if role == "assistant":
        return assistant_message(reader)
    if role in ("tool", "function"):
        return _tool_message(reader, legacy=role == "function")
    spelling: JSONObject = {}
    parts = _content(reader, spelling)
    name = reader.string("name")
    return Message(
        role=role,  # type: ignore[arg-type]
        parts=tuple(parts),
        name=name,
        extra=extra_of(reader, spelling),
    )


# --- roles --------------------------------------------------------------------------


def assistant_message(reader: Reader, aliases: Aliases = NO_ALIASES) -> Message:
    """
    Read an assistant message, of a request or of a response.

    Args:
        reader: The message, its role taken out.
        aliases: What was renamed in the request.

    Returns:
        The message; parts in the order reasoning, content, refusal, audio, images,
        calls: this dialect has no other.
    """
    spelling: JSONObject = {}
    left = reader.left
    parts: list[Part] = decode_reasoning(left, spelling)
    content = _content(reader, spelling)
    if "annotations" in left:
        content = _with_annotations(reader, content, spelling)
    parts += content
    refusal = left.get("refusal")
    if refusal is not None and refusal != "":
        refusal = reader.string("refusal")
        if refusal is not None:
            parts.append(RefusalPart(text=refusal))
    if left.get("audio") is not None and not _is_blank(left["audio"]):
        audio = reader.mapping("audio")
        if audio is not None:
            parts.append(_output_audio(audio, replayed=reader.problems is not None))
    if "images" in left:
        images = output_images(left["images"])
        if images is not None:
            del left["images"]
            parts += images
    if left.get("tool_calls") is not None:
        calls = reader.array("tool_calls") or ()
        for index, call in enumerate(calls):
            parts.append(_tool_call(call, reader, index, aliases))
    legacy = left.get("function_call")
    if legacy is not None and not _is_blank(legacy):
        legacy = reader.mapping("function_call")
    if isinstance(legacy, dict) and "function_call" not in left:
        inner = Reader(legacy, f"{reader.path}.function_call", reader.problems)
        parts.append(_legacy_call(inner, aliases))
    name = reader.string("name")
    return Message(
        role="assistant",
        parts=tuple(parts),
        name=name,
        extra=extra_of(reader, spelling) if left or spelling else {},
    )


def _is_blank(value: Any) -> bool:
    """
    Say whether an object has nothing in it but empty texts and zeros.

    Snowflake writes every field of its schema, `audio` and `function_call` with empty
    texts (recorded: pydantic-ai__test-snowflake-test-snowflake-openai-model;
    test_blank_objects_are_no_parts).
    """
    return isinstance(value, dict) and not any(value.values())


def _with_annotations(
    reader: Reader, content: list[Part], spelling: JSONObject
) -> list[Part]:
    """Put a message's annotations on its last text, which their offsets count in."""
    found = decode_annotations(reader.left.get("annotations"))
    if found is None:
        return content
    if not found:
        del reader.left["annotations"]
        return content
    for index in range(len(content) - 1, -1, -1):
        part = content[index]
        if isinstance(part, TextPart):
            del reader.left["annotations"]
            spelling["annotations"] = "message"
            content[index] = TextPart(
                text=part.text, annotations=found, cache=part.cache, extra=part.extra
            )
            return content
    return content


def _tool_message(reader: Reader, *, legacy: bool) -> Message:
    """Read a `tool` message, or a `function` message of the time before tools."""
    spelling: JSONObject = {}
    notes: JSONObject = {}
    call_id = ""
    if legacy:
        spelling["role"] = "function"
        name = reader.string("name", required=True)
    else:
        call_id = reader.string("tool_call_id", required=True) or ""
        name = reader.string("name")
        if name is not None:
            # Mistral and Groq repeat the tool's name (recorded clients: mistralai).
            notes["name"] = "name"
    parts = _content(reader, spelling)
    part = ToolResultPart(
        call_id=call_id,
        name=name,
        content=tuple(parts),
        extra={DIALECT: {"$spelling": notes}} if notes else {},
    )
    return Message(role="tool", parts=(part,), extra=extra_of(reader, spelling))


# --- content ------------------------------------------------------------------------


def _content(reader: Reader, spelling: JSONObject) -> list[Part]:
    """Take `content`: a string, an array of parts, or nothing."""
    left = reader.left
    content = left.get("content")
    if type(content) is str:
        del left["content"]
        return [new_text_part(content)]
    if content is None:
        left.pop("content", None)
        return []
    if isinstance(content, list):
        del left["content"]
        spelling["content"] = "array"
        return content_parts(content, f"{reader.path}.content", reader.problems)
    if isinstance(content, dict) and reader.problems is None:
        # Cloudflare gives structured output as an object (2 recorded plain answers;
        # test_response_content_object).
        del left["content"]
        spelling["content"] = "object"
        return [TextPart(text=dumps_str(content))]
    reader.fault("content", "string or array", describe(content))
    return []


# --- what only an assistant says ----------------------------------------------------


def _output_audio(audio: JSONObject, *, replayed: bool) -> AudioPart:
    """Read `audio`: what the model spoke, or a reference to it."""
    notes = {"audio": "object"} if replayed and len(audio) > 1 else None
    left = {k: v for k, v in audio.items() if v is not None}
    ident = left.pop("id") if isinstance(left.get("id"), str) else None
    transcript = (
        left.pop("transcript") if isinstance(left.get("transcript"), str) else None
    )
    expires = left.pop("expires_at") if type(left.get("expires_at")) is int else None
    data = left.pop("data") if isinstance(left.get("data"), str) else None
    return AudioPart(
        # The format is that of the request, which the answer does not repeat.
        source=None if data is None else Base64Source(data=data, media_type="audio"),
        id=ident,
        transcript=transcript,
        expires_at=expires,
        extra=_with(left, notes),
    )


def _with(left: JSONObject, notes: JSONObject | None) -> Extra:
    if notes:
        left["$spelling"] = notes
    return {DIALECT: left} if left else {}


def _tool_call(call: Any, outer: Reader, index: int, aliases: Aliases) -> Part:
    path = f"{outer.path}.tool_calls[{index}]"
    if type(call) is not dict:
        fault(outer.problems, path, "object", describe(call))
        return UnknownPart(
            dialect=DIALECT, raw={"value": call}, item=ItemRef(group="tool_calls")
        )
    reader = Reader(call, path, outer.problems)
    kind = call.get("type")
    inner: JSONObject | None
    if kind == "custom" or (kind is None and "custom" in call):
        inner = reader.mapping("custom", required=True)
        kind, field = "custom", "custom"
    elif kind == "function" or (kind in (None, "") and "function" in call):
        inner = reader.mapping("function", required=True)
        kind, field = "function", "function"
    else:
        if not isinstance(kind, str):
            reader.fault("type", "function or custom", describe(kind))
        return UnknownPart(dialect=DIALECT, raw=call, item=ItemRef(group="tool_calls"))
    reader.left.pop("type", None)
    ident = reader.string("id", required=True) or ""
    if inner is None:
        return UnknownPart(dialect=DIALECT, raw=call, item=ItemRef(group="tool_calls"))
    sub = Reader(inner, f"{path}.{field}", outer.problems)
    name = sub.string("name", required=True) or ""
    notes: JSONObject = {}
    if kind == "custom":
        arguments = sub.string("input", required=True) or ""
    else:
        arguments = _arguments(sub, notes)
    if not (reader.left or sub.left or notes):
        return ToolCallPart(
            id=aliases.call_id(ident),
            name=aliases.name(name),
            arguments=arguments,
            kind=kind,
        )
    return ToolCallPart(
        id=aliases.call_id(ident),
        name=aliases.name(name),
        arguments=arguments,
        kind=kind,
        extra=extra_of(reader, notes, {field: sub.left} if sub.left else None),
    )


def _arguments(sub: Reader, notes: JSONObject) -> str:
    """Take `arguments`: text, an object (Mistral), or nothing (empty arguments)."""
    value = sub.left.get("arguments")
    if type(value) is str:
        del sub.left["arguments"]
        if not value:
            notes["arguments"] = "empty"
        return value
    if isinstance(value, dict):
        del sub.left["arguments"]
        notes["arguments"] = "object"
        return dumps_str(value)
    if value is None:
        sub.left.pop("arguments", None)
        notes["arguments"] = "empty"
        return ""
    sub.fault("arguments", "string", describe(value))
    return ""


def _legacy_call(reader: Reader, aliases: Aliases) -> ToolCallPart:
    """Read the `function_call` of the time before tools; it has no id."""
    notes: JSONObject = {"call": "function_call"}
    name = reader.string("name", required=True) or ""
    arguments = _arguments(reader, notes)
    return ToolCallPart(
        id="",
        name=aliases.name(name),
        arguments=arguments,
        extra=extra_of(None, notes, {"function_call": reader.left}),
    )
