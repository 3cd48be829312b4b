"""What the anthropic package sees of a message."""

from __future__ import annotations

import json
from typing import Any

import pytest
from tests.clients._seen_value import MODEL, QUESTION, Seen

__all__ = ["ASK", "READERS", "until_error"]

ASK: list[Any] = [{"role": "user", "content": QUESTION}]


def _usage(usage: Any) -> tuple[int | None, ...]:
    return (
        usage.input_tokens,
        usage.output_tokens,
        usage.cache_read_input_tokens,
        usage.cache_creation_input_tokens,
    )


def _seen(message: Any) -> Seen:
    blocks = message.content
    return Seen(
        text="".join(b.text for b in blocks if b.type == "text"),
        thinking=tuple(
            (b.thinking, b.signature) for b in blocks if b.type == "thinking"
        ),
        calls=tuple((b.id, b.name, b.input) for b in blocks if b.type == "tool_use"),
        finish=message.stop_reason,
        usage=_usage(message.usage),
    )


def plain(client: Any) -> Seen:
    return _seen(client.messages.create(model=MODEL, messages=ASK, max_tokens=1000))


def helper(client: Any) -> Seen:
    with client.messages.stream(model=MODEL, messages=ASK, max_tokens=1000) as stream:
        return _seen(stream.get_final_message())


def raw(client: Any) -> Seen:
    blocks: dict[int, dict[str, str]] = {}
    finish, usage = None, {}
    with client.messages.create(
        model=MODEL, messages=ASK, max_tokens=1000, stream=True
    ) as stream:
        for event in stream:
            if event.type == "message_start":
                usage.update(event.message.usage.to_dict())
            elif event.type == "content_block_start":
                block = event.content_block
                blocks[event.index] = {
                    "type": block.type,
                    "id": getattr(block, "id", ""),
                    "name": getattr(block, "name", ""),
                    "grown": "",
                    "signature": "",
                }
            elif event.type == "content_block_delta":
                _grow(blocks[event.index], event.delta)
            elif event.type == "message_delta":
                finish = event.delta.stop_reason or finish
                usage.update(
                    {k: v for k, v in event.usage.to_dict().items() if v is not None}
                )
    found = list(blocks.values())
    return Seen(
        text="".join(b["grown"] for b in found if b["type"] == "text"),
        thinking=tuple(
            (b["grown"], b["signature"]) for b in found if b["type"] == "thinking"
        ),
        calls=tuple(
            (b["id"], b["name"], json.loads(b["grown"] or "{}"))
            for b in found
            if b["type"] == "tool_use"
        ),
        finish=finish,
        usage=(
            usage.get("input_tokens"),
            usage.get("output_tokens"),
            usage.get("cache_read_input_tokens"),
            usage.get("cache_creation_input_tokens"),
        ),
    )


def _grow(block: dict[str, str], delta: Any) -> None:
    if delta.type == "signature_delta":
        block["signature"] = delta.signature
    else:
        field = {"text_delta": "text", "thinking_delta": "thinking"}
        block["grown"] += getattr(delta, field.get(delta.type, "partial_json"))


READERS = {"plain": plain, "raw": raw, "helper": helper}


def until_error(client: Any) -> tuple[str, Exception]:
    import anthropic

    text = []

    def read() -> None:
        with client.messages.create(
            model=MODEL, messages=ASK, max_tokens=10, stream=True
        ) as stream:
            for event in stream:
                assert event.type not in ("message_delta", "message_stop")
                if event.type == "content_block_delta":
                    text.append(event.delta.text)

    with pytest.raises(anthropic.APIError) as caught:
        read()
    return "".join(text), caught.value
