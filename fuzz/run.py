"""
Run every fuzz target for its share of the time: `make fuzz SECONDS=60`.

Under atheris where it is installed (`guided.py`), else with mutations that nothing
guides.  Kept inputs and seeds are replayed first.  An input that breaks an invariant is
written to `fuzz/findings/` and ends its target's run; the exit status is then 1.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib.util
import subprocess
import sys
import time
import traceback
from pathlib import Path

import mutate
import targets

SLOW = 5.0
"""Seconds of CPU time after which an input counts as a hang."""


def _try(name: str, data: bytes) -> bool:
    start = time.process_time()
    try:
        targets.load(name).check(data)
        spent = time.process_time() - start
        assert spent < SLOW, f"{spent:.1f} s of CPU time"
    except Exception:
        targets.FINDINGS.mkdir(exist_ok=True)
        path = targets.FINDINGS / f"{name}-{hashlib.sha256(data).hexdigest()[:16]}"
        path.write_bytes(data)
        traceback.print_exc()
        print(f"{name}: {data[:2000]!r}\nkept as {path}")
        return False
    return True


def _mutated(name: str, known: list[bytes], seconds: float, seed: int) -> bool:
    end = time.monotonic() + seconds
    count = 0
    for data in mutate.inputs(known, seed):
        if time.monotonic() >= end:
            break
        if not _try(name, data):
            return False
        count += 1
    print(f"{name}: {count} new inputs, all well")
    return True


def _guided(name: str, seconds: float, seed: int, *, grow: bool) -> bool:
    script = str(Path(__file__).with_name("guided.py"))
    options = [f"--seconds={max(1, round(seconds))}", f"--seed={seed or 1}"]
    command = [sys.executable, script, name, *options, *["--grow"] * grow]
    return subprocess.run(command, check=False).returncode == 0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", choices=targets.TARGETS, action="append")
    parser.add_argument("--unguided", action="store_true", help="without atheris")
    parser.add_argument("--grow", action="store_true", help="keep what is new")
    options = parser.parse_args()
    chosen = [name for name in targets.TARGETS if name in (options.only or [name])]
    share = options.seconds / len(chosen)
    guided = importlib.util.find_spec("atheris") is not None and not options.unguided
    if not guided:
        print("fuzz: atheris is not used; nothing guides the mutations")
    results: list[bool] = []
    # Every target runs, also after another one failed.
    for name in chosen:
        known = [*targets.load(name).SEEDS, *targets.kept(name)]
        well = sum(not _try(name, data) for data in known) == 0
        print(
            f"{name}: {len(known)} known inputs, {'all well' if well else 'NOT well'}"
        )
        if well and guided:
            well = _guided(name, share, options.seed, grow=options.grow)
        elif well:
            well = _mutated(name, known, share, options.seed)
        results.append(well)
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
