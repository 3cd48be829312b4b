"""
The Responses stream from bytes: into chunks, and into its native events.

`stream_decoder` gives a `StreamDecoder` (the loop is `_sse_stream`, the meaning of
each event `_stream_machine`), `event_decoder` an `EventDecoder`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelwire.codecs._limits import DEFAULT_LIMITS
from modelwire.codecs._sse_stream import SSEStreamDecoder
from modelwire.codecs.openai_responses._stream_alike import AlikeDeltas
from modelwire.codecs.openai_responses._stream_machine import ResponsesMachine
from modelwire.codecs.openai_responses._wire import DIALECT

if TYPE_CHECKING:
    from modelwire.codecs._base import (
        Aliases,
        EncodedRequest,
        EventDecoder,
        Headers,
        Ids,
        StreamDecoder,
    )
    from modelwire.codecs._limits import Limits
    from modelwire.codecs._profile import Profile
    from modelwire.ir._request import ChatRequest

__all__ = ["event_decoder", "stream_decoder"]


def stream_decoder(
    *,
    headers: Headers = (),
    request: ChatRequest | EncodedRequest | None = None,
    aliases: Aliases | None = None,
    ids: Ids | None = None,
    limits: Limits = DEFAULT_LIMITS,
    profile: Profile | None = None,  # noqa: ARG001 - no variant differs here
    keep_raw: bool = True,
) -> StreamDecoder:
    """
    Make a decoder of a Responses stream.

    Args:
        headers: The response's headers; errors take the request id from them.
        request: The request that is answered; an `EncodedRequest` brings its aliases.
        aliases: What was renamed for the request; names and call ids of the answer
            get their own spelling back.
        ids: Gives ids to tool calls that have none; `None`: they keep `""`.
        limits: What may be held.
        profile: Not used.
        keep_raw: Whether chunks carry the native event.

    Returns:
        A decoder from bytes to chunks.
    """
    if aliases is None:
        aliases = getattr(request, "aliases", None)
    machine = ResponsesMachine(
        headers=tuple(headers),
        aliases=aliases,
        ids=ids,
        limits=limits,
        keep_raw=keep_raw,
    )
    return SSEStreamDecoder(machine, limits=limits, alike=AlikeDeltas(machine))


def event_decoder(
    *, headers: Headers = (), limits: Limits = DEFAULT_LIMITS
) -> EventDecoder:
    """
    Make a decoder of a Responses stream's native events.

    Args:
        headers: Not used.
        limits: What may be held.

    Returns:
        A decoder from bytes to `NativeEvent`.
    """
    # Not at the top: a stream decoder does not need the native layer.
    from modelwire.codecs._sse_events import SSEEventDecoder  # noqa: PLC0415

    del headers
    return SSEEventDecoder(DIALECT, limits=limits)
