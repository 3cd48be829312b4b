"""
Messages, and which part is legal in which role.

    part                 system  developer  user  assistant  tool
    TextPart               x        x        x       x
    ImagePart                                x       x
    DocumentPart                             x       x
    SearchResultPart                         x
    AudioPart                                x       x
    VideoPart                                x       x
    ReasoningPart                                    x
    ToolCallPart                                     x
    ToolResultPart                           x                x
    ServerToolCallPart                               x
    ServerToolResultPart                     x       x
    RefusalPart                                      x
    CompactionPart                           x       x
    UnknownPart            x        x        x       x        x

Decoders keep the wire's message boundaries: a tool result stands in a `user` message
where the dialect puts it there, and in a `tool` message where it has that role.
Regrouping is the encoder's work.
"""

from __future__ import annotations

from typing import Final, Literal, TypeAlias

import attrs

from modelwire.ir._base import Extra, Node
from modelwire.ir._parts import Part

__all__ = ["LEGAL_PARTS", "Message", "Role"]

Role: TypeAlias = Literal["system", "developer", "user", "assistant", "tool"]


@attrs.frozen(kw_only=True, weakref_slot=False, eq=False, repr=False)
class Message(Node):
    """One message of a conversation."""

    role: Role
    """Who speaks."""
    parts: tuple[Part, ...] = ()
    """What is said, in order."""
    name: str | None = None
    """The speaker's name, where the dialect has one."""
    id: str | None = None
    """The provider's id of the message, where it has one."""
    extra: Extra = attrs.field(factory=dict)
    """Unknown fields, keyed by dialect."""


LEGAL_PARTS: Final[dict[Role, frozenset[str]]] = {
    "system": frozenset({"TextPart", "UnknownPart"}),
    "developer": frozenset({"TextPart", "UnknownPart"}),
    "user": frozenset(
        {
            "TextPart",
            "ImagePart",
            "DocumentPart",
            "SearchResultPart",
            "AudioPart",
            "VideoPart",
            "ToolResultPart",
            "ServerToolResultPart",
            "CompactionPart",
            "UnknownPart",
        }
    ),
    "assistant": frozenset(
        {
            "TextPart",
            "ImagePart",
            "DocumentPart",
            "AudioPart",
            "VideoPart",
            "ReasoningPart",
            "ToolCallPart",
            "ServerToolCallPart",
            "ServerToolResultPart",
            "RefusalPart",
            "CompactionPart",
            "UnknownPart",
        }
    ),
    "tool": frozenset({"ToolResultPart", "UnknownPart"}),
}
"""The table above, by class name; encoders refuse what it does not allow."""
