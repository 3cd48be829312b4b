"""
Measure modelwire beside its peers in one run: `make bench-peers`.

Every contender is a process in an environment of its own, because the packages do not
fit into one; the driver lets them take turns, one short timed round after the other,
so that every ratio comes from rounds that ran next to each other.  All read the same
files, 16 KiB a read, through the public path of their package, over a transport in
memory; none opens a connection.  What each gives is compared with the text that is in
the payload before anything is timed: who leaves work out fails.

It prints Markdown and writes the same as JSON to `bench/results/`.  Nothing here fails
when a goal is missed; a peer that is not there, or fails, is in the report.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import platform
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import peers_payloads
import tables
from peers_processes import CONTENDERS, Contender, Failed, import_seconds, started

RESULTS = Path(__file__).with_name("results")
OURS = "modelwire"
LEAST = 0.02
"""CPU seconds of one timing; shorter work is repeated."""
SLOW = 0.25
"""Work that takes longer takes part in the first three rounds only."""

_DECODED = ("chat", "responses", "anthropic", "gemini")
GOALS: dict[tuple[str, str], float] = {
    ("chat stream", "openai"): 30,
    ("anthropic stream", "anthropic"): 8,
    ("anthropic stream, accumulated", "anthropic"): 20,
    ("chat to anthropic stream", "llm-rosetta"): 3.5,
    ("anthropic to chat stream", "llm-rosetta"): 3.5,
}
"""By workload and peer: how many times our time theirs is to be."""
for _name in _DECODED:
    GOALS |= {
        (f"{_name} stream", "llm-rosetta"): 2.4,
        (f"{_name} stream", "llm-rosetta with orjson"): 1.7,
        (f"{_name} stream", "lm15"): 2.8,
        (f"{_name} stream", "litellm"): 200,
    }

Row = dict[str, Any]


def say(text: str) -> None:
    print(f"{time.strftime('%H:%M:%S')} {text}", file=sys.stderr, flush=True)


@contextlib.contextmanager
def workers(
    chosen: list[Contender], envs: Path, folder: Path, failed: dict[str, str]
) -> Iterator[dict[str, Any]]:
    """Start a worker for each contender; who does not start is in *failed*."""
    with contextlib.ExitStack() as stack:
        found = {}
        for one in chosen:
            try:
                found[one.name] = stack.enter_context(started(one, envs, folder))
            except Failed as error:
                failed[one.name] = str(error)
                say(f"{one.name} is left out: {error}")
        yield found


def entrants(
    running: dict[str, Any], texts: dict[str, str], failed: dict[str, str]
) -> dict[str, dict[str, Row]]:
    """Ask everybody what they do, and check that what comes of it is right."""
    found: dict[str, dict[str, Row]] = {kind: {} for kind in texts}
    for worker in running.values():
        for kind, works in worker.ask(do="list").items():
            for name, note in works.items():
                try:
                    text = worker.ask(do="text", kind=kind, name=name)
                    if text != texts[kind]:
                        failed[f"{name}, {kind}"] = "gives another text"
                        continue
                    once = worker.ask(do="round", kind=kind, name=name, repeat=1)
                except Failed as error:
                    failed[f"{name}, {kind}"] = str(error)
                    continue
                row = {"worker": worker, "note": note, "once": once, "seconds": []}
                found[kind][name] = row
    return found


def timed(kind: str, rows: dict[str, Row], count: int) -> None:
    """Let all contenders of one workload take turns."""
    for number in range(count):
        turn = list(rows) if number % 2 == 0 else list(reversed(rows))
        for name in turn:
            row = rows[name]
            if row["once"] > SLOW and number >= 3:
                continue
            repeat = max(1, int(LEAST / max(row["once"], 1e-6)))
            asked = {"do": "round", "kind": kind, "name": name, "repeat": repeat}
            row["seconds"].append(row["worker"].ask(**asked))


def compared(kind: str, rows: dict[str, Row], *, memory: bool) -> dict[str, Row]:
    """Turn timings into what the table shows."""
    ours = rows[OURS]["seconds"]
    found = {}
    for name, row in rows.items():
        pairs = zip(row["seconds"], ours, strict=False)
        ratio = min(row["seconds"]) / min(ours)
        goal = GOALS.get((kind, name))
        found[name] = {
            "least": min(row["seconds"]),
            "median": statistics.median(row["seconds"]),
            "rounds": len(row["seconds"]),
            "ratio": ratio,
            "ratio_median": statistics.median(theirs / own for theirs, own in pairs),
            "goal": goal,
            "met": None if goal is None else ratio >= goal,
            "note": row["note"],
        }
        if memory:
            asked = {"do": "memory", "kind": kind, "name": name}
            found[name]["memory"] = row["worker"].ask(**asked)
    return found


def importing(chosen: list[Contender], envs: Path, count: int) -> dict[str, Any]:
    """Time what each has to import, in turns, each in a fresh interpreter."""
    taken: dict[str, list[float]] = {"attrs and json": []}
    ours = next(one for one in chosen if one.name == OURS)
    for _ in range(count):
        floor = import_seconds(ours.python(envs), "import attrs, json")
        taken["attrs and json"].append(floor)
        for one in chosen:
            seconds = import_seconds(one.python(envs), one.imports)
            taken.setdefault(one.name, []).append(seconds)
    codes = {one.name: one.imports for one in chosen}
    return {
        name: {
            "code": codes.get(name, "import attrs, json"),
            "least": min(seconds),
            "median": statistics.median(seconds),
        }
        for name, seconds in taken.items()
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[1])
    parser.add_argument("--envs", type=Path, default=Path(".envs"))
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--full", action="store_true", help="25 rounds")
    parser.add_argument("--only", nargs="*", help="contenders to measure beside ours")
    parser.add_argument("--kinds", nargs="*", help="workloads to measure")
    parser.add_argument("--no-memory", action="store_true")
    asked = parser.parse_args()
    count = 25 if asked.full else asked.rounds
    chosen = [
        one
        for one in CONTENDERS
        if not asked.only or one.name in asked.only or one.name == OURS
    ]
    failed: dict[str, str] = {}
    result: dict[str, Any] = {
        "kind": "peers",
        "date": time.strftime("%Y-%m-%d %H:%M"),
        "python": platform.python_version(),
        "machine": platform.machine(),
        "rounds": count,
        "all": not asked.only and not asked.kinds,
    }
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        texts = peers_payloads.write(folder)
        with workers(chosen, asked.envs, folder, failed) as running:
            there = [one for one in chosen if one.name in running]
            say("checking that everybody reads the same text")
            rows = entrants(running, texts, failed)
            found = {}
            for kind, row in rows.items():
                if asked.kinds and kind not in asked.kinds:
                    continue
                if OURS not in row:
                    continue  # it is in `failed`
                say(kind)
                timed(kind, row, count)
                found[kind] = compared(kind, row, memory=not asked.no_memory)
            say("sizes and imports")
            result["versions"] = {
                name: worker.versions for name, worker in running.items()
            }
            result["workloads"] = found
            result["held"] = {
                name: worker.ask(do="held") for name, worker in running.items()
            }
            result["sizes"] = {
                one.name: running[one.name].ask(do="size", packages=one.packages)
                for one in there
            }
        result["imports"] = importing(there, asked.envs, 5)
    result["failed"] = failed
    print(tables.peers(result))
    RESULTS.mkdir(exist_ok=True)
    written = RESULTS / time.strftime("peers-%Y%m%d-%H%M%S.json")
    written.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    print(f"\nWritten to {written}")


if __name__ == "__main__":
    main()
