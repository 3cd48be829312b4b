"""
The event grammar of a Messages stream, as a state table.

    stream   := ping* message_start block* message_delta+ message_stop
    block    := start delta* stop              index 0, 1, 2, …, never interleaved
    text     := (text_delta | citations_delta)*
    thinking := thinking_delta* signature_delta?
    tool     := input_json_delta*              tool_use, server_tool_use, mcp_tool_use
    compaction := compaction_delta?
    anything else comes whole in its start and has no deltas

`ping` may stand anywhere before the end, `error` ends the stream in any state, and
after `stop_reason: max_tokens` the last `content_block_stop` may be missing.  Events,
blocks and deltas of unknown types are legal, for the vendor says that they come.

Source: docs.anthropic.com "Streaming messages", and wire/observed.md section 1, both
read 2026-11-21.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from modelwire.codecs._base import (
    EndSentinel,
    GrammarViolation,
    KeepaliveComment,
    NativeEvent,
    NativeItem,
)
from modelwire.codecs._state_table import StateTable, check_all

__all__ = ["MESSAGE", "TABLES", "StreamChecker", "check_stream"]

_STATES: Final = {
    "initial": "nothing but pings yet",
    "message": "between blocks",
    "text": "in a text block",
    "thinking": "in a thinking block",
    "signed": "in a thinking block, after its signature",
    "tool": "in a call",
    "compaction": "in a compaction block",
    "whole": "in a block that came whole in its start",
    "unknown_block": "in a block of an unknown type",
    "closing": "after a message_delta",
    "stopped": "after message_stop",
    "failed": "after error",
}

# Events, by the type of their block or delta where that matters.  `done` is the
# `[DONE]` that a gateway was recorded to write behind message_stop
# (rig__anthropic-streaming-gateway-message-delta-metadata), `end` the end of the bytes.
_INPUTS: Final = (
    "message_start",
    "ping",
    "start:text",
    "start:thinking",
    "start:tool",
    "start:compaction",
    "start:whole",
    "start:unknown",
    "delta:text",
    "delta:citations",
    "delta:thinking",
    "delta:signature",
    "delta:input_json",
    "delta:compaction",
    "delta:unknown",
    "content_block_stop",
    "message_delta",
    "message_delta:max_tokens",
    "message_stop",
    "error",
    "unknown",
    "done",
    "malformed",
    "end",
)

_STARTS: Final = {
    "start:text": "text",
    "start:thinking": "thinking",
    "start:tool": "tool",
    "start:compaction": "compaction",
    "start:whole": "whole",
    "start:unknown": "unknown_block",
}
_OPEN: Final = (
    "text",
    "thinking",
    "signed",
    "tool",
    "compaction",
    "whole",
    "unknown_block",
)
_ENDED: Final = frozenset({"stopped", "failed"})


def _moves() -> dict[tuple[str, str], str]:
    moves = {
        ("initial", "message_start"): "message",
        ("text", "delta:text"): "text",
        ("text", "delta:citations"): "text",
        ("thinking", "delta:thinking"): "thinking",
        ("thinking", "delta:signature"): "signed",
        ("tool", "delta:input_json"): "tool",
        ("compaction", "delta:compaction"): "whole",
        ("message", "message_delta"): "closing",
        ("message", "message_delta:max_tokens"): "closing",
        ("closing", "message_delta"): "closing",
        ("closing", "message_delta:max_tokens"): "closing",
        ("closing", "message_stop"): "stopped",
        ("stopped", "done"): "stopped",
        ("stopped", "end"): "stopped",
        ("failed", "end"): "failed",
    }
    for source, state in _STARTS.items():
        moves["message", source] = state
    for state in _OPEN:
        moves[state, "content_block_stop"] = "message"
        moves[state, "message_delta:max_tokens"] = "closing"
        moves[state, "delta:unknown"] = state
    for source in _INPUTS:
        if source.startswith("delta:"):
            moves["unknown_block", source] = "unknown_block"
    for state in _STATES:
        if state not in _ENDED:
            moves[state, "ping"] = state
            moves[state, "unknown"] = state
            moves[state, "error"] = "failed"
    return moves


_NO_END: Final = "the stream ends with message_stop or error"

MESSAGE: Final = StateTable(
    name="a message",
    states=_STATES,
    inputs=_INPUTS,
    moves=_moves(),
    rules={
        "initial": "message_start comes first",
        "message": "a block, or message_delta",
        "text": "text_delta, citations_delta, content_block_stop",
        "thinking": "thinking_delta, signature_delta, content_block_stop",
        "signed": "signature_delta is the last delta of its block",
        "tool": "input_json_delta, content_block_stop",
        "compaction": "compaction_delta, content_block_stop",
        "whole": "content_block_stop",
        "unknown_block": "deltas, content_block_stop",
        "closing": "message_delta, message_stop",
        "stopped": "nothing follows message_stop",
        "failed": "nothing follows error",
    },
    pair_rules={(state, "end"): _NO_END for state in _STATES if state not in _ENDED},
    recovery={
        **_STARTS,
        "message_start": "message",
        "content_block_stop": "message",
        "message_delta": "closing",
        "message_delta:max_tokens": "closing",
        "message_stop": "stopped",
        "error": "failed",
    },
    last=_ENDED,
)
"""The life of a message, which is the whole stream."""

TABLES: Final = (MESSAGE,)
"""Every table of this grammar."""

_BLOCKS: Final = {
    "text": "start:text",
    "thinking": "start:thinking",
    "tool_use": "start:tool",
    "server_tool_use": "start:tool",
    "mcp_tool_use": "start:tool",
    "compaction": "start:compaction",
    "redacted_thinking": "start:whole",
    "container_upload": "start:whole",
    "fallback": "start:whole",
}
_DELTAS: Final = {
    "text_delta": "delta:text",
    "citations_delta": "delta:citations",
    "thinking_delta": "delta:thinking",
    "signature_delta": "delta:signature",
    "input_json_delta": "delta:input_json",
    "compaction_delta": "delta:compaction",
}
_MESSAGE_FIELDS: Final = ("id", "type", "role", "model", "content", "usage")


def check_stream(events: Iterable[NativeItem]) -> list[GrammarViolation]:
    """
    Check a whole stream.

    Args:
        events: Native events in order, as an event decoder gives them.

    Returns:
        What violates the grammar; empty for a legal stream.
    """
    return check_all(StreamChecker(), events)


class StreamChecker:
    """Checks the grammar event by event."""

    def __init__(self) -> None:
        self.state: str = MESSAGE.initial
        """The state after the events so far, one of `MESSAGE.states`."""
        self._number = 0
        self._next_block = 0
        self._open_block: int | None = None
        self._before = self.state

    def feed(self, event: NativeItem) -> list[GrammarViolation]:
        """
        Take the next event.

        Args:
            event: A native event, an end marker, a comment (always legal), or a
                fault (never).

        Returns:
            What it violates.
        """
        if type(event) is KeepaliveComment:
            return []
        found: list[GrammarViolation] = []
        name = event.type if type(event) is NativeEvent else type(event).__name__
        source, block = _classify(event)
        self._before = self.state
        self._step(source, name, found)
        if source.startswith("start:"):
            self._check_index(name, block, self._next_block, found)
            self._open_block = self._next_block
            self._next_block += 1
        elif source.startswith("delta:") or source == "content_block_stop":
            if self._open_block is not None:
                self._check_index(name, block, self._open_block, found)
            if source == "content_block_stop":
                self._open_block = None
        elif source == "message_start" and type(event) is NativeEvent:
            message = event.data.get("message")
            fields = message if type(message) is dict else {}
            found += [
                self._violation(name, f"message.{field} is required")
                for field in _MESSAGE_FIELDS
                if field not in fields
            ]
        self._number += 1
        return found

    def close(self) -> list[GrammarViolation]:
        """
        Take the end of the stream.

        Returns:
            The violation if neither message_stop nor error came.
        """
        found: list[GrammarViolation] = []
        self._before = self.state
        self._step("end", "end", found)
        return found

    def _step(self, source: str, name: str, found: list[GrammarViolation]) -> None:
        self.state, rule = MESSAGE.step(self.state, source)
        if rule is not None:
            found.append(self._violation(name, rule))

    def _check_index(
        self, name: str, index: Any, expected: int, found: list[GrammarViolation]
    ) -> None:
        if type(index) is not int or index != expected:
            found.append(self._violation(name, f"index is {expected}"))

    def _violation(self, event: str, rule: str) -> GrammarViolation:
        return GrammarViolation(
            index=self._number, event=event, state=self._before, rule=rule
        )


def _classify(event: NativeItem) -> tuple[str, Any]:
    """Give the input that *event* is, and the block index that it names."""
    if type(event) is EndSentinel:
        return "done", None
    if type(event) is not NativeEvent:
        return "malformed", None
    data = event.data
    kind = event.type
    if kind == "content_block_start":
        block = _type_of(data.get("content_block"))
        found = _BLOCKS.get(block)
        if found is None:
            found = "start:whole" if block.endswith("_tool_result") else "start:unknown"
        return found, data.get("index")
    if kind == "content_block_delta":
        delta = _type_of(data.get("delta"))
        return _DELTAS.get(delta, "delta:unknown"), data.get("index")
    if kind == "content_block_stop":
        return kind, data.get("index")
    if kind == "message_delta":
        inner = data.get("delta")
        reason = inner.get("stop_reason") if type(inner) is dict else None
        return (f"{kind}:max_tokens" if reason == "max_tokens" else kind), None
    return (kind if kind in _PLAIN else "unknown"), None


_PLAIN: Final = frozenset({"message_start", "ping", "message_stop", "error"})


def _type_of(value: Any) -> str:
    found = value.get("type") if type(value) is dict else None
    return found if type(found) is str else ""
