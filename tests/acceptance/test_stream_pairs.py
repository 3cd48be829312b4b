"""Reported bugs of other translators, streams: the input and the right behaviour."""

from __future__ import annotations

import json

import pytest
from tests.acceptance._wire import (
    AM,
    OC,
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
    events,
    oc_call,
    oc_calls,
    oc_delta,
    oc_event,
    oc_finish,
    oc_stream,
    translate_stream,
)

USAGE = {"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 15}
TWO_INTERLEAVED = oc_stream(
    ROLE,
    oc_call(0, id="call_a", name="first", arguments='{"a"'),
    oc_call(1, id="call_b", name="second", arguments='{"b"'),
    oc_call(0, arguments=":1}"),
    oc_call(1, arguments=":2}"),
    oc_delta({}, "tool_calls"),
    oc_event(choices=[], usage=USAGE),
)


def test_L01_interleaved_calls_keep_their_own_blocks():
    written, _ = translate_stream(TWO_INTERLEAVED, OC, AM)
    first, second = am_blocks(written)
    assert (first["id"], first["_json"]) == ("call_a", '{"a":1}')
    assert (second["id"], second["_json"]) == ("call_b", '{"b":2}')


def test_L25_interleaved_arguments_are_never_mixed():
    written, _ = translate_stream(TWO_INTERLEAVED, OC, AM, size=1)
    assert [json.loads(b["_json"]) for b in am_blocks(written)] == [{"a": 1}, {"b": 2}]


def test_L26_two_calls_in_one_chunk():
    both = {
        "tool_calls": [
            {
                "index": i,
                "id": f"call_{i}",
                "type": "function",
                "function": {"name": f"f{i}", "arguments": f'{{"x":{i}}}'},
            }
            for i in (0, 1)
        ]
    }
    data = oc_stream(ROLE, oc_delta(both), oc_delta({}, "tool_calls"))
    written, _ = translate_stream(data, OC, AM)
    assert [(b["name"], b["_json"]) for b in am_blocks(written)] == [
        ("f0", '{"x":0}'),
        ("f1", '{"x":1}'),
    ]


def test_L27_stop_with_calls_is_tool_use():
    data = oc_stream(
        ROLE, oc_call(0, id="c", name="f", arguments="{}"), oc_delta({}, "stop")
    )
    written, translator = translate_stream(data, OC, AM)
    assert am_finish(written)["delta"]["stop_reason"] == "tool_use"
    assert translator.finish.raw == "stop"


def test_L33_blocks_never_overlap_and_stop_as_they_end():
    data = oc_stream(
        ROLE,
        oc_delta({"content": "Hi"}),
        oc_call(0, id="c", name="f", arguments="{}"),
        oc_delta({}, "tool_calls"),
    )
    written, _ = translate_stream(data, OC, AM)
    kinds = [e["type"] for e in events(written)]
    assert kinds.index("content_block_stop") < kinds.index("content_block_start", 2)
    assert [b["type"] for b in am_blocks(written)] == ["text", "tool_use"]


def test_T03_each_parallel_call_has_its_index():
    data = am_stream(
        am_start(),
        *am_tool(0, "toolu_1", "f", '{"a":', "1}"),
        *am_tool(1, "toolu_2", "f", '{"a":2}'),
        *am_end("tool_use"),
    )
    written, _ = translate_stream(data, AM, OC)
    calls = oc_calls(written)
    assert sorted(calls) == [0, 1]
    assert [c["arguments"] for c in calls.values()] == ['{"a":1}', '{"a":2}']


@pytest.mark.parametrize("name", ["", None])
def test_T05_a_call_without_a_name_waits_for_it(name):
    first = {"index": 0, "id": "c", "type": "function", "function": {"name": name}}
    data = oc_stream(
        ROLE,
        oc_delta({"tool_calls": [first]}),
        oc_delta({"tool_calls": [{"index": 0, "function": {"name": "f"}}]}),
        oc_call(0, arguments='{"a":1}'),
        oc_delta({}, "tool_calls"),
    )
    written, _ = translate_stream(data, OC, AM)
    (block,) = am_blocks(written)
    assert (block["name"], block["_json"]) == ("f", '{"a":1}')


def test_T06_no_delta_for_a_block_that_was_not_started():
    # The arguments come before the name: what is written must still be in order.
    data = oc_stream(
        ROLE,
        oc_delta({"tool_calls": [{"index": 3, "function": {"arguments": "{}"}}]}),
        oc_delta({"tool_calls": [{"index": 3, "id": "c", "function": {"name": "f"}}]}),
        oc_delta({}, "tool_calls"),
    )
    written, _ = translate_stream(data, OC, AM)
    assert [b["name"] for b in am_blocks(written)] == ["f"]


def test_T12_a_call_without_parameters_has_empty_arguments():
    data = am_stream(am_start(), *am_tool(0, "toolu_1", "now", ""), *am_end("tool_use"))
    written, _ = translate_stream(data, AM, OC)
    assert oc_calls(written)[0]["arguments"] == "{}"


def test_T15_the_starts_empty_input_is_no_fragment():
    data = am_stream(
        am_start(), *am_tool(0, "toolu_1", "f", '{"a"', ":1}"), *am_end("tool_use")
    )
    written, _ = translate_stream(data, AM, OC)
    assert oc_calls(written)[0]["arguments"] == '{"a":1}'


def test_T16_fragments_beat_the_starts_input():
    data = am_stream(
        am_start(),
        *am_tool(0, "toolu_1", "f", '{"a":1}', start={"a": 0}),
        *am_end("tool_use"),
    )
    written, _ = translate_stream(data, AM, OC)
    assert oc_calls(written)[0]["arguments"] == '{"a":1}'


def test_T17_fragments_join_byte_for_byte():
    fragments = ['{"te', 'xt": "a  \\u00e9 ', "é☀", '\\n"  }']
    data = oc_stream(
        ROLE,
        oc_call(0, id="c", name="f", arguments=fragments[0]),
        *(oc_call(0, arguments=f) for f in fragments[1:]),
        oc_delta({}, "tool_calls"),
    )
    written, _ = translate_stream(data, OC, AM)
    (block,) = am_blocks(written)
    assert block["_json"] == "".join(fragments)


def test_F01_text_then_a_call_ends_in_tool_use():
    data = oc_stream(
        ROLE,
        oc_delta({"content": "Let me see."}),
        oc_call(0, id="c", name="f", arguments="{}"),
        oc_delta({}, "tool_calls"),
    )
    written, _ = translate_stream(data, OC, AM)
    assert am_finish(written)["delta"]["stop_reason"] == "tool_use"


@pytest.mark.parametrize(
    ("reason", "kind"),
    [
        ("refusal", "refusal"),
        ("pause_turn", "pause"),
        ("model_context_window_exceeded", "context_length"),
        ("something_new", "unknown"),
    ],
)
def test_F06_four_outcomes_stay_four(reason, kind):
    data = am_stream(am_start(), *am_text(0, "x"), *am_end(reason))
    written, translator = translate_stream(data, AM, OC)
    assert (translator.finish.kind, translator.finish.raw) == (kind, reason)
    if kind == "unknown":
        # Nobody knows what it means, so nobody calls it a stop.
        assert oc_finish(written) == reason
    else:
        assert any(code.startswith("finish.") for code in codes(translator))


def test_F11_the_reason_in_message_delta_is_surfaced():
    data = am_stream(am_start(), *am_text(0, "x"), *am_end("max_tokens"))
    written, _ = translate_stream(data, AM, OC)
    assert oc_finish(written) == "length"


def test_U01_late_usage_with_cached_tokens():
    usage = {**USAGE, "prompt_tokens_details": {"cached_tokens": 4}}
    data = oc_stream(
        ROLE,
        oc_delta({"content": "x"}),
        oc_delta({}, "stop"),
        oc_event(choices=[], usage=usage),
    )
    written, _ = translate_stream(data, OC, AM)
    found = am_finish(written)["usage"]
    assert (found["input_tokens"], found["cache_read_input_tokens"]) == (6, 4)


def test_U03_cached_tokens_are_not_input_tokens():
    usage = {
        "prompt_tokens": 9888,
        "completion_tokens": 1,
        "total_tokens": 9889,
        "prompt_tokens_details": {"cached_tokens": 6752},
    }
    data = oc_stream(
        ROLE, oc_delta({"content": "x"}, "stop"), oc_event(choices=[], usage=usage)
    )
    written, _ = translate_stream(data, OC, AM)
    found = am_finish(written)["usage"]
    assert (found["input_tokens"], found["cache_read_input_tokens"]) == (3136, 6752)


def test_U04_a_later_counter_replaces():
    data = am_stream(
        am_start(
            {"input_tokens": 5, "cache_creation_input_tokens": 7, "output_tokens": 1}
        ),
        *am_text(0, "x"),
        *am_end(usage={"output_tokens": 9, "cache_creation_input_tokens": 0}),
    )
    _, translator = translate_stream(data, AM, OC)
    assert translator.usage.cache_write == 0
    assert translator.usage.input_total == 5


@pytest.mark.parametrize("place", ["start", "delta"])
def test_U06_cache_counters_in_either_place(place):
    counters = {"cache_read_input_tokens": 60}
    data = am_stream(
        am_start(
            {
                "input_tokens": 5,
                "output_tokens": 1,
                **(counters if place == "start" else {}),
            }
        ),
        *am_text(0, "x"),
        *am_end(usage={"output_tokens": 9, **(counters if place == "delta" else {})}),
    )
    written, _ = translate_stream(data, AM, OC)
    (usage,) = [e["usage"] for e in events(written) if e.get("usage")]
    assert usage["prompt_tokens"] == 65
    assert usage["prompt_tokens_details"]["cached_tokens"] == 60


def test_U08_the_usage_chunk_has_no_choices():
    data = am_stream(am_start(), *am_text(0, "x"), *am_end())
    written, _ = translate_stream(data, AM, OC)
    last = events(written)[-1]
    assert last["choices"] == []
    assert last["usage"]["completion_tokens"] == 9


def test_L04_an_error_event_becomes_an_error_frame():
    error = {"type": "error", "error": {"type": "overloaded_error", "message": "busy"}}
    data = am_stream(am_start(), *am_text(0, "x"), error)
    written, translator = translate_stream(data, AM, OC)
    assert events(written)[-1]["error"]["message"] == "busy"
    assert b"[DONE]" not in written
    assert translator.error.kind == "overloaded"


def test_L06_no_usage_chunk_still_ends_the_message():
    data = oc_stream(ROLE, oc_delta({"content": "x"}), oc_delta({}, "stop"))
    written, _ = translate_stream(data, OC, AM)
    assert [e["type"] for e in events(written)][-2:] == [
        "message_delta",
        "message_stop",
    ]


def test_L08_redacted_thinking_survives_its_own_dialect():
    block = {"type": "redacted_thinking", "data": "c2VjcmV0"}
    data = am_stream(am_start(), *am_block(0, block), *am_text(1, "x"), *am_end())
    written, translator = translate_stream(data, AM, AM)
    blocks = am_blocks(written)
    assert (blocks[0]["type"], blocks[0]["data"]) == ("redacted_thinking", "c2VjcmV0")
    assert translator.losses == ()


def test_L10_server_tools_are_never_plain_calls():
    data = am_stream(
        am_start(),
        *am_block(
            0,
            {
                "type": "server_tool_use",
                "id": "srvtoolu_1",
                "name": "web_search",
                "input": {},
            },
            {"type": "input_json_delta", "partial_json": '{"query":"x"}'},
        ),
        *am_block(
            1,
            {
                "type": "web_search_tool_result",
                "tool_use_id": "srvtoolu_1",
                "content": [],
            },
        ),
        *am_text(2, "x"),
        *am_end(),
    )
    written, translator = translate_stream(data, AM, OC)
    assert oc_calls(written) == {}
    assert "bt.call_items" in codes(translator)
    kept, _ = translate_stream(data, AM, AM)
    assert [b["type"] for b in am_blocks(kept)] == [
        "server_tool_use",
        "web_search_tool_result",
        "text",
    ]


def test_L31_unknown_events_write_no_empty_deltas():
    data = am_stream(
        am_start(), {"type": "something_new", "x": 1}, *am_text(0, "x"), *am_end()
    )
    written, _ = translate_stream(data, AM, OC)
    contents = [
        choice["delta"]["content"]
        for event in events(written)
        for choice in event.get("choices", ())
        if "content" in choice["delta"] and "role" not in choice["delta"]
    ]
    assert "" not in contents


def test_L32_an_error_chunk_is_no_normal_end():
    data = oc_stream(
        ROLE,
        oc_delta({"content": "x"}),
        {"error": {"message": "broke", "type": "server_error"}},
    )
    written, _ = translate_stream(data, OC, AM)
    assert events(written)[-1]["type"] == "error"
    assert b"end_turn" not in written
    assert b"message_stop" not in written


def test_L28_an_upstream_error_keeps_its_kind():
    error = {
        "error": {"message": "overloaded", "type": "overloaded_error", "code": 529}
    }
    data = oc_stream(ROLE, oc_delta({"content": "x"}), error, done=False)
    written, translator = translate_stream(data, OC, AM)
    assert translator.error.kind == "overloaded"
    assert events(written)[-1]["error"]["type"] == "overloaded_error"


def test_L34_logprobs_survive_their_own_dialect():
    logprobs = {
        "content": [{"token": "x", "logprob": -0.5, "bytes": [120], "top_logprobs": []}]
    }
    data = oc_stream(
        ROLE, oc_delta({"content": "x"}, logprobs=logprobs), oc_delta({}, "stop")
    )
    written, _ = translate_stream(data, OC, OC)
    found = [
        choice["logprobs"]
        for event in events(written)
        for choice in event.get("choices", ())
        if choice.get("logprobs")
    ]
    assert [x["content"] for x in found] == [logprobs["content"]]


def test_S04_the_signature_is_in_the_message_to_replay():
    data = am_stream(
        am_start(),
        *am_block(
            0,
            {"type": "thinking", "thinking": "", "signature": ""},
            {"type": "thinking_delta", "thinking": "hm"},
            {"type": "signature_delta", "signature": "sig"},
        ),
        *am_tool(1, "toolu_1", "f", "{}"),
        *am_end("tool_use"),
    )
    written, _ = translate_stream(data, AM, AM)
    assert am_blocks(written)[0]["_signature"] == "sig"


@pytest.mark.parametrize("source", [OC, AM])
def test_E01_a_stream_that_dies_is_no_success(source):
    whole = {
        OC: oc_stream(ROLE, oc_delta({"content": "x"}), done=False),
        AM: am_stream(am_start(), *am_text(0, "x")),
    }[source]
    target = AM if source == OC else OC
    written, translator = translate_stream(whole, source, target)
    assert translator.error.kind == "stream_truncated"
    assert "error" in events(written)[-1]
    assert b"[DONE]" not in written
    assert b"message_stop" not in written


def test_E03_done_after_an_error_is_still_an_error():
    data = oc_stream(
        ROLE, {"error": {"message": "x", "type": "server_error"}}, done=True
    )
    written, translator = translate_stream(data, OC, OC)
    assert translator.error is not None
    assert b"[DONE]" not in written


@pytest.mark.parametrize("comment", [b": OPENROUTER PROCESSING\n\n", b":\n\n"])
def test_B04_comments_are_never_data(comment):
    data = (
        oc_stream(ROLE, done=False)
        + comment
        + oc_stream(oc_delta({"content": "x"}, "stop"))
    )
    written, _ = translate_stream(data, OC, AM)
    assert b"PROCESSING" not in b"".join(
        line for line in written.split(b"\n") if line.startswith(b"data:")
    )
    assert [b["_text"] for b in am_blocks(written)] == ["x"]
