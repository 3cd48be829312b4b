"""
One contender of `make bench-peers`, in its own environment.

    python bench/peer_works/worker.py MODULE FOLDER

It reads one JSON object a line and answers each with one: what works there are, the
text of one, the CPU seconds of one round, the memory of one, the size of the install,
the most memory that the process held.  Nothing else is printed to standard output;
what a peer prints goes to standard error.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import platform
import resource
import sys
import time
import tracemalloc
from pathlib import Path
from typing import Any

from installed import sizes
from work import Payloads, Work


def _answer(works: dict[str, dict[str, Work]], asked: dict[str, Any]) -> Any:
    if asked["do"] == "size":
        return sizes(asked["packages"])
    if asked["do"] == "held":
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    if asked["do"] == "list":
        return {
            kind: {name: work.note for name, work in found.items()}
            for kind, found in works.items()
        }
    work = works[asked["kind"]][asked["name"]]
    work.before()
    if asked["do"] == "text":
        return work.text()
    if asked["do"] == "memory":
        return _memory(work)
    return _seconds(work, asked["repeat"])


def _seconds(work: Work, repeat: int) -> float:
    run = work.run
    gc.collect()  # nobody pays for what was left by the round before
    start = time.process_time()
    for _ in range(repeat):
        run()
    return (time.process_time() - start) / repeat


def _memory(work: Work) -> int:
    work.run()
    gc.collect()
    tracemalloc.start()
    try:
        before, _ = tracemalloc.get_traced_memory()
        work.run()
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    return peak - before


def main() -> None:
    module, folder = sys.argv[1:]
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)

    def say(value: Any) -> None:
        answers.write(json.dumps(value) + "\n")
        answers.flush()

    try:
        found = importlib.import_module(module)
        works = found.works(Payloads(Path(folder)))
    except Exception as error:  # noqa: BLE001 - the driver reports it
        say({"failed": f"{type(error).__name__}: {error}"[:500]})
        return
    say({"python": platform.python_version(), "versions": found.versions()})
    for line in sys.stdin:
        try:
            say({"is": _answer(works, json.loads(line))})
        except Exception as error:  # noqa: BLE001 - the driver reports it
            say({"failed": f"{type(error).__name__}: {error}"[:500]})


if __name__ == "__main__":
    main()
