"""
Errors both ways: `ErrorInfo` and `{"type": "error", "error": {…}}`.

`decode_error` is total: whatever a provider, a gateway or a proxy puts into an error
answer gives an `ErrorInfo`.  It reads no clock: a date in `retry-after` counts from
the answer's own `date` header.

Source: wire/errors.md sections 1 to 5 and `ErrorType` of the `anthropic` package
2.11.0, read 2026-11-21.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

from modelwire.codecs._base import EncodedResponse, Headers
from modelwire.codecs._json import dumps, loads
from modelwire.codecs._retry_hints import retry_after
from modelwire.codecs.anthropic_messages._wire import DIALECT
from modelwire.errors import ErrorInfo, ErrorKind, RemoteProtocolError

if TYPE_CHECKING:
    from modelwire.ir._base import JSONObject

__all__ = ["decode_error", "encode_error", "error_body", "error_from_object"]

_TYPES: Final[dict[str, ErrorKind]] = {
    "invalid_request_error": "invalid_request",
    "authentication_error": "authentication",
    "billing_error": "billing",
    "permission_error": "permission",
    "not_found_error": "not_found",
    "conflict_error": "conflict",
    "request_too_large": "request_too_large",
    "rate_limit_error": "rate_limit",
    "timeout_error": "timeout",
    "api_error": "server_error",
    "overloaded_error": "overloaded",
}
"""The API's error types."""

_STATUSES: Final[dict[int, ErrorKind]] = {
    400: "invalid_request",
    401: "authentication",
    402: "billing",
    403: "permission",
    404: "not_found",
    405: "invalid_request",
    408: "timeout",
    409: "conflict",
    413: "request_too_large",
    415: "invalid_request",
    422: "invalid_request",
    429: "rate_limit",
    501: "unsupported",
    503: "overloaded",
    504: "timeout",
    529: "overloaded",
}
"""What a status means where the body names no type."""

_WRITTEN: Final[dict[ErrorKind, tuple[str, int]]] = {
    "invalid_request": ("invalid_request_error", 400),
    "authentication": ("authentication_error", 401),
    "permission": ("permission_error", 403),
    "billing": ("billing_error", 402),
    "not_found": ("not_found_error", 404),
    "conflict": ("conflict_error", 409),
    "request_too_large": ("request_too_large", 413),
    "context_length_exceeded": ("invalid_request_error", 400),
    "rate_limit": ("rate_limit_error", 429),
    "overloaded": ("overloaded_error", 529),
    "timeout": ("timeout_error", 504),
    "server_error": ("api_error", 500),
    "content_filter": ("invalid_request_error", 400),
    "unsupported": ("invalid_request_error", 400),
    "stream_truncated": ("api_error", 500),
    "decode_error": ("api_error", 502),
    "unknown": ("api_error", 500),
}
"""The type and the status of each kind."""

_TOO_LONG: Final = "prompt is too long"
"""What the API says of a context that is too long; clients look for these words."""

_SPENT: Final = frozenset(
    {"enforced_spend_limit_reached", "contract_spend_limit_reached"}
)
"""`details.error_code` of a rate limit that waiting does not lift."""

_REQUEST_IDS: Final = ("request-id", "x-request-id")
_KEPT_TEXT: Final = 2000


def decode_error(body: bytes, *, status: int, headers: Headers = ()) -> ErrorInfo:
    """
    Read an error answer.

    Args:
        body: The body, of any kind: the API's JSON, another's, HTML, nothing.
        status: The HTTP status.
        headers: The response's headers.

    Returns:
        What went wrong.  Never raises because of what was sent.
    """
    try:
        obj: Any = loads(body) if body else None
    except RemoteProtocolError:
        obj = None
    if isinstance(obj, dict):
        return error_from_object(obj, status=status, headers=headers)
    text = body[: _KEPT_TEXT * 4].decode("utf-8", "replace")[:_KEPT_TEXT].strip()
    message = f"HTTP {status}" if not text or text.startswith("<") else text
    return _info(_by_status(status), message, status, _lower(headers), raw=text or None)


def error_from_object(
    obj: JSONObject, *, status: int | None = None, headers: Headers = ()
) -> ErrorInfo:
    """
    Read an error object, of an answer or of a stream's `error` event.

    Args:
        obj: The object that holds `error`.
        status: The HTTP status; `None` inside a stream.
        headers: The response's headers.

    Returns:
        What went wrong.
    """
    error = obj.get("error")
    inner: JSONObject = error if isinstance(error, dict) else {}
    message = _first_text(inner.get("message"), obj.get("message"), obj.get("detail"))
    if message is None:
        message = error if isinstance(error, str) else _status_text(status)
    type_ = _first_text(inner.get("type"))
    details = inner.get("details")
    code = details.get("error_code") if isinstance(details, dict) else None
    if code is None:
        code = inner.get("code")
    named = code if isinstance(code, str) else None
    if isinstance(code, int) and not isinstance(code, bool):
        named = str(code)
    kind = _kind(type_, status, message, named)
    return _info(
        kind,
        message,
        status,
        _lower(headers),
        code=named,
        type_=type_,
        param=_first_text(inner.get("param")),
        request_id=_first_text(obj.get("request_id")),
        raw=obj,
    )


def _kind(
    type_: str | None, status: int | None, message: str, code: str | None
) -> ErrorKind:
    """Say what the type, else the status means, with the cases that words decide."""
    kind = _TYPES.get(type_) if type_ is not None else None
    if kind is None:
        kind = _by_status(status)
    if kind in ("invalid_request", "request_too_large") and _is_overflow(message):
        return "context_length_exceeded"
    if code in _SPENT or (
        kind in ("invalid_request", "rate_limit") and _is_spent(message)
    ):
        # A limit on spending is not lifted by waiting, whatever the status says.
        return "billing"
    return kind


def _is_overflow(message: str) -> bool:
    text = message.lower()
    return _TOO_LONG in text or "exceed context limit" in text


def _is_spent(message: str) -> bool:
    text = message.lower()
    return "credit balance is too low" in text or "usage limits" in text


def _by_status(status: int | None) -> ErrorKind:
    if status is None:
        return "unknown"
    kind = _STATUSES.get(status)
    if kind is None:
        return "server_error" if status >= 500 else "unknown"
    return kind


def _status_text(status: int | None) -> str:
    return f"HTTP {status}" if status is not None else ""


def _first_text(*values: Any) -> str | None:
    return next((value for value in values if isinstance(value, str)), None)


def _lower(headers: Headers) -> dict[str, str]:
    return {name.lower(): value for name, value in headers}


def _info(
    kind: ErrorKind,
    message: str,
    status: int | None,
    headers: dict[str, str],
    *,
    code: str | None = None,
    type_: str | None = None,
    param: str | None = None,
    request_id: str | None = None,
    raw: Any = None,
) -> ErrorInfo:
    word = headers.get("x-should-retry", "").strip().lower()
    for name in _REQUEST_IDS:
        request_id = request_id or headers.get(name)
    return ErrorInfo(
        kind=kind,
        message=message,
        status=status,
        code=code,
        type=type_,
        param=param,
        request_id=request_id,
        retry_after=retry_after(headers),
        should_retry={"true": True, "false": False}.get(word),
        raw=raw,
        dialect=DIALECT,
    )


# --- writing ------------------------------------------------------------------------


def error_body(error: ErrorInfo) -> JSONObject:
    """
    Give the object of an error, for an answer or a stream's `error` event.

    Args:
        error: The error.

    Returns:
        `{"type": "error", "error": {"type", "message"}}`, with the request id where
        known.  The dialect's own body is given back as it came.
    """
    raw = error.raw
    if (
        error.dialect == DIALECT
        and isinstance(raw, dict)
        and raw.get("type") == "error"
        and isinstance(raw.get("error"), dict)
        and raw["error"].get("message") == error.message
        and raw["error"].get("type") == error.type
    ):
        return raw
    type_ = _WRITTEN[error.kind][0]
    if error.dialect == DIALECT and error.type and _TYPES.get(error.type) == error.kind:
        type_ = error.type
    message = error.message or _status_text(error.status) or type_
    if error.kind == "context_length_exceeded" and _TOO_LONG not in message.lower():
        message = f"{_TOO_LONG}: {message}"
    inner: JSONObject = {"type": type_, "message": message}
    if error.code is not None and error.code in _SPENT:
        inner["details"] = {"error_code": error.code}
    body: JSONObject = {"type": "error", "error": inner}
    if error.request_id is not None:
        body["request_id"] = error.request_id
    return body


def encode_error(error: ErrorInfo) -> EncodedResponse:
    """
    Write an error answer.

    Args:
        error: The error, of any dialect.

    Returns:
        The status, the body, and the headers that a client reads: the request id,
        the time to wait, and whether to retry.

    Source:
        wire/errors.md section 5, read 2026-11-21.
    """
    headers = [("content-type", "application/json")]
    if error.request_id is not None:
        headers.append(("request-id", error.request_id))
    if error.retry_after is not None:
        headers.append(("retry-after", _seconds(error.retry_after)))
        if not float(error.retry_after).is_integer():
            milliseconds = _seconds(error.retry_after * 1000)
            headers.append(("retry-after-ms", milliseconds))
    if error.should_retry is not None:
        headers.append(("x-should-retry", "true" if error.should_retry else "false"))
    return EncodedResponse(
        status=_status(error),
        headers=tuple(headers),
        body=dumps(error_body(error)),
        error=error,
    )


def _status(error: ErrorInfo) -> int:
    """Give the status: this dialect's own as it came, else that of the kind."""
    status = error.status
    if error.dialect == DIALECT and status is not None and 400 <= status <= 599:
        return status
    return _WRITTEN[error.kind][1]


def _seconds(value: float) -> str:
    """Write whole numbers without a fraction; `retry-after` is rounded up."""
    return str(math.ceil(value))
