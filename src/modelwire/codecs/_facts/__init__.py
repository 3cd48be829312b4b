"""
What each dialect can carry, as tables that people can read.

One module per dialect holds its column of the concept matrix: how the dialect carries
each concept, in which field, and what can be lost on the way into it.  Encoders take
severities from here, docs/losses.md is made from here, and tests hold both to what the
encoders really do.  The numbers of a dialect (limits, ranges, lengths) and of its
variants stand in its `_profiles` module.

The tables load when the first loss is recorded: most requests have none, and a stream
decoder never has.
"""

from __future__ import annotations

import functools
import importlib
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from modelwire.ir._loss_codes import LossCode

if TYPE_CHECKING:
    from modelwire.codecs._facts._fact import Facts
    from modelwire.ir._losses import LossAction, Severity

__all__ = ["NOT_CAUSED", "facts_of", "severity_of"]

_STREAMED: Final = (
    "how an answer is cut into events is no part of it; what is lost of a block of a "
    "stream is reported under the concept of the block"
)

NOT_CAUSED: Final[Mapping[LossCode, str]] = {
    LossCode.IN_GUARD_CONTENT: "only Bedrock marks content for its guardrails",
    LossCode.OUT_TOOL_PLAN: "only Cohere writes a plan before its calls",
    LossCode.TOOL_RESULT_JSON: (
        "a structured result is decoded as its compact text, which is what the others "
        "take; Gemini's gets its object back"
    ),
    LossCode.SVC_BATCH: "a batch is another operation, with an envelope of its own",
    LossCode.STREAM_START: _STREAMED,
    LossCode.STREAM_TEXT_START: _STREAMED,
    LossCode.STREAM_TEXT_DELTA: _STREAMED,
    LossCode.STREAM_TEXT_END: _STREAMED,
    LossCode.STREAM_REASONING_DELTA: _STREAMED,
    LossCode.STREAM_REASONING_SIGNATURE: _STREAMED,
    LossCode.STREAM_REDACTED_REASONING: _STREAMED,
    LossCode.STREAM_TOOL_START: _STREAMED,
    LossCode.STREAM_TOOL_ARGS_DELTA: _STREAMED,
    LossCode.STREAM_TOOL_END: _STREAMED,
    LossCode.STREAM_REFUSAL_DELTA: _STREAMED,
    LossCode.STREAM_CITATION_DELTA: _STREAMED,
    LossCode.STREAM_AUDIO_DELTA: _STREAMED,
    LossCode.STREAM_LOGPROBS: _STREAMED,
    LossCode.STREAM_USAGE: "the counts have their own concepts, and when they come is "
    "not part of the answer",
    LossCode.STREAM_END: "each dialect ends a stream in its own way; how it ended is "
    "in the stream's error or finish",
    LossCode.STREAM_KEEP_ALIVE: "a sign of life says nothing of the answer",
}
"""Codes that the dialects that exist cannot cause, and why."""

_BY_ACTION: Final[Mapping[LossAction, Severity]] = {
    "dropped": "parameter",
    "approximated": "approximation",
    "moved": "cosmetic",
    "merged": "cosmetic",
    "synthesised": "cosmetic",
    "repaired": "approximation",
    "needs_fetch": "error",
}
"""The severity of an action that no table lists."""


_MODULES: Final = {
    "openai-chat": "openai_chat",
    "openai-responses": "openai_responses",
    "anthropic-messages": "anthropic_messages",
    "gemini-generate": "gemini_generate",
}


@functools.cache
def facts_of(dialect: str) -> Facts:
    """
    Give a dialect's table.

    Args:
        dialect: The dialect's id.

    Returns:
        Its facts; none for a dialect that is not known.
    """
    module = _MODULES.get(dialect)
    if module is None:
        return {}
    found: Facts = importlib.import_module(f"{__name__}.{module}").FACTS
    return found


def severity_of(code: LossCode, target: str, action: LossAction) -> Severity:
    """
    Give the usual severity of a loss.

    The source is not asked: among the dialects that exist it matters only through the
    value itself, and there the encoder names the severity.

    Args:
        code: The concept.
        target: The dialect that is written.
        action: What happened to the value.

    Returns:
        The first severity that the target's table has for the action.
    """
    fact = facts_of(target).get(code)
    found = fact.losses.get(action) if fact is not None else None
    return found[0] if found else _BY_ACTION[action]
