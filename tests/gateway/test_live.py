"""
Time, over real connections: what is said at once, what fills a silence, who leaves.

Nothing here sleeps: each side waits for what it is to see on the other.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import socket
import threading

import pytest
from tests._wires import AM, DIALECTS, GG, OC, OR, Say, wire
from tests.gateway._asgi import chat_body
from tests.gateway.test_forwarding import PATHS, STREAM_PATHS
from tests.transports._server import Server

from modelwire.transports import Timeouts

SOON = 1.0
"""Seconds within which an upstream's connection is closed when the client left."""
PATIENCE = 10.0

FOREIGN = [(mine, theirs) for mine in DIALECTS for theirs in DIALECTS if mine != theirs]
PAIRS = [(mine, theirs) for mine in DIALECTS for theirs in DIALECTS]
BEFORE_END = {OC: 3, OR: 4, AM: 3, GG: 1}
"""How many pieces of a wire's text come after its last delta."""


def body_of(dialect, *, stream=True):
    body = chat_body(max_tokens=9, stream=stream)
    if dialect == OR:
        body = {"model": "m", "input": "hi", "stream": stream}
    elif dialect == GG:
        body = {"contents": [{"role": "user", "parts": [{"text": "hi"}]}]}
    return json.dumps(body).encode()


@contextlib.contextmanager
def asking(url, dialect, *, stream=True):
    """Send a request and give the connection."""
    host, port = url.removeprefix("http://").split(":")
    connection = http.client.HTTPConnection(host, int(port), timeout=PATIENCE)
    path = (STREAM_PATHS if stream else PATHS)[dialect]
    try:
        connection.request(
            "POST",
            path,
            body_of(dialect, stream=stream),
            {"content-type": "application/json"},
        )
        yield connection
    finally:
        connection.close()


def read_until(response, mark):
    """Read until *mark* was seen."""
    seen = b""
    while mark not in seen:
        piece = response.read1(65536)
        assert piece, seen
        seen += piece
    return seen


@pytest.mark.parametrize(("source", "target"), PAIRS)
def test_every_word_is_said_at_once(live, source, target):
    """The upstream says the next word only when the client has heard the last one."""
    switch, url = live
    words = ["alpha", "beta", "gamma"]
    pieces = wire(target, Say(*words)).pieces
    heard = threading.Semaphore(0)

    def script(peer, seen, number):
        peer.stream()
        for piece in pieces:
            peer.piece(piece)
            if any(f'"{word}"'.encode() in piece for word in words[:2]):
                assert heard.acquire(timeout=PATIENCE)
        peer.end()

    with Server(script) as server:
        switch.use(target, server.url)
        with asking(url, source) as connection:
            response = connection.getresponse()
            for word in words:
                read_until(response, word.encode())
                heard.release()
            response.read()


SIGNS = {OC: b": ", OR: b": ", AM: b"event: ping"}
"""What says in each dialect that a stream lives; Gemini's clients read nothing such."""


@pytest.mark.parametrize(("source", "target"), [p for p in FOREIGN if p[0] in SIGNS])
def test_a_silence_is_filled(live, source, target):
    switch, url = live
    pieces = wire(target, Say("alpha", "omega")).pieces
    split = next(i for i, piece in enumerate(pieces) if b"omega" in piece)
    go_on = threading.Event()

    def script(peer, seen, number):
        peer.stream()
        for piece in pieces[:split]:
            peer.piece(piece)
        assert go_on.wait(PATIENCE)
        for piece in pieces[split:]:
            peer.piece(piece)
        peer.end()

    with Server(script) as server:
        switch.use(target, server.url, keepalive=0.02)
        with asking(url, source) as connection:
            response = connection.getresponse()
            early = read_until(response, b"alpha")
            early += read_until(response, SIGNS[source])
            # It goes on, and never inside an event.
            early += read_until(response, SIGNS[source])
            go_on.set()
            rest = response.read()
    assert b"omega" in rest
    for block in (early + rest).split(b"\n\n"):
        lines = block.strip().split(b"\n")
        assert len([line for line in lines if line.startswith(b"data: ")]) <= 1
        assert not (len(lines) > 1 and any(line.startswith(b":") for line in lines))


def test_gemini_gets_no_sign_that_its_client_cannot_read(live):
    switch, url = live
    pieces = wire(OC, Say("alpha", "omega")).pieces

    def script(peer, seen, number):
        peer.stream()
        for piece in pieces[:2]:
            peer.piece(piece)
        peer.wait_until_left()

    with Server(script) as server:
        switch.use(OC, server.url, keepalive=0.01, timeouts=Timeouts(read=0.1))
        with asking(url, GG) as connection:
            data = connection.getresponse().read()
    assert b"omega" not in data
    lines = [line for line in data.split(b"\r\n") if line]
    assert all(line.startswith(b"data: {") for line in lines)
    assert b'"error"' in lines[-1]


@pytest.mark.parametrize(
    "when", ["before the headers", "before a word", "in the middle"]
)
@pytest.mark.parametrize(("source", "target"), PAIRS)
def test_an_upstream_is_left_when_the_client_leaves(live, source, target, when):
    switch, url = live
    pieces = wire(target, Say("alpha", "omega")).pieces
    split = next(i for i, piece in enumerate(pieces) if b"omega" in piece)
    began = threading.Event()

    def script(peer, seen, number):
        if when != "before the headers":
            peer.stream()
        if when == "in the middle":
            for piece in pieces[:split]:
                peer.piece(piece)
        began.set()
        peer.wait_until_left()

    with Server(script) as server:
        switch.use(target, server.url)
        with asking(url, source) as connection:
            assert began.wait(PATIENCE)
            if when == "in the middle":
                read_until(connection.getresponse(), b"alpha")
        assert server.left.wait(SOON)
    (record,) = switch.records
    assert record.left_early
    # Untouched bytes begin when the upstream begins; others when there is a word.
    early = when == "before the headers" or (
        when == "before a word" and source != target
    )
    assert record.status == (None if early else 200)


@pytest.mark.parametrize(("source", "target"), [p for p in FOREIGN if p[1] != GG])
def test_an_answer_ends_when_the_upstream_said_its_end(live, source, target):
    """Some servers keep their connections open behind the last event."""
    switch, url = live

    def script(peer, seen, number):
        peer.stream()
        for piece in wire(target, Say("alpha", "omega")).pieces:
            peer.piece(piece)
        peer.wait_until_left()

    with Server(script) as server:
        switch.use(target, server.url)
        with asking(url, source) as connection:
            data = connection.getresponse().read()
    assert b"omega" in data
    assert b"error" not in data.replace(b'"error":null', b"")
    (record,) = switch.records
    assert (record.finish, record.output_tokens, record.left_early) == (
        "stop",
        20,
        False,
    )


@pytest.mark.parametrize("target", [OC, AM])
def test_a_client_that_leaves_behind_the_last_event_left_in_time(live, target):
    """The openai package closes its connection as soon as it has read `[DONE]`."""
    switch, url = live
    go_on = threading.Event()

    def script(peer, seen, number):
        peer.stream()
        for piece in wire(target, Say("alpha", "omega")).pieces:
            peer.piece(piece)
        assert go_on.wait(PATIENCE)
        peer.end()

    with Server(script) as server:
        switch.use(target, server.url)
        with asking(url, OC) as connection:
            read_until(connection.getresponse(), b"[DONE]")
        go_on.set()
    (record,) = switch.records
    assert (record.finish, record.output_tokens, record.left_early) == (
        "stop",
        20,
        False,
    )


def test_a_plain_request_is_left_too(live):
    switch, url = live
    began = threading.Event()

    def script(peer, seen, number):
        began.set()
        peer.wait_until_left()

    with Server(script) as server:
        switch.use(AM, server.url)
        with asking(url, OC, stream=False):
            assert began.wait(PATIENCE)
        assert server.left.wait(SOON)
    assert [record.left_early for record in switch.records] == [True]


@pytest.mark.parametrize("target", [OC, AM])
def test_a_client_that_takes_nothing_is_left(live, target):
    """It keeps its connection open, and reads nothing of a stream without end."""
    switch, url = live
    first, word, *_ = wire(target, Say("alpha" * 2000)).pieces

    def script(peer, seen, number):
        peer.stream()
        for piece in (first, word):
            peer.piece(piece)
        if target == AM:
            _, _, word_again, *_ = wire(AM, Say("alpha" * 2000)).pieces
        else:
            word_again = word
        with contextlib.suppress(OSError):
            while True:
                peer.piece(word_again)
        server.left.set()

    with Server(script) as server:
        switch.use(target, server.url, send_patience=0.1)
        host, port = url.removeprefix("http://").split(":")
        body = body_of(OC)
        lines = (
            f"POST {PATHS[OC]} HTTP/1.1",
            "host: x",
            f"content-length: {len(body)}",
        )
        head = "\r\n".join((*lines, "", ""))
        with socket.create_connection((host, int(port))) as idle:
            idle.sendall(head.encode() + body)
            assert server.left.wait(PATIENCE)
    (record,) = switch.records
    assert (record.left_early, record.error) == (True, "timeout")
