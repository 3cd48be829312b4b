"""What a provider does beside chat, natively and through translation."""

from __future__ import annotations

import json

import pytest
from tests.codecs._operation_support import GOOD_RESPONSES

from modelwire.codecs import COLLECT
from modelwire.errors import LocalError, ProviderError, UnsupportedFeatureError
from modelwire.framing import FormPart, MultipartDecoder, boundary_of
from modelwire.transports import NotImplementedByProvider
from modelwire.transports._dispatch import dispatch
from modelwire.transports.endpoints import (
    anthropic,
    gemini,
    openai,
    openai_compatible,
    vertex,
)

OC, OR = "openai-chat", "openai-responses"
AN, GE = "anthropic-messages", "gemini-generate"

OPENAI = openai("k", base_url="https://o.test/v1")
ANTHROPIC = anthropic("k", base_url="https://a.test")
GEMINI = gemini("k", base_url="https://g.test")
CHAT_ONLY = openai_compatible("https://c.test/v1", "k")


class Server:
    """Answers every request the same, and remembers the last."""

    def __init__(self, body, status=200, content_type="application/json"):
        self.body = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.status = status
        self.content_type = content_type
        self.seen = None

    def answer(self, request):
        return self.body

    def over(self, world, endpoint, use, **more):
        library, plain = world.library, type(world).http

        def handler(request):
            self.seen = request
            return library.Response(
                self.status,
                content=self.answer(request),
                headers={"content-type": self.content_type},
            )

        world.http = lambda: plain(world, transport=library.MockTransport(handler))
        return world.over(endpoint, use, cls="provider", **more)

    @property
    def sent(self):
        return json.loads(self.seen.content)

    @property
    def line(self):
        return f"{self.seen.method} {self.seen.url}"


EMBED = {"model": "e", "input": ["a"], "encoding_format": "base64", "x": 1}


def test_embeddings_go_to_openai_untouched(world):
    server = Server(GOOD_RESPONSES["embedding", OC])
    found = server.over(world, OPENAI, lambda p: p.embedding(EMBED))
    assert found == GOOD_RESPONSES["embedding", OC]
    assert server.line == "POST https://o.test/v1/embeddings"
    assert server.sent == EMBED
    assert server.seen.headers["authorization"] == "Bearer k"


def test_embeddings_are_translated_for_gemini(world):
    server = Server({"embedding": {"values": [0.5]}})
    found = server.over(
        world,
        GEMINI,
        lambda p: p.embedding(EMBED),
        aliases={"e": "gemini-embedding-001"},
        on_loss=COLLECT,
    )
    assert server.line == (
        "POST https://g.test/v1beta/models/gemini-embedding-001:embedContent"
    )
    assert server.sent == {"content": {"parts": [{"text": "a"}]}}
    assert found["data"][0]["embedding"] == "AAAAPw=="
    assert found["model"] == "e"


def test_raw_embeddings_raise_for_no_status(world):
    server = Server(
        {"error": {"code": 404, "message": "no", "status": "NOT_FOUND"}}, 404
    )
    body = b'{"model":"e","input":"a"}'
    raw = server.over(world, GEMINI, lambda p: p.embedding_raw(body))
    assert raw.status == 404
    assert json.loads(raw.body)["error"]["message"] == "no"
    native = Server(b"whatever it is", 500)
    raw = native.over(world, OPENAI, lambda p: p.embedding_raw(body))
    assert (raw.status, raw.body) == (500, b"whatever it is")


def test_an_upstream_that_refuses(world):
    server = Server({"error": {"message": "no", "type": "invalid_request_error"}}, 400)
    for call in (
        lambda p: p.embedding(EMBED),
        lambda p: p.image_generation({"prompt": "x"}),
        lambda p: p.audio_speech({"model": "s", "input": "x", "voice": "v"}),
        lambda p: p.audio_transcription([FormPart("model", b"w")]),
        lambda p: p.models(),
    ):
        with pytest.raises(ProviderError) as caught:
            server.over(world, OPENAI, call)
        assert caught.value.info.status == 400


def test_tokens_are_refused_before_anything_is_sent(world):
    server = Server({})
    body = {"model": "e", "input": [1, 2]}
    with pytest.raises(UnsupportedFeatureError):
        server.over(world, GEMINI, lambda p: p.embedding(body))
    assert server.seen is None


def test_images(world):
    server = Server({"created": 1, "data": [{"b64_json": "AA=="}]})
    found = server.over(
        world, OPENAI, lambda p: p.image_generation({"model": "i", "prompt": "x"})
    )
    assert found["data"] == [{"b64_json": "AA=="}]
    assert server.line == "POST https://o.test/v1/images/generations"


def test_speech_is_bytes(world):
    server = Server(b"\x00\xffRIFF", content_type="audio/wav")
    body = {"model": "s", "input": "x", "voice": "v"}
    raw = server.over(world, OPENAI, lambda p: p.audio_speech(body))
    assert raw.body == b"\x00\xffRIFF"
    assert dict(raw.headers)["content-type"] == "audio/wav"
    assert server.line == "POST https://o.test/v1/audio/speech"


FORM = [
    FormPart("file", b"\x00\r\n--x", filename="a.wav", content_type="audio/wav"),
    FormPart("model", b"w"),
    FormPart("response_format", b"json"),
]


def test_a_transcription_is_sent_as_a_form(world):
    server = Server({"text": "hello"})
    found = server.over(
        world, OPENAI, lambda p: p.audio_transcription(FORM), aliases={"w": "whisper-1"}
    )
    assert found == {"text": "hello"}
    assert server.line == "POST https://o.test/v1/audio/transcriptions"
    boundary = boundary_of(server.seen.headers["content-type"])
    decoder = MultipartDecoder(boundary)
    parts = [*decoder.feed(server.seen.content), *decoder.close()]
    assert [(p.name, p.data) for p in parts] == [
        ("file", b"\x00\r\n--x"),
        ("model", b"whisper-1"),
        ("response_format", b"json"),
    ]
    assert parts[0].filename == "a.wav"


@pytest.mark.parametrize("content_type", ["text/plain; charset=utf-8", ""])
def test_a_transcription_that_is_text(world, content_type):
    server = Server("1\n00:00 → é".encode(), content_type=content_type)
    found = server.over(world, OPENAI, lambda p: p.audio_transcription(FORM))
    assert found == "1\n00:00 → é"


COUNT = {"model": "c", "messages": [{"role": "user", "content": "hi"}]}


def test_tokens_are_counted_by_anthropic(world):
    server = Server({"input_tokens": 8})
    found = server.over(world, ANTHROPIC, lambda p: p.count_tokens(COUNT))
    assert found == {"input_tokens": 8}
    assert server.line == "POST https://a.test/v1/messages/count_tokens"
    assert server.sent == COUNT


def test_tokens_are_counted_by_gemini(world):
    server = Server({"totalTokens": 8})
    found = server.over(
        world, GEMINI, lambda p: p.count_tokens(COUNT), aliases={"c": "gemini-x"}
    )
    assert found == {"input_tokens": 8}
    assert server.line == "POST https://g.test/v1beta/models/gemini-x:countTokens"
    assert server.sent == {"contents": [{"role": "user", "parts": [{"text": "hi"}]}]}


def test_tokens_are_counted_by_responses(world):
    server = Server({"object": "response.input_tokens", "input_tokens": 8})
    found = server.over(world, OPENAI, lambda p: p.count_tokens(COUNT))
    assert found == {"input_tokens": 8}
    assert server.line == "POST https://o.test/v1/responses/input_tokens"


def test_models_of_each_dialect(world):
    for endpoint, dialect, line in (
        (OPENAI, OC, "GET https://o.test/v1/models"),
        (ANTHROPIC, AN, "GET https://a.test/v1/models"),
        (GEMINI, GE, "GET https://g.test/v1beta/models"),
    ):
        server = Server(GOOD_RESPONSES["model_list", dialect])
        found = server.over(world, endpoint, lambda p: p.models())
        assert {model["id"] for model in found["data"]} == {"m"}
        assert server.line.partition("?")[0] == line
        assert server.seen.content == b""


class Paged(Server):
    """Lists two models a page; *circle*: its cursors never end."""

    def __init__(self, dialect, *, circle=False):
        super().__init__({})
        self.dialect, self.circle = dialect, circle
        self.asked = []

    def answer(self, request):
        after = request.url.params.get(
            "after_id" if self.dialect == AN else "pageToken", "0"
        )
        self.asked.append(after)
        number = int(after)
        more = number < 4 or self.circle
        last = str(0 if self.circle and number >= 4 else number + 2)
        names = [f"m{number}", f"m{number + 1}"]
        if self.dialect == AN:
            rows = [{"type": "model", "id": name} for name in names]
            page = {"data": rows, "has_more": more, "last_id": last}
        else:
            rows = [{"name": f"models/{name}"} for name in names]
            page = {"models": rows, **({"nextPageToken": last} if more else {})}
        return json.dumps(page).encode()


@pytest.mark.parametrize("circle", [False, True], ids=["ends", "circle"])
@pytest.mark.parametrize(("endpoint", "dialect"), [(ANTHROPIC, AN), (GEMINI, GE)])
def test_all_pages_of_models(world, endpoint, dialect, circle):
    server = Paged(dialect, circle=circle)
    found = server.over(world, endpoint, lambda p: p.models())
    assert found["object"] == "list"
    ids = [model["id"] for model in found["data"]]
    assert ids[:6] == [f"m{number}" for number in range(6)]
    # A cursor that came before is asked for once more at most.
    assert server.asked == (["0", "2", "4", "0"] if circle else ["0", "2", "4"])


def test_a_list_of_models_that_never_ends(world):
    class Endless(Paged):
        def answer(self, request):
            self.asked.append(len(self.asked))
            page = {
                "data": [{"type": "model", "id": f"m{len(self.asked)}"}],
                "has_more": True,
                "last_id": str(len(self.asked)),
            }
            return json.dumps(page).encode()

    server = Endless(AN)
    found = server.over(world, ANTHROPIC, lambda p: p.models())
    assert len(found["data"]) == len(server.asked) == 100


@pytest.mark.parametrize(
    ("model", "path"),
    [
        ("models/m", "models/m"),
        ("tunedModels/my-own", "tunedModels/my-own"),
        ("m", "models/m"),
    ],
)
def test_a_model_of_gemini_with_its_whole_name(world, model, path):
    server = Server({"candidates": []})
    body = b'{"contents":[{"parts":[{"text":"a"}]}]}'
    server.over(world, GEMINI, lambda p: p.gemini_generate_content_raw(model, body))
    assert server.line == f"POST https://g.test/v1beta/{path}:generateContent"


def test_a_body_that_cannot_be_read_is_the_servers_to_refuse(world):
    server = Server({"error": {"message": "no", "type": "x"}}, status=400)
    answer = server.over(world, OPENAI, lambda p: p.embedding_raw(b'{"model":'))
    assert (answer.status, server.seen.content) == (400, b'{"model":')


def test_a_page_that_is_refused(world):
    server = Server({"error": {"message": "no", "type": "x"}}, status=403)
    with pytest.raises(ProviderError):
        server.over(world, ANTHROPIC, lambda p: p.models())


def test_vertex_takes_one_input_at_a_time(world):
    """Several are `:predict` there, whose bodies have another shape."""
    there = vertex("p", "us-central1", lambda: "t", base_url="https://v.test")
    server = Server({"embedding": {"values": [0.5]}})
    one = server.over(world, there, lambda p: p.embedding({**EMBED, "input": "a"}))
    assert len(one["data"]) == 1
    assert server.line.endswith("/publishers/google/models/e:embedContent")
    with pytest.raises(NotImplementedByProvider, match="batch_embeddings"):
        server.over(world, there, lambda p: p.embedding({**EMBED, "input": ["a", "b"]}))


MISSING = [
    (ANTHROPIC, "embedding", (EMBED,)),
    (ANTHROPIC, "image_generation", ({"prompt": "x"},)),
    (GEMINI, "image_generation", ({"prompt": "x"},)),
    (GEMINI, "audio_speech", ({"model": "s"},)),
    (ANTHROPIC, "audio_transcription", (FORM,)),
    (CHAT_ONLY, "count_tokens", (COUNT,)),
]


@pytest.mark.parametrize(
    ("endpoint", "name", "args"),
    MISSING,
    ids=[f"{endpoint.name}-{name}" for endpoint, name, _ in MISSING],
)
def test_what_an_upstream_does_not_have(world, endpoint, name, args):
    server = Server({})
    with pytest.raises(NotImplementedByProvider):
        server.over(world, endpoint, lambda p: getattr(p, name)(*args))
    assert server.seen is None


# --- dispatch: bodies that are renamed ------------------------------------------------


def called(dialect, wanted, body, **more):
    return dispatch(
        GEMINI,
        dialect,
        wanted,
        body,
        model="m",
        stream=False,
        on_loss=COLLECT,
        **more,
    )


BATCH = b'{"requests":[{"model":"models/m","content":{"parts":[{"text":"a"}]}}],"x":1}'


def test_a_batch_of_google_is_forwarded_as_it_is():
    call = called(GE, "batch_embeddings", BATCH)
    assert call.is_native
    assert call.encoded.body is BATCH
    assert call.encoded.path == "/v1beta/models/m:batchEmbedContents"


def test_a_renamed_model_is_renamed_in_the_entries_of_a_batch():
    call = called(GE, "batch_embeddings", BATCH, rename="n")
    assert call.encoded.path == "/v1beta/models/n:batchEmbedContents"
    assert json.loads(call.encoded.body) == {
        "requests": [{"model": "models/n", "content": {"parts": [{"text": "a"}]}}],
        "x": 1,
    }


def test_a_renamed_model_is_renamed_in_the_request_that_is_counted():
    body = b'{"generateContentRequest":{"model":"models/m","contents":[{"parts":[]}]}}'
    call = called(GE, "count_tokens", body, rename="n")
    assert (
        json.loads(call.encoded.body)["generateContentRequest"]["model"] == "models/n"
    )
    assert call.is_native


def test_a_model_that_leads_out_of_its_place_is_refused():
    with pytest.raises(LocalError):
        dispatch(
            OPENAI,
            GE,
            "embeddings",
            b'{"content":{"parts":[{"text":"a"}]}}',
            model="..",
            stream=False,
            on_loss=COLLECT,
        )


def test_one_model_is_asked_for_by_its_name_at_the_upstream():
    call = dispatch(
        ANTHROPIC,
        OC,
        "model",
        b"",
        model="m",
        rename="claude",
        stream=False,
        on_loss=COLLECT,
    )
    assert (call.encoded.method, call.encoded.path) == ("GET", "/v1/models/claude")
    assert call.upstream_dialect == AN
