"""
The fuzz targets as ordinary tests: what they begin with, what was kept, and new damage.

`make fuzz` runs the same invariants under atheris, for as long as one likes.
"""

from __future__ import annotations

import sys

import pytest
from hypothesis import given, settings, strategies as hs
from tests._paths import REPO

from modelwire.testing import strategies as st

sys.path.append(str(REPO / "fuzz"))

import targets

QUICK = settings(max_examples=20)

every_target = pytest.mark.parametrize("name", targets.TARGETS)


@every_target
def test_seeds_and_kept_inputs(name):
    target = targets.load(name)
    assert target.SEEDS
    for data in (*target.SEEDS, *targets.kept(name)):
        target.check(data)


@every_target
def test_damaged_seeds(name):
    target = targets.load(name)

    @QUICK
    @given(hs.sampled_from(target.SEEDS).flatmap(st.mutations))
    def check(data):
        target.check(data)

    check()


@every_target
def test_it_says_what_holds(name):
    assert targets.load(name).__doc__.strip().startswith("Invariant")


@every_target
def test_its_dictionary_is_one(name):
    path = targets.DICTIONARIES / f"{name}.dict"
    if name == "fuzz_values":
        assert not path.exists(), "its inputs are choices, not words"
        return
    lines = path.read_text("ascii").splitlines()
    assert lines[0].startswith("#")
    for line in lines[1:]:
        assert line[0] == line[-1] == '"'
        assert len(line) > 2
