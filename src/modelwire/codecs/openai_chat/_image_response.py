"""
Answers with images, both ways.

It takes the bytes of an answer and gives an `ImageResponse`, or raises what the server
reported; and it writes one.

Source:
    wire/modalities.md section 2 and `ImagesResponse` of openai-python 3.52, read
    2026-11-21.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from modelwire import ir
from modelwire.codecs._base import (
    RAISE_ON_ERROR,
    EncodedResponse,
    Headers,
    LossPolicy,
)
from modelwire.codecs._json import dumps
from modelwire.codecs._losses import LossLog
from modelwire.codecs._reader import Reader
from modelwire.codecs.openai_chat._media_request import answer_object
from modelwire.codecs.openai_chat._media_usage import (
    decode_media_usage,
    encode_media_usage,
    media_usage_losses,
)
from modelwire.codecs.openai_chat._wire import (
    DIALECT,
    JSON_HEADERS,
    extra_of,
    merge_own,
    spelling_of,
)
from modelwire.ir._loss_codes import LossCode

if TYPE_CHECKING:
    from modelwire.ir._base import JSONObject

__all__ = ["decode_image_response", "encode_image_response"]

_STRINGS: Final = (
    "background",
    "output_format",
    "quality",
    "size",
    "safety_identifier",
)


def decode_image_response(
    body: bytes,
    *,
    status: int = 200,
    headers: Headers = (),
    request: ir.ImageRequest | None = None,
) -> ir.ImageResponse:
    """
    Read an answer with images.

    Args:
        body: The body.
        status: The HTTP status.
        headers: The response's headers; read for errors only.
        request: The request that it answers; nothing is read from it.

    Returns:
        The images, with every unknown field in `extra`.

    Raises:
        ProviderError: The server reported an error.
        RemoteProtocolError: The body is no JSON object.

    Shapes:
        `{"created", "data": [{b64_json?, url?, revised_prompt?}], "usage"?, …}`.
    """
    del request
    parsed = answer_object(body, status, headers, substance="data")
    reader = Reader(parsed, "$", None)
    found = reader.left.get("data")
    images: tuple[ir.GeneratedImage, ...] = ()
    if isinstance(found, list) and all(type(item) is dict for item in found):
        del reader.left["data"]
        images = tuple(_image(item) for item in found)
    created = reader.integer("created")
    usage = reader.mapping("usage")
    svg_usage = reader.mapping("svg_usage")
    words = {name: reader.string(name) for name in _STRINGS}
    notes: JSONObject = {"created": "absent"} if created is None else {}
    return ir.ImageResponse(
        created=created,
        images=images,
        usage=None if usage is None else decode_media_usage(usage),
        svg_usage=None if svg_usage is None else decode_media_usage(svg_usage),
        extra=extra_of(reader, notes),
        **words,
    )


def _image(item: JSONObject) -> ir.GeneratedImage:
    reader = Reader(item, "", None)
    return ir.GeneratedImage(
        data=reader.string("b64_json"),
        url=reader.string("url"),
        revised_prompt=reader.string("revised_prompt"),
        extra=extra_of(reader),
    )


def encode_image_response(
    response: ir.ImageResponse,
    *,
    request: ir.ImageRequest | None = None,
    on_loss: LossPolicy = RAISE_ON_ERROR,
) -> EncodedResponse:
    """
    Write an answer with images.

    Args:
        response: The images, of any source.
        request: The request that is answered; nothing is read from it.
        on_loss: Which losses refuse the answer.

    Returns:
        The answer.  A time that is not known is 0: the vendor's type requires one.

    Raises:
        UnsupportedFeatureError: *on_loss* refuses a loss.
    """
    del request
    log = LossLog(DIALECT)
    out: JSONObject = {}
    if response.created is not None:
        out["created"] = response.created
    elif spelling_of(response.extra).get("created") != "absent":
        out["created"] = 0
        log.add(LossCode.RESP_CREATED, None, "synthesised", to="$.created")
    for name in _STRINGS:
        value = getattr(response, name)
        if value is not None:
            out[name] = value
    data: list[Any] = []
    for number, image in enumerate(response.images):
        item: JSONObject = {}
        for wire, value in (
            ("b64_json", image.data),
            ("url", image.url),
            ("revised_prompt", image.revised_prompt),
        ):
            if value is not None:
                item[wire] = value
        merge_own(item, image.extra)
        log.drop_extra(image.extra, f"$.images[{number}]", LossCode.OUT_IMAGE)
        data.append(item)
    own = response.extra.get(DIALECT, {})
    if data or "data" not in own:
        out["data"] = data
    for name, usage in (
        ("usage", response.usage),
        ("svg_usage", response.svg_usage),
    ):
        if usage is not None:
            out[name] = encode_media_usage(usage)
            media_usage_losses(usage, log, f"$.{name}")
    merge_own(out, response.extra)
    log.drop_extra(response.extra, "$", LossCode.RESP_FINGERPRINT)
    return EncodedResponse(
        headers=JSON_HEADERS, body=dumps(out), losses=log.settle(on_loss)
    )
