"""Requests of `gemini-generate`: addresses, files and media."""

from __future__ import annotations

import pytest
from tests.codecs.gemini_generate._request_support import (
    ask,
    codes,
    decode,
    encode,
)

import modelwire.codecs.gemini_generate as gg
from modelwire.errors import UnsupportedFeatureError
from modelwire.ir import (
    Base64Source,
    DocumentPart,
    FileIdSource,
    ImagePart,
    LossCode,
    TextPart,
    UrlSource,
    VideoPart,
)


@pytest.mark.parametrize(
    "part",
    [
        ImagePart(source=UrlSource(url="https://a.example/x.png")),
        DocumentPart(source=UrlSource(url="https://a.example/x.pdf")),
    ],
)
def test_D06_L22_addresses_of_the_web_are_never_fetched(part):
    with pytest.raises(UnsupportedFeatureError) as caught:
        gg.encode_request(ask(part, TextPart(text="?")))
    assert [loss.action for loss in caught.value.refused] == ["needs_fetch"]
    _, out = encode(ask(part, TextPart(text="?")))
    assert out["contents"][0]["parts"] == [{"text": "?"}]
    # Vertex opens them itself, and wants to know the type.
    _, out = encode(ask(part), profile=gg.PROFILES["vertex"])
    file = out["contents"][0]["parts"][0]["fileData"]
    assert file["fileUri"] == part.source.url
    assert "mimeType" in file


@pytest.mark.parametrize(
    ("file", "kind"),
    [
        ({"fileUri": "gs://b/x.wav", "mimeType": "audio/wav"}, "AudioPart"),
        ({"fileUri": "https://www.youtube.com/watch?v=1"}, "VideoPart"),
        ({"fileUri": "https://a.example/x.png", "mimeType": "image/png"}, "ImagePart"),
        ({"fileUri": "https://a.example/x", "displayName": "d"}, "DocumentPart"),
        (
            {"fileUri": "https://generativelanguage.googleapis.com/v1beta/files/abc"},
            "DocumentPart",
        ),
    ],
)
def test_files_round_trip(file, kind):
    contents = [{"role": "user", "parts": [{"fileData": file}]}]
    request = decode({"contents": contents})
    assert type(request.messages[0].parts[0]).__name__ == kind
    encoded, out = encode(request)
    assert encoded.losses == ()
    assert out["contents"] == contents


def test_uploads_belong_to_their_provider():
    request = decode(
        {"contents": [{"parts": [{"fileData": {"fileUri": "files/abc"}}]}]}
    )
    assert request.messages[0].parts[0].source == FileIdSource(
        file_id="files/abc", dialect=gg.DIALECT
    )
    foreign = DocumentPart(source=FileIdSource(file_id="f", dialect="openai-chat"))
    with pytest.raises(UnsupportedFeatureError):
        gg.encode_request(ask(foreign))


def test_video_metadata_is_kept():
    contents = [{"role": "user", "parts": [
        {"inlineData": {"mimeType": "video/mp4", "data": "aGk="},
         "videoMetadata": {"startOffset": "1s", "fps": 2}},
    ]}]  # fmt: skip
    request = decode({"contents": contents})
    assert isinstance(request.messages[0].parts[0], VideoPart)
    _, out = encode(request)
    assert out["contents"] == contents


def test_image_detail_is_a_resolution_for_models_that_have_it():
    image = ImagePart(
        source=Base64Source(data="aGk=", media_type="image/png"), detail="high"
    )
    _, out = encode(ask(image, model="gemini-3-pro"))
    part = out["contents"][0]["parts"][0]
    assert part["mediaResolution"] == {"level": "MEDIA_RESOLUTION_HIGH"}
    encoded, out = encode(ask(image))
    assert "mediaResolution" not in out["contents"][0]["parts"][0]
    assert (LossCode.IN_IMAGE_DETAIL, "$.messages[0].parts[0].detail") in codes(encoded)


def test_one_name_stands_for_a_document():
    source = Base64Source(data="JVBERi0=", media_type="application/pdf")
    document = DocumentPart(source=source, title="Title", filename="a.pdf")
    encoded = gg.encode_request(ask(document), profile=gg.PROFILES["vertex"])
    assert b'"displayName":"a.pdf"' in encoded.body
    assert codes(encoded) == {
        (LossCode.IN_DOC_META, "$.messages[0].parts[0].title"),
    }


@pytest.mark.parametrize("data", ["a-b_c", "a-b_"])
def test_url_safe_base64_is_written_as_it_came(data):
    part = {"inlineData": {"mimeType": "image/png", "data": data}}
    contents = [{"role": "user", "parts": [part]}]
    encoded, out = encode(decode({"contents": contents}))
    assert out["contents"] == contents
    assert encoded.losses == ()
