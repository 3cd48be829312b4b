"""Error bodies of every server that speaks this dialect, and what we answer."""

import json

import pytest
from hypothesis import given, strategies as st

from modelwire.codecs import openai_chat
from modelwire.codecs.openai_chat._errors import decode_error_object
from modelwire.errors import (
    ERROR_KINDS,
    ErrorInfo,
    Permanent,
    ProviderError,
    Transient,
)
from modelwire.testing import strategies

BODIES = [
    (
        "openai",
        401,
        (
            b'{"error":{"message":"Incorrect API key provided","type":'
            b'"invalid_request_error","param":null,"code":"invalid_api_key"}}'
        ),
        "authentication",
    ),
    (
        "quota",
        429,
        (
            b'{"error":{"message":"You exceeded your current quota","type":'
            b'"insufficient_quota","param":null,"code":"insufficient_quota"}}'
        ),
        "billing",
    ),
    (
        "rate",
        429,
        (
            b'{"error":{"message":"Rate limit reached","type":"tokens","param":null,'
            b'"code":"rate_limit_exceeded"}}'
        ),
        "rate_limit",
    ),
    (
        "context",
        400,
        (
            b'{"error":{"message":"too long","type":"invalid_request_error",'
            b'"param":"messages","code":"context_length_exceeded"}}'
        ),
        "context_length_exceeded",
    ),
    (
        "context in words (vLLM)",
        400,
        (
            b'{"object":"error","message":"The maximum context length is 4096 '
            b'tokens","type":"BadRequestError","param":null,"code":400}'
        ),
        "context_length_exceeded",
    ),
    (
        "context (llama.cpp)",
        400,
        (
            b'{"error":{"code":400,"message":"request exceeds the available context '
            b'size","type":"exceed_context_size_error","n_ctx":4096}}'
        ),
        "context_length_exceeded",
    ),
    (
        "azure filter",
        400,
        (
            b'{"error":{"message":"filtered","code":"content_filter","status":400,'
            b'"innererror":{"code":"ResponsibleAIPolicyViolation",'
            b'"content_filter_result":{"hate":{"filtered":true}}}}}'
        ),
        "content_filter",
    ),
    ("azure short", 401, b'{"error":{"code":"401","message":"no"}}', "authentication"),
    ("azure gateway", 401, b'{"statusCode":401,"message":"no"}', "authentication"),
    (
        "mistral",
        400,
        (
            b'{"object":"error","message":"Invalid model","type":"invalid_model",'
            b'"param":null,"code":"1500","raw_status_code":400}'
        ),
        "invalid_request",
    ),
    ("mistral 401", 401, b'{"detail":"Unauthorized"}', "authentication"),
    (
        "mistral 422",
        422,
        b'{"detail":[{"loc":["body","temperature"],"msg":"too high","type":"x"}]}',
        "invalid_request",
    ),
    ("a text wrapped", 400, b'{"message":{"detail":"bad"}}', "invalid_request"),
    (
        "mistral 422 wrapped",
        422,
        (
            b'{"object":"error","message":{"detail":[{"loc":["body"],"msg":"bad"}]},'
            b'"type":"invalid_request_error","param":null,"code":null}'
        ),
        "invalid_request",
    ),
    (
        "xai",
        400,
        (
            b'{"code":"Client specified an invalid argument","error":'
            b'"Incorrect API key provided: xx"}'
        ),
        "authentication",
    ),
    ("venice", 401, b'{"error":"Authentication failed"}', "authentication"),
    (
        "openrouter",
        402,
        b'{"error":{"code":402,"message":"Insufficient credits"},"user_id":"u"}',
        "billing",
    ),
    (
        "openrouter 429",
        429,
        (
            b'{"error":{"code":429,"message":"Provider returned error","metadata":'
            b'{"raw":"limited","provider_name":"G"}}}'
        ),
        "rate_limit",
    ),
    (
        "doubleword",
        400,
        b'{"code":400,"message":"Validation","type":"Bad Request"}',
        "invalid_request",
    ),
    (
        "groq",
        400,
        (
            b'{"error":{"message":"bad","type":"invalid_request_error","code":'
            b'"tool_use_failed","failed_generation":"<f>"}}'
        ),
        "invalid_request",
    ),
    ("groq capacity", 498, b'{"error":{"message":"flex"}}', "overloaded"),
    (
        "unknown model",
        404,
        b'{"error":{"message":"x","code":"model_not_found"}}',
        "not_found",
    ),
    ("list", 503, b'[{"error":{"message":"busy"}}]', "overloaded"),
    (
        "html",
        502,
        b"<html><body><h1>502 Bad Gateway</h1></body></html>",
        "server_error",
    ),
    ("text", 500, b"upstream connect error", "server_error"),
    ("empty", 504, b"", "timeout"),
    ("not json", 500, b'{"error": {"mess', "server_error"),
    ("null", 500, b"null", "server_error"),
    ("number", 418, b"12", "invalid_request"),
    ("too deep", 500, b"[" * 5000, "server_error"),
    ("no utf-8", 500, b"\xff\xfe", "server_error"),
]


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [case[1:] for case in BODIES],
    ids=[case[0] for case in BODIES],
)
def test_bodies(status, body, kind):
    info = openai_chat.decode_error(body, status=status)
    assert info.kind == kind
    assert info.status == status
    assert info.message
    assert info.dialect == "openai-chat"


def test_parts_of_an_openai_error():
    info = openai_chat.decode_error(
        b'{"error":{"message":"m","type":"t","param":"p","code":"c"}}', status=400
    )
    assert (info.message, info.type, info.param, info.code) == ("m", "t", "p", "c")


def test_validation_details_are_readable():
    info = openai_chat.decode_error(
        b'{"detail":[{"loc":["body","messages",0],"msg":"missing"},{"msg":"b"}]}',
        status=422,
    )
    assert info.message == "body.messages.0: missing; b"


def test_html_is_shortened_to_words():
    body = b"<html><head><title>502</title></head><body>Bad Gateway</body></html>"
    info = openai_chat.decode_error(body, status=502)
    assert info.message == "502 Bad Gateway"


@pytest.mark.parametrize(
    ("headers", "delay"),
    [
        ((("retry-after", "20"),), 20.0),
        ((("Retry-After-Ms", "1500"), ("Retry-After", "20")), 1.5),
        (
            (
                ("retry-after", "Wed, 21 Oct 2026 07:28:30 GMT"),
                ("date", "Wed, 21 Oct 2026 07:28:00 GMT"),
            ),
            30.0,
        ),
        ((("retry-after", "Wed, 21 Oct 2026 07:28:30 GMT"),), None),
        ((("retry-after", "soon"),), None),
        ((("retry-after", "-5"),), None),
        ((("retry-after", "1e400"),), None),
        ((("retry-after", "nan"),), None),
        ((), None),
    ],
)
def test_retry_after(headers, delay):
    info = openai_chat.decode_error(b"{}", status=429, headers=headers)
    assert info.retry_after == delay
    assert info.retry_classification() == Transient(delay)


def test_should_retry_decides():
    for word, expected in (("true", Transient), ("false", Permanent)):
        info = openai_chat.decode_error(
            b"{}", status=429, headers=(("X-Should-Retry", word),)
        )
        assert type(info.retry_classification()) is expected


def test_quota_is_not_retried():
    body = b'{"error":{"message":"q","type":"insufficient_quota","code":null}}'
    info = openai_chat.decode_error(body, status=429)
    assert info.retry_classification() == Permanent()


@pytest.mark.parametrize(
    "name", ["x-request-id", "apim-request-id", "X-Request-ID", "x-ms-request-id"]
)
def test_request_id(name):
    info = openai_chat.decode_error(b"", status=500, headers=((name, "req_1"),))
    assert info.request_id == "req_1"


def test_a_request_id_of_the_body_goes_first():
    body = b'{"error":{"message":"m"},"request_id":"req_body"}'
    headers = (("x-request-id", "req_header"),)
    info = openai_chat.decode_error(body, status=500, headers=headers)
    assert info.request_id == "req_body"


def test_error_inside_a_200():
    with pytest.raises(ProviderError) as caught:
        openai_chat.decode_response(
            b'{"error":{"message":"m","code":"content_filter"}}'
        )
    assert caught.value.info.kind == "content_filter"


def test_stream_payload_without_status():
    info = decode_error_object({"error": {"message": "m", "code": 429}})
    assert (info.kind, info.status, info.code) == ("rate_limit", 429, "429")
    info = decode_error_object({"error": {"message": "m", "status_code": 503}})
    assert info.kind == "overloaded"
    assert decode_error_object({"error": {"message": "m"}}).kind == "unknown"
    # Mistral counts its errors: four digits, or three that are no status.
    assert (
        decode_error_object({"error": {"message": "m", "code": "999"}}).status is None
    )


# --- writing ------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ERROR_KINDS)
def test_every_kind_is_written_and_read_back(kind):
    encoded = openai_chat.encode_error(ErrorInfo(kind=kind, message="what"))
    body = json.loads(encoded.body)
    assert set(body) == {"error"}
    assert set(body["error"]) == {"message", "type", "param", "code"}
    assert 400 <= encoded.status < 600
    again = openai_chat.decode_error(encoded.body, status=encoded.status)
    if kind not in ("decode_error", "unknown"):
        assert again.kind == kind
    assert again.message == "what"


def test_statuses_of_other_dialects():
    overloaded = ErrorInfo(
        kind="overloaded", status=529, dialect="anthropic-messages", message="m"
    )
    assert openai_chat.encode_error(overloaded).status == 503
    billing = ErrorInfo(kind="billing", status=402, message="m")
    encoded = openai_chat.encode_error(billing)
    assert encoded.status == 402
    assert json.loads(encoded.body)["error"]["code"] == "insufficient_quota"


def test_headers_of_an_error():
    error = ErrorInfo(
        kind="rate_limit",
        retry_after=1.5,
        should_retry=True,
        request_id="req_9",
        message="m",
    )
    assert dict(openai_chat.encode_error(error).headers) == {
        "content-type": "application/json",
        "retry-after": "2",
        "retry-after-ms": "1500",
        "x-should-retry": "true",
        "x-request-id": "req_9",
    }


def test_a_hostile_request_id_is_no_header():
    error = ErrorInfo(kind="server_error", request_id="a\r\nset-cookie: x", message="m")
    assert "x-request-id" not in dict(openai_chat.encode_error(error).headers)


def test_unknown_fields_of_an_own_error_are_kept_and_known_ones_come_from_the_value():
    body = (
        b'{"error":{"message":"secret","type":"t","param":null,"code":"c",'
        b'"failed_generation":"<x>"},"user_id":"u"}'
    )
    info = openai_chat.decode_error(body, status=400)
    redacted = ErrorInfo(
        kind=info.kind,
        message="hidden",
        status=400,
        code="c",
        type="t",
        raw=info.raw,
        dialect=info.dialect,
    )
    out = openai_chat.encode_error(redacted).body
    assert b"secret" not in out
    assert json.loads(out) == {
        "error": {
            "message": "hidden",
            "type": "t",
            "param": None,
            "code": "c",
            "failed_generation": "<x>",
        },
        "user_id": "u",
    }


@given(st.binary(max_size=200), st.integers(100, 700))
def test_decode_error_is_total(body, status):
    info = openai_chat.decode_error(body, status=status)
    openai_chat.encode_error(info)


@given(strategies.json_values())
def test_decode_error_object_is_total(value):
    for shape in (
        {"error": value},
        {"error": {"message": value, "code": value}},
        {"detail": value, "message": value},
        {"errors": value},
    ):
        info = decode_error_object(shape, status=400)
        openai_chat.encode_error(info)
