"""The response: what the model answered, why it stopped, and what it cost."""

from __future__ import annotations

from typing import Any

import attrs

from modelwire.ir._base import Extra, Node
from modelwire.ir._messages import Message
from modelwire.ir._outcome import FINISH_KINDS, Finish, FinishKind, Usage
from modelwire.ir._parts import Logprobs, TextPart

__all__ = [
    "FINISH_KINDS",
    "ChatResponse",
    "Choice",
    "Finish",
    "FinishKind",
    "Usage",
]


@attrs.frozen(kw_only=True, weakref_slot=False, eq=False, repr=False)
class Choice(Node):
    """One answer of the model."""

    index: int
    """Its place among the choices."""
    message: Message
    """What the model said."""
    finish: Finish | None = None
    """Why it ended; `None`: it did not end (a stream that was cut)."""
    logprobs: Logprobs | None = None
    """Token log probabilities, where the dialect gives them per choice."""
    extra: Extra = attrs.field(factory=dict)
    """Unknown fields (grounding, safety, filters), keyed by dialect."""


@attrs.frozen(kw_only=True, weakref_slot=False, eq=False, repr=False)
class ChatResponse(Node):
    """The model's answer.  `None` means not said."""

    id: str | None = None
    """The provider's id of the response."""
    model: str | None = None
    """The model that answered."""
    created: int | None = None
    """When: Unix time in seconds."""
    choices: tuple[Choice, ...] = ()
    """The answers, in the order of their indexes."""
    usage: Usage | None = None
    """Tokens used."""
    service_tier: str | None = None
    """The service tier that was used, as received."""
    moderation: Any = None
    """The provider's moderation results, in its own shape."""
    extra: Extra = attrs.field(factory=dict)
    """Unknown fields, keyed by dialect."""

    @property
    def text(self) -> str:
        """What the first choice says, without reasoning and calls."""
        parts = self.choices[0].message.parts if self.choices else ()
        return "".join(part.text for part in parts if isinstance(part, TextPart))
