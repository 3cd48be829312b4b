"""Every section of `make bench` runs, and gives rows that a page can be made from."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import types

import pytest
from tests._paths import REPO, SHARED, needs_shared
from tests._wires import AM, DIALECTS, GG, OC, OR

# All of it on one worker, or each would measure everything anew.
pytestmark = pytest.mark.xdist_group("bench")

STREAMS = ("decoding", "translating", "encoding", "stages", "floors")


@pytest.fixture(scope="module")
def measure(bench):
    """The real measurement of one round that repeats nothing."""
    return bench("measure")


@pytest.fixture(scope="module")
def run(bench, measure):
    """The bench with small streams and bodies, each work done once or twice."""
    run, streams, stages = map(bench, ("run", "section_streams", "section_stages"))
    before = measure._repeats, measure.gc
    measure._repeats = lambda work, least: 1
    # With all that a test run has loaded, each takes longer than what is measured.
    measure.gc = types.SimpleNamespace(collect=int)
    streams.EVENTS = stages.EVENTS = 40
    streams.SHORT = 30
    bench("section_bodies").IMAGE_BYTES = 32_000
    yield run
    measure._repeats, measure.gc = before


@pytest.fixture(scope="module")
def rows(run):
    """By section: its rows, of one round."""
    sizes = run.argparse.Namespace(rounds=1, megabytes=1)
    found = {}

    def of(section):
        if section not in found:
            found[section] = run.SECTIONS[section](sizes)
        return found[section]

    return of


SECTIONS = [*STREAMS, "bodies"]


@pytest.mark.parametrize("section", SECTIONS)
def test_rows_have_names_of_their_own_and_figures(rows, section):
    found = rows(section)
    names = [(row.name, row.unit) for row in found]
    assert len(names) == len(set(names))
    assert all(row.value >= 0 and row.seconds >= 0 for row in found)
    assert any(row.value > 0 for row in found)


def test_every_delivery_pair_and_direction_is_there(rows):
    decoded = {row.name for row in rows("decoding")}
    for dialect in DIALECTS:
        for way in ("16 KiB reads", "one event a read", "16 KiB reads, stdlib"):
            assert f"{dialect} -> chunks, {way}" in decoded
        assert f"{dialect} -> chunks, 7-byte reads" in decoded
        assert f"{dialect} -> chunks, 1-byte reads" in decoded
    assert f"{GG} -> chunks of 30, 16 KiB reads" in decoded
    translated = {row.name for row in rows("translating")}
    written = " ".join(row.name for row in rows("encoding"))
    for source in DIALECTS:
        assert f"{source} passed through with a tap, 16 KiB reads" in translated
        assert f"chunks -> {source}, its own" in written
        for target in set(DIALECTS) - {source}:
            assert f"{source} -> {target} stream, 16 KiB reads" in translated


GOALS = [
    ("chat / Anthropic / Gemini / Responses", (OC, AM, GG, OR), "16 KiB reads"),
    ("same, one event per read", (OC, AM, GG, OR), "one event a read"),
    ("same as the first, standard", (OC, AM, GG, OR), "16 KiB reads, stdlib"),
]


@needs_shared
@pytest.mark.parametrize(("line", "dialects", "way"), GOALS)
def test_the_goals_of_decoding_are_those_of_the_design(rows, line, dialects, way):
    design = (SHARED / "DESIGN.md").read_text("utf-8")
    (row,) = [one for one in design.splitlines() if line in one]
    wanted = [float(one) for one in re.findall(r"\d\.\d\d", row)]
    found = {one.name: one.goal for one in rows("decoding")}
    assert [found[f"{dialect} -> chunks, {way}"] for dialect in dialects] == wanted


def test_the_other_goals_are_those_of_the_design(rows):
    found = {row.name: row.goal for row in rows("translating") if row.goal}
    assert found == {
        f"{OC} -> {AM} stream, 16 KiB reads": 0.75,
        f"{AM} -> {OC} stream, 16 KiB reads": 0.90,
    }
    bodies = [row for row in rows("bodies") if row.goal]
    requests = {row.name: row.goal for row in bodies if "request" in row.name}
    assert sorted(requests.values()) == [0.45, 1.3]
    answers = [row.goal for row in bodies if "response" in row.name]
    assert answers == [0.80] * 3 * len(DIALECTS)


def test_growth_has_a_case_for_everything_that_can_grow(bench):
    cases = bench("section_growth")._cases()
    for dialect in DIALECTS:
        assert f"{dialect} stream" in cases
        assert f"{dialect} stream in 7-byte reads" in cases
        assert f"{dialect} response, calls" in cases
    words = " ".join(cases)
    for what in ("one event", "messages", "tools", "arguments", "schema", "text"):
        assert what in words


def test_a_ratio_is_that_of_the_least_times(measure):
    times = {"work": (4.0, 2.0, 6.0), "floor": (1.0, 2.0, 4.0)}
    real = measure.alternate
    measure.alternate = lambda works, count: {
        name: measure.Times(times[name]) for name in works
    }
    try:
        row = measure.rounds("x", int, int, goal=1.9, count=3)
    finally:
        measure.alternate = real
    assert (row.value, row.median, row.seconds) == (2.0, 1.5, 2.0)
    assert row.met is False


def test_the_command_writes_what_it_prints(tmp_path):
    code = (
        "import sys, pathlib; sys.path.insert(0, sys.argv.pop(1)); import run; "
        "run.RESULTS = pathlib.Path(sys.argv.pop(1)); run.main()"
    )
    options = ["--only", "importing", "--rounds", "1"]
    done = subprocess.run(
        [sys.executable, "-c", code, str(REPO / "bench"), str(tmp_path), *options],
        capture_output=True,
        text=True,
        check=True,
    )
    (written,) = tmp_path.glob("*.json")
    result = json.loads(written.read_text("utf-8"))
    assert result["kind"] == "bench"
    for row in result["sections"]["importing"]:
        assert f"| {row['name']} | {row['value']:.2f} |" in done.stdout
