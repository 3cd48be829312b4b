"""The planted faults of `make mutants` still fit the code that they break."""

from __future__ import annotations

import ast
import sys

import pytest
from tests._paths import REPO

sys.path.append(str(REPO / "tools"))

from mutations import MUTATIONS

every_mutation = pytest.mark.parametrize(
    "mutation", MUTATIONS, ids=[mutation.name for mutation in MUTATIONS]
)


def test_there_are_enough_and_none_twice():
    assert len(MUTATIONS) >= 30
    assert len({mutation.name for mutation in MUTATIONS}) == len(MUTATIONS)


@pytest.mark.skipif(
    not (REPO / "src").exists(), reason="the checkout has no src/ to break"
)
@every_mutation
def test_it_still_applies(mutation):
    source = (REPO / "src" / "modelwire" / mutation.path).read_text("utf-8")
    broken = mutation.applied(source)
    assert broken != source
    ast.parse(broken)
    for test in mutation.tests:
        assert (REPO / test).exists()
