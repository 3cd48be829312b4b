"""Side by side: all read the same; who leaves something out, or is not there, shows."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from tests._paths import REPO

pytestmark = pytest.mark.xdist_group("bench")
pytest.importorskip("resource", reason="the workers measure themselves with it")


@pytest.fixture(scope="module")
def peers(bench):
    return bench("peers")


@pytest.fixture(scope="module")
def processes(bench):
    return bench("peers_processes")


@pytest.fixture(scope="module")
def payloads(bench, tmp_path_factory):
    """The folder that all read, and the text that each workload has in it."""
    folder = tmp_path_factory.mktemp("payloads")
    return folder, bench("peers_payloads").write(folder)


@pytest.fixture(scope="module")
def ours(processes, payloads):
    """Our own worker, as the driver runs it."""
    with processes.started(processes.CONTENDERS[0], Path("none"), payloads[0]) as found:
        yield found


def test_our_worker_does_every_workload_and_finds_its_text(ours, payloads):
    _, texts = payloads
    listed = ours.ask(do="list")
    assert set(listed) == set(texts)
    for kind, names in listed.items():
        assert list(names) == ["modelwire", "modelwire without orjson"]
        for name in names:
            assert ours.ask(do="text", kind=kind, name=name) == texts[kind], kind
    assert all(len(text) > 1000 for text in texts.values())


def test_our_worker_tells_time_memory_and_size(ours):
    work = {"kind": "chat response", "name": "modelwire"}
    assert 0 < ours.ask(do="round", repeat=3, **work) < 1
    assert 1000 < ours.ask(do="memory", **work) < 10_000_000
    assert ours.ask(do="held") > 10_000_000
    sizes = ours.ask(do="size", packages=["modelwire"])
    assert set(sizes) >= {"modelwire", "attrs", "cattrs"}
    assert 1_000_000 < sizes["modelwire"] < 10_000_000


def test_a_worker_says_what_it_cannot_do(ours, processes):
    with pytest.raises(processes.Failed, match="KeyError"):
        ours.ask(do="text", kind="chat stream", name="nobody")
    assert ours.ask(do="held")  # and goes on


def test_who_is_not_there_is_reported(peers, processes, payloads, tmp_path):
    failed = {}
    chosen = [one for one in processes.CONTENDERS if one.name in ("modelwire", "lm15")]
    with peers.workers(chosen, tmp_path, payloads[0], failed) as running:
        assert list(running) == ["modelwire"]
    assert "lm15" in failed


class Said:
    """A worker that says what a test wants."""

    def __init__(self, text, seconds=()):
        self.text = text
        self.seconds = iter(seconds)

    def ask(self, do, **_):
        return {
            "list": {"chat stream": {"it": "a note"}},
            "text": self.text,
            "round": next(self.seconds, 1.0),
        }[do]


def test_who_gives_another_text_is_not_timed(peers):
    failed = {}
    texts = {"chat stream": "right"}
    rows = peers.entrants({"a": Said("wrong")}, texts, failed)
    assert rows == {"chat stream": {}}
    assert failed == {"it, chat stream": "gives another text"}
    rows = peers.entrants({"a": Said("right")}, texts, {})
    assert rows["chat stream"]["it"]["note"] == "a note"


def test_ratios_are_of_rounds_beside_each_other(peers):
    def row(*seconds):
        return {"seconds": list(seconds), "note": ""}

    rows = {"modelwire": row(1.0, 2.0, 1.0), "openai": row(40.0, 90.0)}
    found = peers.compared("chat stream", rows, memory=False)["openai"]
    assert (found["ratio"], found["ratio_median"]) == (40.0, 42.5)
    assert (found["goal"], found["met"], found["rounds"]) == (30, True, 2)


def test_slow_work_takes_part_in_three_rounds(peers):
    worker = Said("", [1.0] * 20)
    rows = {
        "slow": {"worker": worker, "once": 1.0, "seconds": []},
        "quick": {"worker": worker, "once": 0.1, "seconds": []},
    }
    peers.timed("chat stream", rows, 5)
    assert {name: len(row["seconds"]) for name, row in rows.items()} == {
        "slow": 3,
        "quick": 5,
    }


def test_every_goal_is_about_a_workload_and_a_contender(peers, payloads):
    source = "".join(
        path.read_text("utf-8")
        for path in (REPO / "bench" / "peer_works").glob("with_*.py")
    )
    for kind, name in peers.GOALS:
        assert kind in payloads[1]
        assert f'"{name}"' in source


def test_make_installs_every_contender(processes):
    makefile = (REPO / "Makefile").read_text("utf-8")
    (listed,) = re.findall(r"^BESIDE := (.*)$", makefile, re.MULTILINE)
    assert listed.split() == [one.name for one in processes.CONTENDERS[1:]]
    pins = dict(re.findall(r"^BESIDE_([\w-]+) := '?(.*?)'?$", makefile, re.MULTILINE))
    assert set(pins) == set(listed.split())
    assert all("==" in pin for pin in pins.values())
    # 1.107.0 is listed as compromised.
    assert pins["litellm"].startswith("litellm==1.106.2 ")


def test_adapters_import_nothing_of_the_project_s_environment():
    # They run where only the peer is installed.
    folder = REPO / "bench" / "peer_works"
    for name in ("work", "worker", "installed", "offline", "texts"):
        code = f"import sys; sys.path.insert(0, {str(folder)!r}); import {name}"
        done = subprocess.run(
            [sys.executable, "-I", "-S", "-c", code],
            stderr=subprocess.PIPE,
            check=False,
        )
        assert done.returncode == 0, done.stderr


def test_the_table_says_where_a_peer_is_ahead(bench):
    tables = bench("tables")
    row = {"least": 0.002, "median": 0.002, "ratio": 1.0, "ratio_median": 1.0}
    row |= {"goal": None, "met": None, "note": "", "memory": 4096}
    ahead = {**row, "ratio": 0.5, "goal": 2.0, "met": False, "memory": 1024}
    rows = {"modelwire": row, "modelwire without orjson": row, "lm15": ahead}
    result = {
        "versions": {"lm15": {"lm15": "1.5.0"}},
        "python": "3.11",
        "machine": "x",
        "date": "2026-11-21 10:00",
        "rounds": 1,
        "workloads": {"chat stream": rows},
        "imports": {n: {"code": "x", "least": 1.0} for n in ("modelwire", "lm15")},
        "sizes": {"modelwire": {"modelwire": 4}, "lm15": {"lm15": 2}},
        "held": {"modelwire": 2, "lm15": 3},
        "failed": {"openai": "is not there"},
    }
    assert tables.ahead(result) == [
        "chat stream: lm15 takes 0.50 of our time",
        "base install: lm15 needs 0.50 of ours",
        "chat stream, peak memory: ours 4 KiB; lm15 1",
    ]
    text = tables.peers(json.loads(json.dumps(result)))
    assert "**ahead of ours**" in text
    assert "**no**" in text
    assert "- openai: is not there" in text
