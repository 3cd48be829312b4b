"""
Tool declarations and the choice among them, from the IR to JSON, with losses.

It takes the IR's tools and choice and gives the entries of `tools`,
`web_search_options` and `tool_choice`; a provider's tool without a word here is
dropped, and so is a choice that names it.

Source:
    wire/openai_chat.md section 3 and wire/mapping.md section 4, read 2026-11-21.
"""

from __future__ import annotations

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
)
from modelwire.codecs._profile import Profile
from modelwire.codecs.openai_chat._cache import encode_cache
from modelwire.codecs.openai_chat._wire import (
    DIALECT,
    merge_own,
    own_fields,
    spelling_of,
)
from modelwire.ir._base import JSONObject
from modelwire.ir._loss_codes import LossCode
from modelwire.ir._tools import (
    CustomTool,
    FunctionTool,
    ServerTool,
    Tool,
    ToolChoice,
)

__all__ = ["EncodedTools", "encode_choice", "encode_tools"]

_SEARCH_CONFIG: Final = frozenset({"context_size", "user_location"})


def encode_tools(
    tools: tuple[Tool, ...], profile: Profile, log: LossLog, book: AliasBook
) -> EncodedTools:
    """
    Write the tool declarations.

    Args:
        tools: The tools.
        profile: The variant.
        log: Where losses go.
        book: Where renamed tools are noted.

    Returns:
        The wire's declarations.
    """
    out = EncodedTools()
    kept = 0
    place: int | None = None
    for index, tool in enumerate(tools):
        path = f"$.tools[{index}]"
        if isinstance(tool, FunctionTool):
            out.tools.append(
                _encode_function(tool, path, profile, log, book=book, found=out)
            )
        elif isinstance(tool, CustomTool):
            out.tools.append(
                _encode_custom(tool, path, profile, log, book=book, found=out)
            )
        elif isinstance(tool, ServerTool):
            if tool.kind == "web_search" and out.web_search is None:
                place = index
                out.web_search = _encode_search(tool, path, log)
                continue
            log.drop(
                SERVER_TOOL_CODES.get(tool.kind, LossCode.TOOL_FUNCTION),
                path,
                f"server tool {tool.kind}",
            )
            out.dropped = True
            continue
        elif tool.dialect == DIALECT:
            out.tools.append(dict(tool.raw))
        else:
            log.drop(LossCode.TOOL_FUNCTION, path, "a tool of another dialect")
            out.dropped = True
            continue
        kept += 1
    if place is not None:
        _log_search_place(tools, place, kept, log)
    return out


def _encode_function(
    tool: FunctionTool,
    path: str,
    profile: Profile,
    log: LossLog,
    *,
    book: AliasBook,
    found: EncodedTools,
) -> JSONObject:
    name = renamed_tool(tool.name, path, log, book)
    found.names.add(name)
    inner: JSONObject = {"name": name}
    if tool.description is not None:
        inner["description"] = tool.description
    if tool.input_schema is not None:
        inner["parameters"] = tool.input_schema
    if tool.strict is not None:
        inner["strict"] = tool.strict
    out: JSONObject = {"type": "function", "function": inner}
    if tool.cache is not None:
        _tool_cache(tool, out, path, profile, log)
    for index in range(len(tool.examples)):
        log.drop(LossCode.TOOL_EXAMPLES_OUTPUT_SCHEMA, f"{path}.examples[{index}]")
    if tool.extra:
        merge_own(out, tool.extra)
        log.drop_extra(tool.extra, path, LossCode.TOOL_FUNCTION)
    return out


def _encode_custom(
    tool: CustomTool,
    path: str,
    profile: Profile,
    log: LossLog,
    *,
    book: AliasBook,
    found: EncodedTools,
) -> JSONObject:
    name = renamed_tool(tool.name, path, log, book)
    found.names.add(name)
    inner: JSONObject = {"name": name}
    if tool.description is not None:
        inner["description"] = tool.description
    if tool.grammar is not None:
        inner["format"] = {
            "type": "grammar",
            "grammar": {
                "definition": tool.grammar.definition,
                "syntax": tool.grammar.syntax,
            },
        }
    elif spelling_of(tool.extra).get("format") == "text":
        inner["format"] = {"type": "text"}
    out: JSONObject = {"type": "custom", "custom": inner}
    if tool.cache is not None:
        _tool_cache(tool, out, path, profile, log)
    if tool.extra:
        merge_own(out, tool.extra)
        log.drop_extra(tool.extra, path, LossCode.TOOL_FUNCTION)
    return out


def _tool_cache(
    tool: FunctionTool | CustomTool,
    out: JSONObject,
    path: str,
    profile: Profile,
    log: LossLog,
) -> None:
    """Write a tool's breakpoint; OpenAI has none there, OpenRouter does."""
    noted = spelling_of(tool.extra).get("cache") == "cache_control"
    if noted or profile.cache_control:
        encode_cache(tool, out, path, profile, log)
    else:
        log.drop(LossCode.CACHE_BREAKPOINT, f"{path}.cache")


def _log_search_place(
    tools: tuple[Tool, ...], place: int, kept: int, log: LossLog
) -> None:
    """Record that the search stands behind the tools, under this dialect's name."""
    tool = tools[place]
    behind = [
        index
        for index in range(place + 1, len(tools))
        if not isinstance(tools[index], ServerTool)
    ]
    own = (
        isinstance(tool, ServerTool)
        and tool.dialect == DIALECT
        and tool.type == "web_search_options"
        and tool.name is None
    )
    if own and not behind:
        return
    source, target = place, kept
    if own and len(behind) == 1:
        # Of two that change places either one has moved; the tool, then.
        source, target = behind[0], kept - 1
    log.add(
        LossCode.BT_WEB_SEARCH,
        f"$.tools[{source}]",
        "moved" if own else "approximated",
        to=f"$.tools[{target}]",
        severity="cosmetic",
    )


def _encode_search(tool: ServerTool, path: str, log: LossLog) -> JSONObject:
    """Write the search as `web_search_options`."""
    code = LossCode.BT_WEB_SEARCH
    out: JSONObject = {}
    size = tool.config.get("context_size")
    if isinstance(size, str):
        out["search_context_size"] = size
    place = tool.config.get("user_location")
    if isinstance(place, dict):
        own = tool.dialect == DIALECT
        out["user_location"] = {
            "type": "approximate",
            "approximate": {k: v for k, v in place.items() if own or k in PLACE},
        }
        for name in place:
            if not own and name not in PLACE:
                log.drop(code, f"{path}.config.user_location.{name}")
    for name, value in tool.config.items():
        if (
            name not in _SEARCH_CONFIG
            or (name == "context_size" and not isinstance(value, str))
            or (name == "user_location" and not isinstance(value, dict))
        ):
            log.drop(code, f"{path}.config.{name}")
    if tool.cache is not None:
        log.drop(LossCode.CACHE_BREAKPOINT, f"{path}.cache")
    if tool.extra:
        merge_own(out, tool.extra)
        log.drop_extra(tool.extra, path, code)
    return out


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
    if choice.extra:
        log.drop_extra(choice.extra, path, LossCode.TOOL_CHOICE_AUTO)
    if choice.mode == "unknown" and choice.dialect == DIALECT:
        return choice.raw
    if not is_writable(choice, found, log):
        return None
    if choice.mode == "tool":
        return _encode_named(choice, found, log, book)
    if choice.allowed is not None:
        return _encode_allowed(choice, found, log, book)
    if choice.mode == "required" and spelling_of(choice.extra).get("mode") == "any":
        return "any"
    return choice.mode


def _encode_named(
    choice: ToolChoice, found: EncodedTools, log: LossLog, book: AliasBook
) -> JSONObject | None:
    tool = named_tool(choice, found, log, book)
    if tool is None:
        return None
    kind, name = tool
    out: JSONObject = {"type": kind, kind: {"name": name}}
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
        if tool.name or not own:
            if tool.kind not in ("function", "custom") and tool.kind not in own:
                log.drop(LossCode.TOOL_CHOICE_SUBSET, path)
                continue
            name = allowed_name(tool, path, found, log, book)
            if name is None:
                continue
            entry[tool.kind] = {"name": name}
        merge_own(entry, tool.extra)
        log.drop_extra(tool.extra, path, LossCode.TOOL_CHOICE_SUBSET)
        tools.append(entry)
    inner: JSONObject = {"mode": choice.mode, "tools": tools}
    out: JSONObject = {"type": "allowed_tools", "allowed_tools": inner}
    merge_own(out, choice.extra)
    return out
