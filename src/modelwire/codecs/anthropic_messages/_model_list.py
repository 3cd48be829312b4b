"""
Models: `ModelList` and `GET /v1/models` and `GET /v1/models/{model}`.

Both sides: what a client sends and reads, and what a server reads and sends.

Source:
    `ModelInfo`, `ModelListParams` and `SyncPage` of the `anthropic` package 2.11.0,
    read 2026-11-21.
"""

from __future__ import annotations

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
from modelwire.codecs._time import decode_time, encode_time
from modelwire.codecs.anthropic_messages._block_encode import write_extra
from modelwire.codecs.anthropic_messages._errors import decode_error
from modelwire.codecs.anthropic_messages._profiles import DEFAULT_PROFILE
from modelwire.codecs.anthropic_messages._wire import DIALECT, PROTOCOL_HEADERS
from modelwire.ir._base import JSONObject
from modelwire.ir._loss_codes import LossCode

__all__ = [
    "decode_model_list_request",
    "decode_model_list_response",
    "encode_model_list_request",
    "encode_model_list_response",
]

PATH: Final = "/v1/models"
"""The vendor's default path."""

_OWN: Final = OwnExtra(DIALECT)
_ABSENT: Final = "absent"
_REQUIRED: Final = ("type", "display_name", "created_at", "lifecycle")
_EPOCH: Final = "1970-01-01T00:00:00Z"
"""What the vendor says where the release date is not known."""

_FIELDS: Final = (
    ("display_name", "display_name"),
    ("lifecycle", "lifecycle"),
    ("max_input_tokens", "max_input_tokens"),
    ("max_tokens", "max_output_tokens"),
)
"""Fields of a model, and those of the IR."""

_QUERY: Final = (("after_id", "after"), ("before_id", "before"))


def decode_model_list_request(
    body: bytes = b"", *, path: str = "", query: str = "", headers: Headers = ()
) -> ir.ModelListRequest:
    """
    Read the request that a client sent.

    Args:
        body: Empty.
        path: The request's path; it names the one model that is asked for.
        query: The query: cursors and the size of the page.
        headers: The headers; the protocol's own are kept.

    Returns:
        The request.
    """
    del body
    left = query_of(path, query)
    limit = left.get("limit", "")
    kept = {name.lower(): value for name, value in headers}
    return ir.ModelListRequest(
        model=listed_model(path),
        limit=int(left.pop("limit")) if _is_count(limit) else None,
        after=left.pop("after_id", None),
        before=left.pop("before_id", None),
        headers=tuple((n, kept[n]) for n in PROTOCOL_HEADERS if n in kept),
        extra={DIALECT: left} if left else {},
    )


def _is_count(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 9


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
        UnsupportedFeatureError: *on_loss* refuses a loss.
    """
    log = LossLog(DIALECT)
    query: dict[str, Any] = {}
    for name, field in _QUERY:
        value = getattr(request, field)
        if value is not None:
            query[name] = value
    if request.limit is not None:
        query["limit"] = str(request.limit)
    write_extra(request.extra, query, "$", log, LossCode.META_KV)
    kept = [pair for pair in request.headers if pair[0] in PROTOCOL_HEADERS]
    drop_headers((h for h in request.headers if h not in kept), log)
    version = profile.api_version
    headers = [] if version is None else [("anthropic-version", version)]
    return EncodedRequest(
        method="GET",
        path=model_path(PATH, request.model),
        query=tuple(query.items()),
        headers=(*headers, *kept),
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
        `{"data": [model], "has_more", "first_id", "last_id"}` or one model: `{"type":
        "model", "id", "display_name", "created_at", …}`.
    """
    del request
    obj = answer_object(body, DIALECT, decode_error, status=status, headers=headers)
    if type(obj.get("data")) is not list and type(obj.get("id")) is str:
        return ir.ModelList(models=(_model(obj),), is_single=True)
    reader = Reader(obj, "$", None)
    data = reader.array("data") or []
    notes: JSONObject = {}
    if obj.get("has_more") is None:
        notes[_ABSENT] = ["has_more"]
    return ir.ModelList(
        models=tuple(_model(item) for item in data if type(item) is dict),
        has_more=reader.boolean("has_more"),
        first_id=reader.string("first_id"),
        last_id=reader.string("last_id"),
        extra=_OWN.keep(reader.left, notes),
    )


def _model(item: JSONObject) -> ir.ModelInfo:
    reader = Reader(item, "", None)
    absent = [name for name in _REQUIRED if item.get(name) is None]
    notes: JSONObject = {_ABSENT: absent} if absent else {}
    if reader.left.get("type") == "model":
        del reader.left["type"]
    moment = item.get("created_at")
    created = decode_time(moment)
    if created is not None:
        del reader.left["created_at"]
        if encode_time(created) != moment:
            notes["created_at"] = moment
    fields = {name: reader.string(key) for key, name in _FIELDS[:2]}
    sizes = {name: reader.integer(key) for key, name in _FIELDS[2:]}
    return ir.ModelInfo(
        id=reader.string("id") or "",
        created=created,
        display_name=fields["display_name"],
        lifecycle=fields["lifecycle"],
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
        headers=(("content-type", "application/json"),),
        body=dumps(out),
        losses=log.settle(on_loss),
    )


def _page(response: ir.ModelList, models: list[JSONObject], log: LossLog) -> JSONObject:
    own = _OWN.fields(response.extra)
    out: JSONObject = {}
    if models or "data" not in own:
        out["data"] = models
    foreign = DIALECT not in response.extra
    more = response.has_more
    absent = _OWN.spelling(response.extra).get(_ABSENT) or ()
    if more is not None or ("has_more" not in absent and "has_more" not in own):
        out["has_more"] = bool(more)
        if more is None:
            _fill(log, "$.has_more")
    # Clients turn pages with these two; a cursor of another server stays itself.
    for name, place in (("first_id", 0), ("last_id", -1)):
        value = getattr(response, name)
        if value is None and foreign and models and not more:
            value = models[place].get("id")
            _fill(log, f"$.{name}")
        if value is not None:
            out[name] = value
    write_extra(response.extra, out, "$", log, LossCode.RESP_FINGERPRINT)
    return out


def _fill(log: LossLog, to: str) -> None:
    log.add(LossCode.RESP_FINGERPRINT, None, "synthesised", to=to, severity="cosmetic")


def _write(model: ir.ModelInfo, path: str, log: LossLog) -> JSONObject:
    notes = _OWN.spelling(model.extra)
    absent = notes.get(_ABSENT) or ()
    own = _OWN.fields(model.extra)
    out: JSONObject = {} if "type" in absent else {"type": "model"}
    if model.id or "id" not in own:
        out["id"] = model.id
    moment = None
    if model.created is not None:
        said = notes.get("created_at")
        moment = said if decode_time(said) == model.created else None
        moment = moment or encode_time(model.created)
        if moment is None:
            log.add(LossCode.RESP_MODEL, f"{path}.created", "approximated")
    fillers = {"created_at": _EPOCH, "display_name": model.id, "lifecycle": "active"}
    values: dict[str, Any] = {key: getattr(model, name) for key, name in _FIELDS}
    values["created_at"] = moment
    for key, value in values.items():
        if value is not None:
            out[key] = value
        elif key in fillers and key not in absent and key not in own:
            out[key] = fillers[key]
            name = "created" if key == "created_at" else key
            _fill(log, f"{path}.{name}")
    for name in ("description", "owned_by"):
        if getattr(model, name) is not None:
            log.add(
                LossCode.RESP_MODEL, f"{path}.{name}", "dropped", severity="content"
            )
    # A `type` that is not `model` came in and goes out.
    if "type" in own:
        del out["type"]
    write_extra(model.extra, out, path, log, LossCode.RESP_MODEL)
    return out
