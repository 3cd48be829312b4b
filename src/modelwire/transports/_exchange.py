"""
One request of a gateway's client: what it wants, and how it is told no.

It holds what every operation needs: the route, the body, the reply, the record.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

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
from modelwire.transports._auth import KeyAuth

if TYPE_CHECKING:
    from modelwire.codecs import Route
    from modelwire.ir import Loss
    from modelwire.transports._access import AccessRecord
    from modelwire.transports._asgi_io import Reply
    from modelwire.transports._async_upstream import AsyncUpstream
    from modelwire.transports._auth import Auth
    from modelwire.transports._settings import Settings

__all__ = ["Exchange", "info_of"]

_MOST_CODES = 16
"""How many codes of losses the header names."""


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
    if isinstance(error, LocalError | RemoteProtocolError):
        info = error.to_error_info()
        if isinstance(error, RemoteProtocolError) and info.status is None:
            return attrs.evolve(info, kind="server_error", status=502)
        return info
    return ErrorInfo(kind="server_error", status=500, message="internal error")


@attrs.define(kw_only=True)
class Exchange:
    """One request and its answer."""

    route: Route
    """What the client wants, and its dialect."""
    path: str
    """The path as the client sent it."""
    query: str
    """The query as the client sent it."""
    headers: tuple[tuple[str, str], ...]
    """The request's headers, names in lower case."""
    body: bytes
    """The request's body."""
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

    @property
    def dialect(self) -> str:
        """The client's dialect."""
        return self.route.dialect

    @property
    def auth(self) -> Auth | None:
        """The client's credential, where it is to go upstream."""
        credential = self.route.credential
        if not self.settings.forward_credentials or credential is None:
            return None
        own = self.upstream.endpoint.auth
        if isinstance(own, KeyAuth):
            return attrs.evolve(own, secret=credential.value)
        return KeyAuth(secret=credential.value)

    def lost(self, losses: tuple[Loss, ...]) -> tuple[tuple[str, str], ...]:
        """Note what the request lost, and give the header that says so."""
        self.record.lose(losses)
        if not losses or not self.settings.show_losses:
            return ()
        codes = ",".join(self.record.losses[:_MOST_CODES])
        return (("x-modelwire-losses", f"{len(losses)};codes={codes}"),)

    def wrote(self) -> None:
        """Note the first byte of the answer's body."""
        if self.record.first_byte is None:
            self.record.first_byte = time.monotonic() - self.began

    async def refuse(self, info: ErrorInfo, **more: Any) -> None:
        """Answer with an error in the client's dialect."""
        encoded = codecs.get(self.dialect).encode_error(info)
        headers = (*encoded.headers, *more.get("headers", ()))
        self.record.error = info.kind
        await self.reply.whole(encoded.status, headers, encoded.body)
