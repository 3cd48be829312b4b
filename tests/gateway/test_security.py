"""
Hostile peers on both sides: what they may send, and that nothing comes of it.

What is not here stands beside its subject: sizes, times, deep bodies, names of models
and web pages in test_requests.py, headers of both sides in test_forwarding.py, clients
that take nothing in test_live.py, addresses in test_config.py.
"""

from __future__ import annotations

import base64
import http.client
import json
import random
import socket
import time

import pytest
from tests._wires import AM, DIALECTS, GG, OC, OR, Call, Say, Think, wire
from tests.gateway._asgi import OURS, Upstream, httpx, json_answer, key_header
from tests.gateway.test_requests import BODIES, PATHS, message_of, never, says
from tests.transports._server import Server

from modelwire import codecs
from modelwire.adapt import Carrier
from modelwire.transports.asgi import Routes

PAIRS = [(mine, theirs) for mine in DIALECTS for theirs in DIALECTS]
FOREIGN = [pair for pair in PAIRS if pair[0] != pair[1]]
STREAMING = {**PATHS, GG: "/v1beta/models/m:streamGenerateContent?alt=sse"}
SSE = {"content-type": "text/event-stream"}


def streamed(dialect):
    """A request for a stream."""
    return BODIES[dialect] if dialect == GG else {**BODIES[dialect], "stream": True}


# --- credentials ----------------------------------------------------------------------

SECRET = "s3cret"
SHOWN = [
    ("authorization", f"Bearer {SECRET}"),
    ("authorization", f"Basic {SECRET}"),
    ("x-api-key", SECRET),
    ("api-key", SECRET),
    ("x-goog-api-key", SECRET),
    ("proxy-authorization", f"Basic {SECRET}"),
    ("cookie", f"session={SECRET}"),
    ("cookie2", SECRET),
    ("x-auth-token", SECRET),
    ("openai-organization", SECRET),
    ("openai-project", SECRET),
    ("x-goog-user-project", SECRET),
    ("x-amz-security-token", SECRET),
]
QUERIES = [
    "key", "KEY", "%6bey", "access_token", "oauth_token", "api_key", "api-key",
    "x-goog-api-key", "subscription-key",
]  # fmt: skip


def all_of(request):
    """Everything that an upstream is told."""
    return b"\n".join(
        (str(request.url).encode(), *(n + b":" + v for n, v in request.headers.raw))
    )


@pytest.mark.parametrize(("source", "target"), PAIRS)
def test_a_clients_credentials_stay_here(source, target):
    upstream = Upstream(says(target), target)
    for header in SHOWN:
        told = upstream.ask(PATHS[source], BODIES[source], headers=[header])
        assert told.status == 200, header
        assert SECRET.encode() not in all_of(upstream.seen[-1]), header
        assert SECRET not in str(told.headers)
    for name in QUERIES:
        told = upstream.ask(f"{PATHS[source]}?{name}={SECRET}&alt=json", BODIES[source])
        assert told.status == 200, name
        assert SECRET.encode() not in all_of(upstream.seen[-1]), name
    assert SECRET not in str(upstream.records)
    assert all(r.headers["authorization"] == f"Bearer {OURS}" for r in upstream.seen)


@pytest.mark.parametrize(("source", "target"), PAIRS)
def test_they_go_on_where_that_is_wanted_and_only_in_the_upstreams_form(source, target):
    auth = key_header("x-upstream-key")
    upstream = Upstream(says(target), target, auth=auth, forward_credentials=True)
    name, value = {
        OC: ("authorization", f"Bearer {SECRET}"),
        OR: ("authorization", f"Bearer {SECRET}"),
        AM: ("x-api-key", SECRET),
        GG: ("x-goog-api-key", SECRET),
    }[source]
    more = [("cookie", "session=other"), ("x-auth-token", "other")]
    told = upstream.ask(PATHS[source], BODIES[source], headers=[(name, value), *more])
    assert told.status == 200
    sent = all_of(upstream.seen[0])
    assert b"x-upstream-key:s3cret" in sent
    assert sent.count(SECRET.encode()) == 1
    assert b"other" not in sent
    assert OURS.encode() not in sent


# --- queries and paths ----------------------------------------------------------------


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_long_query_is_the_clients_fault(dialect):
    """HTTP clients refuse addresses of 65,536 characters, which looked like ours."""
    told = Upstream(never, dialect).ask(
        f"{PATHS[dialect]}?" + "a=%00&" * 20_000, BODIES[dialect]
    )
    assert told.status == 414
    assert "longer than 4096" in message_of(dialect, told)


@pytest.mark.parametrize("dialect", DIALECTS)
def test_the_longest_query_that_is_taken_is_one_that_can_be_sent(dialect):
    upstream = Upstream(says(dialect), dialect)
    told = upstream.ask(f"{PATHS[dialect]}?a=" + "\xff" * 4094, BODIES[dialect])
    assert told.status == 200


@pytest.mark.parametrize(
    "query",
    ["a=%0d%0ax-evil:%201", "%0d%0aHost:%20evil", "a=%00", "a=b%23frag", "a=%2f..%2f",
     "a=b?c=d", "@evil.test/", "a=http://evil.test"],
)  # fmt: skip
@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_query_stays_in_its_place(dialect, query):
    upstream = Upstream(says(dialect), dialect)
    told = upstream.ask(f"{PATHS[dialect]}?{query}", BODIES[dialect])
    assert told.status == 200
    (request,) = upstream.seen
    assert request.url.host == "upstream.test"
    assert request.url.path == PATHS[dialect]
    assert not {b"\r", b"\n", b"\0", b"#"} & {
        bytes([byte]) for byte in request.url.raw_path
    }
    assert "x-evil" not in request.headers


@pytest.mark.parametrize(
    "path",
    [
        "/v1/models/..%2f..%2fadmin",
        "/v1/models/%2e%2e",
        "/v1/models/.",
        "/v1beta/models/..%2f..%2fadmin",
        "/v1beta/models/a%00b",
        "/v1beta/models/a%0d%0ax-evil:%201:generateContent",
        "/v1beta/models/a%3fkey=1:generateContent",
        "/v1beta/models/a%23b:generateContent",
        "/v1beta/models/a%5c..%5cb:generateContent",
        "/openai/deployments/..%2fx/chat/completions",
        "/v1/../admin/chat/completions",
        "//evil.test/v1/chat/completions",
    ],
)
@pytest.mark.parametrize("target", DIALECTS)
def test_a_path_stays_below_the_upstreams(path, target):
    upstream = Upstream(lambda _: json_answer({}), target)
    is_list = "models" in path and ":" not in path
    told = upstream.ask(
        path, b"" if is_list else BODIES[GG], method="GET" if is_list else "POST"
    )
    for request in upstream.seen:
        raw = request.url.raw_path.decode()
        assert request.url.host == "upstream.test"
        assert raw.startswith(("/v1/", "/v1beta/"))
        assert not {".", ".."} & set(raw.partition("?")[0].split("/"))
        assert "admin" not in raw or "%2F" in raw.upper()
        assert not {"\r", "\n", "\0", "#", "\\"} & set(raw)
        assert "x-evil" not in request.headers
    assert upstream.seen or told.status in (400, 404), told.body


# --- headers --------------------------------------------------------------------------

INJECTED = "1\r\nset-cookie: a=b"
NAMES = [
    "x-request-id", "request-id", "x-goog-request-id", "retry-after",
    "retry-after-ms", "x-ratelimit-limit-requests", "x-ratelimit-reset-tokens",
    "anthropic-ratelimit-requests-limit", "anthropic-ratelimit-tokens-reset",
    "content-type", "location", "www-authenticate",
]  # fmt: skip


@pytest.mark.parametrize("status", [200, 429, 500])
@pytest.mark.parametrize(("source", "target"), PAIRS)
def test_an_upstream_cannot_write_headers_of_ours(source, target, status):
    said = wire(target, Say("a"), id_="x\r\nset-cookie: a=b")
    error = {"error": {"type": INJECTED, "code": INJECTED, "message": INJECTED}}
    body = said.body if status == 200 else json.dumps(error).encode()
    raw = [(name.encode(), INJECTED.encode()) for name in NAMES]
    upstream = Upstream(
        lambda _: httpx.Response(status, headers=raw, content=body), target
    )
    # `ask` refuses answers whose headers have line ends.
    told = upstream.ask(PATHS[source], BODIES[source])
    assert told.status == status
    assert not [n for n, v in told.headers.items() if "cookie" in n or "cookie" in v]


@pytest.mark.parametrize(
    "model", ["m\r\nx-evil: 1", "m\0", "\u2028", "é" * 20, "\ud800"]
)
@pytest.mark.parametrize("source", [OC, OR, AM])
def test_a_model_cannot_write_headers_or_lines(source, model):
    """Neither where it is known, nor where it is not, nor in the log."""
    for routes in (Routes.to("main"), Routes.of({"known": "main"})):
        upstream = Upstream(says(OC), OC, routes=routes)
        told = upstream.ask(PATHS[source], {**BODIES[source], "model": model})
        assert told.status in (200, 400, 404)
        assert "x-evil" not in told.headers
        for request in upstream.seen:
            assert "x-evil" not in request.headers
        if told.status >= 400:
            assert "\n" not in message_of(source, told)


# --- answers --------------------------------------------------------------------------

DEEP = b'{"id":"x","a":' + b"[" * 100_000 + b"]" * 100_000 + b"}"


@pytest.mark.parametrize(("source", "target"), FOREIGN)
@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
def test_a_deep_answer_is_an_error_of_the_client(source, target, stream):
    data = b"data: " + DEEP + b"\n\n" if stream else DEEP
    headers = SSE if stream else {"content-type": "application/json"}
    upstream = Upstream(lambda _: (200, headers, [data]), target)
    path, body = (STREAMING, streamed) if stream else (PATHS, BODIES.get)
    told = upstream.ask(path[source], body(source))
    assert (told.status, told.is_whole) == (502, True)
    assert message_of(source, told)
    assert "Traceback" not in told.body.decode()


# --- carriers -------------------------------------------------------------------------


def carried(source, target, carrier):
    """An answer with state of another vendor's, for a client of *source*."""
    said = wire(target, Think("Hm", proof="cHJvb2Y="), Call("c1", "f", '{"a":1}'))
    upstream = Upstream(
        lambda _: json_answer(json.loads(said.body)), target, carrier=carrier
    )
    return upstream.ask(PATHS[source], BODIES[source]).json


def history(source, answer):
    """The next request: the answer, and the result of its call."""
    if source == OC:
        message = answer["choices"][0]["message"]
        result = {
            "role": "tool",
            "tool_call_id": message["tool_calls"][0]["id"],
            "content": "1",
        }
        messages = [*BODIES[OC]["messages"], message, result]
        return {**BODIES[OC], "messages": messages}
    calls = [b for b in answer["content"] if b["type"] == "tool_use"]
    result_ = {"type": "tool_result", "tool_use_id": calls[0]["id"], "content": "1"}
    messages = [
        *BODIES[AM]["messages"],
        {"role": "assistant", "content": answer["content"]},
        {"role": "user", "content": [result_]},
    ]
    return {**BODIES[AM], "messages": messages}


def spoiled(text, draw):
    """Change a few characters of a text."""
    for _ in range(draw.randint(1, 3)):
        place = draw.randrange(len(text))
        what = draw.choice(["", "A", "_", "\0", "é", text[place] * 2, "=" * 9])
        text = text[:place] + what + text[place + draw.choice([0, 1, 40]) :]
    return text


ENVELOPES = [(OC, AM), (OC, GG), (OC, OR), (AM, GG), (AM, OR)]


@pytest.mark.parametrize(("source", "target"), ENVELOPES)
def test_a_forged_carrier_is_left_out(source, target):
    """Sealed with another key it is like none; the request is served without it."""
    theirs, ours = Carrier(key=b"t" * 32), Carrier(key=b"o" * 32)
    answer = carried(source, target, theirs)
    upstream = Upstream(
        says(target), target, carrier=ours, on_loss=codecs.COLLECT, repair=True
    )
    told = upstream.ask(PATHS[source], history(source, answer))
    assert told.status == 200, told.body
    assert b"cHJvb2Y" not in upstream.seen[0].content
    # The right key is what makes the difference.
    genuine = Upstream(says(target), target, carrier=theirs, on_loss=codecs.COLLECT)
    genuine.ask(PATHS[source], history(source, answer))
    assert b"cHJvb2Y" in genuine.seen[0].content


@pytest.mark.parametrize(("source", "target"), ENVELOPES)
def test_a_spoiled_carrier_breaks_nothing(source, target):
    carrier = Carrier()
    whole = json.dumps(history(source, carried(source, target, carrier)))
    values = [v for v in texts(json.loads(whole)) if len(v) > 60]
    assert values
    upstream = Upstream(says(target), target, carrier=carrier, on_loss=codecs.COLLECT)
    for seed in range(40):
        draw = random.Random(seed)
        body = whole
        for value in values:
            changed = json.dumps(spoiled(value, draw))
            body = body.replace(json.dumps(value), changed)
        told = upstream.ask(PATHS[source], body.encode())
        assert told.status in (200, 400), told.body


def texts(value):
    """Give every text inside a value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from texts(inner)


# --- connections ----------------------------------------------------------------------


def raw(url, *pieces):
    """Send bytes to a server, and give the status that it answers with."""
    host, port = url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        for piece in pieces:
            connection.sendall(piece)
        response = http.client.HTTPResponse(connection)
        response.begin()
        return response.status, response.read()


def head(dialect, *lines):
    first = f"POST {PATHS[dialect]} HTTP/1.1"
    return "\r\n".join((first, "host: x", *lines, "", "")).encode()


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_slow_body_is_not_waited_for(live, dialect):
    switch, url = live
    switch.use(OC, "http://127.0.0.1:1", body_patience=0.05)
    began = time.monotonic()
    status, body = raw(url, head(dialect, "content-length: 1000"), b"{")
    assert status == 408
    assert b"did not come" in body
    assert time.monotonic() - began < 5


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_large_body_is_refused_in_both_framings(live, dialect):
    switch, url = live
    switch.use(OC, "http://127.0.0.1:1", max_body=1000)
    status, body = raw(url, head(dialect, "content-length: 1001"))
    assert (status, b"1000 bytes" in body) == (413, True)
    chunk = b"%x\r\n%b\r\n" % (600, b" " * 600)
    status, body = raw(url, head(dialect, "transfer-encoding: chunked"), chunk * 2)
    assert (status, b"1000 bytes" in body) == (413, True)


def test_a_request_does_not_hide_another_one(live):
    """Two lengths, or a length and chunks: the server refuses, or ends it there."""
    switch, url = live
    seen = []

    def script(peer, request, number):
        seen.append(request)
        peer.answer(200, wire(OC, Say("hi")).body)

    with Server(script) as server:
        switch.use(OC, server.url)
        hidden = head(AM, "content-length: 2") + b"{}"
        both = head(OC, "content-length: 4", "transfer-encoding: chunked")
        status, _ = raw(url, both, b"0\r\n\r\n" + hidden)
        assert status == 400
        two = head(OC, "content-length: 2", "content-length: 40")
        status, _ = raw(url, two, b"{}" + hidden)
        assert status == 400
    assert seen == []


def test_bytes_that_are_no_http(live):
    switch, url = live
    switch.use(OC, "http://127.0.0.1:1")
    status, _ = raw(url, b"\x16\x03\x01" + base64.b64decode("/" * 40) + b"\r\n\r\n")
    assert status == 400
    assert switch.records == []
