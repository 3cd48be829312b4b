"""
Tool declarations and the choice among them, both ways.

It takes `tools`, `functions`, `tool_choice`, `function_call` and
`web_search_options` and gives the IR's tools, and back, with losses.

Source:
    wire/openai_chat.md section 3 and wire/mapping.md section 4, read 2026-11-21.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from modelwire.codecs._aliases import AliasBook
from modelwire.codecs._losses import LossLog
from modelwire.codecs._profile import Profile
from modelwire.codecs._reader import Reader, describe
from modelwire.codecs.openai_chat._cache import encode_cache
from modelwire.codecs.openai_chat._message_decode import Problems, take_cache
from modelwire.codecs.openai_chat._wire import (
    DIALECT,
    extra_of,
    merge_own,
    own_fields,
    spelling_of,
)
from modelwire.errors import Problem
from modelwire.ir._base import JSONObject
from modelwire.ir._loss_codes import LossCode
from modelwire.ir._tools import (
    AllowedTool,
    CustomTool,
    FunctionTool,
    Grammar,
    ServerTool,
    Tool,
    ToolChoice,
    UnknownTool,
)

__all__ = [
    "EncodedTools",
    "decode_choice",
    "decode_function",
    "decode_legacy_choice",
    "decode_tool",
    "decode_web_search",
    "encode_choice",
    "encode_tools",
]

# --- reading ------------------------------------------------------------------------


def decode_tool(item: Any, path: str, problems: Problems) -> Tool | None:
    """
    Read one entry of `tools`.

    Args:
        item: The parsed entry.
        path: Where it stands.
        problems: Where faults go.

    Returns:
        The tool; one of an unknown type is kept whole; `None` when it is none.
    """
    if type(item) is not dict:
        _fault(problems, path, "object", describe(item))
        return None
    kind = item.get("type")
    reader = Reader(item, path, problems)
    if kind == "function" or (kind is None and "function" in item):
        inner = reader.mapping("function", required=True)
        if inner is None:
            return None
        reader.left.pop("type", None)
        return decode_function(
            Reader(inner, f"{path}.function", problems), outer=reader
        )
    if kind == "custom":
        inner = reader.mapping("custom", required=True)
        if inner is None:
            return None
        del reader.left["type"]
        return _custom(Reader(inner, f"{path}.custom", problems), reader)
    if not isinstance(kind, str):
        reader.fault("type", "string", describe(kind))
        return None
    return UnknownTool(dialect=DIALECT, raw=item)


def _fault(problems: Problems, path: str, expected: str, got: str) -> None:
    if problems is not None:
        problems.append(Problem(path, expected, got))


def decode_function(reader: Reader, outer: Reader | None = None) -> FunctionTool:
    """
    Read a function: the inner object of a tool, or an entry of `functions`.

    Args:
        reader: The function's object.
        outer: The tool around it; `None` for an entry of `functions`.

    Returns:
        The tool.
    """
    name = reader.string("name", required=True) or ""
    description = reader.string("description")
    schema = reader.mapping("parameters")
    strict = reader.boolean("strict")
    if outer is None:
        return FunctionTool(
            name=name,
            description=description,
            input_schema=schema,
            strict=strict,
            extra=extra_of(None, None, {"function": reader.left}),
        )
    if not (outer.left or reader.left):
        return FunctionTool(
            name=name, description=description, input_schema=schema, strict=strict
        )
    notes: JSONObject = {}
    cache = take_cache(outer.left, notes)
    if notes:
        notes["cache"] = "cache_control"
    return FunctionTool(
        name=name,
        description=description,
        input_schema=schema,
        strict=strict,
        cache=cache,
        extra=extra_of(outer, notes, {"function": reader.left}),
    )


def _custom(reader: Reader, outer: Reader) -> CustomTool:
    notes: JSONObject = {}
    name = reader.string("name", required=True) or ""
    description = reader.string("description")
    grammar = None
    body = reader.left.get("format")
    if isinstance(body, dict):
        kind = body.get("type")
        inner = body.get("grammar")
        if kind == "text" and len(body) == 1:
            notes["format"] = "text"
            del reader.left["format"]
        elif (
            kind == "grammar"
            and len(body) == 2
            and isinstance(inner, dict)
            and len(inner) == 2
            and isinstance(inner.get("syntax"), str)
            and isinstance(inner.get("definition"), str)
        ):
            grammar = Grammar(syntax=inner["syntax"], definition=inner["definition"])
            del reader.left["format"]
    elif body is not None:
        reader.fault("format", "object", describe(body))
    cache = take_cache(outer.left, notes)
    return CustomTool(
        name=name,
        description=description,
        grammar=grammar,
        cache=cache,
        extra=extra_of(outer, notes, {"custom": reader.left}),
    )


def decode_web_search(options: JSONObject, path: str, problems: Problems) -> ServerTool:
    """
    Read `web_search_options`, which switches the provider's search on.

    Args:
        options: The parsed object.
        path: Where it stands.
        problems: Where faults go.

    Returns:
        The server tool `web_search`.
    """
    reader = Reader(options, path, problems)
    config: JSONObject = {}
    size = reader.string("search_context_size")
    if size is not None:
        config["context_size"] = size
    nested: JSONObject = {}
    location = reader.mapping("user_location")
    if location is not None:
        sub = Reader(location, f"{path}.user_location", problems)
        if sub.left.get("type") == "approximate":
            del sub.left["type"]
        approximate = sub.mapping("approximate")
        if approximate is not None:
            config["user_location"] = {
                k: v for k, v in approximate.items() if v is not None
            }
        if sub.left:
            nested["user_location"] = sub.left
    return ServerTool(
        kind="web_search",
        type="web_search_options",
        dialect=DIALECT,
        config=config,
        extra=extra_of(reader, None, nested),
    )


_MODES: Final[Mapping[str, Any]] = {
    "auto": "auto",
    "none": "none",
    "required": "required",
    "any": "required",  # Mistral's and Fireworks' word
}


def decode_choice(value: Any, path: str, problems: Problems) -> ToolChoice | None:
    """
    Read `tool_choice`.

    Args:
        value: The parsed value.
        path: Where it stands.
        problems: Where faults go.

    Returns:
        The choice; `None` when it is none.
    """
    if isinstance(value, str):
        mode = _MODES.get(value)
        if mode is None:
            return ToolChoice(mode="unknown", dialect=DIALECT, raw=value)
        notes = {"mode": value} if value == "any" else None
        return ToolChoice(mode=mode, extra=extra_of(None, notes))
    if not isinstance(value, dict):
        _fault(problems, path, "string or object", describe(value))
        return None
    reader = Reader(value, path, problems)
    kind = value.get("type")
    if kind is None and isinstance(value.get("function"), dict):
        kind = "function"
    if kind in ("function", "custom"):
        inner = reader.mapping(kind, required=True)
        if inner is None:
            return None
        reader.left.pop("type", None)
        sub = Reader(inner, f"{path}.{kind}", problems)
        name = sub.string("name", required=True)
        if name is None:
            return None
        return ToolChoice(
            mode="tool",
            name=name,
            kind=kind,
            extra=extra_of(reader, None, {kind: sub.left}),
        )
    if kind == "allowed_tools":
        found = _allowed(reader)
        if found is not None:
            return found
    return ToolChoice(mode="unknown", dialect=DIALECT, raw=value)


def _allowed(reader: Reader) -> ToolChoice | None:
    """Read an allowed subset; `None` when it is not as the vendor's type says."""
    inner = reader.left.get("allowed_tools")
    if not isinstance(inner, dict):
        return None
    mode = inner.get("mode")
    tools = inner.get("tools")
    if mode not in ("auto", "required") or not isinstance(tools, list):
        return None
    allowed: list[AllowedTool] = []
    for item in tools:
        if not isinstance(item, dict) or not isinstance(item.get("type"), str):
            return None
        kind = item["type"]
        body = item.get(kind)
        name = body.get("name") if isinstance(body, dict) else None
        left = {k: v for k, v in item.items() if k != "type" and v is not None}
        if isinstance(body, dict) and isinstance(name, str):
            rest = {k: v for k, v in body.items() if k != "name" and v is not None}
            del left[kind]
            if rest:
                left[kind] = rest
        allowed.append(
            AllowedTool(
                name=name if isinstance(name, str) else "",
                kind=kind,
                extra={DIALECT: left} if left else {},
            )
        )
    del reader.left["allowed_tools"], reader.left["type"]
    rest = {k: v for k, v in inner.items() if k not in ("mode", "tools")}
    return ToolChoice(
        mode=mode,
        allowed=tuple(allowed),
        extra=extra_of(reader, None, {"allowed_tools": rest}),
    )


def decode_legacy_choice(
    value: Any, path: str, problems: Problems
) -> ToolChoice | None:
    """
    Read `function_call` of a request, the `tool_choice` of the time before tools.

    Args:
        value: The parsed value.
        path: Where it stands.
        problems: Where faults go.

    Returns:
        The choice; `None` when it is none.
    """
    if isinstance(value, dict):
        reader = Reader(value, path, problems)
        name = reader.string("name", required=True)
        if name is None:
            return None
        return ToolChoice(mode="tool", name=name, extra=extra_of(reader))
    return decode_choice(value, path, problems)


# --- writing ------------------------------------------------------------------------

_SERVER_CODES: Final[Mapping[str, LossCode]] = {
    "web_search": LossCode.BT_WEB_SEARCH,
    "web_fetch": LossCode.BT_WEB_FETCH,
    "code_execution": LossCode.BT_CODE_EXECUTION,
    "code_interpreter": LossCode.BT_CODE_EXECUTION,
    "file_search": LossCode.BT_FILE_SEARCH,
    "computer": LossCode.BT_COMPUTER,
    "mcp": LossCode.BT_MCP,
    "image_generation": LossCode.BT_IMAGE_GENERATION,
    "bash": LossCode.BT_SHELL_EDITOR_MEMORY_PATCH,
    "shell": LossCode.BT_SHELL_EDITOR_MEMORY_PATCH,
    "local_shell": LossCode.BT_SHELL_EDITOR_MEMORY_PATCH,
    "text_editor": LossCode.BT_SHELL_EDITOR_MEMORY_PATCH,
    "memory": LossCode.BT_SHELL_EDITOR_MEMORY_PATCH,
    "apply_patch": LossCode.BT_SHELL_EDITOR_MEMORY_PATCH,
    "maps": LossCode.BT_MAPS,
    "tool_search": LossCode.TOOL_DEFER_SEARCH,
}
_FIELD_CODES: Final[Mapping[str, LossCode]] = {
    "defer_loading": LossCode.TOOL_DEFER_SEARCH,
    "allowed_callers": LossCode.TOOL_CALL_NAMESPACE_CALLER,
    "input_examples": LossCode.TOOL_EXAMPLES_OUTPUT_SCHEMA,
    "output_schema": LossCode.TOOL_EXAMPLES_OUTPUT_SCHEMA,
}
_SEARCH_CONFIG: Final = frozenset({"context_size", "user_location"})
_PLACE: Final = frozenset({"city", "country", "region", "timezone"})


class EncodedTools:
    """What `encode_tools` found: the wire lists, and which tools are left."""

    __slots__ = ("dropped", "names", "tools", "web_search")

    def __init__(self) -> None:
        self.tools: list[JSONObject] = []
        """Entries of `tools`."""
        self.web_search: JSONObject | None = None
        """`web_search_options`, where the search is wanted."""
        self.names: set[str] = set()
        """Target names of the declared tools."""
        self.dropped = False
        """Whether a tool could not be written."""


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
                _SERVER_CODES.get(tool.kind, LossCode.TOOL_FUNCTION),
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
    name = _renamed(tool.name, path, log, book)
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
        log.drop_extra(tool.extra, path, LossCode.TOOL_FUNCTION, _FIELD_CODES)
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
    name = _renamed(tool.name, path, log, book)
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
        log.drop_extra(tool.extra, path, LossCode.TOOL_FUNCTION, _FIELD_CODES)
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
    elif spelling_of(tool.extra):
        log.drop(LossCode.CACHE_BREAKPOINT, f"{path}.cache")
    else:
        log.drop(LossCode.CACHE_BREAKPOINT, f"{path}.cache")


def _renamed(name: str, path: str, log: LossLog, book: AliasBook) -> str:
    new = book.name(name)
    if new != name:
        log.add(
            LossCode.TOOL_NAME_CHARSET,
            f"{path}.name",
            "approximated",
            severity="cosmetic",
            detail=f"became {new}",
        )
    return new


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
            "approximate": {k: v for k, v in place.items() if own or k in _PLACE},
        }
        for name in place:
            if not own and name not in _PLACE:
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
        log.drop_extra(tool.extra, path, code, _FIELD_CODES)
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
    if choice.mode == "unknown":
        if choice.dialect == DIALECT:
            return choice.raw
        log.drop(LossCode.TOOL_CHOICE_SPECIFIC, path)
        return None
    if found.dropped and not found.tools:
        # OpenAI refuses a choice without tools, so it goes where they went.
        log.drop(_choice_code(choice), path, "no tool is left to choose")
        return None
    if choice.mode == "tool":
        return _encode_named(choice, found, log, book)
    if choice.allowed is not None:
        return _encode_allowed(choice, found, log, book)
    if choice.mode == "required" and spelling_of(choice.extra).get("mode") == "any":
        return "any"
    return choice.mode


def _choice_code(choice: ToolChoice) -> LossCode:
    return {
        "auto": LossCode.TOOL_CHOICE_AUTO,
        "none": LossCode.TOOL_CHOICE_NONE,
        "required": LossCode.TOOL_CHOICE_ANY,
    }.get(choice.mode, LossCode.TOOL_CHOICE_SPECIFIC)


def _encode_named(
    choice: ToolChoice, found: EncodedTools, log: LossLog, book: AliasBook
) -> JSONObject | None:
    path = "$.tool_choice"
    source = choice.name or ""
    name = book.name(source)
    if found.dropped and name not in found.names:
        log.drop(LossCode.TOOL_CHOICE_SPECIFIC, path, "the named tool was dropped")
        return None
    kind = choice.kind
    if kind not in ("function", "custom"):
        log.approximate(LossCode.TOOL_CHOICE_SPECIFIC, f"{path}.kind")
        kind = "function"
    if name != source:
        log.add(
            LossCode.TOOL_NAME_CHARSET,
            f"{path}.name",
            "approximated",
            severity="cosmetic",
            detail=f"became {name}",
        )
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
            name = book.name(tool.name)
            if tool.kind not in ("function", "custom") and tool.kind not in own:
                log.drop(LossCode.TOOL_CHOICE_SUBSET, path)
                continue
            if found.dropped and name not in found.names:
                log.drop(LossCode.TOOL_CHOICE_SUBSET, path, "the tool was dropped")
                continue
            if name != tool.name:
                log.add(
                    LossCode.TOOL_NAME_CHARSET,
                    f"{path}.name",
                    "approximated",
                    severity="cosmetic",
                    detail=f"became {name}",
                )
            entry[tool.kind] = {"name": name}
        merge_own(entry, tool.extra)
        log.drop_extra(tool.extra, path, LossCode.TOOL_CHOICE_SUBSET)
        tools.append(entry)
    inner: JSONObject = {"mode": choice.mode, "tools": tools}
    out: JSONObject = {"type": "allowed_tools", "allowed_tools": inner}
    merge_own(out, choice.extra)
    return out
