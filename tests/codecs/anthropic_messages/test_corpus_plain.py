"""
Recorded requests and answers of Anthropic Messages keep every leaf.

Equivalent spellings, the whole table: a null is the same as absent, `stream: false`
is the default, and Vertex's model (in the path) is written into the body.
"""

from __future__ import annotations

import json
from collections import Counter

import pytest
from tests._corpus import load
from tests._paths import SHARED

from modelwire.codecs.anthropic_messages import (
    decode_error,
    decode_request,
    decode_response,
    encode_error,
    encode_request,
    encode_response,
)
from modelwire.errors import Permanent

CASES = load("anthropic-messages")
REQUESTS = [c for c in CASES if isinstance(c.request, dict)]
PLAIN = [c for c in CASES if c.framing == "json" and c.response_body]
ANSWERS = [c for c in PLAIN if c.status < 400]
ERRORS = [c for c in PLAIN if c.status >= 400]
CLIENTS = ("anthropic", "aisdk_anthropic", "langchain_anthropic", "litellm_anthropic")


def recorded():
    for client in CLIENTS:
        for path in sorted((SHARED / "oracles" / "recorded" / client).glob("*.json")):
            body = json.loads(path.read_text(encoding="utf-8")).get("body")
            if isinstance(body, dict) and "max_tokens" in body:
                yield pytest.param(body, id=f"{client}/{path.stem}")


def leaves(value, key=""):
    """Give every scalar with the key it stands under, in no order."""
    if isinstance(value, dict):
        for name, item in value.items():
            yield from leaves(item, name)
    elif isinstance(value, list):
        for item in value:
            yield from leaves(item, key)
    elif value is not None and not (key == "stream" and value is False):
        yield key, json.dumps(value)


def missing(before, after):
    return Counter(leaves(before)) - Counter(leaves(after))


def check_request(body, path=""):
    value = decode_request(json.dumps(body).encode(), path=path)
    encoded = encode_request(value)
    again = json.loads(encoded.body)
    assert encoded.losses == ()
    assert not missing(body, again)
    assert set(missing(again, body)) <= {("model", json.dumps(value.model))}
    assert decode_request(encoded.body) == value


@pytest.mark.parametrize("case", REQUESTS, ids=lambda c: c.id)
def test_recorded_requests_keep_every_leaf(case):
    check_request(case.request, case.request_path)


@pytest.mark.parametrize("body", list(recorded()))
def test_requests_of_real_clients_keep_every_leaf(body):
    check_request(body)


@pytest.mark.parametrize("case", ANSWERS, ids=lambda c: c.id)
def test_recorded_answers_keep_every_leaf(case):
    value = decode_response(case.response_body, headers=case.response_headers)
    encoded = encode_response(value)
    body, again = json.loads(case.response_body), json.loads(encoded.body)
    assert encoded.losses == ()
    assert not missing(body, again)
    # Servers of today say of every call who made it; two recordings are older.
    assert set(missing(again, body)) <= {("type", '"direct"')}
    assert decode_response(encoded.body) == value


@pytest.mark.parametrize("case", ERRORS, ids=lambda c: c.id)
def test_recorded_errors_are_typed_and_come_back(case):
    info = decode_error(
        case.response_body, status=case.status, headers=case.response_headers
    )
    kinds = {400: "invalid_request", 401: "authentication", 404: "not_found"}
    assert info.kind == kinds[case.status]
    assert info.message
    assert info.retry_classification() == Permanent()
    encoded = encode_error(info)
    assert encoded.status == case.status
    assert json.loads(encoded.body) == json.loads(case.response_body)
