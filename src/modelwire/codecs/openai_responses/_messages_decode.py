"""
`instructions` and `input` of a request, from JSON to messages.

Every message of a user, system or developer is a message of its own, every result a
`tool` message.  The items of the model (texts, reasoning, calls, whatever the provider
ran) that stand together are one turn: they become one assistant message whose parts
remember their items.

Source:
    wire/openai_responses.md sections 1 and 2, read 2026-11-21.
"""

from __future__ import annotations

from typing import Any, Final

from modelwire.codecs._base import NO_ALIASES
from modelwire.codecs._reader import Reader, describe
from modelwire.codecs.openai_responses._content_decode import content_parts
from modelwire.codecs.openai_responses._item_types import OUTPUT_KINDS
from modelwire.codecs.openai_responses._items_decode import decode_item
from modelwire.codecs.openai_responses._items_fast import fast_item
from modelwire.codecs.openai_responses._messages_fast import fast_message
from modelwire.codecs.openai_responses._results import decode_result
from modelwire.codecs.openai_responses._wire import DIALECT, extra_with
from modelwire.ir._base import JSONObject
from modelwire.ir._fast_values import new_message
from modelwire.ir._messages import LEGAL_PARTS, Message, Role
from modelwire.ir._parts import (
    Part,
    ServerToolCallPart,
    TextPart,
    UnknownPart,
)

__all__ = ["ITEM_ROLES", "decode_conversation"]

_CALLERS: Final[dict[str, Role]] = {
    "user": "user",
    "system": "system",
    "developer": "developer",
}
"""Roles of the caller's messages."""
ITEM_ROLES: Final[dict[str, Role]] = {"additional_tools": "developer"}
"""Items that are no messages and speak for the caller all the same."""


def decode_conversation(
    reader: Reader, notes: JSONObject
) -> tuple[tuple[Message, ...], tuple[Message, ...]]:
    """
    Take `instructions` and `input`.

    Args:
        reader: The request.
        notes: Gets notes about their spelling.

    Returns:
        The leading system and developer messages, and the others.
    """
    out: list[Message] = []
    instructions = reader.string("instructions")
    if instructions is not None:
        out.append(Message(role="system", parts=(TextPart(text=instructions),)))
    source = reader.left.pop("input", None)
    if isinstance(source, str):
        notes["input"] = "string"
        out.append(Message(role="user", parts=(TextPart(text=source),)))
    elif isinstance(source, list):
        _Items(reader, out).read(source)
    elif source is None:
        notes["input"] = "absent"
    else:
        reader.fault("input", "string or array", describe(source))
    leading = 0
    for message in out:
        if message.role not in ("system", "developer"):
            break
        leading += 1
    return tuple(out[:leading]), tuple(out[leading:])


class _Items:
    """Reads `input`; one per request."""

    def __init__(self, reader: Reader, out: list[Message]) -> None:
        self.reader = reader
        self.problems = reader.problems
        self.out = out
        self.run: list[Part] = []
        self.count = 0
        self.hosted: set[str] = set()

    def read(self, items: list[Any]) -> None:
        for index, item in enumerate(items):
            if type(item) is dict and self._usual(item):
                continue
            path = f"$.input[{index}]"
            if type(item) is not dict:
                self.reader.fault(f"input[{index}]", "object", describe(item))
                continue
            kind = item.get("type")
            if kind is not None and not isinstance(kind, str):
                self.reader.fault(f"input[{index}].type", "string", describe(kind))
                continue
            self._item(item, kind, path)
        self._close()

    def _usual(self, item: JSONObject) -> bool:
        """Read an item of the usual fields alone; False for any other."""
        message = fast_message(item, self.hosted)
        if message is not None:
            self._close()
            self.out.append(message)
            return True
        part = fast_item(item, self.count, NO_ALIASES)
        if part is not None:
            self.run.append(part)
            self.count += 1
        return part is not None

    def _item(self, item: JSONObject, kind: str | None, path: str) -> None:
        role = item.get("role")
        if kind in (None, "message") and role != "assistant":
            if kind is None and role is None:
                self._reference(item, path)
            else:
                self._close()
                self._caller(item, path)
            return
        if kind in OUTPUT_KINDS and not self._is_hosted(item):
            self._close()
            part = decode_result(Reader(item, path, self.problems))
            self.out.append(Message(role="tool", parts=(part,)))
            return
        if kind is not None and kind in ITEM_ROLES:
            self._close()
            unknown = UnknownPart(dialect=DIALECT, raw=item)
            self.out.append(Message(role=ITEM_ROLES[kind], parts=(unknown,)))
            return
        parts = decode_item(item, str(self.count), path=path, problems=self.problems)
        first = parts[0]
        if isinstance(first, ServerToolCallPart) and first.id:
            self.hosted.add(first.id)
        self.run += parts
        self.count += 1

    def _is_hosted(self, item: JSONObject) -> bool:
        """Say whether a result is that of a call that the provider ran."""
        call_id = item.get("call_id")
        if item.get("execution") == "server":
            return True
        return isinstance(call_id, str) and call_id in self.hosted

    def _reference(self, item: JSONObject, path: str) -> None:
        """Read an item without type and role: it can only be a reference."""
        if not isinstance(item.get("id"), str):
            Reader(item, path, self.problems).fault("role", "string", "nothing")
        self.run.append(UnknownPart(dialect=DIALECT, raw=item))
        self.count += 1

    def _close(self) -> None:
        """End the model's turn."""
        if self.run:
            self.out.append(new_message("assistant", tuple(self.run)))
            self.run = []
            self.count = 0

    def _caller(self, item: JSONObject, path: str) -> None:
        """Read a message of a user, system or developer."""
        reader = Reader(item, path, self.problems)
        word = reader.string("role", required=True)
        if word is None:
            return
        if word not in _CALLERS:
            reader.fault("role", "user, assistant, system or developer", "another word")
            return
        self.out.append(_message(reader, _CALLERS[word]))


def _message(reader: Reader, role: Role) -> Message:
    left = reader.left
    notes: JSONObject = {}
    if left.pop("type", None) is not None:
        notes["type"] = "message"
    if role == "system":
        # What stood here is not moved to `instructions`.
        notes["role"] = "system"
    parts: tuple[Part, ...] = ()
    content = left.pop("content", None)
    if type(content) is str:
        parts = (TextPart(text=content),)
    elif isinstance(content, list):
        notes["content"] = "array"
        found = content_parts(content, "content", reader)
        legal = LEGAL_PARTS[role]
        # The API takes an image from a developer, the IR text alone: it is kept whole.
        parts = tuple(
            part
            if type(part).__name__ in legal
            else UnknownPart(dialect=DIALECT, raw=item)
            for part, item in zip(found or (), content, strict=False)
        )
    else:
        reader.fault("content", "string or array", describe(content))
    ident = reader.string("id")
    if ident is not None:
        notes["id"] = "item"
    return Message(role=role, parts=parts, id=ident, extra=extra_with(left, notes))
