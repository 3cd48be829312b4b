"""
Which histories each target takes, as rows of data.

`attrs.evolve` makes a row for a server of your own.  What an encoder does by itself
(grouping results, renaming illegal names, ids of a fixed length as Mistral's) is not
here.

Source, read 2026-11-21:
    wire/mapping.md, rows role.alternation, tool_call.id and tool_result.text, and the
    sections on messages of wire/*.md.
    OpenAI: the error `string too long. Expected a string with maximum length 40` for
    `tool_calls[].id`; 64 for `call_id` of Responses.
    Gemini: the errors `function call turn comes immediately after a user turn or after
    a function response turn` and `the number of function response parts is equal to
    the number of function call parts of the function call turn`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal, TypeAlias

import attrs

from modelwire.codecs._aliases import NAME_CHARSET
from modelwire.ir._base import Node
from modelwire.ir._parts import UnknownPart

if TYPE_CHECKING:
    from modelwire.codecs._profile import Profile
    from modelwire.ir._request import ChatRequest

__all__ = ["HISTORY_RULES", "HistoryRules", "Speaker", "continues", "history_rules"]

Speaker: TypeAlias = Literal["user", "assistant"]
"""Who a turn belongs to; results are the user's."""


@attrs.frozen(kw_only=True, weakref_slot=False, unsafe_hash=False, eq=False, repr=False)
class HistoryRules(Node):
    """What a target takes of a history."""

    name: str
    """The row's name, for people."""
    adjacent: bool = True
    """Whether results must follow their calls directly; else somewhere behind."""
    one_turn: bool = False
    """Whether the results of one turn must stand in one message."""
    user_first: bool = False
    """Whether the conversation must begin with the user."""
    merge: frozenset[Speaker] = frozenset()
    """Whose turns must not follow each other."""
    empty_text: bool = True
    """Whether a text may be empty."""
    empty_messages: bool = True
    """Whether a message may say nothing."""
    id_charset: str | None = None
    """The characters of call ids, as inside a regular expression's class."""
    id_limit: int | None = None
    """Most characters of a call id."""
    error_flag: bool = False
    """Whether a result has a field that says that the tool failed."""
    result_names: bool = False
    """Whether a result must name its tool."""
    stored: bool = False
    """Whether the target may keep the beginning of a conversation, calls included."""


HISTORY_RULES: Final[dict[str, HistoryRules]] = {
    "openai-chat": HistoryRules(name="openai chat", id_limit=40),
    "openai-responses": HistoryRules(
        name="openai responses", adjacent=False, id_limit=64, stored=True
    ),
    "anthropic-messages": HistoryRules(
        name="anthropic",
        user_first=True,
        empty_text=False,
        empty_messages=False,
        id_charset=NAME_CHARSET,
        error_flag=True,
    ),
    "gemini-generate": HistoryRules(
        name="gemini",
        one_turn=True,
        user_first=True,
        merge=frozenset({"assistant"}),
        empty_text=False,
        empty_messages=False,
        error_flag=True,
        result_names=True,
    ),
}
"""By dialect."""

_USUAL: Final = HistoryRules(name="any")


def history_rules(target: str, profile: Profile | None = None) -> HistoryRules:
    """
    Give the rules of a target.

    Args:
        target: The dialect.
        profile: The variant; where ids have a fixed length the encoder makes them.

    Returns:
        Its row; for a dialect that has none, results directly after their calls.
    """
    rules = HISTORY_RULES.get(target, _USUAL)
    if profile is not None and profile.call_id_length is not None:
        return attrs.evolve(rules, id_charset=None, id_limit=None)
    return rules


def continues(request: ChatRequest, rules: HistoryRules) -> bool:
    """
    Say whether the target keeps messages before those of a request.

    Args:
        request: The request.
        rules: What the target takes.

    Returns:
        Whether the calls of some results may stand where only the target sees them.
    """
    return rules.stored and (
        request.previous_response_id is not None
        or request.conversation is not None
        or any(
            isinstance(part, UnknownPart) and part.raw.get("type") == "item_reference"
            for message in request.messages
            for part in message.parts
        )
    )
