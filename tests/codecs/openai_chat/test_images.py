"""Images: requests in JSON and as forms, and answers."""

from __future__ import annotations

import base64
import json

import pytest

from modelwire import ir
from modelwire.codecs import openai_chat
from modelwire.codecs._base import COLLECT
from modelwire.errors import (
    InvalidIRError,
    ProviderError,
    RemoteProtocolError,
    RequestDecodeError,
    UnsupportedFeatureError,
)
from modelwire.framing import FormPart, encode_multipart
from modelwire.ir import (
    Base64Source,
    FileIdSource,
    ImageInput,
    ImageRequest,
    ImageResponse,
    LossCode,
    SvgOptions,
    Upload,
    UrlSource,
    Usage,
)

OWN = "openai-chat"
PNG = Upload(data=b"\x89PNG\r\n", filename="a.png", media_type="image/png")
FULL = {
    "model": "gpt-image-2",
    "prompt": "a cat",
    "n": 2,
    "output_compression": 80,
    "partial_images": 3,
    "frame_count": 9,
    "frame_duration_ms": 200,
    "size": "1024x1024",
    "quality": "xhigh",
    "style": "vivid",
    "background": "opaque",
    "output_format": "webp",
    "response_format": "url",
    "moderation": "low",
    "input_fidelity": "high",
    "complexity": "high",
    "user": "u",
    "safety_identifier": "s",
    "svg": {"model": "gpt-x", "reasoning": {"effort": "low", "new": 1}, "other": 2},
    "stream": True,
    "aspect_ratio": "4:3",
}


def dumped(value):
    return json.dumps(value).encode()


def through(request, **options):
    encoded = openai_chat.encode_image_request(request, **options)
    return openai_chat.decode_image_request(
        encoded.body, path=encoded.path, headers=encoded.headers
    ), encoded


# --- requests -----------------------------------------------------------------------


def test_every_field_of_a_generation():
    request = openai_chat.decode_image_request(
        dumped(FULL), path="/v1/images/generations", headers=(("OpenAI-Beta", "x"),)
    )
    assert request == ImageRequest(
        model="gpt-image-2",
        prompt="a cat",
        count=2,
        output_compression=80,
        partial_images=3,
        frame_count=9,
        frame_duration_ms=200,
        size="1024x1024",
        quality="xhigh",
        style="vivid",
        background="opaque",
        output_format="webp",
        response_format="url",
        moderation="low",
        input_fidelity="high",
        complexity="high",
        user_id="u",
        safety_identifier="s",
        svg=SvgOptions(
            model="gpt-x",
            effort="low",
            extra={OWN: {"other": 2, "reasoning": {"new": 1}}},
        ),
        stream=True,
        headers=(("openai-beta", "x"),),
        extra={OWN: {"aspect_ratio": "4:3"}},
    )
    again, encoded = through(request)
    assert json.loads(encoded.body) == FULL
    assert encoded.losses == ()
    assert ("openai-beta", "x") in encoded.headers
    # Protocol headers of a request are read from its headers, which are all there.
    assert again == request


def test_golden_generation():
    encoded = openai_chat.encode_image_request(
        ImageRequest(model="gpt-image-2", prompt="é", count=1, size="auto")
    )
    assert (encoded.method, encoded.path) == ("POST", "/v1/images/generations")
    assert encoded.headers == (("content-type", "application/json"),)
    assert encoded.body == (
        '{"model":"gpt-image-2","prompt":"é","n":1,"size":"auto"}'.encode()
    )


def test_golden_edit_with_files():
    request = ImageRequest(
        operation="edit", prompt="x", images=(ImageInput(source=PNG),), count=1
    )
    again, encoded = through(request)
    assert again == request
    assert encoded.path == "/v1/images/edits"
    assert encoded.headers == (
        ("content-type", "multipart/form-data; boundary=modelwire-0"),
    )
    assert encoded.body == (
        b'--modelwire-0\r\nContent-Disposition: form-data; name="prompt"\r\n\r\nx\r\n'
        b'--modelwire-0\r\nContent-Disposition: form-data; name="n"\r\n\r\n1\r\n'
        b'--modelwire-0\r\nContent-Disposition: form-data; name="image"; '
        b'filename="a.png"'
        b"\r\nContent-Type: image/png\r\n\r\n\x89PNG\r\n\r\n--modelwire-0--\r\n"
    )


def test_a_form_has_every_field_that_json_has():
    request = openai_chat.decode_image_request(
        dumped(FULL), path="/v1/images/generations"
    )
    request = ir.ImageRequest(
        **{
            **{
                f: getattr(request, f)
                for f in ("model", "prompt", "count", "size", "svg", "user_id")
            },
            "operation": "edit",
            "stream": True,
            "images": (ImageInput(source=PNG), ImageInput(source=PNG)),
            "mask": ImageInput(source=PNG),
            "markup": ImageInput(source=PNG),
            "other_files": (ir.FormFile(field="palette", file=PNG),),
        }
    )
    again, encoded = through(request)
    assert encoded.body.count(b'name="image[]"') == 2
    assert b'name="svg[reasoning][effort]"\r\n\r\nlow\r\n' in encoded.body
    # What nobody knows the type of stays text.
    svg = again.svg.extra[OWN]
    assert svg == {"other": "2", "reasoning": {"new": "1"}}
    for name in ("count", "size", "stream", "images", "mask", "markup", "other_files"):
        assert getattr(again, name) == getattr(request, name)


def test_edit_in_json():
    body = {
        "prompt": "x",
        "images": [
            {"image_url": "https://a/b.png"},
            {"image_url": "data:image/png;base64,AAAA"},
            {"image_url": "DATA:image/png;BASE64,AAAA"},
            {"file_id": "file-1", "new": True},
        ],
        "mask": {"file_id": "file-2"},
    }
    request = openai_chat.decode_image_request(
        dumped(body), path="/openai/images/edits"
    )
    assert [image.source for image in request.images] == [
        UrlSource(url="https://a/b.png"),
        Base64Source(data="AAAA", media_type="image/png"),
        UrlSource(url="DATA:image/png;BASE64,AAAA"),
        FileIdSource(file_id="file-1", dialect=OWN),
    ]
    again, encoded = through(request)
    assert again == request
    assert json.loads(encoded.body) == body
    assert encoded.losses == ()


def test_files_beside_addresses_become_addresses():
    request = ImageRequest(
        operation="edit",
        prompt="x",
        images=(ImageInput(source=PNG), ImageInput(source=UrlSource(url="https://a"))),
    )
    again, encoded = through(request)
    assert again.images[0].source == Base64Source(
        data=base64.b64encode(PNG.data).decode(), media_type="image/png"
    )
    assert [(x.action, x.path) for x in encoded.losses] == [
        ("approximated", "$.images[0].source"),
    ]


def test_a_variation_takes_files_only():
    inline = ImageInput(source=Base64Source(data="AAAA", media_type="image/png"))
    again, encoded = through(ImageRequest(operation="variation", images=(inline,)))
    assert again.images[0].source == Upload(
        data=b"\0\0\0", filename="image.png", media_type="image/png"
    )
    assert encoded.path == "/v1/images/variations"
    assert [x.action for x in encoded.losses] == ["moved"]
    away = ImageInput(source=UrlSource(url="https://a"))
    with pytest.raises(UnsupportedFeatureError) as caught:
        openai_chat.encode_image_request(
            ImageRequest(operation="variation", images=(away,))
        )
    assert caught.value.losses[0].action == "needs_fetch"


def test_another_providers_file_is_refused():
    image = ImageInput(source=FileIdSource(file_id="f", dialect="anthropic-messages"))
    with pytest.raises(UnsupportedFeatureError) as caught:
        openai_chat.encode_image_request(
            ImageRequest(operation="edit", prompt="x", images=(image,))
        )
    assert caught.value.losses[0].code is LossCode.IN_IMAGE_FILE_ID


def test_fields_of_others_are_losses():
    request = ImageRequest(
        prompt="x",
        svg=SvgOptions(extra={"other": {"b": 1}}),
        extra={"other": {"a": 1}},
        headers=(("x-other", "1"),),
    )
    _, encoded = through(request, on_loss=COLLECT)
    assert {x.path for x in encoded.losses} >= {
        "$.extra['other'].a",
        "$.svg.extra['other'].b",
    }
    assert b"other" not in encoded.body


def test_fields_of_a_file_are_losses():
    own = {OWN: {"x": 1, "$spelling": {}}}
    image = ImageInput(source=Upload(data=b"x", filename="a.png", extra=own), extra=own)
    request = ImageRequest(operation="edit", prompt="x", images=(image,))
    _, encoded = through(request, on_loss=COLLECT)
    assert {x.path for x in encoded.losses} >= {
        f"$.images[0].extra['{OWN}'].x",
        f"$.images[0].source.extra['{OWN}'].x",
    }


def test_a_variation_of_what_is_no_base64():
    source = Base64Source(data="no base64!", media_type="image/png")
    request = ImageRequest(operation="variation", images=(ImageInput(source=source),))
    with pytest.raises(UnsupportedFeatureError) as caught:
        openai_chat.encode_image_request(request)
    assert {loss.path for loss in caught.value.losses} == {"$.images[0].source"}


INVALID = [
    (
        "generation with images",
        ImageRequest(prompt="x", images=(ImageInput(source=PNG),)),
        "$.images",
    ),
    (
        "generation with a mask",
        ImageRequest(prompt="x", mask=ImageInput(source=PNG)),
        "$.mask",
    ),
    ("generation without prompt", ImageRequest(), "$.prompt"),
    ("edit without image", ImageRequest(operation="edit", prompt="x"), "$.images"),
    (
        "edit without prompt",
        ImageRequest(operation="edit", images=(ImageInput(source=PNG),)),
        "$.prompt",
    ),
    ("variation without image", ImageRequest(operation="variation"), "$.images"),
]


@pytest.mark.parametrize(
    ("request_", "path"), [i[1:] for i in INVALID], ids=[i[0] for i in INVALID]
)
def test_requests_that_nobody_could_serve(request_, path):
    with pytest.raises(InvalidIRError) as caught:
        openai_chat.encode_image_request(request_)
    assert caught.value.path == path


def test_azure_names_the_model_in_the_path():
    path = "/openai/deployments/my%20image/images/generations"
    request = openai_chat.decode_image_request(b'{"prompt":"x"}', path=path)
    assert request.model == "my image"
    assert openai_chat.encode_image_request(request).body == b'{"prompt":"x"}'


BAD = [
    ("nothing", b"", (), ["$"]),
    ("a list", b"[]", (), ["$"]),
    ("deep", b"[" * 500, (), ["$"]),
    ("no prompt", b"{}", (), ["$.prompt"]),
    (
        "all at once",
        b'{"prompt":1,"n":"x","size":2,"svg":[]}',
        (),
        ["$.prompt", "$.size", "$.n", "$.svg"],
    ),
    ("no form", b"x", (("content-type", "multipart/form-data; boundary=b"),), ["$"]),
]
FORM = (("accept", "*/*"), ("content-type", "multipart/form-data; boundary=b"))


@pytest.mark.parametrize(
    ("body", "headers", "paths"), [b[1:] for b in BAD], ids=[b[0] for b in BAD]
)
def test_bad_requests_name_every_problem(body, headers, paths):
    with pytest.raises(RequestDecodeError) as caught:
        openai_chat.decode_image_request(
            body, path="/v1/images/generations", headers=headers
        )
    assert [problem.path for problem in caught.value.problems] == paths


@pytest.mark.parametrize(
    ("names", "paths"), [([], ["$.image"]), (["image", "mask", "mask"], ["$.mask"])]
)
def test_files_of_an_edit(names, paths):
    parts = [FormPart("prompt", b"x")]
    parts += [FormPart(name, b"png", "a.png", "image/png") for name in names]
    with pytest.raises(RequestDecodeError) as caught:
        openai_chat.decode_image_request(
            encode_multipart(parts, boundary="b"), path="/v1/images/edits", headers=FORM
        )
    assert [problem.path for problem in caught.value.problems] == paths


def test_images_say_that_it_is_an_edit():
    # A caller who cuts the path off has the body alone.
    body = {"prompt": "x", "images": [{"image_url": "https://a.test/1.png"}]}
    request = openai_chat.decode_image_request(dumped(body))
    assert request.operation == "edit"
    assert request.images[0].source == UrlSource(url="https://a.test/1.png")


@pytest.mark.parametrize(
    ("body", "paths"),
    [
        ({"prompt": "x"}, ["$.images"]),
        ({"prompt": "x", "images": "y"}, ["$.images"]),
        ({"prompt": "x", "images": [1, {}]}, ["$.images[0]", "$.images[1].file_id"]),
        ({"prompt": "x", "image": {"url": "https://a"}}, []),
    ],
)
def test_images_of_an_edit(body, paths):
    if not paths:
        request = openai_chat.decode_image_request(
            dumped(body), path="/v1/images/edits"
        )
        assert json.loads(openai_chat.encode_image_request(request).body) == body
        return
    with pytest.raises(RequestDecodeError) as caught:
        openai_chat.decode_image_request(dumped(body), path="/v1/images/edits")
    assert [problem.path for problem in caught.value.problems] == paths


# --- answers ------------------------------------------------------------------------


def test_every_field_of_an_answer():
    body = {
        "created": 1,
        "background": "opaque",
        "output_format": "png",
        "quality": "low",
        "size": "1x1",
        "safety_identifier": "s",
        "data": [
            {
                "b64_json": "AA",
                "url": "u",
                "revised_prompt": "r",
                "content_filter_results": {"a": 1},
            }
        ],
        "usage": {
            "input_tokens": 5,
            "input_tokens_details": {"image_tokens": 2, "text_tokens": 3},
            "output_tokens": 7,
            "output_tokens_details": {"image_tokens": 6, "text_tokens": 1},
            "total_tokens": 12,
        },
        "svg_usage": {
            "input_tokens": 1,
            "model": "m",
            "output_tokens": 2,
            "reasoning_tokens": 1,
            "total_tokens": 3,
        },
        "prompt_filter_results": [1],
    }
    response = openai_chat.decode_image_response(dumped(body))
    assert response.usage == Usage(
        input_total=5,
        output_total=7,
        input_image=2,
        output_image=6,
        extra={
            OWN: {
                "input_tokens_details": {"text_tokens": 3},
                "output_tokens_details": {"text_tokens": 1},
            }
        },
    )
    assert response.svg_usage.reasoning == 1
    encoded = openai_chat.encode_image_response(response)
    assert json.loads(encoded.body) == body
    assert encoded.losses == ()
    assert openai_chat.decode_image_response(encoded.body) == response


def test_golden_answer():
    encoded = openai_chat.encode_image_response(
        ImageResponse(
            created=7,
            images=(ir.GeneratedImage(data="AA"),),
            usage=Usage(input_total=1, output_total=2),
        )
    )
    assert encoded.body == (
        b'{"created":7,"data":[{"b64_json":"AA"}],"usage":{"input_tokens":1,'
        b'"output_tokens":2,"total_tokens":3}}'
    )


def test_a_time_is_made_up_and_said_so():
    encoded = openai_chat.encode_image_response(ImageResponse())
    assert json.loads(encoded.body) == {"created": 0, "data": []}
    assert [(x.action, x.to) for x in encoded.losses] == [("synthesised", "$.created")]


def test_losses_of_an_answer():
    response = ImageResponse(
        created=1,
        usage=Usage(cache_write=3, server_tools={"w": 1}),
        images=(ir.GeneratedImage(extra={"other": {"a": 1}}),),
        extra={"other": {"b": 1}},
    )
    encoded = openai_chat.encode_image_response(response)
    assert {x.path for x in encoded.losses} == {
        "$.images[0].extra['other'].a",
        "$.usage.cache_write",
        "$.usage.server_tools.w",
        "$.extra['other'].b",
    }


@pytest.mark.parametrize("body", [b"", b"[]", b"x", b"\xff", b'"a"'])
def test_answers_that_are_none(body):
    with pytest.raises(RemoteProtocolError):
        openai_chat.decode_image_response(body)


@pytest.mark.parametrize(
    "body",
    [
        {"created": "x", "data": {}, "usage": 1, "size": 5},
        {"data": [1]},
        {"data": [{"b64_json": 1, "url": []}]},
        {
            "usage": {
                "input_tokens": "x",
                "input_tokens_details": 1,
                "total_tokens": 2.5,
            }
        },
    ],
)
def test_wrong_types_are_kept(body):
    response = openai_chat.decode_image_response(dumped(body))
    again = json.loads(openai_chat.encode_image_response(response).body)
    assert {k: again[k] for k in body} == body


def test_an_error_inside_a_200():
    with pytest.raises(ProviderError):
        openai_chat.decode_image_response(b'{"error":{"message":"no"}}')
