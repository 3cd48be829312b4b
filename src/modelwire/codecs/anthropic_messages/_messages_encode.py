"""
Messages and system instructions into wire turns.

The API wants the results of a turn's calls in the message right after it, before
everything else, in one user message.  A history that keeps its results in messages of
role `tool`, or behind other content, is regrouped; a history that is in order keeps
its message boundaries.  Nothing is reordered that need not be.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Final, NamedTuple

import attrs

from modelwire.codecs._losses import LossLog
from modelwire.codecs.anthropic_messages._block_encode import (
    BlockWriter,
    is_plain,
    write_extra,
)
from modelwire.codecs.anthropic_messages._messages_fast import (
    fast_message,
    fast_results,
)
from modelwire.codecs.anthropic_messages._wire import DIALECT
from modelwire.ir._base import JSONObject
from modelwire.ir._losses import LossCode
from modelwire.ir._messages import Message, Role
from modelwire.ir._parts import Part, ToolResultPart

if TYPE_CHECKING:
    from modelwire.codecs._aliases import AliasBook

__all__ = ["encode_prompt"]


class _Item(NamedTuple):
    """One part on its way into a turn."""

    part: Part
    path: str
    role: Role


class _Turn(NamedTuple):
    """One message of the output."""

    role: str
    source: Message
    """The message whose own fields the turn takes over."""
    path: str
    items: list[_Item]
    moved: list[str]
    """Paths of what stands in another order than in the source."""
    absorbed: list[tuple[Message, str]]
    """Messages whose parts stand here and whose own fields are lost."""


_WIRE_ROLES: Final[dict[Role, str]] = {
    "system": "system",
    "developer": "system",
    "user": "user",
    "assistant": "assistant",
    "tool": "user",
}


def encode_prompt(
    system: Sequence[Message], messages: Sequence[Message], writer: BlockWriter
) -> tuple[str | list[JSONObject] | None, list[JSONObject]]:
    """
    Write the leading instructions and the conversation.

    Args:
        system: The leading system and developer messages.
        messages: The messages after them.
        writer: What the encode shares.

    Returns:
        `system` and `messages` of the request.  Several leading messages become the
        blocks of one.
    """
    lead = _Lead([], [])
    for i, message in enumerate(system):
        path = f"$.system[{i}]"
        blocks, _ = _blocks(_items(message, path), writer)
        if blocks:
            lead.blocks.extend(blocks)
            lead.sources.append((message, path))
        else:
            _lose_message(message, path, writer.log)
    out = _conversation(messages, writer, lead)
    if not lead.blocks:
        return None, out
    _report_lead(lead, writer.log)
    if len(lead.sources) > 1:
        writer.merged = [path for _, path in lead.sources]
    text = _as_string(lead.blocks, lead.sources[0][0])
    return (lead.blocks if text is None else text), out


class _Lead(NamedTuple):
    """The leading instructions, and the messages that they come from."""

    blocks: list[JSONObject]
    sources: list[tuple[Message, str]]


def _report_lead(lead: _Lead, log: LossLog) -> None:
    alone = len(lead.sources) == 1
    for message, path in lead.sources:
        if path.startswith("$.messages"):
            log.add(LossCode.SYS_MID, path, "moved", to="$.system[0]")
        elif not alone:
            log.add(
                LossCode.SYS_LEADING,
                path,
                "merged",
                to="$.system[0]",
                detail=message.role,
            )
        elif message.role == "developer":
            log.approximate(LossCode.ROLE_DEVELOPER, f"{path}.role", "as system")
        _lose_fields(message, path, log)


def _conversation(
    messages: Sequence[Message], writer: BlockWriter, lead: _Lead
) -> list[JSONObject]:
    out: list[JSONObject] = []
    log = writer.log
    last = messages[-1] if messages else None
    for turn in _turns(messages, writer.book, log):
        if isinstance(turn, dict):
            out.append(turn)
            continue
        source = turn.source
        blocks, places = _blocks(turn.items, writer)
        if not blocks and not (
            source is last and source.role == "assistant" and not source.parts
        ):
            _lose_message(source, turn.path, log)
            for message, path in turn.absorbed:
                _lose_fields(message, path, log)
            continue
        if turn.role == "system" and not out:
            # The conversation starts with the user; instructions before are leading.
            lead.blocks.extend(blocks)
            lead.sources.append((source, turn.path))
            continue
        for path in turn.moved:
            place = places.get(path)
            if place is not None or path == turn.path:
                to = f"$.messages[{len(out)}]"
                if place is not None:
                    to = f"{to}.parts[{place}]"
                log.add(LossCode.TOOL_RESULT_TEXT, path, "moved", to=to)
        text = _as_string(blocks, source) if len(blocks) == 1 else None
        wire: JSONObject = {
            "role": turn.role,
            "content": blocks if text is None else text,
        }
        _envelope(source, wire, turn.path, log)
        for message, path in turn.absorbed:
            _lose_fields(message, path, log)
        # Where a part has moved, that it has another message now is said already.
        stayed = places.keys() - set(turn.moved)
        for message, path in ((source, turn.path), *turn.absorbed):
            if message.role == "tool":
                _report_role(message, path, stayed, log)
        out.append(wire)
    return out


def _report_role(
    message: Message, path: str, written: Collection[str], log: LossLog
) -> None:
    """Record that what is no result in a message of role `tool` is the user's now."""
    for number, part in enumerate(message.parts):
        here = f"{path}.parts[{number}]" in written
        if here and not isinstance(part, ToolResultPart):
            code = LossCode.ROLE_ALTERNATION
            log.add(code, f"{path}.role", "approximated", severity="cosmetic")
            return


def _items(message: Message, path: str) -> list[_Item]:
    role = message.role
    return [
        _Item(part, f"{path}.parts[{i}]", role) for i, part in enumerate(message.parts)
    ]


def _blocks(
    items: list[_Item], writer: BlockWriter
) -> tuple[list[JSONObject], dict[str, int]]:
    """Write parts; give their blocks, and the number of each part's by its path."""
    blocks: list[JSONObject] = []
    places: dict[str, int] = {}
    for part, path, role in items:
        if is_plain(part):
            block: JSONObject | None = {"type": "text", "text": part.text}
        else:
            block = writer.block(part, path, role)
        if block is not None:
            places[path] = len(blocks)
            blocks.append(block)
    return blocks, places


def _as_string(blocks: list[JSONObject], message: Message) -> str | None:
    """Give one plain text as a string, unless the source had it as an array."""
    if len(blocks) == 1:
        block = blocks[0]
        if len(block) == 2 and block.get("type") == "text":
            own = message.extra.get(DIALECT)
            if own is None or own.get("$spelling", {}).get("content") != "array":
                text: str = block["text"]
                return text
    return None


def _envelope(message: Message, wire: JSONObject, path: str, log: LossLog) -> None:
    """Write what stands on the message itself."""
    if message.role == "developer":
        log.approximate(LossCode.ROLE_DEVELOPER, f"{path}.role", "as system")
    if message.name is not None:
        log.drop(LossCode.ROLE_NAME, f"{path}.name")
    if message.id is not None:
        log.add(LossCode.RESP_ID, f"{path}.id", "dropped", severity="cosmetic")
    if message.extra:
        write_extra(message.extra, wire, path, log, LossCode.ROLE_NAME)


def _lose_fields(message: Message, path: str, log: LossLog) -> None:
    """Record the own fields of a message that has no message of its own any more."""
    if message.name is not None:
        log.drop(LossCode.ROLE_NAME, f"{path}.name")
    if message.id is not None:
        log.add(LossCode.RESP_ID, f"{path}.id", "dropped", severity="cosmetic")
    for dialect, fields in message.extra.items():
        for name in fields:
            if not name.startswith("$"):
                log.drop_field(LossCode.ROLE_NAME, path, dialect, name)


def _lose_message(message: Message, path: str, log: LossLog) -> None:
    """Record a message of which nothing is left; its parts have their own losses."""
    if not message.parts:
        code = LossCode.OUT_TEXT if message.role == "assistant" else LossCode.IN_TEXT
        log.add(code, path, "dropped", severity="cosmetic", detail="empty message")
    else:
        _lose_fields(message, path, log)


# --- regrouping ---------------------------------------------------------------------


def _turns(
    messages: Sequence[Message], book: AliasBook, log: LossLog
) -> Iterator[_Turn | JSONObject]:
    """Give the turns of the output (finished ones as such), results first."""
    i, count = 0, len(messages)
    while i < count:
        message = messages[i]
        if message.role == "assistant":
            yield fast_message(message, book, i, log) or _plain(message, i)
            i += 1
            continue
        end = i + 1
        while end < count and messages[end].role != "assistant":
            end += 1
        if _needs_regrouping(messages, i, end):
            quick = fast_results(messages, i, end, book, log)
            if quick is None:
                yield from _regrouped(messages, i, end)
                i = end
                continue
            wire, i = quick
            yield wire
        for k in range(i, end):
            yield fast_message(messages[k], book, k, log) or _plain(messages[k], k)
        i = end


def _plain(message: Message, index: int) -> _Turn:
    path = f"$.messages[{index}]"
    items = _items(message, path)
    return _Turn(_WIRE_ROLES[message.role], message, path, items, [], [])


def _needs_regrouping(messages: Sequence[Message], start: int, end: int) -> bool:
    """Say whether messages between two assistant turns have results out of place."""
    other = False
    for k in range(start, end):
        message = messages[k]
        if message.role == "tool":
            return True
        for part in message.parts:
            if type(part) is not ToolResultPart:
                other = True
            elif other:
                return True
    return False


class _Piece(NamedTuple):
    """What moves as one: a result, or neighbouring other parts of one message."""

    message: int
    result: bool
    items: list[_Item]


def _pieces(messages: Sequence[Message], start: int, end: int) -> list[_Piece]:
    pieces: list[_Piece] = []
    for k in range(start, end):
        for item in _items(messages[k], f"$.messages[{k}]"):
            result = type(item.part) is ToolResultPart
            before = pieces[-1] if pieces else None
            if not result and before and before.message == k and not before.result:
                before.items.append(item)
            else:
                pieces.append(_Piece(k, result, [item]))
    return pieces


def _regrouped(messages: Sequence[Message], start: int, end: int) -> Iterator[_Turn]:
    """Give the results of a run first, in one turn, and then everything else."""
    pieces = _pieces(messages, start, end)
    moved = _moved(pieces)
    first = [item for piece in pieces if piece.result for item in piece.items]
    rest: dict[int, list[_Item]] = {}
    for piece in pieces:
        if not piece.result:
            rest.setdefault(piece.message, []).extend(piece.items)
    empty = [k for k in range(start, end) if not messages[k].parts]
    absorbed = [k for k in range(start, end) if messages[k].parts and k not in rest]
    order = sorted([*rest, *empty])
    # Messages without parts say nothing, and are dropped where they stand.
    joined = min(rest, default=None)
    if joined is not None and not _may_join(messages[joined]):
        joined = None
    if joined is not None:
        # One user turn: results, then what the user says to them.
        first += rest.pop(joined, [])
        absorbed = sorted([*absorbed, joined])
        order.remove(joined)
    if first or absorbed:
        whole = absorbed[0] if absorbed else start
        path = f"$.messages[{whole}]"
        source = messages[whole] if absorbed else Message(role="user")
        lost = [(messages[k], f"$.messages[{k}]") for k in absorbed[1:]]
        if absorbed and not (first and first[0].path.startswith(f"{path}.")):
            # Its own fields would stand on what another message says.
            lost = [(source, path), *lost]
            source = _bare(source)
        moves = [path for path in moved if any(item.path == path for item in first)]
        yield _Turn("user", source, path, first, moves, lost)
    for k in order:
        turn = _plain(messages[k], k)
        items = rest.get(k, [])
        paths = [path for path in moved if any(item.path == path for item in items)]
        if paths and len(items) == len(turn.source.parts):
            # All of it moves, and what it says itself with it.
            paths = [turn.path]
        turn = turn._replace(items=items, moved=paths)
        if len(items) < len(turn.source.parts):
            # Its results went before it, and its own fields with neither.
            lost = [(turn.source, turn.path)]
            turn = turn._replace(source=_bare(turn.source), absorbed=lost)
        yield turn


def _bare(message: Message) -> Message:
    """Give a message without its own fields."""
    bare: Message = attrs.evolve(message, name=None, id=None, extra={})
    return bare


def _may_join(message: Message) -> bool:
    """Say whether a message may be joined to the results before it."""
    own = message.extra.get(DIALECT, {})
    return message.role in ("user", "tool") and all(key.startswith("$") for key in own)


def _moved(pieces: list[_Piece]) -> list[str]:
    """
    Give the paths of what changes its place, as few as possible.

    Everything else keeps its order; among equal answers the earlier piece moves.
    """
    if all(a.result or not b.result for a, b in pairwise(pieces)):
        return []
    # Results come first in the output, so what keeps its order is the results before
    # some split and the other pieces behind it; the best split keeps the most.
    count = len(pieces)
    others_after = [0] * (count + 1)
    for i in range(count - 1, -1, -1):
        others_after[i] = others_after[i + 1] + (not pieces[i].result)
    best, split, results = -1, 0, 0
    for i in range(count + 1):
        kept = results + others_after[i]
        if kept >= best:
            best, split = kept, i
        if i < count:
            results += pieces[i].result
    return [
        item.path
        for i, piece in enumerate(pieces)
        if piece.result != (i < split)
        for item in piece.items
    ]
