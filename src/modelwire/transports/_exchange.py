"""
One request of a gateway's client: what it wants, and how it is told no.

It holds what every operation needs: the route, the body, the reply, the record.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from functools import partial
from typing import TYPE_CHECKING

import anyio
import attrs

from modelwire import codecs
from modelwire.errors import (
    ErrorInfo,
    LocalError,
    ModelwireError,
    ProviderError,
    RemoteProtocolError,
    TransportError,
)
from modelwire.transports._access import codes_of
from modelwire.transports._asgi_io import gone
from modelwire.transports._auth import KeyAuth
from modelwire.transports._dispatch import NotImplementedByProvider

if TYPE_CHECKING:
    from modelwire.adapt import Adapter
    from modelwire.codecs import Route
    from modelwire.ir import Loss
    from modelwire.transports._access import AccessRecord
    from modelwire.transports._asgi_io import Receive, Reply
    from modelwire.transports._async_upstream import AsyncUpstream
    from modelwire.transports._auth import Auth
    from modelwire.transports._gateway_wish import Wish
    from modelwire.transports._settings import Settings

__all__ = ["Exchange", "attended", "blamed", "info_of", "losses_header"]

_MOST_CODES = 16
"""How many codes of losses the header names."""

_ANTHROPIC = "anthropic-messages"


def info_of(error: ModelwireError) -> ErrorInfo:
    """
    Describe what went wrong, for the client.

    Args:
        error: What was raised.

    Returns:
        The error with the status that the client is to see: what the upstream broke
        is a bad gateway, what the client asked is its own fault.
    """
    if isinstance(error, ProviderError):
        return error.info
    if isinstance(error, TransportError):
        info = error.info or ErrorInfo(kind="server_error", message=str(error))
        slow = info.kind == "timeout"
        text = f"upstream: {info.message}"
        return attrs.evolve(
            info,
            kind="timeout" if slow else "server_error",
            status=504 if slow else 502,
            message=text,
        )
    if isinstance(error, NotImplementedByProvider):
        text = f"no upstream of this model has {error.operation}"
        return ErrorInfo(kind="unsupported", status=501, message=text)
    if isinstance(error, LocalError | RemoteProtocolError):
        info = error.to_error_info()
        if isinstance(error, RemoteProtocolError) and info.status is None:
            return attrs.evolve(info, kind="server_error", status=502)
        return info
    return ErrorInfo(kind="server_error", status=500, message="internal error")


def blamed(error: RemoteProtocolError) -> ProviderError:
    """
    Give the refusal of a request that its client's own bytes made impossible.

    Args:
        error: What reading it raised.

    Returns:
        The refusal; the status is never one that blames the upstream.
    """
    info = error.to_error_info()
    if info.status is None:
        info = attrs.evolve(info, kind="invalid_request", status=400)
    return ProviderError(info)


def losses_header(
    name: str, losses: tuple[Loss, ...], *, shown: bool
) -> tuple[tuple[str, str], ...]:
    """
    Give the header that says what was lost.

    Args:
        name: The header.
        losses: What was lost.
        shown: Whether clients are told.

    Returns:
        The header, with the count and the first codes; nothing where nothing was lost.
    """
    if not losses or not shown:
        return ()
    codes = ",".join(codes_of(losses)[:_MOST_CODES])
    return ((name, f"{len(losses)};codes={codes}"),)


@attrs.define(kw_only=True)
class Exchange:
    """One request and its answer."""

    route: Route
    """What the client wants, and its dialect."""
    query: tuple[tuple[str, str], ...]
    """The query's pairs, without credentials."""
    headers: tuple[tuple[str, str], ...]
    """The request's headers, names in lower case."""
    wish: Wish
    """The body, and what it says."""
    reply: Reply
    """Where the answer goes."""
    record: AccessRecord
    """What is known, for the log."""
    settings: Settings
    """How the gateway behaves."""
    upstream: AsyncUpstream
    """Where the request goes."""
    model: str
    """The model's name there."""
    began: float
    """When the request came (`time.monotonic`)."""
    is_said: bool = False
    """Whether the client has everything that it waits for."""
    on_silence: Callable[[], Awaitable[None]] | None = None
    """Says that a stream lives; `None`: there is nothing to say now."""

    @property
    def dialect(self) -> str:
        """The client's dialect."""
        return self.route.dialect

    def auth(self, upstream_dialect: str) -> Auth | None:
        """
        Give the client's credential, where it is to go upstream.

        Args:
            upstream_dialect: What the upstream is spoken to in.

        Returns:
            The credential as the upstream takes it; `None`: the upstream's own.

        Raises:
            ProviderError: It is to go upstream, and the client sent none.
        """
        if not self.settings.forward_credentials:
            return None
        credential, own = self.route.credential, self.upstream.endpoint.auth
        if credential is None:
            if own is None:
                return None
            # Ours must not stand in for it: the client would be served at our cost.
            raise ProviderError(_NO_CREDENTIAL)
        # Anthropic takes keys and tokens in headers of their own, and only the client
        # knows which of them it has.
        own_form = not (
            credential.kind == "bearer"
            and self.dialect == upstream_dialect == _ANTHROPIC
        )
        if isinstance(own, KeyAuth) and own_form:
            return attrs.evolve(own, secret=credential.value)
        return KeyAuth(secret=credential.value)

    def adapters(self) -> tuple[Adapter, ...]:
        """Give the steps that make a request legal for the upstream's dialect."""
        if not self.settings.repair:
            return ()
        # They are much to load, and not needed where the dialects are the same.
        from modelwire.adapt import adapt_schemas, normalise  # noqa: PLC0415

        target = self.upstream.endpoint.dialect
        profile = self.upstream.endpoint.profile(target)
        return (
            partial(normalise, target=target, profile=profile),
            partial(adapt_schemas, target=target, profile=profile),
        )

    def lost(self, losses: tuple[Loss, ...]) -> tuple[tuple[str, str], ...]:
        """Note what the request lost, and give the header that says so."""
        self.record.lose(losses)
        return losses_header(
            "x-modelwire-losses", losses, shown=self.settings.show_losses
        )

    def wrote(self) -> None:
        """Note the first byte of the answer's body."""
        if self.record.first_byte is None:
            self.record.first_byte = time.monotonic() - self.began

    async def refuse(self, info: ErrorInfo, *, status: int | None = None) -> None:
        """
        Answer with an error in the client's dialect.

        Args:
            info: The error.
            status: The status; `None`: what the dialect has for such an error.
        """
        encoded = codecs.get(self.dialect).encode_error(info)
        self.record.error = info.kind
        await self.reply.whole(status or encoded.status, encoded.headers, encoded.body)

    def unproven(self, status: int) -> ErrorInfo | None:
        """
        Say what to tell a client when the upstream refused our own credential.

        Args:
            status: The upstream's status.

        Returns:
            The error in our words: the upstream's repeat parts of the key.  `None`:
            the upstream's own words are fine.
        """
        if status != 401 or self.settings.forward_credentials:
            return None
        return _UNPROVEN


_NO_CREDENTIAL = ErrorInfo(
    kind="authentication", status=401, message="the request has no credential"
)
_UNPROVEN = ErrorInfo(
    kind="authentication",
    status=401,
    message="the upstream refused the gateway's credential",
)


async def attended(
    exchange: Exchange, receive: Receive, serve: Callable[[], Awaitable[None]]
) -> None:
    """
    Serve while somebody listens.

    Whatever *serve* waits for, it is cancelled at once when the client leaves, and
    when it takes nothing for longer than the settings allow.  Silences are filled.

    Args:
        exchange: The request.
        receive: The connection.
        serve: Answers the request.

    Raises:
        Exception: Whatever *serve* raises.
    """
    failure: Exception | None = None
    async with anyio.create_task_group() as tasks:

        async def watch() -> None:
            await _until_over(exchange, receive)
            tasks.cancel_scope.cancel()

        tasks.start_soon(watch)
        # An exception would leave the group inside a group of its own.
        try:
            await serve()
        except Exception as error:  # noqa: BLE001 - raised below
            failure = error
        tasks.cancel_scope.cancel()
    if failure is not None:
        raise failure


async def _until_over(exchange: Exchange, receive: Receive) -> None:
    """Fill silences; return when the client has left, or takes nothing any more."""
    reply, settings = exchange.reply, exchange.settings
    keepalive, patience = settings.keepalive, settings.send_patience
    step = patience if keepalive is None else min(keepalive, patience)
    while True:
        due = reply.last + step - time.monotonic()
        # One task waits for both: a gateway holds as many as it has requests.
        with anyio.move_on_after(max(due, step / 4, 0.01)):
            await gone(receive)
            # Servers say so, too, once the answer is whole.
            exchange.record.left_early = not (exchange.is_said or reply.is_whole)
            return
        quiet = time.monotonic() - reply.last
        if reply.is_writing:
            if quiet >= patience:
                exchange.record.error = "timeout"
                exchange.record.left_early = True
                return
        elif keepalive is not None and quiet >= keepalive and exchange.on_silence:
            await exchange.on_silence()
