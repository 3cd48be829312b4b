"""
The variants of this dialect: the two API versions.

Source: the versioning page of the Anthropic documentation and
`ANTHROPIC_API_VERSION` of the `anthropic` package 2.11.0, read 2026-11-21.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from modelwire.codecs._profile import Profile
from modelwire.codecs.anthropic_messages._wire import DIALECT

__all__ = ["DEFAULT_PROFILE", "PROFILES", "is_strict"]

_STRICT_SINCE: Final = "2026-10-21"

DEFAULT_PROFILE: Final = Profile(
    dialect=DIALECT, name="anthropic", api_version="2023-06-01", cache_control=True
)
"""The API version that takes everything."""

PROFILES: Final[Mapping[str, Profile]] = {
    "anthropic": DEFAULT_PROFILE,
    # This version refuses temperature, top_p and top_k whatever their value, documents
    # in assistant messages, and citations on the caller's own text.
    "anthropic-2026-10-21": Profile(
        dialect=DIALECT,
        name="anthropic-2026-10-21",
        api_version=_STRICT_SINCE,
        sampling=False,
        cache_control=True,
    ),
}
"""Every profile of this dialect, by name."""


def is_strict(profile: Profile) -> bool:
    """
    Say whether *profile* speaks the API version that refuses more.

    Args:
        profile: The profile.

    Returns:
        Whether its version is 2026-10-21 or later.  Platform versions
        (`bedrock-2023-05-31`) are not.
    """
    version = profile.api_version or ""
    return version[:1].isdigit() and version >= _STRICT_SINCE
