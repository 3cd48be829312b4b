"""
What an adapter gives: a request for a target, and the account of what it changed.

An adapter is a pure function from a request to an `Adapted`.  Adapters chain: each
takes what the one before it gave, and `chain` keeps one account of all of them whose
paths lie in the request that came first, and whose `to` in the one that came last.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, TypeAlias

import attrs

from modelwire import codecs
from modelwire.adapt._landing import Landing
from modelwire.codecs._base import (
    COLLECT,
    NO_ALIASES,
    Aliases,
    ChatCodec,
    EncodedRequest,
    LossPolicy,
)
from modelwire.codecs._losses import LossLog
from modelwire.errors import RequestDecodeError
from modelwire.ir._base import Node
from modelwire.ir._losses import Loss

if TYPE_CHECKING:
    from modelwire.ir._request import ChatRequest

__all__ = ["Adapted", "Adapter", "chain", "encode_adapted", "landed", "relocated"]

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
    origins: Mapping[str, str | None] = attrs.field(factory=dict)
    """Where a node of *request* stood in the source, for those that moved; `None`:
    nowhere, it is new."""


Adapter: TypeAlias = Callable[["ChatRequest"], Adapted]
"""Takes a request and gives it adapted, as `functools.partial(normalise, target=…)`."""


def relocated(path: str, origins: Mapping[str, str | None]) -> str | None:
    """
    Give the place in the source of a path in the adapted request.

    Args:
        path: A path in the adapted request (`$.messages[2].parts[0].text`).
        origins: `Adapted.origins`.

    Returns:
        The path in the source: the longest beginning of *path* that moved, replaced;
        `None` for what the source did not have.
    """
    for start in _beginnings(path) if origins else ():
        if start in origins:
            origin = origins[start]
            return None if origin is None else origin + path[len(start) :]
    return path


def landed(path: str, origins: Mapping[str, str | None]) -> str | None:
    """
    Give the place in the adapted request of a path in the source.

    Args:
        path: A path in the source.
        origins: `Adapted.origins`.

    Returns:
        The path in the adapted request; `None` where something else stands now.
    """
    return _lander(origins)(path)


def _lander(origins: Mapping[str, str | None]) -> Callable[[str], str | None]:
    """Give `landed` for many paths: the way back is made once."""
    places = {old: new for new, old in origins.items() if old is not None}

    def land(path: str) -> str | None:
        for start in _beginnings(path) if origins else ():
            if start in places:
                return places[start] + path[len(start) :]
            if start in origins:
                return None
        return path

    return land


def _beginnings(path: str) -> Iterable[str]:
    """Give a path and the paths of all that it stands in, the longest first."""
    end = len(path)
    while end > 1:
        yield path[:end]
        end = max((m.start() for m in _STEP.finditer(path, 0, end)), default=0)


def _together(
    first: Iterable[Loss], second: Iterable[Loss], origins: Mapping[str, str | None]
) -> list[Loss]:
    """
    Give one account of two steps.

    Args:
        first: The losses so far; paths in the source.
        second: Those of the next step; paths in what the first gave.
        origins: Where that stood in the source.

    Returns:
        Losses with paths in the source.  What was changed first and dropped then is
        dropped, and what was made first and dropped then never was.
    """
    moved: list[Loss] = []
    for loss in second:
        path = None if loss.path is None else relocated(loss.path, origins)
        if path is not None or loss.to is not None:
            moved.append(loss if path == loss.path else attrs.evolve(loss, path=path))
    gone = _gone(moved)
    kept = [
        loss
        for loss in first
        if loss.to is not None
        or loss.path is None
        or not any(start in gone for start in _beginnings(loss.path))
    ]
    return [*kept, *moved]


def _gone(losses: Iterable[Loss]) -> set[str | None]:
    """Give the places of what is not there any more."""
    return {
        loss.path
        for loss in losses
        if loss.action in ("dropped", "needs_fetch") and loss.to is None
    }


def _next_places(step: Adapted) -> Callable[[str], str | None]:
    """Find places of the request that a step took in the one that it gave."""
    gone = _gone(step.losses)
    land = _lander(step.origins)

    def place(path: str) -> str | None:
        if any(start in gone for start in _beginnings(path)):
            return None
        return land(path)

    return place


def _settled(losses: Iterable[Loss], place: Callable[[str], str | None]) -> list[Loss]:
    """Let `to` name places in the next request; a loss that has none left is none."""
    out: list[Loss] = []
    for loss in losses:
        to = None if loss.to is None else place(loss.to)
        if to is not None or loss.path is not None:
            out.append(loss if to == loss.to else attrs.evolve(loss, to=to))
    return out


def chain(request: ChatRequest, adapters: Iterable[Adapter]) -> Adapted:
    """
    Run adapters one after another.

    Args:
        request: The request as the client sent it.
        adapters: What to do, in this order.

    Returns:
        The last request with one account of all steps: every `path` lies in
        *request*, every `to` in the last request.
    """
    losses: list[Loss] = []
    origins: dict[str, str | None] = {}
    aliases = NO_ALIASES
    for adapter in adapters:
        step = adapter(request)
        losses = _settled(losses, _next_places(step))
        losses = _together(losses, step.losses, origins)
        aliases = _joined(aliases, step.aliases)
        origins = _composed(origins, step.origins)
        request = step.request
    return Adapted(
        request=request, losses=tuple(losses), aliases=aliases, origins=origins
    )


def _composed(
    first: dict[str, str | None], second: Mapping[str, str | None]
) -> dict[str, str | None]:
    """Follow two steps back to the source."""
    out = {
        new: None if old is None else relocated(old, first)
        for new, old in second.items()
    }
    land = _lander(second)
    for place, origin in first.items():
        new_place = land(place)
        if new_place is not None:
            out.setdefault(new_place, origin)
    return out


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
    codec = codecs.get(target)
    encoded = codec.encode_request(adapted.request, on_loss=COLLECT, **options)
    losses: Iterable[Loss] = adapted.losses
    if any(Landing.is_needed(loss.to) for loss in losses):
        losses = _settled(
            losses, _output_places(codec, adapted.request, encoded, options)
        )
    log = LossLog(target)
    log.extend(_together(losses, encoded.losses, adapted.origins))
    return attrs.evolve(
        encoded,
        losses=log.settle(on_loss),
        aliases=_joined(adapted.aliases, encoded.aliases),
    )


def _output_places(
    codec: ChatCodec,
    request: ChatRequest,
    encoded: EncodedRequest,
    options: Mapping[str, Any],
) -> Callable[[str], str | None]:
    """Find places of *request* in the output: encoders drop and split messages."""
    try:
        decoded = codec.decode_request(
            encoded.body,
            path=encoded.path,
            query="&".join(f"{name}={value}" for name, value in encoded.query),
            headers=encoded.headers,
            **options,
        )
    except RequestDecodeError:
        return lambda place: place
    return Landing(request, decoded, encoded.losses).place


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
