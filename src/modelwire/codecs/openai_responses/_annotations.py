"""
`annotations` of an `output_text` to `Annotation` and back.

Four types, flat objects; offsets count in the text that carries them.  Other dialects
cite spans of the source, and a whole text of the answer is what the citation speaks
of; that text's ends take the place of the offsets.

Source:
    wire/openai_responses.md section 3 and wire/mapping.md, row
    out.annotations_citations, read 2026-11-21.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from modelwire import ir  # for loss codes, which load when there is a loss
from modelwire.codecs.openai_responses._wire import (
    extra_with,
    merge_own,
    own_fields,
)
from modelwire.ir._parts import Annotation

if TYPE_CHECKING:
    from modelwire.codecs._losses import LossLog
    from modelwire.ir._base import JSONObject

__all__ = ["decode_annotation", "decode_annotations", "encode_annotation", "is_native"]

_URL: Final = "url_citation"
_FILES: Final = frozenset({"file_citation", "container_file_citation", "file_path"})
_TEXTS: Final = (
    ("url", "url"),
    ("title", "title"),
    ("file_id", "file_id"),
    ("filename", "filename"),
)
"""IR fields that are texts, and their wire names."""
_OFFSETS: Final = (("start", "start_index"), ("end", "end_index"))
_FIELDS: Final[dict[str, frozenset[str]]] = {
    _URL: frozenset({"url", "title", "start", "end"}),
    "file_citation": frozenset({"file_id", "filename"}),
    "container_file_citation": frozenset({"file_id", "filename", "start", "end"}),
    "file_path": frozenset({"file_id"}),
}
"""The IR fields that each type has a place for."""


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
    for item in value:
        if not isinstance(item, dict):
            return None
    return tuple([decode_annotation(item) for item in value])


def decode_annotation(item: JSONObject) -> Annotation:
    """
    Read one annotation.

    Args:
        item: The parsed object.

    Returns:
        The annotation; one of an unknown type keeps its object in `extra`.
    """
    left = dict(item)
    kind = left.get("type")
    fields = _FIELDS.get(kind) if isinstance(kind, str) else None
    if fields is None:
        if isinstance(kind, str):
            del left["type"]
        return Annotation(
            kind="unknown",
            type=kind if isinstance(kind, str) else None,
            extra=extra_with(left),
        )
    del left["type"]
    values: dict[str, Any] = {}
    for name, wire in _TEXTS:
        if name in fields and isinstance(left.get(wire), str):
            values[name] = left.pop(wire)
    for name, wire in _OFFSETS:
        if name in fields and type(left.get(wire)) is int:
            values[name] = left.pop(wire)
    return Annotation(
        kind="url" if kind == _URL else "file",
        type=kind,
        extra=extra_with(left),
        **values,
    )


def encode_annotation(
    annotation: Annotation,
    length: int,
    log: LossLog,
    *,
    path: str = "",
    to: str = "",
) -> JSONObject | None:
    """
    Write one annotation.

    Args:
        annotation: The annotation.
        length: Characters of the text that it stands on.
        log: Where losses go.
        path: The annotation's place in the source.
        to: Its place in the decoded output.

    Returns:
        The object, or `None` for what this dialect cannot express.
    """
    if annotation.kind == "unknown":
        return _encode_unknown(annotation, log, path)
    native = is_native(annotation)
    kind = annotation.type if native else _URL
    if not native and annotation.url is None:
        log.drop(ir.LossCode.OUT_ANNOTATIONS_CITATIONS, path)
        return None
    assert kind is not None  # noqa: S101 - `is_native` says so
    fields = _FIELDS[kind]
    out: JSONObject = {"type": kind}
    for name, wire in (*_TEXTS, *_OFFSETS):
        value = getattr(annotation, name)
        if name in fields and value is not None:
            out[wire] = value
    if not native:
        out.setdefault("title", "")
        out.setdefault("start_index", 0)
        out.setdefault("end_index", length)
    merge_own(out, annotation.extra)
    if native:
        _log_rest(annotation, log, path, fields)
    else:
        log.approximate(ir.LossCode.OUT_ANNOTATIONS_CITATIONS, path, to=to)
    return out


def is_native(annotation: Annotation) -> bool:
    """
    Say whether an annotation has one of this dialect's own types.

    Args:
        annotation: The annotation.

    Returns:
        False for one that must be rewritten: its span is then that of its whole text,
        and what it says of the source is gone.
    """
    if annotation.type == _URL:
        return annotation.kind == "url"
    return annotation.kind == "file" and annotation.type in _FILES


def _encode_unknown(
    annotation: Annotation, log: LossLog, path: str
) -> JSONObject | None:
    """Write an annotation of a type that only its own dialect knows."""
    own = own_fields(annotation.extra)
    known = annotation.type in _FIELDS
    if (not own and (annotation.extra or annotation.type is None)) or known:
        log.drop(ir.LossCode.OUT_ANNOTATIONS_CITATIONS, path)
        return None
    out: JSONObject = {}
    if annotation.type is not None:
        out["type"] = annotation.type
    merge_own(out, annotation.extra)
    _log_rest(annotation, log, path, frozenset())
    return out


_ALL: Final = (
    "url", "title", "cited_text", "start", "end", "source", "file_id", "filename",
    "encrypted",
)  # fmt: skip


def _log_rest(
    annotation: Annotation, log: LossLog, path: str, written: frozenset[str]
) -> None:
    """Record the fields that the wire object has no place for."""
    code = ir.LossCode.OUT_ANNOTATIONS_CITATIONS
    for name in _ALL:
        if name not in written and getattr(annotation, name) is not None:
            log.drop(code, f"{path}.{name}")
    if annotation.extra:
        log.drop_extra(annotation.extra, path, code)
