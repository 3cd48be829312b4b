"""
Upstream answers on the wire of every dialect, written by hand, whole and streamed.

Nothing here uses our encoders: these are the other side.  An answer is a row of
`Think`, `Say` and `Call`; `wire` gives it as a dialect's server would send it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from itertools import zip_longest
from typing import Any, Literal

import attrs

__all__ = [
    "AM",
    "DIALECTS",
    "GG",
    "OC",
    "OR",
    "Call",
    "Finish",
    "Item",
    "Say",
    "Think",
    "Wire",
    "events",
    "named_sse",
    "plain_sse",
    "wire",
]

OC, OR = "openai-chat", "openai-responses"
AM, GG = "anthropic-messages", "gemini-generate"
DIALECTS = (OC, OR, AM, GG)

Finish = Literal["stop", "length", "stop_sequence", "tool_calls"]


@attrs.frozen
class Wire:
    """One answer in one dialect."""

    body: bytes
    """As a whole response."""
    pieces: tuple[bytes, ...]
    """As a stream, one event a piece."""


@attrs.frozen(init=False)
class _Grown:
    """Text that comes in fragments."""

    fragments: tuple[str, ...]

    @property
    def text(self) -> str:
        """All of it."""
        return "".join(self.fragments)


@attrs.frozen(init=False)
class Say(_Grown):
    """Words of the model."""

    def __init__(self, *fragments: str) -> None:
        self.__attrs_init__(fragments)


@attrs.frozen(init=False)
class Think(_Grown):
    """Reasoning, with what proves it (signature, encrypted content)."""

    proof: str | None = None

    def __init__(self, *fragments: str, proof: str | None = None) -> None:
        self.__attrs_init__(fragments, proof)


@attrs.frozen(init=False)
class Call(_Grown):
    """A call; its fragments are the arguments' text."""

    id: str | None = None
    """`None`: the wire has none (Gemini)."""
    name: str = ""

    def __init__(self, id_: str | None, name: str, *fragments: str) -> None:
        self.__attrs_init__(fragments, id_, name)


Item = Say | Think | Call


def _dumps(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def plain_sse(*payloads: Any, end: bytes = b"\n\n") -> tuple[bytes, ...]:
    """Events without names."""
    return tuple(b"data: " + _dumps(payload).encode() + end for payload in payloads)


def named_sse(*payloads: dict[str, Any]) -> tuple[bytes, ...]:
    """Events that repeat their type as a name."""
    return tuple(
        f"event: {payload['type']}\ndata: {_dumps(payload)}\n\n".encode()
        for payload in payloads
    )


def events(data: bytes) -> list[dict[str, Any]]:
    """Parse the JSON events of a stream; `[DONE]` is left out."""
    lines = data.decode().replace("\r\n", "\n").split("\n")
    return [json.loads(line[6:]) for line in lines if line.startswith("data: {")]


# --- openai-chat --------------------------------------------------------------------

_CHAT_USAGE = {
    "prompt_tokens": 100,
    "completion_tokens": 20,
    "total_tokens": 120,
    "prompt_tokens_details": {"cached_tokens": 60},
    "completion_tokens_details": {"reasoning_tokens": 5},
}


def _chat(items: list[Item], finish: Finish, id_: str) -> Wire:
    head = {"id": f"chatcmpl-{id_}", "created": 1700000000, "model": "m-1"}
    if not id_:
        del head["id"]
    reason = "stop" if finish == "stop_sequence" else finish
    says = [item for item in items if isinstance(item, Say)]
    calls = [item for item in items if isinstance(item, Call)]
    thinks = [item for item in items if isinstance(item, Think)]
    message: dict[str, Any] = {
        "role": "assistant",
        "content": "".join(say.text for say in says) if says else None,
    }
    if thinks:
        message["reasoning_content"] = "".join(think.text for think in thinks)
    if calls:
        message["tool_calls"] = [
            {
                "id": call.id,
                "type": "function",
                "function": {"name": call.name, "arguments": call.text},
            }
            for call in calls
        ]
    choice = {"index": 0, "message": message, "finish_reason": reason}
    body = {
        **head,
        "object": "chat.completion",
        "choices": [choice],
        "usage": _CHAT_USAGE,
    }

    def chunk(delta: dict[str, Any], finish: str | None = None) -> dict[str, Any]:
        choice = {"index": 0, "delta": delta, "finish_reason": finish}
        return {**head, "object": "chat.completion.chunk", "choices": [choice]}

    deltas: list[dict[str, Any]] = [{"role": "assistant", "content": ""}]
    deltas += [{"reasoning_content": t} for think in thinks for t in think.fragments]
    deltas += [{"content": text} for say in says for text in say.fragments]
    deltas += _chat_calls(calls)
    usage = {**chunk({}), "choices": [], "usage": _CHAT_USAGE}
    return Wire(
        _dumps(body).encode(),
        (
            *plain_sse(*map(chunk, deltas), chunk({}, reason), usage),
            b"data: [DONE]\n\n",
        ),
    )


def _chat_calls(calls: list[Call]) -> Iterable[dict[str, Any]]:
    """Interleave the calls' deltas, which a sequential dialect cannot say."""
    for number, fragments in enumerate(
        zip_longest(*(call.fragments or ("",) for call in calls))
    ):
        for index, (call, text) in enumerate(zip(calls, fragments, strict=True)):
            if text is None:
                continue
            delta: dict[str, Any] = {"index": index, "function": {"arguments": text}}
            if number == 0:
                delta |= {"id": call.id, "type": "function"}
                delta["function"]["name"] = call.name
            yield {"tool_calls": [delta]}


# --- anthropic-messages -------------------------------------------------------------

_MESSAGE_USAGE = {
    "input_tokens": 30,
    "cache_read_input_tokens": 60,
    "cache_creation_input_tokens": 10,
    "output_tokens": 20,
}


def _messages(items: list[Item], finish: Finish, id_: str) -> Wire:
    head = {
        "id": f"msg_{id_}",
        "type": "message",
        "role": "assistant",
        "model": "m-1",
    }
    end = {
        "stop_reason": {
            "stop": "end_turn",
            "length": "max_tokens",
            "stop_sequence": "stop_sequence",
            "tool_calls": "tool_use",
        }[finish],
        "stop_sequence": "ny" if finish == "stop_sequence" else None,
    }
    blocks, stream = [], []
    for index, item in enumerate(items):
        whole, header, deltas = _block(item)
        blocks.append(whole)
        start = {"type": "content_block_start", "content_block": header}
        stream += [
            {**event, "index": index}
            for event in (
                start,
                *({"type": "content_block_delta", "delta": d} for d in deltas),
                {"type": "content_block_stop"},
            )
        ]
    body = {**head, "content": blocks, **end, "usage": _MESSAGE_USAGE}
    opening = {
        **head,
        "content": [],
        "stop_reason": None,
        "stop_sequence": None,
        "usage": {**_MESSAGE_USAGE, "output_tokens": 1},
    }
    return Wire(
        _dumps(body).encode(),
        named_sse(
            {"type": "message_start", "message": opening},
            *stream,
            {"type": "message_delta", "delta": end, "usage": {"output_tokens": 20}},
            {"type": "message_stop"},
        ),
    )


def _block(item: Item) -> tuple[dict[str, Any], dict[str, Any], list[dict[str, Any]]]:
    """Give a block: whole, its header, its deltas."""
    if isinstance(item, Say):
        return (
            {"type": "text", "text": item.text},
            {"type": "text", "text": ""},
            [{"type": "text_delta", "text": text} for text in item.fragments],
        )
    if isinstance(item, Call):
        header = {"type": "tool_use", "id": item.id, "name": item.name, "input": {}}
        return (
            {**header, "input": json.loads(item.text or "{}")},
            header,
            [
                {"type": "input_json_delta", "partial_json": text}
                for text in item.fragments
            ],
        )
    proof = item.proof or ""
    deltas = [{"type": "thinking_delta", "thinking": text} for text in item.fragments]
    return (
        {"type": "thinking", "thinking": item.text, "signature": proof},
        {"type": "thinking", "thinking": "", "signature": ""},
        [*deltas, {"type": "signature_delta", "signature": proof}],
    )


# --- gemini-generate ----------------------------------------------------------------

_GEMINI_USAGE = {
    "promptTokenCount": 100,
    "cachedContentTokenCount": 60,
    "candidatesTokenCount": 15,
    "thoughtsTokenCount": 5,
    "totalTokenCount": 120,
}


def _gemini(items: list[Item], finish: Finish, id_: str) -> Wire:
    reason = "MAX_TOKENS" if finish == "length" else "STOP"
    # The first call carries the proof of what was thought before it.
    proof = next((i.proof for i in items if isinstance(i, Think)), None)
    parts: list[dict[str, Any]] = []
    pieces: list[dict[str, Any]] = []
    for item in items:
        if isinstance(item, Call):
            part = _gemini_call(item)
            if proof is not None:
                part["thoughtSignature"], proof = proof, None
            parts.append(part)
            pieces.append(part)
            continue
        rest = {"thought": True} if isinstance(item, Think) else {}
        parts.append({"text": item.text, **rest})
        pieces += [{"text": text, **rest} for text in item.fragments]
    if proof is not None and parts:
        # Without a call it stands on the last part, in streams on an empty text.
        parts[-1]["thoughtSignature"] = proof
        pieces.append({"text": "", "thoughtSignature": proof})

    def chunk(parts: list[Any], finish: str | None = None) -> dict[str, Any]:
        candidate: dict[str, Any] = {"content": {"role": "model", "parts": parts}}
        if finish is not None:
            candidate["finishReason"] = finish
        return {
            "candidates": [{**candidate, "index": 0}],
            "usageMetadata": _GEMINI_USAGE,
            "modelVersion": "m-1",
            **({"responseId": id_} if id_ else {}),
        }

    *early, last = pieces
    chunks = [*(chunk([piece]) for piece in early), chunk([last], reason)]
    return Wire(
        _dumps(chunk(parts, reason)).encode(), plain_sse(*chunks, end=b"\r\n\r\n")
    )


def _gemini_call(item: Call) -> dict[str, Any]:
    call: dict[str, Any] = {"name": item.name}
    if item.text:
        call["args"] = json.loads(item.text)
    if item.id is not None:
        call["id"] = item.id
    return {"functionCall": call}


# --- openai-responses ---------------------------------------------------------------

_RESPONSE_USAGE = {
    "input_tokens": 100,
    "input_tokens_details": {"cached_tokens": 60, "cache_write_tokens": 0},
    "output_tokens": 20,
    "output_tokens_details": {"reasoning_tokens": 5},
    "total_tokens": 120,
}


def _responses(items: list[Item], finish: Finish, id_: str) -> Wire:
    head: dict[str, Any] = {
        "id": f"resp_{id_}",
        "object": "response",
        "created_at": 1700000000,
        "model": "m-1",
        "error": None,
        "incomplete_details": None,
        "instructions": None,
        "metadata": {},
        "parallel_tool_calls": True,
        "temperature": 1.0,
        "top_p": 1.0,
        "tool_choice": "auto",
        "tools": [],
    }
    output: list[dict[str, Any]] = []
    stream: list[dict[str, Any]] = []
    for index, item in enumerate(items):
        whole, opened, inner = _ITEMS[type(item)](item, f"{id_}_{index}")
        output.append(whole)
        where = {"output_index": index}
        stream += [
            {"type": "response.output_item.added", **where, "item": opened},
            *({**event, **where, "item_id": whole["id"]} for event in inner),
            {"type": "response.output_item.done", **where, "item": whole},
        ]
    end = {**head, "status": "completed", "output": output, "usage": _RESPONSE_USAGE}
    if finish == "length":
        end |= {
            "status": "incomplete",
            "incomplete_details": {"reason": "max_output_tokens"},
        }
    begun = {**head, "status": "in_progress", "output": [], "usage": None}
    all_events = [
        {"type": "response.created", "response": begun},
        {"type": "response.in_progress", "response": begun},
        *stream,
        {"type": f"response.{end['status']}", "response": end},
    ]
    numbered = [{**e, "sequence_number": n} for n, e in enumerate(all_events)]
    return Wire(_dumps(end).encode(), named_sse(*numbered))


_Parts = tuple[dict[str, Any], dict[str, Any], list[dict[str, Any]]]


def _message_item(item: Say, id_: str) -> _Parts:
    head = {"id": f"msg_{id_}", "type": "message", "role": "assistant"}
    part = {"type": "output_text", "annotations": [], "logprobs": []}
    text = {**part, "text": item.text}
    at = {"content_index": 0}
    return (
        {**head, "status": "completed", "content": [text]},
        {**head, "status": "in_progress", "content": []},
        [
            {"type": "response.content_part.added", **at, "part": {**part, "text": ""}},
            *(
                {"type": "response.output_text.delta", **at, "delta": t, "logprobs": []}
                for t in item.fragments
            ),
            {
                "type": "response.output_text.done",
                **at,
                "text": item.text,
                "logprobs": [],
            },
            {"type": "response.content_part.done", **at, "part": text},
        ],
    )


def _reasoning_item(item: Think, id_: str) -> _Parts:
    head = {"id": f"rs_{id_}", "type": "reasoning"}
    proof = {} if item.proof is None else {"encrypted_content": item.proof}
    empty = {"type": "summary_text", "text": ""}
    text = {"type": "summary_text", "text": item.text}
    name = "response.reasoning_summary"
    at = {"summary_index": 0}
    return (
        {**head, "summary": [text], **proof},
        {**head, "summary": []},
        [
            {"type": f"{name}_part.added", **at, "part": empty},
            *({"type": f"{name}_text.delta", **at, "delta": t} for t in item.fragments),
            {"type": f"{name}_text.done", **at, "text": item.text},
            {"type": f"{name}_part.done", **at, "part": text},
        ],
    )


def _call_item(item: Call, id_: str) -> _Parts:
    head = {
        "id": f"fc_{id_}",
        "type": "function_call",
        "call_id": item.id,
        "name": item.name,
    }
    name = "response.function_call_arguments"
    return (
        {**head, "status": "completed", "arguments": item.text},
        {**head, "status": "in_progress", "arguments": ""},
        [
            *({"type": f"{name}.delta", "delta": text} for text in item.fragments),
            {"type": f"{name}.done", "arguments": item.text},
        ],
    )


_ITEMS: dict[type, Callable[[Any, str], _Parts]] = {
    Say: _message_item,
    Think: _reasoning_item,
    Call: _call_item,
}


_WIRES: dict[str, Callable[[list[Item], Finish, str], Wire]] = {
    OC: _chat,
    OR: _responses,
    AM: _messages,
    GG: _gemini,
}


def wire(
    dialect: str, *items: Item, finish: Finish | None = None, id_: str = "1"
) -> Wire:
    """
    Give an answer as a server of *dialect* sends it.

    *finish* is by default what the last item says; *id_* stands in every id of the
    answer itself (its calls have their own); where it is empty, a chat completion
    and a Gemini answer have none.
    """
    calls = any(isinstance(item, Call) for item in items)
    return _WIRES[dialect](
        list(items), finish or ("tool_calls" if calls else "stop"), id_
    )
