"""
Writing `multipart/form-data`: parts to one body, with a boundary that fits them.

Bytes are stable: the boundary is derived from the parts (`pick_boundary`), not drawn.

Source:
    RFC 7578, RFC 2046 section 5.1 and the WHATWG HTML rules for names in forms, read
    2026-11-21.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import ClassVar, Final, final

import attrs

from modelwire.errors import LocalError

__all__ = [
    "FormPart",
    "encode_multipart",
    "multipart_content_type",
    "pick_boundary",
]

_BOUNDARY: Final = re.compile(r"[0-9A-Za-z'()+_,./:=? -]{0,69}[0-9A-Za-z'()+_,./:=?-]")
_TOKEN: Final = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_HEADER_VALUE: Final = re.compile(r"[^\x00\r\n]*")
# A backslash is doubled as httpx and Go do, because most readers take it for an escape.
_ESCAPES: Final = {
    ord("\r"): "%0D",
    ord("\n"): "%0A",
    ord('"'): "%22",
    ord("\\"): "\\\\",
}
_STEM: Final = "modelwire-"
_NUMBERED: Final = re.compile(rb"--modelwire-([0-9]{1,9})")
_OWN_HEADERS: Final = frozenset({"content-disposition", "content-type"})


@final
@attrs.frozen(weakref_slot=False)
class FormPart:
    """One field of a form, or one file."""

    name: str
    """The field's name; several parts may have one name."""
    data: bytes = attrs.field(repr=False)
    """The content, as it is on the wire."""
    filename: str | None = None
    """The file's name; `None`: a plain field."""
    content_type: str | None = None
    """The content's type; `None`: not said (text, by RFC 7578)."""
    headers: tuple[tuple[str, str], ...] = ()
    """The part's other headers, as received."""

    __hash__: ClassVar[None] = None  # type: ignore[assignment]


def encode_multipart(parts: Iterable[FormPart], *, boundary: str) -> bytes:
    """
    Write a form.

    Args:
        parts: The parts, in order.
        boundary: What separates them; `pick_boundary` gives one that fits.

    Returns:
        The body.  In names, a quote and line ends are percent-encoded as browsers do,
        so that none can begin a header; everything else is UTF-8 as it is.  A literal
        `%22`, `%0D` or `%0A` in a name cannot be told from them by a reader.

    Raises:
        LocalError: The boundary is not legal or occurs in a part, or a content type or
            header would not arrive as it is.
    """
    _check_boundary(boundary)
    line = b"--" + boundary.encode()
    out: list[bytes] = []
    for number, part in enumerate(parts):
        path = f"parts[{number}]"
        if part.data.startswith(line) or b"\r\n" + line in part.data:
            msg = "the boundary occurs in the part"
            raise LocalError(msg, path=path)
        out += (line, b"\r\n", _head(part, path), b"\r\n\r\n", part.data, b"\r\n")
    out += (line, b"--\r\n")
    return b"".join(out)


def multipart_content_type(boundary: str) -> str:
    """
    Give the `content-type` header of a form.

    Args:
        boundary: The boundary.

    Returns:
        The header's value, the boundary quoted where it has to be.

    Raises:
        LocalError: The boundary is not legal.
    """
    _check_boundary(boundary)
    if _TOKEN.fullmatch(boundary):
        return f"multipart/form-data; boundary={boundary}"
    return f'multipart/form-data; boundary="{boundary}"'


def pick_boundary(parts: Sequence[FormPart]) -> str:
    """
    Choose a boundary that occurs in no part.

    Args:
        parts: The parts.

    Returns:
        `modelwire-N` with the first N that is free: the same for the same parts.
    """
    # One pass, however many numbers a hostile part holds; `--modelwire-12` also takes
    # `modelwire-1`, which it begins with.
    taken: set[bytes] = set()
    for part in parts:
        for found in _NUMBERED.finditer(part.data):
            digits = found.group(1)
            taken.update(digits[:end] for end in range(1, len(digits) + 1))
    number = 0
    while str(number).encode() in taken:
        number += 1
    return f"{_STEM}{number}"


def _head(part: FormPart, path: str) -> bytes:
    text = f'Content-Disposition: form-data; name="{part.name.translate(_ESCAPES)}"'
    if part.filename is not None:
        text += f'; filename="{part.filename.translate(_ESCAPES)}"'
    own = [] if part.content_type is None else [("Content-Type", part.content_type)]
    for name, value in (*own, *part.headers):
        legal = _TOKEN.fullmatch(name) and _HEADER_VALUE.fullmatch(value)
        if not legal or value != value.strip(" \t"):
            msg = "the header would not arrive as it is"
            raise LocalError(msg, path=f"{path}.headers")
        text += f"\r\n{name}: {value}"
    if any(name.lower() in _OWN_HEADERS for name, _ in part.headers):
        msg = "the header is made from the part's own fields"
        raise LocalError(msg, path=f"{path}.headers")
    try:
        return text.encode()
    except UnicodeEncodeError as error:
        msg = "a lone surrogate is no text"
        raise LocalError(msg, path=path) from error


def _check_boundary(boundary: str) -> None:
    if not _BOUNDARY.fullmatch(boundary):
        msg = "a boundary has 1 to 70 of the characters of RFC 2046"
        raise LocalError(msg, path="boundary")
