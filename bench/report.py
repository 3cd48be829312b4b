"""
Write docs/performance.md from results of the benches: `make performance-docs`.

    python bench/report.py                    the newest two results of each bench
    python bench/report.py --bench A B --peers C D
    python bench/report.py --render           the same figures again, with new words
    python bench/report.py --check            write nothing; 1 if the page is stale

The figures go to docs/performance.json, so that the page can be made again from what is
in the repository; the page is made from that file alone.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

import report_page
from run import SECTIONS

HERE = Path(__file__).parent
RESULTS = HERE / "results"
FIGURES = HERE.parent / "docs" / "performance.json"
PAGE = FIGURES.with_suffix(".md")


def newest(kind: str) -> list[Path]:
    """Give the newest two whole results of a bench, the older one first."""
    found = []
    for path in sorted(RESULTS.glob("*.json"), key=lambda path: path.stat().st_mtime):
        result = json.loads(path.read_text("utf-8"))
        if result.get("kind") == kind and _whole(result):
            found.append(path)
    return found[-2:]


def _whole(result: dict[str, Any]) -> bool:
    if result["kind"] == "bench":
        return set(result["sections"]) == set(SECTIONS)
    return result.get("all") is True


def rounded(value: Any) -> Any:
    """Round every figure: more digits than the page shows say nothing."""
    if isinstance(value, float):
        return float(f"{value:.4g}")
    if isinstance(value, dict):
        return {key: rounded(one) for key, one in value.items()}
    if isinstance(value, list):
        return [rounded(one) for one in value]
    return value


def kept(bench: list[Path], peers: list[Path]) -> dict[str, Any]:
    """Read the results that the page is made from."""
    return {
        kind: [rounded(json.loads(path.read_text("utf-8"))) for path in paths]
        for kind, paths in (("bench", bench), ("peers", peers))
    }


def dumped(value: Any, indent: str = "") -> str:
    """Write JSON with one row a line: a change of a figure is a change of a line."""
    inner = value.values() if isinstance(value, dict) else value
    if not isinstance(value, (dict, list)) or not any(
        isinstance(one, (dict, list)) for one in inner
    ):
        return json.dumps(value, ensure_ascii=False)
    deeper = indent + " "
    if isinstance(value, dict):
        lines = [f"{json.dumps(k)}: {dumped(v, deeper)}" for k, v in value.items()]
        ends = "{}"
    else:
        lines, ends = [dumped(one, deeper) for one in value], "[]"
    inside = f",\n{deeper}".join(lines)
    return f"{ends[0]}\n{deeper}{inside}\n{indent}{ends[1]}"


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[1])
    parser.add_argument(
        "--bench", nargs=2, type=Path, help="two results of `make bench`"
    )
    parser.add_argument("--peers", nargs=2, type=Path, help="and of `make bench-peers`")
    parser.add_argument("--render", action="store_true", help="keep the figures")
    parser.add_argument("--check", action="store_true", help="write nothing")
    asked = parser.parse_args(arguments)
    if not asked.render and not asked.check:
        chosen = asked.bench or newest("bench"), asked.peers or newest("peers")
        if min(map(len, chosen)) < 2:
            parser.error("run `make bench` and `make bench-peers` twice first")
        figures = kept(*chosen)
        if len({run["megabytes"] for run in figures["bench"]}) > 1:
            parser.error("one run is --full and the other is not: they do not compare")
        print("from", *(path.name for paths in chosen for path in paths))
        FIGURES.write_text(dumped(figures) + "\n", encoding="utf-8")
    page = report_page.render(json.loads(FIGURES.read_text("utf-8")))
    if asked.check:
        return 0 if page == PAGE.read_text("utf-8") else 1
    PAGE.write_text(page, encoding="utf-8")
    print(f"written: docs/{PAGE.name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
