"""
Token counts: a `ChatRequest` and a `TokenCount` and `POST /v1/messages/count_tokens`.

The question is the body of a chat request without the settings of an answer.

Source:
    `MessageCountTokensParams` and `MessageTokensCount` of the `anthropic` package
    2.11.0, wire/auth_and_urls.md and recorded traffic, read 2026-11-21.
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
from modelwire.codecs._reader import Reader
from modelwire.codecs._request_body import request_object
from modelwire.codecs._uncounted import ANSWER_FIELDS, without
from modelwire.codecs.anthropic_messages._block_encode import write_extra
from modelwire.codecs.anthropic_messages._errors import decode_error
from modelwire.codecs.anthropic_messages._profiles import DEFAULT_PROFILE
from modelwire.codecs.anthropic_messages._request import encode_request
from modelwire.codecs.anthropic_messages._request_decode import read_request
from modelwire.codecs.anthropic_messages._wire import DIALECT, PATH
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

_ROOM: Final = 1 << 30
"""Stands for the limit that a chat request must have and a count has not."""

_VERTEX_MODEL: Final = "count-tokens"
"""What Vertex's path says in place of the model, which is in the body."""


def decode_token_count_request(
    body: bytes, *, path: str = "", query: str = "", headers: Headers = ()
) -> ChatRequest:
    """
    Read the request that a client sent.

    Args:
        body: The body.
        path: The request's path; nothing is read from it.
        query: The query; nothing in it matters here.
        headers: The headers; the protocol's own are kept.

    Returns:
        The request that is to be counted.

    Raises:
        RequestDecodeError: The body is wrong; every fault is named.

    Shapes:
        A chat request without `max_tokens`.
    """
    del path, query
    problems: list[Problem] = []
    obj = request_object(body, DIALECT, too_deep=True)
    has_limit = obj.get("max_tokens") is not None
    if not has_limit:
        obj = {**obj, "max_tokens": _ROOM}
    request = read_request(obj, "", headers, problems)
    if problems:
        raise RequestDecodeError(tuple(problems), dialect=DIALECT)
    return request if has_limit else attrs.evolve(request, max_output_tokens=None)


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
        profile: The variant; Bedrock's invoke has no such call.
        on_loss: Which losses refuse the request.

    Returns:
        The request with its losses, and what was renamed.

    Raises:
        UnsupportedFeatureError: *on_loss* refuses a loss.
        InvalidIRError: A part stands in a message of a role that cannot hold it.
    """
    log = LossLog(DIALECT)
    counted = without(request, ANSWER_FIELDS, log)
    encoded = encode_request(
        attrs.evolve(counted, max_output_tokens=_ROOM),
        # The model stays in the body on every platform.
        profile=attrs.evolve(profile, path=None, stream_path=None),
        on_loss=COLLECT,
    )
    log.extend(encoded.losses)
    body: JSONObject = loads(encoded.body)
    del body["max_tokens"]
    path = f"{PATH}/count_tokens"
    if profile.path is not None:
        version = profile.api_version
        path = profile.path.format(version=version, model=_VERTEX_MODEL)
    return attrs.evolve(
        encoded, path=path, body=dumps(body), losses=log.settle(on_loss)
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
        `{"input_tokens": 36}`.
    """
    del request
    obj = answer_object(body, DIALECT, decode_error, status=status, headers=headers)
    reader = Reader(obj, "$", None)
    return ir.TokenCount(
        input_total=reader.integer("input_tokens"), extra=reader.rest(DIALECT)
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
        body["input_tokens"] = response.input_total
    if response.cache_read is not None:
        log.add(
            LossCode.USAGE_CACHE_READ, "$.cache_read", "dropped", severity="cosmetic"
        )
    write_extra(response.extra, body, "$", log, LossCode.USAGE_TOTAL)
    return EncodedResponse(
        headers=(("content-type", "application/json"),),
        body=dumps(body),
        losses=log.settle(on_loss),
    )
