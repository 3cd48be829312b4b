"""
Streams of `openai-chat` as bytes: a drawn response, told event by event.

Texts and arguments are cut anywhere, calls and choices interleave, reasoning comes in
any of its spellings, usage at the end.  Now and then the stream breaks off, ends in an
error, or lacks its `[DONE]`.

Source:
    wire/openai_chat.md section 6 and wire/observed.md section 2, read 2026-11-21.
"""

from __future__ import annotations

import json
from typing import Any, Final

from hypothesis import strategies as st

from modelwire.testing._wire_chat import responses
from modelwire.testing._wire_values import either, flags

__all__ = ["streams"]

Event = dict[str, Any]

_REPEATED: Final = ("id", "created", "model", "system_fingerprint", "service_tier")
"""Fields of the response that stand on every event."""
_WORDS: Final = ("reasoning_content", "reasoning", "content", "refusal")
"""Fields of a message that are told as they grow, in this order."""
_BODIES: Final = {"function": "arguments", "custom": "input"}
"""What of a call grows."""
_DONE: Final = "[DONE]"


@st.composite
def streams(draw: st.DrawFn, *, errors: bool = True) -> bytes:
    """
    Draw whole streams.

    Args:
        draw: Hypothesis's draw; leave it out when calling.
        errors: Whether some of them break off, or end in an error.

    Returns:
        Server-Sent Events.
    """
    response = draw(responses())
    about: Event = {key: response[key] for key in _REPEATED if key in response}
    about["object"] = "chat.completion.chunk"
    rows = [_told(draw, choice) for choice in response["choices"]]
    events: list[Event] = []
    while any(rows):
        open_ = [row for row in rows if row]
        row = open_[draw(st.integers(0, len(open_) - 1))]
        events.append({**about, "choices": [row.pop(0)]})
    known = {*about, "choices", "usage", "object"}
    events[0].update({k: v for k, v in response.items() if k not in known})
    usage = response.get("usage")
    if usage is not None:
        if draw(flags):
            events.append({**about, "choices": [], "usage": usage})
        else:
            # Many compatible servers.
            events[-1]["usage"] = usage
    told: list[Event | str] = [*events, _DONE]
    if errors and draw(st.integers(0, 4)) == 0:
        del told[draw(st.integers(0, len(told))) :]
        if draw(flags):
            told.append({"error": draw(_ERRORS)})
    return b"".join(_framed(event) for event in told)


_ERRORS: Final = either(
    {"message": "ü", "type": "server_error", "param": None, "code": None},
    {"message": "slow", "type": "requests", "code": "rate_limit_exceeded"},
    {"message": "down", "code": 502},
)


def _framed(event: Event | str) -> bytes:
    data = event if isinstance(event, str) else json.dumps(event, ensure_ascii=False)
    return f"data: {data}\n\n".encode("utf-8", "surrogatepass")


def _told(draw: st.DrawFn, choice: dict[str, Any]) -> list[dict[str, Any]]:
    """Give the choices of the events that tell one choice."""
    index, message = choice["index"], choice["message"]
    deltas = _grown(draw, message)
    first: dict[str, Any] = {"role": "assistant"}
    if draw(flags):
        first["content"] = draw(either("", None))
    out: list[dict[str, Any]] = [
        {"index": index, "delta": delta, "finish_reason": None}
        for delta in (first, *deltas)
    ]
    logprobs = choice.get("logprobs")
    if logprobs is not None:
        # Tokens stand beside the words that they make, if there are any.
        spoken = [one for one in out if one["delta"].get("content")]
        (spoken or out)[0]["logprobs"] = logprobs
    known = ("index", "message", "finish_reason", "logprobs")
    last = {key: value for key, value in choice.items() if key not in known}
    last["finish_reason"] = choice["finish_reason"]
    with_last_words: bool = draw(flags)
    if with_last_words:
        out[-1].update(last)
    else:
        out.append({"index": index, "delta": {}, **last})
    return out


def _grown(draw: st.DrawFn, message: dict[str, Any]) -> list[dict[str, Any]]:
    """Give the deltas that make a message, its role apart."""
    out: list[dict[str, Any]] = []
    both = message.get("reasoning") and message.get("reasoning_content")
    for name in _WORDS:
        if both and name == "reasoning":
            # Two fields for the same words stand in one delta.
            out.append({k: message[k] for k in ("reasoning", "reasoning_content")})
        elif not (both and name == "reasoning_content"):
            out += [{name: piece} for piece in _pieces(draw, message.get(name))]
    out[:0] = [
        {"reasoning_details": [item]} for item in message.get("reasoning_details", ())
    ]
    if message.get("annotations"):
        out.append({"annotations": message["annotations"]})
    out += _heard(draw, message.get("audio"))
    calls = enumerate(message.get("tool_calls") or ())
    rows = [_called(draw, number, call) for number, call in calls]
    out += [{"tool_calls": [piece]} for piece in _mixed(draw, rows)]
    if "x_unknown" in message:
        out.append({"x_unknown": message["x_unknown"]})
    return out


def _mixed(draw: st.DrawFn, rows: list[list[Any]]) -> list[Any]:
    """Tell calls one after the other, or at the same time."""
    apart: bool = draw(flags)
    if apart or len(rows) < 2:
        return [piece for row in rows for piece in row]
    # All begin in their order; then any may go on.
    out: list[Any] = [row.pop(0) for row in rows]
    while any(rows):
        open_ = [row for row in rows if row]
        out.append(open_[draw(st.integers(0, len(open_) - 1))].pop(0))
    return out


def _pieces(draw: st.DrawFn, text: str | None) -> list[str]:
    """Cut a text into deltas; an empty one has none."""
    if not text:
        return []
    cut = draw(st.integers(0, len(text)))
    return [piece for piece in (text[:cut], text[cut:]) if piece]


def _heard(draw: st.DrawFn, audio: dict[str, Any] | None) -> list[dict[str, Any]]:
    """Tell spoken words: the sound and its transcript, and when it expires."""
    if audio is None:
        return []
    own = {"id": audio["id"]}
    out = [{**own, "data": audio["data"]}]
    out += [{**own, "transcript": t} for t in _pieces(draw, audio["transcript"])]
    out.append({**own, "expires_at": audio["expires_at"]})
    return [{"audio": piece} for piece in out]


def _called(draw: st.DrawFn, number: int, call: dict[str, Any]) -> list[dict[str, Any]]:
    """Tell one call: its first piece has the name, the others grow the text."""
    kind = call["type"]
    field = _BODIES[kind]
    pieces = _pieces(draw, call[kind][field])
    with_first: bool = draw(flags)
    begun = pieces.pop(0) if pieces and with_first else ""
    first = {**call, "index": number, kind: {**call[kind], field: begun}}
    return [first, *({"index": number, kind: {field: piece}} for piece in pieces)]
