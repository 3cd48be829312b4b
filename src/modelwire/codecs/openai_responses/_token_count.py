"""
Token counts: a `ChatRequest` and a `TokenCount` and `POST /responses/input_tokens`.

The question is the body of a Responses request without the settings of an answer.

Source:
    wire/openai_responses.md and `InputTokenCountParams` of openai-python 3.52, read
    2026-11-21.
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
from modelwire.codecs._uncounted import ANSWER_FIELDS, without
from modelwire.codecs.openai_responses._errors import decode_error
from modelwire.codecs.openai_responses._profiles import DEFAULT_PROFILE
from modelwire.codecs.openai_responses._request import decode_request, encode_request
from modelwire.codecs.openai_responses._wire import (
    DIALECT,
    JSON_HEADERS,
    PATH,
    extra_with,
    merge_own,
    spelling_of,
)
from modelwire.ir._base import JSONObject
from modelwire.ir._loss_codes import LossCode
from modelwire.ir._request import ChatRequest

__all__ = [
    "decode_token_count_request",
    "decode_token_count_response",
    "encode_token_count_request",
    "encode_token_count_response",
]

_OBJECT: Final = "response.input_tokens"


def decode_token_count_request(
    body: bytes, *, path: str = "", query: str = "", headers: Headers = ()
) -> ChatRequest:
    """
    Read the request that a client sent.

    Args:
        body: The body.
        path: The request's path; nothing is read from it.
        query: The query; nothing is read from it.
        headers: The headers; the protocol's own are kept.

    Returns:
        The request that is to be counted.

    Raises:
        RequestDecodeError: The body is wrong; every fault is named.

    Shapes:
        A Responses request without the settings of an answer.
    """
    return decode_request(body, path=path, query=query, headers=headers)


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
        profile: The variant.
        on_loss: Which losses refuse the request.

    Returns:
        The request with its losses, and what was renamed.

    Raises:
        UnsupportedFeatureError: *on_loss* refuses a loss.
        InvalidIRError: A part stands in a message of a role that cannot hold it.
    """
    log = LossLog(DIALECT)
    counted = without(request, ANSWER_FIELDS, log)
    encoded = encode_request(counted, profile=profile, on_loss=COLLECT)
    body: JSONObject = loads(encoded.body)
    # The chat encoder says `store` where nobody did, and asks for what only an answer
    # can include; a count takes neither.
    added = {"store", "include"}.difference(request.extra.get(DIALECT, {}))
    for name in added:
        body.pop(name, None)
    log.extend(loss for loss in encoded.losses if loss.to not in _ANSWERS)
    return attrs.evolve(
        encoded,
        path=f"{PATH}/input_tokens",
        body=dumps(body),
        losses=log.settle(on_loss),
    )


_ANSWERS: Final = frozenset({"$.store"})
"""Places that the chat encoder fills, and a count does not have."""


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
        `{"object": "response.input_tokens", "input_tokens": 11}`.
    """
    del request
    obj = answer_object(body, DIALECT, decode_error, status=status, headers=headers)
    reader = Reader(obj, "$", None)
    notes: JSONObject = {}
    if reader.left.get("object") == _OBJECT:
        del reader.left["object"]
    elif "object" not in reader.left:
        notes["object"] = "absent"
    return ir.TokenCount(
        input_total=reader.integer("input_tokens"),
        extra=extra_with(reader.left, notes),
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
    absent = spelling_of(response.extra).get("object") == "absent"
    out: JSONObject = {} if absent else {"object": _OBJECT}
    if response.input_total is not None:
        out["input_tokens"] = response.input_total
    if response.cache_read is not None:
        log.add(
            LossCode.USAGE_CACHE_READ, "$.cache_read", "dropped", severity="cosmetic"
        )
    merge_own(out, response.extra)
    log.drop_extra(response.extra, "$", LossCode.USAGE_TOTAL)
    return EncodedResponse(
        headers=JSON_HEADERS, body=dumps(out), losses=log.settle(on_loss)
    )
