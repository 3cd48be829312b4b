"""
Content parts of input messages and tool results, from JSON to the IR.

They stand in requests only, which a server reads: a fault is a problem.

Source:
    wire/openai_responses.md section 2, read 2026-11-21.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from modelwire.codecs._media import parse_data_uri
from modelwire.codecs._reader import Reader, describe
from modelwire.codecs.openai_responses._cache import take_cache
from modelwire.codecs.openai_responses._wire import DIALECT, extra_with
from modelwire.errors import Problem
from modelwire.ir._base import JSONObject
from modelwire.ir._parts import (
    Base64Source,
    DocumentPart,
    FileIdSource,
    ImagePart,
    Part,
    Source,
    TextPart,
    UnknownPart,
    UrlSource,
)

__all__ = ["Problems", "content_parts", "image_source"]

Problems = list[Problem] | None
"""Where faults go; `None`: be tolerant."""


def content_parts(items: list[Any], key: str, owner: Reader) -> tuple[Part, ...] | None:
    """
    Read a list of content parts.

    Args:
        items: The parsed list.
        key: Where it stands in *owner*.
        owner: The message or item that has it.

    Returns:
        The parts; `None` when one of them is no object, which is a problem.
    """
    out: list[Part] = []
    for index, item in enumerate(items):
        where = f"{key}[{index}]"
        if type(item) is not dict:
            owner.fault(where, "object", describe(item))
            return None
        kind = item.get("type")
        reader = _READERS.get(kind) if isinstance(kind, str) else None
        if reader is None:
            if not isinstance(kind, str):
                owner.fault(f"{where}.type", "string", describe(kind))
            out.append(UnknownPart(dialect=DIALECT, raw=item))
        else:
            out.append(reader(item, f"{owner.path}.{where}", owner.problems))
    return tuple(out)


def _text(item: JSONObject, path: str, problems: Problems) -> Part:
    text = item.get("text")
    if type(text) is not str:
        Reader(item, path, problems).fault("text", "string", describe(text))
        return UnknownPart(dialect=DIALECT, raw=item)
    if len(item) == 2:
        return TextPart(text=text)
    left = {k: v for k, v in item.items() if k not in ("type", "text")}
    return TextPart(text=text, cache=take_cache(left), extra=extra_with(left))


def _output_text(item: JSONObject, path: str, problems: Problems) -> Part:
    """Read a text of the model that stands in a tool result or a user's message."""
    part = _text(item, path, problems)
    if not isinstance(part, TextPart):
        return part
    left = {
        k: v
        for k, v in item.items()
        if k not in ("type", "text") and not (isinstance(v, list) and not v)
    }
    return TextPart(text=part.text, extra=extra_with(left, {"type": "output_text"}))


def image_source(reader: Reader) -> Source | None:
    """
    Take the source of an image: an address, a `data:` URI, or a file's id.

    Args:
        reader: The object that holds `image_url` or `file_id`.

    Returns:
        The source; `None` when there is none.
    """
    url = reader.string("image_url")
    if url is not None:
        found = parse_data_uri(url)
        if found is None:
            return UrlSource(url=url)
        return Base64Source(media_type=found[0], data=found[1])
    file_id = reader.string("file_id")
    return None if file_id is None else FileIdSource(file_id=file_id, dialect=DIALECT)


def _image(item: JSONObject, path: str, problems: Problems) -> Part:
    reader = Reader(item, path, problems)
    source = image_source(reader)
    if source is None:
        reader.fault("image_url", "string", "nothing")
        return UnknownPart(dialect=DIALECT, raw=item)
    del reader.left["type"]
    detail = reader.string("detail")
    return ImagePart(
        source=source,
        detail=detail,
        cache=take_cache(reader.left),
        extra=extra_with(reader.left, {"detail": "absent"} if detail is None else None),
    )


def _file(item: JSONObject, path: str, problems: Problems) -> Part:
    reader = Reader(item, path, problems)
    notes: JSONObject = {}
    source = _file_source(reader, notes)
    if source is None:
        reader.fault("file_data", "string", "nothing")
        return UnknownPart(dialect=DIALECT, raw=item)
    del reader.left["type"]
    filename = reader.string("filename")
    if filename is None and isinstance(source, Base64Source):
        notes["filename"] = "absent"
    return DocumentPart(
        source=source,
        filename=filename,
        cache=take_cache(reader.left),
        extra=extra_with(reader.left, notes),
    )


def _file_source(reader: Reader, notes: JSONObject) -> Source | None:
    data = reader.string("file_data")
    if data is not None:
        found = parse_data_uri(data)
        if found is not None:
            return Base64Source(media_type=found[0], data=found[1])
        # Some clients leave the `data:` head out and send the base64 text alone.
        notes["file_data"] = "bare"
        return Base64Source(media_type="", data=data)
    url = reader.string("file_url")
    if url is not None:
        return UrlSource(url=url)
    file_id = reader.string("file_id")
    return None if file_id is None else FileIdSource(file_id=file_id, dialect=DIALECT)


_READERS: Final[dict[str, Callable[[JSONObject, str, Problems], Part]]] = {
    "input_text": _text,
    "output_text": _output_text,
    "input_image": _image,
    "input_file": _file,
}
