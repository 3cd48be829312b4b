"""Transcripts: forms, and answers in every form."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, strategies as st
from tests.codecs.openai_chat._media_support import (
    missing,
    parts_of,
)

from modelwire.codecs import openai_chat
from modelwire.codecs._base import COLLECT
from modelwire.errors import (
    InvalidIRError,
    ProviderError,
    RemoteProtocolError,
    RequestDecodeError,
)
from modelwire.framing import FormPart, encode_multipart
from modelwire.ir import (
    ChunkingStrategy,
    FormFile,
    TokenLogprob,
    TranscriptionRequest,
    TranscriptionResponse,
    TranscriptSegment,
    TranscriptWord,
    Upload,
    Usage,
)

OWN = "openai-chat"
FORM = (("Content-Type", "multipart/form-data; boundary=b"),)
JSON = (("content-type", "application/json; charset=utf-8"),)
WAV = FormPart("file", b"RIFF\r\n\xff", "a.wav", "audio/wav")
UPLOAD = Upload(data=b"RIFF\r\n\xff", filename="a.wav", media_type="audio/wav")
PATH = "/v1/audio/transcriptions"


def form(*pairs, files=(WAV,)):
    parts = [FormPart(name, value.encode()) for name, value in pairs]
    return encode_multipart([*parts, *files], boundary="b")


def decoded(body, path=PATH, headers=FORM):
    return openai_chat.decode_transcription_request(body, path=path, headers=headers)


def through(request):
    encoded = openai_chat.encode_transcription_request(request)
    return decoded(encoded.body, encoded.path, encoded.headers), encoded


# --- requests -----------------------------------------------------------------------

EVERY = [
    ("model", "whisper-1"),
    ("language", "en"),
    ("prompt", "names: Ada"),
    ("response_format", "verbose_json"),
    ("url", "https://a/b.wav"),
    ("temperature", "0.5"),
    ("languages[]", "en"),
    ("languages[]", "de"),
    ("keywords[]", "Ada"),
    ("include[]", "logprobs"),
    ("timestamp_granularities[]", "word"),
    ("timestamp_granularities[]", "segment"),
    ("known_speaker_names[]", "agent"),
    ("known_speaker_references[]", "data:audio/wav;base64,AAAA"),
    ("chunking_strategy[type]", "server_vad"),
    ("chunking_strategy[prefix_padding_ms]", "300"),
    ("chunking_strategy[silence_duration_ms]", "200"),
    ("chunking_strategy[threshold]", "0.5"),
    ("chunking_strategy[new]", "1"),
    ("stream", "true"),
    ("hotwords", "x"),
    ("x_list", "1"),
    ("x_list", "2"),
]


def test_M04_every_part_of_a_form_is_decoded():
    other = FormPart("context", b"\x00", "c.bin", "application/octet-stream")
    body = form(*EVERY, files=(WAV, other))
    request = decoded(body)
    assert request == TranscriptionRequest(
        model="whisper-1",
        file=UPLOAD,
        url="https://a/b.wav",
        language="en",
        languages=("en", "de"),
        keywords=("Ada",),
        prompt="names: Ada",
        response_format="verbose_json",
        temperature=0.5,
        include=("logprobs",),
        timestamp_granularities=("word", "segment"),
        chunking=ChunkingStrategy(
            kind="server_vad",
            prefix_padding_ms=300,
            silence_duration_ms=200,
            threshold=0.5,
            extra={OWN: {"new": "1", "$spelling": {"form": "object"}}},
        ),
        known_speaker_names=("agent",),
        known_speaker_references=("data:audio/wav;base64,AAAA",),
        stream=True,
        other_files=(
            FormFile(
                field="context",
                file=Upload(
                    data=b"\x00",
                    filename="c.bin",
                    media_type="application/octet-stream",
                ),
            ),
        ),
        extra={
            OWN: {
                "hotwords": "x",
                "x_list": ["1", "2"],
                "$spelling": {"form": {"repeated": ["x_list"]}},
            }
        },
    )
    again, encoded = through(request)
    assert again == request
    assert encoded.losses == ()
    assert sorted(map(repr, parts_of(encoded.body, encoded.headers))) == sorted(
        map(repr, parts_of(body, (("content-type", FORM[0][1]),)))
    )


def test_golden_request():
    encoded = openai_chat.encode_transcription_request(
        TranscriptionRequest(
            operation="translation", model="m", file=UPLOAD, include=("logprobs",)
        )
    )
    assert encoded.path == "/v1/audio/translations"
    assert encoded.body == (
        b'--modelwire-0\r\nContent-Disposition: form-data; name="model"\r\n\r\nm\r\n'
        b'--modelwire-0\r\nContent-Disposition: form-data; name="include[]"\r\n\r\n'
        b"logprobs\r\n"
        b'--modelwire-0\r\nContent-Disposition: form-data; name="file"; '
        b'filename="a.wav"\r\nContent-Type: audio/wav\r\n\r\nRIFF\r\n\xff\r\n'
        b"--modelwire-0--\r\n"
    )


CHUNKING = [
    ("auto", [("chunking_strategy", "auto")], ChunkingStrategy(kind="auto")),
    (
        "JSON",
        [("chunking_strategy", '{"type":"server_vad","threshold":0.5}')],
        ChunkingStrategy(
            kind="server_vad",
            threshold=0.5,
            extra={OWN: {"$spelling": {"form": "object"}}},
        ),
    ),
]


@pytest.mark.parametrize(
    ("pairs", "wanted"), [c[1:] for c in CHUNKING], ids=[c[0] for c in CHUNKING]
)
def test_chunking(pairs, wanted):
    request = decoded(form(("model", "m"), *pairs))
    assert request.chunking == wanted
    again, encoded = through(request)
    assert again == request
    name, value = pairs[0]
    assert (name, None, None, value.encode()) in parts_of(encoded.body, encoded.headers)


SPELLED = [
    ("bare list", [("include", "a"), ("include", "b")]),
    ("counted list", [("include[0]", "a"), ("include[1]", "b")]),
    ("object", [("chunking_strategy[type]", "auto")]),
    ("unknown list", [("x[]", "1"), ("x[]", "2")]),
    ("unknown object", [("x[y][z]", "1")]),
]


@pytest.mark.parametrize("pairs", [s[1] for s in SPELLED], ids=[s[0] for s in SPELLED])
def test_spelling_comes_back(pairs):
    request = decoded(form(("model", "m"), *pairs))
    again, encoded = through(request)
    assert again == request
    names = [part[0] for part in parts_of(encoded.body, encoded.headers)]
    assert sorted(names) == sorted(["model", "file", *(name for name, _ in pairs)])


def test_azure_names_the_model_in_the_path():
    path = "/openai/deployments/my%20whisper/audio/transcriptions"
    request = decoded(form(), path=path)
    assert request.model == "my whisper"
    encoded = openai_chat.encode_transcription_request(request)
    assert b'name="model"' not in encoded.body


def test_json_of_servers_that_take_it():
    body = {
        "model": "m",
        "input_audio": {"data": "AA", "format": "wav"},
        "include": ["x"],
    }
    request = decoded(json.dumps(body).encode(), headers=())
    encoded = openai_chat.encode_transcription_request(request)
    assert json.loads(encoded.body) == body
    assert encoded.headers == (("content-type", "application/json"),)


BAD = [
    ("no form", b"x", ["$"]),
    ("cut", form(("model", "m"))[:-8], ["$"]),
    ("nothing", form(files=()), ["$.model", "$.file"]),
    (
        "everything",
        form(
            ("temperature", "hot"),
            ("stream", "maybe"),
            ("language", "a"),
            ("language", "b"),
            ("chunking_strategy[x]", "1"),
            files=(WAV, WAV),
        ),
        [
            "$.model",
            "$.file",
            "$.temperature",
            "$.language",
            "$.chunking_strategy.type",
            "$.stream",
        ],
    ),
]


@pytest.mark.parametrize(
    ("body", "paths"), [b[1:] for b in BAD], ids=[b[0] for b in BAD]
)
def test_bad_requests_name_every_problem(body, paths):
    with pytest.raises(RequestDecodeError) as caught:
        decoded(body)
    assert [problem.path for problem in caught.value.problems] == paths


@given(st.binary(max_size=60), st.booleans())
def test_no_body_breaks_the_server(data, framed):
    body = form(("model", "m"), files=(FormPart("file", data),)) if framed else data
    try:
        request = decoded(body)
    except RequestDecodeError:
        assert not framed or data.startswith(b"--b")
    else:
        assert request.file.data == data


def test_a_request_needs_audio():
    with pytest.raises(InvalidIRError):
        openai_chat.encode_transcription_request(TranscriptionRequest(model="m"))
    by_url = TranscriptionRequest(model="m", url="https://a")
    assert through(by_url)[0] == by_url


def test_fields_of_others_are_losses():
    request = TranscriptionRequest(
        model="m",
        file=Upload(data=b"", extra={"other": {"a": 1}}),
        chunking=ChunkingStrategy(kind="auto", extra={"other": {"b": 1}}),
        other_files=(
            FormFile(field="f", file=Upload(data=b"", extra={"other": {"c": 1}})),
        ),
        extra={"other": {"d": 1}},
    )
    _, encoded = through(request)
    assert {x.path for x in encoded.losses} == {
        "$.file.extra['other'].a",
        "$.chunking.extra['other'].b",
        "$.other_files[0].file.extra['other'].c",
        "$.extra['other'].d",
    }


# --- answers ------------------------------------------------------------------------

SEGMENT = {
    "id": 0,
    "seek": 0,
    "start": 0.0,
    "end": 4,
    "text": " The sun",
    "tokens": [50364, 440],
    "temperature": 0.0,
    "avg_logprob": -0.38,
    "compression_ratio": 0.98,
    "no_speech_prob": 0.0003,
    "new": True,
}
VERBOSE = {
    "task": "transcribe",
    "language": "english",
    "duration": 5.48,
    "text": "The sun",
    "segments": [SEGMENT],
    "words": [{"word": "The", "start": 0.0, "end": 0.5, "new": 1}],
    "usage": {"type": "duration", "seconds": 6, "new": 1},
    "x_groq": {"id": "req"},
}


def answer(body, headers=JSON, **options):
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    return openai_chat.decode_transcription_response(data, headers=headers, **options)


def test_M03_segments_of_verbose_json_are_kept():
    response = answer(VERBOSE)
    assert response == TranscriptionResponse(
        text="The sun",
        format="verbose_json",
        task="transcribe",
        language="english",
        duration=5.48,
        segments=(
            TranscriptSegment(
                id=0,
                seek=0,
                start=0.0,
                end=4,
                text=" The sun",
                tokens=(50364, 440),
                temperature=0.0,
                avg_logprob=-0.38,
                compression_ratio=0.98,
                no_speech_prob=0.0003,
                extra={OWN: {"new": True}},
            ),
        ),
        words=(
            TranscriptWord(word="The", start=0.0, end=0.5, extra={OWN: {"new": 1}}),
        ),
        billed_seconds=6,
        extra={OWN: {"x_groq": {"id": "req"}, "usage": {"new": 1}}},
    )
    encoded = openai_chat.encode_transcription_response(response)
    assert json.loads(encoded.body) == VERBOSE
    assert missing(VERBOSE, json.loads(encoded.body)) == []
    assert encoded.losses == ()


DIARIZED = {
    "task": "transcribe",
    "duration": 3.7,
    "text": "Ruby",
    "segments": [
        {
            "type": "transcript.text.segment",
            "id": "seg_0",
            "start": 0.0,
            "end": 3.1,
            "text": " Ruby",
            "speaker": "A",
        },
        {"id": "seg_1", "text": "x", "speaker": "B"},
        {"type": "another", "id": "seg_2", "text": "y", "speaker": "C"},
    ],
    "usage": {
        "type": "tokens",
        "total_tokens": 181,
        "input_tokens": 37,
        "input_token_details": {"text_tokens": 0, "audio_tokens": 37},
        "output_tokens": 144,
    },
}
PLAIN = {
    "text": "hi",
    "languages": [{"code": "en"}],
    "logprobs": [
        {"token": "hi", "bytes": [104, 105], "logprob": -0.5, "new": 1},
        {"token": "!", "logprob": 0},
    ],
    "usage": {"total_tokens": 3, "input_tokens": 1, "output_tokens": 2, "cost": 0.1},
}
ODD = [
    {"text": "x", "segments": [1], "words": {}, "logprobs": [{}], "languages": ["en"]},
    {"text": "x", "usage": {"type": "duration", "seconds": "six"}},
    {"text": "x", "usage": "free", "duration": "long", "language": 5},
    {
        "text": "x",
        "segments": [{"text": "y", "start": "z", "tokens": ["t"], "id": [1]}],
    },
    {"text": "x", "languages": [{"code": "en", "share": 1}], "segments": []},
    {"text": "x", "usage": {"type": "new", "input_tokens": 1.5}},
    {"text": "x", "words": [{"word": 5}], "languages": [{"code": 5}]},
    {
        "text": "x",
        "usage": {
            "type": "tokens",
            "input_tokens": 1,
            "output_tokens": 2,
            "total_tokens": 9,
            "output_token_details": {"reasoning_tokens": 1},
        },
    },
]


@pytest.mark.parametrize("body", [DIARIZED, PLAIN, *ODD])
def test_answers_come_back(body):
    response = answer(body)
    encoded = openai_chat.encode_transcription_response(response)
    again = json.loads(encoded.body)
    assert again == body
    assert missing(body, again) == []
    assert encoded.losses == ()
    assert answer(encoded.body) == response


def test_what_is_in_an_answer():
    assert answer(DIARIZED).format == "diarized_json"
    assert answer(DIARIZED).segments[0].speaker == "A"
    assert answer(DIARIZED).usage.input_audio == 37
    plain = answer(PLAIN)
    assert (plain.format, plain.languages) == ("json", ("en",))
    assert plain.logprobs[1] == TokenLogprob(token="!", logprob=0)
    assert answer({"text": "", "languages": []}).languages == ()


TEXTS = [
    ("text", "text/plain", b"hello\n", "text"),
    ("srt", "text/plain", b"1\n00:00:00,000 --> 00:00:01,500\nhello\n\n", "srt"),
    ("vtt", "text/vtt", b"WEBVTT\n\n00:00.000 --> 00:01.500\nhello\n", "vtt"),
    ("no type", "", b"hello", "text"),
    ("text that looks like JSON", "text/plain", b"{hello}", "text"),
    ("nothing", "text/plain", b"", "text"),
]


@pytest.mark.parametrize(
    ("kind", "body", "form"), [t[1:] for t in TEXTS], ids=[t[0] for t in TEXTS]
)
def test_texts(kind, body, form):
    response = answer(body, headers=(("content-type", kind),) if kind else ())
    assert response == TranscriptionResponse(text=body.decode(), format=form)
    encoded = openai_chat.encode_transcription_response(response)
    assert (encoded.body, encoded.losses) == (body, ())
    assert encoded.headers == (("content-type", "text/plain; charset=utf-8"),)


def test_the_request_says_what_a_text_is():
    wanted = TranscriptionRequest(model="m", url="u", response_format="srt")
    assert answer(b"x", headers=(), request=wanted).format == "srt"


def test_a_server_makes_the_form_that_is_asked_for():
    response = TranscriptionResponse(
        text="Hi there. Bye.",
        language="en",
        segments=(
            TranscriptSegment(text=" Hi\n\nthere. ", start=0, end=1.5),
            TranscriptSegment(text="Bye --> now", start=3661.0005, end=3662),
        ),
    )

    def made(form):
        request = TranscriptionRequest(model="m", url="u", response_format=form)
        encoded = openai_chat.encode_transcription_response(
            response, request=request, on_loss=COLLECT
        )
        assert "$.language" in {x.path for x in encoded.losses}
        return encoded.body.decode()

    assert made("text") == "Hi there. Bye."
    assert made("srt") == (
        "1\n00:00:00,000 --> 00:00:01,500\nHi there.\n\n"
        "2\n01:01:01,000 --> 01:01:02,000\nBye --> now\n\n"
    )
    assert made("vtt") == (
        "WEBVTT\n\n00:00:00.000 --> 00:00:01.500\nHi there.\n\n"
        "01:01:01.000 --> 01:01:02.000\nBye -> now\n\n"
    )


def test_a_text_inside_json_is_said_so():
    request = TranscriptionRequest(model="m", url="u", response_format="json")
    encoded = openai_chat.encode_transcription_response(
        TranscriptionResponse(text="WEBVTT", format="vtt"), request=request
    )
    assert encoded.body == b'{"text":"WEBVTT"}'
    assert [x.path for x in encoded.losses] == ["$.format"]


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"text":1}', b"{", b"\xff"])
def test_answers_that_are_none(body):
    with pytest.raises(RemoteProtocolError):
        answer(body)


def test_errors():
    with pytest.raises(ProviderError):
        answer(b'{"error":{"message":"no"}}')
    with pytest.raises(ProviderError):
        answer(b"<html>", status=502)
    with pytest.raises(RemoteProtocolError, match="stream"):
        answer(b"data: {}", headers=(("content-type", "text/event-stream"),))


def test_a_text_has_no_place_for_the_rest():
    response = TranscriptionResponse(
        text="x",
        format="text",
        segments=(TranscriptSegment(text="x"),),
        extra={OWN: {"x_groq": 1, "$spelling": {}}},
    )
    encoded = openai_chat.encode_transcription_response(response)
    assert encoded.body == b"x"
    assert [loss.path for loss in encoded.losses] == [
        f"$.extra['{OWN}'].x_groq",
        "$.segments[0]",
    ]


def test_candidates_of_a_token():
    other = TokenLogprob(token="y", logprob=-2.0)
    token = TokenLogprob(token="x", logprob=-1.0, top=(other,))
    response = TranscriptionResponse(text="x", format="json", logprobs=(token,))
    encoded = openai_chat.encode_transcription_response(response)
    (wire,) = json.loads(encoded.body)["logprobs"]
    assert wire["top_logprobs"] == [{"token": "y", "logprob": -2.0}]


def test_losses_of_an_answer():
    response = TranscriptionResponse(
        text="x",
        format="verbose_json",
        segments=(TranscriptSegment(text="x", extra={"other": {"a": 1}}),),
        words=(TranscriptWord(word="x", extra={"other": {"b": 1}}),),
        logprobs=(TokenLogprob(token="x", extra={"other": {"c": 1}}),),
        usage=Usage(cache_write=1),
        billed_seconds=1,
        extra={"other": {"d": 1}},
    )
    encoded = openai_chat.encode_transcription_response(response)
    assert {x.path for x in encoded.losses} == {
        "$.segments[0].extra['other'].a",
        "$.words[0].extra['other'].b",
        "$.logprobs[0].extra['other'].c",
        "$.extra['other'].d",
        "$.usage.cache_write",
        "$.billed_seconds",
    }
