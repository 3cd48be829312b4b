"""
The loopback server and the clients.

They are made once: a client costs more than all that a test does with it.
"""

from __future__ import annotations

import contextlib
import os
from typing import Any

import pytest
from tests._served import Switch, serving
from tests.clients._loopback import Loopback
from tests.clients._makers import MAKERS
from tests.clients._relay import ByCodecs, ByGateway

_FOREIGN = ("OPENAI_", "ANTHROPIC_", "AZURE_OPENAI_", "GOOGLE_", "GEMINI_")
_PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY")


@pytest.fixture(scope="session")
def _no_settings_from_outside():
    with pytest.MonkeyPatch.context() as patch:
        for name in list(os.environ):
            if name.upper().startswith(_FOREIGN) or name.upper() in _PROXIES:
                patch.delenv(name)
        patch.setenv("NO_PROXY", "127.0.0.1")
        yield


@pytest.fixture(scope="session")
def _server(_no_settings_from_outside):
    with Loopback() as server:
        yield server


@pytest.fixture
def loopback(_server):
    _server.reset()
    yield _server
    assert _server.faults == []


@pytest.fixture(scope="session")
def _gateway(_no_settings_from_outside):
    pytest.importorskip("anyio")
    switch = Switch()
    with serving(switch, lifespan="on") as url:
        yield switch, url


@pytest.fixture(params=["codecs", "gateway"])
def relay(request, loopback):
    """Give both ways from a client to an upstream of another dialect."""
    if request.param == "codecs":
        return ByCodecs(loopback)
    return ByGateway(loopback, *request.getfixturevalue("_gateway"))


@pytest.fixture(scope="session")
def _made():
    """Give a client by its name and where it goes."""
    made: dict[tuple[str, str], Any] = {}
    with contextlib.ExitStack() as stack:

        def client(name: str, url: str) -> Any:
            if (name, url) not in made:
                found = MAKERS[name](url, "")
                stack.callback(found.close)
                made[name, url] = found
            return made[name, url]

        yield client


@pytest.fixture
def clients(request, _made, _server):
    """Give a client by its name; a package that is not there skips the test."""
    relayed = "relay" in request.fixturenames
    url = request.getfixturevalue("relay").url if relayed else _server.url
    return lambda name: _made(name, url)


@pytest.fixture
def openai_client(clients):
    return clients("openai")


@pytest.fixture
def anthropic_client(clients):
    return clients("anthropic")


@pytest.fixture
def gemini_client(clients):
    return clients("gemini")
