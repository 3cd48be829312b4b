"""What the google-genai package sees of an answer."""

from __future__ import annotations

import base64
from collections.abc import Iterable
from typing import Any

import pytest
from tests.clients._seen_value import MODEL, QUESTION, Seen

__all__ = ["READERS", "until_error"]


def _seen(answers: Iterable[Any]) -> Seen:
    """Assemble what the package gave: one answer, or the chunks of one."""
    text, finish, usage = "", None, None
    thoughts: list[str] = []
    proofs: list[str] = []
    calls = []
    for answer in answers:
        usage = answer.usage_metadata or usage
        for candidate in answer.candidates or ():
            finish = candidate.finish_reason or finish
            for part in (candidate.content and candidate.content.parts) or ():
                if part.thought_signature:
                    proofs.append(base64.b64encode(part.thought_signature).decode())
                if part.function_call is not None:
                    call = part.function_call
                    calls.append((call.id, call.name, call.args or {}))
                elif part.thought:
                    thoughts.append(part.text)
                else:
                    text += part.text or ""
    thinking = ((("".join(thoughts)), "".join(proofs)),) if thoughts else ()
    return Seen(
        text=text,
        thinking=thinking,
        calls=tuple(calls),
        finish=None if finish is None else finish.value,
        usage=() if usage is None else _usage(usage),
    )


def _usage(usage: Any) -> tuple[int | None, ...]:
    return (
        usage.prompt_token_count,
        usage.candidates_token_count,
        usage.cached_content_token_count,
        usage.thoughts_token_count,
    )


def plain(client: Any) -> Seen:
    return _seen([client.models.generate_content(model=MODEL, contents=QUESTION)])


def raw(client: Any) -> Seen:
    return _seen(client.models.generate_content_stream(model=MODEL, contents=QUESTION))


def helper(client: Any) -> Seen:
    """Read through a chat, and check what it keeps for the next turn."""
    chat = client.chats.create(model=MODEL)
    chunks = list(chat.send_message_stream(QUESTION))
    said = [content for content in chat.get_history() if content.role == "model"]
    kept = [part for content in said for part in content.parts or ()]
    given = [
        part
        for chunk in chunks
        for candidate in chunk.candidates or ()
        for part in (candidate.content and candidate.content.parts) or ()
    ]
    assert kept == given
    return _seen(chunks)


READERS = {"plain": plain, "raw": raw, "helper": helper}


def until_error(client: Any) -> tuple[str, Exception]:
    from google.genai import errors

    text = []

    def read() -> None:
        for chunk in client.models.generate_content_stream(
            model=MODEL, contents=QUESTION
        ):
            for candidate in chunk.candidates or ():
                assert candidate.finish_reason is None
            text.append(chunk.text or "")

    with pytest.raises(errors.APIError) as caught:
        read()
    return "".join(text), caught.value
