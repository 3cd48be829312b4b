"""How a gateway behaves, as data."""

from __future__ import annotations

from typing import Final

import attrs

from modelwire.codecs import RAISE_ON_ERROR, Limits, LossPolicy
from modelwire.codecs._limits import DEFAULT_LIMITS

__all__ = ["DEFAULT_SETTINGS", "Settings"]


@attrs.frozen(kw_only=True)
class Settings:
    """What a gateway takes, waits for and tells."""

    max_body: int = 64 * 1024 * 1024
    """The longest request body (bytes)."""
    body_patience: float = 30.0
    """Seconds between two pieces of a request's body."""
    keepalive: float | None = 15.0
    """Seconds of silence after which a stream says that it lives; `None`: never."""
    client_keys: tuple[str, ...] = attrs.field(default=(), repr=False)
    """Keys that clients must show one of; none: every client is served."""
    forward_credentials: bool = False
    """Whether the client's own credential goes upstream in place of ours."""
    on_loss: LossPolicy = RAISE_ON_ERROR
    """Which losses of a request refuse it."""
    show_losses: bool = True
    """Whether answers say in a header what their request lost."""
    limits: Limits = DEFAULT_LIMITS
    """Bounds of every buffer of a stream."""


DEFAULT_SETTINGS: Final = Settings()
