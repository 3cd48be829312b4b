"""
Measuring: CPU time of candidates against floors in alternating rounds, and memory.

Every figure is a ratio inside one run, because machines differ and other work runs
beside us.  `min` is what the code costs when nothing disturbs it, `median` what it
cost this time.
"""

from __future__ import annotations

import gc
import statistics
import time
import tracemalloc
from collections.abc import Callable

import attrs

__all__ = ["Ratio", "Times", "alternate", "peak_memory", "rounds"]

Work = Callable[[], object]


@attrs.frozen
class Times:
    """CPU seconds of one piece of work over the rounds."""

    seconds: tuple[float, ...]

    @property
    def least(self) -> float:
        """The quickest round."""
        return min(self.seconds)

    @property
    def median(self) -> float:
        """The middle round."""
        return statistics.median(self.seconds)


@attrs.frozen
class Ratio:
    """One row of a table: work against its floor, and the goal."""

    name: str
    value: float
    """Least time over least time."""
    median: float
    """Median of the ratios of each round."""
    goal: float | None
    unit: str = "x json"
    seconds: float = 0.0
    """Least CPU seconds of the work."""
    note: str = ""
    """What has to be known to read it."""

    @property
    def met(self) -> bool | None:
        """Whether the goal is met; `None`: there is none."""
        return None if self.goal is None else self.value <= self.goal


def _once(work: Work, repeat: int) -> float:
    start = time.process_time()
    for _ in range(repeat):
        work()
    return (time.process_time() - start) / repeat


def _repeats(work: Work, least: float) -> int:
    """Say how often to repeat short work, so that the clock's grain does not count."""
    once = max(_once(work, 1), 1e-6)
    return max(1, int(least / once))


def alternate(
    works: dict[str, Work], *, count: int = 15, least: float = 0.01
) -> dict[str, Times]:
    """
    Run *works* in turns and time each.

    Args:
        works: What to run, by name.
        count: How many rounds.
        least: CPU seconds that one timing takes at least; shorter work is repeated.
    """
    repeats = {name: _repeats(work, least) for name, work in works.items()}
    taken: dict[str, list[float]] = {name: [] for name in works}
    names = list(works)
    gc.collect()
    for number in range(count):
        # Every second round runs backwards, so that nobody always goes first.
        for name in names if number % 2 == 0 else reversed(names):
            taken[name].append(_once(works[name], repeats[name]))
    return {name: Times(tuple(seconds)) for name, seconds in taken.items()}


def rounds(
    name: str,
    work: Work,
    floor: Work,
    *,
    goal: float | None,
    count: int = 15,
    unit: str = "x json",
) -> Ratio:
    """Measure *work* against *floor*."""
    times = alternate({"work": work, "floor": floor}, count=count)
    mine, floors = times["work"], times["floor"]
    pairs = zip(mine.seconds, floors.seconds, strict=True)
    return Ratio(
        name=name,
        value=mine.least / floors.least,
        median=statistics.median(a / b for a, b in pairs),
        goal=goal,
        unit=unit,
        seconds=mine.least,
    )


def peak_memory(work: Work) -> int:
    """Give the most bytes that Python held during *work*, above what it began with."""
    gc.collect()
    tracemalloc.start()
    try:
        before, _ = tracemalloc.get_traced_memory()
        tracemalloc.reset_peak()
        work()
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    return peak - before
