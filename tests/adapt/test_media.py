"""Media that a target cannot open: found, fetched by the caller, put in."""

from __future__ import annotations

import pytest
from hypothesis import given, settings

from modelwire import codecs
from modelwire.adapt import chain, missing_media, resolve_media, with_media
from modelwire.adapt._adapted import encode_adapted
from modelwire.codecs import COLLECT, gemini_generate
from modelwire.errors import InvalidIRError, UnsupportedFeatureError
from modelwire.ir import (
    AudioPart,
    Base64Source,
    ChatRequest,
    ContentSource,
    DocumentPart,
    FileIdSource,
    ImagePart,
    LossCode,
    Message,
    TextPart,
    ToolCallPart,
    ToolResultPart,
    UrlSource,
    VideoPart,
)
from modelwire.testing import strategies as st

WEB = UrlSource(url="https://a.example/x")
BUCKET = UrlSource(url="gs://bucket/x.png", media_type="image/png")
YOUTUBE = UrlSource(url="https://www.youtube.com/watch?v=1")
OPENAI = FileIdSource(file_id="file-1", dialect="openai-chat")
ANTHROPIC = FileIdSource(file_id="file_1", dialect="anthropic-messages")
PNG = Base64Source(data="AAAA", media_type="image/png")
PDF = Base64Source(data="AAAA", media_type="application/pdf")


def said(*parts, role="user"):
    return ChatRequest(model="m", messages=(Message(role=role, parts=parts),))


def result(*content):
    return ChatRequest(
        model="m",
        messages=(
            Message(role="assistant", parts=(ToolCallPart(id="c", name="f"),)),
            Message(role="user", parts=(ToolResultPart(call_id="c", content=content),)),
        ),
    )


# part, source -> the dialects that take the bytes and not the source
NEEDS = [
    (ImagePart, WEB, {"gemini-generate"}),
    (ImagePart, BUCKET, {"anthropic-messages"}),
    (ImagePart, OPENAI, {"openai-chat", "anthropic-messages", "gemini-generate"}),
    (ImagePart, ANTHROPIC, {"openai-chat", "openai-responses", "gemini-generate"}),
    (DocumentPart, WEB, {"openai-chat", "gemini-generate"}),
    (DocumentPart, BUCKET, {"openai-chat", "anthropic-messages"}),
    (DocumentPart, OPENAI, {"anthropic-messages", "gemini-generate"}),
    (DocumentPart, ANTHROPIC, {"openai-chat", "openai-responses", "gemini-generate"}),
    (AudioPart, WEB, {"openai-chat", "gemini-generate"}),
    (AudioPart, OPENAI, {"openai-chat", "gemini-generate"}),
    (VideoPart, WEB, {"gemini-generate"}),
    (VideoPart, YOUTUBE, set()),
    (VideoPart, OPENAI, {"gemini-generate"}),
]


@pytest.mark.parametrize("target", codecs.DIALECTS)
@pytest.mark.parametrize(("part", "source", "dialects"), NEEDS)
def test_needs(part, source, dialects, target):
    request = said(TextPart(text="look"), part(source=source))
    needs = missing_media(request, target=target)
    assert [(need.path, need.source) for need in needs] == (
        [("$.messages[0].parts[1]", source)] if target in dialects else []
    )


def test_needs_depend_on_the_variant():
    request = said(ImagePart(source=WEB))
    vertex = gemini_generate.PROFILES["vertex"]
    assert missing_media(request, target="gemini-generate", profile=vertex) == ()
    (need,) = missing_media(request, target="gemini-generate")
    assert need.kind == "image"


def test_media_inside_results_and_documents():
    page = DocumentPart(source=ContentSource(parts=(ImagePart(source=BUCKET),)))
    request = result(TextPart(text="see"), page, ImagePart(source=BUCKET))
    needs = missing_media(request, target="anthropic-messages")
    assert [need.path for need in needs] == [
        "$.messages[1].parts[0].content[1].source.parts[0]",
        "$.messages[1].parts[0].content[2]",
    ]
    adapted = with_media(request, {need.path: PNG for need in needs})
    document, picture = adapted.request.messages[1].parts[0].content[1:]
    assert document.source.parts[0].source is PNG
    assert picture.source is PNG
    assert missing_media(adapted.request, target="anthropic-messages") == ()


def test_with_media_reports_what_it_changed():
    request = said(ImagePart(source=WEB), DocumentPart(source=OPENAI))
    adapted = with_media(
        request, {"$.messages[0].parts[0]": PNG, "$.messages[0].parts[1]": PDF}
    )
    assert [(loss.code, loss.path, loss.action) for loss in adapted.losses] == [
        (LossCode.IN_IMAGE_URL, "$.messages[0].parts[0]", "approximated"),
        (LossCode.IN_DOC_FILE_ID, "$.messages[0].parts[1]", "approximated"),
    ]
    assert {loss.severity for loss in adapted.losses} == {"cosmetic"}


def test_an_equal_source_is_no_change():
    request = said(ImagePart(source=WEB))
    adapted = with_media(request, {"$.messages[0].parts[0]": WEB})
    assert adapted.request is request
    assert adapted.losses == ()


@pytest.mark.parametrize(
    "path",
    [
        "$.messages[0]",
        "$.messages[0].parts[7]",
        "$.messages[0].parts[0].source",
        "$.messages[0].parts[1]",
        "$.messages[99999999999].parts[0]",
        "$.nothing[0]",
        "messages",
        "",
    ],
)
def test_paths_that_lead_to_no_media(path):
    request = said(ImagePart(source=WEB), TextPart(text="x"))
    with pytest.raises(InvalidIRError):
        with_media(request, {path: PNG})


def test_resolving():
    asked = []

    def resolver(source):
        asked.append(source)
        return PNG if source == WEB else None

    request = said(
        ImagePart(source=WEB), ImagePart(source=WEB), ImagePart(source=OPENAI)
    )
    adapted = resolve_media(request, resolver, target="gemini-generate")
    assert asked == [WEB, OPENAI]
    assert [part.source for part in adapted.request.messages[0].parts] == [
        PNG,
        PNG,
        OPENAI,
    ]


def test_what_no_one_fetched_is_refused():
    request = said(ImagePart(source=WEB))
    adapted = resolve_media(request, lambda _: None, target="gemini-generate")
    with pytest.raises(UnsupportedFeatureError) as caught:
        gemini_generate.encode_request(adapted.request)
    (loss,) = caught.value.refused
    assert (loss.action, loss.code) == ("needs_fetch", LossCode.IN_IMAGE_URL)
    # The message that is left empty is filled: a request without contents is refused.
    assert {loss.action for loss in caught.value.losses} == {
        "needs_fetch",
        "synthesised",
    }


def test_what_was_fetched_is_sent():
    request = said(ImagePart(source=WEB))
    adapted = resolve_media(request, lambda _: PNG, target="gemini-generate")
    encoded = encode_adapted(
        chain(request, [lambda _: adapted]), "gemini-generate", COLLECT
    )
    assert b'"inlineData":{"mimeType":"image/png","data":"AAAA"}' in encoded.body
    assert [loss.action for loss in encoded.losses] == ["approximated"]


@pytest.mark.parametrize("target", codecs.DIALECTS)
def test_needs_are_exactly_what_the_encoder_refuses_for_its_source(target):
    """With every need met the encoder asks for nothing any more."""
    kinds = {
        "image": PNG,
        "document": PDF,
        "audio": Base64Source(data="AAAA", media_type="audio/wav"),
        "video": Base64Source(data="AAAA", media_type="video/mp4"),
    }

    @settings(max_examples=25)
    @given(st.chat_requests(None))
    def check(request):
        needs = missing_media(request, target=target)
        adapted = with_media(request, {need.path: kinds[need.kind] for need in needs})
        encoded = codecs.get(target).encode_request(adapted.request, on_loss=COLLECT)
        assert not [loss for loss in encoded.losses if loss.action == "needs_fetch"]
        assert missing_media(adapted.request, target=target) == ()

    check()
