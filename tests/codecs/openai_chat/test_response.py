"""Responses of `openai-chat`: reading, writing, finish reasons, usage."""

import json

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from modelwire.codecs import openai_chat
from modelwire.codecs._base import COLLECT, Aliases
from modelwire.codecs.openai_chat import PROFILES
from modelwire.codecs.openai_chat._finish import decode_finish, encode_finish
from modelwire.codecs.openai_chat._usage import decode_usage, encode_usage
from modelwire.codecs.openai_chat._wire import own_event
from modelwire.errors import ProviderError, RemoteProtocolError
from modelwire.ir import (
    Annotation,
    AudioPart,
    Base64Source,
    ChatResponse,
    Choice,
    Finish,
    Message,
    Opaque,
    ReasoningPart,
    RefusalPart,
    SourceSpan,
    TextPart,
    ToolCallPart,
    Usage,
)
from modelwire.testing import assert_accounted, strategies

OWN = "openai-chat"


def body_of(message=None, finish="stop", **fields):
    message = {"role": "assistant", "content": "a"} if message is None else message
    choice = {"index": 0, "message": message, "finish_reason": finish}
    choice.update(fields.pop("choice", {}))
    body = {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1,
        "model": "m",
        "choices": [choice],
    }
    body.update(fields)
    return json.dumps(body).encode()


def decode(message=None, finish="stop", **fields):
    profile = PROFILES[fields.pop("profile", "openai")]
    return openai_chat.decode_response(
        body_of(message, finish, **fields), profile=profile
    )


def encode(response, profile="openai", **kwargs):
    encoded = openai_chat.encode_response(
        response, on_loss=COLLECT, profile=PROFILES[profile], **kwargs
    )
    again = openai_chat.decode_response(encoded.body, profile=PROFILES[profile])
    assert_accounted(response, again, encoded.losses)
    return json.loads(encoded.body), encoded.losses


def answer(*parts, finish=None, **fields):
    message = Message(role="assistant", parts=parts)
    choice = Choice(
        index=0, message=message, finish=finish or Finish(kind="stop", raw="stop")
    )
    fields = {"id": "r", "model": "m", "created": 1, "choices": (choice,), **fields}
    return ChatResponse(**fields)


def codes(losses):
    return [(str(loss.code), loss.action) for loss in losses]


def parts_of(response):
    return response.choices[0].message.parts


CALL = ToolCallPart(id="call_1", name="f", arguments="{}")


def wire_call(ident="call_1", name="f", arguments="{}"):
    return {
        "id": ident,
        "type": "function",
        "function": {"name": name, "arguments": arguments},
    }


# --- reading ------------------------------------------------------------------------


def test_envelope():
    response = decode(
        service_tier="default", system_fingerprint="fp", moderation={"x": 1}
    )
    assert (response.id, response.created, response.model) == ("chatcmpl-1", 1, "m")
    assert response.service_tier == "default"
    assert response.moderation == {"x": 1}
    assert response.extra == {OWN: {"system_fingerprint": "fp"}}


@pytest.mark.parametrize("body", [b"", b"[]", b"null", b"{", b"<html>", b"\xff"])
def test_bodies_that_are_no_response(body):
    with pytest.raises(RemoteProtocolError):
        openai_chat.decode_response(body)


def test_an_error_status_is_a_provider_error():
    with pytest.raises(ProviderError) as caught:
        openai_chat.decode_response(
            b"busy", status=503, headers=(("Retry-After", "3"),)
        )
    assert (caught.value.info.kind, caught.value.info.retry_after) == (
        "overloaded",
        3.0,
    )


def test_calls_without_content():
    message = {"role": "assistant", "content": None, "tool_calls": [wire_call()]}
    response = decode(message, "tool_calls")
    assert parts_of(response) == (CALL,)
    assert response.choices[0].finish == Finish(kind="tool_calls", raw="tool_calls")


def test_T09_the_type_of_a_call_is_optional_and_always_written():
    call = wire_call()
    del call["type"]
    response = decode({"role": "assistant", "content": None, "tool_calls": [call]})
    wire, _ = encode(response)
    assert wire["choices"][0]["message"]["tool_calls"] == [wire_call()]


def test_T10_calls_without_index_stay_apart():
    calls = [wire_call("a"), wire_call("b")]
    response = decode({"role": "assistant", "content": "", "tool_calls": calls})
    assert [p.id for p in parts_of(response)[1:]] == ["a", "b"]


def test_custom_call():
    call = {"id": "c", "type": "custom", "custom": {"name": "math", "input": "4 + 4"}}
    response = decode({"role": "assistant", "content": None, "tool_calls": [call]})
    assert parts_of(response)[0].kind == "custom"
    wire, losses = encode(response)
    assert wire["choices"][0]["message"]["tool_calls"] == [call]
    assert losses == ()


def test_mistral_arguments_as_an_object():
    call = wire_call(arguments={"b": "é", "a": 1})
    response = decode({"role": "assistant", "content": None, "tool_calls": [call]})
    assert parts_of(response)[0].arguments == '{"b":"é","a":1}'
    wire, _ = encode(response)
    assert wire["choices"][0]["message"]["tool_calls"] == [call]


def test_annotations_belong_to_the_text():
    item = {
        "type": "url_citation",
        "url_citation": {"url": "u", "title": "t", "start_index": 0, "end_index": 1},
    }
    other = {"type": "file", "file": {"name": "x"}}
    response = decode(
        {"role": "assistant", "content": "ab", "annotations": [item, other]}
    )
    (text,) = parts_of(response)
    assert text.annotations[0] == Annotation(
        kind="url", type="url_citation", url="u", title="t", start=0, end=1
    )
    assert text.annotations[1].kind == "unknown"
    wire, losses = encode(response)
    assert wire["choices"][0]["message"]["annotations"] == [item, other]
    assert losses == ()


def test_audio_has_the_format_of_the_request():
    audio = {"id": "a", "data": "aGk=", "expires_at": 5, "transcript": "hi"}
    body = body_of({"role": "assistant", "content": None, "audio": audio})
    request = openai_chat.decode_request(
        b'{"model":"m","messages":[],"audio":{"format":"wav","voice":"alloy"}}'
    )
    response = openai_chat.decode_response(body, request=request)
    (part,) = parts_of(response)
    assert part.source == Base64Source(data="aGk=", media_type="audio/wav")
    assert (part.id, part.transcript, part.expires_at) == ("a", "hi", 5)
    wire, _ = encode(openai_chat.decode_response(body))
    assert wire["choices"][0]["message"]["audio"] == audio


def test_openrouter_images():
    image = {"type": "image_url", "image_url": {"url": "data:image/png;base64,aGk="}}
    response = decode({"role": "assistant", "content": "", "images": [image]})
    assert parts_of(response)[1].source.media_type == "image/png"
    wire, _ = encode(response)
    assert wire["choices"][0]["message"]["images"] == [image]


def test_response_content_object():
    response = decode({"role": "assistant", "content": {"a": 1}})
    assert parts_of(response)[0].text == '{"a":1}'
    wire, _ = encode(response)
    assert wire["choices"][0]["message"]["content"] == {"a": 1}


def test_blank_objects_are_no_parts():
    message = {
        "role": "assistant",
        "content": "4",
        "refusal": "",
        "audio": {"id": "", "data": "", "expires_at": 0, "transcript": ""},
        "function_call": {"name": "", "arguments": ""},
    }
    response = decode(message)
    assert parts_of(response) == (TextPart(text="4"),)
    assert response.choices[0].finish.kind == "stop"
    wire, _ = encode(response)
    assert wire["choices"][0]["message"] == message


def test_mistral_thinking():
    content = [
        {
            "type": "thinking",
            "thinking": [{"type": "text", "text": "hm"}],
            "closed": True,
        },
        {"type": "text", "text": "a"},
    ]
    response = decode({"role": "assistant", "content": content})
    assert [p.text for p in parts_of(response)] == ["hm", "a"]
    wire, losses = encode(response)
    assert wire["choices"][0]["message"]["content"] == content
    assert losses == ()


def test_L34_logprobs():
    entry = {
        "token": "a",
        "logprob": -0.5,
        "bytes": [97],
        "top_logprobs": [{"token": "b", "logprob": -1, "bytes": None}],
    }
    logprobs = {"content": [entry], "refusal": None, "reasoning_content": [entry]}
    response = decode(choice={"logprobs": logprobs})
    found = response.choices[0].logprobs
    assert found.content[0].bytes == (97,)
    assert found.content[0].top[0].token == "b"
    wire, losses = encode(response)
    assert wire["choices"][0]["logprobs"] == logprobs
    assert losses == ()


def test_malformed_logprobs_are_kept():
    odd = {"tokens": ["a"], "token_logprobs": [-1], "content": [{"token": 1}]}
    response = decode(choice={"logprobs": odd})
    wire, _ = encode(response)
    found = wire["choices"][0]["logprobs"]
    assert {k: v for k, v in found.items() if v is not None} == odd


def test_aliases_bring_names_home():
    message = {
        "role": "assistant",
        "content": None,
        "tool_calls": [wire_call("id_x", "a_b_123")],
    }
    response = openai_chat.decode_response(
        body_of(message),
        aliases=Aliases(names={"a_b_123": "a.b"}, call_ids={"id_x": "id:x"}),
    )
    assert (parts_of(response)[0].name, parts_of(response)[0].id) == ("a.b", "id:x")


# --- finish reasons -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("raw", "kind"),
    [
        ("stop", "stop"),
        ("length", "length"),
        ("tool_calls", "tool_calls"),
        ("function_call", "tool_calls"),
        ("content_filter", "content_filter"),
        ("eos", "stop"),
        ("model_length", "context_length"),
        ("insufficient_system_resource", "error"),
        ("sensitive", "content_filter"),
        ("error", "error"),
        ("something_new", "unknown"),
        ("", "unknown"),
    ],
)
def test_finish_is_read_and_comes_back(raw, kind):
    finish = decode_finish(raw)
    assert (finish.kind, finish.raw) == (kind, raw)
    legacy = raw == "function_call"
    assert encode_finish(finish, has_tool_calls=True, legacy=legacy) == raw


def test_L27_stop_beside_calls_means_calls():
    message = {"role": "assistant", "content": None, "tool_calls": [wire_call()]}
    response = decode(message, "stop")
    assert response.choices[0].finish == Finish(kind="tool_calls", raw="stop")
    wire, losses = encode(response)
    assert wire["choices"][0]["finish_reason"] == "stop"
    assert losses == ()


def test_stop_with_a_refusal_is_a_refusal():
    response = decode({"role": "assistant", "content": None, "refusal": "no"})
    assert response.choices[0].finish.kind == "refusal"
    wire, losses = encode(response)
    assert wire["choices"][0]["finish_reason"] == "stop"
    assert wire["choices"][0]["message"]["refusal"] == "no"
    assert losses == ()


def test_F06_four_different_outcomes():
    words = {}
    for kind, raw in (
        ("refusal", "refusal"),
        ("pause", "pause_turn"),
        ("context_length", "model_context_window_exceeded"),
        ("unknown", "novel_reason"),
    ):
        finish = Finish(kind=kind, raw=raw)
        wire, losses = encode(answer(TextPart(text="a"), finish=finish))
        words[kind] = wire["choices"][0]["finish_reason"]
        if kind != "unknown":
            assert "approximated" in {loss.action for loss in losses}, kind
    assert words == {
        "refusal": "content_filter",
        "pause": "stop",
        "context_length": "length",
        "unknown": "novel_reason",
    }


def test_F07_a_malformed_call_is_no_success():
    finish = Finish(kind="malformed_tool_call", raw="MALFORMED_FUNCTION_CALL")
    wire, losses = encode(answer(finish=finish))
    assert wire["choices"][0]["finish_reason"] == "error"
    assert ("finish.malformed_tool", "approximated") in codes(losses)


def test_F09_an_error_reason_is_no_crash():
    response = decode(finish="error")
    assert response.choices[0].finish.kind == "error"
    wire, _ = encode(response)
    assert wire["choices"][0]["finish_reason"] == "error"


def test_no_finish_is_no_success():
    response = decode(finish=None)
    assert response.choices[0].finish is None
    wire, losses = encode(response)
    assert wire["choices"][0]["finish_reason"] is None
    assert losses == ()


def test_stop_sequence():
    finish = Finish(kind="stop_sequence", raw="stop_sequence", stop_sequence="###")
    wire, losses = encode(answer(TextPart(text="a"), finish=finish))
    assert wire["choices"][0]["finish_reason"] == "stop"
    assert codes(losses) == [("finish.stop_sequence", "approximated")]


# --- usage --------------------------------------------------------------------------


def test_L15_axes_are_disjoint():
    usage = decode_usage(
        {
            "prompt_tokens": 10,
            "completion_tokens": 2,
            "total_tokens": 12,
            "prompt_tokens_details": {"cached_tokens": 4},
        }
    )
    assert (usage.input_total, usage.input_uncached, usage.cache_read) == (10, 6, 4)


def test_L14_the_prompt_is_the_sum():
    usage = Usage(
        input_total=18, input_uncached=10, cache_write=3, cache_read=5, output_total=1
    )
    assert encode_usage(usage) == {
        "prompt_tokens": 18,
        "completion_tokens": 1,
        "total_tokens": 19,
        "prompt_tokens_details": {"cached_tokens": 5, "cache_write_tokens": 3},
    }


def test_usage_adds_reasoning_left_out():
    wire = {
        "prompt_tokens": 10,
        "completion_tokens": 2,
        "total_tokens": 112,
        "completion_tokens_details": {"reasoning_tokens": 100},
    }
    usage = decode_usage(wire)
    assert (usage.output_total, usage.reasoning) == (102, 100)
    assert encode_usage(usage) == wire


def test_profile_xai_adds_reasoning_without_a_total():
    wire = {
        "prompt_tokens": 10,
        "completion_tokens": 2,
        "completion_tokens_details": {"reasoning_tokens": 100},
    }
    assert decode_usage(wire, PROFILES["xai"]).output_total == 102
    assert decode_usage(wire, PROFILES["openai"]).output_total == 2
    assert encode_usage(decode_usage(wire, PROFILES["xai"])) == wire


@pytest.mark.parametrize(
    "wire",
    [
        {"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 9},
        {
            "prompt_tokens": 9,
            "completion_tokens": 2,
            "total_tokens": 11,
            "prompt_cache_hit_tokens": 3,
            "prompt_cache_miss_tokens": 6,
        },
        {
            "prompt_tokens": 9,
            "completion_tokens": 2,
            "total_tokens": 11,
            "cached_tokens": 3,
        },
        {
            "prompt_tokens": 9,
            "completion_tokens": 2,
            "total_tokens": 11,
            "prompt_tokens_details": {
                "cached_tokens": 20,
                "audio_tokens": 1,
                "image_tokens": 2,
                "text_tokens": 3,
            },
            "completion_tokens_details": {
                "accepted_prediction_tokens": 1,
                "rejected_prediction_tokens": 0,
                "audio_tokens": 1,
                "text_tokens": 1,
            },
            "cost": 0.5,
        },
    ],
    ids=["odd total", "deepseek", "moonshot", "details"],
)
def test_usage_comes_back(wire):
    assert encode_usage(decode_usage(wire)) == wire


def test_cached_tokens_of_other_servers():
    usage = decode_usage(
        {"prompt_tokens": 9, "completion_tokens": 1, "prompt_cache_hit_tokens": 3}
    )
    assert (usage.cache_read, usage.input_uncached) == (3, 6)


@given(strategies.json_objects())
def test_usage_is_total(value):
    names = ["prompt_tokens", "completion_tokens", "total_tokens"]
    for name in (*names, "prompt_tokens_details", "completion_tokens_details"):
        encode_usage(decode_usage({"prompt_tokens": 5, name: value}))
    encode_usage(decode_usage(value))


def test_usage_losses():
    usage = Usage(
        input_total=5,
        input_uncached=2,
        cache_write=3,
        cache_write_5m=3,
        output_total=1,
        tool_prompt=1,
        server_tools={"web_search": 2},
    )
    _, losses = encode(answer(TextPart(text="a"), usage=usage))
    assert [loss.path for loss in losses] == [
        "$.usage.cache_write_5m",
        "$.usage.tool_prompt",
        "$.usage.server_tools.web_search",
    ]


# --- writing from elsewhere ---------------------------------------------------------


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


# --- laws ---------------------------------------------------------------------------

LAW = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


@LAW
@given(
    st.sampled_from([OWN, "anthropic-messages", None]).flatmap(
        strategies.chat_responses
    ),
    st.sampled_from(["openai", "deepseek", "mistral", "openrouter"]),
)
def test_responses_are_accounted_for(response, profile):
    encode(response, profile)


@LAW
@given(strategies.chat_responses(OWN))
def test_own_responses_settle(response):
    first = openai_chat.encode_response(response, on_loss=COLLECT)
    again = openai_chat.decode_response(first.body)
    second = openai_chat.encode_response(again, on_loss=COLLECT)
    assert second.body == first.body


@LAW
@given(st.data())
def test_decode_response_never_breaks(data):
    body = json.loads(
        body_of(
            {
                "role": "assistant",
                "content": [{"type": "text", "text": "a"}],
                "refusal": "r",
                "annotations": [{"type": "url_citation", "url_citation": {"url": "u"}}],
                "audio": {"id": "a", "data": "d"},
                "images": [{"type": "image_url", "image_url": {"url": "u"}}],
                "tool_calls": [wire_call()],
                "function_call": {"name": "f", "arguments": "{}"},
                "reasoning": "r",
                "reasoning_details": [{"type": "reasoning.text", "text": "t"}],
            },
            choice={"logprobs": {"content": [{"token": "a", "logprob": -1}]}},
            usage={"prompt_tokens": 1, "prompt_tokens_details": {"cached_tokens": 1}},
        )
    )
    place = body
    while isinstance(place, dict | list) and place:
        keys = list(place) if isinstance(place, dict) else range(len(place))
        key = data.draw(st.sampled_from(list(keys)))
        if not isinstance(place[key], dict | list) or data.draw(st.booleans()):
            place[key] = data.draw(strategies.json_values())
            break
        place = place[key]
    response = openai_chat.decode_response(json.dumps(body).encode())
    openai_chat.encode_response(response, on_loss=COLLECT)
