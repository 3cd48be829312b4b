"""
Bytes of a chat completion stream to its native events.

Apart from `_stream_decoder`, which does not need the native layer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelwire.codecs._limits import DEFAULT_LIMITS
from modelwire.codecs._sse_events import SSEEventDecoder
from modelwire.codecs.openai_chat._wire import DIALECT, OBJECT_CHUNK

if TYPE_CHECKING:
    from modelwire.codecs._base import Headers
    from modelwire.codecs._limits import Limits
    from modelwire.ir._base import JSONObject

__all__ = ["event_decoder"]


def event_decoder(
    *,
    headers: Headers = (),  # noqa: ARG001 - the contract's; this dialect needs none
    limits: Limits = DEFAULT_LIMITS,
) -> SSEEventDecoder:
    """
    Make a decoder of the native events of one streamed answer.

    Args:
        headers: The response's headers.
        limits: What may be held.

    Returns:
        The decoder; an event's type is its `object`, or `error`.
    """
    return SSEEventDecoder(DIALECT, type_of=_type_of, limits=limits)


def _type_of(name: str | None, data: JSONObject) -> str:
    """Name an event: this dialect's events have no type of their own."""
    if data.get("error") is not None or name == "error":
        return "error"
    found = data.get("object")
    return found if type(found) is str and found else OBJECT_CHUNK
