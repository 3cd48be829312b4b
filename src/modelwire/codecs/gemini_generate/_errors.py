"""
Errors both ways: `ErrorInfo` and Google's `{"error": {code, message, status}}`.

`decode_error` is total: whatever stands in an error answer gives an `ErrorInfo`.  A
stream that is a JSON array wraps its error in one (recorded by hand:
`handwritten__gemini-429-array-wrapped`; test_array_wrapped_error).  Google says when
to come back in the body (`RetryInfo`), seldom in a header.

Source: google.rpc (`status`, `error_details`) and wire/errors.md sections 1 to 5, read
2026-11-21.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from modelwire.codecs._base import EncodedResponse, Headers
from modelwire.codecs._json import dumps, loads
from modelwire.codecs.gemini_generate._wire import DIALECT, JSON_HEADERS
from modelwire.errors import ErrorInfo, ErrorKind, RemoteProtocolError
from modelwire.ir._base import JSONObject

__all__ = [
    "decode_error",
    "decode_error_object",
    "encode_error",
    "encode_error_object",
    "error_status",
]

_KINDS: Final[Mapping[str, ErrorKind]] = {
    "INVALID_ARGUMENT": "invalid_request",
    "FAILED_PRECONDITION": "invalid_request",
    "OUT_OF_RANGE": "invalid_request",
    "UNAUTHENTICATED": "authentication",
    "PERMISSION_DENIED": "permission",
    "NOT_FOUND": "not_found",
    "ABORTED": "conflict",
    "ALREADY_EXISTS": "conflict",
    "RESOURCE_EXHAUSTED": "rate_limit",
    "INTERNAL": "server_error",
    "UNKNOWN": "server_error",
    "DATA_LOSS": "server_error",
    "UNIMPLEMENTED": "unsupported",
    "UNAVAILABLE": "overloaded",
    "DEADLINE_EXCEEDED": "timeout",
}
"""Statuses of google.rpc; `CANCELLED` says who gave up, not what went wrong."""
_BY_STATUS: Final[Mapping[int, ErrorKind]] = {
    400: "invalid_request",
    401: "authentication",
    402: "billing",
    403: "permission",
    404: "not_found",
    405: "unsupported",
    408: "timeout",
    409: "conflict",
    413: "request_too_large",
    429: "rate_limit",
    499: "unknown",
    501: "unsupported",
    503: "overloaded",
    504: "timeout",
}
_REASONS: Final[Mapping[str, ErrorKind]] = {
    "API_KEY_INVALID": "authentication",
    "API_KEY_EXPIRED": "authentication",
    "ACCESS_TOKEN_EXPIRED": "authentication",
    "CREDENTIALS_MISSING": "authentication",
    "ACCESS_TOKEN_TYPE_UNSUPPORTED": "authentication",
    "BILLING_DISABLED": "billing",
    "CONSUMER_SUSPENDED": "billing",
    "API_KEY_SERVICE_BLOCKED": "permission",
    "SERVICE_DISABLED": "permission",
}
"""Reasons of `ErrorInfo` details that say more than the status."""
# Errors are rare: `re` compiles what it is given when it is first used, and keeps it.
_CONTEXT: Final = (
    r"(?i)input token count|exceeds the maximum number of tokens|"
    r"maximum (?:input )?context length|prompt is too long"
)
_BAD_KEY: Final = r"(?i)api key (?:not valid|expired|not found)"
_BILLING: Final = r"(?i)enable billing|billing (?:account|is )"
_DELAY: Final = r"(\d{1,9}(?:\.\d{1,9})?)s\Z"
_RETRY_IN: Final = (
    r"retry in (?:(\d{1,4})h)?(?:(\d{1,5})m(?!s))?(?:(\d{1,7}(?:\.\d{1,12})?)s)?"
)
_NUMBER: Final = r"[0-9]{1,9}(?:\.[0-9]{1,9})?\Z"
_REQUEST_IDS: Final = ("x-goog-request-id", "x-request-id")
_MAX_TEXT: Final = 2000


def decode_error(body: bytes, *, status: int, headers: Headers = ()) -> ErrorInfo:
    """
    Read an error response.

    Args:
        body: The body, whatever it holds.
        status: The HTTP status.
        headers: The response's headers; a retry hint and the request id are read.

    Returns:
        What went wrong; never raises because of *body*.

    Shapes:
        `{"error": {code, message, status, details}}`, the same in a list, an OAuth
        error `{"error": "…", "error_description": "…"}`, and text.
    """
    try:
        parsed = loads(body) if body.strip() else None
    except RemoteProtocolError:
        parsed = None
    if isinstance(parsed, list) and parsed:
        parsed = next((x for x in parsed if isinstance(x, dict) and "error" in x), None)
    if isinstance(parsed, dict):
        # An error under a good status names its own.
        bad = status if status >= 400 else None
        info = decode_error_object(parsed, status=bad)
    else:
        text = body[: 4 * _MAX_TEXT].decode("utf-8", "replace").strip()[:_MAX_TEXT]
        info = ErrorInfo(
            kind=_kind(status, None, None, text),
            message=_plain(text) or f"HTTP status {status}",
            status=status,
            raw=text,
            dialect=DIALECT,
        )
    return _with_headers(info, {name.lower(): value for name, value in headers})


def decode_error_object(obj: JSONObject, *, status: int | None = None) -> ErrorInfo:
    """
    Read an error object: a whole body, or an event of a stream.

    Args:
        obj: The parsed object, with `error` in it or flat.
        status: The HTTP status; `None`: the error came inside a stream.

    Returns:
        What went wrong.
    """
    inner = obj.get("error")
    source: JSONObject = inner if isinstance(inner, dict) else obj
    message = source.get("message")
    code: str | None = None
    if isinstance(inner, str):
        code, message = inner, obj.get("error_description", inner)
    text = message if isinstance(message, str) else ""
    number = source.get("code")
    if status is None and type(number) is int and 400 <= number < 600:
        status = number
    word = source.get("status")
    word = word if isinstance(word, str) else None
    details = source.get("details")
    details = (
        [d for d in details if isinstance(d, dict)] if isinstance(details, list) else []
    )
    reason = _first(details, "ErrorInfo", "reason")
    if code is None:
        code = reason or (
            str(number) if type(number) is int and abs(number) < 10**9 else None
        )
    return ErrorInfo(
        kind=_kind(status, word, reason, text),
        message=text or (f"HTTP status {status}" if status is not None else ""),
        status=status,
        code=code,
        type=word,
        param=_field(details),
        request_id=_first(details, "RequestInfo", "requestId"),
        retry_after=_delay(details, text),
        raw=obj,
        dialect=DIALECT,
    )


def _of(details: list[JSONObject], name: str) -> list[JSONObject]:
    """Give the details of one type of google.rpc."""
    out = []
    for detail in details:
        type_ = detail.get("@type")
        if isinstance(type_, str) and type_.rpartition(".")[2] == name:
            out.append(detail)
    return out


def _first(details: list[JSONObject], name: str, key: str) -> str | None:
    for detail in _of(details, name):
        value = detail.get(key)
        if isinstance(value, str) and value:
            return value
    return None


def _field(details: list[JSONObject]) -> str | None:
    """Give the first field that a `BadRequest` blames."""
    for detail in _of(details, "BadRequest"):
        violations = detail.get("fieldViolations")
        for violation in violations if isinstance(violations, list) else ():
            field = violation.get("field") if isinstance(violation, dict) else None
            if isinstance(field, str) and field:
                return field
    return None


def _delay(details: list[JSONObject], message: str) -> float | None:
    """Read the wanted delay: `RetryInfo`, else the words of the message."""
    text = _first(details, "RetryInfo", "retryDelay")
    found = re.match(_DELAY, text) if text is not None else None
    if found is not None:
        return float(found[1])
    said = re.search(_RETRY_IN, message[:_MAX_TEXT])
    if said is None or not any(said.groups()):
        return None
    hours, minutes, seconds = said.groups()
    return int(hours or 0) * 3600 + int(minutes or 0) * 60 + float(seconds or 0)


def _kind(
    status: int | None, word: str | None, reason: str | None, message: str
) -> ErrorKind:
    """Classify: the reason, the words of the text, the status name, the HTTP status."""
    if reason is not None and reason in _REASONS:
        return _REASONS[reason]
    kind = _KINDS.get(word) if word is not None else None
    if kind is None and status is not None:
        kind = _BY_STATUS.get(status)
        if kind is None:
            kind = "server_error" if status >= 500 else "invalid_request"
    if kind == "invalid_request":
        text = message[:_MAX_TEXT]
        if re.search(_CONTEXT, text):
            return "context_length_exceeded"
        if re.search(_BAD_KEY, text):
            return "authentication"
        if re.search(_BILLING, text):
            return "billing"
    return kind or "unknown"


_TAG: Final = r"<[^<>]{0,400}>"
_BLANK: Final = r"\s+"


def _plain(text: str) -> str:
    """Shorten a body that is no JSON; of an HTML page only the words are kept."""
    if text.startswith("<"):
        text = re.sub(_TAG, " ", text)
    return re.sub(_BLANK, " ", text).strip()


def _with_headers(info: ErrorInfo, headers: Mapping[str, str]) -> ErrorInfo:
    """Add what only the headers say."""
    import attrs  # noqa: PLC0415 - errors are rare

    changes: dict[str, Any] = {}
    hint = headers.get("retry-after", "").strip()
    if info.retry_after is None and re.match(_NUMBER, hint):
        changes["retry_after"] = float(hint)
    if info.request_id is None:
        for name in _REQUEST_IDS:
            if headers.get(name):
                changes["request_id"] = headers[name]
                break
    return attrs.evolve(info, **changes) if changes else info


# --- writing ------------------------------------------------------------------------

_WRITTEN: Final[Mapping[ErrorKind, tuple[int, str]]] = {
    "invalid_request": (400, "INVALID_ARGUMENT"),
    "authentication": (401, "UNAUTHENTICATED"),
    "permission": (403, "PERMISSION_DENIED"),
    "billing": (429, "RESOURCE_EXHAUSTED"),
    "not_found": (404, "NOT_FOUND"),
    "conflict": (409, "ABORTED"),
    "request_too_large": (400, "INVALID_ARGUMENT"),
    "context_length_exceeded": (400, "INVALID_ARGUMENT"),
    "rate_limit": (429, "RESOURCE_EXHAUSTED"),
    "overloaded": (503, "UNAVAILABLE"),
    "timeout": (504, "DEADLINE_EXCEEDED"),
    "server_error": (500, "INTERNAL"),
    "content_filter": (400, "INVALID_ARGUMENT"),
    "unsupported": (400, "INVALID_ARGUMENT"),
    "stream_truncated": (502, "UNAVAILABLE"),
    "decode_error": (502, "INTERNAL"),
    "unknown": (500, "UNKNOWN"),
}
"""HTTP status and google.rpc status for each kind (wire/errors.md, section 5)."""

_RPC: Final = "type.googleapis.com/google.rpc."
_DOMAIN: Final = "googleapis.com"


def error_status(error: ErrorInfo) -> int:
    """
    Give the HTTP status that a Gemini client expects for *error*.

    Args:
        error: The error, of any dialect.

    Returns:
        The status that came with it, where its own dialect said it or it means the
        same here; else the one of its kind.
    """
    status = error.status
    if (
        status is not None
        and 400 <= status < 600
        and (error.dialect == DIALECT or _BY_STATUS.get(status) == error.kind)
    ):
        return status
    return _WRITTEN[error.kind][0]


def encode_error_object(error: ErrorInfo) -> JSONObject:
    """
    Write an error as this dialect's object: a body, or an event of a stream.

    Args:
        error: The error, of any dialect.

    Returns:
        `{"error": {code, message, status, details}}`; the details of an error that
        came in this dialect are kept, others get those that a client acts on.
    """
    own = error.dialect == DIALECT
    status = error_status(error)
    inner: JSONObject = {
        "code": status,
        "message": error.message,
        "status": (error.type if own else None) or _WRITTEN[error.kind][1],
    }
    details = _details(error)
    out: JSONObject = {"error": inner}
    theirs = error.raw.get("error") if own and isinstance(error.raw, dict) else None
    if isinstance(theirs, dict):
        for name, value in theirs.items():
            if name not in inner and value is not None:
                inner[name] = value
        for name, value in error.raw.items():
            if name not in out and value is not None:
                out[name] = value
    elif details:
        inner["details"] = details
    return out


def _details(error: ErrorInfo) -> list[JSONObject]:
    details: list[JSONObject] = []
    if error.code:
        details.append(
            {
                "@type": f"{_RPC}ErrorInfo",
                "reason": error.code,
                "domain": _DOMAIN if error.dialect == DIALECT else "modelwire",
            }
        )
    if error.param:
        details.append(
            {
                "@type": f"{_RPC}BadRequest",
                "fieldViolations": [
                    {"field": error.param, "description": error.message}
                ],
            }
        )
    if error.request_id:
        details.append({"@type": f"{_RPC}RequestInfo", "requestId": error.request_id})
    if error.retry_after is not None:
        seconds = max(0.0, error.retry_after)
        text = f"{seconds:.9f}".rstrip("0").rstrip(".")
        details.append({"@type": f"{_RPC}RetryInfo", "retryDelay": f"{text}s"})
    return details


def encode_error(error: ErrorInfo) -> EncodedResponse:
    """
    Write an error response.

    Args:
        error: The error, of any dialect.

    Returns:
        The response; the retry hint stands in the body, as Google's clients read it,
        and in the header that all others read.
    """
    headers = list(JSON_HEADERS)
    if error.retry_after is not None:
        whole = int(max(0.0, error.retry_after))
        headers.append(("retry-after", str(whole + (whole < error.retry_after))))
    return EncodedResponse(
        status=error_status(error),
        headers=tuple(headers),
        body=dumps(encode_error_object(error)),
        error=error,
    )
