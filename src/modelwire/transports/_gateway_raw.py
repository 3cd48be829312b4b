"""
Serving what the upstream speaks itself: bytes forwarded untouched, both ways.

Only the model's name may change, in its own bytes of the body or in the path.  A tap
beside the stream reads usage and finish for the log.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qsl

import anyio

from modelwire import codecs
from modelwire.codecs import EncodedRequest
from modelwire.codecs._json_splice import replace_member
from modelwire.errors import TransportError
from modelwire.translate import StreamTap
from modelwire.transports._exchange import Exchange, info_of
from modelwire.transports._operations import operation

if TYPE_CHECKING:
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
_CREDENTIALS: Final = frozenset({"key", "access_token", "api_key"})
"""Query names that hold credentials."""


async def forward(exchange: Exchange, *, is_stream: bool) -> None:
    """
    Forward a request and its answer.

    Args:
        exchange: The request.
        is_stream: Whether the client asked for a stream.

    Raises:
        ModelwireError: Nothing was answered yet; the caller answers.
    """
    exchange.record.is_stream = is_stream
    raw = await exchange.upstream.open(
        outgoing_of(exchange, is_stream=is_stream),
        model=exchange.model,
        auth=exchange.auth,
    )
    try:
        await _answered(exchange, raw, is_stream=is_stream)
    finally:
        with anyio.move_on_after(_CLOSING_TIME, shield=True):
            await raw.aclose()


def outgoing_of(exchange: Exchange, *, is_stream: bool) -> EncodedRequest:
    """
    Give the upstream's request.

    Args:
        exchange: The client's.
        is_stream: Whether it asks for a stream.

    Returns:
        The same bytes, addressed to the vendor's path.
    """
    row = operation(exchange.dialect, exchange.route.operation)
    if row is None:  # pragma: no cover - `is_native` asked before
        raise LookupError(exchange.route.operation)
    body = exchange.body
    if row.model_in_body and exchange.model != exchange.record.model:
        body = replace_member(body, "model", exchange.model)
    known = codecs.get(exchange.dialect).REQUEST_HEADERS
    kept = [pair for pair in exchange.headers if pair[0] in known]
    content = dict(exchange.headers).get("content-type")
    if content is not None:
        kept.append(("content-type", content))
    # Asked for plain, so that the tap can read what the client gets.
    kept.append(("accept-encoding", "identity"))
    return EncodedRequest(
        method=row.method,
        path=row.path_for(exchange.model, stream=is_stream),
        query=tuple(
            pair
            for pair in parse_qsl(exchange.query, keep_blank_values=True)
            if pair[0] not in _CREDENTIALS
        ),
        headers=tuple(kept),
        body=body,
    )


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
