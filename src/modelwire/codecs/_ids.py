"""Ids for what a source did not name: deterministic, unique in a conversation."""

from __future__ import annotations

from modelwire.codecs._base import Ids

__all__ = ["counting_ids"]


def counting_ids(seed: str | None = None) -> Ids:
    """
    Make the default id source of one codec call.

    Args:
        seed: The response's own id; ids are prefixed with it, so that they stay
            unique over a whole conversation.

    Returns:
        A function from a kind (`response`, `message`, `call`, `item`) to an id
        `<seed>_<kind>_<n>`, counting each kind from 0.
    """
    counts: dict[str, int] = {}
    prefix = f"{seed}_" if seed else ""

    def new(kind: str) -> str:
        number = counts.get(kind, 0)
        counts[kind] = number + 1
        return f"{prefix}{kind}_{number}"

    return new
