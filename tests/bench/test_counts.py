"""
Nothing executes more than it did when its counts were stored, for the same work.

The counts are those of bench/counts.json, which `python bench/counts.py --write` stores
for the Python that runs it.
"""

from __future__ import annotations

import subprocess
import sys

import pytest
from tests._paths import REPO

VERSION = "{}.{}".format(*sys.version_info)


@pytest.fixture(scope="module")
def counts(bench):
    return bench("counts")


def test_the_stored_counts_hold(counts):
    if VERSION not in counts.stored():
        pytest.skip(f"no counts are stored for Python {VERSION}")
    done = subprocess.run(
        [sys.executable, REPO / "bench" / "counts.py"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_what_is_stored_is_what_is_counted(counts):
    names = {
        name if backend == "orjson" else f"{name}, {backend}"
        for name, backend, _ in counts.works()
    }
    assert len(names) > 60
    for version, table in counts.stored().items():
        assert set(table) == names, version
        for row in table.values():
            assert set(row) == {"calls", "C calls", "instructions"}
            assert min(row.values()) > 0


def work(times):
    for _ in range(times):
        len([])


def test_counts_are_exact(counts):
    few, many = (counts.counted(lambda n=n: work(n)) for n in (10, 20))
    assert counts.counted(lambda: work(10)) == few
    assert many["C calls"] - few["C calls"] == 10
    assert many["calls"] == few["calls"]
    assert many["instructions"] - few["instructions"] >= 50


def test_counting_leaves_no_trace(counts):
    before = sys.getprofile(), sys.gettrace()
    with pytest.raises(ZeroDivisionError):
        counts.counted(lambda: 1 // 0)
    assert (sys.getprofile(), sys.gettrace()) == before


@pytest.mark.parametrize(
    ("count", "worse", "better"),
    [(1000, 0, 0), (1029, 0, 0), (971, 0, 0), (1031, 1, 0), (969, 0, 1)],
)
def test_the_tolerance_is_three_percent_both_ways(counts, count, worse, better):
    found = counts.compared({"x": {"calls": count}}, {"x": {"calls": 1000}})
    assert (len(found[0]), len(found[1])) == (worse, better)


def test_work_without_a_stored_count_is_told(counts):
    worse, better = counts.compared({"new": {"calls": 1}}, {})
    assert worse == ["new: nothing is stored of it"]
    assert better == []


def test_writing_keeps_the_counts_of_other_versions(counts, tmp_path, monkeypatch):
    monkeypatch.setattr(counts, "STORED", tmp_path / "counts.json")
    monkeypatch.setattr(counts, "VERSION", "3.98")
    counts.write({"x": {"calls": 1}})
    monkeypatch.setattr(counts, "VERSION", "3.99")
    counts.write({"x": {"calls": 2}})
    assert counts.stored() == {
        "3.98": {"x": {"calls": 1}},
        "3.99": {"x": {"calls": 2}},
    }
