"""Speech: requests, audio as a file, as events and as plain bytes."""

from __future__ import annotations

import base64
import copy
import json

import pytest
from hypothesis import given, strategies as st
from tests.codecs.openai_chat._media_support import chunks_of, pieces, sse, written

from modelwire.codecs import Limits, openai_chat
from modelwire.errors import (
    ProviderError,
    RemoteProtocolError,
    RequestDecodeError,
    StateError,
)
from modelwire.ir import (
    ErrorInfo,
    Keepalive,
    SpeechAudio,
    SpeechDone,
    SpeechRequest,
    SpeechResponse,
    StreamEnd,
    StreamError,
    UnknownEvent,
    Usage,
)

OWN = "openai-chat"
SSE = (("content-type", "text/event-stream; charset=utf-8"),)
AUDIO = (("X-Request-Id", "r"), ("Content-Type", "audio/mpeg"))
EVENTS = SpeechRequest(model="m", input="x", voice="v", stream_format="sse")
PLAIN = SpeechRequest(model="m", input="x", voice="v", response_format="wav")


def test_every_field_of_a_request():
    body = {
        "model": "gpt-4o-mini-tts",
        "input": "hi",
        "voice": {"id": "voice_1", "new": 1},
        "instructions": "warmly",
        "response_format": "flac",
        "speed": 1.0,
        "stream_format": "sse",
        "lang_code": "en",
    }
    request = openai_chat.decode_speech_request(json.dumps(body).encode())
    assert request == SpeechRequest(
        model="gpt-4o-mini-tts",
        input="hi",
        voice={"id": "voice_1", "new": 1},
        instructions="warmly",
        response_format="flac",
        speed=1.0,
        stream_format="sse",
        extra={OWN: {"lang_code": "en"}},
    )
    encoded = openai_chat.encode_speech_request(request)
    assert json.loads(encoded.body) == body
    assert (encoded.path, encoded.losses) == ("/v1/audio/speech", ())


def test_golden_request():
    encoded = openai_chat.encode_speech_request(PLAIN)
    assert encoded.headers == (("content-type", "application/json"),)
    assert encoded.body == (
        b'{"model":"m","input":"x","voice":"v","response_format":"wav"}'
    )


def test_azure_names_the_model_in_the_path():
    request = openai_chat.decode_speech_request(
        b'{"input":"x","voice":"v"}', path="/openai/deployments/tts/audio/speech"
    )
    assert request.model == "tts"
    encoded = openai_chat.encode_speech_request(request)
    assert encoded.body == b'{"input":"x","voice":"v"}'


@pytest.mark.parametrize(
    ("body", "paths"),
    [
        (b"", ["$"]),
        (b"[]", ["$"]),
        (b"{}", ["$.model", "$.input", "$.voice"]),
        (
            b'{"model":1,"input":[],"voice":5,"speed":"x"}',
            ["$.model", "$.input", "$.voice", "$.speed"],
        ),
    ],
)
def test_bad_requests_name_every_problem(body, paths):
    with pytest.raises(RequestDecodeError) as caught:
        openai_chat.decode_speech_request(body)
    assert [problem.path for problem in caught.value.problems] == paths


def test_fields_of_others_are_losses():
    request = SpeechRequest(model="m", input="x", voice="v", extra={"other": {"a": 1}})
    encoded = openai_chat.encode_speech_request(request)
    assert [x.path for x in encoded.losses] == ["$.extra['other'].a"]


# --- whole --------------------------------------------------------------------------


def test_audio_is_the_body():
    response = openai_chat.decode_speech_response(b"\xff\xf3", headers=AUDIO)
    assert response == SpeechResponse(audio=b"\xff\xf3", media_type="audio/mpeg")
    encoded = openai_chat.encode_speech_response(response)
    assert encoded.headers == (("content-type", "audio/mpeg"),)
    assert encoded.body == b"\xff\xf3"


@pytest.mark.parametrize(
    ("wanted", "kind"),
    [("wav", "audio/wav"), (None, "audio/mpeg"), ("new", "application/octet-stream")],
)
def test_the_type_follows_the_request(wanted, kind):
    request = SpeechRequest(model="m", input="x", voice="v", response_format=wanted)
    encoded = openai_chat.encode_speech_response(
        SpeechResponse(audio=b"x"), request=request
    )
    assert encoded.headers == (("content-type", kind),)
    assert [(x.action, x.to) for x in encoded.losses] == [
        ("synthesised", "$.media_type")
    ]


def test_own_unknown_fields_have_no_place_beside_audio():
    response = SpeechResponse(audio=b"x", media_type="audio/wav", extra={OWN: {"a": 1}})
    encoded = openai_chat.encode_speech_response(response)
    assert [loss.path for loss in encoded.losses] == [f"$.extra['{OWN}'].a"]


def test_a_type_cannot_split_the_headers():
    response = SpeechResponse(audio=b"x", media_type="audio/x\r\nx-evil: 1")
    encoded = openai_chat.encode_speech_response(response)
    assert encoded.headers == (("content-type", "audio/mpeg"),)


def test_json_in_place_of_audio_is_an_error():
    with pytest.raises(ProviderError) as caught:
        openai_chat.decode_speech_response(
            b'{"error":{"message":"no","type":"server_error"}}',
            headers=(("content-type", "application/json"),),
        )
    assert caught.value.info.message == "no"
    with pytest.raises(RemoteProtocolError, match="stream"):
        openai_chat.decode_speech_response(b"data: {}", headers=SSE)
    with pytest.raises(ProviderError):
        openai_chat.decode_speech_response(b"", status=500)


# --- events -------------------------------------------------------------------------

WIRE = [
    {"type": "speech.audio.delta", "audio": "AAEC", "new": 1},
    {"type": "speech.audio.delta", "audio": "not base64"},
    {"type": "speech.audio.delta", "audio": ""},
    {"type": "speech.audio.delta", "audio": 5},
    {"type": "speech.audio.pause"},
    {
        "type": "speech.audio.done",
        "usage": {"input_tokens": 1, "output_tokens": 2, "total_tokens": 3},
    },
]
CHUNKS = [
    SpeechAudio(audio=b"\0\1\2", extra={OWN: {"new": 1}}),
    UnknownEvent(OWN, WIRE[1]),
    SpeechAudio(audio=b""),
    UnknownEvent(OWN, WIRE[3]),
    UnknownEvent(OWN, WIRE[4]),
    SpeechDone(usage=Usage(input_total=1, output_total=2)),
]


@pytest.mark.parametrize("how", [{"headers": SSE}, {"request": EVENTS}], ids=str)
def test_events_in_any_cut(how):
    body = sse(*WIRE, done=False)
    for size in (1, 9, len(body)):
        chunks = chunks_of(openai_chat.speech_stream_decoder(**how), pieces(body, size))
        assert chunks == [*CHUNKS, StreamEnd(complete=True, terminator="eof")]


def test_golden_events():
    encoder = openai_chat.speech_stream_encoder(request=EVENTS)
    assert encoder.content_type == "text/event-stream"
    end = StreamEnd(complete=True, terminator="eof")
    assert written(encoder, [CHUNKS[0], Keepalive("x"), CHUNKS[-1], end]) == (
        b'data: {"type":"speech.audio.delta","audio":"AAEC","new":1}\n\n'
        b": x\n\n"
        b'data: {"type":"speech.audio.done","usage":{"input_tokens":1,'
        b'"output_tokens":2,"total_tokens":3}}\n\n'
    )


def test_events_come_back():
    body = sse(*WIRE)
    chunks = chunks_of(openai_chat.speech_stream_decoder(headers=SSE), [body])
    again = written(openai_chat.speech_stream_encoder(request=EVENTS), chunks)
    assert again == body.replace(b'": ', b'":').replace(b', "', b',"')


# --- plain bytes --------------------------------------------------------------------


@given(st.integers(0, 5000), st.integers(1, 3000))
def test_bytes_in_any_cut(size, cut):
    data = bytes(number % 251 for number in range(size))
    whole = chunks_of(openai_chat.speech_stream_decoder(headers=AUDIO), [data])
    cut_up = chunks_of(openai_chat.speech_stream_decoder(), pieces(data, cut))
    assert cut_up == whole
    encoder = openai_chat.speech_stream_encoder(request=PLAIN)
    assert encoder.content_type == "audio/wav"
    assert written(encoder, whole) == data
    assert encoder.failed == (size == 0)
    assert whole[-1].complete == (size > 0)


def test_bytes_are_bounded():
    for size in (1, 4000):
        decoder = openai_chat.speech_stream_decoder(limits=Limits(max_total_bytes=1500))
        chunks = chunks_of(decoder, pieces(b"x" * 4000, size))
        assert b"".join(c.audio for c in chunks[:2]) == b"x" * 1500
        assert isinstance(chunks[2], StreamError)
        assert chunks[3] == StreamEnd(complete=False)
        assert decoder.failed
        assert decoder.trailing_bytes == 2500


def test_json_in_place_of_a_stream_is_an_error():
    decoder = openai_chat.speech_stream_decoder(
        headers=(("content-type", "application/json"),)
    )
    chunks = chunks_of(decoder, [b'{"error":{"message":"no","type":"server_error"}}'])
    assert chunks[0].error.message == "no"
    assert chunks[1] == StreamEnd(complete=False)


def test_plain_bytes_have_no_place_for_the_rest():
    encoder = openai_chat.speech_stream_encoder()
    chunks = [*CHUNKS, StreamError(ErrorInfo(kind="server_error")), StreamEnd(False)]
    assert written(encoder, chunks) == b"\0\1\2"
    assert encoder.failed
    assert {x.path for x in encoder.losses} == {
        "$.extra['openai-chat'].new",
        "$.extra",
        "$.usage",
    }
    with pytest.raises(StateError):
        encoder.encode(CHUNKS[0])


def test_the_end_of_plain_bytes():
    # A keep-alive and an end without counts are nothing among bytes.
    encoder = openai_chat.speech_stream_encoder()
    assert written(encoder, [CHUNKS[0], Keepalive("x"), SpeechDone()]) == b"\0\1\2"
    # Nobody said that it was complete.
    assert encoder.failed
    assert {x.path for x in encoder.losses} == {"$.extra['openai-chat'].new"}
    whole = openai_chat.speech_stream_encoder()
    end = StreamEnd(complete=True, terminator="eof")
    assert written(whole, [CHUNKS[0], end]) == b"\0\1\2"
    assert not whole.failed


def test_an_end_without_counts():
    encoder = openai_chat.speech_stream_encoder(request=EVENTS)
    assert encoder.encode(SpeechDone()) == b'data: {"type":"speech.audio.done"}\n\n'


def test_misuse_and_copies():
    for decoder in (
        openai_chat.speech_stream_decoder(),
        openai_chat.speech_stream_decoder(headers=SSE),
    ):
        again = copy.deepcopy(decoder)
        with pytest.raises(StateError):
            again.feed("text")
        again.close()
        assert again.close() == []
        with pytest.raises(StateError):
            again.feed(b"")
    assert base64.b64encode(b"\0\1\2") == b"AAEC"
