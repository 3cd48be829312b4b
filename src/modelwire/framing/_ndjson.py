r"""
Newline-delimited JSON: bytes in, one value a line out.

Ollama streams this way (`application/x-ndjson`).  A line ends with LF and with nothing
else: U+2028, U+0085, VT and FF do not split one.  Spaces, tabs and CR around a value
are dropped, lines of them alone are skipped and counted, one byte order mark before the
first line is skipped, and what is left when the bytes end is a line as well.

A line that is not JSON does not spoil the ones after it, because the next LF is the end
of a line whatever came before; so it is an item of its own, and reading goes on.  Only
a limit ends the stream.

Source:
    The NDJSON specification (github.com/ndjson/ndjson-spec) and RFC 8259, read
    2026-11-21; Ollama's recorded streams.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, ClassVar, Final, TypeAlias, final

import attrs

from modelwire.errors import LimitExceededError, LocalError, RemoteProtocolError
from modelwire.framing._partial_json import PartialJSON
from modelwire.framing._received import received

__all__ = [
    "NDJSONDecoder",
    "NDJSONFault",
    "NDJSONItem",
    "NDJSONLine",
    "NDJSONMalformed",
    "NDJSONTruncated",
    "encode_ndjson",
]

DEFAULT_MAX_LINE_BYTES: Final = 64 * 1024 * 1024
"""Room for a line with base64 images, as an SSE event has."""

_BOM: Final = b"\xef\xbb\xbf"
_BLANKS: Final = b" \t\r"


@final
@attrs.frozen(weakref_slot=False)
class NDJSONLine:
    """One line that is JSON."""

    number: int
    """The line's number in the body, from 1; blank lines count."""
    value: Any
    """What the line says; any JSON value, not only an object."""
    raw: bytes = attrs.field(repr=False)
    """The line without its end and the blanks around it."""

    __hash__: ClassVar[None] = None  # type: ignore[assignment]


@final
@attrs.frozen(weakref_slot=False)
class NDJSONMalformed:
    """One line that is not JSON; the lines after it are read."""

    number: int
    """The line's number in the body, from 1; blank lines count."""
    raw: bytes = attrs.field(repr=False)
    """The line without its end and the blanks around it."""
    error: RemoteProtocolError
    """Why it is none; an offset is in bytes of the line."""

    __hash__: ClassVar[None] = None  # type: ignore[assignment]


@final
@attrs.frozen(weakref_slot=False)
class NDJSONTruncated:
    """The bytes ended in a line that is not JSON so far; always the last item."""

    number: int
    """The line's number in the body, from 1; blank lines count."""
    raw: bytes = attrs.field(repr=False)
    """What came of the line."""
    error: RemoteProtocolError
    """Why it is not JSON; an offset is in bytes of the line."""

    __hash__: ClassVar[None] = None  # type: ignore[assignment]


@final
@attrs.frozen(weakref_slot=False)
class NDJSONFault:
    """The stream passed a limit and is not read any further; always the last item."""

    error: RemoteProtocolError
    """A `LimitExceededError`, which names the limit and its value."""
    offset: int
    """Bytes from the start of the body to the first byte that was too much."""

    __hash__: ClassVar[None] = None  # type: ignore[assignment]


NDJSONItem: TypeAlias = NDJSONLine | NDJSONMalformed | NDJSONTruncated | NDJSONFault
"""A line, or what stands for one that cannot be read."""


def _read_json(line: bytes) -> Any:
    """Read one JSON text with what this package has; slow, and right."""
    parser = PartialJSON()
    parser.feed(line)
    if parser.error is not None:
        raise parser.error
    if parser.status != "complete":
        msg = "the JSON text is not complete"
        raise RemoteProtocolError(msg, offset=len(line))
    return parser.value()


class NDJSONDecoder:
    """
    Cuts newline-delimited JSON into its values, in any split of the bytes.

    Args:
        loads: What reads one JSON text from bytes; it raises `RemoteProtocolError` or
            `ValueError` where there is none.  This layer has no fast parser of its
            own, so codecs hand theirs in; without one `PartialJSON` reads the lines.
        max_line_bytes: Longest line, its LF not counted.
        max_total_bytes: Longest body; `None` for no limit.

    Invariants:
        The items do not depend on how the bytes were cut.  Nothing that the peer
        sends raises.  Memory is the open line.  An instance can be copied, and
        pickled if *loads* can, between two calls.
    """

    __slots__ = (
        "_closed",
        "_fault_offset",
        "_loads",
        "_max_line",
        "_max_total",
        "_number",
        "_rest",
        "_start",
        "_taken",
    )

    def __init__(
        self,
        loads: Callable[[bytes], Any] | None = None,
        *,
        max_line_bytes: int = DEFAULT_MAX_LINE_BYTES,
        max_total_bytes: int | None = None,
    ) -> None:
        self._loads = _read_json if loads is None else loads
        self._max_line = max_line_bytes
        self._max_total = max_total_bytes
        # The open line so far, where it begins, and how many came before it.
        self._rest = bytearray()
        self._start = 0
        self._number = 0
        # All bytes that were fed.
        self._taken = 0
        self._fault_offset: int | None = None
        self._closed = False

    @property
    def failed(self) -> bool:
        """Whether a fault ended the stream; what comes after it is dropped."""
        return self._fault_offset is not None

    @property
    def trailing_bytes(self) -> int:
        """How many bytes came behind the limit and were dropped."""
        return 0 if self._fault_offset is None else self._taken - self._fault_offset

    def feed(self, data: bytes | bytearray | memoryview) -> list[NDJSONItem]:
        """
        Take received bytes.

        Args:
            data: Any cut of the body; empty is allowed and does nothing.

        Returns:
            An item for each line that these bytes complete, blank ones apart.

        Raises:
            StateError: Called after `close()`, or with something else than bytes.
        """
        data = received(data, closed=self._closed)
        out: list[NDJSONItem] = []
        before = self._taken
        self._taken += len(data)
        if self.failed:
            return out
        limit = self._max_total
        if limit is None or self._taken <= limit:
            self._take(data, out)
            return out
        self._take(data[: limit - before], out)
        if not self.failed:
            self._fault("max_total_bytes", limit, limit, out)
        return out

    def close(self) -> list[NDJSONItem]:
        """
        Take the end of the bytes.

        Returns:
            The last line, if the bytes did not end with LF: its value if it is JSON,
            else `NDJSONTruncated`.  The second call gives nothing.
        """
        out: list[NDJSONItem] = []
        if not self._closed and not self.failed and self._rest:
            line = bytes(self._rest)
            self._rest.clear()
            self._read(line, NDJSONTruncated, out)
        self._closed = True
        return out

    def _take(self, data: bytes, out: list[NDJSONItem]) -> None:
        lines = data.split(b"\n")
        last = lines.pop()
        for line in lines:
            if self._rest:
                line = bytes(self._rest + line)  # noqa: PLW2901
                self._rest.clear()
            if len(line) > self._max_line:
                self._too_long(out)
                return
            self._read(line, NDJSONMalformed, out)
            self._start += len(line) + 1
        self._rest += last
        if len(self._rest) > self._max_line:
            self._too_long(out)

    def _read(
        self,
        line: bytes,
        otherwise: type[NDJSONMalformed | NDJSONTruncated],
        out: list[NDJSONItem],
    ) -> None:
        """Read one line; *otherwise* is what it is if it is not JSON."""
        self._number += 1
        if self._number == 1:
            line = line.removeprefix(_BOM)
        line = line.strip(_BLANKS)
        if not line:
            return
        error = None
        value = None
        try:
            value = self._loads(line)
        except RemoteProtocolError as caught:
            error = caught
        except (ValueError, RecursionError):
            error = RemoteProtocolError("the line is not JSON")
        if line.startswith(_BOM):
            # Some parsers skip the mark before any text, and a line is not the body.
            error = RemoteProtocolError("a byte order mark inside the body", offset=0)
        if error is None:
            out.append(NDJSONLine(self._number, value, line))
        else:
            out.append(otherwise(self._number, line, error))

    def _too_long(self, out: list[NDJSONItem]) -> None:
        offset = self._start + self._max_line
        self._fault("max_line_bytes", self._max_line, offset, out)

    def _fault(self, name: str, limit: int, offset: int, out: list[NDJSONItem]) -> None:
        self._fault_offset = offset
        self._rest.clear()
        error = LimitExceededError(name, limit, offset=offset)
        out.append(NDJSONFault(error, offset))


def encode_ndjson(values: Iterable[bytes]) -> bytes:
    """
    Write JSON values one a line.

    The results of several calls may be joined: a stream is written value by value.

    Args:
        values: JSON texts without LF, as `dumps` of any JSON library writes them.

    Returns:
        Each value with LF behind it.

    Raises:
        LocalError: A text has an LF, is blank, or begins with a byte order mark, and
            so would be read as two values, none, or an error.
    """
    out: list[bytes] = []
    for number, value in enumerate(values):
        if b"\n" in value or not value.strip(_BLANKS) or value.startswith(_BOM):
            msg = "this is not one line of JSON"
            raise LocalError(msg, path=f"values[{number}]")
        out.append(value + b"\n")
    return b"".join(out)
