"""
What a dialect codec is: the protocols that its functions and machines satisfy.

A dialect module satisfies `ChatCodec`.  Its functions are pure; its decoders and
encoders are small machines that are fed bytes or chunks.  Apart from `_base`, whose
names they are too: classes of `Protocol` take a millisecond to make, which a decoder of
chunks need not wait for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from modelwire.codecs._base import EncodedRequest, EncodedResponse
    from modelwire.codecs._native import (
        EndSentinel,
        GrammarViolation,
        KeepaliveComment,
        NativeEvent,
        NativeItem,
    )
    from modelwire.codecs._profile import Profile
    from modelwire.errors import ErrorInfo
    from modelwire.ir._chunks import StreamChunk
    from modelwire.ir._losses import Loss
    from modelwire.ir._request import ChatRequest
    from modelwire.ir._response import ChatResponse

__all__ = [
    "ChatCodec",
    "EventDecoder",
    "EventEncoder",
    "StreamChecker",
    "StreamDecoder",
    "StreamEncoder",
]


class StreamDecoder(Protocol):
    """Turns response bytes into chunks."""

    @property
    def failed(self) -> bool:
        """Whether a fault ended the stream; what comes after it is dropped."""
        ...

    @property
    def trailing_bytes(self) -> int:
        """How many bytes came after the end and were dropped."""
        ...

    def feed(self, data: bytes) -> list[StreamChunk]:
        """Take bytes in any split and give the chunks that they complete."""
        ...

    def close(self) -> list[StreamChunk]:
        """Take the end of the bytes; twice is harmless."""
        ...


class StreamEncoder(Protocol):
    """Turns chunks into response bytes."""

    @property
    def content_type(self) -> str:
        """The stream's content type."""
        ...

    @property
    def losses(self) -> tuple[Loss, ...]:
        """What could not be carried over so far."""
        ...

    @property
    def error(self) -> ErrorInfo | None:
        """What the stream ended in, the source's error or a limit; `None`: nothing."""
        ...

    def encode(self, chunk: StreamChunk) -> bytes:
        """Take a chunk and give the bytes that can be written now."""
        ...

    def close(self) -> bytes:
        """Give the bytes that end the stream; an incomplete one ends in an error."""
        ...


class EventDecoder(Protocol):
    """Turns response bytes into native events."""

    @property
    def failed(self) -> bool:
        """Whether a fault ended the stream; what comes after it is dropped."""
        ...

    def feed(self, data: bytes) -> list[NativeItem]:
        """Take bytes in any split and give the items that they complete."""
        ...

    def close(self) -> list[NativeItem]:
        """Take the end of the bytes; twice is harmless."""
        ...


class EventEncoder(Protocol):
    """Turns native events into response bytes."""

    def encode(self, event: NativeEvent | EndSentinel | KeepaliveComment) -> bytes:
        """Take an event and give its bytes."""
        ...

    def close(self) -> bytes:
        """Give the bytes that the framing needs at the end, if any."""
        ...


class StreamChecker(Protocol):
    """Checks a dialect's event grammar, event by event."""

    def feed(self, event: Any) -> list[GrammarViolation]:
        """Take the next event and give what it violates."""
        ...

    def close(self) -> list[GrammarViolation]:
        """Take the end of the stream."""
        ...


class ChatCodec(Protocol):
    """
    What every chat dialect module offers.

    Everything after the first argument is keyword-only.  Functions are pure: same
    input, same output, byte for byte.
    """

    @property
    def DIALECT(self) -> str:  # noqa: N802
        """The dialect's id."""
        ...

    @property
    def REQUEST_HEADERS(self) -> frozenset[str]:  # noqa: N802
        """Request headers of the protocol that a proxy hands on; no credentials."""
        ...

    @property
    def RESPONSE_HEADERS(self) -> Mapping[str, str]:  # noqa: N802
        """Response headers that other vendors have too: meaning to name."""
        ...

    @property
    def STREAM_HAS_USAGE(self) -> bool:  # noqa: N802
        """Whether a stream has usage without being asked for it."""
        ...

    @property
    def PROFILES(self) -> Mapping[str, Profile]:  # noqa: N802
        """The dialect's variants, by name."""
        ...

    @property
    def encode_request(self) -> Callable[..., EncodedRequest]:
        """`encode_request(request, *, profile, on_loss)`."""
        ...

    @property
    def decode_request(self) -> Callable[..., ChatRequest]:
        """`decode_request(body, *, path, query, headers, profile)`."""
        ...

    @property
    def encode_response(self) -> Callable[..., EncodedResponse]:
        """`encode_response(response, *, request, aliases, ids, created, on_loss)`."""
        ...

    @property
    def decode_response(self) -> Callable[..., ChatResponse]:
        """`decode_response(body, *, status, headers, request, aliases, profile)`."""
        ...

    @property
    def encode_error(self) -> Callable[[ErrorInfo], EncodedResponse]:
        """`encode_error(error)`."""
        ...

    @property
    def decode_error(self) -> Callable[..., ErrorInfo]:
        """`decode_error(body, *, status, headers)`."""
        ...

    @property
    def stream_decoder(self) -> Callable[..., StreamDecoder]:
        """`stream_decoder(*, headers, request, aliases, ids, limits, profile)`."""
        ...

    @property
    def stream_encoder(self) -> Callable[..., StreamEncoder]:
        """`stream_encoder(*, request, ids, created, framing, on_loss, profile)`."""
        ...

    @property
    def event_decoder(self) -> Callable[..., EventDecoder]:
        """`event_decoder(*, headers, limits)`."""
        ...

    @property
    def event_encoder(self) -> Callable[..., EventEncoder]:
        """`event_encoder(*, framing)`."""
        ...

    @property
    def check_stream(self) -> Callable[..., list[GrammarViolation]]:
        """`check_stream(events)`."""
        ...

    @property
    def StreamChecker(self) -> Callable[[], StreamChecker]:  # noqa: N802
        """The incremental form of `check_stream`."""
        ...
