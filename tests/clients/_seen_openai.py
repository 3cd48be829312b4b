"""What the openai package sees of a chat completion."""

from __future__ import annotations

import json
from typing import Any

import pytest
from tests.clients._seen_value import MODEL, QUESTION, Seen

__all__ = ["ASK", "READERS", "until_error"]

ASK: list[Any] = [{"role": "user", "content": QUESTION}]
_USAGE: Any = {"include_usage": True}


def _usage(usage: Any) -> tuple[int | None, ...]:
    if usage is None:
        return ()
    prompt, completion = usage.prompt_tokens_details, usage.completion_tokens_details
    return (
        usage.prompt_tokens,
        usage.completion_tokens,
        None if prompt is None else prompt.cached_tokens,
        None if completion is None else completion.reasoning_tokens,
    )


def _seen(completion: Any) -> Seen:
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
        usage=_usage(completion.usage),
    )


def plain(client: Any) -> Seen:
    return _seen(client.chat.completions.create(model=MODEL, messages=ASK))


def helper(client: Any) -> Seen:
    with client.chat.completions.stream(
        model=MODEL, messages=ASK, stream_options=_USAGE
    ) as stream:
        return _seen(_final(stream))


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


def raw(client: Any) -> Seen:
    text, reasoning, finish, usage = "", "", None, None
    calls: dict[int, list[str]] = {}
    with client.chat.completions.create(
        model=MODEL, messages=ASK, stream=True, stream_options=_USAGE
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
        usage=_usage(usage),
    )


READERS = {"plain": plain, "raw": raw, "helper": helper}


def until_error(client: Any) -> tuple[str, Exception]:
    import openai

    text = []

    def read() -> None:
        with client.chat.completions.create(
            model=MODEL, messages=ASK, stream=True
        ) as stream:
            for chunk in stream:
                for choice in chunk.choices:
                    assert choice.finish_reason is None
                    text.append(choice.delta.content or "")

    with pytest.raises(openai.APIError) as caught:
        read()
    return "".join(text), caught.value
