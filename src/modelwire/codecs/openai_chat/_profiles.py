"""
The variants of `openai-chat`, one row each.

A row says only what wire/openai_compatible.md or a recorded case shows to differ from
OpenAI.  Codecs read the fields and never the name.

Source:
    wire/openai_chat.md section 1 and wire/openai_compatible.md sections 2 to 5, read
    2026-11-21.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import attrs

from modelwire.codecs._profile import Profile
from modelwire.codecs.openai_chat._wire import DIALECT

__all__ = ["DEFAULT_PROFILE", "PROFILES"]


def _compatible(
    name: str,
    *,
    reasoning_field: str | None = None,
    max_tokens_field: str = "max_tokens",
    reasoning_details: bool = False,
    cache_control: bool = False,
    usage_excludes_reasoning: bool = False,
    seed_field: str = "seed",
    call_id_length: int | None = None,
) -> Profile:
    # Most compatible servers know only the role `system`, only `max_tokens`, and no
    # prompt_cache_* fields (wire/openai_compatible.md, section 5).  Their limits are
    # their own, and not all are known: nothing is cut for them.
    return Profile(
        dialect=DIALECT,
        name=name,
        developer_role=False,
        prompt_cache=False,
        max_tokens_field=max_tokens_field,
        reasoning_field=reasoning_field,
        reasoning_details=reasoning_details,
        cache_control=cache_control,
        usage_excludes_reasoning=usage_excludes_reasoning,
        seed_field=seed_field,
        call_id_length=call_id_length,
    )


DEFAULT_PROFILE: Final = Profile(dialect=DIALECT, name="openai", stop_sequences_max=4)
"""OpenAI itself."""

PROFILES: Final[Mapping[str, Profile]] = {
    profile.name: profile
    for profile in (
        DEFAULT_PROFILE,
        attrs.evolve(DEFAULT_PROFILE, name="azure"),
        _compatible("deepseek", reasoning_field="reasoning_content"),
        _compatible(
            "groq",
            reasoning_field="reasoning",
            max_tokens_field="max_completion_tokens",
        ),
        _compatible(
            "xai", reasoning_field="reasoning_content", usage_excludes_reasoning=True
        ),
        _compatible(
            "mistral",
            reasoning_field="thinking",
            seed_field="random_seed",
            call_id_length=9,
        ),
        _compatible(
            "openrouter",
            reasoning_field="reasoning",
            reasoning_details=True,
            cache_control=True,
        ),
        _compatible("together", reasoning_field="reasoning"),
        _compatible("fireworks", reasoning_field="reasoning_content"),
        _compatible("vllm", reasoning_field="reasoning"),
        _compatible("llamacpp", reasoning_field="reasoning_content"),
        _compatible("lmstudio", reasoning_field="reasoning_content"),
        _compatible("perplexity"),
        _compatible("moonshot", reasoning_field="reasoning_content"),
        _compatible("zai", reasoning_field="reasoning_content"),
        _compatible("qwen", reasoning_field="reasoning_content", cache_control=True),
        _compatible("ollama", reasoning_field="reasoning"),
    )
}
"""Every variant by name."""
