"""Models that a server offers: the question, the list, and one model."""

from __future__ import annotations

import attrs

from modelwire.ir._base import Extra, Node

__all__ = ["ModelInfo", "ModelList", "ModelListRequest"]


@attrs.frozen(kw_only=True, weakref_slot=False, eq=False, repr=False)
class ModelListRequest(Node):
    """A request for the models, or for one of them.  `None` means not set."""

    model: str | None = None
    """The one model that is asked for; `None`: all of them."""
    limit: int | None = None
    """Most models of one page."""
    after: str | None = None
    """The cursor of the page before, see `ModelList.last_id`."""
    before: str | None = None
    """The cursor of the page behind, see `ModelList.first_id`."""
    headers: tuple[tuple[str, str], ...] = ()
    """Protocol headers of the source dialect, names in lower case."""
    extra: Extra = attrs.field(factory=dict)
    """Unknown query pairs, keyed by dialect."""


@attrs.frozen(kw_only=True, weakref_slot=False, eq=False, repr=False)
class ModelInfo(Node):
    """What a server says of a model.  `None` means not said."""

    id: str
    """The name that requests say."""
    display_name: str | None = None
    """The name for people."""
    description: str | None = None
    """What it is, for people."""
    created: int | None = None
    """When it was made or released: Unix time in seconds."""
    owned_by: str | None = None
    """Whose it is."""
    lifecycle: str | None = None
    """`active`, `deprecated` or `retired`."""
    max_input_tokens: int | None = None
    """The largest input (tokens)."""
    max_output_tokens: int | None = None
    """The largest output (tokens)."""
    extra: Extra = attrs.field(factory=dict)
    """Unknown fields (capabilities, prices, …), keyed by dialect."""


@attrs.frozen(kw_only=True, weakref_slot=False, eq=False, repr=False)
class ModelList(Node):
    """A page of models, or one model alone.  `None` means not said."""

    models: tuple[ModelInfo, ...] = ()
    """The models, in the server's order."""
    is_single: bool = False
    """Whether it answers for one model: there is no list around it."""
    has_more: bool | None = None
    """Whether there are more pages behind this one."""
    first_id: str | None = None
    """The cursor for the page before this one."""
    last_id: str | None = None
    """The cursor for the page behind this one."""
    extra: Extra = attrs.field(factory=dict)
    """Unknown fields of the page, keyed by dialect."""
