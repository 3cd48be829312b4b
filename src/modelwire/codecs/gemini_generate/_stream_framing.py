"""
The two framings of a Gemini stream, under one decoder object.

With `alt=sse` the body is an event stream, without it a JSON array; proxies answer
with the one where the other was asked for, and label it wrongly.  So the first byte
decides that is neither blank nor a byte order mark: `[` or `{` can begin no line that
an event stream has, and anything else can begin no array.  (The content type is not
asked: semantic-kernel__google-unitcompletion-stream-response, labelled
`text/event-stream`, is an array behind a byte order mark; test_array_behind_a_bom.)

A body that is one object, which is how errors and whole answers arrive, counts as an
array of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, cast

from modelwire.codecs import _json
from modelwire.codecs._alike import CRLF_END
from modelwire.codecs._limits import DEFAULT_LIMITS
from modelwire.codecs._sse_stream import (
    SSEStreamDecoder,
    check_feed,
    parse_replaced,
)
from modelwire.codecs._stream_decoding import BROKEN_OFF, TRUNCATED
from modelwire.errors import ErrorInfo, RemoteProtocolError

if TYPE_CHECKING:
    from collections.abc import Callable

    from modelwire.codecs._alike import Alike
    from modelwire.codecs._base import NativeItem
    from modelwire.codecs._limits import Limits
    from modelwire.codecs._sse_events import SSEEventDecoder
    from modelwire.codecs._stream_decoding import Machine
    from modelwire.framing._json_array import ArrayFault, JSONArrayDecoder
    from modelwire.ir._base import JSONObject
    from modelwire.ir._chunks import StreamChunk

__all__ = ["EventsOfEither", "StreamOfEither", "type_of"]

_BOM: Final = b"\xef\xbb\xbf"
_BLANKS: Final = b" \t\r\n"
_KEPT_TEXT: Final = 4096
_LONG: Final = 2048
"""Bytes of a read that holds several elements, most likely."""
_EARLY: Final = 4096
"""Bytes of a short answer: 21 of 26 recorded event streams have no more."""
_MAX_BLANKS: Final = 4096
"""How many blanks may stand before anything; an event stream may begin with more."""


def type_of(_name: str | None, data: JSONObject) -> str:
    """
    Name a native event: Gemini's have no names of their own.

    Args:
        data: The event's JSON.

    Returns:
        `error`, or `GenerateContentResponse`.
    """
    return "error" if data.get("error") is not None else "GenerateContentResponse"


def is_array(head: bytes) -> bool | None:
    """
    Tell the framing by the first bytes.

    Args:
        head: The body so far.

    Returns:
        Whether it is a JSON array (or object); `None` while only blanks have come.
    """
    rest = head.removeprefix(_BOM) if len(head) >= len(_BOM) else head
    if rest is head and head and _BOM.startswith(head):
        return None
    rest = rest.lstrip(_BLANKS)
    if not rest:
        return None if len(head) <= _MAX_BLANKS else False
    return rest[:1] in (b"[", b"{")


class StreamOfEither(SSEStreamDecoder):
    """
    A `StreamDecoder` for both framings.

    It is the decoder of an event stream itself, so that an event a read, the ordinary
    case, goes through no other object first (2 of 100 of what such a read costs).

    Args:
        machine: The dialect's machine; it belongs to this decoder from now on.
        limits: What may be held.
        alike: Makes what takes the events of an event stream that repeat the ones
            before.
        early: So many bytes come before it is made, unless a read has more.

    Invariants:
        The chunks do not depend on how the bytes were cut.  Nothing that the peer
        sends raises.  An instance can be copied and pickled between two calls.
    """

    __slots__ = ("_array", "_early", "_head", "_is_events", "_limits", "_make")

    def __init__(
        self,
        machine: Machine,
        *,
        limits: Limits = DEFAULT_LIMITS,
        alike: Callable[[Any], Alike] | None = None,
        early: int = _EARLY,
    ) -> None:
        super().__init__(machine, limits=limits)
        self._limits = limits
        self._head = b""
        self._is_events = False
        self._make = alike
        self._early = early
        self._array: _ArrayStream | None = None

    def feed(self, data: bytes | bytearray | memoryview) -> list[StreamChunk]:
        """
        Take received bytes.

        Args:
            data: Any cut of the body; empty is allowed and does nothing.

        Returns:
            The chunks that these bytes complete.

        Raises:
            StateError: Called after `close()`, or with something else than bytes.
        """
        if self._is_events:
            if self._make is not None:
                return self._begin(data)
            # To ask super() for it costs 2 in 100 of a read with one event.
            return SSEStreamDecoder.feed(self, data)
        out: list[StreamChunk] = []
        if self._array is None:
            check_feed(data, closed=self._closed)
            self._head += data
            array = is_array(self._head)
            if array is None:
                return out
            data, self._head = self._head, b""
            if not array:
                self._is_events = True
                return self.feed(data)
            self._array = _ArrayStream(self._machine, limits=self._limits)
        out = self._array.feed(data)
        self.trailing_bytes = self._array.trailing_bytes
        return out

    def _begin(self, data: bytes | bytearray | memoryview) -> list[StreamChunk]:
        """
        Take the beginning of an event stream, where nobody looks for alike events.

        To learn one, and to see at the end that the last is not like it, costs 20 us,
        as much as forty events save that come one a read: 17 of 100 of an answer that
        ends just then.  How lines end is seen here too: Google's in CRLF (25 of 26
        recorded event streams), gateways' in LF.
        """
        if type(data) is not bytes:
            check_feed(data, closed=self._closed)
            data = bytes(data)
        line = data.find(b"\n")
        # A long read is no short answer.
        short = len(data) <= self._early and self._scanner.received < self._early
        if short or line < 0:
            out: list[StreamChunk] = []
            self._feed(data, out)
            return out
        alike = cast("Callable[[Any], Alike]", self._make)(self._machine)
        if (data[line - 1 : line] if line else self._edge) == b"\r":
            alike.end = CRLF_END
        self._alike = alike
        self._make = None
        return SSEStreamDecoder.feed(self, data)

    def close(self) -> list[StreamChunk]:
        """
        Take the end of the bytes.

        Returns:
            The end if it is not out yet.  The second call gives nothing.
        """
        if self._array is not None:
            out = self._array.close()
            self.trailing_bytes = self._array.trailing_bytes
            return out
        out = []
        if not self._is_events:
            self._is_events = True
            self._feed(self._head, out)
        return out + super().close()


class _ArrayStream:
    """A `StreamDecoder` for a JSON array of responses."""

    __slots__ = (
        "_array",
        "_closed",
        "_depth",
        "_fed",
        "_machine",
        "_vouched",
        "trailing_bytes",
    )

    def __init__(self, machine: Machine, *, limits: Limits = DEFAULT_LIMITS) -> None:
        self._machine = machine
        self._array = _array_decoder(limits, self._read)
        self._vouched = -1
        self._depth = limits.max_json_depth
        self._fed = 0
        self._closed = False
        self.trailing_bytes = 0

    def feed(self, data: bytes | bytearray | memoryview) -> list[StreamChunk]:
        check_feed(data, closed=self._closed)
        out: list[StreamChunk] = []
        machine = self._machine
        if machine.ended:
            self.trailing_bytes += len(data)
            return out
        array = self._array
        # What a read says of its texts it says of each element that lies in it.
        self._vouched = -1
        if len(data) > _LONG:
            self._vouched = _json.vouch_all([bytes(data)], max_depth=self._depth)
        items = array.feed(data)
        self._fed += len(data)
        for number, item in enumerate(items):
            if not isinstance(item, bytes):
                machine.fail(item.error.to_error_info(), out)
                self.trailing_bytes = self._fed - item.offset
                break
            value = array.values[number]
            if value is None:
                self._unread(item, out)
            else:
                machine.event(None, value, out)
            if self._machine.ended:
                self.trailing_bytes = self._fed - array.ends[number]
                break
        return out

    def _read(self, element: bytes) -> Any:
        """Parse what may be an element; `None`: it is none, or an odd one."""
        try:
            if len(element) <= self._vouched:
                return _json.loads_vouched(element)
            return _json.loads(element, max_depth=self._depth)
        except (ValueError, RemoteProtocolError):
            return None

    def _unread(self, element: bytes, out: list[StreamChunk]) -> None:
        """Take an element that nobody has parsed yet."""
        try:
            value = _parse(element, self._depth)
        except RemoteProtocolError as error:
            self._machine.fail(_malformed(element, error), out)
        else:
            self._machine.event(None, value, out)

    def close(self) -> list[StreamChunk]:
        out: list[StreamChunk] = []
        if self._closed:
            return out
        self._closed = True
        machine = self._machine
        if machine.ended:
            return out
        faults = self._array.close()
        self.trailing_bytes = self._array.trailing_bytes
        if faults:
            machine.fail(BROKEN_OFF, out)
        elif self._array.complete:
            machine.eof(out)
        else:
            # The bracket is the end that this framing announces.
            machine.fail(TRUNCATED, out)
        return out


class EventsOfEither:
    """
    An `EventDecoder` for both framings.

    Args:
        dialect: The dialect of the events.
        limits: What may be held.

    Invariants:
        The items do not depend on how the bytes were cut.  A `MalformedEvent` or
        `FramingFault` is the last item.  Nothing that the peer sends raises.
    """

    __slots__ = ("_closed", "_dialect", "_head", "_inner", "_limits")

    def __init__(self, dialect: str, *, limits: Limits = DEFAULT_LIMITS) -> None:
        self._dialect = dialect
        self._limits = limits
        self._head = b""
        self._inner: SSEEventDecoder | _ArrayEvents | None = None
        self._closed = False

    @property
    def failed(self) -> bool:
        """Whether a fault ended the stream; what comes after it is dropped."""
        return self._inner is not None and self._inner.failed

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
        if self._inner is not None:
            return self._inner.feed(data)
        check_feed(data, closed=self._closed)
        self._head += data
        array = is_array(self._head)
        if array is None:
            return []
        return self._begin(array=array)

    def close(self) -> list[NativeItem]:
        """
        Take the end of the bytes.

        Returns:
            What was held, and a `MalformedEvent` for an element that broke off.  The
            second call gives nothing.
        """
        self._closed = True
        out: list[NativeItem] = []
        if self._inner is None:
            out = self._begin(array=False)
        inner = self._inner
        return out + inner.close() if inner is not None else out

    def _begin(self, *, array: bool) -> list[NativeItem]:
        # Not at the top: a stream decoder does not need the native layer.
        from modelwire.codecs._sse_events import SSEEventDecoder  # noqa: PLC0415

        head, self._head = self._head, b""
        if array:
            self._inner = _ArrayEvents(self._dialect, limits=self._limits)
        else:
            self._inner = SSEEventDecoder(
                self._dialect, type_of=type_of, limits=self._limits
            )
        return self._inner.feed(head)


class _ArrayEvents:
    """An `EventDecoder` for a JSON array of responses."""

    __slots__ = ("_array", "_closed", "_depth", "_dialect", "failed")

    def __init__(self, dialect: str, *, limits: Limits) -> None:
        self._dialect = dialect
        self._array = _array_decoder(limits)
        self._depth = limits.max_json_depth
        self._closed = False
        self.failed = False

    def feed(self, data: bytes | bytearray | memoryview) -> list[NativeItem]:
        # Not at the top: see `EventsOfEither`.
        from modelwire.codecs._base import MalformedEvent, NativeEvent  # noqa: PLC0415
        from modelwire.sse import FramingFault  # noqa: PLC0415

        check_feed(data, closed=self._closed)
        out: list[NativeItem] = []
        if self.failed:
            return out
        for item in self._array.feed(data):
            if not isinstance(item, bytes):
                self.failed = True
                out.append(FramingFault(item.error, item.offset))
                continue
            try:
                value = _parse(item, self._depth)
            except RemoteProtocolError as error:
                self.failed = True
                text = item.decode("utf-8", "replace")[:_KEPT_TEXT]
                out.append(MalformedEvent(text, error))
                break
            out.append(NativeEvent(self._dialect, type_of(None, value), value))
        return out

    def close(self) -> list[NativeItem]:
        from modelwire.sse import FramingFault  # noqa: PLC0415

        out: list[NativeItem] = []
        if self._closed:
            return out
        self._closed = True
        if not self.failed:
            # Nothing but a fault is left at the end.
            for fault in cast("list[ArrayFault]", self._array.close()):
                self.failed = True
                out.append(FramingFault(fault.error, fault.offset))
        return out


def _array_decoder(
    limits: Limits, parse: Callable[[bytes], Any] | None = None
) -> JSONArrayDecoder:
    # Not at the top: most streams are event streams, and its patterns take 1.3 ms.
    from modelwire.framing._json_array import JSONArrayDecoder  # noqa: PLC0415

    return JSONArrayDecoder(
        max_element_bytes=limits.max_event_bytes,
        max_total_bytes=limits.max_total_bytes,
        single=True,
        parse=parse,
    )


def _parse(element: bytes, depth: int) -> JSONObject:
    """Parse an element; invalid UTF-8 reads as U+FFFD, as it does in an event."""
    try:
        value: JSONObject = _json.loads(element, max_depth=depth)
    except RemoteProtocolError:
        replaced = parse_replaced(element, depth)
        if replaced is None:
            raise
        return replaced
    return value


def _malformed(element: bytes, error: RemoteProtocolError) -> ErrorInfo:
    info = error.to_error_info()
    text = element[:_KEPT_TEXT].decode("utf-8", "replace")
    return ErrorInfo(kind=info.kind, message=info.message, raw=text)
