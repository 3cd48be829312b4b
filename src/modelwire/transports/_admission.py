"""Who may call a gateway, and with what: decided before a body is read."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from modelwire.errors import ErrorInfo, ProviderError
from modelwire.transports._asgi_io import too_long

if TYPE_CHECKING:
    from modelwire.codecs import Route
    from modelwire.transports._settings import Settings

__all__ = ["admit"]

_NO_KEY: Final = ErrorInfo(
    kind="authentication",
    status=401,
    code="invalid_api_key",
    message="the key is not one of this gateway's",
)
_NO_ORIGIN: Final = ErrorInfo(
    kind="permission", status=403, message="web pages of this origin may not call"
)
_PACKED: Final = ErrorInfo(
    kind="invalid_request", status=415, message="a body is sent without content coding"
)


def admit(route: Route, headers: Mapping[str, str], settings: Settings) -> None:
    """
    Refuse what need not be read.

    Args:
        route: What the request line says.
        headers: The request's headers, names in lower case.
        settings: How the gateway behaves.

    Raises:
        ProviderError: It comes from a web page that may not call (403), shows none of
            our keys (401), or its body is packed (415) or too long (413).
    """
    origin = headers.get("origin")
    # Browsers name the origin of whatever a page may send unasked, and of nothing else.
    if origin is not None and not {origin, "*"} & set(settings.origins):
        raise ProviderError(_NO_ORIGIN)
    if settings.client_keys and not _is_known(route, settings.client_keys):
        raise ProviderError(_NO_KEY)
    if headers.get("content-encoding", "identity") != "identity":
        raise ProviderError(_PACKED)
    length = headers.get("content-length", "")
    is_number = length.isascii() and length.isdigit() and len(length) < 19
    if is_number and int(length) > settings.max_body:
        raise too_long(settings.max_body)


def _is_known(route: Route, keys: tuple[str, ...]) -> bool:
    shown = "" if route.credential is None else route.credential.value
    # Every key is compared, so that the time does not tell which one was near.
    fits = [hmac.compare_digest(shown.encode(), key.encode()) for key in keys]
    return any(fits)
