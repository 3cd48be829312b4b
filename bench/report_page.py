"""docs/performance.md as text, from the figures of two runs of each bench."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, Final

import report_words as words
import tables

__all__ = ["GOALS_OF", "render"]

Row = dict[str, Any]
Runs = tuple[dict[str, Row], dict[str, Row]]
"""The rows of two runs, by name and unit."""
_FIGURES: Final = re.compile(r"[0-9.,]+")
GOALS_OF = ("decoding", "translating", "bodies", "importing", "memory", "doubling")
"""The sections that have goals, in the order of the page."""


def render(figures: dict[str, Any]) -> str:
    """
    Make the page.

    Args:
        figures: Two results of `make bench` and two of `make bench-peers`.
    """
    bench, peers = figures["bench"], figures["peers"]
    parts = [words.TITLE, dates(bench, peers), "## In short", short(bench, peers)]
    parts += ["## The goals", words.GOALS, goals(bench)]
    parts += ["### What is not met, and why", words.UNMET, unmet(bench)]
    parts += ["## Side by side", words.PEERS, beside(peers)]
    parts += ["### Where a peer is ahead", ahead(peers), words.AHEAD]
    parts += ["### To import and to install", words.FOOTPRINT]
    parts += [tables.footprint(peers[1])]
    for kind, rows in peers[1]["workloads"].items():
        parts += [f"### {kind}, the second run in full", tables.workload(rows)]
    parts += ["### Left out", left_out(peers)]
    parts += ["## What limits each path", words.STAGES, *stages(bench)]
    parts += ["## When to install `speed`", words.SPEED, speed(bench[1])]
    parts += ["## Growth", words.GROWTH, growth(bench)]
    parts += ["## Memory", words.MEMORY, memory(bench)]
    parts += ["## Everything measured", words.ALL]
    for name in bench[1]["sections"]:
        if name in ("doubling", "memory"):
            continue
        parts += [f"### {name}", both(bench, name)]
    parts += ["## How it is measured", words.METHOD]
    return "\n\n".join(parts) + "\n"


def dates(bench: list[Row], peers: list[Row]) -> str:
    """When, with what."""
    made = sorted({result["date"] for result in (*bench, *peers)})
    named = sorted({f"orjson {result['orjson']}" for result in bench})
    return (
        f"Measured {made[0]} to {made[-1]} with Python {bench[1]['python']} "
        f"on {bench[1]['machine']}, {', '.join(named)}. {words.GENERATED}"
    )


def _rows(result: Row, section: str) -> dict[str, Row]:
    return {f"{row['name']}|{row['unit']}": row for row in result["sections"][section]}


def _runs(bench: list[Row], section: str) -> Runs:
    first, second = (_rows(result, section) for result in bench)
    return first, {key: row for key, row in second.items() if key in first}


# --- goals --------------------------------------------------------------------------


def _goals(bench: list[Row]) -> Iterable[tuple[str, Row, Row]]:
    for section in GOALS_OF:
        first, second = _runs(bench, section)
        for key, row in second.items():
            if row["goal"] is not None:
                yield section, first[key], row


def goals(bench: list[Row]) -> str:
    """Every row that has a goal, but the many of growth, both runs."""
    cells = [
        (
            row["name"],
            f"{row['goal']:g} {row['unit']}",
            f"{before['value']:.2f}",
            f"{row['value']:.2f}",
            _met(before, row),
        )
        for section, before, row in _goals(bench)
        if section != "doubling"
    ]
    head = ("what", ">at most", ">first run", ">second run", "met")
    return tables.markdown(head, cells)


def unmet(bench: list[Row]) -> str:
    """Rows that miss their goal in a run: where their time goes, and what is known."""
    spent: dict[str, list[str]] = {}
    for row in bench[1]["sections"]["stages"]:
        path, _, stage = row["name"].rpartition(": ")
        spent.setdefault(path, []).append(f"{stage} {row['value']:.2f}")
    rows = []
    for _, before, row in _goals(bench):
        if _met(before, row) == "yes":
            continue
        name = row["name"]
        said = f"{name}: {before['value']:.2f} and {row['value']:.2f}"
        said += f", the goal is {row['goal']:g} {row['unit']}."
        if name in spent:
            said += f" Its stages, x json: {', '.join(spent[name])}."
        rows.append(f"{said} {words.WHY.get(name, '')}".rstrip())
    return tables.bullets(rows, "Everything is met in both runs.")


def _met(before: Row, row: Row) -> str:
    return _when(tables.met(before), tables.met(row))


def _when(*states: bool | None) -> str:
    """Say in which of the two runs a goal was met."""
    return {
        (True, True): "yes",
        (False, True): "in the second run",
        (True, False): "in the first run",
    }.get(states, "**no**")


def short(bench: list[Row], peers: list[Row]) -> str:
    """How many goals are met, and which row is the worst."""
    rows = list(_goals(bench))
    met = [row for row in rows if tables.met(row[1]) and tables.met(row[2])]
    _, first, second = max(rows, key=lambda row: _excess(row[1], row[2]))
    goal = f"{second['goal']:g} {second['unit']}"
    least = f"{first['value']:.2f} and {second['value']:.2f}"
    ratios = list(_ratios(peers))
    # By `met`, which was seen before the figures were rounded.
    good = [one for one in ratios if one[2]["met"] and one[3]["met"]]
    kind, name, before, row = min(ratios, key=lambda one: _share(*one[2:]))
    times = f"{before['ratio']:.2f} and {row['ratio']:.2f} times our time"
    times += f"; the goal is {row['goal']:g}"
    return tables.bullets(
        [
            f"Of {len(rows)} rows with a goal, {len(met)} are met in both runs.",
            f"The worst row is *{second['name']}*: {least}; the goal is {goal}.",
            f"Of {len(ratios)} ratios to peers, {len(good)} are reached in both runs.",
            f"The worst of them is *{kind}* beside {name}: {times}.",
        ],
        "",
    )


def _excess(*rows: Row) -> float:
    return max(row["value"] / row["goal"] for row in rows)


def _share(*rows: Row) -> float:
    return float(min(row["ratio"] / row["goal"] for row in rows))


# --- peers --------------------------------------------------------------------------


def _ratios(peers: list[Row]) -> Iterable[tuple[str, str, Row, Row]]:
    """Workload, peer, and the row of both runs, where there is a goal."""
    first, second = (result["workloads"] for result in peers)
    for kind, rows in second.items():
        for name, row in rows.items():
            if row["goal"] is not None and name in first.get(kind, {}):
                yield kind, name, first[kind][name], row


def beside(peers: list[Row]) -> str:
    """Everybody in every workload, both runs."""
    first, second = (result["workloads"] for result in peers)
    cells = []
    for kind, rows in second.items():
        for name, row in rows.items():
            before = first.get(kind, {}).get(name)
            if name == tables.OURS[0] or before is None:
                continue
            ratios = before["ratio"], row["ratio"]
            goal = "" if row["goal"] is None else f"{row['goal']:g}"
            cells.append(
                (
                    kind,
                    name,
                    goal,
                    *(f"{ratio:.1f}" for ratio in ratios),
                    _reached(before, row),
                )
            )
    head = ("workload", "who", ">goal", ">first run", ">second run", "reached")
    return tables.markdown(head, cells)


def _reached(before: Row, row: Row) -> str:
    if min(before["ratio"], row["ratio"]) < 1:
        return "**ahead of ours**"
    if row["goal"] is None:
        return ""
    return _when(before["met"], row["met"])


def ahead(peers: list[Row]) -> str:
    """What one of the runs found a peer to be better in."""
    # The same but for its figures is said once, with those of the second run.
    found = {
        _FIGURES.sub("", one): one for result in peers for one in tables.ahead(result)
    }
    return tables.bullets(list(found.values()), "In nothing that was measured.")


def left_out(peers: list[Row]) -> str:
    """Who is not in the tables."""
    failed = {**peers[0]["failed"], **peers[1]["failed"]}
    rows = [f"{name}: {why}" for name, why in failed.items()]
    return tables.bullets(rows, "Nobody: everybody was installed and read every text.")


# --- what limits, grows and holds -----------------------------------------------------


def stages(bench: list[Row]) -> list[str]:
    """A table for each kind of path: its stages, in microseconds and as shares."""
    paths: dict[str, dict[str, Row]] = {}
    for row in bench[1]["sections"]["stages"]:
        path, _, stage = row["name"].rpartition(": ")
        paths.setdefault(path, {})[stage] = row
    kinds: dict[tuple[str, ...], list[str]] = {}
    for path, found in paths.items():
        kinds.setdefault(tuple(found), []).append(path)
    parts = []
    for names, members in kinds.items():
        cells = [
            _stage(path, [paths[path][name] for name in names]) for path in members
        ]
        head = ("path", *(f">{name}" for name in names), "most of it")
        parts.append(tables.markdown(head, cells))
    return parts


def _stage(path: str, rows: list[Row]) -> tuple[str, ...]:
    part = [row for row in rows if not row["name"].endswith(": whole")]
    whole = next(row for row in rows if row["name"].endswith(": whole"))
    most = max(part, key=lambda row: row["seconds"])
    name = most["name"].rpartition(": ")[2]
    total = sum(row["seconds"] for row in part)
    if total > 1.05 * whole["seconds"]:
        said = f"less than its stages alone, which are {total * 1000:.3g}"
    else:
        said = f"{name}, {most['seconds'] / whole['seconds']:.0%}"
    cells = (tables.milliseconds(row["seconds"]) for row in rows)
    return path, *cells, said


def speed(result: Row) -> str:
    """Each path with the standard library alone beside the same with orjson."""
    cells = []
    for section in ("decoding", "translating", "encoding", "bodies"):
        rows = _rows(result, section)
        for key, row in rows.items():
            plain = rows.get(key.replace("|", ", stdlib|"))
            if plain is not None:
                cells.append(
                    (
                        row["name"],
                        tables.milliseconds(row["seconds"]),
                        tables.milliseconds(plain["seconds"]),
                        f"{plain['seconds'] / row['seconds']:.2f}",
                    )
                )
    head = ("what", ">CPU ms with orjson", ">without", ">times as long")
    return tables.markdown(head, cells)


def growth(bench: list[Row]) -> str:
    """The rows that grew most."""
    first, second = _runs(bench, "doubling")
    most = sorted(second, key=lambda key: -second[key]["value"])
    cells = [
        (
            second[key]["name"].removeprefix("doubling: "),
            f"{first[key]['value']:.2f}",
            f"{second[key]['value']:.2f}",
            _met(first[key], second[key]),
        )
        for key in most
    ]
    head = ("what is doubled", ">first run", ">second run", "within 2.3")
    return tables.markdown(head, cells)


def memory(bench: list[Row]) -> str:
    """What is held without need, and what has to be."""
    first, second = _runs(bench, "memory")
    cells = [
        (
            row["name"],
            f"{first[key]['value']:,.0f}",
            f"{row['value']:,.0f}",
            "" if row["goal"] is None else f"{row['goal']:g}",
            row["note"] or _met(first[key], row),
        )
        for key, row in second.items()
    ]
    head = (
        "what",
        ">KiB, first run",
        ">second run",
        ">at most",
        "met, or why it holds",
    )
    return tables.markdown(head, cells)


def both(bench: list[Row], section: str) -> str:
    """All rows of a section, both runs."""
    first, second = _runs(bench, section)
    cells = [
        (
            row["name"],
            row["unit"],
            *(
                f"{one['value']:.2f}"
                if one["unit"] != "KiB"
                else f"{one['value']:,.0f}"
                for one in (first[key], row)
            ),
            f"{row['median']:.2f}" if row["unit"] != "KiB" else "",
            tables.milliseconds(row["seconds"]) if row["seconds"] else "",
        )
        for key, row in second.items()
    ]
    head = ("what", "unit", ">first run", ">second run", ">its median", ">its CPU ms")
    return tables.markdown(head, cells)
