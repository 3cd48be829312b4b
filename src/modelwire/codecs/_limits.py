"""
The limits that keep a decoder or encoder from growing with a hostile peer.

Every buffer of the library has one of these in front of it.  A limit that the peer's
bytes pass gives `LimitExceededError` (inside a fault item, where a decoder meets it).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import attrs

from modelwire._node import Node
from modelwire.errors import LocalError

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["DEFAULT_LIMITS", "Limits"]

_KIB: Final = 1024
_MIB: Final = 1024 * 1024


def _at_least(minimum: int) -> Callable[[Any, attrs.Attribute[Any], Any], None]:
    """Make a validator; a wrong limit is the caller's mistake, so `LocalError`."""

    def check(_limits: Any, attribute: attrs.Attribute[Any], value: Any) -> None:
        if value is None and attribute.default is None:
            return
        if type(value) is not int or value < minimum:
            msg = f"a limit is an int of {minimum} or more"
            raise LocalError(msg, path=attribute.name)

    return check


@attrs.frozen(kw_only=True, weakref_slot=False, eq=False, repr=False)
class Limits(Node):
    """
    What one decoder or encoder may hold.

    The defaults let through everything that a provider was seen to send, with room,
    and are not sized for a server with thousands of open streams: such a server
    lowers *max_event_bytes* and *max_held_bytes* to what its clients may use.
    """

    max_line_bytes: int = attrs.field(default=64 * _MIB, validator=_at_least(1))
    """
    Longest line of SSE or NDJSON, in bytes without its end.

    The JSON dialects write an event as one line, so this is no smaller than
    *max_event_bytes*.  Worst case: one line of this size is held as bytes.
    """
    max_event_bytes: int = attrs.field(default=64 * _MIB, validator=_at_least(1))
    """
    Largest single event, frame or JSON array element, in bytes.

    Partial images and terminal events that repeat a whole response come as one event
    of several MiB.  Worst case: the event as bytes, as text and as parsed values,
    three to four times this number.
    """
    max_total_bytes: int | None = attrs.field(default=None, validator=_at_least(1))
    """
    Most bytes that one decoder takes over its life; `None` sets no bound.

    No memory grows with the total, so this guards time and money only.
    """
    max_json_depth: int = attrs.field(default=128, validator=_at_least(1))
    """
    How many JSON containers may be open at once.

    Recorded traffic stays below 20; tool schemas and their arguments decide.  Worst
    case: that many frames of a parser's C stack.
    """
    max_open_blocks: int = attrs.field(default=1024, validator=_at_least(1))
    """
    How many blocks of one stream may be open at once.

    Parallel tool calls over all choices.  Worst case: about 1 KiB of state each,
    1 MiB with the default, beside the text that *max_held_bytes* counts.
    """
    max_held_bytes: int = attrs.field(default=64 * _MIB, validator=_at_least(0))
    """
    What a stream encoder, or a decoder that must join pieces, may buffer, in bytes.

    Deltas of a second block while a sequential dialect has the first one open, and
    the text that a terminal event repeats (Responses, images included).  Worst case:
    three times this number in words of forty characters each, and up to ten times more
    while the events that end an answer of Responses are written, each of which
    repeats it (tests/limits/test_memory.py).
    """
    max_ignored_bytes: int = attrs.field(default=64 * _KIB, validator=_at_least(0))
    """
    How much of what the framing ignores is kept, in bytes.

    An HTML or JSON error page sent as the body of a stream is all ignored lines; its
    beginning is what explains the failure.  The rest is dropped and counted; it is no
    fault.
    """


DEFAULT_LIMITS: Final = Limits()
"""The limits of everything that is not given others."""
