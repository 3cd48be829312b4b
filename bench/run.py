"""
Measure modelwire and print tables: `make bench`, `make bench ARGS=--full`.

Takes nothing but its flags; prints Markdown and writes the same figures as JSON to
`bench/results/`.  Goals are those of the design; nothing here fails when one is
missed.  What is timed is in `section_*.py`, how in `measure.py`, on what in
`workloads.py`.
"""

from __future__ import annotations

import argparse
import json
import platform
import time
from collections.abc import Callable
from pathlib import Path

import attrs
import section_bodies
import section_footprint
import section_growth
import section_stages
import section_streams
import tables
from doing import orjson, use

from modelwire.codecs import _json

RESULTS = Path(__file__).with_name("results")
Rows = list[section_streams.Row]

SECTIONS: dict[str, Callable[[argparse.Namespace], Rows]] = {
    "floors": lambda a: section_streams.floors(a.rounds),
    "decoding": lambda a: section_streams.decoding(a.rounds),
    "translating": lambda a: section_streams.translating(a.rounds),
    "encoding": lambda a: section_streams.encoding(a.rounds),
    "bodies": lambda a: section_bodies.bodies(a.rounds),
    "stages": lambda a: section_stages.stages(a.rounds),
    "doubling": lambda a: section_growth.doubling(max(7, a.rounds // 2)),
    "importing": lambda a: section_footprint.importing(a.rounds),
    "memory": lambda a: section_footprint.remembering(a.megabytes * 1_000_000),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[1])
    parser.add_argument("--full", action="store_true", help="31 rounds; 100 MB")
    parser.add_argument("--rounds", type=int)
    parser.add_argument("--megabytes", type=int, help="how long memory's streams are")
    parser.add_argument("--only", choices=SECTIONS, action="append")
    arguments = parser.parse_args()
    arguments.rounds = arguments.rounds or (31 if arguments.full else 15)
    arguments.megabytes = arguments.megabytes or (100 if arguments.full else 10)
    use("orjson")
    found: dict[str, Rows] = {}
    print(f"Python {platform.python_version()}, JSON back end {_json.BACKEND}\n")
    began = time.monotonic()
    for title in arguments.only or SECTIONS:
        found[title] = SECTIONS[title](arguments)
        rows = [attrs.asdict(row) for row in found[title]]
        print(f"### {title}\n\n{tables.section(rows)}\n", flush=True)
    RESULTS.mkdir(exist_ok=True)
    written = RESULTS / time.strftime("%Y%m%d-%H%M%S.json")
    figures = {
        "kind": "bench",
        "date": time.strftime("%Y-%m-%d %H:%M"),
        "seconds": round(time.monotonic() - began),
        "rounds": arguments.rounds,
        "megabytes": arguments.megabytes,
        "python": platform.python_version(),
        "machine": platform.machine(),
        "orjson": orjson.__version__ if orjson else None,
        "sections": {k: [attrs.asdict(r) for r in rows] for k, rows in found.items()},
    }
    written.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    print(f"Written to {written}, after {figures['seconds']} s")


if __name__ == "__main__":
    main()
