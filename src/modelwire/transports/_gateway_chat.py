"""
Serving a chat request: decode, translate, send, translate back.

Nothing is answered before the upstream's first word, so that what fails until then
still has a status.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import anyio

from modelwire import codecs
from modelwire.errors import ErrorInfo, TransportError
from modelwire.translate import (
    StreamTranslator,
    translate_decoded,
    translate_error,
    translate_headers,
    translate_response,
)
from modelwire.transports._access import codes_of
from modelwire.transports._exchange import Exchange, info_of
from modelwire.transports._http import read_error_async

if TYPE_CHECKING:
    from modelwire.codecs import EncodedRequest
    from modelwire.transports._raw import AsyncRawStream

__all__ = ["serve_chat"]

_CLOSING_TIME = 1.0
"""Seconds that closing an upstream's connection may take."""


async def serve_chat(exchange: Exchange) -> None:
    """
    Answer a chat request through the IR.

    Args:
        exchange: The request.

    Raises:
        ModelwireError: Nothing was answered yet; the caller answers.
    """
    endpoint = exchange.upstream.endpoint
    request = codecs.get(exchange.dialect).decode_request(
        exchange.body,
        path=exchange.path,
        query=exchange.query,
        headers=exchange.headers,
    )
    encoded = translate_decoded(
        request,
        source=exchange.dialect,
        target=endpoint.dialect,
        model=exchange.model,
        on_loss=exchange.settings.on_loss,
        target_profile=endpoint.profile(endpoint.dialect),
    )
    exchange.record.is_stream = request.stream
    lost = exchange.lost(encoded.losses)
    raw = await exchange.upstream.open(
        encoded, model=exchange.model, auth=exchange.auth
    )
    try:
        if not raw.ok:
            await _refused(exchange, raw)
        elif request.stream:
            await _streamed(exchange, encoded, raw, lost)
        else:
            await _whole(exchange, encoded, raw, lost)
    finally:
        # Also when this task is cancelled because the client left.
        with anyio.move_on_after(_CLOSING_TIME, shield=True):
            await raw.aclose()


async def _refused(exchange: Exchange, raw: AsyncRawStream) -> None:
    """Hand on an upstream's error in the client's shape."""
    body = await read_error_async(raw, exchange.upstream.limits)
    encoded = translate_error(
        body,
        source=exchange.upstream.endpoint.dialect,
        target=exchange.dialect,
        status=raw.status,
        headers=raw.headers,
    )
    if encoded.error is not None:
        exchange.record.error = encoded.error.kind
        exchange.record.upstream_id = encoded.error.request_id
    await exchange.reply.whole(encoded.status, encoded.headers, encoded.body)


async def _whole(
    exchange: Exchange,
    encoded: EncodedRequest,
    raw: AsyncRawStream,
    lost: tuple[tuple[str, str], ...],
) -> None:
    endpoint = exchange.upstream.endpoint
    body = await exchange.upstream.read(raw)
    answer = translate_response(
        body,
        source=endpoint.dialect,
        target=exchange.dialect,
        for_request=encoded,
        status=raw.status,
        headers=raw.headers,
        created=int(time.time()),
        on_loss=codecs.COLLECT,
        source_profile=endpoint.profile(endpoint.dialect),
    )
    exchange.record.stream_losses = codes_of(answer.losses)
    if answer.error is not None:
        exchange.record.error = answer.error.kind
    exchange.wrote()
    await exchange.reply.whole(answer.status, (*answer.headers, *lost), answer.body)


async def _streamed(
    exchange: Exchange,
    encoded: EncodedRequest,
    raw: AsyncRawStream,
    lost: tuple[tuple[str, str], ...],
) -> None:
    endpoint = exchange.upstream.endpoint
    framing = framing_of(exchange)
    translator = StreamTranslator(
        endpoint.dialect,
        exchange.dialect,
        for_request=encoded,
        headers=raw.headers,
        created=int(time.time()),
        framing=framing,
        limits=exchange.settings.limits,
        source_profile=endpoint.profile(endpoint.dialect),
    )
    headers = (
        ("content-type", translator.content_type),
        ("cache-control", "no-cache"),
        # Proxies in front of us hold streams back unless they are told not to.
        ("x-accel-buffering", "no"),
        *translate_headers(
            raw.headers, source=endpoint.dialect, target=exchange.dialect
        ),
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


def framing_of(exchange: Exchange) -> str | None:
    """Give the framing of the stream that the client wants."""
    # generateContent streams are a JSON array unless the query says `alt=sse`.
    if exchange.dialect != "gemini-generate":
        return None
    return "sse" if "alt=sse" in exchange.query.split("&") else "json_array"
