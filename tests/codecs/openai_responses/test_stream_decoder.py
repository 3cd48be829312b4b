"""Responses streams from bytes to chunks: what each event means."""

from __future__ import annotations

import pytest
from tests.codecs.openai_responses._stream_decoder_support import (
    NOTE,
    of,
    parts,
    reasoning,
    summary,
    thought,
    whole,
)
from tests.codecs.openai_responses._streams import (
    added,
    args,
    begin,
    call,
    decode,
    done,
    end,
    event,
    folded,
    message,
    output_text,
    part,
    piece,
    text_item,
)

from modelwire.ir import (
    ReasoningPart,
    RefusalPart,
    ServerToolCallPart,
    TextPart,
    UnknownPart,
)
from modelwire.ir._chunks import (
    AnnotationDelta,
    BlockStart,
    BlockStop,
    ChoiceFinish,
    LogprobsDelta,
    PartDelta,
    ReasoningDelta,
    RefusalDelta,
    ServerToolProgress,
    StreamEnd,
    StreamStart,
    TextDelta,
    ToolArgumentsDelta,
    UnknownEvent,
    UsageUpdate,
)


def test_a_text():
    chunks = decode(begin() + text_item("He", "y") + end(message(output_text("Hey"))))
    assert [type(chunk) for chunk in chunks] == [
        StreamStart,
        BlockStart,
        TextDelta,
        TextDelta,
        BlockStop,
        UsageUpdate,
        ChoiceFinish,
        StreamEnd,
    ]
    assert chunks[0] == StreamStart("resp_1", "gpt", 1)
    assert chunks[2].raw["delta"] == "He"
    assert chunks[4].part is None
    assert chunks[-2].finish.kind == "stop"
    assert chunks[-1] == StreamEnd(complete=True, terminator="event")
    assert folded(chunks).response == whole(message(output_text("Hey")))


def test_status_of_an_item():
    # The header has the status of an item that ends well; another one is a final form.
    chunks = decode(begin() + text_item("a") + end())
    assert of(BlockStart, chunks)[0].part.item.status == "completed"
    cut = message(output_text("a"), status="incomplete")
    stream = text_item("a")[: -len(done(0, message(output_text("a"))))] + done(0, cut)
    chunks = decode(begin() + stream + end(cut, name="incomplete"))
    assert of(BlockStop, chunks)[0].part.item.status == "incomplete"
    assert parts(chunks)[0].text == "a"


def test_repetition_of_a_text_that_differs():
    chunks = decode(begin() + text_item("a", "b", final="abc") + end())
    assert [chunk.text for chunk in of(TextDelta, chunks)] == ["a", "b"]
    assert of(BlockStop, chunks)[0].part.text == "abc"
    assert parts(chunks)[0].text == "abc"


def test_p05_content_only_in_the_done_events():
    item = message(output_text("Hey", NOTE))
    only = begin() + added(0, message(status="in_progress")) + done(0, item) + end(item)
    chunks = decode(only)
    assert of(TextDelta, chunks) == [TextDelta(0, "Hey")]
    assert len(of(AnnotationDelta, chunks)) == 1
    assert of(BlockStop, chunks) == [BlockStop(0)]
    assert folded(chunks).response == whole(item)


def test_p05_arguments_only_in_the_done_event():
    # LM Studio sends no deltas (observed.md, section 3).
    final = event(
        "function_call_arguments.done", item_id="fc_1", output_index=0, arguments="{}"
    )
    stream = added(0, call(status="in_progress")) + final + done(0, call("{}"))
    chunks = decode(begin() + stream + end(call("{}")))
    assert of(ToolArgumentsDelta, chunks) == [ToolArgumentsDelta(0, "{}")]
    assert of(BlockStop, chunks) == [BlockStop(0)]
    chunks = decode(begin() + added(0, call()) + done(0, call("{}")) + end())
    assert of(ToolArgumentsDelta, chunks) == [ToolArgumentsDelta(0, "{}")]


def test_arguments_that_only_the_start_has():
    stream = added(0, call('{"a":1}', "in_progress")) + done(0, call(""))
    chunks = decode(begin() + stream + end())
    assert parts(chunks)[0].arguments == '{"a":1}'


def test_item_without_a_start():
    chunks = decode(begin() + done(0, call("{}")) + end())
    assert parts(chunks)[0].arguments == "{}"
    assert of(ChoiceFinish, chunks)[0].finish.kind == "tool_calls"


def test_items_that_only_the_terminal_event_has():
    item = message(output_text("Hey"))
    chunks = decode(begin() + end(item, call("{}")))
    assert folded(chunks).response == whole(item, call("{}"))
    assert of(TextDelta, chunks) == [TextDelta(0, "Hey")]


def test_terminal_event_without_output():
    # ChatGPT's back end (observed.md, section 3).
    chunks = decode(begin() + text_item("a") + end())
    assert [part.text for part in parts(chunks)] == ["a"]


def test_an_item_that_only_the_terminal_event_ends():
    stream = begin() + added(0, call(status="in_progress")) + args('{"a"')
    chunks = decode(stream + args(":1}") + end(call('{"a":1}')))
    assert of(BlockStop, chunks) == [BlockStop(0)]
    assert parts(chunks)[0].arguments == '{"a":1}'


def test_changing_item_ids():
    # Copilot mints an id on every event: items are found by their index.
    item = message(output_text("ab"), id_="id_4")
    stream = (
        added(0, message(status="in_progress", id_="id_1"))
        + part("content_part.added", part=output_text(""))
        + piece("a")
        + piece("b")
        + done(0, {**item, "id": "id_3"})
    )
    chunks = decode(begin() + stream + end(item))
    assert len(of(BlockStart, chunks)) == 1
    assert parts(chunks)[0].text == "ab"


def test_part_without_a_start():
    stream = added(0, message(status="in_progress")) + piece("Hey")
    chunks = decode(begin() + stream + done(0, message(output_text("Hey"))) + end())
    assert parts(chunks)[0].text == "Hey"
    assert of(UnknownEvent, chunks) == []


def test_delta_without_an_item():
    chunks = decode(begin() + piece("Hey") + end())
    assert parts(chunks)[0].text == "Hey"
    chunks = decode(begin() + args("{}") + end())
    assert [chunk.raw["delta"] for chunk in of(UnknownEvent, chunks)] == ["{}"]


def test_an_empty_message():
    item = message()
    empty = added(0, message(status="in_progress")) + done(0, item)
    chunks = decode(begin() + empty + end(item))
    assert parts(chunks) == (UnknownPart(dialect="openai-responses", raw=item),)
    assert folded(chunks).response == whole(item)


def test_an_end_without_its_content():
    stream = text_item("a")[: -len(done(0, message(output_text("a"))))]
    chunks = decode(begin() + stream + done(0, message()) + end())
    assert parts(chunks)[0].text == "a"


def test_two_parts_of_one_message():
    item = message(output_text("a"), {"type": "refusal", "refusal": "no"})
    stream = (
        added(0, message(status="in_progress"))
        + part("content_part.added", part=output_text(""))
        + piece("a")
        + part("content_part.added", content=1, part={"type": "refusal", "refusal": ""})
        + part("refusal.delta", content=1, delta="no")
        + part("refusal.done", content=1, refusal="no")
        + done(0, item)
    )
    chunks = decode(begin() + stream + end(item))
    assert folded(chunks).response == whole(item)
    # The first ends where the second begins, so that both are live.
    order = [type(chunk) for chunk in chunks if chunk.raw and hasattr(chunk, "index")]
    assert order == [BlockStart, TextDelta, BlockStop, BlockStart, RefusalDelta,
                     BlockStop]  # fmt: skip
    assert of(ChoiceFinish, chunks)[0].finish.kind == "refusal"
    assert [type(found) for found in parts(chunks)] == [TextPart, RefusalPart]


def test_d08_citations_as_events():
    note = part("output_text.annotation.added", annotation_index=0, annotation=NOTE)
    item = message(output_text("a", NOTE))
    stream = (
        added(0, message(status="in_progress"))
        + part("content_part.added", part=output_text(""))
        + piece("a")
        + note
        + part("output_text.done", text="a")
        + part("content_part.done", part=output_text("a", NOTE))
        + done(0, item)
    )
    chunks = decode(begin() + stream + end(item))
    assert [chunk.annotation.url for chunk in of(AnnotationDelta, chunks)] == [
        "https://a.example"
    ]
    assert folded(chunks).response == whole(item)


def test_d08_citations_that_only_the_end_has():
    item = message(output_text("a", NOTE))
    chunks = decode(begin() + text_item("a", annotations=[NOTE]) + end(item))
    assert len(of(AnnotationDelta, chunks)) == 1
    assert folded(chunks).response == whole(item)
    late = decode(begin() + text_item("a") + end(item))
    assert len(of(AnnotationDelta, late)) == 1
    assert folded(late).response == whole(item)
    odd = message(output_text("a", "x", NOTE))
    chunks = decode(begin() + text_item("a") + end(odd))
    assert len(of(AnnotationDelta, chunks)) == 1


def test_logprobs_come_once():
    token = {"token": "a", "logprob": -0.5, "bytes": [97], "top_logprobs": []}
    item = message(output_text("a", logprobs=[token]))
    stream = (
        added(0, message(status="in_progress"))
        + part("content_part.added", part=output_text(""))
        + piece("a", logprobs=[token])
        + part("output_text.done", text="a", logprobs=[token])
        + part("content_part.done", part=output_text("a", logprobs=[token]))
        + done(0, item)
    )
    chunks = decode(begin() + stream + end(item))
    assert len(of(LogprobsDelta, chunks)) == 1
    assert of(BlockStop, chunks)[0].part is None
    assert folded(chunks).response == whole(item)
    other = decode(begin() + stream.replace(b"-0.5", b"-0.4", 1) + end(item))
    assert folded(other).response == whole(item)


def test_reasoning_summaries():
    item = reasoning(["ab", "c"])
    stream = (
        added(0, reasoning())
        + summary("delta", 0, "a")
        + summary("delta", 0, "b")
        + summary("done", 0, "ab")
        + summary("done", 0, "c", 1)
        + done(0, item)
    )
    chunks = decode(begin() + stream + end(item))
    assert of(ReasoningDelta, chunks) == [
        ReasoningDelta(0, "a", 0),
        ReasoningDelta(0, "b", 0),
        ReasoningDelta(0, "c", 1),
    ]
    assert of(BlockStop, chunks) == [BlockStop(0)]
    assert folded(chunks).response == whole(item)


def test_reasoning_texts_are_joined():
    item = reasoning(texts=["a", "b"])
    stream = thought("delta", 0, "a") + thought("delta", 0, "b", 1)
    chunks = decode(
        begin() + added(0, reasoning()) + stream + done(0, item) + end(item)
    )
    assert "".join(chunk.text for chunk in of(ReasoningDelta, chunks)) == "a\n\nb"
    assert folded(chunks).response == whole(item)


@pytest.mark.parametrize("texts", [["x", "b"], ["a\n b"], ["a"], ["a", "b", "c"]])
def test_texts_of_reasoning_that_differ_at_the_end(texts):
    stream = thought("delta", 0, "a") + thought("delta", 0, "b", 1)
    item = reasoning(texts=texts)
    start = begin() + added(0, reasoning()) + stream
    chunks = decode(start + done(0, item) + end(item))
    assert of(BlockStop, chunks)[0].part.text == "\n\n".join(texts)
    assert folded(chunks).response == whole(item)


def test_an_end_without_the_texts_of_reasoning():
    stream = added(0, reasoning()) + thought("delta", 0, "a") + done(0, reasoning())
    chunks = decode(begin() + stream + end())
    assert of(BlockStop, chunks) == [BlockStop(0)]
    assert parts(chunks)[0].text == "a"


@pytest.mark.parametrize("item", [reasoning(["a"]), reasoning([], ["x"]),
                                  reasoning(["a", "b"], ["x"])])  # fmt: skip
def test_reasoning_only_at_its_end(item):
    chunks = decode(begin() + added(0, reasoning()) + done(0, item) + end(item))
    assert of(BlockStop, chunks) == [BlockStop(0)]
    assert folded(chunks).response == whole(item)


def test_encrypted_content_is_that_of_done():
    item = reasoning(encrypted_content="last")
    first = reasoning(encrypted_content="first")
    chunks = decode(begin() + added(0, first) + done(0, item) + end(item))
    assert of(BlockStart, chunks)[0].part.encrypted is None
    assert of(BlockStop, chunks)[0].part.encrypted.value == "last"
    assert isinstance(parts(chunks)[0], ReasoningPart)


def test_custom_tool_call():
    item = {"type": "custom_tool_call", "id": "c", "call_id": "k", "name": "n"}
    stream = (
        added(0, {**item, "input": ""})
        + args("x ", name="custom_tool_call_input.delta")
        + event("custom_tool_call_input.done", output_index=0, input="x ")
        + done(0, {**item, "input": "x "})
    )
    chunks = decode(begin() + stream + end())
    assert of(BlockStop, chunks) == [BlockStop(0)]
    (found,) = parts(chunks)
    assert (found.kind, found.arguments, found.id) == ("custom", "x ", "k")


def test_server_tool_progress():
    item = {"type": "web_search_call", "id": "ws_1", "status": "in_progress"}
    final = {**item, "status": "completed", "action": {"type": "search", "query": "q"}}
    stream = (
        added(0, item)
        + event("web_search_call.in_progress", item_id="ws_1", output_index=0)
        + event("web_search_call.searching", item_id="ws_1", output_index=0)
        + done(0, final)
    )
    chunks = decode(begin() + stream + end(final))
    assert [chunk.status for chunk in of(ServerToolProgress, chunks)] == [
        "in_progress",
        "searching",
        "completed",
    ]
    assert folded(chunks).response == whole(final)


def test_code_is_a_preview():
    item = {
        "type": "code_interpreter_call",
        "id": "ci_1",
        "status": "in_progress",
        "code": "",
        "container_id": "c",
        "outputs": None,
    }
    final = {**item, "status": "completed", "code": "1+1", "outputs": []}
    code = "code_interpreter_call_code"
    stream = (
        added(0, item)
        + event(f"{code}.delta", item_id="ci_1", output_index=0, delta="1+")
        + event(f"{code}.delta", item_id="ci_1", output_index=0, delta="1")
        + event(f"{code}.done", item_id="ci_1", output_index=0, code="1+1")
        + event("code_interpreter_call.interpreting", item_id="ci_1", output_index=0)
        + done(0, final)
    )
    chunks = decode(begin() + stream + end(final))
    assert of(PartDelta, chunks) == [
        PartDelta(0, "arguments", "code", "1+"),
        PartDelta(0, "arguments", "code", "1"),
    ]
    assert folded(chunks).response == whole(final)
    cut = decode(begin() + stream[: stream.index(b"event: " + b"response.code_i", 400)])
    assert isinstance(parts(cut)[0], ServerToolCallPart)


def test_shell_commands_and_output():
    shell = {"type": "shell_call", "id": "sh", "call_id": "k", "status": "in_progress",
             "action": {"commands": []},
             "environment": {"type": "container_reference"}}  # fmt: skip
    shell_done = {**shell, "status": "completed", "action": {"commands": ["ls"]}}
    out = {"type": "shell_call_output", "id": "so", "call_id": "k", "output": [],
           "status": "completed"}  # fmt: skip
    out_done = {**out, "output": [{"stdout": "x", "stderr": ""}]}
    command = "shell_call_command"
    stream = (
        added(0, shell)
        + event(f"{command}.added", output_index=0, command_index=0, command="")
        + event(f"{command}.delta", output_index=0, command_index=0, delta="ls")
        + event(f"{command}.done", output_index=0, command_index=0, command="ls")
        + done(0, shell_done)
        + added(1, out)
        + event(
            "shell_call_output_content.delta",
            output_index=1,
            command_index=0,
            delta={"stdout": "x"},
        )
        + event("shell_call_output_content.done", output_index=1, output=[])
        + done(1, out_done)
    )
    chunks = decode(begin() + stream + end(shell_done, out_done))
    assert of(PartDelta, chunks) == [
        PartDelta(0, "arguments", "commands[0]", "ls"),
        PartDelta(1, "content", "output[0].stdout", "x"),
    ]
    assert folded(chunks).response == whole(shell_done, out_done)
