"""
Writing a `multipart/form-data` request: an object and files to one body.

The counterpart of `_form_read`: text as it is, numbers and booleans as JSON spells
them, lists as repeated names (`name[]`), objects as names with brackets.

Source:
    wire/modalities.md sections 2 and 3; the array format `brackets` of openai-python
    3.52 (`_qs.py`), read 2026-11-21.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from modelwire import framing
from modelwire.codecs._json import dumps_str
from modelwire.errors import LocalError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from modelwire.ir._base import JSONObject
    from modelwire.ir._uploads import Upload

__all__ = ["write_form"]


def write_form(
    fields: JSONObject,
    files: Iterable[tuple[str, Upload]],
    dialect: str,
    notes: JSONObject | None = None,
) -> tuple[tuple[tuple[str, str], ...], bytes]:
    """
    Write a form.

    Args:
        fields: What is no file, in order; `None` is left out.
        files: Names of parts, and the files in them.
        dialect: The dialect that is written.
        notes: How lists and objects were spelled (`FormReader.notes`).

    Returns:
        The headers and the body; the same for the same input.

    Raises:
        LocalError: A name or type would not arrive as it is.
    """
    notes = notes or {}
    parts: list[framing.FormPart] = []
    for name, value in fields.items():
        texts = _spelled(name, value, notes)
        parts += [framing.FormPart(key, _encoded(key, text)) for key, text in texts]
    for name, upload in files:
        given = upload.extra.get(dialect, {}).get("headers")
        parts.append(
            framing.FormPart(
                name,
                upload.data,
                upload.filename,
                upload.media_type,
                tuple((str(n), str(v)) for n, v in given) if given else (),
            )
        )
    boundary = framing.pick_boundary(parts)
    headers = (("content-type", framing.multipart_content_type(boundary)),)
    return headers, framing.encode_multipart(parts, boundary=boundary)


def _encoded(name: str, text: str) -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError as error:
        msg = "a lone surrogate is no text"
        raise LocalError(msg, path=name) from error


def _spelled(name: str, value: Any, notes: JSONObject) -> Iterator[tuple[str, str]]:
    """Give the parts of one field, in the spelling that it came in."""
    note = notes.get(name)
    if isinstance(value, dict) and note == "json":
        yield name, dumps_str(value)
    elif isinstance(value, list | tuple):
        names = note if isinstance(note, list) else []
        if len(names) != len(value):
            bare = name.endswith("[]") or name in notes.get("repeated", ())
            names = [name if bare else f"{name}[]"] * len(value)
        for key, item in zip(names, value, strict=True):
            yield from _flat(str(key), item)
    else:
        yield from _flat(name, value)


def _flat(name: str, value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield name, value
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _flat(f"{name}[{key}]", item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _flat(f"{name}[]", item)
    elif value is not None:
        yield name, dumps_str(value)
