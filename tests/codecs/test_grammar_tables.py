"""The tables of every dialect's grammar: whole, and drawn in docs/grammars.md."""

from __future__ import annotations

import importlib
import importlib.util
import itertools

import pytest
from tests._paths import REPO

from modelwire import codecs

TABLES = [
    pytest.param(table, id=f"{dialect}-{table.name.split()[-1]}")
    for dialect in codecs.DIALECTS
    for table in importlib.import_module(
        f"{codecs.get(dialect).__name__}._grammar"
    ).TABLES
]
every_table = pytest.mark.parametrize("table", TABLES)


@every_table
def test_it_names_only_what_it_has(table):
    states, inputs = set(table.states), set(table.inputs)
    assert len(inputs) == len(table.inputs)
    for pairs in (table.moves, table.pair_rules):
        assert {state for state, _ in pairs} <= states
        assert {source for _, source in pairs} <= inputs
    assert set(table.moves.values()) <= states
    assert set(table.rules) <= states
    assert set(table.recovery) <= inputs
    assert set(table.recovery.values()) <= states
    assert table.last <= states


@every_table
def test_every_state_can_be_reached(table):
    reached = {table.initial}
    for _ in table.states:
        reached |= {
            after for (state, _), after in table.moves.items() if state in reached
        }
    assert reached == set(table.states)


@every_table
def test_a_rule_for_a_legal_pair_would_never_be_said(table):
    assert set(table.pair_rules).isdisjoint(table.moves)


@every_table
def test_every_pair_is_a_move_or_breaks_a_rule(table):
    for state, source in itertools.product(table.states, table.inputs):
        after, rule = table.step(state, source)
        assert after in table.states
        assert (rule is None) == ((state, source) in table.moves)
        if rule is None:
            assert after == table.moves[state, source]
        else:
            assert rule
            if state in table.last:
                assert after == state


def _maker():
    path = REPO / "tools" / "make_grammar_docs.py"
    spec = importlib.util.spec_from_file_location("make_grammar_docs", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_page_has_every_state_and_every_move():
    page = _maker().render()
    for param in TABLES:
        (table,) = param.values
        for state, meaning in table.states.items():
            assert f"| `{state}` | {meaning} |" in page
        for (state, source), after in table.moves.items():
            if state != after:
                assert (
                    f"{state.replace('.', '_')} --> {after.replace('.', '_')}" in page
                )
                assert source in page
