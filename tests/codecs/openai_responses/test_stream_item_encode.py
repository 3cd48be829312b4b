"""Items of a Responses stream as they are written: previews, ends, odd deltas."""

from __future__ import annotations

import attrs
import pytest
from tests.codecs.openai_responses._stream_decoder_support import reasoning
from tests.codecs.openai_responses._stream_encoder_support import (
    CALLS,
    END,
    NOTE,
    OR,
    SEARCH,
    START,
    STOP,
    accounted,
    at,
    text,
)
from tests.codecs.openai_responses._streams import (
    added,
    args,
    begin,
    call,
    decode,
    done,
    encode,
    end,
    folded,
    payloads,
)

from modelwire.ir import (
    Finish,
    ItemRef,
    Logprobs,
    ReasoningPart,
    RefusalPart,
    ServerToolCallPart,
    TextPart,
    TokenLogprob,
    ToolCallPart,
)
from modelwire.ir._chunks import (
    AnnotationDelta,
    BlockStart,
    BlockStop,
    ChoiceFinish,
    ImageDelta,
    LogprobsDelta,
    PartDelta,
    ReasoningDelta,
    RefusalDelta,
    TextDelta,
    ToolArgumentsDelta,
)


def hosted(kind, wire, **fields):
    own = {"type": wire, **fields.pop("own", {})}
    return ServerToolCallPart(id="k", kind=kind, name=kind, extra={OR: own}, **fields)


CODE = hosted("code_execution", "code_interpreter_call")
SHELL = hosted(
    "shell",
    "shell_call",
    item=ItemRef(id="sh_1"),
    own={"environment": {"type": "container_auto"}},
)
MCP = ServerToolCallPart(
    id="m", kind="mcp", name="n", server_label="s", extra={OR: {"type": "mcp_call"}}
)
TEXT = BlockStart(0, 0, TextPart(text=""))
REFUSAL = BlockStart(0, 0, RefusalPart(text=""))
THOUGHT = BlockStart(0, 0, ReasoningPart())
CALL = BlockStart(0, 0, ToolCallPart(id="c", name="f"))
CUSTOM = BlockStart(0, 0, ToolCallPart(id="c", name="f", kind="custom"))
REFUSED = ChoiceFinish(0, Finish(kind="refusal", raw="completed"))


def preview(key, piece):
    return PartDelta(0, "arguments", key, piece)


# --- what the start or the end has whole --------------------------------------------


def test_arguments_that_a_start_has():
    start = BlockStart(0, 0, attrs.evolve(MCP, arguments='{"a":1}'))
    kinds, losses, response = accounted(start, BlockStop(0), STOP, END)
    assert kinds[2:6] == [
        "output_item.added",
        "mcp_call_arguments.delta",
        "mcp_call_arguments.done",
        "output_item.done",
    ]
    assert response.choices[0].message.parts[0].arguments == '{"a":1}'
    assert losses == []


def test_a_text_and_its_log_probabilities_that_a_start_has():
    token = TokenLogprob(token="a", logprob=-1.0, bytes=(97,), top=())
    logprobs = Logprobs(content=(token,))
    start = BlockStart(0, 0, TextPart(text="a", logprobs=logprobs))
    stream = start, TextDelta(0, "b"), BlockStop(0), STOP, END
    data, _ = encode([START, *stream])
    deltas = [e for e in payloads(data) if e["type"].endswith("text.delta")]
    assert [(e["delta"], len(e["logprobs"])) for e in deltas] == [
        ("a", 0),
        ("", 1),
        ("b", 0),
    ]
    _, losses, response = accounted(*stream)
    (part,) = response.choices[0].message.parts
    assert (part.text, part.logprobs) == ("ab", logprobs)
    assert losses == []


def test_a_refusal_that_only_its_end_has():
    final = BlockStop(0, RefusalPart(text="no"))
    kinds, losses, _ = accounted(REFUSAL, final, REFUSED, END)
    assert kinds[4:6] == ["refusal.delta", "refusal.done"]
    assert losses == []


def test_arguments_that_are_an_object_at_the_end():
    # A local server's; the deltas are text, and the item keeps the object.
    item = {**call(), "arguments": {"a": 1}}
    stream = begin() + added(0, call(status="in_progress")) + args('{"a":1}')
    chunks = decode(stream + done(0, item) + end(item))
    data, _ = encode(chunks)
    found = payloads(data)
    (final,) = [e for e in found if e["type"].endswith("arguments.done")]
    assert final["arguments"] == '{"a":1}'
    assert found[-1]["response"]["output"][0]["arguments"] == {"a": 1}
    assert folded(decode(data)).response == folded(chunks).response


@pytest.mark.parametrize(
    "item",
    [
        reasoning(texts=["a"]),
        reasoning(summary=[{"type": "novel", "text": "a"}], content=[{"type": "y"}]),
    ],
)
def test_thoughts_that_only_the_end_has(item):
    chunks = decode(begin() + added(0, reasoning()) + done(0, item) + end(item))
    data, losses = encode(chunks)
    payloads(data)
    assert losses == ()
    assert folded(decode(data)).response == folded(chunks).response


def test_the_same_final_form_after_the_next_call_began():
    part = ToolCallPart(id="c", name="f", arguments="{}")
    other = BlockStart(1, 0, ToolCallPart(id="d", name="f"))
    _, losses, response = accounted(
        CALL, ToolArgumentsDelta(0, "{}"), other, BlockStop(0, part), BlockStop(1),
        CALLS, END,
    )  # fmt: skip
    assert [part.id for part in response.choices[0].message.parts] == ["c", "d"]
    assert losses == []


@pytest.mark.parametrize(
    ("final", "lost"),
    [
        (ToolCallPart(id="c", name="f", arguments='{"x":1}'), at("arguments")),
        (ToolCallPart(id="c", name="g", arguments="{}"), at("").rstrip(".")),
    ],
)
def test_another_final_form_after_the_next_call_began(final, lost):
    other = BlockStart(1, 0, ToolCallPart(id="d", name="f"))
    _, losses, response = accounted(
        CALL, ToolArgumentsDelta(0, "{}"), other, BlockStop(0, final), BlockStop(1),
        CALLS, END,
    )  # fmt: skip
    first, _ = response.choices[0].message.parts
    assert (first.name, first.arguments) == ("f", "{}")
    assert losses == [("out.tool_call", lost)]


# --- a final form that takes back what was streamed ---------------------------------

TAKEN = [
    ("text", TEXT, TextDelta(0, "a"), STOP, ("out.text", "text")),
    ("refusal", REFUSAL, RefusalDelta(0, "a"), REFUSED, ("out.refusal", "text")),
    (
        "input",
        CUSTOM,
        ToolArgumentsDelta(0, "a"),
        CALLS,
        ("out.tool_call", "arguments"),
    ),
    (
        "arguments",
        BlockStart(0, 0, MCP),
        ToolArgumentsDelta(0, '{"a":1}'),
        STOP,
        ("bt.call_items", "arguments"),
    ),
    (
        "code",
        BlockStart(0, 0, CODE),
        preview("code", "1+1"),
        STOP,
        ("bt.call_items", "arguments"),
    ),
    (
        "commands",
        BlockStart(0, 0, SHELL),
        preview("commands[0]", "ls"),
        STOP,
        ("bt.call_items", "arguments"),
    ),
]


@pytest.mark.parametrize(
    ("start", "delta", "finish", "lost"),
    [row[1:] for row in TAKEN],
    ids=[row[0] for row in TAKEN],
)
def test_what_was_sent_stays_with_the_reader(start, delta, finish, lost):
    code, field = lost
    _, losses, _ = accounted(start, delta, BlockStop(0, start.part), finish, END)
    assert losses == [(code, at(field))]


def test_a_text_that_is_taken_back_with_its_citations_is_gone():
    deltas = TextDelta(0, "a"), AnnotationDelta(0, 0, NOTE)
    final = BlockStop(0, TextPart(text=""))
    _, losses, response = accounted(TEXT, *deltas, final, STOP, END)
    assert response.choices[0].message.parts[0].text == ""
    assert losses == []


@pytest.mark.parametrize(
    ("final", "lost"),
    [
        (ReasoningPart(summaries=("s",)), ("think.text", "text")),
        (ReasoningPart(text="a"), ("think.summary", "summaries")),
    ],
)
def test_thoughts_that_were_sent_stay_with_the_reader(final, lost):
    deltas = ReasoningDelta(0, "a"), ReasoningDelta(0, "s", 0)
    _, losses, _ = accounted(THOUGHT, *deltas, BlockStop(0, final), STOP, END)
    assert losses == [(lost[0], at(lost[1]))]


def test_thoughts_that_are_empty_at_their_end():
    final = BlockStop(0, ReasoningPart())
    chunks = THOUGHT, ReasoningDelta(0, "x"), final, *text(1, "a"), STOP, END
    kinds, losses, response = accounted(*chunks)
    assert kinds.count("output_item.done") == 2
    assert [part.text for part in response.choices[0].message.parts] == ["x", "a"]
    assert [path for _, path in losses] == ["$.choices[0].message.parts[0]"]


@pytest.mark.parametrize(
    ("start", "delta", "final", "finish"),
    [
        (TEXT, TextDelta(0, "a"), RefusalPart(text="no"), REFUSED),
        (REFUSAL, RefusalDelta(0, "a"), TextPart(text="no"), STOP),
    ],
)
def test_a_text_that_ends_as_another_kind(start, delta, final, finish):
    _, losses, response = accounted(start, delta, BlockStop(0, final), finish, END)
    (part,) = response.choices[0].message.parts
    assert (type(part), part.text) == (type(final), "no")
    assert losses == []


@pytest.mark.parametrize(
    "part", [SHELL, hosted("file_search", "file_search_call")], ids=["shell", "search"]
)
def test_a_placeholder_that_stays(part):
    # The vendor's types require it of an item that has only been added.
    kinds, losses, _ = accounted(BlockStart(0, 0, part), BlockStop(0), STOP, END)
    assert kinds[2:4] == ["output_item.added", "output_item.done"]
    assert losses == [("bt.call_items", at("arguments"))]


# --- odd deltas ---------------------------------------------------------------------


def test_more_of_a_text_that_has_no_delta_of_its_own_name():
    piece = PartDelta(0, "text", None, "hm")
    kinds, losses, response = accounted(THOUGHT, piece, BlockStop(0), STOP, END)
    assert "reasoning_text.delta" in kinds
    assert response.choices[0].message.parts[0].text == "hm"
    assert losses == []


def test_commands_that_interleave_are_whole_at_the_end():
    final = attrs.evolve(SHELL, arguments='{"commands":["ls","w"]}')
    kinds, losses, response = accounted(
        BlockStart(0, 0, SHELL), preview("diff", "x"), preview("commands[0]", "l"),
        preview("commands[1]", "w"), preview("commands[0]", "s"),
        BlockStop(0, final), STOP, END,
    )  # fmt: skip
    assert kinds.count("shell_call_command.delta") == 2
    assert response.choices[0].message.parts[0].arguments == final.arguments
    assert losses == []


def test_an_image_of_what_draws_none():
    image = ImageDelta(0, "QQ==", "image/png", 0)
    kinds, _, _ = accounted(BlockStart(0, 0, SEARCH), image, BlockStop(0), STOP, END)
    assert kinds[2:4] == ["output_item.added", "output_item.done"]


def test_more_of_a_summary_after_the_text_began():
    deltas = (
        ReasoningDelta(0, "a", 0),
        ReasoningDelta(0, "t"),
        ReasoningDelta(0, "b", 0),
    )
    kinds, losses, response = accounted(THOUGHT, *deltas, BlockStop(0), STOP, END)
    assert kinds.count("reasoning_summary_text.delta") == 1
    part = response.choices[0].message.parts[0]
    assert (part.summaries, part.text) == (("ab",), "t")
    assert losses == []


def test_no_log_probabilities_are_no_delta():
    none = LogprobsDelta(0, 0, Logprobs(content=()))
    chunks = TEXT, TextDelta(0, "a"), none, BlockStop(0), STOP, END
    kinds, losses, _ = accounted(*chunks)
    assert kinds.count("output_text.delta") == 1
    assert losses == [("resp.logprobs", at("logprobs"))]


@pytest.mark.parametrize(
    ("start", "delta", "late"),
    [
        (TEXT, TextDelta(0, "a"), TextDelta(0, "b")),
        (THOUGHT, ReasoningDelta(0, "a"), ReasoningDelta(0, "b")),
        (THOUGHT, ReasoningDelta(0, "a"), PartDelta(0, "text", None, "b")),
    ],
)
def test_what_comes_after_the_end_of_the_choice_is_not_written(start, delta, late):
    # No legal sequence: blocks stop before their choice ends.
    data, _ = encode([START, start, delta, STOP, late, BlockStop(0), END])
    assert payloads(data)[-1]["type"] == "response.completed"
    assert b'"b"' not in data
