"""
Which input of the event grammar an event of a stream is.

`_grammar` has the states; this module reads the wire: the type of an event, of its
item and of its part to one of the tables' inputs.
"""

from __future__ import annotations

from typing import Any, Final

__all__ = ["EVENT_TYPES", "LIFE", "is_progress", "item_input", "type_of"]

_KINDS: Final = {
    "message": "message",
    "reasoning": "reasoning",
    "function_call": "function",
    "custom_tool_call": "custom",
    "mcp_call": "mcp",
    "code_interpreter_call": "code",
    "apply_patch_call": "patch",
    "shell_call_output": "shell_output",
    "shell_call": "shell",
    "image_generation_call": "image",
    "web_search_call": "whole",
    "file_search_call": "whole",
    "mcp_list_tools": "whole",
    "mcp_approval_request": "whole",
    "mcp_approval_response": "whole",
    "computer_call": "whole",
    "computer_call_output": "whole",
    "local_shell_call": "whole",
    "local_shell_call_output": "whole",
    "tool_search_call": "whole",
    "tool_search_output": "whole",
    "additional_tools": "whole",
    "compaction": "whole",
    "program": "whole",
    "program_output": "whole",
}
"""Which kind of item each type is."""

LIFE: Final = {
    "response.queued": "queued",
    "response.created": "created",
    "response.in_progress": "in_progress",
    "response.completed": "completed",
    "response.incomplete": "cut",
    "response.failed": "cut",
    "response.cancelled": "cut",
    "error": "error",
}
"""Events of the stream itself, and the input that each is."""

_ITEM_EVENTS: Final = {
    "response.content_part.done": "part.done",
    "response.reasoning_summary_part.added": "summary_part.added",
    "response.reasoning_summary_part.done": "summary_part.done",
    "response.output_text.delta": "text.delta",
    "response.output_text.annotation.added": "text.annotation",
    "response.output_text.done": "text.done",
    "response.refusal.delta": "refusal.delta",
    "response.refusal.done": "refusal.done",
    "response.reasoning_text.delta": "reasoning_text.delta",
    "response.reasoning_text.done": "reasoning_text.done",
    "response.reasoning_summary_text.delta": "summary.delta",
    "response.reasoning_summary_text.done": "summary.done",
    "response.function_call_arguments.delta": "arguments.delta",
    "response.function_call_arguments.done": "arguments.done",
    "response.custom_tool_call_input.delta": "input.delta",
    "response.custom_tool_call_input.done": "input.done",
    "response.mcp_call_arguments.delta": "mcp_arguments.delta",
    "response.mcp_call_arguments.done": "mcp_arguments.done",
    "response.code_interpreter_call_code.delta": "code.delta",
    "response.code_interpreter_call_code.done": "code.done",
    "response.apply_patch_call_operation_diff.delta": "diff.delta",
    "response.apply_patch_call_operation_diff.done": "diff.done",
    "response.shell_call_output_content.delta": "output.delta",
    "response.shell_call_output_content.done": "output.done",
    "response.shell_call_command.added": "command.added",
    "response.shell_call_command.delta": "command.delta",
    "response.shell_call_command.done": "command.done",
    "response.image_generation_call.partial_image": "image.partial",
    "response.output_item.done": "item.done",
}
EVENT_TYPES: Final = frozenset(
    {
        *LIFE,
        *_ITEM_EVENTS,
        "response.output_item.added",
        "response.content_part.added",
    }
)
"""The events that are known, progress apart."""

_PARTS: Final = frozenset({"output_text", "refusal", "reasoning_text"})


def item_input(name: str, data: Any) -> str:
    """
    Give the input of an item that an event is.

    Args:
        name: The event's type.
        data: The event.

    Returns:
        One of `ITEM.inputs`.
    """
    if name == "response.output_item.added":
        return "added:" + _KINDS.get(type_of(data.get("item")), "unknown")
    if name == "response.content_part.added":
        part = type_of(data.get("part"))
        return f"part:{part if part in _PARTS else 'unknown'}"
    found = _ITEM_EVENTS.get(name)
    if found is not None:
        return found
    return "progress" if is_progress(name) else "unknown"


def is_progress(name: str) -> bool:
    """
    Say whether an event is the progress of an item.

    Args:
        name: The event's type.

    Returns:
        True for `response.<item type>.<status>`.
    """
    return name.removeprefix("response.").rpartition(".")[0] in _KINDS


def type_of(value: Any) -> str:
    """
    Give the type that an object names.

    Args:
        value: An item or a part; anything else has none.

    Returns:
        The type, empty without one.
    """
    found = value.get("type") if type(value) is dict else None
    return found if type(found) is str else ""
