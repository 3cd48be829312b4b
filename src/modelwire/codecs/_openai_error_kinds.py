"""
What OpenAI's error codes, types and statuses mean, and which are written.

The tables behind `_openai_errors`, for every dialect of the OpenAI API: the same
servers speak them all, so a word that one was seen to send is known to the other.

Source:
    wire/errors.md, wire/openai_responses.md sections 5 and 6 and the error bodies of
    wire/observed.md section 2.2, read 2026-11-21.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from modelwire.errors import ErrorKind

__all__ = ["BY_STATUS", "MAX_TEXT", "WRITTEN", "kind_of"]

MAX_TEXT: Final = 2000
"""Characters of a text that are searched or kept."""
BY_STATUS: Final[Mapping[int, ErrorKind]] = {
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
    "context_length_exceeded": "context_length_exceeded",
    "exceed_context_size_error": "context_length_exceeded",  # llama.cpp
    "string_above_max_length": "invalid_request",
    "unsupported_parameter": "invalid_request",
    "unsupported_value": "invalid_request",
    "authentication_error": "authentication",
    "incorrect_api_key": "authentication",
    "invalid_api_key": "authentication",
    "invalid_authentication": "authentication",
    "unauthorized": "authentication",
    "billing_error": "billing",
    "billing_hard_limit_reached": "billing",
    "billing_not_active": "billing",
    "credit_balance_exhausted": "billing",
    "insufficient_balance": "billing",
    "insufficient_quota": "billing",
    "bio_policy": "content_filter",
    "content_filter": "content_filter",
    "content_policy_violation": "content_filter",
    "image_content_policy_violation": "content_filter",
    "invalid_prompt": "content_filter",
    "misalignment_policy_violation": "content_filter",
    "responsibleaipolicyviolation": "content_filter",
    "deploymentnotfound": "not_found",
    "image_file_not_found": "not_found",
    "model_not_found": "not_found",
    "not_found_error": "not_found",
    "notfounderror": "not_found",
    "previous_response_not_found": "not_found",
    "rate_limit_error": "rate_limit",
    "rate_limit_exceeded": "rate_limit",
    "ratelimiterror": "rate_limit",
    "requests": "rate_limit",
    "tokens": "rate_limit",
    "too_many_requests": "rate_limit",
    "engine_overloaded": "overloaded",
    "overloaded_error": "overloaded",
    "service_unavailable": "overloaded",
    "slow_down": "overloaded",
    "request_timeout": "timeout",
    "timeout": "timeout",
    "timeout_error": "timeout",
    "vector_store_timeout": "timeout",
    "stream_truncated": "stream_truncated",
    "permission_denied": "permission",
    "permission_error": "permission",
    "request_too_large": "request_too_large",
    "api_error": "server_error",
    "internal_error": "server_error",
    "internal_server_error": "server_error",
    "server_error": "server_error",
    "conflict_error": "conflict",
    "not_supported_error": "unsupported",
    "unsupported_error": "unsupported",
    "decode_error": "decode_error",
}
"""Codes and types that say more than the status; compared in lower case."""
_VAGUE: Final = frozenset(
    {
        "invalid_request_error",
        "invalid_request",
        "bad_request",
        "bad request",
        "badrequesterror",
    }
)
"""Words that say no more than 400; a finer status wins over them."""
# Patterns are compiled when an error comes: a stream decoder loads this module.
_IMAGE_FAULT: Final = (
    r"(?:invalid_|empty_|unsupported_|failed_to_download_)?(?:base64_)?image"
)
"""Codes of a failed response that blame an image of the request."""
_CONTEXT: Final = (
    r"maximum context length|context[ _]length[ _]exceed|context window|"
    r"exceeds? the (?:available )?context|prompt is too long|input is too long|"
    r"exceed_context_size|too many tokens in the (?:prompt|input)"
)
"""Servers without a code say it in words only (vLLM, llama.cpp, OpenRouter)."""
_BAD_KEY: Final = r"(?:incorrect|invalid) api key|invalid authentication"
WRITTEN: Final[Mapping[ErrorKind, tuple[int, str, str | None]]] = {
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


def kind_of(status: int | None, words: tuple[str, ...], message: str) -> ErrorKind:
    """
    Classify: what code and type say, else the words of the text, else the status.

    Args:
        status: The HTTP status; `None`: the error came inside a 200.
        words: Codes and types, the finest first.
        message: The text for people.

    Returns:
        What went wrong.
    """
    lowered = tuple(word.lower() for word in words)
    found: ErrorKind | None = next(
        (_BY_WORD[word] for word in lowered if word in _BY_WORD), None
    )
    by_status: ErrorKind | None = None
    if status is not None:
        by_status = BY_STATUS.get(status)
        if by_status is None and status >= 500:
            by_status = "server_error"
        elif by_status is None and 400 <= status < 500:
            by_status = "invalid_request"
    text = message[:MAX_TEXT]
    if (
        found in (None, "invalid_request")
        and by_status in (None, "invalid_request", "request_too_large")
        and re.search(_CONTEXT, text, re.IGNORECASE)
    ):
        return "context_length_exceeded"
    if found is not None:
        if found == "rate_limit" and by_status == "billing":
            return "billing"
        return found
    if by_status in ("invalid_request", "permission") and re.search(
        _BAD_KEY, text, re.IGNORECASE
    ):
        # xAI answers a bad key with 400 (recorded; wire/observed.md section 2.2).
        return "authentication"
    if by_status is not None:
        return by_status
    if any(word in _VAGUE or re.match(_IMAGE_FAULT, word) for word in lowered):
        return "invalid_request"
    return "unknown"
