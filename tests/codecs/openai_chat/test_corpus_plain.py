"""
Recorded requests and plain responses of `openai-chat`: each decodes, and comes back.

Same dialect in and out keeps every leaf, up to the equivalent spellings of `EQUAL`.
"""

import json
from collections import Counter
from pathlib import Path

import pytest

from modelwire.codecs import openai_chat
from modelwire.codecs._base import COLLECT
from modelwire.errors import ErrorInfo, Permanent, ProviderError, Transient
from modelwire.testing import assert_losses

SHARED = Path(__file__).resolve().parents[3].parent / "shared"
CORPUS = SHARED / "corpus" / "openai-chat"
CLIENTS = (
    "openai_chat",
    "aisdk_openai_chat",
    "langchain_openai",
    "opencode_compat",
    "smolagents_openai",
    "groq",
    "mistralai",
)

pytestmark = pytest.mark.skipif(
    not CORPUS.is_dir(), reason="the recorded traffic is not there"
)

EQUAL = {
    ("stream", False),  # absent means false
    ("id", ""),  # a call without an id gets one
}
"""Leaves that may be missing from the output: (field, value)."""


def leaves(value, key=""):
    """Give every scalar of a JSON value with its field's name, nulls left out."""
    if isinstance(value, dict):
        for name, item in value.items():
            yield from leaves(item, name)
    elif isinstance(value, list):
        for item in value:
            yield from leaves(item, key)
    elif value is not None:
        # 1 and 1.0 and True are three values here.
        yield (key, type(value).__name__, value)


def missing(before, after):
    left = Counter(leaves(before)) - Counter(leaves(after))
    return [x for x in left.elements() if (x[0], x[2]) not in EQUAL]


def requests():
    for path in sorted(CORPUS.glob("*.json")):
        case = json.loads(path.read_bytes())
        request = case["request"]
        if request is not None and isinstance(request.get("body"), dict):
            yield pytest.param(request["path"], request["body"], id=path.stem)
    for client in CLIENTS:
        for path in sorted((SHARED / "oracles" / "recorded" / client).glob("*.json")):
            case = json.loads(path.read_bytes())
            if "messages" in case["body"]:
                yield pytest.param(
                    case["path"], case["body"], id=f"{client}-{path.stem}"
                )


def responses(*, errors):
    for path in sorted(CORPUS.glob("*.json")):
        case = json.loads(path.read_bytes())
        response = case["response"]
        if response["framing"] == "json" and (response["status"] >= 400) is errors:
            yield pytest.param(response, id=path.stem)


ALL_REQUESTS = list(requests()) if CORPUS.is_dir() else []
ALL_RESPONSES = list(responses(errors=False)) if CORPUS.is_dir() else []
ALL_ERRORS = list(responses(errors=True)) if CORPUS.is_dir() else []


@pytest.mark.parametrize(("path", "body"), ALL_REQUESTS)
def test_request_keeps_every_leaf(path, body):
    raw = json.dumps(body).encode()
    request = openai_chat.decode_request(raw, path=path.partition("?")[0])
    encoded = openai_chat.encode_request(request)
    again = json.loads(encoded.body)
    assert missing(body, again) == []
    assert encoded.losses == ()
    # A second trip changes nothing at all.
    second = openai_chat.decode_request(encoded.body, path=path.partition("?")[0])
    assert second == request
    assert openai_chat.encode_request(second).body == encoded.body


@pytest.mark.parametrize("response", ALL_RESPONSES)
def test_response_keeps_every_leaf(response):
    body = json.loads(response["body_text"])
    decoded = openai_chat.decode_response(
        response["body_text"].encode(),
        status=response["status"],
        headers=tuple(response["headers"].items()),
    )
    for choice, wire in zip(decoded.choices, body["choices"], strict=True):
        # One case is of a time before this field (`finish_details`).
        assert (choice.finish is None) == (wire.get("finish_reason") is None)
    encoded = openai_chat.encode_response(decoded, on_loss=COLLECT)
    assert missing(body, json.loads(encoded.body)) == []
    assert_losses(decoded, openai_chat.decode_response(encoded.body), encoded.losses)
    # What the wire requires and the server left out is all that may be made up.
    assert {loss.action for loss in encoded.losses} <= {"synthesised"}


@pytest.mark.parametrize("response", ALL_ERRORS)
def test_error_is_typed(response):
    with pytest.raises(ProviderError) as caught:
        openai_chat.decode_response(
            response["body_text"].encode(),
            status=response["status"],
            headers=tuple(response["headers"].items()),
        )
    info = caught.value.info
    assert isinstance(info, ErrorInfo)
    assert info.kind not in ("unknown", "decode_error")
    assert info.message
    assert info.status == response["status"]
    expected = Transient if response["status"] in (429, 500) else Permanent
    assert type(info.retry_classification()) is expected
    again = openai_chat.encode_error(info)
    assert again.status == response["status"]
    second = openai_chat.decode_error(again.body, status=again.status)
    assert second.kind == info.kind
    assert second.message == info.message


def test_the_corpus_is_there():
    assert len(ALL_REQUESTS) >= 150
    assert len(ALL_RESPONSES) >= 80
    assert len(ALL_ERRORS) >= 20
