"""
Serving what the upstream speaks no dialect of: decode, translate, send, translate back.

Nothing is answered before the upstream's first word, so that what fails until then
still has a status.
"""

from __future__ import annotations

import time
from contextlib import suppress
from typing import TYPE_CHECKING

import anyio

from modelwire.errors import ErrorInfo, TransportError
from modelwire.transports._access import codes_of
from modelwire.transports._exchange import Exchange, info_of, losses_header
from modelwire.transports._http import read_error_async
from modelwire.transports._raw import RawResponse

if TYPE_CHECKING:
    from modelwire.translate import StreamTranslator
    from modelwire.transports._dispatch import Dispatch
    from modelwire.transports._raw import AsyncRawStream

__all__ = ["CLOSING_TIME", "translate_through"]

CLOSING_TIME = 1.0
"""Seconds that closing an upstream's connection may take."""
_DRAINING_TIME = 0.25
"""Seconds that an upstream has to end its connection's answer behind its last event."""


async def translate_through(exchange: Exchange, call: Dispatch) -> None:
    """
    Answer a request through the IR.

    Args:
        exchange: The request.
        call: The same in the upstream's dialect.

    Raises:
        ModelwireError: Nothing was answered yet; the caller answers.
    """
    lost = exchange.lost(call.encoded.losses)
    raw = await exchange.upstream.open(
        call.encoded, model=call.model, auth=exchange.auth(call.upstream_dialect)
    )
    try:
        if exchange.wish.is_stream and raw.ok:
            await _streamed(exchange, call, raw, lost)
        else:
            await _whole(exchange, call, raw, lost)
    finally:
        # Also when this task is cancelled because the client left.
        with anyio.move_on_after(CLOSING_TIME, shield=True):
            await raw.aclose()


async def _whole(
    exchange: Exchange,
    call: Dispatch,
    raw: AsyncRawStream,
    lost: tuple[tuple[str, str], ...],
) -> None:
    """Answer in one piece; an upstream's error, too, in the client's own shape."""
    unproven = exchange.unproven(raw.status)
    if unproven is not None:
        await exchange.refuse(unproven, status=raw.status)
        return
    if raw.ok:
        body = await exchange.upstream.read(raw)
    else:
        body = await read_error_async(raw, exchange.upstream.limits)
    answer = call.translated(
        RawResponse(status=raw.status, headers=raw.headers, body=body),
        created=int(time.time()),
    )
    record = exchange.record
    record.answer_losses = codes_of(answer.losses)
    if answer.error is not None:
        record.error = answer.error.kind
        record.upstream_id = answer.error.request_id
    exchange.wrote()
    more = losses_header(
        "x-modelwire-answer-losses",
        answer.losses,
        shown=exchange.settings.show_losses,
    )
    status = answer.status if raw.ok or raw.status >= 400 else 502
    await exchange.reply.whole(status, (*answer.headers, *lost, *more), answer.body)
    if answer.error is None and exchange.route.operation == "chat":
        record.read(exchange.dialect, answer.body)


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
    exchange.on_silence = writer.live
    try:
        failure = await _relayed(raw, translator, writer)
        exchange.on_silence = None
        await writer.finish(failure)
    finally:
        writer.note()
    if failure is None:
        # Read to its end, the connection serves again; the client has all it gets.
        with anyio.move_on_after(_DRAINING_TIME), suppress(TransportError):
            async for _ in raw:
                pass


async def _relayed(
    raw: AsyncRawStream, translator: StreamTranslator, writer: _Writer
) -> ErrorInfo | None:
    """Translate until the stream says its end, or its connection does."""
    feed, write = translator.feed, writer.write
    failure: ErrorInfo | None = None
    try:
        async for piece in raw:
            data = feed(piece)
            if data:
                await write(data)
                # Some servers keep the connection open behind the last event, and
                # some clients leave as soon as they have read it.
                if translator.complete or translator.error is not None:
                    break
    except TransportError as error:
        failure = info_of(error)
    data = translator.close() if failure is None else translator.abort(failure)
    if data:
        await write(data)
    return failure


class _Writer:
    """Writes a stream, and opens the answer at its first byte."""

    def __init__(
        self,
        exchange: Exchange,
        translator: StreamTranslator,
        headers: tuple[tuple[str, str], ...],
    ) -> None:
        self._exchange = exchange
        self._reply = exchange.reply
        self._translator = translator
        self._headers = headers

    async def write(self, data: bytes) -> None:
        """Write what the translator gave; it is not empty."""
        if self._reply.status is None:
            self._exchange.wrote()
            await self._reply.start(200, self._headers)
        await self._reply.piece(data)

    async def live(self) -> None:
        """
        Write the dialect's sign of life, where it has one.

        The translator gives whole events, so that it never lands inside one; before
        the first event there is none, because the status is still open.
        """
        data = self._translator.keepalive()
        if data:
            await self.write(data)

    async def finish(self, failure: ErrorInfo | None) -> None:
        """End the answer, or refuse where nothing was written."""
        exchange = self._exchange
        if self._reply.status is not None:
            error = failure or self._translator.error
            if error is not None:
                exchange.record.error = error.kind
            await self._reply.end()
        elif failure is not None:
            await exchange.refuse(failure, status=failure.status)
        else:
            await exchange.refuse(self._translator.error or _EMPTY)

    def note(self) -> None:
        """Note what the stream said of itself, for the log."""
        record, translator = self._exchange.record, self._translator
        record.use(translator.usage)
        record.answer_losses = codes_of(translator.losses)
        if translator.finish is not None:
            record.finish = translator.finish.kind


_EMPTY = ErrorInfo(
    kind="server_error", status=502, message="the upstream's stream was empty"
)
