"""
JSON as dialects write it, for strategies that begin on the wire.

`wire` makes strategies of JSON objects out of tables; the rest are small values that
more than one dialect has.  What a decoder makes of them is, by definition, what that
decoder gives, so no table here has to repeat the decoder's knowledge.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import Any, Final

from hypothesis import strategies as st

from modelwire.testing._strategy_values import json_values, some_of, texts

__all__ = [
    "Fields",
    "either",
    "few",
    "flags",
    "fractions",
    "labels",
    "said",
    "times",
    "unknown_fields",
    "wire",
]

Fields = Mapping[str, Any]
"""A table of fields: a strategy, or a constant that every object has."""

flags: Final[st.SearchStrategy[bool]] = st.booleans()
fractions: Final = st.sampled_from((0, 0.5, 1, 1.0))
times: Final = st.integers(0, 2**33)
labels: Final = st.dictionaries(
    st.sampled_from(("team", "run")), texts(), min_size=1, max_size=2
)


def said() -> st.SearchStrategy[str]:
    """Give texts that say something."""
    return texts(empty=False)


def either(*words: Any) -> st.SearchStrategy[Any]:
    """Give one of some constants."""
    return st.sampled_from(words)


def few(item: st.SearchStrategy[Any], least: int = 0) -> st.SearchStrategy[list[Any]]:
    """Give short lists."""
    return st.lists(item, min_size=least, max_size=2)


@functools.cache
def unknown_fields() -> Fields:
    """Give fields that no codec knows, and one that is null."""
    known = json_values().filter(lambda value: value is not None)
    return {"x_unknown": known, "x_null": None}


@st.composite
def wire(
    draw: st.DrawFn, required: Fields, optional: Fields | None = None, most: int = 3
) -> dict[str, Any]:
    """
    Draw JSON objects with all of *required* and a few of *optional*.

    Args:
        draw: Hypothesis's draw; leave it out when calling.
        required: Fields that are always there.
        optional: Fields that are there now and then, unknown ones beside them.
        most: How many of those at most.

    Returns:
        Objects.
    """
    out = {name: _drawn(draw, value) for name, value in required.items()}
    if optional is not None and draw(st.booleans()):
        every = {**optional, **unknown_fields()}
        for name in draw(some_of(every, most)):
            out[name] = _drawn(draw, every[name])
    return out


def _drawn(draw: st.DrawFn, value: Any) -> Any:
    return draw(value) if isinstance(value, st.SearchStrategy) else value
