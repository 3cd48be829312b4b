"""
The asynchronous client: one typed interface over every provider.

    client = AsyncCompletionClient(endpoints.openai(from_env=True))
    response = await client.completion_model("gpt-5").chat(request)

What fails before the first chunk raises; what fails later arrives in the stream.
"""

from __future__ import annotations

from collections import deque
from collections.abc import AsyncIterator, Mapping
from typing import TYPE_CHECKING, Any, Self

from modelwire.codecs import RAISE_ON_ERROR, LossPolicy
from modelwire.errors import TransportError
from modelwire.transports._async_upstream import AsyncUpstream
from modelwire.transports._calls import Answer, broken, plan, surfaced
from modelwire.transports._http import (
    DEFAULT_HTTP_LIMITS,
    DEFAULT_TIMEOUTS,
    HttpLimits,
    Timeouts,
    read_error_async,
)

if TYPE_CHECKING:
    from modelwire.ir import ChatRequest, ChatResponse, Loss, StreamChunk
    from modelwire.transports._calls import Call
    from modelwire.transports._endpoint import Endpoint
    from modelwire.transports._raw import AsyncRawStream

__all__ = ["AsyncChatStream", "AsyncCompletionClient", "AsyncCompletionModel"]


class AsyncChatStream:
    """
    A response's chunks while they come.

    An iterator and a context manager: leaving it early closes the connection.
    """

    def __init__(self, call: Call, raw: AsyncRawStream) -> None:
        self._raw = raw
        self._decoder = call.decoder(raw.headers)
        self._ready: deque[StreamChunk] = deque()
        self._is_open = True
        self.losses: tuple[Loss, ...] = call.encoded.losses
        """What of the request the upstream's dialect could not carry."""
        self.request_id: str | None
        self.limits: dict[str, str]
        self.request_id, self.limits = surfaced(raw.headers, call.codec)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    def __aiter__(self) -> AsyncIterator[StreamChunk]:
        return self

    async def __anext__(self) -> StreamChunk:
        while not self._ready:
            if not self._is_open:
                raise StopAsyncIteration
            await self._read()
        return self._ready.popleft()

    async def _read(self) -> None:
        try:
            piece = await anext(self._raw.iterator, None)
        except TransportError as error:
            self._is_open = False
            self._ready.extend(broken(self._decoder, error))
            return
        if piece is None:
            self._is_open = False
            self._ready.extend(self._decoder.close())
        else:
            self._ready.extend(self._decoder.feed(piece))

    async def aclose(self) -> None:
        """Close the connection; no chunk comes after it."""
        self._is_open = False
        self._ready.clear()
        await self._raw.aclose()


class AsyncCompletionModel:
    """One model of one endpoint; `AsyncCompletionClient.completion_model` gives it."""

    def __init__(
        self, upstream: AsyncUpstream, *, name: str, model: str, on_loss: LossPolicy
    ) -> None:
        self._upstream = upstream
        self._name = name
        self._model = model
        self._on_loss = on_loss

    @property
    def name(self) -> str:
        """What the caller calls the model."""
        return self._name

    @property
    def model(self) -> str:
        """What the endpoint calls it."""
        return self._model

    async def chat(
        self,
        request: ChatRequest,
        *,
        timeout: float | None = None,  # noqa: ASYNC109
    ) -> ChatResponse:
        """
        Ask, and wait for the whole answer.

        Args:
            request: What is asked; the model is this one whatever it says.
            timeout: Seconds for this call; `None`: as the client says.

        Returns:
            The response.

        Raises:
            UnsupportedFeatureError: The dialect cannot carry it; nothing was sent.
            ProviderError: The upstream answered with an error.
            RemoteProtocolError: The answer is no response of its dialect.
            TransportError: The connection failed.
        """
        return (await self.ask(request, timeout=timeout)).response

    async def ask(
        self,
        request: ChatRequest,
        *,
        timeout: float | None = None,  # noqa: ASYNC109
    ) -> Answer:
        """
        As `chat`, with the losses, the request id and the rate limits.

        Args:
            request: What is asked.
            timeout: Seconds for this call; `None`: as the client says.

        Returns:
            The response and what came around it.

        Raises:
            ModelwireError: As `chat`.
        """
        call = self._plan(request, stream=False)
        return call.answer(
            await self._upstream.send(call.encoded, model=self._model, timeout=timeout)
        )

    async def chat_stream(
        self,
        request: ChatRequest,
        *,
        timeout: float | None = None,  # noqa: ASYNC109
    ) -> AsyncChatStream:
        """
        Ask, and give the answer while it comes.

        Args:
            request: What is asked.
            timeout: Seconds until the stream opens; `None`: as the client says.

        Returns:
            The open stream.  What fails from here on arrives in it as `StreamError`
            and an incomplete `StreamEnd`.

        Raises:
            ModelwireError: As `chat`, when it fails before the first chunk.
        """
        call = self._plan(request, stream=True)
        raw = await self._upstream.open(
            call.encoded, model=self._model, timeout=timeout
        )
        if not raw.ok:
            async with raw:
                body = await read_error_async(raw, self._upstream.limits)
            call.check(raw.status, raw.headers, body)
        return AsyncChatStream(call, raw)

    def _plan(self, request: ChatRequest, *, stream: bool) -> Call:
        return plan(
            request,
            self._upstream.endpoint,
            model=self._model,
            stream=stream,
            on_loss=self._on_loss,
        )


class AsyncCompletionClient:
    """
    One endpoint's models.

    Args:
        endpoint: Where requests go.
        client: An `httpx.AsyncClient` or `httpx2.AsyncClient` of the caller's.
        aliases: Names of models: the caller's to the endpoint's.
        timeouts: How long to wait.
        limits: How much of a whole answer is kept.
        on_loss: Which losses stop a call before anything is sent.
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

    def completion_model(self, name: str) -> AsyncCompletionModel:
        """
        Give a model.

        Args:
            name: Its name, or an alias of it.

        Returns:
            The model; nothing is sent.
        """
        return AsyncCompletionModel(
            self._upstream,
            name=name,
            model=self._aliases.get(name, name),
            on_loss=self._on_loss,
        )
