"""Streams: floors, decoding, every delivery, translation, encoding, the tap."""

from __future__ import annotations

import itertools
import json

import measure
import workloads
from doing import (
    Work,
    chunks_of,
    decode_stream,
    dump_loop,
    encode_stream,
    json_loop,
    orjson,
    tap_stream,
    translate_stream,
    use,
)
from workloads import ANTHROPIC, CHAT, GEMINI, RESPONSES_API, STREAMS

__all__ = ["PAIRS", "decoding", "encoding", "floors", "translating"]

Row = measure.Ratio
EVENTS = 2000


def floors(count: int) -> list[Row]:
    """What the floor itself costs, and what lies below it."""
    rows = []
    for dialect, make in STREAMS.items():
        events = make(EVENTS)
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
SHORT = 300
"""Chunks of a usual answer of Gemini, which sends more in fewer."""


def decoding(count: int) -> list[Row]:
    """Bytes to chunks, however they are delivered, with and without orjson."""
    rows = []
    for dialect, make in STREAMS.items():
        for events in (EVENTS, SHORT) if dialect == GEMINI else (EVENTS,):
            rows += _decoding(dialect, make(events), count)
    return rows


def _decoding(dialect: str, events: list[bytes], count: int) -> list[Row]:
    data, parts = b"".join(events), workloads.payloads(events)
    big = workloads.reads(data)
    goals = DECODE_GOALS[dialect]
    # Small reads are for their growth and take long: fewer rounds say it.
    few = max(3, count // 5)
    ways = [
        ("16 KiB reads", big, "orjson", goals[0], count),
        ("one event a read", events, "orjson", goals[1], count),
        ("16 KiB reads, stdlib", big, "stdlib", goals[2], count),
        ("one event a read, stdlib", events, "stdlib", None, count),
    ]
    if len(events) == EVENTS:
        ways += [
            (f"{size}-byte reads", workloads.reads(data, size), "orjson", None, few)
            for size in (7, 1)
        ]
    chunks = "" if len(events) == EVENTS else f" of {len(events)}"
    rows = []
    for name, pieces, backend, goal, times in ways:
        use(backend)
        rows.append(
            measure.rounds(
                f"{dialect} -> chunks{chunks}, {name}",
                lambda p=pieces: decode_stream(dialect, p),
                lambda: json_loop(parts),
                goal=goal,
                count=times,
            )
        )
    use("orjson")
    return rows


_GOALS = {(CHAT, ANTHROPIC): 0.75, (ANTHROPIC, CHAT): 0.90}
PAIRS = tuple(
    (source, target, _GOALS.get((source, target)))
    for source, target in itertools.permutations(STREAMS, 2)
)
"""Source, target, goal: every pair of two dialects."""


def translating(count: int) -> list[Row]:
    """Bytes of one dialect to bytes of another, and untouched bytes with a tap."""
    rows = []
    for source, target, goal in PAIRS:
        events = STREAMS[source](EVENTS)
        parts = workloads.payloads(events)
        big = workloads.reads(b"".join(events))
        ways = [("16 KiB reads", big, "orjson", goal)]
        if goal is not None:
            ways += [
                ("one event a read", events, "orjson", None),
                ("16 KiB reads, stdlib", big, "stdlib", None),
            ]
        for name, pieces, backend, wanted in ways:
            use(backend)
            rows.append(
                measure.rounds(
                    f"{source} -> {target} stream, {name}",
                    lambda s=source, t=target, p=pieces: translate_stream(s, t, p),
                    lambda parts=parts: json_loop(parts),
                    goal=wanted,
                    count=count,
                )
            )
        use("orjson")
    for dialect, make in STREAMS.items():
        events = make(EVENTS)
        pieces, parts = workloads.reads(b"".join(events)), workloads.payloads(events)
        rows.append(
            measure.rounds(
                f"{dialect} passed through with a tap, 16 KiB reads",
                lambda d=dialect, p=pieces: tap_stream(d, p),
                lambda parts=parts: json_loop(parts),
                goal=None,
                count=count,
            )
        )
    return rows


def encoding(count: int) -> list[Row]:
    """Chunks to bytes: of a dialect's own stream, and of another dialect's."""
    rows = []
    for dialect, make in STREAMS.items():
        other = CHAT if dialect != CHAT else ANTHROPIC
        for kind, source in (("its own", dialect), (f"those of {other}", other)):
            events = STREAMS[source](EVENTS)
            own = source == dialect
            chunks = chunks_of(source, b"".join(events), keep_raw=own)
            values = [json.loads(part) for part in workloads.payloads(make(EVENTS))]
            for backend in ("orjson", "stdlib"):
                use(backend)
                suffix = "" if backend == "orjson" else ", stdlib"
                rows.append(
                    measure.rounds(
                        f"chunks -> {dialect}, {kind}{suffix}",
                        lambda d=dialect, c=chunks: encode_stream(d, c),
                        lambda values=values: dump_loop(values),
                        goal=None,
                        count=count,
                        unit="x json.dumps",
                    )
                )
            use("orjson")
    return rows
