"""Requests of `gemini-generate`: calls, their ids and signatures, server tools."""

from __future__ import annotations

import json

import pytest
from tests.codecs.gemini_generate._request_support import (
    HELLO,
    codes,
    decode,
    encode,
)

import modelwire.codecs.gemini_generate as gg
from modelwire.errors import UnsupportedFeatureError
from modelwire.ir import (
    Base64Source,
    ChatRequest,
    ImagePart,
    LossCode,
    Message,
    Opaque,
    ReasoningPart,
    ServerToolCallPart,
    ServerToolResultPart,
    TextPart,
    ToolCallPart,
    ToolResultPart,
)

# --- calls and ids ------------------------------------------------------------------


def history(ids=False):
    def id_(n):
        return {"id": f"c{n}"} if ids else {}

    return [
        HELLO,
        {"role": "model", "parts": [
            {"functionCall": {**id_(0), "name": "sum", "args": {"a": 1}}},
            {"functionCall": {**id_(1), "name": "sum", "args": {"a": 2}}},
        ]},
        {"role": "user", "parts": [
            {"functionResponse": {**id_(0), "name": "sum", "response": {"output": ""}}},
            {"functionResponse": {**id_(1), "name": "sum", "response": {"sum": 2}}},
        ]},
    ]  # fmt: skip


def test_T20_calls_of_one_tool_get_ids_of_their_own():
    body = {"contents": [*history(), *history()[1:]]}
    request = decode(body)
    calls = [p.id for m in request.messages for p in m.parts if type(p) is ToolCallPart]
    results = [
        p.call_id
        for m in request.messages
        for p in m.parts
        if type(p) is ToolResultPart
    ]
    assert calls == results == ["call_0", "call_1", "call_2", "call_3"]
    encoded, out = encode(request)
    assert encoded.losses == ()
    assert out == body
    # A longer history begins with the same ids.
    shorter = decode({"contents": history()})
    assert shorter.messages == request.messages[:3]


def test_T21_an_empty_id_is_a_missing_one():
    contents = history()
    for content in contents[1:]:
        for part in content["parts"]:
            next(iter(part.values()))["id"] = ""
    request = decode({"contents": contents})
    assert [p.id for p in request.messages[1].parts] == ["call_0", "call_1"]


def test_T22_ids_are_echoed_on_call_and_result():
    body = {"contents": history(ids=True)}
    _, out = encode(decode(body))
    assert out == body
    call = ToolCallPart(id="toolu_1", name="f", arguments='{"a":1}')
    result = ToolResultPart(call_id="toolu_1", content=(TextPart(text="ok"),))
    request = ChatRequest(
        model="gemini-2.5-flash",
        messages=(
            Message(role="user", parts=(TextPart(text="Hi"),)),
            Message(role="assistant", parts=(call,)),
            Message(role="tool", parts=(result,)),
        ),
    )
    _, out = encode(request)
    assert out["contents"][1]["parts"][0]["functionCall"]["id"] == "toolu_1"
    answer = out["contents"][2]["parts"][0]["functionResponse"]
    assert answer == {"id": "toolu_1", "name": "f", "response": {"output": "ok"}}


def test_a_client_may_number_results_of_calls_without_ids():
    contents = history()
    contents[2]["parts"][1]["functionResponse"]["id"] = "mine"
    request = decode({"contents": contents})
    assert request.messages[2].parts[1].call_id == "call_1"
    _, out = encode(request)
    assert out["contents"] == contents


def test_an_id_that_a_new_result_names_is_written():
    request = decode({"contents": history()[:2]})
    result = ToolResultPart(call_id="call_1", content=(TextPart(text="x"),))
    longer = ChatRequest(
        model="g",
        messages=(*request.messages, Message(role="tool", parts=(result,))),
    )
    _, out = encode(longer)
    calls = [p["functionCall"].get("id") for p in out["contents"][1]["parts"]]
    assert calls == [None, "call_1"]
    assert out["contents"][2]["parts"][0]["functionResponse"]["id"] == "call_1"


def test_results_of_one_turn_are_one_content():
    calls = tuple(ToolCallPart(id=f"c{n}", name="f", arguments="{}") for n in (0, 1))
    results = tuple(
        Message(role="tool", parts=(ToolResultPart(call_id=f"c{n}", name="f"),))
        for n in (0, 1)
    )
    request = ChatRequest(
        model="g", messages=(Message(role="assistant", parts=calls), *results)
    )
    _, out = encode(request)
    assert [c["role"] for c in out["contents"]] == ["model", "user"]
    assert len(out["contents"][1]["parts"]) == 2


def test_result_without_its_call_is_refused():
    result = ToolResultPart(call_id="lost", content=(TextPart(text="x"),))
    request = ChatRequest(model="g", messages=(Message(role="tool", parts=(result,)),))
    with pytest.raises(UnsupportedFeatureError):
        gg.encode_request(request)


@pytest.mark.parametrize(
    ("response", "text", "is_error"),
    [
        ({"output": "x"}, "x", None),
        ({"error": "bad"}, "bad", True),
        ({"output": {"a": 1}}, '{"a":1}', None),
        ({"sum": 5, "b": [1]}, '{"sum":5,"b":[1]}', None),
    ],
)
def test_result_forms(response, text, is_error):
    contents = [
        {"role": "user", "parts": [
            {"functionResponse": {"id": "c", "name": "f", "response": response}}
        ]},
    ]  # fmt: skip
    request = decode({"contents": contents})
    part = request.messages[0].parts[0]
    assert part.content == (TextPart(text=text),)
    assert part.is_error is is_error
    _, out = encode(request)
    assert out["contents"] == contents


def test_result_with_media():
    image = ImagePart(source=Base64Source(data="aGk=", media_type="image/png"))
    result = ToolResultPart(
        call_id="c",
        name="f",
        content=(image, TextPart(text="see")),
        is_error=True,
    )
    _, out = encode(
        ChatRequest(model="g", messages=(Message(role="tool", parts=(result,)),))
    )
    assert out["contents"][0]["parts"][0]["functionResponse"] == {
        "id": "c",
        "name": "f",
        "response": {"error": "see"},
        "parts": [{"inlineData": {"mimeType": "image/png", "data": "aGk="}}],
    }


def test_broken_arguments_are_marked():
    call = ToolCallPart(id="c", name="f", arguments='{"a":')
    encoded, out = encode(
        ChatRequest(model="g", messages=(Message(role="assistant", parts=(call,)),))
    )
    args = out["contents"][0]["parts"][0]["functionCall"]["args"]
    assert args == {"_invalid_arguments": '{"a":'}
    assert (LossCode.OUT_TOOL_CALL, "$.messages[0].parts[0].arguments") in codes(
        encoded
    )


# --- signatures ---------------------------------------------------------------------


def test_S05_signatures_stay_on_their_parts():
    contents = [
        HELLO,
        {"role": "model", "parts": [
            {"text": "thinking", "thought": True, "thoughtSignature": "QQ=="},
            {"functionCall": {"name": "f", "args": {}}, "thoughtSignature": "Qg=="},
            {"functionCall": {"name": "g", "args": {}}},
            {"inlineData": {"mimeType": "image/png", "data": "aGk="},
             "thoughtSignature": "Qw=="},
            {"text": "", "thoughtSignature": "RA=="},
            {"thoughtSignature": "RQ=="},
            {"executableCode": {"language": "PYTHON", "code": "1"},
             "thoughtSignature": "Rg=="},
        ]},
    ]  # fmt: skip
    request = decode({"contents": contents})
    parts = request.messages[1].parts
    assert [p.signature.value if p.signature else None for p in parts] == [
        "QQ==", "Qg==", None, "Qw==", "RA==", "RQ==", "Rg==",
    ]  # fmt: skip
    assert isinstance(parts[0], ReasoningPart)
    encoded, out = encode(request)
    assert encoded.losses == ()
    assert out["contents"] == contents


def test_foreign_signatures_are_losses():
    foreign = Opaque(value="x", dialect="anthropic-messages")
    thought = ReasoningPart(text="hm", signature=foreign)
    encoded, out = encode(
        ChatRequest(model="g", messages=(Message(role="assistant", parts=(thought,)),))
    )
    assert out["contents"][0]["parts"] == [{"text": "hm", "thought": True}]
    assert codes(encoded) == {
        (LossCode.THINK_SIGNATURE, "$.messages[0].parts[0].signature")
    }


def test_gemini_3_gets_a_stand_in_for_missing_signatures():
    calls = (
        ToolCallPart(id="a", name="f", arguments="{}"),
        ToolCallPart(id="b", name="f", arguments="{}"),
    )
    messages = (
        Message(role="user", parts=(TextPart(text="Hi"),)),
        Message(role="assistant", parts=calls),
        Message(role="tool", parts=(ToolResultPart(call_id="a", name="f"),)),
    )
    _, out = encode(ChatRequest(model="gemini-3-pro-preview", messages=messages))
    signed = [p.get("thoughtSignature") for p in out["contents"][1]["parts"]]
    assert signed == ["skip_thought_signature_validator", None]
    _, out = encode(ChatRequest(model="gemini-2.5-pro", messages=messages))
    assert "thoughtSignature" not in json.dumps(out)
    later = (*messages, Message(role="user", parts=(TextPart(text="Now"),)))
    _, out = encode(ChatRequest(model="gemini-3-pro-preview", messages=later))
    assert "thoughtSignature" not in json.dumps(out)


# --- what the API runs itself -------------------------------------------------------


def test_server_parts_round_trip():
    contents = [
        {"role": "model", "parts": [
            {"executableCode": {"language": "PYTHON", "code": "1"}},
            {"codeExecutionResult": {"outcome": "OUTCOME_OK", "output": "1"}},
            {"toolCall": {"toolType": "FILE_SEARCH", "id": "t", "args": {"q": 1}}},
            {"toolResponse": {"toolType": "FILE_SEARCH", "id": "t",
                              "response": {"r": 1}}},
        ]},
    ]  # fmt: skip
    request = decode({"contents": contents})
    parts = request.messages[0].parts
    assert [type(p) for p in parts] == [ServerToolCallPart, ServerToolResultPart] * 2
    assert parts[0].id == parts[1].call_id != ""
    assert (parts[2].kind, parts[2].arguments) == ("file_search", '{"q":1}')
    encoded, out = encode(request)
    assert encoded.losses == ()
    assert out["contents"] == contents


def test_server_parts_of_others_are_dropped():
    call = ServerToolCallPart(id="srvtoolu_1", kind="web_search", name="web_search")
    message = Message(role="assistant", parts=(call, TextPart(text="x")))
    encoded, _ = encode(ChatRequest(model="g", messages=(message,)))
    assert codes(encoded) == {(LossCode.BT_CALL_ITEMS, "$.messages[0].parts[0]")}
