"""
What dialects offer beside chat: one protocol an operation, and who satisfies which.

A dialect's module has the functions of an operation or has none of them; `OPERATIONS`
says which have.  All arguments after the first are keyword-only, and everything that
holds for chat holds here: unknown fields are kept, the same dialect in and out is
lossless, whatever is lost is a `Loss`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Final, Protocol

import attrs

if TYPE_CHECKING:
    from modelwire.codecs._base import EncodedRequest, EncodedResponse
    from modelwire.ir._embeddings import EmbeddingRequest, EmbeddingResponse
    from modelwire.ir._images import ImageRequest, ImageResponse
    from modelwire.ir._models_list import ModelList, ModelListRequest
    from modelwire.ir._moderations import ModerationRequest, ModerationResponse
    from modelwire.ir._request import ChatRequest
    from modelwire.ir._speech import SpeechRequest, SpeechResponse
    from modelwire.ir._token_count import TokenCount
    from modelwire.ir._transcriptions import (
        TranscriptionRequest,
        TranscriptionResponse,
    )

__all__ = [
    "OPERATIONS",
    "EmbeddingCodec",
    "ImageCodec",
    "ModelListCodec",
    "ModerationCodec",
    "OperationCodec",
    "SpeechCodec",
    "TokenCountCodec",
    "TranscriptionCodec",
]


class EmbeddingCodec(Protocol):
    """Turns texts and media into vectors."""

    @property
    def encode_embedding_request(self) -> Callable[..., EncodedRequest]:
        """`encode_embedding_request(request, *, profile, on_loss)`."""
        ...

    @property
    def decode_embedding_request(self) -> Callable[..., EmbeddingRequest]:
        """`decode_embedding_request(body, *, path, query, headers)`."""
        ...

    @property
    def encode_embedding_response(self) -> Callable[..., EncodedResponse]:
        """`encode_embedding_response(response, *, request, on_loss)`."""
        ...

    @property
    def decode_embedding_response(self) -> Callable[..., EmbeddingResponse]:
        """`decode_embedding_response(body, *, status, headers, request)`."""
        ...


class TokenCountCodec(Protocol):
    """Counts the tokens of a chat request."""

    @property
    def encode_token_count_request(self) -> Callable[..., EncodedRequest]:
        """`encode_token_count_request(request, *, profile, on_loss)`."""
        ...

    @property
    def decode_token_count_request(self) -> Callable[..., ChatRequest]:
        """`decode_token_count_request(body, *, path, query, headers)`."""
        ...

    @property
    def encode_token_count_response(self) -> Callable[..., EncodedResponse]:
        """`encode_token_count_response(response, *, request, on_loss)`."""
        ...

    @property
    def decode_token_count_response(self) -> Callable[..., TokenCount]:
        """`decode_token_count_response(body, *, status, headers, request)`."""
        ...


class ModelListCodec(Protocol):
    """Lists the models, or gives one of them."""

    @property
    def encode_model_list_request(self) -> Callable[..., EncodedRequest]:
        """`encode_model_list_request(request, *, profile, on_loss)`."""
        ...

    @property
    def decode_model_list_request(self) -> Callable[..., ModelListRequest]:
        """`decode_model_list_request(body, *, path, query, headers)`."""
        ...

    @property
    def encode_model_list_response(self) -> Callable[..., EncodedResponse]:
        """`encode_model_list_response(response, *, request, on_loss)`."""
        ...

    @property
    def decode_model_list_response(self) -> Callable[..., ModelList]:
        """`decode_model_list_response(body, *, status, headers, request)`."""
        ...


class ModerationCodec(Protocol):
    """Judges texts and images."""

    @property
    def encode_moderation_request(self) -> Callable[..., EncodedRequest]:
        """`encode_moderation_request(request, *, profile, on_loss)`."""
        ...

    @property
    def decode_moderation_request(self) -> Callable[..., ModerationRequest]:
        """`decode_moderation_request(body, *, path, query, headers)`."""
        ...

    @property
    def encode_moderation_response(self) -> Callable[..., EncodedResponse]:
        """`encode_moderation_response(response, *, request, on_loss)`."""
        ...

    @property
    def decode_moderation_response(self) -> Callable[..., ModerationResponse]:
        """`decode_moderation_response(body, *, status, headers, request)`."""
        ...


class ImageCodec(Protocol):
    """Makes and edits images, as a whole or as a stream of partial ones."""

    @property
    def encode_image_request(self) -> Callable[..., EncodedRequest]:
        """`encode_image_request(request, *, profile, on_loss)`."""
        ...

    @property
    def decode_image_request(self) -> Callable[..., ImageRequest]:
        """`decode_image_request(body, *, path, query, headers)`."""
        ...

    @property
    def encode_image_response(self) -> Callable[..., EncodedResponse]:
        """`encode_image_response(response, *, request, on_loss)`."""
        ...

    @property
    def decode_image_response(self) -> Callable[..., ImageResponse]:
        """`decode_image_response(body, *, status, headers, request)`."""
        ...

    @property
    def image_stream_decoder(self) -> Callable[..., object]:
        """`image_stream_decoder(*, headers, limits)`: bytes to image chunks."""
        ...

    @property
    def image_stream_encoder(self) -> Callable[..., object]:
        """`image_stream_encoder(…)`: image chunks to bytes."""
        ...


class SpeechCodec(Protocol):
    """Speaks a text, as a whole or as a stream of audio."""

    @property
    def encode_speech_request(self) -> Callable[..., EncodedRequest]:
        """`encode_speech_request(request, *, profile, on_loss)`."""
        ...

    @property
    def decode_speech_request(self) -> Callable[..., SpeechRequest]:
        """`decode_speech_request(body, *, path, query, headers)`."""
        ...

    @property
    def encode_speech_response(self) -> Callable[..., EncodedResponse]:
        """`encode_speech_response(response, *, request, on_loss)`."""
        ...

    @property
    def decode_speech_response(self) -> Callable[..., SpeechResponse]:
        """`decode_speech_response(body, *, status, headers, request)`."""
        ...

    @property
    def speech_stream_decoder(self) -> Callable[..., object]:
        """`speech_stream_decoder(*, headers, limits)`: bytes to speech chunks."""
        ...

    @property
    def speech_stream_encoder(self) -> Callable[..., object]:
        """`speech_stream_encoder(…)`: speech chunks to bytes."""
        ...


class TranscriptionCodec(Protocol):
    """Writes down what is said, as a whole or as a stream of text."""

    @property
    def encode_transcription_request(self) -> Callable[..., EncodedRequest]:
        """`encode_transcription_request(request, *, profile, on_loss)`."""
        ...

    @property
    def decode_transcription_request(self) -> Callable[..., TranscriptionRequest]:
        """`decode_transcription_request(body, *, path, query, headers)`."""
        ...

    @property
    def encode_transcription_response(self) -> Callable[..., EncodedResponse]:
        """`encode_transcription_response(response, *, request, on_loss)`."""
        ...

    @property
    def decode_transcription_response(self) -> Callable[..., TranscriptionResponse]:
        """`decode_transcription_response(body, *, status, headers, request)`."""
        ...

    @property
    def transcription_stream_decoder(self) -> Callable[..., object]:
        """`transcription_stream_decoder(*, headers, limits)`: bytes to chunks."""
        ...

    @property
    def transcription_stream_encoder(self) -> Callable[..., object]:
        """`transcription_stream_encoder(…)`: chunks to bytes."""
        ...


@attrs.frozen
class OperationCodec:
    """An operation's protocol, and who satisfies it."""

    protocol: type
    """The protocol."""
    dialects: tuple[str, ...]
    """The dialects whose modules have its functions."""


_CHAT: Final = "openai-chat"
_RESPONSES: Final = "openai-responses"
_ANTHROPIC: Final = "anthropic-messages"
_GEMINI: Final = "gemini-generate"

OPERATIONS: Final[Mapping[str, OperationCodec]] = {
    "embedding": OperationCodec(EmbeddingCodec, (_CHAT, _GEMINI)),
    "token_count": OperationCodec(TokenCountCodec, (_ANTHROPIC, _GEMINI, _RESPONSES)),
    "model_list": OperationCodec(ModelListCodec, (_CHAT, _ANTHROPIC, _GEMINI)),
    "moderation": OperationCodec(ModerationCodec, (_CHAT,)),
    "image": OperationCodec(ImageCodec, (_CHAT,)),
    "speech": OperationCodec(SpeechCodec, (_CHAT,)),
    "transcription": OperationCodec(TranscriptionCodec, (_CHAT,)),
}
"""
Operation, as the functions' names say it, to protocol and dialects.

OpenAI's own operations stand under `openai-chat`, as in the tables of routes.
"""
