"""Writing an event stream: one event, or one comment, to bytes."""

from __future__ import annotations

from modelwire.errors import LocalError
from modelwire.sse._scanner import MAX_RETRY

__all__ = ["comment", "encode"]


def encode(
    data: str,
    *,
    event: str | None = None,
    id: str | None = None,  # noqa: A002 - the field's name on the wire
    retry: int | None = None,
) -> bytes:
    """
    Write one event.

    Args:
        data: The event's data; every CRLF, CR and LF in it begins a new `data` line,
            and the reader gets an LF for each.
        event: The event's type; None leaves the line out, and readers say "message".
        id: The new last event id; "" resets it; None leaves it as it is.
        retry: Reconnection time in milliseconds.

    Returns:
        The block with its blank line, in one spelling: `event`, `id`, `retry`, then
        `data`, one space after each colon, LF at each end.

    Raises:
        LocalError: A value that would not arrive as it is: a line end in *event* or
            *id* (the rest would be read as fields of their own), an empty *event*,
            NUL in *id* (readers ignore the line), a lone surrogate, or a *retry*
            that is no number from 0 to 10**15.

    Source:
        WHATWG HTML Living Standard, 9.2.6.
    """
    head = ""
    if event is not None:
        _refuse_line_ends("event", event)
        if not event:
            message = "an empty event type would be read as no type"
            raise LocalError(message, path="event")
        head = f"event: {event}\n"
    if id is not None:
        _refuse_line_ends("id", id)
        if "\0" in id:
            message = "readers ignore an id with NUL"
            raise LocalError(message, path="id")
        head += f"id: {id}\n"
    if retry is not None:
        if type(retry) is not int or not 0 <= retry <= MAX_RETRY:
            message = "retry must be an integer from 0 to 10**15"
            raise LocalError(message, path="retry")
        head += f"retry: {retry}\n"
    return _to_bytes(f"{head}data: {_prefix_lines(data, 'data: ')}\n\n", "data")


def comment(text: str = "") -> bytes:
    """
    Write a comment, which readers skip: a sign of life on an idle connection.

    Args:
        text: The comment; each line of it becomes a comment line.  Readers that look
            at comments get every line with one space before it.

    Returns:
        The comment lines and a blank line, so that a reader which works by blocks
        has a whole one.  Write it between events, never inside one.

    Raises:
        LocalError: *text* holds a lone surrogate.
    """
    return _to_bytes(f": {_prefix_lines(text, ': ')}\n\n", "text")


def _prefix_lines(text: str, prefix: str) -> str:
    """Begin every line but the first with *prefix*; CRLF, CR and LF end a line."""
    # Not splitlines: that also cuts at U+2028, NEL, VT and FF, which are content.
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return text.replace("\n", f"\n{prefix}") if "\n" in text else text


def _refuse_line_ends(field: str, value: str) -> None:
    if "\n" in value or "\r" in value:
        message = f"a line end in {field} would inject fields"
        raise LocalError(message, path=field)


def _to_bytes(block: str, field: str) -> bytes:
    try:
        return block.encode()
    except UnicodeEncodeError as error:
        message = "a lone surrogate has no UTF-8 form"
        raise LocalError(message, path=field) from error
