"""What it costs to import, to install, and to hold: all that is not speed."""

from __future__ import annotations

import subprocess
import sys
from functools import partial

import measure
import workloads
from doing import Work, decode_stream, tap_stream, translate_stream
from peer_works import installed
from section_streams import PAIRS
from workloads import GEMINI, RESPONSES_API, STREAMS

__all__ = ["importing", "remembering"]

Row = measure.Ratio
_ONE = "from modelwire.codecs import {0}; {0}.stream_decoder()"
_ALL = "from modelwire.codecs import {0} as d; [getattr(d, n) for n in dir(d)]"
IMPORTS: dict[str, tuple[str, float | None]] = {
    "import attrs, json": ("import attrs, json", None),
    "import modelwire": ("import modelwire", 1.2),
}
for _dialect in STREAMS:
    _module = _dialect.replace("-", "_")
    IMPORTS[f"stream decoder of {_dialect}"] = (_ONE.format(_module), 2.0)
    IMPORTS[f"everything of {_dialect}"] = (_ALL.format(_module), 2.8)


def _import_seconds(code: str) -> float:
    script = f"import time; t = time.process_time(); {code}; "
    script += "print(time.process_time() - t)"
    done = subprocess.run(
        [sys.executable, "-I", "-c", script], capture_output=True, text=True, check=True
    )
    return float(done.stdout)


def importing(count: int) -> list[Row]:
    """Fresh interpreters in turns; and the bytes of a base install."""
    taken: dict[str, list[float]] = {name: [] for name in IMPORTS}
    for _ in range(count):
        for name, (code, _) in IMPORTS.items():
            taken[name].append(_import_seconds(code))
    floor = measure.Times(tuple(taken["import attrs, json"]))
    rows = []
    for name, (_, goal) in IMPORTS.items():
        mine = measure.Times(tuple(taken[name]))
        rows.append(
            Row(
                name,
                mine.least / floor.least,
                mine.median / floor.median,
                goal,
                "x import attrs, json",
                mine.least,
            )
        )
    for name, size in installed.sizes(["modelwire"]).items():
        rows.append(Row(f"installed: {name}", size / 1024, size / 1024, None, "KiB"))
    return rows


_REPEATS = "holds: the last event of its target repeats the whole answer"
_COUNTS = "holds, up to a limit: its citations count bytes of text that is not ASCII"


def remembering(size: int) -> list[Row]:
    """Traced memory of a long stream, in KiB; its source is made before."""
    made = {dialect: make(200) for dialect, make in STREAMS.items()}
    long = {
        dialect: workloads.LongStream(events, size) for dialect, events in made.items()
    }
    works: list[tuple[str, str, Work, str]] = []
    for dialect, stream in long.items():
        decoding = partial(decode_stream, dialect, stream)
        works.append((f"{dialect} decoder", dialect, decoding, ""))
        tapping = partial(tap_stream, dialect, stream)
        works.append((f"{dialect} tap", dialect, tapping, ""))
    for source, target, _ in PAIRS:
        translating = partial(translate_stream, source, target, long[source])
        note = _REPEATS if target == RESPONSES_API else ""
        works.append((f"{source} -> {target}", source, translating, note))
    other = workloads.LongStream(made[GEMINI], size, plain=False)
    decoding = partial(decode_stream, GEMINI, other)
    works.append((f"{GEMINI} decoder, text beyond ASCII", GEMINI, decoding, _COUNTS))
    for source, events in made.items():  # late imports are no memory of a stream
        tap_stream(source, events)
        for target in STREAMS:
            translate_stream(source, target, events)
    rows = []
    for name, source, work, note in works:
        peak = measure.peak_memory(work) / 1024
        largest = max(map(len, made[source])) / 1024
        goal = None if note else round(128 + largest, 1)
        title = f"{size / 1e6:.0f} MB stream, {name}"
        rows.append(Row(title, peak, peak, goal, "KiB", note=note))
    return rows
