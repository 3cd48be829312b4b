"""
How a call reaches an upstream: its own dialect untouched, another through the IR.

One function decides for every method of a provider and for the gateway; nothing here
opens a connection.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode

import attrs

from modelwire import codecs
from modelwire.codecs import EncodedRequest, EncodedResponse
from modelwire.codecs._limits import DEFAULT_LIMITS, Limits
from modelwire.errors import ErrorInfo, LocalError
from modelwire.translate import (
    StreamTranslator,
    translate_decoded,
    translate_error,
    translate_headers,
    translate_response,
)
from modelwire.transports._dispatch_operations import (
    renamed,
    translated_answer,
    translated_call,
    upstream_dialect,
)
from modelwire.transports._operations import Operation, operation
from modelwire.transports._raw import RawResponse

if TYPE_CHECKING:
    from modelwire.adapt import Adapter, Carrier
    from modelwire.codecs import LossPolicy, Profile
    from modelwire.codecs._base import Headers
    from modelwire.transports._endpoint import Endpoint

__all__ = ["Dispatch", "NotImplementedByProvider", "dispatch"]


class NotImplementedByProvider(LocalError):  # noqa: N818 - the name is a promise
    """The upstream has no such operation, in any dialect that we could translate."""

    def __init__(
        self, provider: str, wanted: str, *, dialect: str | None = None
    ) -> None:
        self.provider = provider
        self.operation = wanted
        super().__init__(f"{provider} has no {wanted}", dialect=dialect)

    def to_error_info(self) -> ErrorInfo:
        """
        Describe this error as a value that every dialect can encode.

        Returns:
            An `ErrorInfo` of kind `unsupported` (status 501).
        """
        return ErrorInfo(kind="unsupported", message=str(self), status=501)


@attrs.frozen(kw_only=True)
class Dispatch:
    """One call, ready to be sent, and how to read its answer."""

    dialect: str
    """The caller's dialect."""
    upstream_dialect: str
    """What the upstream is spoken to in."""
    encoded: EncodedRequest
    """The upstream's request."""
    model: str
    """The model's name at the upstream."""
    framing: str | None = None
    """The framing of the stream that the caller wants; `None`: the usual one."""
    profiles: tuple[Any, Any] = (None, None)
    """The upstream's and the caller's variant of their dialects."""
    carrier: Carrier | None = None
    """Takes opaque state through a caller whose dialect has no field for it."""
    wanted: str = "chat"
    """The operation."""

    @property
    def is_native(self) -> bool:
        """Whether bytes are forwarded untouched."""
        return self.dialect == self.upstream_dialect

    def answer(self, raw: RawResponse, *, created: int = 0) -> RawResponse:
        """
        Give a whole answer in the caller's dialect.

        Args:
            raw: What the upstream sent.
            created: The time to state where the upstream gave none (Unix seconds).

        Returns:
            *raw* itself from a native upstream, else its translation; errors too.
        """
        if self.is_native:
            return raw
        encoded = self.translated(raw, created=created)
        return RawResponse(
            status=encoded.status, headers=encoded.headers, body=encoded.body
        )

    def translated(self, raw: RawResponse, *, created: int = 0) -> EncodedResponse:
        """
        Translate a whole answer, or an upstream's error.

        Args:
            raw: What the upstream sent.
            created: The time to state where the upstream gave none (Unix seconds).

        Returns:
            The caller's answer.
        """
        if raw.ok and self.wanted != "chat":
            return translated_answer(
                self.wanted,
                raw,
                source=self.upstream_dialect,
                target=self.dialect,
                for_request=self.encoded,
            )
        if raw.ok:
            return translate_response(
                raw.body,
                source=self.upstream_dialect,
                target=self.dialect,
                for_request=self.encoded,
                status=raw.status,
                headers=raw.headers,
                created=created,
                carrier=self.carrier,
                on_loss=codecs.COLLECT,
                source_profile=self.profiles[0],
                target_profile=self.profiles[1],
            )
        return translate_error(
            raw.body,
            source=self.upstream_dialect,
            target=self.dialect,
            status=raw.status,
            headers=raw.headers,
        )

    def translator(
        self, headers: Headers, *, created: int = 0, limits: Limits = DEFAULT_LIMITS
    ) -> StreamTranslator:
        """
        Give what turns the upstream's stream into the caller's.

        Args:
            headers: The upstream's response headers.
            created: The time to state where the upstream gave none (Unix seconds).
            limits: Bounds of every buffer.

        Returns:
            The translator.
        """
        return StreamTranslator(
            self.upstream_dialect,
            self.dialect,
            for_request=self.encoded,
            headers=headers,
            created=created,
            framing=self.framing,
            limits=limits,
            carrier=self.carrier,
            source_profile=self.profiles[0],
            target_profile=self.profiles[1],
        )

    def headers(
        self, translator: StreamTranslator, headers: Headers
    ) -> tuple[tuple[str, str], ...]:
        """Give the headers of a translated stream."""
        return (
            ("content-type", translator.content_type),
            *translate_headers(
                headers, source=self.upstream_dialect, target=self.dialect
            ),
        )

    def refusal(self, translator: StreamTranslator) -> RawResponse:
        """Give the error that came before all output, as an answer with a status."""
        encoded = codecs.get(self.dialect).encode_error(translator.error or _EMPTY)
        return RawResponse(
            status=encoded.status, headers=encoded.headers, body=encoded.body
        )


_BATCH: Final = "batch_embeddings"
_EMPTY: Final = ErrorInfo(
    kind="server_error", status=502, message="the upstream's stream was empty"
)


def dispatch(
    endpoint: Endpoint,
    dialect: str,
    wanted: str,
    body: bytes,
    *,
    model: str,
    stream: bool,
    on_loss: LossPolicy,
    query: tuple[tuple[str, str], ...] = (),
    headers: Headers = (),
    rename: str | None = None,
    profile: Profile | None = None,
    adapt: Sequence[Adapter] = (),
    carrier: Carrier | None = None,
) -> Dispatch:
    """
    Decide how a call reaches an upstream.

    Args:
        endpoint: The upstream.
        dialect: The caller's dialect.
        wanted: The operation.
        body: The caller's body.
        model: The model as the caller says it.
        stream: Whether the answer streams.
        on_loss: Which losses stop a call that goes through the IR.
        query: The caller's query, without credentials.
        headers: The caller's headers; only those of the protocol go on.
        rename: The model's name at the upstream; `None`: as the caller says it.
        profile: The caller's variant of its dialect (through the IR).
        adapt: Steps between decoding and encoding (through the IR).
        carrier: Takes opaque state through the caller's dialect (through the IR).

    Returns:
        The call.

    Raises:
        NotImplementedByProvider: The upstream has no such operation.
        RequestDecodeError: The body is no request of *dialect* (through the IR).
        UnsupportedFeatureError: *on_loss* refuses a loss (through the IR).
    """
    row = operation(dialect, wanted)
    there = model if rename is None else rename
    if wanted in endpoint.lacks:
        raise NotImplementedByProvider(endpoint.name, wanted, dialect=dialect)
    if row is not None and dialect in endpoint.dialects:
        return Dispatch(
            dialect=dialect,
            upstream_dialect=dialect,
            encoded=_untouched(
                row,
                dialect,
                body
                if there == model
                else renamed(row, dialect, wanted, body, model=model, rename=there),
                model=there,
                stream=stream,
                query=query,
                headers=headers,
            ),
            model=there,
            wanted=wanted,
        )
    if wanted != "chat":
        target = upstream_dialect(endpoint, dialect, wanted)
        if row is None or target is None:
            raise NotImplementedByProvider(endpoint.name, wanted, dialect=dialect)
        other = translated_call(
            row,
            wanted,
            body,
            source=dialect,
            target=target,
            model=model,
            rename=there,
            query=urlencode(query),
            headers=headers,
            on_loss=on_loss,
            target_profile=endpoint.profile(target),
        )
        # Several inputs become another operation in Gemini's dialect.
        if other.path.endswith(":batchEmbedContents") and _BATCH in endpoint.lacks:
            raise NotImplementedByProvider(endpoint.name, _BATCH, dialect=dialect)
        return Dispatch(
            dialect=dialect,
            upstream_dialect=target,
            encoded=other,
            model=there,
            wanted=wanted,
        )
    in_path = row is not None and not row.model_in_body
    decoded = codecs.get(dialect).decode_request(
        body,
        path=row.path_for(model, stream=stream) if row and in_path else "",
        query=urlencode(query),
        headers=headers,
        **({} if profile is None else {"profile": profile}),
    )
    target = endpoint.dialect
    target_profile = endpoint.profile(target)
    encoded = translate_decoded(
        attrs.evolve(decoded, stream=stream),
        source=dialect,
        target=target,
        model=there,
        adapt=adapt,
        carrier=carrier,
        on_loss=on_loss,
        target_profile=target_profile,
    )
    return Dispatch(
        dialect=dialect,
        upstream_dialect=target,
        encoded=encoded,
        model=there,
        framing=_framing(row, query),
        profiles=(target_profile, profile),
        carrier=carrier,
    )


def _framing(row: Operation | None, query: tuple[tuple[str, str], ...]) -> str | None:
    """Give the framing of the stream that the caller wants."""
    # A streaming path of its own (streamGenerateContent) gives a JSON array to those
    # who ask for no SSE; a caller of ours without a query wants the usual framing.
    if row is None or row.stream_path is None or not query:
        return None
    return "sse" if ("alt", "sse") in query else "json_array"


def _untouched(
    row: Operation,
    dialect: str,
    body: bytes,
    *,
    model: str,
    stream: bool,
    query: tuple[tuple[str, str], ...],
    headers: Headers,
) -> EncodedRequest:
    """Address the caller's own bytes."""
    known = codecs.get(dialect).REQUEST_HEADERS | {"content-type"}
    kept = [(k.lower(), v) for k, v in headers if k.lower() in known]
    if row.method == "POST" and "content-type" not in dict(kept):
        kept.append(("content-type", "application/json"))
    # Asked for plain, so that a tap can read what the caller gets.
    kept.append(("accept-encoding", "identity"))
    if stream and row.stream_path is not None and not query:
        query = (("alt", "sse"),)
    return EncodedRequest(
        method=row.method,
        path=row.path_for(model, stream=stream),
        query=query,
        headers=tuple(kept),
        body=body,
    )
