"""
Run one target under atheris, coverage-guided.

    python fuzz/guided.py TARGET --seconds N [--seed N] [--grow]

New inputs that reach new code go to a scratch folder; with `--grow` some of them are
added to `fuzz/corpus/TARGET` at the end.  An input that breaks the invariant is written
to `fuzz/findings/` and the exit status is not 0.
"""

from __future__ import annotations

import argparse
import hashlib
import subprocess
import sys
import tempfile
from pathlib import Path

import targets

LONGEST = 4096
"""Bytes of an input: room for a stream of some events."""
SLOW = 10
"""Seconds after which one input counts as a hang."""
KEPT, KEPT_LENGTH = 60, 1024
"""How many inputs of one run are kept, and of how many bytes at most."""


def _fuzz(name: str, arguments: list[str]) -> None:
    import atheris

    # The stack of every finding is ours; the libraries below are others' business.
    with atheris.instrument_imports(include=["modelwire"]):
        target = targets.load(name)

    def one(data: bytes) -> None:
        target.check(data)

    atheris.Setup([sys.argv[0], *arguments], one)
    atheris.Fuzz()


def _again(name: str, arguments: list[str]) -> int:
    """Run ourselves in a process of its own, which libFuzzer ends."""
    command = [sys.executable, __file__, name, "--inner", *arguments]
    return subprocess.run(command, check=False).returncode


def _seeded(name: str, folder: Path) -> None:
    for data in targets.load(name).SEEDS:
        (folder / hashlib.sha256(data).hexdigest()[:16]).write_bytes(data)


def _keep(found: Path, corpus: Path) -> None:
    """Add an even choice, short and long, of the inputs that reached new code."""
    sizes = sorted((path.stat().st_size, path) for path in found.iterdir())
    short = [path for size, path in sizes if size <= KEPT_LENGTH]
    for path in short[:: max(1, len(short) // KEPT)][:KEPT]:
        data = path.read_bytes()
        (corpus / hashlib.sha256(data).hexdigest()[:16]).write_bytes(data)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("target", choices=targets.TARGETS)
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--grow", action="store_true")
    options = parser.parse_args()
    name = options.target
    corpus = targets.CORPUS / name
    corpus.mkdir(parents=True, exist_ok=True)
    targets.FINDINGS.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="fuzz-") as scratch:
        found, seeds = (Path(scratch, part) for part in ("new", "seeds"))
        for folder in (found, seeds):
            folder.mkdir()
        _seeded(name, seeds)
        common = [f"-max_len={LONGEST}", f"-timeout={SLOW}", "-rss_limit_mb=2048"]
        words = targets.DICTIONARIES / f"{name}.dict"
        if words.exists():
            common.append(f"-dict={words}")
        status = _again(
            name,
            [
                *common,
                f"-max_total_time={options.seconds}",
                f"-seed={options.seed}",
                f"-artifact_prefix={targets.FINDINGS}/{name}-",
                "-print_final_stats=1",
                str(found),
                str(corpus),
                str(seeds),
            ],
        )
        if options.grow and status == 0:
            _keep(found, corpus)
    return status


if __name__ == "__main__":
    if sys.argv[2:3] == ["--inner"]:
        _fuzz(sys.argv[1], sys.argv[3:])
    sys.exit(main())
