"""
State tables: the one form in which every dialect's event grammar is written.

A table knows states, inputs and the legal moves between them.  What it says of an
illegal input, and where it goes on after one, is data as well, so that a checker only
asks `step`, and documentation can be drawn from the same rows
(`tools/make_grammar_docs.py` writes docs/grammars.md).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import attrs

from modelwire.codecs._native import GrammarViolation
from modelwire.codecs._protocols import StreamChecker
from modelwire.ir._base import Node

__all__ = ["StateTable", "check_all"]


@attrs.frozen(kw_only=True, weakref_slot=False, eq=False, repr=False)
class StateTable(Node):
    """
    One table of states.

    Invariants: the first of `states` is where everything begins; `moves`, `rules`,
    `pair_rules` and `recovery` name nothing but `states` and `inputs` (tested for
    every dialect in tests/codecs/test_grammar_tables.py).
    """

    name: str
    """What lives by it: a stream, a choice, an item."""
    states: Mapping[str, str]
    """Every state, and what it means."""
    inputs: tuple[str, ...]
    """Every input."""
    moves: Mapping[tuple[str, str], str]
    """(state, input) to the next state; a pair that is missing is a violation."""
    rules: Mapping[str, str] = attrs.field(factory=dict)
    """State to the rule that an illegal input breaks there; without one the rule is
    the list of what is legal."""
    pair_rules: Mapping[tuple[str, str], str] = attrs.field(factory=dict)
    """The same for single pairs, where a better rule can be said."""
    recovery: Mapping[str, str] = attrs.field(factory=dict)
    """Input to the state in which a checker goes on after a violation, so that one
    mistake is reported once; an input that is missing changes nothing."""
    last: frozenset[str] = frozenset()
    """States that nothing leads out of, a violation neither."""

    @property
    def initial(self) -> str:
        """Where everything begins."""
        return next(iter(self.states))

    def step(self, state: str, source: str) -> tuple[str, str | None]:
        """
        Take an input.

        Args:
            state: One of `states`.
            source: One of `inputs`.

        Returns:
            The state after it, and the rule that it breaks, if it breaks one.
        """
        following = self.moves.get((state, source))
        if following is not None:
            return following, None
        rule = self.pair_rules.get((state, source)) or self.rules.get(state)
        if state not in self.last:
            state_after = self.recovery.get(source, state)
        else:
            state_after = state
        return state_after, rule or self.legal_inputs(state)

    def legal_inputs(self, state: str) -> str:
        """
        Give what is legal in a state.

        Args:
            state: One of `states`.

        Returns:
            Inputs in words, in the table's order; unknown ones are left out.
        """
        return ", ".join(
            source
            for source in self.inputs
            if (state, source) in self.moves and source != "unknown"
        )


def check_all(checker: StreamChecker, events: Iterable[Any]) -> list[GrammarViolation]:
    """
    Let a new checker see a whole stream.

    Args:
        checker: The checker.
        events: Native items in order.

    Returns:
        What violates the grammar, in order.
    """
    found: list[GrammarViolation] = []
    for event in events:
        found += checker.feed(event)
    return found + checker.close()
