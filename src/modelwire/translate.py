"""
Dialect to dialect: requests, responses, errors and live streams.

Everything here stands on the codecs alone: decode from the source dialect, encode
into the target dialect, and hand on what could not be carried over.  It knows no
dialect by name, opens no connection and keeps no state between calls.

In every signature *source* is the dialect of the bytes that come in and *target* the
dialect of the bytes that go out.  A proxy therefore translates its client's request
from the client's dialect to the upstream's, and the answer the other way round, and
hands the `EncodedRequest` of the first to the second (`for_request=`), so that
renamed tools and ids find their way back.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import attrs

from modelwire import codecs
from modelwire._watch import WATCHED, Watch, Watched
from modelwire.adapt._adapted import Adapter, chain, encode_adapted
from modelwire.adapt._carrier_stowed import encode_stowed
from modelwire.codecs._aborted import aborted
from modelwire.codecs._base import (
    COLLECT,
    RAISE_ON_ERROR,
    Aliases,
    EncodedRequest,
    EncodedResponse,
    Headers,
    Ids,
    LossPolicy,
)
from modelwire.codecs._limits import DEFAULT_LIMITS, Limits
from modelwire.codecs._pair_losses import pair_losses
from modelwire.errors import ErrorInfo, ProviderError, RemoteProtocolError
from modelwire.ir._chunks import (
    Keepalive,
    ResponseUpdate,
    StreamStart,
    UsageUpdate,
)

if TYPE_CHECKING:
    from modelwire.adapt._carrier import Carrier
    from modelwire.codecs._profile import Profile
    from modelwire.ir._chunks import StreamChunk
    from modelwire.ir._losses import Loss
    from modelwire.ir._request import ChatRequest

__all__ = [
    "StreamTap",
    "StreamTranslator",
    "translate_decoded",
    "translate_error",
    "translate_headers",
    "translate_request",
    "translate_response",
]

_BAD_GATEWAY = 502


def translate_request(
    body: bytes,
    *,
    source: str,
    target: str,
    path: str = "",
    query: str = "",
    headers: Headers = (),
    model: str | None = None,
    adapt: Sequence[Adapter] = (),
    carrier: Carrier | None = None,
    on_loss: LossPolicy = RAISE_ON_ERROR,
    source_profile: Profile | None = None,
    target_profile: Profile | None = None,
) -> EncodedRequest:
    """
    Translate a request body from one dialect to another.

    Args:
        body: The client's request body.
        source: The client's dialect.
        target: The upstream's dialect.
        path: The client's URL path, where its dialect says something there.
        query: The client's URL query.
        headers: The client's headers; only allow-listed protocol headers are read.
        model: The model's name at the upstream; `None`: as the client named it.
        adapt: Steps between decoding and encoding, see `modelwire.adapt`.
        carrier: Puts back the state that it gave the client; before *adapt*.
        on_loss: Which losses stop the translation.
        source_profile: The client's variant of its dialect.
        target_profile: The upstream's variant of its dialect.

    Returns:
        The upstream's request, with its losses and aliases; its *request* is the
        decoded IR value.

    Raises:
        RequestDecodeError: The body is no request of *source*; all faults together.
        UnsupportedFeatureError: *on_loss* refuses a loss; all losses together.
    """
    request: ChatRequest = codecs.get(source).decode_request(
        body, path=path, query=query, headers=headers, **_profile(source_profile)
    )
    return translate_decoded(
        request,
        source=source,
        target=target,
        model=model,
        adapt=adapt,
        carrier=carrier,
        on_loss=on_loss,
        target_profile=target_profile,
    )


def translate_decoded(
    request: ChatRequest,
    *,
    source: str,
    target: str,
    model: str | None = None,
    adapt: Sequence[Adapter] = (),
    carrier: Carrier | None = None,
    on_loss: LossPolicy = RAISE_ON_ERROR,
    target_profile: Profile | None = None,
) -> EncodedRequest:
    """
    As `translate_request`, for a caller that has decoded the request itself.

    Args:
        request: The client's request, as its dialect's decoder gave it.
        source: The client's dialect.
        target: The upstream's dialect.
        model: The model's name at the upstream; `None`: as the client named it.
        adapt: Steps between decoding and encoding, see `modelwire.adapt`.
        carrier: Puts back the state that it gave the client; before *adapt*.
        on_loss: Which losses stop the translation.
        target_profile: The upstream's variant of its dialect.

    Returns:
        The upstream's request, with its losses and aliases; its *request* is
        *request*.

    Raises:
        UnsupportedFeatureError: *on_loss* refuses a loss; all losses together.
    """
    sent = request if model is None else attrs.evolve(request, model=model)
    # A client that always gets usage did not ask for it; here it has to.
    if (
        sent.stream
        and sent.include_usage is None
        and codecs.get(source).STREAM_HAS_USAGE
        and not codecs.get(target).STREAM_HAS_USAGE
    ):
        sent = attrs.evolve(sent, include_usage=True)
    if carrier is not None:
        adapt = (partial(carrier.recover, client=source), *adapt)
    between = pair_losses(sent, source=source, target=target)
    if adapt or between:
        adapted = chain(sent, adapt)
        adapted = attrs.evolve(adapted, losses=between + adapted.losses)
        encoded = encode_adapted(adapted, target, on_loss, **_profile(target_profile))
    else:
        encoded = codecs.get(target).encode_request(
            sent, on_loss=on_loss, **_profile(target_profile)
        )
    return attrs.evolve(encoded, request=request)


def translate_response(
    body: bytes,
    *,
    source: str,
    target: str,
    for_request: EncodedRequest | None = None,
    status: int = 200,
    headers: Headers = (),
    ids: Ids | None = None,
    created: int = 0,
    carrier: Carrier | None = None,
    on_loss: LossPolicy = RAISE_ON_ERROR,
    source_profile: Profile | None = None,
    target_profile: Profile | None = None,
) -> EncodedResponse:
    """
    Translate a whole response body from one dialect to another.

    An upstream's error becomes the target's error shape with `EncodedResponse.error`
    set; it does not raise, and neither does a body that cannot be read.

    Args:
        body: The upstream's response body.
        source: The upstream's dialect.
        target: The client's dialect.
        for_request: What `translate_request` gave.
        status: The upstream's HTTP status.
        headers: The upstream's headers.
        ids: Where ids come from that the upstream did not give.
        created: The time to state where the upstream gave none (Unix seconds).
        carrier: Gives the client the state that its dialect has no field for.
        on_loss: Which losses stop the translation.
        source_profile: The upstream's variant of its dialect.
        target_profile: The client's variant of its dialect.

    Returns:
        The client's response.

    Raises:
        UnsupportedFeatureError: *on_loss* refuses a loss.
    """
    pairs = tuple(headers)
    try:
        response = codecs.get(source).decode_response(
            body,
            status=status,
            headers=pairs,
            request=_request(for_request),
            aliases=_aliases(for_request),
            **_profile(source_profile),
        )
    except ProviderError as error:
        info = error.info
        if info.kind == "decode_error":
            # A body that holds a stream, and the stream cannot be read.
            info = attrs.evolve(info, status=_BAD_GATEWAY)
        return _error_response(info, pairs, source, target)
    except RemoteProtocolError as error:
        info = attrs.evolve(error.to_error_info(), status=_BAD_GATEWAY)
        return _error_response(info, pairs, source, target)
    options = {"request": _request(for_request), "ids": ids, "created": created}
    options |= _profile(target_profile)
    if carrier is None or source == target:
        encoded = codecs.get(target).encode_response(
            response, on_loss=on_loss, **options
        )
    else:
        stowed = carrier.stow(response, client=target, profile=target_profile)
        encoded = encode_stowed(stowed, target, on_loss, **options)
    return _with_headers(encoded, pairs, source, target)


def translate_error(
    body: bytes, *, source: str, target: str, status: int, headers: Headers = ()
) -> EncodedResponse:
    """
    Translate an error body from one dialect to another.

    Args:
        body: The upstream's error body, whatever it is.
        source: The upstream's dialect.
        target: The client's dialect.
        status: The upstream's HTTP status.
        headers: The upstream's headers, for retry hints and the request id.

    Returns:
        The client's response, with *error* set.
    """
    pairs = tuple(headers)
    info = codecs.get(source).decode_error(body, status=status, headers=pairs)
    return _error_response(info, pairs, source, target)


def translate_headers(
    headers: Headers, *, source: str, target: str
) -> tuple[tuple[str, str], ...]:
    """
    Give a response's request id and rate limits under the target's names.

    Args:
        headers: The upstream's response headers.
        source: The upstream's dialect.
        target: The client's dialect.

    Returns:
        Headers for the client, names in lower case.  Moments of reset are left out
        between vendors that write them differently: there is no clock here.
    """
    meanings = {
        name: meaning for meaning, name in codecs.get(source).RESPONSE_HEADERS.items()
    }
    names = codecs.get(target).RESPONSE_HEADERS
    return tuple(
        (names[meaning], value)
        for name, value in headers
        if (meaning := meanings.get(name.lower(), "")) in names
    )


_OPENING = (StreamStart, ResponseUpdate, UsageUpdate)
"""Chunks that say nothing yet: held until something follows, see `StreamTranslator`."""


class StreamTranslator(Watched):
    """
    Translates a stream while it flows: bytes of one dialect in, of another out.

    Nothing is written while the stream has only opened: if the first thing that
    follows is an error, `error` is set, no byte has gone out, and the caller can
    still answer with a status and `encode_error`.

    Args:
        source: The upstream's dialect.
        target: The client's dialect.
        for_request: What `translate_request` gave.
        headers: The upstream's response headers.
        ids: Where ids come from that the upstream did not give.
        created: The time to state where the upstream gave none (Unix seconds).
        framing: The client's framing, where its dialect has several.
        limits: Bounds of every buffer.
        carrier: Gives the client the state that its dialect has no field for.
        on_loss: Which losses stop the translation; none by default, because the
            client has part of the answer by then.
        source_profile: The upstream's variant of its dialect.
        target_profile: The client's variant of its dialect.
    """

    def __init__(
        self,
        source: str,
        target: str,
        *,
        for_request: EncodedRequest | None = None,
        headers: Headers = (),
        ids: Ids | None = None,
        created: int = 0,
        framing: str | None = None,
        limits: Limits = DEFAULT_LIMITS,
        carrier: Carrier | None = None,
        on_loss: LossPolicy = COLLECT,
        source_profile: Profile | None = None,
        target_profile: Profile | None = None,
    ) -> None:
        self._decoder = codecs.get(source).stream_decoder(
            headers=headers,
            request=_request(for_request),
            aliases=_aliases(for_request),
            limits=limits,
            # Unknown keys are only for the dialect that they came in.
            keep_raw=source == target,
            **_profile(source_profile),
        )
        self._encoder = codecs.get(target).stream_encoder(
            request=_request(for_request),
            ids=ids,
            created=created,
            framing=framing,
            limits=limits,
            on_loss=on_loss,
            **_profile(target_profile),
        )
        self._stow = None
        if carrier is not None and source != target:
            self._stow = carrier.stow_stream(
                client=target, profile=target_profile, on_loss=on_loss
            )
        self._watch = Watch()
        self._held: list[StreamChunk] | None = []

    @property
    def content_type(self) -> str:
        """The content type of what is written."""
        return self._encoder.content_type

    @property
    def losses(self) -> tuple[Loss, ...]:
        """What could not be carried over so far."""
        losses = self._encoder.losses
        return losses if self._stow is None else self._stow.account(losses)

    @property
    def error(self) -> ErrorInfo | None:
        """The error that ended the stream, the source's or a limit of *limits*."""
        return self._watch.error or self._encoder.error

    @property
    def complete(self) -> bool:
        """Whether the stream ended as a whole answer ends, for the client too."""
        return self._watch.complete and self._encoder.error is None

    @property
    def failed(self) -> bool:
        """Whether a fault of the incoming bytes ended the stream."""
        return self._decoder.failed

    def feed(self, data: bytes) -> bytes:
        """
        Take bytes of the source in any split.

        Args:
            data: Received bytes; empty is allowed and does nothing.

        Returns:
            The bytes of the target that can be written now.

        Raises:
            UnsupportedFeatureError: `on_loss` refuses a loss.
            StateError: Called after `close`.
        """
        return self._write(self._decoder.feed(data))

    def close(self) -> bytes:
        """
        Take the end of the bytes; twice is harmless.

        Returns:
            The bytes that end the target's stream: its error event when the source
            ended too early, never a success.
        """
        return self._end(self._decoder.close())

    def abort(self, error: ErrorInfo | None = None) -> bytes:
        """
        Take the failure of the connection, in place of `close`.

        Args:
            error: How it failed; what the client is told.

        Returns:
            The bytes that end the target's stream in its error event, unless the
            stream had said its end already.
        """
        return self._end(aborted(self._decoder, error))

    def keepalive(self) -> bytes:
        """
        Give what says that the stream lives, between two events of the target.

        Returns:
            The dialect's ping or comment; nothing where it has none, and nothing
            before the first output.
        """
        return b"" if self._held is not None else self._encoder.encode(Keepalive())

    def _end(self, chunks: list[StreamChunk]) -> bytes:
        written = self._write(chunks)
        return written if self._held is not None else written + self._encoder.close()

    def _write(self, chunks: list[StreamChunk]) -> bytes:
        encode = self._encoder.encode
        written: list[bytes] = []
        for chunk in chunks:
            if type(chunk) in WATCHED:
                self._watch.see(chunk)
            held = self._held
            if held is not None:
                if isinstance(chunk, _OPENING):
                    held.append(chunk)
                    continue
                if self._watch.error is not None:
                    continue
                self._held = None
                written.extend(map(encode, held))
            if self._stow is None:
                written.append(encode(chunk))
            else:
                written.extend(map(encode, self._stow.feed(chunk)))
        return b"".join(written)


class StreamTap(Watched):
    """
    Watches a stream that the caller forwards untouched.

    Args:
        dialect: The stream's dialect.
        headers: The response's headers.
        limits: Bounds of every buffer.
        profile: The upstream's variant of the dialect.
    """

    def __init__(
        self,
        dialect: str,
        *,
        headers: Headers = (),
        limits: Limits = DEFAULT_LIMITS,
        profile: Profile | None = None,
    ) -> None:
        self._decoder = codecs.get(dialect).stream_decoder(
            headers=headers, limits=limits, keep_raw=False, **_profile(profile)
        )
        self._watch = Watch()

    @property
    def failed(self) -> bool:
        """Whether a fault of the bytes ended the stream."""
        return self._decoder.failed

    def feed(self, data: bytes) -> None:
        """
        Take bytes in any split.

        Args:
            data: The bytes that were forwarded.

        Raises:
            StateError: Called after `close`.
        """
        for chunk in self._decoder.feed(data):
            if type(chunk) in WATCHED:
                self._watch.see(chunk)

    def close(self) -> None:
        """Take the end of the bytes; twice is harmless."""
        for chunk in self._decoder.close():
            if type(chunk) in WATCHED:
                self._watch.see(chunk)


def _error_response(
    info: ErrorInfo, headers: tuple[tuple[str, str], ...], source: str, target: str
) -> EncodedResponse:
    encoded = attrs.evolve(codecs.get(target).encode_error(info), error=info)
    return _with_headers(encoded, headers, source, target)


def _with_headers(
    encoded: EncodedResponse,
    headers: tuple[tuple[str, str], ...],
    source: str,
    target: str,
) -> EncodedResponse:
    """Add the upstream's headers that the codec has not written itself."""
    if not headers:
        return encoded
    written = {name for name, _ in encoded.headers}
    more = tuple(
        (name, value)
        for name, value in translate_headers(headers, source=source, target=target)
        if name not in written
    )
    return attrs.evolve(encoded, headers=encoded.headers + more) if more else encoded


def _profile(profile: Profile | None) -> dict[str, Any]:
    """Name the profile only where one is given: each codec has its own default."""
    return {} if profile is None else {"profile": profile}


def _aliases(for_request: EncodedRequest | None) -> Aliases | None:
    return None if for_request is None else for_request.aliases


def _request(for_request: EncodedRequest | None) -> ChatRequest | None:
    return None if for_request is None else for_request.request
