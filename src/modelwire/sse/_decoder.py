"""The public SSE decoder: `Scanner` with an object per event, and that object."""

from __future__ import annotations

from typing import TypeAlias, final

import attrs

from modelwire._node import Node
from modelwire.sse._items import DEFAULT_EVENT, FramingFault, SSEComment
from modelwire.sse._scanner import (
    DEFAULT_MAX_EVENT_BYTES,
    DEFAULT_MAX_IGNORED_BYTES,
    DEFAULT_MAX_LINE_BYTES,
    ScannedItem,
    Scanner,
)

__all__ = ["SSEDecoder", "SSEEvent", "SSEItem"]


@final
@attrs.frozen(weakref_slot=False, eq=False, repr=False)
class SSEEvent(Node):
    """One dispatched event; a value, not to be subclassed, as those of `_items`."""

    event: str
    """The event's type; "message" if the stream gives none."""
    data: str
    """The data lines, joined with LF; invalid UTF-8 stands as U+FFFD."""
    id: str = ""
    """The last event id at dispatch, which may stem from an earlier event."""
    truncated: bool = False
    """The stream ended inside this event; only `close()` in lenient mode says so."""


SSEItem: TypeAlias = SSEEvent | SSEComment | FramingFault
"""What `SSEDecoder.feed` and `SSEDecoder.close` give."""


class SSEDecoder:
    """
    Decode a `text/event-stream` body, exactly as the WHATWG standard says.

    An event comes out with the byte that completes it.  A fault (only a limit can
    be one: every sequence of bytes is an event stream) comes after the items that
    precede it; then nothing comes any more, and `failed` is True.

    Args:
        lenient: The mode for model providers: `close()` gives out the event that
            the stream broke off in, marked truncated, and an unfinished line that is
            no field is among the `ignored_lines`.
        comment_items: Give an `SSEComment` for every comment, in order.
        max_line_bytes: Longest line, without its end.
        max_event_bytes: Longest event: the sum of the `data`, `event` and `id` lines
            of its block without their ends.
        max_total_bytes: Longest stream; None for no limit.
        max_ignored_bytes: Bytes kept of ignored lines, and as many of comments.  More
            is no fault: it is dropped, and counted in `dropped_lines`.
        last_event_id: The id to begin with, from an earlier connection.

    Raises:
        LocalError: A limit is negative.

    Invariants:
        The items do not depend on how the bytes were cut.  Nothing that the peer
        sends raises.  An instance can be deep-copied and pickled between two calls.
        One instance per response; not thread-safe.

    Source:
        WHATWG HTML Living Standard, 9.2.5 "Parsing an event stream" and 9.2.6
        "Interpreting an event stream".
    """

    __slots__ = ("_scanner",)

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
        self._scanner = Scanner(
            lenient=lenient,
            comment_items=comment_items,
            max_line_bytes=max_line_bytes,
            max_event_bytes=max_event_bytes,
            max_total_bytes=max_total_bytes,
            max_ignored_bytes=max_ignored_bytes,
            last_event_id=last_event_id,
        )

    def feed(self, data: bytes | bytearray | memoryview) -> list[SSEItem]:
        """
        Decode received bytes.

        Args:
            data: Any cut of the body; empty is allowed and does nothing.

        Returns:
            The items that these bytes complete.

        Raises:
            StateError: Called after `close()`, or with something else than bytes.
        """
        return _items(self._scanner.feed(data), truncated=False)

    def close(self) -> list[SSEItem]:
        """
        End the stream.

        Returns:
            In lenient mode the event that the stream broke off in, if it has a data
            line, marked truncated (its data may be empty); else nothing.  The second
            call gives nothing.
        """
        return _items(self._scanner.close(), truncated=True)

    @property
    def retry(self) -> int | None:
        """
        The last valid `retry` value in milliseconds; None if there was none.

        It counts when its line is read, before the block ends.  Values above 10**15
        are given as 10**15.
        """
        return self._scanner.retry

    @property
    def last_event_id(self) -> str:
        """
        The id to resume from: that of the last whole block.

        A truncated event shows its own id, which is not taken over here, because
        who resumed after it would never get the event whole.
        """
        return self._scanner.last_event_id

    @property
    def failed(self) -> bool:
        """A `FramingFault` was given out; nothing follows it."""
        return self._scanner.failed

    @property
    def comments(self) -> tuple[str, ...]:
        """
        The first comments, the text after the colon, not stripped.

        At most *max_ignored_bytes* bytes and 1024 lines, the last one perhaps cut.
        """
        return self._scanner.comments

    @property
    def ignored_lines(self) -> tuple[str, ...]:
        """
        The first lines that are neither fields nor comments.

        At most *max_ignored_bytes* bytes and 1024 lines, the last one perhaps cut.
        They are how an error body that came in place of events, or a bare JSON error
        between events, is found.
        """
        return self._scanner.ignored_lines

    @property
    def dropped_lines(self) -> int:
        """Comments and ignored lines that were not kept, or not whole."""
        return self._scanner.dropped_lines

    @property
    def incomplete_at_eof(self) -> bool:
        """
        The stream was closed inside a line, or inside a block that holds something.

        False before `close()`, and after a fault.
        """
        return self._scanner.incomplete_at_eof

    @property
    def trailing_bytes(self) -> int:
        """
        Bytes that were received and dropped.

        After a fault, all from its offset on, later ones included.  Else, after
        `close()`, the length of an unfinished last line that was not used: always in
        strict mode; in lenient mode only that of a comment or `retry` line.
        """
        return self._scanner.trailing_bytes


def _items(scanned: list[ScannedItem], *, truncated: bool) -> list[SSEItem]:
    return [
        SSEEvent(
            item[0] or DEFAULT_EVENT,
            item[1].decode("utf-8", "replace"),
            item[2],
            truncated,
        )
        if isinstance(item, tuple)
        else item
        for item in scanned
    ]
