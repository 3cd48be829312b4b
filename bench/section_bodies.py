"""Requests and whole answers."""

from __future__ import annotations

import itertools
import json

import measure
import workloads
from doing import Work, round_trip, translate_body, use
from workloads import ANTHROPIC, CHAT, REQUESTS

from modelwire import codecs
from modelwire.translate import translate_response

__all__ = ["bodies"]

Row = measure.Ratio
IMAGE_BYTES = 4 * 1024 * 1024
_USUAL, _SHORT = "response", "short response"
_SIZES = {
    _USUAL: {},
    _SHORT: {"words": 30, "calls": 0},
    "long response": {"words": 8000},
    "response with calls": {"words": 50, "calls": 8},
}
"""A short one has no goal: its JSON costs less than the objects of one answer."""


def bodies(count: int) -> list[Row]:
    """Requests of every pair, with and without images; answers of every dialect."""
    plain = {dialect: make() for dialect, make in REQUESTS.items()}
    images = {
        dialect: make(image_bytes=IMAGE_BYTES) for dialect, make in REQUESTS.items()
    }
    rows = []
    first = (CHAT, ANTHROPIC)
    pairs = [
        first,
        *(pair for pair in itertools.permutations(REQUESTS, 2) if pair != first),
    ]
    for pair in pairs:
        rows += _request(pair, plain[pair[0]], "", 1.3, count)
    for pair in (first, first[::-1]):
        few = max(5, count // 2)
        rows += _request(pair, images[pair[0]], "with images ", 0.45, few)
    for dialect in workloads.RESPONSES:
        rows += _responses(dialect, count)
    return rows


def _request(
    pair: tuple[str, str], body: bytes, kind: str, goal: float, count: int
) -> list[Row]:
    """One pair; the goal is that of the design and holds for its first pair."""
    source, target = pair
    name = f"request {kind}of {len(body) / 1000:.0f} kB, {source} -> {target}"
    main = pair == (CHAT, ANTHROPIC)
    # The floor of the goal is what cannot be avoided: to read it and to write it.
    ways = [("x json + dumps", round_trip, goal if main else None, "orjson")]
    if main:
        ways += [
            ("x json", json.loads, None, "orjson"),
            ("x json + dumps", round_trip, None, "stdlib"),
        ]
    rows = []
    for unit, floor, wanted, backend in ways:
        use(backend)
        rows.append(
            measure.rounds(
                name if backend == "orjson" else f"{name}, stdlib",
                lambda: translate_body(source, target, body),
                lambda floor=floor: floor(body),
                goal=wanted,
                count=count,
                unit=unit,
            )
        )
    use("orjson")
    return rows


def _responses(dialect: str, count: int) -> list[Row]:
    rows = []
    decode = codecs.get(dialect).decode_response
    target = CHAT if dialect != CHAT else ANTHROPIC
    for kind, size in _SIZES.items():
        body = workloads.RESPONSES[dialect](**size)
        name = f"{dialect} {kind} of {len(body) / 1000:.1f} kB"
        goal = None if kind == _SHORT else 0.80
        ways: list[tuple[str, Work, float | None, str]] = [
            (f"{name} -> IR", lambda body=body: decode(body), goal, "orjson")
        ]
        if kind == _USUAL:
            translate: Work = lambda body=body: translate_response(  # noqa: E731
                body, source=dialect, target=target
            )
            ways += [
                (f"{name} -> IR, stdlib", lambda b=body: decode(b), None, "stdlib"),
                (f"{name} -> {target}", translate, None, "orjson"),
            ]
        for title, work, wanted, backend in ways:
            use(backend)
            rows.append(
                measure.rounds(
                    title,
                    work,
                    lambda body=body: json.loads(body),
                    goal=wanted,
                    count=count,
                )
            )
        use("orjson")
    return rows
