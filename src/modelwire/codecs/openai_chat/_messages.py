"""
The conversation of a request, from the IR to JSON.

This dialect has a role for tool results, one message each, directly behind the
assistant message that asked for them.  Other dialects put results into the user's
message, among text and images: here they are taken apart again, and what a tool
message cannot hold (images, files) moves into the user message behind them.

Source:
    wire/openai_chat.md section 2 and wire/mapping.md, rows tool_result.*, read
    2026-11-21.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

from modelwire.codecs._aliases import AliasBook
from modelwire.codecs._ids import call_ids, history_ids
from modelwire.codecs._losses import LossLog
from modelwire.codecs._part_codes import result_part_code
from modelwire.codecs._profile import Profile
from modelwire.codecs.openai_chat._assistant_encode import AssistantWriter
from modelwire.codecs.openai_chat._cache import encode_cache
from modelwire.codecs.openai_chat._messages_fast import fast_answer, fast_input
from modelwire.codecs.openai_chat._open_calls import OpenCalls
from modelwire.codecs.openai_chat._parts import Context, encode_content_part
from modelwire.codecs.openai_chat._runs import joined, runs
from modelwire.codecs.openai_chat._wire import (
    DIALECT,
    merge_own,
    own_fields,
    spelling_of,
)
from modelwire.errors import InvalidIRError
from modelwire.ir._base import JSONObject
from modelwire.ir._loss_codes import LossCode
from modelwire.ir._messages import LEGAL_PARTS, Message
from modelwire.ir._parts import Part, TextPart, ToolResultPart, UnknownPart

__all__ = ["ConversationWriter"]

_ERROR_PREFIX: Final = "Error: "


class ConversationWriter:
    """
    Writes `messages`.

    Args:
        profile: The variant.
        log: Where losses go.
        book: Where renamed tools are noted.
    """

    def __init__(self, profile: Profile, log: LossLog, book: AliasBook) -> None:
        self.profile = profile
        self.log = log
        self.book = book
        self.context = Context(profile, log)
        self.out: list[JSONObject] = []
        """The messages so far."""
        self._leading = 0
        self._still_leading = True
        self._open = OpenCalls()
        """Calls without an answer yet."""
        self._media: list[tuple[list[JSONObject], str, LossCode, str]] = []
        """What results held and tool messages cannot: items, path, concept, id."""
        self._fresh_id: Callable[[], str] = history_ids(())

    def write(self, system: tuple[Message, ...], messages: tuple[Message, ...]) -> None:
        """Write the leading messages, then the conversation."""
        self._fresh_id = history_ids(call_ids(messages))
        for index, message in enumerate(system):
            self._plain(message, f"$.system[{index}]")
        for start, end in runs(messages):
            if end == start + 1:
                self._message(messages[start], start)
            else:
                self._run(messages[start:end], start)
        self._flush_media()

    # --- places ---------------------------------------------------------------------

    def _place(self, role: str = "") -> str:
        """Give the path that the next message will have when it is read again."""
        if self._still_leading and role in ("system", "developer"):
            return f"$.system[{len(self.out)}]"
        return f"$.messages[{len(self.out) - self._leading}]"

    def _append(self, wire: JSONObject) -> None:
        if self._still_leading:
            if wire["role"] in ("system", "developer"):
                self._leading += 1
            else:
                self._still_leading = False
        self.out.append(wire)

    # --- messages -------------------------------------------------------------------

    def _message(self, message: Message, index: int) -> None:
        if not self._media and self._fast(message):
            return
        path = f"$.messages[{index}]"
        role = message.role
        _check(message, path)
        if role == "assistant":
            self._flush_media()
            self._assistant(message, path)
        elif role == "tool":
            self._tool(message, path)
        elif role == "user":
            self._user(message, path)
        else:
            self._flush_media()
            place = self._place(role)
            before = len(self.out)
            self._plain(message, path)
            if place.startswith("$.system") and len(self.out) > before:
                self.log.add(
                    LossCode.SYS_LEADING,
                    path,
                    "moved",
                    to=place,
                    detail="what leads is the system prompt",
                )

    def _fast(self, message: Message) -> bool:
        """Write an ordinary message; False when it is not one."""
        role = message.role
        if role == "assistant":
            answer = fast_answer(message, self.book)
            if answer is None:
                return False
            out, calls = answer
            self._open = OpenCalls(calls)
            self.out.append(out)
        else:
            wires = fast_input(message, self._open)
            if wires is None:
                return False
            self.out += wires
        self._still_leading = False
        return True

    def _plain(self, message: Message, path: str) -> None:
        """Write a system, developer or user message."""
        role: str = message.role
        _check(message, path)
        if role == "developer" and not self.profile.developer_role:
            role = "system"
            self.log.approximate(LossCode.ROLE_DEVELOPER, f"{path}.role")
        items: list[JSONObject] = []
        context = self.context
        context.parts = f"{self._place(role)}.parts"
        for index, part in enumerate(message.parts):
            context.items = len(items)
            items += encode_content_part(part, f"{path}.parts[{index}]", context)
        self._content_message(message, role, items, path)

    def _content_message(
        self, message: Message, role: str, items: list[JSONObject], path: str
    ) -> None:
        noted = spelling_of(message.extra).get("content") == "array"
        content: Any = items
        if not items:
            if message.parts:
                self._gone(message, path, LossCode.IN_TEXT)
                return
            if not noted:
                content = ""
                self.log.add(
                    LossCode.IN_TEXT,
                    None,
                    "synthesised",
                    to=f"{self._place(role)}.parts[0]",
                    detail="a message without content",
                )
        elif not noted and len(items) == 1 and items[0].keys() == {"type", "text"}:
            content = items[0]["text"]
        out: JSONObject = {"role": role, "content": content}
        if message.name is not None:
            out["name"] = message.name
        if message.extra:
            merge_own(out, message.extra)
            self.log.drop_extra(message.extra, path, LossCode.ROLE_NAME)
        self._id(message, path)
        self._append(out)

    def _gone(self, message: Message, path: str, code: LossCode) -> None:
        """Record what a message says itself, when none of its parts is left."""
        if (
            message.name
            or message.id
            or any(
                not name.startswith("$")
                for fields in message.extra.values()
                for name in fields
            )
        ):
            self.log.add(
                code,
                path,
                "dropped",
                severity="cosmetic",
                detail="nothing of the message is left",
            )

    def _id(self, message: Message, path: str) -> None:
        if message.id is not None:
            self.log.add(LossCode.RESP_ID, f"{path}.id", "dropped", severity="cosmetic")

    def _run(self, run: tuple[Message, ...], start: int) -> None:
        """Write assistant messages that have to be one: their calls are answered."""
        self._flush_media()
        to = self._place()
        for index, message in enumerate(run, start):
            path = f"$.messages[{index}]"
            _check(message, path)
            self.log.add(LossCode.ROLE_ALTERNATION, path, "merged", to=to)
        whole, paths, empty = joined(run, start)
        for path in empty:
            self.log.add(LossCode.OUT_TEXT, path, "dropped", severity="cosmetic")
        self._assistant(whole, f"$.messages[{start}]", paths)

    def _assistant(
        self, message: Message, path: str, paths: Sequence[str] | None = None
    ) -> None:
        writer = AssistantWriter(
            message,
            path,
            to=self._place(),
            profile=self.profile,
            log=self.log,
            book=self.book,
            paths=paths,
        )
        out = writer.write(self._fresh_id)
        if out is None:
            self._gone(message, path, LossCode.OUT_TEXT)
            return
        self._open = OpenCalls(writer.call_ids)
        self._append(out)

    # --- tool results ---------------------------------------------------------------

    def _tool(self, message: Message, path: str) -> None:
        """Write a tool message: one wire message per result."""
        extra: JSONObject | None = own_fields(message.extra)
        for index, part in enumerate(message.parts):
            where = f"{path}.parts[{index}]"
            if isinstance(part, ToolResultPart):
                out = self._result(part, where, message)
                if extra:
                    merge_own(out, message.extra)
                    extra = None
                self._append(out)
            else:
                self.log.add(
                    LossCode.TOOL_RESULT_TEXT, where, "dropped", severity="content"
                )
        for name in extra or ():
            # There is no result that could have it.
            if not name.startswith("$"):
                self.log.drop_field(LossCode.ROLE_NAME, path, DIALECT, name)
        if message.parts:
            self._bare(message, path)
        else:
            self.log.add(
                LossCode.TOOL_RESULT_TEXT, path, "dropped", severity="cosmetic"
            )

    def _bare(self, message: Message, path: str) -> None:
        """Record what a message says itself, where only its results are written."""
        if message.name is not None:
            self.log.drop(LossCode.ROLE_NAME, f"{path}.name")
        if message.extra:
            self.log.drop_extra(message.extra, path, LossCode.ROLE_NAME)
            if message.role == "user":
                for name in own_fields(message.extra):
                    if not name.startswith("$"):
                        self.log.drop_field(LossCode.ROLE_NAME, path, DIALECT, name)
        self._id(message, path)

    def _user(self, message: Message, path: str) -> None:
        """Write a user message: the results that it holds, then the rest."""
        parts = message.parts
        results = [p for p in parts if isinstance(p, ToolResultPart)]
        # Results come first: a tool message must follow its call directly.
        behind = False
        for index, part in enumerate(parts):
            where = f"{path}.parts[{index}]"
            if isinstance(part, ToolResultPart):
                if behind:
                    to = f"{self._place()}.parts[0]"
                    self.log.add(LossCode.TOOL_RESULT_TEXT, where, "moved", to=to)
                self._append(self._result(part, where, None))
            else:
                behind = behind or self._is_written(part)
        if results and len(results) == len(parts):
            self._bare(message, path)
            return
        items = self._media_items() if self._media else []
        context = self.context
        context.parts = f"{self._place()}.parts"
        for index, part in enumerate(parts):
            if not isinstance(part, ToolResultPart):
                context.items = len(items)
                items += encode_content_part(part, f"{path}.parts[{index}]", context)
        if (
            results
            and items
            and self._begins_with_result(parts)
            and (
                message.name
                or any(not name.startswith("$") for name in own_fields(message.extra))
            )
        ):
            # What the message itself says counts as its first piece's, and that is
            # a tool message now.
            self.log.add(LossCode.ROLE_NAME, path, "moved", to=self._place())
        self._content_message(message, "user", items, path)

    def _begins_with_result(self, parts: tuple[Part, ...]) -> bool:
        """Say whether a result, of which there is one, is the first that is written."""
        written = (
            part
            for part in parts
            if isinstance(part, ToolResultPart) or self._is_written(part)
        )
        return isinstance(next(written), ToolResultPart)

    def _is_written(self, part: Part) -> bool:
        quiet = Context(self.profile, LossLog(DIALECT))
        return bool(encode_content_part(part, "", quiet))

    def _result(
        self, part: ToolResultPart, path: str, message: Message | None
    ) -> JSONObject:
        """Write one result as a tool message (or a function message, as it came)."""
        log = self.log
        place = self._place()
        outer = spelling_of(message.extra) if message is not None else {}
        legacy = outer.get("role") == "function"
        out: JSONObject
        target, name = self._answered(part)
        if legacy:
            out = {"role": "function", "name": part.name or name or ""}
        else:
            if target != part.call_id:
                known = bool(part.call_id)
                log.add(
                    LossCode.TOOL_CALL_ID,
                    f"{path}.call_id" if known else None,
                    "approximated" if known else "synthesised",
                    to=f"{place}.parts[0].call_id",
                )
            out = {"role": "tool", "tool_call_id": target}
            if part.name is not None:
                if "name" in spelling_of(part.extra):
                    out["name"] = part.name
                else:
                    log.drop(LossCode.TOOL_RESULT_NAME, f"{path}.name")
        inline = outer.get("content") == "array"
        items = self._result_items(part, path, target, inline=inline)
        if part.is_error is not None:
            self._error_flag(part, items, path, place)
        if not items and not (
            not part.content and (outer.get("content") == "array" or legacy)
        ):
            items.append({"type": "text", "text": ""})
            log.add(
                LossCode.TOOL_RESULT_TEXT,
                None,
                "synthesised",
                to=f"{place}.parts[0].content[0]",
                detail="a result without text",
            )
        if part.cache is not None:
            self._result_cache(part, items, path, place)
        content: Any = items
        if not items:
            content = None if legacy else []
        elif (
            len(items) == 1
            and items[0].keys() == {"type", "text"}
            and outer.get("content") != "array"
        ):
            content = items[0]["text"]
        out["content"] = content
        if part.signature is not None:
            log.drop(LossCode.THINK_SIGNATURE, f"{path}.signature")
        if part.item is not None:
            log.drop(LossCode.THINK_ITEM_ID, f"{path}.item")
        if part.extra:
            self._result_extra(part, path, place, out, message)
        return out

    def _result_extra(
        self,
        part: ToolResultPart,
        path: str,
        place: str,
        out: JSONObject,
        message: Message | None,
    ) -> None:
        """Write a result's own unknown fields: they are its message's on the wire."""
        log, code = self.log, LossCode.TOOL_RESULT_TEXT
        taken = own_fields(message.extra) if message is not None else {}
        for field, value in own_fields(part.extra).items():
            if field.startswith("$"):
                continue
            if field in out or field in taken:
                log.drop_field(code, path, DIALECT, field)
                continue
            out[field] = value
            where = f"extra[{DIALECT!r}].{field}"
            log.add(code, f"{path}.{where}", "moved", to=f"{place}.{where}")
        log.drop_extra(part.extra, path, code)

    def _answered(self, part: ToolResultPart) -> tuple[str, str | None]:
        """
        Find the call that a result answers.

        Returns:
            The target's id of the call, and the tool's name where it is known.  A
            result without an id answers the first open call of its name, else the
            first open one.
        """
        calls = self._open
        if part.call_id:
            number = calls.of_id(part.call_id)
        else:
            number = None if part.name is None else calls.of_name(part.name)
            if number is None:
                number = calls.first()
        if number is None:
            return part.call_id and self.book.call_id(part.call_id), None
        _, target, name = calls.take(number)
        return target, name

    def _result_items(
        self, part: ToolResultPart, path: str, call_id: str, *, inline: bool
    ) -> list[JSONObject]:
        """Write a result's content; what is no text waits for the user message."""
        items: list[JSONObject] = []
        context = self.context
        context.parts = f"{self._place()}.parts[0].content"
        for index, sub in enumerate(part.content):
            where = f"{path}.content[{index}]"
            context.items = len(items)
            if isinstance(sub, TextPart):
                items += encode_content_part(sub, where, context)
                continue
            items += self._result_other(sub, where, call_id, inline=inline)
        return items

    def _result_other(
        self, sub: Part, where: str, call_id: str, *, inline: bool
    ) -> list[JSONObject]:
        code = result_part_code(sub)
        if isinstance(sub, UnknownPart) and sub.dialect == DIALECT:
            return [dict(sub.raw)]
        if inline:
            # Some servers take images in results (Groq, OpenRouter): what a client of
            # this dialect put there stays there.
            return encode_content_part(sub, where, self.context)
        quiet = LossLog(DIALECT)
        made = encode_content_part(sub, where, Context(self.profile, quiet))
        if not made:
            fetched = any(loss.action == "needs_fetch" for loss in quiet.losses)
            foreign = any(loss.severity == "error" for loss in quiet.losses)
            self.log.add(
                code,
                where,
                "needs_fetch" if fetched else "dropped",
                severity="error" if foreign else "content",
            )
            return []
        if all(item.get("type") == "text" for item in made):
            self.context.became(code, where, len(made), "became text")
            return made
        self._media.append((made, where, code, call_id))
        return []

    def _error_flag(
        self, part: ToolResultPart, items: list[JSONObject], path: str, place: str
    ) -> None:
        """Say in words that a tool failed: there is no flag."""
        code = LossCode.TOOL_RESULT_ERROR_FLAG
        if not part.is_error:
            self.log.add(code, f"{path}.is_error", "dropped", severity="cosmetic")
            return
        text = items[0].get("text") if items else None
        if isinstance(text, str):
            items[0] = {**items[0], "text": f"{_ERROR_PREFIX}{text}"}
        else:
            items.insert(0, {"type": "text", "text": _ERROR_PREFIX.strip()})
        # The prefix may shift the other places; only text can stand beside it.
        self.log.approximate(
            code,
            f"{path}.is_error",
            "the text begins with `Error:`",
            to=f"{place}.parts[0].content[0]",
        )

    def _result_cache(
        self, part: ToolResultPart, items: list[JSONObject], path: str, place: str
    ) -> None:
        """Move a result's breakpoint to its last text; the message has none."""
        log = self.log
        keys = {"prompt_cache_breakpoint", "cache_control"}
        last = items[-1] if items else None
        if last is None or keys & last.keys():
            log.drop(LossCode.CACHE_BREAKPOINT, f"{path}.cache")
            return
        changed = dict(last)
        # One loss for the whole breakpoint: its time may change on the way too.
        encode_cache(part, changed, path, self.profile, LossLog(DIALECT))
        if changed.keys() == last.keys():
            log.drop(LossCode.CACHE_BREAKPOINT, f"{path}.cache")
            return
        items[-1] = changed
        log.add(
            LossCode.CACHE_BREAKPOINT,
            f"{path}.cache",
            "moved",
            to=f"{place}.parts[0].content[{len(items) - 1}].cache",
        )

    # --- media of results -----------------------------------------------------------

    def _media_items(self) -> list[JSONObject]:
        """Give what results held, each group behind a line that says whose it is."""
        place = self._place()
        items: list[JSONObject] = []
        last_id: str | None = None
        for made, path, code, call_id in self._media:
            if call_id != last_id:
                self.log.add(
                    code, None, "synthesised", to=f"{place}.parts[{len(items)}]"
                )
                items.append(
                    {"type": "text", "text": f"Output of tool call {call_id}:"}
                )
                last_id = call_id
            self.log.add(
                code,
                path,
                "moved",
                to=f"{place}.parts[{len(items)}]",
                severity="approximation",
            )
            items += made
        self._media = []
        return items

    def _flush_media(self) -> None:
        """Write what results held as a user message of its own."""
        if not self._media:
            return
        self._append({"role": "user", "content": self._media_items()})


def _check(message: Message, path: str) -> None:
    """Refuse a part where the IR does not allow it."""
    legal = LEGAL_PARTS[message.role]
    for index, part in enumerate(message.parts):
        name = type(part).__name__
        if name not in legal:
            msg = f"{name} is not legal in a {message.role} message"
            raise InvalidIRError(msg, path=f"{path}.parts[{index}]", dialect=DIALECT)
