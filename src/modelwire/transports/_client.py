"""
The synchronous client: one typed interface over every provider.

    client = CompletionClient(endpoints.openai(from_env=True))
    response = client.completion_model("gpt-5").chat(request)

What fails before the first chunk raises; what fails later arrives in the stream.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Self

from modelwire.codecs import RAISE_ON_ERROR, LossPolicy
from modelwire.errors import TransportError
from modelwire.transports._calls import Answer, broken, plan, surfaced
from modelwire.transports._http import (
    DEFAULT_HTTP_LIMITS,
    DEFAULT_TIMEOUTS,
    HttpLimits,
    Timeouts,
    read_error,
)
from modelwire.transports._upstream import Upstream

if TYPE_CHECKING:
    from modelwire.ir import ChatRequest, ChatResponse, Loss, StreamChunk
    from modelwire.transports._calls import Call
    from modelwire.transports._endpoint import Endpoint
    from modelwire.transports._raw import RawStream

__all__ = ["ChatStream", "CompletionClient", "CompletionModel"]


class ChatStream:
    """
    A response's chunks while they come.

    An iterator and a context manager: leaving it early closes the connection.
    """

    def __init__(self, call: Call, raw: RawStream) -> None:
        self._raw = raw
        self._decoder = call.decoder(raw.headers)
        self._ready: deque[StreamChunk] = deque()
        self._is_open = True
        self.losses: tuple[Loss, ...] = call.encoded.losses
        """What of the request the upstream's dialect could not carry."""
        self.request_id: str | None
        self.limits: dict[str, str]
        self.request_id, self.limits = surfaced(raw.headers, call.codec)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __iter__(self) -> Iterator[StreamChunk]:
        return self

    def __next__(self) -> StreamChunk:
        while not self._ready:
            if not self._is_open:
                raise StopIteration
            self._read()
        return self._ready.popleft()

    def _read(self) -> None:
        try:
            piece = next(self._raw.iterator, None)
        except TransportError as error:
            self._is_open = False
            self._ready.extend(broken(self._decoder, error))
            return
        if piece is None:
            self._is_open = False
            self._ready.extend(self._decoder.close())
        else:
            self._ready.extend(self._decoder.feed(piece))

    def close(self) -> None:
        """Close the connection; no chunk comes after it."""
        self._is_open = False
        self._ready.clear()
        self._raw.close()


class CompletionModel:
    """One model of one endpoint; `CompletionClient.completion_model` gives it."""

    def __init__(
        self, upstream: Upstream, *, name: str, model: str, on_loss: LossPolicy
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

    def chat(
        self,
        request: ChatRequest,
        *,
        timeout: float | None = None,
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
        return self.ask(request, timeout=timeout).response

    def ask(
        self,
        request: ChatRequest,
        *,
        timeout: float | None = None,
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
            self._upstream.send(call.encoded, model=self._model, timeout=timeout)
        )

    def chat_stream(
        self,
        request: ChatRequest,
        *,
        timeout: float | None = None,
    ) -> ChatStream:
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
        raw = self._upstream.open(call.encoded, model=self._model, timeout=timeout)
        if not raw.ok:
            with raw:
                body = read_error(raw, self._upstream.limits)
            call.check(raw.status, raw.headers, body)
        return ChatStream(call, raw)

    def _plan(self, request: ChatRequest, *, stream: bool) -> Call:
        return plan(
            request,
            self._upstream.endpoint,
            model=self._model,
            stream=stream,
            on_loss=self._on_loss,
        )


class CompletionClient:
    """
    One endpoint's models.

    Args:
        endpoint: Where requests go.
        client: An `httpx.Client` or `httpx2.Client` of the caller's.
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

    def completion_model(self, name: str) -> CompletionModel:
        """
        Give a model.

        Args:
            name: Its name, or an alias of it.

        Returns:
            The model; nothing is sent.
        """
        return CompletionModel(
            self._upstream,
            name=name,
            model=self._aliases.get(name, name),
            on_loss=self._on_loss,
        )
