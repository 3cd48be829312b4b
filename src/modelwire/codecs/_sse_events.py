"""
Native events over SSE: bytes to `NativeEvent` and back, without any meaning.

For proxies that look at a dialect's own events.  The framing rules are those of
`_sse_stream`; what differs is that nothing is interpreted: the sentinel and comments
are items, and events behind the sentinel are still given.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, cast

from modelwire.codecs import _json
from modelwire.codecs._base import (
    EndSentinel,
    KeepaliveComment,
    MalformedEvent,
    NativeEvent,
    NativeItem,
)
from modelwire.codecs._limits import DEFAULT_LIMITS
from modelwire.codecs._sse_stream import (
    DONE,
    check_feed,
    is_cut_field,
    keepalive_text,
    lenient_scanner,
    parse_replaced,
)
from modelwire.errors import RemoteProtocolError, StateError
from modelwire.sse import FramingFault, SSEComment, comment, encode

if TYPE_CHECKING:
    from modelwire.codecs._limits import Limits
    from modelwire.ir._base import JSONObject

__all__ = ["SSEEventDecoder", "SSEEventEncoder", "TypeOf", "type_of"]

TypeOf = Callable[[str | None, "JSONObject"], str]
"""Takes the SSE event name and the data, and gives the event's type."""

_KEPT_TEXT = 4096


def type_of(name: str | None, data: JSONObject) -> str:
    """
    Name an event of a dialect whose events name themselves.

    Args:
        name: The SSE event name, if there was one.
        data: The event's JSON.

    Returns:
        `data["type"]` where it is text, else the name, else `message`.
    """
    found = data.get("type")
    return found if type(found) is str else name or "message"


class SSEEventDecoder:
    """
    An `EventDecoder` for any SSE dialect.

    Args:
        dialect: The dialect of the events.
        type_of: How an event is named; a function of a module, so that the decoder
            can be pickled.
        limits: What may be held.

    Invariants:
        The items do not depend on how the bytes were cut.  A `MalformedEvent` or
        `FramingFault` is the last item.  Nothing that the peer sends raises.
    """

    __slots__ = (
        "_closed",
        "_depth",
        "_dialect",
        "_empty",
        "_scanner",
        "_type",
        "failed",
    )

    def __init__(
        self,
        dialect: str,
        *,
        type_of: TypeOf = type_of,
        limits: Limits = DEFAULT_LIMITS,
    ) -> None:
        self._dialect = dialect
        self._type = type_of
        self._depth = limits.max_json_depth
        self._scanner = lenient_scanner(limits)
        self._closed = False
        self._empty = True
        self.failed: bool = False
        """Whether a fault ended the stream; what comes after it is dropped."""

    def feed(self, data: bytes | bytearray | memoryview) -> list[NativeItem]:
        """
        Take received bytes.

        Args:
            data: Any cut of the body; empty is allowed and does nothing.

        Returns:
            The items that these bytes complete.

        Raises:
            StateError: Called after `close()`, or with something else than bytes.
        """
        check_feed(data, closed=self._closed)
        out: list[NativeItem] = []
        if self.failed:
            return out
        for item in self._scanner.feed(data):
            if type(item) is tuple:
                self._event(item[0], item[1], out)
            elif isinstance(item, SSEComment):
                out.append(KeepaliveComment(item.text))
            else:
                self.failed = True
                out.append(cast("FramingFault", item))
            if self.failed:
                break
        return out

    def close(self) -> list[NativeItem]:
        """
        Take the end of the bytes.

        Returns:
            The event without its blank line, and a `MalformedEvent` for a body that
            is no event stream.  The second call gives nothing.
        """
        out: list[NativeItem] = []
        if self._closed:
            return out
        self._closed = True
        if self.failed:
            return out
        # One item at most: an open comment is dropped.
        for item in self._scanner.close():
            if isinstance(item, tuple):
                self._event(item[0], item[1], out)
            else:
                self.failed = True
                out.append(cast("FramingFault", item))
        if not self.failed:
            self._stray(out)
        return out

    def _event(self, name: str | None, payload: bytes, out: list[NativeItem]) -> None:
        try:
            value = _json.loads(payload, max_depth=self._depth)
        except RemoteProtocolError as error:
            value = self._odd(payload, error, out)
        if type(value) is dict:
            self._empty = False
            out.append(NativeEvent(self._dialect, self._type(name, value), value))
        elif value is not None:
            fault = RemoteProtocolError("the event's data is no JSON object")
            self._fail(payload.decode("utf-8", "replace"), fault, out)

    def _odd(
        self, payload: bytes, error: RemoteProtocolError, out: list[NativeItem]
    ) -> JSONObject | None:
        """Take a payload that is no JSON; give the object if it is one after all."""
        stripped = payload.strip()
        if not stripped:
            return None
        if stripped == DONE:
            self._empty = False
            out.append(EndSentinel(payload.decode("utf-8", "replace")))
            return None
        text = keepalive_text(stripped)
        if text is not None:
            out.append(KeepaliveComment(text))
            return None
        value = parse_replaced(payload, self._depth)
        if value is None:
            self._fail(payload.decode("utf-8", "replace"), error, out)
        return value

    def _stray(self, out: list[NativeItem]) -> None:
        """Report lines that are no part of any event: a body of another kind (L4)."""
        lines = self._scanner.ignored_lines
        text = "\n".join(lines)
        if is_cut_field(lines):
            return
        if text.strip() and (self._empty or '"error"' in text):
            error = RemoteProtocolError("the body is no event stream")
            self._fail(text, error, out)

    def _fail(
        self, raw: str, error: RemoteProtocolError, out: list[NativeItem]
    ) -> None:
        self.failed = True
        out.append(MalformedEvent(raw[:_KEPT_TEXT], error))


class SSEEventEncoder:
    """
    An `EventEncoder` for any SSE dialect.

    Args:
        named: Whether the event's type is written as the SSE event name.
    """

    __slots__ = ("_named",)

    def __init__(self, *, named: bool) -> None:
        self._named = named

    def encode(self, event: NativeEvent | EndSentinel | KeepaliveComment) -> bytes:
        """
        Write one event.

        Args:
            event: The event, the end marker, or a comment.

        Returns:
            Its bytes, JSON in the canonical form.

        Raises:
            LocalError: The type has a line end, or the data is not JSON.
        """
        if type(event) is NativeEvent:
            text = _json.dumps_str(event.data)
            return encode(text, event=event.type if self._named else None)
        if type(event) is KeepaliveComment:
            return comment(event.text.removeprefix(" "))
        if type(event) is EndSentinel:
            return encode(event.raw)
        msg = f"cannot encode {type(event).__name__}"
        raise StateError(msg)

    def close(self) -> bytes:
        """
        End the stream.

        Returns:
            Nothing: SSE has no end of its own.
        """
        return b""
