"""
Everything that a provider offers, in every dialect, asynchronously.

Native methods take and give the vendor's JSON objects; `complete` takes and gives the
IR; `*_raw` methods give bytes and raise for no status.  What the upstream speaks goes
through untouched, what it does not goes through the IR, and what it does not have
raises `NotImplementedByProvider`.
"""

from __future__ import annotations

import time
from collections.abc import AsyncIterable, AsyncIterator, Mapping
from typing import TYPE_CHECKING, Any, Self

from modelwire.codecs import RAISE_ON_ERROR, LossPolicy
from modelwire.codecs._json import dumps
from modelwire.errors import TransportError
from modelwire.transports._async_client import AsyncChatStream, AsyncCompletionModel
from modelwire.transports._async_provider_operations import AsyncOperations
from modelwire.transports._async_upstream import AsyncUpstream
from modelwire.transports._dispatch import (
    Dispatch,
    NotImplementedByProvider,
    dispatch,
)
from modelwire.transports._http import (
    DEFAULT_HTTP_LIMITS,
    DEFAULT_TIMEOUTS,
    HttpLimits,
    Timeouts,
    read_error_async,
)
from modelwire.transports._native import (
    ANTHROPIC,
    CHAT,
    GEMINI,
    RESPONSES,
    EventReader,
    OneBody,
    json_object,
    named_model,
    refused,
)
from modelwire.transports._operations import operation
from modelwire.transports._raw import AsyncRawStream, RawResponse

if TYPE_CHECKING:
    from modelwire.codecs import NativeEvent
    from modelwire.codecs._base import Headers
    from modelwire.ir import ChatRequest, ChatResponse
    from modelwire.ir._base import JSONObject
    from modelwire.translate import StreamTranslator
    from modelwire.transports._endpoint import Endpoint

__all__ = ["AsyncNativeStream", "AsyncProvider"]


class AsyncNativeStream:
    """
    The native events of a stream while they come.

    An iterator and a context manager: leaving it early closes the connection.  What
    is no event of the dialect raises `RemoteProtocolError`, a connection that fails
    `TransportError`; the events before it come out first.
    """

    def __init__(self, dialect: str, raw: AsyncRawStream) -> None:
        self._raw = raw
        self._reader = EventReader(dialect, raw.headers)
        self.headers: tuple[tuple[str, str], ...] = raw.headers
        """The answer's headers."""

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    def __aiter__(self) -> AsyncIterator[NativeEvent]:
        return self

    async def __anext__(self) -> NativeEvent:
        while True:
            event = self._reader.take()
            if event is not None:
                return event
            if self._reader.is_over:
                await self.aclose()
                raise StopAsyncIteration
            self._reader.feed(await anext(self._raw.iterator, None))

    async def aclose(self) -> None:
        """Close the connection, where it is still open."""
        await self._raw.aclose()


class _Translated:
    """The bytes of a translated stream, from its first output on."""

    def __init__(self, raw: AsyncRawStream, translator: StreamTranslator) -> None:
        self._raw = raw
        self._translator = translator
        self._first: bytes | None = None
        self._is_over = False

    async def open(self) -> bool:
        """Read up to the first output; False: there is none."""
        self._first = await self._next_output(may_fail=True)
        return self._first is not None

    async def _next_output(self, *, may_fail: bool = False) -> bytes | None:
        while not self._is_over:
            try:
                piece = await anext(self._raw.iterator, None)
            except TransportError:
                # Before the first output the caller still gets an exception; later
                # the translator ends the stream in the dialect's own error.
                if may_fail:
                    raise
                piece = None
            self._is_over = piece is None
            out = (
                self._translator.close()
                if piece is None
                else self._translator.feed(piece)
            )
            if out:
                return out
        return None

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self

    async def __anext__(self) -> bytes:
        out, self._first = self._first, None
        out = out or await self._next_output()
        if out is None:
            await self.aclose()
            raise StopAsyncIteration
        return out

    async def aclose(self) -> None:
        self._is_over = True
        await self._raw.aclose()


class AsyncProvider(AsyncOperations):
    """
    One endpoint, whole.

    Args:
        endpoint: Where calls go.
        client: An `httpx.AsyncClient` or `httpx2.AsyncClient` of the caller's.
        aliases: Names of models: the caller's to the endpoint's.
        timeouts: How long to wait.
        limits: How much of a whole answer is kept.
        on_loss: Which losses stop a call that goes through the IR.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        *,
        client: Any = None,
        aliases: Mapping[str, str] | None = None,
        timeouts: Timeouts = DEFAULT_TIMEOUTS,
        limits: HttpLimits = DEFAULT_HTTP_LIMITS,
        on_loss: LossPolicy = RAISE_ON_ERROR,
    ) -> None:
        super().__init__(endpoint)
        self._upstream = AsyncUpstream(
            endpoint, client=client, timeouts=timeouts, limits=limits
        )
        self._aliases = dict(aliases or {})
        self._on_loss = on_loss

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close the connections that are ours; twice is harmless."""
        await self._upstream.aclose()

    # --- the IR ---------------------------------------------------------------------

    async def complete(self, request: ChatRequest) -> ChatResponse:
        """Ask in the IR; see `CompletionModel.chat`."""
        return await self._model(request.model).chat(request)

    async def complete_stream(self, request: ChatRequest) -> AsyncChatStream:
        """Ask in the IR for a stream; see `CompletionModel.chat_stream`."""
        return await self._model(request.model).chat_stream(request)

    def _model(self, name: str) -> AsyncCompletionModel:
        model = self._aliases.get(name, name)
        return AsyncCompletionModel(
            self._upstream, name=name, model=model, on_loss=self._on_loss
        )

    # --- the vendors' JSON ------------------------------------------------------------

    async def chat_completion(self, body: JSONObject) -> JSONObject:
        """Ask as OpenAI's chat completions do."""
        return await self._json(CHAT, body)

    async def chat_completion_stream(self, body: JSONObject) -> AsyncNativeStream:
        """Ask as OpenAI's chat completions do, for a stream."""
        return await self._events(CHAT, body)

    async def responses(self, body: JSONObject) -> JSONObject:
        """Ask as OpenAI's Responses do."""
        return await self._json(RESPONSES, body)

    async def responses_stream(self, body: JSONObject) -> AsyncNativeStream:
        """Ask as OpenAI's Responses do, for a stream."""
        return await self._events(RESPONSES, body)

    async def anthropic_messages(self, body: JSONObject) -> JSONObject:
        """Ask as Anthropic's Messages do."""
        return await self._json(ANTHROPIC, body)

    async def anthropic_messages_stream(self, body: JSONObject) -> AsyncNativeStream:
        """Ask as Anthropic's Messages do, for a stream."""
        return await self._events(ANTHROPIC, body)

    async def gemini_generate_content(self, model: str, body: JSONObject) -> JSONObject:
        """Ask as Gemini's generateContent does."""
        return await self._json(GEMINI, body, model)

    async def gemini_generate_content_stream(
        self, model: str, body: JSONObject
    ) -> AsyncNativeStream:
        """Ask as Gemini's streamGenerateContent does."""
        return await self._events(GEMINI, body, model)

    # --- bytes ------------------------------------------------------------------------

    async def chat_completion_raw(
        self, body: bytes, *, headers: Headers = ()
    ) -> RawResponse:
        """Send a chat completion's body; the answer's bytes, whatever its status."""
        return await self._raw(CHAT, body, headers=headers)

    async def chat_completion_stream_raw(
        self, body: bytes, *, headers: Headers = ()
    ) -> AsyncRawStream:
        """Send a chat completion's body; the stream's bytes, whatever its status."""
        return await self._raw_stream(CHAT, body, headers=headers)

    async def chat_completion_stream_passthrough(
        self, body: AsyncIterable[bytes], *, model: str = "", headers: Headers = ()
    ) -> AsyncRawStream:
        """
        Stream a chat completion's body up while its answer streams down.

        Args:
            body: The body's pieces; they are read once, so that nothing is retried.
            model: The model, for endpoints that name it in the path.
            headers: The caller's headers; only those of the protocol go on.

        Returns:
            The stream's bytes, whatever its status.

        Raises:
            NotImplementedByProvider: The upstream does not speak the dialect: what is
                not read cannot be translated.
            TransportError: The connection failed.
        """
        if not self.is_openai_compat:
            raise NotImplementedByProvider(
                self.endpoint.name, "passthrough", dialect=CHAT
            )
        call = self._call(CHAT, b"", model, stream=True, headers=headers)
        return await self._upstream.open(call.encoded, model=call.model, content=body)

    async def responses_raw(self, body: bytes, *, headers: Headers = ()) -> RawResponse:
        """Send a Responses body; the answer's bytes, whatever its status."""
        return await self._raw(RESPONSES, body, headers=headers)

    async def responses_stream_raw(
        self, body: bytes, *, headers: Headers = ()
    ) -> AsyncRawStream:
        """Send a Responses body; the stream's bytes, whatever its status."""
        return await self._raw_stream(RESPONSES, body, headers=headers)

    async def anthropic_messages_raw(
        self, body: bytes, *, headers: Headers = ()
    ) -> RawResponse:
        """Send a Messages body; the answer's bytes, whatever its status."""
        return await self._raw(ANTHROPIC, body, headers=headers)

    async def anthropic_messages_stream_raw(
        self, body: bytes, *, headers: Headers = ()
    ) -> AsyncRawStream:
        """Send a Messages body; the stream's bytes, whatever its status."""
        return await self._raw_stream(ANTHROPIC, body, headers=headers)

    async def gemini_generate_content_raw(
        self, model: str, body: bytes, *, headers: Headers = ()
    ) -> RawResponse:
        """Send a generateContent body; the answer's bytes, whatever its status."""
        return await self._raw(GEMINI, body, model, headers=headers)

    async def gemini_generate_content_stream_raw(
        self, model: str, body: bytes, *, headers: Headers = ()
    ) -> AsyncRawStream:
        """Send a streamGenerateContent body; the bytes, whatever the status."""
        return await self._raw_stream(GEMINI, body, model, headers=headers)

    # --- the four ways ----------------------------------------------------------------

    async def _json(
        self, dialect: str, body: JSONObject, model: str | None = None
    ) -> JSONObject:
        raw = await self._raw(dialect, dumps(body), model or named_model(body))
        if not raw.ok:
            raise refused(dialect, raw)
        return json_object(raw.body)

    async def _events(
        self, dialect: str, body: JSONObject, model: str | None = None
    ) -> AsyncNativeStream:
        row = operation(dialect, "chat")
        if row is not None and row.model_in_body:
            body = {**body, "stream": True}
        raw = await self._raw_stream(dialect, dumps(body), model or named_model(body))
        if not raw.ok:
            async with raw:
                whole = await read_error_async(raw, self._upstream.limits)
            raise refused(
                dialect,
                RawResponse(status=raw.status, headers=raw.headers, body=whole),
            )
        return AsyncNativeStream(dialect, raw)

    async def _raw(
        self,
        dialect: str,
        body: bytes,
        model: str | None = None,
        *,
        headers: Headers = (),
    ) -> RawResponse:
        call = self._call(
            dialect, body, model or named_model(body), stream=False, headers=headers
        )
        raw = await self._upstream.send(call.encoded, model=call.model)
        return call.answer(raw, created=int(time.time()))

    async def _raw_stream(
        self,
        dialect: str,
        body: bytes,
        model: str | None = None,
        *,
        headers: Headers = (),
    ) -> AsyncRawStream:
        call = self._call(
            dialect, body, model or named_model(body), stream=True, headers=headers
        )
        raw = await self._upstream.open(call.encoded, model=call.model)
        return raw if call.is_native else await self._translated(call, raw)

    async def _translated(self, call: Dispatch, raw: AsyncRawStream) -> AsyncRawStream:
        if not raw.ok:
            async with raw:
                whole = await read_error_async(raw, self._upstream.limits)
            return _as_stream(
                call.answer(
                    RawResponse(status=raw.status, headers=raw.headers, body=whole)
                )
            )
        translator = call.translator(raw.headers, created=int(time.time()))
        reader = _Translated(raw, translator)
        if not await reader.open():
            await reader.aclose()
            return _as_stream(call.refusal(translator))
        return AsyncRawStream(
            status=raw.status,
            headers=call.headers(translator, raw.headers),
            iterator=reader,
        )

    def _call(
        self,
        dialect: str,
        body: bytes,
        model: str,
        *,
        stream: bool,
        headers: Headers = (),
    ) -> Dispatch:
        return dispatch(
            self.endpoint,
            dialect,
            "chat",
            body,
            model=model,
            rename=self._aliases.get(model),
            stream=stream,
            on_loss=self._on_loss,
            headers=headers,
        )


def _as_stream(raw: RawResponse) -> AsyncRawStream:
    return AsyncRawStream(
        status=raw.status, headers=raw.headers, iterator=OneBody(raw.body)
    )
