"""
The variants of this dialect: the Gemini Developer API, and Vertex AI.

Source:
    the converters of google-genai 3.4.0, which name the fields that one of the two
    refuses, wire/gemini_generate.md and wire/auth_and_urls.md, read 2026-11-21.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

import attrs

from modelwire.codecs._profile import Profile
from modelwire.codecs.gemini_generate._wire import API_VERSION, DIALECT

__all__ = ["CLIENT", "DEFAULT_PROFILE", "PROFILES", "has_levels"]

DEFAULT_PROFILE: Final = Profile(
    dialect=DIALECT,
    name="gemini",
    api_version=API_VERSION,
    path="/{version}/models/{model}:generateContent",
    stream_path="/{version}/models/{model}:streamGenerateContent",
    body_stream=False,
    stop_sequences_max=5,
    seed_bits=32,
    # A name begins with a letter or `_`; the protobuf says 64, the SDK 128.
    tool_name_charset="a-zA-Z0-9_.:-",
    tool_name_max=64,
    web_media=False,
    search_filters=False,
    display_names=False,
    labels=False,
)
"""The Gemini Developer API."""

PROFILES: Final[Mapping[str, Profile]] = {
    "gemini": DEFAULT_PROFILE,
    "vertex": attrs.evolve(
        DEFAULT_PROFILE,
        name="vertex",
        api_version="v1beta1",
        path="/{version}/publishers/google/models/{model}:generateContent",
        stream_path="/{version}/publishers/google/models/{model}:streamGenerateContent",
        web_media=True,
        search_filters=True,
        display_names=True,
        labels=True,
    ),
}
"""Every profile of this dialect, by name."""

CLIENT: Final = PROFILES["vertex"]
"""What a client is taken for that reads an answer: one that knows every field."""

_GENERATION: Final = re.compile(r"gemini-(\d+)")


def has_levels(model: str) -> bool:
    """
    Say whether *model* takes thinking levels and settings per part.

    Args:
        model: The model's name.

    Returns:
        False for the generations 1 and 2, which refuse both; a name without a
        generation counts as a new one.
    """
    found = _GENERATION.search(model)
    return found is None or int(found[1][:4]) >= 3
