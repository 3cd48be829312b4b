"""
What an answer rests on, both ways: grounding and citation metadata, and annotations.

The metadata stand on the candidate and point into its texts with offsets in UTF-8
bytes; annotations stand on a text and count characters.  `annotations_of` reads them
(the candidate keeps the metadata whole in `extra` beside that), `write_annotations`
gives metadata that read as the annotations say.

Source: `GroundingMetadata` and `CitationMetadata` of google-genai 3.4.0; recorded in
chatlas__vcr-test-echo-display-providers-test-goo-h-citation-does-not-duplicate-its-source
and ruby_llm__chat-citations-with-vertexai-*, read 2026-11-21.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import accumulate
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

from modelwire import ir  # for loss codes, which load when there is a loss
from modelwire.codecs.gemini_generate._wire import DIALECT, camel
from modelwire.ir._base import JSONObject
from modelwire.ir._parts import Annotation

if TYPE_CHECKING:
    from modelwire.codecs._losses import LossLog

__all__ = ["CITATIONS", "GROUNDING", "annotations_of", "write_annotations"]

GROUNDING: Final = "groundingMetadata"
CITATIONS: Final = "citationMetadata"

_CITATION: Final = "citation"
_LISTS: Final = ("citationSources", "citations")
_MAX_ANNOTATIONS: Final = 100_000

Found: TypeAlias = tuple[int, Annotation]
_Kind: TypeAlias = Literal["url", "document"]


class _Text:
    """One text of the answer, and its offsets in bytes."""

    __slots__ = ("_starts", "data", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self.data = text.encode("utf-8", "surrogatepass")
        self._starts: list[int] | None = None

    def chars(self, offset: int) -> int:
        """Give the character at a byte offset; offsets outside are cut."""
        if len(self.data) == len(self.text):
            return min(max(offset, 0), len(self.text))
        if self._starts is None:
            sizes = (_size(char) for char in self.text)
            self._starts = list(accumulate(sizes, initial=0))
        from bisect import bisect_right  # noqa: PLC0415 - citations are rare

        return max(0, bisect_right(self._starts, max(offset, 0)) - 1)


def _size(char: str) -> int:
    code = ord(char)
    if code < 0x80:
        return 1
    if code < 0x800:
        return 2
    return 3 if code < 0x10000 else 4


def annotations_of(
    fields: JSONObject,
    texts: Sequence[str],
    places: Sequence[int] | None = None,
) -> list[Found]:
    """
    Read the annotations that a candidate's metadata stand for.

    Args:
        fields: The candidate's fields, `groundingMetadata` and `citationMetadata`
            among them, as received.
        texts: The texts of its text parts (no thoughts), in order.
        places: The number of each of them among all its parts, which
            `segment.partIndex` counts; `None`: they are the only parts.

    Returns:
        Pairs of a text's number and an annotation of it.  An annotation that points
        nowhere has no offsets and stands on the last text.  Nothing without texts.
    """
    if not texts:
        return []
    reader = _Reader(texts, places)
    grounding, citations = fields.get(GROUNDING), fields.get(CITATIONS)
    if type(grounding) is dict:
        reader.grounding(camel(grounding))
    if type(citations) is dict:
        reader.citations(camel(citations))
    return reader.found


class _Reader:
    def __init__(self, texts: Sequence[str], places: Sequence[int] | None) -> None:
        self.texts = [_Text(text) for text in texts]
        self.places = list(range(len(texts))) if places is None else list(places)
        self.found: list[Found] = []

    def grounding(self, obj: JSONObject) -> None:
        chunks = obj.get("groundingChunks")
        supports = obj.get("groundingSupports")
        if type(chunks) is not list or type(supports) is not list:
            return
        sources = [_source(chunk) for chunk in chunks]
        for support in supports:
            if type(support) is not dict:
                continue
            bare = camel(support)
            numbers = bare.get("groundingChunkIndices")
            where = self._segment(bare.get("segment"))
            for number in numbers if type(numbers) is list else ():
                if (
                    type(number) is int
                    and 0 <= number < len(sources)
                    and len(self.found) < _MAX_ANNOTATIONS
                ):
                    source = sources[number]
                    if source is not None:
                        self._add(where, **source)

    def citations(self, obj: JSONObject) -> None:
        for key in _LISTS:
            rows = obj.get(key)
            for row in rows if type(rows) is list else ():
                if type(row) is not dict or len(self.found) >= _MAX_ANNOTATIONS:
                    continue
                bare = camel(row)
                url, title = _word(bare, "uri"), _word(bare, "title")
                if url is None and title is None:
                    continue
                spans = "endIndex" in bare or "startIndex" in bare
                where = self._segment(bare) if spans else (len(self.texts) - 1, None)
                self._add(where, kind="url", type=_CITATION, url=url, title=title)

    def _add(self, where: tuple[int, tuple[int, int] | None], **said: Any) -> None:
        number, span = where
        start, end = span if span is not None else (None, None)
        self.found.append((number, Annotation(start=start, end=end, **said)))

    def _segment(self, value: Any) -> tuple[int, tuple[int, int] | None]:
        """Find the text of a segment, and the characters that it speaks of."""
        last = len(self.texts) - 1
        if type(value) is not dict:
            return last, None
        segment = camel(value)
        start = _offset(segment, "startIndex") or 0
        end = _offset(segment, "endIndex")
        words = segment.get("text")
        place = _offset(segment, "partIndex") or 0
        number = self.places.index(place) if place in self.places else 0
        if end is None:
            return number, None
        if type(words) is str and words:
            wanted = words.encode("utf-8", "surrogatepass")
            if not self._holds(number, start, end, wanted):
                # The offsets of a streamed answer count from the start of all texts.
                base = 0
                for i, text in enumerate(self.texts):
                    if self._holds(i, start - base, end - base, wanted):
                        number, start, end = i, start - base, end - base
                        break
                    base += len(text.data)
        text = self.texts[number]
        return number, (text.chars(start), text.chars(end))

    def _holds(self, number: int, start: int, end: int, wanted: bytes) -> bool:
        return start >= 0 and self.texts[number].data[start:end] == wanted


def _offset(obj: JSONObject, key: str) -> int | None:
    value = obj.get(key)
    return value if type(value) is int and 0 <= value < 2**53 else None


def _word(obj: JSONObject, key: str) -> str | None:
    value = obj.get(key)
    return value if type(value) is str and value else None


def _source(chunk: Any) -> dict[str, Any] | None:
    """Give the fields of an annotation that a grounding chunk stands for."""
    if type(chunk) is not dict:
        return None
    bare = camel(chunk)
    for type_, address in _CHUNKS.items():
        inner = bare.get(type_)
        if type(inner) is dict:
            bare_inner = camel(inner)
            url = _word(bare_inner, address)
            kind: _Kind = "document" if url is None else "url"
            return {
                "kind": kind,
                "type": type_,
                "url": url,
                "title": _word(bare_inner, "title"),
                "cited_text": _word(bare_inner, "text"),
            }
    return None


_CHUNKS: Final = {
    "web": "uri",
    "retrievedContext": "uri",
    "maps": "uri",
    "image": "sourceUri",
}
"""Kinds of grounding chunks, and where their address stands."""
_WITH_TEXT: Final = frozenset({"retrievedContext", "maps"})


# --- writing ------------------------------------------------------------------------


def write_annotations(
    parts: Iterable[tuple[int, str, str, tuple[Annotation, ...]]],
    fields: JSONObject,
    log: LossLog,
    choice: str,
) -> None:
    """
    Put the annotations of an answer's texts into a candidate.

    Args:
        parts: Its text parts: the number among the parts that are written, the path,
            the text and the annotations.
        fields: The candidate that is being written; its metadata, as they came, stay
            where they say just what the annotations say, and are made anew where not.
        log: Where losses go.
        choice: The candidate's path.
    """
    rows = list(parts)
    wanted = [(number, note) for number, row in enumerate(rows) for note in row[3]]
    if not (wanted or GROUNDING in fields or CITATIONS in fields):
        return
    texts = [row[2] for row in rows]
    places = [row[0] for row in rows]
    if sorted_by_text(annotations_of(fields, texts, places)) == wanted:
        return
    had = {key for key in (GROUNDING, CITATIONS) if key in fields}
    _rewrite(wanted, rows, fields)
    for key in (GROUNDING, CITATIONS):
        where = f"{choice}.extra[{DIALECT!r}].{key}"
        if key in had:
            log.approximate(
                ir.LossCode.RESP_GROUNDING, where, "made of the annotations"
            )
        elif key in fields:
            log.add(ir.LossCode.RESP_GROUNDING, None, "synthesised", to=where)
    _account(wanted, rows, annotations_of(fields, texts, places), log, choice)


def sorted_by_text(found: list[Found]) -> list[Found]:
    """Give *found* in the order of the texts, as annotations stand on their parts."""
    return sorted(found, key=lambda pair: pair[0])


_Rows: TypeAlias = list[tuple[int, str, str, tuple[Annotation, ...]]]


def _rewrite(wanted: list[Found], rows: _Rows, fields: JSONObject) -> None:
    chunks: list[JSONObject] = []
    supports: list[JSONObject] = []
    citations: list[JSONObject] = []
    for number, note in wanted:
        place, _, text, _ = rows[number]
        start, end = _bytes(text, note.start, 0), _bytes(text, note.end, len(text))
        if note.type == _CITATION:
            row: JSONObject = {}
            if note.start is not None or note.end is not None:
                row = {"startIndex": start, "endIndex": end}
            for key, value in (("uri", note.url), ("title", note.title)):
                if value is not None:
                    row[key] = value
            citations.append(row)
            continue
        chunk = _chunk(note)
        if chunk is None:
            continue
        if chunk not in chunks:
            chunks.append(chunk)
        segment: JSONObject = {
            "startIndex": start,
            "endIndex": end,
            "text": text[note.start or 0 : note.end],
        }
        if place:
            segment["partIndex"] = place
        supports.append(
            {"segment": segment, "groundingChunkIndices": [chunks.index(chunk)]}
        )
    before = fields.get(GROUNDING)
    kept = camel(before) if type(before) is dict else {}
    kept = {
        k: v
        for k, v in kept.items()
        if k not in ("groundingChunks", "groundingSupports")
    }
    if chunks:
        kept = {**kept, "groundingChunks": chunks, "groundingSupports": supports}
    _put(fields, GROUNDING, kept)
    said = fields.get(CITATIONS)
    key = next((k for k in _LISTS if type(said) is dict and k in said), _LISTS[0])
    _put(fields, CITATIONS, {key: citations} if citations else {})


def _put(fields: JSONObject, key: str, value: JSONObject) -> None:
    if value:
        fields[key] = value
    else:
        fields.pop(key, None)


def _bytes(text: str, offset: int | None, default: int) -> int:
    end = default if offset is None else max(0, offset)
    return len(text[:end].encode("utf-8", "surrogatepass"))


def _chunk(note: Annotation) -> JSONObject | None:
    """Give the grounding chunk of an annotation; `None` when it names no source."""
    type_ = note.type if note.type in _CHUNKS else "web"
    if note.url is None and type_ == "web":
        type_ = "retrievedContext"
    inner = {
        key: value
        for key, value in (
            (_CHUNKS[type_], note.url),
            ("title", note.title),
            ("text", note.cited_text if type_ in _WITH_TEXT else None),
        )
        if value
    }
    return {type_: inner} if inner else None


_FIELDS: Final = (
    "kind", "type", "url", "title", "cited_text", "start", "end", "source", "file_id",
    "filename", "encrypted",
)  # fmt: skip


def _account(
    wanted: list[Found], rows: _Rows, found: list[Found], log: LossLog, choice: str
) -> None:
    """Record how each annotation reads now; what names no source is gone."""
    back = iter(sorted_by_text(found))
    numbers: list[int] = []
    counts: dict[int, int] = {}
    for number, _ in wanted:
        numbers.append(counts.get(number, 0))
        counts[number] = numbers[-1] + 1
    # Citations are read after everything else of the same text.
    order = sorted(
        enumerate(wanted), key=lambda item: (item[1][0], item[1][1].type == _CITATION)
    )
    written: dict[int, int] = {}
    for rank, (i, (number, note)) in enumerate(order):
        path = f"{rows[number][1]}.annotations[{numbers[i]}]"
        gone = (
            note.url is None and note.title is None
            if note.type == _CITATION
            else _chunk(note) is None
        )
        if gone:
            log.drop(ir.LossCode.OUT_ANNOTATIONS_CITATIONS, path)
            continue
        _, now = next(back, (0, note))
        count = written.get(number, 0)
        written[number] = count + 1
        to = f"{choice}.message.parts[{rows[number][0]}].annotations[{count}]"
        if rank != i and note.type == _CITATION:
            log.add(ir.LossCode.OUT_ANNOTATIONS_CITATIONS, path, "moved", to=to)
        _compare(note, now, path, to, log)


def _compare(
    was: Annotation, now: Annotation, path: str, to: str, log: LossLog
) -> None:
    for name in _FIELDS:
        before, after = getattr(was, name), getattr(now, name)
        if before == after:
            continue
        where = f"{path}.{name}"
        if before is None:
            log.add(
                ir.LossCode.OUT_ANNOTATIONS_CITATIONS,
                None,
                "synthesised",
                to=f"{to}.{name}",
                severity="approximation",
            )
        elif after is None:
            log.drop(ir.LossCode.OUT_ANNOTATIONS_CITATIONS, where)
        elif name == "type":
            log.add(
                ir.LossCode.OUT_ANNOTATIONS_CITATIONS,
                where,
                "approximated",
                severity="cosmetic",
            )
        else:
            log.approximate(ir.LossCode.OUT_ANNOTATIONS_CITATIONS, where)
    if was.extra:
        log.drop_extra(was.extra, path, ir.LossCode.OUT_ANNOTATIONS_CITATIONS)
        for key in was.extra.get(DIALECT, {}):
            if not key.startswith("$"):
                log.drop_field(
                    ir.LossCode.OUT_ANNOTATIONS_CITATIONS, path, DIALECT, key
                )
