"""Streams of any length in every dialect, made piece by piece so that none is held."""

from __future__ import annotations

import json

READ = 16 * 1024

OC, OR, AM, GG = (
    "openai-chat",
    "openai-responses",
    "anthropic-messages",
    "gemini-generate",
)
DIALECTS = (OC, OR, AM, GG)

WORDS = "and every word of it costs a whole event "


def line(data, *, named=False):
    head = f"event: {data['type']}\n" if named else ""
    return f"{head}data: {json.dumps(data)}\n\n".encode()


def chat(delta, finish=None):
    return line(
        {
            "id": "chatcmpl-1",
            "object": "chat.completion.chunk",
            "created": 1,
            "model": "m",
            "choices": [{"index": 0, "delta": delta, "finish_reason": finish}],
        }
    )


def anthropic(type_, **fields):
    return line({"type": type_, **fields}, named=True)


def responses(type_, **fields):
    return line({"type": f"response.{type_}", **fields}, named=True)


def gemini(*parts, finish=None):
    candidate = {"content": {"role": "model", "parts": list(parts)}, "index": 0}
    if finish:
        candidate["finishReason"] = finish
    return line({"candidates": [candidate], "responseId": "r", "modelVersion": "m"})


def _message(text, status):
    return {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "status": status,
        "content": [{"type": "output_text", "text": text, "annotations": []}]
        if text
        else [],
    }


def _response(status, *output):
    return {
        "id": "resp_1",
        "object": "response",
        "created_at": 1,
        "model": "m",
        "status": status,
        "output": list(output),
    }


PLACE = {"item_id": "msg_1", "output_index": 0, "content_index": 0}


def text_stream(dialect):
    """The head, one delta, and the tail of a stream of text."""
    if dialect == OC:
        return (
            chat({"role": "assistant", "content": ""}),
            chat({"content": WORDS}),
            chat({}, "stop") + b"data: [DONE]\n\n",
        )
    if dialect == AM:
        message = {
            "id": "msg_1",
            "type": "message",
            "role": "assistant",
            "model": "m",
            "content": [],
            "usage": {"input_tokens": 1, "output_tokens": 1},
        }
        block = {"type": "text", "text": ""}
        return (
            anthropic("message_start", message=message)
            + anthropic("content_block_start", index=0, content_block=block),
            anthropic(
                "content_block_delta",
                index=0,
                delta={"type": "text_delta", "text": WORDS},
            ),
            anthropic("content_block_stop", index=0)
            + anthropic(
                "message_delta",
                delta={"stop_reason": "end_turn", "stop_sequence": None},
                usage={"output_tokens": 9},
            )
            + anthropic("message_stop"),
        )
    if dialect == OR:
        part = {"type": "output_text", "text": "", "annotations": []}
        return (
            responses("created", response=_response("in_progress"))
            + responses(
                "output_item.added", output_index=0, item=_message("", "in_progress")
            )
            + responses("content_part.added", **PLACE, part=part),
            responses("output_text.delta", **PLACE, delta=WORDS),
            # Ends that repeat nothing, as ChatGPT's own backend sends them.
            responses("completed", response=_response("completed")),
        )
    return (b"", gemini({"text": WORDS}), gemini({"text": ""}, finish="STOP"))


def reads(dialect, size):
    """A stream of about *size* bytes, read by read."""
    head, delta, tail = text_stream(dialect)
    read = delta * max(1, READ // len(delta))
    yield head
    for _ in range(max(1, size // len(read))):
        yield read
    yield tail
