"""
What a chat call is apart from the sending: from a request to bytes, and back.

The synchronous and the asynchronous client share these functions; they open nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import attrs

from modelwire import codecs
from modelwire.codecs._aborted import aborted
from modelwire.errors import ProviderError

if TYPE_CHECKING:
    from modelwire.codecs import (
        ChatCodec,
        EncodedRequest,
        LossPolicy,
        StreamDecoder,
    )
    from modelwire.errors import TransportError
    from modelwire.ir import ChatRequest, ChatResponse, Loss, StreamChunk
    from modelwire.transports._endpoint import Endpoint
    from modelwire.transports._raw import RawResponse

__all__ = ["Answer", "Call", "broken", "plan", "surfaced"]


@attrs.frozen(kw_only=True)
class Answer:
    """A response, and what came around it."""

    response: ChatResponse
    """The response."""
    losses: tuple[Loss, ...] = ()
    """What of the request the upstream's dialect could not carry."""
    request_id: str | None = None
    """The upstream's id of the call, for its support."""
    limits: Mapping[str, str] = attrs.field(factory=dict)
    """Rate limits by meaning (`remaining-requests`), as the upstream wrote them."""


@attrs.frozen(kw_only=True)
class Call:
    """One call, ready to be sent."""

    codec: ChatCodec
    """The upstream's dialect."""
    request: ChatRequest
    """What is asked, with the model and the mode of this call."""
    encoded: EncodedRequest
    """The same in bytes."""
    options: Mapping[str, Any]
    """Arguments that every function of the codec gets: the profile."""

    def answer(self, raw: RawResponse) -> Answer:
        """
        Read a whole answer.

        Args:
            raw: What the upstream sent.

        Returns:
            The response and what came around it.

        Raises:
            ProviderError: The upstream answered with an error.
            RemoteProtocolError: The answer is no response of its dialect.
        """
        self.check(raw.status, raw.headers, raw.body)
        response = self.codec.decode_response(
            raw.body,
            status=raw.status,
            headers=raw.headers,
            request=self.request,
            aliases=self.encoded.aliases,
            **self.options,
        )
        request_id, limits = surfaced(raw.headers, self.codec)
        return Answer(
            response=response,
            losses=self.encoded.losses,
            request_id=request_id,
            limits=limits,
        )

    def check(
        self, status: int, headers: Iterable[tuple[str, str]], body: bytes
    ) -> None:
        """Raise `ProviderError` unless *status* says success."""
        if not 200 <= status < 300:
            raise ProviderError(
                self.codec.decode_error(body, status=status, headers=headers)
            )

    def decoder(self, headers: Iterable[tuple[str, str]]) -> StreamDecoder:
        """Give the decoder of the answer's stream."""
        return self.codec.stream_decoder(
            headers=headers,
            request=self.request,
            aliases=self.encoded.aliases,
            **self.options,
        )


def plan(
    request: ChatRequest,
    endpoint: Endpoint,
    *,
    model: str,
    stream: bool,
    on_loss: LossPolicy,
) -> Call:
    """
    Encode a request for an endpoint.

    Args:
        request: What is asked; its own model and mode do not count.
        endpoint: Where it goes.
        model: The model's name there.
        stream: Whether the answer streams.
        on_loss: Which losses stop the call before anything is sent.

    Returns:
        The call.  A stream asks for usage unless the request says that it must not.

    Raises:
        UnsupportedFeatureError: *on_loss* refuses a loss.
    """
    codec = codecs.get(endpoint.dialect)
    usage = request.include_usage
    asked = attrs.evolve(
        request,
        model=model,
        stream=stream,
        include_usage=True
        if stream and usage is None and not codec.STREAM_HAS_USAGE
        else usage,
    )
    profile = endpoint.profile(endpoint.dialect)
    options: dict[str, Any] = {} if profile is None else {"profile": profile}
    encoded = codec.encode_request(asked, on_loss=on_loss, **options)
    return Call(codec=codec, request=asked, encoded=encoded, options=options)


def surfaced(
    headers: Iterable[tuple[str, str]], codec: ChatCodec
) -> tuple[str | None, dict[str, str]]:
    """
    Give what an upstream says about the call in its headers.

    Args:
        headers: The answer's headers, names in lower case.
        codec: The upstream's dialect.

    Returns:
        The request id, and the rate limits by meaning.
    """
    meanings = {name: meaning for meaning, name in codec.RESPONSE_HEADERS.items()}
    found = {meanings[name]: value for name, value in headers if name in meanings}
    return found.pop("request-id", None), found


def broken(decoder: StreamDecoder, error: TransportError) -> list[StreamChunk]:
    """
    End a stream whose connection failed.

    Args:
        decoder: The stream's decoder.
        error: How the connection failed.

    Returns:
        The last chunks: what was still held, then the connection's error.  A stream
        without its terminator is not complete here, although a clean end of the bytes
        might have made it so.
    """
    return aborted(decoder, error.info)
