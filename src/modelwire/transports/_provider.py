"""
Everything that a provider offers, in every dialect, synchronously.

Native methods take and give the vendor's JSON objects; `complete` takes and gives the
IR; `*_raw` methods give bytes and raise for no status.  What the upstream speaks goes
through untouched, what it does not goes through the IR, and what it does not have
raises `NotImplementedByProvider`.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Self

from modelwire.codecs import RAISE_ON_ERROR, LossPolicy
from modelwire.codecs._json import dumps
from modelwire.errors import TransportError
from modelwire.transports._client import ChatStream, CompletionModel
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
    read_error,
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
from modelwire.transports._provider_operations import Operations
from modelwire.transports._raw import RawResponse, RawStream
from modelwire.transports._upstream import Upstream

if TYPE_CHECKING:
    from modelwire.codecs import NativeEvent
    from modelwire.codecs._base import Headers
    from modelwire.ir import ChatRequest, ChatResponse
    from modelwire.ir._base import JSONObject
    from modelwire.translate import StreamTranslator
    from modelwire.transports._endpoint import Endpoint

__all__ = ["NativeStream", "Provider"]


class NativeStream:
    """
    The native events of a stream while they come.

    An iterator and a context manager: leaving it early closes the connection.  What
    is no event of the dialect raises `RemoteProtocolError`, a connection that fails
    `TransportError`; the events before it come out first.
    """

    def __init__(self, dialect: str, raw: RawStream) -> None:
        self._raw = raw
        self._reader = EventReader(dialect, raw.headers)
        self.headers: tuple[tuple[str, str], ...] = raw.headers
        """The answer's headers."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __iter__(self) -> Iterator[NativeEvent]:
        return self

    def __next__(self) -> NativeEvent:
        while True:
            event = self._reader.take()
            if event is not None:
                return event
            if self._reader.is_over:
                self.close()
                raise StopIteration
            self._reader.feed(next(self._raw.iterator, None))

    def close(self) -> None:
        """Close the connection, where it is still open."""
        self._raw.close()


class _Translated:
    """The bytes of a translated stream, from its first output on."""

    def __init__(self, raw: RawStream, translator: StreamTranslator) -> None:
        self._raw = raw
        self._translator = translator
        self._first: bytes | None = None
        self._is_over = False

    def open(self) -> bool:
        """Read up to the first output; False: there is none."""
        self._first = self._next_output(may_fail=True)
        return self._first is not None

    def _next_output(self, *, may_fail: bool = False) -> bytes | None:
        while not self._is_over:
            try:
                piece = next(self._raw.iterator, None)
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

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        out, self._first = self._first, None
        out = out or self._next_output()
        if out is None:
            self.close()
            raise StopIteration
        return out

    def close(self) -> None:
        self._is_over = True
        self._raw.close()


class Provider(Operations):
    """
    One endpoint, whole.

    Args:
        endpoint: Where calls go.
        client: An `httpx.Client` or `httpx2.Client` of the caller's.
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
        self._upstream = Upstream(
            endpoint, client=client, timeouts=timeouts, limits=limits
        )
        self._aliases = dict(aliases or {})
        self._on_loss = on_loss

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections that are ours; twice is harmless."""
        self._upstream.close()

    # --- the IR ---------------------------------------------------------------------

    def complete(self, request: ChatRequest) -> ChatResponse:
        """Ask in the IR; see `CompletionModel.chat`."""
        return self._model(request.model).chat(request)

    def complete_stream(self, request: ChatRequest) -> ChatStream:
        """Ask in the IR for a stream; see `CompletionModel.chat_stream`."""
        return self._model(request.model).chat_stream(request)

    def _model(self, name: str) -> CompletionModel:
        model = self._aliases.get(name, name)
        return CompletionModel(
            self._upstream, name=name, model=model, on_loss=self._on_loss
        )

    # --- the vendors' JSON ------------------------------------------------------------

    def chat_completion(self, body: JSONObject) -> JSONObject:
        """Ask as OpenAI's chat completions do."""
        return self._json(CHAT, body)

    def chat_completion_stream(self, body: JSONObject) -> NativeStream:
        """Ask as OpenAI's chat completions do, for a stream."""
        return self._events(CHAT, body)

    def responses(self, body: JSONObject) -> JSONObject:
        """Ask as OpenAI's Responses do."""
        return self._json(RESPONSES, body)

    def responses_stream(self, body: JSONObject) -> NativeStream:
        """Ask as OpenAI's Responses do, for a stream."""
        return self._events(RESPONSES, body)

    def anthropic_messages(self, body: JSONObject) -> JSONObject:
        """Ask as Anthropic's Messages do."""
        return self._json(ANTHROPIC, body)

    def anthropic_messages_stream(self, body: JSONObject) -> NativeStream:
        """Ask as Anthropic's Messages do, for a stream."""
        return self._events(ANTHROPIC, body)

    def gemini_generate_content(self, model: str, body: JSONObject) -> JSONObject:
        """Ask as Gemini's generateContent does."""
        return self._json(GEMINI, body, model)

    def gemini_generate_content_stream(
        self, model: str, body: JSONObject
    ) -> NativeStream:
        """Ask as Gemini's streamGenerateContent does."""
        return self._events(GEMINI, body, model)

    # --- bytes ------------------------------------------------------------------------

    def chat_completion_raw(self, body: bytes, *, headers: Headers = ()) -> RawResponse:
        """Send a chat completion's body; the answer's bytes, whatever its status."""
        return self._raw(CHAT, body, headers=headers)

    def chat_completion_stream_raw(
        self, body: bytes, *, headers: Headers = ()
    ) -> RawStream:
        """Send a chat completion's body; the stream's bytes, whatever its status."""
        return self._raw_stream(CHAT, body, headers=headers)

    def chat_completion_stream_passthrough(
        self, body: Iterable[bytes], *, model: str = "", headers: Headers = ()
    ) -> RawStream:
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
        return self._upstream.open(call.encoded, model=call.model, content=body)

    def responses_raw(self, body: bytes, *, headers: Headers = ()) -> RawResponse:
        """Send a Responses body; the answer's bytes, whatever its status."""
        return self._raw(RESPONSES, body, headers=headers)

    def responses_stream_raw(self, body: bytes, *, headers: Headers = ()) -> RawStream:
        """Send a Responses body; the stream's bytes, whatever its status."""
        return self._raw_stream(RESPONSES, body, headers=headers)

    def anthropic_messages_raw(
        self, body: bytes, *, headers: Headers = ()
    ) -> RawResponse:
        """Send a Messages body; the answer's bytes, whatever its status."""
        return self._raw(ANTHROPIC, body, headers=headers)

    def anthropic_messages_stream_raw(
        self, body: bytes, *, headers: Headers = ()
    ) -> RawStream:
        """Send a Messages body; the stream's bytes, whatever its status."""
        return self._raw_stream(ANTHROPIC, body, headers=headers)

    def gemini_generate_content_raw(
        self, model: str, body: bytes, *, headers: Headers = ()
    ) -> RawResponse:
        """Send a generateContent body; the answer's bytes, whatever its status."""
        return self._raw(GEMINI, body, model, headers=headers)

    def gemini_generate_content_stream_raw(
        self, model: str, body: bytes, *, headers: Headers = ()
    ) -> RawStream:
        """Send a streamGenerateContent body; the bytes, whatever the status."""
        return self._raw_stream(GEMINI, body, model, headers=headers)

    # --- the four ways ----------------------------------------------------------------

    def _json(
        self, dialect: str, body: JSONObject, model: str | None = None
    ) -> JSONObject:
        raw = self._raw(dialect, dumps(body), model or named_model(body))
        if not raw.ok:
            raise refused(dialect, raw)
        return json_object(raw.body)

    def _events(
        self, dialect: str, body: JSONObject, model: str | None = None
    ) -> NativeStream:
        row = operation(dialect, "chat")
        if row is not None and row.model_in_body:
            body = {**body, "stream": True}
        raw = self._raw_stream(dialect, dumps(body), model or named_model(body))
        if not raw.ok:
            with raw:
                whole = read_error(raw, self._upstream.limits)
            raise refused(
                dialect,
                RawResponse(status=raw.status, headers=raw.headers, body=whole),
            )
        return NativeStream(dialect, raw)

    def _raw(
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
        raw = self._upstream.send(call.encoded, model=call.model)
        return call.answer(raw, created=int(time.time()))

    def _raw_stream(
        self,
        dialect: str,
        body: bytes,
        model: str | None = None,
        *,
        headers: Headers = (),
    ) -> RawStream:
        call = self._call(
            dialect, body, model or named_model(body), stream=True, headers=headers
        )
        raw = self._upstream.open(call.encoded, model=call.model)
        return raw if call.is_native else self._translated(call, raw)

    def _translated(self, call: Dispatch, raw: RawStream) -> RawStream:
        if not raw.ok:
            with raw:
                whole = read_error(raw, self._upstream.limits)
            return _as_stream(
                call.answer(
                    RawResponse(status=raw.status, headers=raw.headers, body=whole)
                )
            )
        translator = call.translator(raw.headers, created=int(time.time()))
        reader = _Translated(raw, translator)
        if not reader.open():
            reader.close()
            return _as_stream(call.refusal(translator))
        return RawStream(
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


def _as_stream(raw: RawResponse) -> RawStream:
    return RawStream(status=raw.status, headers=raw.headers, iterator=OneBody(raw.body))
