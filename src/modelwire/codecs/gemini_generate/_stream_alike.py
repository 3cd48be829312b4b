"""
Words of a stream whose events repeat the bytes of the one before.

Nine in ten events are more of the same text or thought, and 330 of the 350 bytes of
such an event are those of the one before; what changes is the text and the counts of
`usageMetadata`.  Where an event has the known bytes around these two it is not scanned,
and they are parsed alone.  Where chunks carry the JSON, that of an event made up is
copied along the way to its text; what stands beside that way is one object in all
copies, which nobody changes, and so is a usage that is the same as the last.

Measured on CPython 3.11 with orjson, an event of a read of 16 KiB: 2.1 us, and 1.7 us
without its JSON, against 2.4 through the scanner, the parser and the machine; where a
read is one event, 2.7 and 2.4 against 3.2.  With the standard library 2.7 and 2.3
against 3.6.  To learn an event takes 5 us, twice that where it happens once a stream,
so that short answers have no use of it (`_stream_framing`).

Why that gives what the machine would give.  The bytes are learnt from an event that was
read by all the rules and did nothing but add words.  An event made of them with another
text and other counts is parsed, and must be the same object with these two changed: so
the places are those two.  In an alike event the first of them holds a string, and the
second what the known usage is, or differs from it in its digits alone and is JSON, so
that it is one object, no deeper and with no number beyond 64 bits.  What is not
ordinary (an empty text, half a character, other fields) goes to the machine.
test_stream_alike.py runs the same streams with and without.

`_sse_alike` does the same for dialects without counts, and has the contract.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from modelwire.codecs import _json
from modelwire.codecs._alike import LONGEST, Alike, data_line
from modelwire.codecs.gemini_generate._stream_choice import REASONING, ChoiceState
from modelwire.codecs.gemini_generate._stream_texts import LONG, LOOSE
from modelwire.ir._chunks import ReasoningDelta, TextDelta
from modelwire.ir._fast import new_reasoning_delta, new_text_delta

if TYPE_CHECKING:
    from modelwire.codecs.gemini_generate._stream_fast import OrdinaryEvents
    from modelwire.ir._base import JSONObject
    from modelwire.ir._chunks import StreamChunk

__all__ = ["AlikeWords"]

_WINDOW: Final = 32 * 1024
"""So many bytes are looked at together: a read, and what waited for it."""
_CREDIT: Final = 8
"""So many events are learnt that few are like, before a new block begins."""
_WORTH: Final = 12
"""So many alike events are worth what learning one costs."""
_WORDS: Final = (TextDelta, ReasoningDelta)
_DIGITS: Final = b"0123456789"


class _Known:
    """
    What the event that repeats is made of: head TEXT middle USAGE tail.

    Args:
        around: The three; *head* begins with the line, and the text's quotes are among
            them, because a CR beside them would end it; *tail* ends the event.
        counts: The bytes of the usage.
        usage: What they are.
        way: An event like it, its candidate, its content and its part.
        choice: The candidate whose open block grows.
    """

    __slots__ = (
        "around",
        "block",
        "counts",
        "skeleton",
        "sure",
        "texts",
        "thought",
        "usage",
        "way",
    )

    def __init__(
        self,
        around: tuple[bytes, bytes, bytes],
        counts: bytes,
        usage: JSONObject,
        way: tuple[JSONObject, JSONObject, JSONObject, JSONObject],
        choice: ChoiceState,
    ) -> None:
        self.around = around
        self.counts = counts
        """
        The last usage.

        Vertex sends the same with each event but the last (vercel-ai__google-google-
        vertex-stream-tool-call-arguments-nested-1-chunks).
        """
        self.usage = usage
        self.skeleton = counts.translate(None, _DIGITS)
        """The usage without its digits."""
        numbers = [*map(type, usage.values())].count(int)
        self.sure = len(self.skeleton) + 17 + numbers
        """Up to this length no number has more than 18 digits: each other has one."""
        self.way = way
        self.block = choice.block
        self.thought = choice.kind == REASONING
        self.texts = choice.texts


_NOTHING: Final = _Known((b"", b"", b""), b"", {}, ({}, {}, {}, {}), ChoiceState(0, 0))


class AlikeWords(Alike):
    """
    What is known of the event that repeats.

    Args:
        machine: Takes every other event, and says which candidate an event adds to.
    """

    __slots__ = ("_grew", "_known", "_machine")

    def __init__(self, machine: OrdinaryEvents) -> None:
        super().__init__(_CREDIT)
        self._machine = machine
        self._known = _NOTHING
        # Whether the last event added words, so that the next may be learnt.
        self._grew = True

    def take(
        self, data: bytes, position: int, stop: int, out: list[StreamChunk]
    ) -> int:
        """Do what `Alike.take` says."""
        known = self._known
        head, middle, tail = known.around
        begin, between, behind = len(head), len(middle), len(tail)
        start = position + begin
        if data[position:start] != head:
            return position
        # What is not found is looked for no further than this.
        stop = min(stop, position + _WINDOW)
        counts, usage = known.counts, known.usage
        width, skeleton, sure = len(counts), known.skeleton, known.sure
        event, candidate, content, part = known.way
        block, thought, texts = known.block, known.thought, known.texts
        loose = texts.loose
        machine = self._machine
        keep_raw = machine.keep_raw
        find, loads = data.find, _json.loads_vouched
        before, first = len(out), position
        raw: JSONObject | None = None
        while True:
            # Most texts have no quote, and most counts are as long as the last.
            close = find(b'"', start, stop)
            opening = close + between
            if data[close:opening] != middle:
                close = find(middle, start, stop)
                opening = close + between
                if close < 0:
                    break
            end = opening + width
            follows = end + behind
            if data[end:follows] != tail:
                # The tail has both ends of line that an event has.
                line = find(b"\n", opening, stop)
                follows = line + 1 + (len(self.end) >> 1)
                end = follows - behind
                if line < 0 or data[end:follows] != tail:
                    break
                width = end - opening
            if follows > stop:
                break
            found = data[opening:end]
            try:
                text = loads(data[start - 1 : close + 1])
                if not text or (
                    not text.isascii() and "\ud800" <= text[-1] <= "\udbff"
                ):
                    break
                if found != counts:
                    if found.translate(None, _DIGITS) != skeleton or (
                        width > sure and _json.has_long_run(found)
                    ):
                        break
                    usage = loads(found)
                    counts = found
            except ValueError:
                break
            if keep_raw:
                part = part.copy()
                part["text"] = text
                content = content.copy()
                content["parts"] = [part]
                candidate = candidate.copy()
                candidate["content"] = content
                raw = event.copy()
                raw["candidates"] = [candidate]
                raw["usageMetadata"] = usage
            if thought:
                out.append(new_reasoning_delta(block, text, None, raw))
            else:
                loose.append(text)
                if len(loose) >= LOOSE or len(text) > LONG:
                    texts.pack()
                out.append(new_text_delta(block, text, raw))
            position = follows
            start = position + begin
            if data[position:start] != head:
                break
        if position > first:
            known.counts, known.usage = counts, usage
            self._taken += len(out) - before
            machine.count(usage, raw)
        return position

    @property
    def trying(self) -> bool:
        """Whether it is worth while to look for alike events, one by one."""
        return self._grew and self._credit > 0

    def _opening(self) -> bytes:
        """Give the bytes that the next alike event begins with."""
        return self._known.around[0]

    def event(
        self,
        name: str | None,
        payload: bytes,
        value: JSONObject,
        out: list[StreamChunk],
    ) -> None:
        """Do what `Alike.event` says."""
        before = len(out)
        self._machine.event(name, value, out)
        self.ready = False
        given = len(out) - before
        self._grew = given > 0 and type(out[-1]) in _WORDS
        if not self._grew or not self._is_one(out[before:]):
            return
        choice = self._machine.grown(value)
        if choice is None or not self._credit or len(payload) > LONGEST:
            return
        self._credit = min(_CREDIT, self._credit + self._taken // _WORTH) - 1
        self._taken = 0
        known = _learn(payload, value, choice, self.end)
        if known is not None:
            self._known = known
            self.ready = True


def _learn(
    payload: bytes, value: JSONObject, choice: ChoiceState, end: bytes
) -> _Known | None:
    """Cut *payload* around what changes; give nothing where more could."""
    usage = value.get("usageMetadata")
    # Data of several lines is no piece of the bytes that it came in.
    if not usage or b"\n" in payload:
        return None
    (candidate,) = value["candidates"]
    content = candidate["content"]
    (part,) = content["parts"]
    text = part["text"]
    literal = _json.escape(text)
    head, _, rest = payload.partition(literal)
    middle, key, rest = rest.partition(b'"usageMetadata":')
    blanks = len(rest) - len(rest.lstrip(b" "))
    # Behind each of its details stands a brace, and the last is its own.
    braces = 1 + sum([len(item) for item in usage.values() if type(item) is list])
    size = len(rest) - len(rest.split(b"}", braces)[-1])
    middle += key + rest[:blanks]
    counts, tail = rest[blanks:size], rest[size:]
    # Other bytes in the two places must change these fields, and nothing else.
    try:
        changed = _json.loads_vouched(
            b"".join((head, literal[:-1], b'x"', middle, b"{}", tail))
        )
    except ValueError:
        return None
    part = {**part, "text": text + "x"}
    content = {**content, "parts": [part]}
    candidate = {**candidate, "content": content}
    event = {**value, "candidates": [candidate], "usageMetadata": {}}
    if changed != event:
        return None
    around = data_line(None) + head + b'"', b'"' + middle, tail + end
    way = event, candidate, content, part
    return _Known(around, counts, usage, way, choice)
