"""
When a stream and a plain response say the same.

Dialects without blocks (openai-chat, ollama, gemini) give text, reasoning and calls in
any order while they stream, and sorted by kind in a plain response.
"""

from __future__ import annotations

from typing import Any

import attrs

from modelwire.ir._messages import Message
from modelwire.ir._parts import (
    Annotation,
    Logprobs,
    Part,
    ReasoningPart,
    RefusalPart,
    TextPart,
    ToolCallPart,
)
from modelwire.ir._response import ChatResponse, Choice
from modelwire.testing._canonical import canonical

__all__ = ["fold_equivalent", "sorted_parts"]


def fold_equivalent(a: ChatResponse, b: ChatResponse) -> bool:
    """
    Say whether two responses are equal for a dialect without blocks.

    Args:
        a: A response, for example what a stream folds to.
        b: Another, for example what the plain response decodes to.

    Returns:
        Whether they are equal (after `canonical`) when in every choice the reasoning
        texts are joined, the texts are joined, the refusals are joined, and calls
        stand after everything else.
    """
    return sorted_parts(a) == sorted_parts(b)


def sorted_parts(response: ChatResponse) -> ChatResponse:
    """
    Give the form that `fold_equivalent` compares, for a look at what differs.

    Args:
        response: A response.

    Returns:
        The response in canonical spelling, its parts joined and sorted by kind.
    """
    response = canonical(response)
    choices = tuple(_choice(choice) for choice in response.choices)
    made: ChatResponse = _with(response, choices=choices)
    return made


def _choice(choice: Choice) -> Choice:
    parts = choice.message.parts
    reasoning = [part for part in parts if isinstance(part, ReasoningPart)]
    texts = [part for part in parts if isinstance(part, TextPart)]
    refusals = [part for part in parts if isinstance(part, RefusalPart)]
    calls = [part for part in parts if isinstance(part, ToolCallPart)]
    sorted_kinds = (ReasoningPart, TextPart, RefusalPart, ToolCallPart)
    others = [part for part in parts if not isinstance(part, sorted_kinds)]
    joined: list[Part] = [
        *_join_reasoning(reasoning),
        *_join_texts(texts),
        *_join_refusals(refusals),
        *others,
        *calls,
    ]
    message: Message = _with(choice.message, parts=tuple(joined))
    done: Choice = _with(choice, message=message)
    return done


def _join_texts(parts: list[TextPart]) -> list[Part]:
    if not parts:
        return []
    joined = _with(
        parts[0],
        text="".join(part.text for part in parts),
        annotations=_join_annotations(parts),
        logprobs=_join_logprobs([part.logprobs for part in parts]),
        **_joined_marks(parts),
    )
    # A stream has no empty text where a plain response may say `""`.
    return [] if joined == TextPart(text="") else [joined]


def _join_annotations(parts: list[TextPart]) -> tuple[Annotation, ...]:
    """Join annotations; their offsets count from the start of the joined text."""
    joined: list[Annotation] = []
    before = 0
    for part in parts:
        for note in part.annotations:
            start = None if note.start is None else note.start + before
            end = None if note.end is None else note.end + before
            joined.append(_with(note, start=start, end=end))
        before += len(part.text)
    return tuple(joined)


def _join_refusals(parts: list[RefusalPart]) -> list[Part]:
    if not parts:
        return []
    text = "".join(part.text for part in parts)
    return [_with(parts[0], text=text, **_joined_marks(parts))]


def _join_reasoning(parts: list[ReasoningPart]) -> list[Part]:
    """Join readable reasoning; what is signed or encrypted is a part of its own."""
    joined: list[Part] = []
    last: ReasoningPart | None = None
    for part in parts:
        if part != ReasoningPart(text=part.text, extra=part.extra):
            joined.append(part)
            last = None
            continue
        if last is not None:
            joined.pop()
            text = (last.text or "") + (part.text or "")
            part = _with(last, text=text, **_joined_marks([last, part]))  # noqa: PLW2901
        joined.append(part)
        last = part
    return [part for part in joined if part != ReasoningPart(text="")]


def _joined_marks(parts: Any) -> dict[str, Any]:
    """Join what every part can carry: the last one set wins, `extra` is merged."""
    extra: dict[str, dict[str, Any]] = {}
    for part in parts:
        for dialect, fields in part.extra.items():
            extra.setdefault(dialect, {}).update(fields)
    marks = {
        name: next(
            (value for part in reversed(parts) if (value := getattr(part, name))), None
        )
        for name in ("cache", "signature", "item")
    }
    return {**marks, "extra": extra}


def _join_logprobs(given: list[Logprobs | None]) -> Logprobs | None:
    present = [item for item in given if item is not None]
    if not present:
        return None
    joined = present[0]
    for more in present[1:]:
        joined = Logprobs(
            content=_join_tuples(joined.content, more.content),
            refusal=_join_tuples(joined.refusal, more.refusal),
            extra={**joined.extra, **more.extra},
        )
    return joined


def _join_tuples(a: Any, b: Any) -> Any:
    return a if b is None else (*(a or ()), *b)


def _with(node: Any, **changes: Any) -> Any:
    return attrs.evolve(node, **changes)
