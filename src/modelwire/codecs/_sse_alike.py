"""
Events that differ from the ones before in their text alone, taken by their bytes.

Nine in ten events of a stream repeat everything but a few words: 320 of the 334 bytes
of an ordinary chat completion chunk.  Where two of them show it, the bytes around
the text are remembered, and an event that has the same bytes there is not looked into
any more: it needs no scanning, its text is parsed alone, and the whole only where
chunks carry it.
Measured with orjson, an event of a chat stream: FIGURES.

Why that gives what the scanner, the parser and the machine would give: the bytes stand
where an event begins and are whole lines up to its end.  The two events were parsed by
the rules, and what the machine made of them differs as these bytes do, so that the text
stands there; one with a string made up there parses, so that a string stands there.  An
event with the same bytes around another string literal is the same value with another
text in it.  What may differ besides is named here: blanks between the last brackets
(Anthropic pads with them), and the text of a field that says nothing (`obfuscation`).

Everything else (an empty text, half a character, other bytes) is left to the machine.
`tests/codecs/test_sse_alike.py` runs the same streams with and without.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypeAlias

from modelwire.codecs import _json
from modelwire.errors import RemoteProtocolError
from modelwire.ir._chunks import (
    BlockStart,
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

_LONGEST: Final = 4096
"""Longer events are left to the machine: what they repeat is not most of them."""

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

_END: Final = b"\n\n"


class AlikeEvents:
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

    __slots__ = (
        "_credit",
        "_fillers",
        "_keep_raw",
        "_known",
        "_last",
        "_machine",
        "_taken",
        "ready",
    )

    def __init__(
        self, machine: Machine, *, keep_raw: bool, fillers: tuple[str, ...] = ()
    ) -> None:
        self._machine = machine
        self._keep_raw = keep_raw
        self._fillers = tuple(b'"%b":"' % name.encode() for name in fillers)
        self._credit = _CREDIT
        self._taken = 0
        self._last: tuple[str | None, bytes, _Growth] | None = None
        # The bytes before the text, how many they are, and how many of them stand
        # before the JSON; what stands behind it, up to a filler and then; the chunk.
        self._known = (b"", 0, 0, _FIXED, b"", b"", _MAKE[TextDelta], -1)
        self.ready = False
        """Whether there is something that an event can be like."""

    @property
    def trying(self) -> bool:
        """Whether it is worth while to look for alike events, one by one."""
        return self._credit > 0

    def take(self, data: bytes, position: int, stop: int, out: Out) -> int:
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
        before, size, skip, mode, between, after, make, index = self._known
        tail = len(after)
        loads = _json.loads_vouched
        keep_raw = self._keep_raw
        raw = None
        taken = len(out)
        if stop < len(data):
            data = data[:stop]
        while True:
            start = position + size
            if data[position:start] != before:
                break
            line = data.find(b"\n", start)
            end = line + 2
            if mode == _FIXED:
                line = end - tail
                if data[line:end] != after:
                    break
                literal = data[start:line]
            elif mode == _BRACKETS:
                literal = data[start:line].rstrip(b" }]")
                # Which brackets they are shows where the whole is parsed.
                if keep_raw:
                    if data[line:end] != _END:
                        break
                elif data[start + len(literal) : end].replace(b" ", b"") != after:
                    break
            else:
                if data[end - tail : end] != after:
                    break
                literal, _, filler = data[start : end - tail].rpartition(between)
                if not filler.isalnum():
                    break
            try:
                text = loads(literal)
                if (
                    type(text) is not str
                    or not text
                    or (not text.isascii() and "\ud800" <= text[-1] <= "\udbff")
                ):
                    break
                if keep_raw:
                    raw = loads(data[position + skip : end - 2])
            except ValueError:
                break
            out.append(make(index, text, raw))
            position = end
        self._taken += len(out) - taken
        return position

    def begun(self, data: bytes, position: int) -> bytes:
        """
        Say whether a read breaks off in what may be an alike event.

        Args:
            data: A read.
            position: Where in it an event begins.

        Returns:
            What there is of the event; nothing if it is whole, or another one.
        """
        rest = data[position : position + _LONGEST + 1]
        before, size = self._known[:2]
        count = len(rest)
        if count <= size:
            return rest if before.startswith(rest) else b""
        line = rest.find(b"\n", size)
        whole = 0 <= line < count - 1
        if whole or count > _LONGEST or b"\r" in rest or not rest.startswith(before):
            return b""
        return rest

    def again(self, name: str | None, payload: bytes, out: Out) -> bool:
        """
        Take an event that came in pieces, if it is alike.

        Args:
            name: The event's SSE name.
            payload: Its data.
            out: Where its chunk goes.

        Returns:
            Whether it was.
        """
        whole = _line(name) + payload + _END
        return self.take(whole, 0, len(whole), out) > 0

    def event(
        self, name: str | None, payload: bytes, value: JSONObject, out: Out
    ) -> None:
        """
        Let the machine take an event, and see what it did.

        Args:
            name: The event's SSE name.
            payload: Its data.
            value: Its data, parsed.
            out: Where its chunks go.
        """
        before = len(out)
        self._machine.event(name, value, out)
        self.ready = False
        self._credit -= 1
        if len(out) != before + 1:
            # A new block is a new chance.
            if any(type(chunk) is BlockStart for chunk in out[before:]):
                self._credit = _CREDIT
            return
        chunk: Any = out[-1]
        # Data of several lines is no piece of the bytes that it came in.
        if type(chunk) not in _MAKE or len(payload) > _LONGEST or b"\n" in payload:
            return
        last, self._last = self._last, (name, payload, chunk)
        if last is not None and last[0] == name and last[2].text != chunk.text:
            self._remember(last, payload, chunk)

    def forget(self) -> None:
        """Take note that something came that was no event as the others are."""
        self.ready = False

    def _remember(
        self, last: tuple[str | None, bytes, _Growth], payload: bytes, chunk: _Growth
    ) -> None:
        """Cut *payload* around its text, if the last event has the same bytes there."""
        self._credit = min(_CREDIT, self._credit + self._taken - _PRICE)
        self._taken = 0
        name, earlier, other = last
        before, _, after = payload.partition(_json.escape(chunk.text))
        line = _line(name)
        make = _MAKE[type(chunk)]
        size, skip = len(line) + len(before), len(line)
        mode, between, behind = self._behind(after, earlier)
        places = line + before, size, skip, mode, between, behind
        self._known = (*places, make, chunk.index)
        # The last event must be as the machine found it, and one made up must parse.
        out: Out = []
        self.ready = self.again(name, earlier, out) and out == [other]
        made_up = b'"x"' + between + b"x" * bool(between) + behind
        self.ready = self.ready and _is_json(before + made_up)

    def _behind(self, after: bytes, earlier: bytes) -> tuple[int, bytes, bytes]:
        """Say what must stand behind the text, where *after* and *earlier* end so."""
        brackets = after.replace(b" ", b"")
        if not brackets.strip(b"}]"):
            return _BRACKETS, b"", brackets + _END
        if not earlier.endswith(after):
            for filler in self._fillers:
                fixed, found, rest = after.partition(filler)
                if found:
                    rest = rest[rest.find(b'"') :]
                    return _FILLED, fixed + found, rest + _END
        return _FIXED, b"", after + _END


def _line(name: str | None) -> bytes:
    """Write what stands before the data of an event."""
    if name is None:
        return b"data: "
    return b"event: %b\ndata: " % name.encode("utf-8", "replace")


def _is_json(data: bytes) -> bool:
    """Say whether *data* parses; so no string was open where its middle stands."""
    try:
        _json.loads(data)
    except RemoteProtocolError:
        return False
    return True


def _reasoning(index: int, text: str, raw: Any) -> ReasoningDelta:
    return new_reasoning_delta(index, text, None, raw)


_MAKE: Final[dict[type, Callable[[int, str, Any], _Growth]]] = {
    TextDelta: new_text_delta,
    ReasoningDelta: _reasoning,
    ToolArgumentsDelta: new_tool_arguments_delta,
}
