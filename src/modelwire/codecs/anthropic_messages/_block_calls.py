"""
Calls and results into blocks: the caller's tools, the API's own, and MCP.

Used by `_block_encode` alone; the functions take its writer.  Arguments are text in
the IR and an object on the wire.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from modelwire.codecs._call_arguments import (
    INVALID_ARGUMENTS,
    arguments_object,
)
from modelwire.codecs._part_codes import call_code
from modelwire.codecs.anthropic_messages._wire import (
    CUSTOM_FIELD,
    DIALECT,
    DIRECT,
    KIN,
    SERVER_TOOL_NAMES,
    server_tool_kind,
)
from modelwire.ir._base import JSONObject
from modelwire.ir._losses import LossCode
from modelwire.ir._parts import (
    ServerToolCallPart,
    ServerToolResultPart,
    TextPart,
    ToolCallPart,
    ToolResultPart,
)

if TYPE_CHECKING:
    from modelwire.codecs.anthropic_messages._block_encode import BlockWriter
    from modelwire.ir._messages import Role

__all__ = [
    "INVALID_ARGUMENTS",
    "server_call",
    "server_result",
    "tool_call",
    "tool_result",
]


def tool_call(
    writer: BlockWriter, part: ToolCallPart, path: str, role: Role
) -> JSONObject | None:
    """Write a call that the caller must answer."""
    del role
    log = writer.log
    if part.kind == "custom":
        log.approximate(LossCode.TOOL_CALL_CUSTOM, path, "as a function call")
        name = writer.home.name(part.name)
        if not writer.response:
            name = writer.book.custom(name)
        arguments: JSONObject = {CUSTOM_FIELD: part.arguments}
    else:
        name = writer.tool_name(part.name, f"{path}.name")
        arguments = arguments_object(part.arguments, path, writer.log)
        if part.kind != "function":
            log.approximate(call_code(part.kind), f"{path}.kind", "as a function call")
    out: JSONObject = {
        "type": "tool_use",
        "id": writer.call_id(part.id, f"{path}.id"),
        "name": name,
        "input": arguments,
    }
    writer.proof(part, path)
    out = writer.finish(out, part, path, LossCode.OUT_TOOL_CALL)
    if writer.response:
        # Required in answers (tests/gateway/test_outside_findings.py).
        out.setdefault("caller", dict(DIRECT))
    return out


def tool_result(
    writer: BlockWriter, part: ToolResultPart, path: str, role: Role
) -> JSONObject | None:
    """Write the caller's answer to a call."""
    del role
    out: JSONObject = {
        "type": "tool_result",
        "tool_use_id": writer.result_id(part.call_id, f"{path}.call_id"),
    }
    content = part.content
    if len(content) == 1 and content[0] == _EMPTY:
        # The API takes an empty string where it refuses an empty text block.
        out["content"] = ""
    elif content:
        blocks = writer.content(content, f"{path}.content", "tool")
        spelling = part.extra.get(DIALECT, {}).get("$spelling", {})
        if (
            len(blocks) == 1
            and len(blocks[0]) == 2
            and blocks[0]["type"] == "text"
            and spelling.get("content") != "array"
        ):
            out["content"] = blocks[0]["text"]
        elif blocks:
            out["content"] = blocks
    if part.is_error is not None:
        out["is_error"] = part.is_error
    if part.name is not None:
        writer.log.drop(LossCode.TOOL_RESULT_NAME, f"{path}.name")
    writer.proof(part, path)
    return writer.finish(out, part, path, LossCode.TOOL_RESULT_TEXT)


_EMPTY: Final = TextPart(text="")


def _is_own(part: ServerToolCallPart) -> bool:
    """
    Say whether a call has the form of this dialect's blocks.

    Other dialects keep result and status in the item of the call; here the result is
    a block of its own.
    """
    if part.result is not None or part.status is not None or part.item is not None:
        return False
    if not KIN.issuperset(part.extra):
        # In a stream the result is not known where the call begins.
        return False
    if part.kind == "mcp":
        return part.server_label is not None
    return part.server_label is None and (
        part.name in SERVER_TOOL_NAMES or part.id.startswith("srvtoolu_")
    )


def server_call(
    writer: BlockWriter, part: ServerToolCallPart, path: str, role: Role
) -> JSONObject | None:
    """Write a call that the API ran by itself; those of other vendors are dropped."""
    del role
    log = writer.log
    if not _is_own(part):
        log.add(LossCode.BT_CALL_ITEMS, path, "dropped", severity="content")
        return None
    out: JSONObject
    if part.kind == "mcp":
        out = {
            "type": "mcp_tool_use",
            "id": part.id,
            "name": part.name,
            "server_name": part.server_label,
            "input": arguments_object(part.arguments, path, writer.log),
        }
    else:
        out = {
            "type": "server_tool_use",
            "id": part.id,
            "name": part.name,
            "input": arguments_object(part.arguments, path, writer.log),
        }
        if server_tool_kind(part.name) != part.kind:
            log.approximate(LossCode.BT_CALL_ITEMS, f"{path}.kind")
    writer.proof(part, path)
    return writer.finish(out, part, path, LossCode.BT_CALL_ITEMS)


def server_result(
    writer: BlockWriter, part: ServerToolResultPart, path: str, role: Role
) -> JSONObject | None:
    """Write the result of a call that the API ran by itself."""
    del role
    log = writer.log
    type_ = part.type
    if part.dialect != DIALECT or type_ is None or not type_.endswith("_tool_result"):
        log.add(LossCode.BT_CALL_ITEMS, path, "dropped", severity="content")
        return None
    out: JSONObject = {
        "type": type_,
        "tool_use_id": part.call_id,
        "content": part.content,
    }
    if part.is_error is not None:
        out["is_error"] = part.is_error
    if server_tool_kind(type_[: -len("_tool_result")]) != part.kind:
        log.approximate(LossCode.BT_CALL_ITEMS, f"{path}.kind")
    writer.proof(part, path)
    return writer.finish(out, part, path, LossCode.BT_CALL_ITEMS)
