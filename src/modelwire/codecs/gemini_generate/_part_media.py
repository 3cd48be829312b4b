"""
Media parts into parts of a content: `inlineData` and `fileData`.

Used by `_part_encode` and `_part_calls`; the functions take its writer.  An address
is handed on where the API opens it, and never opened here (D06, L22): else the caller
must fetch it, and the loss says so.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeAlias

from modelwire.codecs._part_codes import result_part_code
from modelwire.codecs.gemini_generate._extra import spelling_of
from modelwire.codecs.gemini_generate._files import (
    guess_type,
    is_google,
    media_kind,
    respelled,
)
from modelwire.codecs.gemini_generate._wire import DIALECT
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
    Source,
    TextPart,
    TextSource,
    UrlSource,
    VideoPart,
)

if TYPE_CHECKING:
    from modelwire.codecs.gemini_generate._part_encode import PartWriter
    from modelwire.ir._messages import Role

__all__ = ["audio", "document", "image", "search_result", "video"]

_Media: TypeAlias = ImagePart | AudioPart | VideoPart | DocumentPart

_CODES: Final = {
    # the part -> code of inline bytes, of an address, of an upload
    "image": (
        LossCode.IN_IMAGE_BASE64,
        LossCode.IN_IMAGE_URL,
        LossCode.IN_IMAGE_FILE_ID,
    ),
    "audio": (LossCode.IN_AUDIO, LossCode.IN_AUDIO, LossCode.IN_AUDIO),
    "video": (LossCode.IN_VIDEO, LossCode.IN_VIDEO, LossCode.IN_VIDEO),
    "document": (
        LossCode.IN_DOC_BASE64,
        LossCode.IN_DOC_URL,
        LossCode.IN_DOC_FILE_ID,
    ),
}
_LEVELS: Final = {"low": "MEDIA_RESOLUTION_LOW", "high": "MEDIA_RESOLUTION_HIGH"}
_DEFAULT_TYPES: Final = {
    "image": "image/jpeg",
    "audio": "audio/wav",
    "video": "video/mp4",
}
"""What is written for media whose type is not said: the commonest of the kind."""


def _source(
    writer: PartWriter, part: _Media, source: Source, path: str, kind: str
) -> JSONObject | None:
    """Write where the bytes are; `None` (and a loss) for what cannot be written."""
    inline, web, upload = _CODES[kind]
    if isinstance(source, Base64Source):
        return {"inlineData": _inline(writer, part, source, path, kind)}
    if isinstance(source, FileIdSource):
        if source.dialect not in (DIALECT, None):
            writer.log.add(
                upload,
                path,
                "dropped",
                severity="error",
                detail=f"file of {source.dialect}",
            )
            return None
        own = source.dialect is not None
        if not own:
            writer.log.add(upload, path, "approximated", severity="cosmetic")
        return _address(writer, source, path, kind, upload, own=own)
    if isinstance(source, UrlSource):
        said = spelling_of(part.extra).get("source") == "fileData"
        if not (said or writer.profile.web_media or is_google(source.url)):
            writer.log.add(web, path, "needs_fetch")
            return None
        return _address(writer, source, path, kind, web, own=said)
    writer.log.add(inline, path, "dropped", severity="error")
    return None


def _inline(
    writer: PartWriter,
    part: _Media,
    source: Base64Source,
    path: str,
    kind: str,
) -> JSONObject:
    code = _CODES[kind][0]
    media_type = source.media_type
    if kind != "document" and media_kind(media_type) != kind:
        # Without a type that says so the API would not know what it is.
        writer.log.approximate(code, path, "media type")
        media_type = _DEFAULT_TYPES[kind]
    out: JSONObject = {"mimeType": media_type} if media_type else {}
    out["data"] = respelled(source.data, spelling_of(part.extra).get("data"))
    return out


def _address(
    writer: PartWriter,
    source: FileIdSource | UrlSource,
    path: str,
    kind: str,
    code: LossCode,
    *,
    own: bool,
) -> JSONObject:
    uri = source.file_id if isinstance(source, FileIdSource) else source.url
    media_type = source.media_type
    if media_kind(media_type, uri) != kind:
        guess = guess_type(uri)
        if kind == "document":
            media_type = "application/pdf"
        else:
            fits = guess is not None and media_kind(guess) == kind
            media_type = guess if fits else _DEFAULT_TYPES[kind]
        writer.log.approximate(code, path, "media type")
    elif (
        media_type is None and not own and writer.profile.web_media and guess_type(uri)
    ):
        # Vertex wants a type beside every address; a client of it knows that itself.
        media_type = guess_type(uri)
        writer.log.add(
            code, path, "approximated", severity="cosmetic", detail="media type"
        )
    out: JSONObject = {"mimeType": media_type} if media_type else {}
    out["fileUri"] = uri
    return {"fileData": out}


def image(
    writer: PartWriter, part: ImagePart, path: str, role: Role
) -> JSONObject | None:
    """Write an image, the user's or the model's."""
    out = _source(writer, part, part.source, path, "image")
    if out is None:
        return None
    if part.detail is not None:
        level = _LEVELS.get(part.detail)
        said = spelling_of(part.extra).get("detail") == "level"
        if level is not None and (said or writer.levels):
            out["mediaResolution"] = {"level": level}
        else:
            writer.log.add(
                LossCode.IN_IMAGE_DETAIL,
                f"{path}.detail",
                "dropped",
                severity="cosmetic" if part.detail == "auto" else "parameter",
            )
    code = LossCode.OUT_IMAGE if role == "assistant" else LossCode.IN_IMAGE_BASE64
    return writer.finish(out, part, path, code)


def audio(
    writer: PartWriter, part: AudioPart, path: str, role: Role
) -> JSONObject | None:
    """Write audio; of a bare reference only what was said is left."""
    log = writer.log
    code = LossCode.OUT_AUDIO if role == "assistant" else LossCode.IN_AUDIO
    if part.source is None:
        if not part.transcript:
            log.drop(LossCode.OUT_AUDIO_REF if role == "assistant" else code, path)
            return None
        log.add(code, path, "approximated", detail="as its transcript")
        return {"text": part.transcript}
    out = _source(writer, part, part.source, path, "audio")
    if out is None:
        return None
    if part.id is not None:
        log.drop(LossCode.OUT_AUDIO_REF, f"{path}.id")
    if part.expires_at is not None:
        log.drop(LossCode.OUT_AUDIO_REF, f"{path}.expires_at")
    if part.transcript is not None:
        log.drop(code, f"{path}.transcript")
    return writer.finish(out, part, path, code)


def video(
    writer: PartWriter, part: VideoPart, path: str, role: Role
) -> JSONObject | None:
    """Write a video; what `videoMetadata` says stands in its unknown fields."""
    del role
    out = _source(writer, part, part.source, path, "video")
    if out is None:
        return None
    return writer.finish(out, part, path, LossCode.IN_VIDEO)


def document(
    writer: PartWriter, part: DocumentPart, path: str, role: Role
) -> JSONObject | None:
    """Write a document; a text and parts become the bytes of a text."""
    del role
    log, source = writer.log, part.source
    if isinstance(source, Base64Source):
        other = media_kind(source.media_type)
        if other != "document":
            # What the bytes are decides what the API takes them for.
            log.approximate(LossCode.IN_DOC_BASE64, path, f"as {other}")
            return {"inlineData": {"mimeType": source.media_type, "data": source.data}}
    if isinstance(source, TextSource | ContentSource):
        source = _as_bytes(writer, source, path)
    out = _source(writer, part, source, path, "document")
    if out is None:
        return None
    inner = out.get("inlineData") or out["fileData"]
    if (
        writer.profile.display_names
        or writer.response
        or spelling_of(part.extra).get("filename") == "displayName"
    ):
        name = part.filename
        if part.title is not None and name is None:
            name = part.title
            log.add(
                LossCode.IN_DOC_META, f"{path}.title", "moved", to=f"{path}.filename"
            )
        elif part.title is not None:
            log.drop(LossCode.IN_DOC_META, f"{path}.title")
        if name is not None:
            inner["displayName"] = name
    else:
        # The Developer API refuses the name: only Vertex's types have it.
        for field in ("filename", "title"):
            if getattr(part, field) is not None:
                log.drop(LossCode.IN_DOC_META, f"{path}.{field}")
    if part.context is not None:
        log.drop(LossCode.IN_DOC_META, f"{path}.context")
    if part.citations is not None:
        log.add(
            LossCode.IN_DOC_META,
            f"{path}.citations",
            "dropped",
            severity="parameter" if part.citations else "cosmetic",
        )
    return writer.finish(out, part, path, LossCode.IN_DOC_META)


def _as_bytes(
    writer: PartWriter, source: TextSource | ContentSource, path: str
) -> Base64Source:
    media_type = "text/plain"
    if isinstance(source, TextSource):
        text, media_type = source.text, source.media_type
    else:
        text = _joined(source.parts)
        for i, part in enumerate(source.parts):
            if not isinstance(part, TextPart):
                writer.log.drop(
                    LossCode.IN_DOC_BASE64, f"{path}.source.parts[{i}]", "not text"
                )
    writer.log.approximate(LossCode.IN_DOC_BASE64, path, "as bytes")
    from base64 import b64encode  # noqa: PLC0415 - such documents are rare

    data = b64encode(text.encode("utf-8", "replace")).decode("ascii")
    return Base64Source(data=data, media_type=media_type)


def _joined(parts: tuple[object, ...]) -> str:
    return "\n\n".join(part.text for part in parts if isinstance(part, TextPart))


def search_result(
    writer: PartWriter, part: SearchResultPart, path: str, role: Role
) -> JSONObject | None:
    """Write a search result that the caller supplies as text."""
    code = result_part_code(part) if role == "tool" else LossCode.IN_SEARCH_RESULT
    writer.log.approximate(code, path, "as text")
    lines = [part.title, part.source, _joined(part.content)]
    return {"text": "\n".join(line for line in lines if line)}
