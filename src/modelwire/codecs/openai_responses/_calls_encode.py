"""
Items of calls: functions, free-text tools, OpenAI's own tools, and their results.

A call of a tool that OpenAI defines is written as that tool's item where its arguments
are what the item needs; else as a function call, because a call must not vanish.

Source:
    wire/openai_responses.md sections 2 and 3 and appendix B, read 2026-11-21.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from modelwire.codecs._aliases import renamed_tool
from modelwire.codecs._json import loads
from modelwire.codecs._losses import LossLog
from modelwire.codecs._part_codes import call_code
from modelwire.codecs.openai_responses._content_encode import common_losses
from modelwire.codecs.openai_responses._item_types import (
    CALL_TYPES,
    CALLER_CALLS,
    OUTPUT_FIELDS,
    OUTPUT_KINDS,
    SERVER_CALLS,
    Row,
    is_hosted,
)
from modelwire.codecs.openai_responses._refs import item_losses, made_ref
from modelwire.codecs.openai_responses._wire import (
    DIALECT,
    merge_own,
    own_fields,
    spelling_of,
)
from modelwire.errors import RemoteProtocolError
from modelwire.ir._base import JSONObject
from modelwire.ir._loss_codes import LossCode
from modelwire.ir._parts import (
    ItemRef,
    ServerToolCallPart,
    ServerToolResultPart,
    ToolCallPart,
)

if TYPE_CHECKING:
    from modelwire.codecs.openai_responses._items_encode import ItemWriter

__all__ = ["call_item", "server_call_item", "server_result_item", "server_row"]

_NEEDS_ID: Final = frozenset({"computer_call", "local_shell_call"})
"""Items whose id the vendor's type requires in a request too."""
_NEEDS_STATUS: Final = frozenset(
    {"computer_call", "local_shell_call", "apply_patch_call"}
)
"""Items whose status the vendor's type requires in a request too."""


def _parsed(text: str) -> JSONObject | None:
    """Give arguments as the object that they are; `None`: they are none."""
    try:
        value = loads(text)
    except RemoteProtocolError:
        return None
    return value if isinstance(value, dict) else None


def call_item(writer: ItemWriter, part: ToolCallPart, path: str) -> JSONObject:
    """
    Write a call that the caller answers.

    Args:
        writer: The run.
        part: The call.
        path: Its place.

    Returns:
        The item.
    """
    log, place = writer.log, writer.place()
    wire = CALL_TYPES.get(part.kind)
    if wire is not None:
        row = CALLER_CALLS[wire]
        fields = _tool_fields(part, row)
        if fields is not None:
            return _tool_item(writer, part, path, wire, fields)
    custom = part.kind == "custom"
    wire = "custom_tool_call" if custom else "function_call"
    name = _name(writer, part, path)
    ident, status = _item_fields(writer, part, wire)
    call_id = writer.home.call_id(part.id)
    if not call_id and "call_id" not in own_fields(part.extra):
        call_id = writer.mint("call")
        log.add(LossCode.TOOL_CALL_ID, path, "synthesised", to=f"{place}.id")
    kind = part.kind
    if not custom and kind != "function":
        log.approximate(call_code(kind), f"{path}.kind", "became a function")
        if not name:
            name = kind
            log.approximate(LossCode.OUT_TOOL_CALL, f"{path}.name")
        kind = "function"
    writer.calls.append((part.id, kind, call_id))
    out: JSONObject = {"type": wire}
    if ident is not None:
        out["id"] = ident
    out["call_id"] = call_id
    out["name"] = name
    if custom:
        out["input"] = part.arguments
    else:
        out["arguments"] = _arguments(part)
    if status is not None:
        out["status"] = status
    _rest(part, out, path, log)
    item_losses(part.item, made_ref(ident, status), path, place, log)
    return out


def _rest(part: ToolCallPart, out: JSONObject, path: str, log: LossLog) -> None:
    if part.cache is not None:
        log.drop(LossCode.CACHE_BREAKPOINT, f"{path}.cache")
    if part.extra:
        _prefer_own(part, out)
        merge_own(out, part.extra)
    if part.extra or part.signature is not None:
        common_losses(part, path, LossCode.OUT_TOOL_CALL, log, item=False)


def _prefer_own(part: ToolCallPart | ServerToolCallPart, out: JSONObject) -> None:
    """Write what the decoder could not read where the IR has nothing instead."""
    own = own_fields(part.extra)
    for key, value in (
        ("id", part.id),
        ("call_id", part.id),
        ("name", part.name),
        ("arguments", part.arguments),
        ("input", part.arguments),
    ):
        if not value and key in own:
            out[key] = own[key]


def _item_fields(
    writer: ItemWriter, part: ToolCallPart, wire: str
) -> tuple[str | None, str | None]:
    """Give the item's id and status: its own, or what the vendor's type requires."""
    ref = part.item
    ident = None if ref is None else ref.id
    status = None if ref is None else ref.status
    own = own_fields(part.extra)
    if ident is None and (writer.reply or wire in _NEEDS_ID) and "id" not in own:
        ident = writer.mint(wire)
    if (
        status is None
        and ((writer.reply and wire != "custom_tool_call") or wire in _NEEDS_STATUS)
        and "status" not in own
    ):
        status = "completed"
    return ident, status


def _name(writer: ItemWriter, part: ToolCallPart, path: str) -> str:
    """Give the target's name of the tool."""
    if writer.book is None:
        return writer.home.name(part.name)
    return renamed_tool(part.name, path, writer.log, writer.book)


def _arguments(part: ToolCallPart) -> Any:
    """Give `arguments`: text, or the object that a server sent."""
    text = part.arguments
    noted = spelling_of(part.extra).get("arguments") if part.extra else None
    if not text:
        # Empty text means no arguments, which is `{}` on the wire: strict readers
        # parse it (acceptance row T12).  The two spell the same value.
        return text if noted == "empty" else "{}"
    if noted == "object":
        found = _parsed(text)
        if found is not None:
            return found
    return text


# --- tools that OpenAI defines ------------------------------------------------------


def _tool_fields(part: ToolCallPart, row: Row) -> JSONObject | None:
    """Give the fields that hold the arguments; `None`: they do not fit the item."""
    if row.text:
        return {row.text: part.arguments}
    found = _parsed(part.arguments)
    if found is None:
        return None
    if row.arguments:
        return {row.arguments: found}
    fits = bool(found) and set(row.wrapped).issuperset(found)
    return found if fits else None


def _tool_item(
    writer: ItemWriter, part: ToolCallPart, path: str, wire: str, fields: JSONObject
) -> JSONObject:
    log, place = writer.log, writer.place()
    row = CALLER_CALLS[wire]
    out: JSONObject = {"type": wire}
    writer.calls.append((part.id, part.kind, part.id))
    if row.text:
        # An approval's own id is what its answer refers to.
        status = None if part.item is None else part.item.status
        out["id"] = part.id
        out["name"] = part.name
        made = made_ref(None, status)
    else:
        ident, status = _item_fields(writer, part, wire)
        if ident is not None:
            out["id"] = ident
        if part.id:
            out["call_id"] = part.id
        made = made_ref(ident, status)
        if part.name != row.kind:
            log.drop(LossCode.OUT_TOOL_CALL, f"{path}.name", "the item has no name")
    out.update(fields)
    if status is not None:
        out["status"] = status
    _rest(part, out, path, log)
    if wire == "computer_call":
        out.setdefault("pending_safety_checks", [])
    item_losses(part.item, made, path, place, log)
    return out


def server_row(part: ServerToolCallPart) -> Row | None:
    """
    Say where the item of a call that OpenAI ran keeps what it says.

    Args:
        part: The call.

    Returns:
        The row of its item; `None` for another vendor's call, and for one whose item
        would be read as a call that the caller must answer.
    """
    own = own_fields(part.extra)
    wire = own.get("type")
    row = SERVER_CALLS.get(wire) if isinstance(wire, str) else None
    if row is None or row.kind != part.kind:
        return None
    return None if wire in CALLER_CALLS and not is_hosted(own) else row


def server_call_item(
    part: ServerToolCallPart, path: str, place: str, log: LossLog
) -> JSONObject | None:
    """
    Write a call that OpenAI ran.

    Args:
        part: The call.
        path: Its place.
        place: Its place in the decoded output.
        log: Where losses go.

    Returns:
        The item; `None` for another vendor's, which this one cannot take back.
    """
    row = server_row(part)
    if row is None:
        log.drop(LossCode.BT_CALL_ITEMS, path, f"server tool {part.kind}")
        return None
    code = LossCode.BT_CALL_ITEMS
    ref = part.item
    out: JSONObject = {"type": own_fields(part.extra)["type"]}
    if ref is None:
        made = None
        if part.id:
            out["id"] = part.id
    else:
        made = ItemRef(id=ref.id)
        if ref.id is not None:
            out["id"] = ref.id
        out["call_id"] = part.id
    if row.named:
        if row.kind == "mcp":
            out["name"] = part.name
        if part.server_label is not None:
            out["server_label"] = part.server_label
    elif part.server_label is not None:
        log.drop(code, f"{path}.server_label")
    if row.kind not in (part.name, "mcp"):
        log.drop(code, f"{path}.name")
    _server_arguments(part, row, out, path, log)
    if part.status is not None:
        out["status"] = part.status
    if part.result is not None:
        if row.result:
            out[row.result] = part.result
        else:
            log.drop(code, f"{path}.result")
    if part.cache is not None:
        log.drop(LossCode.CACHE_BREAKPOINT, f"{path}.cache")
    _prefer_own(part, out)
    merge_own(out, part.extra)
    common_losses(part, path, code, log, item=False)
    item_losses(ref, made, path, place, log)
    return out


def _server_arguments(
    part: ServerToolCallPart, row: Row, out: JSONObject, path: str, log: LossLog
) -> None:
    text = part.arguments
    if row.text:
        out[row.text] = text
        return
    if not text:
        return
    found = _parsed(text)
    if found is not None and row.arguments:
        out[row.arguments] = found
    elif found is not None and row.wrapped and set(row.wrapped).issuperset(found):
        out.update(found)
    else:
        log.drop(LossCode.BT_CALL_ITEMS, f"{path}.arguments")


def server_result_item(
    part: ServerToolResultPart, path: str, place: str, log: LossLog
) -> JSONObject | None:
    """
    Write the result of a call that OpenAI ran.

    Args:
        part: The result.
        path: Its place.
        place: Its place in the decoded output.
        log: Where losses go.

    Returns:
        The item; `None` for another vendor's.
    """
    wire = part.type
    if part.dialect != DIALECT or wire is None or wire not in OUTPUT_KINDS:
        log.drop(LossCode.BT_CALL_ITEMS, path, f"server tool {part.kind}")
        return None
    code = LossCode.BT_CALL_ITEMS
    ref = part.item
    ident = None if ref is None else ref.id
    status = None if ref is None else ref.status
    out: JSONObject = {"type": wire}
    if ident is not None:
        out["id"] = ident
    if part.call_id:
        out["call_id"] = part.call_id
    if part.content is not None:
        out[OUTPUT_FIELDS.get(wire, "output")] = part.content
    if status is not None:
        out["status"] = status
    if part.kind != OUTPUT_KINDS[wire]:
        log.drop(code, f"{path}.kind")
    if part.is_error is not None:
        log.drop(LossCode.TOOL_RESULT_ERROR_FLAG, f"{path}.is_error")
    if part.cache is not None:
        log.drop(LossCode.CACHE_BREAKPOINT, f"{path}.cache")
    merge_own(out, part.extra)
    common_losses(part, path, code, log, item=False)
    item_losses(ref, made_ref(ident, status), path, place, log)
    return out
