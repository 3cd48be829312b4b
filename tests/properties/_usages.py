"""
Usage as every dialect writes it: answers that hold it, and what servers send.
"""

from __future__ import annotations

import json
from typing import Any

from hypothesis import strategies as st

from modelwire import codecs
from modelwire.codecs import COLLECT
from modelwire.ir import (
    Accumulator,
    ChatResponse,
    Choice,
    Finish,
    Message,
    TextPart,
    Usage,
)

__all__ = [
    "GEMINI",
    "PAIRS",
    "VENDOR",
    "answer",
    "decode",
    "folded",
    "response",
    "usage_object",
    "without_nulls",
    "write",
]

PAIRS = [(a, b) for a in codecs.DIALECTS for b in codecs.DIALECTS]
GEMINI = "gemini-generate"


# --- answers that hold a usage object -----------------------------------------------


def answer(dialect: str, usage: dict[str, Any]) -> bytes:
    """Give a whole answer of *dialect* with *usage* in it."""
    body: dict[str, Any]
    if dialect == "openai-chat":
        message = {"role": "assistant", "content": "a"}
        choice = {"index": 0, "message": message, "finish_reason": "stop"}
        body = {"id": "i", "object": "chat.completion", "choices": [choice]}
        body |= {"created": 1, "model": "m", "usage": usage}
    elif dialect == "openai-responses":
        body = {"id": "i", "object": "response", "status": "completed", "model": "m"}
        body |= {"created_at": 1, "output": [], "usage": usage}
    elif dialect == "anthropic-messages":
        body = {"id": "i", "type": "message", "role": "assistant", "model": "m"}
        body |= {"content": [], "stop_reason": "end_turn", "usage": usage}
    else:
        content = {"role": "model", "parts": [{"text": "a"}]}
        candidate = {"content": content, "finishReason": "STOP", "index": 0}
        body = {"candidates": [candidate], "responseId": "i", "usageMetadata": usage}
    return json.dumps(body).encode()


def usage_object(dialect: str, body: bytes) -> dict[str, Any]:
    """Give the usage object of a whole answer."""
    found = json.loads(body)["usageMetadata" if dialect == GEMINI else "usage"]
    assert isinstance(found, dict)
    return found


def decode(dialect: str, usage: dict[str, Any]) -> Usage:
    """Read a usage object as its dialect does."""
    found = codecs.get(dialect).decode_response(answer(dialect, usage)).usage
    assert found is not None
    return found


def response(usage: Usage | None) -> ChatResponse:
    """Give an answer with *usage*."""
    message = Message(role="assistant", parts=(TextPart(text="a"),))
    choice = Choice(index=0, message=message, finish=Finish(kind="stop"))
    return ChatResponse(id="i", model="m", created=1, choices=(choice,), usage=usage)


def write(dialect: str, usage: Usage) -> tuple[dict[str, Any], Any]:
    """Write usage as *dialect* does, and give its losses."""
    codec = codecs.get(dialect)
    encoded = codec.encode_response(response(usage), on_loss=COLLECT)
    return usage_object(dialect, encoded.body), encoded.losses


def without_nulls(value: Any) -> Any:
    """Leave out what is null, and what is empty for it: both say nothing."""
    if not isinstance(value, dict):
        return value
    kept = {k: without_nulls(v) for k, v in value.items()}
    return {k: v for k, v in kept.items() if v is not None and v != {}}


def folded(dialect: str, body: bytes) -> ChatResponse:
    """Fold a stream."""
    decoder = codecs.get(dialect).stream_decoder()
    accumulator = Accumulator()
    accumulator.feed_all([*decoder.feed(body), *decoder.close()])
    return accumulator.response


# --- generated ----------------------------------------------------------------------

counts = st.integers(0, 5000)


@st.composite
def chat_usages(draw: st.DrawFn) -> dict[str, Any]:
    """Draw what `openai-chat` servers send; xAI counts reasoning beside the output."""
    prompt, completion = draw(counts), draw(counts)
    beside = draw(st.booleans())
    reasoning = draw(st.integers(1, 5000) if beside else st.integers(0, completion))
    usage = {"prompt_tokens": prompt, "completion_tokens": completion}
    usage["total_tokens"] = prompt + completion + (reasoning if beside else 0)
    details: dict[str, Any] = {}
    read = draw(st.integers(0, prompt))
    for name, most in (
        ("cached_tokens", read),
        ("cache_write_tokens", prompt - read),
        ("audio_tokens", prompt),
        ("image_tokens", prompt),
    ):
        if draw(st.booleans()):
            details[name] = draw(st.integers(0, most))
    more: dict[str, Any] = {}
    if beside or draw(st.booleans()):
        more["reasoning_tokens"] = reasoning
    for name in ("audio_tokens", "accepted_prediction_tokens"):
        if draw(st.booleans()):
            more[name] = draw(st.integers(0, completion))
    if details:
        usage["prompt_tokens_details"] = details  # type: ignore[assignment]
    if more:
        usage["completion_tokens_details"] = more  # type: ignore[assignment]
    return usage


@st.composite
def responses_usages(draw: st.DrawFn) -> dict[str, Any]:
    """Draw what `openai-responses` servers send; some leave details out."""
    into, out = draw(counts), draw(counts)
    read = draw(st.integers(0, into))
    usage: dict[str, Any] = {"input_tokens": into, "output_tokens": out}
    usage["total_tokens"] = into + out
    details = {}
    if draw(st.booleans()):
        details["cached_tokens"] = read
    if draw(st.booleans()):
        details["cache_write_tokens"] = draw(st.integers(0, into - read))
    if details:
        usage["input_tokens_details"] = details
    if draw(st.booleans()):
        reasoning = draw(st.integers(0, out))
        usage["output_tokens_details"] = {"reasoning_tokens": reasoning}
    return usage


@st.composite
def messages_usages(draw: st.DrawFn) -> dict[str, Any]:
    """Draw what `anthropic-messages` servers send: three counts that are disjoint."""
    out = draw(counts)
    usage: dict[str, Any] = {"input_tokens": draw(counts), "output_tokens": out}
    if draw(st.booleans()):
        short, long = draw(counts), draw(counts)
        usage["cache_creation_input_tokens"] = short + long
        if draw(st.booleans()):
            usage["cache_creation"] = {
                "ephemeral_5m_input_tokens": short,
                "ephemeral_1h_input_tokens": long,
            }
    if draw(st.booleans()):
        usage["cache_read_input_tokens"] = draw(counts)
    if draw(st.booleans()):
        thinking = draw(st.integers(0, out))
        usage["output_tokens_details"] = {"thinking_tokens": thinking}
    if draw(st.booleans()):
        usage["server_tool_use"] = {"web_search_requests": draw(st.integers(0, 9))}
    return usage


@st.composite
def gemini_usages(draw: st.DrawFn) -> dict[str, Any]:
    """Draw what `gemini-generate` servers send: four counts and their sum."""
    usage: dict[str, Any] = {}
    for name in (
        "promptTokenCount",
        "candidatesTokenCount",
        "thoughtsTokenCount",
        "toolUsePromptTokenCount",
    ):
        if draw(st.integers(0, 3)):
            usage[name] = draw(counts)
    total = sum(usage.values())
    prompt = usage.get("promptTokenCount", 0)
    if prompt and draw(st.booleans()):
        usage["cachedContentTokenCount"] = draw(st.integers(0, prompt))
    if draw(st.booleans()):
        words = draw(st.sets(st.sampled_from(("AUDIO", "IMAGE", "TEXT")), min_size=1))
        usage["promptTokensDetails"] = [
            {"modality": word, "tokenCount": draw(counts)} for word in sorted(words)
        ]
    usage["totalTokenCount"] = total
    return usage


VENDOR = {
    "openai-chat": chat_usages(),
    "openai-responses": responses_usages(),
    "anthropic-messages": messages_usages(),
    "gemini-generate": gemini_usages(),
}
