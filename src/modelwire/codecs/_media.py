"""
Media: `data:` URIs, and the short format names that dialects use for media types.

It takes and gives text; base64 is handed on as received and never decoded.

Source:
    RFC 2397 for `data:` URIs; wire/modalities.md and wire/openai_chat.md section 2 for
    the format names, read 2026-11-21.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

__all__ = [
    "audio_format",
    "audio_media_type",
    "extension",
    "format_data_uri",
    "parse_data_uri",
]

_MARK: Final = ";base64"

_AUDIO_FORMATS: Final[Mapping[str, str]] = {
    "audio/wav": "wav",
    "audio/x-wav": "wav",
    "audio/wave": "wav",
    "audio/vnd.wave": "wav",
    "audio/mpeg": "mp3",
    "audio/mp3": "mp3",
    "audio/x-mp3": "mp3",
    "audio/flac": "flac",
    "audio/x-flac": "flac",
    "audio/ogg": "ogg",
    "audio/opus": "opus",
    "audio/aac": "aac",
    "audio/mp4": "m4a",
    "audio/x-m4a": "m4a",
    "audio/webm": "webm",
    "audio/aiff": "aiff",
    "audio/x-aiff": "aiff",
}
_AUDIO_TYPES: Final[Mapping[str, str]] = {
    "wav": "audio/wav",
    "mp3": "audio/mpeg",
    "flac": "audio/flac",
    "ogg": "audio/ogg",
    "opus": "audio/opus",
    "aac": "audio/aac",
    "m4a": "audio/mp4",
    "webm": "audio/webm",
    "aiff": "audio/aiff",
    "pcm16": "audio/pcm16",
}
_EXTENSIONS: Final[Mapping[str, str]] = {
    "application/pdf": "pdf",
    "application/json": "json",
    "application/msword": "doc",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx",
    "application/vnd.ms-excel": "xls",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": "pptx",
    "text/csv": "csv",
    "text/html": "html",
    "text/markdown": "md",
    "text/plain": "txt",
}


def parse_data_uri(uri: str) -> tuple[str, str] | None:
    """
    Take a base64 `data:` URI apart.

    Args:
        uri: Any address.

    Returns:
        The media type (parameters included, perhaps empty) and the base64 text as
        received; `None` when *uri* is no `data:` URI, or not a base64 one.
    """
    if uri[:5].lower() != "data:":
        return None
    comma = uri.find(",")
    if comma < 0:
        return None
    head = uri[5:comma]
    if head[-len(_MARK) :].lower() != _MARK:
        return None
    return head[: -len(_MARK)], uri[comma + 1 :]


def format_data_uri(media_type: str, data: str) -> str:
    """
    Put a base64 `data:` URI together.

    Args:
        media_type: MIME type, parameters included.
        data: Base64 text.

    Returns:
        The URI; `parse_data_uri` gives both back.
    """
    return f"data:{media_type};base64,{data}"


def audio_format(media_type: str) -> str | None:
    """
    Give the short format name of an audio type.

    Args:
        media_type: MIME type; parameters are ignored.

    Returns:
        `wav`, `mp3`, …, or `None` when the type has no short name.
    """
    return _AUDIO_FORMATS.get(media_type.partition(";")[0].strip().lower())


def audio_media_type(name: str) -> str:
    """
    Give the media type of a short audio format name.

    Args:
        name: `wav`, `mp3`, …

    Returns:
        The usual MIME type; `audio/<name>` for a name that is not known.
    """
    return _AUDIO_TYPES.get(name, f"audio/{name}")


def extension(media_type: str) -> str:
    """
    Give a file name's extension for a document type.

    Args:
        media_type: MIME type; parameters are ignored.

    Returns:
        The extension without its dot; `bin` when the type is not known.
    """
    return _EXTENSIONS.get(media_type.partition(";")[0].strip().lower(), "bin")
