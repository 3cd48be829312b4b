"""
Tool declarations and the choice among them, both ways.

Functions are flat objects.  The server takes an absent `strict` for true, every other
dialect for false: what a foreign tool leaves open is written as false.

Source:
    wire/openai_responses.md section 4 and wire/mapping.md section 4, read 2026-11-21.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from modelwire.codecs._aliases import AliasBook, renamed_tool
from modelwire.codecs._concept_codes import SERVER_TOOL_CODES
from modelwire.codecs._losses import LossLog
from modelwire.codecs._openai_tools import (
    PLACE,
    EncodedTools,
    allowed_name,
    is_writable,
    named_tool,
    take_grammar,
)
from modelwire.codecs._reader import Reader, describe
from modelwire.codecs.openai_responses._wire import (
    DIALECT,
    extra_with,
    merge_own,
    own_fields,
    spelling_of,
)
from modelwire.ir._base import JSONObject
from modelwire.ir._loss_codes import LossCode
from modelwire.ir._tools import (
    AllowedTool,
    CustomTool,
    FunctionTool,
    ServerTool,
    Tool,
    ToolChoice,
    UnknownTool,
)

__all__ = ["decode_choice", "decode_tool", "encode_choice", "encode_tools"]

_KINDS: Final[Mapping[str, str]] = {
    "web_search": "web_search",
    "web_search_2025_08_26": "web_search",
    "web_search_preview": "web_search",
    "web_search_preview_2025_03_11": "web_search",
    "file_search": "file_search",
    "code_interpreter": "code_execution",
    "computer": "computer",
    "computer_use": "computer",
    "computer_use_preview": "computer",
    "mcp": "mcp",
    "image_generation": "image_generation",
    "local_shell": "local_shell",
    "shell": "shell",
    "apply_patch": "apply_patch",
    "tool_search": "tool_search",
}
"""Types of OpenAI's own tools, and the canonical tools behind them."""

_DEFAULTS: Final[Mapping[str, JSONObject]] = {
    "web_search": {"type": "web_search"},
    "code_execution": {"type": "code_interpreter", "container": {"type": "auto"}},
    "image_generation": {"type": "image_generation", "model": None, "size": None},
}
"""What a canonical tool of another dialect is written as."""

_DOMAINS: Final = ("allowed_domains", "blocked_domains")

# --- reading ------------------------------------------------------------------------


def decode_tool(item: Any, index: int, owner: Reader) -> Tool | None:
    """
    Read one entry of `tools`.

    Args:
        item: The parsed entry.
        index: Its place in the list.
        owner: The request.

    Returns:
        The tool; one of an unknown type is kept whole; `None` when it is none.
    """
    where = f"tools[{index}]"
    if type(item) is not dict:
        owner.fault(where, "object", describe(item))
        return None
    kind = item.get("type")
    reader = Reader(item, f"{owner.path}.{where}", owner.problems)
    if not isinstance(kind, str):
        reader.fault("type", "string", describe(kind))
        return None
    if kind == "function":
        return _function(reader)
    if kind == "custom":
        return _custom(reader)
    if kind in _KINDS:
        return _server(reader, kind)
    return UnknownTool(dialect=DIALECT, raw=item)


def _function(reader: Reader) -> FunctionTool:
    del reader.left["type"]
    name = reader.string("name", required=True) or ""
    strict = reader.boolean("strict")
    notes = {"strict": "absent"} if strict is None else None
    return FunctionTool(
        name=name,
        description=reader.string("description"),
        input_schema=reader.mapping("parameters"),
        strict=strict,
        extra=extra_with(reader.left, notes) if reader.left or notes else {},
    )


def _custom(reader: Reader) -> CustomTool:
    del reader.left["type"]
    notes: JSONObject = {}
    return CustomTool(
        name=reader.string("name", required=True) or "",
        description=reader.string("description"),
        grammar=take_grammar(reader, notes),
        extra=extra_with(reader.left, notes),
    )


def _server(reader: Reader, kind: str) -> ServerTool:
    del reader.left["type"]
    config: JSONObject = {}
    if _KINDS[kind] == "web_search":
        _search_config(reader, config)
    return ServerTool(
        kind=_KINDS[kind],
        type=kind,
        dialect=DIALECT,
        config=config,
        extra=extra_with(reader.left),
    )


def _search_config(reader: Reader, config: JSONObject) -> None:
    """Take what the IR has canonical names for."""
    left = reader.left
    size = reader.string("search_context_size")
    if size is not None:
        config["context_size"] = size
    filters = left.get("filters")
    if isinstance(filters, dict):
        rest = {k: v for k, v in filters.items() if v is not None}
        for name in _DOMAINS:
            domains = rest.get(name)
            if isinstance(domains, list):
                config[name] = rest.pop(name)
        if rest:
            left["filters"] = rest
        else:
            del left["filters"]
    place = left.get("user_location")
    if isinstance(place, dict):
        rest = {k: v for k, v in place.items() if v is not None}
        if rest.get("type") == "approximate":
            del rest["type"]
        config["user_location"] = {
            k: rest.pop(k) for k in place if k in PLACE & rest.keys()
        }
        if rest:
            left["user_location"] = rest
        else:
            del left["user_location"]


def decode_choice(value: Any, owner: Reader) -> ToolChoice | None:
    """
    Read `tool_choice`.

    Args:
        value: The parsed value.
        owner: The request.

    Returns:
        The choice; `None` when it is none.  One of OpenAI's own tools is `unknown`:
        no other dialect can force a tool of its provider.
    """
    if isinstance(value, str):
        if value in ("auto", "none", "required"):
            mode: Any = value
            return ToolChoice(mode=mode)
        return ToolChoice(mode="unknown", dialect=DIALECT, raw=value)
    if not isinstance(value, dict):
        owner.fault("tool_choice", "string or object", describe(value))
        return None
    kind = value.get("type")
    if kind in ("function", "custom"):
        reader = Reader(value, f"{owner.path}.tool_choice", owner.problems)
        del reader.left["type"]
        name = reader.string("name", required=True)
        if name is not None:
            return ToolChoice(
                mode="tool", name=name, kind=kind, extra=extra_with(reader.left)
            )
    elif kind == "allowed_tools":
        found = _allowed(value)
        if found is not None:
            return found
    return ToolChoice(mode="unknown", dialect=DIALECT, raw=value)


def _allowed(value: JSONObject) -> ToolChoice | None:
    """Read an allowed subset; `None` when it is not as the vendor's type says."""
    mode: Any = value.get("mode")
    tools = value.get("tools")
    if mode not in ("auto", "required") or not isinstance(tools, list):
        return None
    allowed: list[AllowedTool] = []
    for item in tools:
        if not isinstance(item, dict) or not isinstance(item.get("type"), str):
            return None
        left = dict(item)
        name = left.get("name")
        if isinstance(name, str):
            del left["name"]
        kind = left.pop("type")
        allowed.append(
            AllowedTool(
                name=name if isinstance(name, str) else "",
                kind=kind,
                extra=extra_with(left),
            )
        )
    left = {k: v for k, v in value.items() if k not in ("type", "mode", "tools")}
    return ToolChoice(mode=mode, allowed=tuple(allowed), extra=extra_with(left))


# --- writing ------------------------------------------------------------------------


def encode_tools(
    tools: tuple[Tool, ...], log: LossLog, book: AliasBook
) -> EncodedTools:
    """
    Write the tool declarations.

    Args:
        tools: The tools.
        log: Where losses go.
        book: Where renamed tools are noted.

    Returns:
        The wire's declarations.
    """
    found = EncodedTools()
    for index, tool in enumerate(tools):
        path = f"$.tools[{index}]"
        to = f"$.tools[{len(found.tools)}]"
        wire: JSONObject | None
        if isinstance(tool, FunctionTool):
            wire = _encode_function(tool, path, to, log, book)
            found.names.add(wire["name"])
        elif isinstance(tool, CustomTool):
            wire = _encode_custom(tool, path, log, book)
            found.names.add(wire["name"])
        elif isinstance(tool, ServerTool):
            wire = _encode_server(tool, path, to, log)
        elif tool.dialect == DIALECT:
            wire = dict(tool.raw)
        else:
            wire = None
            log.drop(LossCode.TOOL_FUNCTION, path, "a tool of another dialect")
        if wire is None:
            found.dropped = True
        else:
            found.tools.append(wire)
    return found


def _encode_function(
    tool: FunctionTool, path: str, to: str, log: LossLog, book: AliasBook
) -> JSONObject:
    out: JSONObject = {
        "type": "function",
        "name": renamed_tool(tool.name, path, log, book),
        # The vendor's type requires both; null says that nothing is said.
        "parameters": tool.input_schema,
        "strict": tool.strict,
    }
    if tool.strict is None and "strict" not in spelling_of(tool.extra):
        out["strict"] = False
        log.add(
            LossCode.TOOL_STRICT,
            None,
            "synthesised",
            to=f"{to}.strict",
            detail="absent means true here",
        )
    if tool.description is not None:
        out["description"] = tool.description
    if tool.cache is not None:
        log.drop(LossCode.CACHE_BREAKPOINT, f"{path}.cache")
    for index in range(len(tool.examples)):
        log.drop(LossCode.TOOL_EXAMPLES_OUTPUT_SCHEMA, f"{path}.examples[{index}]")
    if tool.extra:
        merge_own(out, tool.extra)
        log.drop_extra(tool.extra, path, LossCode.TOOL_FUNCTION)
    return out


def _encode_custom(
    tool: CustomTool, path: str, log: LossLog, book: AliasBook
) -> JSONObject:
    out: JSONObject = {
        "type": "custom",
        "name": renamed_tool(tool.name, path, log, book),
    }
    if tool.description is not None:
        out["description"] = tool.description
    if tool.grammar is not None:
        out["format"] = {
            "type": "grammar",
            "definition": tool.grammar.definition,
            "syntax": tool.grammar.syntax,
        }
    elif spelling_of(tool.extra).get("format") == "text":
        out["format"] = {"type": "text"}
    if tool.cache is not None:
        log.drop(LossCode.CACHE_BREAKPOINT, f"{path}.cache")
    if tool.extra:
        merge_own(out, tool.extra)
        log.drop_extra(tool.extra, path, LossCode.TOOL_FUNCTION)
    return out


def _encode_server(
    tool: ServerTool, path: str, to: str, log: LossLog
) -> JSONObject | None:
    code = SERVER_TOOL_CODES.get(tool.kind, LossCode.TOOL_FUNCTION)
    own = tool.dialect == DIALECT and tool.type in _KINDS
    if own:
        out: JSONObject = {"type": tool.type}
        if _KINDS[tool.type or ""] != tool.kind:
            log.approximate(code, f"{path}.kind")
        if tool.name is not None:
            log.drop(code, f"{path}.name")
    else:
        start = _DEFAULTS.get(tool.kind)
        if start is None:
            log.drop(code, path, f"server tool {tool.kind}")
            return None
        out = dict(start)
        log.add(code, path, "approximated", to=to)
    for key, value in tool.config.items():
        if not _search_field(tool.kind, key, value, out, own=own):
            log.drop(code, f"{path}.config.{key}")
        elif key == "user_location" and not own:
            for name in value:
                if name not in PLACE:
                    log.drop(code, f"{path}.config.user_location.{name}")
    if tool.cache is not None:
        log.drop(LossCode.CACHE_BREAKPOINT, f"{path}.cache")
    if tool.extra:
        merge_own(out, tool.extra)
        log.drop_extra(tool.extra, path, code)
    return out


def _search_field(
    kind: str, key: str, value: Any, out: JSONObject, *, own: bool
) -> bool:
    """Write a setting of the web search; say whether it has a place."""
    if kind != "web_search":
        return False
    if key == "context_size" and isinstance(value, str):
        out["search_context_size"] = value
    elif key == "user_location" and isinstance(value, dict):
        out["user_location"] = {
            "type": "approximate",
            **{k: v for k, v in value.items() if own or k in PLACE},
        }
    elif (
        key in _DOMAINS
        and isinstance(value, list)
        and (own or key == "allowed_domains")
    ):
        out["filters"] = {**out.get("filters", {}), key: value}
    else:
        return False
    return True


def encode_choice(
    choice: ToolChoice, found: EncodedTools, log: LossLog, book: AliasBook
) -> Any:
    """
    Write `tool_choice`.

    Args:
        choice: The choice.
        found: The tools that are declared.
        log: Where losses go.
        book: Where renamed tools are noted.

    Returns:
        The wire's value, or `None` where it cannot be written.
    """
    path = "$.tool_choice"
    if choice.mode == "unknown" and choice.dialect == DIALECT:
        log.drop_extra(choice.extra, path, LossCode.TOOL_CHOICE_AUTO)
        return choice.raw
    if not is_writable(choice, found, log):
        return None
    log.drop_extra(choice.extra, path, LossCode.TOOL_CHOICE_AUTO)
    if choice.mode == "tool":
        return _encode_named(choice, found, log, book)
    if choice.allowed is not None:
        return _encode_allowed(choice, found, log, book)
    own = own_fields(choice.extra)
    for name in own:
        if not name.startswith("$"):
            log.drop_field(LossCode.TOOL_CHOICE_AUTO, path, DIALECT, name)
    return choice.mode


def _encode_named(
    choice: ToolChoice, found: EncodedTools, log: LossLog, book: AliasBook
) -> JSONObject | None:
    tool = named_tool(choice, found, log, book)
    if tool is None:
        return None
    kind, name = tool
    out: JSONObject = {"type": kind, "name": name}
    merge_own(out, choice.extra)
    return out


def _encode_allowed(
    choice: ToolChoice, found: EncodedTools, log: LossLog, book: AliasBook
) -> JSONObject:
    tools: list[JSONObject] = []
    for index, tool in enumerate(choice.allowed or ()):
        path = f"$.tool_choice.allowed[{index}]"
        own = own_fields(tool.extra)
        entry: JSONObject = {"type": tool.kind}
        plain = tool.kind in ("function", "custom")
        if plain:
            name = allowed_name(tool, path, found, log, book)
            if name is None:
                continue
            entry["name"] = name
        elif tool.kind in _KINDS or own:
            if tool.name:
                entry["name"] = tool.name
        else:
            log.drop(LossCode.TOOL_CHOICE_SUBSET, path)
            continue
        merge_own(entry, tool.extra)
        log.drop_extra(tool.extra, path, LossCode.TOOL_CHOICE_SUBSET)
        tools.append(entry)
    out: JSONObject = {"type": "allowed_tools", "mode": choice.mode, "tools": tools}
    merge_own(out, choice.extra)
    return out
