"""
Profiles: what a variant of a dialect does differently, as data.

One frozen row per variant.  A field here stands for a fact that a recorded case or a
vendor's type shows, and a test pins; codecs read the fields and never the name.
"""

from __future__ import annotations

import attrs

from modelwire.ir._base import Node

__all__ = ["Profile"]


@attrs.frozen(kw_only=True, weakref_slot=False, unsafe_hash=False)
class Profile(Node):
    """One variant of a dialect."""

    dialect: str
    """The dialect that it varies."""
    name: str
    """The variant's name (`openai`, `deepseek`, `anthropic-2026-10-21`)."""
    api_version: str | None = None
    """The API version that is sent, where the dialect has versions."""
    betas: tuple[str, ...] = ()
    """Beta features that are switched on."""
    default_max_tokens: int = 4096
    """Sent where the dialect requires a limit and the request has none (tokens)."""
    sampling: bool = True
    """Whether temperature, top_p and top_k are accepted at all."""
    developer_role: bool = True
    """Whether the role `developer` is known; else it is written as `system`."""
    max_tokens_field: str = "max_completion_tokens"
    """The name of the output limit."""
    reasoning_field: str | None = None
    """The message field that carries reasoning text; `None`: there is none."""
    reasoning_details: bool = False
    """Whether `reasoning_details` carries signatures and encrypted reasoning."""
    cache_control: bool = False
    """Whether content parts take Anthropic's `cache_control` (OpenRouter, Qwen)."""
    prompt_cache: bool = True
    """Whether OpenAI's `prompt_cache_*` fields and breakpoints are known."""
    usage_excludes_reasoning: bool = False
    """Whether output totals leave reasoning out, so that a decoder must add it."""
    seed_field: str = "seed"
    """The name of the sampling seed (`random_seed` at Mistral)."""
