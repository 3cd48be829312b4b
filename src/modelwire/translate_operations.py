"""
Dialect to dialect beside chat: embeddings, token counts and lists of models.

As `modelwire.translate` does for chat: decode from the source dialect, encode into the
target dialect, and hand on what could not be carried over.  *source* is the dialect of
the bytes that come in and *target* that of the bytes that go out.  What only one
vendor has (images, audio, moderation) is not translated.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, cast

import attrs

from modelwire import codecs
from modelwire.codecs._base import (
    RAISE_ON_ERROR,
    EncodedRequest,
    EncodedResponse,
    Headers,
    LossPolicy,
)
from modelwire.codecs._modalities import (
    OPERATIONS,
    EmbeddingCodec,
    ModelListCodec,
    TokenCountCodec,
)
from modelwire.errors import ErrorInfo, ProviderError, RemoteProtocolError
from modelwire.translate import translate_headers

if TYPE_CHECKING:
    from modelwire.codecs._profile import Profile
    from modelwire.ir._embeddings import EmbeddingRequest
    from modelwire.ir._request import ChatRequest

__all__ = [
    "translate_embedding_request",
    "translate_embedding_response",
    "translate_model_list",
    "translate_model_list_request",
    "translate_token_count_request",
    "translate_token_count_response",
]

_BAD_GATEWAY = 502


def translate_embedding_request(
    body: bytes,
    *,
    source: str,
    target: str,
    path: str = "",
    query: str = "",
    headers: Headers = (),
    model: str | None = None,
    on_loss: LossPolicy = RAISE_ON_ERROR,
    target_profile: Profile | None = None,
) -> EncodedRequest:
    """
    Translate a request for embeddings.

    Args:
        body: The client's request body.
        source: The client's dialect.
        target: The upstream's dialect.
        path: The client's URL path, where its dialect says something there.
        query: The client's URL query.
        headers: The client's headers; only allow-listed protocol headers are read.
        model: The model's name at the upstream; `None`: as the client named it.
        on_loss: Which losses stop the translation.
        target_profile: The upstream's variant of its dialect.

    Returns:
        The upstream's request with its losses; its *request* is the decoded IR value.

    Raises:
        LookupError: A dialect has no embeddings.
        RequestDecodeError: The body is no request of *source*; all faults together.
        UnsupportedFeatureError: *on_loss* refuses a loss; all losses together.
    """
    request = _embedding(source).decode_embedding_request(
        body, path=path, query=query, headers=headers
    )
    sent = request if model is None else attrs.evolve(request, model=model)
    encoded = _embedding(target).encode_embedding_request(
        sent, on_loss=on_loss, **_profile(target_profile)
    )
    return attrs.evolve(encoded, request=request)


def translate_embedding_response(
    body: bytes,
    *,
    source: str,
    target: str,
    for_request: EncodedRequest | None = None,
    status: int = 200,
    headers: Headers = (),
    on_loss: LossPolicy = RAISE_ON_ERROR,
) -> EncodedResponse:
    """
    Translate embeddings.

    An upstream's error becomes the target's error shape with `EncodedResponse.error`
    set; it does not raise, and neither does a body that cannot be read.

    Args:
        body: The upstream's response body.
        source: The upstream's dialect.
        target: The client's dialect.
        for_request: What `translate_embedding_request` gave; it says how the client
            wants its vectors written.
        status: The upstream's HTTP status.
        headers: The upstream's headers.
        on_loss: Which losses stop the translation.

    Returns:
        The client's response.

    Raises:
        LookupError: A dialect has no embeddings.
        UnsupportedFeatureError: *on_loss* refuses a loss.
    """
    request: EmbeddingRequest | None = for_request.request if for_request else None
    here, there = _embedding(target), _embedding(source)
    return _answer(
        # What the client asked for is no sign of what the upstream was asked for.
        lambda **more: there.decode_embedding_response(
            body, request=request if source == target else None, **more
        ),
        lambda value: here.encode_embedding_response(
            value, request=request, on_loss=on_loss
        ),
        source=source,
        target=target,
        status=status,
        headers=headers,
    )


def translate_token_count_request(
    body: bytes,
    *,
    source: str,
    target: str,
    path: str = "",
    query: str = "",
    headers: Headers = (),
    model: str | None = None,
    on_loss: LossPolicy = RAISE_ON_ERROR,
    target_profile: Profile | None = None,
) -> EncodedRequest:
    """
    Translate a request to count tokens.

    Args:
        body: The client's request body.
        source: The client's dialect.
        target: The upstream's dialect.
        path: The client's URL path, where its dialect says something there.
        query: The client's URL query.
        headers: The client's headers; only allow-listed protocol headers are read.
        model: The model's name at the upstream; `None`: as the client named it.
        on_loss: Which losses stop the translation.
        target_profile: The upstream's variant of its dialect.

    Returns:
        The upstream's request with its losses; its *request* is the decoded IR value.

    Raises:
        LookupError: A dialect counts no tokens.
        RequestDecodeError: The body is no request of *source*; all faults together.
        UnsupportedFeatureError: *on_loss* refuses a loss; all losses together.
    """
    request = _token_count(source).decode_token_count_request(
        body, path=path, query=query, headers=headers
    )
    sent = request if model is None else attrs.evolve(request, model=model)
    encoded = _token_count(target).encode_token_count_request(
        sent, on_loss=on_loss, **_profile(target_profile)
    )
    return attrs.evolve(encoded, request=request)


def translate_token_count_response(
    body: bytes,
    *,
    source: str,
    target: str,
    for_request: EncodedRequest | None = None,
    status: int = 200,
    headers: Headers = (),
    on_loss: LossPolicy = RAISE_ON_ERROR,
) -> EncodedResponse:
    """
    Translate a token count; errors as in `translate_embedding_response`.

    Args:
        body: The upstream's response body.
        source: The upstream's dialect.
        target: The client's dialect.
        for_request: What `translate_token_count_request` gave.
        status: The upstream's HTTP status.
        headers: The upstream's headers.
        on_loss: Which losses stop the translation.

    Returns:
        The client's response.  The number is the upstream's model's, whose tokens are
        not those of the model that the client may think of.

    Raises:
        LookupError: A dialect counts no tokens.
        UnsupportedFeatureError: *on_loss* refuses a loss.
    """
    request: ChatRequest | None = for_request.request if for_request else None
    here, there = _token_count(target), _token_count(source)
    return _answer(
        lambda **more: there.decode_token_count_response(body, request=request, **more),
        lambda value: here.encode_token_count_response(
            value, request=request, on_loss=on_loss
        ),
        source=source,
        target=target,
        status=status,
        headers=headers,
    )


def translate_model_list_request(
    *,
    source: str,
    target: str,
    path: str = "",
    query: str = "",
    headers: Headers = (),
    model: str | None = None,
    on_loss: LossPolicy = RAISE_ON_ERROR,
    target_profile: Profile | None = None,
) -> EncodedRequest:
    """
    Translate a request for the models, or for one of them.

    Args:
        source: The client's dialect.
        target: The upstream's dialect.
        path: The client's URL path; it may name one model.
        query: The client's URL query: cursors and the size of a page.
        headers: The client's headers; only allow-listed protocol headers are read.
        model: The one model's name at the upstream; `None`: as the client named it.
        on_loss: Which losses stop the translation.
        target_profile: The upstream's variant of its dialect.

    Returns:
        The upstream's request with its losses.

    Raises:
        LookupError: A dialect lists no models.
        UnsupportedFeatureError: *on_loss* refuses a loss; all losses together.
    """
    request = _model_list(source).decode_model_list_request(
        b"", path=path, query=query, headers=headers
    )
    if model is not None and request.model is not None:
        request = attrs.evolve(request, model=model)
    return _model_list(target).encode_model_list_request(
        request, on_loss=on_loss, **_profile(target_profile)
    )


def translate_model_list(
    body: bytes,
    *,
    source: str,
    target: str,
    status: int = 200,
    headers: Headers = (),
    on_loss: LossPolicy = RAISE_ON_ERROR,
) -> EncodedResponse:
    """
    Translate a list of models, or one model; errors as in the functions above.

    Args:
        body: The upstream's response body.
        source: The upstream's dialect.
        target: The client's dialect.
        status: The upstream's HTTP status.
        headers: The upstream's headers.
        on_loss: Which losses stop the translation.

    Returns:
        The client's response.

    Raises:
        LookupError: A dialect lists no models.
        UnsupportedFeatureError: *on_loss* refuses a loss.
    """
    here, there = _model_list(target), _model_list(source)
    return _answer(
        lambda **more: there.decode_model_list_response(body, **more),
        lambda value: here.encode_model_list_response(value, on_loss=on_loss),
        source=source,
        target=target,
        status=status,
        headers=headers,
    )


# --- what they share ------------------------------------------------------------------


def _embedding(dialect: str) -> EmbeddingCodec:
    return cast("EmbeddingCodec", _codec("embedding", dialect))


def _token_count(dialect: str) -> TokenCountCodec:
    return cast("TokenCountCodec", _codec("token_count", dialect))


def _model_list(dialect: str) -> ModelListCodec:
    return cast("ModelListCodec", _codec("model_list", dialect))


def _codec(operation: str, dialect: str) -> object:
    known = OPERATIONS[operation].dialects
    if dialect not in known:
        msg = f"{dialect!r} has no {operation}; known: {', '.join(known)}"
        raise LookupError(msg)
    return codecs.get(dialect)


def _profile(profile: Profile | None) -> dict[str, Any]:
    """Name the profile only where one is given: each codec has its own default."""
    return {} if profile is None else {"profile": profile}


def _answer(
    decode: Callable[..., Any],
    encode: Callable[[Any], EncodedResponse],
    *,
    source: str,
    target: str,
    status: int,
    headers: Headers,
) -> EncodedResponse:
    """Decode and encode an answer, or an upstream's error."""
    pairs = tuple(headers)
    try:
        value = decode(status=status, headers=pairs)
    except ProviderError as error:
        encoded = _refusal(error.info, target)
    except RemoteProtocolError as error:
        encoded = _refusal(
            attrs.evolve(error.to_error_info(), status=_BAD_GATEWAY), target
        )
    else:
        encoded = encode(value)
    written = {name for name, _ in encoded.headers}
    more = tuple(
        pair
        for pair in translate_headers(pairs, source=source, target=target)
        if pair[0] not in written
    )
    return attrs.evolve(encoded, headers=encoded.headers + more)


def _refusal(info: ErrorInfo, target: str) -> EncodedResponse:
    return attrs.evolve(codecs.get(target).encode_error(info), error=info)
