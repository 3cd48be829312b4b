"""docs/performance.md: made from its figures, with every goal that there is."""

from __future__ import annotations

import json

import pytest
from tests._paths import REPO

pytestmark = pytest.mark.xdist_group("bench")


@pytest.fixture(scope="module")
def report(bench):
    return bench("report")


@pytest.fixture(scope="module")
def figures(report):
    return json.loads(report.FIGURES.read_text("utf-8"))


@pytest.fixture(scope="module")
def page(report):
    return report.PAGE.read_text("utf-8")


def test_the_page_is_made_from_its_figures(report, tmp_path, monkeypatch):
    assert report.main(["--check"]) == 0, "run `python bench/report.py --render`"
    stale = tmp_path / "performance.md"
    stale.write_text("another page", encoding="utf-8")
    monkeypatch.setattr(report, "PAGE", stale)
    assert report.main(["--check"]) == 1
    assert report.main(["--render"]) == 0
    assert report.main(["--check"]) == 0


def test_tables_are_rectangular(page):
    width = 0
    for line in page.splitlines():
        cells = line.count("|") if line.startswith("|") else 0
        assert cells in (0, width) or width == 0, line
        width = cells


def test_figures_are_of_two_whole_runs_of_each(bench, figures):
    sections = set(bench("run").SECTIONS)
    assert [set(run["sections"]) for run in figures["bench"]] == [sections] * 2
    assert [run["all"] for run in figures["peers"]] == [True] * 2
    for result in (*figures["bench"], *figures["peers"]):
        assert result["date"]
        assert result["python"]
        assert result["date"][:10] in (REPO / "docs/performance.md").read_text("utf-8")


def test_every_goal_of_today_is_on_the_page(bench, figures, page):
    streams, peers = bench("section_streams"), bench("peers")
    rows = {row["name"]: row for row in figures["bench"][1]["sections"]["decoding"]}
    for dialect, goals in streams.DECODE_GOALS.items():
        ways = ("16 KiB reads", "one event a read", "16 KiB reads, stdlib")
        for way, goal in zip(ways, goals, strict=True):
            assert rows[f"{dialect} -> chunks, {way}"]["goal"] == goal
            assert f"| {dialect} -> chunks, {way} | {goal:g} x json |" in page
    for source, target, goal in streams.PAIRS:
        row = f"| {source} -> {target} stream, 16 KiB reads | "
        assert row + (f"{goal:g} x json |" if goal else "x json |") in page
    for (kind, name), goal in peers.GOALS.items():
        found = figures["peers"][1]["workloads"].get(kind, {}).get(name)
        assert found is None or f"| {kind} | {name} | {goal:g} |" in page


def test_whoever_is_missing_is_named(bench, figures, page):
    for result in figures["peers"]:
        there = set(result["versions"])
        for one in bench("peers_processes").CONTENDERS:
            assert one.name in there or f"- {one.name}: " in page


def test_pages_link_to_it():
    for name in ("README.md", "CONTRIBUTING.md"):
        assert "docs/performance.md" in (REPO / name).read_text("utf-8")


def test_numbers_are_rounded_and_rows_have_a_line_each(report):
    value = {"a": [{"x": 1.23456, "y": "z"}, {"x": 12345.678}], "b": {}, "c": 3}
    text = report.dumped(report.rounded(value))
    assert json.loads(text) == {
        "a": [{"x": 1.235, "y": "z"}, {"x": 12350.0}],
        "b": {},
        "c": 3,
    }
    assert len(text.splitlines()) == 8


def test_only_whole_results_are_taken(report, tmp_path, monkeypatch):
    monkeypatch.setattr(report, "RESULTS", tmp_path)
    whole = {"kind": "bench", "sections": {name: [] for name in report.SECTIONS}}
    for name, result in (
        ("1", whole),
        ("2", {"kind": "bench", "sections": {"floors": []}}),
        ("3", {"kind": "peers", "all": False}),
        ("4", {"kind": "peers"}),
        ("5", {"an older": "result"}),
    ):
        (tmp_path / f"{name}.json").write_text(json.dumps(result), encoding="utf-8")
    assert [path.name for path in report.newest("bench")] == ["1.json"]
    assert report.newest("peers") == []


def test_runs_of_different_length_are_refused(report, tmp_path, capsys):
    before = report.FIGURES.read_text("utf-8")
    for name, megabytes in (("a", 10), ("b", 100)):
        result = {"kind": "bench", "megabytes": megabytes}
        (tmp_path / name).write_text(json.dumps(result), encoding="utf-8")
    paths = [str(tmp_path / name) for name in "ab"]
    with pytest.raises(SystemExit):
        report.main(["--bench", *paths, "--peers", *paths])
    assert "do not compare" in capsys.readouterr().err
    assert report.FIGURES.read_text("utf-8") == before
