"""
Chunk sequences for the strategies: every legal order, and the awkward ones often.

A `_Script` writes chunks and knows which blocks are open, so that whatever is drawn
obeys the order rules (`testing.check_chunks`).
"""

from __future__ import annotations

from typing import Any, Final

import attrs
from hypothesis import strategies as st

from modelwire.errors import ErrorInfo
from modelwire.ir._accumulate import fold
from modelwire.ir._chunks import (
    AnnotationDelta,
    AudioDelta,
    BlockStart,
    BlockStop,
    ChoiceFinish,
    ChoiceUpdate,
    ImageDelta,
    Keepalive,
    LogprobsDelta,
    ModerationUpdate,
    PartDelta,
    ReasoningDelta,
    RefusalDelta,
    ResponseUpdate,
    ServerToolProgress,
    SignatureDelta,
    StreamChunk,
    StreamEnd,
    StreamError,
    StreamStart,
    TextDelta,
    ToolArgumentsDelta,
    UnknownEvent,
    UsageUpdate,
)
from modelwire.ir._outcome import Usage
from modelwire.ir._parts import (
    AudioPart,
    Base64Source,
    ImagePart,
    Part,
    ReasoningPart,
    RefusalPart,
    ServerToolCallPart,
    TextPart,
    ToolCallPart,
    UrlSource,
)
from modelwire.testing import _strategy_decoded as decoded
from modelwire.testing._strategy_decoded import DECODED
from modelwire.testing._strategy_parts import parts
from modelwire.testing._strategy_responses import finishes, usages
from modelwire.testing._strategy_values import (
    ANTHROPIC,
    CHAT,
    Dialect,
    citations,
    extras,
    json_objects,
    logprobs,
    opaques,
    texts,
    tool_names,
)

__all__ = ["chunk_sequences"]

_ERRORS: Final = (
    ErrorInfo(kind="overloaded", message="Overloaded", type="overloaded_error"),
    ErrorInfo(kind="stream_truncated", message="cut"),
    ErrorInfo(kind="server_error", message="ü", code="500"),
)

_ARGUMENTS: Final = (
    (),
    ("",),
    ("{}",),
    ('{"city":"', "Paris", '"}'),
    ("", '{"n":', "1", "}"),
    ('{"cut',),
)
"""Pieces of arguments: none at all, empty ones, whole ones, cut ones."""


_one_in_eight: Final = st.integers(0, 7)


class _Script:
    """Chunks so far, and the state that decides what may follow."""

    def __init__(self, draw: st.DrawFn, dialect: Dialect) -> None:
        self.draw = draw
        self.dialect = dialect
        self.out: list[StreamChunk] = []
        self.parts: dict[int, Part] = {}  # every block's header
        self.choice_of: dict[int, int] = {}
        self.open: list[int] = []
        self.pieces: dict[int, list[str]] = {}  # arguments that are still to come

    def start(self, choice: int, part: Part) -> int:
        index = len(self.parts)
        self.parts[index] = part
        self.choice_of[index] = choice
        self.open.append(index)
        if isinstance(part, ToolCallPart | ServerToolCallPart):
            self.pieces[index] = list(self.draw(st.sampled_from(_ARGUMENTS)))
        self.out.append(BlockStart(index, choice, part))
        return index

    def stop(self, index: int) -> None:
        self.open.remove(index)
        while self.pieces.get(index):
            self.grow(index)
        self.out.append(BlockStop(index, self.final(index)))

    def final(self, index: int) -> Part | None:
        """Give an authoritative form of the part, now and then: with another text."""
        if self.dialect is not None or self.draw(_one_in_eight):
            return None
        choice = self.choice_of[index]
        before = [n for n in self.parts if self.choice_of[n] == choice and n < index]
        choices = {found.index: found for found in fold(self.out).choices}
        part: Any = choices[choice].message.parts[len(before)]
        is_text = isinstance(part, TextPart)
        final: Part = attrs.evolve(part, text="final") if is_text else part
        return final

    def grow(self, index: int) -> None:
        """Write one delta that fits the block."""
        draw, part = self.draw, self.parts[index]
        text = draw(texts(empty=self.dialect is None))
        if isinstance(part, TextPart):
            self.out.append(TextDelta(index, text))
        elif isinstance(part, ReasoningPart):
            summary = None
            if self.dialect is None and draw(st.booleans()):
                summary = draw(st.integers(0, 2))
            self.out.append(ReasoningDelta(index, text, summary))
        elif isinstance(part, RefusalPart):
            self.out.append(RefusalDelta(index, text))
        elif self.pieces.get(index):
            piece = self.pieces[index].pop(0)
            self.out.append(ToolArgumentsDelta(index, piece))
        elif isinstance(part, AudioPart):
            data = draw(st.sampled_from(("", "AAAA", "aGk=", "/+8=")))
            expires = draw(st.sampled_from((None, 1700000000)))
            self.out.append(AudioDelta(index, data, text, expires))
        elif isinstance(part, ImagePart):
            self.out.append(ImageDelta(index, "iVBORw0KGgo=", "image/png"))
        elif isinstance(part, ServerToolCallPart) and self.dialect is None:
            status = draw(st.sampled_from(("in_progress", "completed")))
            self.out.append(ServerToolProgress(index, status))
            fits = part.result is None or isinstance(part.result, dict)
            self.out += [PartDelta(index, "result", "stdout", text)] if fits else []

    def end(self, choices: int, *, usage_last: bool) -> None:
        """Write the finishes, usage and the end."""
        usage = UsageUpdate(self.draw(usages(self.dialect)))
        before = [chunk for chunk in self.out if isinstance(chunk, UsageUpdate)]
        if self.dialect == ANTHROPIC and before:
            # A snapshot keeps what the last event does not say again.
            usage = UsageUpdate(_merged(before[-1].usage, usage.usage))
        if not usage_last:
            self.out.append(usage)
        for choice in range(choices):
            said = [
                part for n, part in self.parts.items() if self.choice_of[n] == choice
            ]
            finish = self.draw(finishes(said, self.dialect))
            self.out.append(ChoiceFinish(choice, finish))
        if usage_last:
            self.out.append(usage)
        self.out.append(StreamEnd(complete=True, terminator="event"))

    def fail(self) -> None:
        self.out.append(StreamError(self.draw(st.sampled_from(_ERRORS))))
        self.out.append(StreamEnd(complete=False))


@st.composite
def chunk_sequences(
    draw: st.DrawFn, dialect: Dialect = None, *, errors: bool = True
) -> list[StreamChunk]:
    """
    Draw whole streams of chunks.

    Args:
        draw: Hypothesis's draw; leave it out when calling.
        dialect: Only what this dialect's stream decoder gives; `None`: anything that
            is legal: blocks that interleave, several choices, usage after the finish,
            annotations after their text, authoritative parts, unknown events.
        errors: Whether some of them break off in an error.

    Returns:
        Lists of chunks that pass `check_chunks`.
    """
    if dialect in DECODED:
        return draw(decoded.chunk_sequences(dialect, errors=errors))
    script = _Script(draw, dialect)
    created = None if dialect == ANTHROPIC else 1700000000
    script.out.append(StreamStart("resp_1", "m", created))
    choices = 1 if dialect == ANTHROPIC else draw(st.integers(1, 2))
    steps = draw(st.integers(0, 7))
    breaks = errors and draw(st.integers(0, 5)) == 0
    if dialect == ANTHROPIC:
        _write_sequential(script, steps)
    elif dialect == CHAT:
        _write_chat(script, steps, choices)
    else:
        _write_anything(script, steps, choices)
    if breaks:
        script.fail()
    else:
        for index in list(script.open):
            script.stop(index)
        script.end(choices, usage_last=dialect is None and draw(st.booleans()))
    return script.out


def _merged(before: Usage, after: Usage) -> Usage:
    """Give the count at the end: the input was known at the start."""
    reasoning = before.reasoning if after.reasoning is None else after.reasoning
    merged: Usage = attrs.evolve(
        before, output_total=after.output_total, reasoning=reasoning
    )
    return merged


def _call(draw: st.DrawFn, number: int, dialect: Dialect) -> ToolCallPart:
    return ToolCallPart(id=f"call_{number}", name=draw(tool_names(dialect)))


# --- openai-chat: words close at another kind, calls stay open ----------------------


def _write_chat(script: _Script, steps: int, choices: int) -> None:
    draw = script.draw
    words: dict[int, int] = {}  # choice -> its open block of words
    for number in range(steps):
        choice = draw(st.integers(0, choices - 1))
        kind = draw(
            st.sampled_from(("text", "text", "call", "args", "refusal", "ping"))
        )
        current = words.get(choice)
        if kind == "ping":
            script.out.append(Keepalive(" keep-alive"))
        elif kind == "args":
            waiting = [
                n for n in script.open
                if script.choice_of[n] == choice and script.pieces.get(n)
            ]  # fmt: skip
            if waiting:
                _close_words(script, words, choice)
                script.grow(draw(st.sampled_from(waiting)))
        elif kind == "call":
            _close_words(script, words, choice)
            script.start(choice, _call(draw, number, CHAT))
        else:
            wanted = TextPart if kind == "text" else RefusalPart
            if current is None or not isinstance(script.parts[current], wanted):
                _close_words(script, words, choice)
                current = words[choice] = script.start(choice, wanted(text=""))
            script.grow(current)
            if kind == "text" and draw(st.integers(0, 4)) == 0:
                script.out.append(LogprobsDelta(choice, None, draw(logprobs())))


def _close_words(script: _Script, words: dict[int, int], choice: int) -> None:
    index = words.pop(choice, None)
    if index is not None:
        script.stop(index)


# --- anthropic-messages: one block after the other ----------------------------------


def _write_sequential(script: _Script, steps: int) -> None:
    draw = script.draw
    script.out.append(UsageUpdate(draw(usages(ANTHROPIC))))
    for number in range(min(steps, 4)):
        kind = draw(st.sampled_from(("text", "think", "call", "server", "whole")))
        if kind == "whole":
            whole = draw(parts("assistant", ANTHROPIC).filter(_comes_whole))
            script.stop(script.start(0, whole))
            continue
        if draw(st.integers(0, 5)) == 0:
            script.out.append(Keepalive())
        headers: dict[str, Part] = {
            "text": TextPart(text=""),
            "think": ReasoningPart(text=""),
            "call": _call(draw, number, ANTHROPIC),
            "server": ServerToolCallPart(
                id=f"srvtoolu_{number}", kind="web_search", name="web_search"
            ),
        }
        index = script.start(0, headers[kind])
        if kind == "text":
            for note in draw(st.lists(citations(ANTHROPIC), max_size=1)):
                script.out.append(AnnotationDelta(0, index, note))
        if kind in ("text", "think"):
            for _ in range(draw(st.integers(1, 2))):
                script.grow(index)
        if kind == "think":
            script.out.append(SignatureDelta(index, draw(opaques(ANTHROPIC))))
        script.stop(index)


def _comes_whole(part: Part) -> bool:
    """Say whether Anthropic sends it without deltas."""
    if isinstance(part, ReasoningPart):
        return part.redacted is not None
    return type(part).__name__ == "ServerToolResultPart"


# --- anything -----------------------------------------------------------------------


def _write_anything(script: _Script, steps: int, choices: int) -> None:
    draw = script.draw
    for number in range(steps):
        choice = draw(st.integers(0, choices - 1))
        kind = draw(
            st.sampled_from(("start", "start", "grow", "grow", "stop", "aside"))
        )
        if kind == "start":
            script.start(choice, _any_part(draw, number))
        elif kind == "aside":
            _write_aside(script, choice)
        elif script.open:
            index = draw(st.sampled_from(script.open))
            if kind == "grow":
                script.grow(index)
            else:
                script.stop(index)


def _any_part(draw: st.DrawFn, number: int) -> Part:
    growing: tuple[Part, ...] = (
        TextPart(text=""),
        ReasoningPart(),
        RefusalPart(text=""),
        _call(draw, number, None),
        ToolCallPart(id=f"call_{number}", name="g", kind="custom"),
        ServerToolCallPart(id=f"s_{number}", kind="code_execution", name="code"),
        AudioPart(id="audio_1", source=Base64Source(data="", media_type="audio/wav")),
        ImagePart(source=UrlSource(url="https://a.example/x.png")),
    )
    return draw(st.sampled_from(growing) | parts("assistant", None))


def _write_aside(script: _Script, choice: int) -> None:
    """Write a chunk that belongs to no open block."""
    draw, out = script.draw, script.out
    written = [n for n, part in script.parts.items() if isinstance(part, TextPart)]
    kind = draw(st.integers(0, 7))
    if kind == 0:
        out.append(UsageUpdate(draw(usages(None))))
    elif kind == 1:
        out.append(ResponseUpdate(service_tier="flex", extra=draw(extras(None))))
    elif kind == 2:
        out.append(ChoiceUpdate(choice, draw(extras(None))))
    elif kind == 3:
        out.append(ModerationUpdate(draw(json_objects())))
    elif kind == 4:
        out.append(UnknownEvent("gemini-generate", draw(json_objects())))
    elif kind == 5:
        out.append(LogprobsDelta(choice, None, draw(logprobs())))
    elif kind == 6 and written:
        index = draw(st.sampled_from(written))
        note = draw(citations(None))
        out.append(AnnotationDelta(script.choice_of[index], index, note))
    else:
        out.append(Keepalive("ping"))
