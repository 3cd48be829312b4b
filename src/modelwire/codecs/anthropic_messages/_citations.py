"""
Citations both ways: the five location types and `Annotation`.

A location says where in the source the cited words stand; the annotated text is the
whole block, so there are no offsets on the text itself.  Source: the `TextCitation`
types of the `anthropic` package 2.11.0, read 2026-11-21.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal, NamedTuple

from modelwire import ir  # for loss codes, which load when there is a loss
from modelwire.codecs.anthropic_messages._wire import DIALECT, KIN
from modelwire.ir._base import JSONObject
from modelwire.ir._parts import Annotation, Opaque, SourceSpan

if TYPE_CHECKING:
    from modelwire.codecs._losses import LossLog

__all__ = ["decode_citation", "encode_citation"]


class _Location(NamedTuple):
    """One location type: its meaning and its field names."""

    kind: Literal["url", "document", "search_result"]
    unit: Literal["char", "page", "block"] | None
    number: str
    start: str
    end: str
    title: str
    url: str | None


_LOCATIONS: Final = {
    "char_location": _Location(
        "document",
        "char",
        "document_index",
        "start_char_index",
        "end_char_index",
        "document_title",
        None,
    ),
    "page_location": _Location(
        "document",
        "page",
        "document_index",
        "start_page_number",
        "end_page_number",
        "document_title",
        None,
    ),
    "content_block_location": _Location(
        "document",
        "block",
        "document_index",
        "start_block_index",
        "end_block_index",
        "document_title",
        None,
    ),
    "search_result_location": _Location(
        "search_result",
        "block",
        "search_result_index",
        "start_block_index",
        "end_block_index",
        "title",
        "source",
    ),
    "web_search_result_location": _Location("url", None, "", "", "", "title", "url"),
}

_BY_MEANING: Final = {
    (place.kind, place.unit): name for name, place in _LOCATIONS.items()
}

_FIELDS: Final = (
    "kind",
    "type",
    "url",
    "title",
    "cited_text",
    "start",
    "end",
    "source",
    "file_id",
    "filename",
    "encrypted",
)


def decode_citation(obj: JSONObject) -> Annotation:
    """
    Read one citation.

    Args:
        obj: The object as received, of any type.

    Returns:
        The annotation; what it has no name for stands in `extra`.
    """
    left = dict(obj)
    type_ = _text(left, "type")
    place = _LOCATIONS.get(type_) if type_ is not None else None
    if place is None:
        return Annotation(kind="unknown", type=type_, extra=_rest(left))
    encrypted = None
    if place.kind == "url":
        value = _text(left, "encrypted_index")
        if value:
            encrypted = Opaque(value=value, dialect=DIALECT)
    return Annotation(
        kind=place.kind,
        type=type_,
        url=_text(left, place.url) if place.url else None,
        title=_text(left, place.title),
        # An empty text says nothing; the encoder writes it again where it is required.
        cited_text=_text(left, "cited_text") or None,
        source=_span(left, place),
        file_id=_text(left, "file_id") if place.kind == "document" else None,
        encrypted=encrypted,
        extra=_rest(left),
    )


def _text(left: JSONObject, key: str) -> str | None:
    value = left.get(key)
    if isinstance(value, str):
        del left[key]
        return value
    return None


def _span(left: JSONObject, place: _Location) -> SourceSpan | None:
    if place.unit is None:
        return None
    start, end, index = (
        left.get(place.start),
        left.get(place.end),
        left.get(place.number),
    )
    if type(start) is not int or type(end) is not int:
        return None
    del left[place.start], left[place.end]
    if type(index) is int:
        del left[place.number]
    else:
        index = None
    return SourceSpan(unit=place.unit, start=start, end=end, index=index)


def _rest(left: JSONObject) -> dict[str, JSONObject]:
    kept = {k: v for k, v in left.items() if v is not None}
    return {DIALECT: kept} if kept else {}


def encode_citation(
    annotation: Annotation, path: str, log: LossLog, *, response: bool
) -> JSONObject | None:
    """
    Write one citation.

    Args:
        annotation: The annotation.
        path: Where it stands.
        log: Where losses go.
        response: Whether a client reads it.  Towards the API a web citation needs the
            API's own `encrypted_index`; towards a client it may be empty.

    Returns:
        The citation, or `None` when it cannot be expressed (a loss is recorded).
    """
    own = annotation.extra.get(DIALECT, {})
    type_ = annotation.type
    place = _LOCATIONS.get(type_) if type_ is not None else None
    if place is None or place.kind != annotation.kind:
        if annotation.kind == "unknown" and type_ is not None and own:
            return {"type": type_, **own}
        unit = annotation.source.unit if annotation.source is not None else None
        type_ = _BY_MEANING.get((annotation.kind, unit))  # type: ignore[arg-type]
        place = _LOCATIONS[type_] if type_ is not None else None
    sealed = annotation.encrypted
    if sealed is not None and sealed.dialect not in KIN:
        sealed = None
    if place is None or (place.kind == "url" and sealed is None and not response):
        log.drop(ir.LossCode.OUT_ANNOTATIONS_CITATIONS, path)
        return None
    out: JSONObject = {"type": type_, "cited_text": annotation.cited_text or ""}
    span = annotation.source
    if place.url is not None and (annotation.url is not None or place.url not in own):
        out[place.url] = annotation.url or ""
    if span is not None and span.unit == place.unit:
        if span.index is not None or place.number not in own:
            out[place.number] = span.index or 0
        out[place.start] = span.start
        out[place.end] = span.end
    if annotation.title is not None or place.title not in own:
        out[place.title] = annotation.title
    if place.kind == "url":
        out["encrypted_index"] = sealed.value if sealed is not None else ""
    elif place.kind == "document" and annotation.file_id is not None:
        out["file_id"] = annotation.file_id
    for key, value in own.items():
        out.setdefault(key, value)
    _account(annotation, out, path, log)
    return out


def _account(annotation: Annotation, out: JSONObject, path: str, log: LossLog) -> None:
    """Record each field that reads differently from *out* than it stood."""
    back = decode_citation(out)
    for name in _FIELDS:
        was, now = getattr(annotation, name), getattr(back, name)
        if was == now:
            continue
        if was is None:
            log.add(
                ir.LossCode.OUT_ANNOTATIONS_CITATIONS, f"{path}.{name}", "synthesised"
            )
        elif now is None:
            log.add(
                ir.LossCode.OUT_ANNOTATIONS_CITATIONS,
                f"{path}.{name}",
                "dropped",
                severity="approximation",
            )
        else:
            log.approximate(ir.LossCode.OUT_ANNOTATIONS_CITATIONS, f"{path}.{name}")
    if annotation.extra:
        log.drop_extra(annotation.extra, path, ir.LossCode.OUT_ANNOTATIONS_CITATIONS)
