"""
Errors of `openai-responses`, both ways: bodies, failed responses and stream events.

See `modelwire.codecs._openai_errors`; what is here is how this dialect differs, and
the `error` of a failed response, whose codes are an enum of their own.

Source:
    wire/errors.md, wire/openai_responses.md sections 5 and 6 and the error bodies of
    wire/observed.md, read 2026-11-21.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from modelwire.codecs._openai_errors import ErrorCodec
from modelwire.codecs.openai_responses._wire import DIALECT

if TYPE_CHECKING:
    from collections.abc import Mapping

    from modelwire.codecs._openai_errors import DecodeError, EncodeError
    from modelwire.errors import ErrorInfo, ErrorKind
    from modelwire.ir._base import JSONObject

__all__ = [
    "decode_error",
    "decode_error_object",
    "encode_error",
    "encode_error_object",
    "encode_response_error",
    "error_status",
]

# In the flat form of the event, `type` names the event and not the error.
_CODEC: Final = ErrorCodec(
    DIALECT, envelope=frozenset({"sequence_number"}), event_type="error"
)
decode_error: DecodeError = _CODEC.decode
decode_error_object = _CODEC.decode_object
encode_error: EncodeError = _CODEC.encode
encode_error_object = _CODEC.encode_object
error_status = _CODEC.status

_RESPONSE_CODES: Final[Mapping[ErrorKind, str]] = {
    "rate_limit": "rate_limit_exceeded",
    "billing": "rate_limit_exceeded",
    "content_filter": "invalid_prompt",
    "invalid_request": "invalid_prompt",
    "request_too_large": "invalid_prompt",
    "context_length_exceeded": "invalid_prompt",
    "unsupported": "invalid_prompt",
}
"""Codes of a failed response, an enum of its own; every other kind: `server_error`."""


def encode_response_error(error: ErrorInfo) -> JSONObject:
    """
    Write an error as the `error` of a failed response.

    Args:
        error: The error, of any dialect.

    Returns:
        `{"code", "message"}`; the code is one of the vendor's, or the one that an
        error of this dialect brought.
    """
    code = error.code if error.dialect == DIALECT else None
    out: JSONObject = {
        "code": code or _RESPONSE_CODES.get(error.kind, "server_error"),
        "message": error.message,
    }
    theirs = error.raw.get("error") if isinstance(error.raw, dict) else None
    if error.dialect == DIALECT and isinstance(theirs, dict):
        for name, value in theirs.items():
            if value is not None:
                out.setdefault(name, value)
    return out
