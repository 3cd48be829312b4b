"""
What stowing gives: a response for a client, and the account of what it moved.

The counterpart of `_adapted` on the way back.  It knows nothing of envelopes, so that
`translate` can load it without them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import attrs

from modelwire import codecs
from modelwire.adapt._adapted import relocated
from modelwire.codecs._base import COLLECT, EncodedResponse, LossPolicy
from modelwire.codecs._losses import LossLog
from modelwire.ir._base import Node
from modelwire.ir._losses import Loss

if TYPE_CHECKING:
    from modelwire.ir._response import ChatResponse

__all__ = ["Stowed", "encode_stowed"]


@attrs.frozen(kw_only=True, weakref_slot=False, unsafe_hash=False, eq=False, repr=False)
class Stowed(Node):
    """A response whose state a client will replay, and what that took."""

    response: ChatResponse
    """The response to encode."""
    losses: tuple[Loss, ...] = ()
    """What was moved (`moved`) or found no place (`dropped`); *to* in *response*."""
    origins: Mapping[str, str] = attrs.field(factory=dict)
    """Where a part of *response* stood in the source, for those that moved."""


def encode_stowed(
    stowed: Stowed, target: str, on_loss: LossPolicy, **options: Any
) -> EncodedResponse:
    """
    Encode a stowed response, with one account of stowing and encoding.

    Args:
        stowed: What the carrier gave.
        target: The client's dialect.
        on_loss: Which losses, of either, stop the encode.
        options: More arguments of the dialect's `encode_response`.

    Returns:
        The encoded response; the paths of all losses lie in the source response.

    Raises:
        UnsupportedFeatureError: *on_loss* refuses a loss; all losses together.
    """
    encoded = codecs.get(target).encode_response(
        stowed.response, on_loss=COLLECT, **options
    )
    log = LossLog(target)
    log.extend(stowed.losses)
    for loss in encoded.losses:
        place = None if loss.path is None else relocated(loss.path, stowed.origins)
        log.extend((attrs.evolve(loss, path=place),))
    return attrs.evolve(encoded, losses=log.settle(on_loss))
