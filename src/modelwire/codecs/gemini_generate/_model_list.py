"""
Models: `ModelList` and `GET /v1beta/models` and `GET /v1beta/models/{model}`.

Both sides: what a client sends and reads, and what a server reads and sends.

Source:
    `Model` and `ListModelsResponse` of generativelanguage v1beta and google-genai
    3.4.0, read 2026-11-21.
"""

from __future__ import annotations

import re
from typing import Any, Final

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
from modelwire.codecs._own_extra import OwnExtra
from modelwire.codecs._profile import Profile
from modelwire.codecs._reader import Reader
from modelwire.codecs._request_losses import drop_headers
from modelwire.codecs.gemini_generate._errors import decode_error
from modelwire.codecs.gemini_generate._extra import write_extra
from modelwire.codecs.gemini_generate._profiles import DEFAULT_PROFILE
from modelwire.codecs.gemini_generate._request_decode import COLLECTIONS
from modelwire.codecs.gemini_generate._wire import API_VERSION, DIALECT, JSON_HEADERS
from modelwire.ir._base import JSONObject
from modelwire.ir._losses import LossAction, LossCode, Severity

__all__ = [
    "decode_model_list_request",
    "decode_model_list_response",
    "encode_model_list_request",
    "encode_model_list_response",
]

_OWN: Final = OwnExtra(DIALECT)
_RESOURCE: Final = "models/"
_LISTS: Final = ("models", "publisherModels")
"""What holds the models: on the Developer API, and on Vertex."""

_COUNT: Final = r"[0-9]{1,9}\Z"

_TEXTS: Final = (("displayName", "display_name"), ("description", "description"))
_SIZES: Final = (
    ("inputTokenLimit", "max_input_tokens"),
    ("outputTokenLimit", "max_output_tokens"),
)


def decode_model_list_request(
    body: bytes = b"", *, path: str = "", query: str = "", headers: Headers = ()
) -> ir.ModelListRequest:
    """
    Read the request that a client sent.

    Args:
        body: Empty.
        path: The request's path; it names the one model that is asked for.
        query: The query: the cursor and the size of the page; no key is kept.
        headers: The headers; none of them is kept.

    Returns:
        The request.
    """
    del body, headers
    left = query_of(path, query)
    limit = left.get("pageSize", "")
    return ir.ModelListRequest(
        model=listed_model(path),
        limit=int(left.pop("pageSize")) if re.match(_COUNT, limit) else None,
        after=left.pop("pageToken", None),
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
        profile: The variant; it decides the API version.
        on_loss: Which losses refuse the request.

    Returns:
        The request with its losses.

    Raises:
        UnsupportedFeatureError: *on_loss* refuses a loss: pages are turned in one
            direction.
    """
    log = LossLog(DIALECT)
    query: dict[str, Any] = {}
    if request.limit is not None:
        query["pageSize"] = str(request.limit)
    if request.after is not None:
        query["pageToken"] = request.after
    if request.before is not None:
        log.add(LossCode.META_KV, "$.before", "dropped", severity="error")
    write_extra(request.extra, query, "$", log, LossCode.META_KV)
    drop_headers(request.headers, log)
    path = f"/{profile.api_version or API_VERSION}/models"
    model = request.model
    if model is not None and model.startswith(COLLECTIONS) and "/" in model:
        collection, _, model = model.partition("/")
        path = path.removesuffix("models") + collection
    return EncodedRequest(
        method="GET",
        path=model_path(path, model),
        query=tuple(query.items()),
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
        request: The request that it answers; nothing of it is read: one model has a
            `name`.

    Returns:
        The models, with every unknown field in `extra`.

    Raises:
        ProviderError: The server reported an error.
        RemoteProtocolError: The body is no JSON object.

    Shapes:
        `{"models": [model], "nextPageToken"}` or one model: `{"name": "models/…",
        "displayName", "inputTokenLimit", "outputTokenLimit", …}`.
    """
    del request
    obj = answer_object(body, DIALECT, decode_error, status=status, headers=headers)
    found = next((key for key in _LISTS if type(obj.get(key)) is list), None)
    if found is None and type(obj.get("name")) is str:
        return ir.ModelList(models=(_model(obj),), is_single=True)
    reader = Reader(obj, "$", None)
    data = reader.array(found) if found is not None else []
    token = reader.string("nextPageToken")
    notes: JSONObject = {}
    if found is None:
        # proto3 leaves an empty list out.
        notes["models"] = "absent"
    elif found != "models":
        notes["models"] = found
    if token == "":
        notes["nextPageToken"] = "empty"
    return ir.ModelList(
        models=tuple(_model(item) for item in data or () if type(item) is dict),
        has_more=bool(token),
        last_id=token or None,
        extra=_OWN.keep(reader.left, notes),
    )


def _model(item: JSONObject) -> ir.ModelInfo:
    reader = Reader(item, "", None)
    name = reader.string("name") or ""
    notes: JSONObject = {}
    id_ = name
    if not name.startswith(COLLECTIONS):
        id_ = name.rpartition(_RESOURCE)[2]
        prefix = name.removesuffix(id_)
        if prefix != _RESOURCE:
            notes["name"] = prefix
    texts = {field: reader.string(key) for key, field in _TEXTS}
    sizes = {field: reader.integer(key) for key, field in _SIZES}
    return ir.ModelInfo(
        id=id_,
        display_name=texts["display_name"],
        description=texts["description"],
        max_input_tokens=sizes["max_input_tokens"],
        max_output_tokens=sizes["max_output_tokens"],
        extra=_OWN.keep(reader.left, notes),
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
        log.drop_extra(response.extra, "$", LossCode.RESP_FINGERPRINT)
    else:
        out = _page(response, models, log)
    return EncodedResponse(
        headers=JSON_HEADERS, body=dumps(out), losses=log.settle(on_loss)
    )


def _page(response: ir.ModelList, models: list[JSONObject], log: LossLog) -> JSONObject:
    notes = _OWN.spelling(response.extra)
    key = notes.get("models", "models")
    out: JSONObject = {}
    if models or key != "absent":
        out[key if key in _LISTS else "models"] = models
    if response.first_id is not None:
        _lose(log, "$.first_id", "dropped")
    if response.has_more and response.last_id is not None:
        out["nextPageToken"] = response.last_id
    else:
        if notes.get("nextPageToken") == "empty":
            out["nextPageToken"] = ""
        if response.last_id is not None:
            _lose(log, "$.last_id", "dropped")
        if response.has_more:
            _lose(log, "$.has_more", "approximated")
    if response.has_more is None:
        log.add(
            LossCode.RESP_FINGERPRINT,
            None,
            "synthesised",
            to="$.has_more",
            severity="cosmetic",
        )
    write_extra(response.extra, out, "$", log, LossCode.RESP_FINGERPRINT)
    return out


def _lose(log: LossLog, path: str, action: LossAction) -> None:
    severity: Severity = "cosmetic" if action == "dropped" else "content"
    log.add(LossCode.RESP_FINGERPRINT, path, action, severity=severity)


def _write(model: ir.ModelInfo, path: str, log: LossLog) -> JSONObject:
    notes = _OWN.spelling(model.extra)
    prefix = notes.get("name")
    if not isinstance(prefix, str):
        prefix = "" if model.id.startswith(COLLECTIONS) else _RESOURCE
    out: JSONObject = {"name": prefix + model.id}
    if "name" in _OWN.fields(model.extra):
        del out["name"]
    for key, field in (*_TEXTS, *_SIZES):
        value = getattr(model, field)
        if value is not None:
            out[key] = value
    for field in ("created", "owned_by", "lifecycle"):
        if getattr(model, field) is not None:
            log.add(
                LossCode.RESP_MODEL, f"{path}.{field}", "dropped", severity="content"
            )
    write_extra(model.extra, out, path, log, LossCode.RESP_MODEL)
    return out
