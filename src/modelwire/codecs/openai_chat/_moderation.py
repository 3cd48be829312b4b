"""
Moderation: `ModerationRequest` and `ModerationResponse` and `POST /moderations`.

Both sides: what a client sends and reads, and what a server reads and sends.

Source:
    `ModerationCreateParams` and `ModerationCreateResponse` of openai-python 3.52, and
    recorded traffic, read 2026-11-21.
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
from modelwire.codecs._openai_headers import keep_headers
from modelwire.codecs._openai_params import write_headers
from modelwire.codecs._profile import Profile
from modelwire.codecs._reader import Reader, describe
from modelwire.codecs._request_body import request_object
from modelwire.codecs.openai_chat._errors import decode_error
from modelwire.codecs.openai_chat._parts import Context, encode_content_part
from modelwire.codecs.openai_chat._parts_decode import content_parts
from modelwire.codecs.openai_chat._profiles import DEFAULT_PROFILE
from modelwire.codecs.openai_chat._wire import (
    DIALECT,
    JSON_HEADERS,
    extra_of,
    merge_own,
    own_fields,
    spelling_of,
)
from modelwire.errors import Problem, RequestDecodeError
from modelwire.ir._base import JSONObject
from modelwire.ir._loss_codes import LossCode
from modelwire.ir._parts import ImagePart, TextPart, UnknownPart

__all__ = [
    "decode_moderation_request",
    "decode_moderation_response",
    "encode_moderation_request",
    "encode_moderation_response",
]

PATH: Final = "/v1/moderations"
"""The vendor's default path."""

_FIELDS: Final = (
    ("categories", "categories"),
    ("category_scores", "scores"),
    ("category_applied_input_types", "input_types"),
)
"""Objects of a result, and the fields of the IR."""


def decode_moderation_request(
    body: bytes, *, path: str = "", query: str = "", headers: Headers = ()
) -> ir.ModerationRequest:
    """
    Read the request that a client sent.

    Args:
        body: The body.
        path: The request's path; nothing is read from it.
        query: The query; nothing is read from it.
        headers: The headers; the protocol's own are kept.

    Returns:
        The request: each text of an array is an input of its own, the parts of an
        array of objects are one.

    Raises:
        RequestDecodeError: The body is wrong; every fault is named.

    Shapes:
        `{"model": …, "input": "…" | ["…"] | [{"type": "text" | "image_url", …}]}`.
    """
    del path, query
    problems: list[Problem] = []
    obj = request_object(body, DIALECT, too_deep=True)
    reader = Reader(obj, "$", problems)
    notes: JSONObject = {}
    request = ir.ModerationRequest(
        model=reader.string("model"),
        inputs=_inputs(reader, notes),
        headers=keep_headers(headers),
        extra=extra_of(reader, notes),
    )
    if problems:
        raise RequestDecodeError(tuple(problems), dialect=DIALECT)
    return request


def _inputs(reader: Reader, notes: JSONObject) -> tuple[ir.ModerationInput, ...]:
    value = reader.take("input")
    if type(value) is str:
        return (ir.ModerationInput(parts=(TextPart(text=value),)),)
    if type(value) is not list:
        got = "nothing" if value is None else describe(value)
        reader.fault("input", "string or array", got)
        return ()
    if value and all(type(item) is dict for item in value):
        notes["input"] = "parts"
        parts = content_parts(value, "$.input", reader.problems)
        return (ir.ModerationInput(parts=tuple(parts)),)
    notes["input"] = "array"
    out = []
    for number, item in enumerate(value):
        if type(item) is str:
            out.append(ir.ModerationInput(parts=(TextPart(text=item),)))
        else:
            reader.fault(f"input[{number}]", "string", describe(item))
    return tuple(out)


def encode_moderation_request(
    request: ir.ModerationRequest,
    *,
    profile: Profile = DEFAULT_PROFILE,
    on_loss: LossPolicy = RAISE_ON_ERROR,
) -> EncodedRequest:
    """
    Write a request.

    Args:
        request: The request.
        profile: The variant; it decides how parts are written.
        on_loss: Which losses refuse the request.

    Returns:
        The request with its losses.

    Raises:
        UnsupportedFeatureError: *on_loss* refuses a loss: one request holds several
            texts, or the parts of one input, not several inputs of parts.
    """
    log = LossLog(DIALECT)
    out: JSONObject = {"input": _input(request, Context(profile, log))}
    if request.model is not None:
        out["model"] = request.model
    merge_own(out, request.extra)
    log.drop_extra(request.extra, "$", LossCode.META_KV)
    return EncodedRequest(
        method="POST",
        path=PATH,
        headers=write_headers(request.headers, log),
        body=dumps(out),
        losses=log.settle(on_loss),
    )


def _input(request: ir.ModerationRequest, context: Context) -> Any:
    inputs = request.inputs
    form = spelling_of(request.extra).get("input")
    plain = [_plain_text(input_) for input_ in inputs]
    if form != "parts" or len(inputs) != 1:
        if len(plain) == 1 and plain[0] is not None and form != "array":
            return plain[0]
        if None not in plain:
            return plain
    for number in range(1, len(inputs)):
        for place in range(len(inputs[number].parts)):
            path = f"$.inputs[{number}].parts[{place}]"
            context.log.add(LossCode.IN_TEXT, path, "dropped", severity="error")
    return _parts(inputs[0], context)


def _plain_text(input_: ir.ModerationInput) -> str | None:
    if len(input_.parts) == 1 and type(input_.parts[0]) is TextPart:
        part = input_.parts[0]
        return part.text if part == TextPart(text=part.text) else None
    return None


def _parts(input_: ir.ModerationInput, context: Context) -> list[JSONObject]:
    out: list[JSONObject] = []
    for number, part in enumerate(input_.parts):
        path = f"$.inputs[0].parts[{number}]"
        if isinstance(part, TextPart | ImagePart | UnknownPart):
            out.extend(encode_content_part(part, path, context))
        else:
            context.log.add(LossCode.IN_TEXT, path, "dropped", severity="error")
    return out


def decode_moderation_response(
    body: bytes,
    *,
    status: int = 200,
    headers: Headers = (),
    request: ir.ModerationRequest | None = None,
) -> ir.ModerationResponse:
    """
    Read a response.

    Args:
        body: The body.
        status: The HTTP status.
        headers: The response's headers; read for errors only.
        request: The request that it answers; nothing of it is read.

    Returns:
        The response, with every unknown field in `extra`.

    Raises:
        ProviderError: The server reported an error.
        RemoteProtocolError: The body is no JSON object.

    Shapes:
        `{"id", "model", "results": [{"flagged", "categories", "category_scores",
        "category_applied_input_types"}]}`.
    """
    del request
    obj = answer_object(body, DIALECT, decode_error, status=status, headers=headers)
    reader = Reader(obj, "$", None)
    results = reader.array("results") or []
    return ir.ModerationResponse(
        id=reader.string("id"),
        model=reader.string("model"),
        results=tuple(_result(item) for item in results if type(item) is dict),
        extra=extra_of(reader),
    )


def _result(item: JSONObject) -> ir.ModerationResult:
    reader = Reader(item, "", None)
    flagged = reader.boolean("flagged")
    fields = {name: reader.mapping(key) or {} for key, name in _FIELDS}
    return ir.ModerationResult(flagged=flagged, extra=extra_of(reader), **fields)


def encode_moderation_response(
    response: ir.ModerationResponse,
    *,
    request: ir.ModerationRequest | None = None,
    on_loss: LossPolicy = RAISE_ON_ERROR,
) -> EncodedResponse:
    """
    Write a response.

    Args:
        response: The response.
        request: The request that it answers; its model is named where the answer
            names none.
        on_loss: Which losses refuse the response.

    Returns:
        The response with its losses.

    Raises:
        UnsupportedFeatureError: *on_loss* refuses a loss.
    """
    log = LossLog(DIALECT)
    out: JSONObject = {}
    if response.id is not None:
        out["id"] = response.id
    if response.model is not None:
        out["model"] = response.model
    elif request is not None and request.model is not None:
        out["model"] = request.model
        log.add(LossCode.RESP_MODEL, None, "synthesised", to="$.model")
    out["results"] = [
        _write_result(result, f"$.results[{n}]", log)
        for n, result in enumerate(response.results)
    ]
    merge_own(out, response.extra)
    log.drop_extra(response.extra, "$", LossCode.RESP_FINGERPRINT)
    return EncodedResponse(
        headers=JSON_HEADERS, body=dumps(out), losses=log.settle(on_loss)
    )


def _write_result(result: ir.ModerationResult, path: str, log: LossLog) -> JSONObject:
    out: JSONObject = {}
    if result.flagged is not None:
        out["flagged"] = result.flagged
    own = own_fields(result.extra)
    for key, name in _FIELDS:
        value = getattr(result, name)
        # The first two are required; where one is of another type, it is in `extra`.
        if value or (name != "input_types" and key not in own):
            out[key] = value
    merge_own(out, result.extra)
    log.drop_extra(result.extra, path, LossCode.RESP_SAFETY)
    return out
