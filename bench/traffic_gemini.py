"""Traffic of gemini-generate: a stream, an answer, a request, with Google's fields."""

from __future__ import annotations

import json
from typing import Any

from traffic import (
    DESCRIPTION,
    IMAGES,
    Size,
    arguments,
    dumped,
    event,
    image,
    schema,
    text,
    turns,
    word,
)

__all__ = ["request", "response", "stream"]

_MODEL = "gemini-2.5-flash"
_SIGNATURE = "CikB0e2Kb5uX" * 20


def _chunk(
    parts: list[dict[str, Any]], output: int, finish: str | None = None
) -> dict[str, Any]:
    candidate: dict[str, Any] = {"content": {"parts": parts, "role": "model"}}
    if finish is not None:
        candidate["finishReason"] = finish
    return {
        "candidates": [{**candidate, "index": 0}],
        "usageMetadata": {
            "promptTokenCount": 1024,
            "candidatesTokenCount": output,
            "totalTokenCount": 1280 + output,
            "promptTokensDetails": [{"modality": "TEXT", "tokenCount": 1024}],
            "thoughtsTokenCount": 256,
        },
        "modelVersion": _MODEL,
        "responseId": "l9cEarvcAfjC7_UPtZea-Aw",
    }


def _call(number: int, words: int) -> dict[str, Any]:
    call = {"name": f"tool_{number}", "args": json.loads(arguments(words))}
    return {"functionCall": call, "thoughtSignature": _SIGNATURE}


def stream(count: int = 2000) -> list[bytes]:
    """A stream of *count* events: thoughts, text, and calls, which come whole."""
    thoughts, calls = count // 4, count // 50
    texts = count - thoughts - calls - 1
    found = [
        _chunk([{"text": word(number), "thought": True}], 0)
        for number in range(thoughts)
    ]
    found += [_chunk([{"text": word(number)}], number) for number in range(texts)]
    found += [_chunk([_call(number, 20)], texts) for number in range(calls)]
    found.append(_chunk([{"text": ""}], texts + calls, "STOP"))
    return [event(chunk, named=False) for chunk in found]


def response(words: int = 800, calls: int = 2) -> bytes:
    """An answer: a thought, text and calls."""
    parts = [
        {"text": text(words // 4), "thought": True},
        {"text": text(words), "thoughtSignature": _SIGNATURE},
    ]
    parts += [_call(number, 200) for number in range(calls)]
    return dumped(_chunk(parts, 900, "STOP"))


def _turn(number: int, words: int, args: int) -> list[dict[str, Any]]:
    said = text(words, number)
    name = f"tool_{number % 40}"
    call = {"name": name, "args": json.loads(arguments(args))}
    answer = {"name": name, "response": {"output": said}}
    return [
        {"role": "user", "parts": [{"text": said}]},
        {"role": "model", "parts": [{"text": said}, {"functionCall": call}]},
        {"role": "user", "parts": [{"functionResponse": answer}]},
        {"role": "model", "parts": [{"text": said}]},
    ]


def request(size: Size) -> bytes:
    """A request: an agent's history, its tools, perhaps four images."""
    contents = turns(size, _turn)
    if size.image_bytes:
        data = {"mimeType": "image/png", "data": image(size.image_bytes)}
        contents.append({"role": "user", "parts": [{"inlineData": data}] * IMAGES})
    declared = [
        {
            "name": f"tool_{number}",
            "description": DESCRIPTION,
            "parametersJsonSchema": schema(size.fields),
        }
        for number in range(size.tools)
    ]
    body = {
        "systemInstruction": {"parts": [{"text": "Be brief."}]},
        "contents": contents,
        "tools": [{"functionDeclarations": declared}],
        "generationConfig": {"temperature": 0.2, "maxOutputTokens": 4096},
    }
    return dumped(body)
