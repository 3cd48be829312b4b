"""
The images that an edit or a variation works on, both ways.

In a form they are files (`image`, `image[]`, `mask`); in JSON they are objects with an
address, inline data as an address of its own (`data:`), or a file's id.

Source:
    wire/modalities.md section 2 and `ImageInputReferenceParam` of openai-python 3.52,
    read 2026-11-21.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs

from modelwire import ir
from modelwire.codecs._form_read import FormReader
from modelwire.codecs._media import format_data_uri, parse_data_uri
from modelwire.codecs._reader import Reader, describe
from modelwire.codecs.openai_chat._parts_decode import Problems, fault
from modelwire.codecs.openai_chat._wire import (
    DIALECT,
    extra_of,
    merge_own,
    own_fields,
    spelling_of,
)
from modelwire.ir._loss_codes import LossCode
from modelwire.ir._parts import Base64Source, FileIdSource, UrlSource

if TYPE_CHECKING:
    from modelwire.codecs._losses import LossLog
    from modelwire.ir._base import JSONObject

__all__ = [
    "as_upload",
    "decode_images",
    "decode_single",
    "encode_json_image",
    "image_files",
    "image_losses",
    "is_upload",
    "single_file",
]

_UNNAMED: str = "application/octet-stream"


def decode_images(reader: Reader, *, required: bool) -> tuple[ir.ImageInput, ...]:
    """
    Read the images of a request.

    Args:
        reader: The reader of the request, in either form.
        required: Whether it is a fault when there are none.

    Returns:
        The images, in order.
    """
    if isinstance(reader, FormReader):
        files = reader.take_files("image")
        if not files and required:
            reader.fault("image", "file", "nothing")
        usual = _usual_name(len(files))
        return tuple(
            _noted(upload, None if name == usual else name) for name, upload in files
        )
    # xAI names one image `image`: an unknown field here, and one is enough.
    items = reader.array("images", required=required and "image" not in reader.left)
    out: list[ir.ImageInput] = []
    for number, item in enumerate(items or []):
        image = _decode_item(item, f"$.images[{number}]", reader.problems)
        if image is not None:
            out.append(image)
    return tuple(out)


def decode_single(reader: Reader, key: str) -> ir.ImageInput | None:
    """
    Read one image in a field of its own.

    Args:
        reader: The reader of the request, in either form.
        key: The field.

    Returns:
        The image; `None`: there is none.
    """
    if isinstance(reader, FormReader):
        files = reader.take_files(key)
        if len(files) > 1:
            reader.fault(key, "one file", "several")
        return _noted(files[0][1], None) if files else None
    item = reader.mapping(key)
    return None if item is None else _decode_item(item, f"$.{key}", reader.problems)


def _usual_name(count: int) -> str:
    return "image" if count == 1 else "image[]"


def _noted(upload: ir.Upload, name: str | None) -> ir.ImageInput:
    return ir.ImageInput(
        source=upload, extra={} if name is None else extra_of(None, {"name": name})
    )


def _decode_item(item: Any, path: str, problems: Problems) -> ir.ImageInput | None:
    if type(item) is not dict:
        fault(problems, path, "object", describe(item))
        return None
    reader = Reader(item, path, problems)
    url = reader.string("image_url")
    source: ir.ImageSource
    if url is not None:
        source = _address(url)
    else:
        file_id = reader.string("file_id", required=True)
        if file_id is None:
            return None
        source = FileIdSource(file_id=file_id, dialect=DIALECT)
    return ir.ImageInput(source=source, extra=extra_of(reader))


def _address(url: str) -> ir.ImageSource:
    found = parse_data_uri(url)
    # One that is spelled in another way is an address like any other.
    if found is not None and format_data_uri(*found) == url:
        return Base64Source(media_type=found[0], data=found[1])
    return UrlSource(url=url)


# --- writing ------------------------------------------------------------------------


def encode_json_image(image: ir.ImageInput) -> JSONObject:
    """
    Write an image as an object.

    Args:
        image: The image.

    Returns:
        The object; a file becomes a `data:` address.
    """
    source = image.source
    out: JSONObject
    if isinstance(source, FileIdSource):
        out = {"file_id": source.file_id}
    elif isinstance(source, UrlSource):
        out = {"image_url": source.url}
    elif isinstance(source, Base64Source):
        out = {"image_url": format_data_uri(source.media_type, source.data)}
    else:
        from base64 import b64encode  # noqa: PLC0415 - loads with the first file

        data = b64encode(source.data).decode()
        out = {"image_url": format_data_uri(source.media_type or _UNNAMED, data)}
    merge_own(out, image.extra)
    return out


def image_files(images: tuple[ir.ImageInput, ...]) -> list[tuple[str, ir.Upload]]:
    """
    Give the images as files of a form.

    Args:
        images: Images that are files.

    Returns:
        Names of parts and files; a name as it came, else `image`, or `image[]` for
        several.
    """
    usual = _usual_name(len(images))
    out: list[tuple[str, ir.Upload]] = []
    for image in images:
        name = spelling_of(image.extra).get("name")
        if isinstance(image.source, ir.Upload):
            out.append((name if isinstance(name, str) else usual, image.source))
    return out


def single_file(image: ir.ImageInput | None, key: str) -> list[tuple[str, ir.Upload]]:
    """
    Give one image as a file of a form.

    Args:
        image: The image, if there is one.
        key: Its field.

    Returns:
        The field and the file, or nothing.
    """
    if image is None or not isinstance(image.source, ir.Upload):
        return []
    return [(key, image.source)]


def image_losses(image: ir.ImageInput, log: LossLog, path: str, *, form: bool) -> None:
    """
    Record what writing an image does not carry over.

    Args:
        image: The image.
        log: Where losses go.
        path: Its place in the request.
        form: Whether it is written as a file of a form.
    """
    source = image.source
    log.drop_extra(image.extra, path, LossCode.IN_IMAGE_BASE64)
    if isinstance(source, FileIdSource) and source.dialect not in (None, DIALECT):
        log.add(
            LossCode.IN_IMAGE_FILE_ID,
            f"{path}.source.file_id",
            "needs_fetch",
            severity="error",
            detail="the id is another provider's",
        )
    if isinstance(source, FileIdSource | UrlSource) and source.media_type is not None:
        log.drop(LossCode.IN_IMAGE_BASE64, f"{path}.source.media_type")
    if form:
        for name in own_fields(image.extra):
            if not name.startswith("$"):
                log.drop_field(LossCode.IN_IMAGE_BASE64, path, DIALECT, name)
    if not isinstance(source, ir.Upload):
        return
    where = f"{path}.source"
    if not form:
        # An object has one member for all of a file: its type and its data.
        log.approximate(LossCode.IN_IMAGE_BASE64, where, "as an address")
        return
    log.drop_extra(source.extra, where, LossCode.IN_IMAGE_BASE64)
    for name in source.extra.get(DIALECT, {}):
        if name != "headers":
            log.drop_field(LossCode.IN_IMAGE_BASE64, where, DIALECT, name)


def is_upload(image: ir.ImageInput | None) -> bool:
    """
    Say whether an image can be a file of a form.

    Args:
        image: The image; nothing hinders nothing.

    Returns:
        Whether its bytes are at hand.
    """
    return image is None or isinstance(image.source, ir.Upload)


def as_upload(image: ir.ImageInput) -> ir.ImageInput:
    """
    Make a file of inline base64, for an operation that takes files only.

    Args:
        image: The image.

    Returns:
        The image with its bytes, or itself where they are not at hand.
    """
    source = image.source
    if not isinstance(source, Base64Source):
        return image
    from base64 import b64decode  # noqa: PLC0415 - loads with the first file

    try:
        data = b64decode(source.data, validate=True)
    except ValueError:
        return image
    # The server reads the format from the name.
    ending = source.media_type.partition("/")[2].partition(";")[0]
    name = f"image.{ending}" if ending.isalnum() else "image"
    upload = ir.Upload(data=data, filename=name, media_type=source.media_type)
    changed: ir.ImageInput = attrs.evolve(image, source=upload)
    return changed
