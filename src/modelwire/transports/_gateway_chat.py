"""
Serving a chat request: decode, translate, send, translate back.

Nothing is answered before the upstream's first word, so that what fails until then
still has a status.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import anyio

from modelwire.errors import ErrorInfo, TransportError
from modelwire.transports._access import codes_of
from modelwire.transports._exchange import Exchange, info_of
from modelwire.transports._http import read_error_async
from modelwire.transports._raw import RawResponse

if TYPE_CHECKING:
    from modelwire.translate import StreamTranslator
    from modelwire.transports._dispatch import Dispatch
    from modelwire.transports._raw import AsyncRawStream

__all__ = ["serve_chat"]

_CLOSING_TIME = 1.0
"""Seconds that closing an upstream's connection may take."""


async def serve_chat(exchange: Exchange, call: Dispatch, *, is_stream: bool) -> None:
    """
    Answer a chat request through the IR.

    Args:
        exchange: The request.
        call: The same in the upstream's dialect.
        is_stream: Whether the client asked for a stream.

    Raises:
        ModelwireError: Nothing was answered yet; the caller answers.
    """
    exchange.record.is_stream = is_stream
    lost = exchange.lost(call.encoded.losses)
    raw = await exchange.upstream.open(
        call.encoded, model=call.model, auth=exchange.auth
    )
    try:
        if is_stream and raw.ok:
            await _streamed(exchange, call, raw, lost)
        else:
            await _whole(exchange, call, raw, lost)
    finally:
        # Also when this task is cancelled because the client left.
        with anyio.move_on_after(_CLOSING_TIME, shield=True):
            await raw.aclose()


async def _whole(
    exchange: Exchange,
    call: Dispatch,
    raw: AsyncRawStream,
    lost: tuple[tuple[str, str], ...],
) -> None:
    """Answer in one piece; an upstream's error, too, in the client's own shape."""
    if raw.ok:
        body = await exchange.upstream.read(raw)
    else:
        body = await read_error_async(raw, exchange.upstream.limits)
    answer = call.translated(
        RawResponse(status=raw.status, headers=raw.headers, body=body),
        created=int(time.time()),
    )
    record = exchange.record
    record.stream_losses = codes_of(answer.losses)
    if answer.error is not None:
        record.error = answer.error.kind
        record.upstream_id = answer.error.request_id
    exchange.wrote()
    await exchange.reply.whole(answer.status, (*answer.headers, *lost), answer.body)


async def _streamed(
    exchange: Exchange,
    call: Dispatch,
    raw: AsyncRawStream,
    lost: tuple[tuple[str, str], ...],
) -> None:
    translator = call.translator(
        raw.headers, created=int(time.time()), limits=exchange.settings.limits
    )
    headers = (
        *call.headers(translator, raw.headers),
        ("cache-control", "no-cache"),
        # Proxies in front of us hold streams back unless they are told not to.
        ("x-accel-buffering", "no"),
        *lost,
    )
    writer = _Writer(exchange, translator, headers)
    async with anyio.create_task_group() as tasks:
        if exchange.settings.keepalive is not None:
            tasks.start_soon(writer.keep_alive, exchange.settings.keepalive)
        try:
            async for piece in raw:
                await writer.write(translator.feed(piece))
        except TransportError as error:
            exchange.record.error = info_of(error).kind
        await writer.write(translator.close())
        tasks.cancel_scope.cancel()
    await writer.finish()


class _Writer:
    """Writes a stream: opens the answer at its first byte, and fills silences."""

    def __init__(
        self,
        exchange: Exchange,
        translator: StreamTranslator,
        headers: tuple[tuple[str, str], ...],
    ) -> None:
        self._exchange = exchange
        self._translator = translator
        self._headers = headers
        self._last = time.monotonic()
        self._is_writing = False

    async def write(self, data: bytes) -> None:
        """Write what the translator gave."""
        if not data:
            return
        self._is_writing = True
        reply = self._exchange.reply
        if reply.status is None:
            self._exchange.wrote()
            await reply.start(200, self._headers)
        await reply.piece(data)
        self._last = time.monotonic()
        self._is_writing = False

    async def keep_alive(self, interval: float) -> None:
        """Write the dialect's sign of life after each *interval* of silence."""
        while True:
            await anyio.sleep(max(self._last + interval - time.monotonic(), 0.01))
            # A piece is written whole before its writer waits, so that a sign of life
            # never lands inside an event; while one waits for the client, none is due.
            if self._is_writing or time.monotonic() - self._last < interval:
                continue
            self._last = time.monotonic()
            await self.write(self._translator.keepalive())

    async def finish(self) -> None:
        """End the answer, or refuse where nothing was written."""
        exchange, translator = self._exchange, self._translator
        record = exchange.record
        record.use(translator.usage)
        record.stream_losses = codes_of(translator.losses)
        if translator.finish is not None:
            record.finish = translator.finish.kind
        if translator.error is not None:
            record.error = translator.error.kind
        if exchange.reply.status is not None:
            await exchange.reply.end()
            return
        await exchange.refuse(
            translator.error
            or ErrorInfo(kind="server_error", status=502, message="an empty answer")
        )
