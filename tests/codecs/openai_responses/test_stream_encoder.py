"""Chunks into Responses streams: golden bytes, the grammar, and what is lost."""

from __future__ import annotations

import attrs
from tests.codecs.openai_responses._stream_encoder_support import (
    CALLS,
    END,
    FOREIGN,
    GOLDEN,
    NOTE,
    OR,
    SEARCH,
    START,
    STOP,
    again,
    call,
    text,
    written,
)
from tests.codecs.openai_responses._streams import (
    decode,
    encode,
    folded,
    kinds,
    payloads,
)

from modelwire.ir import (
    ItemRef,
    Logprobs,
    Opaque,
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
    LogprobsDelta,
    ReasoningDelta,
    RefusalDelta,
    ServerToolProgress,
    TextDelta,
    ToolArgumentsDelta,
)


def test_golden_bytes():
    data, _ = encode([START, *text(0, "Hé"), STOP, END])
    assert data == GOLDEN
    # The general path writes what the template writes.
    raw = {"type": "response.output_text.delta", "novel": 1}
    slow, _ = encode(
        [START, BlockStart(0, 0, TextPart(text="")), TextDelta(0, "Hé", raw),
         BlockStop(0), STOP, END]
    )  # fmt: skip
    assert slow == GOLDEN.replace(b'"logprobs":[]}\n', b'"logprobs":[],"novel":1}\n', 1)


def test_p01_one_id_per_item():
    found = written(*text(0, "a"), *call(1, "{}"), CALLS, END)
    for index, prefix in ((0, "msg_"), (1, "fc_")):
        ids = {
            event.get("item_id") or event["item"]["id"]
            for event in found
            if event.get("output_index") == index
        }
        assert len(ids) == 1
        ids.add(found[-1]["response"]["output"][index]["id"])
        assert len(ids) == 1
        assert ids.pop().startswith(prefix)


def test_p04_output_indexes_are_dense():
    found = written(
        *call(0, "{}"), BlockStart(1, 0, ReasoningPart()), BlockStop(1),
        *text(2, "a"), CALLS, END,
    )  # fmt: skip
    indexes = [e["output_index"] for e in found if e["type"].endswith("item.added")]
    assert indexes == [0, 1]
    assert [e["sequence_number"] for e in found] == list(range(len(found)))


def test_s11_thoughts_never_enter_the_text():
    response, _ = again(
        BlockStart(0, 0, ReasoningPart()), ReasoningDelta(0, "hm"), BlockStop(0),
        *text(1, "{}"), STOP, END,
    )  # fmt: skip
    parts = response.choices[0].message.parts
    assert [(type(part), part.text) for part in parts] == [
        (ReasoningPart, "hm"),
        (TextPart, "{}"),
    ]


def test_s13_order_is_kept():
    found = written(
        BlockStart(0, 0, ReasoningPart()), ReasoningDelta(0, "a", 0), BlockStop(0),
        *text(1, "b"), *call(2, "{}"), CALLS, END,
    )  # fmt: skip
    output = found[-1]["response"]["output"]
    assert [item["type"] for item in output] == [
        "reasoning",
        "message",
        "function_call",
    ]


def test_reasoning_events():
    data, _ = encode(
        [START, BlockStart(0, 0, ReasoningPart()), ReasoningDelta(0, "a", 0),
         ReasoningDelta(0, "b", 0), ReasoningDelta(0, "c", 1), ReasoningDelta(0, "d"),
         BlockStop(0), STOP, END]
    )  # fmt: skip
    assert kinds(data)[3:-2] == [
        "reasoning_summary_part.added",
        "reasoning_summary_text.delta",
        "reasoning_summary_text.delta",
        "reasoning_summary_text.done",
        "reasoning_summary_part.done",
        "reasoning_summary_part.added",
        "reasoning_summary_text.delta",
        "reasoning_summary_text.done",
        "reasoning_summary_part.done",
        "content_part.added",
        "reasoning_text.delta",
        "reasoning_text.done",
        "content_part.done",
    ]
    (part,) = folded(decode(data)).response.choices[0].message.parts
    assert (part.summaries, part.text) == (("ab", "c"), "d")


def test_summaries_out_of_order_are_right_at_the_end():
    deltas = [ReasoningDelta(0, "b", 1), ReasoningDelta(0, "a", 0),
              ReasoningDelta(0, "B", 1)]  # fmt: skip
    response, _ = again(
        BlockStart(0, 0, ReasoningPart()), *deltas, BlockStop(0), STOP, END
    )
    assert response.choices[0].message.parts[0].summaries == ("a", "bB")


def test_encrypted_reasoning_is_only_in_the_end():
    part = ReasoningPart(
        encrypted=Opaque(value="x", dialect=OR), item=ItemRef(id="rs_1")
    )
    found = written(BlockStart(0, 0, part), BlockStop(0), STOP, END)
    assert "encrypted_content" not in found[2]["item"]
    assert found[3]["item"] == {
        "type": "reasoning",
        "id": "rs_1",
        "summary": [],
        "encrypted_content": "x",
    }


def test_call_events():
    data, _ = encode([START, *call(0, '{"a"', ":1}"), CALLS, END])
    assert kinds(data)[2:] == [
        "output_item.added",
        "function_call_arguments.delta",
        "function_call_arguments.delta",
        "function_call_arguments.done",
        "output_item.done",
        "completed",
    ]
    added = payloads(data)[2]["item"]
    assert (added["arguments"], added["status"]) == ("", "in_progress")
    assert payloads(data)[-2]["item"]["arguments"] == '{"a":1}'


def test_t12_a_call_without_arguments():
    found = written(*call(0), CALLS, END)
    assert [e["delta"] for e in found if "delta" in e] == ["{}"]
    assert found[-2]["item"]["arguments"] == "{}"


def test_custom_call():
    found = written(*call(0, "x ", kind="custom"), CALLS, END)
    assert found[3]["type"] == "response.custom_tool_call_input.delta"
    assert found[4]["input"] == "x "


def test_parallel_calls_follow_each_other():
    chunks = [
        BlockStart(0, 0, ToolCallPart(id="a", name="f")),
        ToolArgumentsDelta(0, '{"x"'),
        BlockStart(1, 0, ToolCallPart(id="b", name="g")),
        ToolArgumentsDelta(1, "{}"),
        ToolArgumentsDelta(0, ":1}"),
        BlockStop(0),
        BlockStop(1),
    ]
    response, _ = again(*chunks, CALLS, END)
    parts = response.choices[0].message.parts
    assert [part.arguments for part in parts] == ['{"x":1}', "{}"]


def test_text_after_the_value_of_a_call_is_a_loss():
    chunks = [
        BlockStart(0, 0, ToolCallPart(id="a", name="f")),
        ToolArgumentsDelta(0, "{}"),
        BlockStart(1, 0, TextPart(text="")),
        ToolArgumentsDelta(0, "{}"),
        BlockStop(0),
        BlockStop(1),
    ]
    response, losses = again(*chunks, CALLS, END)
    assert response.choices[0].message.parts[0].arguments == "{}"
    assert "$.choices[0].message.parts[0].arguments" in [loss.path for loss in losses]


def test_texts_of_one_answer_share_a_message():
    found = written(
        *text(0, "a"), BlockStart(1, 0, RefusalPart(text="")), RefusalDelta(1, "no"),
        BlockStop(1), STOP, END,
    )  # fmt: skip
    (item,) = found[-1]["response"]["output"]
    assert [piece["type"] for piece in item["content"]] == ["output_text", "refusal"]
    indexes = {e["content_index"] for e in found if "content_index" in e}
    assert indexes == {0, 1}


def test_messages_of_their_own_stay_apart():
    parts = [TextPart(text="", item=ItemRef(id=f"msg_{n}", group=f"msg_{n}"))
             for n in (1, 2)]  # fmt: skip
    found = written(
        *text(0, "a", part=parts[0]), *text(1, "b", part=parts[1]), STOP, END
    )
    assert [item["id"] for item in found[-1]["response"]["output"]] == [
        "msg_1",
        "msg_2",
    ]


def test_a_final_form_that_differs():
    chunks = [
        BlockStart(0, 0, TextPart(text="")),
        TextDelta(0, "a"),
        BlockStop(0, TextPart(text="b")),
    ]
    response, _ = again(*chunks, STOP, END)
    assert response.choices[0].message.parts[0].text == "b"
    found = written(*chunks, STOP, END)
    assert [e["delta"] for e in found if "delta" in e] == ["a"]


def test_d08_citations():
    chunks = text(0, "a")
    chunks[2:2] = [AnnotationDelta(0, 0, NOTE), AnnotationDelta(0, 0, FOREIGN)]
    found = written(*chunks, STOP, END)
    notes = [e for e in found if e["type"].endswith("annotation.added")]
    assert [e["annotation_index"] for e in notes] == [0, 1]
    assert notes[1]["annotation"]["end_index"] == 1
    content = found[-1]["response"]["output"][0]["content"]
    assert content[0]["annotations"] == [e["annotation"] for e in notes]


def test_d08_citations_after_their_text():
    # OpenAI Chat gives them after the text; its end waits for them.
    late = AnnotationDelta(0, None, NOTE)
    found = written(*text(0, "a"), late, STOP, END)
    assert any(e["type"].endswith("annotation.added") for e in found)
    # When the next item has begun, only the terminal event has them.
    response, losses = again(*text(0, "a"), *call(1, "{}"), AnnotationDelta(0, 0, NOTE),
                             CALLS, END)  # fmt: skip
    assert len(response.choices[0].message.parts[0].annotations) == 1
    assert not any("annotations" in (loss.path or "") for loss in losses)


def test_citations_without_a_text():
    response, _ = again(AnnotationDelta(0, None, NOTE), STOP, END)
    assert response.choices[0].message.parts[0].annotations[0].url == NOTE.url


def test_logprobs():
    logprobs = Logprobs(content=(TokenLogprob(token="a", logprob=-1.0, bytes=(97,),
                                              top=()),))  # fmt: skip
    chunks = text(0, "a")
    chunks[2:2] = [LogprobsDelta(0, 0, logprobs)]
    response, _ = again(*chunks, STOP, END)
    assert response.choices[0].message.parts[0].logprobs == logprobs
    response, losses = again(*text(0, "a"), LogprobsDelta(0, None, logprobs), STOP, END)
    assert response.choices[0].message.parts[0].logprobs == logprobs
    assert "$.choices[0].logprobs" in [loss.path for loss in losses]


def test_server_tools_of_this_dialect():
    final = attrs.evolve(SEARCH, status="completed", arguments='{"query":"q"}')
    found = written(
        BlockStart(0, 0, SEARCH), ServerToolProgress(0, "searching"),
        ServerToolProgress(0, "Weird Status!"), BlockStop(0, final), STOP, END,
    )  # fmt: skip
    assert [e["type"] for e in found[2:5]] == [
        "response.output_item.added",
        "response.web_search_call.searching",
        "response.output_item.done",
    ]
    assert found[4]["item"]["action"] == {"query": "q"}


def test_server_tools_of_others_are_losses():
    other = ServerToolCallPart(id="s", kind="web_search", name="web_search")
    found = encode([START, BlockStart(0, 0, other), BlockStop(0), STOP, END])
    assert "$.choices[0].message.parts[0]" in [loss.path for loss in found[1]]
    assert payloads(found[0])[-1]["response"]["output"] == []
