"""
Tool declarations and the choice among them, from JSON to the IR.

It takes `tools`, `functions`, `tool_choice`, `function_call` and
`web_search_options` of a request and gives the IR's tools and choice.

Source:
    wire/openai_chat.md section 3 and wire/mapping.md section 4, read 2026-11-21.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from modelwire.codecs._openai_tools import take_grammar
from modelwire.codecs._reader import Reader, describe
from modelwire.codecs.openai_chat._parts_decode import Problems, fault, take_cache
from modelwire.codecs.openai_chat._wire import (
    DIALECT,
    extra_of,
)
from modelwire.ir._base import JSONObject
from modelwire.ir._tools import (
    AllowedTool,
    CustomTool,
    FunctionTool,
    ServerTool,
    Tool,
    ToolChoice,
    UnknownTool,
)

__all__ = [
    "decode_choice",
    "decode_function",
    "decode_legacy_choice",
    "decode_tool",
    "decode_web_search",
]


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
        fault(problems, path, "object", describe(item))
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
    grammar = take_grammar(reader, notes, inner="grammar")
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
        if approximate is None:
            nested["user_location"] = location
        else:
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
        fault(problems, path, "string or object", describe(value))
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
