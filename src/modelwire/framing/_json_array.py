r"""
A JSON array of objects that is still arriving: bytes in, the bytes of each element out.

Gemini streams this way without `alt=sse`: `[{…}`, then `,\r\n{…}`, at last `]`.  The
decoder finds where an element ends and parses nothing: it counts braces outside of
strings, which is enough for valid JSON, and what is not valid is found by whoever
parses the element.

How it works.  An element that lies whole in the read, the common case, is matched by
one regular expression that knows objects down to a fixed depth and never backtracks.
Any other element is scanned by `_scan`, from brace to brace; what has been scanned is
never looked at again, so that the cost is O(bytes) however small the reads are.

Whoever parses the elements anyway can lend the parser: where a CR follows an element,
as in every recorded stream, its end is guessed there, and bytes that are an object in
JSON end where counting braces would find their end.  Measured on CPython 3.11 with
orjson: 1.9 us an element of 350 bytes, its parsing included, in place of 3.6.  Where a
guess is wrong no more are made until the next read.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, ClassVar, Final, TypeAlias, final

import attrs

from modelwire.errors import LimitExceededError, RemoteProtocolError, StateError
from modelwire.framing._received import received

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

__all__ = [
    "ArrayFault",
    "ArrayItem",
    "JSONArrayDecoder",
    "JSONArrayEncoder",
    "encode_json_array",
]

DEFAULT_MAX_ELEMENT_BYTES: Final = 64 * 1024 * 1024
"""Room for an element with base64 images; one of this size is held as bytes."""

_BOM: Final = b"\xef\xbb\xbf"
_BLANKS: Final = re.compile(rb"[ \t\r\n]*+")
_QUOTE: Final = 0x22
_OPEN: Final = 0x7B
_BETWEEN: Final = (b",\r\n", b"\n,\r\n")
"""What stands between two elements: ours, and the vendor's."""
_COMMA: Final = 0x2C
_ARRAY: Final = 0x5B
_ARRAY_END: Final = 0x5D

# Everything is possessive (`*+`), so that a match is tried once and costs its length.
_BODY: Final = rb'[^"\\]*+(?:\\.[^"\\]*+)*+'
_STRING: Final = rb'"' + _BODY + rb'"'
_STRING_REST: Final = re.compile(_BODY, re.DOTALL)
_PLAIN: Final = re.compile(
    rb'[^{}"]*+(?:' + _STRING + rb'[^{}"]*+)*+',
    re.DOTALL,
)


def _whole_object(levels: int) -> re.Pattern[bytes]:
    """Match an object that nests at most *levels* objects."""
    pattern = rb'\{[^{}"]*+(?:' + _STRING + rb'[^{}"]*+)*+\}'
    for _ in range(levels - 1):
        pattern = rb'\{[^{}"]*+(?:(?:' + _STRING + rb"|" + pattern + rb')[^{}"]*+)*+\}'
    return re.compile(pattern, re.DOTALL)


# response, candidate, content, part, functionCall, args, and a little more.
_WHOLE: Final = _whole_object(8)

# Where the decoder stands: before the array, before an element that may be missing,
# inside an element, behind one, before one that must come, behind the array.
_START, _FIRST, _INSIDE, _AFTER, _NEXT, _DONE = range(6)


@final
@attrs.frozen(weakref_slot=False)
class ArrayFault:
    """The array cannot be read any further; always the last item."""

    error: RemoteProtocolError
    """What is wrong; a `LimitExceededError` names the limit and its value."""
    offset: int
    """Bytes from the start of the body to the first byte that was wrong."""

    __hash__: ClassVar[None] = None  # type: ignore[assignment]


ArrayItem: TypeAlias = bytes | ArrayFault
"""The bytes of an element, or the fault that ends the array."""


class JSONArrayDecoder:
    """
    Cuts a JSON array of objects into its elements, in any split of the bytes.

    Args:
        max_element_bytes: Longest element.
        max_total_bytes: Longest body; `None` for no limit.
        single: Whether a body that is one object counts as an array of it (an error
            body that stands where a stream was expected).
        parse: Reads a JSON object, or gives `None` for anything else; what it read
            stands in *values*.

    Invariants:
        The items do not depend on how the bytes were cut.  Nothing that the peer
        sends raises; a fault is the last item.  Memory is the open element.  An
        instance can be copied and pickled between two calls.
    """

    __slots__ = (
        "_buffer",
        "_closed",
        "_depth",
        "_escaped",
        "_in_string",
        "_max_element",
        "_max_total",
        "_offset",
        "_parse",
        "_single",
        "_state",
        "_then",
        "ends",
        "failed",
        "trailing_bytes",
        "values",
    )

    def __init__(
        self,
        *,
        max_element_bytes: int = DEFAULT_MAX_ELEMENT_BYTES,
        max_total_bytes: int | None = None,
        single: bool = False,
        parse: Callable[[bytes], Any] | None = None,
    ) -> None:
        self._max_element = max_element_bytes
        self._max_total = max_total_bytes
        self._single = single
        self._parse = parse
        self._state = _START
        # Where an element ends to.
        self._then = _AFTER
        # The open element so far, or the beginning of a byte order mark.
        self._buffer = bytearray()
        # Bytes of the body before those that are being read.
        self._offset = 0
        # How far the open element has got.
        self._depth = 0
        self._in_string = False
        self._escaped = False
        self._closed = False
        self.ends: list[int] = []
        """Where each element of the last `feed()` ends, in bytes of the body."""
        self.values: list[Any] = []
        """What *parse* made of each of them; `None`: it was not asked."""
        self.failed: bool = False
        """Whether a fault ended the array; what comes after it is dropped."""
        self.trailing_bytes: int = 0
        """How many bytes came after the end and were dropped; not blanks alone."""

    @property
    def complete(self) -> bool:
        """Whether the end of the array has come."""
        return self._state == _DONE

    def feed(self, data: bytes | bytearray | memoryview) -> list[ArrayItem]:
        """
        Take received bytes.

        Args:
            data: Any cut of the body; empty is allowed and does nothing.

        Returns:
            The elements that these bytes complete, each from its `{` to its `}`.

        Raises:
            StateError: Called after `close()`, or with something else than bytes.
        """
        data = received(data, closed=self._closed)
        self.ends = []
        self.values = []
        out: list[ArrayItem] = []
        if self.failed:
            self.trailing_bytes += len(data)
            return out
        limit = self._max_total
        if limit is None or self._offset + len(data) <= limit:
            self._take(data, out)
            return out
        room = limit - self._offset
        self._take(data[:room], out)
        if out and isinstance(out[-1], ArrayFault):
            self.trailing_bytes += len(data) - room
        else:
            error = LimitExceededError("max_total_bytes", limit, offset=limit)
            self._fault(error, limit, len(data) - room, out)
        return out

    def close(self) -> list[ArrayItem]:
        """
        Take the end of the bytes.

        Returns:
            A fault if the bytes ended inside an element.  An array whose `]` is
            missing is no fault: see `complete`.  The second call gives nothing.
        """
        out: list[ArrayItem] = []
        if self._closed:
            return out
        self._closed = True
        if self._state == _INSIDE and not self.failed:
            error = RemoteProtocolError(
                "the bytes end inside an element", offset=self._offset
            )
            self._fault(error, self._offset, 0, out)
        elif self._state == _START and self._buffer:
            error = _unexpected(_START, 0)
            self._fault(error, 0, len(self._buffer), out)
        return out

    def _take(self, data: bytes, out: list[ArrayItem]) -> None:
        """Read *data*; `_offset` counts it when it has been read."""
        position = 0
        size = len(data)
        if self._state == _INSIDE:
            position = self._go_on(data, 0, out)
        elif self._state == _START and (self._offset == 0 or self._buffer):
            # One byte order mark at the very start is skipped, as a BOM was recorded
            # (semantic-kernel__google-unitcompletion-stream-response), test_bom.
            self._buffer += data
            if len(self._buffer) < len(_BOM) and _BOM.startswith(self._buffer):
                self._offset += size
                return
            data = bytes(self._buffer)
            self._buffer.clear()
            self._offset -= len(data) - size
            size = len(data)
            position = len(_BOM) if data.startswith(_BOM) else 0
        guess = self._parse is not None
        while 0 <= position < size:
            if guess and self._state in (_FIRST, _AFTER, _NEXT):
                position = self._guess(data, position, out)
                if position == size:
                    break
                guess = data[position] != _OPEN
            position = self._step(data, position, out)
        self._offset += size

    def _step(self, data: bytes, position: int, out: list[ArrayItem]) -> int:
        """Read one token, or one element; give where it ends, -1 for a fault."""
        state = self._state
        size = len(data)
        blanks = _BLANKS.match(data, position)
        if blanks is not None and not (state == _DONE and self.trailing_bytes):
            position = blanks.end()
        if position == size:
            return size
        byte = data[position]
        if state == _DONE:
            self.trailing_bytes += size - position
            return size
        if byte == _OPEN and (
            state in (_FIRST, _NEXT) or (state == _START and self._single)
        ):
            if state == _START:
                self._then = _DONE
            match = _WHOLE.match(data, position)
            if match is None:
                return self._go_on(data, position, out)
            end = match.end()
            if end - position > self._max_element:
                return self._too_long(position, size, out)
            self._add(data[position:end], end, None, out)
            return end
        following = _TABLE.get((state, byte))
        if following is None:
            offset = self._offset + position
            return self._fault(_unexpected(state, offset), offset, size - position, out)
        self._state = following
        return position + 1

    def _guess(self, data: bytes, position: int, out: list[ArrayItem]) -> int:
        """Take elements and what stands between; give where that stopped."""
        parse: Any = self._parse
        size = len(data)
        while True:
            if self._state == _AFTER:
                for between in _BETWEEN:
                    if data.startswith(between, position):
                        position += len(between)
                        self._state = _NEXT
                        break
            if self._state == _AFTER or position == size or data[position] != _OPEN:
                return position
            # No string of JSON has a CR that is not escaped.
            stop = data.find(b"\r", position)
            end = data.rfind(b"}", position, size if stop < 0 else stop) + 1
            if not 0 < end - position <= self._max_element or (stop < 0 and end < size):
                return position
            element = data[position:end]
            value = parse(element)
            if value is None:
                return position
            self._add(element, end, value, out)
            position = end

    def _add(self, element: bytes, end: int, value: Any, out: list[ArrayItem]) -> None:
        """Give an element that ends there."""
        out.append(element)
        self.values.append(value)
        self.ends.append(self._offset + end)
        self._state = self._then

    def _go_on(self, data: bytes, position: int, out: list[ArrayItem]) -> int:
        """Scan an element that may not end in *data*."""
        end = self._scan(data, position)
        buffer = self._buffer
        stop = len(data) if end < 0 else end
        if len(buffer) + stop - position > self._max_element:
            return self._too_long(position, len(data), out)
        if end < 0:
            buffer += data[position:]
            self._state = _INSIDE
            return stop
        element = data[position:end]
        if buffer:
            element = bytes(buffer) + element
            buffer.clear()
        self._add(element, end, None, out)
        return end

    def _scan(self, data: bytes, position: int) -> int:
        """Give the end of the open element in *data*, -1 where it goes on."""
        size = len(data)
        if self._escaped and position < size:
            self._escaped = False
            position += 1
        while True:
            pattern = _PLAIN
            if self._in_string:
                # Base64 has no escapes: the search in C is ten times as fast.
                quote = data.find(b'"', position)
                stop = size if quote < 0 else quote
                if data.find(b"\\", position, stop) < 0:
                    position = stop
                pattern = _STRING_REST
            # Both patterns match at least nothing.
            position = pattern.match(data, position).end()  # type: ignore[union-attr]
            if position >= size:
                return -1
            byte = data[position]
            position += 1
            if byte == _QUOTE:
                self._in_string = not self._in_string
            elif self._in_string:
                # A backslash whose other half has not come: the body stops only
                # there and at a quote.
                self._escaped = True
                return -1
            elif byte == _OPEN:
                self._depth += 1
            else:
                self._depth -= 1
                if not self._depth:
                    return position

    def _too_long(self, position: int, size: int, out: list[ArrayItem]) -> int:
        start = self._offset + position - len(self._buffer)
        offset = start + self._max_element
        error = LimitExceededError(
            "max_element_bytes", self._max_element, offset=offset
        )
        return self._fault(error, offset, self._offset + size - offset, out)

    def _fault(
        self,
        error: RemoteProtocolError,
        offset: int,
        dropped: int,
        out: list[ArrayItem],
    ) -> int:
        self.failed = True
        self.trailing_bytes += dropped
        self._buffer.clear()
        out.append(ArrayFault(error, offset))
        return -1


_TABLE: Final = {
    (_START, _ARRAY): _FIRST,
    (_FIRST, _ARRAY_END): _DONE,
    (_AFTER, _ARRAY_END): _DONE,
    (_AFTER, _COMMA): _NEXT,
}
"""(state, byte) to the next state, elements apart."""

_EXPECTED: Final = {
    _START: "an array",
    _FIRST: "an object or the end of the array",
    _AFTER: "a comma or the end of the array",
    _NEXT: "an object",
}


def _unexpected(state: int, offset: int) -> RemoteProtocolError:
    return RemoteProtocolError(f"expected {_EXPECTED[state]}", offset=offset)


class JSONArrayEncoder:
    """
    Writes a JSON array element by element, as it is streamed.

    Invariants:
        What was written and `close()` together are always one valid array, if the
        elements are valid JSON.
    """

    __slots__ = ("_closed", "_started")

    def __init__(self) -> None:
        self._started = False
        self._closed = False

    def encode(self, element: bytes) -> bytes:
        """
        Write one element.

        Args:
            element: One JSON value.

        Returns:
            The element with what separates it from the one before.

        Raises:
            StateError: Called after `close()`.
        """
        if self._closed:
            msg = "encode() after close()"
            raise StateError(msg)
        head = b",\r\n" if self._started else b"["
        self._started = True
        return head + element

    def close(self) -> bytes:
        """
        End the array.

        Returns:
            The closing bracket, of an empty array both; nothing the second time.
        """
        if self._closed:
            return b""
        self._closed = True
        return b"]" if self._started else b"[]"


def encode_json_array(elements: Iterable[bytes]) -> bytes:
    """
    Write a whole array as it would be streamed.

    Args:
        elements: JSON values.

    Returns:
        The array.
    """
    encoder = JSONArrayEncoder()
    return b"".join([*map(encoder.encode, elements), encoder.close()])
