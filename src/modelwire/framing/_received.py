"""What every decoder of this package asks of the bytes that it is fed."""

from __future__ import annotations

from modelwire.errors import StateError

__all__ = ["received"]


def received(data: object, *, closed: bool) -> bytes:
    """
    Check an argument of `feed()`.

    Args:
        data: What was passed.
        closed: Whether `close()` has been called.

    Returns:
        The bytes, which nobody can change any more.

    Raises:
        StateError: It is something else than bytes, or the decoder is closed.
    """
    if not isinstance(data, bytes | bytearray | memoryview):
        msg = f"feed() takes bytes, not {type(data).__name__}"
        raise StateError(msg)
    if closed:
        msg = "feed() after close()"
        raise StateError(msg)
    return bytes(data)
