"""
Measure modelwire and print a table: `make bench`, `make bench ARGS=--full`.

Takes nothing but its flags; prints Markdown and writes the same figures as JSON to
`bench/results/`.  Goals are those of the design; nothing here fails when one is
missed.
"""

from __future__ import annotations

import argparse
import json
import platform
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import attrs
import measure
import workloads
from workloads import ANTHROPIC, CHAT, GEMINI, REQUESTS, RESPONSES_API, STREAMS

from modelwire import codecs
from modelwire.codecs import COLLECT, _json
from modelwire.translate import StreamTap, StreamTranslator, translate_request

try:
    import orjson
except ImportError:
    orjson = None

RESULTS = Path(__file__).with_name("results")
Row = measure.Ratio
Work = Callable[[], object]


def use(backend: str) -> None:
    """Choose who parses JSON; `orjson` means: if it is installed."""
    _json._use(backend if orjson else "stdlib")  # noqa: SLF001 - the switch for tests


# --- what is done with the bytes ----------------------------------------------------


def decode_stream(dialect: str, pieces: Iterable[bytes]) -> None:
    decoder = codecs.get(dialect).stream_decoder()
    feed = decoder.feed
    for piece in pieces:
        feed(piece)
    decoder.close()


def translate_stream(source: str, target: str, pieces: Iterable[bytes]) -> None:
    translator = StreamTranslator(source, target, on_loss=COLLECT)
    feed = translator.feed
    for piece in pieces:
        feed(piece)
    translator.close()


def json_loop(payloads: list[Any], loads: Callable[[Any], Any] = json.loads) -> None:
    for payload in payloads:
        loads(payload)


def round_trip(body: bytes) -> None:
    """Do to a request what a translation cannot avoid: parse it and write it."""
    value = json.loads(body)
    json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


# --- tables -------------------------------------------------------------------------


def floors(count: int) -> list[Row]:
    """What the floor itself costs, and what lies below it."""
    rows = []
    for dialect, make in STREAMS.items():
        events = make(2000)
        data, parts = b"".join(events), workloads.payloads(events)
        texts = [part.decode() for part in parts]
        works: dict[str, Work] = {
            "json.loads of bytes": lambda parts=parts: json_loop(parts),
            "json.loads of str": lambda texts=texts: json_loop(texts),
            "split into lines": lambda data=data: data.split(b"\n"),
        }
        if orjson is not None:
            works["orjson.loads"] = lambda parts=parts: json_loop(parts, orjson.loads)
        times = measure.alternate(works, count=count)
        least = times["json.loads of bytes"].least
        for name, taken in times.items():
            rows.append(
                Row(
                    f"{dialect}: {name}",
                    taken.least / least,
                    taken.median / times["json.loads of bytes"].median,
                    None,
                    seconds=taken.least,
                )
            )
    return rows


DECODE_GOALS = {
    # dialect: 16 KiB reads, one event a read, standard library
    CHAT: (0.65, 0.80, 1.05),
    RESPONSES_API: (0.70, 0.90, 1.05),
    ANTHROPIC: (0.75, 1.05, 1.00),
    GEMINI: (0.90, 1.05, 1.35),
}


def decoding(count: int) -> list[Row]:
    rows = []
    for dialect, make in STREAMS.items():
        events = make(2000)
        big = workloads.reads(b"".join(events))
        parts = workloads.payloads(events)
        goals = DECODE_GOALS[dialect]
        for name, pieces, backend, goal in (
            ("16 KiB reads", big, "orjson", goals[0]),
            ("one event a read", events, "orjson", goals[1]),
            ("16 KiB reads, stdlib", big, "stdlib", goals[2]),
            ("one event a read, stdlib", events, "stdlib", None),
        ):
            use(backend)
            rows.append(
                measure.rounds(
                    f"{dialect} -> chunks, {name}",
                    lambda d=dialect, p=pieces: decode_stream(d, p),
                    lambda parts=parts: json_loop(parts),
                    goal=goal,
                    count=count,
                )
            )
        use("orjson")
    return rows


PAIRS = (
    # source, target, goal
    (CHAT, ANTHROPIC, 0.75),
    (ANTHROPIC, CHAT, 0.90),
    (CHAT, RESPONSES_API, None),
    (RESPONSES_API, CHAT, None),
    (ANTHROPIC, RESPONSES_API, None),
    (RESPONSES_API, ANTHROPIC, None),
    (GEMINI, CHAT, None),
    (GEMINI, ANTHROPIC, None),
)


def translating(count: int) -> list[Row]:
    rows = []
    for source, target, goal in PAIRS:
        events = STREAMS[source](2000)
        parts = workloads.payloads(events)
        ways = [("16 KiB reads", workloads.reads(b"".join(events)), goal)]
        if goal is not None:
            ways.append(("one event a read", events, None))
        for name, pieces, wanted in ways:
            rows.append(
                measure.rounds(
                    f"{source} -> {target} stream, {name}",
                    lambda s=source, t=target, p=pieces: translate_stream(s, t, p),
                    lambda parts=parts: json_loop(parts),
                    goal=wanted,
                    count=count,
                )
            )
    return rows


PATHS = {GEMINI: "/v1beta/models/gemini-2.5-flash:generateContent"}
"""Where a dialect says in the path which model is asked."""


def translate_body(source: str, target: str, body: bytes) -> None:
    path = PATHS.get(source, "")
    translate_request(body, source=source, target=target, path=path, on_loss=COLLECT)


def bodies(count: int) -> list[Row]:
    images = REQUESTS[CHAT](image_bytes=4 * 1024 * 1024)
    plain = {dialect: make() for dialect, make in REQUESTS.items()}
    rows = []
    for source, target, body, goal in (
        (CHAT, ANTHROPIC, plain[CHAT], 1.3),
        (CHAT, ANTHROPIC, images, 0.45),
        (CHAT, RESPONSES_API, plain[CHAT], None),
        (CHAT, GEMINI, plain[CHAT], None),
        (RESPONSES_API, ANTHROPIC, plain[RESPONSES_API], None),
        (GEMINI, ANTHROPIC, plain[GEMINI], None),
    ):
        kind = "with images " if body is images else ""
        name = f"request {kind}of {len(body) / 1000:.0f} kB"
        for floor_name, floor, wanted in (
            ("x json + dumps", round_trip, goal),
            ("x json", json.loads, None),
        ):
            rows.append(
                measure.rounds(
                    f"{name}, {source} -> {target}",
                    lambda s=source, t=target, b=body: translate_body(s, t, b),
                    lambda body=body, floor=floor: floor(body),
                    goal=wanted,
                    count=count,
                    unit=floor_name,
                )
            )
    for dialect, make in workloads.RESPONSES.items():
        body = make()
        rows.append(
            measure.rounds(
                f"{dialect} response of {len(body) / 1000:.0f} kB -> IR",
                lambda d=dialect, b=body: codecs.get(d).decode_response(b),
                lambda body=body: json.loads(body),
                goal=0.80,
                count=count,
            )
        )
    return rows


def doubling(count: int) -> list[Row]:
    """Twice the input, at most 2.3 times the time."""

    def stream(dialect: str, size: int) -> Work:
        pieces = workloads.reads(b"".join(STREAMS[dialect](size)))
        return lambda: decode_stream(dialect, pieces)

    def one_event(size: int) -> Work:
        events = STREAMS[CHAT](10)
        events[2] = events[2].replace(b'"content":" ', b'"content":"' + b"x" * size)
        pieces = workloads.reads(b"".join(events), 1024)
        return lambda: decode_stream(CHAT, pieces)

    def translated(source: str, target: str, size: int) -> Work:
        pieces = workloads.reads(b"".join(STREAMS[source](size)))
        return lambda: translate_stream(source, target, pieces)

    def request(source: str, target: str, messages: int) -> Work:
        body = REQUESTS[source](messages)
        return lambda: translate_body(source, target, body)

    cases: dict[str, tuple[Callable[[int], Work], int]] = {
        "one event in reads of 1 KiB": (one_event, 500_000)
    }
    for dialect in STREAMS:
        cases[f"{dialect} stream"] = (lambda n, d=dialect: stream(d, n), 2000)
    for source, target, _ in PAIRS:
        name = f"{source} -> {target} stream"
        cases[name] = (lambda n, s=source, t=target: translated(s, t, n), 2000)
    for source, target in ((CHAT, ANTHROPIC), (RESPONSES_API, CHAT), (GEMINI, CHAT)):
        name = f"{source} -> {target} request, messages"
        cases[name] = (lambda n, s=source, t=target: request(s, t, n), 200)
    return [
        measure.rounds(
            f"doubling: {name}",
            make(2 * size),
            make(size),
            goal=2.3,
            count=count,
            unit="x half",
        )
        for name, (make, size) in cases.items()
    ]


# --- imports and memory -------------------------------------------------------------

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
    return rows


_HELD = f"{GEMINI} decoder, text beyond ASCII"


def remembering(size: int) -> list[Row]:
    """Traced memory of a long stream, in KiB; its source is made before."""
    long = {
        dialect: workloads.LongStream(make(200), size)
        for dialect, make in STREAMS.items()
    }
    # Its citations count bytes, so what is not ASCII is held, up to the limit.
    other = workloads.LongStream(STREAMS[GEMINI](200), size, plain=False)

    def tap(dialect: str) -> None:
        made = StreamTap(dialect)
        for piece in long[dialect]:
            made.feed(piece)
        made.close()

    works: dict[str, Work] = {}
    for dialect in STREAMS:
        works[f"{dialect} decoder"] = lambda d=dialect: decode_stream(d, long[d])
        works[f"{dialect} tap"] = lambda d=dialect: tap(d)
    for source, target, _ in PAIRS:
        if target == RESPONSES_API:
            continue  # its terminal event repeats the whole answer, which is held
        works[f"{source} -> {target}"] = lambda s=source, t=target: translate_stream(
            s, t, long[s]
        )
    works[_HELD] = lambda: decode_stream(GEMINI, other)
    rows = []
    for source, make in STREAMS.items():  # late imports are no memory of a stream
        for target in STREAMS:
            translate_stream(source, target, make(200))
    for name, work in works.items():
        peak = measure.peak_memory(work) / 1024
        goal = None if name == _HELD else 128.5
        rows.append(Row(f"{size / 1e6:.0f} MB stream, {name}", peak, peak, goal, "KiB"))
    return rows


# --- the report ---------------------------------------------------------------------

SECTIONS: dict[str, Callable[[argparse.Namespace], list[Row]]] = {
    "floors": lambda a: floors(a.rounds),
    "decoding": lambda a: decoding(a.rounds),
    "translating": lambda a: translating(a.rounds),
    "bodies": lambda a: bodies(a.rounds),
    "doubling": lambda a: doubling(max(3, a.rounds // 3)),
    "importing": lambda a: importing(a.rounds),
    "memory": lambda a: remembering(100_000_000 if a.full else 10_000_000),
}


def table(title: str, rows: list[Row]) -> str:
    lines = [
        f"### {title}",
        "",
        "| what | least | median | goal | met | unit | CPU ms |",
        "|---|---:|---:|---:|---|---|---:|",
    ]
    for row in rows:
        goal = "" if row.goal is None else f"{row.goal:g}"
        met = {None: "", True: "yes", False: "**no**"}[row.met]
        lines.append(
            f"| {row.name} | {row.value:.2f} | {row.median:.2f} | {goal} | {met} "
            f"| {row.unit} | {row.seconds * 1000:.2f} |"
        )
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--full", action="store_true", help="100 MB for memory")
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--only", choices=SECTIONS, action="append")
    arguments = parser.parse_args()
    use("orjson")
    found: dict[str, list[Row]] = {}
    print(f"Python {platform.python_version()}, JSON back end {_json.BACKEND}\n")
    for title in arguments.only or SECTIONS:
        found[title] = SECTIONS[title](arguments)
        print(table(title, found[title]) + "\n", flush=True)
    RESULTS.mkdir(exist_ok=True)
    written = RESULTS / time.strftime("%Y%m%d-%H%M%S.json")
    figures = {
        "python": platform.python_version(),
        "machine": platform.machine(),
        "sections": {k: [attrs.asdict(r) for r in rows] for k, rows in found.items()},
    }
    written.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    print(f"Written to {written}")


if __name__ == "__main__":
    main()
