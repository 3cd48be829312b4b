"""The HTTP library behind a call: which one, what may be sent, what it raises."""

from __future__ import annotations

import math
import types

import attrs
import pytest

from modelwire.codecs import EncodedRequest
from modelwire.errors import LocalError, TransportError
from modelwire.transports import Token, _http, _upstream, endpoints
from modelwire.transports._http import library, outgoing, to_transport_error
from modelwire.transports._upstream import Upstream

httpx = pytest.importorskip("httpx")

REQUEST = EncodedRequest(method="POST", path="/v1/x", body=b"{}")
ENDPOINT = endpoints.openai_compatible("http://127.0.0.1:1", "k")


# --- which library --------------------------------------------------------------------


class Own(httpx.Client):
    """A caller's own kind of client."""


def test_the_callers_client_decides():
    with Own() as client:
        assert library(client) is httpx


def test_a_client_of_another_library_is_refused():
    with pytest.raises(LocalError, match="one of httpx or httpx2"):
        library(object())


@pytest.mark.parametrize(
    ("missing", "error"),
    [(("httpx2", "httpx"), LocalError), (("h11",), ModuleNotFoundError)],
    ids=["neither is installed", "it is broken itself"],
)
def test_what_is_not_installed(monkeypatch, missing, error):
    def load(name):
        raise ModuleNotFoundError(name=name if name in missing else missing[0])

    monkeypatch.setattr(_http, "importlib", types.SimpleNamespace(import_module=load))
    with pytest.raises(error):
        library()


# --- what may be sent -----------------------------------------------------------------


@pytest.mark.parametrize("value", ["a\r\nx-own: 1", "a\nb", "a\0"])
def test_a_header_cannot_end_itself(value):
    with pytest.raises(LocalError, match="the header x-more holds") as caught:
        outgoing(ENDPOINT, REQUEST, headers=[("X-More", value)])
    assert value not in str(caught.value)
    sent = outgoing(ENDPOINT, REQUEST, headers=[("X-More", "a\tb")])
    assert ("x-more", "a\tb") in sent.headers


# --- what it raises -------------------------------------------------------------------


def chained(length):
    """An error of the library with an error of TLS *length* steps behind it."""
    error = cause = httpx.ConnectError("no")
    for _ in range(length - 1):
        cause.__cause__ = OSError("no")
        cause = cause.__cause__
    cause.__cause__ = OSError("[SSL: WRONG_VERSION_NUMBER]")
    return error


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (chained(1), "tls_error"),
        (chained(7), "tls_error"),
        (chained(8), "connect_error"),
        (httpx.TooManyRedirects("https://secret.test"), "transport_error"),
    ],
    ids=["TLS", "TLS, far behind", "too far behind", "any other"],
)
def test_errors_of_the_library_become_ours(error, code):
    mapped = to_transport_error(error)
    assert mapped.info.code == code
    assert mapped.info.should_retry is (code == "connect_error")
    assert "secret" not in str(mapped)


def over(handler, endpoint=ENDPOINT):
    transport = httpx.MockTransport(handler)
    return Upstream(endpoint, client=httpx.Client(transport=transport))


class Broken(httpx.SyncByteStream):
    def __iter__(self):
        yield b"{"
        msg = "of the caller's own transport"
        raise KeyError(msg)


@pytest.mark.parametrize("when", ["at once", "later"])
def test_errors_of_others_stay_theirs(when):
    def handler(request):
        if when == "at once":
            msg = "of the caller's own transport"
            raise KeyError(msg)
        return httpx.Response(200, stream=Broken())

    with pytest.raises(KeyError, match="own transport"):
        over(handler).send(REQUEST)


def test_a_token_that_is_refused_is_forgotten():
    tokens = (Token(value=value, expires_at=math.inf) for value in ("old", "new"))
    endpoint = endpoints.vertex("p", "eu", lambda: next(tokens))

    def handler(request):
        is_new = request.headers["authorization"] == "Bearer new"
        return httpx.Response(200 if is_new else 401)

    upstream = over(handler, endpoint)
    path = attrs.evolve(REQUEST, path="/v1beta1/models/m:x")
    assert [upstream.send(path).status for _ in range(3)] == [401, 200, 200]


def test_a_whole_answer_has_a_time(monkeypatch):
    moments = iter(range(0, 100, 4))
    clock = types.SimpleNamespace(monotonic=lambda: next(moments))
    monkeypatch.setattr(_upstream, "time", clock)

    def handler(request):
        return httpx.Response(200, content=iter([b"{", b"}"]))

    with pytest.raises(TransportError) as caught:
        over(handler).send(REQUEST, timeout=5)
    assert caught.value.info.code == "total_timeout"
