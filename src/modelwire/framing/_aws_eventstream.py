r"""
Reading an AWS event stream: bytes in, messages with typed headers out.

Bedrock streams this way (`application/vnd.amazon.eventstream`).  What one message looks
like stands in `_aws_message`; this module finds where each ends and checks its sums.

How it works.  The first twelve bytes of a message say how long it is, and their sum is
checked before a length is believed: a peer that announces four gigabytes is refused
there, and nothing is held for it.  Then the whole message is waited for, its sum is
checked, and only then are its headers read.  After a fault nothing is read: where the
next message begins is not known.

Source:
    smithy.io, "Amazon event stream specification", read 2026-11-21; Bedrock's recorded
    streams.
"""

from __future__ import annotations

import struct
import zlib
from typing import ClassVar, Final, TypeAlias, final

import attrs

from modelwire.errors import LimitExceededError, RemoteProtocolError
from modelwire.framing._aws_message import (
    MAX_HEADER_BYTES,
    MAX_PAYLOAD_BYTES,
    OVERHEAD_BYTES,
    PRELUDE_BYTES,
    AWSEventStreamFaultCode,
    AWSMessage,
    HeaderFault,
    read_headers,
)
from modelwire.framing._received import received

__all__ = [
    "AWSEventStreamDecoder",
    "AWSEventStreamFault",
    "AWSEventStreamItem",
]

_PRELUDE: Final = struct.Struct(">III")


@final
@attrs.frozen(weakref_slot=False)
class AWSEventStreamFault:
    """The stream cannot be read any further; always the last item."""

    code: AWSEventStreamFaultCode
    """What is wrong."""
    error: RemoteProtocolError
    """The same in words; a `LimitExceededError` names the limit and its value."""
    offset: int
    """Bytes from the start of the stream to the bad message; to the end of the bytes
    for `truncated`, and to the limit for `total_too_large`."""

    __hash__: ClassVar[None] = None  # type: ignore[assignment]


AWSEventStreamItem: TypeAlias = AWSMessage | AWSEventStreamFault
"""A message, or the fault that ends the stream."""


class AWSEventStreamDecoder:
    """
    Cuts an AWS event stream into its messages, in any split of the bytes.

    Args:
        max_header_bytes: Most bytes of headers in one message.
        max_payload_bytes: Longest payload of one message.
        max_total_bytes: Longest stream; `None` for no limit.

    Invariants:
        The items do not depend on how the bytes were cut.  Nothing that the peer
        sends raises; a fault is the last item, and comes with the byte that proves
        it.  Memory is the open message.  An instance can be copied and pickled
        between two calls.
    """

    __slots__ = (
        "_buffer",
        "_closed",
        "_fault_offset",
        "_headers",
        "_max_headers",
        "_max_payload",
        "_max_total",
        "_offset",
        "_taken",
        "_total",
    )

    def __init__(
        self,
        *,
        max_header_bytes: int = MAX_HEADER_BYTES,
        max_payload_bytes: int = MAX_PAYLOAD_BYTES,
        max_total_bytes: int | None = None,
    ) -> None:
        self._max_headers = max_header_bytes
        self._max_payload = max_payload_bytes
        self._max_total = max_total_bytes
        # The open message so far, and where it begins.
        self._buffer = bytearray()
        self._offset = 0
        # Its lengths; a total of 0: the prelude has not come.
        self._total = 0
        self._headers = 0
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
        """How many bytes were dropped: those from the fault's offset on."""
        return 0 if self._fault_offset is None else self._taken - self._fault_offset

    def feed(self, data: bytes | bytearray | memoryview) -> list[AWSEventStreamItem]:
        """
        Take received bytes.

        Args:
            data: Any cut of the stream; empty is allowed and does nothing.

        Returns:
            The messages that these bytes complete.

        Raises:
            StateError: Called after `close()`, or with something else than bytes.
        """
        data = received(data, closed=self._closed)
        out: list[AWSEventStreamItem] = []
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
            error = LimitExceededError("max_total_bytes", limit, offset=limit)
            self._end(AWSEventStreamFault("total_too_large", error, limit), out)
        return out

    def close(self) -> list[AWSEventStreamItem]:
        """
        Take the end of the bytes.

        Returns:
            A fault if the bytes ended inside a message.  The second call gives
            nothing.
        """
        out: list[AWSEventStreamItem] = []
        if not self._closed and not self.failed and self._buffer:
            end = self._taken
            error = RemoteProtocolError("the bytes end inside a message", offset=end)
            self._end(AWSEventStreamFault("truncated", error, end), out)
        self._closed = True
        return out

    def _take(self, data: bytes, out: list[AWSEventStreamItem]) -> None:
        buffer = self._buffer
        buffer += data
        position = 0
        while len(buffer) - position >= (self._total or PRELUDE_BYTES):
            stop = position + (self._total or PRELUDE_BYTES)
            with memoryview(buffer) as view:
                piece = bytes(view[position:stop])
            item = self._message(piece) if self._total else self._prelude(piece)
            if item is None:
                continue
            if isinstance(item, AWSEventStreamFault):
                self._end(item, out)
                return
            out.append(item)
            self._offset += len(piece)
            self._total = 0
            position = stop
        del buffer[:position]

    def _prelude(self, prelude: bytes) -> AWSEventStreamFault | None:
        """Take the lengths of the message that begins."""
        total, headers, expected = _PRELUDE.unpack(prelude)
        if zlib.crc32(prelude[:8]) != expected:
            # Seen with a JSON error body, or a proxy's page, where the frames were
            # expected: saying so spares a search, aws-083.
            text = not self._offset and prelude.lstrip()[:1] in (b"{", b"<", b"[")
            hint = "; the body looks like text, not like an event stream"
            message = "the sum of a message's lengths is wrong" + hint * text
            return self._fault("prelude_crc_mismatch", message)
        if total < OVERHEAD_BYTES + headers:
            return self._fault("invalid_length", "the lengths contradict each other")
        if headers > self._max_headers:
            return self._exceed(
                "headers_too_large", "max_header_bytes", self._max_headers
            )
        if total - headers - OVERHEAD_BYTES > self._max_payload:
            return self._exceed(
                "payload_too_large", "max_payload_bytes", self._max_payload
            )
        self._total = total
        self._headers = headers
        return None

    def _message(self, frame: bytes) -> AWSEventStreamItem:
        """Read one whole message."""
        with memoryview(frame) as view:
            found = zlib.crc32(view[:-4])
        if found != int.from_bytes(frame[-4:], "big"):
            return self._fault("message_crc_mismatch", "the sum of a message is wrong")
        start = PRELUDE_BYTES + self._headers
        headers = read_headers(frame[PRELUDE_BYTES:start])
        if isinstance(headers, HeaderFault):
            return self._fault(headers.code, headers.message)
        return AWSMessage(headers, frame[start:-4])

    def _fault(
        self, code: AWSEventStreamFaultCode, message: str
    ) -> AWSEventStreamFault:
        error = RemoteProtocolError(message, offset=self._offset)
        return AWSEventStreamFault(code, error, self._offset)

    def _exceed(
        self, code: AWSEventStreamFaultCode, name: str, limit: int
    ) -> AWSEventStreamFault:
        error = LimitExceededError(name, limit, offset=self._offset)
        return AWSEventStreamFault(code, error, self._offset)

    def _end(self, fault: AWSEventStreamFault, out: list[AWSEventStreamItem]) -> None:
        self._fault_offset = fault.offset
        self._buffer.clear()
        out.append(fault)
