"""
Items of the model's side, from JSON to parts: messages, reasoning, calls.

`decode_item` takes one item of `output`, or one that a client replays in `input`, and
gives its parts; those of one item carry an equal `item.group`.  Everything that it
does not know is one `UnknownPart` with the item in it.

Source:
    wire/openai_responses.md sections 2, 3 and 8, read 2026-11-21.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from modelwire.codecs._base import NO_ALIASES, Aliases
from modelwire.codecs._json import dumps_str
from modelwire.codecs._reader import Reader, describe
from modelwire.codecs.openai_responses._annotations import decode_annotations
from modelwire.codecs.openai_responses._item_types import (
    CALLER_CALLS,
    OUTPUT_FIELDS,
    OUTPUT_KINDS,
    SERVER_CALLS,
    Row,
    is_hosted,
)
from modelwire.codecs.openai_responses._items_fast import fast_item
from modelwire.codecs.openai_responses._logprobs import decode_logprobs
from modelwire.codecs.openai_responses._wire import DIALECT, extra_with
from modelwire.errors import Problem
from modelwire.ir._base import JSONObject
from modelwire.ir._parts import (
    CompactionPart,
    ItemRef,
    Opaque,
    Part,
    ReasoningPart,
    RefusalPart,
    ServerToolCallPart,
    ServerToolResultPart,
    TextPart,
    ToolCallPart,
    UnknownPart,
)

if TYPE_CHECKING:
    from modelwire.codecs.openai_responses._content_decode import Problems

__all__ = ["decode_content", "decode_item", "item_ref"]


def decode_item(
    item: JSONObject,
    label: str = "0",
    *,
    path: str = "",
    problems: Problems = None,
    aliases: Aliases = NO_ALIASES,
) -> tuple[Part, ...]:
    """
    Read one item of the model's side.

    Args:
        item: The parsed item.
        label: Names the item where it has no id: its number in the output, or in the
            run of such items in the input.
        path: Where it stands.
        problems: Where faults go; `None`: be tolerant.
        aliases: What was renamed in the request.

    Returns:
        Its parts: one for each content part of a message, else one.
    """
    usual = fast_item(item, label, aliases)
    if usual is not None:
        return (usual,)
    kind = item.get("type")
    reader = _READERS.get(kind) if isinstance(kind, str) else None
    if reader is not None:
        return reader(Reader(item, path, problems), label, aliases)
    if kind is None and item.get("role") == "assistant":
        return _message(Reader(item, path, problems), label, aliases)
    return (UnknownPart(dialect=DIALECT, raw=item),)


def item_ref(reader: Reader) -> ItemRef | None:
    """
    Take `id` and `status`.

    Args:
        reader: The item.

    Returns:
        The reference; `None` when the item has neither.
    """
    ident = reader.string("id")
    status = reader.string("status")
    if ident is None and status is None:
        return None
    return ItemRef(id=ident, status=status)


# --- messages -----------------------------------------------------------------------


def _message(reader: Reader, label: str, _aliases: Aliases) -> tuple[Part, ...]:
    obj = reader.left
    raw = dict(obj)
    typed = obj.pop("type", None) is not None
    if obj.get("role") == "assistant":
        del obj["role"]
    content = obj.pop("content", None)
    ident = reader.string("id")
    status = reader.string("status")
    phase = reader.string("phase")
    rest = {k: v for k, v in obj.items() if v is not None}
    if isinstance(content, str):
        ref = None
        if ident is not None or status is not None or phase is not None:
            ref = ItemRef(id=ident, status=status, phase=phase)
        notes: JSONObject = {}
        if typed:
            notes["message"] = "typed"
        if ident is not None:
            notes["content"] = "string"
        left = {"item": rest} if rest else {}
        return (TextPart(text=content, item=ref, extra=extra_with(left, notes)),)
    if not isinstance(content, list) or any(type(c) is not dict for c in content):
        if content is not None or reader.problems is not None:
            reader.fault("content", "string or array of objects", describe(content))
        return (UnknownPart(dialect=DIALECT, raw=raw),)
    if not content:
        # Nothing was said; the item itself is what there is to keep.
        return (UnknownPart(dialect=DIALECT, raw=raw),)
    # An empty id is none: it would make all messages one (recorded:
    # agentgateway__crates-llm-response-responses-stream, test_empty_item_ids).
    group = ident or label
    ref = ItemRef(id=ident, status=status, phase=phase, group=group)
    about: JSONObject = {}
    if rest:
        about["item"] = rest
    note = {"message": "untyped"} if not typed else None
    out: list[Part] = []
    for index, part in enumerate(content):
        where = f"{reader.path}.content[{index}]"
        problems = reader.problems
        out.append(decode_content(part, ref, where, problems, about=about, note=note))
        about, note = {}, None
    return tuple(out)


def decode_content(
    part: JSONObject,
    ref: ItemRef | None,
    path: str = "",
    problems: Problems = None,
    *,
    about: JSONObject | None = None,
    note: JSONObject | None = None,
) -> Part:
    """
    Read one content part of a message of the model.

    Args:
        part: The parsed part.
        ref: The message.
        path: Where it stands.
        problems: Where faults go.
        about: Unknown fields of the message, for its first part.
        note: Notes about the message's spelling, for its first part.

    Returns:
        A text, a refusal, or the part as it is.
    """
    kind = part.get("type")
    if kind in ("output_text", "input_text"):
        text = part.get("text")
        if type(text) is str:
            return _text(part, text, ref, about, note)
        if problems is not None:
            problems.append(Problem(f"{path}.text", "string", describe(text)))
    elif kind == "refusal":
        text = part.get("refusal")
        if type(text) is str:
            left = {k: v for k, v in part.items() if k not in ("type", "refusal")}
            if about:
                left.update(about)
            return RefusalPart(text=text, item=ref, extra=extra_with(left, note))
        if problems is not None:
            problems.append(Problem(f"{path}.refusal", "string", describe(text)))
    # What the message says of itself is kept here too: an unknown part may be its only
    # one.
    extra = extra_with(about or {}, note) if about or note else {}
    return UnknownPart(dialect=DIALECT, raw=part, item=ref, extra=extra)


def _text(
    part: JSONObject,
    text: str,
    ref: ItemRef | None,
    about: JSONObject | None,
    note: JSONObject | None,
) -> TextPart:
    left = dict(part)
    del left["text"]
    if left.pop("type") == "input_text":
        note = {**(note or {}), "type": "input_text"}
    annotations = left.get("annotations")
    found = None
    if annotations is not None:
        found = decode_annotations(annotations)
        if found is not None:
            del left["annotations"]
    logprobs = None
    if left.get("logprobs") is not None:
        logprobs = decode_logprobs(left["logprobs"])
        if logprobs is not None or left["logprobs"] == []:
            del left["logprobs"]
    if about:
        left.update(about)
    return TextPart(
        text=text,
        annotations=found or (),
        logprobs=logprobs,
        item=ref,
        extra=extra_with(left, note) if left or note else {},
    )


# --- reasoning ----------------------------------------------------------------------


def _reasoning(reader: Reader, _label: str, _aliases: Aliases) -> tuple[Part, ...]:
    obj = reader.left
    del obj["type"]
    ref = item_ref(reader)
    notes: JSONObject = {}
    if ref is None or ref.id is None:
        notes["id"] = "absent"
    text = _reasoning_text(obj, notes)
    summaries = _texts(obj.get("summary"), "summary_text")
    if summaries is not None:
        del obj["summary"]
    elif obj.get("summary") is not None and not isinstance(obj["summary"], list):
        reader.fault("summary", "array", describe(obj["summary"]))
    encrypted = reader.string("encrypted_content")
    part = ReasoningPart(
        text=text,
        summaries=tuple(summaries or ()),
        encrypted=None
        if encrypted is None
        else Opaque(value=encrypted, dialect=DIALECT),
        item=ref,
        extra=extra_with(obj, notes),
    )
    return (part,)


def _texts(value: object, kind: str) -> list[str] | None:
    """Give the texts of a list of plain text objects; `None`: it is none."""
    if not isinstance(value, list):
        return None
    out: list[str] = []
    for item in value:
        if type(item) is not dict or len(item) != 2 or item.get("type") != kind:
            return None
        text = item.get("text")
        if type(text) is not str:
            return None
        out.append(text)
    return out


def _reasoning_text(obj: JSONObject, notes: JSONObject) -> str | None:
    """
    Take `content` of a reasoning item.

    Several texts are joined with an empty line, and their lengths noted.
    """
    content = obj.get("content")
    if content is None:
        obj.pop("content", None)
        return None
    texts = _texts(content, "reasoning_text")
    if texts is None:
        return None
    del obj["content"]
    if not texts:
        return None
    if len(texts) > 1:
        notes["content"] = [len(text) for text in texts]
    return "\n\n".join(texts)


# --- calls --------------------------------------------------------------------------


def _function_call(reader: Reader, _label: str, aliases: Aliases) -> tuple[Part, ...]:
    left = reader.left
    del left["type"]
    name = reader.string("name", required=True) or ""
    call_id = reader.string("call_id", required=True) or ""
    notes: JSONObject | None = None
    arguments = left.get("arguments")
    if isinstance(arguments, dict):
        # Local servers send the object (seen in other dialects of theirs too).
        del left["arguments"]
        arguments = dumps_str(arguments)
        notes = {"arguments": "object"}
    else:
        arguments = reader.string("arguments", required=True) or ""
        if not arguments:
            notes = {"arguments": "empty"}
    ref = item_ref(reader)
    part = ToolCallPart(
        id=aliases.call_id(call_id),
        name=aliases.name(name),
        arguments=arguments,
        item=ref,
        extra=extra_with(left, notes) if left or notes else {},
    )
    return (part,)


def _custom_call(reader: Reader, _label: str, aliases: Aliases) -> tuple[Part, ...]:
    del reader.left["type"]
    name = reader.string("name", required=True) or ""
    call_id = reader.string("call_id", required=True) or ""
    text = reader.string("input", required=True) or ""
    ref = item_ref(reader)
    part = ToolCallPart(
        id=aliases.call_id(call_id),
        name=aliases.name(name),
        arguments=text,
        kind="custom",
        item=ref,
        extra=extra_with(reader.left),
    )
    return (part,)


def _caller_call(reader: Reader, _label: str, _aliases: Aliases) -> tuple[Part, ...]:
    """Read a call of a provider-defined tool that the caller runs."""
    kind = reader.left.pop("type")
    row = CALLER_CALLS[kind]
    arguments = _arguments(reader, row)
    name = row.kind
    if row.text:
        # An approval has no call id: its own id is what the answer refers to.
        name = reader.string("name", required=True) or ""
        ident = reader.string("id", required=True) or ""
        ref = None
        status = reader.string("status")
        if status is not None:
            ref = ItemRef(status=status)
    else:
        ident = reader.string("call_id") or ""
        ref = item_ref(reader)
    if reader.left.get("pending_safety_checks") == []:
        del reader.left["pending_safety_checks"]
    part = ToolCallPart(
        id=ident,
        name=name,
        arguments=arguments,
        kind=row.kind,
        item=ref,
        extra=extra_with(reader.left),
    )
    return (part,)


def _arguments(reader: Reader, row: Row) -> str:
    """Take the arguments as text."""
    left = reader.left
    if row.text:
        return reader.string(row.text) or ""
    if row.arguments:
        value = left.get(row.arguments)
        if isinstance(value, dict):
            del left[row.arguments]
            return dumps_str(value)
        return ""
    found = {name: left.pop(name) for name in row.wrapped if left.get(name) is not None}
    return dumps_str(found) if found else ""


def _server_call(reader: Reader, _label: str, _aliases: Aliases) -> tuple[Part, ...]:
    """Read a call that OpenAI runs, with its result."""
    kind: str = reader.left["type"]
    row = SERVER_CALLS[kind]
    arguments = _arguments(reader, row)
    name, label = row.kind, None
    if row.named:
        label = reader.string("server_label")
        name = row.kind if row.kind == "mcp_list_tools" else reader.string("name") or ""
    result = reader.take(row.result) if row.result else None
    ident = reader.string("id")
    call_id = reader.string("call_id")
    # An item with a call id has an id of its own beside it, or none.
    ref = None if call_id is None else ItemRef(id=ident)
    part = ServerToolCallPart(
        id=call_id or ident or "",
        kind=row.kind,
        name=name,
        arguments=arguments,
        status=reader.string("status"),
        result=result,
        server_label=label,
        item=ref,
        extra=extra_with(reader.left),
    )
    return (part,)


def _either_call(reader: Reader, label: str, aliases: Aliases) -> tuple[Part, ...]:
    hosted = is_hosted(reader.left)
    return (_server_call if hosted else _caller_call)(reader, label, aliases)


def _server_result(reader: Reader, _label: str, _aliases: Aliases) -> tuple[Part, ...]:
    """Read the result of a call that OpenAI ran, in an item of its own."""
    kind = reader.left.pop("type")
    ref = item_ref(reader)
    part = ServerToolResultPart(
        call_id=reader.string("call_id") or "",
        kind=OUTPUT_KINDS[kind],
        content=reader.take(OUTPUT_FIELDS.get(kind, "output")),
        dialect=DIALECT,
        type=kind,
        item=ref,
        extra=extra_with(reader.left),
    )
    return (part,)


def _compaction(reader: Reader, _label: str, _aliases: Aliases) -> tuple[Part, ...]:
    raw = dict(reader.left)
    encrypted = reader.string("encrypted_content", required=True)
    if encrypted is None:
        return (UnknownPart(dialect=DIALECT, raw=raw),)
    del reader.left["type"]
    ref = item_ref(reader)
    part = CompactionPart(
        encrypted=Opaque(value=encrypted, dialect=DIALECT),
        item=ref,
        extra=extra_with(reader.left),
    )
    return (part,)


_READERS: Final[dict[str, Callable[[Reader, str, Aliases], tuple[Part, ...]]]] = {
    "message": _message,
    "reasoning": _reasoning,
    "function_call": _function_call,
    "custom_tool_call": _custom_call,
    "compaction": _compaction,
    **dict.fromkeys(SERVER_CALLS, _server_call),
    **dict.fromkeys(CALLER_CALLS, _caller_call),
    "shell_call": _either_call,
    "tool_search_call": _either_call,
    **dict.fromkeys(OUTPUT_KINDS, _server_result),
}
"""Readers of the items that are known, by type."""
