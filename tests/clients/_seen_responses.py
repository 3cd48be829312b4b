"""What the openai package sees of a response of the Responses API."""

from __future__ import annotations

import json
from typing import Any

import pytest
from tests.clients._seen_value import MODEL, QUESTION, Seen

__all__ = ["READERS", "until_error"]


def _seen(response: Any) -> Seen:
    found = Seen(
        text=response.output_text,
        thinking=tuple(
            _thought(item) for item in response.output if item.type == "reasoning"
        ),
        calls=tuple(
            (item.call_id, item.name, json.loads(item.arguments or "{}"))
            for item in response.output
            if item.type == "function_call"
        ),
        finish=_finish(response),
        usage=_usage(response.usage),
    )
    _check_ids(response)
    return found


def _thought(item: Any) -> tuple[str, str]:
    words = [*item.summary, *(item.content or ())]
    return "".join(part.text for part in words), item.encrypted_content or ""


def _finish(response: Any) -> str:
    details = response.incomplete_details
    return response.status if details is None else details.reason


def _usage(usage: Any) -> tuple[int | None, ...]:
    return (
        usage.input_tokens,
        usage.output_tokens,
        usage.input_tokens_details.cached_tokens,
        usage.output_tokens_details.reasoning_tokens,
    )


def _check_ids(response: Any) -> None:
    """Every item has an id of its own, with the vendor's prefix (P01)."""
    prefixes = {"message": "msg_", "reasoning": "rs_", "function_call": "fc_"}
    ids = [item.id for item in response.output]
    assert len(set(ids)) == len(ids)
    assert all(item.id.startswith(prefixes[item.type]) for item in response.output)


def plain(client: Any) -> Seen:
    return _seen(client.responses.create(model=MODEL, input=QUESTION))


def helper(client: Any) -> Seen:
    """Read through the helper, which follows every event and parses the last."""
    with client.responses.stream(model=MODEL, input=QUESTION) as stream:
        last = None
        for event in stream:
            if event.type == "response.incomplete":
                last = event.response  # the helper wants a completed one
        return _seen(stream.get_final_response() if last is None else last)


def raw(client: Any) -> Seen:
    texts: dict[tuple[int, int], str] = {}
    thoughts: dict[int, list[str]] = {}
    calls: dict[int, list[str]] = {}
    last = None
    with client.responses.create(model=MODEL, input=QUESTION, stream=True) as stream:
        for number, event in enumerate(stream):
            assert event.sequence_number == number
            kind = event.type
            if kind == "response.output_item.added":
                item = event.item
                if item.type == "function_call":
                    calls[event.output_index] = [item.call_id, item.name, ""]
                elif item.type == "reasoning":
                    thoughts[event.output_index] = ["", ""]
            elif kind == "response.output_text.delta":
                at = (event.output_index, event.content_index)
                texts[at] = texts.get(at, "") + event.delta
            elif kind == "response.function_call_arguments.delta":
                calls[event.output_index][2] += event.delta
            elif kind in _THOUGHTS:
                thoughts[event.output_index][0] += event.delta
            elif kind == "response.output_item.done":
                if event.item.type == "reasoning":
                    proof = event.item.encrypted_content or ""
                    thoughts[event.output_index][1] = proof
            elif kind in ("response.completed", "response.incomplete"):
                last = event.response
    assert last is not None
    return Seen(
        text="".join(texts.values()),
        thinking=tuple((words, proof) for words, proof in thoughts.values()),
        calls=tuple((i, n, json.loads(a or "{}")) for i, n, a in calls.values()),
        finish=_finish(last),
        usage=_usage(last.usage),
    )


_THOUGHTS = (
    "response.reasoning_summary_text.delta",
    "response.reasoning_text.delta",
)

READERS = {"plain": plain, "raw": raw, "helper": helper}


class FailedError(Exception):
    """The stream said that the response failed; the package raises for `error` only."""


def until_error(client: Any) -> tuple[str, Exception]:
    import openai

    text = []

    def read() -> None:
        with client.responses.create(
            model=MODEL, input=QUESTION, stream=True
        ) as stream:
            for event in stream:
                assert event.type not in ("response.completed", "response.incomplete")
                if event.type == "response.output_text.delta":
                    text.append(event.delta)
                elif event.type == "response.failed":
                    raise FailedError(event.response.error)

    with pytest.raises((openai.APIError, FailedError)) as caught:
        read()
    return "".join(text), caught.value
