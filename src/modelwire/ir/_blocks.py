"""
What an `Accumulator` remembers: blocks, choices, and how they become parts.

Strings that grow are lists of pieces, joined when someone looks; nothing here holds a
chunk or knows the order rules of a stream.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

import attrs

from modelwire.errors import InvalidIRError
from modelwire.ir._base import Extra, JSONObject
from modelwire.ir._chunks import PartDelta
from modelwire.ir._messages import Message
from modelwire.ir._parts import (
    Annotation,
    AudioPart,
    Base64Source,
    CompactionPart,
    Logprobs,
    Part,
    ReasoningPart,
    RefusalPart,
    ServerToolCallPart,
    ServerToolResultPart,
    TextPart,
    TokenLogprob,
    ToolCallPart,
)
from modelwire.ir._response import Choice, Finish

if TYPE_CHECKING:
    from modelwire.framing._partial_json import PartialJSON

__all__ = [
    "MAIN_FIELD",
    "Block",
    "ChoiceState",
    "Tokens",
    "build_choice",
    "check_place",
    "merge",
    "replaced",
]

MAIN_FIELD: Final[dict[type, str]] = {
    TextPart: "text",
    ReasoningPart: "text",
    RefusalPart: "text",
    CompactionPart: "text",
    ToolCallPart: "arguments",
    ServerToolCallPart: "arguments",
    AudioPart: "transcript",
}
"""The field that the ordinary delta of a part grows."""

_OTHER_FIELDS: Final[dict[type, tuple[str, ...]]] = {
    ToolCallPart: ("arguments",),
    ServerToolCallPart: ("arguments", "result"),
    ServerToolResultPart: ("content",),
}
"""
The fields that a `PartDelta` grows by key, and as text where it is not the main one.

Keyed pieces of `arguments` show what is coming (Gemini's partial arguments, the code
of a code interpreter): they make an object only while the arguments' own text has
not come, which then decides.
"""


class Tokens:
    """Log probabilities that grow."""

    __slots__ = ("content", "extra", "refusal")

    def __init__(self) -> None:
        self.content: list[TokenLogprob] | None = None
        self.refusal: list[TokenLogprob] | None = None
        self.extra: dict[str, JSONObject] = {}

    def add(self, more: Logprobs) -> None:
        if more.content is not None:
            self.content = self.content or []
            self.content.extend(more.content)
        if more.refusal is not None:
            self.refusal = self.refusal or []
            self.refusal.extend(more.refusal)
        merge(self.extra, more.extra)

    def build(self, before: Logprobs | None) -> Logprobs:
        start = before or Logprobs()
        extra = {dialect: dict(fields) for dialect, fields in start.extra.items()}
        merge(extra, self.extra)
        return Logprobs(
            content=_longer(start.content, self.content),
            refusal=_longer(start.refusal, self.refusal),
            extra=extra,
        )


class Block:
    """One block: its header, and what has come since."""

    __slots__ = (
        "annotations", "audio", "changes", "choice", "keyed", "logprobs", "main",
        "parser", "part", "stopped", "summaries", "unparsed",
    )  # fmt: skip

    def __init__(self, choice: int, part: Part) -> None:
        self.choice = choice
        self.stopped = False
        self.parser: PartialJSON | None = None
        self.begin(part)

    def begin(self, part: Part) -> None:
        """Start from *part* with nothing grown."""
        self.part = part
        # Pieces of the one field that the class's ordinary delta grows.
        self.main: list[str] = []
        # Pieces of other fields: (field, key inside it or None) -> pieces.
        self.keyed: dict[tuple[str, str | None], list[str]] = {}
        self.summaries: dict[int, list[str]] = {}
        self.annotations: list[Annotation] = []
        self.logprobs: Tokens | None = None
        self.audio: list[str] = []
        # Whole fields that were replaced.
        self.changes: dict[str, Any] = {}
        self.parser = None
        # What came since the parser of partial arguments was fed.
        self.unparsed: list[str] = []

    def grow(self, text: str) -> None:
        self.main.append(text)
        if self.parser is not None:
            self.unparsed.append(text)

    def build(self) -> Part:
        part = self.part
        changes = dict(self.changes)
        if self.main:
            field = MAIN_FIELD[type(part)]
            changes[field] = (getattr(part, field) or "") + _joined(self.main)
        for (field, key), pieces in self.keyed.items():
            if field != "arguments":
                changes[field] = _grown(part, changes, field, key, _joined(pieces))
        if isinstance(part, ToolCallPart | ServerToolCallPart) and self.shows_keys():
            changes["arguments"] = json.dumps(
                self.keyed_arguments(), ensure_ascii=False, separators=(",", ":")
            )
        if isinstance(part, ReasoningPart) and self.summaries:
            changes["summaries"] = self._summaries(part.summaries)
        if isinstance(part, TextPart):
            if self.annotations:
                changes["annotations"] = (*part.annotations, *self.annotations)
            if self.logprobs is not None:
                changes["logprobs"] = self.logprobs.build(part.logprobs)
        if isinstance(part, AudioPart) and self.audio:
            before = part.source if isinstance(part.source, Base64Source) else None
            held = [before.data] if before is not None and before.data else []
            changes["source"] = Base64Source(
                data=_join_base64([*held, *self.audio]),
                media_type=before.media_type if before is not None else "",
            )
        return replaced(part, changes) if changes else part

    def shows_keys(self) -> bool:
        """Whether the arguments are known by keys only, not by their own text."""
        return (
            any(field == "arguments" for field, _ in self.keyed)
            and not self.main
            and not getattr(self.part, "arguments", "")
        )

    def keyed_arguments(self) -> JSONObject:
        return {
            str(key): _joined(pieces)
            for (field, key), pieces in self.keyed.items()
            if field == "arguments"
        }

    def partial_arguments(self, header: str) -> Any:
        """Read the arguments so far; *header* is what the block began with."""
        # Not at the top: the IR must load without the framings.
        from modelwire.framing._partial_json import (  # noqa: PLC0415
            ABSENT,
            PartialJSON,
        )

        if self.shows_keys():
            return self.keyed_arguments()
        if self.parser is None:
            self.parser = PartialJSON()
            self.unparsed = [header, *self.main]
        self.parser.feed("".join(self.unparsed))
        self.unparsed.clear()
        value = self.parser.value(trailing_strings=True)
        return None if value is ABSENT else value

    def _summaries(self, before: tuple[str, ...]) -> tuple[str, ...]:
        texts = dict(enumerate(before))
        for number, pieces in self.summaries.items():
            texts[number] = texts.get(number, "") + _joined(pieces)
        return tuple(texts[number] for number in sorted(texts))


class ChoiceState:
    """What is known of a choice beside its blocks."""

    __slots__ = ("extra", "finish", "logprobs", "message", "orphans", "text")

    def __init__(self) -> None:
        self.extra: dict[str, JSONObject] = {}
        self.message: dict[str, JSONObject] = {}
        self.finish: Finish | None = None
        self.logprobs: Tokens | None = None
        # The last text block, and annotations that came before there was one.
        self.text: Block | None = None
        self.orphans: list[Annotation] = []


def replaced(part: Part, changes: dict[str, Any]) -> Part:
    """Give *part* with other fields."""
    return attrs.evolve(part, **changes)


def build_choice(index: int, choice: ChoiceState, parts: list[Part]) -> Choice:
    if choice.orphans:
        # An answer without text that cites: the citations need a place.
        parts = [*parts, TextPart(text="", annotations=tuple(choice.orphans))]
    return Choice(
        index=index,
        message=Message(
            role="assistant",
            parts=tuple(parts),
            extra={dialect: dict(fields) for dialect, fields in choice.message.items()},
        ),
        finish=choice.finish,
        logprobs=None if choice.logprobs is None else choice.logprobs.build(None),
        extra={dialect: dict(fields) for dialect, fields in choice.extra.items()},
    )


def _joined(pieces: list[str]) -> str:
    """Join *pieces* and leave them joined, so that looking again is cheap."""
    if len(pieces) > 1:
        pieces[:] = ["".join(pieces)]
    return pieces[0] if pieces else ""


def _longer(
    before: tuple[TokenLogprob, ...] | None, more: list[TokenLogprob] | None
) -> tuple[TokenLogprob, ...] | None:
    return before if more is None else (*(before or ()), *more)


def merge(into: dict[str, JSONObject], more: Extra) -> None:
    for dialect, fields in more.items():
        into.setdefault(dialect, {}).update(fields)


def _grown(
    part: Part, changes: dict[str, Any], field: str, key: str | None, text: str
) -> Any:
    """Give *field*'s value with *text* at the end of it, or of its *key*."""
    before = changes.get(field, getattr(part, field))
    if key is None:
        return (before or "") + text
    return {**(before or {}), key: ((before or {}).get(key) or "") + text}


def check_place(block: Block, chunk: PartDelta) -> None:
    """Refuse a `PartDelta` for a field that cannot grow that way."""
    part = block.part
    keyed = chunk.key is not None
    fits = chunk.field in _OTHER_FIELDS.get(type(part), ())
    if fits and chunk.field != "arguments":
        before = getattr(part, chunk.field)
        if keyed and isinstance(before, dict):
            before = before.get(chunk.key)
        elif keyed and before is not None:
            fits = False
        # A field is text or an object, not both.
        other = any(f == chunk.field and (k is None) == keyed for f, k in block.keyed)
        fits = fits and not other and isinstance(before, str | None)
    if not fits:
        msg = (
            f"PartDelta for block {chunk.index}: {type(part).__name__}."
            f"{chunk.field} cannot grow {'by key' if keyed else 'as text'}"
        )
        raise InvalidIRError(msg)


def _join_base64(pieces: list[str]) -> str:
    """
    Join base64 texts to one text of the joined bytes.

    Unpadded multiples of four join as text.  Fragments that end in padding cannot, so
    they are decoded; where one does not decode by itself the texts are one text that
    was cut, and join as they are.
    """
    if all(len(piece) % 4 == 0 and piece[-1:] != "=" for piece in pieces[:-1]):
        return "".join(pieces)
    from base64 import b64decode, b64encode  # noqa: PLC0415 - few answers are spoken

    try:
        data = [b64decode(piece, validate=True) for piece in pieces]
    except ValueError:
        return "".join(pieces)
    return b64encode(b"".join(data)).decode()
