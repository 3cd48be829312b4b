"""
Is the account of a translation the truth, and the whole truth, for given bytes?

    bytes of *source* -> IR -> bytes of *target* -> IR, and the losses of the encoding

What was read first and what is read last are compared (`_accounting`): each difference
must lie in a loss, and each loss must cover a difference.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from modelwire import codecs
from modelwire.codecs import COLLECT
from modelwire.ir import Accumulator
from modelwire.testing._accounting import assert_losses
from modelwire.testing._grammar import check_stream
from modelwire.testing._order import check_chunks

if TYPE_CHECKING:
    from collections.abc import Sequence

    from modelwire.codecs._base import Headers
    from modelwire.ir import ChatRequest, ChatResponse, Loss, StreamChunk

__all__ = [
    "Kind",
    "account_request",
    "account_response",
    "account_stream",
    "assert_accounted",
]

Kind: TypeAlias = Literal["request", "response", "stream"]
"""What the bytes are."""

_ENDS: Final = {
    True: "a stream that was cut short became a complete one",
    False: "a complete stream became one that was cut short",
}


def assert_accounted(
    source: str,
    target: str,
    body: bytes,
    *,
    kind: Kind = "request",
    path: str = "",
    query: str = "",
    headers: Headers = (),
) -> tuple[Loss, ...]:
    """
    Assert that translating *body* loses nothing that its losses do not say.

    Args:
        source: The dialect of *body*.
        target: The dialect to translate to; it may be the same.
        body: A whole body: of a request, of an answer (HTTP 200), or of a streamed
            answer.
        kind: Which of them it is.
        path: A request's path, where the dialect names the model there.
        query: A request's query, without the question mark.
        headers: The headers of the request or of the answer.

    Returns:
        The losses, for further asserts.

    Raises:
        AssertionError: A difference without a loss, a loss without a difference, a
            path that leads nowhere, or a stream that breaks the target's grammar; the
            message lists all of them.
        LookupError: There is no such dialect.
        RemoteProtocolError: *body* is not what *kind* says.
    """
    given = codecs.get(source)
    if kind == "request":
        request = given.decode_request(body, path=path, query=query, headers=headers)
        return account_request(request, target)
    if kind == "response":
        response = given.decode_response(body, status=200, headers=headers)
        return account_response(response, target)
    decoder = given.stream_decoder(headers=headers)
    return account_stream([*decoder.feed(body), *decoder.close()], target)


def account_request(request: ChatRequest, target: str) -> tuple[Loss, ...]:
    """Account for a request that was decoded already."""
    codec = codecs.get(target)
    encoded = codec.encode_request(request, on_loss=COLLECT)
    read = codec.decode_request(
        encoded.body,
        path=encoded.path,
        query="&".join(f"{name}={value}" for name, value in encoded.query),
        headers=encoded.headers,
    )
    assert_losses(request, read, encoded.losses)
    return encoded.losses


def account_response(response: ChatResponse, target: str) -> tuple[Loss, ...]:
    """Account for an answer that was decoded already."""
    codec = codecs.get(target)
    encoded = codec.encode_response(response, on_loss=COLLECT)
    assert_losses(response, codec.decode_response(encoded.body), encoded.losses)
    return encoded.losses


def account_stream(chunks: Sequence[StreamChunk], target: str) -> tuple[Loss, ...]:
    """Account for a stream that was decoded already."""
    codec = codecs.get(target)
    encoder = codec.stream_encoder(on_loss=COLLECT)
    data = b"".join([*map(encoder.encode, chunks), encoder.close()])
    check_stream(target, data)
    decoder = codec.stream_decoder()
    read = [*decoder.feed(data), *decoder.close()]
    wrong = check_chunks(read)
    before, after = Accumulator(), Accumulator()
    before.feed_all(chunks)
    after.feed_all(read)
    if before.complete != after.complete:
        wrong.append(_ENDS[after.complete])
    if wrong:
        raise AssertionError("\n".join(map(str, wrong)))
    assert_losses(before.response, after.response, encoder.losses)
    return encoder.losses
