"""
What the model says in a Responses stream: messages and reasoning into events.

A text's end waits for what follows it, because citations may follow it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ClassVar, Final

from modelwire.codecs._losses import LossLog
from modelwire.codecs.openai_responses._annotations import encode_annotation, is_native
from modelwire.codecs.openai_responses._logprobs import encode_logprobs
from modelwire.codecs.openai_responses._stream_output import PARTS, OutItem, OutPart
from modelwire.codecs.openai_responses._stream_wire import STEMS, EventWriter
from modelwire.codecs.openai_responses._wire import DIALECT
from modelwire.ir._chunks import AnnotationDelta, LogprobsDelta, ReasoningDelta
from modelwire.ir._loss_codes import LossCode
from modelwire.ir._parts import RefusalPart, TextPart

if TYPE_CHECKING:
    from modelwire.ir._base import JSONObject
    from modelwire.ir._chunks import BlockStart
    from modelwire.ir._parts import Annotation

__all__ = ["TextStream"]

_TEXT: Final = STEMS["output_text"]
_REFUSAL: Final = STEMS["refusal"]
_KINDS: Final[dict[type, str]] = {TextPart: "output_text", RefusalPart: "refusal"}
"""The types of content parts that have deltas."""


class TextStream(EventWriter):
    """Writes messages and reasoning; see `EventWriter` for arguments."""

    # --- messages -------------------------------------------------------------------

    def _find(self, chunk: Any) -> OutItem | None:
        """Give the item that a delta speaks of, if it is still written."""
        item = self._of.get(chunk.index)
        return None if item is None or item.closed else item

    def _start_content(self, item: OutItem, chunk: BlockStart) -> None:
        draft = self._draft(item)
        if item.wire is None:
            header = {**draft, "content": [], "status": "in_progress"}
            self._add(item, header, chunk.raw)
        piece = draft["content"][item.parts]
        # What is no text (an unknown part may say that it is one) has no deltas.
        kind = _KINDS.get(type(chunk.part), "")
        if piece.get("type") != kind:
            kind = ""
        part = OutPart(chunk.index, item.parts, kind)
        item.parts += 1
        item.current = part
        shown = dict(piece)
        if kind == "output_text":
            shown.update({"text": "", "annotations": [], "logprobs": []})
        elif kind:
            shown["refusal"] = ""
        self._put(
            "response.content_part.added",
            {**self._at(item, part), "part": shown},
            chunk.raw,
        )
        if kind:
            self._open(item, part)
            head: Any = chunk.part
            if head.text:
                self._delta(item, part, head.text, None)
            if kind == "output_text":
                for note in head.annotations:
                    self._annotate(item, part, note, None)
                # Those of the header only: the fold may know deltas that are held.
                tokens = head.logprobs
                if tokens is not None and tokens.content:
                    self._tokens(item, part, encode_logprobs(tokens))

    def _logprobs(self, chunk: LogprobsDelta) -> None:
        item = self._find(chunk) if chunk.index is not None else None
        part = None if item is None else item.current
        if item is None or part is None or part.block != chunk.index or part.stopped:
            return
        if part.kind == "output_text" and chunk.logprobs.content:
            self._tokens(item, part, encode_logprobs(chunk.logprobs))

    def _tokens(self, item: OutItem, part: OutPart, tokens: list[Any]) -> None:
        """Write log probabilities; the text of their tokens is out already."""
        fields = {**self._at(item, part), "delta": "", "logprobs": tokens}
        self._put(f"{_TEXT}.delta", fields)

    def _annotation(self, chunk: AnnotationDelta) -> None:
        block = None
        if chunk.index is not None:
            block = chunk.index
        elif self._fold.last_text is not None:
            last = self._fold.last_text
            block = next((i for i in self._of if self._fold.block(i) is last), None)
        item = self._of.get(block) if block is not None else None
        if item is None or block is None:
            return
        part = item.current
        if item.closed or part is None or part.block != block:
            # Its text is out; the terminal event has the citation.
            number = item.start + item.blocks.index(block)
            state = self._fold.block(block)
            count = len(state.annotations) + len(getattr(state.part, "annotations", ()))
            path = f"{PARTS}[{number}].annotations[{count - 1}]"
            self._dirty.append((item, path))
            return
        self._annotate(item, part, chunk.annotation, chunk.raw)

    def _annotate(
        self, item: OutItem, part: OutPart, annotation: Annotation, raw: Any
    ) -> None:
        """Write a citation at once, unless its end depends on where its text ends."""
        wire = None
        if not part.deferred and is_native(annotation):
            wire = encode_annotation(annotation, 0, LossLog(DIALECT))
        if wire is None:
            part.deferred = True
        else:
            self._note(item, part, wire, raw)

    def _note(self, item: OutItem, part: OutPart, wire: JSONObject, raw: Any) -> None:
        fields = {
            **self._at(item, part),
            "annotation_index": part.notes,
            "annotation": wire,
        }
        part.notes += 1
        self._put(f"{_TEXT}.annotation.added", fields, raw)

    def _close_content(self, item: OutItem) -> None:
        """Write the end of the content part that grows."""
        part = item.current
        assert part is not None  # noqa: S101 - a message begins with its first part
        item.current = None
        self._shut()
        content = self._draft(item)["content"]
        piece = content[part.index]
        self._move_logprobs(piece, part)
        place = self._at(item, part)
        kind = part.kind
        same = piece.get("type") == kind
        if kind == "output_text":
            text = _words(piece.get("text")) if same else ""
            if text and not part.sent:
                self._delta(item, part, text, None)
            if same:
                self._rest_of_notes(item, part, piece)
                if part.notes <= len(piece.get("annotations") or ()):
                    # Where citations are gone too, a reader takes the end whole.
                    self._taken_back(item, part, text, LossCode.OUT_TEXT, "text")
            tokens = piece.get("logprobs") or []
            self._put(f"{_TEXT}.done", {**place, "text": text, "logprobs": tokens})
        elif kind:
            text = _words(piece.get("refusal")) if same else ""
            if text and not part.sent:
                self._delta(item, part, text, None)
            if same:
                self._taken_back(item, part, text, LossCode.OUT_REFUSAL, "text")
            self._put(f"{_REFUSAL}.done", {**place, "refusal": text})
        self._put("response.content_part.done", {**place, "part": piece})

    def _taken_back(
        self, item: OutItem, part: OutPart, text: Any, code: LossCode, field: str
    ) -> None:
        """Record a text that was streamed and is empty at its end: readers keep it."""
        if part.sent and not text:
            number = item.start + item.blocks.index(part.block)
            path = f"{PARTS}[{number}].{field}"
            self._log.approximate(code, path, "empty at its end, and sent already")

    def _rest_of_notes(self, item: OutItem, part: OutPart, piece: JSONObject) -> None:
        """Write the citations that waited for the end of their text."""
        notes = piece.get("annotations")
        for wire in notes[part.notes :] if isinstance(notes, list) else ():
            self._note(item, part, wire, None)

    def _move_logprobs(self, piece: JSONObject, part: OutPart) -> None:
        """Give the choice's log probabilities to its first text."""
        found = self._fold.logprobs
        if self._moved or found is None or not found.content:
            return
        if piece.get("type") != "output_text" or piece.get("logprobs"):
            return
        self._moved = True
        piece["logprobs"] = encode_logprobs(found)
        item = self._of[part.block]
        item.seen["logprobs"] = part
        to = f"{self._output.place(part.index)}.logprobs"
        path = "$.choices[0].logprobs"
        self._log.add(LossCode.RESP_LOGPROBS, path, "moved", to=to)

    def _end_content(self, item: OutItem, final: JSONObject) -> None:
        part = item.seen.get("logprobs")
        found = self._fold.logprobs
        if part is not None and found is not None:
            final["content"][part.index]["logprobs"] = encode_logprobs(found)

    # --- reasoning ------------------------------------------------------------------

    def _start_reasoning(self, item: OutItem, chunk: BlockStart) -> None:
        if self._open_reasoning(item, chunk.raw):
            part: Any = chunk.part
            for number, text in enumerate(part.summaries):
                self._think(item, number, text, None)
            if part.text is not None:
                self._think(item, None, part.text, None)

    def _open_reasoning(self, item: OutItem, raw: Any) -> bool:
        """Write the start of a reasoning item, once it has something to say."""
        if item.wire is None:
            parts: Any = self._parts_of(item)
            draft = self._output.draft(item, parts)
            if draft is None:
                return False
            header = {**draft, "summary": []}
            if parts[0].text is not None:
                # What is no text of reasoning is no delta, and stays.
                header.pop("content", None)
            # The value that counts is the one at the end.
            header.pop("encrypted_content", None)
            if "status" in header:
                header["status"] = "in_progress"
            self._add(item, header, raw)
        return True

    def _reasoning_delta(self, chunk: ReasoningDelta) -> None:
        item = self._find(chunk)
        if item is not None and self._open_reasoning(item, None):
            self._think(item, chunk.summary, chunk.text, chunk.raw)

    def _think(self, item: OutItem, number: int | None, text: str, raw: Any) -> None:
        """Write more of a reasoning text or of a summary."""
        part = item.seen.get(number)
        if part is None:
            if number is None:
                part = OutPart(item.blocks[0], 0, "reasoning_text")
            else:
                before = [key for key in item.seen if key is not None]
                if any(key > number for key in before):
                    # Out of order: its place is behind it already.  The end has it.
                    return
                part = OutPart(item.blocks[0], len(before), "summary_text")
            self._close_thought(item)
            item.seen[number] = part
            self._open_thought(item, part)
            self._open(item, part, number)
        elif part is not item.current:
            return
        if text:
            self._delta(item, part, text, raw)

    def _open_thought(self, item: OutItem, part: OutPart) -> None:
        name = "response.content_part.added"
        if part.kind == "summary_text":
            name = "response.reasoning_summary_part.added"
        piece = {"type": part.kind, "text": ""}
        self._put(name, {**self._at(item, part), "part": piece})

    def _close_thought(self, item: OutItem) -> None:
        """Write the end of the text that grows in a reasoning item."""
        part = item.current
        if part is None:
            return
        item.current = None
        self._shut()
        now: Any = self._parts_of(item)[0]
        if part.kind == "summary_text":
            at = part.index
            text = now.summaries[at] if at < len(now.summaries) else ""
        else:
            text = now.text or ""
        self._end_thought(item, part, text)

    def _end_thought(self, item: OutItem, part: OutPart, text: str) -> None:
        if text and not part.sent:
            self._delta(item, part, text, None)
        place = self._at(item, part)
        name = "response.content_part.done"
        if part.kind == "summary_text":
            name = "response.reasoning_summary_part.done"
        self._put(f"{STEMS[part.kind]}.done", {**place, "text": text})
        self._put(name, {**place, "part": {"type": part.kind, "text": text}})

    def _end_reasoning(self, item: OutItem, final: JSONObject) -> None:
        """Write the texts that were not streamed."""
        self._taken_back_thoughts(item)
        summaries = sum(key is not None for key in item.seen)
        block = item.blocks[0]
        for key, kind, start in (
            ("summary", "summary_text", summaries),
            ("content", "reasoning_text", None if None in item.seen else 0),
        ):
            pieces = final.get(key)
            if start is None or not isinstance(pieces, list):
                continue
            for number, piece in enumerate(pieces[start:], start):
                text = piece.get("text") if isinstance(piece, dict) else None
                if isinstance(text, str) and piece.get("type") == kind:
                    part = OutPart(block, number, kind)
                    self._open_thought(item, part)
                    self._end_thought(item, part, text)

    def _taken_back_thoughts(self, item: OutItem) -> None:
        """Record thoughts that were streamed and are not there at the end."""
        now: Any = self._parts_of(item)[0]
        place = f"{PARTS}[{item.count}]"
        text = item.seen.get(None)
        if text is not None and text.sent and now.text is None:
            to = f"{place}.text"
            self._log.add(LossCode.THINK_TEXT, None, "synthesised", to=to)
        summaries = [part.sent for key, part in item.seen.items() if key is not None]
        if any(summaries) and not now.summaries:
            to = f"{place}.summaries"
            self._log.add(LossCode.THINK_SUMMARY, None, "synthesised", to=to)

    TEXT_HANDLERS: ClassVar[dict[type, Callable[[Any, Any], None]]] = {
        ReasoningDelta: _reasoning_delta,
        AnnotationDelta: _annotation,
        LogprobsDelta: _logprobs,
    }
    """What becomes of the chunks that only texts have."""


def _words(value: Any) -> str:
    return value if isinstance(value, str) else ""
