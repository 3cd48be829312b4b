"""
What event decoders give: the native events of a dialect, and what is no event.

Apart from `_base`, whose names they are too, so that a decoder of chunks does not
load them.
"""

from __future__ import annotations

from typing import TypeAlias

import attrs

from modelwire.errors import RemoteProtocolError
from modelwire.ir._base import JSONObject, Node
from modelwire.sse import FramingFault

__all__ = [
    "EndSentinel",
    "GrammarViolation",
    "KeepaliveComment",
    "MalformedEvent",
    "NativeEvent",
    "NativeItem",
]


@attrs.frozen(weakref_slot=False, eq=False, repr=False)
class NativeEvent(Node):
    """One event of a dialect's stream, with its JSON whole."""

    dialect: str
    """The dialect."""
    type: str
    """The event's type (`message_start`, `chat.completion.chunk`)."""
    data: JSONObject
    """The event's JSON."""


@attrs.frozen(weakref_slot=False, eq=False, repr=False)
class EndSentinel(Node):
    """The dialect's end marker that is no JSON (`[DONE]`)."""

    raw: str = "[DONE]"
    """The marker as received."""


@attrs.frozen(weakref_slot=False, eq=False, repr=False)
class KeepaliveComment(Node):
    """A comment of the framing; some providers send them to keep connections open."""

    text: str
    """The comment's text."""


@attrs.frozen(weakref_slot=False, eq=False, repr=False)
class MalformedEvent(Node):
    """An event whose payload is no JSON object."""

    raw: str
    """The payload as received, cut at the limit for kept text."""
    error: RemoteProtocolError
    """What is wrong with it."""


NativeItem: TypeAlias = (
    NativeEvent | EndSentinel | KeepaliveComment | MalformedEvent | FramingFault
)
"""What an event decoder gives."""


@attrs.frozen(kw_only=True, weakref_slot=False, eq=False, repr=False)
class GrammarViolation(Node):
    """An event that the dialect's grammar does not allow where it stands."""

    index: int
    """Number of the offending event, from 0; one past the last means the end."""
    event: str
    """Its type."""
    state: str
    """The state of the stream before it."""
    rule: str
    """What the grammar says."""
