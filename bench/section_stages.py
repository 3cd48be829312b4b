"""
Stages: where the time of a path goes.

A stage that can be run alone is timed alone; what cannot is the rest of the path that
holds it, in the same round.  `scan` finds the events in the bytes, `JSON` parses them,
`machine` makes chunks of values, `encoder` makes bytes of chunks, `translator` is what
joins the two.  Of a whole answer, `objects` makes its values, all of whose fields are
known, and `arguments` writes those of its calls that are objects.
"""

from __future__ import annotations

import json
import statistics
from collections.abc import Callable, Iterator
from typing import Any

import attrs
import measure
import workloads
from doing import (
    PATHS,
    Work,
    chunks_of,
    decode_stream,
    encode_stream,
    json_loop,
    translate_body,
    translate_stream,
    use,
)
from section_streams import PAIRS
from workloads import ANTHROPIC, CHAT, GEMINI, REQUESTS, STREAMS

from modelwire import codecs, ir
from modelwire.codecs import COLLECT, _json
from modelwire.codecs._limits import DEFAULT_LIMITS
from modelwire.codecs._sse_stream import lenient_scanner
from modelwire.ir import _fast_answers, _fast_values

__all__ = ["stages"]

Row = measure.Ratio
EVENTS = 2000


def _scan(pieces: list[bytes]) -> None:
    scanner = lenient_scanner(DEFAULT_LIMITS)
    for piece in pieces:
        scanner.feed(piece)
    scanner.close()


def _measured(
    path: str,
    works: dict[str, Work],
    stages: dict[str, tuple[str, ...]],
    floor: Work,
    count: int,
) -> list[Row]:
    """
    Time *works* in turns, and give each stage as work less other works.

    Args:
        path: Whose stages.
        works: What can be run.
        stages: By name: the work, and those that it holds and are stages themselves.
        floor: What a ratio of 1 is.
        count: How many rounds.
    """
    times = measure.alternate({**works, "floor": floor}, count=count)
    rows = []
    for name, (whole, *parts) in stages.items():
        seconds = [
            max(0.0, total - sum(less))
            for total, *less in zip(
                times[whole].seconds,
                *(times[part].seconds for part in parts),
                strict=True,
            )
        ]
        least = max(0.0, times[whole].least - sum(times[part].least for part in parts))
        base = times["floor"]
        middle = statistics.median(seconds) / base.median
        rows.append(
            Row(f"{path}: {name}", least / base.least, middle, None, seconds=least)
        )
    return rows


def stages(count: int) -> list[Row]:
    """Streams of every dialect and pair with orjson and without; bodies."""
    rows = []
    for dialect, make in STREAMS.items():
        events = make(EVENTS)
        big = workloads.reads(b"".join(events))
        for name, pieces, backend in (
            ("16 KiB reads", big, "orjson"),
            ("one event a read", events, "orjson"),
            ("16 KiB reads, stdlib", big, "stdlib"),
        ):
            use(backend)
            path = f"{dialect} -> chunks, {name}"
            rows += _decoding(path, dialect, events, pieces, count)
    use("orjson")
    for source, target, goal in PAIRS:
        if goal is not None:
            rows += _translating(source, target, count)
    rows += _request(CHAT, ANTHROPIC, count)
    for dialect in workloads.RESPONSES:
        rows += _response(dialect, count)
    return rows


def _decoding(
    path: str, dialect: str, events: list[bytes], pieces: list[bytes], count: int
) -> list[Row]:
    parts = workloads.payloads(events)
    works: dict[str, Work] = {
        "scan": lambda: _scan(pieces),
        "JSON": lambda: json_loop(parts, _json.loads),
        "whole": lambda: decode_stream(dialect, pieces),
    }
    stages = {
        "scan": ("scan",),
        "JSON": ("JSON",),
        "machine (the rest)": ("whole", "scan", "JSON"),
        "whole": ("whole",),
    }
    return _measured(path, works, stages, lambda: json_loop(parts), count)


def _translating(source: str, target: str, count: int) -> list[Row]:
    events = STREAMS[source](EVENTS)
    data, parts = b"".join(events), workloads.payloads(events)
    pieces, chunks = workloads.reads(data), chunks_of(source, data, keep_raw=False)
    works: dict[str, Work] = {
        "decoder": lambda: decode_stream(source, pieces, keep_raw=False),
        "encoder": lambda: encode_stream(target, chunks),
        "whole": lambda: translate_stream(source, target, pieces),
    }
    stages = {
        "decoder": ("decoder",),
        "encoder": ("encoder",),
        "translator (the rest)": ("whole", "decoder", "encoder"),
        "whole": ("whole",),
    }
    return _measured(
        f"{source} -> {target} stream, 16 KiB reads",
        works,
        stages,
        lambda: json_loop(parts),
        count,
    )


def _request(source: str, target: str, count: int) -> list[Row]:
    body = REQUESTS[source]()
    path = PATHS.get(source, "")
    decode, encode = (
        codecs.get(source).decode_request,
        codecs.get(target).encode_request,
    )
    asked = decode(body, path=path)
    written = encode(asked, on_loss=COLLECT).body
    value = json.loads(written)
    works: dict[str, Work] = {
        "JSON, read": lambda: _json.loads(body),
        "JSON, write": lambda: _json.dumps(value),
        "decoder with JSON": lambda: decode(body, path=path),
        "encoder with JSON": lambda: encode(asked, on_loss=COLLECT),
        "whole": lambda: translate_body(source, target, body),
    }
    return _measured(
        f"request of {len(body) / 1000:.0f} kB, {source} -> {target}",
        works,
        {
            "JSON, read": ("JSON, read",),
            "decoder": ("decoder with JSON", "JSON, read"),
            "encoder": ("encoder with JSON", "JSON, write"),
            "JSON, write": ("JSON, write",),
            "losses and the rest": ("whole", "decoder with JSON", "encoder with JSON"),
            "whole": ("whole",),
        },
        lambda: json.loads(body),
        count,
    )


def _response(dialect: str, count: int) -> list[Row]:
    body = workloads.RESPONSES[dialect]()
    decode = codecs.get(dialect).decode_response
    answer = decode(body)
    makers = [(_MAKERS[type(node)], _fields(node)) for node in _nodes(answer)]
    calls = [node.arguments for node in _nodes(answer) if type(node) is ir.ToolCallPart]
    objects = [json.loads(text) for text in calls if dialect in _WRITTEN]
    works: dict[str, Work] = {
        "JSON": lambda: _json.loads_loosely(body),
        "objects": lambda: [make(*fields) for make, fields in makers],
        "arguments": lambda: [_json.dumps_str(value) for value in objects],
        "whole": lambda: decode(body),
    }
    alone = ("JSON", "objects", "arguments")
    return _measured(
        f"{dialect} response of {len(body) / 1000:.1f} kB -> IR",
        works,
        {
            **{name: (name,) for name in alone},
            "decoder (the rest)": ("whole", *alone),
            "whole": ("whole",),
        },
        lambda: json.loads(body),
        count,
    )


_WRITTEN = (ANTHROPIC, GEMINI)
"""Where the arguments of a call are an object, which becomes text."""
_MAKERS: dict[type, Callable[..., Any]] = {
    ir.ChatResponse: _fast_answers.new_chat_response,
    ir.Choice: _fast_answers.new_choice,
    ir.Finish: _fast_values.new_finish,
    ir.ItemRef: _fast_values.new_item_ref,
    ir.Message: _fast_values.new_message,
    ir.Opaque: _fast_values.new_opaque,
    ir.ReasoningPart: _fast_values.new_reasoning_part,
    ir.TextPart: _fast_values.new_text_part,
    ir.ToolCallPart: _fast_values.new_tool_call_part,
    ir.Usage: _fast_values.new_usage,
}


def _fields(node: Any) -> tuple[Any, ...]:
    return tuple(getattr(node, field.name) for field in attrs.fields(type(node)))


def _nodes(value: Any) -> Iterator[Any]:
    """Give the nodes of an answer; what stands in `raw` and `extra` has none."""
    if isinstance(value, tuple):
        for item in value:
            yield from _nodes(item)
    elif type(value) in _MAKERS:
        yield value
        yield from _nodes(_fields(value))
