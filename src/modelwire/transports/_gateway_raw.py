"""
Serving what the upstream speaks itself: bytes forwarded untouched, both ways.

Only the model's name may change, in its own bytes of the body or in the path.  A tap
beside the stream reads usage and finish for the log.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import anyio

from modelwire import codecs
from modelwire.errors import TransportError
from modelwire.translate import StreamTap
from modelwire.transports._exchange import Exchange, info_of

if TYPE_CHECKING:
    from modelwire.transports._dispatch import Dispatch
    from modelwire.transports._raw import AsyncRawStream

__all__ = ["forward"]

_CLOSING_TIME: Final = 1.0
_DROPPED: Final = frozenset(
    {
        # Of one connection only.
        "connection", "keep-alive", "proxy-authenticate", "proxy-connection", "te",
        "trailer", "transfer-encoding", "upgrade", "alt-svc",
        # No longer true of the bytes that we send, or the server's own to say.
        "content-length", "content-encoding", "date", "server",
        # Of one client only.
        "set-cookie", "strict-transport-security",
    }
)  # fmt: skip


async def forward(exchange: Exchange, call: Dispatch, *, is_stream: bool) -> None:
    """
    Forward a request and its answer.

    Args:
        exchange: The request.
        call: The same, addressed to the upstream.
        is_stream: Whether the client asked for a stream.

    Raises:
        ModelwireError: Nothing was answered yet; the caller answers.
    """
    exchange.record.is_stream = is_stream
    raw = await exchange.upstream.open(
        call.encoded,
        model=call.model,
        auth=exchange.auth,
    )
    try:
        await _answered(exchange, raw, is_stream=is_stream)
    finally:
        with anyio.move_on_after(_CLOSING_TIME, shield=True):
            await raw.aclose()


async def _answered(
    exchange: Exchange, raw: AsyncRawStream, *, is_stream: bool
) -> None:
    headers = tuple(pair for pair in raw.headers if pair[0] not in _DROPPED)
    exchange.record.upstream_id = dict(raw.headers).get(
        codecs.get(exchange.dialect).RESPONSE_HEADERS.get("request-id", "")
    )
    reply = exchange.reply
    if not (is_stream and raw.ok):
        await reply.start(raw.status, headers)
        async for piece in raw:
            exchange.wrote()
            await reply.piece(piece)
        await reply.end()
        return
    tap = StreamTap(
        exchange.dialect, headers=raw.headers, limits=exchange.settings.limits
    )
    await reply.start(raw.status, headers)
    try:
        async for piece in raw:
            exchange.wrote()
            await reply.piece(piece)
            tap.feed(piece)
    except TransportError as error:
        # The client must see that it was cut: the answer is left without its end.
        exchange.record.error = info_of(error).kind
        raise
    tap.close()
    exchange.record.use(tap.usage)
    if tap.finish is not None:
        exchange.record.finish = tap.finish.kind
    if tap.error is not None:
        exchange.record.error = tap.error.kind
    await reply.end()
