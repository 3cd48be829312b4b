"""Which items of two lists belong together."""

from __future__ import annotations

import pytest

from modelwire.testing._align import align


@pytest.mark.parametrize(
    ("x", "y", "pairs"),
    [
        ("abc", "abc", [(0, 0), (1, 1), (2, 2)]),
        ("abc", "ac", [(0, 0), (1, None), (2, 1)]),
        ("ac", "abc", [(0, 0), (None, 1), (1, 2)]),
        ("", "a", [(None, 0)]),
        ("a", "", [(0, None)]),
    ],
)
def test_short_lists(x, y, pairs):
    assert align(x, y) == pairs


@pytest.mark.parametrize("more", [(0, 3), (3, 0)])
def test_lists_that_are_too_long_to_compare_are_paired_by_number(more):
    x = [f"x{n}" for n in range(600 + more[0])]
    y = [f"y{n}" for n in range(600 + more[1])]
    pairs = align(x, y)
    assert pairs[:600] == [(n, n) for n in range(600)]
    assert pairs[600:] == [
        (n if more[0] else None, n if more[1] else None) for n in range(600, 603)
    ]
