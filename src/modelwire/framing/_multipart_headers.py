"""
The headers of a form and of its parts: lines in, names and parts out.

Nothing here knows how the bytes arrive.

Source:
    RFC 7578, RFC 2046 section 5.1, and the WHATWG HTML rules for names in forms, read
    2026-11-21.
"""

from __future__ import annotations

import re
from typing import Final, Literal, TypeAlias

from modelwire.framing._multipart_encode import FormPart

__all__ = [
    "MultipartFaultCode",
    "boundary_of",
    "is_usable",
    "read_head",
    "read_header",
]

MultipartFaultCode: TypeAlias = Literal[
    "missing_boundary",
    "malformed_header",
    "missing_disposition",
    "wrong_disposition",
    "missing_name",
    "truncated",
    "limit",
]
"""What is wrong with a form."""


_MAX_BOUNDARY: Final = 256
_HEADER: Final = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*+([^\r\n]*)")
_QUOTED_PAIR: Final = re.compile(r'\\(["\\])')
_PARAMETER: Final = re.compile(
    r""";[ \t]*([!#$%&'*+.^_`|~0-9A-Za-z-]+)[ \t]*=[ \t]*"""
    r"""(?:"((?:[^"\\]|\\.?)*+)(?:"|\Z)|([^;]*))"""
)
_PERCENT: Final = (("%0D", "\r"), ("%0A", "\n"), ("%22", '"'))


def boundary_of(content_type: str) -> str | None:
    """
    Find the boundary in a `content-type` header.

    Args:
        content_type: The header's value.

    Returns:
        The boundary; `None`: this is no form, or names no boundary that can be used.
    """
    kind, _, _ = content_type.partition(";")
    if kind.strip().lower() != "multipart/form-data":
        return None
    found = _parameters(content_type[len(kind) :]).get("boundary")
    return found if found is not None and is_usable(found) else None


def is_usable(boundary: str) -> bool:
    """
    Say whether a text can stand between parts.

    Args:
        boundary: Any text.

    Returns:
        Whether it is printable ASCII of a length that is still sensible; RFC 2046
        allows 70 characters of fewer kinds.
    """
    legal = boundary.isascii() and boundary.isprintable()
    return legal and 0 < len(boundary) <= _MAX_BOUNDARY and not boundary.endswith(" ")


def read_header(line: bytes) -> tuple[str, str] | None:
    """
    Read one header.

    Args:
        line: The line without its end.

    Returns:
        Name and value; `None`: it is no header.
    """
    found = _HEADER.fullmatch(line)
    if found is None:
        return None
    try:
        value = found.group(2).decode()
    except UnicodeDecodeError:
        # What is left of a time before UTF-8.
        value = found.group(2).decode("latin-1")
    return found.group(1).decode(), value.strip(" \t")


def read_head(
    headers: list[tuple[str, str]],
) -> FormPart | tuple[MultipartFaultCode, str]:
    """
    Read the headers of one part.

    Args:
        headers: All of them, in order.

    Returns:
        The part, without its content; or what is wrong.
    """
    disposition: str | None = None
    content_type: str | None = None
    others: list[tuple[str, str]] = []
    for name, value in headers:
        lowered = name.lower()
        if lowered == "content-disposition":
            if disposition is not None:
                return "malformed_header", "there are two Content-Disposition headers"
            disposition = value
        elif lowered == "content-type" and content_type is None:
            content_type = value
        elif lowered != "content-type":
            others.append((name, value))
    if disposition is None:
        return "missing_disposition", "there is no Content-Disposition"
    kind, _, _ = disposition.partition(";")
    if kind.strip().lower() != "form-data":
        return "wrong_disposition", "the Content-Disposition is not form-data"
    named = _parameters(disposition[len(kind) :])
    if "name" not in named:
        return "missing_name", "the part has no name"
    return FormPart(
        name=_unescape(named["name"]),
        data=b"",
        filename=_filename(named),
        # Ruby's client writes the header without a value
        # (ruby-openai__images-edit-multiple), test_an_empty_content_type_is_none.
        content_type=content_type or None,
        headers=tuple(others),
    )


def _parameters(text: str) -> dict[str, str]:
    """Read `; name=value; …`; names in lower case, the first of equal ones counts."""
    found: dict[str, str] = {}
    for match in _PARAMETER.finditer(text):
        name, quoted, bare = match.groups()
        if quoted is not None:
            value = _QUOTED_PAIR.sub(r"\1", quoted)
        else:
            value = bare.strip(" \t")
        found.setdefault(name.lower(), value)
    return found


def _filename(named: dict[str, str]) -> str | None:
    """Give the file's name; the extended form counts only where there is no other."""
    plain = named.get("filename")
    if plain is not None:
        return _unescape(plain)
    # RFC 7578 forbids it, and urllib3 before 2.0 sent it for names that are not ASCII.
    charset, first, rest = named.get("filename*", "").partition("'")
    if first and charset.lower() == "utf-8":
        # Rare, and what it imports takes longer to load than all framings.
        from urllib.parse import unquote  # noqa: PLC0415

        return unquote(rest.partition("'")[2], errors="replace")
    return None


def _unescape(name: str) -> str:
    """Undo what browsers escape in names; everything else stays as it is."""
    for escape, character in _PERCENT:
        name = name.replace(escape, character)
    return name
