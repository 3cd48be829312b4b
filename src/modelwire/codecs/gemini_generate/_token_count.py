"""
Token counts: a `ChatRequest` and a `TokenCount` and `models/{model}:countTokens`.

The question is the body of a chat request, whole under `generateContentRequest`; the
Developer API takes bare `contents` too, and Vertex the four fields beside each other.

Source:
    wire/gemini_generate.md, the converters of google-genai 3.4.0 and recorded traffic
    of both APIs, read 2026-11-21.
"""

from __future__ import annotations

from typing import Final

import attrs

from modelwire import ir
from modelwire.codecs._answer_body import answer_object
from modelwire.codecs._base import (
    COLLECT,
    RAISE_ON_ERROR,
    EncodedRequest,
    EncodedResponse,
    Headers,
    LossPolicy,
)
from modelwire.codecs._json import dumps, loads
from modelwire.codecs._losses import LossLog
from modelwire.codecs._profile import Profile
from modelwire.codecs._reader import Reader, describe
from modelwire.codecs._request_body import request_object
from modelwire.codecs._uncounted import without
from modelwire.codecs.gemini_generate._errors import decode_error
from modelwire.codecs.gemini_generate._extra import spelling_of, write_extra
from modelwire.codecs.gemini_generate._operation_path import operation_path, path_model
from modelwire.codecs.gemini_generate._profiles import DEFAULT_PROFILE
from modelwire.codecs.gemini_generate._request import encode_request
from modelwire.codecs.gemini_generate._request_decode import read_request
from modelwire.codecs.gemini_generate._wire import DIALECT, JSON_HEADERS, camel
from modelwire.errors import Problem, RequestDecodeError
from modelwire.ir._base import JSONObject
from modelwire.ir._loss_codes import LossCode
from modelwire.ir._request import ChatRequest

__all__ = [
    "decode_token_count_request",
    "decode_token_count_response",
    "encode_token_count_request",
    "encode_token_count_response",
]

_WHOLE: Final = "generateContentRequest"
_FORM: Final = "count"
_NOT_BESIDE: Final = (
    "tool_choice",
    "safety_settings",
    "metadata",
    "service_tier",
    "store",
)
"""What Vertex's `CountTokensRequest` lacks: it has contents, tools and settings."""


def decode_token_count_request(
    body: bytes, *, path: str = "", query: str = "", headers: Headers = ()
) -> ChatRequest:
    """
    Read the request that a client sent.

    Args:
        body: The body.
        path: The request's path; it names the model.
        query: The query; nothing in it matters here.
        headers: The headers; none of them is kept.

    Returns:
        The request that is to be counted.

    Raises:
        RequestDecodeError: The body is wrong; every fault is named.

    Shapes:
        `{"contents": […]}`, with more fields on Vertex, or
        `{"generateContentRequest": {"model", "contents", …}}`.
    """
    del query, headers
    problems: list[Problem] = []
    outer = camel(request_object(body, DIALECT, too_deep=True))
    inner = outer.get(_WHOLE)
    whole = inner is not None
    if whole and type(inner) is not dict:
        problem = Problem(f"$.{_WHOLE}", "object", describe(inner))
        raise RequestDecodeError((problem,), dialect=DIALECT)
    obj: JSONObject = inner if whole and type(inner) is dict else outer
    found: list[Problem] = []
    request = read_request(obj, "", "", found)
    problems += [
        Problem(p.path.replace("$", f"$.{_WHOLE}", 1), p.expected, p.got)
        if whole
        else p
        for p in found
    ]
    if problems:
        raise RequestDecodeError(tuple(problems), dialect=DIALECT)
    named = path_model(path)
    model = request.model if named is None else named[0]
    notes: JSONObject = {_FORM: "whole" if whole else "beside"}
    if isinstance(obj.get("model"), str):
        notes["model"] = [model, obj["model"]]
    own = {**request.extra.get(DIALECT, {})}
    own["$spelling"] = {**spelling_of(request.extra), **notes}
    # `read_request` takes the model out of the body where the path names none.
    left = {k: v for k, v in outer.items() if k != _WHOLE and v is not None}
    if whole and left:
        own["$outer"] = left
    return attrs.evolve(request, model=model, extra={DIALECT: own})


def encode_token_count_request(
    request: ChatRequest,
    *,
    profile: Profile = DEFAULT_PROFILE,
    on_loss: LossPolicy = RAISE_ON_ERROR,
) -> EncodedRequest:
    """
    Write a request.

    Args:
        request: The request that is to be counted, of any source.
        profile: The variant: Vertex has no `generateContentRequest`.
        on_loss: Which losses refuse the request.

    Returns:
        The request with its losses, and what was renamed.

    Raises:
        UnsupportedFeatureError: *on_loss* refuses a loss.
        InvalidIRError: A part stands in a message of a role that cannot hold it.
    """
    log = LossLog(DIALECT)
    notes = spelling_of(request.extra)
    form = notes.get(_FORM)
    counted = without(request, ("stream", "include_usage"), log)
    # Only Vertex takes labels, and it counts the fields beside each other.
    if form is None and profile.labels:
        counted = without(counted, _NOT_BESIDE, log)
    encoded = encode_request(counted, profile=profile, on_loss=COLLECT)
    # The path is written anew below, with what it loses.
    log.extend(loss for loss in encoded.losses if loss.path != "$.model")
    body: JSONObject = loads(encoded.body)
    if form is None:
        form = "beside" if profile.labels or body.keys() == {"contents"} else "whole"
    model = request.model
    resource = model if "/" in model else f"models/{model}"
    noted = notes.get("model")
    # The note holds for the model that it was made for.
    pair = noted if isinstance(noted, list) and len(noted) == 2 else None
    named = pair[1] if pair is not None and pair[0] == model else resource
    if form == "whole":
        outer = request.extra.get(DIALECT, {}).get("$outer")
        body = {_WHOLE: {"model": named, **body}}
        if isinstance(outer, dict):
            body.update(outer)
    elif pair is not None:
        body["model"] = named
    return EncodedRequest(
        method="POST",
        path=operation_path(request.model, "countTokens", profile, log),
        headers=JSON_HEADERS,
        body=dumps(body),
        losses=log.settle(on_loss),
        aliases=encoded.aliases,
    )


def decode_token_count_response(
    body: bytes,
    *,
    status: int = 200,
    headers: Headers = (),
    request: ChatRequest | None = None,
) -> ir.TokenCount:
    """
    Read a response.

    Args:
        body: The body.
        status: The HTTP status.
        headers: The response's headers; read for errors only.
        request: The request that was counted; nothing of it is read.

    Returns:
        The count, with every unknown field in `extra`.

    Raises:
        ProviderError: The server reported an error.
        RemoteProtocolError: The body is no JSON object.

    Shapes:
        `{"totalTokens", "cachedContentTokenCount", "promptTokensDetails": […]}`.
    """
    del request
    obj = answer_object(body, DIALECT, decode_error, status=status, headers=headers)
    reader = Reader(camel(obj), "$", None)
    return ir.TokenCount(
        input_total=reader.integer("totalTokens"),
        cache_read=reader.integer("cachedContentTokenCount"),
        extra=reader.rest(DIALECT),
    )


def encode_token_count_response(
    response: ir.TokenCount,
    *,
    request: ChatRequest | None = None,
    on_loss: LossPolicy = RAISE_ON_ERROR,
) -> EncodedResponse:
    """
    Write a response.

    Args:
        response: The count, of any source.
        request: The request that was counted; nothing of it is read.
        on_loss: Which losses refuse the response.

    Returns:
        The response with its losses.

    Raises:
        UnsupportedFeatureError: *on_loss* refuses a loss.
    """
    del request
    log = LossLog(DIALECT)
    body: JSONObject = {}
    if response.input_total is not None:
        body["totalTokens"] = response.input_total
    if response.cache_read is not None:
        body["cachedContentTokenCount"] = response.cache_read
    write_extra(response.extra, body, "$", log, LossCode.USAGE_TOTAL)
    return EncodedResponse(
        headers=JSON_HEADERS, body=dumps(body), losses=log.settle(on_loss)
    )
