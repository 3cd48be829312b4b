"""
What a real client saw, in one small value, whichever way it read the answer.

One function per way of reading: the plain call, the raw stream, and the SDK's own
accumulating helper.  All of one client must see the same.
"""

from __future__ import annotations

import json
from typing import Any

import attrs

__all__ = [
    "ANTHROPIC_READERS",
    "OPENAI_READERS",
    "Seen",
    "anthropic_plain",
    "openai_plain",
]

MODEL = "m"
ASK: list[Any] = [{"role": "user", "content": "What is the weather?"}]


@attrs.frozen(kw_only=True)
class Seen:
    """The answer as the client understood it."""

    text: str = ""
    thinking: tuple[tuple[str, str], ...] = ()
    """Text and signature."""
    calls: tuple[tuple[str, str, Any], ...] = ()
    """Id, name and parsed arguments."""
    finish: str | None = None
    usage: tuple[int | None, ...] = ()
    """OpenAI: prompt, completion, cached, reasoning; Anthropic: input, output, read,
    written."""


# --- openai -------------------------------------------------------------------------


def _openai_usage(usage: Any) -> tuple[int | None, ...]:
    if usage is None:
        return ()
    prompt, completion = usage.prompt_tokens_details, usage.completion_tokens_details
    return (
        usage.prompt_tokens,
        usage.completion_tokens,
        None if prompt is None else prompt.cached_tokens,
        None if completion is None else completion.reasoning_tokens,
    )


def _openai_seen(completion: Any) -> Seen:
    choice = completion.choices[0]
    message = choice.message
    reasoning = getattr(message, "reasoning_content", None)
    return Seen(
        text=message.content or "",
        thinking=((reasoning, ""),) if reasoning else (),
        calls=tuple(
            (call.id, call.function.name, json.loads(call.function.arguments or "{}"))
            for call in message.tool_calls or ()
        ),
        finish=choice.finish_reason,
        usage=_openai_usage(completion.usage),
    )


def openai_plain(client: Any) -> Seen:
    return _openai_seen(client.chat.completions.create(model=MODEL, messages=ASK))


def openai_helper(client: Any) -> Seen:
    with client.chat.completions.stream(
        model=MODEL, messages=ASK, stream_options={"include_usage": True}
    ) as stream:
        return _openai_seen(_final(stream))


def _final(stream: Any) -> Any:
    # The helper raises for two finish reasons, with the completion on the error.
    import openai

    try:
        return stream.get_final_completion()
    except (
        openai.LengthFinishReasonError,
        openai.ContentFilterFinishReasonError,
    ) as error:
        return error.completion


def openai_raw(client: Any) -> Seen:
    text, reasoning, finish, usage = "", "", None, None
    calls: dict[int, list[str]] = {}
    with client.chat.completions.create(
        model=MODEL,
        messages=ASK,
        stream=True,
        stream_options={"include_usage": True},
    ) as stream:
        for chunk in stream:
            usage = chunk.usage or usage
            for choice in chunk.choices:
                text += choice.delta.content or ""
                reasoning += getattr(choice.delta, "reasoning_content", None) or ""
                finish = choice.finish_reason or finish
                for call in choice.delta.tool_calls or ():
                    known = calls.setdefault(call.index, ["", "", ""])
                    known[0] += call.id or ""
                    known[1] += call.function.name or ""
                    known[2] += call.function.arguments or ""
    return Seen(
        text=text,
        thinking=((reasoning, ""),) if reasoning else (),
        calls=tuple((id_, n, json.loads(a or "{}")) for id_, n, a in calls.values()),
        finish=finish,
        usage=_openai_usage(usage),
    )


# --- anthropic ----------------------------------------------------------------------


def _anthropic_usage(usage: Any) -> tuple[int | None, ...]:
    return (
        usage.input_tokens,
        usage.output_tokens,
        usage.cache_read_input_tokens,
        usage.cache_creation_input_tokens,
    )


def _anthropic_seen(message: Any) -> Seen:
    blocks = message.content
    return Seen(
        text="".join(b.text for b in blocks if b.type == "text"),
        thinking=tuple(
            (b.thinking, b.signature) for b in blocks if b.type == "thinking"
        ),
        calls=tuple((b.id, b.name, b.input) for b in blocks if b.type == "tool_use"),
        finish=message.stop_reason,
        usage=_anthropic_usage(message.usage),
    )


def anthropic_plain(client: Any) -> Seen:
    return _anthropic_seen(
        client.messages.create(model=MODEL, messages=ASK, max_tokens=1000)
    )


def anthropic_helper(client: Any) -> Seen:
    with client.messages.stream(model=MODEL, messages=ASK, max_tokens=1000) as stream:
        return _anthropic_seen(stream.get_final_message())


def anthropic_raw(client: Any) -> Seen:
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


OPENAI_READERS = {"plain": openai_plain, "raw": openai_raw, "helper": openai_helper}
ANTHROPIC_READERS = {
    "plain": anthropic_plain,
    "raw": anthropic_raw,
    "helper": anthropic_helper,
}
