"""
Credentials: what proves the caller to an endpoint, and never shows.

A `KeyAuth` is one header with a secret; a `TokenAuth` asks a callable for short-lived
tokens and keeps each until shortly before it ends.  Neither puts its secret into a
repr, an error or a pickle of one.
"""

from __future__ import annotations

import inspect
import threading
import time
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import attrs

from modelwire.errors import LocalError, StateError

if TYPE_CHECKING:
    import anyio

__all__ = ["Auth", "KeyAuth", "Token", "TokenAuth", "TokenProvider", "bearer"]

_REFRESH_SKEW: Final = 60.0
"""Seconds before its end at which a token counts as spent."""


def _checked_secret(_: object, field: attrs.Attribute[str], value: str) -> None:
    """Refuse what would end the header; the message names no part of the secret."""
    if not value or not value.isascii() or not value.isprintable():
        msg = f"a credential ({field.name}) must be printable ASCII and not empty"
        raise LocalError(msg)


@attrs.frozen(kw_only=True)
class KeyAuth:
    """A secret in a header of its own, or behind a scheme."""

    header: str = "authorization"
    """The header's name, in lower case."""
    scheme: str = "Bearer"
    """What stands before the secret; empty: nothing (`x-api-key`)."""
    secret: str = attrs.field(repr=False, validator=_checked_secret)
    """The secret."""

    def pair(self) -> tuple[str, str]:
        """Give the header."""
        return _pair(self.header, self.scheme, self.secret)

    async def pair_async(self) -> tuple[str, str]:
        """Give the header."""
        return self.pair()

    def forget(self) -> None:
        """Do nothing: a refused key stays what it is."""


@attrs.frozen(kw_only=True)
class Token:
    """A short-lived token."""

    value: str = attrs.field(repr=False, validator=_checked_secret)
    """The secret."""
    expires_at: float | None = None
    """When it ends (Unix seconds); `None`: it is asked for anew at each call."""


TokenProvider: TypeAlias = Callable[[], "Token | str | Awaitable[Token | str]"]
"""Gives a token; a coroutine function serves asynchronous clients only."""


class TokenAuth:
    """
    Bearer tokens from a callable, cached until shortly before they end.

    Threads and tasks that need a token at the same time wait for one refresh.

    Args:
        provider: Gives a `Token`, or its text alone, which is then never cached.
        skew: Seconds before its end at which a token is replaced.
        header: The header's name.
        scheme: What stands before the token.
        clock: Gives the time (Unix seconds).
    """

    def __init__(
        self,
        provider: TokenProvider,
        *,
        skew: float = _REFRESH_SKEW,
        header: str = "authorization",
        scheme: str = "Bearer",
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._provider = provider
        self._skew = skew
        self._header = header
        self._scheme = scheme
        self._clock = clock
        self._token: Token | None = None
        self._lock = threading.Lock()
        self._async_lock: anyio.Lock | None = None

    def __repr__(self) -> str:
        return f"{type(self).__name__}(header={self._header!r})"

    def pair(self) -> tuple[str, str]:
        """
        Give the header, with a fresh token where the last one is spent.

        Raises:
            StateError: The provider is asynchronous.
        """
        with self._lock:
            token = self._fresh()
            if token is None:
                given = self._provider()
                if inspect.isawaitable(given):
                    if inspect.iscoroutine(given):
                        given.close()
                    msg = "an asynchronous token provider needs an asynchronous client"
                    raise StateError(msg)
                token = self._keep(given)
        return _pair(self._header, self._scheme, token.value)

    async def pair_async(self) -> tuple[str, str]:
        """Give the header, with a fresh token where the last one is spent."""
        token = self._fresh()
        if token is None:
            async with self._waiting():
                token = self._fresh() or await self._renewed()
        return _pair(self._header, self._scheme, token.value)

    async def _renewed(self) -> Token:
        given = self._provider()
        return self._keep(await given if inspect.isawaitable(given) else given)

    def forget(self) -> None:
        """Drop the cached token, because the endpoint refused it."""
        self._token = None

    def _fresh(self) -> Token | None:
        token = self._token
        if token is None or token.expires_at is None:
            return None
        return token if token.expires_at - self._skew > self._clock() else None

    def _keep(self, given: Any) -> Token:
        self._token = given if isinstance(given, Token) else Token(value=str(given))
        return self._token

    def _waiting(self) -> anyio.Lock:
        # Both HTTP clients bring anyio; a synchronous program never loads it here.
        import anyio  # noqa: PLC0415

        if self._async_lock is None:
            self._async_lock = anyio.Lock()
        return self._async_lock


Auth: TypeAlias = KeyAuth | TokenAuth
"""What an endpoint takes as proof."""


def _pair(header: str, scheme: str, secret: str) -> tuple[str, str]:
    return header, f"{scheme} {secret}" if scheme else secret


def bearer(secret: str) -> KeyAuth:
    """
    Give `Authorization: Bearer` with a key.

    Args:
        secret: The key.

    Returns:
        The credential.
    """
    return KeyAuth(secret=secret)
