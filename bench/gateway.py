"""
Measure the gateway under load on loopback, beside others: `make bench-gateway`.

Upstream, gateway and load are processes of their own; each gateway has one worker.
Every figure beside another gateway's comes from the same run, in turns.  It prints
Markdown, writes the same as JSON to `bench/results/`, and fails for no missed goal.

- *events/s*: 200 streams of 200 events at once, as fast as they come.
- *CPU/event*: of the gateway's process, in the same load.
- *event*: what a gateway adds to the time from the upstream's write to the client's
  read, median over 20 streams of 50 events a second.
- *first text*: what it adds to the time from the request to the first text, median
  over streams one after the other; *at best*: the least of them, which other work on
  the machine disturbs less.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from gateway_peers import PEERS, Peer
from gateway_processes import Gateway, free_port, load, running, upstream

RESULTS = Path(__file__).with_name("results")
COLUMNS = (
    "gateway",
    "events/s",
    "ours/theirs",
    "CPU µs/event",
    "ours/theirs",
    "paced CPU µs",
    "+ ms/event",
    "+ ms to first text",
    "at best",
    "wrong",
)
PAIRS = (("chat", "chat"), ("chat", "anthropic"), ("anthropic", "chat"))


def measured(
    gateway: Gateway | None, port: int, pair: tuple[str, str], size: Any
) -> Any:
    """Measure one gateway once, or the upstream itself."""
    client, target = pair
    asked = {
        "port": gateway.port if gateway else port,
        "dialect": client if gateway else target,
        "model": f"m-{target}",
    }
    before = gateway.cpu() if gateway else 0.0
    fast = load(**asked, streams=size.streams, events=size.events)
    spent = gateway.cpu() - before if gateway else 0.0
    before = gateway.cpu() if gateway else 0.0
    paced = load(**asked, streams=20, events=50, interval=0.02)
    calm = gateway.cpu() - before if gateway else 0.0
    single = load(**asked, streams=40, events=3, interval=0.002, at_once=False)
    return {
        "rate": fast["events"] / fast["seconds"],
        "cpu": spent / fast["events"] * 1e6,
        "calm_cpu": calm / paced["events"] * 1e6,
        "delay": (paced["delay"] or 0) * 1e3,
        "first": single["first"] * 1e3,
        "least": single["first_least"] * 1e3,
        "wrong": fast["wrong"] + paced["wrong"] + single["wrong"],
        "faults": fast["faults"] + paced["faults"] + single["faults"],
    }


def best(found: list[dict[str, Any]]) -> dict[str, Any]:
    """Give the best of each figure over the rounds, and all faults."""
    least = {
        name: min(row[name] for row in found)
        for name in ("cpu", "calm_cpu", "delay", "first", "least")
    }
    return {
        "rate": max(row["rate"] for row in found),
        **least,
        "wrong": sum(row["wrong"] for row in found),
        "faults": [fault for row in found for fault in row["faults"]][:3],
    }


def compared(
    peers: list[Peer], listening: dict[str, Gateway], port: int, size: Any
) -> dict[str, Any]:
    """Measure every pair through every gateway, in turns."""
    table: dict[str, Any] = {}
    for pair in PAIRS:
        names = [p.name for p in peers if pair in p.pairs and p.name in listening]
        found: dict[str, list[Any]] = {name: [] for name in ("direct", *names)}
        for name in names:  # so that nobody is measured while it loads itself
            load(
                port=listening[name].port,
                dialect=pair[0],
                model=f"m-{pair[1]}",
                streams=5,
                events=20,
            )
        for number in range(size.rounds):
            for name in found if number % 2 == 0 else reversed(found):
                say(f"{pair[0]} to {pair[1]}: {name}, round {number + 1}")
                found[name].append(measured(listening.get(name), port, pair, size))
        table[" to ".join(pair)] = {name: best(rows) for name, rows in found.items()}
    return table


def say(text: str) -> None:
    print(f"{time.strftime('%H:%M:%S')} {text}", file=sys.stderr, flush=True)


def shown(table: dict[str, Any], peaks: dict[str, float]) -> str:
    """Give the tables."""
    lines = []
    for pair, rows in table.items():
        direct, mine = rows["direct"], rows["modelwire"]
        lines += [
            f"\n### {pair}\n",
            f"| {' | '.join(COLUMNS)} |",
            "|---" * len(COLUMNS) + "|",
        ]
        for name, row in rows.items():
            if name == "direct":
                cells = [f"{row['rate']:,.0f}", "", "", "", ""]
                cells += [f"({row[n]:.2f})" for n in ("delay", "first", "least")]
            else:
                cells = [
                    f"{row['rate']:,.0f}",
                    f"{mine['rate'] / row['rate']:.1f} x",
                    f"{row['cpu']:.0f}",
                    f"{mine['cpu'] / max(row['cpu'], 1e-9):.2f} x",
                    f"{row['calm_cpu']:.0f}",
                    *(f"{row[n] - direct[n]:.2f}" for n in ("delay", "first", "least")),
                ]
            lines.append(f"| {name} | {' | '.join(cells)} | {row['wrong']} |")
        faults = [
            f"{name}: {row['faults'][0]}" for name, row in rows.items() if row["faults"]
        ]
        lines += [f"\n- {fault[:200]}" for fault in faults]
    said = ", ".join(f"{name} {peak:.0f} MB" for name, peak in peaks.items())
    return "\n".join([*lines, f"\nPeak memory over all of it: {said}"])


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[1])
    parser.add_argument("--envs", type=Path, default=Path(".envs"))
    parser.add_argument("--streams", type=int, default=200)
    parser.add_argument("--events", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--only", nargs="*", help="the gateways to measure")
    size = parser.parse_args()
    peers = [p for p in PEERS(size.envs) if not size.only or p.name in size.only]
    listening: dict[str, Gateway] = {}
    with (
        tempfile.TemporaryDirectory() as made,
        upstream() as port,
        contextlib.ExitStack() as stack,
    ):
        folder = Path(made)
        for peer in peers:
            own = free_port()
            command = peer.command(folder, port, own)
            log = folder / f"{peer.name}.log"
            say(f"starting {peer.name}")
            try:
                listening[peer.name] = stack.enter_context(
                    running(peer.name, command, own, peer.environ, log)
                )
            except RuntimeError as error:
                say(f"{peer.name} is left out: {error}")
        table = compared(peers, listening, port, size)
        peaks = {name: gateway.peak() for name, gateway in listening.items()}
    print(shown(table, peaks))
    RESULTS.mkdir(exist_ok=True)
    text = json.dumps({"pairs": table, "peaks": peaks}, indent=1)
    (RESULTS / f"gateway-{time.strftime('%Y%m%d-%H%M%S')}.json").write_text(text + "\n")
    return 0 if not sum(rows["modelwire"]["wrong"] for rows in table.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
