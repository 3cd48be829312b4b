"""
The item types of tools that OpenAI defines, and where each keeps what the IR knows.

One row per wire type.  Who must answer decides the class: what the caller answers is a
`ToolCallPart`, what OpenAI runs a `ServerToolCallPart`; shells and tool searches are
either, and the item says which.

Source:
    wire/openai_responses.md sections 2 and 3 and appendix B, read 2026-11-21.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from modelwire.ir._base import JSONObject

__all__ = [
    "CALLER_CALLS",
    "CALL_TYPES",
    "OUTPUT_FIELDS",
    "OUTPUT_KINDS",
    "OUTPUT_TYPES",
    "SERVER_CALLS",
    "Row",
    "is_hosted",
]


class Row(NamedTuple):
    """Where an item keeps its arguments and its result."""

    kind: str
    """The canonical tool."""
    arguments: str = ""
    """The field whose object is the arguments."""
    wrapped: tuple[str, ...] = ()
    """Fields that are members of the arguments, where no one field is all of them."""
    text: str = ""
    """The field that has the arguments as text already."""
    result: str = ""
    """The field that has the result."""
    named: bool = False
    """Whether the item names the tool and its server."""


SERVER_CALLS: Final[Mapping[str, Row]] = {
    "web_search_call": Row("web_search", arguments="action", result="results"),
    "file_search_call": Row("file_search", wrapped=("queries",), result="results"),
    "code_interpreter_call": Row("code_execution", wrapped=("code",), result="outputs"),
    "image_generation_call": Row("image_generation", result="result"),
    "mcp_call": Row("mcp", text="arguments", result="output", named=True),
    "mcp_list_tools": Row("mcp_list_tools", result="tools", named=True),
    "shell_call": Row("shell", arguments="action"),
    "tool_search_call": Row("tool_search", arguments="arguments"),
}
"""Items of tools that OpenAI runs."""

CALLER_CALLS: Final[Mapping[str, Row]] = {
    "computer_call": Row("computer", wrapped=("action", "actions")),
    "local_shell_call": Row("local_shell", arguments="action"),
    "shell_call": Row("shell", arguments="action"),
    "apply_patch_call": Row("apply_patch", arguments="operation"),
    "tool_search_call": Row("tool_search", arguments="arguments"),
    "mcp_approval_request": Row("mcp_approval", text="arguments"),
}
"""Items of provider-defined tools that the caller runs, or answers."""

CALL_TYPES: Final[Mapping[str, str]] = {
    row.kind: wire for wire, row in CALLER_CALLS.items()
}
"""The item type of a call, by its kind."""

OUTPUT_TYPES: Final[Mapping[str, str]] = {
    "function": "function_call_output",
    "custom": "custom_tool_call_output",
    "computer": "computer_call_output",
    "local_shell": "local_shell_call_output",
    "shell": "shell_call_output",
    "apply_patch": "apply_patch_call_output",
    "tool_search": "tool_search_output",
    "mcp_approval": "mcp_approval_response",
}
"""The item type of a result, by the kind of its call."""

OUTPUT_KINDS: Final[Mapping[str, str]] = {
    wire: kind for kind, wire in OUTPUT_TYPES.items()
}
"""The kind of the call that an item of a result answers."""

OUTPUT_FIELDS: Final[Mapping[str, str]] = {"tool_search_output": "tools"}
"""Where a result's item keeps the result, if not in `output`."""


def is_hosted(item: JSONObject) -> bool:
    """
    Say whether OpenAI runs a call that the caller could run as well.

    Args:
        item: A `shell_call` or `tool_search_call`.

    Returns:
        True for a shell in a container of OpenAI's, and a search on its side.
    """
    if item.get("execution") == "server":
        return True
    environment = item.get("environment")
    kind = environment.get("type") if isinstance(environment, dict) else None
    return isinstance(kind, str) and kind.startswith("container")
