"""Translating embeddings, token counts and lists of models between dialects."""

from __future__ import annotations

import json

import pytest
from tests.codecs._operation_support import (
    AN,
    GE,
    GOOD_REQUESTS,
    GOOD_RESPONSES,
    OC,
    OR,
    summary,
)

from modelwire.codecs import COLLECT, OPERATIONS
from modelwire.errors import RequestDecodeError, UnsupportedFeatureError
from modelwire.translate_operations import (
    translate_embedding_request,
    translate_embedding_response,
    translate_model_list,
    translate_model_list_request,
    translate_token_count_request,
    translate_token_count_response,
)


def sent(body):
    return json.dumps(body).encode()


PATHS = {
    OC: "/v1/embeddings",
    GE: "/v1beta/models/m:batchEmbedContents",
}


def test_a_client_of_openai_gets_base64_from_gemini():
    # The SDK asks for base64 unless told otherwise: it must not be an error.
    asked = translate_embedding_request(
        sent({"input": ["a", "b"], "model": "m", "encoding_format": "base64"}),
        source=OC,
        target=GE,
        model="gemini-embedding-001",
    )
    assert asked.path == "/v1beta/models/gemini-embedding-001:batchEmbedContents"
    assert [r["model"] for r in json.loads(asked.body)["requests"]] == [
        "models/gemini-embedding-001"
    ] * 2
    answer = translate_embedding_response(
        b'{"embeddings":[{"values":[0.5]},{"values":[0.25]}],'
        b'"usageMetadata":{"promptTokenCount":4}}',
        source=GE,
        target=OC,
        for_request=asked,
        headers=(("X-Goog-Request-Id", "r"),),
    )
    assert answer.body == (
        b'{"object":"list","data":[{"object":"embedding","index":0,"embedding":'
        b'"AAAAPw=="},{"object":"embedding","index":1,"embedding":"AACAPg=="}],'
        b'"model":"m","usage":{"prompt_tokens":4,"total_tokens":4}}'
    )
    assert ("x-goog-request-id", "r") not in answer.headers
    assert answer.error is None


def test_a_client_of_gemini_gets_vectors_from_openai():
    asked = translate_embedding_request(
        sent({"content": {"parts": [{"text": "a"}]}, "outputDimensionality": 8}),
        source=GE,
        target=OC,
        path="/v1beta/models/m:embedContent",
    )
    assert asked.body == b'{"input":"a","model":"m","dimensions":8}'
    answer = translate_embedding_response(
        b'{"object":"list","data":[{"object":"embedding","index":0,'
        b'"embedding":[0.5]}],"model":"m","usage":{"prompt_tokens":1,'
        b'"total_tokens":1}}',
        source=OC,
        target=GE,
        for_request=asked,
    )
    assert answer.body == (
        b'{"embedding":{"values":[0.5]},"usageMetadata":{"promptTokenCount":1,'
        b'"totalTokenCount":1}}'
    )


def test_tokens_mean_nothing_to_another_vendor():
    body = sent({"input": [[1, 2]], "model": "m"})
    with pytest.raises(UnsupportedFeatureError) as caught:
        translate_embedding_request(body, source=OC, target=GE)
    assert "in.text $.inputs[0].tokens dropped error" in summary(caught.value.losses)
    encoded = translate_embedding_request(body, source=OC, target=GE, on_loss=COLLECT)
    assert encoded.losses


@pytest.mark.parametrize(
    ("source", "target"),
    [(s, t) for s in (OC, GE) for t in (OC, GE)],
)
def test_every_pair_of_embeddings(source, target):
    asked = translate_embedding_request(
        sent(GOOD_REQUESTS["embedding", source]),
        source=source,
        target=target,
        path=PATHS[source],
    )
    answer = translate_embedding_response(
        sent(GOOD_RESPONSES["embedding", target]),
        source=target,
        target=source,
        for_request=asked,
        on_loss=COLLECT,
    )
    data = json.loads(answer.body)
    assert len(data["data" if source == OC else "embeddings"]) == 2


COUNTERS = OPERATIONS["token_count"].dialects
NUMBERS = {AN: "input_tokens", GE: "totalTokens", OR: "input_tokens"}


@pytest.mark.parametrize("source", COUNTERS)
@pytest.mark.parametrize("target", COUNTERS)
def test_every_pair_of_counters(source, target):
    asked = translate_token_count_request(
        sent(GOOD_REQUESTS["token_count", source]), source=source, target=target
    )
    assert asked.request.model == "m"
    answer = translate_token_count_response(
        sent(GOOD_RESPONSES["token_count", target]),
        source=target,
        target=source,
        for_request=asked,
    )
    assert json.loads(answer.body)[NUMBERS[source]] == 9


def test_names_of_tools_are_made_legal_for_a_count():
    body = {
        "contents": [{"role": "user", "parts": [{"text": "hi"}]}],
        "tools": [{"functionDeclarations": [{"name": "a.b"}]}],
    }
    asked = translate_token_count_request(sent(body), source=GE, target=AN, model="c")
    name = json.loads(asked.body)["tools"][0]["name"]
    assert name != "a.b"
    assert asked.aliases.name(name) == "a.b"


LISTERS = OPERATIONS["model_list"].dialects
NAMES = {
    OC: lambda o: [m["id"] for m in o["data"]],
    AN: lambda o: [m["id"] for m in o["data"]],
    GE: lambda o: [m["name"].removeprefix("models/") for m in o["models"]],
}


@pytest.mark.parametrize("source", LISTERS)
@pytest.mark.parametrize("target", LISTERS)
def test_every_pair_of_lists(source, target):
    answer = translate_model_list(
        sent(GOOD_RESPONSES["model_list", source]), source=source, target=target
    )
    assert NAMES[target](json.loads(answer.body)) == ["m"]


def test_pages_are_turned_with_the_cursor_of_the_upstream():
    page = translate_model_list(
        b'{"models":[{"name":"models/a"}],"nextPageToken":"cursor"}',
        source=GE,
        target=AN,
    )
    shown = json.loads(page.body)
    assert (shown["has_more"], shown["last_id"]) == (True, "cursor")
    following = translate_model_list_request(
        source=AN, target=GE, path="/v1/models", query="after_id=cursor&limit=7"
    )
    assert following.path == "/v1beta/models"
    assert following.query == (("pageSize", "7"), ("pageToken", "cursor"))


def test_more_pages_than_a_client_can_ask_for_are_told():
    page = translate_model_list(
        sent(GOOD_RESPONSES["model_list", AN]), source=AN, target=OC
    )
    assert "resp.fingerprint $.has_more dropped content" in summary(page.losses)


def test_one_model():
    asked = translate_model_list_request(
        source=OC, target=AN, path="/v1/models/x", model="claude"
    )
    assert asked.path == "/v1/models/claude"
    assert dict(asked.headers) == {"anthropic-version": "2023-06-01"}
    answer = translate_model_list(
        b'{"type":"model","id":"claude","display_name":"C","created_at":'
        b'"2025-02-19T00:00:00Z","lifecycle":"active"}',
        source=AN,
        target=OC,
    )
    assert json.loads(answer.body) == {
        "id": "claude",
        "object": "model",
        "created": 1739923200,
        "owned_by": "unknown",
    }


ERRORS = {
    OC: b'{"error":{"message":"no","type":"invalid_request_error"}}',
    AN: b'{"type":"error","error":{"type":"invalid_request_error","message":"no"}}',
    GE: b'{"error":{"code":400,"message":"no","status":"INVALID_ARGUMENT"}}',
}


@pytest.mark.parametrize("source", LISTERS)
@pytest.mark.parametrize("target", LISTERS)
def test_errors_take_the_shape_of_the_client(source, target):
    answer = translate_model_list(
        ERRORS[source], source=source, target=target, status=400
    )
    assert answer.status == 400
    assert answer.error.kind == "invalid_request"
    assert json.loads(answer.body)["error"]["message"] == "no"
    broken = translate_model_list(b"<html>", source=source, target=target)
    assert (broken.status, broken.error.kind) == (502, "decode_error")


CALLS = [
    (translate_embedding_request, AN, OC),
    (translate_embedding_request, OC, AN),
    (translate_token_count_request, OC, AN),
    (translate_token_count_request, AN, OC),
]


@pytest.mark.parametrize(("translate", "source", "target"), CALLS)
def test_a_dialect_without_the_operation_is_named(translate, source, target):
    body = sent(
        {"model": "m", "input": "a", "messages": [{"role": "user", "content": "a"}]}
    )
    with pytest.raises(LookupError, match="has no"):
        translate(body, source=source, target=target)


def test_a_bad_request_names_its_faults():
    with pytest.raises(RequestDecodeError):
        translate_embedding_request(b"{}", source=OC, target=GE)
