"""
The ordinary event of a stream: one candidate, one part, and nothing new around it.

`OrdinaryEvents.event` recognises it; where the part is more of the open text or
thought, it gives the one delta itself.  It reads each field of the event once and
builds nothing on the way.  Every other event goes to `_any_event`, the general path,
which would give the same chunks (test_stream_fast.py runs both).  Measured on CPython
3.11, an event of the bench with words: 0.8 us here, 3.6 us there.

Source: wire/gemini_generate.md section 5, read 2026-11-21.
"""

from __future__ import annotations

from operator import itemgetter
from typing import TYPE_CHECKING, Any, Final

from modelwire.codecs.gemini_generate._stream_choice import (
    REASONING,
    TEXT,
    ChoiceState,
)
from modelwire.codecs.gemini_generate._stream_parts import PartMachine
from modelwire.codecs.gemini_generate._stream_texts import LONG, LOOSE
from modelwire.ir._fast import new_reasoning_delta, new_text_delta

if TYPE_CHECKING:
    from collections.abc import Callable

    from modelwire.ir._base import JSONObject
    from modelwire.ir._chunks import StreamChunk

__all__ = ["OrdinaryEvents"]

_UNWATCHED: Final = frozenset({"candidates", "usageMetadata"})


class OrdinaryEvents(PartMachine):
    """
    A machine that takes ordinary events itself.

    Args:
        options: See `PartMachine`.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        # The envelope of the last event: how many fields it has, and the values that
        # are news when they change.  Most events repeat both.
        self._size = -1
        self._watch: Callable[[Any], Any] = _nothing
        self._values: Any = None
        self._metered = False
        # The last usage, and the event that it stood in.
        self._usage: JSONObject | None = None
        self._usage_raw: JSONObject | None = None

    def event(self, name: str | None, data: JSONObject, out: list[StreamChunk]) -> None:
        """Take an event whose data is a JSON object; append its chunks to *out*."""
        # A type that is none of the expected ones has no such keys, or not one item.
        try:
            (wire,) = data["candidates"]
            content = wire["content"]
            (part,) = content["parts"]
            index = wire["index"] if len(wire) == 2 else 0
            choice = self._choices[index]
            usage = data["usageMetadata"] if self._metered else None
            ordinary = (
                len(data) == self._size
                and self._watch(data) == self._values
                and (usage is None or type(usage) is dict)
                and len(wire) <= 2
                and type(index) is int
                and len(content) == 2
                and content["role"] == "model"
                and type(part) is dict
                and name is None
            )
        except (KeyError, TypeError, ValueError):
            pass
        else:
            if ordinary:
                raw = data if self.keep_raw else None
                if usage is not None:
                    self._usage = usage
                    self._usage_raw = raw
                text = part.get("text")
                thought = len(part) == 2 and part.get("thought") is True
                if (
                    (thought or len(part) == 1)
                    and choice.kind == (REASONING if thought else TEXT)
                    and type(text) is str
                    and text
                    and not choice.high
                    # Half a character waits for its other half.
                    and (text.isascii() or not "\ud800" <= text[-1] <= "\udbff")
                ):
                    if thought:
                        out.append(new_reasoning_delta(choice.block, text, None, raw))
                        return
                    texts = choice.texts
                    loose = texts.loose
                    loose.append(text)
                    if len(loose) >= LOOSE or len(text) > LONG:
                        texts.pack()
                    out.append(new_text_delta(choice.block, text, raw))
                    return
                self._data = data
                self._part(choice, part, raw, out)
                return
        self._any_event(name, data, out)

    def grown(self, data: JSONObject) -> ChoiceState | None:
        """
        Give the candidate that the last event added words to.

        Args:
            data: That event.

        Returns:
            The candidate; `None` if the event was not an ordinary one with usage and
            words.
        """
        if self._data is data or self._usage is not data.get("usageMetadata"):
            return None
        return self._choices[data["candidates"][0].get("index", 0)]

    def count(self, usage: JSONObject, raw: JSONObject | None) -> None:
        """
        Take the usage of the last of some events that somebody else has read.

        Args:
            usage: It.
            raw: That event, where chunks carry theirs.
        """
        self._usage = usage
        self._usage_raw = raw

    def _any_event(
        self, name: str | None, data: JSONObject, out: list[StreamChunk]
    ) -> None:
        """Take an event of any shape."""
        raise NotImplementedError  # pragma: no cover - the whole machine's

    def _learn(self, data: JSONObject) -> None:
        """Remember the envelope of *data*, all that is news in which was given."""
        watched = [key for key in data if key not in _UNWATCHED]
        self._metered = type(data.get("usageMetadata")) is dict
        # The first usage is given at once; where one is null it is still to come.
        self._size = len(data) if len(watched) + 1 + self._metered == len(data) else -1
        self._watch = itemgetter(*watched) if watched else _nothing
        self._values = self._watch(data)


def _nothing(_data: Any) -> None:
    """Stand in for what is watched of an event that has nothing to watch."""
