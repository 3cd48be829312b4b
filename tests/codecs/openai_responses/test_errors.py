"""Errors of `openai-responses`, both ways."""

import json

import pytest
from hypothesis import given, strategies as st

from modelwire.codecs.openai_responses import _errors
from modelwire.errors import ERROR_KINDS, ErrorInfo, Permanent, Transient

BODIES = [
    (429, b'{"error":{"message":"m","code":"insufficient_quota"}}', "billing"),
    (429, b'{"error":{"message":"m","type":"tokens"}}', "rate_limit"),
    (400, b'{"error":{"message":"m","code":"context_length_exceeded"}}',
     "context_length_exceeded"),
    (400, b'{"error":{"message":"your prompt is too long"}}',
     "context_length_exceeded"),
    (400, b'{"error":{"message":"m","type":"invalid_request_error"}}',
     "invalid_request"),
    (400, (b'{"error":{"message":"m","code":"content_filter","innererror":{"code":'
          b'"ResponsibleAIPolicyViolation"}}}'), "content_filter"),
    (400, b'{"code":"x","error":"Incorrect API key provided"}', "authentication"),
    (401, b'{"detail":"Could not parse your token"}', "authentication"),
    (404, b'{"error":{"message":"m","code":"previous_response_not_found"}}',
     "not_found"),
    (503, b"<html><b>Busy</b></html>", "overloaded"),
    (500, b"", "server_error"),
    (502, b"[]", "server_error"),
    (429, b'[{"error":{"message":"m"}}]', "rate_limit"),
]  # fmt: skip


@pytest.mark.parametrize(("status", "body", "kind"), BODIES)
def test_bodies(status, body, kind):
    info = _errors.decode_error(body, status=status)
    assert info.kind == kind
    assert info.message
    assert info.status == status


OBJECTS = [
    ({"type": "error", "code": "rate_limit_exceeded", "message": "m",
      "sequence_number": 3}, "rate_limit", None),
    ({"type": "error", "error": {"type": "insufficient_quota", "message": "m",
                                 "code": "insufficient_quota"}}, "billing",
     "insufficient_quota"),
    ({"object": "response", "status": "failed",
      "error": {"code": "invalid_image", "message": "m"}}, "invalid_request", None),
    ({"object": "response", "status": "failed",
      "error": {"code": "vector_store_timeout", "message": "m"}}, "timeout", None),
    ({"error": {"code": 429, "message": "m"}}, "rate_limit", None),
    ({"error": {"message": "m"}}, "unknown", None),
]  # fmt: skip


@pytest.mark.parametrize(("obj", "kind", "type_"), OBJECTS)
def test_events_and_failed_responses(obj, kind, type_):
    info = _errors.decode_error_object(obj)
    assert (info.kind, info.message, info.type) == (kind, "m", type_)
    assert info.raw is obj


def test_headers():
    headers = (
        ("Retry-After-Ms", "1500"),
        ("x-should-retry", "true"),
        ("x-request-id", "r"),
    )
    info = _errors.decode_error(b"{}", status=429, headers=headers)
    assert (info.retry_after, info.should_retry, info.request_id) == (1.5, True, "r")
    assert info.retry_classification() == Transient(1.5)
    out = dict(_errors.encode_error(info).headers)
    assert out["retry-after"] == "2"
    assert out["retry-after-ms"] == "1500"
    dated = _errors.decode_error(
        b"{}",
        status=429,
        headers=(
            ("retry-after", "Wed, 21 Oct 2026 07:28:05 GMT"),
            ("date", "Wed, 21 Oct 2026 07:28:00 GMT"),
        ),
    )
    assert dated.retry_after == 5
    bad = _errors.decode_error(b"{}", status=400, headers=(("retry-after", "soon"),))
    assert bad.retry_after is None
    assert bad.retry_classification() == Permanent()


@pytest.mark.parametrize("kind", ERROR_KINDS)
def test_every_kind_is_written_and_read_again(kind):
    encoded = _errors.encode_error(ErrorInfo(kind=kind, message="m"))
    again = _errors.decode_error(encoded.body, status=encoded.status)
    assert again.message == "m"
    assert again.kind == ("server_error" if kind == "unknown" else kind)
    inner = _errors.encode_response_error(ErrorInfo(kind=kind, message="m"))
    assert inner["message"] == "m"
    assert isinstance(inner["code"], str)


def test_an_error_of_this_dialect_keeps_everything():
    body = {
        "error": {
            "message": "m",
            "type": "t",
            "param": "p",
            "code": "c",
            "misalignment": {"error_type": "x"},
        },
        "x": 1,
    }
    info = _errors.decode_error(json.dumps(body).encode(), status=418)
    encoded = _errors.encode_error(info)
    assert json.loads(encoded.body) == body
    assert encoded.status == 418


def test_a_header_cannot_be_split():
    info = ErrorInfo(kind="unknown", request_id="a\r\nb")
    assert "x-request-id" not in dict(_errors.encode_error(info).headers)


@given(st.binary(max_size=40), st.sampled_from([400, 429, 500]))
def test_total(body, status):
    assert _errors.decode_error(body, status=status).status == status
