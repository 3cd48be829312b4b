"""The scripted upstream: what it plays, and what it keeps."""

from __future__ import annotations

import asyncio
import json
import socket
import subprocess
import sys
import threading

import pytest
from tests._wires import AM, DIALECTS, GG, OC, Say, wire
from tests.testing._upstream_clients import (
    BUSY,
    RESPONSE,
    Client,
    asgi,
    asked,
    body_of,
    run_app,
)

from modelwire import codecs, ir, testing
from modelwire.errors import LocalError
from modelwire.testing import (
    Answer,
    Gate,
    ScriptedUpstream,
    check_stream,
    fold_equivalent,
)


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("socketed", [True, False], ids=["socket", "memory"])
def test_one_reply_whole_and_streamed(dialect, socketed):
    upstream = ScriptedUpstream(dialect, RESPONSE)
    codec = codecs.get(dialect)

    def both(ask):
        whole = codec.decode_response(ask(stream=False))
        streamed = ask(stream=True)
        check_stream(dialect, streamed)
        decoder = codec.stream_decoder()
        folded = ir.fold([*decoder.feed(streamed), *decoder.close()])
        for answer in (whole, folded):
            assert answer.text == "Hello."
            assert answer.choices[0].finish.kind == "tool_calls"

    if socketed:
        with upstream.serving() as url, Client(url) as client:
            both(lambda stream: client.ask(dialect, stream=stream)[2])
    else:
        both(lambda stream: body_of(run_app(upstream, dialect, stream=stream)[0]))
    first, second = upstream.requests
    assert (first.method, first.path) == ("POST", asked(dialect)[1])
    assert first.request.messages == (ir.user("Hi"),)
    assert not first.problems
    assert second.request.stream
    assert first.outcome == second.outcome == "sent"
    assert first.finished.is_open
    assert first.header("CONTENT-TYPE") == "application/json"
    assert first.json() == json.loads(first.body)


def test_gemini_without_sse_gets_an_array():
    upstream = ScriptedUpstream(GG, "Hello.")
    _, planned = upstream.begin(
        "POST", "/v1beta/models/m:streamGenerateContent", (), b'{"contents":[]}'
    )
    assert b"".join(planned.steps).startswith(b"[")
    assert ("content-type", "application/json") in [
        (name, value.partition(";")[0]) for name, value in planned.headers
    ]


def test_pieces_and_a_gate():
    gate = Gate()
    upstream = ScriptedUpstream(OC, Answer("Hello.", pieces=(5, gate, 7)))
    with upstream.serving() as url, Client(url) as client:
        response = client.open(OC, stream=True)
        assert response.read1() == b"data:"
        gate.open()
        check_stream(OC, b"data:" + response.read())
    _, planned = ScriptedUpstream(OC, Answer("Hello.", pieces=(5, gate, 7))).begin(
        "POST", "/", (), asked(OC, stream=True)[0].body
    )
    sizes = [step if step is gate else len(step) for step in planned.steps]
    assert sizes[:3] == [5, gate, 7]
    assert set(sizes[2:-1]) == {7}


class Doorkeeper(Gate):
    """A gate that another thread opens once somebody waits at it."""

    def on_open(self, wake):
        super().on_open(wake)
        threading.Thread(target=self.open).start()


@pytest.mark.parametrize("library", ["asyncio", "trio"])
def test_a_gate_in_memory(library):
    gate, body = Doorkeeper(), asked(OC, stream=True)[0].body
    upstream = ScriptedUpstream(OC, Answer("Hello.", pieces=(5, gate)))
    for _ in range(2):  # the second time nothing waits
        sent = []
        connection = asgi([{"body": body}], sent)
        if library == "asyncio":
            asyncio.run(upstream(*connection))
        else:
            trio = pytest.importorskip("trio")
            trio.run(upstream, *connection)
        check_stream(OC, body_of(sent))
        assert gate.is_open


def test_a_client_that_gives_up_at_a_gate():
    """The gate opens when the loop is over; the one who opens it does not care."""
    gate, body = Gate(), asked(OC, stream=True)[0].body
    upstream = ScriptedUpstream(OC, Answer("Hello.", pieces=(5, gate)))

    class Watched(list):
        def append(self, message):
            super().append(message)
            if message.get("body") == b"data:":
                started.set()

    started = asyncio.Event()

    async def leave():
        connection = asgi([{"body": body}], Watched())
        task = asyncio.ensure_future(upstream(*connection))
        await started.wait()
        task.cancel()

    asyncio.run(leave())
    gate.open()
    assert upstream.requests[0].outcome == "left"


def test_half_a_request_is_none():
    upstream = ScriptedUpstream(OC, "Hello.")
    sent = []
    messages = [{"body": b"{", "more_body": True}, {"type": "http.disconnect"}]
    asyncio.run(upstream(*asgi(messages, sent)))
    assert not sent
    assert not upstream.requests


def test_chunks_with_a_gate_between():
    gate = Gate()
    chunks = ir.explode(RESPONSE)
    words = next(n for n, c in enumerate(chunks) if isinstance(c, ir.TextDelta)) + 1
    upstream = ScriptedUpstream(AM, Answer([*chunks[:words], gate, *chunks[words:]]))
    with upstream.serving() as url, Client(url) as client:
        response = client.open(AM)
        seen = b""
        while b"Hello." not in seen:
            seen += response.read1()
        gate.open()
        check_stream(AM, seen + response.read())


def test_bytes_as_they_are():
    answer = wire(OC, Say("Hel", "lo."))
    upstream = ScriptedUpstream(
        OC,
        [
            answer.body,
            Answer(answer.pieces),
            Answer(b"".join(answer.pieces), stream=True, pieces=(1,)),
            Answer([b'{"a"', b":1}"], stream=False),
        ],
    )
    with upstream.serving() as url, Client(url) as client:
        assert client.ask(OC, stream=True)[2] == answer.body
        for _ in range(2):
            _, headers, body = client.ask(OC)
            assert headers["content-type"].startswith("text/event-stream")
            assert body == b"".join(answer.pieces)
        assert client.ask(OC)[2] == b'{"a":1}'


def test_a_function_answers():
    def reply(received):
        return received.request.messages[0].parts[0].text.upper()

    with ScriptedUpstream(AM, reply).serving() as url, Client(url) as client:
        assert b'"HI"' in client.ask(AM)[2]


def broken(received):
    msg = "the test is wrong"
    raise RuntimeError(msg)


@pytest.mark.parametrize(
    ("replies", "message"),
    [
        (["one"], r"request 1 \(POST /v1/messages\): no reply is left"),
        (broken, "the test is wrong"),
        ([], "request 0"),
    ],
)
def test_a_script_that_fails_fails_the_test(replies, message):
    upstream = ScriptedUpstream(AM, replies)
    answers = []
    with (
        pytest.raises(AssertionError, match=message),
        upstream.serving() as url,
        Client(url) as client,
    ):
        answers += [client.ask(AM), client.ask(AM)]
    assert answers[1][0] == 500
    assert json.loads(answers[1][2])["type"] == "error"
    assert upstream.url == ""


@pytest.mark.parametrize(
    ("body", "stream"),
    [
        (b'{"messages":1}', False),
        (b'{"messages":1,"stream":true}', True),
        (b"{", False),
        (b"[]", False),
    ],
)
def test_requests_with_problems_are_kept_and_answered(body, stream):
    upstream = ScriptedUpstream(AM, "Hello.")
    received, planned = upstream.begin("POST", "/v1/messages", (), body)
    assert received.problems
    assert received.request is None
    assert (planned.length is None) == stream
    assert received is upstream.requests[0]


@pytest.mark.parametrize("path", ["/v1/messages", "/v2/chat"])
def test_a_wrong_path_is_a_problem(path):
    upstream = ScriptedUpstream(OC, "Hello.")
    received, _ = upstream.begin("POST", path, (), asked(OC)[0].body)
    (problem,) = received.problems
    assert problem.expected == "a request line of openai-chat"
    assert problem.got == f"POST {path}"
    assert received.request is not None


def test_other_operations_are_no_problem():
    models = b'{"object":"list","data":[]}'
    upstream = ScriptedUpstream(OC, models)
    received, planned = upstream.begin("GET", "/v1/models", (), b"")
    assert received.route.operation == "models"
    assert not received.problems
    assert received.request is None
    assert planned.steps == (models,)


def test_gemini_says_in_the_path_that_it_streams():
    upstream = ScriptedUpstream(GG, "Hello.")
    path = "/v1beta/models/m:streamGenerateContent"
    assert upstream.begin("POST", path, (), b'{"contents":1}')[1].length is None


def test_losses_are_told():
    chunks = ir.explode(RESPONSE)
    chunks.insert(1, ir.ModerationUpdate(moderation={"a": 1}))
    upstream = ScriptedUpstream(AM, Answer(chunks))
    assert upstream.begin("POST", "/", (), b"{}")[0].losses


MISUSE = [
    lambda: Answer([b"x", ir.StreamStart()]),
    lambda: Answer([1]),
    lambda: Answer("x", pieces=(0,)),
    lambda: Answer([b"x", Gate()], pieces=(1,)),
    lambda: Answer(b"x", error=BUSY),
    lambda: ScriptedUpstream("morse", "x"),
]


@pytest.mark.parametrize("make", MISUSE)
def test_misuse(make):
    with pytest.raises((TypeError, ValueError, LookupError, LocalError)):
        make()


def test_chunked_requests_and_lifespan():
    upstream = ScriptedUpstream(OC, "Hello.")
    with upstream.serving() as url, Client(url) as client:
        body = asked(OC)[0].body
        client.connection.request(
            "POST", "/v1/chat/completions", iter([body[:9], body[9:]]),
            encode_chunked=True, headers={"transfer-encoding": "chunked"},
        )  # fmt: skip
        assert client.connection.getresponse().status == 200
    assert upstream.requests[0].body == body
    with upstream.serving() as url:
        port = int(url.rpartition(":")[2])
        with socket.create_connection(("127.0.0.1", port), 10) as client:
            head = b"POST / HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n"
            client.sendall(head + b"2\r\n{}\r\n0\r\nx-trailer: 1\r\n\r\n")
            assert client.recv(12) == b"HTTP/1.1 200"
    assert upstream.requests[1].body == b"{}"
    messages = [{"type": "lifespan.startup"}, {"type": "lifespan.shutdown"}]
    sent = []

    async def receive():
        return messages.pop(0)

    async def send(message):
        sent.append(message["type"])

    asyncio.run(upstream({"type": "lifespan"}, receive, send))
    assert sent == ["lifespan.startup.complete", "lifespan.shutdown.complete"]


def test_httpx_in_memory():
    httpx = pytest.importorskip("httpx")

    async def go():
        transport = httpx.ASGITransport(ScriptedUpstream(OC, "Hello."))
        async with httpx.AsyncClient(transport=transport, base_url="http://up") as http:
            encoded, target = asked(OC)
            return await http.post(target, content=encoded.body)

    answer = asyncio.run(go())
    assert answer.json()["choices"][0]["message"]["content"] == "Hello."


def test_importing_it_opens_nothing():
    code = (
        "import sys\n"
        "before = set(sys.modules)\n"
        "import modelwire.testing as t\n"
        "upstream = t.ScriptedUpstream('openai-chat', 'x')\n"
        "upstream.begin('POST', '/', (), b'{}')\n"
        "names = 'socket ssl asyncio selectors http.client http.server httpx'.split()\n"
        "print([n for n in names if n in sys.modules and n not in before])\n"
    )
    run = subprocess.run(
        [sys.executable, "-I", "-c", code], capture_output=True, text=True, check=True
    )
    assert run.stdout.strip() == "[]"


def test_names_load_when_they_are_asked_for():
    assert {"ScriptedUpstream", "check_stream", "strategies"} <= set(dir(testing))
    with pytest.raises(AttributeError, match="no attribute 'mind'"):
        testing.mind  # noqa: B018


def test_fold_equivalence_is_about_what_was_said():
    """The script's own answer, and what a client makes of its stream, are equal."""
    upstream = ScriptedUpstream(OC, RESPONSE)
    data = body_of(run_app(upstream, OC, stream=True)[0])
    decoder = codecs.get(OC).stream_decoder()
    folded = ir.fold([*decoder.feed(data), *decoder.close()])
    plain = codecs.get(OC).decode_response(body_of(run_app(upstream, OC)[0]))
    assert fold_equivalent(folded, plain)
