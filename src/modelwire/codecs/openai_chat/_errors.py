"""
Error bodies of `openai-chat` and its compatible servers, both ways.

It takes the bytes of an error response, of any vendor that speaks this dialect, and
gives an `ErrorInfo`; and it takes an `ErrorInfo` of any source and gives the response
that an OpenAI client understands.  `decode_error` is total: HTML, nothing at all, or
a list give an `ErrorInfo` too.

Source:
    wire/errors.md and the error bodies of wire/observed.md section 2.2, read
    2026-11-21.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from modelwire.codecs._base import EncodedResponse, Headers
from modelwire.codecs._json import dumps, loads
from modelwire.codecs._retry_hints import retry_after
from modelwire.codecs.openai_chat._wire import DIALECT, JSON_HEADERS
from modelwire.errors import ErrorInfo, ErrorKind, RemoteProtocolError
from modelwire.ir._base import JSONObject

__all__ = [
    "decode_error",
    "decode_error_object",
    "encode_error",
    "encode_error_object",
    "error_status",
]

# --- reading ------------------------------------------------------------------------

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
    415: "invalid_request",
    422: "invalid_request",
    425: "overloaded",
    429: "rate_limit",
    498: "overloaded",  # Groq: flex capacity
    501: "unsupported",
    503: "overloaded",
    504: "timeout",
    524: "timeout",  # a proxy's own timeout (Cloudflare)
    529: "overloaded",
}
_BY_WORD: Final[Mapping[str, ErrorKind]] = {
    # codes
    "context_length_exceeded": "context_length_exceeded",
    "exceed_context_size_error": "context_length_exceeded",  # llama.cpp
    "string_above_max_length": "invalid_request",
    "invalid_api_key": "authentication",
    "invalid_authentication": "authentication",
    "incorrect_api_key": "authentication",
    "insufficient_quota": "billing",
    "insufficient_balance": "billing",
    "billing_not_active": "billing",
    "billing_hard_limit_reached": "billing",
    "credit_balance_exhausted": "billing",
    "content_filter": "content_filter",
    "content_policy_violation": "content_filter",
    "responsibleaipolicyviolation": "content_filter",
    "invalid_prompt": "content_filter",
    "model_not_found": "not_found",
    "deploymentnotfound": "not_found",
    "unsupported_parameter": "invalid_request",
    "unsupported_value": "invalid_request",
    "rate_limit_exceeded": "rate_limit",
    "slow_down": "overloaded",
    "request_timeout": "timeout",
    "stream_truncated": "stream_truncated",
    # types
    "authentication_error": "authentication",
    "unauthorized": "authentication",
    "permission_error": "permission",
    "permission_denied": "permission",
    "billing_error": "billing",
    "not_found_error": "not_found",
    "notfounderror": "not_found",
    "request_too_large": "request_too_large",
    "rate_limit_error": "rate_limit",
    "ratelimiterror": "rate_limit",
    "tokens": "rate_limit",
    "requests": "rate_limit",
    "overloaded_error": "overloaded",
    "service_unavailable": "overloaded",
    "engine_overloaded": "overloaded",
    "timeout_error": "timeout",
    "timeout": "timeout",
    "server_error": "server_error",
    "internal_error": "server_error",
    "internal_server_error": "server_error",
    "api_error": "server_error",
    "conflict_error": "conflict",
    "unsupported_error": "unsupported",
    "not_supported_error": "unsupported",
}
"""Codes and types that say more than the status; compared in lower case."""
_VAGUE: Final[Mapping[str, ErrorKind]] = {
    "invalid_request_error": "invalid_request",
    "badrequesterror": "invalid_request",
    "bad request": "invalid_request",
    "invalid_request": "invalid_request",
}
"""Words that say no more than 400; a finer status wins over them."""
_CONTEXT: Final = re.compile(
    r"maximum context length|context[ _]length[ _]exceed|context window|"
    r"exceeds? the (?:available )?context|prompt is too long|input is too long|"
    r"exceed_context_size|too many tokens in the (?:prompt|input)",
    re.IGNORECASE,
)
"""Servers without a code say it in words only (vLLM, llama.cpp, OpenRouter)."""
_REQUEST_IDS: Final = (
    "x-request-id",
    "apim-request-id",
    "x-ms-request-id",
    "request-id",
    "mistral-correlation-id",
    "x-generation-id",
    "cf-ray",
)
_MAX_TEXT: Final = 2000


def decode_error(body: bytes, *, status: int, headers: Headers = ()) -> ErrorInfo:
    """
    Read an error response.

    Args:
        body: The body, whatever it holds.
        status: The HTTP status.
        headers: The response's headers; retry hints and the request id are read.

    Returns:
        What went wrong; never raises because of *body*.

    Shapes:
        `{"error": {message, type, param, code}}` (OpenAI, Azure, Groq, OpenRouter,
        Perplexity, vLLM, llama.cpp), `{"error": "…"}` (Venice, Ollama),
        `{"code": "…", "error": "…"}` (xAI), `{"object": "error", message, …}`
        (Mistral, older vLLM), `{"detail": "…"}` or a list (Mistral, FastAPI),
        `{"statusCode": 401, "message": "…"}` (Azure's gateway), and each of them as
        the only item of a list.
    """
    found = {name.lower(): value for name, value in headers}
    try:
        parsed = loads(body) if body.strip() else None
    except RemoteProtocolError:
        parsed = None
    if isinstance(parsed, list) and len(parsed) == 1:
        parsed = parsed[0]
    if isinstance(parsed, dict):
        info = decode_error_object(parsed, status=status)
    else:
        text = body[: 4 * _MAX_TEXT].decode("utf-8", "replace").strip()
        info = ErrorInfo(
            kind=_kind(status, (), text),
            message=_plain(text) or f"HTTP status {status}",
            status=status,
            raw=text[:_MAX_TEXT] if parsed is None else parsed,
            dialect=DIALECT,
        )
    return _with_headers(info, found)


def decode_error_object(obj: JSONObject, *, status: int | None = None) -> ErrorInfo:
    """
    Read an error object: a whole body, or the payload of a stream event.

    Args:
        obj: The parsed object, with `error` in it or flat.
        status: The HTTP status; `None`: the error came inside a stream.

    Returns:
        What went wrong.
    """
    inner = obj.get("error")
    source: JSONObject = inner if isinstance(inner, dict) else obj
    message = _message(source, inner)
    code = _word(source.get("code"))
    kind_word = _word(source.get("type"))
    if kind_word is None and isinstance(inner, dict):
        kind_word = _word(inner.get("status"))
    reason = _inner_code(source)
    own_status = status if status is not None else _status_in(source, code)
    if (
        isinstance(inner, str)
        and code is None
        and isinstance(obj.get("error_description"), str)
    ):
        # The token endpoint's form: a short word, and the text apart.
        code, message = inner, obj["error_description"]
    words = tuple(w for w in (reason, code, kind_word, _metadata_type(source)) if w)
    return ErrorInfo(
        kind=_kind(own_status, words, message),
        message=message or (f"HTTP status {status}" if status is not None else ""),
        status=own_status,
        code=code,
        type=kind_word,
        param=_word(source.get("param")),
        request_id=_word(obj.get("request_id")) or _word(source.get("request_id")),
        raw=obj,
        dialect=DIALECT,
    )


def _message(source: JSONObject, inner: object) -> str:
    """Find the text for people."""
    if isinstance(inner, str):
        return inner
    for key in ("message", "detail", "msg", "error_description"):
        value = source.get(key)
        if isinstance(value, str):
            return value
        if isinstance(value, list):
            return _details(value)
        if isinstance(value, dict):
            # Mistral wraps the list of a 422 once more: {"message": {"detail": […]}}.
            detail = value.get("detail") or value.get("message")
            if isinstance(detail, list):
                return _details(detail)
            if isinstance(detail, str):
                return detail
    return ""


def _details(items: list[Any]) -> str:
    """Join the findings of a validation error: `body.temperature: too high`."""
    out: list[str] = []
    for item in items[:8]:
        if isinstance(item, dict):
            loc = item.get("loc")
            where = (
                ".".join(str(x) for x in loc[:16] if isinstance(x, str | int))
                if isinstance(loc, list)
                else ""
            )
            text = item.get("msg")
            text = text if isinstance(text, str) else ""
            out.append(f"{where}: {text}" if where else text)
        elif isinstance(item, str):
            out.append(item)
    return "; ".join(x for x in out if x)


def _word(value: object) -> str | None:
    """Give a code as text; OpenRouter, vLLM and llama.cpp send numbers."""
    if isinstance(value, str):
        return value
    if isinstance(value, int | float) and not isinstance(value, bool):
        try:
            return str(value)
        except ValueError:  # an integer of more digits than Python prints
            return None
    return None


def _inner_code(source: JSONObject) -> str | None:
    """Azure says what its filter found one level deeper."""
    inner = source.get("innererror")
    return _word(inner.get("code")) if isinstance(inner, dict) else None


def _metadata_type(source: JSONObject) -> str | None:
    """OpenRouter says the class of an upstream's error in its metadata."""
    metadata = source.get("metadata")
    return _word(metadata.get("error_type")) if isinstance(metadata, dict) else None


def _status_in(source: JSONObject, code: str | None) -> int | None:
    """Find an HTTP status inside the object: Groq's own field, or a numeric code."""
    value = source.get("status_code")
    if type(value) is int and 400 <= value < 600:
        return value
    if code is not None and len(code) == 3 and code.isascii() and code.isdigit():
        number = int(code)
        if 400 <= number < 600:
            return number
    return None


def _kind(status: int | None, words: tuple[str, ...], message: str) -> ErrorKind:
    """Classify: what code and type say, else the words of the text, else the status."""
    vague: ErrorKind | None = None
    found: ErrorKind | None = None
    for word in words:
        lowered = word.lower()
        kind = _BY_WORD.get(lowered)
        if kind is not None:
            found = kind
            break
        vague = vague or _VAGUE.get(lowered)
    by_status: ErrorKind | None = None
    if status is not None:
        by_status = _BY_STATUS.get(status)
        if by_status is None and status >= 500:
            by_status = "server_error"
        elif by_status is None and 400 <= status < 500:
            by_status = "invalid_request"
    if (
        found in (None, "invalid_request")
        and by_status in (None, "invalid_request", "request_too_large")
        and _CONTEXT.search(message[:_MAX_TEXT])
    ):
        return "context_length_exceeded"
    if found is not None:
        if found == "rate_limit" and by_status == "billing":
            return "billing"
        return found
    if (
        by_status in ("invalid_request", "authentication", "permission")
        and status is not None
        and _BAD_KEY.search(message[:_MAX_TEXT])
    ):
        # xAI answers a bad key with 400 (recorded; wire/observed.md section 2.2).
        return "authentication"
    return by_status or vague or "unknown"


_BAD_KEY: Final = re.compile(
    r"(?:incorrect|invalid) api key|invalid authentication", re.IGNORECASE
)


_TAG: Final = re.compile(r"<[^<>]{0,400}>")
_BLANK: Final = re.compile(r"\s+")


def _plain(text: str) -> str:
    """Shorten a body that is no JSON; of an HTML page only the words are kept."""
    if text.startswith("<"):
        text = _TAG.sub(" ", text)
    return _BLANK.sub(" ", text).strip()[:_MAX_TEXT]


def _with_headers(info: ErrorInfo, headers: Mapping[str, str]) -> ErrorInfo:
    """Add what only the headers say."""
    # attrs.evolve costs more than the class; errors are rare enough.
    import attrs  # noqa: PLC0415

    changes: dict[str, Any] = {}
    delay = retry_after(headers)
    if delay is not None:
        changes["retry_after"] = delay
    again = headers.get("x-should-retry", "").strip().lower()
    if again in ("true", "false"):
        changes["should_retry"] = again == "true"
    if info.request_id is None:
        for name in _REQUEST_IDS:
            if headers.get(name):
                changes["request_id"] = headers[name]
                break
    return attrs.evolve(info, **changes) if changes else info


# --- writing ------------------------------------------------------------------------

_WRITTEN: Final[Mapping[ErrorKind, tuple[int, str, str | None]]] = {
    "invalid_request": (400, "invalid_request_error", None),
    "authentication": (401, "authentication_error", None),
    "permission": (403, "permission_error", None),
    "billing": (429, "insufficient_quota", "insufficient_quota"),
    "not_found": (404, "not_found_error", None),
    "conflict": (409, "conflict_error", None),
    "request_too_large": (413, "invalid_request_error", "request_too_large"),
    "context_length_exceeded": (
        400,
        "invalid_request_error",
        "context_length_exceeded",
    ),
    "rate_limit": (429, "rate_limit_error", "rate_limit_exceeded"),
    "overloaded": (503, "server_error", "service_unavailable"),
    "timeout": (504, "server_error", "timeout"),
    "server_error": (500, "server_error", None),
    "content_filter": (400, "invalid_request_error", "content_filter"),
    "unsupported": (400, "invalid_request_error", "unsupported_error"),
    "stream_truncated": (502, "server_error", "stream_truncated"),
    "decode_error": (502, "server_error", "decode_error"),
    "unknown": (500, "server_error", None),
}
"""Status, type and code for each kind (wire/errors.md, section 5)."""
_KNOWN: Final = frozenset({"message", "type", "param", "code"})
_KNOWN_OUTSIDE: Final = _KNOWN | {
    "error",
    "error_description",
    "detail",
    "msg",
    "object",
    "request_id",
    # Fields of a stream event that carries an error beside its choices.
    "id",
    "created",
    "model",
    "choices",
    "usage",
}
"""What a flat body says in other words; it is written from the value, not from raw."""


def error_status(error: ErrorInfo) -> int:
    """
    Give the HTTP status that an OpenAI client expects for *error*.

    Args:
        error: The error, of any dialect.

    Returns:
        The status that came with it, where its own dialect said it or it means the
        same here; else the one of its kind.
    """
    status = error.status
    if status is not None and 400 <= status < 600:
        if error.dialect == DIALECT or _BY_STATUS.get(status) == error.kind:
            # 529 and 425 mean overload too, but OpenAI's clients do not know them.
            return status if status not in (425, 529) else 503
        if error.kind == "unknown" or (
            error.kind in ("server_error", "timeout") and status in (408, 500, 502, 504)
        ):
            return status
    return _WRITTEN[error.kind][0]


def encode_error_object(error: ErrorInfo) -> JSONObject:
    """
    Write an error as this dialect's object: a body, or the payload of a stream event.

    Args:
        error: The error, of any dialect.

    Returns:
        `{"error": {message, type, param, code}}`, with the unknown fields of an
        error that came in this dialect.
    """
    _, kind, code = _WRITTEN[error.kind]
    own = error.dialect == DIALECT
    inner: JSONObject = {
        "message": error.message,
        "type": (error.type if own else None) or kind,
        "param": error.param,
        "code": (error.code if own else None) or code,
    }
    out: JSONObject = {"error": inner}
    if own and isinstance(error.raw, dict):
        theirs = error.raw.get("error")
        if isinstance(theirs, dict):
            for name, value in theirs.items():
                if name not in _KNOWN and value is not None:
                    inner[name] = value
        for name, value in error.raw.items():
            if name not in _KNOWN_OUTSIDE and value is not None:
                out[name] = value
    return out


def encode_error(error: ErrorInfo) -> EncodedResponse:
    """
    Write an error response.

    Args:
        error: The error, of any dialect.

    Returns:
        The response, with retry hints and the request id in OpenAI's headers.
    """
    headers = list(JSON_HEADERS)
    if error.retry_after is not None:
        seconds = max(0.0, error.retry_after)
        whole = int(seconds) if seconds == int(seconds) else int(seconds) + 1
        headers.append(("retry-after", str(whole)))
        if whole != seconds:
            headers.append(("retry-after-ms", str(round(seconds * 1000))))
    if error.should_retry is not None:
        headers.append(("x-should-retry", "true" if error.should_retry else "false"))
    if error.request_id is not None and _SAFE.match(error.request_id):
        headers.append(("x-request-id", error.request_id))
    return EncodedResponse(
        status=error_status(error),
        headers=tuple(headers),
        body=dumps(encode_error_object(error)),
        error=error,
    )


_SAFE: Final = re.compile(r"[\x21-\x7e]{1,256}\Z")
"""What may stand in a header: an id from a hostile peer must not split one."""
