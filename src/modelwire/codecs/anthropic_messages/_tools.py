"""
Tool declarations and the tool choice, both ways.

Decoding is the server's side and reports problems; encoding records losses.  Source:
`ToolUnionParam` and `ToolChoiceParam` of the `anthropic` package 2.11.0, read
2026-11-21.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from modelwire.codecs._concept_codes import CHOICE_CODES, SERVER_TOOL_CODES
from modelwire.codecs._reader import Reader, describe
from modelwire.codecs._request_losses import drop_parallel
from modelwire.codecs.anthropic_messages._block_encode import BlockWriter, write_extra
from modelwire.codecs.anthropic_messages._blocks import decode_cache
from modelwire.codecs.anthropic_messages._wire import CUSTOM_FIELD, DIALECT
from modelwire.errors import Problem
from modelwire.ir._base import JSONObject
from modelwire.ir._losses import LossCode
from modelwire.ir._tools import (
    CustomTool,
    FunctionTool,
    ServerTool,
    Tool,
    ToolChoice,
    UnknownTool,
)

if TYPE_CHECKING:
    from modelwire.codecs._profile import Profile
    from modelwire.ir._request import ChatRequest

__all__ = [
    "allowed_names",
    "decode_choice",
    "decode_tool",
    "encode_choice",
    "encode_tool",
]

_VERSION: Final = re.compile(r"_\d{8}$")

_KINDS: Final = {
    "bash": "bash",
    "text_editor": "text_editor",
    "memory": "memory",
    "computer": "computer",
    "computer_toolset": "computer",
    "browser_toolset": "browser",
    "web_search": "web_search",
    "web_fetch": "web_fetch",
    "code_execution": "code_execution",
    "tool_search_tool_bm25": "tool_search",
    "tool_search_tool_regex": "tool_search",
    "advisor": "advisor",
    "mcp_toolset": "mcp",
}
"""Wire types without their date, and the canonical tools behind them."""

_DEFAULT_TYPES: Final = {
    "web_search": "web_search_20250305",
    "web_fetch": "web_fetch_20250910",
    "code_execution": "code_execution_20250825",
}
"""What a canonical tool of another dialect is written as: the oldest version in use."""

_SEARCHING: Final = frozenset({"web_search", "web_fetch"})


# --- declarations -------------------------------------------------------------------


def decode_tool(obj: JSONObject, path: str, problems: list[Problem]) -> Tool:
    """
    Read one tool declaration.

    Args:
        obj: The declaration.
        path: Where it stands.
        problems: Where faults go.

    Returns:
        The tool; an `UnknownTool` for a type that is not known.
    """
    type_ = obj.get("type")
    if type_ is None or type_ == "custom":
        return _decode_function(obj, path, problems)
    if not isinstance(type_, str):
        problems.append(Problem(f"{path}.type", "string", describe(type_)))
        return UnknownTool(dialect=DIALECT, raw=obj)
    kind = _KINDS.get(_VERSION.sub("", type_))
    if kind is None:
        return UnknownTool(dialect=DIALECT, raw=obj)
    reader = Reader(obj, path, problems)
    del reader.left["type"]
    return ServerTool(
        kind=kind,
        type=type_,
        dialect=DIALECT,
        name=reader.string("name"),
        config=_decode_config(reader) if kind in _SEARCHING else {},
        cache=decode_cache(reader),
        extra=reader.rest(DIALECT),
    )


def _decode_function(obj: JSONObject, path: str, problems: list[Problem]) -> Tool:
    reader = Reader(obj, path, problems)
    if reader.left.pop("type", None) is not None:
        reader.left["$spelling"] = {"type": "custom"}
    examples = reader.left.get("input_examples")
    taken: tuple[JSONObject, ...] = ()
    if isinstance(examples, list) and all(isinstance(e, dict) for e in examples):
        del reader.left["input_examples"]
        taken = tuple(examples)
    return FunctionTool(
        name=reader.string("name", required=True) or "",
        description=reader.string("description"),
        input_schema=reader.mapping("input_schema", required=True),
        strict=reader.boolean("strict"),
        cache=decode_cache(reader),
        examples=taken,
        extra=reader.rest(DIALECT),
    )


def _decode_config(reader: Reader) -> JSONObject:
    config: JSONObject = {}
    for key in ("allowed_domains", "blocked_domains"):
        domains = reader.strings(key)
        if domains is not None:
            config[key] = list(domains)
    uses = reader.integer("max_uses")
    if uses is not None:
        config["max_uses"] = uses
    place = reader.mapping("user_location")
    if place is not None:
        if place.get("type") == "approximate":
            place = {k: v for k, v in place.items() if k != "type"}
        config["user_location"] = place
    return config


def encode_tool(tool: Tool, path: str, writer: BlockWriter) -> JSONObject | None:
    """
    Write one tool declaration.

    Args:
        tool: The tool.
        path: Where it stands.
        writer: What the encode shares.

    Returns:
        The declaration, or `None` when the tool is dropped (a loss is recorded).
    """
    if isinstance(tool, FunctionTool):
        return _encode_function(tool, path, writer)
    if isinstance(tool, CustomTool):
        return _encode_custom(tool, path, writer)
    if isinstance(tool, ServerTool):
        return _encode_server(tool, path, writer)
    if tool.dialect != DIALECT:
        writer.log.drop(LossCode.TOOL_FUNCTION, path, f"unknown tool of {tool.dialect}")
        return None
    out = dict(tool.raw)
    if out.get("cache_control") is not None:
        writer.breakpoints.append((out, path))
    return out


def _encode_function(tool: FunctionTool, path: str, writer: BlockWriter) -> JSONObject:
    out: JSONObject = {}
    if tool.extra.get(DIALECT, {}).get("$spelling", {}).get("type") == "custom":
        out["type"] = "custom"
    out["name"] = writer.tool_name(tool.name, f"{path}.name")
    if tool.description is not None:
        out["description"] = tool.description
    out["input_schema"] = _schema(tool.input_schema, f"{path}.input_schema", writer)
    if tool.strict is not None:
        out["strict"] = tool.strict
    if tool.examples:
        out["input_examples"] = list(tool.examples)
    if tool.cache is not None:
        writer.cache(out, tool.cache, f"{path}.cache")
    if tool.extra:
        write_extra(tool.extra, out, path, writer.log, LossCode.TOOL_FUNCTION)
    return out


def _schema(schema: JSONObject | None, path: str, writer: BlockWriter) -> JSONObject:
    """Give a schema that the API takes: an object's, with its type."""
    if schema is None:
        writer.log.add(LossCode.TOOL_FUNCTION, path, "synthesised")
        return {"type": "object", "properties": {}}
    if "type" not in schema:
        # The API requires the word even where the rest of the schema implies it.
        writer.log.add(LossCode.TOOL_FUNCTION, path, "repaired", severity="cosmetic")
        return {"type": "object", **schema}
    return schema


def _encode_custom(tool: CustomTool, path: str, writer: BlockWriter) -> JSONObject:
    """Write a free-text tool as a function of one text; it is another tool then."""
    writer.log.approximate(
        LossCode.TOOL_CALL_CUSTOM, path, "as a function with one text"
    )
    if tool.grammar is not None:
        writer.log.approximate(LossCode.TOOL_CUSTOM_GRAMMAR, path, "any text")
    out: JSONObject = {"name": writer.book.custom(tool.name)}
    if tool.description is not None:
        out["description"] = tool.description
    out["input_schema"] = {
        "type": "object",
        "properties": {CUSTOM_FIELD: {"type": "string"}},
        "required": [CUSTOM_FIELD],
    }
    if tool.cache is not None:
        writer.cache(out, tool.cache, path)
    return out


def _encode_server(
    tool: ServerTool, path: str, writer: BlockWriter
) -> JSONObject | None:
    log = writer.log
    code = SERVER_TOOL_CODES.get(tool.kind, LossCode.TOOL_FUNCTION)
    own = tool.dialect == DIALECT and tool.type is not None
    type_ = tool.type if own else _DEFAULT_TYPES.get(tool.kind)
    if type_ is None:
        log.drop(code, path, tool.kind)
        return None
    out: JSONObject = {"type": type_}
    if own:
        if tool.name is not None:
            out["name"] = tool.name
        if _KINDS.get(_VERSION.sub("", type_)) != tool.kind:
            log.approximate(code, f"{path}.kind")
    else:
        out["name"] = tool.kind
        log.approximate(code, path, type_)
    takes = tool.kind in _SEARCHING
    for key, value in tool.config.items():
        if takes and key in ("allowed_domains", "blocked_domains", "max_uses"):
            out[key] = value
        elif takes and key == "user_location" and isinstance(value, dict):
            out[key] = value if "type" in value else {"type": "approximate", **value}
        else:
            log.drop(code, f"{path}.config.{key}")
    if tool.cache is not None:
        writer.cache(out, tool.cache, f"{path}.cache")
    if tool.extra:
        write_extra(tool.extra, out, path, log, code)
    return out


# --- choice -------------------------------------------------------------------------

_MODES: Final[dict[str, Any]] = {
    "auto": "auto",
    "any": "required",
    "none": "none",
    "tool": "tool",
}
_TYPES: Final = {mode: type_ for type_, mode in _MODES.items()}


def decode_choice(reader: Reader) -> tuple[ToolChoice | None, bool | None]:
    """
    Take `tool_choice` of a request.

    Args:
        reader: The request.

    Returns:
        The choice, and `parallel_tool_calls`.
    """
    obj = reader.mapping("tool_choice")
    if obj is None:
        return None, None
    inner = Reader(obj, f"{reader.path}.tool_choice", reader.problems)
    type_ = inner.string("type", required=True)
    mode = _MODES.get(type_) if type_ is not None else None
    if mode is None:
        return ToolChoice(mode="unknown", dialect=DIALECT, raw=obj), None
    name = inner.string("name", required=True) if mode == "tool" else None
    disabled = inner.boolean("disable_parallel_tool_use")
    choice = ToolChoice(mode=mode, name=name, extra=inner.rest(DIALECT))
    return choice, None if disabled is None else not disabled


def allowed_names(request: ChatRequest) -> frozenset[str] | None:
    """
    Give the names of the tools that the choice allows.

    Args:
        request: The request.

    Returns:
        Their names; `None`: all tools.
    """
    choice = request.tool_choice
    if choice is None or choice.allowed is None:
        return None
    return frozenset(allowed.name for allowed in choice.allowed)


def encode_choice(
    request: ChatRequest, writer: BlockWriter, profile: Profile, *, declared: bool
) -> JSONObject | None:
    """
    Write `tool_choice`.

    Args:
        request: The request.
        writer: What the encode shares.
        profile: Whether the platform can switch parallel calls off.
        declared: Whether any tool is declared: the API refuses a choice without.

    Returns:
        The object, or `None` when nothing is to be said.
    """
    log, choice, parallel = writer.log, request.tool_choice, request.parallel_tool_calls
    out: JSONObject
    path = "$.tool_choice"
    if choice is None and parallel is None:
        return None
    if parallel is not None and not (declared and profile.disable_parallel_tools):
        drop_parallel(request, log, "" if declared else "no tools")
        parallel = None
    if not declared:
        if choice is not None:
            log.drop(CHOICE_CODES[choice.mode], path, "no tools")
        return None
    if choice is None:
        if parallel is None:
            return None
        # R13: the flag lives in the choice; saying only the flag must not force a call.
        log.add(LossCode.TOOL_CHOICE_AUTO, None, "synthesised", to=path)
        return {"type": "auto", "disable_parallel_tool_use": not parallel}
    if choice.mode == "unknown":
        if choice.dialect != DIALECT or not isinstance(choice.raw, dict):
            log.drop(CHOICE_CODES[choice.mode], path, f"choice of {choice.dialect}")
            if parallel is not None:
                drop_parallel(request, log)
            return None
        out = dict(choice.raw)
    else:
        out = {"type": _TYPES[choice.mode]}
        if choice.mode == "tool":
            out["name"] = writer.tool_name(choice.name or "", f"{path}.name")
            if choice.kind != "function":
                log.add(
                    LossCode.TOOL_CHOICE_SPECIFIC,
                    f"{path}.kind",
                    "approximated",
                    severity="cosmetic" if choice.kind == "custom" else None,
                )
        for i in range(len(choice.allowed or ())):
            log.approximate(
                LossCode.TOOL_CHOICE_SUBSET,
                f"{path}.allowed[{i}]",
                "the other tools are left out",
            )
    if parallel is not None:
        if out["type"] == "none" or choice.mode == "unknown":
            drop_parallel(request, log)
        else:
            out["disable_parallel_tool_use"] = not parallel
    if choice.extra:
        write_extra(choice.extra, out, path, log, LossCode.TOOL_CHOICE_AUTO)
    return out
