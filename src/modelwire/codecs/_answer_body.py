"""The body of an answer, from bytes to the object that every operation begins with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelwire.codecs._json import loads
from modelwire.codecs._reader import describe
from modelwire.errors import ProviderError, RemoteProtocolError

if TYPE_CHECKING:
    from collections.abc import Callable

    from modelwire.codecs._base import Headers
    from modelwire.errors import ErrorInfo
    from modelwire.ir._base import JSONObject

__all__ = ["answer_object"]


def answer_object(
    body: bytes,
    dialect: str,
    decode_error: Callable[..., ErrorInfo],
    *,
    status: int,
    headers: Headers,
) -> JSONObject:
    """
    Parse the body of an answer.

    Args:
        body: The body.
        dialect: The dialect, for the error.
        decode_error: Its reader of errors.
        status: The HTTP status.
        headers: The answer's headers; read for errors only.

    Returns:
        The object.

    Raises:
        ProviderError: The server reported an error: by its status, or by an object
            that holds nothing else.
        RemoteProtocolError: The body is no JSON object.
    """
    if status >= 400:
        raise ProviderError(decode_error(body, status=status, headers=headers))
    parsed = loads(body)
    if type(parsed) is not dict:
        msg = f"expected a JSON object, got {describe(parsed)}"
        raise RemoteProtocolError(msg, dialect=dialect)
    if len(parsed) == 1 and parsed.get("error"):
        raise ProviderError(decode_error(body, status=status, headers=headers))
    return parsed
