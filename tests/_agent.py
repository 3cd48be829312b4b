"""
An agent's side of a conversation with tools, in every client dialect, without a codec.

It replays an answer as real clients do: it takes the message (content, content blocks,
output items) that came off the wire and puts it back into the history as it is, with
the results behind it.  And it reads an upstream's request as a server would.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import attrs
from tests._wires import AM, GG, OC, OR, events

__all__ = ["Asked", "Result", "asked", "calls_of", "extend", "fold"]

JSON = dict[str, Any]


def dumps(value: Any) -> str:
    """Write JSON as clients do that keep non-ASCII text."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


@attrs.frozen(kw_only=True)
class Result:
    """What a tool gave; every dialect says of it what it can."""

    call_id: str | None
    name: str
    text: str
    image: str | None = None
    """A PNG, base64."""
    error: bool = False


# --- the answer, read by the client -------------------------------------------------


def calls_of(dialect: str, answer: JSON) -> list[tuple[str | None, str, str]]:
    """Give id, name and arguments (as text) of an answer's calls."""
    if dialect == OC:
        found = answer["choices"][0]["message"].get("tool_calls") or ()
        return [
            (c["id"], c["function"]["name"], c["function"]["arguments"]) for c in found
        ]
    if dialect == OR:
        return [
            (item["call_id"], item["name"], item["arguments"])
            for item in answer["output"]
            if item["type"] == "function_call"
        ]
    if dialect == AM:
        return [
            (block["id"], block["name"], dumps(block["input"]))
            for block in answer["content"]
            if block["type"] == "tool_use"
        ]
    parts = [
        part for found in answer["candidates"] for part in found["content"]["parts"]
    ]
    return [
        (call.get("id"), call["name"], dumps(call.get("args") or {}))
        for call in (part.get("functionCall") for part in parts)
        if call is not None
    ]


def _fold_chat(data: bytes) -> JSON:
    message: JSON = {"role": "assistant", "content": None}
    calls: dict[int, JSON] = {}
    for event in events(data):
        for choice in event["choices"]:
            delta = choice["delta"]
            for field in ("content", "reasoning_content"):
                if delta.get(field):
                    message[field] = (message.get(field) or "") + delta[field]
            for call in delta.get("tool_calls") or ():
                if call["index"] in calls:
                    known = calls[call["index"]]["function"]
                    known["arguments"] += call["function"]["arguments"]
                else:
                    rest = {k: v for k, v in call.items() if k != "index"}
                    calls[call["index"]] = rest
    if calls:
        message["tool_calls"] = list(calls.values())
    return {"choices": [{"message": message}]}


def _fold_messages(data: bytes) -> JSON:
    blocks: list[JSON] = []
    for event in events(data):
        if event["type"] == "content_block_start":
            blocks.append({**event["content_block"], "_json": ""})
        elif event["type"] == "content_block_delta":
            block, delta = blocks[event["index"]], event["delta"]
            for field in ("text", "thinking"):
                if field in delta:
                    block[field] += delta[field]
            block["_json"] += delta.get("partial_json", "")
            if "signature" in delta:
                block["signature"] = delta["signature"]
        elif event["type"] == "error":
            raise AssertionError(event)
    for block in blocks:
        text = block.pop("_json")
        if block["type"] == "tool_use":
            block["input"] = json.loads(text or "{}")
    return {"content": blocks}


def _fold_gemini(data: bytes) -> JSON:
    """Keep each event's content on its own, as google-genai's chats do."""
    contents = [
        candidate["content"]
        for event in events(data)
        for candidate in event.get("candidates", ())
        if candidate.get("content")
    ]
    return {"candidates": [{"content": content} for content in contents]}


def _fold_responses(data: bytes) -> JSON:
    last = events(data)[-1]
    assert last["type"] == "response.completed"
    answer: JSON = last["response"]
    return answer


_FOLDS: dict[str, Callable[[bytes], JSON]] = {
    OC: _fold_chat,
    OR: _fold_responses,
    AM: _fold_messages,
    GG: _fold_gemini,
}


def fold(dialect: str, data: bytes) -> JSON:
    """Assemble a stream to what a client replays of it."""
    return _FOLDS[dialect](data)


# --- the history, written by the client ---------------------------------------------


def _chat_results(results: list[Result]) -> list[JSON]:
    """Give the tool messages; images are the user's, a tool message holds text."""
    said: list[JSON] = [
        {"role": "tool", "tool_call_id": result.call_id, "content": result.text}
        for result in results
    ]
    shown = [
        {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{r.image}"}}
        for r in results
        if r.image is not None
    ]
    return [*said, {"role": "user", "content": shown}] if shown else said


def _response_result(result: Result) -> JSON:
    output: Any = result.text
    if result.image is not None:
        url = f"data:image/png;base64,{result.image}"
        output = [
            {"type": "input_text", "text": result.text},
            {"type": "input_image", "image_url": url, "detail": "auto"},
        ]
    return {
        "type": "function_call_output",
        "call_id": result.call_id,
        "output": output,
    }


def _block_result(result: Result) -> JSON:
    content: Any = result.text
    if result.image is not None:
        source = {"type": "base64", "media_type": "image/png", "data": result.image}
        content = [
            {"type": "text", "text": result.text},
            {"type": "image", "source": source},
        ]
    flag = {"is_error": True} if result.error else {}
    return {
        "type": "tool_result",
        "tool_use_id": result.call_id,
        "content": content,
        **flag,
    }


def _part_result(result: Result) -> JSON:
    key = "error" if result.error else "output"
    answer: JSON = {"name": result.name, "response": {key: result.text}}
    if result.call_id is not None:
        answer["id"] = result.call_id
    if result.image is not None:
        blob = {"mimeType": "image/png", "data": result.image}
        answer["parts"] = [{"inlineData": blob}]
    return {"functionResponse": answer}


def extend(dialect: str, body: JSON, answer: JSON, results: list[Result]) -> JSON:
    """Give the next request: the last one, its answer as it came, the results."""
    if dialect == OC:
        said = [answer["choices"][0]["message"], *_chat_results(results)]
        return {**body, "messages": [*body["messages"], *said]}
    if dialect == OR:
        before = body["input"]
        if isinstance(before, str):
            before = [{"role": "user", "content": before}]
        said = [*answer["output"], *map(_response_result, results)]
        return {**body, "input": [*before, *said]}
    if dialect == AM:
        said = [
            {"role": "assistant", "content": answer["content"]},
            {"role": "user", "content": list(map(_block_result, results))},
        ]
        return {**body, "messages": [*body["messages"], *said]}
    said = [
        *(candidate["content"] for candidate in answer["candidates"]),
        {"role": "user", "parts": list(map(_part_result, results))},
    ]
    return {**body, "contents": [*body["contents"], *said]}


# --- the request, read by the upstream ----------------------------------------------


@attrs.frozen
class Asked:
    """What a request's history says, in order."""

    kind: str
    """`text`, `think`, `call`, `result` or `image` (of the user)."""
    text: str
    """Words; arguments; what the tool gave."""
    id: str | None = None
    name: str | None = None
    images: tuple[str, ...] = ()
    error: bool | None = None
    proof: str | None = None


def asked(dialect: str, body: JSON) -> list[Asked]:
    """Read a request's history as the dialect's server does, without the question."""
    return _READERS[dialect](body)


def _texts(content: Any) -> str:
    if isinstance(content, str):
        return content
    return "".join(item["text"] for item in content or () if "text" in item)


def _data(url: str) -> str:
    return url.partition(";base64,")[2]


def _read_chat(body: JSON) -> list[Asked]:
    found = []
    for message in body["messages"][1:]:
        content = message.get("content")
        if message["role"] == "tool":
            assert "image_url" not in str(content), "images are not for tool messages"
            found.append(Asked("result", _texts(content), message["tool_call_id"]))
            continue
        if message.get("reasoning_content"):
            found.append(Asked("think", message["reasoning_content"]))
        if _texts(content):
            found.append(Asked("text", _texts(content)))
        if isinstance(content, list):
            found += [
                Asked("image", _data(item["image_url"]["url"]))
                for item in content
                if item["type"] == "image_url"
            ]
        for call in message.get("tool_calls") or ():
            function = call["function"]
            found.append(
                Asked("call", function["arguments"], call["id"], function["name"])
            )
    return found


def _read_responses(body: JSON) -> list[Asked]:
    found = []
    items = body["input"][1:]
    for item in items:
        kind = item.get("type", "message")
        if kind == "message":
            content = item["content"]
            found.append(Asked("text", _texts(content)))
            found += [Asked("image", image) for image in _inputs(content)]
        elif kind == "reasoning":
            words = "".join(part["text"] for part in item["summary"])
            proof = item.get("encrypted_content")
            found.append(Asked("think", words, item.get("id"), proof=proof))
        elif kind == "function_call":
            found.append(
                Asked("call", item["arguments"], item["call_id"], item["name"])
            )
        else:
            output = item["output"]
            images = tuple(_inputs(output))
            found.append(
                Asked("result", _texts(output), item["call_id"], images=images)
            )
    return found


def _inputs(content: Any) -> list[str]:
    """Give the images of an input's content."""
    if isinstance(content, str):
        return []
    return [_data(part["image_url"]) for part in content if "image_url" in part]


def _read_messages(body: JSON) -> list[Asked]:
    found = []
    for message in body["messages"][1:]:
        content = message["content"]
        blocks = (
            [{"type": "text", "text": content}] if isinstance(content, str) else content
        )
        for block in blocks:
            kind = block["type"]
            if kind == "text":
                found.append(Asked("text", block["text"]))
            elif kind == "thinking":
                proof = block["signature"]
                found.append(Asked("think", block["thinking"], proof=proof))
            elif kind == "tool_use":
                text = dumps(block["input"])
                found.append(Asked("call", text, block["id"], block["name"]))
            elif kind == "image":
                found.append(Asked("image", block["source"]["data"]))
            else:
                inner = block.get("content", "")
                images = [] if isinstance(inner, str) else inner
                found.append(
                    Asked(
                        "result",
                        _texts(inner),
                        block["tool_use_id"],
                        images=tuple(
                            i["source"]["data"] for i in images if i["type"] == "image"
                        ),
                        error=block.get("is_error"),
                    )
                )
    return found


def _read_gemini(body: JSON) -> list[Asked]:
    found = []
    for content in body["contents"][1:]:
        for part in content["parts"]:
            proof = part.get("thoughtSignature")
            if "functionCall" in part:
                call = part["functionCall"]
                text = dumps(call.get("args") or {})
                found.append(
                    Asked("call", text, call.get("id"), call["name"], proof=proof)
                )
            elif "functionResponse" in part:
                result = part["functionResponse"]
                ((key, value),) = result["response"].items()
                found.append(
                    Asked(
                        "result",
                        value if isinstance(value, str) else dumps(value),
                        result.get("id"),
                        result["name"],
                        tuple(p["inlineData"]["data"] for p in result.get("parts", ())),
                        error=key == "error",
                    )
                )
            elif "inlineData" in part:
                found.append(Asked("image", part["inlineData"]["data"]))
            else:
                kind = "think" if part.get("thought") else "text"
                found.append(Asked(kind, part["text"], proof=proof))
    return found


_READERS: dict[str, Callable[[JSON], list[Asked]]] = {
    OC: _read_chat,
    OR: _read_responses,
    AM: _read_messages,
    GG: _read_gemini,
}
