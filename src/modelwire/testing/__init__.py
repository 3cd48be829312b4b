"""
Tools to prove that a translation is right, for users and for our own tests.

- `fold_equivalent`, `canonical`, `compare`: when two values say the same, and what
  differs.
- `assert_accounted` (`differences`, `uncovered`, `unsound`, `bad_paths`): whether the
  losses of an encode are the truth and the whole truth.
- `check_chunks`, `assert_chunk_invariant`: the laws of streams.
- `strategies`: Hypothesis strategies for IR values, chunk sequences and bytes; the
  only module that needs Hypothesis (extra `testing`), loaded when it is asked for.
"""

from __future__ import annotations

import importlib
from typing import Any

from modelwire.testing._accounting import (
    WIRE_ONLY,
    assert_accounted,
    bad_paths,
    differences,
    uncovered,
    unsound,
)
from modelwire.testing._canonical import canonical
from modelwire.testing._chunking import (
    Feedable,
    assert_chunk_invariant,
    run_decoder,
)
from modelwire.testing._compare import Added, Changed, Difference, Removed, compare
from modelwire.testing._folding import fold_equivalent, sorted_parts
from modelwire.testing._order import check_chunks

__all__ = [
    "WIRE_ONLY",
    "Added",
    "Changed",
    "Difference",
    "Feedable",
    "Removed",
    "assert_accounted",
    "assert_chunk_invariant",
    "bad_paths",
    "canonical",
    "check_chunks",
    "compare",
    "differences",
    "fold_equivalent",
    "run_decoder",
    "sorted_parts",
    "uncovered",
    "unsound",
]


def __getattr__(name: str) -> Any:
    if name == "strategies":
        return importlib.import_module(f"{__name__}.strategies")
    msg = f"module {__name__!r} has no attribute {name!r}"
    raise AttributeError(msg)
