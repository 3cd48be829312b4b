"""What the upstream speaks itself: the same bytes, both ways, and nothing else."""

from __future__ import annotations

import gzip
import itertools
import json
import random

import pytest
from hypothesis import given, strategies as st
from tests._wires import AM, DIALECTS, GG, OC, OR, Say, Think, wire
from tests.gateway._asgi import (
    OURS,
    Upstream,
    chat_body,
    httpx,
    json_answer,
    key_header,
)

from modelwire import codecs
from modelwire.transports.asgi import Routes

PATHS = {
    OC: "/v1/chat/completions",
    OR: "/v1/responses",
    AM: "/v1/messages",
    GG: "/v1beta/models/fast:generateContent",
}
STREAM_PATHS = {**PATHS, GG: "/v1beta/models/fast:streamGenerateContent?alt=sse"}
SSE = {"content-type": "text/event-stream"}
ALIAS = Routes.of({"fast": {"upstream": "main", "model": "the-model"}, "*": "main"})

ODD_BODY = (
    b'\t{ "messages" :[ {"role":"user",\r\n"content":"a\\u0062\xc3\xa9 '
    b'\\"model\\" :"}],'
    b' "model"  :  %s ,"unheard_of":{"model":"fast"}, "n":1.0,"stream":%s}\n'
)


def cut(data, seed):
    """Cut bytes anywhere."""
    draw = random.Random(seed)
    places = sorted(draw.sample(range(len(data) + 1), min(len(data), 12)))
    ends = [0, *places, len(data)]
    return [data[a:b] for a, b in itertools.pairwise(ends)]


# --- bytes --------------------------------------------------------------------------


@pytest.mark.parametrize("alias", [False, True], ids=["as is", "renamed"])
@pytest.mark.parametrize("dialect", [OC, OR, AM])
def test_a_request_is_forwarded_as_it_is(dialect, alias):
    upstream = Upstream(lambda _: json_answer({}), dialect, routes=ALIAS)
    said = b'"fast"' if alias else b'"other"'
    upstream.ask(PATHS[dialect], ODD_BODY % (said, b"false"))
    (request,) = upstream.seen
    expected = b'"the-model"' if alias else b'"other"'
    assert request.content == ODD_BODY % (expected, b"false")
    assert request.url.path == PATHS[dialect]
    assert request.method == "POST"


def test_a_model_in_a_path_is_renamed_there():
    upstream = Upstream(lambda _: json_answer({}), GG, routes=ALIAS)
    body = b'{ "contents": [], "model" : "fast" }'
    upstream.ask(STREAM_PATHS[GG] + "&foo=b%20r&key=secret", body)
    (request,) = upstream.seen
    assert request.content == body
    assert request.url.raw_path == (
        b"/v1beta/models/the-model:streamGenerateContent?alt=sse&foo=b%20r"
    )


@given(seed=st.integers(0, 2**32), dialect=st.sampled_from(DIALECTS))
def test_a_stream_is_forwarded_as_it_is(seed, dialect):
    data = b"".join(
        wire(dialect, Think("Hm"), Say("Sunny,", " 20 \N{DEGREE SIGN}C.")).pieces
    )
    data = b": hello\n\n" + data + b": after the end\n\n"
    pieces = cut(data, seed)
    upstream = Upstream(lambda _: (200, SSE, pieces), dialect)
    body = json.dumps(chat_body(stream=True)).encode()
    told = upstream.ask(STREAM_PATHS[dialect], body)
    assert told.body == data
    # Read by read, so that nothing waits for anything.
    assert [piece for piece in told.pieces if piece] == [p for p in pieces if p]
    assert told.is_whole
    assert told.headers["content-type"] == "text/event-stream"
    record = upstream.record
    assert (record.finish, record.error) == ("stop", None)
    assert (record.input_tokens, record.output_tokens) == (100, 20)
    assert record.bytes_out == len(data)


@pytest.mark.parametrize("data", [b"", b"\x00\xff", b"data: {\n\n", b"<html>" * 99])
def test_what_is_no_stream_is_forwarded_too(data):
    upstream = Upstream(lambda _: (200, SSE, cut(data, 1)), OC)
    told = upstream.ask(PATHS[OC], chat_body(stream=True))
    assert (told.status, told.body, told.is_whole) == (200, data, True)
    assert upstream.record.error is not None


@pytest.mark.parametrize("stream", [False, True])
def test_a_packed_answer_is_unpacked(stream):
    said = wire(OC, Say("hi"))
    data = b"".join(said.pieces) if stream else said.body
    headers = {**SSE, "content-encoding": "gzip", "content-length": "3"}
    upstream = Upstream(lambda _: (200, headers, [gzip.compress(data)]), OC)
    told = upstream.ask(PATHS[OC], chat_body(stream=stream))
    assert told.body == data
    assert not {"content-encoding", "content-length"} & set(told.headers)
    assert upstream.seen[0].headers["accept-encoding"] == "identity"
    assert upstream.record.output_tokens == 20


def test_a_long_answer_is_not_kept():
    data = b'{"data": "' + b"A" * 6_000_000 + b'"}'
    upstream = Upstream(lambda _: (200, {}, cut(data, 3)), OC)
    told = upstream.ask(PATHS[OC], chat_body())
    assert told.body == data
    assert upstream.record.output_tokens is None


def test_an_answer_without_content():
    upstream = Upstream(lambda _: (204, {}, []), OC)
    told = upstream.ask(PATHS[OC], chat_body())
    assert (told.status, told.body, told.is_whole) == (204, b"", True)


# --- headers ------------------------------------------------------------------------


def test_which_headers_go_on_to_the_upstream():
    upstream = Upstream(lambda _: json_answer({}), AM)
    upstream.ask(
        PATHS[AM],
        chat_body(),
        headers=[
            ("anthropic-version", "2023-06-01"), ("anthropic-beta", "a"),
            ("Anthropic-Beta", "b"), ("content-type", "application/json"),
            ("x-api-key", "theirs"), ("authorization", "Bearer theirs"),
            ("cookie", "theirs"), ("x-forwarded-for", "10.0.0.1"), ("host", "evil"),
            ("proxy-authorization", "theirs"), ("user-agent", "their client"),
            ("x-stainless-os", "Linux"), ("connection", "close"),
        ],
    )  # fmt: skip
    headers = upstream.seen[0].headers
    assert headers["anthropic-version"] == "2023-06-01"
    assert headers["anthropic-beta"] == "a,b"
    assert headers["authorization"] == f"Bearer {OURS}"
    assert headers["host"] == "upstream.test"
    assert "theirs" not in str(headers.raw)
    assert not {"cookie", "x-forwarded-for", "x-stainless-os"} & set(headers)
    assert "their client" not in headers["user-agent"]


HELD_BACK = {
    "connection": "x-hop",
    "x-hop": "1",
    "keep-alive": "timeout=5",
    "transfer-encoding": "chunked",
    "set-cookie": "a=b",
    "access-control-allow-origin": "*",
    "access-control-expose-headers": "*",
    "x-modelwire-losses": "9;codes=forged",
    "openai-organization": "org-ours",
    "anthropic-organization-id": "org-ours",
    "strict-transport-security": "max-age=1",
    "server": "theirs",
}


@pytest.mark.parametrize("stream", [False, True])
def test_which_headers_go_on_to_the_client(stream):
    kept = {
        "content-type": "x/y",
        "x-request-id": "r-1",
        "x-ratelimit-limit-tokens": "7",
    }
    upstream = Upstream(lambda _: (200, {**kept, **HELD_BACK}, [b"x"]), OC)
    told = upstream.ask(PATHS[OC], chat_body(stream=stream))
    own = told.headers.pop("x-modelwire-request-id")
    assert told.headers == kept
    assert upstream.record.upstream_id == "r-1"
    assert own == upstream.record.id


def test_a_header_of_an_upstream_cannot_end_itself():
    headers = [(b"x-ok", b"1"), (b"x-bad", b"1\r\nset-cookie: a=b"), (b"x-\nbad", b"1")]
    upstream = Upstream(
        lambda _: httpx.Response(200, headers=headers, content=b"{}"), OC
    )
    told = upstream.ask(PATHS[OC], chat_body())
    assert told.headers["x-ok"] == "1"
    assert not [name for name in told.headers if "bad" in name or "cookie" in name]


# --- errors -------------------------------------------------------------------------


@pytest.mark.parametrize("status", [400, 403, 404, 418, 429, 500, 529])
def test_an_error_of_the_dialect_keeps_its_bytes(status):
    body = b'{"error" : {"message":"caf\\u00e9", "type":"x", "more":[1.0]}}\n'
    headers = {"content-type": "application/json; charset=utf-8", "retry-after": "7"}
    upstream = Upstream(lambda _: (status, headers, cut(body, 1)), OC)
    told = upstream.ask(PATHS[OC], chat_body())
    assert (told.status, told.body) == (status, body)
    assert told.headers["retry-after"] == "7"
    assert upstream.record.error is not None


PAGE = b"<html><body><h1>502 Bad Gateway</h1><p>nginx</p></body></html>"


@pytest.mark.parametrize("size", [1, 200_000], ids=["short", "10 MB"])
@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_proxys_page_becomes_an_error_of_the_dialect(dialect, size):
    headers = {"content-type": "text/html", "retry-after": "7"}
    upstream = Upstream(lambda _: (502, headers, [PAGE] * size), dialect)
    told = upstream.ask(PATHS[dialect], chat_body())
    assert told.status == 502
    assert len(told.body) < 5000
    info = codecs.get(dialect).decode_error(
        told.body, status=502, headers=told.headers.items()
    )
    assert info.kind in ("server_error", "overloaded")
    assert b"<html>" not in told.body
    if dialect != GG:
        assert info.retry_after == 7


def test_an_endless_error_is_cut():
    body = [b'{"error": {"message": "', *[b"A" * 100_000] * 100, b'"}}']
    upstream = Upstream(lambda _: (500, {"content-type": "application/json"}, body), OC)
    told = upstream.ask(PATHS[OC], chat_body())
    assert told.status == 500
    assert len(told.body) < 5000
    assert told.json["error"]["type"] == "server_error"


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_is_not_followed_and_not_handed_on(status):
    headers = {"location": "https://evil.test/v1/chat/completions"}
    upstream = Upstream(lambda _: (status, headers, []), OC)
    told = upstream.ask(PATHS[OC], chat_body())
    assert told.status == 502
    assert "location" not in told.headers
    assert b"evil" not in told.body
    assert len(upstream.seen) == 1


@pytest.mark.parametrize("dialect", [OC, AM])
def test_a_refusal_of_our_key_does_not_show_it(dialect):
    error = {"error": {"type": "x", "message": f"Incorrect API key provided: {OURS}."}}
    for target in (OC, AM):
        upstream = Upstream(lambda _: json_answer(error, 401), target)
        told = upstream.ask(PATHS[dialect], chat_body(max_tokens=3))
        assert told.status == 401
        assert OURS.encode() not in told.body
        message = "the upstream refused the gateway's credential"
        assert told.json["error"]["message"] == message
        theirs = Upstream(
            lambda _: json_answer(error, 401), target, forward_credentials=True
        ).ask(PATHS[dialect], chat_body(max_tokens=3), headers=[("x-api-key", "k")])
        assert "Incorrect" in theirs.json["error"]["message"]


def test_a_stream_that_is_cut_is_cut_for_the_client():
    pieces = [*wire(OC, Say("Hel", "lo")).pieces[:2], httpx.ReadError("broken")]
    upstream = Upstream(lambda _: (200, SSE, pieces), OC)
    told = upstream.ask(PATHS[OC], chat_body(stream=True))
    assert told.body == b"".join(pieces[:2])
    assert not told.is_whole
    assert upstream.record.error == "server_error"


# --- credentials --------------------------------------------------------------------

FORWARDED = [
    # dialect, what the client sends, what the upstream wants, what it gets
    (OC, ("authorization", "Bearer t"), None, ("authorization", "Bearer t")),
    (OC, ("authorization", "Bearer t"), key_header("api-key"), ("api-key", "t")),
    (AM, ("x-api-key", "t"), key_header("x-api-key"), ("x-api-key", "t")),
    (AM, ("authorization", "Bearer t"), key_header("x-api-key"),
     ("authorization", "Bearer t")),
    (GG, ("x-goog-api-key", "t"), key_header("x-goog-api-key"),
     ("x-goog-api-key", "t")),
]  # fmt: skip


@pytest.mark.parametrize(("dialect", "shown", "auth", "expected"), FORWARDED)
def test_a_credential_goes_on_in_the_upstreams_form(dialect, shown, auth, expected):
    upstream = Upstream(
        lambda _: json_answer({}), dialect, auth=auth, forward_credentials=True
    )
    upstream.ask(PATHS[dialect], chat_body(max_tokens=3), headers=[shown])
    headers = upstream.seen[0].headers
    assert headers[expected[0]] == expected[1]
    assert OURS not in str(headers.raw)


def test_a_client_without_a_credential_is_not_served_at_our_cost():
    upstream = Upstream(lambda _: json_answer({}), forward_credentials=True)
    told = upstream.ask(PATHS[OC], chat_body())
    assert (told.status, upstream.seen) == (401, [])


@pytest.mark.parametrize("secret", ["a\x00b", "\x7f", "k é"])
def test_a_credential_cannot_end_its_header(secret):
    upstream = Upstream(lambda _: json_answer({}), forward_credentials=True)
    told = upstream.ask(PATHS[OC], chat_body(), headers=[("x-api-key", secret)])
    assert (told.status, upstream.seen) == (400, [])
    assert secret not in told.body.decode()
