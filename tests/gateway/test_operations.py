"""What is asked beside chats: lists of models, token counts, vectors, media."""

from __future__ import annotations

import pytest
from tests._wires import AM, GG, OC, OR
from tests.gateway._asgi import OURS, Upstream, chat_body, json_answer
from tests.gateway.test_requests import message_of, never

from modelwire.framing import FormPart, encode_multipart, multipart_content_type
from modelwire.transports.asgi import Routes

ROUTES = Routes.of(
    {
        "fast": {"upstream": "main", "model": "real-fast"},
        "deep": "main",
        "org/*": "main",
    }
)

# --- models -------------------------------------------------------------------------

LISTS = {
    OC: ("/v1/models", []),
    AM: ("/v1/models", [("anthropic-version", "2023-06-01")]),
    GG: ("/v1beta/models", []),
}


def names_in(dialect, value):
    if dialect == GG:
        return [model["name"] for model in value["models"]]
    return [model["id"] for model in value["data"]]


@pytest.mark.parametrize("dialect", LISTS)
def test_the_models_are_the_names_of_the_routes(dialect):
    path, headers = LISTS[dialect]
    upstream = Upstream(never, routes=ROUTES)
    told = upstream.ask(path, method="GET", headers=headers)
    assert told.status == 200
    prefix = "models/" if dialect == GG else ""
    assert names_in(dialect, told.json) == [f"{prefix}fast", f"{prefix}deep"]
    assert (upstream.record.operation, upstream.record.status) == ("models", 200)
    one = upstream.ask(f"{path}/fast", method="GET", headers=headers)
    assert one.json["name" if dialect == GG else "id"] == f"{prefix}fast"
    none = upstream.ask(f"{path}/other", method="GET", headers=headers)
    assert none.status == 404
    assert message_of(dialect, none) == "no model other"


THEIRS = {
    OC: {"object": "list", "data": [{"id": "m-1", "object": "model", "created": 1,
                                     "owned_by": "x", "odd": 1}]},
    AM: {"data": [{"id": "m-1", "type": "model", "display_name": "M 1",
                   "created_at": "2025-01-01T00:00:00Z"}],
         "has_more": False, "first_id": "m-1", "last_id": "m-1"},
    GG: {"models": [{"name": "models/m-1", "displayName": "M 1"}]},
}  # fmt: skip


@pytest.mark.parametrize("target", LISTS)
@pytest.mark.parametrize("source", LISTS)
def test_one_upstream_for_everything_is_asked_itself(source, target):
    path, headers = LISTS[source]
    upstream = Upstream(lambda _: json_answer(THEIRS[target]), target)
    told = upstream.ask(path, method="GET", headers=headers)
    (request,) = upstream.seen
    assert (request.method, request.url.path) == ("GET", LISTS[target][0])
    assert request.headers["authorization"] == f"Bearer {OURS}"
    if source == target:
        assert told.json == THEIRS[target]
    else:
        prefix = "models/" if source == GG else ""
        assert names_in(source, told.json) == [f"{prefix}m-1"]


def test_a_model_that_a_pattern_takes_is_asked_for_upstream():
    upstream = Upstream(lambda _: json_answer({"id": "org/x"}), OC, routes=ROUTES)
    told = upstream.ask("/v1/models/org%2Fx", method="GET")
    assert told.json == {"id": "org/x"}
    assert upstream.seen[0].url.raw_path == b"/v1/models/org/x"


# --- embeddings and token counts ----------------------------------------------------


def test_vectors_pass_untouched():
    body = b'{"input": ["a"],  "model":"fast", "encoding_format":"base64"}'
    upstream = Upstream(lambda _: json_answer({"data": []}), OC, routes=ROUTES)
    upstream.ask("/v1/embeddings", body)
    assert upstream.seen[0].content == body.replace(b'"fast"', b'"real-fast"')
    assert upstream.seen[0].url.path == "/v1/embeddings"
    assert upstream.record.operation == "embeddings"


def test_vectors_of_another_dialect():
    answer = {"embedding": {"values": [0.5, 1.0]}}
    upstream = Upstream(lambda _: json_answer(answer), GG, routes=ROUTES)
    told = upstream.ask("/v1/embeddings", {"model": "fast", "input": "a"})
    assert told.status == 200
    assert told.json["data"][0]["embedding"] == [0.5, 1.0]
    assert b"real-fast" in upstream.seen[0].url.raw_path


COUNTS = {
    AM: ("/v1/messages/count_tokens", {"input_tokens": 7}),
    GG: ("/v1beta/models/fast:countTokens", {"totalTokens": 7}),
    OR: ("/v1/responses/input_tokens",
         {"object": "response.input_tokens", "input_tokens": 7}),
}  # fmt: skip
QUESTIONS = {
    AM: chat_body(model="fast"),
    GG: {"contents": [{"role": "user", "parts": [{"text": "hi"}]}]},
    OR: {"model": "fast", "input": "hi"},
}


@pytest.mark.parametrize("target", COUNTS)
@pytest.mark.parametrize("source", COUNTS)
def test_tokens_are_counted(source, target):
    path, _ = COUNTS[source]
    upstream = Upstream(lambda _: json_answer(COUNTS[target][1]), target, routes=ROUTES)
    told = upstream.ask(path, QUESTIONS[source])
    assert told.status == 200
    assert 7 in told.json.values()
    (request,) = upstream.seen
    assert "real-fast" in f"{request.url.path}{request.content}"
    assert request.url.path == COUNTS[target][0].replace("fast", "real-fast")


@pytest.mark.parametrize("dialect", COUNTS)
def test_a_count_that_no_upstream_makes(dialect):
    upstream = Upstream(never, OC, routes=ROUTES)
    told = upstream.ask(COUNTS[dialect][0], QUESTIONS[dialect])
    assert told.status == 501
    assert "no upstream of this model has count_tokens" in message_of(dialect, told)
    assert upstream.record.error == "unsupported"


# --- media --------------------------------------------------------------------------


def form(*fields):
    parts = [FormPart(name=name, data=data, **more) for name, data, more in fields]
    body = encode_multipart(parts, boundary="bound")
    return body, [("content-type", multipart_content_type("bound"))]


SOUND = ("file", b'\x00\xff"model"\r\n--other\r\n',
         {"filename": "a.wav", "content_type": "audio/wav"})  # fmt: skip


def test_a_form_passes_untouched():
    body, headers = form(SOUND, ("model", b"deep", {}), ("language", b"de", {}))
    upstream = Upstream(lambda _: json_answer({"text": "hi"}), OC, routes=ROUTES)
    told = upstream.ask("/v1/audio/transcriptions", body, headers=headers)
    assert told.json == {"text": "hi"}
    (request,) = upstream.seen
    assert request.content == body
    assert request.headers["content-type"] == headers[0][1]
    assert (upstream.record.model, upstream.record.operation) == (
        "deep",
        "audio_transcription",
    )


def test_an_alias_in_a_form():
    body, headers = form(SOUND, ("model", b"fast", {}), ("language", b"de", {}))
    upstream = Upstream(lambda _: json_answer({"text": "hi"}), OC, routes=ROUTES)
    upstream.ask("/v1/audio/transcriptions", body, headers=headers)
    (request,) = upstream.seen
    from modelwire.framing import MultipartDecoder, boundary_of

    decoder = MultipartDecoder(boundary_of(request.headers["content-type"]))
    parts = [*decoder.feed(request.content), *decoder.close()]
    said = [(part.name, part.data, part.filename) for part in parts]
    assert said == [
        ("file", SOUND[1], "a.wav"),
        ("model", b"real-fast", None),
        ("language", b"de", None),
    ]
    assert upstream.record.upstream_model == "real-fast"


@pytest.mark.parametrize("body", [b"", b"--bound", b"--bound\r\n\r\nx", b"{}"])
def test_a_form_that_is_none(body):
    _, headers = form()
    upstream = Upstream(never, OC, routes=ROUTES)
    told = upstream.ask("/v1/images/edits", body, headers=headers)
    assert told.status == 400
    assert "form" in message_of(OC, told)


def test_sound_is_bytes():
    sound = bytes(range(256)) * 50
    upstream = Upstream(
        lambda _: (200, {"content-type": "audio/mpeg"}, [sound[:700], sound[700:]]), OC
    )
    body = {"model": "tts", "input": "hi", "voice": "v", "stream_format": "sse"}
    told = upstream.ask("/v1/audio/speech", body)
    assert told.body == sound
    assert told.headers["content-type"] == "audio/mpeg"


def test_a_stream_that_is_no_chat_is_not_read():
    events = [b'data: {"type":"image_generation.partial_image"}\n\n', b"data: x\n\n"]
    upstream = Upstream(lambda _: (200, {"content-type": "text/event-stream"}, events))
    told = upstream.ask("/v1/images/generations", {"model": "i", "stream": True})
    assert told.body == b"".join(events)
    assert (upstream.record.error, upstream.record.status) == (None, 200)


def test_an_operation_may_have_a_model_of_its_own():
    upstream = Upstream(lambda _: json_answer({"results": []}), OC)
    assert upstream.ask("/v1/moderations", {"input": "a"}).status == 200
    assert upstream.record.model is None
    routed = Upstream(never, OC, routes=ROUTES)
    assert routed.ask("/v1/moderations", {"input": "a"}).status == 404


@pytest.mark.parametrize(
    "path", ["/v1/images/generations", "/v1/audio/speech", "/v1/moderations"]
)
def test_what_an_upstream_has_not(path):
    told = Upstream(never, AM).ask(path, {"model": "m", "input": "a"})
    assert told.status == 501
    assert message_of(OC, told).startswith("no upstream of this model has ")


@pytest.mark.parametrize("path", ["/v1/embeddings", "/v1/moderations"])
@pytest.mark.parametrize("body", [b"", b"[]", b"{", b'{"model": 3}'])
def test_a_body_that_names_no_model(path, body):
    told = Upstream(never).ask(path, body)
    assert told.status == 400
    assert "names a model" in message_of(OC, told)
