"""The loopback server and the two clients."""

from __future__ import annotations

import os

import pytest
from tests.clients._loopback import TIMEOUT, Loopback

_FOREIGN = ("OPENAI_", "ANTHROPIC_", "AZURE_OPENAI_")
_PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY")


@pytest.fixture(autouse=True)
def _no_settings_from_outside(monkeypatch):
    for name in list(os.environ):
        if name.upper().startswith(_FOREIGN) or name.upper() in _PROXIES:
            monkeypatch.delenv(name)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")


@pytest.fixture
def loopback():
    with Loopback() as server:
        yield server
    assert server.faults == []


@pytest.fixture
def openai_client(loopback):
    openai = pytest.importorskip("openai")
    with openai.OpenAI(
        base_url=f"{loopback.url}/v1",
        api_key="test-key",
        max_retries=0,
        timeout=TIMEOUT,
    ) as client:
        yield client


@pytest.fixture
def anthropic_client(loopback):
    anthropic = pytest.importorskip("anthropic")
    with anthropic.Anthropic(
        base_url=loopback.url, api_key="test-key", max_retries=0, timeout=TIMEOUT
    ) as client:
        yield client
