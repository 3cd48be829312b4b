"""
Tool declarations and the tool choice, both ways.

One Tool object of the API can declare many functions and several tools of its own;
the IR has one value for each.  Functions that follow each other become one object
again.  Decoding is the server's side and reports problems; encoding records losses.

JSON Schema goes into `parametersJsonSchema`, which takes all of it (R06, R07, R08);
`parameters`, a subset, only where the client wrote it so.

Source: `Tool`, `FunctionDeclaration` and `ToolConfig` of google-genai 3.4.0, read
2026-11-21.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Literal

from modelwire.codecs._concept_codes import CHOICE_CODES, SERVER_TOOL_CODES
from modelwire.codecs._reader import Reader, describe
from modelwire.codecs._request_losses import drop_parallel
from modelwire.codecs.gemini_generate._contents_fast import fast_function
from modelwire.codecs.gemini_generate._extra import spelling_of, write_extra
from modelwire.codecs.gemini_generate._part_calls import CUSTOM_FIELD
from modelwire.codecs.gemini_generate._part_encode import PartWriter
from modelwire.codecs.gemini_generate._schema import Spelling, from_wire, to_wire
from modelwire.codecs.gemini_generate._wire import DIALECT, camel
from modelwire.errors import Problem
from modelwire.ir._base import JSONObject
from modelwire.ir._losses import LossCode
from modelwire.ir._tools import (
    AllowedTool,
    CustomTool,
    FunctionTool,
    ServerTool,
    Tool,
    ToolChoice,
    UnknownTool,
)

if TYPE_CHECKING:
    from modelwire.codecs._losses import LossLog
    from modelwire.ir._request import ChatRequest

__all__ = ["decode_choice", "decode_tools", "encode_choice", "encode_tools"]

_FUNCTIONS: Final = "functionDeclarations"

_KINDS: Final = {
    "googleSearch": "web_search",
    "googleSearchRetrieval": "web_search",
    "enterpriseWebSearch": "web_search",
    "parallelAiSearch": "web_search",
    "exaAiSearch": "web_search",
    "urlContext": "web_fetch",
    "codeExecution": "code_execution",
    "fileSearch": "file_search",
    "retrieval": "file_search",
    "googleMaps": "maps",
    "computerUse": "computer",
}
"""The API's own tools, and the canonical ones behind them."""
_MCP: Final = "mcpServers"

_DEFAULT_TYPES: Final = {
    "web_search": "googleSearch",
    "web_fetch": "urlContext",
    "code_execution": "codeExecution",
    "maps": "googleMaps",
}
"""What a canonical tool of another dialect is written as."""

# --- declarations -------------------------------------------------------------------


def decode_tools(reader: Reader) -> tuple[Tool, ...]:
    """
    Take `tools` of a request.

    Args:
        reader: The request.

    Returns:
        One tool per function, per tool of the API's own and per MCP server.
    """
    array = reader.array("tools")
    problems = reader.problems if reader.problems is not None else []
    out: list[Tool] = []
    for i, obj in enumerate(array or ()):
        path = f"$.tools[{i}]"
        if type(obj) is not dict:
            problems.append(Problem(path, "object", describe(obj)))
            continue
        unknown: JSONObject = {}
        for key, value in camel(obj).items():
            if not _is_known(key, value):
                unknown[key] = value
            elif value is not None:
                out.extend(_decode(key, value, f"{path}.{key}", problems))
        if unknown or not obj:
            # Members that no one knows may belong together: they stay one tool.
            out.append(UnknownTool(dialect=DIALECT, raw=unknown))
    return tuple(out)


def _is_known(key: str, value: Any) -> bool:
    """Say whether a member of a tool has a reader; null is an absent one."""
    if key in (_FUNCTIONS, _MCP):
        return True
    return key in _KINDS and (value is None or type(value) is dict)


def _decode(key: str, value: Any, path: str, problems: list[Problem]) -> list[Tool]:
    if key in (_FUNCTIONS, _MCP):
        if type(value) is not list:
            problems.append(Problem(path, "array", describe(value)))
            return []
        out: list[Tool] = []
        for i, item in enumerate(value):
            where = f"{path}[{i}]"
            usual = fast_function(item) if key == _FUNCTIONS else None
            if usual is not None:
                out.append(usual)
            elif type(item) is not dict:
                problems.append(Problem(where, "object", describe(item)))
            elif key == _FUNCTIONS:
                out.append(_function(Reader(camel(item), where, problems)))
            else:
                out.append(_mcp(Reader(item, where, problems)))
        return out
    kind = _KINDS[key]
    inner = Reader(value, path, problems)
    config: JSONObject = {}
    if kind == "web_search":
        # Both spellings of the one setting that has a canonical name.
        for name in ("excludeDomains", "exclude_domains"):
            domains = inner.left.get(name)
            if type(domains) is list and all(type(d) is str for d in domains):
                del inner.left[name]
                config["blocked_domains"] = domains
    return [
        ServerTool(
            kind=kind,
            type=key,
            dialect=DIALECT,
            config=config,
            extra=inner.rest(DIALECT),
        )
    ]


def _mcp(reader: Reader) -> ServerTool:
    return ServerTool(
        kind="mcp",
        type=_MCP,
        dialect=DIALECT,
        name=reader.string("name"),
        extra=reader.rest(DIALECT),
    )


def _function(reader: Reader) -> FunctionTool:
    notes: JSONObject = {}
    schema = reader.mapping("parametersJsonSchema")
    if schema is None:
        parameters = reader.mapping("parameters")
        if parameters is not None:
            schema, notes["parameters"] = from_wire(parameters)
    name = reader.string("name", required=True) or ""
    description = reader.string("description")
    if notes:
        reader.left["$spelling"] = notes
    return FunctionTool(
        name=name,
        description=description,
        input_schema=schema,
        extra=reader.rest(DIALECT),
    )


def encode_tools(request: ChatRequest, writer: PartWriter) -> list[JSONObject]:
    """
    Write the declarations.

    Args:
        request: The request.
        writer: What the encode shares.

    Returns:
        `tools` of the request.
    """
    out: list[JSONObject] = []
    for i, tool in enumerate(request.tools):
        path = f"$.tools[{i}]"
        if isinstance(tool, FunctionTool | CustomTool):
            written = (
                _encode_function(tool, path, writer)
                if isinstance(tool, FunctionTool)
                else _encode_custom(tool, path, writer)
            )
            if not (out and _FUNCTIONS in out[-1]):
                out.append({_FUNCTIONS: []})
            out[-1][_FUNCTIONS].append(written)
        elif isinstance(tool, ServerTool):
            _encode_server(tool, path, writer, out)
        elif tool.dialect == DIALECT:
            out.append(dict(tool.raw))
        else:
            writer.log.drop(
                LossCode.TOOL_FUNCTION, path, f"unknown tool of {tool.dialect}"
            )
    return out


def _encode_function(tool: FunctionTool, path: str, writer: PartWriter) -> JSONObject:
    log = writer.log
    out: JSONObject = {"name": writer.tool_name(tool.name, f"{path}.name")}
    if tool.description is not None:
        out["description"] = tool.description
    notes = spelling_of(tool.extra)
    spelling = notes.get("parameters")
    if tool.input_schema:
        # R09: no parameters is said by leaving the schema out.
        if spelling in ("upper", "schema"):
            form: Spelling = "upper" if spelling == "upper" else "schema"
            out["parameters"] = to_wire(tool.input_schema, form)
        else:
            out["parametersJsonSchema"] = tool.input_schema
    elif tool.input_schema is not None:
        log.add(
            LossCode.TOOL_FUNCTION,
            f"{path}.input_schema",
            "dropped",
            severity="cosmetic",
        )
    if tool.strict is not None:
        log.add(
            LossCode.TOOL_STRICT,
            f"{path}.strict",
            "dropped",
            severity="parameter" if tool.strict else "cosmetic",
        )
    for k in range(len(tool.examples)):
        log.drop(LossCode.TOOL_EXAMPLES_OUTPUT_SCHEMA, f"{path}.examples[{k}]")
    if tool.cache is not None:
        log.drop(LossCode.CACHE_BREAKPOINT, f"{path}.cache")
    write_extra(tool.extra, out, path, log, LossCode.TOOL_FUNCTION)
    return out


def _encode_custom(tool: CustomTool, path: str, writer: PartWriter) -> JSONObject:
    writer.log.approximate(
        LossCode.TOOL_CALL_CUSTOM, path, "as a function with one text"
    )
    out: JSONObject = {"name": writer.custom(tool.name)}
    if tool.description is not None:
        out["description"] = tool.description
    if tool.grammar is not None:
        writer.log.approximate(LossCode.TOOL_CUSTOM_GRAMMAR, path, "any text")
    out["parametersJsonSchema"] = {
        "type": "object",
        "properties": {CUSTOM_FIELD: {"type": "string"}},
        "required": [CUSTOM_FIELD],
    }
    return out


def _encode_server(
    tool: ServerTool, path: str, writer: PartWriter, tools: list[JSONObject]
) -> None:
    log = writer.log
    code = SERVER_TOOL_CODES.get(tool.kind, LossCode.TOOL_FUNCTION)
    own = tool.dialect == DIALECT and (tool.type in _KINDS or tool.type == _MCP)
    type_ = tool.type if own else _DEFAULT_TYPES.get(tool.kind)
    if type_ is None:
        log.drop(code, path, tool.kind)
        return
    out: JSONObject = {}
    if not own:
        log.approximate(code, path, type_)
    elif type_ != _MCP and _KINDS[type_] != tool.kind:
        log.approximate(code, f"{path}.kind")
    if tool.name is not None and type_ == _MCP:
        out["name"] = tool.name
    elif tool.name is not None and own:
        log.drop(code, f"{path}.name")
    for key, value in tool.config.items():
        if (
            key == "blocked_domains"
            and type_ in _KINDS
            and (own or writer.profile.search_filters)
        ):
            out["excludeDomains"] = value
        else:
            log.drop(code, f"{path}.config.{key}")
    if tool.cache is not None:
        log.drop(LossCode.CACHE_BREAKPOINT, f"{path}.cache")
    write_extra(tool.extra, out, path, log, code)
    if type_ == _MCP:
        if not (tools and _MCP in tools[-1]):
            tools.append({_MCP: []})
        tools[-1][_MCP].append(out)
    else:
        tools.append({type_: out})


# --- choice -------------------------------------------------------------------------

_Mode = Literal["auto", "none", "required"]
_MODES: Final[dict[str, _Mode]] = {
    "AUTO": "auto",
    "ANY": "required",
    "NONE": "none",
    "VALIDATED": "auto",
    "MODE_UNSPECIFIED": "auto",
}
_WORDS: Final[dict[str, str]] = {"auto": "AUTO", "required": "ANY", "none": "NONE"}
_PATH: Final = "$.tool_choice"


def decode_choice(reader: Reader) -> ToolChoice | None:
    """
    Take the choice out of `toolConfig` of a request.

    Args:
        reader: The request; what is left of `toolConfig` stays in it.

    Returns:
        The choice; `None` when no mode is said.
    """
    config = reader.mapping("toolConfig")
    if config is None:
        return None
    config = dict(camel(config))
    calling = config.get("functionCallingConfig")
    choice = None
    if type(calling) is dict:
        inner = Reader(
            camel(calling),
            f"{reader.path}.toolConfig.functionCallingConfig",
            reader.problems,
        )
        choice = _choice(inner)
        left = {k: v for k, v in inner.left.items() if v is not None}
        if left:
            config["functionCallingConfig"] = left
        else:
            del config["functionCallingConfig"]
    config = {k: v for k, v in config.items() if v is not None}
    if config:
        reader.left["toolConfig"] = config
    return choice


def _choice(inner: Reader) -> ToolChoice | None:
    word = inner.string("mode")
    if word is None:
        return None
    mode = _MODES.get(word)
    if mode is None:
        raw = {"mode": word}
        names = inner.strings("allowedFunctionNames")
        if names is not None:
            raw["allowedFunctionNames"] = list(names)  # type: ignore[assignment]
        return ToolChoice(mode="unknown", dialect=DIALECT, raw=raw)
    names = inner.strings("allowedFunctionNames")
    if mode == "required" and names is not None and len(names) == 1:
        return ToolChoice(mode="tool", name=names[0])
    allowed = None
    if names:
        allowed = tuple(AllowedTool(name=name) for name in names)
    expected = _word(mode, restricted=bool(names))
    return ToolChoice(
        mode=mode,
        allowed=allowed,
        extra={} if word == expected else {DIALECT: {"mode": word}},
    )


def _word(mode: str, *, restricted: bool) -> str:
    # AUTO ignores the names, VALIDATED takes them.
    return "VALIDATED" if mode == "auto" and restricted else _WORDS[mode]


def encode_choice(request: ChatRequest, writer: PartWriter) -> JSONObject | None:
    """
    Write `toolConfig.functionCallingConfig`.

    Args:
        request: The request.
        writer: What the encode shares.

    Returns:
        The object, or `None` when nothing is to be said.
    """
    log, choice = writer.log, request.tool_choice
    drop_parallel(request, log)
    if choice is None:
        return None
    if choice.mode == "unknown":
        if choice.dialect == DIALECT and isinstance(choice.raw, dict):
            return dict(choice.raw)
        log.drop(CHOICE_CODES[choice.mode], _PATH, f"choice of {choice.dialect}")
        return None
    if choice.mode == "tool" and choice.kind not in ("function", "custom"):
        log.drop(LossCode.TOOL_CHOICE_SPECIFIC, _PATH, choice.kind)
        return None
    out: JSONObject
    if choice.mode == "tool":
        name = writer.tool_name(choice.name or "", f"{_PATH}.name")
        out = {"mode": "ANY", "allowedFunctionNames": [name]}
        if choice.kind != "function":
            log.add(
                LossCode.TOOL_CHOICE_SPECIFIC,
                f"{_PATH}.kind",
                "approximated",
                severity="cosmetic",
            )
        if choice.allowed is not None:
            _drop_subset(choice.allowed, log)
    else:
        names = _allowed(request, writer)
        out = {"mode": _word(choice.mode, restricted=bool(names))}
        if names:
            out["allowedFunctionNames"] = names
            if choice.mode == "required" and len(names) == 1:
                log.add(
                    LossCode.TOOL_CHOICE_SPECIFIC,
                    _PATH,
                    "approximated",
                    severity="cosmetic",
                )
        elif choice.allowed is not None:
            _drop_subset(choice.allowed, log, "no function")
    own = choice.extra.get(DIALECT, {}).get("mode")
    if isinstance(own, str) and _MODES.get(own) == choice.mode:
        out["mode"] = own
    elif own is not None:
        log.drop(LossCode.TOOL_CHOICE_AUTO, f"{_PATH}.extra[{DIALECT!r}].mode")
    if choice.name is not None and choice.mode != "tool":
        log.drop(LossCode.TOOL_CHOICE_SPECIFIC, f"{_PATH}.name")
    if choice.extra:
        log.drop_extra(choice.extra, _PATH, LossCode.TOOL_CHOICE_AUTO)
    return out


def _drop_subset(
    allowed: tuple[AllowedTool, ...], log: LossLog, detail: str = ""
) -> None:
    """Record a subset that is not written: each of its tools, or that it is empty."""
    path = f"{_PATH}.allowed"
    for place in [f"{path}[{i}]" for i in range(len(allowed))] or [path]:
        log.drop(LossCode.TOOL_CHOICE_SUBSET, place, detail)


def _allowed(request: ChatRequest, writer: PartWriter) -> list[str]:
    """Give the names of an allowed subset; tools that are no functions have none."""
    log, choice = writer.log, request.tool_choice
    names = []
    for i, tool in enumerate((choice.allowed if choice is not None else None) or ()):
        path = f"{_PATH}.allowed[{i}]"
        if tool.kind not in ("function", "custom"):
            log.drop(LossCode.TOOL_CHOICE_SUBSET, path, tool.kind)
            continue
        if tool.kind == "custom":
            log.add(
                LossCode.TOOL_CHOICE_SUBSET,
                f"{path}.kind",
                "approximated",
                severity="cosmetic",
            )
        if tool.extra:
            log.drop_extra(tool.extra, path, LossCode.TOOL_CHOICE_SUBSET)
        names.append(writer.tool_name(tool.name, f"{path}.name"))
    return names
