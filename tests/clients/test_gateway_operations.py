"""
Real clients ask the gateway for what is no chat: vectors, pictures, sound, lists.

The upstream is a function of the path; bytes that it speaks itself reach it untouched.
"""

from __future__ import annotations

import asyncio
import json

import pytest
from tests._wires import AM, GG, OC
from tests.clients._async_clients import opened
from tests.transports._server import Server

from modelwire.framing import MultipartDecoder, boundary_of

VECTORS = {
    OC: {
        "object": "list",
        "data": [{"object": "embedding", "index": 0, "embedding": [0.5, -1.0]}],
        "model": "m",
        "usage": {"prompt_tokens": 1, "total_tokens": 1},
    },
    GG: {"embedding": {"values": [0.5, -1.0]}},
}
LISTS = {
    OC: {"object": "list", "data": [{"id": "m-1", "object": "model", "created": 1,
                                     "owned_by": "o"}]},
    AM: {"data": [{"type": "model", "id": "m-1", "display_name": "M",
                   "created_at": "2026-01-01T00:00:00Z"}],
         "has_more": False, "first_id": "m-1", "last_id": "m-1"},
    GG: {"models": [{"name": "models/m-1", "displayName": "M"}]},
}  # fmt: skip
COUNTS = {AM: {"input_tokens": 7}, GG: {"totalTokens": 7}}
PICTURES = {"created": 1, "data": [{"b64_json": "iVBORw0KGgo="}]}
JSON = [("content-type", "application/json")]
CLIENTS = {"openai": OC, "anthropic": AM, "gemini": GG}


@pytest.fixture
def live(request):
    return request.getfixturevalue("_gateway")


@pytest.fixture
def client(request, live):
    """Give a synchronous client by its name."""
    made, (_, url) = request.getfixturevalue("_made"), live
    return lambda name: made(name, url)


@pytest.fixture(params=["sync", "async"])
def call(request, live, client):
    """Call a client: synchronously, or in an event loop."""
    _, url = live

    def called(name, use):
        if request.param == "sync":
            return use(client(name))

        async def ask():
            async with opened(name, url) as opened_client:
                return await use(opened_client)

        return asyncio.run(ask())

    return called


def serving(live, upstream, body, headers=JSON):
    """Give a server that answers all the same, behind the gateway."""
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    server = Server(lambda peer, seen, number: peer.answer(200, data, headers))
    live[0].use(upstream, server.url)
    return server


@pytest.mark.parametrize("upstream", VECTORS)
def test_openai_embeds(live, call, upstream):
    with serving(live, upstream, VECTORS[upstream]) as server:
        found = call(
            "openai",
            lambda client: client.embeddings.create(
                model="m", input="a", encoding_format="float"
            ),
        )
    assert found.data[0].embedding == [0.5, -1.0]
    ends = "/embeddings" if upstream == OC else ":embedContent"
    assert server.seen[0].line.split(" ")[1].endswith(ends)


@pytest.mark.parametrize("upstream", VECTORS)
def test_gemini_embeds(live, call, upstream):
    # The package asks for a batch of one.
    answer = (
        VECTORS[OC] if upstream == OC else {"embeddings": [VECTORS[GG]["embedding"]]}
    )
    with serving(live, upstream, answer):
        found = call(
            "gemini",
            lambda client: client.models.embed_content(model="m", contents="a"),
        )
    assert found.embeddings[0].values == [0.5, -1.0]


def test_openai_makes_and_edits_pictures(live, call):
    with serving(live, OC, PICTURES) as server:
        made = call(
            "openai", lambda client: client.images.generate(model="m", prompt="a cat")
        )
        edited = call(
            "openai",
            lambda client: client.images.edit(
                model="m", prompt="a hat", image=("cat.png", b"\x89PNG", "image/png")
            ),
        )
    assert made.data[0].b64_json == edited.data[0].b64_json == "iVBORw0KGgo="
    first, second = server.seen
    assert json.loads(first.body) == {"model": "m", "prompt": "a cat"}
    assert {part.name: part.data for part in form_of(second)} == {
        "model": b"m",
        "prompt": b"a hat",
        "image": b"\x89PNG",
    }


def form_of(seen):
    decoder = MultipartDecoder(boundary_of(seen.headers["content-type"]))
    return [*decoder.feed(seen.body), *decoder.close()]


def test_openai_speaks(live, call):
    sound = bytes(range(256)) * 40
    with serving(live, OC, sound, [("content-type", "audio/mpeg")]) as server:
        found = call(
            "openai",
            lambda client: client.audio.speech.create(
                model="m", voice="alloy", input="hello"
            ),
        )
    assert found.content == sound
    assert found.response.headers["content-type"] == "audio/mpeg"
    assert json.loads(server.seen[0].body)["voice"] == "alloy"


# The package calls its translations deprecated.
@pytest.mark.filterwarnings("ignore:deprecated:DeprecationWarning")
@pytest.mark.parametrize("kind", ["transcriptions", "translations"])
def test_openai_listens(live, call, kind):
    with serving(live, OC, {"text": "hello"}) as server:
        found = call(
            "openai",
            lambda client: getattr(client.audio, kind).create(
                model="m", file=("a.wav", b"RIFF\r\n--x", "audio/wav")
            ),
        )
    assert found.text == "hello"
    parts = {part.name: part.data for part in form_of(server.seen[0])}
    assert (parts["model"], parts["file"]) == (b"m", b"RIFF\r\n--x")


def test_openai_moderates(live, call):
    row = {"flagged": False, "categories": {}, "category_scores": {}}
    with serving(live, OC, {"id": "x", "model": "m", "results": [row]}):
        found = call(
            "openai", lambda client: client.moderations.create(model="m", input="a")
        )
    assert found.results[0].flagged is False


@pytest.mark.parametrize("upstream", COUNTS)
def test_anthropic_counts(live, call, upstream):
    with serving(live, upstream, COUNTS[upstream]):
        found = call(
            "anthropic",
            lambda client: client.messages.count_tokens(
                model="m", messages=[{"role": "user", "content": "hi"}]
            ),
        )
    assert found.input_tokens == 7


@pytest.mark.parametrize("upstream", COUNTS)
def test_gemini_counts(live, call, upstream):
    with serving(live, upstream, COUNTS[upstream]):
        found = call(
            "gemini",
            lambda client: client.models.count_tokens(model="m", contents="hi"),
        )
    assert found.total_tokens == 7


@pytest.mark.parametrize("upstream", LISTS)
@pytest.mark.parametrize("name", CLIENTS)
def test_models_are_listed(live, client, name, upstream):
    with serving(live, upstream, LISTS[upstream]):
        names = [
            getattr(model, "id", None) or model.name
            for model in client(name).models.list()
        ]
    assert names == ["models/m-1" if name == "gemini" else "m-1"]


def test_what_no_upstream_has_is_said(live, client):
    openai = pytest.importorskip("openai")
    with (
        serving(live, AM, {}) as server,
        pytest.raises(openai.APIStatusError, match="has image_generation") as caught,
    ):
        client("openai").images.generate(model="m", prompt="a cat")
    assert caught.value.status_code == 501
    assert server.seen == []
