"""
The SSE scanner: bytes in, plain tuples out; the hot path under every SSE decoder.

Rules (WHATWG HTML, 9.2.5 "Parsing an event stream" and 9.2.6 "Interpreting an event
stream"): lines end with CRLF, LF or CR and with nothing else; a blank line dispatches
the block; `data` lines are joined with LF; a block without a `data` line dispatches
nothing; `event` lives for one block and `id` until it is replaced; a line that begins
with a colon is a comment; a line with any other field name is ignored; one U+FEFF at
the start of the stream is dropped; invalid UTF-8 becomes U+FFFD.

How it works.  A read is split at LF in one C call (`bytes.split`, memchr inside) and
one loop handles the lines; what follows the last LF is the open line and waits in
a bytearray, so that no byte is looked at twice however small the reads are.  Lines
are cut as bytes and not as text: an LF is never part of a UTF-8 sequence, so that
decoding line by line gives exactly what decoding the stream would give.  A CR is
handled only in reads that have one: CRLF and CR are rewritten to LF first, and a CR
at the end of a read ends its line at once and swallows an LF that comes next.
A read that is exactly one event, the common case on a live connection, is cut by
`feed` itself.

Limits act at a byte of the stream and not at a read.  The loop above does not look
at them at all: it runs when the bytes held and the bytes of the read together are
within every limit, and `_scan_exact`, which knows the offset of every line, runs
when they are not.
"""

from __future__ import annotations

import sys
from typing import Final, TypeAlias

from modelwire.errors import LimitExceededError, LocalError, StateError
from modelwire.sse._items import FramingFault, SSEComment
from modelwire.sse._kept import KeptLines

__all__ = [
    "DEFAULT_MAX_EVENT_BYTES",
    "DEFAULT_MAX_IGNORED_BYTES",
    "DEFAULT_MAX_LINE_BYTES",
    "MAX_RETRY",
    "ScannedEvent",
    "ScannedItem",
    "Scanner",
]

DEFAULT_MAX_LINE_BYTES: Final = 64 * 1024 * 1024
"""Worst case held: this, and an eighth more that the bytearray allocates ahead."""

DEFAULT_MAX_EVENT_BYTES: Final = 64 * 1024 * 1024
"""
Room for base64 images and for terminal events that repeat a whole response.

Worst case held with the default of a line: 128 MiB, an open line of 64 MiB behind
data of 64 MiB; the event given out is a copy that lives for a moment beside it.
"""

DEFAULT_MAX_IGNORED_BYTES: Final = 32 * 1024
"""Enough for an error body; see `_kept` for what a store costs at most."""

MAX_RETRY: Final = 10**15
"""Ceiling of `retry`, in milliseconds: int() refuses more than 4300 digits."""

ScannedEvent: TypeAlias = tuple[str | None, bytes, str]
"""Type (None: the stream gives none), data (UTF-8 as received), last event id."""

ScannedItem: TypeAlias = ScannedEvent | SSEComment | FramingFault
"""What `Scanner.feed` and `Scanner.close` give."""

# Reads are scanned in pieces of at most this size: the lines of a piece are copies,
# so that this, and not the size of a read, is what one call holds beside its items.
_PIECE: Final = 256 * 1024

_BOM: Final = b"\xef\xbb\xbf"
# Looked for as a number: bytes in bytes costs 80 ns more, for an error within.
_CR: Final = 0x0D
_LF: Final = 0x0A
_COLON: Final = 0x3A

# The fields that a block holds until it is dispatched.
_HELD_FIELDS: Final = frozenset({b"data", b"event", b"id"})

# Names of events are decoded once, and stand under their line and under their line
# with the start of a data line after it.  The bounds keep a peer that makes up names
# from filling memory: 64 * (128 bytes of line, twice; 128 characters; three objects).
_MAX_NAMES: Final = 2 * 64
_MAX_NAME_LINE: Final = 128


class Scanner:
    """
    An SSE parser that builds no object of ours per event.

    This is what the dialect decoders use; `SSEDecoder` is the public face of it.

    Args:
        lenient: At `close()`, end the open line and give out the event that the
            stream broke off in (rule L1), and keep an open line that is no field
            among the ignored ones (L4).
        comment_items: Give an `SSEComment` for every comment, in order.
        max_line_bytes: Longest line, without its end.
        max_event_bytes: Longest block: the sum of its `data`, `event` and `id` lines
            without their ends.  Comments and ignored lines are not held and do not
            count.  A line counts when it ends, so that up to *max_event_bytes* +
            *max_line_bytes* can be held.
        max_total_bytes: Longest stream; None for no limit.
        max_ignored_bytes: Bytes kept of ignored lines, and as many of comments.  More
            is no fault: it is dropped, and counted in *dropped_lines*.
        last_event_id: The id to begin with, from an earlier connection.

    Shapes:
        `feed()` and `close()` give a list of

        - `(event, data, id)`, a plain tuple: *event* is a str, or None when the
          block names none or an empty one; *data* is bytes, the values of the data
          lines joined with LF; *id* is the last event id at dispatch.  Whatever
          `feed()` gives is whole; a tuple from `close()` (lenient mode only) is
          a truncated event, and may have any data, empty included.
        - `SSEComment(text)`, if *comment_items* is set;
        - `FramingFault(error, offset)`, once and last.

        *data* is bytes as received because orjson reads bytes at least as fast as
        str (and 1.3 times as fast outside ASCII).  It may be invalid UTF-8, and its
        meaning is then `data.decode("utf-8", "replace")`: parse that when the JSON
        parser refuses the bytes.

    Invariants:
        The items do not depend on how the bytes were cut.  Nothing that the peer
        sends raises.  An instance can be deep-copied and pickled between two calls.

    Source:
        WHATWG HTML Living Standard, 9.2.5 and 9.2.6; WHATWG Encoding, UTF-8 decode.
    """

    __slots__ = (
        "_closed",
        "_comment_items",
        "_comments",
        "_data",
        "_event",
        "_held",
        "_id",
        "_ignored",
        "_lenient",
        "_max_event",
        "_max_line",
        "_max_total",
        "_names",
        "_open",
        "_prefix",
        "_safe",
        "_skip_lf",
        "failed",
        "incomplete_at_eof",
        "last_event_id",
        "quick_until",
        "received",
        "retry",
        "trailing_bytes",
    )

    def __init__(
        self,
        *,
        lenient: bool = False,
        comment_items: bool = False,
        max_line_bytes: int = DEFAULT_MAX_LINE_BYTES,
        max_event_bytes: int = DEFAULT_MAX_EVENT_BYTES,
        max_total_bytes: int | None = None,
        max_ignored_bytes: int = DEFAULT_MAX_IGNORED_BYTES,
        last_event_id: str = "",
    ) -> None:
        for name, limit in (
            ("max_line_bytes", max_line_bytes),
            ("max_event_bytes", max_event_bytes),
            ("max_total_bytes", max_total_bytes),
            ("max_ignored_bytes", max_ignored_bytes),
        ):
            if limit is not None and limit < 0:
                message = f"{name} must not be negative"
                raise LocalError(message)
        self._lenient = lenient
        self._comment_items = comment_items
        self._max_line = max_line_bytes
        self._max_event = max_event_bytes
        self._max_total = sys.maxsize if max_total_bytes is None else max_total_bytes
        self._safe = min(max_line_bytes, max_event_bytes)

        # All that we were given was looked at, but for the prefix.
        self.received = 0
        """Bytes of the stream so far."""
        # What may be the start of a BOM; None once the first three bytes are known.
        self._prefix: bytes | None = b""
        self._skip_lf = False
        self._open = bytearray()
        self._closed = False

        # The block: its data is None without a data line, bytes with one, and
        # a bytearray with several (as pieces in a list, short lines would take
        # eight times the memory of their text).
        self._event: str | None = None
        self._data: bytes | bytearray | None = None
        self._id = last_event_id
        self._held = 0
        self.quick_until = 0
        """
        A read that ends at or before this byte may be taken for itself: nothing of
        the stream waits, and it passes no limit.  0 while something waits.

        Who reads whole blocks there instead of `feed()`, of one `data` line and with
        LF or CRLF at the ends of lines, adds their bytes to *received*.
        """

        self._names: dict[bytes, str] = {}
        self._comments = KeptLines(max_ignored_bytes)
        self._ignored = KeptLines(max_ignored_bytes)

        self.retry: int | None = None
        """Last valid `retry` value in milliseconds, at most `MAX_RETRY`."""
        self.last_event_id = last_event_id
        """The id as of the last blank line."""
        self.failed = False
        """A fault was given out; nothing follows it."""
        self.incomplete_at_eof = False
        """The stream was closed inside a line or a block."""
        self.trailing_bytes = 0
        """Bytes that nothing came of; see `SSEDecoder.trailing_bytes`."""

    @property
    def comments(self) -> tuple[str, ...]:
        """The first comments, text after the colon."""
        return self._comments.texts()

    @property
    def ignored_lines(self) -> tuple[str, ...]:
        """The first lines that are neither fields nor comments."""
        return self._ignored.texts()

    @property
    def dropped_lines(self) -> int:
        """Comments and ignored lines that were not kept, or not whole."""
        return self._comments.dropped + self._ignored.dropped

    def feed(self, data: bytes | bytearray | memoryview) -> list[ScannedItem]:
        """
        Scan received bytes.

        Args:
            data: Any cut of the body; empty is allowed and does nothing.

        Returns:
            The items that these bytes complete.

        Raises:
            StateError: Called after `close()`, or with something else than bytes.
        """
        if type(data) is not bytes:
            data = _as_bytes(data)
        size = len(data)
        before = self.received
        received = before + size
        if received <= self.quick_until and data:
            # Written out here, because a call costs an eighth of the whole.
            end = data.find(b"\n")
            if data[:6] == b"data: ":
                if end == size - 2:
                    if data[end + 1] == _LF and _CR not in data:
                        self.received = received
                        return [(None, data[6:end], self._id)]
                elif (
                    end == size - 3
                    and data[end:] == b"\n\r\n"
                    and data.find(b"\r") == end - 1
                ):
                    self.received = received
                    return [(None, data[6 : end - 1], self._id)]
            else:
                name = self._names.get(data[: end + 7])
                if (
                    name is not None
                    and data.find(b"\n", end + 7) == size - 2
                    and data[-1] == _LF
                    and _CR not in data
                ):
                    self.received = received
                    return [(name, data[end + 7 : -2], self._id)]
        if self._closed:
            message = "feed() after close()"
            raise StateError(message)
        self.received = received
        if self.failed:
            self.trailing_bytes += size
            return []
        if size > _PIECE or received > self._max_total or self._prefix is not None:
            return self._feed_pieces(data)
        return self._scan(data, before) if data else []

    def close(self) -> list[ScannedItem]:
        """
        End the stream.

        Returns:
            In lenient mode the event that the stream broke off in, if it has a data
            line; else nothing.  The second call gives nothing.
        """
        out: list[ScannedItem] = []
        if self._closed:
            return out
        self._closed = True
        self.quick_until = 0
        if self._prefix:
            # Half a BOM is no BOM: it is the (invalid) start of a line.
            prefix, self._prefix = self._prefix, None
            out = self._scan(prefix, 0)
        if self.failed:
            return out
        line = bytes(self._open)
        self.incomplete_at_eof = bool(
            line
            or self._data is not None
            or self._event is not None
            or self._id != self.last_event_id
        )
        self.trailing_bytes = len(line)
        if self._lenient:
            if line:
                self._close_line(line, out)
            # The id is not committed: who resumes after it would lose the event.
            if self._data is not None and not self.failed:
                out.append((self._event, bytes(self._data), self._id))
        self._drop()
        return out

    def _close_line(self, line: bytes, out: list[ScannedItem]) -> None:
        """End the open line at the end of the stream, in lenient mode."""
        name = line.partition(b":")[0]
        # A cut comment or retry says something else than its sender meant (`retry:
        # 10` of 1000), and no event depends on it.
        if name in (b"", b"retry"):
            return
        if name in _HELD_FIELDS and self._held + len(line) > self._max_event:
            start = self.received - len(line)
            self._fail_event(start + self._max_event - self._held, out)
            return
        self.trailing_bytes = 0
        self._line(line, out)

    def _feed_pieces(self, data: bytes) -> list[ScannedItem]:
        """Do what is not for every read: BOM, long reads, the limit of the total."""
        base = self.received - len(data)
        over = self.received > self._max_total
        if over:
            data = data[: self._max_total - base]
        if self._prefix is not None:
            base -= len(self._prefix)
            data = self._prefix + data
            if len(data) < 3 and _BOM.startswith(data):
                self._prefix = data
                data = b""
            else:
                self._prefix = None
                if data.startswith(_BOM):
                    data = data[3:]
                    base += 3
        out: list[ScannedItem] = []
        for start in range(0, len(data), _PIECE):
            out += self._scan(data[start : start + _PIECE], base + start)
            if self.failed:
                return out
        if over:
            self._fail("max_total_bytes", self._max_total, self._max_total, out)
        return out

    def _scan(self, chunk: bytes, base: int) -> list[ScannedItem]:
        """Scan one piece, which is not empty and begins at *base* in the stream."""
        if self._skip_lf:
            self._skip_lf = False
            if chunk[0] == _LF:
                base += 1
                chunk = chunk[1:]
                if not chunk:
                    return []
        pending = self._open
        if len(pending) + self._held + len(chunk) > self._safe:
            return self._scan_exact(chunk, base)

        if _CR in chunk:
            if chunk[-1] == _CR:
                self._skip_lf = True
                chunk += b"\n"
            # Searching two bytes costs several times as much as searching one, so
            # that a stream with CRLF throughout is recognised by its way back.
            plain = chunk.replace(b"\r", b"")
            if plain.replace(b"\n", b"\r\n") != chunk:
                plain = chunk.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
            chunk = plain
        lines = chunk.split(b"\n")
        if pending:
            pending += lines[0]
            if len(lines) == 1:
                return []
            lines[0] = bytes(pending)
            self._open = pending = bytearray()
        rest = lines.pop()
        pending += rest

        out: list[ScannedItem] = []
        names = self._names
        event = self._event
        data = self._data
        last_id = self._id
        for line in lines:
            if not line:
                if data is not None:
                    if type(data) is not bytes:
                        data = bytes(data)
                    out.append((event, data, last_id))
                    data = None
                event = None
                self.last_event_id = last_id
            elif line[:6] == b"data: " and data is None:
                data = line[6:]
            elif line in names:
                event = names[line]
            else:
                self._event = event
                self._data = data
                self._line(line, out)
                event = self._event
                data = self._data
                last_id = self._id
        self._event = event
        self._data = data

        # What the open block holds is counted afterwards, because most reads end
        # with a block and then there is nothing to count.
        self.quick_until = 0
        if lines:
            if lines[-1]:
                self._count(lines)
            else:
                self._held = 0
                if not rest and not self._skip_lf:
                    end = self.received + self._safe
                    self.quick_until = min(self._max_total, end)
        return out

    def _count(self, lines: list[bytes]) -> None:
        """Add to the size of the block the lines that follow the last blank one."""
        held = 0
        for line in reversed(lines):
            if not line:
                self._held = 0
                break
            if line.partition(b":")[0] in _HELD_FIELDS:
                held += len(line)
        self._held += held

    def _scan_exact(self, chunk: bytes, base: int) -> list[ScannedItem]:
        """
        Scan one piece that may pass a limit, line by line with its offset.

        Invariants:
            Without a limit passed, the effect is that of `_scan`.  CR and LF are
            each searched once: the next one found is remembered.
        """
        self.quick_until = 0
        out: list[ScannedItem] = []
        size = len(chunk)
        position = 0
        next_lf = next_cr = -1
        while position < size:
            if next_lf < position:
                next_lf = chunk.find(b"\n", position)
                next_lf = size if next_lf < 0 else next_lf
            if next_cr < position:
                next_cr = chunk.find(b"\r", position)
                next_cr = size if next_cr < 0 else next_cr
            end = min(next_lf, next_cr)
            room = self._max_line - len(self._open)
            if end - position > room:
                self._fail(
                    "max_line_bytes", self._max_line, base + position + room, out
                )
                return out
            self._open += chunk[position:end]
            if end == size:
                break
            line = bytes(self._open)
            self._open.clear()
            if not line:
                if self._data is not None:
                    out.append((self._event, bytes(self._data), self._id))
                    self._data = None
                self._event = None
                self._held = 0
                self.last_event_id = self._id
            else:
                if line.partition(b":")[0] in _HELD_FIELDS:
                    self._held += len(line)
                    if self._held > self._max_event:
                        over = self._held - self._max_event
                        self._fail_event(base + end - over, out)
                        return out
                self._line(line, out)
            position = end + 1
            if end == next_cr:
                if position == size:
                    self._skip_lf = True
                elif chunk[position] == _LF:
                    position += 1
        return out

    def _line(self, line: bytes, out: list[ScannedItem]) -> None:
        """Interpret a line that is not blank."""
        if line[0] == _COLON:
            text = line[1:]
            self._comments.add(text)
            if self._comment_items:
                out.append(SSEComment(text.decode("utf-8", "replace")))
            return
        name, _, value = line.partition(b":")
        if value.startswith(b" "):
            value = value[1:]
        if name == b"data":
            data = self._data
            if data is None:
                self._data = value
            elif isinstance(data, bytearray):
                data += b"\n"
                data += value
            else:
                self._data = bytearray(b"\n").join((data, value))
        elif name == b"event":
            # "If the event type buffer is the empty string", the type is "message":
            # an empty name and no name are the same.
            event = value.decode("utf-8", "replace")
            self._event = event or None
            if event and len(line) <= _MAX_NAME_LINE and len(self._names) < _MAX_NAMES:
                self._names[line] = event
                self._names[line + b"\ndata: "] = event
        elif name == b"id":
            if b"\0" not in value:
                self._id = value.decode("utf-8", "replace")
        elif name == b"retry":
            # bytes.isdigit is ASCII digits only, as the standard wants.
            if value.isdigit():
                digits = value.lstrip(b"0") or b"0"
                self.retry = MAX_RETRY if len(digits) > 15 else int(digits)
        else:
            self._ignored.add(line)

    def _fail_event(self, offset: int, out: list[ScannedItem]) -> None:
        self._fail("max_event_bytes", self._max_event, offset, out)

    def _fail(
        self, limit: str, maximum: int, offset: int, out: list[ScannedItem]
    ) -> None:
        """Give the fault out; every byte from its offset on is a trailing one."""
        error = LimitExceededError(limit, maximum, offset=offset)
        out.append(FramingFault(error, offset))
        self.failed = True
        self.trailing_bytes = self.received - offset
        self._drop()

    def _drop(self) -> None:
        """Let go of everything that waits for more bytes."""
        self._open = bytearray()
        self._event = None
        self._data = None
        self._held = 0
        self.quick_until = 0


def _as_bytes(data: object) -> bytes:
    # A list of integers, or one integer, would make bytes too.
    if not isinstance(data, bytes | bytearray | memoryview):
        message = f"feed() takes bytes, not {type(data).__name__}"
        raise StateError(message)
    return bytes(data)
