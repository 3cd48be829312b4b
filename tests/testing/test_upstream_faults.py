"""The scripted upstream: how it breaks, and that it leaves nothing behind."""

from __future__ import annotations

import http.client
import json
import select
import socket
import threading
from types import SimpleNamespace

import pytest
from tests._wires import AM, DIALECTS, OC
from tests.testing._upstream_clients import (
    BUSY,
    RESPONSE,
    Client,
    asked,
    body_of,
    run_app,
)

from modelwire import codecs, ir
from modelwire.errors import ErrorInfo
from modelwire.testing import (
    Answer,
    Failure,
    Gate,
    NoAnswer,
    ScriptedUpstream,
    check_stream,
    refusing,
)


def test_headers_and_wrong_content_types():
    page = Answer(b"<html>", headers=[("Content-Type", "text/html"), ("X-Y", "1")])
    late = Failure(
        ErrorInfo(kind="rate_limit", message="slow"), headers=[("Retry-After", "7")]
    )
    raw = Failure(b"<html>", status=502, headers=[("content-type", "text/html")])
    with (
        ScriptedUpstream(AM, [page, late, raw]).serving() as url,
        Client(url) as client,
    ):
        status, headers, body = client.ask(AM)
        assert (status, headers["content-type"], body) == (200, "text/html", b"<html>")
        assert headers["x-y"] == "1"
        status, headers, body = client.ask(AM)
        assert (status, headers["retry-after"]) == (429, "7")
        assert json.loads(body)["error"]["type"] == "rate_limit_error"
        assert client.ask(AM)[0] == 502


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("after", [None, 2])
def test_an_error_inside_the_stream(dialect, after):
    answer = Answer("Hello.", error=BUSY, error_after=after)
    with ScriptedUpstream(dialect, answer).serving() as url, Client(url) as client:
        status, _, body = client.ask(dialect, stream=True)
        decoder = codecs.get(dialect).stream_decoder()
        chunks = [*decoder.feed(body), *decoder.close()]
        assert status == 200
        assert chunks[-1] == ir.StreamEnd(complete=False)
        assert isinstance(chunks[-2], ir.StreamError)
        assert (b"Hello." in body) == (after is None)
        # Where no stream is asked for it is the answer.
        assert client.ask(dialect)[0] >= 500


def test_a_stream_without_its_end():
    upstream = ScriptedUpstream(OC, Answer("Hello.", cut=-len(b"data: [DONE]\n\n")))
    with upstream.serving() as url, Client(url) as client:
        body = client.ask(OC, stream=True)[2]
    with pytest.raises(AssertionError, match="DONE"):
        check_stream(OC, body)


FAULTS = [
    (Answer("Hello.", cut=20, ending="close"), http.client.IncompleteRead, "broken"),
    (Answer("Hello.", ending="close"), http.client.IncompleteRead, "broken"),
    (Answer("Hello.", cut=20, ending="reset"), OSError, "broken"),
    (NoAnswer(), http.client.RemoteDisconnected, "broken"),
    (NoAnswer("reset"), ConnectionResetError, "broken"),
    (NoAnswer("stall"), TimeoutError, "left"),
    (Answer("Hello.", cut=20, ending="stall"), TimeoutError, "left"),
    (Answer("Hello.", pieces=(20, Gate())), TimeoutError, "left"),
]


@pytest.mark.parametrize(
    ("reply", "error", "outcome"), FAULTS, ids=[f"{n}" for n in range(len(FAULTS))]
)
def test_faults_on_a_socket(reply, error, outcome):
    arrived = threading.Event()

    def script(received):
        arrived.set()
        return reply

    upstream = ScriptedUpstream(OC, script)
    # Only where nothing comes is there anything to give up.
    patience = 0.05 if error is TimeoutError else 10
    with upstream.serving() as url, Client(url, patience) as client:
        with pytest.raises(error):
            client.ask(OC, stream=isinstance(reply, Answer))
        client.connection.close()
        assert arrived.wait(10)
        (received,) = upstream.requests
        assert received.finished.wait(10)
        assert received.outcome == outcome


@pytest.mark.parametrize("stream", [False, True])
def test_half_a_body(stream):
    """A whole answer promises its full length."""
    whole = len(codecs.get(OC).encode_response(RESPONSE).body)
    reply = Answer(RESPONSE, cut=20, ending="close", stream=stream)
    with ScriptedUpstream(OC, reply).serving() as url, Client(url) as client:
        response = client.open(OC)
        assert response.getheader("content-length") == (None if stream else str(whole))
        with pytest.raises(http.client.IncompleteRead) as raised:
            response.read()
        assert len(raised.value.partial) == 20


def test_faults_in_memory():
    upstream = ScriptedUpstream(
        OC,
        [
            NoAnswer(),
            Answer("Hello.", cut=20, ending="reset"),
            Answer("Hello.", ending="stall"),
        ],
    )
    sent, error = run_app(upstream, OC)
    assert isinstance(error, ConnectionResetError)
    assert not sent
    sent, error = run_app(upstream, OC, stream=True)
    assert isinstance(error, ConnectionResetError)
    assert len(body_of(sent)) == 20
    _, error = run_app(upstream, OC, left=[1])
    assert error is None
    assert [r.outcome for r in upstream.requests] == ["broken", "broken", "left"]


@pytest.fixture
def waiting(monkeypatch):
    """Tell when an upstream that waits has seen something."""
    from modelwire.testing import _upstream_server

    seen = threading.Event()

    def watched(*lists):
        found = select.select(*lists)
        seen.set()
        return found

    monkeypatch.setattr(_upstream_server, "select", SimpleNamespace(select=watched))
    return seen


@pytest.mark.parametrize("opened", [True, False])
def test_a_client_that_goes_on_is_no_client_that_left(waiting, opened):
    """A second request on the same connection waits for the first answer."""
    before = set(threading.enumerate())
    gate = Gate()
    upstream = ScriptedUpstream(OC, Answer("Hello.", pieces=(20, gate)))
    encoded, target = asked(OC, stream=True)
    head = f"POST {target} HTTP/1.1\r\ncontent-length: {len(encoded.body)}\r\n\r\n"
    request = head.encode() + encoded.body
    with upstream.serving() as url:
        port = int(url.rpartition(":")[2])
        with socket.create_connection(("127.0.0.1", port), 10) as client:
            client.sendall(request)
            seen = b""
            while b"\r\n\r\n14\r\n" not in seen:
                seen += client.recv(1000)
            client.sendall(request)
            assert waiting.wait(10)
            if opened:
                gate.open()
                while seen.count(b"0\r\n\r\n") < 2:
                    seen += client.recv(1000)
    outcomes = [received.outcome for received in upstream.requests]
    assert outcomes == (["sent", "sent"] if opened else ["left"])
    assert set(threading.enumerate()) == before


def test_a_length_that_the_script_lies_about():
    reply = Answer(b"Hello.", headers=[("content-length", "3")])
    with ScriptedUpstream(OC, reply).serving() as url, Client(url) as client:
        assert client.ask(OC)[2] == b"Hel"
    sent, _ = run_app(ScriptedUpstream(OC, reply), OC)
    assert (b"content-length", b"3") in sent[0]["headers"]


def test_a_function_answers():
    def reply(received):
        return received.request.messages[0].parts[0].text.upper()

    with ScriptedUpstream(AM, reply).serving() as url, Client(url) as client:
        assert b'"HI"' in client.ask(AM)[2]


def test_a_provider_that_is_not_there():
    with (
        refusing() as url,
        Client(url) as client,
        pytest.raises(ConnectionRefusedError),
    ):
        client.ask(OC)


def test_nothing_is_left_behind():
    before = set(threading.enumerate())
    upstream = ScriptedUpstream(OC, NoAnswer("stall"))
    with upstream.serving() as url:
        clients = [Client(url) for _ in range(3)]
        encoded, target = asked(OC)
        for client in clients:
            client.connection.request("POST", target, encoded.body)
        idle = socket.create_connection(("127.0.0.1", int(url.rpartition(":")[2])))
    assert set(threading.enumerate()) == before
    idle.close()
    for client in clients:
        client.connection.close()
    with pytest.raises(OSError):
        Client(url).ask(OC)
