"""Moderation: what is to be judged, and the judgements."""

from __future__ import annotations

import attrs

from modelwire.ir._base import Extra, JSONObject, Node
from modelwire.ir._parts import Part

__all__ = [
    "ModerationInput",
    "ModerationRequest",
    "ModerationResponse",
    "ModerationResult",
]


@attrs.frozen(kw_only=True, weakref_slot=False, eq=False, repr=False)
class ModerationInput(Node):
    """One thing that gets one judgement."""

    parts: tuple[Part, ...] = ()
    """Texts and images, judged together."""


@attrs.frozen(kw_only=True, weakref_slot=False, eq=False, repr=False)
class ModerationRequest(Node):
    """A request for judgements.  `None` means not set."""

    model: str | None = None
    """The model; `None`: the server's default."""
    inputs: tuple[ModerationInput, ...] = ()
    """What is judged, in order."""
    headers: tuple[tuple[str, str], ...] = ()
    """Protocol headers of the source dialect, names in lower case."""
    extra: Extra = attrs.field(factory=dict)
    """Unknown fields, keyed by dialect."""


@attrs.frozen(kw_only=True, weakref_slot=False, eq=False, repr=False)
class ModerationResult(Node):
    """One judgement."""

    flagged: bool | None = None
    """Whether any category applies; `None`: not said."""
    categories: JSONObject = attrs.field(factory=dict)
    """Category to whether it applies, in the vendor's names."""
    scores: JSONObject = attrs.field(factory=dict)
    """Category to its score, 0 to 1."""
    input_types: JSONObject = attrs.field(factory=dict)
    """Category to the kinds of input that it was judged on (`text`, `image`)."""
    extra: Extra = attrs.field(factory=dict)
    """Unknown fields, keyed by dialect."""


@attrs.frozen(kw_only=True, weakref_slot=False, eq=False, repr=False)
class ModerationResponse(Node):
    """The judgements.  `None` means not said."""

    id: str | None = None
    """The provider's id of the response."""
    model: str | None = None
    """The model that judged."""
    results: tuple[ModerationResult, ...] = ()
    """One for each input, in order."""
    extra: Extra = attrs.field(factory=dict)
    """Unknown fields, keyed by dialect."""
