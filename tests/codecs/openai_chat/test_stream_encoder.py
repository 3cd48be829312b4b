"""Chunks to bytes: golden streams, and order."""

from __future__ import annotations

import json

import pytest
from tests.codecs.openai_chat._stream_encoder_support import (
    CALLED,
    END,
    HEAD,
    OC,
    START,
    STOP,
    call,
    deltas,
    encode,
    folded,
    legal,
    lost,
    payloads,
    text,
)

from modelwire.codecs import _json
from modelwire.codecs._limits import Limits
from modelwire.codecs.openai_chat import (
    stream_encoder,
)
from modelwire.ir import (
    BlockStart,
    BlockStop,
    ChoiceFinish,
    Finish,
    ReasoningDelta,
    ReasoningPart,
    RefusalDelta,
    RefusalPart,
    TextDelta,
    TextPart,
    ToolArgumentsDelta,
    ToolCallPart,
    Usage,
    UsageUpdate,
)

# --- golden -------------------------------------------------------------------------


def test_golden_text():
    body, losses = encode(
        START,
        *text(0, "Hel", 'l"o\n', "ü\u2028"),
        STOP,
        UsageUpdate(Usage(input_total=3, input_uncached=3, output_total=2)),
        END,
    )
    wire = f"data: {{{HEAD},"
    assert body.decode() == (
        f'{wire}"choices":[{{"index":0,"delta":{{"role":"assistant","content":"Hel"}},"finish_reason":null}}]}}\n\n'
        f'{wire}"choices":[{{"index":0,"delta":{{"content":"l\\"o\\n"}},"finish_reason":null}}]}}\n\n'
        f'{wire}"choices":[{{"index":0,"delta":{{"content":"ü\u2028"}},"finish_reason":null}}]}}\n\n'
        f'{wire}"choices":[{{"index":0,"delta":{{}},"finish_reason":"stop"}}]}}\n\n'
        f'{wire}"choices":[],"usage":{{"prompt_tokens":3,"completion_tokens":2,"total_tokens":5}}}}\n\n'
        "data: [DONE]\n\n"
    )
    assert losses == ()
    legal(body)


def test_golden_calls():
    body, losses = encode(START, *call(0, '{"x":', "1}"), CALLED, END)
    wire = f"data: {{{HEAD},"
    assert body.decode() == (
        f'{wire}"choices":[{{"index":0,"delta":{{"role":"assistant","tool_calls":[{{"index":0,"id":"c","type":"function","function":{{"name":"f","arguments":""}}}}]}},"finish_reason":null}}]}}\n\n'
        f'{wire}"choices":[{{"index":0,"delta":{{"tool_calls":[{{"index":0,"function":{{"arguments":"{{\\"x\\":"}}}}]}},"finish_reason":null}}]}}\n\n'
        f'{wire}"choices":[{{"index":0,"delta":{{"tool_calls":[{{"index":0,"function":{{"arguments":"1}}"}}}}]}},"finish_reason":null}}]}}\n\n'
        f'{wire}"choices":[{{"index":0,"delta":{{}},"finish_reason":"tool_calls"}}]}}\n\n'
        "data: [DONE]\n\n"
    )
    assert losses == ()
    legal(body)


HOT = [
    (lambda n: BlockStart(n, 0, TextPart(text="")), TextDelta),
    (lambda n: BlockStart(n, 0, RefusalPart(text="")), RefusalDelta),
    (lambda n: BlockStart(n, 0, ToolCallPart(id="c", name="f")), ToolArgumentsDelta),
    (
        lambda n: BlockStart(n, 0, ToolCallPart(id="c", name="f", kind="custom")),
        ToolArgumentsDelta,
    ),
    (
        lambda n: BlockStart(
            n, 0, ReasoningPart(extra={OC: {"$spelling": {"reasoning": ["reasoning"]}}})
        ),
        ReasoningDelta,
    ),
]


@pytest.mark.parametrize("words", ["a", 'q"\\\n\x00\x7f', "ü\u2028😀", "\ud83d", ""])
@pytest.mark.parametrize(("start", "delta"), HOT, ids=range(len(HOT)))
def test_templates_equal_the_general_path(start, delta, words):
    hot = stream_encoder()
    hot.encode(START)
    hot.encode(start(0))
    hot.encode(delta(0, "first"))
    assert hot._hot == 0
    fast = hot.encode(delta(0, words))
    general = stream_encoder()
    general.encode(START)
    general.encode(start(0))
    general.encode(delta(0, "first"))
    general._hot = -1
    slow = general.encode(delta(0, words))
    # The general path leaves an empty delta out; the template writes what it is given.
    assert slow == (fast if words else b"")
    if words and "\ud83d" not in words:
        payload = json.loads(fast[6:])
        assert fast == b"data: " + _json.dumps(payload) + b"\n\n"


# --- order --------------------------------------------------------------------------


def test_T03_parallel_calls_keep_apart():
    body, losses = encode(
        START,
        BlockStart(0, 0, ToolCallPart(id="a", name="f")),
        BlockStart(1, 0, ToolCallPart(id="b", name="g")),
        ToolArgumentsDelta(1, "["),
        ToolArgumentsDelta(0, "{"),
        ToolArgumentsDelta(1, "]"),
        ToolArgumentsDelta(0, "}"),
        BlockStop(0),
        BlockStop(1),
        CALLED,
        END,
    )
    pieces = [d["tool_calls"][0] for d in deltas(body) if "tool_calls" in d]
    assert [p["index"] for p in pieces] == [0, 1, 1, 0, 1, 0]
    parts = folded(body).response.choices[0].message.parts
    assert [(p.id, p.arguments) for p in parts] == [("a", "{}"), ("b", "[]")]
    assert losses == ()


def test_T11_id_type_and_name_once_and_no_summary():
    body, _ = encode(START, *call(0, "{", "}"), CALLED, END)
    pieces = [d["tool_calls"][0] for d in deltas(body) if "tool_calls" in d]
    assert [set(p) for p in pieces] == [
        {"index", "id", "type", "function"},
        {"index", "function"},
        {"index", "function"},
    ]
    assert len(deltas(body)) == 4


def test_T12_call_without_arguments():
    body, losses = encode(START, *call(0), CALLED, END)
    (part,) = folded(body).response.choices[0].message.parts
    assert part.arguments == "{}"
    # One spelling of no arguments for another: as in a whole answer, no loss.
    assert losses == ()
    noted = ToolCallPart(
        id="c", name="f", extra={OC: {"$spelling": {"arguments": "empty"}}}
    )
    body, losses = encode(
        START,
        BlockStart(0, 0, ToolCallPart(id="c", name="f")),
        BlockStop(0, noted),
        CALLED,
        END,
    )
    assert (folded(body).response.choices[0].message.parts[0].arguments, losses) == (
        "",
        (),
    )


def test_words_of_two_blocks_are_not_mixed():
    body, losses = encode(
        START,
        BlockStart(0, 0, TextPart(text="")),
        TextDelta(0, "a"),
        BlockStart(1, 0, TextPart(text="")),
        TextDelta(1, "x"),
        *call(2, "{}"),
        TextDelta(0, "b"),
        TextDelta(1, "y"),
        BlockStop(1),
        BlockStop(0),
        CALLED,
        END,
    )
    parts = folded(body).response.choices[0].message.parts
    assert (parts[0].text, parts[1].arguments) == ("abxy", "{}")
    assert lost(losses) == [("out.text", "$.choices[0].message.parts[1]", "merged")]


def test_held_blocks_are_bounded():
    body, losses = encode(
        START,
        BlockStart(0, 0, TextPart(text="")),
        TextDelta(0, "a"),
        BlockStart(1, 0, RefusalPart(text="")),
        RefusalDelta(1, "x" * 400),
        TextDelta(0, "b"),
        BlockStop(0),
        BlockStop(1),
        STOP,
        END,
        limits=Limits(max_held_bytes=200),
    )
    legal(body)
    assert (
        "out.interleaving",
        "$.choices[0].message.parts[0]",
        "approximated",
    ) in lost(losses)


def test_many_waiting_blocks_need_no_stack():
    starts = [BlockStart(n, 0, TextPart(text="x")) for n in range(3000)]
    stops = [BlockStop(n) for n in reversed(range(3000))]
    body, _ = encode(START, *starts, *stops, STOP, END)
    assert folded(body).response.choices[0].message.parts[0].text == "x" * 3000


def test_choices_have_their_own_roles_and_numbers():
    body, _ = encode(
        START,
        *call(0, "{}", id="a"),
        *call(1, "[]", id="b", choice=1),
        CALLED,
        ChoiceFinish(1, Finish(kind="tool_calls")),
        END,
    )
    for choice in (0, 1):
        found = deltas(body, choice)
        assert [d.get("role") for d in found] == ["assistant", None, None]
        assert found[0]["tool_calls"][0]["index"] == 0


def test_late_usage_and_early_finish():
    body, _ = encode(
        START,
        UsageUpdate(Usage(input_total=1)),
        STOP,
        *text(0, "late"),
        UsageUpdate(Usage(input_total=2, input_uncached=2, output_total=0)),
        END,
    )
    events = payloads(body)
    assert events[-1]["usage"]["prompt_tokens"] == 2
    assert [e["choices"][0]["finish_reason"] for e in events[:-1]] == [None, "stop"]
