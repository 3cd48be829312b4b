"""Recorded images and audio: each exchange decodes, and comes back with every leaf."""

from __future__ import annotations

import json

import pytest
from tests._paths import needs_shared
from tests.codecs.openai_chat._media_support import (
    FOLDERS,
    body_of,
    cases,
    chunks_of,
    headers_of,
    missing,
    parts_of,
    pieces,
    written,
)

from modelwire.codecs import openai_chat, route
from modelwire.errors import ProviderError, RequestDecodeError

pytestmark = needs_shared

ALL = [case for folder in FOLDERS for case in cases(folder)]
KINDS = {
    "image_generation": "image",
    "image_edit": "image",
    "audio_speech": "speech",
    "audio_transcription": "transcription",
    "audio_translation": "transcription",
}
# The folder decides where no request line was recorded, or one of another kind.
BY_FOLDER = {
    "openai-images": "image",
    "openai-audio-speech": "speech",
    "openai-audio-transcription": "transcription",
}


def kind_of(case):
    request = case["request"]
    found = route(request["method"], request["path"]) if request else None
    return KINDS[found.operation] if found else BY_FOLDER[case["dialect"]]


def codec(action, kind):
    return getattr(openai_chat, f"{action}_{kind}")


REQUESTS = [
    c for c in ALL if c.values[0]["request"] and body_of(c.values[0]["request"])
]


@pytest.mark.parametrize("case", REQUESTS)
def test_request_keeps_every_leaf(case):
    side = case["request"]
    body, headers, path = body_of(side), headers_of(side), side["path"]
    kind = kind_of(case)
    decode, encode = (
        codec("decode", f"{kind}_request"),
        codec("encode", f"{kind}_request"),
    )
    if body == b"[multipart form data omitted]":
        with pytest.raises(RequestDecodeError):
            decode(body, path=path, headers=headers)
        return
    request = decode(body, path=path, headers=headers)
    encoded = encode(request)
    assert encoded.losses == ()
    if path.partition("?")[0].startswith("/v1/"):
        assert encoded.path == path
    if dict(headers)["content-type"].startswith("multipart"):
        # The order of the parts says nothing; an upload's type may be empty.
        assert sorted(map(repr, parts_of(encoded.body, encoded.headers))) == sorted(
            map(repr, parts_of(body, headers))
        )
    else:
        assert missing(json.loads(body), json.loads(encoded.body)) == []
    again = decode(encoded.body, path=path, headers=encoded.headers)
    assert again == request
    assert encode(again).body == encoded.body


ANSWERS = [c for c in ALL if c.values[0]["response"]["framing"] != "sse"]


@pytest.mark.parametrize("case", ANSWERS)
def test_response_keeps_every_leaf(case):
    side = case["response"]
    body, headers = body_of(side), headers_of(side)
    kind = kind_of(case)
    decode, encode = (
        codec("decode", f"{kind}_response"),
        codec("encode", f"{kind}_response"),
    )
    if side["status"] >= 400:
        with pytest.raises(ProviderError) as caught:
            decode(body, status=side["status"], headers=headers)
        assert caught.value.info.kind == "invalid_request"
        assert caught.value.info.message
        return
    response = decode(body, headers=headers)
    encoded = encode(response)
    assert encoded.losses == ()
    if kind == "speech":
        assert encoded.body == body
        assert dict(encoded.headers)["content-type"] == side["headers"]["content-type"]
    else:
        assert missing(json.loads(body), json.loads(encoded.body)) == []
        assert missing(json.loads(encoded.body), json.loads(body)) == []
    assert decode(encoded.body, headers=encoded.headers) == response


STREAMS = [c for c in ALL if c.values[0]["response"]["framing"] == "sse"]


@pytest.mark.parametrize("case", STREAMS)
def test_stream_is_repeated(case):
    body = body_of(case["response"])
    make = openai_chat.transcription_stream_decoder
    chunks = chunks_of(make(), [body])
    assert chunks[-1].complete
    for size in (1, 7, 1000):
        assert chunks_of(make(), pieces(body, size)) == chunks
    again = written(openai_chat.transcription_stream_encoder(), chunks)

    def payloads(data):
        lines = data.decode().splitlines()
        texts = [line.removeprefix("data: ") for line in lines if line]
        return [json.loads(t) if t != "[DONE]" else t for t in texts]

    assert payloads(again) == payloads(body)


def test_the_corpus_is_there():
    assert len(REQUESTS) >= 23
    assert len(ANSWERS) >= 26
    assert len(STREAMS) >= 1
