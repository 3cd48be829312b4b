"""
OpenAI Responses, `openai-responses`.

The module satisfies `modelwire.codecs.ChatCodec`; its variants are `PROFILES`.  Names
load lazily, so that a stream decoder does not pay for the request codec.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from modelwire.codecs._lazy import lazy_names

if TYPE_CHECKING:
    from collections.abc import Callable

    from modelwire.codecs.openai_responses._errors import (
        decode_error as decode_error,
        encode_error as encode_error,
    )
    from modelwire.codecs.openai_responses._grammar import (
        StreamChecker as StreamChecker,
        check_stream as check_stream,
    )
    from modelwire.codecs.openai_responses._profiles import (
        DEFAULT_PROFILE as DEFAULT_PROFILE,
        PROFILES as PROFILES,
    )
    from modelwire.codecs.openai_responses._request import (
        decode_request as decode_request,
        encode_request as encode_request,
    )
    from modelwire.codecs.openai_responses._response import (
        decode_response as decode_response,
        encode_response as encode_response,
    )
    from modelwire.codecs.openai_responses._stream_decoder import (
        event_decoder as event_decoder,
        stream_decoder as stream_decoder,
    )
    from modelwire.codecs.openai_responses._stream_encoder import (
        event_encoder as event_encoder,
        stream_encoder as stream_encoder,
    )
    from modelwire.codecs.openai_responses._token_count import (
        decode_token_count_request as decode_token_count_request,
        decode_token_count_response as decode_token_count_response,
        encode_token_count_request as encode_token_count_request,
        encode_token_count_response as encode_token_count_response,
    )
    from modelwire.codecs.openai_responses._wire import (
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
    "decode_error",
    "decode_request",
    "decode_response",
    "decode_token_count_request",
    "decode_token_count_response",
    "encode_error",
    "encode_request",
    "encode_response",
    "encode_token_count_request",
    "encode_token_count_response",
    "event_decoder",
    "event_encoder",
    "stream_decoder",
    "stream_encoder",
]

DIALECT: Final = "openai-responses"
"""The dialect's id."""

__getattr__: Callable[[str], Any]
__dir__: Callable[[], list[str]]
__getattr__, __dir__ = lazy_names(__name__, __all__)
