"""The value that every reader gives."""

from __future__ import annotations

from typing import Any

import attrs

__all__ = ["MODEL", "QUESTION", "Call", "Seen"]

MODEL = "m"
QUESTION = "What is the weather?"

Call = tuple[str | None, str, Any]
"""Id, name and parsed arguments."""


@attrs.frozen(kw_only=True)
class Seen:
    """The answer as the client understood it."""

    text: str = ""
    thinking: tuple[tuple[str, str], ...] = ()
    """Text, and what proves it: signature, encrypted content."""
    calls: tuple[Call, ...] = ()
    finish: str | None = None
    usage: tuple[int | None, ...] = ()
    """Input and output in total, cached input, reasoning; Anthropic: input that was
    not cached, output, read from the cache, written to it; Gemini counts reasoning
    apart from the output."""
