"""
Serving what the upstream speaks itself: bytes forwarded untouched, both ways.

Only the model's name may change, in its own bytes of the body or in the path.  A tap
beside the answer reads usage and finish for the log.  An error keeps its bytes, too,
where it is one of the dialect; what stands in front of an upstream (a proxy's page, a
redirect) becomes one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import anyio

from modelwire import codecs
from modelwire.errors import ErrorInfo, TransportError
from modelwire.translate import StreamTap
from modelwire.transports._exchange import Exchange, info_of
from modelwire.transports._gateway_chat import CLOSING_TIME
from modelwire.transports._http import read_error_async

if TYPE_CHECKING:
    from modelwire.transports._dispatch import Dispatch
    from modelwire.transports._raw import AsyncRawStream

__all__ = ["forward", "kept_headers"]

_DROPPED: Final = frozenset(
    {
        # Of one connection only.
        "connection", "keep-alive", "proxy-authenticate", "proxy-connection", "te",
        "trailer", "transfer-encoding", "upgrade", "alt-svc",
        # No longer true of the bytes that we send, or the server's own to say.
        "content-length", "content-encoding", "date", "server",
        # Of one client only.
        "set-cookie", "strict-transport-security",
        # Of the account whose key was used, which need not be the client's.
        "openai-organization", "openai-project", "anthropic-organization-id",
    }
)  # fmt: skip
_DROPPED_FAMILIES: Final = ("access-control-", "x-modelwire-")
"""Who may read an answer in a browser, and what was lost, is ours to say."""

_MOST_READ: Final = 4 * 1024 * 1024
"""The longest whole answer (bytes) that is read for the log."""


async def forward(exchange: Exchange, call: Dispatch) -> None:
    """
    Forward a request and its answer.

    Args:
        exchange: The request.
        call: The same, addressed to the upstream.

    Raises:
        ModelwireError: Nothing was answered yet and the caller answers; or the answer
            was cut, and the client is to see that.
    """
    raw = await exchange.upstream.open(
        call.encoded, model=call.model, auth=exchange.auth(call.upstream_dialect)
    )
    try:
        names = codecs.get(exchange.dialect).RESPONSE_HEADERS
        exchange.record.upstream_id = dict(raw.headers).get(names.get("request-id", ""))
        if not raw.ok:
            await _failed(exchange, raw)
        elif exchange.wish.is_stream:
            await _streamed(exchange, raw)
        else:
            await _whole(exchange, raw)
    finally:
        with anyio.move_on_after(CLOSING_TIME, shield=True):
            await raw.aclose()


def kept_headers(headers: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
    """
    Give the headers of an upstream's answer that a client gets.

    Args:
        headers: The answer's headers, names in lower case.

    Returns:
        All but those of one connection, of one client or account, and of browsers.
    """
    named = ",".join(value for name, value in headers if name == "connection")
    hops = {name.strip().lower() for name in named.split(",")}
    return tuple(
        (name, value)
        for name, value in headers
        if name not in _DROPPED
        and name not in hops
        and not name.startswith(_DROPPED_FAMILIES)
    )


async def _failed(exchange: Exchange, raw: AsyncRawStream) -> None:
    """Hand an error on, bounded."""
    if raw.status < 400:
        text = f"the upstream answered with status {raw.status}"
        info = ErrorInfo(kind="server_error", status=502, message=text)
        await exchange.refuse(info, status=502)
        return
    unproven = exchange.unproven(raw.status)
    if unproven is not None:
        await exchange.refuse(unproven, status=raw.status)
        return
    most = exchange.upstream.limits
    body = await read_error_async(raw, most)
    info = codecs.get(exchange.dialect).decode_error(
        body, status=raw.status, headers=raw.headers
    )
    if not _is_json(raw.headers) or len(body) >= most.error_body:
        await exchange.refuse(info, status=raw.status)
        return
    exchange.record.error = info.kind
    exchange.wrote()
    await exchange.reply.whole(raw.status, kept_headers(raw.headers), body)


def _is_json(headers: tuple[tuple[str, str], ...]) -> bool:
    kind = dict(headers).get("content-type", "").partition(";")[0].strip().lower()
    return kind == "application/json" or kind.endswith("+json")


async def _whole(exchange: Exchange, raw: AsyncRawStream) -> None:
    reply, record = exchange.reply, exchange.record
    await reply.start(raw.status, kept_headers(raw.headers))
    kept: list[bytes] | None = [] if exchange.route.operation == "chat" else None
    async for piece in raw:
        exchange.wrote()
        await reply.piece(piece)
        if kept is not None:
            kept.append(piece)
            if reply.size > _MOST_READ:
                kept = None
    await reply.end()
    if kept is not None:
        record.read(exchange.dialect, b"".join(kept))


async def _streamed(exchange: Exchange, raw: AsyncRawStream) -> None:
    reply, record = exchange.reply, exchange.record
    tap = StreamTap(
        exchange.dialect, headers=raw.headers, limits=exchange.settings.limits
    )
    await reply.start(raw.status, kept_headers(raw.headers))
    try:
        async for piece in raw:
            exchange.wrote()
            await reply.piece(piece)
            tap.feed(piece)
            # What follows is forwarded, too, but a client may leave without it.
            exchange.is_said = tap.complete
    except TransportError as error:
        # The client must see that it was cut: the answer is left without its end.
        record.error = info_of(error).kind
        raise
    finally:
        tap.close()
        record.use(tap.usage)
        if tap.finish is not None:
            record.finish = tap.finish.kind
        if tap.error is not None:
            record.error = record.error or tap.error.kind
    await reply.end()
