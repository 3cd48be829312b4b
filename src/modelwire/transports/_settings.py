"""How a gateway behaves, as data."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

import attrs

from modelwire.codecs import RAISE_ON_ERROR, Limits, LossPolicy, Profile
from modelwire.codecs._limits import DEFAULT_LIMITS
from modelwire.errors import LocalError

if TYPE_CHECKING:
    from modelwire.adapt import Carrier

__all__ = ["DEFAULT_SETTINGS", "Settings"]


def _one_meaning(settings: Any, _: attrs.Attribute[bool], forwards: bool) -> None:  # noqa: FBT001
    if forwards and settings.client_keys:
        msg = "a client's credential is a key of ours or goes upstream, not both"
        raise LocalError(msg)


@attrs.frozen(kw_only=True)
class Settings:
    """What a gateway takes, waits for and tells."""

    max_body: int = 64 * 1024 * 1024
    """The longest request body (bytes)."""
    body_patience: float = 30.0
    """Seconds between two pieces of a request's body."""
    body_time: float = 300.0
    """Seconds for a request's whole body."""
    send_patience: float = 60.0
    """Seconds after which a client that takes nothing of its answer counts as gone."""
    keepalive: float | None = 15.0
    """
    Seconds of silence after which a stream says that it lives; `None`: never.

    Streams that are translated only: what is forwarded untouched stays so.
    """
    client_keys: tuple[str, ...] = attrs.field(default=(), repr=False)
    """Keys that clients must show one of; none: every client is served."""
    forward_credentials: bool = attrs.field(default=False, validator=_one_meaning)
    """Whether the client's own credential goes upstream in place of ours."""
    origins: tuple[str, ...] = ()
    """
    Origins of the web pages that may call (`http://localhost:3000`, or `*`).

    Any other request with an `Origin` is refused: a page that its user merely visits
    could spend the keys of a gateway on the same machine.
    """
    on_loss: LossPolicy = RAISE_ON_ERROR
    """Which losses of a request refuse it."""
    show_losses: bool = True
    """Whether answers say in a header what was lost."""
    repair: bool = True
    """
    Whether histories and schemas are made legal for an upstream of another dialect.

    Each change is a loss; see `modelwire.adapt`.
    """
    carrier: Carrier | None = None
    """Takes signatures and encrypted reasoning through clients that have no field."""
    profiles: Mapping[str, Profile] = attrs.field(factory=dict)
    """The variant of each dialect that clients speak; one not named is the usual."""
    limits: Limits = DEFAULT_LIMITS
    """Bounds of every buffer of a stream."""


DEFAULT_SETTINGS: Final = Settings()
