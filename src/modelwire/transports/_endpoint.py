"""
Endpoints: where an upstream is, what it speaks, and how it is addressed, as data.

An `Endpoint` turns the vendor's default path of an encoded request into the URL of one
deployment.  It holds no connection.  `modelwire.transports.endpoints` has one function
for each vendor.

Source:
    wire/auth_and_urls.md and wire/openai_compatible.md section 1, read 2026-11-21.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Final
from urllib.parse import quote, unquote, urlsplit, urlunsplit

import attrs

from modelwire.errors import LocalError

if TYPE_CHECKING:
    from modelwire.codecs import Profile
    from modelwire.transports._auth import Auth

__all__ = ["Endpoint", "base_url_of"]

_VERSION: Final = re.compile(r"/v\d+(?:(?:alpha|beta)\d*)?(?=/|\Z)")
"""A version as a path segment: `/v1`, `/v1beta`, `/v1beta1`."""

_TAILS: Final = ("/chat/completions", "/responses", "/messages", "/embeddings")
"""Ends of a base URL that someone copied whole; the vendor's path brings them."""


def base_url_of(url: str) -> str:
    """
    Normalise a base URL.

    Args:
        url: An absolute `http` or `https` URL; a trailing slash and the path of an
            operation at its end (`…/v1/chat/completions`) are taken off.

    Returns:
        Scheme, host and path, without a slash at the end.

    Raises:
        LocalError: It is no such URL, or it holds a user name, a query or a fragment.
    """
    msg = "a base URL begins with http:// or https:// and names a host"
    try:
        parts = urlsplit(url.strip())
        known = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:  # half an IPv6 address, a port that is none
        # Its words repeat the host, where a credential may stand.
        raise LocalError(msg) from None
    if not known:
        raise LocalError(msg)
    if "@" in parts.netloc or parts.query or parts.fragment:
        msg = "a base URL holds no credential, query or fragment"
        raise LocalError(msg)
    path = parts.path.rstrip("/")
    for tail in _TAILS:
        path = path.removesuffix(tail)
    return urlunsplit((parts.scheme, parts.netloc, path.rstrip("/"), "", ""))


def _lower(pairs: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    return tuple((name.lower(), value) for name, value in pairs)


@attrs.frozen(kw_only=True)
class Endpoint:
    """One upstream."""

    name: str
    """The vendor or deployment, for people and logs."""
    base_url: str = attrs.field(converter=base_url_of)
    """Where it is, without a slash at the end."""
    dialects: tuple[str, ...]
    """The chat dialects that it speaks natively; the first is the preferred one."""
    auth: Auth | None = None
    """What proves the caller; `None`: nothing is sent."""
    headers: tuple[tuple[str, str], ...] = attrs.field(default=(), converter=_lower)
    """Headers of every request; no credentials."""
    query: tuple[tuple[str, str], ...] = ()
    """Query pairs of every request (`api-version`)."""
    root: str | None = None
    """
    What replaces the version at the start of the vendor's path, `{model}` filled in.

    `None`: the version stays, unless the base URL ends in one.
    """
    profiles: Mapping[str, Profile] = attrs.field(factory=dict)
    """The variant of each dialect; one that is not named is the vendor's own."""
    lacks: frozenset[str] = frozenset()
    """Operations of its dialects that it does not have (`batch_embeddings`)."""

    @property
    def dialect(self) -> str:
        """The dialect that is spoken where the caller does not care."""
        return self.dialects[0]

    def profile(self, dialect: str) -> Profile | None:
        """
        Give the endpoint's variant of a dialect.

        Args:
            dialect: One of `dialects`.

        Returns:
            The profile; `None`: the dialect's default.
        """
        return self.profiles.get(dialect)

    def url(
        self, path: str, *, model: str = "", query: Iterable[tuple[str, str]] = ()
    ) -> str:
        """
        Give the URL of a request.

        Args:
            path: The vendor's default path with its version (`EncodedRequest.path`).
            model: The model, for endpoints that name it in the path.
            query: The request's own query pairs; the endpoint's come first.

        Returns:
            The URL; every value of the query is percent-encoded.

        Raises:
            LocalError: The path could leave its place, or it needs a model.
        """
        bare, _, inline = path.partition("?")
        base = urlsplit(self.base_url)
        whole = base.path + self._below(bare, model, base.path)
        if {".", ".."} & set(unquote(whole).split("/")) or not _is_plain(whole):
            msg = "the path of a request may not leave its place"
            raise LocalError(msg)
        pairs = "&".join(
            f"{quote(name, safe='')}={quote(value, safe='')}"
            for name, value in (*self.query, *query)
        )
        joined = "&".join(piece for piece in (inline, pairs) if piece)
        return urlunsplit((base.scheme, base.netloc, whole, joined, ""))

    def _below(self, path: str, model: str, base: str) -> str:
        """Give what stands below the base URL."""
        version = _VERSION.match(path)
        rest = path[version.end() :] if version else path
        if self.root is not None:
            if "{model}" in self.root and not model:
                msg = f"the endpoint {self.name} names the model in its path"
                raise LocalError(msg)
            return self.root.replace("{model}", quote(model, safe="")) + rest
        last = base[base.rfind("/") :] if base else ""
        return rest if _VERSION.fullmatch(last) else path


def _is_plain(path: str) -> bool:
    return path.isascii() and path.isprintable() and " " not in path
