"""The body of a request, from bytes to the object that every dialect begins with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelwire.codecs._json import loads
from modelwire.codecs._reader import describe
from modelwire.errors import (
    LimitExceededError,
    Problem,
    RemoteProtocolError,
    RequestDecodeError,
)

if TYPE_CHECKING:
    from modelwire.ir._base import JSONObject

__all__ = ["request_object"]


def request_object(body: bytes, dialect: str, *, too_deep: bool = False) -> JSONObject:
    """
    Parse the body of a request.

    Args:
        body: The body.
        dialect: The dialect, for the error.
        too_deep: Whether JSON that nests too deep is a problem of the body like any
            other; else its own error passes.

    Returns:
        The object.

    Raises:
        RequestDecodeError: The body is no JSON object.
        LimitExceededError: The JSON nests too deep, and that is no problem here.
    """
    try:
        parsed = loads(body)
    except RemoteProtocolError as error:
        if isinstance(error, LimitExceededError) and not too_deep:
            raise
        problem = Problem("$", "a JSON object", f"no JSON ({error})"[:200])
        raise RequestDecodeError((problem,), dialect=dialect) from error
    if type(parsed) is not dict:
        problem = Problem("$", "object", describe(parsed))
        raise RequestDecodeError((problem,), dialect=dialect)
    return parsed
