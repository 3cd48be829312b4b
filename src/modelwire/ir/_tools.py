"""Tools that a request declares, and the choice among them."""

from __future__ import annotations

from typing import Any, Literal, TypeAlias

import attrs

from modelwire.ir._base import Extra, JSONObject, Node
from modelwire.ir._parts import CacheBreakpoint

__all__ = [
    "AllowedTool",
    "CustomTool",
    "FunctionTool",
    "Grammar",
    "ServerTool",
    "Tool",
    "ToolChoice",
    "UnknownTool",
]


@attrs.frozen(kw_only=True, weakref_slot=False, eq=False, repr=False)
class FunctionTool(Node):
    """A function with a JSON Schema that the caller runs."""

    name: str
    """The tool's name."""
    description: str | None = None
    """What it does, for the model."""
    input_schema: JSONObject | None = None
    """JSON Schema of its arguments; `None`: it takes none."""
    strict: bool | None = None
    """Whether arguments must follow the schema exactly; `None`: not said."""
    cache: CacheBreakpoint | None = None
    """A cache breakpoint after this tool."""
    examples: tuple[JSONObject, ...] = ()
    """Example arguments."""
    extra: Extra = attrs.field(factory=dict)
    """Unknown fields, keyed by dialect."""


@attrs.frozen(kw_only=True, weakref_slot=False, eq=False, repr=False)
class Grammar(Node):
    """A grammar that free-form input must follow."""

    syntax: str
    """`lark`, `regex`, or another name as received."""
    definition: str
    """The grammar's text."""


@attrs.frozen(kw_only=True, weakref_slot=False, eq=False, repr=False)
class CustomTool(Node):
    """A tool that takes free text, perhaps within a grammar."""

    name: str
    """The tool's name."""
    description: str | None = None
    """What it does, for the model."""
    grammar: Grammar | None = None
    """The grammar of its input; `None`: any text."""
    cache: CacheBreakpoint | None = None
    """A cache breakpoint after this tool."""
    extra: Extra = attrs.field(factory=dict)
    """Unknown fields, keyed by dialect."""


@attrs.frozen(kw_only=True, weakref_slot=False, eq=False, repr=False)
class ServerTool(Node):
    """
    A tool that the provider defines: web search, code execution, computer use, …

    Canonical *config* keys of `web_search`: `allowed_domains`, `blocked_domains`,
    `max_uses`, `user_location` (`city`, `country`, `region`, `timezone`),
    `context_size`.  What a dialect says beyond them stands in *extra*.
    """

    kind: str
    """The canonical tool: `web_search`, `code_execution`, `computer`, `mcp`, …"""
    type: str | None = None
    """The wire's name and version (`web_search_20250305`), as received."""
    dialect: str | None = None
    """The dialect that *type* and *name* belong to; `None`: the canonical tool."""
    name: str | None = None
    """The tool's name on the wire."""
    config: JSONObject = attrs.field(factory=dict)
    """Settings under their canonical names."""
    cache: CacheBreakpoint | None = None
    """A cache breakpoint after this tool."""
    extra: Extra = attrs.field(factory=dict)
    """Unknown fields, keyed by dialect."""


@attrs.frozen(kw_only=True, weakref_slot=False, eq=False, repr=False)
class UnknownTool(Node):
    """A tool declaration of a type that the codec does not know; kept whole."""

    dialect: str
    """The dialect that it came in."""
    raw: JSONObject
    """The declaration as received."""


Tool: TypeAlias = FunctionTool | CustomTool | ServerTool | UnknownTool
"""The closed union of tool declarations."""


@attrs.frozen(kw_only=True, weakref_slot=False, eq=False, repr=False)
class AllowedTool(Node):
    """One tool of an allowed subset."""

    name: str
    """The tool's name."""
    kind: str = "function"
    """`function`, `custom`, or the name of a provider-defined tool."""
    extra: Extra = attrs.field(factory=dict)
    """Unknown fields, keyed by dialect."""


@attrs.frozen(kw_only=True, weakref_slot=False, eq=False, repr=False)
class ToolChoice(Node):
    """Whether and which tool the model calls."""

    mode: Literal["auto", "none", "required", "tool", "unknown"]
    """`tool`: the one named by *name*; `unknown`: *raw* of *dialect* holds it."""
    name: str | None = None
    """The tool that must be called, with mode `tool`."""
    kind: str = "function"
    """What *name* is: `function`, `custom`, or a provider-defined tool."""
    allowed: tuple[AllowedTool, ...] | None = None
    """With `auto` or `required`: only these; `None`: all."""
    dialect: str | None = None
    """With `unknown`: the dialect of *raw*."""
    raw: Any = None
    """With `unknown`: the choice as received."""
    extra: Extra = attrs.field(factory=dict)
    """Unknown fields, keyed by dialect."""
