r"""
One message of an AWS event stream: typed headers and a payload, both ways.

A message on the wire, all numbers big-endian:

    total length u32, headers length u32, CRC-32 of these eight bytes
    headers: name length u8, name, type u8, value (its form depends on the type)
    payload
    CRC-32 of everything before it

Nothing here knows how the bytes arrive: `_aws_eventstream` cuts them and checks the
sums.

Source:
    smithy.io, "Amazon event stream specification", and the decoders of botocore and
    aws-c-event-stream for the limits, read 2026-11-21.
"""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Iterable
from typing import ClassVar, Final, Literal, NamedTuple, TypeAlias, final

import attrs

from modelwire.errors import LocalError

__all__ = [
    "AWSEventStreamFaultCode",
    "AWSHeader",
    "AWSHeaderType",
    "AWSMessage",
    "HeaderFault",
    "encode_message",
    "read_headers",
]

MAX_HEADER_BYTES: Final = 128 * 1024
"""All headers of one message, by the specification."""
MAX_PAYLOAD_BYTES: Final = 24 * 1024 * 1024
"""The payload of one message, by the specification."""
PRELUDE_BYTES: Final = 12
"""Both lengths and their sum."""
OVERHEAD_BYTES: Final = 16
"""What a message has beside its headers and payload."""

# The length of a value is an unsigned number of 16 bits, and the specification (with
# aws-c-event-stream and the Java SDK) wants it below 2**15: what is written keeps to
# that, what is read may use all 16 bits, as botocore does.
_MAX_VALUE_BYTES: Final = 32767
_MAX_NAME_BYTES: Final = 255

AWSHeaderType: TypeAlias = Literal[
    "boolean",
    "byte",
    "short",
    "integer",
    "long",
    "bytes",
    "string",
    "timestamp",
    "uuid",
]
"""How a header's value is written."""

AWSEventStreamFaultCode: TypeAlias = Literal[
    "prelude_crc_mismatch",
    "message_crc_mismatch",
    "invalid_length",
    "headers_too_large",
    "payload_too_large",
    "invalid_header",
    "invalid_header_type",
    "duplicate_header",
    "total_too_large",
    "truncated",
]
"""What is wrong with a stream."""

_TRUE, _FALSE, _BYTES, _STRING, _UUID = 0, 1, 6, 7, 9
_NUMBERS: Final[dict[int, tuple[AWSHeaderType, struct.Struct]]] = {
    2: ("byte", struct.Struct(">b")),
    3: ("short", struct.Struct(">h")),
    4: ("integer", struct.Struct(">i")),
    5: ("long", struct.Struct(">q")),
    8: ("timestamp", struct.Struct(">q")),
}
_NUMBER_CODES: Final = {name: code for code, (name, _) in _NUMBERS.items()}
_UUID_TEXT: Final = re.compile(
    r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}", re.ASCII
)


@final
@attrs.frozen(weakref_slot=False)
class AWSHeader:
    """One header of a message."""

    name: str
    """The name; those of the protocol begin with a colon."""
    value: bool | int | bytes | str
    """The value; milliseconds since 1970 for a timestamp, text for a uuid."""
    type: AWSHeaderType = "string"
    """How it is on the wire."""

    __hash__: ClassVar[None] = None  # type: ignore[assignment]


@final
@attrs.frozen(weakref_slot=False)
class AWSMessage:
    """One message of the stream."""

    headers: tuple[AWSHeader, ...]
    """The headers, in order; no name occurs twice."""
    payload: bytes = attrs.field(repr=False)
    """What the message carries; JSON in Bedrock's streams."""

    __hash__: ClassVar[None] = None  # type: ignore[assignment]

    def text(self, name: str) -> str | None:
        """
        Give a header that is text.

        Args:
            name: The header's name: `:message-type` (event, exception or error), and
                what goes with it: `:event-type`, `:exception-type`, or `:error-code`
                and `:error-message`.

        Returns:
            Its value; `None`: the message has no such header of type string.
        """
        for header in self.headers:
            if header.name == name and isinstance(header.value, str):
                return header.value if header.type == "string" else None
        return None


class HeaderFault(NamedTuple):
    """What is wrong with a message's headers."""

    code: AWSEventStreamFaultCode
    """The code of the fault."""
    message: str
    """The same in words."""


def read_headers(block: bytes) -> tuple[AWSHeader, ...] | HeaderFault:
    """
    Read the headers of one message.

    Args:
        block: Their bytes, from the first header's length to the last value's end.

    Returns:
        The headers in order, or what is wrong with the first bad one.
    """
    headers: list[AWSHeader] = []
    names: set[str] = set()
    position = 0
    while position < len(block):
        stop = position + 1 + block[position]
        # An empty name is refused: no vendor sends one, and nothing could ask for it.
        if stop == position + 1:
            return HeaderFault("invalid_header", "a header has no name")
        if stop >= len(block):
            return HeaderFault("invalid_header", "a header is cut off in its name")
        try:
            name = block[position + 1 : stop].decode()
        except UnicodeDecodeError:
            return HeaderFault("invalid_header", "a header's name is not UTF-8")
        read = _read_value(name, block[stop], block, stop + 1)
        if isinstance(read, HeaderFault):
            return read
        header, position = read
        if name in names:
            return HeaderFault("duplicate_header", "a header occurs twice")
        names.add(name)
        headers.append(header)
    return tuple(headers)


def _read_value(
    name: str, code: int, block: bytes, start: int
) -> tuple[AWSHeader, int] | HeaderFault:
    """Read the value that begins at *start*; give it and where it ends."""
    if code in (_TRUE, _FALSE):
        return AWSHeader(name, code == _TRUE, "boolean"), start
    if code in _NUMBERS:
        kind, form = _NUMBERS[code]
        stop = start + form.size
        if stop > len(block):
            return _CUT_OFF
        return AWSHeader(name, form.unpack_from(block, start)[0], kind), stop
    if code == _UUID:
        stop = start + 16
        if stop > len(block):
            return _CUT_OFF
        digits = block[start:stop].hex()
        groups = (digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:])
        return AWSHeader(name, "-".join(groups), "uuid"), stop
    if code not in (_BYTES, _STRING):
        return HeaderFault("invalid_header_type", "a header has an unknown type")
    stop = start + 2 + int.from_bytes(block[start : start + 2], "big")
    if start + 2 > len(block) or stop > len(block):
        return _CUT_OFF
    data = block[start + 2 : stop]
    if code == _BYTES:
        return AWSHeader(name, data, "bytes"), stop
    try:
        return AWSHeader(name, data.decode(), "string"), stop
    except UnicodeDecodeError:
        return HeaderFault("invalid_header", "a header's text is not UTF-8")


_CUT_OFF: Final = HeaderFault("invalid_header", "a header is cut off in its value")


def encode_message(headers: Iterable[AWSHeader], payload: bytes = b"") -> bytes:
    """
    Write one message.

    Args:
        headers: The headers, in the order in which they are written.
        payload: What the message carries.

    Returns:
        The message with its lengths and both sums.

    Raises:
        LocalError: A value does not fit its type, a name is empty, too long or occurs
            twice, or headers or payload pass the limits of the specification.
    """
    parts: list[bytes] = []
    names: set[str] = set()
    for number, header in enumerate(headers):
        path = f"headers[{number}]"
        if header.name in names:
            msg = "a header of this name came before"
            raise LocalError(msg, path=f"{path}.name")
        names.add(header.name)
        parts += (
            _text(header.name, 1, _MAX_NAME_BYTES, f"{path}.name"),
            _value(header, f"{path}.value"),
        )
    block = b"".join(parts)
    if len(block) > MAX_HEADER_BYTES:
        msg = f"the headers are longer than {MAX_HEADER_BYTES} bytes"
        raise LocalError(msg, path="headers")
    if len(payload) > MAX_PAYLOAD_BYTES:
        msg = f"the payload is longer than {MAX_PAYLOAD_BYTES} bytes"
        raise LocalError(msg, path="payload")
    total = OVERHEAD_BYTES + len(block) + len(payload)
    lengths = struct.pack(">II", total, len(block))
    message = b"".join((lengths, _sum(lengths), block, payload))
    return message + _sum(message)


def _sum(data: bytes) -> bytes:
    return zlib.crc32(data).to_bytes(4, "big")


def _value(header: AWSHeader, path: str) -> bytes:
    """Write a header's type and value."""
    kind = header.type
    value = header.value
    if kind == "boolean" and isinstance(value, bool):
        return bytes((_TRUE if value else _FALSE,))
    if kind in _NUMBER_CODES and type(value) is int:
        code = _NUMBER_CODES[kind]
        try:
            return bytes((code,)) + _NUMBERS[code][1].pack(value)
        except struct.error:
            pass
    elif kind == "string" and isinstance(value, str):
        return bytes((_STRING,)) + _text(value, 2, _MAX_VALUE_BYTES, path)
    elif kind == "bytes" and isinstance(value, bytes):
        return bytes((_BYTES,)) + _sized(value, 2, _MAX_VALUE_BYTES, path)
    elif kind == "uuid" and isinstance(value, str) and _UUID_TEXT.fullmatch(value):
        return bytes((_UUID,)) + bytes.fromhex(value.replace("-", ""))
    msg = f"the value is no {kind}"
    raise LocalError(msg, path=path)


def _text(text: str, width: int, limit: int, path: str) -> bytes:
    """Write text with its length; a name (of width 1) must not be empty."""
    try:
        data = text.encode()
    except UnicodeEncodeError:
        msg = "this cannot be written as UTF-8"
        raise LocalError(msg, path=path) from None
    if width == 1 and not data:
        msg = "a header needs a name"
        raise LocalError(msg, path=path)
    return _sized(data, width, limit, path)


def _sized(data: bytes, width: int, limit: int, path: str) -> bytes:
    if len(data) > limit:
        msg = f"this is longer than {limit} bytes"
        raise LocalError(msg, path=path)
    return len(data).to_bytes(width, "big") + data
