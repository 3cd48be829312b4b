"""
Words of a stream whose events repeat the bytes of the one before.

Nine in ten events are more of the same text or thought, and 330 of the 350 bytes of
such an event are those of the one before; what changes is the text and the counts of
`usageMetadata`.  Where an event has the known bytes around these two it is not scanned,
and they are parsed alone.  Measured on CPython 3.11, an event of a read of 16 KiB: 2.0
us, against 2.8 through the scanner, the parser and the machine (3.3 and 4.3 without
orjson).  That is for chunks that do not carry their event; to parse that besides takes
as long as the three do.

Why that gives what the machine would give.  The bytes are learnt from an event that was
read by all the rules and did nothing but add words.  An event made of them with another
text and other counts is parsed, and must be the same object with these two changed: so
the places are those two.  In an alike event the first of them holds a string, and the
second what differs from the known usage in its digits alone and is JSON, so that it is
one object, no deeper and with no number beyond 64 bits.  What is not ordinary (an empty
text, half a character, other fields) goes to the machine.  test_stream_alike.py runs
the same streams with and without.

`_sse_alike` does the same for dialects without counts, and has the contract.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from modelwire.codecs import _json
from modelwire.codecs._alike import END, LONGEST, Alike, data_line
from modelwire.codecs.gemini_generate._stream_choice import ChoiceState
from modelwire.codecs.gemini_generate._stream_texts import LONG, LOOSE
from modelwire.ir._chunks import ReasoningDelta
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
_WORTH: Final = 4
"""So many alike events are worth what learning one costs."""
_DIGITS: Final = b"0123456789"


class AlikeWords(Alike):
    """
    What is known of the event that repeats.

    Args:
        machine: Takes every other event, and says which candidate an event adds to.
    """

    __slots__ = ("_known", "_machine")

    def __init__(self, machine: OrdinaryEvents) -> None:
        super().__init__(_CREDIT)
        self._machine = machine
        self._known = _Known(
            b"", b"", b"", b"", ChoiceState(0, 0), numbers=0, thought=False
        )

    def take(
        self, data: bytes, position: int, stop: int, out: list[StreamChunk]
    ) -> int:
        """
        Take the next events, as long as they are alike.

        Args:
            data: A read.
            position: Where in it an event begins.
            stop: Where in it they must end at the latest.
            out: Where their chunks go.

        Returns:
            Where the last of them ends.
        """
        # What is not found is looked for no further than this.
        stop = min(stop, position + _WINDOW)
        known = self._known
        head, middle, tail = known.head, known.middle, known.tail
        skeleton, sure = known.skeleton, known.sure
        thought, block, texts = known.thought, known.choice.block, known.choice.texts
        loose = texts.loose
        find, loads, has_long_run = data.find, _json.loads_vouched, _json.has_long_run
        begin, between, behind = len(head), len(middle), len(tail)
        before = len(out)
        usage: JSONObject | None = None
        while data.startswith(head, position):
            start = position + begin
            # The tail has both ends of line that an event has.
            follows = find(b"\n", start, stop) + 2
            end = follows - behind
            close = find(middle, start, end)
            opening = close + between
            if close < 0 or follows > stop or data[end:follows] != tail:
                break
            counts = data[opening:end]
            if counts.translate(None, _DIGITS) != skeleton or (
                len(counts) > sure and has_long_run(counts)
            ):
                break
            try:
                text = loads(data[start - 1 : close + 1])
                if not text or (
                    not text.isascii() and "\ud800" <= text[-1] <= "\udbff"
                ):
                    break
                counted = loads(counts)
            except ValueError:
                break
            usage = counted
            if thought:
                out.append(new_reasoning_delta(block, text))
            else:
                loose.append(text)
                if len(loose) >= LOOSE or len(text) > LONG:
                    texts.pack()
                out.append(new_text_delta(block, text))
            position = follows
        self._taken += len(out) - before
        if usage is not None:
            self._machine.count(usage)
        return position

    def _opening(self) -> bytes:
        """Give the bytes that the next alike event begins with."""
        return self._known.head

    def event(
        self,
        name: str | None,
        payload: bytes,
        value: JSONObject,
        out: list[StreamChunk],
    ) -> None:
        """
        Let the machine take an event, and learn from it.

        Args:
            name: The event's SSE name.
            payload: Its data.
            value: Its data, parsed.
            out: Where its chunks go.
        """
        before = len(out)
        machine = self._machine
        machine.event(name, value, out)
        self.ready = False
        if not self._is_one(out[before:]):
            return
        if not self._credit or len(payload) > LONGEST:
            return
        choice = machine.grown(value)
        if choice is not None:
            self._credit = min(_CREDIT, self._credit + self._taken // _WORTH) - 1
            self._taken = 0
            known = _learn(payload, value, choice, out[before])
            if known is not None:
                self._known = known
                self.ready = True


class _Known:
    """What the event that repeats is made of: head TEXT middle USAGE tail."""

    __slots__ = (
        "choice",
        "head",
        "middle",
        "skeleton",
        "sure",
        "tail",
        "thought",
    )

    def __init__(
        self,
        head: bytes,
        middle: bytes,
        usage: bytes,
        tail: bytes,
        choice: ChoiceState,
        *,
        numbers: int,
        thought: bool,
    ) -> None:
        # A CR beside the quotes would end the line.
        self.head = data_line(None) + head + b'"'
        """The bytes before the text, from the start of the line to its quote."""
        self.middle = b'"' + middle
        """The bytes between the text and the usage, from its other quote."""
        self.tail = tail + END
        """The bytes behind the usage; it ends the event."""
        self.skeleton = usage.translate(None, _DIGITS)
        """The usage without its digits."""
        self.sure = len(self.skeleton) + 17 + numbers
        """Up to this length no number has more than 18 digits: each other has one."""
        self.choice = choice
        """The candidate whose open block grows."""
        self.thought = thought


def _learn(
    payload: bytes, value: JSONObject, choice: ChoiceState, chunk: Any
) -> _Known | None:
    """Cut *payload* around what changes; give nothing where more could."""
    usage = value.get("usageMetadata")
    text = chunk.text
    head, found, rest = payload.partition(_json.escape(text))
    key = re.search(rb'"usageMetadata":\s*+', rest)
    # Data of several lines is no piece of the bytes that it came in.
    if not found or key is None or b"\n" in payload or not usage:
        return None
    middle, rest = rest[: key.end()], rest[key.end() :]
    counts = _written(rest)
    tail = rest[len(counts) :]
    # Other bytes in the two places must change these fields, and nothing else.
    made = b"%b%b%b{}%b" % (head, _json.escape(text + "x"), middle, tail)
    try:
        same = _json.loads_vouched(payload)
        changed = _json.loads_vouched(made)
    except ValueError:
        return None
    # An integer that the quick parser makes a float of may equal it.
    if not counts or _json.dumps(same) != _json.dumps(value):
        return None
    same["candidates"][0]["content"]["parts"][0]["text"] = text + "x"
    same["usageMetadata"] = {}
    if same != changed:
        return None
    leaves = list(map(type, _leaves(usage)))
    if float in leaves:
        return None
    thought = type(chunk) is ReasoningDelta
    numbers = leaves.count(int)
    return _Known(head, middle, counts, tail, choice, numbers=numbers, thought=thought)


def _written(text: bytes) -> bytes:
    """Give the object that *text* begins with; nothing where it begins with none."""
    end = 0
    while (end := text.find(b"}", end) + 1) > 0:
        try:
            _json.loads_vouched(text[:end])
        except ValueError:
            continue
        return text[:end]
    return b""


def _leaves(value: Any) -> list[Any]:
    """Give the values in *value* that hold no others."""
    if type(value) is dict:
        value = list(value.values())
    if type(value) is not list:
        return [value]
    return [leaf for item in value for leaf in _leaves(item)]
