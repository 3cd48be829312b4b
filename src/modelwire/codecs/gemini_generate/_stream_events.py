"""Native events of a stream to bytes, in either framing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from modelwire.codecs import _json
from modelwire.codecs._base import EndSentinel, KeepaliveComment, NativeEvent
from modelwire.errors import StateError

if TYPE_CHECKING:
    from modelwire.codecs._base import EventEncoder, Framing
    from modelwire.framing._json_array import JSONArrayEncoder

__all__ = [
    "CONTENT_TYPES",
    "GenerateEventEncoder",
    "array_encoder",
    "check_framing",
    "event_encoder",
]


def event_encoder(*, framing: Framing = None) -> EventEncoder:
    """
    Make an encoder of native events.

    Args:
        framing: `None` or `sse`, or `json_array`.

    Returns:
        The encoder; events have no names in this dialect, and comments and end
        markers are not written.

    Raises:
        StateError: *framing* is another one.
    """
    check_framing(framing)
    return GenerateEventEncoder(framing)


CONTENT_TYPES: Final = {
    None: "text/event-stream",
    "sse": "text/event-stream",
    "json_array": "application/json; charset=UTF-8",
}
"""The content type of each framing."""


def array_encoder() -> JSONArrayEncoder:
    """Make the encoder of the other framing."""
    # Not at the top: most streams are event streams, and its patterns take 1.3 ms.
    from modelwire.framing._json_array import JSONArrayEncoder  # noqa: PLC0415

    return JSONArrayEncoder()


class GenerateEventEncoder:
    """An `EventEncoder` for both framings."""

    __slots__ = ("_array",)

    def __init__(self, framing: Framing) -> None:
        self._array = array_encoder() if framing == "json_array" else None

    def encode(self, event: NativeEvent | EndSentinel | KeepaliveComment) -> bytes:
        """
        Write one event.

        Args:
            event: The event.  A comment or an end marker gives nothing: neither is
                part of this dialect, and its clients fail on them.

        Returns:
            Its bytes, JSON in the canonical form.

        Raises:
            StateError: It is something else, or came after `close()`.
            InvalidIRError: The data is not JSON.
        """
        if type(event) is NativeEvent:
            data = _json.dumps(event.data)
            if self._array is not None:
                return self._array.encode(data)
            return b"data: " + data + b"\n\n"
        if type(event) is EndSentinel or type(event) is KeepaliveComment:
            return b""
        msg = f"cannot encode {type(event).__name__}"
        raise StateError(msg)

    def close(self) -> bytes:
        """
        End the stream.

        Returns:
            The closing bracket of an array; nothing over SSE.
        """
        return b"" if self._array is None else self._array.close()


def check_framing(framing: Framing) -> None:
    """Refuse a framing that this dialect does not have."""
    if framing not in CONTENT_TYPES:
        msg = f"gemini-generate streams over SSE or as a JSON array, not {framing}"
        raise StateError(msg)
