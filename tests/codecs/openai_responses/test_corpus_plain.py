"""
Recorded requests and plain responses of `openai-responses`: they decode and come back.

Same dialect in and out keeps every leaf, up to the equivalent spellings of `EQUAL`.
"""

import json
from collections import Counter
from pathlib import Path

import pytest

from modelwire.codecs._base import COLLECT
from modelwire.codecs.openai_responses import _errors, _request, _response
from modelwire.errors import Permanent, ProviderError
from modelwire.testing import assert_losses

SHARED = Path(__file__).resolve().parents[3].parent / "shared"
CORPUS = SHARED / "corpus" / "openai-responses"
CLIENTS = ("openai_responses", "litellm_responses")

pytestmark = pytest.mark.skipif(
    not CORPUS.is_dir(), reason="the recorded traffic is not there"
)

EQUAL = {("stream", False)}
"""Leaves that may be missing from the output: absent means the same."""


def leaves(value, key=""):
    """Give every scalar of a JSON value with its field's name, nulls left out."""
    if isinstance(value, dict):
        for name, item in value.items():
            yield from leaves(item, name)
    elif isinstance(value, list):
        for item in value:
            yield from leaves(item, key)
    elif value is not None:
        # 1 and True are two values here; 1 and 1.0 are one (`created_at`).
        kind = "bool" if isinstance(value, bool) else ""
        yield (key, kind, value)


def missing(before, after):
    left = Counter(leaves(before)) - Counter(leaves(after))
    return [x for x in left.elements() if (x[0], x[2]) not in EQUAL]


def requests():
    for path in sorted(CORPUS.glob("*.json")):
        request = json.loads(path.read_bytes())["request"]
        if request is not None and isinstance(request.get("body"), dict):
            yield pytest.param(request["body"], id=path.stem)
    for client in CLIENTS:
        for path in sorted((SHARED / "oracles" / "recorded" / client).glob("*.json")):
            body = json.loads(path.read_bytes())["body"]
            yield pytest.param(body, id=f"{client}-{path.stem}")


def responses(*, errors):
    for path in sorted(CORPUS.glob("*.json")):
        response = json.loads(path.read_bytes())["response"]
        if response["framing"] == "json":
            bad = response["status"] >= 400
            if bad is errors:
                yield pytest.param(response, id=path.stem)


ALL_REQUESTS = list(requests()) if CORPUS.is_dir() else []
ALL_RESPONSES = list(responses(errors=False)) if CORPUS.is_dir() else []
ALL_ERRORS = list(responses(errors=True)) if CORPUS.is_dir() else []


@pytest.mark.parametrize("body", ALL_REQUESTS)
def test_request_keeps_every_leaf(body):
    request = _request.decode_request(json.dumps(body).encode())
    encoded = _request.encode_request(request)
    assert missing(body, json.loads(encoded.body)) == []
    again = _request.decode_request(encoded.body)
    assert_losses(request, again, encoded.losses)
    # The detail of an image is all that the wire requires and clients leave out.
    assert {(x.code, x.action) for x in encoded.losses} <= {
        ("in.image.detail", "synthesised")
    }
    if not encoded.losses:
        assert again == request
        assert _request.encode_request(again).body == encoded.body


@pytest.mark.parametrize("response", ALL_RESPONSES)
def test_response_keeps_every_leaf(response):
    body = json.loads(response["body_text"])
    decoded = _response.decode_response(
        response["body_text"].encode(),
        status=response["status"],
        headers=tuple(response["headers"].items()),
    )
    (choice,) = decoded.choices
    assert (choice.finish is None) == (body.get("status") in ("in_progress", "queued"))
    encoded = _response.encode_response(decoded, on_loss=COLLECT)
    assert missing(body, json.loads(encoded.body)) == []
    assert_losses(decoded, _response.decode_response(encoded.body), encoded.losses)
    assert {loss.action for loss in encoded.losses} <= {"synthesised"}


@pytest.mark.parametrize("response", ALL_ERRORS)
def test_error_is_typed(response):
    with pytest.raises(ProviderError) as caught:
        _response.decode_response(
            response["body_text"].encode(),
            status=response["status"],
            headers=tuple(response["headers"].items()),
        )
    info = caught.value.info
    assert info.kind not in ("unknown", "decode_error")
    assert info.message
    assert info.status == response["status"]
    assert type(info.retry_classification()) is Permanent
    again = _errors.encode_error(info)
    assert again.status == response["status"]
    second = _errors.decode_error(again.body, status=again.status)
    assert (second.kind, second.message) == (info.kind, info.message)


def test_the_corpus_is_there():
    assert len(ALL_REQUESTS) >= 85
    assert len(ALL_RESPONSES) >= 45
    assert len(ALL_ERRORS) >= 5
