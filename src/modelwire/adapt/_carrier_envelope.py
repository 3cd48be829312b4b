"""
The envelope: how bytes of state become a text that survives a client, and back.

It takes a payload and gives a text of letters, digits, `-` and `_`; it takes a text
and gives the payload only if every byte of it is as it was written.  What the payload
means is `_carrier_steps`.  The format, byte for byte, is docs/carrier.md.

    offset  size  what
         0     6  the mark: base64 of it is `mwcarry1`, the version included
         6     1  placement: 0 in place, 1 a script
         7     4  n, the payload's length, most significant byte first
        11    16  BLAKE2b of bytes 6 to 10 and the payload, keyed where there is a key
        27     n  the payload
    27 + n   0-2  zeros, so that the whole is a multiple of three
       end     6  the end mark: base64 of it is `1yrracwm`

Both marks are six bytes, so in base64 they are eight characters of their own and can
be recognised without decoding, whichever end a client cut off.
"""

from __future__ import annotations

import base64
import binascii
import re
from hashlib import blake2b
from hmac import compare_digest
from typing import Final

__all__ = [
    "END",
    "MARK",
    "is_envelope",
    "join_id",
    "seal",
    "sealed_size",
    "split_id",
    "unseal",
]

MARK: Final = "mwcarry1"
"""How every envelope begins."""
END: Final = "1yrracwm"
"""
How every envelope ends.

Clients that strip trailing underscores from ids find none here.
"""

_MARK_BYTES: Final = base64.b64decode(MARK)
_END_BYTES: Final = base64.b64decode(END)
_FIELDS: Final = len(_MARK_BYTES)
_DIGEST: Final = _FIELDS + 5
_PAYLOAD: Final = _DIGEST + 16
_AROUND: Final = _PAYLOAD + len(_END_BYTES)

_ANY_MARK: Final = re.compile(f"(?i:{MARK})")
_JOINT: Final = "_"
"""What stands between a call's id and the envelope behind it."""
_TO_URL_SAFE: Final = str.maketrans("+/", "-_")


def sealed_size(size: int) -> int:
    """
    Say how long the envelope of a payload is.

    Args:
        size: The payload's length in bytes.

    Returns:
        Its length in characters, which are bytes of UTF-8 too.
    """
    return (_AROUND + size + 2) // 3 * 4


def seal(
    payload: bytes, *, script: bool, key: bytes = b"", standard: bool = False
) -> str:
    """
    Put a payload into an envelope.

    Args:
        payload: Any bytes.
        script: The placement.
        key: Makes the checksum a proof that only who has the key can write.
        standard: Use the alphabet with `+` and `/`, for fields of type bytes.

    Returns:
        The envelope.
    """
    fields = bytes((script,)) + len(payload).to_bytes(4, "big")
    padding = b"\0" * (-(_AROUND + len(payload)) % 3)
    whole = b"".join(
        (
            _MARK_BYTES,
            fields,
            _digest(fields, payload, key),
            payload,
            padding,
            _END_BYTES,
        )
    )
    encode = base64.standard_b64encode if standard else base64.urlsafe_b64encode
    return encode(whole).decode("ascii")


def unseal(text: str, *, key: bytes = b"") -> tuple[bool, bytes] | None:
    """
    Take a payload out of its envelope.

    Args:
        text: The envelope, in either alphabet of base64.
        key: The key that it was sealed with.

    Returns:
        The placement and the payload; `None` when a single bit is not as it was
        written, or the key is another.
    """
    # A client whose type for the field is bytes writes base64 anew, as it likes:
    # google-genai in the URL-safe alphabet (googleapis/python-genai#2105);
    # test_clients_gemini_field_survives.
    plain = text.translate(_TO_URL_SAFE).rstrip("=")
    if not (plain.startswith(MARK) and plain.endswith(END)) or len(plain) % 4:
        return None
    try:
        whole = base64.b64decode(plain, altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return None
    if len(whole) < _AROUND:
        return None
    fields = whole[_FIELDS:_DIGEST]
    size = int.from_bytes(fields[1:], "big")
    padding = whole[_PAYLOAD + size : -len(_END_BYTES)]
    if fields[0] > 1 or len(whole) != _AROUND + size + (-(_AROUND + size) % 3):
        return None
    payload = whole[_PAYLOAD : _PAYLOAD + size]
    digest = whole[_DIGEST:_PAYLOAD]
    if any(padding) or not compare_digest(digest, _digest(fields, payload, key)):
        return None
    return bool(fields[0]), payload


def _digest(fields: bytes, payload: bytes, key: bytes) -> bytes:
    return blake2b(fields + payload, digest_size=_PAYLOAD - _DIGEST, key=key).digest()


def is_envelope(text: str) -> bool:
    """
    Say whether a text is, or was before something happened to it, an envelope.

    Args:
        text: The value of an opaque field.

    Returns:
        Whether it begins or ends as one, in letters of any case.
    """
    ends = text[: len(MARK)].lower(), text.rstrip("=")[-len(END) :].lower()
    return ends[0] == MARK or ends[1] == END


def join_id(id_: str, envelope: str) -> str:
    """
    Put an envelope behind a call's id.

    Args:
        id_: The id.
        envelope: The envelope.

    Returns:
        The id that the client sees.
    """
    return f"{id_}{_JOINT}{envelope}"


def split_id(id_: str) -> tuple[str, str] | None:
    """
    Take a call's id apart.

    Args:
        id_: An id, as a client sent it.

    Returns:
        The id before the envelope, and the envelope, whole or not; `None` when there
        is none.  Where only the end of an envelope is left, the id is one made of the
        whole, the same for call and result.
    """
    mark = _ANY_MARK.search(id_)
    if mark is not None:
        at = mark.start()
        return id_[:at].removesuffix(_JOINT), id_[at:]
    if id_[-len(END) :].lower() == END:
        whole = id_.encode("utf-8", "surrogatepass")
        return f"call_{blake2b(whole, digest_size=8).hexdigest()}", id_
    return None
