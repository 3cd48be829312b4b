"""
Run every fuzz target for its share of the time: `make fuzz SECONDS=60`.

Kept inputs and seeds are replayed first.  An input that breaks an invariant is
written to `fuzz/findings/` and ends the run with status 1.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
import time
import traceback
from pathlib import Path
from types import ModuleType

import fuzz_requests
import fuzz_sse
import fuzz_stream_decoders
import fuzz_translate
import mutate

TARGETS = (fuzz_sse, fuzz_stream_decoders, fuzz_requests, fuzz_translate)
FINDINGS = Path(__file__).with_name("findings")
SLOW = 5.0
"""Seconds of CPU time after which an input counts as a hang."""


def _try(target: ModuleType, data: bytes) -> bool:
    start = time.process_time()
    try:
        target.check(data)
        spent = time.process_time() - start
        assert spent < SLOW, f"{spent:.1f} s of CPU time"
    except Exception:
        FINDINGS.mkdir(exist_ok=True)
        name = hashlib.sha256(data).hexdigest()[:16]
        path = FINDINGS / f"{target.__name__}-{name}"
        path.write_bytes(data)
        traceback.print_exc()
        print(f"{target.__name__}: {data[:2000]!r}\nkept as {path}")
        return False
    return True


def _run(target: ModuleType, seconds: float, seed: int) -> bool:
    known = [*target.SEEDS, *mutate.kept(target.__name__)]
    if not all(_try(target, data) for data in known):
        return False
    end = time.monotonic() + seconds
    count = 0
    for data in mutate.inputs(known, seed):
        if time.monotonic() >= end:
            break
        if not _try(target, data):
            return False
        count += 1
    print(f"{target.__name__}: {len(known)} known and {count} new inputs, all well")
    return True


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--seed", type=int, default=0)
    names = [target.__name__ for target in TARGETS]
    parser.add_argument("--only", choices=names, action="append")
    arguments = parser.parse_args()
    chosen = [t for t in TARGETS if t.__name__ in (arguments.only or names)]
    share = arguments.seconds / len(chosen)
    # Every target runs, also after another one failed.
    results = [_run(target, share, arguments.seed) for target in chosen]
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
