"""
A guard against regressions that looks at no clock: `make bench-counts`.

It counts what the main workloads execute: calls of Python functions, calls from Python
into C, and bytecode instructions.  The same code gives the same counts on every machine
with the same minor version of Python, however busy it is.  They are compared with those
in `counts.json`; more than `TOLERANCE` above ends with 1 and says where.  What C code
does inside one call is not seen: for that there is `make bench`.

    python bench/counts.py              compare
    python bench/counts.py --write      store the counts of this Python version
    python bench/counts.py --only chat  only what has `chat` in its name
"""

from __future__ import annotations

import argparse
import gc
import itertools
import json
import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from types import FrameType
from typing import Any

import workloads
from doing import (
    PATHS,
    Work,
    chunks_of,
    decode_stream,
    encode_stream,
    orjson,
    tap_stream,
    translate_body,
    translate_stream,
    use,
)
from workloads import REQUESTS, STREAMS

from modelwire import codecs
from modelwire.translate import translate_response

__all__ = ["STORED", "TOLERANCE", "compared", "counted", "stored", "works"]

STORED = Path(__file__).with_name("counts.json")
TOLERANCE = 0.03
"""How much more than stored is no regression."""
VERSION = "{}.{}".format(*sys.version_info)
EVENTS, FEW = 300, 60
READ = 4096
REQUEST = (20, 4)
"""Messages and tools."""
Counts = dict[str, int]


def works() -> Iterator[tuple[str, str, Work]]:
    """Give the name, the JSON back end and the work of all that is counted."""
    streams = {dialect: make(EVENTS) for dialect, make in STREAMS.items()}
    reads = {
        dialect: workloads.reads(b"".join(events), READ)
        for dialect, events in streams.items()
    }
    for dialect, events in streams.items():
        decoding = partial(decode_stream, dialect)
        name = f"{dialect} -> chunks"
        yield name, "orjson", partial(decoding, reads[dialect])
        yield name, "stdlib", partial(decoding, reads[dialect])
        yield f"{name}, one event a read", "orjson", partial(decoding, events)
        small = workloads.reads(b"".join(events[:FEW]), 7)
        yield f"{name}, 7-byte reads", "orjson", partial(decoding, small)
        yield f"{dialect} tap", "orjson", partial(tap_stream, dialect, reads[dialect])
        chunks = chunks_of(dialect, b"".join(events))
        yield f"chunks -> {dialect}", "orjson", partial(encode_stream, dialect, chunks)
    for pair in itertools.permutations(STREAMS, 2):
        name = "{} -> {} stream".format(*pair)
        yield name, "orjson", partial(translate_stream, *pair, reads[pair[0]])
    yield from _bodies()


def _bodies() -> Iterator[tuple[str, str, Work]]:
    for pair in itertools.permutations(REQUESTS, 2):
        name, (source, target) = "{} -> {}".format(*pair), pair
        body, answer = REQUESTS[source](*REQUEST), workloads.RESPONSES[source]()
        yield f"{name} request", "orjson", partial(translate_body, *pair, body)
        translating = partial(translate_response, source=source, target=target)
        yield f"{name} response", "orjson", partial(translating, answer)
    for dialect in REQUESTS:
        codec = codecs.get(dialect)
        decoding = partial(codec.decode_request, path=PATHS.get(dialect, ""))
        body, answer = REQUESTS[dialect](*REQUEST), workloads.RESPONSES[dialect]()
        yield f"{dialect} request -> IR", "orjson", partial(decoding, body)
        for backend in ("orjson", "stdlib"):
            work = partial(codec.decode_response, answer)
            yield f"{dialect} response -> IR", backend, work


def counted(work: Work) -> Counts:
    """Count what *work* executes, after it ran twice."""
    work()  # late imports, caches
    work()
    gc.collect()
    gc.disable()
    before = sys.getprofile(), sys.gettrace()
    try:
        calls = _calls(work)
        return {**calls, "instructions": _instructions(work)}
    finally:
        sys.setprofile(before[0])
        sys.settrace(before[1])
        gc.enable()


def _calls(work: Work) -> Counts:
    found = {"call": 0, "c_call": 0}

    def see(_: FrameType, event: str, __: Any) -> None:
        if event in found:
            found[event] += 1

    sys.setprofile(see)
    work()
    sys.setprofile(None)
    # The last call into C is the one that ends the profile.
    return {"calls": found["call"], "C calls": found["c_call"] - 1}


def _instructions(work: Work) -> int:
    if sys.version_info >= (3, 12):  # whose trace function misses instructions
        return _monitored(work)
    total = 0

    def see(_: FrameType, event: str, __: Any) -> Callable[..., Any]:
        nonlocal total
        if event == "opcode":
            total += 1
        return see

    def enter(frame: FrameType, _: str, __: Any) -> Callable[..., Any]:
        frame.f_trace_opcodes = True
        frame.f_trace_lines = False
        return see

    sys.settrace(enter)
    work()
    sys.settrace(None)
    return total


def _monitored(work: Work) -> int:
    total = 0

    def see(*_: object) -> None:
        nonlocal total
        total += 1

    monitoring: Any = sys.monitoring
    tool, kind = monitoring.PROFILER_ID, monitoring.events.INSTRUCTION
    monitoring.use_tool_id(tool, "counts")
    monitoring.register_callback(tool, kind, see)
    monitoring.set_events(tool, kind)
    try:
        work()
    finally:
        monitoring.set_events(tool, 0)
        monitoring.free_tool_id(tool)
    return total


def stored() -> dict[str, dict[str, Counts]]:
    """Give the stored counts: by Python version and workload."""
    if not STORED.exists():
        return {}
    found: dict[str, dict[str, Counts]] = json.loads(STORED.read_text("utf-8"))
    return found


def measured(only: str = "") -> dict[str, Counts]:
    """Count everything whose name has *only* in it."""
    found = {}
    for name, backend, work in works():
        title = name if backend == "orjson" else f"{name}, {backend}"
        if only not in title or (backend == "orjson" and orjson is None):
            continue
        use(backend)
        found[title] = counted(work)
    use("orjson")
    return found


def compared(
    now: dict[str, Counts], before: dict[str, Counts]
) -> tuple[list[str], list[str]]:
    """
    Compare counts with stored ones.

    Returns:
        What grew beyond the tolerance or is not stored, and what shrank beyond it.
    """
    worse, better = [], []
    for name, counts in now.items():
        if name not in before:
            worse.append(f"{name}: nothing is stored of it")
            continue
        for kind, count in counts.items():
            old = before[name].get(kind, 0)
            text = f"{name}: {count:,} {kind}, stored are {old:,}"
            if count > old * (1 + TOLERANCE):
                worse.append(f"{text}, {count / max(old, 1) - 1:+.1%}")
            elif count < old * (1 - TOLERANCE):
                better.append(f"{text}, {count / old - 1:+.1%}")
    return worse, better


def write(counts: dict[str, Counts]) -> None:
    """Store the counts of this Python version beside those of others."""
    found = {**stored(), VERSION: counts}
    lines = []
    for version, table in sorted(found.items()):
        rows = [
            f"  {json.dumps(name)}: {json.dumps(row)}" for name, row in table.items()
        ]
        lines.append(f' "{version}": {{\n' + ",\n".join(rows) + "\n }")
    STORED.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[1])
    parser.add_argument("--write", action="store_true", help="store what is counted")
    parser.add_argument("--only", default="", help="a part of names")
    asked = parser.parse_args()
    if asked.write and (asked.only or orjson is None):
        parser.error("--write needs orjson, and all workloads")
    now = measured(asked.only)
    if asked.write:
        write(now)
        print(f"{STORED.name}: {len(now)} workloads of Python {VERSION}")
        return 0
    before = stored().get(VERSION)
    if before is None:
        print(f"nothing is stored for Python {VERSION}: say --write to store it")
        return 0
    worse, better = compared(now, before)
    for title, rows in (("fewer", better), ("MORE", worse)):
        for row in rows:
            print(f"{title}  {row}")
    print(f"{len(now)} workloads: {len(worse)} counts grew, {len(better)} shrank")
    if worse:
        print("If that is wanted: python bench/counts.py --write, and say why.")
    return 1 if worse else 0


if __name__ == "__main__":
    sys.exit(main())
