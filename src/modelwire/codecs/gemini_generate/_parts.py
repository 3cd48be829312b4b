"""
Parts of a content into parts of the IR, those of requests, answers and streams alike.

Takes one part as parsed JSON and gives one `Part`.  Strict with a list of problems
(the server's side), tolerant without (the client's side): then a known field of a
wrong type stays in `extra`, and a part that cannot be read at all is an `UnknownPart`
that keeps it whole.  `_part_encode` is the other direction.

Ids are those of the wire, `""` where it has none; `_call_ids` fills them in.  A
`thoughtSignature` stays on exactly the part that carried it (S05, S06).

Source: `Part` of google-genai 3.4.0 and wire/observed.md section 4, read 2026-11-21.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, TypeAlias

from modelwire.codecs._json import dumps_str
from modelwire.codecs._reader import Reader, describe
from modelwire.codecs.gemini_generate._files import is_upload, media_kind, standard
from modelwire.codecs.gemini_generate._parts_fast import fast_part
from modelwire.codecs.gemini_generate._wire import DIALECT, camel
from modelwire.errors import Problem
from modelwire.ir._base import Extra, JSONObject
from modelwire.ir._parts import (
    AudioPart,
    Base64Source,
    DocumentPart,
    FileIdSource,
    ImagePart,
    Opaque,
    Part,
    ReasoningPart,
    ServerToolCallPart,
    ServerToolResultPart,
    Source,
    TextPart,
    ToolCallPart,
    ToolResultPart,
    UnknownPart,
    UrlSource,
    VideoPart,
)

__all__ = [
    "CODE_CALL",
    "CODE_RESULT",
    "DETAILS",
    "TOOL_RESPONSE",
    "decode_part",
    "decode_parts",
    "tool_kind",
]

Problems: TypeAlias = list[Problem] | None
"""Where faults go; `None`: be tolerant."""

CODE_CALL: Final = "executableCode"
CODE_RESULT: Final = "codeExecutionResult"
TOOL_RESPONSE: Final = "toolResponse"

DETAILS: Final = {"MEDIA_RESOLUTION_LOW": "low", "MEDIA_RESOLUTION_HIGH": "high"}
"""Levels of `mediaResolution` that `ImagePart.detail` has a word for."""

_KINDS: Final = {
    "GOOGLE_SEARCH_WEB": "web_search",
    "GOOGLE_SEARCH_IMAGE": "image_search",
    "URL_CONTEXT": "web_fetch",
    "GOOGLE_MAPS": "maps",
    "FILE_SEARCH": "file_search",
    "MEDIA_PROCESSING": "media_processing",
}
_TYPES: Final = {kind: word for word, kind in _KINDS.items()}


def tool_kind(word: str, *, back: bool = False) -> str:
    """
    Give the canonical tool of a `toolType`, or (*back*) the type of a tool.

    Args:
        word: The type, or the canonical tool.
        back: Which way.

    Returns:
        Its counterpart; a word without one stands for itself.
    """
    return (_TYPES if back else _KINDS).get(word, word)


def decode_part(obj: JSONObject, path: str = "", problems: Problems = None) -> Part:
    """
    Read one part.

    Args:
        obj: The part as received.
        path: Where it stands, for problems.
        problems: Where faults go; `None`: be tolerant.

    Returns:
        The part; an `UnknownPart` for one with no data member that is known.
    """
    usual = fast_part(obj)
    if usual is not None:
        return usual
    bare = camel(obj)
    reader = Reader(bare, path, problems)
    part: Part | None
    for member, decode in _DECODERS.items():
        value = bare.get(member)
        if value is not None:
            if member == "text" or type(value) is dict:
                part = decode(reader)
            else:
                reader.fault(member, "object", describe(value))
                part = None
            break
    else:
        part = _bare(reader)
    return UnknownPart(dialect=DIALECT, raw=obj) if part is None else part


def decode_parts(
    items: Any, path: str, problems: Problems, allowed: frozenset[str] | None = None
) -> tuple[Part, ...]:
    """
    Read the `parts` of a content.

    Args:
        items: A list of objects, which a tolerant caller has seen to; one object
            alone counts as a list of one.
        path: Where it stands.
        problems: Where faults go; `None`: be tolerant.
        allowed: Class names of the parts that may stand there; another one is kept
            as an `UnknownPart`.

    Returns:
        The parts, one per item that is an object.
    """
    # Observed: `parts` as one object (ellmer__testthat-vcr-google-upload-2); the
    # server takes it (test_parts_as_one_object).
    if type(items) is dict:
        items = [items]
    parts: list[Part] = []
    for i, item in enumerate(items):
        if problems is not None and type(item) is not dict:
            problems.append(Problem(f"{path}[{i}]", "object", describe(item)))
            continue
        part = decode_part(
            item, f"{path}[{i}]" if problems is not None else "", problems
        )
        if allowed is not None and type(part).__name__ not in allowed:
            part = UnknownPart(dialect=DIALECT, raw=item)
        parts.append(part)
    return tuple(parts)


def _signature(reader: Reader) -> Opaque | None:
    value = reader.string("thoughtSignature")
    return Opaque(value=value, dialect=DIALECT) if value else None


def _rest(reader: Reader, **notes: Any) -> Extra:
    """Give what is left, with notes about spellings."""
    if notes:
        reader.left["$spelling"] = notes
    return reader.rest(DIALECT) if reader.left else {}


def _inner(reader: Reader, member: str) -> Reader:
    """Open a data member; what stays in it is put back by `_close`."""
    value = reader.left[member]
    return Reader(camel(value), f"{reader.path}.{member}", reader.problems)


def _close(reader: Reader, member: str, inner: Reader) -> None:
    left = {k: v for k, v in inner.left.items() if v is not None}
    if left:
        reader.left[member] = left
    else:
        del reader.left[member]


# --- text ---------------------------------------------------------------------------


def _is_thought(reader: Reader) -> tuple[bool, dict[str, Any]]:
    """Take `thought`, and note a `false` that was written out."""
    thought = reader.boolean("thought")
    return bool(thought), {"thought": False} if thought is False else {}


def _text(reader: Reader) -> Part | None:
    text = reader.string("text", required=True)
    if text is None:
        return None
    thought, notes = _is_thought(reader)
    signature = _signature(reader)
    if thought:
        return ReasoningPart(text=text, signature=signature, extra=_rest(reader))
    if not text and signature is None:
        # Said by this API's own peer: the encoder drops only what others left.
        notes["text"] = "kept"
    return TextPart(text=text, signature=signature, extra=_rest(reader, **notes))


def _bare(reader: Reader) -> Part | None:
    """Read a part without a data member: a signature can come alone."""
    if not reader.left.keys() <= {"thought", "thoughtSignature"}:
        return None
    thought, notes = _is_thought(reader)
    signature = _signature(reader)
    if signature is None or reader.left:
        return None
    if thought:
        return ReasoningPart(signature=signature)
    return TextPart(
        text="", signature=signature, extra=_rest(reader, **notes, text="absent")
    )


# --- media --------------------------------------------------------------------------


def _inline(reader: Reader) -> Part | None:
    inner = _inner(reader, "inlineData")
    data = inner.string("data", required=True)
    if data is None:
        return None
    media_type = inner.string("mimeType") or ""
    data, spelling = standard(data)
    notes = {"data": spelling} if spelling is not None else {}
    source = Base64Source(data=data, media_type=media_type)
    return _media(
        reader, "inlineData", inner, source, media_type=media_type, notes=notes
    )


def _file(reader: Reader) -> Part | None:
    inner = _inner(reader, "fileData")
    uri = inner.string("fileUri", required=True)
    if uri is None:
        return None
    media_type = inner.string("mimeType")
    source: Source
    notes: dict[str, Any] = {}
    if is_upload(uri):
        source = FileIdSource(file_id=uri, dialect=DIALECT, media_type=media_type)
    else:
        source = UrlSource(url=uri, media_type=media_type)
        # That this API takes the address is the client's own word.
        notes["source"] = "fileData"
    return _media(reader, "fileData", inner, source, media_type=media_type, notes=notes)


def _media(
    reader: Reader,
    member: str,
    inner: Reader,
    source: Source,
    *,
    media_type: str | None,
    notes: dict[str, Any],
) -> Part:
    uri = source.url if isinstance(source, UrlSource) else ""
    kind = media_kind(media_type, uri)
    signature = _signature(reader)
    if reader.left.get("thought") is False:
        notes["thought"] = False
        del reader.left["thought"]
    if kind == "document":
        filename = inner.string("displayName")
        if filename is not None:
            notes["filename"] = "displayName"
        _close(reader, member, inner)
        return DocumentPart(
            source=source,
            filename=filename,
            signature=signature,
            extra=_rest(reader, **notes),
        )
    _close(reader, member, inner)
    if kind == "audio":
        return AudioPart(
            source=source, signature=signature, extra=_rest(reader, **notes)
        )
    detail = _detail(reader) if kind == "image" else None
    if detail is not None:
        # That its model takes the setting is the client's own word.
        notes["detail"] = "level"
    extra = _rest(reader, **notes)
    if kind == "image":
        return ImagePart(source=source, detail=detail, signature=signature, extra=extra)
    return VideoPart(source=source, signature=signature, extra=extra)


def _detail(reader: Reader) -> str | None:
    """Take the level of `mediaResolution` where the IR has a word for it."""
    value = reader.left.get("mediaResolution")
    if type(value) is not dict:
        return None
    level = value.get("level")
    detail = DETAILS.get(level) if type(level) is str else None
    if detail is not None:
        rest = {k: v for k, v in value.items() if k != "level" and v is not None}
        if rest:
            reader.left["mediaResolution"] = rest
        else:
            del reader.left["mediaResolution"]
    return detail


# --- calls of the caller's functions ------------------------------------------------


def _object_text(inner: Reader, key: str) -> str | None:
    """Take an object as compact text; `None` when absent, another type stays."""
    value = inner.left.get(key)
    if type(value) is dict:
        del inner.left[key]
        return dumps_str(value) if value else "{}"
    if value is None:
        inner.left.pop(key, None)
    else:
        inner.fault(key, "object", describe(value))
    return None


def _call(reader: Reader) -> Part | None:
    inner = _inner(reader, "functionCall")
    id_ = inner.string("id")
    name = inner.string("name", required=True) or ""
    arguments = _object_text(inner, "args") or ""
    signature = _signature(reader)
    _close(reader, "functionCall", inner)
    return ToolCallPart(
        id=id_ or "",
        name=name,
        arguments=arguments,
        signature=signature,
        extra=_rest(reader),
    )


def _result(reader: Reader) -> Part | None:
    inner = _inner(reader, "functionResponse")
    id_ = inner.string("id")
    name = inner.string("name")
    response = inner.mapping("response")
    content: list[Part] = []
    notes: dict[str, Any] = {}
    is_error: bool | None = None
    if response:
        text, is_error, form = _response(response)
        if form is not None:
            notes["response"] = form
        content.append(TextPart(text=text))
    parts = inner.left.get("parts")
    if type(parts) is list and (
        reader.problems is not None or all(type(p) is dict for p in parts)
    ):
        del inner.left["parts"]
        content.extend(
            decode_parts(parts, f"{inner.path}.parts", reader.problems, _RESULT_PARTS)
        )
    signature = _signature(reader)
    _close(reader, "functionResponse", inner)
    return ToolResultPart(
        call_id=id_ or "",
        name=name or None,
        content=tuple(content),
        is_error=is_error,
        signature=signature,
        extra=_rest(reader, **notes),
    )


_RESULT_PARTS: Final = frozenset({"ImagePart", "DocumentPart", "UnknownPart"})
"""Parts that a result may hold beside its text."""


def _response(response: JSONObject) -> tuple[str, bool | None, str | None]:
    """
    Give the text of a `response`, whether it is an error, and its form.

    `output` and `error` are the keys that the API documents; any other object is the
    output itself.
    """
    if len(response) == 1:
        for key, is_error in (("output", None), ("error", True)):
            if key in response:
                value = response[key]
                if type(value) is str:
                    return value, is_error, None
                return dumps_str(value), is_error, "json"
    return dumps_str(response), None, "object"


# --- what the API runs itself -------------------------------------------------------


def _code(reader: Reader) -> Part | None:
    inner = _inner(reader, CODE_CALL)
    id_ = inner.string("id")
    arguments = dumps_str({k: v for k, v in inner.left.items() if v is not None})
    inner.left.clear()
    signature = _signature(reader)
    _close(reader, CODE_CALL, inner)
    return ServerToolCallPart(
        id=id_ or "",
        kind="code_execution",
        name=CODE_CALL,
        arguments=arguments,
        signature=signature,
        extra=_rest(reader),
    )


def _code_result(reader: Reader) -> Part | None:
    inner = _inner(reader, CODE_RESULT)
    id_ = inner.string("id")
    content = {k: v for k, v in inner.left.items() if v is not None}
    inner.left.clear()
    signature = _signature(reader)
    _close(reader, CODE_RESULT, inner)
    return ServerToolResultPart(
        call_id=id_ or "",
        kind="code_execution",
        content=content,
        dialect=DIALECT,
        type=CODE_RESULT,
        signature=signature,
        extra=_rest(reader),
    )


def _tool_call(reader: Reader) -> Part | None:
    inner = _inner(reader, "toolCall")
    id_ = inner.string("id")
    word = inner.string("toolType") or ""
    arguments = _object_text(inner, "args") or ""
    signature = _signature(reader)
    _close(reader, "toolCall", inner)
    return ServerToolCallPart(
        id=id_ or "",
        kind=tool_kind(word),
        name=word,
        arguments=arguments,
        signature=signature,
        extra=_rest(reader),
    )


def _tool_response(reader: Reader) -> Part | None:
    inner = _inner(reader, TOOL_RESPONSE)
    id_ = inner.string("id")
    word = inner.string("toolType") or ""
    content = inner.take("response")
    signature = _signature(reader)
    _close(reader, TOOL_RESPONSE, inner)
    return ServerToolResultPart(
        call_id=id_ or "",
        kind=tool_kind(word),
        content=content,
        dialect=DIALECT,
        type=TOOL_RESPONSE,
        signature=signature,
        extra=_rest(reader),
    )


_DECODERS: Final[dict[str, Callable[[Reader], Part | None]]] = {
    "functionCall": _call,
    "functionResponse": _result,
    "inlineData": _inline,
    "fileData": _file,
    "executableCode": _code,
    "codeExecutionResult": _code_result,
    "toolCall": _tool_call,
    "toolResponse": _tool_response,
    "text": _text,
}
"""The data members; a part with text beside another one keeps the text in `extra`."""
