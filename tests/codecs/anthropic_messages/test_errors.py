"""Errors of Anthropic Messages: every body gives a kind, every kind a body."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, strategies as st

from modelwire.codecs.anthropic_messages import decode_error, encode_error
from modelwire.errors import ERROR_KINDS, ErrorInfo, Permanent, Transient


def error(type_, message="m", **fields):
    return json.dumps(
        {"type": "error", "error": {"type": type_, "message": message, **fields}}
    ).encode()


@pytest.mark.parametrize(
    ("type_", "status", "kind", "again"),
    [
        ("invalid_request_error", 400, "invalid_request", False),
        ("authentication_error", 401, "authentication", False),
        ("billing_error", 402, "billing", False),
        ("permission_error", 403, "permission", False),
        ("not_found_error", 404, "not_found", False),
        ("conflict_error", 409, "conflict", True),
        ("request_too_large", 413, "request_too_large", False),
        ("rate_limit_error", 429, "rate_limit", True),
        ("api_error", 500, "server_error", True),
        ("timeout_error", 504, "timeout", True),
        ("overloaded_error", 529, "overloaded", True),
        ("brand_new_error", 418, "unknown", False),
        ("brand_new_error", 502, "server_error", True),
    ],
)
def test_types(type_, status, kind, again):
    info = decode_error(error(type_), status=status)
    assert (info.kind, info.type, info.message, info.status) == (
        kind,
        type_,
        "m",
        status,
    )
    assert isinstance(info.retry_classification(), Transient if again else Permanent)


def test_E04_an_overload_names_itself_whatever_the_status():
    assert decode_error(error("overloaded_error"), status=200).kind == "overloaded"


@pytest.mark.parametrize(
    "message",
    [
        "prompt is too long: 250000 tokens > 200000 maximum",
        "input length and `max_tokens` exceed context limit: 1 + 2 > 2",
    ],
)
def test_a_context_that_is_too_long_has_a_kind_of_its_own(message):
    info = decode_error(error("invalid_request_error", message), status=400)
    assert info.kind == "context_length_exceeded"
    assert info.retry_classification() == Permanent()


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (
            error(
                "rate_limit_error",
                details={"error_code": "enforced_spend_limit_reached"},
            ),
            429,
        ),
        (
            error(
                "rate_limit_error",
                details={"error_code": "contract_spend_limit_reached"},
            ),
            429,
        ),
        (
            error(
                "invalid_request_error",
                "You have reached your specified API usage limits.",
            ),
            400,
        ),
        (
            error(
                "invalid_request_error",
                "Your credit balance is too low to access the Anthropic API.",
            ),
            400,
        ),
    ],
)
def test_spent_money_is_not_retried(body, status):
    info = decode_error(body, status=status)
    assert info.kind == "billing"
    assert info.retry_classification() == Permanent()


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, "invalid_request"),
        (401, "authentication"),
        (403, "permission"),
        (404, "not_found"),
        (408, "timeout"),
        (413, "request_too_large"),
        (429, "rate_limit"),
        (500, "server_error"),
        (501, "unsupported"),
        (502, "server_error"),
        (503, "overloaded"),
        (504, "timeout"),
        (529, "overloaded"),
        (499, "unknown"),
    ],
)
@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html><h1>Bad</h1></html>",
        b"plain",
        b"null",
        b"[]",
        b"{}",
        b'{"error":5}',
    ],
)
def test_bodies_of_others_give_a_kind_by_their_status(body, status, kind):
    info = decode_error(body, status=status)
    assert info.kind == kind
    assert info.message


def test_bodies_of_gateways():
    assert decode_error(b'{"error":"no"}', status=400).message == "no"
    assert decode_error(b'{"message":"no"}', status=400).message == "no"
    assert decode_error(b'{"detail":"no"}', status=400).message == "no"
    info = decode_error(b'{"error":{"message":"no","code":5}}', status=400)
    assert (info.message, info.code) == ("no", "5")
    assert decode_error(b"  no  ", status=400).message == "no"


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"Retry-After": "7"}, 7.0),
        ({"retry-after": "0.5"}, 0.5),
        ({"retry-after-ms": "250", "retry-after": "7"}, 0.25),
        ({"retry-after-ms": "x", "retry-after": "7"}, 7.0),
        ({"retry-after": "-1"}, None),
        ({"retry-after": "nan"}, None),
        ({"retry-after": "inf"}, None),
        ({"retry-after": "soon"}, None),
        # A date needs the answer's own clock; ours is not read.
        ({"retry-after": "Sat, 21 Nov 2026 10:00:30 GMT"}, None),
        (
            {
                "retry-after": "Sat, 21 Nov 2026 10:00:30 GMT",
                "date": "Sat, 21 Nov 2026 10:00:00 GMT",
            },
            30.0,
        ),
        (
            {
                "retry-after": "Fri, 01 Jan 2027 00:00:01 GMT",
                "date": "Thu, 31 Dec 2026 23:59:59 GMT",
            },
            2.0,
        ),
        (
            {
                "retry-after": "Wed, 01 Mar 2028 00:00:00 GMT",
                "date": "Mon, 28 Feb 2028 00:00:00 GMT",
            },
            172800.0,
        ),
        (
            {
                "retry-after": "Sat, 21 Nov 2026 10:00:00 GMT",
                "date": "Sat, 21 Nov 2026 10:00:30 GMT",
            },
            0.0,
        ),
        (
            {
                "retry-after": "Sat, 21 Foo 2026 10:00:00 GMT",
                "date": "Sat, 21 Nov 2026 10:00:30 GMT",
            },
            None,
        ),
    ],
)
def test_retry_hints(headers, seconds):
    info = decode_error(
        error("rate_limit_error"), status=429, headers=list(headers.items())
    )
    assert info.retry_after == seconds


@pytest.mark.parametrize(
    ("word", "value"), [("true", True), ("FALSE", False), ("?", None)]
)
def test_the_explicit_word_decides(word, value):
    info = decode_error(
        error("api_error"), status=500, headers=[("X-Should-Retry", word)]
    )
    assert info.should_retry is value


def test_request_ids():
    body = b'{"type":"error","error":{},"request_id":"req_body"}'
    headers = [("request-id", "req_head")]
    assert decode_error(body, status=400, headers=headers).request_id == "req_body"
    assert decode_error(b"{}", status=400, headers=headers).request_id == "req_head"


@given(st.binary(max_size=200), st.integers(100, 999), st.text(max_size=20))
def test_nothing_makes_it_raise(body, status, value):
    headers = [("retry-after", value), ("date", value), ("retry-after-ms", value)]
    info = decode_error(body, status=status, headers=headers)
    assert info.kind in ERROR_KINDS
    encode_error(info)


# --- writing ------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ERROR_KINDS)
def test_every_kind_is_written(kind):
    encoded = encode_error(ErrorInfo(kind=kind, message="m"))
    assert 400 <= encoded.status <= 599
    body = json.loads(encoded.body)
    assert body["type"] == "error"
    assert body["error"]["message"].endswith("m")
    assert encoded.error.kind == kind


LIKE_ITSELF = [
    kind
    for kind in ERROR_KINDS
    if kind
    not in (
        "content_filter",
        "unsupported",
        "stream_truncated",
        "decode_error",
        "unknown",
    )
]


@pytest.mark.parametrize("kind", LIKE_ITSELF)
def test_kinds_that_the_dialect_has_come_back(kind):
    encoded = encode_error(ErrorInfo(kind=kind, message="m"))
    assert decode_error(encoded.body, status=encoded.status).kind == kind


def test_golden_bytes():
    encoded = encode_error(
        ErrorInfo(
            kind="rate_limit",
            message="slow down",
            status=503,
            dialect="openai-chat",
            request_id="req_1",
            retry_after=1.5,
            should_retry=True,
        )
    )
    assert encoded.status == 429
    assert encoded.headers == (
        ("content-type", "application/json"),
        ("request-id", "req_1"),
        ("retry-after", "2"),
        ("retry-after-ms", "1500"),
        ("x-should-retry", "true"),
    )
    assert encoded.body == (
        b'{"type":"error","error":{"type":"rate_limit_error","message":"slow down"},'
        b'"request_id":"req_1"}'
    )


def test_the_own_body_is_given_back_as_it_came():
    body = (
        b'{"type":"error","error":{"type":"invalid_request_error","message":"m",'
        b'"details":{"x":1}},"request_id":"req_1"}'
    )
    encoded = encode_error(decode_error(body, status=422))
    assert (encoded.status, encoded.body) == (422, body)


def test_a_redacted_message_is_not_undone_by_the_raw_body():
    import attrs

    info = attrs.evolve(
        decode_error(error("api_error", "secret"), status=500), message="-"
    )
    assert b"secret" not in encode_error(info).body


def test_a_spent_limit_is_named_where_the_body_is_written_anew():
    code = "enforced_spend_limit_reached"
    info = ErrorInfo(kind="billing", message="spent", code=code)
    encoded = encode_error(info)
    assert json.loads(encoded.body)["error"]["details"] == {"error_code": code}
    again = decode_error(encoded.body, status=encoded.status)
    assert (again.kind, again.code) == ("billing", code)


def test_clients_find_the_words_they_look_for():
    info = ErrorInfo(kind="context_length_exceeded", message="maximum is 8192 tokens")
    body = json.loads(encode_error(info).body)
    assert body["error"] == {
        "type": "invalid_request_error",
        "message": "prompt is too long: maximum is 8192 tokens",
    }
