"""
Media of parts: which part a media type means, whose address a URI is, base64 forms.

Pure text; nothing is fetched and nothing is decoded.

Source: wire/gemini_generate.md section 2 (Files API, Cloud Storage, YouTube) and
RFC 4648 section 5 for the URL-safe alphabet, read 2026-11-21.
"""

from __future__ import annotations

import re
from typing import Final, Literal, TypeAlias

__all__ = [
    "MediaKind",
    "guess_type",
    "is_google",
    "is_upload",
    "media_kind",
    "respelled",
    "standard",
]

MediaKind: TypeAlias = Literal["image", "audio", "video", "document"]

# Compiled when they are first asked for: a stream decoder hardly ever does.
_UPLOAD: Final = (
    r"https://generativelanguage\.googleapis\.com/(?:[^?#]*/)?files/[^/?#]+\Z"
)
_YOUTUBE: Final = r"(?i)https?://(?:(?:www\.|m\.)?youtube\.com|youtu\.be)/"
_GOOGLE: Final = ("gs://", "https://generativelanguage.googleapis.com/")

_EXTENSIONS: Final = {
    "png": "image/png",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "webp": "image/webp",
    "gif": "image/gif",
    "heic": "image/heic",
    "pdf": "application/pdf",
    "txt": "text/plain",
    "mp3": "audio/mpeg",
    "wav": "audio/wav",
    "mp4": "video/mp4",
    "mov": "video/quicktime",
    "webm": "video/webm",
}


def media_kind(media_type: str | None, uri: str = "") -> MediaKind:
    """
    Say which part a media type means.

    Args:
        media_type: MIME type as received; `None` or empty: not said.
        uri: The address, which decides where no type is said.

    Returns:
        `document` for whatever is neither image, audio nor video.
    """
    word = media_type or guess_type(uri) or ""
    if not word and re.match(_YOUTUBE, uri):
        return "video"
    main = word.partition("/")[0].strip().lower()
    if main == "image":
        return "image"
    if main == "audio":
        return "audio"
    return "video" if main == "video" else "document"


def guess_type(uri: str) -> str | None:
    """
    Give the media type that the name in an address suggests.

    Args:
        uri: Any address.

    Returns:
        The type; `None` when the name has no known extension.
    """
    name = uri.partition("?")[0].partition("#")[0].rpartition("/")[2]
    return _EXTENSIONS.get(name.rpartition(".")[2].lower()) if "." in name else None


def is_upload(uri: str) -> bool:
    """
    Say whether *uri* names a file of the Files API, which only its project can open.

    Args:
        uri: Any address.

    Returns:
        Whether it is `files/…` behind the API's own address, or no address at all.
    """
    return "://" not in uri or re.match(_UPLOAD, uri) is not None


def is_google(uri: str) -> bool:
    """
    Say whether Google opens *uri* by itself, whatever the model.

    Args:
        uri: Any address.

    Returns:
        Whether it is an upload, a Cloud Storage object or a YouTube video.
    """
    return uri.startswith(_GOOGLE) or is_upload(uri) or bool(re.match(_YOUTUBE, uri))


_FROM_URL_SAFE: Final = str.maketrans("-_", "+/")
_TO_URL_SAFE: Final = str.maketrans("+/", "-_")


def standard(data: str) -> tuple[str, str | None]:
    """
    Give base64 text in the standard alphabet.

    Args:
        data: Base64 text; google-genai writes the URL-safe alphabet.

    Returns:
        The text that every other dialect takes, and how it was spelled: `url-safe`,
        `url-safe-bare` (without padding), or `None` when it is unchanged.
    """
    if ("-" not in data and "_" not in data) or "+" in data or "/" in data:
        return data, None
    missing = -len(data) % 4
    if missing == 3:
        return data, None
    changed = data.translate(_FROM_URL_SAFE)
    if missing:
        return changed + "=" * missing, "url-safe-bare"
    return changed, "url-safe"


def respelled(data: str, spelling: object) -> str:
    """
    Undo `standard`.

    Args:
        data: Base64 text in the standard alphabet.
        spelling: The second value that `standard` gave.

    Returns:
        The text as it was received.
    """
    if spelling == "url-safe":
        return data.translate(_TO_URL_SAFE)
    if spelling == "url-safe-bare":
        return data.translate(_TO_URL_SAFE).rstrip("=")
    return data
