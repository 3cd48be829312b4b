"""A picture of a whole stream: blocks, calls, finish, usage, faults, timing."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

from modelwire._cli._render import is_bad, shown, usage_line
from modelwire.codecs import _json
from modelwire.ir._accumulate import Accumulator
from modelwire.ir._arguments import Malformed, parse_arguments
from modelwire.ir._chunks import (
    BlockStart,
    Keepalive,
    StreamEnd,
    StreamError,
    TextDelta,
    UnknownEvent,
)
from modelwire.ir._parts import (
    ReasoningPart,
    RefusalPart,
    ServerToolCallPart,
    ServerToolResultPart,
    TextPart,
    ToolCallPart,
)

if TYPE_CHECKING:
    from modelwire.ir._chunks import StreamChunk
    from modelwire.ir._parts import Part

__all__ = ["Inspector"]

_LIVE_SECONDS: Final = 0.05
"""A stream that took less came from a file: its timing says nothing."""


class Inspector:
    """Sees a stream's chunks go by and draws the picture at the end."""

    def __init__(self, dialect: str) -> None:
        self.dialect = dialect
        self.bad = False
        """Whether the stream is not a whole answer."""
        self._fold = Accumulator()
        self._counts: dict[str, int] = {}
        self._faults: list[str] = []
        self._end: StreamEnd | None = None
        self._began = time.monotonic()
        self._first_text: float | None = None
        self._last = self._began

    def see(self, chunks: list[StreamChunk]) -> None:
        """Take the chunks of one read."""
        now = time.monotonic()
        for chunk in chunks:
            name = type(chunk).__name__
            self._counts[name] = self._counts.get(name, 0) + 1
            self._fold.feed(chunk)
            self.bad = self.bad or is_bad(chunk)
            if isinstance(chunk, TextDelta) and self._first_text is None:
                self._first_text = now - self._began
            elif isinstance(chunk, StreamError):
                error = chunk.error
                self._faults.append(f"{error.kind}: {error.message}")
            elif isinstance(chunk, StreamEnd):
                self._end = chunk
        self._last = now

    def picture(self) -> str:
        """Give the picture, as lines."""
        response = self._fold.response
        named = f"id={response.id or '-'}  model={response.model or '-'}"
        lines = [f"{self.dialect} stream  {named}"]
        for choice in response.choices:
            finish = choice.finish
            ended = "not finished"
            if finish is not None:
                raw = f" (wire: {finish.raw})" if finish.raw else ""
                ended = f"{finish.kind}{raw}"
            lines.append(f"choice {choice.index}: {ended}")
            for number, part in enumerate(choice.message.parts):
                lines.extend(f"  {line}" for line in _part_lines(number, part))
        if response.usage is not None:
            lines.append(f"usage: {usage_line(response.usage)}")
        lines.extend(f"fault: {fault}" for fault in self._faults)
        lines.append(self._end_line())
        lines.append(self._count_line())
        if self._last - self._began >= _LIVE_SECONDS:
            first = (
                f"first text after {self._first_text:.2f} s, "
                if self._first_text is not None
                else ""
            )
            lines.append(f"timing: {first}{self._last - self._began:.2f} s in all")
        return "\n".join(lines) + "\n"

    def _end_line(self) -> str:
        end = self._end
        if end is None:
            return "end: the stream has no end"
        state = "complete" if end.complete else "INCOMPLETE"
        return f"end: {state} (terminator: {end.terminator})"

    def _count_line(self) -> str:
        total = sum(self._counts.values())
        kinds = ", ".join(f"{n} {name}" for name, n in sorted(self._counts.items()))
        quiet = sum(self._counts.get(t.__name__, 0) for t in (Keepalive, UnknownEvent))
        blocks = self._counts.get(BlockStart.__name__, 0)
        return (
            f"chunks: {total} in {blocks} blocks"
            f"{f', {quiet} keep-alive or unknown' if quiet else ''}: {kinds}"
        )


def _part_lines(number: int, part: Part) -> list[str]:
    head = f"[{number}] {type(part).__name__}"
    if isinstance(part, TextPart):
        cited = f", {len(part.annotations)} citations" if part.annotations else ""
        return [f"{head} {len(part.text)} characters{cited}: {shown(part.text, 160)}"]
    if isinstance(part, ReasoningPart):
        signed = ", signed" if part.signature is not None else ""
        hidden = ", redacted" if part.redacted is not None else ""
        text = part.text or "\n\n".join(part.summaries)
        return [f"{head} {len(text)} characters{signed}{hidden}: {shown(text, 160)}"]
    if isinstance(part, ToolCallPart):
        return [f"{head} {part.name} id={part.id}", *_argument_lines(part)]
    if isinstance(part, RefusalPart):
        return [f"{head} {shown(part.text, 160)}"]
    if isinstance(part, ServerToolCallPart):
        return [f"{head} {part.kind} id={part.id} {shown(part.arguments, 160)}"]
    if isinstance(part, ServerToolResultPart):
        return [f"{head} {part.kind} for {part.call_id}"]
    return [head]


def _argument_lines(part: ToolCallPart) -> list[str]:
    if part.kind == "custom":
        return [f"      {shown(part.arguments, 300)}"]
    parsed = parse_arguments(part)
    if isinstance(parsed, Malformed):
        text = shown(part.arguments, 300)
        return [f"      MALFORMED arguments ({parsed.reason}): {text}"]
    return [
        f"      {key}: {_json.dumps_str(value)[:300]}"
        for key, value in parsed.value.items()
    ] or ["      (no arguments)"]
