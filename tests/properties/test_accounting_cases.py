"""
Values whose accounting was wrong once, each by name, with the losses that are right.

Random examples found them (tests/properties/test_accounting.py and longer runs of it);
here they stand small, so that they are checked every time.
"""

from __future__ import annotations

import json
from typing import Any

import attrs
import pytest
from tests.properties.test_accounting import (
    account_request,
    account_response,
    account_stream,
)

from modelwire import codecs
from modelwire.codecs import COLLECT
from modelwire.codecs._json import dumps
from modelwire.ir import (
    BlockStart,
    BlockStop,
    ChatRequest,
    ChoiceFinish,
    CompactionPart,
    ErrorInfo,
    Finish,
    Message,
    Opaque,
    ReasoningDelta,
    ReasoningPart,
    SignatureDelta,
    StreamEnd,
    StreamError,
    StreamStart,
    TextPart,
    ToolCallPart,
    ToolResultPart,
    user,
)

CHAT, RESPONSES = "openai-chat", "openai-responses"
ANTHROPIC, GEMINI = "anthropic-messages", "gemini-generate"
PART = "$.choices[0].message.parts"


@attrs.frozen
class Case:
    """What goes in, where it goes, and what must be said about it."""

    id: str
    kind: str
    source: str
    target: str
    value: Any
    losses: tuple[tuple[str, str, str | None], ...] = ()
    """Code, action, and path (or `->` and the place in the output)."""


def stream(*blocks):
    """Give chunks: each block is a part, and what grows it."""
    out: list[Any] = [StreamStart(id="r", model="m", created=1)]
    for index, (part, *deltas) in enumerate(blocks):
        out.append(BlockStart(index, 0, part))
        out += [attrs.evolve(delta, index=index) for delta in deltas]
        out.append(BlockStop(index))
    out.append(ChoiceFinish(0, Finish(kind="stop", raw="stop")))
    return [*out, StreamEnd(complete=True, terminator="event")]


def detail(**fields):
    """Give reasoning that came in `reasoning_details`."""
    notes = {CHAT: {"$spelling": {"reasoning": "reasoning_details"}}}
    return ReasoningPart(extra=notes, **fields)


def said(*content, **fields):
    """Give a message of the model, as an item of Responses."""
    return {"type": "message", "role": "assistant", "content": [*content], **fields}


def answer(*items):
    """Give a response of Responses."""
    return {
        "id": "resp_1",
        "object": "response",
        "created_at": 1,
        "model": "m",
        "status": "completed",
        "output": [*items],
    }


SEALED = Opaque(value="g", dialect=CHAT)
UNKNOWN = {"type": "output_x", "a": 1}
TEXT = {"type": "output_text", "text": "a"}
MESSAGE = {"id": "msg_1", "status": "completed"}
ABOUT = {**MESSAGE, "x_unknown": 3}

EMPTY = {
    CHAT: (),
    RESPONSES: (("svc.store", "synthesised", "->$.store"),),
    ANTHROPIC: (
        ("in.text", "dropped", "$.messages[0].parts[0]"),
        ("param.max_tokens", "synthesised", "->$.max_output_tokens"),
    ),
    GEMINI: (),
}
"""What becomes of an empty text: Anthropic's API refuses it."""

CASES = [
    Case(
        "a stream without a model still streams",
        "request",
        RESPONSES,
        GEMINI,
        {"input": "a", "stream": True, "prompt": {"id": "pmpt_1"}},
        (("prompt.template", "dropped", "$.extra['openai-responses'].prompt"),),
    ),
    Case(
        "the fields of a message whose parts are all unknown",
        "request",
        RESPONSES,
        RESPONSES,
        {"model": "m", "input": [said(UNKNOWN, **ABOUT)]},
    ),
    Case(
        "the fields of a message whose first part is unknown",
        "response",
        RESPONSES,
        RESPONSES,
        answer(said(UNKNOWN, TEXT, **ABOUT)),
    ),
    Case(
        "two encrypted details are two",
        "stream",
        CHAT,
        CHAT,
        stream([detail(encrypted=SEALED)], [detail(encrypted=SEALED)]),
    ),
    Case(
        "a detail whose foreign seal is gone is joined to the next",
        "stream",
        CHAT,
        CHAT,
        stream(
            [
                detail(encrypted=attrs.evolve(SEALED, dialect="x")),
                ReasoningDelta(0, "a"),
            ],
            [detail(), ReasoningDelta(0, "b")],
        ),
        (
            ("think.signature", "dropped", f"{PART}[0].encrypted"),
            ("think.text", "merged", f"{PART}[1]"),
        ),
    ),
    Case(
        "a summary that is joined to a thought",
        "stream",
        CHAT,
        GEMINI,
        stream(
            [ReasoningPart(), ReasoningDelta(0, "a"), SignatureDelta(0, SEALED)],
            [ReasoningPart(), ReasoningDelta(0, "b", 0)],
        ),
        (
            ("think.signature", "dropped", f"{PART}[0].signature"),
            ("think.text", "merged", f"{PART}[0]"),
            ("think.text", "merged", f"{PART}[1]"),
            ("think.summary", "approximated", f"{PART}[1].summaries"),
            ("finish.stop", "approximated", "$.choices[0].finish.raw"),
        ),
    ),
    Case(
        "a call of a built-in tool that stands before a text",
        "response",
        RESPONSES,
        CHAT,
        answer(
            {
                "type": "shell_call",
                "id": "fc_1",
                "call_id": "call_1",
                "status": "completed",
                "action": {"commands": ["a"]},
            },
            said({"type": "refusal", "refusal": "b"}, TEXT, **MESSAGE),
        ),
        (
            ("bt.shell_editor_memory_patch", "approximated", f"{PART}[0].kind"),
            ("out.interleaving", "moved", "$.choices[0].message"),
            ("finish.tool_use", "approximated", "$.choices[0].finish.raw"),
            *(("think.item_id", "dropped", f"{PART}[{n}].item") for n in range(3)),
        ),
    ),
    Case(
        "an id that is empty",
        "response",
        CHAT,
        GEMINI,
        {
            "id": "",
            "object": "chat.completion",
            "created": 1,
            "model": "m",
            "choices": [
                {
                    "index": 0,
                    "message": {"role": "assistant", "content": "a"},
                    "finish_reason": "length",
                }
            ],
        },
        (
            ("resp.id", "dropped", "$.id"),
            ("finish.length", "approximated", "$.choices[0].finish.raw"),
        ),
    ),
    *(
        Case(
            f"empty text beside another one, to {target}",
            "request",
            GEMINI,
            target,
            {"contents": [{"role": "user", "parts": [{"text": ""}, {"text": "a"}]}]},
            losses,
        )
        for target, losses in EMPTY.items()
    ),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_case(case):
    codec, target = codecs.get(case.source), codecs.get(case.target)
    if case.kind == "request":
        value = codec.decode_request(dumps(case.value))
        account_request(value, case.target)
        found = target.encode_request(value, on_loss=COLLECT).losses
    elif case.kind == "response":
        value = codec.decode_response(dumps(case.value))
        account_response(value, case.target)
        found = target.encode_response(value, on_loss=COLLECT).losses
    else:
        account_stream(case.value, case.target)
        encoder = target.stream_encoder(on_loss=COLLECT)
        for chunk in case.value:
            encoder.encode(chunk)
        encoder.close()
        found = encoder.losses
    said = {(loss.code, loss.action, loss.path or f"->{loss.to}") for loss in found}
    assert said == set(case.losses)


def test_what_a_message_says_of_itself_comes_back():
    """It was lost before any accounting, where all of its parts are unknown."""
    codec = codecs.get(RESPONSES)
    sent = {"model": "m", "input": [said(UNKNOWN, **ABOUT)]}
    request = codec.decode_request(dumps(sent))
    (item,) = json.loads(codec.encode_request(request, on_loss=COLLECT).body)["input"]
    assert item == sent["input"][0]


def test_a_proof_in_a_stream_that_was_cut_is_a_loss():
    """Only the end of a reasoning item of Responses has its proof."""
    sealed = ReasoningPart(encrypted=Opaque(value="x", dialect=RESPONSES))
    cut = [
        StreamStart(id="r", model="m", created=1),
        BlockStart(0, 0, sealed),
        StreamError(ErrorInfo(kind="stream_truncated", message="cut")),
        StreamEnd(complete=False),
    ]
    account_stream(cut, RESPONSES)


def test_a_compaction_behind_a_call_is_told_once():
    """As text it stands before the call; the order of nothing else changed."""
    parts = (ToolCallPart(id="c", name="f", arguments="{}"), CompactionPart(text="x"))
    result = ToolResultPart(call_id="c", content=(TextPart(text="b"),))
    request = ChatRequest(
        model="m",
        messages=(
            user("a"),
            Message(role="assistant", parts=parts),
            Message(role="tool", parts=(result,)),
        ),
    )
    account_request(request, CHAT)
