"""
One answer on two ways: as a stream, and whole.

`stream_way` writes an answer's chunks as a stream of the target and folds what a
reader sees; `plain_way` folds first and writes the whole response.  `disagreements`
says in what the two differ beyond `FORCED`, the table of what the wire forces.
"""

from __future__ import annotations

import re
from typing import Any

import attrs

from modelwire import codecs
from modelwire.codecs import COLLECT
from modelwire.ir import Accumulator, ChatResponse, ErrorInfo, Loss, TextPart
from modelwire.testing import canonical, compare, sorted_parts

__all__ = [
    "FORCED",
    "Forced",
    "Read",
    "disagreements",
    "folded",
    "plain_way",
    "read_stream",
    "spelled",
    "stream_way",
    "write_stream",
]

WITHOUT_BLOCKS = ("openai-chat", "gemini-generate")
"""Dialects whose streams have no blocks: `fold_equivalent` is their equality."""


@attrs.frozen
class Read:
    """What a reader of the output has."""

    response: ChatResponse
    losses: tuple[Loss, ...]
    error: ErrorInfo | None = None
    complete: bool = True


def folded(chunks: Any) -> Accumulator:
    """Fold chunks, keeping the error and whether they were complete."""
    accumulator = Accumulator()
    accumulator.feed_all(chunks)
    return accumulator


def write_stream(
    chunks: Any, dialect: str, framing: str | None = None
) -> tuple[bytes, tuple[Loss, ...]]:
    """Write chunks as a stream of *dialect*, and give its losses."""
    encoder = codecs.get(dialect).stream_encoder(
        on_loss=COLLECT,
        framing=framing,  # type: ignore[arg-type]
    )
    body = b"".join([*map(encoder.encode, chunks), encoder.close()])
    return body, encoder.losses


def read_stream(body: bytes, dialect: str, headers: Any = ()) -> list[Any]:
    """Read a stream of *dialect* into chunks."""
    decoder = codecs.get(dialect).stream_decoder(headers=headers)
    return [*decoder.feed(body), *decoder.close()]


def stream_way(chunks: Any, target: str) -> Read:
    """Write chunks as a stream of *target*, and read it again."""
    body, losses = write_stream(chunks, target)
    found = folded(read_stream(body, target))
    return Read(found.response, losses, found.error, found.complete)


def plain_way(response: ChatResponse, target: str) -> Read:
    """Write a whole response of *target*, and read it again."""
    codec = codecs.get(target)
    encoded = codec.encode_response(response, on_loss=COLLECT)
    read = codec.decode_response(encoded.body)
    return Read(read, encoded.losses)


# --- what the wire forces -----------------------------------------------------------


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


FORCED: tuple[Forced, ...] = (
    Forced(
        "openai-chat",
        "plain",
        r"out\.interleaving (moved|merged) .*",
        "A whole answer has one text, in front of the calls; a stream has each text "
        "where it came, and the fold keeps them so.",
        covers=False,
    ),
    Forced(
        "openai-chat",
        "plain",
        r"out\.(text|refusal) merged .*",
        "A whole answer has one text and one refusal; in a stream they may alternate.",
        covers=False,
    ),
    Forced(
        "openai-chat",
        "plain",
        r"out\.audio dropped .*\.parts\[\d+\]",
        "A whole answer has one audio; in a stream a text may stand between two.",
    ),
    Forced(
        "openai-chat",
        "stream",
        r"finish\.unknown approximated .*\.finish\.raw",
        "Servers send an empty finish reason on every event: it must not be the last.",
    ),
    Forced(
        "openai-chat",
        "stream",
        r"out\.tool_call approximated .*\.name",
        "A stream's reader waits for a name: an empty one would hold the call back.",
    ),
    Forced(
        "openai-chat",
        "stream",
        r"out\.audio synthesised ->.*\.source",
        "Streamed audio is data, if empty; a whole answer may have a transcript alone.",
    ),
    Forced(
        "openai-chat",
        "plain",
        r"out\.audio synthesised ->.*\.(id|transcript|expires_at)",
        "The type of a whole audio requires every field, that of a delta none.",
    ),
    Forced(
        "openai-chat",
        "stream",
        r"resp\.logprobs moved .*\.parts\[\d+\]\.logprobs",
        "The tokens of a text are out before it is known that the choice has its own.",
    ),
    Forced(
        "openai-chat",
        "plain",
        r"resp\.logprobs dropped .*\.parts\[\d+\]\.logprobs",
        "The same, from the other side: here the choice's own win.",
    ),
    Forced(
        "openai-chat",
        "value",
        r"\$\.choices\[\d+\]\.logprobs\.content\[\d+\]\.logprob",
        "Responses rounds a token otherwise in its delta than in the text's end, and "
        "the delta is out by then.",
    ),
    Forced(
        "openai-responses",
        "value",
        r"\$\.choices\[0\]\.finish\..*",
        "`response.failed` is an error: a whole stream whose finish means failure ends "
        "in `response.incomplete` (F07).",
    ),
    Forced(
        "openai-responses",
        "plain",
        r"(finish\.error_cancelled|finish\.stop_sequence|resp\.safety) \w+ "
        r"\$\.choices\[0\]\.finish\..*",
        "The same: what else that finish says is lost with it in the stream.",
    ),
    Forced(
        "openai-responses",
        "stream",
        r"finish\.error_cancelled approximated \$\.choices\[0\]\.finish",
        "The same.",
    ),
    Forced(
        "openai-responses",
        "stream",
        r"resp\.logprobs dropped \$\.choices\[0\]\.logprobs",
        "A choice's log probabilities move to its first text, which is over when they "
        "come at the end.",
    ),
    Forced(
        "openai-responses",
        "plain",
        r"resp\.logprobs moved \$\.choices\[0\]\.logprobs",
        "The same: a whole answer has the text still.",
    ),
    Forced(
        "openai-responses",
        "value",
        r"\$\.choices\[0\]\.message\.parts\[\d+\]\.logprobs\b.*",
        "The same: what comes between two texts moves to the second one.",
    ),
    Forced(
        "anthropic-messages",
        "plain",
        r"out\.tool_call repaired .*\.arguments",
        "Arguments that are no object are out as they came; `input` wraps them.",
    ),
    Forced(
        "anthropic-messages",
        "plain",
        r"finish\.unknown dropped \$\.choices\[\d+\]\.finish",
        "A message without a stop reason has not ended; `message_stop` ends a stream.",
    ),
    Forced(
        "anthropic-messages",
        "stream",
        r"usage\.\w+ synthesised ->\$\.usage\..*",
        "What message_start said of the usage stands, if no later count replaces it.",
    ),
    Forced(
        "gemini-generate",
        "stream",
        r"(out|think)\.text merged .*",
        "Nothing on the wire stands between two texts; a whole answer has them apart.",
        covers=False,
    ),
    Forced(
        "gemini-generate",
        "plain",
        r"out\.tool_call repaired .*\.arguments",
        "A stream may close a call whose arguments are a whole value; what follows is "
        "late, where a whole answer wraps all of it.",
    ),
    Forced(
        "gemini-generate",
        "stream",
        r"think\.summary approximated .*\.summaries",
        "Summaries are out before it is known that there is a text, too.",
    ),
    Forced(
        "gemini-generate",
        "plain",
        r"think\.summary dropped .*\.summaries",
        "The same: in a whole answer the text wins.",
    ),
    Forced(
        "gemini-generate",
        "plain",
        r"out\.annotations_citations synthesised ->.*\.(start|end)",
        "The same: what a merged text lost is said by its being merged.",
        covers=False,
    ),
    Forced(
        "gemini-generate",
        "value",
        r"\$\.choices\[\d+\]\.extra\['gemini-generate'\]\.groundingMetadata"
        r"\.groundingSupports\[\d+\]\.segment\.(startIndex|endIndex|partIndex)",
        "The same: segments count from the start of the merged text.",
    ),
    Forced(
        "gemini-generate",
        "plain",
        r"resp\.grounding synthesised .*",
        "A text without words has no event that its sources could count in.",
        empty=True,
    ),
    Forced(
        "*",
        "stream",
        r"(out\.text|think\.text|out\.tool_call|bt\.call_items) approximated .*",
        "What differs at the end of a block is out already, and cannot be taken back.",
    ),
)
"""
Beside the rows, in every target:

- `stream.*` losses (keep-alives, unknown events) are about what a response forgets;
- a block without words has no delta (`dropped`, "empty"), a whole answer may have one;
- tokens of log probabilities are counted in a whole answer, and are one in a stream;
- what one way loses with a whole part, the other may lose field by field.
"""


def spelled(loss: Loss) -> str:
    """Give a loss as `code action path`; tokens count as one place."""
    path = loss.path
    if path is None:
        path = f"->{_anywhere(loss.to or '')}"
    path = re.sub(r"\.logprobs\b.*", ".logprobs", path)
    return f"{loss.code.value} {loss.action} {path}"


def _anywhere(path: str) -> str:
    """Forget which parts and choices a path names: readers count them differently."""
    return re.sub(r"\[\d+\]", "[*]", path)


def _below(path: str, places: set[str]) -> bool:
    return any(
        path.startswith(place) and path[len(place) : len(place) + 1] in ("", ".", "[")
        for place in places
    )


def _row(target: str, way: str, what: str) -> Forced | None:
    for row in FORCED:
        meant = row.way == way and row.target in ("*", target)
        if meant and re.fullmatch(row.what, what, re.DOTALL):
            return row
    return None


def disagreements(stream: Read, plain: Read, target: str) -> list[str]:
    """
    Say in what the readers of a stream and of a whole answer differ.

    Args:
        stream: What `stream_way` gave.
        plain: What `plain_way` gave.
        target: The dialect.

    Returns:
        Values and losses that differ beyond what the wire forces.
    """
    wrong = []
    losses = {"stream": stream.losses, "plain": plain.losses}
    said = {way: {spelled(loss) for loss in found} for way, found in losses.items()}
    empty = {x.path for x in stream.losses if x.path and x.detail == "empty"}
    excused: set[str] = set()
    for way, other in (("stream", "plain"), ("plain", "stream")):
        whole = {x.path for x in losses[other] if re.fullmatch(_PART, x.path or "")}
        for loss in losses[way]:
            text = spelled(loss)
            if text in said[other]:
                continue
            path = loss.path or ""
            row = _row(target, way, text)
            if row is not None and (empty or not row.empty):
                if row.covers:
                    found = (loss.path, loss.to)
                    excused.update(_anywhere(place) for place in found if place)
            elif not (
                text.startswith("stream.")
                or (_below(path, whole) and path not in whole)
                or _below(path, empty)
            ):
                wrong.append(f"only the {way} way: {text}")
    for difference in _differences(stream.response, plain.response, target):
        path = str(getattr(difference, "path", None) or getattr(difference, "to", None))
        if not _below(_anywhere(path), excused) and not _row(target, "value", path):
            wrong.append(str(difference))
    return wrong


def _spoken(response: ChatResponse) -> ChatResponse:
    """Leave out texts without words, and what is said about them."""
    choices = [
        attrs.evolve(
            choice,
            message=attrs.evolve(
                choice.message,
                parts=tuple(
                    part
                    for part in choice.message.parts
                    if not isinstance(part, TextPart) or part.text
                ),
            ),
        )
        for choice in response.choices
    ]
    return attrs.evolve(response, choices=tuple(choices))


_PART = r"\$\.choices\[\d+\]\.(message\.parts\[\d+\]|finish)"
"""What may be lost as a whole."""


def _differences(stream: ChatResponse, plain: ChatResponse, target: str) -> list[Any]:
    if target in WITHOUT_BLOCKS:
        x, y = (sorted_parts(_spoken(way)) for way in (stream, plain))
    else:
        x, y = canonical(stream), canonical(plain)
    return [] if x == y else [d for d in compare(x, y) if d.owed]
