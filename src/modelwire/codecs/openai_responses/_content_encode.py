"""
Content parts of input messages and tool results, from the IR to JSON, with losses.

A part that this dialect cannot say becomes text where a reader loses little, and a
loss.

Source:
    wire/openai_responses.md section 2 and wire/mapping.md sections 2 and 3, read
    2026-11-21.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from modelwire.codecs._losses import LossLog
from modelwire.codecs._media import extension, format_data_uri
from modelwire.codecs._openai_content import ItemPlaces, search_text
from modelwire.codecs._part_codes import result_part_code, video_code
from modelwire.codecs.openai_responses._cache import encode_cache
from modelwire.codecs.openai_responses._wire import (
    DIALECT,
    merge_own,
    spelling_of,
)
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
    ServerToolResultPart,
    Source,
    TextPart,
    TextSource,
    UnknownPart,
    UrlSource,
    VideoPart,
)

__all__ = [
    "FILE_DIALECTS",
    "Context",
    "common_losses",
    "encode_content_part",
    "image_fields",
]

FILE_DIALECTS: Final = frozenset({DIALECT, "openai-chat"})
"""Dialects whose file ids OpenAI knows."""


class Context(ItemPlaces):
    """
    Where the items of a part's writer will stand, and where losses go.

    Args:
        log: Where losses go.
        parts: The path of the list of parts in the decoded output.
        items: How many parts it has already.
        detail: Whether an image must say its detail: messages require it, tool
            results do not.
    """

    __slots__ = ("detail",)

    def __init__(
        self, log: LossLog, parts: str = "", items: int = 0, *, detail: bool = True
    ) -> None:
        super().__init__(log, parts, items)
        self.detail = detail

    def quiet(self) -> Context:
        """Give the same place with a log that nobody reads."""
        return Context(LossLog(DIALECT), self.parts, self.items, detail=self.detail)


def common_losses(
    part: Part, path: str, fallback: LossCode, log: LossLog, *, item: bool = True
) -> None:
    """
    Record what any part may carry and its wire object does not.

    Args:
        part: The part.
        path: Its place.
        fallback: The concept of the part, for fields without one of their own.
        log: Where losses go.
        item: Whether its wire item is lost too.
    """
    if part.signature is not None:
        code = LossCode.THINK_SIGNATURE
        if type(part).__name__ == "ToolCallPart":
            code = LossCode.TOOL_CALL_THOUGHT_SIGNATURE
        log.drop(code, f"{path}.signature")
    if item and part.item is not None:
        code = LossCode.THINK_ITEM_ID if part.item.phase is None else LossCode.MSG_PHASE
        log.drop(code, f"{path}.item")
    if part.extra:
        log.drop_extra(part.extra, path, fallback)


def _finish(
    part: Any, out: JSONObject, path: str, context: Context, code: LossCode
) -> None:
    """Write the breakpoint and unknown fields of a part, and record the rest."""
    if part.cache is not None:
        encode_cache(part.cache, out, f"{path}.cache", context.log)
    if part.extra:
        merge_own(out, part.extra)
    common_losses(part, path, code, context.log)


def _text(part: TextPart, path: str, context: Context) -> list[JSONObject]:
    kind = spelling_of(part.extra).get("type", "input_text")
    out: JSONObject = {"type": kind, "text": part.text}
    for index in range(len(part.annotations)):
        context.log.drop(
            LossCode.OUT_ANNOTATIONS_CITATIONS, f"{path}.annotations[{index}]"
        )
    if part.logprobs is not None:
        context.log.drop(LossCode.RESP_LOGPROBS, f"{path}.logprobs")
    _finish(part, out, path, context, LossCode.IN_TEXT)
    if kind == "output_text":
        out.setdefault("annotations", [])
    return [out]


def image_fields(
    source: Source, path: str, log: LossLog, code: LossCode, to: str
) -> JSONObject | None:
    """
    Write the source of an image.

    Args:
        source: The source.
        path: The image's place.
        log: Where losses go.
        code: The concept, for what cannot be written.
        to: The image's place in the decoded output.

    Returns:
        `image_url` or `file_id`; `None` when the source cannot be written.
    """
    if isinstance(source, Base64Source):
        return {"image_url": format_data_uri(source.media_type, source.data)}
    if isinstance(source, UrlSource):
        if source.media_type is not None:
            log.add(code, f"{path}.source.media_type", "dropped", severity="cosmetic")
        return {"image_url": source.url}
    if isinstance(source, FileIdSource):
        return _file_id(source, path, log, LossCode.IN_IMAGE_FILE_ID, to)
    log.drop(LossCode.IN_IMAGE_BASE64, path)
    return None


def _file_id(
    source: FileIdSource, path: str, log: LossLog, code: LossCode, to: str
) -> JSONObject | None:
    """Write a file's id, if this vendor can know it."""
    if source.dialect not in (None, *FILE_DIALECTS):
        log.drop(code, path)
        return None
    if source.dialect != DIALECT:
        log.add(
            code,
            path,
            "approximated",
            to=to,
            severity="cosmetic",
            detail="the id is taken for one of this vendor",
        )
    if source.media_type is not None:
        log.add(code, f"{path}.source.media_type", "dropped", severity="cosmetic")
    return {"file_id": source.file_id}


def _image(part: ImagePart, path: str, context: Context) -> list[JSONObject]:
    fields = image_fields(
        part.source, path, context.log, LossCode.IN_IMAGE_URL, context.place()
    )
    if fields is None:
        return []
    out: JSONObject = {"type": "input_image", **fields}
    if part.detail is not None:
        out["detail"] = part.detail
    elif context.detail and spelling_of(part.extra).get("detail") != "absent":
        # The vendor's type requires it in messages, and `auto` is its default.
        out["detail"] = "auto"
        context.log.add(
            LossCode.IN_IMAGE_DETAIL,
            path,
            "synthesised",
            to=f"{context.place()}.detail",
        )
    _finish(part, out, path, context, LossCode.IN_IMAGE_URL)
    return [out]


def _document(part: DocumentPart, path: str, context: Context) -> list[JSONObject]:
    source = part.source
    log = context.log
    if isinstance(source, TextSource | ContentSource):
        return _document_text(part, source, path, context)
    notes = spelling_of(part.extra)
    name = part.filename
    fields: JSONObject | None
    if isinstance(source, FileIdSource):
        fields = _file_id(source, path, log, LossCode.IN_DOC_FILE_ID, context.place())
        if fields is None:
            return []
    elif isinstance(source, UrlSource):
        fields = {"file_url": source.url}
        if source.media_type is not None:
            log.drop(LossCode.IN_DOC_META, f"{path}.source.media_type")
    else:
        bare = notes.get("file_data") == "bare" and not source.media_type
        data = source.data
        if not bare:
            data = format_data_uri(source.media_type, data)
        fields = {"file_data": data}
        if name is None and part.title is None and notes.get("filename") != "absent":
            # The name decides how the file is read; clients always send one.
            name = f"document.{extension(source.media_type)}"
            log.add(
                LossCode.IN_DOC_META,
                path,
                "synthesised",
                to=f"{context.place()}.filename",
            )
    if part.title is not None:
        if name is None:
            name = part.title
            log.add(
                LossCode.IN_DOC_META,
                path,
                "moved",
                to=f"{context.place()}.filename",
            )
        else:
            log.drop(LossCode.IN_DOC_META, f"{path}.title")
    for field in ("context", "citations"):
        if getattr(part, field) is not None:
            log.drop(LossCode.IN_DOC_META, f"{path}.{field}")
    out: JSONObject = {"type": "input_file", **fields}
    if name is not None:
        out["filename"] = name
    _finish(part, out, path, context, LossCode.IN_DOC_META)
    return [out]


def _plain(text: str) -> JSONObject:
    return {"type": "input_text", "text": text}


def _cached(part: Any, out: JSONObject) -> None:
    """Carry the breakpoint of a part that became text; its one loss covers it."""
    if part.cache is not None:
        encode_cache(part.cache, out, "", LossLog(DIALECT))


def _document_text(
    part: DocumentPart, source: TextSource | ContentSource, path: str, context: Context
) -> list[JSONObject]:
    """Write a document of text or parts as content: this dialect has only files."""
    head = "\n".join(text for text in (part.title, part.context) if text)
    out: list[JSONObject] = []
    if isinstance(source, TextSource):
        out.append(_plain(f"{head}\n\n{source.text}" if head else source.text))
    else:
        if head:
            out.append(_plain(head))
        inner = context.quiet()
        for index, sub in enumerate(source.parts):
            out += encode_content_part(sub, f"{path}.source.parts[{index}]", inner)
    if not out:
        context.log.drop(LossCode.IN_DOC_BASE64, path)
        return []
    _cached(part, out[-1])
    context.became(LossCode.IN_DOC_BASE64, path, len(out), "a document became text")
    return out


def _search_result(
    part: SearchResultPart, path: str, context: Context
) -> list[JSONObject]:
    out = _plain(search_text(part))
    _cached(part, out)
    code = LossCode.IN_SEARCH_RESULT if context.detail else result_part_code(part)
    context.became(code, path, 1, "a search result became text")
    return [out]


def _compaction(part: CompactionPart, path: str, context: Context) -> list[JSONObject]:
    if not part.text:
        context.log.drop(LossCode.CTX_COMPACTION, path)
        return []
    # The summary stands for turns that are gone: as text it keeps its meaning.
    context.became(LossCode.CTX_COMPACTION, path, 1, "a summary became text")
    out = _plain(part.text)
    _cached(part, out)
    return [out]


def _none(code: LossCode) -> Callable[[Any, str, Context], list[JSONObject]]:
    """Make the writer of a part that this dialect has no place for."""

    def drop(_part: Any, path: str, context: Context) -> list[JSONObject]:
        context.log.add(code, path, "dropped", severity="content")
        return []

    return drop


def _video(part: VideoPart, path: str, context: Context) -> list[JSONObject]:
    context.log.drop(video_code(part), path)
    return []


def _unknown(part: UnknownPart, path: str, context: Context) -> list[JSONObject]:
    if part.dialect != DIALECT:
        context.log.add(
            LossCode.IN_TEXT if context.detail else result_part_code(part),
            path,
            "dropped",
            severity="content",
            detail="a part that only its own dialect knows",
        )
        return []
    if part.item is not None:
        context.log.drop(LossCode.THINK_ITEM_ID, f"{path}.item")
    return [dict(part.raw)]


_WRITERS: Final[dict[type, Callable[[Any, str, Context], list[JSONObject]]]] = {
    TextPart: _text,
    ImagePart: _image,
    DocumentPart: _document,
    SearchResultPart: _search_result,
    AudioPart: _none(LossCode.IN_AUDIO),
    VideoPart: _video,
    CompactionPart: _compaction,
    RefusalPart: _none(LossCode.OUT_REFUSAL),
    ServerToolResultPart: _none(LossCode.BT_CALL_ITEMS),
    UnknownPart: _unknown,
}


def encode_content_part(part: Part, path: str, context: Context) -> list[JSONObject]:
    """
    Write a part as items of `content` or `output`.

    Args:
        part: Any part but reasoning, calls and tool results.
        path: Its place.
        context: Where its items will stand, and the log.

    Returns:
        The items: none when it was dropped, several when it was taken apart.
    """
    writer = _WRITERS.get(type(part))
    if writer is None:
        context.log.add(LossCode.IN_TEXT, path, "dropped", severity="content")
        return []
    return writer(part, path, context)
