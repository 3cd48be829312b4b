"""
`finish_reason` to `Finish`.

It takes the wire's word, and whether calls or a refusal came with it, and gives the
meaning.  The way back is `_finish_encode`: a stream decoder does without it, and
without the table of losses that it needs.

Source:
    wire/mapping.md section 10, wire/openai_compatible.md section 4 and the recorded
    counts of wire/observed.md section 2, read 2026-11-21.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from modelwire.codecs.openai_chat._wire import DIALECT
from modelwire.ir._fast_values import new_finish

if TYPE_CHECKING:
    from modelwire.ir._outcome import Finish, FinishKind

__all__ = ["OFFICIAL", "decode_finish"]

OFFICIAL: Final[Mapping[str, FinishKind]] = {
    "stop": "stop",
    "length": "length",
    "tool_calls": "tool_calls",
    "function_call": "tool_calls",
    "content_filter": "content_filter",
}
"""The words of the vendor's own type."""

_COMPATIBLE: Final[Mapping[str, FinishKind]] = {
    "eos": "stop",  # Together
    "model_length": "context_length",  # Mistral
    "model_context_window_exceeded": "context_length",  # Zhipu
    "error": "error",  # OpenRouter, Mistral
    "network_error": "error",  # Zhipu
    "insufficient_system_resource": "error",  # DeepSeek
    "sensitive": "content_filter",  # Zhipu
}
"""Words that only compatible servers send (wire/openai_compatible.md, section 4)."""

_NOTE: Final = {DIALECT: {"$spelling": {"finish_reason": "raw"}}}
"""Says that `Finish.raw` is a word of this dialect, so that it is written as it is."""


def decode_finish(
    raw: str, *, has_tool_calls: bool = False, has_refusal: bool = False
) -> Finish:
    """
    Read a `finish_reason`.

    Args:
        raw: The wire's word.
        has_tool_calls: Whether the choice holds calls that the caller must answer.
        has_refusal: Whether the choice holds a refusal.

    Returns:
        The meaning.  `stop` beside tool calls means `tool_calls`: OpenAI sends it
        when a function is forced, Gemini's compatible endpoint always (recorded:
        magentic__test-prompt-function-test-async-decorator-max-retries-1).
    """
    kind = OFFICIAL.get(raw)
    if kind is None:
        return new_finish(_COMPATIBLE.get(raw, "unknown"), raw, extra=dict(_NOTE))
    if kind == "stop":
        if has_tool_calls:
            kind = "tool_calls"
        elif has_refusal:
            kind = "refusal"
    return new_finish(kind, raw)
