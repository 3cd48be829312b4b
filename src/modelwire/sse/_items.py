"""
What the scanner gives out beside events: comments, and the one fault that ends it.

Don't subclass these.  They are values: frozen, compared by their fields, unhashable
by design (the same rule as for the IR, whose values may hold JSON objects).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, final

import attrs

from modelwire._node import Node

if TYPE_CHECKING:
    from modelwire.errors import RemoteProtocolError

__all__ = ["DEFAULT_EVENT", "FramingFault", "SSEComment"]

DEFAULT_EVENT: Final = "message"
"""The type of an event whose block names none (WHATWG HTML, 9.2.6)."""


@final
@attrs.frozen(weakref_slot=False, eq=False, repr=False)
class SSEComment(Node):
    """A comment line, which many servers send to keep a connection alive."""

    text: str
    """The text after the colon, not stripped: `: ping` gives " ping"."""


@final
@attrs.frozen(weakref_slot=False, eq=False, repr=False)
class FramingFault(Node):
    """The stream cannot be read any further; always the last item."""

    error: RemoteProtocolError
    """What is wrong; a `LimitExceededError` names the limit and its value."""
    offset: int
    """Bytes from the start of the stream to the first byte that was too much."""
