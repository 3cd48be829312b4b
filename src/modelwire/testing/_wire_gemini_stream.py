"""
Streams of `gemini-generate` as bytes: a drawn response, told event by event.

Parts come in one event or several, texts are cut anywhere, candidates interleave, and
arguments may come in pieces.  Now and then the stream breaks off, or ends in an error.

Source:
    wire/gemini_generate.md section 5, read 2026-11-21.
"""

from __future__ import annotations

import json
from typing import Any, Final

from hypothesis import strategies as st

from modelwire.testing._wire_gemini import responses
from modelwire.testing._wire_values import either, flags

__all__ = ["streams"]

Event = dict[str, Any]

_REPEATED: Final = ("modelVersion", "responseId", "createTime", "modelStatus")
"""Fields of the response that stand on every event."""


@st.composite
def streams(draw: st.DrawFn, *, errors: bool = True) -> bytes:
    """
    Draw whole streams.

    Args:
        draw: Hypothesis's draw; leave it out when calling.
        errors: Whether some of them break off, or end in an error.

    Returns:
        Server-Sent Events, or one JSON array.
    """
    response = draw(responses())
    about: Event = {key: response[key] for key in _REPEATED if key in response}
    rows: list[list[dict[str, Any]]] = []
    for place, candidate in enumerate(response.get("candidates", ())):
        index = candidate.get("index", place)
        rows.append(_told(draw, candidate, index))
    events: list[Event] = []
    while any(rows):
        open_ = [row for row in rows if row]
        row = open_[draw(st.integers(0, len(open_) - 1))]
        events.append({"candidates": [row.pop(0)], **about})
    rest = {k: v for k, v in response.items() if k not in ("candidates", *about)}
    usage = rest.pop("usageMetadata", None)
    if not events:
        events.append(dict(about))
    events[0].update(rest)
    if usage is not None:
        for event in events if draw(flags) else events[-1:]:
            event["usageMetadata"] = usage
    if errors and draw(st.integers(0, 4)) == 0:
        del events[draw(st.integers(0, len(events))) :]
        if draw(flags):
            events.append({"error": draw(_ERRORS)})
    if draw(st.integers(0, 7)) == 0:
        return json.dumps(events).encode()
    return b"".join(b"data: " + json.dumps(e).encode() + b"\r\n\r\n" for e in events)


_ERRORS: Final = either(
    {"code": 503, "message": "ü", "status": "UNAVAILABLE"},
    {"code": 429, "message": "slow", "status": "RESOURCE_EXHAUSTED"},
)


def _told(
    draw: st.DrawFn, candidate: dict[str, Any], index: int
) -> list[dict[str, Any]]:
    """Give the candidates of the events that tell one candidate."""
    parts: list[dict[str, Any]] = []
    for part in candidate["content"]["parts"]:
        parts += _pieces(draw, part)
    groups: list[list[dict[str, Any]]] = []
    for part in parts:
        together: bool = draw(flags)
        if groups and together:
            groups[-1].append(part)
        else:
            groups.append([part])
    out: list[dict[str, Any]] = [
        {"content": {"role": "model", "parts": group}, "index": index}
        for group in groups
    ]
    last = {k: v for k, v in candidate.items() if k not in ("content", "index")}
    with_last_part: bool = draw(flags)
    if out and with_last_part:
        out[-1].update(last)
    else:
        out.append({"content": candidate["content"] | {"parts": []}, "index": index})
        out[-1].update(last)
    return out


def _pieces(draw: st.DrawFn, part: dict[str, Any]) -> list[dict[str, Any]]:
    """Cut a part: a text that nothing stands on, and the arguments of a call."""
    text = part.get("text")
    if isinstance(text, str) and text and part.keys() <= {"text", "thought"}:
        cut = draw(st.integers(0, len(text)))
        return [{**part, "text": t} for t in (text[:cut], text[cut:]) if t]
    call = part.get("functionCall")
    if isinstance(call, dict) and call.get("args") and draw(st.integers(0, 3)) == 0:
        args = call["args"]
        begin = {k: v for k, v in call.items() if k != "args"}
        out = [{**part, "functionCall": {**begin, "willContinue": True}}]
        for key, value in args.items():
            piece = _partial(key, value)
            if piece is None:
                return [part]
            out.append({"functionCall": {"partialArgs": [piece], "willContinue": True}})
        return [*out, {"functionCall": {}}]
    return [part]


def _partial(key: str, value: Any) -> dict[str, Any] | None:
    if not key.isidentifier():
        return None
    path = {"jsonPath": f"$.{key}"}
    if value is None:
        return {**path, "nullValue": "NULL_VALUE"}
    if isinstance(value, bool):
        return {**path, "boolValue": value}
    if isinstance(value, str):
        return {**path, "stringValue": value}
    return None
