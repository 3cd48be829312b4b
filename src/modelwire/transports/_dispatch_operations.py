"""
How operations beside chat reach an upstream that speaks another dialect.

Embeddings, token counts and lists of models have counterparts in several dialects;
what has none is not translated.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from modelwire import codecs
from modelwire.codecs._json_splice import replace_member
from modelwire.codecs._modalities import OPERATIONS
from modelwire.translate_operations import (
    translate_embedding_request,
    translate_embedding_response,
    translate_model_list,
    translate_model_list_request,
    translate_token_count_request,
    translate_token_count_response,
)

if TYPE_CHECKING:
    from modelwire.codecs import EncodedRequest, EncodedResponse, LossPolicy, Profile
    from modelwire.codecs._base import Headers
    from modelwire.transports._endpoint import Endpoint
    from modelwire.transports._operations import Operation
    from modelwire.transports._raw import RawResponse

__all__ = ["renamed", "translated_answer", "translated_call", "upstream_dialect"]

_CODECS: Final = {
    "embeddings": "embedding",
    "batch_embeddings": "embedding",
    "count_tokens": "token_count",
    "models": "model_list",
    "model": "model_list",
}
"""Operations that are translated, and the codec of each."""

_LISTED_UNDER: Final = {"openai-responses": "openai-chat"}
"""Dialects whose models another dialect of the same server lists."""


def upstream_dialect(endpoint: Endpoint, dialect: str, wanted: str) -> str | None:
    """
    Choose the dialect in which an operation reaches an upstream.

    Args:
        endpoint: The upstream; it does not speak *dialect*.
        dialect: The caller's dialect.
        wanted: The operation.

    Returns:
        The first dialect of the endpoint that has the operation; `None`: there is
        none, or the caller's has it not.
    """
    codec = _CODECS.get(wanted)
    if codec is None or dialect not in OPERATIONS[codec].dialects:
        return None
    known = OPERATIONS[codec].dialects
    if codec == "model_list":
        # OpenAI's one list serves both of its dialects, and is written under the other
        # one (tests/gateway/test_outside_findings.py).
        spoken = tuple(_LISTED_UNDER.get(name, name) for name in endpoint.dialects)
    else:
        spoken = endpoint.dialects
    return next((name for name in spoken if name in known), None)


def translated_call(
    row: Operation,
    wanted: str,
    body: bytes,
    *,
    source: str,
    target: str,
    model: str,
    rename: str,
    query: str,
    headers: Headers,
    on_loss: LossPolicy,
    target_profile: Profile | None,
) -> EncodedRequest:
    """
    Translate a call.

    Args:
        row: The operation in the caller's dialect.
        wanted: Its name.
        body: The caller's body.
        source: The caller's dialect.
        target: The upstream's.
        model: The model as the caller says it.
        rename: The model's name at the upstream.
        query: The caller's query.
        headers: The caller's headers.
        on_loss: Which losses stop the call.
        target_profile: The upstream's variant.

    Returns:
        The upstream's request.

    Raises:
        RequestDecodeError: The body is no such request.
        UnsupportedFeatureError: *on_loss* refuses a loss.
    """
    path = row.path_for(model)
    if _CODECS[wanted] == "model_list":
        return translate_model_list_request(
            source=source,
            target=target,
            path=path,
            query=query,
            headers=headers,
            model=rename if wanted == "model" else None,
            on_loss=on_loss,
            target_profile=target_profile,
        )
    translate = (
        translate_embedding_request
        if _CODECS[wanted] == "embedding"
        else translate_token_count_request
    )
    return translate(
        body,
        source=source,
        target=target,
        path=path,
        query=query,
        headers=headers,
        model=rename,
        on_loss=on_loss,
        target_profile=target_profile,
    )


def translated_answer(
    wanted: str,
    raw: RawResponse,
    *,
    source: str,
    target: str,
    for_request: EncodedRequest,
) -> EncodedResponse:
    """
    Translate an answer.

    Args:
        wanted: The operation.
        raw: What the upstream sent.
        source: The upstream's dialect.
        target: The caller's.
        for_request: What `translated_call` gave.

    Returns:
        The caller's answer.
    """
    if _CODECS[wanted] == "model_list":
        return translate_model_list(
            raw.body,
            source=source,
            target=target,
            status=raw.status,
            headers=raw.headers,
            on_loss=codecs.COLLECT,
        )
    translate = (
        translate_embedding_response
        if _CODECS[wanted] == "embedding"
        else translate_token_count_response
    )
    return translate(
        raw.body,
        source=source,
        target=target,
        for_request=for_request,
        status=raw.status,
        headers=raw.headers,
        on_loss=codecs.COLLECT,
    )


def renamed(
    row: Operation, dialect: str, wanted: str, body: bytes, *, model: str, rename: str
) -> bytes:
    """
    Change the model's name, and nothing else, in the caller's own bytes.

    Args:
        row: The operation.
        dialect: Its dialect.
        wanted: Its name.
        body: The caller's body.
        model: The model as the caller says it.
        rename: The model's name at the upstream.

    Returns:
        The body.
    """
    if row.model_in_body:
        return replace_member(body, "model", rename)
    if row.method == "POST" and _CODECS.get(wanted) is not None:
        # Google's bodies of these repeat the model of the path, which must agree.
        return translated_call(
            row,
            wanted,
            body,
            source=dialect,
            target=dialect,
            model=model,
            rename=rename,
            query="",
            headers=(),
            on_loss=codecs.COLLECT,
            target_profile=None,
        ).body
    return body
