"""
Which concept a count, a kind or a mode of the IR belongs to, for losses.

Tables that every dialect's encoders read: the IR's own word on one side, the row of
the concept matrix on the other.  Nothing here is about a dialect.  A module that a
stream decoder loads imports this one where it records a loss, because the codes take
1.4 ms to load.

Source:
    wire/mapping.md, read 2026-11-21.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from modelwire.ir._loss_codes import LossCode

if TYPE_CHECKING:
    from collections.abc import Mapping

    from modelwire.ir._outcome import Finish, FinishKind

__all__ = [
    "CHOICE_CODES",
    "FINISH_CODES",
    "SERVER_TOOL_CODES",
    "USAGE_CODES",
    "finish_code",
]

SERVER_TOOL_CODES: Final[Mapping[str, LossCode]] = {
    "web_search": LossCode.BT_WEB_SEARCH,
    "web_fetch": LossCode.BT_WEB_FETCH,
    "code_execution": LossCode.BT_CODE_EXECUTION,
    "code_interpreter": LossCode.BT_CODE_EXECUTION,
    "file_search": LossCode.BT_FILE_SEARCH,
    "computer": LossCode.BT_COMPUTER,
    "browser": LossCode.BT_COMPUTER,
    "mcp": LossCode.BT_MCP,
    "image_generation": LossCode.BT_IMAGE_GENERATION,
    "maps": LossCode.BT_MAPS,
    "tool_search": LossCode.TOOL_DEFER_SEARCH,
    "bash": LossCode.BT_SHELL_EDITOR_MEMORY_PATCH,
    "shell": LossCode.BT_SHELL_EDITOR_MEMORY_PATCH,
    "local_shell": LossCode.BT_SHELL_EDITOR_MEMORY_PATCH,
    "text_editor": LossCode.BT_SHELL_EDITOR_MEMORY_PATCH,
    "memory": LossCode.BT_SHELL_EDITOR_MEMORY_PATCH,
    "apply_patch": LossCode.BT_SHELL_EDITOR_MEMORY_PATCH,
}
"""Canonical kinds of `ServerTool`; any other is `tool.function`."""

CHOICE_CODES: Final[Mapping[str, LossCode]] = {
    "auto": LossCode.TOOL_CHOICE_AUTO,
    "none": LossCode.TOOL_CHOICE_NONE,
    "required": LossCode.TOOL_CHOICE_ANY,
    "tool": LossCode.TOOL_CHOICE_SPECIFIC,
    "unknown": LossCode.TOOL_CHOICE_SPECIFIC,
}
"""Modes of `ToolChoice`."""

FINISH_CODES: Final[Mapping[FinishKind, LossCode]] = {
    "stop": LossCode.FINISH_STOP,
    "stop_sequence": LossCode.FINISH_STOP_SEQUENCE,
    "length": LossCode.FINISH_LENGTH,
    "context_length": LossCode.FINISH_CONTEXT_LENGTH,
    "tool_calls": LossCode.FINISH_TOOL_USE,
    "content_filter": LossCode.FINISH_CONTENT_FILTER,
    "refusal": LossCode.FINISH_REFUSAL,
    "prompt_blocked": LossCode.FINISH_PROMPT_BLOCKED,
    "pause": LossCode.FINISH_PAUSE,
    "malformed_tool_call": LossCode.FINISH_MALFORMED_TOOL,
    "compaction": LossCode.FINISH_COMPACTION,
    "cancelled": LossCode.FINISH_ERROR_CANCELLED,
    "error": LossCode.FINISH_ERROR_CANCELLED,
    "unknown": LossCode.FINISH_UNKNOWN,
}
"""Meanings of a `Finish`."""

_STEERED: Final = frozenset({"steered", "max_messages"})
"""Words of OpenAI Responses for ends that the IR has no meaning for."""


def finish_code(finish: Finish) -> LossCode:
    """
    Give the concept of an end.

    Args:
        finish: The end.

    Returns:
        The concept of its meaning, or of its word where that is no one else's.
    """
    if finish.kind == "unknown" and finish.raw in _STEERED:
        return LossCode.FINISH_STEERED_MAX_MESSAGES
    return FINISH_CODES[finish.kind]


USAGE_CODES: Final[Mapping[str, LossCode]] = {
    "input_total": LossCode.USAGE_INPUT_TOTAL,
    "input_uncached": LossCode.USAGE_INPUT_UNCACHED,
    "cache_read": LossCode.USAGE_CACHE_READ,
    "cache_write": LossCode.USAGE_CACHE_WRITE,
    "cache_write_5m": LossCode.USAGE_CACHE_WRITE,
    "cache_write_1h": LossCode.USAGE_CACHE_WRITE,
    "output_total": LossCode.USAGE_OUTPUT_TOTAL,
    "reasoning": LossCode.USAGE_REASONING,
    "input_audio": LossCode.USAGE_AUDIO_IMAGE_TEXT_SPLIT,
    "output_audio": LossCode.USAGE_AUDIO_IMAGE_TEXT_SPLIT,
    "input_image": LossCode.USAGE_AUDIO_IMAGE_TEXT_SPLIT,
    "output_image": LossCode.USAGE_AUDIO_IMAGE_TEXT_SPLIT,
    "tool_prompt": LossCode.USAGE_TOOL_PROMPT,
    "accepted_prediction": LossCode.USAGE_PREDICTION,
    "rejected_prediction": LossCode.USAGE_PREDICTION,
}
"""Counts of `Usage`, `server_tools` apart."""
