"""
From SSE bytes to chunks: the decoder object around a dialect's machine.

    bytes -> Scanner (sse) -> JSON object -> ChunkMachine (the dialect) -> chunks

What it decides, so that no dialect has to (rules L1-L9 of the conformance vectors):

- `data: [DONE]`, with or without blanks after it, is the sentinel (L2);
- empty data is skipped; a comment is a `Keepalive`, also one that a gateway wrapped
  into data (L3).  A comment before the first event gives nothing, because
  `StreamStart` is always the first chunk and its id is not known yet;
- an event that the bytes broke off in counts when it parses (L1), else the stream is
  truncated;
- a body that is no event stream, and an error object on a line of its own, become a
  `StreamError`; no stream ends without a word (L4);
- `event: error` with plain text is an error that keeps the text (L8);
- any other payload that is no JSON object ends the stream with `decode_error` (L9).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, cast

from modelwire.codecs import _json
from modelwire.codecs._alike import END, LONGEST
from modelwire.codecs._limits import DEFAULT_LIMITS
from modelwire.codecs._stream_decoding import BROKEN_OFF
from modelwire.errors import ErrorInfo, RemoteProtocolError, StateError
from modelwire.ir._chunks import Keepalive, StreamChunk
from modelwire.sse import FramingFault, SSEComment
from modelwire.sse._scanner import Scanner

if TYPE_CHECKING:
    from modelwire.codecs._alike import Alike
    from modelwire.codecs._limits import Limits
    from modelwire.codecs._stream_decoding import Machine

__all__ = [
    "DONE",
    "SSEStreamDecoder",
    "check_feed",
    "is_cut_field",
    "keepalive_text",
    "lenient_scanner",
    "parse_replaced",
]

DONE: Final = b"[DONE]"
"""The end marker of the OpenAI family, which gateways also write behind others."""

_FIELDS: Final = ("data", "event", "id", "retry")

_LINES: Final = 3
"""So many lines of an event are looked at one by one."""

_KEPT_TEXT: Final = 4096
"""Characters of a malformed payload that are kept for people."""

_READ: Final = 16 * 1024
"""
Longer reads are taken in pieces of this size.

What JSON asks of every text is asked of all texts of a read (`_json.vouch_all`), and
one number in them can speak against all; the chunks of a piece are all held, too.
"""
_FEW: Final = 4
"""Up to so many items in a read, asking each of them is as quick."""


_LF: Final = 0x0A
_CR: Final = 0x0D


class SSEStreamDecoder:
    """
    A `StreamDecoder` for any SSE dialect.

    Args:
        machine: The dialect's machine; it belongs to this decoder from now on.
        limits: What may be held.
        alike: Takes the events that need not come to *machine*; in a dialect whose
            every event has something new (a number) there are none.

    Invariants:
        The chunks do not depend on how the bytes were cut.  Nothing that the peer
        sends raises.  An instance can be copied and pickled between two calls where
        its machine can.
    """

    __slots__ = (
        "_alike",
        "_closed",
        "_depth",
        "_edge",
        "_machine",
        "_rest",
        "_scanner",
        "_swallow_lf",
        "trailing_bytes",
    )

    def __init__(
        self,
        machine: Machine,
        *,
        limits: Limits = DEFAULT_LIMITS,
        alike: Alike | None = None,
    ) -> None:
        self._machine = machine
        self._alike = alike
        self._scanner = lenient_scanner(limits)
        self._depth = limits.max_json_depth
        self._edge = b""
        # The beginning of an event that may be alike.
        self._rest = b""
        self._closed = False
        self._swallow_lf = False
        self.trailing_bytes: int = 0
        """How many bytes came after the end and were dropped."""

    @property
    def failed(self) -> bool:
        """Whether the stream ended incomplete; what comes after it is dropped."""
        return self._machine.failed

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
        out: list[StreamChunk] = []
        alike = self._alike
        if alike is None:
            self._feed(data, out)
            return out
        if type(data) is not bytes:
            check_feed(data, closed=self._closed)
            data = bytes(data)
        if self._rest:
            rest = self._rest + data
            if _LF not in data and _CR not in data and len(rest) <= LONGEST:
                self._rest = rest
                return out
            data, self._rest = rest, b""
        scanner = self._scanner
        position, size = 0, len(data)
        while position < size:
            begin = stop = position
            if alike.ready:
                stop += scanner.quick_until - scanner.received
                if begin < stop:
                    position = alike.take(data, begin, stop, out)
                    if begin < position:
                        scanner.received += position - begin
                        self._edge = b"\n"
                        if position == size:
                            return out
            elif not alike.trying:
                break
            end = _behind_blank(data, position, alike.end)
            if end < 0:
                # One that is cut waits here: it passes no limit.
                if position + LONGEST <= stop:
                    self._rest = alike.begun(data, position)
                    if self._rest:
                        return out
                break
            if begin == position < stop:
                alike.refuse(data, position)
            self._feed(data[position:end], out)
            position = end
        if position < size or not size:
            self._feed(data[position:], out)
        return out

    def _feed(
        self, data: bytes | bytearray | memoryview, out: list[StreamChunk]
    ) -> None:
        """Take received bytes through the scanner."""
        if self._machine.ended:
            check_feed(data, closed=self._closed)
            self.trailing_bytes += len(data)
            if self._swallow_lf and data:
                # The second half of the CRLF that ended the stream.
                self.trailing_bytes -= bytes(data[:1]) == b"\n"
                self._swallow_lf = False
            return
        if type(data) is bytes and len(data) > _READ:
            for start in range(0, len(data), _READ):
                self._feed(data[start : start + _READ], out)
            return
        machine = self._machine
        alike = self._alike
        items = self._scanner.feed(data)
        if items:
            vouched = -1
            if len(items) > _FEW:
                texts = [item[1] for item in items if type(item) is tuple]
                vouched = _json.vouch_all(texts, max_depth=self._depth)
            for item in items:
                if type(item) is tuple:
                    name, payload, _ = item
                    if (
                        alike is not None
                        and alike.ready
                        and alike.again(name, payload, out)
                    ):
                        continue
                    try:
                        if len(payload) <= vouched:
                            value = _json.loads_vouched(payload)
                        else:
                            value = _json.loads(payload, max_depth=self._depth)
                    except (ValueError, RemoteProtocolError):
                        value = None
                    if type(value) is not dict:
                        self._unusual(name, payload, out)
                    elif alike is None:
                        machine.event(name, value, out)
                    else:
                        alike.event(name, payload, value, out)
                elif isinstance(item, SSEComment):
                    if machine.started:
                        out.append(Keepalive(item.text))
                else:
                    fault = cast("FramingFault", item)
                    machine.fail(fault.error.to_error_info(), out)
                if machine.ended:
                    # By identity: one event may equal another.
                    later = [other is item for other in reversed(items)].index(True)
                    self._count_trailing(bytes(data), later)
                    return
        if data:
            self._edge = data[-1:] if type(data) is bytes else bytes(data[-1:])

    def close(self) -> list[StreamChunk]:
        """
        Take the end of the bytes.

        Returns:
            The chunks of an event without its blank line, and the end if it is not
            out yet.  The second call gives nothing.
        """
        out: list[StreamChunk] = []
        if self._closed:
            return out
        self._closed = True
        if self._rest:
            rest, self._rest = self._rest, b""
            self._feed(rest, out)
        if self._machine.ended:
            return out
        machine = self._machine
        # One item at most: an open comment is dropped.
        for item in self._scanner.close():
            if isinstance(item, tuple):
                self._last(item[0], item[1], out)
            else:
                machine.fail(cast("FramingFault", item).error.to_error_info(), out)
        if not machine.ended:
            self._stray(out)
        if not machine.ended:
            machine.eof(out)
        return out

    def _unusual(
        self, name: str | None, payload: bytes, out: list[StreamChunk]
    ) -> None:
        """Take a payload that was not read as an object at the first attempt."""
        if self._alike is not None:
            self._alike.forget()
        try:
            value = _json.loads(payload, max_depth=self._depth)
        except RemoteProtocolError as error:
            self._odd(name, payload, error, out)
            return
        if type(value) is dict:
            self._machine.event(name, value, out)
        else:
            self._odd(name, payload, _no_object(), out)

    def _odd(
        self,
        name: str | None,
        payload: bytes,
        error: RemoteProtocolError,
        out: list[StreamChunk],
    ) -> None:
        """Take a payload that is no JSON object."""
        machine = self._machine
        stripped = payload.strip()
        if not stripped:
            return
        if stripped == DONE:
            machine.sentinel(out)
            return
        comment = keepalive_text(stripped)
        if comment is not None:
            if machine.started:
                out.append(Keepalive(comment))
            return
        value = parse_replaced(payload, self._depth)
        if value is not None:
            machine.event(name, value, out)
            return
        text = payload.decode("utf-8", "replace")
        if name == "error":
            machine.fail(
                ErrorInfo(kind="unknown", message=text[:_KEPT_TEXT], raw=text), out
            )
            return
        info = error.to_error_info()
        machine.fail(
            ErrorInfo(kind=info.kind, message=info.message, raw=text[:_KEPT_TEXT]),
            out,
        )

    def _last(self, name: str | None, payload: bytes, out: list[StreamChunk]) -> None:
        """Take the event that the bytes broke off in."""
        try:
            value = _json.loads(payload, max_depth=self._depth)
        except RemoteProtocolError as error:
            stripped = payload.strip()
            if name == "error" or stripped == DONE or not stripped:
                self._odd(name, payload, error, out)
            else:
                self._machine.fail(BROKEN_OFF, out)
            return
        if type(value) is dict:
            self._machine.event(name, value, out)
        else:
            self._odd(name, payload, _no_object(), out)

    def _stray(self, out: list[StreamChunk]) -> None:
        """Look for an error among the lines that are no part of any event (L4)."""
        lines = self._scanner.ignored_lines
        if not lines:
            return
        machine = self._machine
        if not machine.started:
            body = "\n".join(lines).encode("utf-8", "replace")
            if body.strip() and not is_cut_field(lines):
                machine.fail(machine.error_from_body(body), out)
            return
        # The line alone first: an object over several lines only as a whole.
        for text in (*lines, "\n".join(lines)):
            if '"error"' not in text:
                continue
            body = text.encode("utf-8", "replace")
            try:
                value = _json.loads(body, max_depth=self._depth)
            except RemoteProtocolError:
                continue
            if type(value) is dict and value.get("error") is not None:
                machine.fail(machine.error_from_body(body), out)
                return

    def _count_trailing(self, data: bytes, later: int) -> None:
        """Count what stands in *data* behind the end, with *later* items in it."""
        beyond = 0
        scanner = self._scanner
        if scanner.failed:
            # The fault is the last item, and behind its offset nothing was read.
            beyond = scanner.trailing_bytes
            if not later:
                self.trailing_bytes = beyond
                return
            later -= 1
            data = data[: len(data) - beyond]
        behind = _bytes_behind(self._edge + data, later)
        self._swallow_lf = not (behind or beyond) and data.endswith(b"\r")
        self.trailing_bytes = behind + beyond


def check_feed(data: object, *, closed: bool) -> None:
    """
    Refuse what the scanner would refuse, where it is not asked any more.

    Args:
        data: The argument of `feed()`.
        closed: Whether `close()` was called.

    Raises:
        StateError: It is not bytes, or comes too late.
    """
    if not isinstance(data, bytes | bytearray | memoryview):
        msg = f"feed() takes bytes, not {type(data).__name__}"
        raise StateError(msg)
    if closed:
        msg = "feed() after close()"
        raise StateError(msg)


def lenient_scanner(limits: Limits) -> Scanner:
    """
    Make the scanner that the dialect decoders work on.

    Args:
        limits: What may be held.

    Returns:
        A scanner in provider mode that gives comments as items.
    """
    return Scanner(
        lenient=True,
        comment_items=True,
        max_line_bytes=limits.max_line_bytes,
        max_event_bytes=limits.max_event_bytes,
        max_total_bytes=limits.max_total_bytes,
        max_ignored_bytes=limits.max_ignored_bytes,
    )


def is_cut_field(lines: tuple[str, ...]) -> bool:
    """
    Say whether all that was ignored is the beginning of a field's name.

    Args:
        lines: The ignored lines at the end of a stream.

    Returns:
        Whether the bytes broke off in `dat`: an event stream that was cut, and no
        body of another kind.
    """
    return len(lines) == 1 and any(name.startswith(lines[0]) for name in _FIELDS)


def keepalive_text(payload: bytes) -> str | None:
    """
    Read a comment that a gateway wrapped into data (`data: : PROCESSING`, L9).

    Args:
        payload: The event's data without blanks around it.

    Returns:
        The comment's text; `None` when it is none.
    """
    if payload.startswith(b":") and b"\n" not in payload:
        return payload[1:].decode("utf-8", "replace")
    return None


def parse_replaced(payload: bytes, depth: int) -> dict[str, object] | None:
    """
    Parse a payload with invalid UTF-8, which SSE reads as U+FFFD.

    Args:
        payload: The event's data as received.
        depth: How many containers may be open at once.

    Returns:
        The object; `None` when the bytes were valid UTF-8 or it is none.
    """
    try:
        payload.decode()
    except UnicodeDecodeError:
        text = payload.decode("utf-8", "replace")
    else:
        return None
    try:
        value = _json.loads(text, max_depth=depth)
    except RemoteProtocolError:
        return None
    return value if type(value) is dict else None


def _no_object() -> RemoteProtocolError:
    return RemoteProtocolError("the event's data is no JSON object")


def _behind_blank(data: bytes, position: int, end: bytes) -> int:
    """
    Say where the first *end* of an event from *position* on ends; -1: there is none.

    An event is two lines as a rule, and the end of a line is found 50 times as quickly
    as two ends in a row: 0.3 us for the last event of an answer, with all of its text,
    against 15 us.
    """
    half = len(end) // 2
    for _ in range(_LINES):
        position = data.find(b"\n", position) + 1
        if not position:
            return -1
        if data[position - half : position + half] == end:
            return position + half
    position = data.find(end, position)
    return position + len(end) if position >= 0 else -1


_BLANK_LINE: Final = rb"(?>\r\n|\n|\r)(?>\r\n|\n|\r)"


def _bytes_behind(data: bytes, later: int) -> int:
    """
    Count the bytes behind the blank line that dispatched the last item used.

    The scanner gives items without offsets, because only this needs them, once in
    a stream.  Blocks are scanned again from the back until *later* items are found.

    Args:
        data: A read with the byte before it, so that a blank line at its start shows.
        later: How many items of the read were not used.
    """
    ends: list[int] = []
    if b"\r" in data:
        ends.extend(match.end() for match in re.finditer(_BLANK_LINE, data))
    else:
        position = 0
        while (position := _behind_blank(data, position, END)) >= 0:
            ends.append(position)
    stop = len(data)
    for end in reversed(ends):
        if end < stop:
            # The blank line in front: only the stream itself begins with a mark (BOM).
            later -= len(Scanner(comment_items=True).feed(b"\n" + data[end:stop]))
        if later < 0:
            break
        stop = end
    return len(data) - stop
