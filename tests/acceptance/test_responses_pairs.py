"""Reported bugs of other translators, between Responses and the other dialects."""

from __future__ import annotations

import json

import pytest
from tests.acceptance._wire import (
    AM,
    GG,
    OC,
    OR,
    OR_DONE_ONLY,
    ROLE,
    am_block,
    am_blocks,
    am_end,
    am_finish,
    am_start,
    am_stream,
    am_text,
    am_tool,
    codes,
    dumps,
    events,
    gg_call,
    gg_chunk,
    gg_stream,
    oc_call,
    oc_calls,
    oc_delta,
    oc_stream,
    or_begin,
    or_call,
    or_end,
    or_event,
    or_item,
    or_message,
    or_output,
    or_response,
    or_said,
    or_stream,
    or_text,
    or_thought,
    request_between,
    response_between,
    translate_stream,
)

from modelwire import codecs, ir

HI = {"role": "user", "content": "Hi"}
PREFIXES = {"reasoning": "rs_", "message": "msg_", "function_call": "fc_"}

# What each dialect says for: a thought, a text, a call, in this order.
THREE = {
    OC: oc_stream(
        ROLE,
        oc_delta({"reasoning_content": "hm"}),
        oc_delta({"content": "I "}),
        oc_delta({"content": "look."}),
        oc_call(0, id="call_1", name="f", arguments='{"a"'),
        oc_call(0, arguments=":1}"),
        oc_delta({}, "tool_calls"),
    ),
    AM: am_stream(
        am_start(),
        *am_block(
            0,
            {"type": "thinking", "thinking": "", "signature": ""},
            {"type": "thinking_delta", "thinking": "hm"},
            {"type": "signature_delta", "signature": "sig"},
        ),
        *am_text(1, "I ", "look."),
        *am_tool(2, "toolu_1", "f", '{"a"', ":1}"),
        *am_end("tool_use"),
    ),
    GG: gg_stream(
        gg_chunk({"text": "hm", "thought": True}),
        gg_chunk({"text": "I "}),
        gg_chunk({"text": "look."}),
        gg_chunk(gg_call("f", {"a": 1}), finish="STOP"),
    ),
}
SOURCES = tuple(THREE)


def counted(total, cached):
    return {
        "input_tokens": total,
        "input_tokens_details": {"cached_tokens": cached, "cache_write_tokens": 0},
        "output_tokens": 1,
        "output_tokens_details": {"reasoning_tokens": 0},
        "total_tokens": total + 1,
    }


# --- usage --------------------------------------------------------------------------


@pytest.mark.parametrize("stream", [True, False])
def test_U02_cached_tokens_are_read_from_the_input_details(stream):
    answer = or_response(or_message("msg_1", or_text("x")), usage=counted(9888, 6752))
    if stream:
        data = or_stream(
            or_begin(),
            *or_item(0, answer["output"][0]),
            or_event("completed", response=answer),
        )
        usage = am_finish(translate_stream(data, OR, AM)[0])["usage"]
    else:
        usage = response_between(OR, AM, answer)[0]["usage"]
    assert (usage["input_tokens"], usage["cache_read_input_tokens"]) == (3136, 6752)


@pytest.mark.parametrize("stream", [True, False])
def test_L14_L15_totals_are_those_of_each_dialect(stream):
    usage = {
        "input_tokens": 10,
        "cache_creation_input_tokens": 3,
        "cache_read_input_tokens": 5,
        "output_tokens": 9,
    }
    if stream:
        data = am_stream(am_start(usage), *am_text(0, "x"), *am_end(usage=usage))
        found = events(translate_stream(data, AM, OR)[0])[-1]["response"]["usage"]
    else:
        body = am_start(usage)["message"]
        body |= {"content": [{"type": "text", "text": "x"}], "stop_reason": "end_turn"}
        found = response_between(AM, OR, body)[0]["usage"]
    assert found["input_tokens"] == 18
    assert found["input_tokens_details"] == {
        "cached_tokens": 5,
        "cache_write_tokens": 3,
    }
    assert found["total_tokens"] == 27


# --- items --------------------------------------------------------------------------


@pytest.mark.parametrize("source", SOURCES)
def test_P01_one_id_an_item_from_the_start_to_the_snapshot(source):
    # `or_output` holds every event of an item to the id of its start.
    output = or_output(translate_stream(THREE[source], source, OR)[0])
    assert [item["type"] for item in output] == list(PREFIXES)
    assert all(item["id"].startswith(PREFIXES[item["type"]]) for item in output)
    assert len({item["id"] for item in output}) == 3
    assert or_said(output[1]) == "I look."
    assert json.loads(output[2]["arguments"]) == {"a": 1}


def test_P01_ids_of_a_conversation_do_not_repeat():
    first = oc_stream(ROLE, oc_delta({"content": "x"}), oc_delta({}, "stop"))
    second = first.replace(b"chatcmpl-1", b"chatcmpl-2")
    ids = [or_output(translate_stream(d, OC, OR)[0])[0]["id"] for d in (first, second)]
    assert len(set(ids)) == 2


CALLS_FIRST = {
    OC: oc_stream(
        ROLE,
        oc_call(0, id="call_a", name="f", arguments='{"a"'),
        oc_call(1, id="call_b", name="g", arguments='{"b"'),
        oc_delta({"content": "done"}),
        oc_call(0, arguments=":1}"),
        oc_call(1, arguments=":2}"),
        oc_delta({}, "tool_calls"),
    ),
    AM: am_stream(
        am_start(),
        *am_tool(0, "toolu_a", "f", '{"a":1}'),
        *am_tool(1, "toolu_b", "g", '{"b":2}'),
        *am_text(2, "done"),
        *am_end("tool_use"),
    ),
    GG: gg_stream(
        gg_chunk(gg_call("f", {"a": 1}), gg_call("g", {"b": 2})),
        gg_chunk({"text": "done"}, finish="STOP"),
    ),
}


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("size", [1, 10_000])
def test_P04_L01_places_are_dense_when_calls_come_first(source, size):
    # `or_output` asserts that items are added at 0, 1, 2 and so on.
    written, _ = translate_stream(CALLS_FIRST[source], source, OR, size=size)
    output = or_output(written)
    calls = [item for item in output if item["type"] == "function_call"]
    assert [json.loads(item["arguments"]) for item in calls] == [{"a": 1}, {"b": 2}]
    assert [or_said(item) for item in output if item["type"] == "message"] == ["done"]
    assert len(output) == 3


def test_P05_what_only_the_end_of_an_item_has_is_not_lost():
    written, _ = translate_stream(OR_DONE_ONLY, OR, AM)
    blocks = am_blocks(written)
    assert [block["_text"] for block in blocks[:2]] == ["so it is", "Said."]
    assert (blocks[2]["id"], blocks[2]["_json"]) == ("call_1", '{"a":1}')
    written, _ = translate_stream(OR_DONE_ONLY, OR, OC)
    (call,) = oc_calls(written).values()
    assert call == {"id": "call_1", "name": "f", "arguments": '{"a":1}'}
    texts = [
        choice["delta"].get("content") or ""
        for event in events(written)
        for choice in event["choices"]
    ]
    assert "".join(texts) == "Said."
    again = or_output(translate_stream(OR_DONE_ONLY, OR, OR)[0])
    assert again == events(OR_DONE_ONLY)[-1]["response"]["output"]


def test_P05_what_was_streamed_is_not_said_twice():
    message = or_message("msg_1", or_text("Said."))
    call = or_call("fc_1", "call_1", "f", '{"a":1}')
    text = {"content_index": 0}
    data = or_stream(
        or_begin(),
        *or_item(
            0,
            message,
            ("content_part.added", {**text, "part": or_text("")}),
            ("output_text.delta", {**text, "delta": "Said."}),
            ("output_text.done", {**text, "text": "Said."}),
            ("content_part.done", {**text, "part": or_text("Said.")}),
        ),
        *or_item(
            1,
            call,
            ("function_call_arguments.delta", {"delta": '{"a":1}'}),
            ("function_call_arguments.done", {"arguments": '{"a":1}'}),
        ),
        or_end(message, call),
    )
    blocks = am_blocks(translate_stream(data, OR, AM)[0])
    assert [block["_text"] or block["_json"] for block in blocks] == [
        "Said.",
        '{"a":1}',
    ]


SCHEMA = {"type": "object", "properties": {"a": {"type": "integer"}}}
STRUCTURED = {
    "model": "m",
    "input": [HI],
    "text": {"format": {"type": "json_schema", "name": "n", "schema": SCHEMA}},
}


@pytest.mark.parametrize("stream", [True, False])
def test_S11_thoughts_never_enter_the_structured_text(stream):
    asked, sent = request_between(OR, GG, {**STRUCTURED, "stream": stream})
    assert asked["generationConfig"]["responseJsonSchema"] == SCHEMA
    thought, answer = {"text": "so…", "thought": True}, {"text": '{"a":1}'}
    if stream:
        data = gg_stream(gg_chunk(thought), gg_chunk(answer, finish="STOP"))
        written, _ = translate_stream(data, GG, OR, for_request=sent)
        output = or_output(written)
    else:
        body = gg_chunk(thought, answer, finish="STOP")
        output = response_between(GG, OR, body, for_request=sent)[0]["output"]
    assert [item["type"] for item in output] == ["reasoning", "message"]
    assert or_said(output[1]) == '{"a":1}'
    assert "so…" in json.dumps(output[0], ensure_ascii=False)


ORDER = [
    or_thought("rs_1", "one", encrypted_content="e1"),
    or_message("msg_1", or_text("Looking."), phase="commentary"),
    or_call("fc_1", "call_1", "f", "{}"),
    or_thought("rs_2", encrypted_content="e2"),
    or_call("fc_2", "call_2", "g", "{}"),
    or_message("msg_2", or_text("Done."), phase="final_answer"),
]


@pytest.mark.parametrize("stream", [True, False])
def test_S13_reasoning_stays_with_what_it_led_to(stream):
    codec = codecs.get(OR)
    if stream:
        items = [e for n, item in enumerate(ORDER) for e in or_item(n, item)]
        decoder = codec.stream_decoder()
        data = or_stream(or_begin(), *items, or_end(*ORDER))
        answer = ir.fold([*decoder.feed(data), *decoder.close()])
    else:
        answer = codec.decode_response(dumps(or_response(*ORDER)))
    said = answer.choices[0].message
    request = ir.ChatRequest(model="m", messages=(ir.user("Hi"), said, ir.user("And?")))
    sent = json.loads(codec.encode_request(request).body)["input"]
    # An empty list of log probabilities says nothing in a history.
    wanted = json.loads(json.dumps(ORDER).replace(', "logprobs": []', ""))
    assert sent[1:-1] == wanted


@pytest.mark.parametrize("target", [OC, AM, GG])
def test_S13_an_id_does_not_outlive_the_reasoning_before_it(target):
    # OpenAI refuses a call's `fc_` id whose reasoning is missing.
    data = or_stream(
        or_begin(), *(e for n, i in enumerate(ORDER) for e in or_item(n, i))
    )
    decoder = codecs.get(OR).stream_decoder()
    said = ir.fold([*decoder.feed(data), *decoder.close()]).choices[0].message
    body = codecs.get(target).encode_request(
        ir.ChatRequest(model="m", messages=(ir.user("Hi"), said, ir.user("And?")))
    )
    back = codecs.get(target).decode_request(body.body, path=body.path)
    sent = json.loads(codecs.get(OR).encode_request(back).body)["input"]
    assert "fc_1" not in {item.get("id") for item in sent}


# --- requests -----------------------------------------------------------------------


def test_R04_instructions_in_the_middle_are_the_developers():
    body = {
        "model": "m",
        "max_tokens": 50,
        "system": "Be terse.",
        "messages": [
            HI,
            {"role": "assistant", "content": "Yes?"},
            {"role": "system", "content": "Now be rude."},
            {"role": "user", "content": "Well?"},
        ],
    }
    made, encoded = request_between(AM, OR, body)
    assert made["instructions"] == "Be terse."
    roles = [item["role"] for item in made["input"]]
    assert roles == ["user", "assistant", "developer", "user"]
    assert "role.developer" in codes(encoded)


VERTEX = (
    "/v1/projects/p/locations/global/publishers/google/models/gemini-3:generateContent"
)


@pytest.mark.parametrize("source", [OC, OR, AM, GG])
def test_T22_ids_of_calls_are_echoed(source):
    call = {"id": "call_1", "name": "f", "args": {"a": 1}}
    answer = {"id": "call_1", "name": "f", "response": {"output": "r"}}
    bodies = {
        OC: {
            "model": "gemini-3",
            "messages": [
                HI,
                {
                    "role": "assistant",
                    "tool_calls": [
                        {
                            "id": "call_1",
                            "type": "function",
                            "function": {"name": "f", "arguments": '{"a":1}'},
                        }
                    ],
                },
                {"role": "tool", "tool_call_id": "call_1", "content": "r"},
            ],
        },
        OR: {
            "model": "gemini-3",
            "input": [
                HI,
                or_call("fc_1", "call_1", "f", '{"a":1}'),
                {"type": "function_call_output", "call_id": "call_1", "output": "r"},
            ],
        },
        AM: {
            "model": "gemini-3",
            "max_tokens": 50,
            "messages": [
                HI,
                {
                    "role": "assistant",
                    "content": [
                        {
                            "type": "tool_use",
                            "id": "call_1",
                            "name": "f",
                            "input": {"a": 1},
                        }
                    ],
                },
                {
                    "role": "user",
                    "content": [
                        {
                            "type": "tool_result",
                            "tool_use_id": "call_1",
                            "content": "r",
                        }
                    ],
                },
            ],
        },
        GG: {
            "contents": [
                {"role": "user", "parts": [{"text": "Hi"}]},
                {"role": "model", "parts": [{"functionCall": call}]},
                {"role": "user", "parts": [{"functionResponse": answer}]},
            ]
        },
    }
    path = VERTEX if source == GG else ""
    made, _ = request_between(source, GG, bodies[source], path=path)
    (called,) = made["contents"][1]["parts"]
    (answered,) = made["contents"][2]["parts"]
    assert called["functionCall"] == call
    assert answered["functionResponse"]["id"] == "call_1"


@pytest.mark.parametrize("source", [OC, AM])
def test_L30_a_pdf_is_a_file_and_no_image(source):
    data = "JVBERg=="
    part = {
        OC: {
            "type": "file",
            "file": {
                "filename": "a.pdf",
                "file_data": f"data:application/pdf;base64,{data}",
            },
        },
        AM: {
            "type": "document",
            "source": {
                "type": "base64",
                "media_type": "application/pdf",
                "data": data,
            },
        },
    }[source]
    body = {"model": "m", "max_tokens": 50}
    body["messages"] = [{"role": "user", "content": [part]}]
    made, _ = request_between(source, OR, body)
    (sent,) = made["input"][0]["content"]
    assert sent["type"] == "input_file"
    assert sent["file_data"] == f"data:application/pdf;base64,{data}"


# --- histories and flags ------------------------------------------------------------

TOOL = {"type": "function", "name": "f", "parameters": {"type": "object"}}
HISTORY = {
    "model": "m",
    "input": [
        HI,
        or_call("fc_1", "call_1", "f", '{"a":1}'),
        or_call("fc_2", "call_2", "f", ""),
        {"type": "function_call_output", "call_id": "call_1", "output": "one"},
        {"type": "function_call_output", "call_id": "call_2", "output": "two"},
        {"role": "user", "content": "and now?"},
    ],
    "tools": [TOOL],
}


def test_T12_T23_R02_every_call_and_result_reaches_the_others():
    claude, _ = request_between(OR, AM, HISTORY)
    calls, results = claude["messages"][1:3]
    assert [(b["id"], b["input"]) for b in calls["content"]] == [
        ("call_1", {"a": 1}),
        ("call_2", {}),
    ]
    kinds = [b["type"] for m in claude["messages"][2:] for b in blocks_of(m)]
    assert kinds == ["tool_result", "tool_result", "text"]
    assert [b["tool_use_id"] for b in blocks_of(results)[:2]] == ["call_1", "call_2"]
    chat, _ = request_between(OR, OC, HISTORY)
    assert [m["role"] for m in chat["messages"]] == [
        "user",
        "assistant",
        "tool",
        "tool",
        "user",
    ]
    arguments = [c["function"]["arguments"] for c in chat["messages"][1]["tool_calls"]]
    assert arguments == ['{"a":1}', "{}"]
    back, _ = request_between(OC, OR, chat)
    kinds = [item.get("type", item.get("role")) for item in back["input"]]
    assert kinds == [
        "user",
        *["function_call"] * 2,
        *["function_call_output"] * 2,
        "user",
    ]


def blocks_of(message):
    content = message["content"]
    return [{"type": "text"}] if isinstance(content, str) else content


def test_R13_only_the_parallel_switch_means_auto():
    body = {**HISTORY, "input": [HI], "parallel_tool_calls": False}
    made, _ = request_between(OR, AM, body)
    assert made["tool_choice"] == {"type": "auto", "disable_parallel_tool_use": True}


def test_L20_files_audio_and_schemas_are_kept_or_reported():
    pdf = "data:application/pdf;base64,JVBERg=="
    audio = {"data": "UklGRg==", "format": "wav"}
    content = [
        {"type": "text", "text": "x"},
        {"type": "file", "file": {"filename": "a.pdf", "file_data": pdf}},
        {"type": "input_audio", "input_audio": audio},
    ]
    form = {"name": "n", "schema": SCHEMA, "strict": True}
    body = {
        "model": "m",
        "messages": [{"role": "user", "content": content}],
        "response_format": {"type": "json_schema", "json_schema": form},
    }
    made, encoded = request_between(OC, OR, body)
    assert made["text"]["format"] == {"type": "json_schema", **form}
    assert made["input"][0]["content"] == [
        {"type": "input_text", "text": "x"},
        {"type": "input_file", "filename": "a.pdf", "file_data": pdf},
    ]
    assert "in.audio" in codes(encoded)


def test_L29_flags_that_cannot_cross_are_reported():
    result = {"type": "tool_result", "tool_use_id": "t", "content": "no"}
    body = {
        "model": "m",
        "max_tokens": 50,
        "messages": [
            HI,
            {
                "role": "assistant",
                "content": [{"type": "tool_use", "id": "t", "name": "f", "input": {}}],
            },
            {"role": "user", "content": [{**result, "is_error": True}]},
        ],
        "tools": [{"name": "f", "input_schema": {"type": "object"}}],
        "tool_choice": {"type": "auto", "disable_parallel_tool_use": True},
    }
    made, encoded = request_between(AM, OR, body)
    assert made["parallel_tool_calls"] is False
    assert "tool_result.error_flag" in codes(encoded)


@pytest.mark.parametrize(
    ("block", "code"),
    [
        ({"type": "thinking", "thinking": "hm", "signature": "sig"}, "think.signature"),
        ({"type": "redacted_thinking", "data": "c2VjcmV0"}, "think.redacted"),
    ],
)
def test_S05_L08_what_proves_anothers_reasoning_is_reported(block, code):
    body = am_start()["message"]
    body |= {
        "content": [block, {"type": "text", "text": "x"}],
        "stop_reason": "end_turn",
    }
    answer, encoded = response_between(AM, OR, body)
    assert code in codes(encoded)
    shown = json.dumps(answer)
    assert "sig" not in shown
    assert "c2VjcmV0" not in shown
