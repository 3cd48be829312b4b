"""
Models: `ModelList` and `GET /models` and `GET /models/{model}`.

Both sides: what a client sends and reads, and what a server reads and sends.  The
list has no pages.

Source:
    `Model` of openai-python 3.52, and the lists of compatible servers (Copilot,
    llama.cpp, Bedrock), read 2026-11-21.
"""

from __future__ import annotations

from typing import Final

from modelwire import ir
from modelwire.codecs._answer_body import answer_object
from modelwire.codecs._base import (
    RAISE_ON_ERROR,
    EncodedRequest,
    EncodedResponse,
    Headers,
    LossPolicy,
)
from modelwire.codecs._json import dumps
from modelwire.codecs._losses import LossLog
from modelwire.codecs._model_paths import listed_model, model_path, query_of
from modelwire.codecs._openai_headers import keep_headers
from modelwire.codecs._openai_params import write_headers
from modelwire.codecs._profile import Profile
from modelwire.codecs._reader import Reader
from modelwire.codecs.openai_chat._errors import decode_error
from modelwire.codecs.openai_chat._profiles import DEFAULT_PROFILE
from modelwire.codecs.openai_chat._wire import (
    DIALECT,
    JSON_HEADERS,
    extra_of,
    merge_own,
    own_fields,
    spelling_of,
)
from modelwire.ir._base import JSONObject
from modelwire.ir._losses import LossCode, Severity

__all__ = [
    "decode_model_list_request",
    "decode_model_list_response",
    "encode_model_list_request",
    "encode_model_list_response",
]

PATH: Final = "/v1/models"
"""The vendor's default path."""

_ABSENT: Final = "absent"
_NOBODY: Final = "unknown"
"""Whose a model is that nobody owns up to; the vendor's type requires a name."""


def decode_model_list_request(
    body: bytes = b"", *, path: str = "", query: str = "", headers: Headers = ()
) -> ir.ModelListRequest:
    """
    Read the request that a client sent.

    Args:
        body: Empty.
        path: The request's path; it names the one model that is asked for.
        query: The query; all of it is kept as unknown.
        headers: The headers; the protocol's own are kept.

    Returns:
        The request.
    """
    del body
    left = query_of(path, query)
    return ir.ModelListRequest(
        model=listed_model(path),
        headers=keep_headers(headers),
        extra={DIALECT: left} if left else {},
    )


def encode_model_list_request(
    request: ir.ModelListRequest,
    *,
    profile: Profile = DEFAULT_PROFILE,
    on_loss: LossPolicy = RAISE_ON_ERROR,
) -> EncodedRequest:
    """
    Write a request.

    Args:
        request: The request, of any source.
        profile: The variant; nothing of it is read.
        on_loss: Which losses refuse the request.

    Returns:
        The request with its losses.

    Raises:
        UnsupportedFeatureError: *on_loss* refuses a loss: there are no pages here, and
            asking for a later one would give the first again.
    """
    del profile
    log = LossLog(DIALECT)
    if request.limit is not None:
        log.add(LossCode.META_KV, "$.limit", "dropped", severity="parameter")
    for name in ("after", "before"):
        if getattr(request, name) is not None:
            log.add(LossCode.META_KV, f"$.{name}", "dropped", severity="error")
    log.drop_extra(request.extra, "$", LossCode.META_KV)
    return EncodedRequest(
        method="GET",
        path=model_path(PATH, request.model),
        query=tuple(own_fields(request.extra).items()),
        headers=tuple(
            pair
            for pair in write_headers(request.headers, log)
            if pair not in JSON_HEADERS
        ),
        body=b"",
        losses=log.settle(on_loss),
    )


def decode_model_list_response(
    body: bytes,
    *,
    status: int = 200,
    headers: Headers = (),
    request: ir.ModelListRequest | None = None,
) -> ir.ModelList:
    """
    Read a response.

    Args:
        body: The body.
        status: The HTTP status.
        headers: The response's headers; read for errors only.
        request: The request that it answers; nothing of it is read: a list has `data`.

    Returns:
        The models, with every unknown field in `extra`.

    Raises:
        ProviderError: The server reported an error.
        RemoteProtocolError: The body is no JSON object.

    Shapes:
        `{"object": "list", "data": [model]}` or one model: `{"id", "object": "model",
        "created", "owned_by"}`.
    """
    del request
    obj = answer_object(body, DIALECT, decode_error, status=status, headers=headers)
    if type(obj.get("data")) is not list and type(obj.get("id")) is str:
        return ir.ModelList(models=(_model(obj),), is_single=True)
    reader = Reader(obj, "$", None)
    notes: JSONObject = {}
    if reader.left.get("object") == "list":
        del reader.left["object"]
    elif reader.left.get("object") is None:
        notes[_ABSENT] = ["object"]
    data = reader.array("data") or []
    return ir.ModelList(
        models=tuple(_model(item) for item in data if type(item) is dict),
        extra=extra_of(reader, notes),
    )


def _model(item: JSONObject) -> ir.ModelInfo:
    reader = Reader(item, "", None)
    absent = [
        name
        for name in ("id", "object", "created", "owned_by")
        if item.get(name) is None
    ]
    if reader.left.get("object") == "model":
        del reader.left["object"]
    return ir.ModelInfo(
        id=reader.string("id") or "",
        created=reader.integer("created"),
        owned_by=reader.string("owned_by"),
        extra=extra_of(reader, {_ABSENT: absent} if absent else {}),
    )


def encode_model_list_response(
    response: ir.ModelList,
    *,
    request: ir.ModelListRequest | None = None,
    on_loss: LossPolicy = RAISE_ON_ERROR,
) -> EncodedResponse:
    """
    Write a response.

    Args:
        response: The models, of any source.
        request: The request that it answers; nothing of it is read.
        on_loss: Which losses refuse the response.

    Returns:
        The response with its losses.

    Raises:
        UnsupportedFeatureError: *on_loss* refuses a loss.
    """
    del request
    log = LossLog(DIALECT)
    models = [
        _write(model, f"$.models[{n}]", log) for n, model in enumerate(response.models)
    ]
    out: JSONObject
    if response.is_single and models:
        out = models[0]
    else:
        absent = spelling_of(response.extra).get(_ABSENT) or ()
        out = {} if "object" in absent else {"object": "list"}
        if models or "data" not in own_fields(response.extra):
            out["data"] = models
        merge_own(out, response.extra)
    log.drop_extra(response.extra, "$", LossCode.RESP_FINGERPRINT)
    if response.has_more is not None:
        # A client of this list cannot ask for the rest.
        severity: Severity = "content" if response.has_more else "cosmetic"
        log.add(LossCode.RESP_FINGERPRINT, "$.has_more", "dropped", severity=severity)
    for name in ("first_id", "last_id"):
        if getattr(response, name) is not None:
            log.add(
                LossCode.RESP_FINGERPRINT, f"$.{name}", "dropped", severity="cosmetic"
            )
    return EncodedResponse(
        headers=JSON_HEADERS, body=dumps(out), losses=log.settle(on_loss)
    )


def _write(model: ir.ModelInfo, path: str, log: LossLog) -> JSONObject:
    absent = spelling_of(model.extra).get(_ABSENT) or ()
    own = own_fields(model.extra)
    out: JSONObject = {}
    if model.id or not ("id" in absent or "id" in own):
        out["id"] = model.id
    if "object" not in absent:
        out["object"] = "model"
    for name, value, filler in (
        ("created", model.created, 0),
        ("owned_by", model.owned_by, _NOBODY),
    ):
        if value is not None:
            out[name] = value
        elif name not in absent and name not in own:
            out[name] = filler
            log.add(LossCode.RESP_MODEL, None, "synthesised", to=f"{path}.{name}")
    for name in (
        "display_name",
        "description",
        "lifecycle",
        "max_input_tokens",
        "max_output_tokens",
    ):
        if getattr(model, name) is not None:
            log.add(
                LossCode.RESP_MODEL, f"{path}.{name}", "dropped", severity="content"
            )
    for name, value in own.items():
        if not name.startswith("$"):
            out[name] = value
    log.drop_extra(model.extra, path, LossCode.RESP_MODEL)
    return out
