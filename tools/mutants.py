"""
Break our own code on purpose, one fault at a time, and see that the suite notices.

    python tools/mutants.py [--only NAME] [--list] [--quick] [--jobs 2]

Each fault of `mutations.MUTATIONS` is put into a copy of `src/`; the tests named beside
it run against the copy, and where they pass, the whole suite.  A fault that nothing
notices is printed as SURVIVED and ends the run with 1.  `make mutants` runs it;
tests/test_mutations.py keeps the faults applicable to the code as it is.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Final

from mutations import MUTATIONS, Mutation

ROOT: Final = Path(__file__).resolve().parent.parent
PATIENCE: Final = 900
"""Seconds that one run of tests may take; a fault that makes it hang is noticed."""


def _notices(folder: Path, tests: list[str]) -> bool:
    """Say whether *tests* fail with the package in *folder*."""
    environment = {**os.environ, "PYTHONPATH": str(folder)}
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider"]
    try:
        done = subprocess.run(  # noqa: S603 - our own interpreter and arguments
            [*command, *tests],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            timeout=PATIENCE,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return True
    if done.returncode not in (0, 1, 2):
        message = f"pytest did not run: {done.stdout.decode()[-2000:]}"
        raise RuntimeError(message)
    return done.returncode != 0


def killed(mutation: Mutation, *, quick: bool) -> tuple[str, float]:
    """
    Plant a fault, and look who notices.

    Args:
        mutation: The fault.
        quick: Ask the tests beside it only.

    Returns:
        `named` (the tests beside it), `suite` (another test) or `SURVIVED`, and the
        seconds that it took.
    """
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="mutant-") as scratch:
        folder = Path(scratch)
        shutil.copytree(
            ROOT / "src" / "modelwire",
            folder / "modelwire",
            ignore=shutil.ignore_patterns("__pycache__"),
        )
        path = folder / "modelwire" / mutation.path
        path.write_text(mutation.applied(path.read_text("utf-8")), "utf-8")
        if _notices(folder, list(mutation.tests)):
            verdict = "named"
        elif not quick and _notices(
            folder, ["-n", "2", "--dist", "loadgroup", "tests"]
        ):
            verdict = "suite"
        else:
            verdict = "SURVIVED"
    return verdict, time.monotonic() - began


def main() -> int:
    """
    Plant every fault.

    Returns:
        1 when one survived, else 0.
    """
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--only", action="append", default=[])
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--quick", action="store_true", help="the named tests only")
    options = parser.parse_args()
    chosen = [m for m in MUTATIONS if not options.only or m.name in options.only]
    if options.list:
        for mutation in chosen:
            print(f"{mutation.name:32} {mutation.path}")
        return 0
    survivors = 0
    with ThreadPoolExecutor(options.jobs) as pool:
        for mutation, (verdict, seconds) in zip(
            chosen, pool.map(partial(killed, quick=options.quick), chosen), strict=True
        ):
            survivors += verdict == "SURVIVED"
            print(f"{verdict:9} {mutation.name:32} {seconds:5.1f} s", flush=True)
    print(f"mutants: {len(chosen) - survivors} of {len(chosen)} killed")
    return int(survivors > 0)


if __name__ == "__main__":
    sys.exit(main())
