"""The asynchronous clients, each as one call and as words while they come."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Callable
from typing import Any

from tests.clients._makers import MAKERS
from tests.clients._seen_value import MODEL

__all__ = ["ASYNC", "AsyncClient", "opened"]

_ASK: list[Any] = [{"role": "user", "content": "What?"}]


class AsyncClient:
    """How one package is called."""

    def __init__(
        self,
        plain: Callable[[Any], Any],
        words: Callable[[Any], AsyncIterator[str]],
    ) -> None:
        self.plain = plain
        """Asks; gives the text, and the names of the calls."""
        self.words = words
        """Asks; gives the text's pieces while they come."""


async def _chat(client: Any) -> tuple[str, list[str]]:
    answer = await client.chat.completions.create(model=MODEL, messages=_ASK)
    message = answer.choices[0].message
    return message.content, [c.function.name for c in message.tool_calls or ()]


async def _chat_words(client: Any) -> AsyncIterator[str]:
    async with await client.chat.completions.create(
        model=MODEL, messages=_ASK, stream=True
    ) as stream:
        async for chunk in stream:
            for choice in chunk.choices:
                yield choice.delta.content or ""


async def _responses(client: Any) -> tuple[str, list[str]]:
    answer = await client.responses.create(model=MODEL, input="What?")
    calls = [item.name for item in answer.output if item.type == "function_call"]
    return answer.output_text, calls


async def _responses_words(client: Any) -> AsyncIterator[str]:
    async with await client.responses.create(
        model=MODEL, input="What?", stream=True
    ) as stream:
        async for event in stream:
            if event.type == "response.output_text.delta":
                yield event.delta
            elif event.type in ("error", "response.failed"):
                raise RuntimeError(event.type)


async def _messages(client: Any) -> tuple[str, list[str]]:
    answer = await client.messages.create(model=MODEL, max_tokens=9, messages=_ASK)
    blocks = answer.content
    text = "".join(block.text for block in blocks if block.type == "text")
    return text, [block.name for block in blocks if block.type == "tool_use"]


async def _messages_words(client: Any) -> AsyncIterator[str]:
    async with await client.messages.create(
        model=MODEL, max_tokens=9, messages=_ASK, stream=True
    ) as stream:
        async for event in stream:
            if event.type == "content_block_delta" and event.delta.type == "text_delta":
                yield event.delta.text


def _parts(chunk: Any) -> list[Any]:
    content = chunk.candidates[0].content if chunk.candidates else None
    return (content.parts if content else None) or []


async def _contents(client: Any) -> tuple[str, list[str]]:
    answer = await client.models.generate_content(model=MODEL, contents="What?")
    parts = _parts(answer)
    text = "".join(part.text for part in parts if part.text and not part.thought)
    return text, [p.function_call.name for p in parts if p.function_call]


async def _contents_words(client: Any) -> AsyncIterator[str]:
    stream = await client.models.generate_content_stream(model=MODEL, contents="What?")
    async with contextlib.aclosing(stream):
        finished = False
        async for chunk in stream:
            finished = finished or bool(
                chunk.candidates and chunk.candidates[0].finish_reason
            )
            for part in _parts(chunk):
                if part.text and not part.thought:
                    yield part.text
    if not finished:
        # The package does not tell a cut stream; the reason to finish does.
        msg = "no reason to finish"
        raise RuntimeError(msg)


ASYNC = {
    "openai": AsyncClient(_chat, _chat_words),
    "responses": AsyncClient(_responses, _responses_words),
    "anthropic": AsyncClient(_messages, _messages_words),
    "gemini": AsyncClient(_contents, _contents_words),
}


@contextlib.asynccontextmanager
async def opened(name: str, url: str) -> AsyncIterator[Any]:
    """Give a client, and close it."""
    client = MAKERS[name](url, "Async")
    try:
        yield client
    finally:
        await (client.aclose() if name == "gemini" else client.close())
