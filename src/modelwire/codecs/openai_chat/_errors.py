"""
Errors of `openai-chat` and its compatible servers, both ways.

See `modelwire.codecs._openai_errors`; what is here is how this dialect differs.

Source:
    wire/errors.md and the error bodies of wire/observed.md section 2.2, read
    2026-11-21.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from modelwire.codecs._openai_errors import ErrorCodec
from modelwire.codecs.openai_chat._wire import DIALECT

if TYPE_CHECKING:
    from modelwire.codecs._openai_errors import DecodeError, EncodeError

__all__ = [
    "decode_error",
    "decode_error_object",
    "encode_error",
    "encode_error_object",
    "error_status",
]

# Some servers send an error in a chunk, beside its choices.
_CODEC: Final = ErrorCodec(
    DIALECT, envelope=frozenset({"id", "created", "model", "choices", "usage"})
)
decode_error: DecodeError = _CODEC.decode
decode_error_object = _CODEC.decode_object
encode_error: EncodeError = _CODEC.encode
encode_error_object = _CODEC.encode_object
error_status = _CODEC.status
