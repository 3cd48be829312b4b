"""
OpenAI Chat Completions, `openai-chat`, and every server that is compatible with it.

The module satisfies `modelwire.codecs.ChatCodec`; its variants are `PROFILES`.  Names
load lazily, so that a stream decoder does not pay for the request codec.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from modelwire.codecs._lazy import lazy_names

if TYPE_CHECKING:
    from collections.abc import Callable

    from modelwire.codecs.openai_chat._embeddings import (
        decode_embedding_request as decode_embedding_request,
        decode_embedding_response as decode_embedding_response,
        encode_embedding_request as encode_embedding_request,
        encode_embedding_response as encode_embedding_response,
    )
    from modelwire.codecs.openai_chat._errors import (
        decode_error as decode_error,
        encode_error as encode_error,
    )
    from modelwire.codecs.openai_chat._event_decoder import (
        event_decoder as event_decoder,
    )
    from modelwire.codecs.openai_chat._grammar import (
        StreamChecker as StreamChecker,
        check_stream as check_stream,
    )
    from modelwire.codecs.openai_chat._image_stream import (
        image_stream_decoder as image_stream_decoder,
        image_stream_encoder as image_stream_encoder,
    )
    from modelwire.codecs.openai_chat._images import (
        decode_image_request as decode_image_request,
        decode_image_response as decode_image_response,
        encode_image_request as encode_image_request,
        encode_image_response as encode_image_response,
    )
    from modelwire.codecs.openai_chat._model_list import (
        decode_model_list_request as decode_model_list_request,
        decode_model_list_response as decode_model_list_response,
        encode_model_list_request as encode_model_list_request,
        encode_model_list_response as encode_model_list_response,
    )
    from modelwire.codecs.openai_chat._moderation import (
        decode_moderation_request as decode_moderation_request,
        decode_moderation_response as decode_moderation_response,
        encode_moderation_request as encode_moderation_request,
        encode_moderation_response as encode_moderation_response,
    )
    from modelwire.codecs.openai_chat._profiles import (
        DEFAULT_PROFILE as DEFAULT_PROFILE,
        PROFILES as PROFILES,
    )
    from modelwire.codecs.openai_chat._request import (
        decode_request as decode_request,
        encode_request as encode_request,
    )
    from modelwire.codecs.openai_chat._response import (
        decode_response as decode_response,
        encode_response as encode_response,
    )
    from modelwire.codecs.openai_chat._speech import (
        decode_speech_request as decode_speech_request,
        decode_speech_response as decode_speech_response,
        encode_speech_request as encode_speech_request,
        encode_speech_response as encode_speech_response,
    )
    from modelwire.codecs.openai_chat._speech_stream import (
        speech_stream_decoder as speech_stream_decoder,
        speech_stream_encoder as speech_stream_encoder,
    )
    from modelwire.codecs.openai_chat._stream_decoder import (
        stream_decoder as stream_decoder,
    )
    from modelwire.codecs.openai_chat._stream_encoder import (
        event_encoder as event_encoder,
        stream_encoder as stream_encoder,
    )
    from modelwire.codecs.openai_chat._transcription import (
        decode_transcription_request as decode_transcription_request,
        decode_transcription_response as decode_transcription_response,
        encode_transcription_request as encode_transcription_request,
        encode_transcription_response as encode_transcription_response,
    )
    from modelwire.codecs.openai_chat._transcription_stream import (
        transcription_stream_decoder as transcription_stream_decoder,
        transcription_stream_encoder as transcription_stream_encoder,
    )
    from modelwire.codecs.openai_chat._wire import (
        REQUEST_HEADERS as REQUEST_HEADERS,
        RESPONSE_HEADERS as RESPONSE_HEADERS,
        STREAM_HAS_USAGE as STREAM_HAS_USAGE,
    )

__all__ = [
    "DEFAULT_PROFILE",
    "DIALECT",
    "PROFILES",
    "REQUEST_HEADERS",
    "RESPONSE_HEADERS",
    "STREAM_HAS_USAGE",
    "StreamChecker",
    "check_stream",
    "decode_embedding_request",
    "decode_embedding_response",
    "decode_error",
    "decode_image_request",
    "decode_image_response",
    "decode_model_list_request",
    "decode_model_list_response",
    "decode_moderation_request",
    "decode_moderation_response",
    "decode_request",
    "decode_response",
    "decode_speech_request",
    "decode_speech_response",
    "decode_transcription_request",
    "decode_transcription_response",
    "encode_embedding_request",
    "encode_embedding_response",
    "encode_error",
    "encode_image_request",
    "encode_image_response",
    "encode_model_list_request",
    "encode_model_list_response",
    "encode_moderation_request",
    "encode_moderation_response",
    "encode_request",
    "encode_response",
    "encode_speech_request",
    "encode_speech_response",
    "encode_transcription_request",
    "encode_transcription_response",
    "event_decoder",
    "event_encoder",
    "image_stream_decoder",
    "image_stream_encoder",
    "speech_stream_decoder",
    "speech_stream_encoder",
    "stream_decoder",
    "stream_encoder",
    "transcription_stream_decoder",
    "transcription_stream_encoder",
]

DIALECT: Final = "openai-chat"
"""The dialect's id."""

__getattr__: Callable[[str], Any]
__dir__: Callable[[], list[str]]
__getattr__, __dir__ = lazy_names(
    __name__,
    __all__,
    {
        "event_decoder": "_event_decoder",
        "decode_image_request": "_images",
        "decode_image_response": "_images",
        "decode_speech_request": "_speech",
        "decode_speech_response": "_speech",
        "decode_transcription_request": "_transcription",
        "decode_transcription_response": "_transcription",
        "encode_image_request": "_images",
        "encode_image_response": "_images",
        "encode_speech_request": "_speech",
        "encode_speech_response": "_speech",
        "encode_transcription_request": "_transcription",
        "encode_transcription_response": "_transcription",
        "image_stream_decoder": "_image_stream",
        "image_stream_encoder": "_image_stream",
        "speech_stream_decoder": "_speech_stream",
        "speech_stream_encoder": "_speech_stream",
        "transcription_stream_decoder": "_transcription_stream",
        "transcription_stream_encoder": "_transcription_stream",
    },
)
