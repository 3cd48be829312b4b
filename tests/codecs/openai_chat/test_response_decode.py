"""Responses of `openai-chat`: reading."""

import pytest
from tests.codecs.openai_chat._response_support import (
    CALL,
    OWN,
    body_of,
    decode,
    encode,
    parts_of,
    wire_call,
)

from modelwire.codecs import openai_chat
from modelwire.codecs._base import Aliases
from modelwire.errors import ProviderError, RemoteProtocolError
from modelwire.ir import (
    Annotation,
    Base64Source,
    Finish,
    TextPart,
)


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
