"""Errors of `gemini-generate`: every body gives a kind, every kind a body."""

from __future__ import annotations

import json

import pytest

import modelwire.codecs.gemini_generate as gg
from modelwire.errors import ErrorInfo, ProviderError, Transient


@pytest.mark.parametrize(
    ("status", "error", "kind", "delay"),
    [
        (400, {"code": 400, "status": "INVALID_ARGUMENT", "message": "no"},
         "invalid_request", None),
        (400, {"status": "INVALID_ARGUMENT", "message": "API key not valid.",
               "details": [{"@type": "type.googleapis.com/google.rpc.ErrorInfo",
                            "reason": "API_KEY_INVALID"}]}, "authentication", None),
        (400, {"status": "INVALID_ARGUMENT", "message":
               "The input token count exceeds the maximum number of tokens"},
         "context_length_exceeded", None),
        (403, {"status": "PERMISSION_DENIED"}, "permission", None),
        (404, {"status": "NOT_FOUND"}, "not_found", None),
        (429, {"status": "RESOURCE_EXHAUSTED", "details": [
            {"@type": "type.googleapis.com/google.rpc.QuotaFailure"},
            {"@type": "type.googleapis.com/google.rpc.RetryInfo",
             "retryDelay": "46.5s"},
        ]}, "rate_limit", 46.5),
        (429, {"status": "RESOURCE_EXHAUSTED",
               "message": "Please retry in 1h2m3.5s."}, "rate_limit", 3723.5),
        (500, {"status": "INTERNAL"}, "server_error", None),
        (503, {"status": "UNAVAILABLE"}, "overloaded", None),
        (504, {"status": "DEADLINE_EXCEEDED"}, "timeout", None),
        (501, {"status": "UNIMPLEMENTED"}, "unsupported", None),
        (400, {"status": "INVALID_ARGUMENT", "message": "API key expired."},
         "authentication", None),
        (400, {"status": "FAILED_PRECONDITION", "message":
               "Please enable billing on the project."}, "billing", None),
    ],
)  # fmt: skip
def test_errors(status, error, kind, delay):
    body = json.dumps({"error": error}).encode()
    info = gg.decode_error(body, status=status)
    assert (info.kind, info.status, info.retry_after) == (kind, status, delay)
    encoded = gg.encode_error(info)
    assert encoded.status == status
    again = gg.decode_error(encoded.body, status=encoded.status)
    assert (again.kind, again.retry_after) == (kind, delay)
    with pytest.raises(ProviderError) as caught:
        gg.decode_response(body, status=status)
    assert caught.value.info.kind == kind


def test_array_wrapped_error():
    body = b'[{"error":{"code":429,"message":"m","status":"RESOURCE_EXHAUSTED"}}]'
    info = gg.decode_error(body, status=429)
    assert (info.kind, info.message) == ("rate_limit", "m")


@pytest.mark.parametrize(
    "body", [b"", b"<html>502</html>", b"[]", b"[1]", b"1", b'{"error":"x"}', b"{}",
             b'{"error":{"code":[],"details":[1,{"@type":2}],"message":{}}}']
)  # fmt: skip
def test_errors_are_total(body):
    info = gg.decode_error(body, status=502, headers=[("Retry-After", "7")])
    assert info.kind in ("server_error", "unknown")
    assert info.retry_after == 7


def test_error_under_a_good_status():
    body = b'{"error":{"code":503,"message":"m","status":"UNAVAILABLE"}}'
    with pytest.raises(ProviderError) as caught:
        gg.decode_response(body)
    assert (caught.value.info.kind, caught.value.info.status) == ("overloaded", 503)


def test_foreign_errors_take_googles_shape():
    info = ErrorInfo(
        kind="rate_limit",
        message="slow down",
        status=429,
        code="rate_limit_exceeded",
        retry_after=1.5,
        dialect="openai-chat",
    )
    encoded = gg.encode_error(info)
    assert json.loads(encoded.body)["error"]["status"] == "RESOURCE_EXHAUSTED"
    assert ("retry-after", "2") in encoded.headers
    again = gg.decode_error(encoded.body, status=encoded.status)
    assert again.retry_classification() == Transient(1.5)
    assert again.code == "rate_limit_exceeded"


BLAMED = [
    ([{"field": "contents[0].parts"}, {"field": "tools"}], "contents[0].parts"),
    ([{"description": "no field"}, "odd", {"field": ""}, {"field": "tools"}], "tools"),
    ([{"description": "no field"}], None),
    ("odd", None),
]


@pytest.mark.parametrize(("violations", "field"), BLAMED)
def test_the_field_that_is_blamed(violations, field):
    kind = "type.googleapis.com/google.rpc.BadRequest"
    details = [{"@type": kind, "fieldViolations": violations}]
    error = {"status": "INVALID_ARGUMENT", "message": "m", "details": details}
    info = gg.decode_error(json.dumps({"error": error}).encode(), status=400)
    assert info.param == field
