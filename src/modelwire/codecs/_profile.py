"""
Profiles: what a variant of a dialect does differently, as data.

One frozen row per variant.  A field here stands for a fact that a recorded case or a
vendor's type shows, and a test pins; codecs read the fields and never the name.  The
rows stand in the `_profiles` module of each dialect, and docs/losses.md lists them.

A number of `None` means that nothing is cut: no limit is known, or only the client's
own mistake could pass it, which is the server's to refuse.
"""

from __future__ import annotations

import attrs

from modelwire.ir._base import Node

__all__ = ["Profile"]


@attrs.frozen(kw_only=True, weakref_slot=False, eq=False, repr=False)
class Profile(Node):
    """One variant of a dialect."""

    dialect: str
    """The dialect that it varies."""
    name: str
    """The variant's name (`openai`, `deepseek`, `anthropic-2026-10-21`)."""

    # --- envelope ---

    api_version: str | None = None
    """The API version that is sent, where the dialect has versions."""
    betas: tuple[str, ...] = ()
    """Beta features that are switched on."""
    path: str | None = None
    """Where a request goes: `{model}` and `{version}`; `None`: the dialect's path."""
    stream_path: str | None = None
    """Where a request for a stream goes, where that is another path."""
    body_version: bool = False
    """Whether the API version stands in the body instead of a header or the path."""
    body_betas: bool = False
    """Whether beta features stand in the body instead of a header."""
    body_stream: bool = True
    """Whether the body says that a stream is wanted; else only the path does."""

    # --- numbers ---

    default_max_tokens: int = 4096
    """Sent where the dialect requires a limit and the request has none (tokens)."""
    least_max_tokens: int = 1
    """The smallest output limit that is taken (tokens)."""
    temperature_max: float | None = None
    """The highest temperature."""
    stop_sequences_max: int | None = None
    """Most stop sequences."""
    seed_bits: int | None = None
    """Bits of the seed, its sign included."""
    breakpoints_max: int | None = None
    """Most cache breakpoints in one request, the automatic one included."""
    image_types: frozenset[str] | None = None
    """Media types of images inside the body; `None`: any."""
    tool_name_charset: str = "a-zA-Z0-9_-"
    """The characters of a tool name, as the inside of a regular expression class."""
    tool_name_max: int = 64
    """Most characters of a tool's name."""
    call_id_length: int | None = None
    """The exact length of a call's id, letters and digits only; `None`: any id."""

    # --- what is known ---

    sampling: bool = True
    """Whether temperature, top_p and top_k are accepted at all."""
    disable_parallel_tools: bool = True
    """Whether parallel tool calls can be switched off."""
    strict_blocks: bool = False
    """Whether documents of the assistant and citations of the caller are refused."""
    web_media: bool = True
    """Whether media may stand behind an address of the open web."""
    search_filters: bool = True
    """Whether web search takes domains to leave out."""
    display_names: bool = True
    """Whether media take a name."""
    labels: bool = True
    """Whether the caller's labels are taken."""
    developer_role: bool = True
    """Whether the role `developer` is known; else it is written as `system`."""
    prompt_cache: bool = True
    """Whether OpenAI's `prompt_cache_*` fields and breakpoints are known."""
    cache_control: bool = False
    """Whether content parts take Anthropic's `cache_control` (OpenRouter, Qwen)."""
    reasoning_details: bool = False
    """Whether `reasoning_details` carries signatures and encrypted reasoning."""
    usage_excludes_reasoning: bool = False
    """Whether output totals leave reasoning out, so that a decoder must add it."""

    # --- names of fields ---

    max_tokens_field: str = "max_completion_tokens"
    """The name of the output limit."""
    seed_field: str = "seed"
    """The name of the sampling seed (`random_seed` at Mistral)."""
    reasoning_field: str | None = None
    """The message field that carries reasoning text; `None`: there is none."""
