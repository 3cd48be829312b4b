"""
Ids for calls that the wire gave none, and the calls that results answer.

Models up to 2.5, and Vertex, send calls without ids; name and order pair their
results (wire/observed.md section 4).  `CallIds` walks a conversation in order and
fills in what is missing: two calls never share an id, whatever their names (T20), and
an empty id is a missing one (T21).  What was filled in is noted on the part, so that
this dialect's encoder leaves it out again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, cast

import attrs

from modelwire.codecs.gemini_generate._parts import CODE_RESULT
from modelwire.codecs.gemini_generate._wire import DIALECT
from modelwire.ir._base import Extra, JSONObject
from modelwire.ir._fast_values import new_tool_call_part, new_tool_result_part
from modelwire.ir._parts import (
    Part,
    ServerToolCallPart,
    ServerToolResultPart,
    ToolCallPart,
    ToolResultPart,
)

__all__ = ["MINTED", "CallIds", "mint", "noted"]

MINTED: Final = "minted"
"""The note of an id that the wire did not have."""


class CallIds:
    """
    Fills in the ids of one conversation, or of one answer.

    Args of the constructor: *new* gives an id that is unique in the conversation.
    """

    __slots__ = ("_calls", "_new", "_open", "_server")

    def __init__(self, new: Callable[[], str]) -> None:
        self._new = new
        self._calls: dict[str, str] = {}
        """Ids of calls so far, and their names."""
        self._open: list[tuple[str, str, bool]] = []
        """Calls without a result yet: id, name, whether the id was filled in."""
        self._server: str | None = None
        """The last call of the API's own tools without an id."""

    def settle(self, part: Part) -> Part:
        """
        Fill in the id of a call or result.

        Args:
            part: The next part, as `decode_part` gives it.

        Returns:
            The part with its id; one that needs none comes back as it is.
        """
        kind = type(part)
        if kind is ToolCallPart:
            return self._call(cast("ToolCallPart", part))
        if kind is ToolResultPart:
            return self._result(cast("ToolResultPart", part))
        if kind is ServerToolCallPart:
            call = cast("ServerToolCallPart", part)
            if call.id:
                return call
            self._server = self._new()
            filled: ServerToolCallPart = _evolve(
                call, id=self._server, extra=noted(call.extra, MINTED)
            )
            return filled
        if kind is ServerToolResultPart:
            result = cast("ServerToolResultPart", part)
            if result.call_id:
                return result
            id_ = self._server if result.type == CODE_RESULT else None
            return _filled(result, id_ or self._new())
        return part

    def _call(self, part: ToolCallPart) -> ToolCallPart:
        minted = not part.id
        if minted:
            part = new_tool_call_part(
                self._new(),
                part.name,
                part.arguments,
                part.kind,
                part.cache,
                part.signature,
                part.item,
                noted(part.extra, MINTED),
            )
        self._calls[part.id] = part.name
        self._open.append((part.id, part.name, minted))
        return part

    def _result(self, part: ToolResultPart) -> ToolResultPart:
        if part.call_id and part.call_id in self._calls:
            self._close(part.call_id)
            return part
        for id_, name, minted in self._open:
            # A client may number its results although the calls came without ids.
            if part.name in (name, None) and (minted or not part.call_id):
                self._close(id_)
                return _answering(part, id_)
        return part if part.call_id else _answering(part, self._new())

    def _close(self, id_: str) -> None:
        self._open = [call for call in self._open if call[0] != id_]


def mint(seed: str | None, minted: list[str]) -> str:
    """
    Make the id of a call of an answer, as `counting_ids` does.

    Args:
        seed: What stands in front of it.
        minted: The ids so far; it grows.

    Returns:
        `<seed>_call_<n>`, or `call_<n>`.
    """
    number = len(minted)
    id_ = f"{seed}_call_{number}" if seed else f"call_{number}"
    minted.append(id_)
    return id_


def _answering(part: ToolResultPart, id_: str) -> ToolResultPart:
    """Give a result the id of its call, with a note of what the wire had."""
    return new_tool_result_part(
        id_,
        part.name,
        part.content,
        part.is_error,
        part.cache,
        part.signature,
        part.item,
        noted(part.extra, part.call_id or MINTED),
    )


def _filled(part: ServerToolResultPart, id_: str) -> ServerToolResultPart:
    made: ServerToolResultPart = _evolve(
        part, call_id=id_, extra=noted(part.extra, MINTED)
    )
    return made


def _evolve(part: Any, **changes: Any) -> Any:
    return attrs.evolve(part, **changes)


def noted(extra: Extra, id_: str) -> Extra:
    """
    Note on *extra* which id the wire had.

    Args:
        extra: The part's `extra`.
        id_: The wire's id, or `MINTED`.

    Returns:
        A new `extra`.
    """
    if not extra:
        return {DIALECT: {"$spelling": {"id": id_}}}
    own: Mapping[str, Any] = extra.get(DIALECT, {})
    spelling: JSONObject = {**own.get("$spelling", {}), "id": id_}
    return {**extra, DIALECT: {**own, "$spelling": spelling}}
