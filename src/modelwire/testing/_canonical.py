"""
The one table of equivalent spellings: what may differ without being a difference.

    row            rule                                  why
    notes          keys of `extra` that begin with `$`   they pick the form of what a
                   go                                    field already says
    nulls          `null` in `extra` and in the `raw`    no dialect gives null another
                   of unknown parts and tools goes,      meaning than absent
                   and then empty entries
    tool results   a result in a user message becomes    dialects put one fact in either
                   a `tool` message of its own, in       message; grouping is the
                   place; so does each of several        encoder's work
    arguments      JSON text is written without          the text and the object form of
                   spaces, empty text is `{}`            one value
    numbers        1 and 1.0 are equal (Python's `==`)   JSON has one number type

Nothing else is equivalent: a joined text, a renamed tool or a moved part is a loss.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from typing import Any, Final, TypeVar, cast

import attrs

from modelwire.ir._arguments import Malformed, parse_arguments
from modelwire.ir._messages import Message
from modelwire.ir._parts import Part, ServerToolCallPart, ToolCallPart, ToolResultPart
from modelwire.ir._request import ChatRequest

__all__ = ["Places", "canonical", "equal_arguments", "regrouped", "respelled"]

_T = TypeVar("_T")

Places = Mapping[str, list[str]]
"""
Where things stood before they were regrouped.

`$.messages` gives the path of each message, `$.messages#3` those of the parts of the
one that is now number 3.  Each piece of a split message has the message's own path.
"""

_MESSAGES: Final = "$.messages"


def canonical(value: _T) -> _T:
    """
    Give *value* in the one spelling of the module's table.

    Args:
        value: Any IR value.

    Returns:
        An equivalent value; two values are equivalent when these are equal.
    """
    return cast("_T", _respelled(regrouped(respelled(value))[0], arguments=True))


def respelled(value: _T) -> _T:
    """
    Apply the table without its rows on tool results and arguments.

    Args:
        value: Any IR value.

    Returns:
        An equivalent value, whose parts stand where they stood.
    """
    return cast("_T", _respelled(value, arguments=False))


def regrouped(value: Any, gone: frozenset[str] = frozenset()) -> tuple[Any, Places]:
    """
    Apply the table's row on tool results, and say where things stood.

    Args:
        value: A value that is `respelled`.
        gone: Paths of parts that are known to have no counterpart.

    Returns:
        The value, and the places of the lists that changed (a request's messages).
    """
    if not isinstance(value, ChatRequest):
        return value, {}
    messages: list[Message] = []
    paths: list[str] = []
    parts: list[list[str]] = []
    for number, message in enumerate(value.messages):
        path = f"{_MESSAGES}[{number}]"
        left_out = {
            number
            for number in range(len(message.parts) if gone else 0)
            if f"{path}.parts[{number}]" in gone
        }
        for piece, numbers in _pieces(message, left_out):
            messages.append(piece)
            paths.append(path)
            parts.append([f"{path}.parts[{n}]" for n in numbers])
    if len(messages) == len(value.messages) and all(
        new is old for new, old in zip(messages, value.messages, strict=True)
    ):
        return value, {}
    places = {_MESSAGES: paths}
    for number, part_paths in enumerate(parts):
        places[f"{_MESSAGES}#{number}"] = part_paths
    return attrs.evolve(value, messages=tuple(messages)), places


def _pieces(
    message: Message, left_out: Collection[int] = ()
) -> list[tuple[Message, list[int]]]:
    """Split tool results out of *message*, with the numbers of the parts of each."""
    results = [isinstance(part, ToolResultPart) for part in message.parts]
    if not any(results) or (message.role == "tool" and len(results) == 1):
        return [(message, list(range(len(results))))]
    groups: list[list[int]] = []
    for number, is_result in enumerate(results):
        if number in left_out:
            continue
        if is_result or not groups or results[groups[-1][-1]]:
            groups.append([number])
        else:
            groups[-1].append(number)
    groups += [[number] for number in sorted(left_out)]
    # What the message itself says stays on the first piece that is there.
    owner = groups[0]
    pieces: list[tuple[Message, list[int]]] = []
    for group in groups:
        parts: tuple[Part, ...] = tuple(message.parts[number] for number in group)
        role = "tool" if results[group[0]] else message.role
        piece = (
            attrs.evolve(message, role=role, parts=parts)
            if group is owner
            else Message(role=role, parts=parts)
        )
        pieces.append((piece, group))
    return pieces


def _respelled(value: Any, *, arguments: bool) -> Any:
    """Rewrite notes, nulls and (if asked) arguments everywhere in *value*."""
    if isinstance(value, tuple):
        items = tuple(_respelled(item, arguments=arguments) for item in value)
        same = all(new is old for new, old in zip(items, value, strict=True))
        return value if same else items
    if not attrs.has(type(value)):
        return value
    changes: dict[str, Any] = {}
    for field in attrs.fields(type(value)):
        old = getattr(value, field.name)
        if field.name == "extra":
            new = _clean(old)
        elif field.name == "raw" and isinstance(old, dict) and None in old.values():
            new = {name: item for name, item in old.items() if item is not None}
        elif isinstance(old, tuple) or attrs.has(type(old)):
            new = _respelled(old, arguments=arguments)
        else:
            continue
        if new is not old:
            changes[field.name] = new
    if arguments and isinstance(value, ToolCallPart | ServerToolCallPart):
        text = _arguments_text(value)
        if text != value.arguments:
            changes["arguments"] = text
    return attrs.evolve(value, **changes) if changes else value


def _clean(extra: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
    if not extra:
        return extra
    cleaned = {
        dialect: {
            name: item
            for name, item in fields.items()
            if item is not None and not name.startswith("$")
        }
        for dialect, fields in extra.items()
    }
    cleaned = {dialect: fields for dialect, fields in cleaned.items() if fields}
    return extra if cleaned == extra else cleaned


def equal_arguments(
    x: ToolCallPart | ServerToolCallPart, y: ToolCallPart | ServerToolCallPart
) -> bool:
    """
    Say whether the arguments of two calls spell the same value.

    Args:
        x: A call.
        y: A call.

    Returns:
        Whether the row on arguments makes them equal.
    """
    return _arguments_text(x) == _arguments_text(y)


def _arguments_text(part: ToolCallPart | ServerToolCallPart) -> str:
    if isinstance(part, ToolCallPart) and part.kind == "custom":
        return part.arguments
    read = parse_arguments(part)
    if isinstance(read, Malformed):
        return part.arguments
    return json.dumps(read.value, ensure_ascii=False, separators=(",", ":"))
