r"""
Reading `multipart/form-data`: bytes in, whole parts out.

How it works.  Outside of headers the decoder looks for CRLF, two hyphens and the
boundary; a line end is put before the first byte, so that a delimiter there is one like
any other.  What might be the beginning of a delimiter waits for more bytes, everything
before it is never looked at again, so that the cost is O(bytes) however small the reads
are.

What is tolerated: text before the first delimiter and behind the last, blanks behind a
delimiter, no line end at the very end.  A `content-transfer-encoding` is not undone
(RFC 7578 section 4.7); it is among the part's headers.

Source:
    RFC 7578, RFC 2046 section 5.1, and the WHATWG HTML rules for names in forms, read
    2026-11-21.
"""

from __future__ import annotations

import re
from typing import ClassVar, Final, TypeAlias, cast, final

import attrs

from modelwire.errors import (
    LimitExceededError,
    LocalError,
    RemoteProtocolError,
)
from modelwire.framing._multipart_encode import FormPart
from modelwire.framing._multipart_headers import (
    MultipartFaultCode,
    is_usable,
    read_head,
    read_header,
)
from modelwire.framing._received import received

__all__ = [
    "MultipartDecoder",
    "MultipartFault",
    "MultipartItem",
]

DEFAULT_MAX_PART_BYTES: Final = 64 * 1024 * 1024
"""Room for a file of the vendors' limits (25 MB of audio, 50 MB an image)."""
DEFAULT_MAX_PARTS: Final = 1024
"""Room for sixteen images and every field of a request many times over."""
DEFAULT_MAX_HEADER_BYTES: Final = 16 * 1024
"""All headers of one part; recorded ones stay below 300 bytes."""
DEFAULT_MAX_HEADERS: Final = 32
"""Headers of one part; four were recorded."""

# Where the decoder stands: before the first part, in a part's headers, in its data,
# behind the last part.
_PREAMBLE, _HEADERS, _DATA, _DONE = range(4)

_MAX_PADDING: Final = 32
_PADDING: Final = re.compile(rb"([ \t]{0,32})(\r\n)?")


@final
@attrs.frozen(weakref_slot=False)
class MultipartFault:
    """The form cannot be read any further; always the last item."""

    code: MultipartFaultCode
    """What is wrong."""
    error: RemoteProtocolError
    """The same in words; a `LimitExceededError` names the limit and its value."""
    offset: int
    """Bytes from the start of the body to what was wrong."""

    __hash__: ClassVar[None] = None  # type: ignore[assignment]


MultipartItem: TypeAlias = FormPart | MultipartFault
"""A part, or the fault that ends the form."""


class MultipartDecoder:
    """
    Cuts a form into its parts, in any split of the bytes.

    Args:
        boundary: What separates the parts, `boundary_of` finds it.
        max_part_bytes: Longest content of one part.
        max_total_bytes: Longest body; `None` for no limit.
        max_parts: Most parts.
        max_headers: Most headers of one part.
        max_header_bytes: Longest header block of one part.

    Raises:
        LocalError: The boundary cannot be one.

    Invariants:
        The items do not depend on how the bytes were cut.  Nothing that the peer
        sends raises; a fault is the last item.  Memory is the open part.  An instance
        can be copied and pickled between two calls.
    """

    __slots__ = (
        "_buffer",
        "_closed",
        "_count",
        "_delimiter",
        "_header_bytes",
        "_headers",
        "_limits",
        "_max_total",
        "_offset",
        "_part",
        "_preamble",
        "_scanned",
        "_state",
        "_taken",
        "failed",
        "trailing_bytes",
    )

    def __init__(
        self,
        boundary: str,
        *,
        max_part_bytes: int = DEFAULT_MAX_PART_BYTES,
        max_total_bytes: int | None = None,
        max_parts: int = DEFAULT_MAX_PARTS,
        max_headers: int = DEFAULT_MAX_HEADERS,
        max_header_bytes: int = DEFAULT_MAX_HEADER_BYTES,
    ) -> None:
        if not is_usable(boundary):
            msg = "this cannot be a boundary"
            raise LocalError(msg, path="boundary")
        self._delimiter = b"\r\n--" + boundary.encode()
        self._limits = {
            "max_part_bytes": max_part_bytes,
            "max_parts": max_parts,
            "max_headers": max_headers,
            "max_header_bytes": max_header_bytes,
        }
        self._max_total = max_total_bytes
        self._state = _PREAMBLE
        # What has not become an item yet; the line end before the first byte is ours.
        self._buffer = bytearray(b"\r\n")
        # Where the buffer begins in the body.
        self._offset = -2
        # How far no delimiter begins in the buffer.
        self._scanned = 0
        self._taken = 0
        # Whether there was text before the first delimiter.
        self._preamble = False
        self._count = 0
        self._headers: list[tuple[str, str]] = []
        self._header_bytes = 0
        self._part: FormPart | None = None
        self._closed = False
        self.failed: bool = False
        """Whether a fault ended the form; what comes after it is dropped."""
        self.trailing_bytes: int = 0
        """How many bytes came behind the end and were dropped."""

    @property
    def complete(self) -> bool:
        """Whether the closing delimiter has come."""
        return self._state == _DONE and not self.failed

    def feed(self, data: bytes | bytearray | memoryview) -> list[MultipartItem]:
        """
        Take received bytes.

        Args:
            data: Any cut of the body; empty is allowed and does nothing.

        Returns:
            The parts that these bytes complete.

        Raises:
            StateError: Called after `close()`, or with something else than bytes.
        """
        data = received(data, closed=self._closed)
        out: list[MultipartItem] = []
        limit = self._max_total
        if limit is not None and self._taken + len(data) > limit and not self.failed:
            room = limit - self._taken
            self._take(data[:room], out)
            # Behind the end nothing is held, and so nothing is limited.
            if self._state != _DONE:
                self._exceed("max_total_bytes", limit, limit, out)
            self.trailing_bytes += len(data) - room
            return out
        self._take(data, out)
        return out

    def close(self) -> list[MultipartItem]:
        """
        Take the end of the bytes.

        Returns:
            A fault if the closing delimiter has not come.  The second call gives
            nothing.
        """
        out: list[MultipartItem] = []
        if self._closed:
            return out
        self._closed = True
        if self._state == _PREAMBLE and not self.failed:
            msg = "the boundary does not occur"
            self._fault("missing_boundary", msg, 0, out)
        elif self._state != _DONE and not self.failed:
            end = self._offset + len(self._buffer)
            self._fault("truncated", "the bytes end inside the form", end, out)
        return out

    # --- steps ----------------------------------------------------------------------

    def _take(self, data: bytes, out: list[MultipartItem]) -> None:
        if self._state == _DONE:
            self.trailing_bytes += len(data)
            return
        self._taken += len(data)
        self._buffer += data
        going = bool(data)
        while going:
            going = self._head(out) if self._state == _HEADERS else self._body(out)

    def _body(self, out: list[MultipartItem]) -> bool:
        """Read up to the next delimiter; say whether there is more to do."""
        buffer = self._buffer
        delimiter = self._delimiter
        position = buffer.find(delimiter, self._scanned)
        while position >= 0:
            after = position + len(delimiter)
            end = self._delimiter_end(after)
            if end is None:
                self._scanned = position
                return self._wait(out)
            if end:
                return self._delimited(position, end, out)
            position = buffer.find(delimiter, position + 1)
        # A delimiter may begin in the last bytes.
        self._scanned = max(self._scanned, len(buffer) - len(delimiter) + 1)
        return self._wait(out)

    def _delimiter_end(self, after: int) -> int | None:
        """Give where a delimiter line ends: 0: it is none, `None`: not known yet."""
        buffer = self._buffer
        if buffer.startswith(b"--", after):
            return after + 2
        found = _PADDING.match(buffer, after)
        if found is not None and found.group(2):
            return found.end()
        # The rest is all that has come: `-`, blanks, or blanks and CR.
        rest = bytes(buffer[after : after + _MAX_PADDING + 2])
        open_end = after + len(rest) == len(buffer)
        if open_end and (
            rest == b"-"
            or (
                len(rest) <= _MAX_PADDING + 1
                and not rest.removesuffix(b"\r").strip(b" \t")
            )
        ):
            return None
        return 0

    def _delimited(self, position: int, end: int, out: list[MultipartItem]) -> bool:
        """Take the delimiter at *position*, and the part in front of it."""
        buffer = self._buffer
        last = buffer[end - 1] != 0x0A
        if self._state == _DATA:
            if position > self._limits["max_part_bytes"]:
                return self._too_long(out)
            part = cast("FormPart", self._part)  # set where the data begins
            with memoryview(buffer) as view:
                out.append(attrs.evolve(part, data=bytes(view[:position])))
        elif last and (self._preamble or bytes(buffer[:position]).strip()):
            # The form's own first delimiter is not the one of its header.
            msg = "the boundary does not occur before the text"
            return self._fault("missing_boundary", msg, 0, out)
        self._part = None
        self._drop(end)
        if last:
            self._state = _DONE
            self.trailing_bytes += len(buffer)
            buffer.clear()
            return False
        if self._count >= self._limits["max_parts"]:
            limit = self._limits["max_parts"]
            return self._exceed("max_parts", limit, self._offset, out)
        self._count += 1
        self._state = _HEADERS
        self._headers = []
        self._header_bytes = 0
        return True

    def _wait(self, out: list[MultipartItem]) -> bool:
        """Make room where nothing can end yet."""
        if self._state == _PREAMBLE:
            if not self._preamble:
                self._preamble = bool(bytes(self._buffer[: self._scanned]).strip())
            self._drop(self._scanned)
        elif self._scanned > self._limits["max_part_bytes"]:
            return self._too_long(out)
        return False

    def _head(self, out: list[MultipartItem]) -> bool:
        """Read one line of a part's headers; say whether there is more to do."""
        buffer = self._buffer
        stop = buffer.find(b"\r\n", self._scanned)
        size = len(buffer) if stop < 0 else stop + 2
        limit = self._limits["max_header_bytes"]
        if self._header_bytes + size > limit:
            offset = self._offset - self._header_bytes + limit
            return self._exceed("max_header_bytes", limit, offset, out)
        if stop < 0:
            self._scanned = max(0, size - 1)
            return False
        line = bytes(buffer[:stop])
        if not line:
            self._drop(2)
            return self._begin(out)
        header = read_header(line)
        if header is None:
            msg = "a line is no header"
            return self._fault("malformed_header", msg, self._offset, out)
        if len(self._headers) >= self._limits["max_headers"]:
            limit = self._limits["max_headers"]
            return self._exceed("max_headers", limit, self._offset, out)
        self._headers.append(header)
        self._header_bytes += size
        self._drop(size)
        return True

    def _begin(self, out: list[MultipartItem]) -> bool:
        """Begin a part's data once its headers are whole."""
        part = read_head(self._headers)
        if not isinstance(part, FormPart):
            code, message = part
            start = self._offset - 2 - self._header_bytes
            return self._fault(code, message, start, out)
        self._part = part
        self._state = _DATA
        return True

    def _drop(self, size: int) -> None:
        """Forget the first bytes of the buffer."""
        del self._buffer[:size]
        self._offset += size
        self._scanned = 0

    # --- faults ---------------------------------------------------------------------

    def _too_long(self, out: list[MultipartItem]) -> bool:
        limit = self._limits["max_part_bytes"]
        return self._exceed("max_part_bytes", limit, self._offset + limit, out)

    def _exceed(
        self, name: str, limit: int, offset: int, out: list[MultipartItem]
    ) -> bool:
        return self._end(
            "limit", LimitExceededError(name, limit, offset=offset), offset, out
        )

    def _fault(
        self,
        code: MultipartFaultCode,
        message: str,
        offset: int,
        out: list[MultipartItem],
    ) -> bool:
        return self._end(code, RemoteProtocolError(message, offset=offset), offset, out)

    def _end(
        self,
        code: MultipartFaultCode,
        error: RemoteProtocolError,
        offset: int,
        out: list[MultipartItem],
    ) -> bool:
        self.failed = True
        self._state = _DONE
        self._part = None
        self.trailing_bytes += max(0, self._offset + len(self._buffer) - offset)
        self._buffer.clear()
        out.append(MultipartFault(code, error, offset))
        return False
