"""
Messages and system instructions into contents.

The answers to the calls of one turn go into one content of the user: messages of role
`tool` that follow each other become one.  Everything else keeps its boundaries and
its order.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Final

from modelwire.codecs._losses import LossLog
from modelwire.codecs._plain_parts import is_bare
from modelwire.codecs.gemini_generate._extra import spelling_of, write_extra
from modelwire.codecs.gemini_generate._messages_fast import fast_parts
from modelwire.codecs.gemini_generate._part_encode import PartWriter
from modelwire.codecs.gemini_generate._wire import DIALECT
from modelwire.ir._base import JSONObject
from modelwire.ir._losses import SEVERITIES, LossCode, Severity
from modelwire.ir._messages import Message, Role
from modelwire.ir._parts import ToolCallPart, ToolResultPart, UnknownPart

__all__ = ["encode_messages", "encode_system"]

SKIP_SIGNATURE: Final = "skip_thought_signature_validator"
"""
What stands for the signature of a call that another model made.

Gemini 3 refuses a call of the current turn without one (400); the documentation of
thought signatures names this value for foreign histories.
"""

_ROLES: Final[dict[Role, str]] = {
    "system": "user",
    "developer": "user",
    "user": "user",
    "assistant": "model",
    "tool": "user",
}


_USUAL: Final = ("user", "assistant", "tool")
"""Roles whose messages are a content each, or one with their neighbours."""


def encode_system(system: Sequence[Message], writer: PartWriter) -> JSONObject | None:
    """
    Write the leading instructions.

    Args:
        system: The system and developer messages.
        writer: What the encode shares.

    Returns:
        `systemInstruction`; several messages become the parts of one.
    """
    out: JSONObject = {}
    log = writer.log
    parts: list[JSONObject] = []
    kept: list[tuple[str, LossLog]] = []
    for i, message in enumerate(system):
        path = f"$.system[{i}]"
        writer.log = inner = LossLog(DIALECT)
        written = _parts([(i, message)], "$.system", 0, len(parts), writer)
        writer.log = log
        if written is None:
            log.extend(inner.losses)
            continue
        role = spelling_of(message.extra).get("role")
        if isinstance(role, str):
            out.setdefault("role", role)
        _envelope(message, {} if kept else out, path, inner)
        kept.append((path, inner))
        parts.extend(written)
    for path, inner in kept:
        if len(kept) == 1:
            log.extend(inner.losses)
            continue
        # Which of several messages the one of the output resembles is a guess, so
        # every loss speaks of a whole message.
        log.add(
            LossCode.SYS_LEADING,
            path,
            "merged",
            to=None if path == kept[0][0] else "$.system[0]",
        )
        for code, severity in _worst(inner).items():
            log.add(code, path, "approximated", severity=severity)
    return {"parts": parts, **out} if parts else None


def encode_messages(
    messages: Sequence[Message], writer: PartWriter, *, signed: bool
) -> list[JSONObject]:
    """
    Write the conversation.

    Args:
        messages: The messages after the leading instructions.
        writer: What the encode shares.
        signed: Whether the model refuses calls of the current turn without a
            signature.

    Returns:
        `contents` of the request.
    """
    out: list[JSONObject] = []
    content: JSONObject
    log = writer.log
    current = _current_turn(messages)
    end = 0
    while end < len(messages):
        place, end = end, _end_of_turn(messages, end)
        first = messages[place]
        if end == place + 1 and first.role in _USUAL and is_bare(first):
            usual = fast_parts(first, place, len(out), writer)
            if usual is not None:
                content = {"role": _ROLES[first.role], "parts": usual}
                if first.extra:
                    _write_role(first, content)
                if signed and place >= current and first.role == "assistant":
                    _sign(first, usual, len(out), writer)
                out.append(content)
                continue
        run: list[tuple[int, Message]] = []
        every = list(enumerate(messages[place:end], place))
        parts = _parts(every, "$.messages", len(out), 0, writer, kept=run)
        if parts is None:
            continue
        index, message = run[0]
        path = f"$.messages[{index}]"
        content = {"role": _ROLES[message.role], "parts": parts}
        if message.role in ("system", "developer"):
            _tag(parts)
            log.approximate(
                LossCode.SYS_MID,
                path,
                "as the user's words in a tag",
                to=f"$.messages[{len(out)}]",
            )
        else:
            if message.extra:
                _write_role(message, content)
            _envelope(message, content, path, log)
            for k, other in run[1:]:
                _envelope(other, {}, f"$.messages[{k}]", log)
            if content["role"] == "user" and message.role == "tool":
                _report_roles(run, log)
        if signed and index >= current and message.role == "assistant":
            _sign(message, parts, len(out), writer)
        out.append(content)
    return out


def _write_role(message: Message, content: JSONObject) -> None:
    """Write the client's own word for a role."""
    role = spelling_of(message.extra).get("role")
    if isinstance(role, str):
        content["role"] = role
    if isinstance(message.extra.get(DIALECT, {}).get("role"), str):
        # A role that is not known stays the client's own word.
        del content["role"]


def _end_of_turn(messages: Sequence[Message], start: int) -> int:
    """Find where the messages end that are one content with the one at *start*."""
    end = start + 1
    if messages[start].role == "tool" and _is_results(messages[start]):
        while (
            end < len(messages)
            and _is_results(messages[end])
            and DIALECT not in messages[end].extra
        ):
            end += 1
    return end


def _is_results(message: Message) -> bool:
    """Say whether a message is nothing but results."""
    return message.role == "tool" and all(
        isinstance(part, ToolResultPart) for part in message.parts
    )


def _parts(
    messages: list[tuple[int, Message]],
    field: str,
    place: int,
    before: int,
    writer: PartWriter,
    *,
    kept: list[tuple[int, Message]] | None = None,
) -> list[JSONObject] | None:
    """
    Write the parts of messages as one content.

    Args:
        messages: The messages, with their numbers.
        field: The list that they stand in.
        place: The number of the content in the output.
        before: How many parts it has already.
        writer: What the encode shares.
        kept: Gets the messages of which something is left.

    Returns:
        The parts; `None` (and losses of the whole messages) when nothing is left.
    """
    log = writer.log
    out: list[JSONObject] = []
    for i, message in messages:
        path = f"{field}[{i}]"
        count = len(out)
        # Leading instructions have no results, whose losses name the conversation.
        usual = fast_parts(message, i, place, writer, before + count)
        if usual is not None:
            out += usual
            if kept is not None:
                kept.append((i, message))
            continue
        writer.log = inner = LossLog(DIALECT)
        for k, part in enumerate(message.parts):
            where = f"{path}.parts[{k}]"
            written = writer.placed(
                partial(writer.part, part, where, message.role),
                where,
                f"{field}[{place}].parts[{before + len(out)}]",
            )
            if written is not None:
                out.append(written)
        writer.log = log
        if len(out) == count:
            _report_dropped(log, inner, path, message)
        else:
            log.extend(inner.losses)
            if kept is not None:
                kept.append((i, message))
    return out or None


def _envelope(message: Message, content: JSONObject, path: str, log: LossLog) -> None:
    """Write what stands on the message itself."""
    if message.role == "developer":
        log.approximate(LossCode.ROLE_DEVELOPER, f"{path}.role", "as system")
    if message.name is not None:
        log.drop(LossCode.ROLE_NAME, f"{path}.name")
    if message.id is not None:
        log.add(LossCode.RESP_ID, f"{path}.id", "dropped", severity="cosmetic")
    if message.extra:
        write_extra(message.extra, content, path, log, LossCode.ROLE_NAME)


def _report_roles(messages: list[tuple[int, Message]], log: LossLog) -> None:
    """Record that what is no result in a message of role `tool` is the user's now."""
    for i, message in messages:
        kept = [
            part
            for part in message.parts
            if isinstance(part, UnknownPart) and part.dialect == DIALECT
        ]
        if kept:
            log.add(
                LossCode.ROLE_ALTERNATION,
                f"$.messages[{i}].role",
                "approximated",
                severity="cosmetic",
            )


def _tag(parts: list[JSONObject]) -> None:
    """Mark an instruction in the middle, which has no role of its own here."""
    for part in parts:
        if isinstance(part.get("text"), str):
            part["text"] = f"<system>\n{part['text']}\n</system>"


def _report_dropped(log: LossLog, inner: LossLog, path: str, message: Message) -> None:
    """Report a message of which nothing is left: its parts' losses become its own."""
    worst = _worst(inner)
    if not worst:
        code = LossCode.OUT_TEXT if message.role == "assistant" else LossCode.IN_TEXT
        worst[code] = "cosmetic"
    needs = {loss.code for loss in inner.losses if loss.action == "needs_fetch"}
    for code, severity in worst.items():
        log.add(
            code,
            path,
            "needs_fetch" if code in needs else "dropped",
            severity=severity,
            detail="nothing is left",
        )


def _worst(inner: LossLog) -> dict[LossCode, Severity]:
    """Give the concepts of some losses, each with its worst severity."""
    worst: dict[LossCode, Severity] = {}
    for loss in inner.losses:
        known = worst.get(loss.code)
        if known is None or SEVERITIES.index(loss.severity) < SEVERITIES.index(known):
            worst[loss.code] = loss.severity
    return worst


def _current_turn(messages: Sequence[Message]) -> int:
    """Give the number of the message after the user's last own words."""
    for i in range(len(messages) - 1, -1, -1):
        message = messages[i]
        if message.role == "user" and not all(
            isinstance(part, ToolResultPart) for part in message.parts
        ):
            return i + 1
    return 0


def _sign(
    message: Message, parts: list[JSONObject], place: int, writer: PartWriter
) -> None:
    """Give the first call of a step a signature, where it came without one."""
    calls = [i for i, part in enumerate(parts) if "functionCall" in part]
    if not calls or "thoughtSignature" in parts[calls[0]]:
        return
    parts[calls[0]]["thoughtSignature"] = SKIP_SIGNATURE
    first = next((p for p in message.parts if isinstance(p, ToolCallPart)), None)
    if first is not None and first.signature is not None:
        return  # the loss of the foreign one says it
    writer.log.add(
        LossCode.TOOL_CALL_THOUGHT_SIGNATURE,
        None,
        "synthesised",
        to=f"$.messages[{place}].parts[{calls[0]}].signature",
        detail="the call is not of this model",
    )
