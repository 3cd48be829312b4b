"""
The variants of `openai-responses`, one row each.

Azure, xAI, OpenRouter and the local servers differ in what they leave out of their
answers, which the decoder takes from all of them; none needs another request.

Source:
    wire/openai_responses.md and wire/observed.md section 3, read 2026-11-21.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from modelwire.codecs._profile import Profile
from modelwire.codecs.openai_responses._wire import DIALECT

__all__ = ["DEFAULT_PROFILE", "PROFILES"]

DEFAULT_PROFILE: Final = Profile(dialect=DIALECT, name="openai", least_max_tokens=16)
"""OpenAI itself."""

PROFILES: Final[Mapping[str, Profile]] = {"openai": DEFAULT_PROFILE}
"""Every variant, by name."""
