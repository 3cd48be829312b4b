"""
The variants of this dialect: the Gemini Developer API, and Vertex AI.

Source: the converters of google-genai 3.4.0, which name the fields that one of the
two refuses, and wire/auth_and_urls.md, read 2026-11-21.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from modelwire.codecs._profile import Profile
from modelwire.codecs.gemini_generate._wire import API_VERSION, DIALECT

__all__ = ["DEFAULT_PROFILE", "PROFILES", "has_levels", "is_vertex"]

_VERTEX_VERSION: Final = "v1beta1"

DEFAULT_PROFILE: Final = Profile(
    dialect=DIALECT, name="gemini", api_version=API_VERSION
)
"""The Gemini Developer API."""

PROFILES: Final[Mapping[str, Profile]] = {
    "gemini": DEFAULT_PROFILE,
    "vertex": Profile(dialect=DIALECT, name="vertex", api_version=_VERTEX_VERSION),
}
"""Every profile of this dialect, by name."""

_GENERATION: Final = re.compile(r"gemini-(\d+)")


def is_vertex(profile: Profile) -> bool:
    """
    Say whether *profile* is Vertex, which takes labels and addresses of the web.

    Args:
        profile: The profile.

    Returns:
        Whether its API version is Vertex's.
    """
    return profile.api_version == _VERTEX_VERSION


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
