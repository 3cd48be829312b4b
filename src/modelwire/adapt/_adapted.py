"""
What an adapter gives: a request for a target, and the account of what it changed.

An adapter is a pure function from a request to an `Adapted`.  Adapters chain: each
takes what the one before it gave, and `chain` keeps one account of all of them whose
paths lie in the request that came first.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, TypeAlias

import attrs

from modelwire import codecs
from modelwire.codecs._base import (
    COLLECT,
    NO_ALIASES,
    Aliases,
    EncodedRequest,
    LossPolicy,
)
from modelwire.codecs._losses import LossLog
from modelwire.ir._base import Node
from modelwire.ir._losses import Loss

if TYPE_CHECKING:
    from modelwire.ir._request import ChatRequest

__all__ = ["Adapted", "Adapter", "chain", "encode_adapted", "relocated"]

_STEP = re.compile(r"\[|\.")


@attrs.frozen(kw_only=True, weakref_slot=False, unsafe_hash=False, eq=False, repr=False)
class Adapted(Node):
    """A request made fit for a target, and what that took."""

    request: ChatRequest
    """The request to encode."""
    losses: tuple[Loss, ...] = ()
    """What was changed; `path` lies in the source, `to` in *request*."""
    aliases: Aliases = NO_ALIASES
    """What was renamed: target to source."""
    origins: Mapping[str, str] = attrs.field(factory=dict)
    """Where a node of *request* stood in the source, for those that moved."""


Adapter: TypeAlias = Callable[["ChatRequest"], Adapted]
"""Takes a request and gives it adapted, as `functools.partial(normalise, target=…)`."""


def relocated(path: str, origins: Mapping[str, str]) -> str:
    """
    Give the place in the source of a path in the adapted request.

    Args:
        path: A path in the adapted request (`$.messages[2].parts[0].text`).
        origins: `Adapted.origins`.

    Returns:
        The path in the source: the longest beginning of *path* that moved, replaced.
    """
    if not origins:
        return path
    end = len(path)
    while end > 1:
        origin = origins.get(path[:end])
        if origin is not None:
            return origin + path[end:]
        end = max((m.start() for m in _STEP.finditer(path, 0, end)), default=0)
    return path


def _moved_loss(loss: Loss, origins: Mapping[str, str]) -> Loss:
    if loss.path is None:
        return loss
    return attrs.evolve(loss, path=relocated(loss.path, origins))


def chain(request: ChatRequest, adapters: Iterable[Adapter]) -> Adapted:
    """
    Run adapters one after another.

    Args:
        request: The request as the client sent it.
        adapters: What to do, in this order.

    Returns:
        The last request with one account of all steps: every `path` lies in *request*.
    """
    losses: list[Loss] = []
    origins: dict[str, str] = {}
    aliases = NO_ALIASES
    for adapter in adapters:
        step = adapter(request)
        losses += [_moved_loss(loss, origins) for loss in step.losses]
        aliases = _joined(aliases, step.aliases)
        origins = {
            **origins,
            **{new: relocated(old, origins) for new, old in step.origins.items()},
        }
        request = step.request
    return Adapted(
        request=request, losses=tuple(losses), aliases=aliases, origins=origins
    )


def encode_adapted(
    adapted: Adapted, target: str, on_loss: LossPolicy, **options: Any
) -> EncodedRequest:
    """
    Encode an adapted request, with one account of adapting and encoding.

    Args:
        adapted: What the adapters gave.
        target: The dialect to write.
        on_loss: Which losses, of either, stop the encode.
        options: More arguments of the dialect's `encode_request`.

    Returns:
        The encoded request; the paths of all losses lie in the source request.

    Raises:
        UnsupportedFeatureError: *on_loss* refuses a loss; all losses together.
    """
    encoded = codecs.get(target).encode_request(
        adapted.request, on_loss=COLLECT, **options
    )
    log = LossLog(target)
    log.extend(adapted.losses)
    log.extend(_moved_loss(loss, adapted.origins) for loss in encoded.losses)
    return attrs.evolve(
        encoded,
        losses=log.settle(on_loss),
        aliases=_joined(adapted.aliases, encoded.aliases),
    )


def _joined(first: Aliases, second: Aliases) -> Aliases:
    """Follow both renamings: what the second calls X the first may have renamed."""
    if second == NO_ALIASES:
        return first
    return Aliases(
        names={**first.names, **{n: first.name(o) for n, o in second.names.items()}},
        call_ids={
            **first.call_ids,
            **{n: first.call_id(o) for n, o in second.call_ids.items()},
        },
        custom=first.custom | second.custom,
    )
