"""
Events that differ from the ones before in their text alone, taken by their bytes.

Nine in ten events of a stream repeat everything but a few words: 320 of the 334 bytes
of an ordinary chat completion chunk.  Where two of them show it, the bytes around
the text are remembered, and an event that has the same bytes there is not looked into
any more: it needs no scanning, and its text is parsed alone.  Where chunks carry the
JSON, that of an event made up is copied along the way to its text; what stands beside
that way is one object in all of them, which nobody changes.  Measured on CPython 3.11,
an event of a chat stream in reads of 16 KiB, with obfuscation: 1.1 us, with its JSON
1.7 us, against 3.7 us through the scanner, the parser and the machine; 1.5 us and
2.0 us against 4.4 us where a read is one event.  The standard library is as quick,
against 4.8 us.

Why that gives what the scanner, the parser and the machine would give: the bytes stand
where an event begins and are whole lines up to its end.  The two events were parsed by
the rules, and what the machine made of them differs as these bytes do, so that the text
stands there; one with a string made up there parses by the rules, and has that string
in one place.  An event with the same bytes around another string literal is the same
value with another text in it.  What may differ besides is named here: blanks between
the last brackets (Anthropic pads with them), and the text of a field that says nothing
(`obfuscation`).

Everything else (an empty text, half a character, other bytes) is left to the machine.
`tests/codecs/test_sse_alike.py` runs the same streams with and without.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypeAlias

from modelwire.codecs import _json
from modelwire.codecs._alike import END, LONGEST, Alike, data_line
from modelwire.errors import RemoteProtocolError
from modelwire.ir._chunks import (
    ReasoningDelta,
    TextDelta,
    ToolArgumentsDelta,
)
from modelwire.ir._fast import (
    new_reasoning_delta,
    new_text_delta,
    new_tool_arguments_delta,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from modelwire.codecs._stream_decoding import Machine
    from modelwire.ir._base import JSONObject
    from modelwire.ir._chunks import StreamChunk

    Out: TypeAlias = list[StreamChunk]

__all__ = ["AlikeEvents"]

_Growth: TypeAlias = TextDelta | ReasoningDelta | ToolArgumentsDelta
"""The chunks that are made here."""

_CREDIT: Final = 64
"""So many events may come to the machine before nobody looks for alike ones."""
_PRICE: Final = 8
"""What remembering an event costs of that: about so many alike ones pay for it."""

_FIXED: Final = 0
"""The bytes behind the text are always the same."""
_BRACKETS: Final = 1
"""Behind the text stand closing brackets, with any blanks between them."""
_FILLED: Final = 2
"""Behind the text stands somewhere a field whose own text says nothing."""

_TEXT: Final = "a text that is made up"


class AlikeEvents(Alike):
    """
    What is known of the last events of one stream.

    Args:
        machine: A machine that gives the text of a delta as it comes and remembers
            nothing of it but half a character at its end: then two events that did
            one thing each, and the same, say what a third will do.
        keep_raw: Whether chunks carry the native event.
        fillers: Fields of an event whose text says nothing, where it has only letters
            and digits.
    """

    __slots__ = ("_fillers", "_keep_raw", "_known", "_last", "_machine", "_model")

    def __init__(
        self, machine: Machine, *, keep_raw: bool, fillers: tuple[str, ...] = ()
    ) -> None:
        super().__init__(_CREDIT)
        self._machine = machine
        self._keep_raw = keep_raw
        self._fillers = fillers
        self._last: tuple[str | None, bytes, _Growth] | None = None
        # The bytes before the text, and how many they are; what stands behind it, up to
        # a filler and then, and how many these are, both with a quote; the chunk.
        self._known = (b"", 0, _FIXED, b"", b"", 0, _MAKE[TextDelta], -1)
        # An event made up; the way to its text, and the name of its filler.
        self._model: tuple[Any, list[Any], Any, str] = ({}, [], "", "")

    def take(self, data: bytes, position: int, stop: int, out: Out) -> int:
        """Do what `Alike.take` says."""
        before, size, mode, between, after, tail, make, index = self._known
        model, path, last, filled = self._model
        loads = _json.loads_vouched
        keep_raw = self._keep_raw
        raw: Any = None
        filler = b""
        taken = len(out)
        total = len(data)
        if stop < total:
            data, total = data[:stop], stop
        while position < total:
            start = position + size
            if data[position:start] != before:
                break
            if mode == _BRACKETS:
                end = data.find(END, start)
                if end < 0:
                    break
                line = start + len(data[start:end].rstrip(b" }]")) - 1
                if data[line:end].replace(b" ", b"") != after:
                    break
                end += 2
            else:
                end = data.find(b"\n", start) + 2
                line = end - tail
                if data[line:end] != after:
                    break
                if mode == _FILLED:
                    words, _, filler = data[start:line].rpartition(between)
                    if filler and not filler.isalnum():
                        break
                    line = start + len(words)
            try:
                # With the quotes, which stand in what is known.
                text = loads(data[start - 1 : line + 1])
            except ValueError:
                break
            if (
                type(text) is not str
                or not text
                or (not text.isascii() and "\ud800" <= text[-1] <= "\udbff")
            ):
                break
            if keep_raw:
                raw = node = model.copy()
                for key in path:
                    node[key] = node = node[key].copy()
                node[last] = text
                if filled:
                    raw[filled] = filler.decode()
            out.append(make(index, text, raw))
            position = end
        self._taken += len(out) - taken
        return position

    def _opening(self) -> bytes:
        """Give the bytes that the next alike event begins with."""
        return self._known[0]

    def event(
        self, name: str | None, payload: bytes, value: JSONObject, out: Out
    ) -> None:
        """Do what `Alike.event` says."""
        before = len(out)
        self._machine.event(name, value, out)
        self.ready = False
        self._credit -= 1
        if not self._is_one(out[before:]):
            return
        chunk: Any = out[-1]
        # Data of several lines is no piece of the bytes that it came in.
        if type(chunk) not in _MAKE or len(payload) > LONGEST or b"\n" in payload:
            return
        last, self._last = self._last, (name, payload, chunk)
        if last is not None and last[0] == name and last[2].text != chunk.text:
            self._remember(last, payload, chunk)

    def _remember(
        self, last: tuple[str | None, bytes, _Growth], payload: bytes, chunk: _Growth
    ) -> None:
        """Cut *payload* around its text, if the last event has the same bytes there."""
        self._credit = min(_CREDIT, self._credit + self._taken - _PRICE)
        self._taken = 0
        name, earlier, other = last
        words = _json.escape(chunk.text)
        before, quote, after = payload.partition(words)
        before += quote[:1]
        after = quote[-1:] + after
        mode, between, behind, filled = self._behind(after, earlier)
        # The event made up parses by the rules, and its text is a string of it.
        parts = before, _TEXT.encode(), between, b"x" if filled else b"", behind
        model = _parsed(b"".join(parts))
        ways = _ways(model)
        if not ways:
            return
        self._model = (model, ways[0][:-1], ways[0][-1], filled)
        line = data_line(name) + before
        places = line, len(line), mode, between, behind, len(behind)
        self._known = (*places, _MAKE[type(chunk)], chunk.index)
        # The last event must be as the machine and the parser found it.
        out: list[Any] = []
        self.ready = (
            self.again(name, earlier, out)
            and out == [other]
            and out[0].raw == other.raw
        )

    def _behind(self, after: bytes, earlier: bytes) -> tuple[int, bytes, bytes, str]:
        """Say what must stand behind the text, where *after* and *earlier* end so."""
        brackets = after.replace(b" ", b"")
        if not brackets[1:].strip(b"}]"):
            return _BRACKETS, b"", brackets, ""
        if not earlier.endswith(after):
            for name in self._fillers:
                fixed, found, rest = after.partition(b'"%b":"' % name.encode())
                if found:
                    rest = rest[rest.find(b'"') :]
                    return _FILLED, fixed + found, rest + END, name
        return _FIXED, b"", after + END, ""


def _parsed(data: bytes) -> Any:
    """Parse *data* by the rules; nothing if it is no JSON."""
    try:
        return _json.loads(data)
    except RemoteProtocolError:
        return None


def _ways(value: Any) -> list[list[Any]]:
    """Give the keys that lead to each place where the text that is made up stands."""
    found: list[list[Any]] = []
    level: list[tuple[list[Any], Any]] = [([], value)]
    while level:
        below: list[tuple[list[Any], Any]] = []
        for way, item in level:
            if type(item) is dict:
                below += [([*way, key], inner) for key, inner in item.items()]
            elif type(item) is list:
                below += [([*way, at], inner) for at, inner in enumerate(item)]
            elif item == _TEXT:
                found.append(way)
        level = below
    return found


def _reasoning(index: int, text: str, raw: Any) -> ReasoningDelta:
    return new_reasoning_delta(index, text, None, raw)


_MAKE: Final[dict[type, Callable[[int, str, Any], _Growth]]] = {
    TextDelta: new_text_delta,
    ReasoningDelta: _reasoning,
    ToolArgumentsDelta: new_tool_arguments_delta,
}
