"""Reported bugs of other translators, between Gemini and the other dialects."""

from __future__ import annotations

import pytest
from tests.acceptance._wire import (
    AM,
    GG,
    OC,
    OR,
    am_blocks,
    am_finish,
    codes,
    events,
    gg_call,
    gg_chunk,
    gg_stream,
    oc_calls,
    oc_finish,
    or_output,
    request_between,
    response_between,
    translate_stream,
)

TWO_CALLS = [gg_call("f", {"a": 1}, thoughtSignature="c2ln"), gg_call("f", {"a": 2})]
PATH = "/v1beta/models/gemini-x:generateContent"
MODEL = "gemini-2.5-flash"
SCHEMA = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "properties": {
        "a": {"const": 1, "default": 1, "title": "t", "examples": [1]},
        "b": {"$ref": "#/$defs/B"},
    },
    "$defs": {"B": {"type": "string"}},
    "additionalProperties": False,
}
IMAGE = "https://a.example/x.png"


def oc_request(**rest):
    return {"model": MODEL, "messages": [{"role": "user", "content": "x"}], **rest}


def oc_tool(name, parameters):
    return {"type": "function", "function": {"name": name, "parameters": parameters}}


@pytest.mark.parametrize("ids", [{}, {"id": ""}], ids=["T20 no ids", "T21 empty ids"])
def test_T20_T21_calls_of_a_history_stay_apart(ids):
    calls = [{"functionCall": {**ids, "name": "f", "args": {"a": n}}} for n in (1, 2)]
    results = [
        {"functionResponse": {**ids, "name": "f", "response": {"r": n}}} for n in (1, 2)
    ]
    body = {
        "contents": [
            {"role": "user", "parts": [{"text": "x"}]},
            {"role": "model", "parts": calls},
            {"role": "user", "parts": results},
        ]
    }
    chat, _ = request_between(GG, OC, body, path=PATH)
    made = [call["id"] for call in chat["messages"][1]["tool_calls"]]
    assert len(set(made)) == 2
    assert all(made)
    assert [m["tool_call_id"] for m in chat["messages"][2:]] == made
    claude, _ = request_between(GG, AM, body, path=PATH)
    used = [block["id"] for block in claude["messages"][1]["content"]]
    answered = [block["tool_use_id"] for block in claude["messages"][2]["content"]]
    assert used == answered
    assert len(set(used)) == 2
    asked, _ = request_between(GG, OR, body, path=PATH)
    items = asked["input"][1:]
    called = [i["call_id"] for i in items if i["type"] == "function_call"]
    assert called == [i["call_id"] for i in items if "output" in i]
    assert len(set(called)) == 2


@pytest.mark.parametrize("id_", [{}, {"id": ""}])
def test_T20_T21_calls_of_a_stream_stay_apart(id_):
    calls = [{"functionCall": {**id_, "name": "f", "args": {"a": n}}} for n in (1, 2)]
    data = gg_stream(gg_chunk(calls[0]), gg_chunk(calls[1], finish="STOP"))
    written, _ = translate_stream(data, GG, OC)
    found = oc_calls(written)
    assert len({call["id"] for call in found.values()}) == 2
    assert [call["arguments"] for call in found.values()] == ['{"a":1}', '{"a":2}']
    items = or_output(translate_stream(data, GG, OR)[0])
    assert len({item["call_id"] for item in items}) == 2
    assert [item["arguments"] for item in items] == ['{"a":1}', '{"a":2}']


@pytest.mark.parametrize("before", [[], [gg_chunk({"text": "a"})]])
def test_F07_a_malformed_call_is_no_stop(before):
    last = gg_chunk(finish="MALFORMED_FUNCTION_CALL")
    written, translator = translate_stream(gg_stream(*before, last), GG, OC)
    assert oc_finish(written) == "error"
    assert translator.finish.raw == "MALFORMED_FUNCTION_CALL"
    assert translator.finish.kind == "malformed_tool_call"
    written, _ = translate_stream(gg_stream(*before, last), GG, OR)
    assert events(written)[-1]["type"] == "response.incomplete"


@pytest.mark.parametrize("target", [OC, AM, OR])
def test_F08_a_candidate_without_content_is_an_answer(target):
    body, encoded = response_between(GG, target, gg_chunk(finish="MAX_TOKENS"))
    assert encoded.error is None
    if target == OC:
        assert body["choices"][0]["finish_reason"] == "length"
        assert body["choices"][0]["message"]["content"] is None
    elif target == OR:
        assert (body["status"], body["output"]) == ("incomplete", [])
        assert body["incomplete_details"] == {"reason": "max_output_tokens"}
    else:
        assert (body["stop_reason"], body["content"]) == ("max_tokens", [])


@pytest.mark.parametrize("target", [OC, AM, OR])
def test_S06_a_signature_behind_the_thought_stays_off_other_words(target):
    data = gg_stream(
        gg_chunk({"text": "hm", "thought": True}),
        gg_chunk({"text": "a"}),
        gg_chunk({"text": "", "thoughtSignature": "c2ln"}, finish="STOP"),
    )
    written, translator = translate_stream(data, GG, target)
    assert b"c2ln" not in written
    assert translator.complete
    paths = {loss.path for loss in translator.losses}
    assert any(path and path.startswith("$.choices[0].message.parts[2]")
               for path in paths)  # fmt: skip
    again, _ = translate_stream(data, GG, GG)
    parts = [
        part
        for event in events(again.replace(b"\r\n", b"\n"))
        for candidate in event["candidates"]
        for part in candidate.get("content", {}).get("parts", ())
    ]
    assert [p["text"] for p in parts if "thoughtSignature" in p] == [""]


@pytest.mark.parametrize("source", [OC, AM, OR])
def test_R06_R07_R08_schemas_go_where_all_of_them_is_taken(source):
    body = {
        OC: oc_request(tools=[oc_tool("f", SCHEMA)]),
        AM: oc_request(max_tokens=5, tools=[{"name": "f", "input_schema": SCHEMA}]),
        OR: {
            "model": MODEL,
            "input": "x",
            "tools": [{"type": "function", "name": "f", "parameters": SCHEMA}],
        },
    }[source]
    made, encoded = request_between(source, GG, body)
    (declared,) = made["tools"][0]["functionDeclarations"]
    assert declared == {"name": "f", "parametersJsonSchema": SCHEMA}
    assert encoded.losses == ()


@pytest.mark.parametrize("parameters", [{}, {"type": "object", "properties": {}}])
def test_R09_a_tool_without_parameters(parameters):
    made, _ = request_between(OC, GG, oc_request(tools=[oc_tool("f", parameters)]))
    (declared,) = made["tools"][0]["functionDeclarations"]
    schema = declared.get("parametersJsonSchema")
    assert schema is None or schema["type"] == "object"
    assert "parameters" not in declared


def test_R08_R11_a_response_format_is_type_and_schema():
    wanted = {"name": "n", "schema": SCHEMA, "strict": True}
    body = oc_request(response_format={"type": "json_schema", "json_schema": wanted})
    made, _ = request_between(OC, GG, body)
    assert made["generationConfig"] == {
        "responseMimeType": "application/json",
        "responseJsonSchema": SCHEMA,
    }
    made, _ = request_between(
        OC, GG, oc_request(response_format={"type": "json_object"})
    )
    assert made["generationConfig"] == {"responseMimeType": "application/json"}


@pytest.mark.parametrize("source", [OC, AM, OR])
def test_D06_L22_an_address_is_reported_never_fetched(source):
    part = {
        OC: {"type": "image_url", "image_url": {"url": IMAGE}},
        AM: {"type": "image", "source": {"type": "url", "url": IMAGE}},
        OR: {"type": "input_image", "image_url": IMAGE, "detail": "auto"},
    }[source]
    text = {"type": "input_text" if source == OR else "text", "text": "x"}
    said = [{"role": "user", "content": [text, part]}]
    body = {"input": said} if source == OR else {"messages": said, "max_tokens": 5}
    made, encoded = request_between(source, GG, {"model": MODEL, **body})
    assert made["contents"] == [{"role": "user", "parts": [{"text": "x"}]}]
    (loss,) = [x for x in encoded.losses if x.action == "needs_fetch"]
    assert (loss.path, loss.severity) == ("$.messages[0].parts[1]", "error")


def test_L02_L03_two_calls_in_one_event_are_two_blocks():
    data = gg_stream(gg_chunk(*TWO_CALLS, finish="STOP"))
    written, _ = translate_stream(data, GG, AM)
    blocks = am_blocks(written)
    assert [block["_json"] for block in blocks] == ['{"a":1}', '{"a":2}']
    assert len({block["id"] for block in blocks}) == 2
    assert am_finish(written)["delta"]["stop_reason"] == "tool_use"
    written, _ = translate_stream(data, GG, OC)
    assert len(oc_calls(written)) == 2
    assert oc_finish(written) == "tool_calls"
    items = or_output(translate_stream(data, GG, OR)[0])
    assert [item["type"] for item in items] == ["function_call"] * 2


@pytest.mark.parametrize("target", [OC, AM, OR])
def test_L12_a_signature_is_reported_and_leaks_nowhere(target):
    answer = gg_chunk(*TWO_CALLS, finish="STOP")
    written, translator = translate_stream(gg_stream(answer), GG, target)
    assert b"c2ln" not in written
    assert "tool_call.thought_signature" in {str(x.code) for x in translator.losses}
    body, encoded = response_between(GG, target, answer)
    assert "tool_call.thought_signature" in codes(encoded)
    if target == AM:
        assert [set(block) for block in body["content"]] == [
            {"type", "id", "name", "input", "caller"}
        ] * 2
    elif target == OR:
        assert b"c2ln" not in encoded.body
    else:
        calls = body["choices"][0]["message"]["tool_calls"]
        assert [set(call) for call in calls] == [{"id", "type", "function"}] * 2
