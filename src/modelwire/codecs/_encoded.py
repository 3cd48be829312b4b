"""
What every encoder takes and gives: the loss policy, encoded requests and responses.

Their names stand in `_base` too, where they load when they are asked for, because a
stream decoder takes and gives none of them.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Final, cast

import attrs

from modelwire.codecs._base import NO_ALIASES, Aliases
from modelwire.errors import LocalError
from modelwire.ir._base import Node

# Losses only for checkers: their table is long.
if TYPE_CHECKING:
    from modelwire.errors import ErrorInfo
    from modelwire.ir._losses import Loss, LossCode, Severity

__all__ = [
    "COLLECT",
    "RAISE_ON_ERROR",
    "EncodedRequest",
    "EncodedResponse",
    "LossPolicy",
]

# --- loss policy --------------------------------------------------------------------


_SEVERITIES: Final = ("error", "content", "parameter", "approximation", "cosmetic")
"""Every severity, worst first, as `ir.SEVERITIES`, which stands with the losses."""


def _severities(names: Iterable[str]) -> frozenset[Severity]:
    found = frozenset(names)
    for name in found:
        if name not in _SEVERITIES:
            msg = f"{name!r} is no severity: {', '.join(_SEVERITIES)}"
            raise LocalError(msg)
    return cast("frozenset[Severity]", found)


def _codes(names: Iterable[str]) -> frozenset[LossCode]:
    found = tuple(names)
    if not found:
        return frozenset()
    # The codes take longer to load than the rest of this module.
    from modelwire.ir._loss_codes import LossCode  # noqa: PLC0415

    try:
        return frozenset(LossCode(name) for name in found)
    except ValueError as error:
        raise LocalError(str(error)) from None


@attrs.frozen(kw_only=True, weakref_slot=False, eq=False, repr=False)
class LossPolicy(Node):
    """
    Which losses stop an encode before any byte is made.

    `LossPolicy(severities={"error", "content"})` refuses what was said and could not
    be passed on; `LossPolicy(codes={"think.signature"})` refuses one concept;
    `LossPolicy.down_to("parameter")` refuses that severity and all that are worse.
    """

    severities: frozenset[Severity] = attrs.field(
        default=frozenset({"error"}), converter=_severities
    )
    """Losses of these severities raise `UnsupportedFeatureError`."""
    codes: frozenset[LossCode] = attrs.field(default=frozenset(), converter=_codes)
    """Losses with these codes raise, whatever their severity."""
    accepted: frozenset[LossCode] = attrs.field(default=frozenset(), converter=_codes)
    """Losses with these codes never raise."""

    @classmethod
    def down_to(
        cls,
        severity: Severity,
        *,
        codes: Iterable[str] = (),
        accepted: Iterable[str] = (),
    ) -> LossPolicy:
        """
        Give the policy that refuses a severity and all that are worse.

        Args:
            severity: The mildest that is refused; `cosmetic` refuses every loss.
            codes: Concepts that are refused whatever their severity.
            accepted: Concepts that are not refused.

        Returns:
            The policy.

        Raises:
            LocalError: There is no such severity or code.
        """
        _severities((severity,))
        worse = _SEVERITIES[: _SEVERITIES.index(severity) + 1]
        return cls(severities=worse, codes=codes, accepted=accepted)

    def refuses(self, loss: Loss) -> bool:
        """Say whether *loss* stops the encode."""
        if loss.code in self.accepted:
            return False
        return loss.severity in self.severities or loss.code in self.codes


RAISE_ON_ERROR: Final = LossPolicy()
"""The default: severity `error` raises, everything else is collected."""
COLLECT: Final = LossPolicy(severities=frozenset())
"""Nothing raises; every loss is collected."""


# --- encoded messages ---------------------------------------------------------------


@attrs.frozen(kw_only=True, weakref_slot=False, eq=False, repr=False)
class EncodedRequest(Node):
    """A request ready to be sent; it holds no credentials."""

    method: str
    """The HTTP method."""
    path: str
    """The vendor's default path, version prefix included (`/v1/messages`)."""
    query: tuple[tuple[str, str], ...] = ()
    """Query pairs, unencoded."""
    headers: tuple[tuple[str, str], ...] = ()
    """Protocol headers, names in lower case."""
    body: bytes
    """The body."""
    losses: tuple[Loss, ...] = ()
    """What could not be carried over."""
    aliases: Aliases = NO_ALIASES
    """What was renamed, for decoding the answer."""
    request: Any = attrs.field(default=None, repr=False)
    """
    The IR value that it was made from, for encoding the answer; may be `None`.

    A `ChatRequest`, or what the operation has in its place (`EmbeddingRequest`).
    """


@attrs.frozen(kw_only=True, weakref_slot=False, eq=False, repr=False)
class EncodedResponse(Node):
    """A response ready to be sent to a client."""

    status: int = 200
    """The HTTP status."""
    headers: tuple[tuple[str, str], ...] = ()
    """Headers, names in lower case."""
    body: bytes
    """The body."""
    losses: tuple[Loss, ...] = ()
    """What could not be carried over."""
    error: ErrorInfo | None = None
    """The error that the body describes; `None`: it is an answer."""
