"""
Errors of `openai-chat` and its compatible servers, both ways.

See `modelwire.codecs._openai_errors`; what is here is how this dialect differs.

Source:
    wire/errors.md and the error bodies of wire/observed.md section 2.2, read
    2026-11-21.
"""

from __future__ import annotations

from typing import Final

from modelwire.codecs._openai_errors import ErrorCodec
from modelwire.codecs.openai_chat._wire import DIALECT

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
decode_error = _CODEC.decode
decode_error_object = _CODEC.decode_object
encode_error = _CODEC.encode
encode_error_object = _CODEC.encode_object
error_status = _CODEC.status
