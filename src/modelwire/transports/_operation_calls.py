"""What the two providers share of operations beside chat: all but the waiting."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import attrs

from modelwire.codecs._json import loads
from modelwire.errors import RemoteProtocolError
from modelwire.framing import (
    FormPart,
    encode_multipart,
    multipart_content_type,
    pick_boundary,
)
from modelwire.transports._native import json_object, refused

if TYPE_CHECKING:
    from modelwire.ir._base import JSONObject
    from modelwire.transports._raw import RawResponse

__all__ = ["form_call", "model_of", "succeeded", "transcript_of"]


def model_of(body: bytes | Mapping[str, Any]) -> str:
    """
    Read the model that a body names.

    Args:
        body: The body, or the object that it will be.

    Returns:
        The model's name; empty where it names none: the server has a default, or
        says what is wrong.
    """
    try:
        value = loads(body) if isinstance(body, bytes) else body
    except RemoteProtocolError:
        value = None
    model = value.get("model") if isinstance(value, Mapping) else None
    return model if isinstance(model, str) else ""


def succeeded(dialect: str, raw: RawResponse) -> RawResponse:
    """
    Give an answer that is none of an error.

    Args:
        dialect: The answer's dialect.
        raw: The answer.

    Returns:
        *raw* itself.

    Raises:
        ProviderError: The status says that the upstream refused.
    """
    if not raw.ok:
        raise refused(dialect, raw)
    return raw


def form_call(
    parts: Iterable[FormPart], aliases: Mapping[str, str]
) -> tuple[bytes, tuple[tuple[str, str], ...], str]:
    """
    Write a form.

    Args:
        parts: Its parts; the one called `model` names the model.
        aliases: Names of models: the caller's to the endpoint's.

    Returns:
        The body, its content type as a header, and the model's name at the endpoint.
    """
    sent: list[FormPart] = []
    model = ""
    for part in parts:
        if part.name != "model":
            sent.append(part)
            continue
        name = part.data.decode("utf-8", "replace")
        model = aliases.get(name, name)
        sent.append(part if model == name else attrs.evolve(part, data=model.encode()))
    boundary = pick_boundary(sent)
    headers = (("content-type", multipart_content_type(boundary)),)
    return encode_multipart(sent, boundary=boundary), headers, model


def transcript_of(raw: RawResponse) -> JSONObject | str:
    """
    Read a transcript.

    Args:
        raw: The answer.

    Returns:
        The object, or the text of the formats that are text (srt, vtt, text).

    Raises:
        RemoteProtocolError: It says to be JSON and is no object.
    """
    content_type = dict(raw.headers).get("content-type", "")
    # Some servers say text/plain of everything; an object is one all the same.
    if "json" in content_type or raw.body.lstrip()[:1] == b"{":
        return json_object(raw.body)
    return raw.body.decode("utf-8", "replace")
