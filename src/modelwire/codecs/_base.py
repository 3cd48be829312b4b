"""
What every dialect codec takes and gives: the shared values.

What it is, say the protocols (`_protocols`), whose names stand here too, as do those
of `_encoded`.  Nothing here knows a dialect, opens a socket, or reads a clock.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

import attrs

from modelwire.ir._base import Node

# What encoders take and give, the native events and the protocols load when they are
# asked for, because a chunk decoder needs none of them.
if TYPE_CHECKING:
    from modelwire.codecs._encoded import (
        COLLECT,
        RAISE_ON_ERROR,
        EncodedRequest,
        EncodedResponse,
        LossPolicy,
    )
    from modelwire.codecs._native import (
        EndSentinel,
        GrammarViolation,
        KeepaliveComment,
        MalformedEvent,
        NativeEvent,
        NativeItem,
    )
    from modelwire.codecs._protocols import (
        ChatCodec,
        EventDecoder,
        EventEncoder,
        StreamChecker,
        StreamDecoder,
        StreamEncoder,
    )

__all__ = [
    "COLLECT",
    "NO_ALIASES",
    "RAISE_ON_ERROR",
    "Aliases",
    "ChatCodec",
    "EncodedRequest",
    "EncodedResponse",
    "EndSentinel",
    "EventDecoder",
    "EventEncoder",
    "GrammarViolation",
    "Headers",
    "Ids",
    "KeepaliveComment",
    "LossPolicy",
    "MalformedEvent",
    "NativeEvent",
    "NativeItem",
    "StreamChecker",
    "StreamDecoder",
    "StreamEncoder",
]

Headers: TypeAlias = Iterable[tuple[str, str]]
"""Header pairs in any order; names are compared without case."""

Ids: TypeAlias = Callable[[str], str]
"""Takes a kind (`response`, `message`, `call`, `item`) and gives a new id."""

Framing: TypeAlias = Literal["sse", "json_array", "ndjson"] | None
"""A stream's framing, where a dialect has several; `None`: its usual one."""


# --- names and ids that had to change -----------------------------------------------


@attrs.frozen(kw_only=True, weakref_slot=False, eq=False, repr=False)
class Aliases(Node):
    """
    Tool names and call ids that were made legal for a target.

    Both maps go from the target's spelling to the source's, so that what comes back
    from the target finds its way home.  The renaming is deterministic in the name
    alone.
    """

    names: Mapping[str, str] = attrs.field(factory=dict)
    """Tool names: target to source."""
    call_ids: Mapping[str, str] = attrs.field(factory=dict)
    """Call ids: target to source."""
    custom: frozenset[str] = frozenset()
    """Names (the target's) of free-text tools that were declared as functions."""

    def name(self, target: str) -> str:
        """Give the source's name of the tool that the target calls *target*."""
        return self.names.get(target, target)

    def call_id(self, target: str) -> str:
        """Give the source's id of the call that the target calls *target*."""
        return self.call_ids.get(target, target)


NO_ALIASES: Final = Aliases()


# --- names that load when they are asked for ----------------------------------------

_LATE: Final = {
    "COLLECT": "_encoded",
    "ChatCodec": "_protocols",
    "EncodedRequest": "_encoded",
    "EncodedResponse": "_encoded",
    "EndSentinel": "_native",
    "EventDecoder": "_protocols",
    "EventEncoder": "_protocols",
    "GrammarViolation": "_native",
    "KeepaliveComment": "_native",
    "LossPolicy": "_encoded",
    "MalformedEvent": "_native",
    "NativeEvent": "_native",
    "NativeItem": "_native",
    "RAISE_ON_ERROR": "_encoded",
    "StreamChecker": "_protocols",
    "StreamDecoder": "_protocols",
    "StreamEncoder": "_protocols",
}


def __getattr__(name: str) -> Any:
    home = _LATE.get(name)
    if home is None:
        msg = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(msg)
    value = getattr(importlib.import_module(f"modelwire.codecs.{home}"), name)
    globals()[name] = value
    return value
