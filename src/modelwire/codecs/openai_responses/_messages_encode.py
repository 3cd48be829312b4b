"""
The conversation of a request, from the IR to items.

Results stand where they stood: this dialect wants each result somewhere behind its
call, not right behind it.  Neighbouring assistant messages are one turn to a reader of
the items, which is recorded where the source had several.

Source:
    wire/openai_responses.md sections 1 and 2 and wire/mapping.md sections 1 to 3, read
    2026-11-21.
"""

from __future__ import annotations

from typing import Any, Final

from modelwire.codecs._aliases import AliasBook
from modelwire.codecs._ids import call_ids, counting_ids, history_ids
from modelwire.codecs._losses import LossLog
from modelwire.codecs._plain_parts import is_bare
from modelwire.codecs.openai_responses._content_encode import (
    Context,
    encode_content_part,
)
from modelwire.codecs.openai_responses._items_encode import ItemWriter
from modelwire.codecs.openai_responses._messages_decode import ITEM_ROLES
from modelwire.codecs.openai_responses._messages_fast_encode import (
    fast_items,
    fast_result,
)
from modelwire.codecs.openai_responses._results import encode_result
from modelwire.codecs.openai_responses._wire import (
    DIALECT,
    merge_own,
    own_fields,
    spelling_of,
)
from modelwire.errors import InvalidIRError
from modelwire.ir._base import JSONObject
from modelwire.ir._loss_codes import LossCode
from modelwire.ir._messages import LEGAL_PARTS, Message
from modelwire.ir._parts import (
    Part,
    TextPart,
    ToolCallPart,
    ToolResultPart,
    UnknownPart,
)

__all__ = ["ConversationWriter"]

_LEADING: Final = frozenset({"system", "developer"})


class ConversationWriter:
    """
    Writes `instructions` and `input`.

    Args:
        log: Where losses go.
        book: Where renamed tools are noted.
    """

    def __init__(self, log: LossLog, book: AliasBook) -> None:
        self.log = log
        self.instructions: str | None = None
        """The instructions, where the first message can be said in them."""
        self.book = book
        self.writer = ItemWriter(log, reply=False, ids=counting_ids(), book=book)
        self.out = self.writer.out
        """The items so far."""
        self._leading = 0
        self._still_leading = True
        self._rest = 0
        self._vague = False
        """Whether a system or developer message may be dropped."""
        self._open = False
        """Whether an assistant's turn is open: what follows would be part of it."""

    def write(self, system: tuple[Message, ...], messages: tuple[Message, ...]) -> None:
        """Write the leading messages, then the conversation."""
        count, fresh = counting_ids(), history_ids(call_ids(messages))
        self.writer.ids = lambda kind: fresh() if kind == "call" else count(kind)
        self._vague = any(
            not message.parts or any(type(p) is UnknownPart for p in message.parts)
            for message in (*system, *messages)
            if message.role in _LEADING
        )
        for index, message in enumerate(system):
            path = f"$.system[{index}]"
            if not self._as_instructions(message, path):
                _check(message, path)
                self._caller(message, message.parts, path, 0)
        for index, message in enumerate(messages):
            self._message(message, f"$.messages[{index}]")

    # --- places ---------------------------------------------------------------------

    def _place(self, role: str) -> str:
        """Give the path that the next message of *role* will have when read again."""
        if self._still_leading and role in _LEADING:
            return f"$.system[{self._leading}]"
        return f"$.messages[{self._rest}]"

    def _wrote(self, role: str) -> None:
        """Count a message that the reader of the items will find."""
        if self._still_leading and role in _LEADING:
            self._leading += 1
        else:
            self._still_leading = False
            self._rest += 1
        if role != "assistant":
            self._open = False

    # --- messages -------------------------------------------------------------------

    def _as_instructions(self, message: Message, path: str) -> bool:
        """Write the first message as `instructions` if that is all that it says."""
        if (
            self._leading
            or message.role != "system"
            or len(message.parts) != 1
            or type(message.parts[0]) is not TextPart
            or "role" in spelling_of(message.extra)
            or any(not name.startswith("$") for name in own_fields(message.extra))
        ):
            return False
        part = message.parts[0]
        context = Context(LossLog(DIALECT))
        item = encode_content_part(part, "", context)[0]
        if len(item) != 2 or item["type"] != "input_text":
            return False
        encode_content_part(part, f"{path}.parts[0]", Context(self.log))
        self.instructions = part.text
        self._about(message, path, written=False)
        self._wrote("system")
        return True

    def _message(self, message: Message, path: str) -> None:
        role = message.role
        parts = message.parts
        if role == "user" and len(parts) == 1 and not message.extra:
            part = parts[0]
            if type(part) is TextPart and _is_usual(part, message):
                self.out.append({"role": "user", "content": part.text})
                self._wrote("user")
                return
        if role == "assistant" and not self._open and is_bare(message):
            items = fast_items(parts, self.book)
            if items:
                self._turn(parts, items)
                return
        _check(message, path)
        if role == "assistant":
            self._assistant(message, path)
        elif role == "tool":
            self._tool(message, path)
        elif any(isinstance(part, ToolResultPart) for part in parts):
            self._mixed(message, path)
        else:
            place = self._place(role)
            before = len(self.out)
            self._caller(message, parts, path, 0)
            if place.startswith("$.system") and len(self.out) > before:
                self.log.add(
                    LossCode.SYS_LEADING,
                    path,
                    "moved",
                    to=place,
                    detail="what leads is the system prompt",
                )

    def _turn(self, parts: tuple[Part, ...], items: list[JSONObject]) -> None:
        """Take the items of an assistant's turn; each stands for one part."""
        writer = self.writer
        writer.begin(f"{self._place('assistant')}.parts")
        writer.calls += [
            (part.id, part.kind, part.id)
            for part in parts
            if type(part) is ToolCallPart
        ]
        for item in items:
            writer.add(item)
        self._wrote("assistant")
        self._open = True

    def _assistant(self, message: Message, path: str) -> None:
        writer = self.writer
        if not self._open:
            writer.begin(f"{self._place('assistant')}.parts")
        before = len(self.out)
        writer.write(message.parts, f"{path}.parts")
        gone = len(self.out) == before
        self._about(message, path, written=False)
        if gone:
            self.log.add(
                LossCode.OUT_TEXT,
                path,
                "dropped",
                severity="cosmetic",
                detail="nothing of the message is left",
            )
            return
        if not self._open:
            self._wrote("assistant")
            self._open = True
            return
        self.log.add(
            LossCode.ROLE_ALTERNATION,
            path,
            "merged",
            to=f"$.messages[{self._rest - 1}]",
            detail="items that follow each other are one turn",
        )

    def _tool(self, message: Message, path: str) -> None:
        code = LossCode.TOOL_RESULT_TEXT
        for index, part in enumerate(message.parts):
            where = f"{path}.parts[{index}]"
            if isinstance(part, ToolResultPart):
                self._result(part, where, self.log)
            else:
                self.log.add(code, where, "dropped", severity="content")
        self._about(message, path, written=False)
        if not message.parts:
            self.log.add(code, path, "dropped", severity="cosmetic")

    def _mixed(self, message: Message, path: str) -> None:
        """Write a user message with results in it: each piece in its place."""
        parts = message.parts
        start = 0
        said = False
        while start < len(parts):
            part = parts[start]
            if isinstance(part, ToolResultPart):
                self._result(part, f"{path}.parts[{start}]", self.log)
                start += 1
                continue
            end = start + 1
            while end < len(parts) and not isinstance(parts[end], ToolResultPart):
                end += 1
            # What the message itself says counts as its first piece's.
            source = message if start == 0 else Message(role=message.role)
            said = said or start == 0
            self._caller(source, parts[start:end], path, start)
            start = end
        if not said:
            self._about(message, path, written=False)

    def _result(self, part: ToolResultPart, path: str, log: LossLog) -> None:
        kind, call_id = self._answered(part)
        item = fast_result(part, kind, call_id)
        if item is None:
            item = encode_result(
                part,
                path,
                f"{self._place('tool')}.parts[0]",
                kind=kind,
                call_id=call_id,
                log=log,
            )
        self.out.append(item)
        self._wrote("tool")

    def _answered(self, part: ToolResultPart) -> tuple[str | None, str]:
        """
        Find the call that a result answers.

        Returns:
            The call's kind, where it is known, and the target's id of it.  A result
            without an id answers the first call without one.
        """
        calls = self.writer.calls
        for number, (source, kind, target) in enumerate(calls):
            if source == part.call_id:
                del calls[number]
                return kind, target
        return None, part.call_id

    # --- messages of the caller -----------------------------------------------------

    def _caller(
        self, message: Message, parts: tuple[Part, ...], path: str, start: int
    ) -> None:
        """Write a system, developer or user message."""
        notes = spelling_of(message.extra) if message.extra else {}
        role: str = message.role
        if len(parts) == 1 and _is_item(parts[0], role):
            self._bare_item(message, parts[0], f"{path}.parts[{start}]", path)
            return
        renamed = role == "system" and notes.get("role") != "system"
        if renamed:
            # Acceptance row R04: every back end takes `developer`, some refuse the
            # older word (ChatGPT's).
            role = "developer"
        context = Context(self.log, f"{self._place(role)}.parts")
        items: list[JSONObject] = []
        for index, part in enumerate(parts):
            context.items = len(items)
            where = f"{path}.parts[{start + index}]"
            items += encode_content_part(part, where, context)
        if parts and not items:
            self._about(message, path, written=False)
            return
        if renamed and path.startswith("$.system") == self._still_leading:
            # A message that moves is one loss, its role included.
            place = self._place(role)
            if place == path and not self._vague:
                self.log.approximate(LossCode.ROLE_DEVELOPER, f"{path}.role")
            else:
                # Where another one is dropped, which message this one became cannot
                # be told by its role.
                self.log.approximate(LossCode.ROLE_DEVELOPER, path, to=place)
        content: Any = items
        if (
            len(items) == 1
            and items[0].keys() == {"type", "text"}
            and items[0]["type"] == "input_text"
            and notes.get("content") != "array"
        ):
            content = items[0]["text"]
        out: JSONObject = {}
        if notes.get("type") == "message":
            out["type"] = "message"
        if message.id is not None and "id" in notes:
            out["id"] = message.id
        out["role"] = role
        out["content"] = content
        merge_own(out, message.extra)
        self._about(message, path, written=True)
        self.out.append(out)
        self._wrote(role)

    def _bare_item(self, message: Message, part: Part, where: str, path: str) -> None:
        """Write an item that is no message."""
        assert isinstance(part, UnknownPart)  # noqa: S101 - `_is_item` says so
        if part.item is not None:
            self.log.drop(LossCode.THINK_ITEM_ID, f"{where}.item")
        self._about(message, path, written=False)
        self.out.append(dict(part.raw))
        self._wrote(message.role)

    def _about(self, message: Message, path: str, *, written: bool) -> None:
        """Record what a message says itself and the items do not."""
        log = self.log
        if message.name is not None:
            log.drop(LossCode.ROLE_NAME, f"{path}.name")
        kept = written and message.extra and "id" in spelling_of(message.extra)
        if message.id is not None and not kept:
            log.add(LossCode.RESP_ID, f"{path}.id", "dropped", severity="cosmetic")
        if message.extra:
            log.drop_extra(message.extra, path, LossCode.ROLE_NAME)
            if not written:
                for name in own_fields(message.extra):
                    if not name.startswith("$"):
                        log.drop_field(LossCode.ROLE_NAME, path, DIALECT, name)


def _is_usual(part: TextPart, message: Message) -> bool:
    """Say whether a message is one text and nothing else."""
    return not (
        part.annotations
        or part.extra
        or part.cache is not None
        or part.item is not None
        or part.signature is not None
        or part.logprobs is not None
        or message.name is not None
        or message.id is not None
    )


def _is_item(part: Part, role: str) -> bool:
    """Say whether a part is an item of its own, not content of a message."""
    return (
        isinstance(part, UnknownPart)
        and part.dialect == DIALECT
        and ITEM_ROLES.get(part.raw.get("type", "")) == role
    )


def _check(message: Message, path: str) -> None:
    """Refuse a part that the message's role does not allow."""
    legal = LEGAL_PARTS[message.role]
    for index, part in enumerate(message.parts):
        name = type(part).__name__
        if name not in legal:
            msg = f"{name} in a message of role {message.role}"
            raise InvalidIRError(msg, path=f"{path}.parts[{index}]", dialect=DIALECT)
