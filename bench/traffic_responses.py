"""Traffic of openai-responses: a stream, an answer, a request, with its own fields."""

from __future__ import annotations

from typing import Any

from traffic import (
    DESCRIPTION,
    IMAGES,
    Size,
    arguments,
    dumped,
    event,
    image,
    padding,
    pieces,
    schema,
    text,
    turns,
    word,
)

__all__ = ["request", "response", "stream"]

_MODEL = "gpt-5.4-2026-03-05"
_SECRET = "gAAAAABpaoLrmAx" * 30


def _envelope(output: list[Any], usage: Any, status: str) -> dict[str, Any]:
    """The response as OpenAI repeats it: what the request asked is in it."""
    return {
        "id": "resp_0650041af59a85d4016a6a8d2957cc8190b3f4e8e347338c9d",
        "object": "response",
        "created_at": 1785367849,
        "status": status,
        "background": False,
        "completed_at": None,
        "error": None,
        "frequency_penalty": 0.0,
        "incomplete_details": None,
        "instructions": "Be brief.",
        "max_output_tokens": None,
        "max_tool_calls": None,
        "model": _MODEL,
        "moderation": None,
        "output": output,
        "parallel_tool_calls": True,
        "presence_penalty": 0.0,
        "previous_response_id": None,
        "prompt_cache_key": None,
        "prompt_cache_retention": "24h",
        "reasoning": {"effort": "low", "summary": "auto"},
        "safety_identifier": None,
        "service_tier": "default",
        "store": False,
        "temperature": 1.0,
        "text": {"format": {"type": "text"}, "verbosity": "medium"},
        "tool_choice": "auto",
        "tools": [_tool(0)],
        "top_logprobs": 0,
        "top_p": 0.98,
        "truncation": "disabled",
        "usage": usage,
        "user": None,
        "metadata": {},
    }


def _usage(output: int) -> dict[str, Any]:
    return {
        "input_tokens": 1024,
        "input_tokens_details": {"cached_tokens": 512, "cache_write_tokens": 0},
        "output_tokens": output,
        "output_tokens_details": {"reasoning_tokens": output // 4},
        "total_tokens": 1024 + output,
    }


def _id(prefix: str, number: int) -> str:
    return f"{prefix}_0650041af59a85d4016a6a8d2a38f08190b2f8a1de8731ce{number:02x}"


def _text(said: str) -> dict[str, Any]:
    return {"type": "output_text", "annotations": [], "logprobs": [], "text": said}


def _reasoning(number: int, summary: str) -> dict[str, Any]:
    return {
        "id": _id("rs", number),
        "type": "reasoning",
        "encrypted_content": _SECRET,
        "summary": [{"type": "summary_text", "text": summary}],
    }


def _message(number: int, said: str) -> dict[str, Any]:
    return {
        "id": _id("msg", number),
        "type": "message",
        "status": "completed",
        "content": [_text(said)],
        "role": "assistant",
    }


def _call(number: int, given: str) -> dict[str, Any]:
    return {
        "id": _id("fc", number),
        "type": "function_call",
        "status": "completed",
        "arguments": given,
        "call_id": f"call_W9wqR3VRKy{number}",
        "name": "write_file",
    }


class _Events:
    """Numbers the events and puts each where its item is."""

    def __init__(self) -> None:
        self.found: list[bytes] = []

    def add(self, kind: str, **fields: Any) -> None:
        data = {"type": f"response.{kind}", **fields}
        self.found.append(event({**data, "sequence_number": len(self.found)}))

    def item(
        self,
        place: int,
        item: dict[str, Any],
        began: dict[str, Any],
        stem: str,
        deltas: list[str],
        *,
        part: tuple[str, str, dict[str, Any], dict[str, Any]] | None = None,
        done: str,
        more: dict[str, Any],
    ) -> None:
        """An item with one text: *part* is its index, its event, its start and end."""
        added = {**item, "status": "in_progress", **began}
        at: dict[str, Any] = {"item_id": item["id"], "output_index": place}
        self.add("output_item.added", item=added, output_index=place)
        if part is not None:
            at |= {part[0]: 0}
            self.add(f"{part[1]}.added", **at, part=part[2])
        for delta in deltas:
            pad = padding(delta, len(self.found))
            self.add(f"{stem}.delta", **at, delta=delta, **more, obfuscation=pad)
        self.add(f"{stem}.done", **at, **{done: "".join(deltas)}, **more)
        if part is not None:
            self.add(f"{part[1]}.done", **at, part=part[3])
        self.add("output_item.done", item=item, output_index=place)


def stream(count: int = 2000) -> list[bytes]:
    """A stream of *count* events: a summary, text, one call, usage."""
    thoughts, calls = count // 4, count // 5
    texts = count - thoughts - calls - 16
    thought = [word(number) for number in range(thoughts)]
    said = [word(number) for number in range(texts)]
    given = pieces(arguments(calls), calls)
    reasoning, message = _reasoning(0, "".join(thought)), _message(1, "".join(said))
    call = _call(2, "".join(given))
    events = _Events()
    for kind in ("created", "in_progress"):
        events.add(kind, response=_envelope([], None, "in_progress"))
    summary = {"type": "summary_text", "text": ""}
    events.item(
        0,
        reasoning,
        {"summary": []},
        "reasoning_summary_text",
        thought,
        part=(
            "summary_index",
            "reasoning_summary_part",
            summary,
            {**summary, "text": "".join(thought)},
        ),
        done="text",
        more={},
    )
    events.item(
        1,
        message,
        {"content": []},
        "output_text",
        said,
        part=("content_index", "content_part", _text(""), _text("".join(said))),
        done="text",
        more={"logprobs": []},
    )
    events.item(
        2,
        call,
        {"arguments": ""},
        "function_call_arguments",
        given,
        done="arguments",
        more={},
    )
    output = [reasoning, message, call]
    events.add("completed", response=_envelope(output, _usage(count), "completed"))
    return events.found


def response(words: int = 800, calls: int = 2) -> bytes:
    """An answer: reasoning, text and calls."""
    output = [_reasoning(0, text(words // 4)), _message(1, text(words))]
    output += [_call(2 + number, arguments(200)) for number in range(calls)]
    return dumped(_envelope(output, _usage(900), "completed"))


def _tool(number: int, fields: int = 5) -> dict[str, Any]:
    return {
        "type": "function",
        "name": f"tool_{number}",
        "description": DESCRIPTION,
        "parameters": schema(fields),
        "strict": True,
    }


def _turn(number: int, words: int, args: int) -> list[dict[str, Any]]:
    said = text(words, number)
    call_id = f"call_{number:04}"
    return [
        {"role": "user", "content": said},
        {"role": "assistant", "content": said},
        {
            "type": "function_call",
            "call_id": call_id,
            "name": f"tool_{number % 40}",
            "arguments": arguments(args),
        },
        {"type": "function_call_output", "call_id": call_id, "output": said},
        {
            "type": "message",
            "role": "user",
            "content": [{"type": "input_text", "text": said}],
        },
    ]


def request(size: Size) -> bytes:
    """A request: an agent's history, its tools, perhaps four images."""
    items = turns(size, _turn)
    if size.image_bytes:
        url = "data:image/png;base64," + image(size.image_bytes)
        part = {"type": "input_image", "image_url": url, "detail": "auto"}
        items.append({"role": "user", "content": [part] * IMAGES})
    body = {
        "model": _MODEL,
        "instructions": "Be brief.",
        "input": items,
        "tools": [_tool(number, size.fields) for number in range(size.tools)],
        "tool_choice": "auto",
        "temperature": 0.2,
        "max_output_tokens": 4096,
        "reasoning": {"effort": "low", "summary": "auto"},
        "include": ["reasoning.encrypted_content"],
        "store": False,
        "stream": True,
    }
    return dumped(body)
