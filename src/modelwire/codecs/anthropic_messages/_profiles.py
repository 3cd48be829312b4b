"""
The variants of this dialect: the two API versions, and two other platforms.

Vertex and Bedrock name the model in the path and the version in the body.  Bedrock
streams in the AWS event stream framing; what it wraps are this dialect's events.

Source:
    the versioning page of the Anthropic documentation, `ANTHROPIC_API_VERSION` of the
    `anthropic` package 2.11.0, wire/auth_and_urls.md and wire/anthropic_messages.md
    sections 0 to 3, read 2026-11-21.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import attrs

from modelwire.codecs._profile import Profile
from modelwire.codecs.anthropic_messages._wire import DIALECT

__all__ = ["DEFAULT_PROFILE", "PROFILES"]

DEFAULT_PROFILE: Final = Profile(
    dialect=DIALECT,
    name="anthropic",
    api_version="2023-06-01",
    temperature_max=1,
    breakpoints_max=4,
    image_types=frozenset({"image/jpeg", "image/png", "image/gif", "image/webp"}),
    cache_control=True,
)
"""The API version that takes everything."""

PROFILES: Final[Mapping[str, Profile]] = {
    profile.name: profile
    for profile in (
        DEFAULT_PROFILE,
        # This version refuses temperature, top_p and top_k whatever their value,
        # documents in assistant messages, and citations on the caller's own text.
        attrs.evolve(
            DEFAULT_PROFILE,
            name="anthropic-2026-10-21",
            api_version="2026-10-21",
            sampling=False,
            strict_blocks=True,
        ),
        attrs.evolve(
            DEFAULT_PROFILE,
            name="vertex",
            api_version="vertex-2023-10-16",
            path="/v1/publishers/anthropic/models/{model}:rawPredict",
            stream_path="/v1/publishers/anthropic/models/{model}:streamRawPredict",
            body_version=True,
        ),
        # R15: this platform answers 400 to `disable_parallel_tool_use`.
        attrs.evolve(
            DEFAULT_PROFILE,
            name="bedrock-invoke",
            api_version="bedrock-2023-05-31",
            path="/model/{model}/invoke",
            stream_path="/model/{model}/invoke-with-response-stream",
            body_version=True,
            body_betas=True,
            body_stream=False,
            disable_parallel_tools=False,
        ),
    )
}
"""Every profile of this dialect, by name."""
