"""
Media parts into blocks: images, documents, search results, and what has no block.

Used by `_block_encode` alone; the functions take its writer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from modelwire.codecs._part_codes import video_code
from modelwire.codecs.anthropic_messages._wire import DIALECT
from modelwire.ir._base import JSONObject
from modelwire.ir._losses import LossCode
from modelwire.ir._parts import (
    AudioPart,
    Base64Source,
    ContentSource,
    DocumentPart,
    FileIdSource,
    ImagePart,
    SearchResultPart,
    TextSource,
    UrlSource,
    VideoPart,
)

if TYPE_CHECKING:
    from modelwire.codecs.anthropic_messages._block_encode import BlockWriter
    from modelwire.ir._messages import Role

__all__ = ["audio", "document", "image", "search_result", "video"]

_PDF: Final = "application/pdf"
_PLAIN: Final = "text/plain"
_WEB: Final = ("https://", "http://")
_SYNONYMS: Final = {"image/jpg": "image/jpeg", "image/pjpeg": "image/jpeg"}


def _bare(media_type: str) -> str:
    """Give a media type without parameters, in lower case."""
    return media_type.partition(";")[0].strip().lower()


def _url(
    writer: BlockWriter, source: UrlSource, path: str, code: LossCode
) -> JSONObject | None:
    """Write an address; one that the API cannot open needs the caller to fetch it."""
    if not source.url.lower().startswith(_WEB):
        writer.log.add(code, path, "needs_fetch")
        return None
    if source.media_type is not None:
        writer.log.add(
            code, f"{path}.source.media_type", "dropped", severity="cosmetic"
        )
    return {"type": "url", "url": source.url}


def _file(
    writer: BlockWriter, source: FileIdSource, path: str, code: LossCode
) -> JSONObject | None:
    """Write a file id; ids of other providers mean nothing here."""
    if source.dialect not in (DIALECT, None):
        writer.log.drop(code, path, f"file of {source.dialect}")
        return None
    if source.dialect is None:
        writer.log.add(code, f"{path}.source.dialect", "synthesised")
    if source.media_type is not None:
        writer.log.add(
            code, f"{path}.source.media_type", "dropped", severity="cosmetic"
        )
    return {"type": "file", "file_id": source.file_id}


def image(
    writer: BlockWriter, part: ImagePart, path: str, role: Role
) -> JSONObject | None:
    """Write an image; the model's own images have no block."""
    log = writer.log
    if role == "assistant":
        log.drop(LossCode.OUT_IMAGE, path)
        return None
    source = part.source
    written: JSONObject | None = None
    if isinstance(source, Base64Source):
        written = _image_bytes(writer, source, path)
    elif isinstance(source, UrlSource):
        written = _url(writer, source, path, LossCode.IN_IMAGE_URL)
    elif isinstance(source, FileIdSource):
        written = _file(writer, source, path, LossCode.IN_IMAGE_FILE_ID)
    else:
        log.add(LossCode.IN_IMAGE_BASE64, path, "dropped", severity="error")
    if written is None:
        return None
    if part.detail is not None:
        log.add(
            LossCode.IN_IMAGE_DETAIL,
            f"{path}.detail",
            "dropped",
            severity="cosmetic" if part.detail == "auto" else None,
        )
    writer.proof(part, path)
    out: JSONObject = {"type": "image", "source": written}
    return writer.finish(out, part, path, LossCode.IN_IMAGE_BASE64)


def _image_bytes(
    writer: BlockWriter, source: Base64Source, path: str
) -> JSONObject | None:
    media_type = source.media_type
    known = writer.profile.image_types
    if known is not None and media_type not in known:
        bare = _bare(media_type)
        media_type = _SYNONYMS.get(bare, bare)
        if media_type not in known:
            writer.log.add(
                LossCode.IN_IMAGE_BASE64,
                path,
                "dropped",
                severity="error",
                detail=f"media type {source.media_type[:64]}",
            )
            return None
        writer.log.add(
            LossCode.IN_IMAGE_BASE64,
            f"{path}.source.media_type",
            "approximated",
            severity="cosmetic",
        )
    return {"type": "base64", "media_type": media_type, "data": source.data}


def document(
    writer: BlockWriter, part: DocumentPart, path: str, role: Role
) -> JSONObject | None:
    """Write a document: PDF, plain text, parts, an address, or an uploaded file."""
    log = writer.log
    if role == "assistant" and (writer.response or writer.profile.strict_blocks):
        log.drop(LossCode.IN_DOC_BASE64, path, "not in assistant messages")
        return None
    source = part.source
    written: JSONObject | None
    if isinstance(source, Base64Source):
        written = _document_bytes(writer, source, path)
    elif isinstance(source, UrlSource):
        written = _url(writer, source, path, LossCode.IN_DOC_URL)
    elif isinstance(source, FileIdSource):
        written = _file(writer, source, path, LossCode.IN_DOC_FILE_ID)
    elif isinstance(source, TextSource):
        written = {"type": "text", "media_type": _PLAIN, "data": source.text}
        if source.media_type != _PLAIN:
            log.approximate(LossCode.IN_DOC_BASE64, f"{path}.source.media_type")
    else:
        written = _document_parts(writer, part, source, path)
    if written is None:
        return None
    writer.proof(part, path)
    out: JSONObject = {"type": "document", "source": written}
    title = part.title
    if part.filename is not None:
        if title is None:
            title = part.filename
            log.add(LossCode.IN_DOC_META, path, "moved", detail="filename as title")
        else:
            log.drop(LossCode.IN_DOC_META, f"{path}.filename")
    if title is not None:
        out["title"] = title
    if part.context is not None:
        out["context"] = part.context
    if part.citations is not None:
        out["citations"] = {"enabled": part.citations}
    return writer.finish(out, part, path, LossCode.IN_DOC_META)


def _document_bytes(
    writer: BlockWriter, source: Base64Source, path: str
) -> JSONObject | None:
    if source.media_type == _PDF:
        return {"type": "base64", "media_type": _PDF, "data": source.data}
    bare = _bare(source.media_type)
    if bare == _PDF:
        writer.log.add(
            LossCode.IN_DOC_BASE64,
            f"{path}.source.media_type",
            "approximated",
            severity="cosmetic",
        )
        return {"type": "base64", "media_type": _PDF, "data": source.data}
    if bare.startswith("text/") or bare == "application/json":
        # The API takes base64 for PDF only; text goes as text.
        from base64 import b64decode  # noqa: PLC0415 - such documents are rare

        try:
            text = b64decode(source.data, validate=True).decode()
        except ValueError:
            text = ""
        if text:
            writer.log.approximate(LossCode.IN_DOC_BASE64, f"{path}.source", "as text")
            return {"type": "text", "media_type": _PLAIN, "data": text}
    writer.log.add(
        LossCode.IN_DOC_BASE64,
        path,
        "dropped",
        severity="error",
        detail=f"media type {source.media_type[:64]}",
    )
    return None


def _document_parts(
    writer: BlockWriter, part: DocumentPart, source: ContentSource, path: str
) -> JSONObject | None:
    blocks = writer.content(source.parts, f"{path}.source.parts", "user")
    spelling = part.extra.get(DIALECT, {}).get("$spelling", {})
    content: str | list[JSONObject] = blocks
    if (
        len(blocks) == 1
        and len(blocks[0]) == 2
        and blocks[0]["type"] == "text"
        and spelling.get("source") != "array"
    ):
        content = blocks[0]["text"]
    return {"type": "content", "content": content}


def search_result(
    writer: BlockWriter, part: SearchResultPart, path: str, role: Role
) -> JSONObject | None:
    """Write a search result that the caller supplies."""
    out: JSONObject = {
        "type": "search_result",
        "source": part.source,
        "title": part.title,
        "content": writer.content(part.content, f"{path}.content", role),
    }
    if part.citations is not None:
        out["citations"] = {"enabled": part.citations}
    writer.proof(part, path)
    return writer.finish(out, part, path, LossCode.IN_SEARCH_RESULT)


def audio(
    writer: BlockWriter, part: AudioPart, path: str, role: Role
) -> JSONObject | None:
    """Write what the model said as text; there is no audio block."""
    log = writer.log
    if role != "assistant":
        log.drop(LossCode.IN_AUDIO, path)
        return None
    if not part.transcript:
        code = LossCode.OUT_AUDIO_REF if part.source is None else LossCode.OUT_AUDIO
        log.drop(code, path)
        return None
    log.add(LossCode.OUT_AUDIO, path, "approximated", detail="as its transcript")
    return {"type": "text", "text": part.transcript}


def video(
    writer: BlockWriter, part: VideoPart, path: str, role: Role
) -> JSONObject | None:
    """Drop a video; there is no block for it."""
    del role
    writer.log.drop(video_code(part), path)
    return None
