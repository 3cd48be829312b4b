"""
What the requests and answers of OpenAI's image and audio operations share.

A request is JSON or a form; both are read through the same `Reader` interface.

Source:
    wire/modalities.md sections 2 and 3, read 2026-11-21.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from modelwire import ir
from modelwire.codecs._form_read import FormReader, form_boundary, read_form
from modelwire.codecs._json import loads
from modelwire.codecs._percent import unquoted
from modelwire.codecs._reader import Reader, describe
from modelwire.codecs._request_body import request_object
from modelwire.codecs.openai_chat._errors import decode_error
from modelwire.codecs.openai_chat._wire import DIALECT, extra_of
from modelwire.errors import ProviderError, RemoteProtocolError
from modelwire.ir._loss_codes import LossCode

if TYPE_CHECKING:
    from modelwire.codecs._base import Headers
    from modelwire.codecs._losses import LossLog
    from modelwire.errors import Problem
    from modelwire.ir._base import Extra, JSONObject

__all__ = [
    "answer_object",
    "content_type",
    "file_losses",
    "media_extra",
    "open_request",
    "other_files",
    "refuse_error",
    "take_model",
]

_DEPLOYMENT: Final = r"/deployments/([^/?]+)/"


def open_request(body: bytes, headers: Headers, problems: list[Problem]) -> Reader:
    """
    Parse the body of a request.

    Args:
        body: The body.
        headers: The request's headers; the content type decides what the body is.
        problems: Where faults of single fields go.

    Returns:
        A reader of its fields: a `FormReader` for a form.

    Raises:
        RequestDecodeError: The body is neither a form nor a JSON object.
    """
    boundary = form_boundary(headers)
    if boundary is not None:
        return read_form(body, boundary, DIALECT, problems)
    return Reader(request_object(body, DIALECT, too_deep=True), "$", problems)


def take_model(
    reader: Reader, path: str, notes: JSONObject, *, required: bool
) -> str | None:
    """
    Take the model, from the body or from Azure's path.

    Args:
        reader: The reader of the request.
        path: The URL's path.
        notes: Where it is noted that the path named it.
        required: Whether it is a fault when nothing names it.

    Returns:
        The model.
    """
    deployment = re.search(_DEPLOYMENT, path)
    model = reader.string("model", required=required and deployment is None)
    if model is None and deployment is not None:
        notes["model"] = "path"
        return unquoted(deployment.group(1))
    return model


def media_extra(
    reader: Reader, notes: JSONObject, nested: JSONObject | None = None
) -> Extra:
    """
    Keep what a request's reader has left, and how its form was spelled.

    Args:
        reader: The reader of the request.
        notes: Notes that the encoder repeats.
        nested: What is left of objects inside.

    Returns:
        The request's `extra`.
    """
    if isinstance(reader, FormReader) and reader.notes:
        notes = {**notes, "form": reader.notes}
    return extra_of(reader, notes, nested)


def other_files(reader: FormReader) -> tuple[ir.FormFile, ...]:
    """
    Keep the files that nothing has taken.

    Args:
        reader: The reader of the request.

    Returns:
        The files with their fields.
    """
    return tuple(ir.FormFile(field=name, file=upload) for name, upload in reader.files)


def content_type(headers: Headers) -> str:
    """
    Give the content type without its parameters.

    Args:
        headers: The headers.

    Returns:
        The type in lower case; empty where there is none.
    """
    for name, value in headers:
        if name.lower() == "content-type":
            return value.partition(";")[0].strip().lower()
    return ""


def refuse_error(body: bytes, status: int, headers: Headers) -> None:
    """
    Raise what the server reported by its status.

    Args:
        body: The body.
        status: The HTTP status.
        headers: The response's headers.

    Raises:
        ProviderError: The status is 400 or above.
    """
    if status >= 400:
        raise ProviderError(decode_error(body, status=status, headers=headers))


def answer_object(
    body: bytes, status: int, headers: Headers, *, substance: str
) -> JSONObject:
    """
    Parse the body of an answer.

    Args:
        body: The body.
        status: The HTTP status.
        headers: The response's headers; read for errors only.
        substance: The field that an answer has and an error in a 200 has not.

    Returns:
        The object.

    Raises:
        ProviderError: The server reported an error.
        RemoteProtocolError: The body is no JSON object.
    """
    refuse_error(body, status, headers)
    parsed = loads(body)
    if type(parsed) is not dict:
        msg = f"expected a JSON object, got {describe(parsed)}"
        raise RemoteProtocolError(msg, dialect=DIALECT)
    if parsed.get("error") and substance not in parsed:
        raise ProviderError(decode_error(body, status=status, headers=headers))
    return parsed


def file_losses(files: tuple[ir.FormFile, ...], log: LossLog, *, form: bool) -> None:
    """
    Record what writing files of unknown fields does not carry over.

    Args:
        files: The files.
        log: Where losses go.
        form: Whether a form is written, which carries them.
    """
    for number, other in enumerate(files):
        path = f"$.other_files[{number}]"
        if not form:
            log.add(LossCode.META_KV, path, "dropped", severity="content")
        else:
            log.drop_extra(other.file.extra, f"{path}.file", LossCode.META_KV)
