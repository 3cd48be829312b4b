"""
Content blocks into parts, whole blocks and the headers of a stream alike.

Takes one block as parsed JSON and gives one `Part`.  Strict with a list of problems
(the server's side), tolerant without (the client's side): then a known field of a
wrong type stays in `extra`, and a block that cannot be read at all is an
`UnknownPart` that keeps it whole.  `_block_encode` is the other direction.

Source: the block types of the `anthropic` package 2.11.0 and wire/observed.md
section 1, read 2026-11-21.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, TypeAlias, cast

import attrs

from modelwire.codecs._json import dumps_str
from modelwire.codecs._reader import Reader, are_objects, describe
from modelwire.codecs.anthropic_messages._blocks_fast import QUICK, opaque
from modelwire.codecs.anthropic_messages._citations import decode_citation
from modelwire.codecs.anthropic_messages._wire import DIALECT, DIRECT, server_tool_kind
from modelwire.errors import Problem
from modelwire.ir._base import Extra, JSONObject
from modelwire.ir._fast_values import new_text_part
from modelwire.ir._messages import LEGAL_PARTS
from modelwire.ir._parts import (
    Base64Source,
    CacheBreakpoint,
    CompactionPart,
    ContentSource,
    DocumentPart,
    FileIdSource,
    ImagePart,
    Opaque,
    Part,
    ReasoningPart,
    SearchResultPart,
    ServerToolCallPart,
    ServerToolResultPart,
    Source,
    TextPart,
    TextSource,
    ToolCallPart,
    ToolResultPart,
    UnknownPart,
    UrlSource,
)

__all__ = [
    "RESULT_PARTS",
    "decode_answer_block",
    "decode_block",
    "decode_cache",
    "decode_content",
    "decode_text_or_blocks",
]

Problems: TypeAlias = list[Problem] | None
"""Where faults go; `None`: be tolerant."""

RESULT_PARTS: Final = frozenset(
    {"TextPart", "ImagePart", "DocumentPart", "SearchResultPart", "UnknownPart"}
)
"""Parts that a tool result, a search result or a content source may hold."""

_SUFFIX: Final = "_tool_result"


def decode_block(
    obj: JSONObject,
    path: str = "",
    problems: Problems = None,
    *,
    start: bool = False,
) -> Part:
    """
    Read one content block.

    Args:
        obj: The block as received.
        path: Where it stands, for problems.
        problems: Where faults go; `None`: be tolerant.
        start: Whether it is the `content_block` of a `content_block_start`: then an
            empty `input` is no arguments yet (`""`), not the arguments `{}`.

    Returns:
        The part; an `UnknownPart` for a type that is not known.
    """
    type_ = obj.get("type")
    if type_ == "text" and len(obj) == 2 and type(obj.get("text")) is str:
        return new_text_part(obj["text"])
    if type(type_) is not str:
        if problems is not None:
            problems.append(Problem(f"{path}.type", "string", describe(type_)))
        return UnknownPart(dialect=DIALECT, raw=obj)
    if not start and type_ in QUICK:
        quick = QUICK[type_](obj)
        if quick is not None:
            return quick
    decode = _DECODERS.get(type_)
    reader = Reader(obj, path, problems)
    del reader.left["type"]
    part: Part | None = None
    if decode is not None:
        part = decode(reader)
    elif type_.endswith(_SUFFIX):
        part = _server_result(reader, type_)
    if part is None:
        return UnknownPart(dialect=DIALECT, raw=obj)
    if (
        start
        and isinstance(part, ToolCallPart | ServerToolCallPart)
        and obj.get("input") == {}
    ):
        # T15: the empty input of a block's start is no fragment of the arguments.
        header: Part = attrs.evolve(cast("Any", part), arguments="")
        return header
    return part


def decode_answer_block(obj: JSONObject, *, start: bool = False) -> Part:
    """
    Read one block of an answer, tolerantly.

    Args:
        obj: The block as received.
        start: Whether it is the `content_block` of a `content_block_start`.

    Returns:
        The part; an `UnknownPart`, too, for a block that only the caller may send.
    """
    part = decode_block(obj, start=start)
    if type(part).__name__ in LEGAL_PARTS["assistant"]:
        return part
    return UnknownPart(dialect=DIALECT, raw=obj)


def decode_content(
    blocks: list[Any], path: str, problems: Problems, allowed: frozenset[str]
) -> tuple[Part, ...]:
    """
    Read an array of blocks.

    Args:
        blocks: The array as received; a tolerant caller has seen that each is an
            object.
        path: Where it stands.
        problems: Where faults go; `None`: be tolerant.
        allowed: Class names of the parts that may stand there.  Another part is a
            problem, or (tolerantly) kept as an `UnknownPart`.

    Returns:
        The parts, one per block that is an object.
    """
    parts: list[Part] = []
    for i, block in enumerate(blocks):
        if problems is not None and type(block) is not dict:
            problems.append(Problem(f"{path}[{i}]", "object", describe(block)))
            continue
        if (
            len(block) == 2
            and block.get("type") == "text"
            and type(block.get("text")) is str
        ):
            parts.append(new_text_part(block["text"]))
            continue
        where = "" if problems is None else f"{path}[{i}]"
        part = decode_block(block, where, problems)
        if type(part).__name__ not in allowed:
            if problems is not None:
                problems.append(
                    Problem(
                        f"{path}[{i}].type",
                        "a block type that may stand here",
                        str(block.get("type"))[:64],
                    )
                )
            part = UnknownPart(dialect=DIALECT, raw=block)
        parts.append(part)
    return tuple(parts)


def decode_text_or_blocks(
    reader: Reader, key: str, allowed: frozenset[str], *, required: bool = False
) -> tuple[tuple[Part, ...], bool]:
    """
    Take a field that is a string or an array of blocks.

    Args:
        reader: The object that holds it.
        key: The field's name.
        allowed: Class names of the parts that may stand there.
        required: Whether its absence is a problem.

    Returns:
        The parts, and whether one plain text came as an array (which the encoder must
        be told, for its default is the string).
    """
    value = reader.left.get(key)
    if type(value) is str:
        del reader.left[key]
        return (TextPart(text=value),), False
    if type(value) is list:
        if reader.problems is None and not are_objects(value):
            return (), False
        del reader.left[key]
        parts = decode_content(value, f"{reader.path}.{key}", reader.problems, allowed)
        return parts, len(parts) == 1 and _is_plain_text(parts[0])
    if value is None:
        reader.left.pop(key, None)
        if required:
            reader.fault(key, "string or array of blocks", "nothing")
    else:
        reader.fault(key, "string or array of blocks", describe(value))
    return (), False


def _is_plain_text(part: Part) -> bool:
    return (
        type(part) is TextPart
        and not part.annotations
        and part.cache is None
        and not part.extra
    )


def decode_cache(reader: Reader, key: str = "cache_control") -> CacheBreakpoint | None:
    """
    Take a cache breakpoint.

    Args:
        reader: The object that holds it.
        key: The field's name.

    Returns:
        The breakpoint; `None` when absent or of a type that is not known (then it
        stays where it is, and so in `extra`).
    """
    value = reader.left.get(key)
    if value is None:
        reader.left.pop(key, None)
        return None
    if type(value) is not dict:
        reader.fault(key, "object", describe(value))
        return None
    if value.get("type") != "ephemeral":
        return None
    del reader.left[key]
    if len(value) == 1:
        return CacheBreakpoint()
    inner = Reader(value, f"{reader.path}.{key}", reader.problems)
    del inner.left["type"]
    return CacheBreakpoint(ttl=inner.string("ttl"), extra=inner.rest(DIALECT))


def _extra(reader: Reader, *, array: bool = False) -> Extra:
    """Give what is left, with the note about the array."""
    if array:
        reader.left["$spelling"] = {"content": "array"}
    return reader.rest(DIALECT)


# --- one function per block type ----------------------------------------------------


def _text(reader: Reader) -> Part | None:
    text = reader.string("text", required=True)
    if text is None:
        return None
    annotations: tuple[Any, ...] = ()
    citations = reader.left.get("citations")
    if type(citations) is list and all(type(c) is dict for c in citations):
        del reader.left["citations"]
        annotations = tuple(decode_citation(c) for c in citations)
    elif citations is not None:
        reader.fault("citations", "array of objects", describe(citations))
    return TextPart(
        text=text,
        annotations=annotations,
        cache=decode_cache(reader),
        extra=_extra(reader),
    )


def _source(reader: Reader) -> Source | None:
    """Take `source`; what it says beyond the IR stays behind in it."""
    obj = reader.left.get("source")
    if type(obj) is not dict:
        reader.fault("source", "object", describe(obj))
        return None
    inner = Reader(obj, f"{reader.path}.source", reader.problems)
    decode = _SOURCES.get(str(inner.take("type")))
    source = decode(inner) if decode is not None else None
    if source is None:
        return None
    spelling = inner.take("$spelling")
    left = {k: v for k, v in inner.left.items() if v is not None}
    if left:
        reader.left["source"] = left
    else:
        del reader.left["source"]
    if spelling is not None:
        reader.left["$spelling"] = spelling
    return source


def _base64_source(inner: Reader) -> Source | None:
    data = inner.string("data", required=True)
    media_type = inner.string("media_type", required=True)
    if data is None or media_type is None:
        return None
    return Base64Source(data=data, media_type=media_type)


def _url_source(inner: Reader) -> Source | None:
    url = inner.string("url", required=True)
    return UrlSource(url=url) if url is not None else None


def _file_source(inner: Reader) -> Source | None:
    file_id = inner.string("file_id", required=True)
    return FileIdSource(file_id=file_id, dialect=DIALECT) if file_id else None


def _text_source(inner: Reader) -> Source | None:
    data = inner.string("data", required=True)
    media_type = inner.string("media_type")
    if data is None:
        return None
    return TextSource(text=data, media_type=media_type or "text/plain")


def _content_source(inner: Reader) -> Source | None:
    if type(inner.left.get("content")) not in (str, list):
        inner.fault(
            "content", "string or array of blocks", describe(inner.take("content"))
        )
        return None
    parts, array = decode_text_or_blocks(inner, "content", RESULT_PARTS)
    if array:
        inner.left["$spelling"] = {"source": "array"}
    return ContentSource(parts=parts)


_SOURCES: Final[dict[str, Callable[[Reader], Source | None]]] = {
    "base64": _base64_source,
    "url": _url_source,
    "file": _file_source,
    "text": _text_source,
    "content": _content_source,
}


def _image(reader: Reader) -> Part | None:
    source = _source(reader)
    if source is None:
        return None
    return ImagePart(source=source, cache=decode_cache(reader), extra=_extra(reader))


def _citations_flag(reader: Reader) -> bool | None:
    """Take `citations: {"enabled": …}`; other shapes stay where they are."""
    value = reader.left.get("citations")
    if type(value) is dict and type(value.get("enabled")) is bool:
        left = {k: v for k, v in value.items() if k != "enabled" and v is not None}
        if left:
            reader.left["citations"] = left
        else:
            del reader.left["citations"]
        return bool(value["enabled"])
    return None


def _document(reader: Reader) -> Part | None:
    source = _source(reader)
    if source is None:
        return None
    return DocumentPart(
        source=source,
        title=reader.string("title"),
        context=reader.string("context"),
        citations=_citations_flag(reader),
        cache=decode_cache(reader),
        extra=_extra(reader),
    )


def _search_result(reader: Reader) -> Part | None:
    source = reader.string("source", required=True)
    title = reader.string("title", required=True)
    if source is None or title is None:
        return None
    content = reader.array("content", required=True) or []
    if reader.problems is None and not are_objects(content):
        return None
    return SearchResultPart(
        source=source,
        title=title,
        content=decode_content(
            content, f"{reader.path}.content", reader.problems, RESULT_PARTS
        ),
        citations=_citations_flag(reader),
        cache=decode_cache(reader),
        extra=_extra(reader),
    )


def _thinking(reader: Reader) -> Part | None:
    text = reader.string("thinking", required=True)
    if text is None:
        return None
    return ReasoningPart(
        text=text,
        signature=opaque(reader.string("signature")),
        cache=decode_cache(reader),
        extra=_extra(reader),
    )


def _redacted_thinking(reader: Reader) -> Part | None:
    data = reader.string("data", required=True)
    if data is None:
        return None
    return ReasoningPart(
        redacted=Opaque(value=data, dialect=DIALECT),
        cache=decode_cache(reader),
        extra=_extra(reader),
    )


def _input(reader: Reader) -> str:
    """Take `input` as compact text; another type stays where it is."""
    value = reader.left.get("input")
    if type(value) is dict:
        del reader.left["input"]
        return dumps_str(value) if value else "{}"
    if value is None:
        reader.left.pop("input", None)
    reader.fault("input", "object", describe(value) if value is not None else "nothing")
    return ""


def _tool_use(reader: Reader) -> Part | None:
    if reader.left.get("caller") == DIRECT:
        # Every answer says so, and the encoder says it again.
        del reader.left["caller"]
    return ToolCallPart(
        id=reader.string("id", required=True) or "",
        name=reader.string("name", required=True) or "",
        arguments=_input(reader),
        cache=decode_cache(reader),
        extra=_extra(reader),
    )


def _tool_result(reader: Reader) -> Part | None:
    call_id = reader.string("tool_use_id", required=True)
    content, array = decode_text_or_blocks(reader, "content", RESULT_PARTS)
    return ToolResultPart(
        call_id=call_id or "",
        content=content,
        is_error=reader.boolean("is_error"),
        cache=decode_cache(reader),
        extra=_extra(reader, array=array),
    )


def _server_tool_use(reader: Reader) -> Part | None:
    name = reader.string("name", required=True) or ""
    return ServerToolCallPart(
        id=reader.string("id", required=True) or "",
        kind=server_tool_kind(name),
        name=name,
        arguments=_input(reader),
        cache=decode_cache(reader),
        extra=_extra(reader),
    )


def _mcp_tool_use(reader: Reader) -> Part | None:
    return ServerToolCallPart(
        id=reader.string("id", required=True) or "",
        kind="mcp",
        name=reader.string("name", required=True) or "",
        arguments=_input(reader),
        server_label=reader.string("server_name") or "",
        cache=decode_cache(reader),
        extra=_extra(reader),
    )


def _server_result(reader: Reader, type_: str) -> Part | None:
    call_id = reader.string("tool_use_id", required=True)
    if call_id is None:
        return None
    return ServerToolResultPart(
        call_id=call_id,
        kind=server_tool_kind(type_[: -len(_SUFFIX)]),
        content=reader.take("content"),
        dialect=DIALECT,
        type=type_,
        is_error=reader.boolean("is_error"),
        cache=decode_cache(reader),
        extra=_extra(reader),
    )


def _compaction(reader: Reader) -> Part | None:
    return CompactionPart(
        text=reader.string("content"),
        encrypted=opaque(reader.string("encrypted_content")),
        signature=opaque(reader.string("signature")),
        cache=decode_cache(reader),
        extra=_extra(reader),
    )


_DECODERS: Final[dict[str, Callable[[Reader], Part | None]]] = {
    "text": _text,
    "image": _image,
    "document": _document,
    "search_result": _search_result,
    "thinking": _thinking,
    "redacted_thinking": _redacted_thinking,
    "tool_use": _tool_use,
    "tool_result": _tool_result,
    "server_tool_use": _server_tool_use,
    "mcp_tool_use": _mcp_tool_use,
    "compaction": _compaction,
}
