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
]


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
        ("POST", "/"),
        ("POST", ""),
        ("POST", "/v1/threads/messages/x"),
        ("POST", "/v1/xmessages"),
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
