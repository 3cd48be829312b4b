"""
`annotations` of a message to `Annotation` and back.

This dialect has one kind, `url_citation`, with offsets into the message's text.
Other dialects cite spans of the source instead, and a whole block of the answer is
what the citation speaks of; the offsets of that block take their place.

Source:
    wire/openai_chat.md section 5 and wire/mapping.md, row out.annotations_citations,
    read 2026-11-21.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from modelwire import ir  # for loss codes, which load when there is a loss
from modelwire.codecs.openai_chat._wire import DIALECT, merge_own, own_fields
from modelwire.ir._parts import Annotation

if TYPE_CHECKING:
    from modelwire.codecs._losses import LossLog
    from modelwire.ir._base import JSONObject

__all__ = ["decode_annotation", "decode_annotations", "encode_annotation", "is_native"]

_URL: str = "url_citation"


def decode_annotations(value: Any) -> tuple[Annotation, ...] | None:
    """
    Read an `annotations` list.

    Args:
        value: The parsed value.

    Returns:
        The annotations in order; `None` when it is no list of objects.
    """
    if not isinstance(value, list):
        return None
    if not all(isinstance(item, dict) for item in value):
        return None
    return tuple(decode_annotation(item) for item in value)


def decode_annotation(item: JSONObject) -> Annotation:
    """
    Read one annotation.

    Args:
        item: The parsed object.

    Returns:
        The annotation; one of an unknown type keeps its object in `extra`.
    """
    kind = item.get("type")
    inner = item.get(_URL)
    if kind != _URL or not isinstance(inner, dict):
        left = {k: v for k, v in item.items() if v is not None and k != "type"}
        known = isinstance(kind, str)
        if not known and kind is not None:
            left["type"] = kind
        return Annotation(
            kind="unknown",
            type=kind if isinstance(kind, str) else None,
            extra={DIALECT: left} if left else {},
        )
    rest = {k: v for k, v in inner.items() if v is not None}
    left = {k: v for k, v in item.items() if k not in ("type", _URL) and v is not None}
    fields = {
        "url": _text(rest, "url"),
        "title": _text(rest, "title"),
        "start": _integer(rest, "start_index"),
        "end": _integer(rest, "end_index"),
    }
    if rest:
        left[_URL] = rest
    return Annotation(
        kind="url", type=_URL, extra={DIALECT: left} if left else {}, **fields
    )


def _text(rest: JSONObject, key: str) -> Any:
    return rest.pop(key) if isinstance(rest.get(key), str) else None


def _integer(rest: JSONObject, key: str) -> Any:
    return rest.pop(key) if type(rest.get(key)) is int else None


def encode_annotation(
    annotation: Annotation,
    span: tuple[int, int],
    *,
    log: LossLog,
    path: str,
) -> JSONObject | None:
    """
    Write one annotation.

    Args:
        annotation: The annotation.
        span: First character, and one past the last, of its text in the message.
        log: Where losses go.  That a foreign annotation (`is_native`) was rewritten is
            the caller's to record, since it alone knows the place in the output.
        path: The annotation's place in the source.

    Returns:
        The object, or `None` for what this dialect cannot express.
    """
    if annotation.kind == "unknown":
        return _encode_unknown(annotation, log, path)
    native = is_native(annotation)
    if annotation.url is None and not native:
        log.drop(ir.LossCode.OUT_ANNOTATIONS_CITATIONS, path)
        return None
    inner: JSONObject = {}
    start, end = annotation.start, annotation.end
    if start is not None:
        inner["start_index"] = start + span[0]
    elif not native:
        inner["start_index"] = span[0]
    if end is not None:
        inner["end_index"] = end + span[0]
    elif not native:
        inner["end_index"] = span[1]
    if annotation.url is not None:
        inner["url"] = annotation.url
    if annotation.title is not None:
        inner["title"] = annotation.title
    elif not native:
        inner["title"] = ""
    out = {"type": _URL, _URL: inner}
    merge_own(out, annotation.extra)
    if native:
        _log_rest(annotation, log, path)
    return out


def is_native(annotation: Annotation) -> bool:
    """
    Say whether an annotation has this dialect's own type.

    Args:
        annotation: The annotation.

    Returns:
        False for one that must be rewritten as a `url_citation`: its span is then
        that of its whole text, and what it says of the source is gone.
    """
    if annotation.kind == "unknown":
        return True
    return annotation.kind == "url" and annotation.type == _URL


def _encode_unknown(
    annotation: Annotation, log: LossLog, path: str
) -> JSONObject | None:
    """Write an annotation of a type that only its own dialect knows."""
    own = own_fields(annotation.extra)
    if not own and (annotation.extra or annotation.type is None):
        log.drop(ir.LossCode.OUT_ANNOTATIONS_CITATIONS, path)
        return None
    out: JSONObject = {}
    if annotation.type is not None:
        out["type"] = annotation.type
    merge_own(out, annotation.extra)
    _log_rest(annotation, log, path, "url", "title", "start", "end")
    return out


def _log_rest(annotation: Annotation, log: LossLog, path: str, *more: str) -> None:
    """Record the fields that the wire object has no place for."""
    code = ir.LossCode.OUT_ANNOTATIONS_CITATIONS
    names = ("cited_text", "source", "file_id", "filename", "encrypted", *more)
    for name in names:
        if getattr(annotation, name) is not None:
            log.drop(code, f"{path}.{name}")
    if annotation.extra:
        log.drop_extra(annotation.extra, path, code)
