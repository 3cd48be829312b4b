"""Responses of `openai-chat`: writing what comes from elsewhere."""

import json

import pytest
from tests.codecs.openai_chat._response_support import (
    CALL,
    answer,
    codes,
    decode,
    encode,
)

from modelwire.codecs import openai_chat
from modelwire.codecs.openai_chat._wire import own_event
from modelwire.ir import (
    Annotation,
    AudioPart,
    Base64Source,
    Finish,
    Opaque,
    ReasoningPart,
    RefusalPart,
    SourceSpan,
    TextPart,
    ToolCallPart,
    Usage,
)


def test_golden_bytes():
    response = answer(
        CALL,
        finish=Finish(kind="tool_calls", raw="tool_calls"),
        usage=Usage(input_total=3, input_uncached=3, output_total=2),
    )
    encoded = openai_chat.encode_response(response)
    assert encoded.losses == ()
    assert encoded.status == 200
    assert encoded.headers == (("content-type", "application/json"),)
    assert encoded.body == (
        b'{"id":"r","object":"chat.completion","created":1,"model":"m","choices":'
        b'[{"index":0,"message":{"role":"assistant","content":null,"refusal":null,'
        b'"tool_calls":[{"id":"call_1","type":"function","function":{"name":"f",'
        b'"arguments":"{}"}}]},"logprobs":null,"finish_reason":"tool_calls"}],'
        b'"usage":{"prompt_tokens":3,"completion_tokens":2,"total_tokens":5}}'
    )


def test_T03_T23_every_call_is_written():
    calls = tuple(
        ToolCallPart(id=f"c{n}", name="f", arguments=f'{{"n":{n}}}') for n in range(3)
    )
    wire, losses = encode(
        answer(*calls, finish=Finish(kind="tool_calls", raw="tool_calls"))
    )
    found = wire["choices"][0]["message"]["tool_calls"]
    assert [c["id"] for c in found] == ["c0", "c1", "c2"]
    assert losses == ()


def test_T12_no_arguments_are_an_empty_object():
    wire, _ = encode(
        answer(
            ToolCallPart(id="c", name="f"),
            finish=Finish(kind="tool_calls", raw="tool_calls"),
        )
    )
    call = wire["choices"][0]["message"]["tool_calls"][0]
    assert call["function"]["arguments"] == "{}"


def test_missing_envelope_is_made():
    response = answer(TextPart(text="a"), id=None, model=None, created=None)
    request = openai_chat.decode_request(b'{"model":"gpt-x","messages":[]}')
    encoded = openai_chat.encode_response(response, request=request, created=7)
    wire = json.loads(encoded.body)
    assert wire["id"].startswith("chatcmpl-")
    assert (wire["created"], wire["model"]) == (7, "gpt-x")
    assert {loss.action for loss in encoded.losses} == {"synthesised"}
    given_id = openai_chat.encode_response(
        response, ids=lambda kind: f"chatcmpl-{kind}9"
    )
    assert json.loads(given_id.body)["id"] == "chatcmpl-response9"


def test_missing_call_ids_are_unique():
    calls = tuple(ToolCallPart(id="", name="f", arguments="{}") for _ in range(2))
    wire, _ = encode(answer(*calls, finish=Finish(kind="tool_calls", raw="tool_calls")))
    ids = [c["id"] for c in wire["choices"][0]["message"]["tool_calls"]]
    assert len({*ids, ""}) == 3


def test_texts_are_joined_and_calls_come_last():
    wire, losses = encode(
        answer(
            TextPart(text="a"),
            TextPart(text="b"),
            CALL,
            TextPart(text="c"),
            finish=Finish(kind="tool_calls", raw="tool_calls"),
        )
    )
    assert wire["choices"][0]["message"]["content"] == "abc"
    assert codes(losses) == [("out.text", "merged"), ("out.interleaving", "merged")]


def test_D08_citations_of_a_block_get_its_offsets():
    citation = Annotation(
        kind="url",
        type="web_search_result_location",
        url="https://a",
        title="T",
        cited_text="words",
        encrypted=Opaque(value="e", dialect="anthropic-messages"),
    )
    of_document = Annotation(
        kind="document",
        type="char_location",
        cited_text="x",
        source=SourceSpan(unit="char", start=0, end=1, index=0),
    )
    wire, losses = encode(
        answer(
            TextPart(text="one "),
            TextPart(text="two", annotations=(citation, of_document)),
        )
    )
    assert wire["choices"][0]["message"]["annotations"] == [
        {
            "type": "url_citation",
            "url_citation": {
                "start_index": 4,
                "end_index": 7,
                "url": "https://a",
                "title": "T",
            },
        }
    ]
    assert ("out.annotations_citations", "dropped") in codes(losses)


THOUGHT = ReasoningPart(
    text="hm", signature=Opaque(value="s", dialect="anthropic-messages")
)


def test_reasoning_has_no_field_at_openai():
    wire, losses = encode(answer(THOUGHT, TextPart(text="a")))
    assert "hm" not in json.dumps(wire)
    assert codes(losses) == [("think.text", "dropped")]


def test_reasoning_has_one_at_compatible_servers():
    wire, losses = encode(answer(THOUGHT, TextPart(text="a")), "deepseek")
    assert wire["choices"][0]["message"]["reasoning_content"] == "hm"
    assert codes(losses) == [("think.signature", "dropped")]


@pytest.mark.parametrize("field", ["reasoning", "reasoning_content"])
def test_own_reasoning_goes_back_into_its_field(field):
    response = decode({"role": "assistant", "content": "a", field: "hm"})
    wire, losses = encode(response)
    assert wire["choices"][0]["message"][field] == "hm"
    assert losses == ()


def test_refusals_are_joined():
    wire, losses = encode(
        answer(
            RefusalPart(text="no"),
            RefusalPart(text=" way"),
            finish=Finish(kind="refusal", raw="stop"),
        )
    )
    assert wire["choices"][0]["message"]["refusal"] == "no way"
    assert codes(losses) == [("out.refusal", "merged")]


def test_foreign_audio():
    part = AudioPart(source=Base64Source(data="aGk=", media_type="audio/L16"))
    wire, losses = encode(answer(part))
    assert wire["choices"][0]["message"]["audio"]["data"] == "aGk="
    assert {str(loss.code) for loss in losses} == {"out.audio"}


def test_legacy_client_gets_a_function_call():
    request = openai_chat.decode_request(
        b'{"model":"m","messages":[],"functions":[{"name":"f"}]}'
    )
    encoded = openai_chat.encode_response(
        answer(CALL, finish=Finish(kind="tool_calls", raw="tool_use")), request=request
    )
    choice = json.loads(encoded.body)["choices"][0]
    assert choice["message"]["function_call"] == {"name": "f", "arguments": "{}"}
    assert "tool_calls" not in choice["message"]
    assert choice["finish_reason"] == "function_call"


def test_legacy_client_gets_every_call():
    # The wire has one `function_call`; a second call can only stand in `tool_calls`.
    # Both come back when the answer is read, so there is nothing to report.
    request = openai_chat.decode_request(
        b'{"model":"m","messages":[],"functions":[{"name":"f"}]}'
    )
    calls = [ToolCallPart(id=f"c{n}", name="f", arguments="{}") for n in (1, 2)]
    encoded = openai_chat.encode_response(
        answer(*calls, finish=Finish(kind="tool_calls", raw="function_call")),
        request=request,
    )
    message = json.loads(encoded.body)["choices"][0]["message"]
    assert message["function_call"] == {"name": "f", "arguments": "{}"}
    assert [call["id"] for call in message["tool_calls"]] == ["c2"]
    back = openai_chat.decode_response(encoded.body).choices[0].message.parts
    assert sorted(part.id for part in back) == ["", "c2"]


def test_logprobs_of_a_text_move_to_the_choice():
    source = decode(
        choice={
            "logprobs": {"content": [{"token": "a", "logprob": -1, "top_logprobs": []}]}
        }
    )
    text = TextPart(text="a", logprobs=source.choices[0].logprobs)
    wire, losses = encode(answer(text))
    assert wire["choices"][0]["logprobs"]["content"][0]["token"] == "a"
    assert codes(losses) == [("resp.logprobs", "moved")]


@pytest.mark.parametrize(
    ("tier", "expected"),
    [("standard", "default"), ("batch", None), ("priority", "priority")],
)
def test_tiers(tier, expected):
    wire, _ = encode(answer(TextPart(text="a"), service_tier=tier))
    assert wire.get("service_tier") == expected


def test_own_event():
    assert own_event({"choices": []})
    assert own_event({"error": {"message": "m"}})
    assert not own_event({"type": "error", "error": {}})
    assert not own_event({"type": "message_start", "message": {}})
    assert not own_event(None)
