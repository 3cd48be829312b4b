"""Upstream answers on the wire, written by hand, whole and streamed."""

from __future__ import annotations

from tests._wires import DIALECTS, Call, Finish, Item, Say, Think, Wire, wire

__all__ = ["ITEMS", "PROOF", "UPSTREAM"]

PROOF = "c2ln"

ITEMS: dict[str, tuple[Finish, list[Item]]] = {
    "text": ("stop", [Say("Sunny,", " 20 °C.")]),
    "length": ("length", [Say("Sun")]),
    "stop sequence": ("stop_sequence", [Say("Sun")]),
    "tool": ("tool_calls", [Call("call_1", "weather", '{"city": ', '"Paris"}')]),
    # The deltas of the two calls interleave where the dialect can say so.
    "parallel": (
        "tool_calls",
        [
            Say("Looking."),
            Call("call_1", "weather", '{"city"', ': "Paris"}'),
            Call("call_2", "time", '{"zone"', ': "CET"}'),
        ],
    ),
    "no arguments": ("tool_calls", [Call("call_1", "now", "")]),
    "thinking": ("stop", [Think("It is", " May.", proof=PROOF), Say("Sunny.")]),
}

UPSTREAM: dict[str, dict[str, Wire]] = {
    dialect: {
        case: wire(dialect, *items, finish=finish)
        for case, (finish, items) in ITEMS.items()
    }
    for dialect in DIALECTS
}
"""By dialect and case."""
