"""
The answer to a token count.

The question has no class of its own: it is a `ChatRequest` that is counted and not
answered.
"""

from __future__ import annotations

import attrs

from modelwire.ir._base import Extra, Node

__all__ = ["TokenCount"]


@attrs.frozen(kw_only=True, weakref_slot=False, eq=False, repr=False)
class TokenCount(Node):
    """How many tokens a request would be.  `None` means not said."""

    input_total: int | None = None
    """All input tokens, cached ones included."""
    cache_read: int | None = None
    """Those of *input_total* that stand in a cache that the request names."""
    extra: Extra = attrs.field(factory=dict)
    """Unknown fields (counts by modality, …), keyed by dialect."""
