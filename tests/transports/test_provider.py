"""A provider: native calls untouched, others through the IR, what is missing said."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings, strategies as st
from tests.transports._server import CHAT_BODY, CHAT_STREAM, Server

from modelwire import codecs, ir
from modelwire.errors import LocalError, ProviderError, RemoteProtocolError
from modelwire.testing.strategies import chunkings
from modelwire.transports import (
    NotImplementedByProvider,
    Provider,
    RawResponse,
    endpoints,
)

MESSAGES = [{"role": "user", "content": "hello"}]
ASKED = {
    "chat_completion": ({"model": "m", "messages": MESSAGES},),
    "responses": ({"model": "m", "input": "hello"},),
    "anthropic_messages": ({"model": "m", "max_tokens": 9, "messages": MESSAGES},),
    "gemini_generate_content": ("m", {"contents": [{"parts": [{"text": "hello"}]}]}),
}
DIALECTS = {
    "chat_completion": "openai-chat",
    "responses": "openai-responses",
    "anthropic_messages": "anthropic-messages",
    "gemini_generate_content": "gemini-generate",
}


def chat(peer, seen, number):
    """Answer as a chat completion upstream does, whatever is asked."""
    body = json.loads(seen.body)
    assert body["messages"][-1]["content"] == "hello"
    assert body["model"] in ("m", "there")
    if body.get("stream"):
        peer.stream([("content-type", "text/event-stream"), ("x-request-id", "r")])
        peer.piece(CHAT_STREAM)
        peer.end()
    else:
        peer.answer(200, CHAT_BODY, [("x-request-id", "r")])


def busy(peer, seen, number):
    peer.answer(
        429, b'{"error":{"message":"slow down","type":"requests"}}',
        [("retry-after", "7")],
    )  # fmt: skip


def use(world, script, function, **more):
    with Server(script) as server:
        endpoint = endpoints.openai_compatible(server.url, "k")
        return world.over(endpoint, function, cls="provider", **more), server


def text_of(dialect, body):
    return codecs.get(dialect).decode_response(body).choices[0].message.parts[0].text


@pytest.mark.parametrize("method", ASKED)
def test_json(world, method):
    answer, server = use(world, chat, lambda p: getattr(p, method)(*ASKED[method]))
    assert text_of(DIALECTS[method], json.dumps(answer).encode()) == "hi"
    if method == "chat_completion":
        assert answer == json.loads(CHAT_BODY)
        assert json.loads(server.seen[0].body) == ASKED[method][0]


@pytest.mark.parametrize("method", ASKED)
def test_events(world, method):
    events, _ = use(world, chat, lambda p: p.drain(f"{method}_stream", *ASKED[method]))
    assert all(event.dialect == DIALECTS[method] for event in events)
    encoder = codecs.get(DIALECTS[method]).event_encoder()
    data = b"".join(encoder.encode(event) for event in events) + encoder.close()
    decoder = codecs.get(DIALECTS[method]).stream_decoder()
    folded = ir.fold(decoder.feed(data) + decoder.close())
    assert folded.choices[0].message.parts[0].text == "Hello"


@pytest.mark.parametrize("method", ASKED)
@pytest.mark.parametrize("form", ["", "_stream"])
def test_an_error_raises(world, method, form):
    with pytest.raises(ProviderError) as caught:
        use(world, busy, lambda p: getattr(p, method + form)(*ASKED[method]))
    assert caught.value.info.kind == "rate_limit"
    assert caught.value.info.retry_after == 7.0


def raw(method):
    *model, body = ASKED[method]
    return (*model, json.dumps(body).encode())


def raw_stream(method):
    *model, body = ASKED[method]
    more = {} if model else {"stream": True}
    return (*model, json.dumps({**body, **more}).encode())


@pytest.mark.parametrize("method", ASKED)
def test_raw(world, method):
    answer, _ = use(world, chat, lambda p: getattr(p, f"{method}_raw")(*raw(method)))
    assert isinstance(answer, RawResponse)
    assert answer.status == 200
    assert text_of(DIALECTS[method], answer.body) == "hi"
    if method == "chat_completion":
        assert answer.body == CHAT_BODY


@pytest.mark.parametrize("method", ASKED)
def test_raw_stream(world, method):
    name = f"{method}_stream_raw"
    pieces, _ = use(world, chat, lambda p: p.drain(name, *raw_stream(method)))
    data = b"".join(pieces)
    if method == "chat_completion":
        assert data == CHAT_STREAM
    decoder = codecs.get(DIALECTS[method]).stream_decoder()
    chunks = decoder.feed(data) + decoder.close()
    assert chunks[-1].complete
    assert ir.fold(chunks).choices[0].message.parts[0].text == "Hello"


@pytest.mark.parametrize("method", ASKED)
def test_raw_does_not_raise(world, method):
    answer, _ = use(world, busy, lambda p: getattr(p, f"{method}_raw")(*raw(method)))
    info = codecs.get(DIALECTS[method]).decode_error(
        answer.body, status=answer.status, headers=answer.headers
    )
    assert (answer.status, info.kind) == (429, "rate_limit")

    def ask(provider):
        stream = getattr(provider, f"{method}_stream_raw")(*raw_stream(method))
        return stream.status

    status, _ = use(world, busy, ask)
    assert status == 429


def test_the_ir(world):
    request = ir.ChatRequest(model="m", messages=(ir.user("hello"),))
    response, _ = use(world, chat, lambda p: p.complete(request))
    assert response.choices[0].message.parts[0].text == "hi"
    chunks, _ = use(world, chat, lambda p: p.drain("complete_stream", request))
    assert chunks[-1].complete


def test_an_alias_changes_nothing_else(world):
    body = b'{ "messages" : [ {"content":"hello","role":"user"} ],"model" : "m" }'
    _, server = use(
        world, chat, lambda p: p.chat_completion_raw(body), aliases={"m": "there"}
    )
    assert server.seen[0].body == body.replace(b'"m"', b'"there"')


def test_passthrough(world):
    pieces = [b'{"model":"m","stream":true,', b'"messages":', b"[", b"]}"]

    async def later():
        for piece in pieces:
            yield piece

    def script(peer, seen, number):
        assert seen.headers["transfer-encoding"] == "chunked"
        peer.stream()
        peer.piece(CHAT_STREAM)
        peer.end()

    got, server = use(
        world,
        script,
        lambda p: p.drain(
            "chat_completion_stream_passthrough",
            later() if world.is_async else iter(pieces),
        ),
    )
    assert b"".join(got) == CHAT_STREAM
    # http.client's chunked framing stands around the pieces.
    for piece in pieces:
        assert piece in server.seen[0].body


def test_passthrough_needs_the_dialect():
    provider = Provider(endpoints.anthropic("k"))
    with pytest.raises(NotImplementedByProvider) as caught:
        provider.chat_completion_stream_passthrough(iter([b"{}"]))
    assert caught.value.to_error_info().status == 501


@pytest.mark.parametrize("body", [b"", b"[]", b'{"model":1}', b"{", b'{"messages":[]}'])
def test_a_body_without_a_model_is_ours_to_refuse(body):
    provider = Provider(endpoints.openai_compatible("http://127.0.0.1:1"))
    with pytest.raises(LocalError):
        provider.chat_completion_raw(body)


def test_what_is_no_event_raises_after_what_came_before(world):
    def script(peer, seen, number):
        peer.answer(200, CHAT_STREAM[:-14] + b"data: {oops\n\n")

    taken = []

    def read(provider):
        stream = provider.chat_completion_stream(*ASKED["chat_completion"])
        if not world.is_async:
            # A list that is built at once would be lost with the exception.
            for event in stream:
                taken.append(event)  # noqa: PERF402
            return

        async def run():
            async with stream:
                async for event in stream:
                    taken.append(event)  # noqa: PERF401

        world._portal.call(run)

    with pytest.raises(RemoteProtocolError):
        use(world, script, read)
    assert len(taken) == 3


def test_what_it_speaks():
    openai = Provider(endpoints.openai("k"))
    assert openai.is_openai_compat
    assert openai.is_responses_compat
    assert not openai.is_anthropic_compat
    assert Provider(endpoints.gemini("k")).is_gemini_compat
    assert Provider(endpoints.anthropic("k")).is_anthropic_compat


@settings(max_examples=20)
@given(chunkings(CHAT_STREAM), st.sampled_from([b"", b"\n: x\n\n"]))
def test_native_bytes_are_untouched_in_any_cut(pieces, tail):
    httpx2 = pytest.importorskip("httpx2")
    sent = [*pieces, tail]
    transport = httpx2.MockTransport(
        lambda request: httpx2.Response(200, content=iter(sent))
    )
    with httpx2.Client(transport=transport) as http:
        provider = Provider(endpoints.openai("k"), client=http)
        with provider.chat_completion_stream_raw(
            raw_stream("chat_completion")[0]
        ) as got:
            assert b"".join(got) == CHAT_STREAM + tail
