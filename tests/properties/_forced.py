"""
What the wire forces apart: where a stream and a whole answer cannot say the same.

One row per fact, each with an example that shows that the row is needed.
"""

from __future__ import annotations

from typing import Any

import attrs

from modelwire.ir import (
    Annotation,
    AnnotationDelta,
    AudioDelta,
    AudioPart,
    BlockStart,
    BlockStop,
    ChoiceFinish,
    Finish,
    Logprobs,
    LogprobsDelta,
    Opaque,
    ReasoningDelta,
    ReasoningPart,
    RefusalDelta,
    RefusalPart,
    SignatureDelta,
    TextDelta,
    TextPart,
    TokenLogprob,
    ToolArgumentsDelta,
    ToolCallPart,
    Usage,
    UsageUpdate,
)

__all__ = ["FORCED", "Forced"]


@attrs.frozen
class Forced:
    """A row of the table: what one way says and the other cannot."""

    target: str
    """The target, or `*`."""
    way: str
    """The way that has the loss: `stream` or `plain`; `value`: a value that differs."""
    what: str
    """`code action path` of the loss (a pattern), or the path of the value."""
    why: str
    covers: bool = True
    """Whether values differ there, beyond what `fold_equivalent` joins."""
    empty: bool = False
    """Whether it holds only where the stream dropped a block without words."""
    example: tuple[Any, ...] = attrs.field(kw_only=True, repr=False)
    """Chunks, between start and end, whose two ways differ without the row."""


NOTE = Annotation(kind="url", type="web", url="https://a.example/")
TOKENS = Logprobs(content=(TokenLogprob(token="a", logprob=-1.0),))
OTHERS = Logprobs(content=(TokenLogprob(token="a", logprob=-1.5),))
OF_TEXT = LogprobsDelta(0, 0, TOKENS)
OF_CHOICE = LogprobsDelta(0, None, TOKENS)
ROUNDED = TextPart(text="a", logprobs=OTHERS)
EARLY = UsageUpdate(Usage(input_total=1, input_uncached=1, output_total=1, reasoning=1))
LATE = UsageUpdate(Usage(input_total=1, input_uncached=1, output_total=2))


def block(index: int, part: Any, *deltas: Any, final: Any = None) -> tuple[Any, ...]:
    """Give a whole block."""
    return (BlockStart(index, 0, part), *deltas, BlockStop(index, final))


def text(index: int, words: str, *more: Any, final: Any = None) -> tuple[Any, ...]:
    """Give a text."""
    grown = (TextDelta(index, words),) if words else ()
    return block(index, TextPart(text=""), *grown, *more, final=final)


def refusal(index: int, words: str) -> tuple[Any, ...]:
    """Give a refusal."""
    return block(index, RefusalPart(text=""), RefusalDelta(index, words))


def call(index: int, arguments: str, name: str = "f") -> tuple[Any, ...]:
    """Give a call."""
    part = ToolCallPart(id=f"c{index}", name=name)
    return block(index, part, ToolArgumentsDelta(index, arguments))


def audio(index: int, part: Any = None, **said: str) -> tuple[Any, ...]:
    """Give audio."""
    delta = AudioDelta(index, **(said or {"data": "AAAA"}))
    return block(index, part or AudioPart(id=f"a{index}"), delta)


def thought(*deltas: Any) -> tuple[Any, ...]:
    """Give reasoning."""
    return block(0, ReasoningPart(), *deltas)


def ended(kind: Any, **fields: Any) -> ChoiceFinish:
    """Give the end of the choice."""
    return ChoiceFinish(0, Finish(kind=kind, **fields))


FORCED: tuple[Forced, ...] = (
    Forced(
        "openai-chat",
        "plain",
        r"out\.interleaving (moved|merged) .*",
        "A whole answer has one text, in front of the calls; a stream has each text "
        "where it came, and the fold keeps them so.",
        covers=False,
        example=(*call(0, "{}"), *text(1, "a")),
    ),
    Forced(
        "openai-chat",
        "plain",
        r"out\.(text|refusal) merged .*",
        "A whole answer has one text and one refusal; in a stream they may alternate.",
        covers=False,
        example=(*refusal(0, "a"), *text(1, "b"), *refusal(2, "c")),
    ),
    Forced(
        "openai-chat",
        "stream",
        r"out\.text merged .*",
        "The same: two texts behind a call are next to each other in a stream, and a "
        "whole answer has them in front of it.",
        covers=False,
        example=(*text(0, "a"), *call(1, "{}"), *text(2, "b"), *text(3, "c")),
    ),
    Forced(
        "openai-chat",
        "plain",
        r"out\.audio dropped .*\.parts\[\d+\]",
        "A whole answer has one audio; in a stream a text may stand between two.",
        example=(*audio(0), *text(1, "b"), *audio(2)),
    ),
    Forced(
        "openai-chat",
        "stream",
        r"finish\.unknown approximated .*\.finish\.raw",
        "Servers send an empty finish reason on every event: it must not be the last.",
        example=(*text(0, "a"), ended("unknown", raw="")),
    ),
    Forced(
        "openai-chat",
        "stream",
        r"out\.tool_call approximated .*\.name",
        "A stream's reader waits for a name: an empty one would hold the call back.",
        example=call(0, "{}", name=""),
    ),
    Forced(
        "openai-chat",
        "stream",
        r"out\.audio synthesised ->.*\.source",
        "Streamed audio is data, if empty; a whole answer may have a transcript alone.",
        example=audio(0, AudioPart(), transcript="a"),
    ),
    Forced(
        "openai-chat",
        "plain",
        r"out\.audio synthesised ->.*\.(id|transcript|expires_at)",
        "The type of a whole audio requires every field, that of a delta none.",
        example=audio(0, AudioPart()),
    ),
    Forced(
        "openai-chat",
        "stream",
        r"resp\.logprobs moved .*\.parts\[\d+\]\.logprobs",
        "The tokens of a text are out before it is known that the choice has its own.",
        example=text(0, "a", OF_TEXT, OF_CHOICE),
    ),
    Forced(
        "openai-chat",
        "plain",
        r"resp\.logprobs dropped .*\.parts\[\d+\]\.logprobs",
        "The same, from the other side: here the choice's own win.",
        example=text(0, "a", OF_TEXT, OF_CHOICE),
    ),
    Forced(
        "openai-chat",
        "plain",
        r"tool_call\.thought_signature moved .*\.signature",
        "A call's signature may come behind its beginning; in a whole answer it is an "
        "unknown field of the call.",
        example=(
            *call(0, "{}")[:2],
            SignatureDelta(0, Opaque(value="s", dialect="openai-chat")),
            BlockStop(0),
        ),
    ),
    Forced(
        "openai-chat",
        "value",
        r"\$\.choices\[\d+\]\.logprobs\.content\[\d+\]\.logprob",
        "Responses rounds a token otherwise in its delta than in the text's end, and "
        "the delta is out by then.",
        example=text(
            0,
            "a",
            OF_TEXT,
            final=TextPart(text="a", logprobs=OTHERS),
        ),
    ),
    Forced(
        "openai-responses",
        "value",
        r"\$\.choices\[0\]\.finish\..*",
        "`response.failed` is an error: a whole stream whose finish means failure ends "
        "in `response.incomplete` (F07).",
        example=(*text(0, "a"), ended("malformed_tool_call")),
    ),
    Forced(
        "openai-responses",
        "stream",
        r"finish\.error_cancelled approximated \$\.choices\[0\]\.finish",
        "The same.",
        example=(*text(0, "a"), ended("error", raw="x")),
    ),
    Forced(
        "openai-responses",
        "stream",
        r"resp\.logprobs dropped \$\.choices\[0\]\.logprobs",
        "A choice's log probabilities move to its first text, which is over when they "
        "come at the end.",
        example=(*text(0, "a"), *call(1, "{}"), OF_CHOICE),
    ),
    Forced(
        "openai-responses",
        "plain",
        r"resp\.logprobs moved \$\.choices\[0\]\.logprobs",
        "The same: a whole answer has the text still.",
        example=(*text(0, "a"), *call(1, "{}"), OF_CHOICE),
    ),
    Forced(
        "openai-responses",
        "value",
        r"\$\.choices\[0\]\.message\.parts\[\d+\]\.logprobs\b.*",
        "The same: what comes between two texts moves to the second one.",
        example=(
            *text(0, "a"),
            *call(1, "{}"),
            *text(2, "b", OF_CHOICE),
        ),
    ),
    Forced(
        "anthropic-messages",
        "plain",
        r"out\.tool_call repaired .*\.arguments",
        "Arguments that are no object are out as they came; `input` wraps them.",
        example=call(0, "["),
    ),
    Forced(
        "anthropic-messages",
        "stream",
        r"out\.annotations_citations dropped .*\.annotations\[\d+\]",
        "A citation stands in its text's block, and that has ended.",
        example=(*text(0, "a"), *text(1, "b"), AnnotationDelta(0, 0, NOTE)),
    ),
    Forced(
        "anthropic-messages",
        "plain",
        r"out\.annotations_citations \w+ .*\.annotations\[\d+\]\.\w+",
        "The same: what a whole answer changes of it.",
        example=(*text(0, "a"), *text(1, "b"), AnnotationDelta(0, 0, NOTE)),
    ),
    Forced(
        "anthropic-messages",
        "plain",
        r"finish\.unknown dropped \$\.choices\[\d+\]\.finish",
        "A message without a stop reason has not ended; `message_stop` ends a stream.",
        example=(*text(0, "a"), ended("unknown")),
    ),
    Forced(
        "anthropic-messages",
        "stream",
        r"usage\.\w+ synthesised ->\$\.usage\..*",
        "What message_start said of the usage stands, if no later count replaces it.",
        example=(EARLY, *text(0, "a"), LATE),
    ),
    Forced(
        "gemini-generate",
        "stream",
        r"(out|think)\.text merged .*",
        "Nothing on the wire stands between two texts; a whole answer has them apart.",
        covers=False,
        example=(*text(0, "a"), *text(1, "b")),
    ),
    Forced(
        "gemini-generate",
        "plain",
        r"out\.tool_call repaired .*\.arguments",
        "A stream may close a call whose arguments are a whole value; what follows is "
        "late, where a whole answer wraps all of it.",
        example=(
            *call(0, "{}")[:2],
            *call(1, "{}")[:1],
            ToolArgumentsDelta(0, "{}"),
            BlockStop(0),
            BlockStop(1),
        ),
    ),
    Forced(
        "gemini-generate",
        "stream",
        r"think\.summary approximated .*\.summaries",
        "Summaries are out before it is known that there is a text, too.",
        example=thought(ReasoningDelta(0, "a", 0), ReasoningDelta(0, "b")),
    ),
    Forced(
        "gemini-generate",
        "plain",
        r"think\.summary dropped .*\.summaries",
        "The same: in a whole answer the text wins.",
        example=thought(ReasoningDelta(0, "a", 0), ReasoningDelta(0, "b")),
    ),
    Forced(
        "gemini-generate",
        "plain",
        r"out\.annotations_citations synthesised ->.*\.(start|end)",
        "The same: what a merged text lost is said by its being merged.",
        covers=False,
        example=(*text(0, "a"), *text(1, "b", AnnotationDelta(0, 1, NOTE))),
    ),
    Forced(
        "gemini-generate",
        "value",
        r"\$\.choices\[\d+\]\.extra\['gemini-generate'\]\.groundingMetadata"
        r"\.groundingSupports\[\d+\]\.segment\.(startIndex|endIndex|partIndex)",
        "The same: segments count from the start of the merged text.",
        example=(*text(0, "a"), *text(1, "b", AnnotationDelta(0, 1, NOTE))),
    ),
    Forced(
        "gemini-generate",
        "plain",
        r"resp\.grounding synthesised .*",
        "A text without words has no event that its sources could count in.",
        empty=True,
        example=text(0, "", AnnotationDelta(0, 0, NOTE)),
    ),
    Forced(
        "gemini-generate",
        "value",
        r"\$\.choices\[\d+\]\.extra\['gemini-generate'\]\.groundingMetadata"
        r"\.grounding(Chunks|Supports)\b.*",
        "The same, beside a text that has words: its sources are there on both ways.",
        empty=True,
        example=(
            *text(0, "a", AnnotationDelta(0, 0, NOTE)),
            *text(1, "", AnnotationDelta(0, 1, NOTE)),
        ),
    ),
    Forced(
        "*",
        "stream",
        r"(out\.text|think\.text|out\.tool_call|bt\.call_items) approximated .*"
        r"(?<!\.name)",
        "What differs at the end of a block is out already, and cannot be taken back.",
        example=text(0, "a", final=TextPart(text="b")),
    ),
)
"""
Beside the rows, in every target:

- `stream.*` losses (keep-alives, unknown events) are about what a response forgets;
- a block without words has no delta (`dropped`, "empty"), a whole answer may have one;
- tokens of log probabilities are counted in a whole answer, and are one in a stream;
- what one way loses with a whole part, the other may lose field by field.
"""
