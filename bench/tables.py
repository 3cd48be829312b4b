"""The figures as Markdown: what the benches print, and the docs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

__all__ = ["ahead", "markdown", "milliseconds", "peers", "section"]

OURS = ("modelwire", "modelwire without orjson")
Row = dict[str, Any]
_MET = {None: "", True: "yes", False: "**no**"}
_HELD = "KiB"


def markdown(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """
    Make a table; columns after the first are right-aligned if they hold figures.

    Args:
        head: The titles; one that starts with `>` is right-aligned.
        rows: The cells.
    """
    lines = [
        f"| {' | '.join(title.removeprefix('>') for title in head)} |",
        "|" + "|".join("---:" if title[:1] == ">" else "---" for title in head) + "|",
    ]
    lines += [f"| {' | '.join(row)} |" for row in rows]
    return "\n".join(lines)


def section(rows: Sequence[Row]) -> str:
    """One section of `make bench`."""
    cells = []
    for row in rows:
        goal = "" if row["goal"] is None else f"{row['goal']:g}"
        time = "" if row["unit"] == _HELD else milliseconds(row["seconds"])
        cells.append(
            (
                row["name"],
                f"{row['value']:.2f}",
                "" if row["unit"] == _HELD else f"{row['median']:.2f}",
                goal,
                _MET[met(row)],
                row["unit"],
                time,
                row["note"],
            )
        )
    head = ["what", ">least", ">median", ">goal", "met", "unit", ">CPU ms", "note"]
    if not any(row["note"] for row in rows):
        head.pop()
        cells = [row[:-1] for row in cells]
    return markdown(head, cells)


def milliseconds(seconds: float) -> str:
    """Three digits of it, or all that are before the point."""
    shown = seconds * 1000
    return f"{shown:,.0f}" if shown >= 100 else f"{shown:.3g}"


def met(row: Row) -> bool | None:
    """Whether a row meets its goal; `None`: it has none."""
    return None if row["goal"] is None else row["value"] <= row["goal"]


# --- side by side -------------------------------------------------------------------


def peers(result: dict[str, Any]) -> str:
    """All of one run of `make bench-peers`."""
    parts = [versions(result)]
    for kind, rows in result["workloads"].items():
        parts += [f"### {kind}", workload(rows)]
    parts += ["### To import and to install", footprint(result)]
    parts += ["### Where a peer is ahead", bullets(ahead(result), "Nowhere.")]
    failed = [f"{name}: {why}" for name, why in result["failed"].items()]
    parts += ["### Left out", bullets(failed, "Nothing: everybody ran.")]
    return "\n\n".join(parts)


def bullets(found: list[str], none: str) -> str:
    """A list, or a sentence."""
    return "\n".join(f"- {one}" for one in found) if found else none


def versions(result: dict[str, Any]) -> str:
    """Who was measured."""
    named = {
        f"{package} {version}"
        for found in result["versions"].values()
        for package, version in found.items()
        if package != "modelwire"
    }
    return (
        f"Python {result['python']} on {result['machine']}, {result['date']}, "
        f"{result['rounds']} rounds; {', '.join(sorted(named))}."
    )


def workload(rows: dict[str, Row]) -> str:
    """One workload, everybody in it."""
    plain = rows[OURS[1]]["least"]
    cells = [
        (
            name,
            milliseconds(row["least"]),
            milliseconds(row["median"]),
            f"{row['ratio']:.1f}",
            f"{row['ratio_median']:.1f}",
            "" if row["goal"] is None else f"{row['goal']:g}",
            _MET[row["met"]],
            f"{row['least'] / plain:.1f}",
            f"{row['memory'] / 1024:,.0f}" if "memory" in row else "",
            _note(name, row),
        )
        for name, row in rows.items()
    ]
    return markdown(
        (
            "who",
            ">CPU ms",
            ">median",
            ">x ours",
            ">median",
            ">goal",
            "met",
            ">x ours without orjson",
            ">peak KiB",
            "note",
        ),
        cells,
    )


def _note(name: str, row: Row) -> str:
    first = "**ahead of ours**" if row["ratio"] < 1 and name not in OURS else ""
    return "; ".join(filter(None, (first, row["note"])))


def footprint(result: dict[str, Any]) -> str:
    """What each costs before it does anything."""
    imports, sizes = result["imports"], result["sizes"]
    ours = imports[OURS[0]]["least"]
    cells = []
    for name, row in imports.items():
        size = sizes.get(name, {})
        held = result["held"].get(name, 0)
        cells.append(
            (
                name,
                f"`{row['code']}`",
                f"{row['least'] * 1000:.0f}",
                f"{row['least'] / ours:.1f}",
                f"{sum(size.values()) / 1e6:.1f}" if size else "",
                str(len(size)) if size else "",
                f"{held / 1e6:.0f}" if held else "",
            )
        )
    return markdown(
        (
            "who",
            "imports",
            ">CPU ms",
            ">x ours",
            ">installed MB",
            ">packages",
            ">process held MB",
        ),
        cells,
    )


def ahead(result: dict[str, Any]) -> list[str]:
    """Everything measured in which a peer is better than ours with orjson."""
    found, held = [], []
    for kind, rows in result["workloads"].items():
        mine = rows[OURS[0]]
        theirs = {name: row for name, row in rows.items() if name not in OURS}
        found += [
            f"{kind}: {name} takes {row['ratio']:.2f} of our time"
            for name, row in theirs.items()
            if row["ratio"] < 1
        ]
        less = [
            f"{name} {row['memory'] / 1024:,.0f}"
            for name, row in theirs.items()
            if row.get("memory", 0) < mine.get("memory", 0)
        ]
        if less:
            ours = f"{mine['memory'] / 1024:,.0f} KiB"
            held.append(f"{kind}, peak memory: ours {ours}; {', '.join(less)}")
    for what, figures in (
        ("import", {n: row["least"] for n, row in result["imports"].items()}),
        (
            "base install",
            {n: sum(size.values()) for n, size in result["sizes"].items()},
        ),
        ("memory of the process", result["held"]),
    ):
        found += [
            f"{what}: {name} needs {figure / figures[OURS[0]]:.2f} of ours"
            for name, figure in figures.items()
            if name in result["sizes"] and figure < figures[OURS[0]]
        ]
    return found + held
