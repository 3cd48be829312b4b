"""Reported bugs of other translators, requests and responses."""

from __future__ import annotations

import json

import pytest
from tests.acceptance._wire import (
    AM,
    OC,
    am_end,
    am_start,
    am_stream,
    am_text,
    codes,
    dumps,
    events,
    request_to,
    response_to,
    translate_stream,
)

from modelwire.codecs import anthropic_messages, openai_chat

HI = {"role": "user", "content": "Hi"}
TOOL = {
    "type": "function",
    "function": {"name": "f", "parameters": {"type": "object", "properties": {}}},
}
CALL = {
    "role": "assistant",
    "content": "",
    "tool_calls": [
        {
            "id": f"call_{i}",
            "type": "function",
            "function": {"name": "f", "arguments": a},
        }
        for i, a in enumerate(['{"x":1}', ""])
    ],
}
RESULTS = [
    {"role": "tool", "tool_call_id": "call_0", "content": "one"},
    {"role": "tool", "tool_call_id": "call_1", "content": "two"},
]


def am_message(content, usage=None, **rest):
    return {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": "m",
        "content": content,
        "stop_reason": "end_turn",
        "stop_sequence": None,
        "usage": usage or {"input_tokens": 1, "output_tokens": 1},
        **rest,
    }


def oc_completion(message, usage=None, finish="stop"):
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1,
        "model": "m",
        "choices": [{"index": 0, "message": message, "finish_reason": finish}],
        "usage": usage
        or {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2},
    }


def test_T23_every_call_and_every_result_survives():
    body, _ = request_to(
        AM, {"model": "m", "messages": [HI, CALL, *RESULTS], "tools": [TOOL]}
    )
    assistant, results = body["messages"][1:]
    assert [(b["type"], b["id"]) for b in assistant["content"]] == [
        ("tool_use", "call_0"),
        ("tool_use", "call_1"),
    ]
    assert [(b["type"], b["tool_use_id"]) for b in results["content"]] == [
        ("tool_result", "call_0"),
        ("tool_result", "call_1"),
    ]
    back, _ = response_to(
        OC,
        am_message(
            [
                {"type": "tool_use", "id": f"toolu_{i}", "name": "f", "input": {}}
                for i in (0, 1)
            ],
            stop_reason="tool_use",
        ),
    )
    calls = back["choices"][0]["message"]["tool_calls"]
    assert [c["id"] for c in calls] == ["toolu_0", "toolu_1"]


def test_T12_empty_arguments_are_an_empty_object():
    body, _ = request_to(AM, {"model": "m", "messages": [HI, CALL, *RESULTS]})
    assert body["messages"][1]["content"][1]["input"] == {}


def test_R02_results_come_first_in_the_next_user_turn():
    messages = [HI, CALL, *RESULTS, {"role": "user", "content": "and now?"}]
    body, _ = request_to(AM, {"model": "m", "messages": messages})
    after = [m for m in body["messages"][2:] if m["role"] == "user"]
    kinds = [
        "text" if isinstance(m["content"], str) else b["type"]
        for m in after
        for b in (m["content"] if not isinstance(m["content"], str) else [None])
    ]
    assert kinds == ["tool_result", "tool_result", "text"]
    back, encoded = request_to(OC, {**body, "max_tokens": 5})
    assert [m["role"] for m in back["messages"]] == [
        "user",
        "assistant",
        "tool",
        "tool",
        "user",
    ]
    assert "tool_result.text" not in codes(encoded)


@pytest.mark.parametrize("content", ["", None, [{"type": "text", "text": ""}]])
def test_R05_empty_text_is_never_sent(content):
    messages = [HI, {**CALL, "content": content}, *RESULTS]
    body, _ = request_to(AM, {"model": "m", "messages": messages})
    assert [b["type"] for b in body["messages"][1]["content"]] == ["tool_use"] * 2


def test_R13_only_the_parallel_switch_means_auto():
    body, _ = request_to(
        AM,
        {
            "model": "m",
            "messages": [HI],
            "tools": [TOOL],
            "parallel_tool_calls": False,
        },
    )
    assert body["tool_choice"] == {"type": "auto", "disable_parallel_tool_use": True}


def test_D01_the_openrouter_variant_keeps_cache_control():
    body = {
        "model": "m",
        "messages": [
            {
                "role": "user",
                "content": [
                    {
                        "type": "text",
                        "text": "x",
                        "cache_control": {"type": "ephemeral"},
                    }
                ],
            }
        ],
    }
    profile = openai_chat.PROFILES["openrouter"]
    request = openai_chat.decode_request(dumps(body), profile=profile)
    again = json.loads(openai_chat.encode_request(request, profile=profile).body)
    assert again["messages"][0]["content"] == body["messages"][0]["content"]
    # The same breakpoint reaches Anthropic, too.
    sent = json.loads(anthropic_messages.encode_request(request).body)
    assert sent["messages"][0]["content"][0]["cache_control"]["type"] == "ephemeral"


CITED = {
    "type": "web_search_result_location",
    "url": "https://example.com/a",
    "title": "A",
    "encrypted_index": "enc",
    "cited_text": "quoted",
}


def test_D08_citations_in_plain_and_in_stream():
    answer, encoded = response_to(
        OC,
        am_message([{"type": "text", "text": "Said so.", "citations": [CITED]}]),
    )
    (note,) = answer["choices"][0]["message"]["annotations"]
    assert note["url_citation"]["url"] == CITED["url"]
    assert "out.annotations_citations" in codes(encoded)
    events_ = am_text(0, "Said so.")
    events_.insert(
        1,
        {
            "type": "content_block_delta",
            "index": 0,
            "delta": {"type": "citations_delta", "citation": CITED},
        },
    )
    written, _ = translate_stream(am_stream(am_start(), *events_, *am_end()), AM, OC)
    streamed = [
        note
        for event in events(written)
        for choice in event["choices"]
        for note in choice["delta"].get("annotations") or ()
    ]
    assert [n["url_citation"]["url"] for n in streamed] == [CITED["url"]]


@pytest.mark.parametrize("stream", [False, True])
def test_U05_the_same_counters_in_both_modes(stream):
    usage = {
        "input_tokens": 10,
        "cache_creation_input_tokens": 3,
        "cache_read_input_tokens": 5,
        "output_tokens": 9,
    }
    if stream:
        data = am_stream(
            am_start({**usage, "output_tokens": 1}),
            *am_text(0, "x"),
            *am_end(usage={"output_tokens": 9}),
        )
        written, _ = translate_stream(data, AM, OC)
        found = events(written)[-1]["usage"]
    else:
        found = response_to(OC, am_message([{"type": "text", "text": "x"}], usage))[0][
            "usage"
        ]
    assert found["prompt_tokens"] == 18
    assert found["completion_tokens"] == 9
    assert found["prompt_tokens_details"]["cached_tokens"] == 5


def test_L14_input_totals_include_the_cache():
    usage = {
        "input_tokens": 10,
        "cache_creation_input_tokens": 3,
        "cache_read_input_tokens": 5,
        "output_tokens": 2,
    }
    answer, _ = response_to(OC, am_message([{"type": "text", "text": "x"}], usage))
    assert answer["usage"]["prompt_tokens"] == 18
    assert answer["usage"]["total_tokens"] == 20


def test_L15_uncached_input_excludes_the_cache():
    usage = {
        "prompt_tokens": 10,
        "completion_tokens": 2,
        "total_tokens": 12,
        "prompt_tokens_details": {"cached_tokens": 4},
    }
    answer, _ = response_to(
        AM, oc_completion({"role": "assistant", "content": "x"}, usage)
    )
    assert answer["usage"]["input_tokens"] == 6
    assert answer["usage"]["cache_read_input_tokens"] == 4


def test_S05_a_signature_is_kept_or_reported():
    thinking = {"type": "thinking", "thinking": "hm", "signature": "sig"}
    _, encoded = response_to(OC, am_message([thinking, {"type": "text", "text": "x"}]))
    # The part goes as a whole, its signature with it: one loss says so.
    assert "think.text" in codes(encoded)
    details, encoded = response_to(
        OC,
        am_message([thinking, {"type": "text", "text": "x"}]),
        target_profile=openai_chat.PROFILES["openrouter"],
    )
    message = details["choices"][0]["message"]
    # The text is shown; the signature is Anthropic's, and a client of this dialect
    # could not tell whose it is when it sends it back.
    assert message["reasoning_details"][0]["text"] == "hm"
    (loss,) = [x for x in encoded.losses if str(x.code) == "think.signature"]
    assert loss.path == "$.choices[0].message.parts[0].signature"


def test_L20_files_audio_and_schemas_are_kept_or_reported():
    body = {
        "model": "m",
        "messages": [
            {
                "role": "user",
                "content": [
                    {"type": "text", "text": "x"},
                    {
                        "type": "file",
                        "file": {
                            "filename": "a.pdf",
                            "file_data": "data:application/pdf;base64,JVBERg==",
                        },
                    },
                    {
                        "type": "input_audio",
                        "input_audio": {"data": "UklGRg==", "format": "wav"},
                    },
                ],
            }
        ],
        "response_format": {
            "type": "json_schema",
            "json_schema": {"name": "n", "schema": {"type": "object"}},
        },
    }
    sent, encoded = request_to(AM, body)
    kinds = [b["type"] for b in sent["messages"][0]["content"]]
    assert kinds == ["text", "document"]
    assert sent["output_config"]["format"]["schema"] == {"type": "object"}
    assert "in.audio" in codes(encoded)
    again = openai_chat.encode_request(openai_chat.decode_request(dumps(body)))
    assert json.loads(again.body) == body


def test_L24_broken_arguments_are_marked():
    broken = json.loads(json.dumps(CALL))
    broken["tool_calls"][0]["function"]["arguments"] = '{"city": "Par'
    body, encoded = request_to(AM, {"model": "m", "messages": [HI, broken, *RESULTS]})
    (loss,) = [x for x in encoded.losses if str(x.code) == "out.tool_call"]
    assert loss.action == "repaired"
    assert loss.path.endswith(".arguments")
    assert isinstance(body["messages"][1]["content"][0]["input"], dict)


def test_L29_flags_that_cannot_cross_are_reported():
    body = {
        "model": "m",
        "max_tokens": 5,
        "messages": [
            HI,
            {
                "role": "assistant",
                "content": [{"type": "tool_use", "id": "t", "name": "f", "input": {}}],
            },
            {
                "role": "user",
                "content": [
                    {
                        "type": "tool_result",
                        "tool_use_id": "t",
                        "content": "no",
                        "is_error": True,
                    },
                    {
                        "type": "document",
                        "title": "T",
                        "citations": {"enabled": True},
                        "source": {
                            "type": "base64",
                            "media_type": "application/pdf",
                            "data": "JVBERg==",
                        },
                    },
                ],
            },
        ],
        "tools": [{"name": "f", "input_schema": {"type": "object"}}],
        "tool_choice": {"type": "auto", "disable_parallel_tool_use": True},
    }
    sent, encoded = request_to(OC, body)
    assert sent["parallel_tool_calls"] is False
    assert {"tool_result.error_flag", "in.doc.meta"} <= codes(encoded)


def test_L30_a_pdf_is_a_file_and_no_image():
    body = {
        "model": "m",
        "max_tokens": 5,
        "messages": [
            {
                "role": "user",
                "content": [
                    {
                        "type": "document",
                        "source": {
                            "type": "base64",
                            "media_type": "application/pdf",
                            "data": "JVBERg==",
                        },
                    }
                ],
            }
        ],
    }
    sent, _ = request_to(OC, body)
    (part,) = sent["messages"][0]["content"]
    assert part["type"] == "file"
    assert part["file"]["file_data"] == "data:application/pdf;base64,JVBERg=="


def test_S03_each_signature_stays_with_its_block():
    blocks = [
        {"type": "thinking", "thinking": "one", "signature": "s1"},
        {"type": "redacted_thinking", "data": "d"},
        {"type": "thinking", "thinking": "two", "signature": "s2"},
        {"type": "text", "text": "x", "citations": None},
    ]
    response = anthropic_messages.decode_response(dumps(am_message(blocks)))
    again = json.loads(anthropic_messages.encode_response(response).body)
    assert again["content"] == blocks


@pytest.mark.parametrize("target", [OC, AM])
def test_E07_an_error_alone_is_a_legal_stream(target):
    codec = {OC: openai_chat, AM: anthropic_messages}[target]
    source = AM if target == OC else OC
    error = {
        AM: am_stream(
            {"type": "error", "error": {"type": "api_error", "message": "x"}}
        ),
        OC: b'data: {"error":{"message":"x","type":"server_error"}}\n\n',
    }[source]
    # The translator writes nothing; an encoder that is asked to must be legal.
    written, translator = translate_stream(error, source, target)
    assert written == b""
    decoder = {OC: anthropic_messages, AM: openai_chat}[target].stream_decoder()
    encoder = codec.stream_encoder()
    data = b"".join(encoder.encode(c) for c in [*decoder.feed(error), *decoder.close()])
    data += encoder.close()
    assert b'"error"' in data
    reader = codec.event_decoder()
    found = [*reader.feed(data), *reader.close()]
    assert codec.check_stream(found) == []
    assert translator.error.kind == "server_error"
