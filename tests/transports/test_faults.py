"""
Faults on purpose, over a real connection: each is a typed error in bounded memory.

The same cases for both HTTP libraries, synchronous and asynchronous.
"""

from __future__ import annotations

import gzip
import socket
import threading
import zlib

import pytest
from tests.transports._server import CHAT_BODY, CHAT_STREAM, Server, event

from modelwire import ir
from modelwire.errors import (
    LimitExceededError,
    ModelwireError,
    ProviderError,
    RemoteProtocolError,
    TransportError,
)
from modelwire.transports import HttpLimits, Timeouts, endpoints

# The libraries' own generators are nested: closing a response closes the connection,
# not the generators inside, and trio says so when they are collected.
pytestmark = [
    pytest.mark.filterwarnings("ignore:Async generator 'httpx:ResourceWarning"),
    pytest.mark.filterwarnings(
        "ignore:Exception ignored in. <async_generator"
        ":pytest.PytestUnraisableExceptionWarning"
    ),
]

REQUEST = ir.ChatRequest(model="m", messages=(ir.user("hello"),))


def at(url):
    return endpoints.openai_compatible(url, "sk-secret")


def types(chunks):
    return [type(chunk).__name__ for chunk in chunks]


def ask(world, script, method="chat", **more):
    """Serve *script* and ask once; give the answer or the chunks, and the server."""
    with Server(script) as server:

        def use(client):
            model = client.model()
            if method == "chat":
                return model.chat(REQUEST)
            return model.drain("chat_stream", REQUEST)

        return world.over(at(server.url), use, **more), server


def test_an_answer(world):
    def script(peer, seen, number):
        assert seen.line == "POST /v1/chat/completions HTTP/1.1"
        assert seen.headers["authorization"] == "Bearer sk-secret"
        peer.answer(200, CHAT_BODY, [("x-request-id", "r1")])

    response, _ = ask(world, script)
    assert response.choices[0].message.parts[0].text == "hi"


def test_a_stream(world):
    def script(peer, seen, number):
        peer.stream()
        for place in range(0, len(CHAT_STREAM), 7):
            peer.piece(CHAT_STREAM[place : place + 7])
        peer.end()

    chunks, _ = ask(world, script, "chat_stream")
    assert ir.fold(chunks).choices[0].message.parts[0].text == "Hello"
    assert chunks[-1].complete


@pytest.mark.parametrize("coding", ["gzip", "deflate"])
@pytest.mark.parametrize("method", ["chat", "chat_stream"])
def test_compressed(world, coding, method):
    plain = CHAT_BODY if method == "chat" else CHAT_STREAM
    packed = gzip.compress(plain) if coding == "gzip" else zlib.compress(plain)

    def script(peer, seen, number):
        peer.answer(200, packed, [("content-encoding", coding)])

    answer, _ = ask(world, script, method)
    folded = answer if method == "chat" else ir.fold(answer)
    assert folded.choices[0].message.parts[0].text in ("hi", "Hello")


def test_a_body_that_grows_when_inflated_is_bounded(world):
    packed = gzip.compress(b" " * 20_000_000)

    def script(peer, seen, number):
        peer.answer(200, packed, [("content-encoding", "gzip")])

    with pytest.raises(LimitExceededError):
        ask(world, script, limits=HttpLimits(body=1_000_000))


def close_at_once(peer, seen, number):
    pass


def reset(peer, seen, number):
    peer.reset()


def half_a_body(peer, seen, number):
    peer.answer(200, CHAT_BODY[:20], length=len(CHAT_BODY))


def not_http(peer, seen, number):
    peer.send(b"SSH-2.0-x\r\n")


def bad_gzip(peer, seen, number):
    peer.answer(200, b"\x00not gzip", [("content-encoding", "gzip")])


def silent(peer, seen, number):
    peer.wait_until_left()


@pytest.mark.parametrize("method", ["chat", "chat_stream"])
@pytest.mark.parametrize(
    ("script", "code", "kind"),
    [
        (close_at_once, "connection_broken", "server_error"),
        (reset, "connection_broken", "server_error"),
        (not_http, "connection_broken", "server_error"),
        (silent, "read_timeout", "timeout"),
    ],
)
def test_before_the_first_byte_it_raises(world, method, script, code, kind):
    with pytest.raises(TransportError) as caught:
        ask(world, script, method, timeouts=Timeouts(read=0.2))
    assert (caught.value.info.code, caught.value.info.kind) == (code, kind)
    assert "sk-secret" not in repr(caught.value) + str(caught.value)
    assert isinstance(caught.value.__cause__, Exception)


@pytest.mark.parametrize(
    ("script", "code"),
    [(half_a_body, "connection_broken"), (bad_gzip, "bad_content_encoding")],
)
def test_a_whole_answer_that_breaks_raises(world, script, code):
    with pytest.raises(TransportError) as caught:
        ask(world, script)
    assert caught.value.info.code == code


def test_connection_refused(world):
    with Server(close_at_once) as server:
        url = server.url
    with pytest.raises(TransportError) as caught:
        world.over(at(url), lambda client: client.model().chat(REQUEST))
    assert caught.value.info.code == "connect_error"


def test_tls_to_a_server_without(world):
    # A greeting in its own words at once: nothing is waited for.
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def greet():
            peer, _ = listening.accept()
            with peer:
                peer.sendall(b"SSH-2.0-x\r\n")
                peer.recv(65536)

        greeter = threading.Thread(target=greet)
        greeter.start()
        url = f"https://127.0.0.1:{listening.getsockname()[1]}"
        with pytest.raises(TransportError) as caught:
            world.over(at(url), lambda client: client.model().chat(REQUEST))
        greeter.join(5)
    assert caught.value.info.code == "tls_error"
    assert caught.value.info.should_retry is False


def cut(how):
    def script(peer, seen, number):
        peer.stream()
        peer.piece(event({"role": "assistant", "content": "He"}))
        how(peer)

    return script


@pytest.mark.parametrize(
    ("how", "code"),
    [
        (lambda peer: peer.reset(), "connection_broken"),
        (lambda peer: None, "connection_broken"),
        (lambda peer: peer.end(), None),
        (lambda peer: peer.wait_until_left(), "read_timeout"),
    ],
    ids=["reset", "unterminated", "ended early", "silence"],
)
def test_inside_a_stream_it_arrives_as_chunks(world, how, code):
    chunks, _ = ask(world, cut(how), "chat_stream", timeouts=Timeouts(read=0.3))
    assert types(chunks[:3]) == ["StreamStart", "BlockStart", "TextDelta"]
    assert types(chunks[-2:]) == ["StreamError", "StreamEnd"]
    assert chunks[-2].error.kind == "stream_truncated"
    assert chunks[-2].error.code == code
    assert not chunks[-1].complete


def test_a_break_after_the_finish_is_not_a_success(world):
    def script(peer, seen, number):
        peer.stream()
        peer.piece(event({"content": "x"}) + event({}, "stop"))
        peer.reset()

    chunks, _ = ask(world, script, "chat_stream")
    assert not chunks[-1].complete


STATUSES = [
    ("429", 429, b'{"error":{"message":"m","type":"requests"}}', ("retry-after", "7"),
     "rate_limit"),
    ("html", 500, b"<html>oops</html>", ("content-type", "text/html"), "server_error"),
    ("empty", 502, b"", ("x", "y"), "server_error"),
    ("10 MB", 404, b"x" * 10_000_000, ("x", "y"), "not_found"),
    ("redirect", 301, b"", ("location", "http://127.0.0.1:1/elsewhere"), None),
]  # fmt: skip


@pytest.mark.parametrize("method", ["chat", "chat_stream"])
@pytest.mark.parametrize("case", STATUSES, ids=lambda case: case[0])
def test_an_error_status(world, method, case):
    _, status, body, header, kind = case

    def script(peer, seen, number):
        peer.answer(status, body, [header])

    with pytest.raises(ProviderError) as caught:
        ask(world, script, method)
    info = caught.value.info
    assert info.status == status
    assert kind is None or info.kind == kind
    assert info.retry_after == (7.0 if status == 429 else None)
    assert len(str(info.raw)) <= 1024 * 1024


def test_an_error_that_breaks_off_is_the_error_that_it_says(world):
    """The status is known, and says more than that the connection failed."""
    body = b'{"error":{"message":"slow down","type":"requests"}}'

    def script(peer, seen, number):
        peer.answer(429, body, length=len(body) + 1)

    with pytest.raises(ProviderError) as caught:
        ask(world, script, "chat_stream")
    assert (caught.value.info.status, caught.value.info.kind) == (429, "rate_limit")


@pytest.mark.parametrize(
    ("status", "body"),
    [(204, b""), (200, b""), (200, b"<html>hello</html>"), (200, b"[1]")],
)
def test_a_success_that_is_no_answer(world, status, body):
    def script(peer, seen, number):
        peer.answer(status, body)

    with pytest.raises(RemoteProtocolError):
        ask(world, script)
    chunks, _ = ask(world, script, "chat_stream")
    assert not chunks[-1].complete
    assert types(chunks[-2:]) == ["StreamError", "StreamEnd"]


def test_leaving_a_stream_early_closes_the_connection(world):
    def script(peer, seen, number):
        peer.stream()
        peer.piece(event({"role": "assistant", "content": "x"}))
        peer.wait_until_left()

    with Server(script) as server:

        def use(client):
            chunks = client.model().drain("chat_stream", REQUEST, most=2)
            assert server.left.wait(2)
            return chunks

        assert len(world.over(at(server.url), use)) == 2


def test_the_whole_call_is_bounded(world):
    stop = threading.Event()

    def script(peer, seen, number):
        peer.stream()
        for _ in range(200):
            peer.piece(event({"content": "x"}))
            if stop.wait(0.02):
                return

    chunks, _ = ask(world, script, "chat_stream", timeouts=Timeouts(read=5, total=0.3))
    stop.set()
    assert chunks[-2].error.code == "total_timeout"
    assert 1 < len(chunks) < 100


def test_a_call_with_a_time_of_its_own_is_bounded(world):
    stop = threading.Event()

    def script(peer, seen, number):
        peer.answer(200, b"{", length=100)
        for _ in range(90):
            peer.send(b" ")
            if stop.wait(0.02):
                return

    with Server(script) as server:
        with pytest.raises(TransportError) as caught:
            world.over(
                at(server.url), lambda client: client.model().chat(REQUEST, timeout=0.2)
            )
        stop.set()
    assert caught.value.info.code == "total_timeout"


def test_an_attempt_bounds_the_opening_only(world):
    def script(peer, seen, number):
        if number == 1:
            peer.wait_until_left()
            return
        peer.stream()
        peer.piece(event({"content": "x"}))
        threading.Event().wait(0.6)
        peer.piece(event({}, "stop") + b"data: [DONE]\n\n")
        peer.end()

    with Server(script) as server:

        def use(client):
            model = client.model()
            with pytest.raises(TransportError):
                model.chat_stream(REQUEST, timeout=0.3)
            return model.drain("chat_stream", REQUEST, timeout=0.3)

        assert world.over(at(server.url), use)[-1].complete


def test_errors_are_ours(world):
    """Nothing of the HTTP library reaches the caller."""
    for script in (reset, half_a_body, bad_gzip, not_http):
        with pytest.raises(ModelwireError):
            ask(world, script)


def test_nothing_stays_behind(world):
    before = threading.active_count()
    ask(world, cut(lambda peer: peer.reset()), "chat_stream")
    assert threading.active_count() <= before
