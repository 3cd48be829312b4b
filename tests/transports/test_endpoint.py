"""Where a request goes: base URLs, paths, and what may not stand in them."""

from __future__ import annotations

import copy
import pickle

import pytest

from modelwire import codecs
from modelwire.errors import LocalError
from modelwire.transports import Endpoint, endpoints

CHAT = "/v1/chat/completions"
GEMINI = "/v1beta/models/m:streamGenerateContent"


def at(base, **more):
    return Endpoint(name="x", base_url=base, dialects=("openai-chat",), **more)


URLS = [
    ("bare host", at("https://h"), CHAT, "https://h/v1/chat/completions"),
    ("version", at("https://h/v1"), CHAT, "https://h/v1/chat/completions"),
    ("slash", at("https://h/v1/"), CHAT, "https://h/v1/chat/completions"),
    ("whole path", at("https://h/v1/chat/completions"), CHAT,
     "https://h/v1/chat/completions"),
    ("whole path, slash", at("https://h/v1/messages/"), "/v1/messages",
     "https://h/v1/messages"),
    ("prefix and version", at("https://h/openai/v1"), CHAT,
     "https://h/openai/v1/chat/completions"),
    ("another version", at("https://h/api/paas/v4"), CHAT,
     "https://h/api/paas/v4/chat/completions"),
    ("prefix alone", at("https://h/proxy"), CHAT, "https://h/proxy/v1/chat/completions"),
    ("no version", at("https://h", root=""), CHAT, "https://h/chat/completions"),
    ("port", at("http://127.0.0.1:8000/v1"), CHAT,
     "http://127.0.0.1:8000/v1/chat/completions"),
    ("query", at("https://h", query=(("api-version", "a b"),)), GEMINI,
     "https://h/v1beta/models/m:streamGenerateContent?api-version=a%20b&alt=sse"),
    ("azure", endpoints.azure_openai("res", "k", api_version="2024-10-21"), CHAT,
     ("https://res.openai.azure.com/openai/deployments/the%2Fmodel/chat/completions"
     "?api-version=2024-10-21")),
    ("azure v1", endpoints.azure_openai("res", "k"), CHAT,
     "https://res.openai.azure.com/openai/v1/chat/completions"),
    ("azure v1 whole", endpoints.azure_openai(None, "k", base_url="https://r/openai/v1/"),
     CHAT, "https://r/openai/v1/chat/completions"),
    ("vertex", endpoints.vertex("p", "europe-west4", lambda: "t"), GEMINI,
     ("https://europe-west4-aiplatform.googleapis.com/v1/projects/p/locations/"
     "europe-west4/publishers/google/models/m:streamGenerateContent?alt=sse")),
    ("vertex global", endpoints.vertex("p", "global", lambda: "t"),
     "/v1beta1/models/m:x",
     ("https://aiplatform.googleapis.com/v1/projects/p/locations/global/publishers/google"
     "/models/m:x")),
    ("vertex eu", endpoints.vertex("p", "eu", lambda: "t"), "/v1beta1/models/m:x",
     ("https://aiplatform.eu.rep.googleapis.com/v1/projects/p/locations/eu/publishers/"
     "google/models/m:x")),
    *[
        (f"{vendor}", endpoints.compatible(vendor, "k"), CHAT, url)
        for vendor, url in {
            "groq": "https://api.groq.com/openai/v1/chat/completions",
            "zai": "https://api.z.ai/api/paas/v4/chat/completions",
            "perplexity": "https://api.perplexity.ai/chat/completions",
            "fireworks": "https://api.fireworks.ai/inference/v1/chat/completions",
            "ollama": "http://localhost:11434/v1/chat/completions",
        }.items()
    ],
]  # fmt: skip


@pytest.mark.parametrize(("endpoint", "path", "url"), [row[1:] for row in URLS],
                         ids=[row[0] for row in URLS])  # fmt: skip
def test_url(endpoint, path, url):
    query = (("alt", "sse"),) if "stream" in path else ()
    assert endpoint.url(path, model="the/model", query=query) == url


@pytest.mark.parametrize(
    "base", ["", "h", "ftp://h", "https://", "https://u:p@h", "https://h?x=1", "https://h#x"]
)  # fmt: skip
def test_what_is_no_base_url(base):
    with pytest.raises(LocalError) as caught:
        at(base)
    assert "u:p" not in str(caught.value)


@pytest.mark.parametrize(
    "path",
    ["/v1/../x", "/v1/%2e%2e/x", "/v1/a%2F..%2Fb", "/v1/x y", "/v1/\r\nx", "/v1/./x"],
)
def test_a_path_stays_in_its_place(path):
    with pytest.raises(LocalError):
        at("https://h").url(path)


def test_a_model_in_the_root_is_needed():
    azure = endpoints.azure_openai("res", "k", api_version="2024-10-21")
    with pytest.raises(LocalError):
        azure.url(CHAT)
    with pytest.raises(LocalError):
        azure.url(CHAT, model="../x")


def test_every_endpoint_speaks_dialects_that_exist():
    rows = [endpoints.compatible(vendor, "k") for vendor in endpoints.COMPATIBLE]
    rows += [endpoints.openai("k"), endpoints.anthropic("k"), endpoints.gemini("k")]
    for endpoint in rows:
        assert set(endpoint.dialects) <= set(codecs.DIALECTS)
        for dialect, profile in endpoint.profiles.items():
            assert profile.dialect == dialect in endpoint.dialects


SECRET = "sk-secret"
MAKERS = [
    (endpoints.openai, ("OPENAI_API_KEY",), ("authorization", f"Bearer {SECRET}")),
    (endpoints.anthropic, ("ANTHROPIC_API_KEY",), ("x-api-key", SECRET)),
    (
        endpoints.anthropic,
        ("ANTHROPIC_AUTH_TOKEN",),
        ("authorization", f"Bearer {SECRET}"),
    ),
    (endpoints.gemini, ("GEMINI_API_KEY",), ("x-goog-api-key", SECRET)),
    (endpoints.gemini, ("GOOGLE_API_KEY",), ("x-goog-api-key", SECRET)),
    (endpoints.azure_openai, ("AZURE_OPENAI_API_KEY",), ("api-key", SECRET)),
]


@pytest.fixture
def clean_env(monkeypatch):
    for name in (
        "OPENAI_API_KEY OPENAI_BASE_URL OPENAI_ORG_ID OPENAI_PROJECT_ID "
        "ANTHROPIC_API_KEY ANTHROPIC_AUTH_TOKEN ANTHROPIC_BASE_URL GEMINI_API_KEY "
        "GOOGLE_API_KEY GOOGLE_GEMINI_BASE_URL AZURE_OPENAI_API_KEY "
        "AZURE_OPENAI_ENDPOINT OPENAI_API_VERSION GROQ_API_KEY"
    ).split():
        monkeypatch.delenv(name, raising=False)
    return monkeypatch


@pytest.mark.parametrize(("make", "variables", "header"), MAKERS)
def test_the_environment_is_read_only_when_asked(make, variables, header, clean_env):
    more = {"resource": "res"} if make is endpoints.azure_openai else {}
    for name in variables:
        clean_env.setenv(name, SECRET)
    with pytest.raises(LocalError, match="from_env"):
        make(**more)
    assert make(from_env=True, **more).auth.pair() == header


def test_what_is_given_wins_over_the_environment(clean_env):
    clean_env.setenv("OPENAI_API_KEY", "other")
    clean_env.setenv("OPENAI_BASE_URL", "https://env.test/v1")
    clean_env.setenv("OPENAI_ORG_ID", "org")
    endpoint = endpoints.openai(SECRET, from_env=True)
    assert endpoint.auth.pair() == ("authorization", f"Bearer {SECRET}")
    assert endpoint.base_url == "https://env.test/v1"
    assert endpoint.headers == (("openai-organization", "org"),)
    clean_env.setenv("GROQ_API_KEY", SECRET)
    assert endpoints.compatible("groq", from_env=True).auth.pair()[1].endswith(SECRET)
    with pytest.raises(LookupError):
        endpoints.compatible("nobody", "k")


def test_no_secret_shows():
    for make, _, _ in MAKERS:
        more = {"resource": "res"} if make is endpoints.azure_openai else {}
        endpoint = make(api_key=SECRET, **more)
        assert SECRET not in repr(endpoint)
        assert SECRET not in str(endpoint)
        assert copy.deepcopy(endpoint) == endpoint
        assert pickle.loads(pickle.dumps(endpoint)) == endpoint


@pytest.mark.parametrize("key", ["a\r\nx: y", "a b\x00", "ü"])
def test_a_key_cannot_end_its_header(key):
    with pytest.raises(LocalError) as caught:
        endpoints.openai(key)
    assert key not in str(caught.value)


def test_azure_needs_an_address(clean_env):
    with pytest.raises(LocalError, match="a resource or a base URL"):
        endpoints.azure_openai(None, "k")
    clean_env.setenv("AZURE_OPENAI_ENDPOINT", "https://r.openai.azure.com")
    with pytest.raises(LocalError, match="a resource or a base URL"):
        endpoints.azure_openai(None, "k")
    found = endpoints.azure_openai(None, "k", from_env=True)
    assert found.url(CHAT) == "https://r.openai.azure.com/openai/v1/chat/completions"


@pytest.mark.parametrize("name", ["", "a/b", "a.b@c", "../x", "a?b"])
def test_a_resource_is_one_name(name):
    with pytest.raises(LocalError):
        endpoints.azure_openai(name, "k")
    with pytest.raises(LocalError):
        endpoints.vertex(name, "eu", lambda: "t")
