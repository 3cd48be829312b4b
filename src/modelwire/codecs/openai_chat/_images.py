"""
Image requests of the OpenAI API, both ways: generations, edits, variations.

It takes the bytes of a request, JSON or a form, and gives an `ImageRequest`, or every
fault of it in one `RequestDecodeError`; and it writes one.  The answer's side is
`_image_response`.

Source:
    wire/modalities.md section 2 and the types of openai-python 3.52, read 2026-11-21.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from modelwire import ir
from modelwire.codecs._base import (
    RAISE_ON_ERROR,
    EncodedRequest,
    Headers,
    LossPolicy,
)
from modelwire.codecs._form_read import FormReader, nested_reader
from modelwire.codecs._form_write import write_form
from modelwire.codecs._json import dumps
from modelwire.codecs._losses import LossLog
from modelwire.codecs._openai_headers import keep_headers
from modelwire.codecs._openai_params import write_headers
from modelwire.codecs._profile import Profile
from modelwire.codecs.openai_chat._image_inputs import (
    as_upload,
    decode_images,
    decode_single,
    encode_json_image,
    image_files,
    image_losses,
    is_upload,
    single_file,
)
from modelwire.codecs.openai_chat._image_response import (
    decode_image_response,
    encode_image_response,
)
from modelwire.codecs.openai_chat._media_request import (
    file_losses,
    media_extra,
    open_request,
    other_files,
    take_model,
)
from modelwire.codecs.openai_chat._profiles import DEFAULT_PROFILE
from modelwire.codecs.openai_chat._wire import (
    DIALECT,
    JSON_HEADERS,
    extra_of,
    merge_own,
    spelling_of,
)
from modelwire.errors import InvalidIRError, Problem, RequestDecodeError
from modelwire.ir._loss_codes import LossCode
from modelwire.ir._parts import Base64Source

if TYPE_CHECKING:
    from modelwire.codecs._reader import Reader
    from modelwire.ir._base import JSONObject

__all__ = [
    "decode_image_request",
    "decode_image_response",
    "encode_image_request",
    "encode_image_response",
]

_PATHS: Final[dict[ir.ImageOperation, str]] = {
    "generation": "/v1/images/generations",
    "edit": "/v1/images/edits",
    "variation": "/v1/images/variations",
}
_STRINGS: Final[tuple[tuple[str, str], ...]] = (
    ("size", "size"),
    ("quality", "quality"),
    ("style", "style"),
    ("background", "background"),
    ("output_format", "output_format"),
    ("response_format", "response_format"),
    ("moderation", "moderation"),
    ("input_fidelity", "input_fidelity"),
    ("complexity", "complexity"),
    ("user_id", "user"),
    ("safety_identifier", "safety_identifier"),
)
_INTEGERS: Final[tuple[tuple[str, str], ...]] = (
    ("count", "n"),
    ("output_compression", "output_compression"),
    ("partial_images", "partial_images"),
    ("frame_count", "frame_count"),
    ("frame_duration_ms", "frame_duration_ms"),
)


# --- reading ------------------------------------------------------------------------


def decode_image_request(
    body: bytes, *, path: str = "", query: str = "", headers: Headers = ()
) -> ir.ImageRequest:
    """
    Read a request for images.

    Args:
        body: The body: JSON, or a form as the content type says.
        path: The URL's path, which names the operation; without one, images to work
            on make it an edit.
        query: The URL's query; nothing is read from it.
        headers: The request's headers; the content type and protocol headers count.

    Returns:
        The request, with every unknown field in `extra` and unknown files in
        `other_files`.

    Raises:
        RequestDecodeError: The body is not a request; all problems are in it.

    Shapes:
        `{"prompt": …, "model": …, …}`; for edits also `images: [{image_url|file_id}]`
        and `mask`, or a form with files `image`, `image[]`, `mask`, `markup`.
    """
    del query
    problems: list[Problem] = []
    reader = open_request(body, headers, problems)
    operation = _operation(path, reader)
    notes: JSONObject = {}
    # OpenAI has a default model.
    model = take_model(reader, path, notes, required=False)
    works_on = operation != "generation"
    edit = operation == "edit"
    request = _read(
        reader,
        notes,
        {
            "operation": operation,
            "model": model,
            "prompt": reader.string("prompt", required=operation != "variation"),
            "images": decode_images(reader, required=True) if works_on else (),
            "mask": decode_single(reader, "mask") if edit else None,
            "markup": decode_single(reader, "markup") if edit else None,
            "headers": keep_headers(headers),
        },
    )
    if problems:
        raise RequestDecodeError(tuple(problems), dialect=DIALECT)
    return request


def _operation(path: str, reader: Reader) -> ir.ImageOperation:
    bare = path.partition("?")[0].rstrip("/")
    if bare.endswith("/edits"):
        return "edit"
    if bare.endswith("/variations"):
        return "variation"
    if not bare and (isinstance(reader, FormReader) or "images" in reader.left):
        return "edit"
    return "generation"


def _read(reader: Reader, notes: JSONObject, given: dict[str, Any]) -> ir.ImageRequest:
    for name, wire in _STRINGS:
        given[name] = reader.string(wire)
    for name, wire in _INTEGERS:
        given[name] = reader.integer(wire)
    svg = nested_reader(reader, "svg")
    if svg is not None:
        reasoning = nested_reader(svg, "reasoning")
        given["svg"] = ir.SvgOptions(
            model=svg.string("model"),
            effort=None if reasoning is None else reasoning.string("effort"),
            extra=extra_of(
                svg, None, None if reasoning is None else {"reasoning": reasoning.left}
            ),
        )
    given["stream"] = reader.boolean("stream") or False
    if isinstance(reader, FormReader):
        given["other_files"] = other_files(reader)
    return ir.ImageRequest(extra=media_extra(reader, notes), **given)


# --- writing ------------------------------------------------------------------------


def encode_image_request(
    request: ir.ImageRequest,
    *,
    profile: Profile = DEFAULT_PROFILE,
    on_loss: LossPolicy = RAISE_ON_ERROR,
) -> EncodedRequest:
    """
    Write a request for images.

    Args:
        request: The request, of any source.
        profile: The variant to write; none differs here.
        on_loss: Which losses refuse the request.

    Returns:
        The request: an edit is a form where all its images are files, else JSON; a
        variation is always a form.

    Raises:
        UnsupportedFeatureError: *on_loss* refuses a loss.
        InvalidIRError: The operation does not have what it needs, or has images that
            it does not take.
        LocalError: A name or type would not arrive as it is.
    """
    del profile
    log = LossLog(DIALECT)
    _check(request)
    images = request.images
    form = request.operation == "variation"
    if form:
        images = tuple(as_upload(image) for image in images)
    elif request.operation == "edit":
        inputs = (*images, request.mask, request.markup)
        form = bool(images) and all(map(is_upload, inputs))
    fields = _fields(request)
    headers: tuple[tuple[str, str], ...] = JSON_HEADERS
    if form:
        files = [
            *image_files(images),
            *single_file(request.mask, "mask"),
            *single_file(request.markup, "markup"),
            *((other.field, other.file) for other in request.other_files),
        ]
        notes = spelling_of(request.extra).get("form")
        form_headers, body = write_form(fields, files, DIALECT, notes)
        headers = form_headers
    else:
        _add_objects(fields, request, images)
        body = dumps(fields)
    _losses(request, log, form=form)
    for number, image in enumerate(images):
        if form and isinstance(request.images[number].source, Base64Source):
            # The bytes are the same; where they stand is another place.
            log.add(LossCode.IN_IMAGE_BASE64, f"$.images[{number}].source", "moved")
        if form and not is_upload(image):
            log.add(
                LossCode.IN_IMAGE_URL,
                f"$.images[{number}].source",
                "needs_fetch",
                severity="error",
                detail="the operation takes files only",
            )
    own = write_headers(request.headers, log)
    return EncodedRequest(
        method="POST",
        path=_PATHS[request.operation],
        headers=(*headers, *(pair for pair in own if pair[0] != "content-type")),
        body=body,
        losses=log.settle(on_loss),
    )


def _check(request: ir.ImageRequest) -> None:
    """Refuse what no server could make sense of."""
    operation = request.operation
    for name in ("mask", "markup") if operation != "edit" else ():
        if getattr(request, name) is not None:
            msg = f"the {operation} takes no such image"
            raise InvalidIRError(msg, path=f"$.{name}", dialect=DIALECT)
    if operation == "generation":
        if request.images:
            msg = "the generation works on no image"
            raise InvalidIRError(msg, path="$.images", dialect=DIALECT)
    elif not request.images and "image" not in request.extra.get(DIALECT, {}):
        msg = f"the {operation} needs an image"
        raise InvalidIRError(msg, path="$.images", dialect=DIALECT)
    if operation != "variation" and request.prompt is None:
        msg = f"the {operation} needs a prompt"
        raise InvalidIRError(msg, path="$.prompt", dialect=DIALECT)


def _fields(request: ir.ImageRequest) -> JSONObject:
    """Give what is no image, in order."""
    out: JSONObject = {}
    if request.model and spelling_of(request.extra).get("model") != "path":
        out["model"] = request.model
    if request.prompt is not None:
        out["prompt"] = request.prompt
    for name, wire in (*_INTEGERS, *_STRINGS):
        value = getattr(request, name)
        if value is not None:
            out[wire] = value
    svg = request.svg
    if svg is not None:
        inner: JSONObject = {}
        if svg.model is not None:
            inner["model"] = svg.model
        if svg.effort is not None:
            inner["reasoning"] = {"effort": svg.effort}
        merge_own(inner, svg.extra)
        out["svg"] = inner
    if request.stream:
        out["stream"] = True
    merge_own(out, request.extra)
    return out


def _add_objects(
    fields: JSONObject, request: ir.ImageRequest, images: tuple[ir.ImageInput, ...]
) -> None:
    if images:
        fields["images"] = [encode_json_image(image) for image in images]
    for name, image in (("mask", request.mask), ("markup", request.markup)):
        if image is not None:
            fields[name] = encode_json_image(image)


def _losses(request: ir.ImageRequest, log: LossLog, *, form: bool) -> None:
    log.drop_extra(request.extra, "$", LossCode.META_KV)
    if request.svg is not None:
        log.drop_extra(request.svg.extra, "$.svg", LossCode.META_KV)
    for number, image in enumerate(request.images):
        image_losses(image, log, f"$.images[{number}]", form=form)
    for name, single in (("mask", request.mask), ("markup", request.markup)):
        if single is not None:
            image_losses(single, log, f"$.{name}", form=form)
    file_losses(request.other_files, log, form=form)
