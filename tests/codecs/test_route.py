"""Route recognition."""

from __future__ import annotations

import pickle

import pytest

from modelwire.codecs import Credential, Route, route

VERSION = (("Anthropic-Version", "2023-06-01"),)

CASES = [
    ("chat", "POST", "/v1/chat/completions", (), ("openai-chat", "chat", None)),
    (
        "chat query",
        "POST",
        "/v1/chat/completions?x=1",
        (),
        ("openai-chat", "chat", None),
    ),
    (
        "compat",
        "post",
        "/openai/v1/chat/completions/",
        (),
        ("openai-chat", "chat", None),
    ),
    (
        "azure dated",
        "POST",
        "/openai/deployments/my%20gpt/chat/completions?api-version=2024-10-21",
        (),
        ("openai-chat", "chat", "my gpt"),
    ),
    ("responses", "POST", "/v1/responses", (), ("openai-responses", "chat", None)),
    (
        "responses of bedrock",
        "POST",
        "/openai/v1/responses",
        (),
        ("openai-responses", "chat", None),
    ),
    (
        "responses of azure",
        "post",
        "/openai/responses/?api-version=preview",
        (),
        ("openai-responses", "chat", None),
    ),
    ("messages", "POST", "/v1/messages", (), ("anthropic-messages", "chat", None)),
    (
        "messages beta",
        "POST",
        "/v1/messages?beta=true",
        (),
        ("anthropic-messages", "chat", None),
    ),
    (
        "count",
        "POST",
        "/v1/messages/count_tokens",
        (),
        ("anthropic-messages", "count_tokens", None),
    ),
    ("models", "GET", "/v1/models", (), ("openai-chat", "models", None)),
    ("model", "GET", "/v1/models/gpt", (), ("openai-chat", "model", "gpt")),
    (
        "anthropic models",
        "GET",
        "/v1/models",
        VERSION,
        ("anthropic-messages", "models", None),
    ),
    (
        "anthropic model",
        "GET",
        "/v1/models/claude",
        VERSION,
        ("anthropic-messages", "model", "claude"),
    ),
    (
        "slash of a compatible server",
        "GET",
        "/v1/models/meta%2Fllama",
        (),
        ("openai-chat", "model", "meta/llama"),
    ),
    (
        "gemini count",
        "POST",
        "/v1beta/models/gemini-x:countTokens",
        (),
        ("gemini-generate", "count_tokens", "gemini-x"),
    ),
    (
        "count of responses",
        "POST",
        "/v1/responses/input_tokens",
        (),
        ("openai-responses", "count_tokens", None),
    ),
    (
        "gemini embedding",
        "POST",
        "/v1beta/models/gemini-x:embedContent",
        (),
        ("gemini-generate", "embeddings", "gemini-x"),
    ),
    (
        "gemini batch of embeddings",
        "POST",
        "/v1beta/models/gemini-x:batchEmbedContents?key=k",
        (),
        ("gemini-generate", "batch_embeddings", "gemini-x"),
    ),
    (
        "gemini models",
        "GET",
        "/v1beta/models?pageSize=50",
        (),
        ("gemini-generate", "models", None),
    ),
    (
        "gemini model",
        "GET",
        "/v1beta/models/gemini-x",
        (),
        ("gemini-generate", "model", "gemini-x"),
    ),
    (
        "gemini models by key",
        "GET",
        "/v1/models",
        (("X-Goog-Api-Key", "k"),),
        ("gemini-generate", "models", None),
    ),
    (
        "gemini model by key",
        "GET",
        "/v1/models/gemini-x",
        (("X-Goog-Api-Key", "k"),),
        ("gemini-generate", "model", "gemini-x"),
    ),
    (
        "models of google's openai surface",
        "GET",
        "/v1beta/openai/models",
        (),
        ("openai-chat", "models", None),
    ),
]

MEDIA = [
    ("embeddings", "embeddings"),
    ("moderations", "moderation"),
    ("images/generations", "image_generation"),
    ("images/edits", "image_edit"),
    ("images/variations", "image_variation"),
    ("audio/speech", "audio_speech"),
    ("audio/transcriptions", "audio_transcription"),
    ("audio/translations", "audio_translation"),
]


@pytest.mark.parametrize(("path", "operation"), MEDIA)
@pytest.mark.parametrize(
    ("prefix", "model"),
    [
        ("/v1/", None),
        ("/openai/v1/", None),
        ("/openai/deployments/my%20model/", "my model"),
    ],
)
def test_media_operations(prefix, model, path, operation):
    found = route("POST", f"{prefix}{path}?api-version=x")
    assert found == Route(dialect="openai-chat", operation=operation, model=model)
    assert route("GET", prefix + path) is None
    assert route("POST", f"{prefix}{path}x") is None


VERTEX = "projects/p/locations/us-central1"
GENERATE = [
    ("/v1beta/models/gemini-x", "gemini-x"),
    ("/v1/models/gemini-x", "gemini-x"),
    ("/google/v1beta/models/gemini%20x", "gemini x"),
    ("/v1beta/models/gemma:2b", "gemma:2b"),
    ("/v1beta/tunedModels/mine", "tunedModels/mine"),
    (f"/v1/{VERTEX}/publishers/google/models/gemini-x", "gemini-x"),
    (f"/v1beta1/{VERTEX}/publishers/google/models/gemini-x", "gemini-x"),
    ("/v1/publishers/google/models/gemini-x", "gemini-x"),
    (f"/v1/{VERTEX}/endpoints/123", "endpoints/123"),
]


@pytest.mark.parametrize(("path", "model"), GENERATE)
@pytest.mark.parametrize(
    ("action", "stream"),
    [
        (":generateContent", False),
        (":streamGenerateContent", True),
        (":streamGenerateContent?alt=sse", True),
    ],
)
def test_gemini_names_model_and_stream_in_the_path(path, model, action, stream):
    assert route("POST", path + action) == Route(
        dialect="gemini-generate", operation="chat", model=model, stream=stream
    )


@pytest.mark.parametrize(
    "model", ["..", ".", "%2e%2e", "a%2Fb", "..%2FcachedContents", "a%5Cb", "a/b"]
)
@pytest.mark.parametrize("action", ["generateContent", "countTokens"])
def test_a_gemini_model_stays_in_its_segment(model, action):
    found = route("POST", f"/v1beta/models/{model}:{action}")
    assert found is None


def test_no_model_leads_out_of_its_place():
    assert route("GET", "/v1/models/..%2Ffiles") is None
    assert route("POST", "/openai/deployments/%2E%2E/chat/completions") is None


@pytest.mark.parametrize(
    ("method", "path", "headers", "expected"),
    [case[1:] for case in CASES],
    ids=[case[0] for case in CASES],
)
def test_known_paths(method, path, headers, expected):
    found = route(method, path, headers)
    assert found is not None
    assert (found.dialect, found.operation, found.model) == expected


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/v1/chat/completions"),
        ("POST", "/v1/models"),
        # Stored responses are a service, and not a wire dialect.
        ("GET", "/v1/responses"),
        ("GET", "/v1/responses/resp_1"),
        ("DELETE", "/v1/responses/resp_1"),
        ("POST", "/v1/responses/resp_1/cancel"),
        ("POST", "/v1/responses/compact"),
        ("POST", "/v1/xresponses"),
        ("POST", "/"),
        ("POST", ""),
        ("POST", "/v1/threads/messages/x"),
        ("POST", "/v1/xmessages"),
        ("POST", "/v1beta/models/:generateContent"),
        ("POST", "/v1beta/models/gemini-x"),
        ("POST", "/v1beta/models/gemini-x:embedText"),
        ("POST", "/v1beta/models/gemini-x:generateContent\n"),
    ],
)
def test_unknown_paths(method, path):
    assert route(method, path) is None


@pytest.mark.parametrize(
    ("headers", "kind", "value"),
    [
        ((("Authorization", "Bearer sk-1"),), "bearer", "sk-1"),
        ((("X-Api-Key", "sk-2"),), "api-key", "sk-2"),
        ((("api-key", "sk-3"),), "api-key", "sk-3"),
        ((("authorization", "bearer a"), ("x-api-key", "b")), "api-key", "b"),
    ],
)
def test_credentials_are_read_and_never_shown(headers, kind, value):
    found = route("POST", "/v1/messages", headers)
    assert found.credential == Credential(kind=kind, value=value)
    assert value not in repr(found)
    assert pickle.loads(pickle.dumps(found)) == found


@pytest.mark.parametrize(
    "headers", [(), (("authorization", "Basic abc"),), (("authorization", "Bearer"),)]
)
def test_no_credential(headers):
    assert route("POST", "/v1/messages", headers) == Route(
        dialect="anthropic-messages", operation="chat"
    )


@pytest.mark.parametrize(
    ("query", "headers", "kind", "value"),
    [
        ("", (("X-Goog-Api-Key", "AIza-1"),), "api-key", "AIza-1"),
        ("?alt=sse&key=AIza-2", (), "api-key", "AIza-2"),
        ("?key=q", (("x-goog-api-key", "h"),), "api-key", "h"),
        ("", (("Authorization", "Bearer ya29"),), "bearer", "ya29"),
    ],
)
def test_google_credentials(query, headers, kind, value):
    path = f"/v1beta/models/gemini-x:streamGenerateContent{query}"
    found = route("POST", path, headers)
    assert found.credential == Credential(kind=kind, value=value)
    assert value not in repr(found.credential)


def test_a_key_in_the_query_is_googles_alone():
    assert route("POST", "/v1/messages?key=AIza").credential is None
