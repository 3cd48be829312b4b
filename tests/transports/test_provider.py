"""A provider: native calls untouched, others through the IR, what is missing said."""

from __future__ import annotations

import json

import anyio
import attrs
import pytest
from hypothesis import given, settings, strategies as st
from tests.transports._server import CHAT_BODY, CHAT_STREAM, Server

from modelwire import codecs, ir
from modelwire.errors import (
    LocalError,
    ProviderError,
    RemoteProtocolError,
    TransportError,
)
from modelwire.testing.strategies import chunkings
from modelwire.transports import (
    AsyncCompletionClient,
    AsyncProvider,
    CompletionClient,
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


# --- streams that fail ----------------------------------------------------------------

TRANSLATED = [method for method in ASKED if method != "chat_completion"]


BUSY = b'data: {"error":{"message":"busy","code":503}}\n\n'


@pytest.mark.parametrize(
    ("sent", "method", "status", "said"),
    [
        (b"", "responses", 502, "ended before its end"),
        (b"", "anthropic_messages", 500, "ended before its end"),
        (b"", "gemini_generate_content", 502, "ended before its end"),
        (BUSY, "responses", 503, "busy"),
        (BUSY, "anthropic_messages", 529, "busy"),
        (BUSY, "gemini_generate_content", 503, "busy"),
    ],
)
def test_a_stream_that_fails_before_it_says_anything_has_a_status(
    world, sent, method, status, said
):
    def script(peer, seen, number):
        peer.answer(200, sent, [("content-type", "text/event-stream")])

    def read(provider):
        stream = getattr(provider, f"{method}_stream_raw")(*raw_stream(method))
        return stream.status, world.drain(stream)

    (seen, pieces), _ = use(world, script, read)
    assert seen == status
    info = codecs.get(DIALECTS[method]).decode_error(b"".join(pieces), status=seen)
    assert said in info.message


@pytest.mark.parametrize("method", TRANSLATED)
def test_a_stream_that_breaks_before_it_says_anything_raises(world, method):
    def script(peer, seen, number):
        peer.stream()
        peer.reset()

    with pytest.raises(TransportError):
        use(
            world,
            script,
            lambda p: getattr(p, f"{method}_stream_raw")(*raw_stream(method)),
        )


@pytest.mark.parametrize("method", TRANSLATED)
def test_a_stream_that_breaks_later_ends_in_an_error_of_its_dialect(world, method):
    def script(peer, seen, number):
        peer.stream()
        peer.piece(CHAT_STREAM[: CHAT_STREAM.index(b"llo") + 30])
        peer.reset()

    name = f"{method}_stream_raw"
    pieces, _ = use(world, script, lambda p: p.drain(name, *raw_stream(method)))
    decoder = codecs.get(DIALECTS[method]).stream_decoder()
    chunks = decoder.feed(b"".join(pieces)) + decoder.close()
    assert ir.fold(chunks).choices[0].message.parts[0].text == "He"
    assert not chunks[-1].complete


def test_an_answer_that_is_no_object_raises(world):
    def script(peer, seen, number):
        peer.answer(200, b"[]")

    with pytest.raises(RemoteProtocolError, match="no JSON object"):
        use(world, script, lambda p: p.chat_completion(*ASKED["chat_completion"]))


def test_a_native_stream_of_gemini_is_asked_for_as_events(world):
    def script(peer, seen, number):
        assert seen.line.startswith(
            "POST /v1beta/models/m:streamGenerateContent?alt=sse "
        )
        peer.answer(200, b"data: {}\n\n", [("content-type", "text/event-stream")])

    method = "gemini_generate_content"

    def read(provider):
        return provider.drain(f"{method}_stream_raw", *raw_stream(method))

    with Server(script) as server:
        endpoint = endpoints.gemini("k", base_url=server.url)
        pieces = world.over(endpoint, read, cls="provider")
    assert b"".join(pieces) == b"data: {}\n\n"


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


def test_passthrough_needs_the_dialect(world):
    with pytest.raises(NotImplementedByProvider) as caught:
        world.over(
            endpoints.anthropic("k"),
            lambda p: p.chat_completion_stream_passthrough(iter([b"{}"])),
            cls="provider",
        )
    assert caught.value.to_error_info().status == 501


def test_an_operation_that_the_endpoint_lacks(world):
    plain = endpoints.openai("k", base_url="http://127.0.0.1:1")
    endpoint = attrs.evolve(plain, lacks=frozenset({"embeddings"}))
    with pytest.raises(NotImplementedByProvider):
        world.over(
            endpoint,
            lambda p: p.embedding({"model": "e", "input": "a"}),
            cls="provider",
        )


def test_it_closes_what_it_opened():
    """Without a client of the caller's it has one of its own."""

    async def main():
        async with AsyncProvider(endpoint) as provider:
            answer = await provider.chat_completion(*ASKED["chat_completion"])
            client = provider._upstream._client
        assert client.is_closed
        return answer

    with Server(chat) as server:
        endpoint = endpoints.openai_compatible(server.url, "k")
        assert anyio.run(main) == json.loads(CHAT_BODY)


@pytest.mark.parametrize("cls", [CompletionClient, AsyncCompletionClient])
def test_a_model_knows_its_names(cls):
    client = cls(endpoints.openai("k"), aliases={"fast": "there"})
    models = [client.completion_model(name) for name in ("m", "fast")]
    assert [(x.name, x.model) for x in models] == [("m", "m"), ("fast", "there")]


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
