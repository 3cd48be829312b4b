"""
Content parts, from the IR to JSON, with losses.

`encode_content_part` writes what may stand in the `content` of a user, system or tool
message.  A part that this dialect cannot say becomes text where a reader loses
little, and a loss.

Source:
    wire/openai_chat.md section 2 and wire/mapping.md sections 2 and 3, read
    2026-11-21.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from modelwire.codecs._losses import LossLog
from modelwire.codecs._media import (
    audio_format,
    audio_media_type,
    extension,
    format_data_uri,
)
from modelwire.codecs._openai_content import ItemPlaces, search_text
from modelwire.codecs._part_codes import video_code
from modelwire.codecs._profile import Profile
from modelwire.codecs.openai_chat._cache import encode_cache
from modelwire.codecs.openai_chat._wire import DIALECT, merge_own, spelling_of
from modelwire.ir._base import JSONObject
from modelwire.ir._loss_codes import LossCode
from modelwire.ir._parts import (
    AudioPart,
    Base64Source,
    CompactionPart,
    ContentSource,
    DocumentPart,
    FileIdSource,
    ImagePart,
    Part,
    RefusalPart,
    SearchResultPart,
    ServerToolCallPart,
    ServerToolResultPart,
    TextPart,
    TextSource,
    UnknownPart,
    UrlSource,
    VideoPart,
)

__all__ = [
    "Context",
    "common_losses",
    "encode_content_part",
    "encode_image",
    "encode_text",
]

_FILE_DIALECTS: Final = frozenset({DIALECT, "openai-responses"})
"""Dialects whose file ids OpenAI knows."""


class Context(ItemPlaces):
    """
    What every part's writer needs, and where its items will stand.

    Args:
        profile: The variant.
        log: Where losses go.
    """

    __slots__ = ("profile",)

    def __init__(self, profile: Profile, log: LossLog) -> None:
        super().__init__(log)
        self.profile = profile


def common_losses(part: Part, path: str, fallback: LossCode, log: LossLog) -> None:
    """
    Record what any part may carry and this dialect never does.

    Args:
        part: The part.
        path: Its place.
        fallback: The concept of the part, for fields without one of their own.
        log: Where losses go.
    """
    if part.signature is not None:
        log.drop(LossCode.THINK_SIGNATURE, f"{path}.signature")
    if part.item is not None:
        code = LossCode.THINK_ITEM_ID if part.item.phase is None else LossCode.MSG_PHASE
        log.drop(code, f"{path}.item")
    if part.extra:
        log.drop_extra(part.extra, path, fallback)


def encode_text(
    part: TextPart, path: str, context: Context, *, code: LossCode = LossCode.IN_TEXT
) -> JSONObject:
    """
    Write a text part.

    Args:
        part: The part.
        path: Its place.
        context: Profile and log.
        code: The concept that its unknown fields belong to.

    Returns:
        The content item.
    """
    out: JSONObject = {"type": "text", "text": part.text}
    encode_cache(part, out, path, context.profile, context.log)
    if part.logprobs is not None:
        context.log.drop(LossCode.RESP_LOGPROBS, f"{path}.logprobs")
    if part.extra:
        merge_own(out, part.extra)
    if part.signature is not None or part.item is not None or part.extra:
        common_losses(part, path, code, context.log)
    return out


def _text(part: TextPart, path: str, context: Context) -> list[JSONObject]:
    for index in range(len(part.annotations)):
        context.log.drop(
            LossCode.OUT_ANNOTATIONS_CITATIONS, f"{path}.annotations[{index}]"
        )
    return [encode_text(part, path, context)]


def encode_image(part: ImagePart, path: str, context: Context) -> JSONObject | None:
    """
    Write an image.

    Args:
        part: The part.
        path: Its place.
        context: Profile and log.

    Returns:
        The content item; `None` when its source cannot be written.
    """
    source = part.source
    log = context.log
    if isinstance(source, Base64Source):
        url = format_data_uri(source.media_type, source.data)
    elif isinstance(source, UrlSource):
        url = source.url
        if source.media_type is not None:
            log.add(
                LossCode.IN_IMAGE_URL,
                f"{path}.source.media_type",
                "dropped",
                severity="cosmetic",
            )
    else:
        file = isinstance(source, FileIdSource)
        log.drop(LossCode.IN_IMAGE_FILE_ID if file else LossCode.IN_IMAGE_BASE64, path)
        return None
    inner: Any = {"url": url}
    if part.detail is not None:
        inner["detail"] = part.detail
    elif spelling_of(part.extra).get("image_url") == "string":
        inner = url
    out: JSONObject = {"type": "image_url", "image_url": inner}
    _finish(part, out, path, context, LossCode.IN_IMAGE_URL)
    return out


def _finish(
    part: Any, out: JSONObject, path: str, context: Context, code: LossCode
) -> None:
    """Write the breakpoint and unknown fields of a part, and record the rest."""
    encode_cache(part, out, path, context.profile, context.log)
    if part.extra:
        merge_own(out, part.extra)
    common_losses(part, path, code, context.log)


def _image(part: ImagePart, path: str, context: Context) -> list[JSONObject]:
    item = encode_image(part, path, context)
    return [] if item is None else [item]


def _document(part: DocumentPart, path: str, context: Context) -> list[JSONObject]:
    source = part.source
    log = context.log
    if isinstance(source, TextSource | ContentSource):
        return _document_text(part, source, path, context)
    if isinstance(source, UrlSource) and source.url[:5].lower() != "data:":
        log.add(LossCode.IN_DOC_URL, path, "needs_fetch")
        return []
    file: JSONObject = {}
    if isinstance(source, FileIdSource):
        if source.dialect not in (None, *_FILE_DIALECTS):
            log.drop(LossCode.IN_DOC_FILE_ID, path)
            return []
        if source.dialect != DIALECT:
            log.add(
                LossCode.IN_DOC_FILE_ID,
                path,
                "approximated",
                to=context.place(0),
                severity="cosmetic",
                detail="the id is taken for one of this vendor",
            )
        if source.media_type is not None:
            log.drop(LossCode.IN_DOC_META, f"{path}.source.media_type")
        file["file_id"] = source.file_id
        name = part.filename
    else:
        if isinstance(source, UrlSource):
            file["file_data"] = source.url
            if source.media_type is not None:
                log.drop(LossCode.IN_DOC_META, f"{path}.source.media_type")
        else:
            file["file_data"] = format_data_uri(source.media_type, source.data)
        name = part.filename
        if name is None and part.title is None and not spelling_of(part.extra):
            # OpenAI's clients always send a name with the data; it decides how the
            # file is read.
            media_type = source.media_type or ""
            name = f"document.{extension(media_type)}"
            log.add(
                LossCode.IN_DOC_META,
                path,
                "synthesised",
                to=f"{context.place(0)}.filename",
            )
    if part.title is not None:
        if name is None:
            name = part.title
            log.add(
                LossCode.IN_DOC_META,
                path,
                "moved",
                to=f"{context.place(0)}.filename",
            )
        else:
            log.drop(LossCode.IN_DOC_META, f"{path}.title")
    if name is not None:
        file["filename"] = name
    if part.context is not None:
        log.drop(LossCode.IN_DOC_META, f"{path}.context")
    if part.citations is not None:
        log.drop(LossCode.IN_DOC_META, f"{path}.citations")
    out: JSONObject = {"type": "file", "file": file}
    _finish(part, out, path, context, LossCode.IN_DOC_META)
    return [out]


def _document_text(
    part: DocumentPart,
    source: TextSource | ContentSource,
    path: str,
    context: Context,
) -> list[JSONObject]:
    """Write a document of text or parts as content: this dialect has only files."""
    head = "\n".join(text for text in (part.title, part.context) if text)
    out: list[JSONObject] = []
    if isinstance(source, TextSource):
        out.append(
            {
                "type": "text",
                "text": f"{head}\n\n{source.text}" if head else source.text,
            }
        )
    else:
        if head:
            out.append({"type": "text", "text": head})
        inner = Context(context.profile, LossLog(DIALECT))
        for index, sub in enumerate(source.parts):
            out += encode_content_part(sub, f"{path}.source.parts[{index}]", inner)
    if not out:
        context.log.drop(LossCode.IN_DOC_BASE64, path)
        return []
    encode_cache(part, out[-1], path, context.profile, LossLog(DIALECT))
    context.became(LossCode.IN_DOC_BASE64, path, len(out), "a document became text")
    return out


def _search_result(
    part: SearchResultPart, path: str, context: Context
) -> list[JSONObject]:
    out: JSONObject = {"type": "text", "text": search_text(part)}
    encode_cache(part, out, path, context.profile, LossLog(DIALECT))
    context.became(LossCode.IN_SEARCH_RESULT, path, 1, "a search result became text")
    return [out]


def _audio(part: AudioPart, path: str, context: Context) -> list[JSONObject]:
    source = part.source
    log = context.log
    if not isinstance(source, Base64Source):
        if isinstance(source, UrlSource):
            log.add(LossCode.IN_AUDIO, path, "needs_fetch")
        else:
            log.drop(LossCode.IN_AUDIO, path)
        return []
    noted = spelling_of(part.extra).get("format")
    if isinstance(noted, str) and audio_media_type(noted) == source.media_type:
        name: str | None = noted
    else:
        name = audio_format(source.media_type)
        if name not in ("wav", "mp3"):
            log.drop(LossCode.IN_AUDIO, path, "only wav and mp3 are taken")
            return []
        if audio_media_type(name) != source.media_type:
            log.add(
                LossCode.IN_AUDIO,
                f"{path}.source.media_type",
                "approximated",
                severity="cosmetic",
            )
    for field in ("id", "transcript", "expires_at"):
        if getattr(part, field) is not None:
            log.drop(LossCode.OUT_AUDIO, f"{path}.{field}")
    out: JSONObject = {
        "type": "input_audio",
        "input_audio": {"data": source.data, "format": name},
    }
    _finish(part, out, path, context, LossCode.IN_AUDIO)
    return [out]


def _video(part: VideoPart, path: str, context: Context) -> list[JSONObject]:
    source = part.source
    url = None
    if spelling_of(part.extra).get("video") == "video_url":
        if isinstance(source, Base64Source):
            url = format_data_uri(source.media_type, source.data)
        elif isinstance(source, UrlSource):
            url = source.url
    if url is None:
        context.log.drop(video_code(part), path)
        return []
    out: JSONObject = {"type": "video_url", "video_url": {"url": url}}
    _finish(part, out, path, context, LossCode.IN_VIDEO)
    return [out]


def _compaction(part: CompactionPart, path: str, context: Context) -> list[JSONObject]:
    if not part.text:
        context.log.drop(LossCode.CTX_COMPACTION, path)
        return []
    # The summary stands for turns that are gone: as text it keeps its meaning.
    context.became(LossCode.CTX_COMPACTION, path, 1, "a summary became text")
    out: JSONObject = {"type": "text", "text": part.text}
    encode_cache(part, out, path, context.profile, LossLog(DIALECT))
    return [out]


def _server_item(
    part: ServerToolCallPart | ServerToolResultPart, path: str, context: Context
) -> list[JSONObject]:
    context.log.drop(LossCode.BT_CALL_ITEMS, path, f"server tool {part.kind}")
    return []


def _refusal(part: RefusalPart, path: str, context: Context) -> list[JSONObject]:
    out: JSONObject = {"type": "refusal", "refusal": part.text}
    if part.cache is not None:
        context.log.drop(LossCode.CACHE_BREAKPOINT, f"{path}.cache")
    if part.extra:
        merge_own(out, part.extra)
    common_losses(part, path, LossCode.OUT_REFUSAL, context.log)
    return [out]


def _unknown(part: UnknownPart, path: str, context: Context) -> list[JSONObject]:
    if part.dialect == DIALECT:
        return [dict(part.raw)]
    context.log.add(
        LossCode.IN_TEXT,
        path,
        "dropped",
        severity="content",
        detail="a part that only its own dialect knows",
    )
    return []


_WRITERS: Final[dict[type, Callable[[Any, str, Context], list[JSONObject]]]] = {
    TextPart: _text,
    ImagePart: _image,
    DocumentPart: _document,
    SearchResultPart: _search_result,
    AudioPart: _audio,
    VideoPart: _video,
    CompactionPart: _compaction,
    ServerToolCallPart: _server_item,
    ServerToolResultPart: _server_item,
    RefusalPart: _refusal,
    UnknownPart: _unknown,
}


def encode_content_part(part: Part, path: str, context: Context) -> list[JSONObject]:
    """
    Write a part as items of `content`.

    Args:
        part: Any part but reasoning, tool calls and tool results.
        path: Its place.
        context: Profile and log.

    Returns:
        The items: none when it was dropped, several when it was taken apart.
    """
    return _WRITERS[type(part)](part, path, context)
