"""Requests of `gemini-generate`: calls, their ids and signatures, server tools."""

from __future__ import annotations

import json

import attrs
import pytest
from tests.codecs.gemini_generate._request_support import (
    HELLO,
    codes,
    decode,
    encode,
)

import modelwire.codecs.gemini_generate as gg
from modelwire.errors import InvalidIRError, UnsupportedFeatureError
from modelwire.ir import (
    Annotation,
    Base64Source,
    ChatRequest,
    ImagePart,
    Logprobs,
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


def answered(*content, **fields):
    """A request that ends with a result of *content*."""
    result = ToolResultPart(call_id="c", name="f", content=content, **fields)
    return ChatRequest(model="g", messages=(Message(role="tool", parts=(result,)),))


NOTE = Annotation(kind="url", url="https://a.example")
ON_A_TEXT = [
    ("an annotation", {"annotations": (NOTE,)}, "annotations[0]"),
    ("log probabilities", {"logprobs": Logprobs()}, "logprobs"),
    ("a signature",
     {"signature": Opaque(value="QQ==", dialect="gemini-generate")}, "signature"),
    ("an unknown field", {"extra": {"gemini-generate": {"x": 1}}},
     "extra['gemini-generate'].x"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("fields", "place"), [row[1:] for row in ON_A_TEXT], ids=[r[0] for r in ON_A_TEXT]
)
def test_what_stands_on_the_text_of_a_result_is_reported(fields, place):
    encoded, out = encode(answered(TextPart(text="see", **fields)))
    response = out["contents"][0]["parts"][0]["functionResponse"]["response"]
    assert response == {"output": "see"}
    assert [loss.path for loss in encoded.losses] == [
        f"$.messages[0].parts[0].content[0].{place}"
    ]


def test_a_note_about_thoughts_on_a_result_is_no_field():
    spelling = {"gemini-generate": {"$spelling": {"thought": False}}}
    encoded, _ = encode(answered(TextPart(text="see", extra=spelling)))
    assert encoded.losses == ()


def test_a_medium_moves_behind_a_text_that_changes():
    image = ImagePart(source=Base64Source(data="aGk=", media_type="image/png"))
    changed = TextPart(text="see", annotations=(NOTE,))
    encoded, _ = encode(answered(image, changed))
    content = "$.messages[0].parts[0].content"
    assert [(loss.action, loss.path, loss.to) for loss in encoded.losses] == [
        ("dropped", f"{content}[1].annotations[0]", None),
        ("moved", f"{content}[1]", f"{content}[0]"),
    ]


def test_unknown_parts_of_a_result_are_kept():
    response = {
        "id": "c",
        "name": "f",
        "response": {"output": "see"},
        "parts": [{"hologram": {"x": 1}}],
    }
    contents = [{"role": "user", "parts": [{"functionResponse": response}]}]
    encoded, out = encode(decode({"contents": contents}))
    assert out["contents"] == contents
    assert encoded.losses == ()


def test_a_result_that_is_no_json_any_more_is_text():
    response = {"id": "c", "name": "f", "response": {"output": {"a": 1}}}
    contents = [{"role": "user", "parts": [{"functionResponse": response}]}]
    request = decode({"contents": contents})
    (message,) = request.messages
    (part,) = message.parts
    for text in ("plain", '"quoted"'):
        told = attrs.evolve(part, content=(TextPart(text=text),))
        changed = attrs.evolve(message, parts=(told,))
        body = gg.encode_request(attrs.evolve(request, messages=(changed,))).body
        (written,) = json.loads(body)["contents"][0]["parts"]
        assert written["functionResponse"]["response"] == {"output": text}


# --- more of what the API runs itself -----------------------------------------------

SERVER_PARTS = [
    ("a call without an id",
     ServerToolCallPart(id="", kind="code_execution", name="executableCode",
                        arguments='{"language":"PYTHON","code":"1"}'),
     {"executableCode": {"language": "PYTHON", "code": "1"}}, "id"),
    ("a call of another kind than its type",
     ServerToolCallPart(id="t", kind="x", name="FILE_SEARCH",
                        extra={"gemini-generate": {"$spelling": {}}}),
     {"toolCall": {"toolType": "FILE_SEARCH", "id": "t"}}, "kind"),
    ("code that is of another kind",
     ServerToolResultPart(call_id="t", kind="x", dialect="gemini-generate",
                          type="codeExecutionResult",
                          content={"outcome": "OUTCOME_OK"}),
     {"codeExecutionResult": {"outcome": "OUTCOME_OK", "id": "t"}}, "kind"),
    ("a result that is an error",
     ServerToolResultPart(call_id="t", kind="file_search", dialect="gemini-generate",
                          type="toolResponse", content={"r": 1}, is_error=True),
     {"toolResponse": {"toolType": "FILE_SEARCH", "id": "t", "response": {"r": 1}}},
     "is_error"),
    ("a result without a type",
     ServerToolResultPart(call_id="t", kind="", dialect="gemini-generate",
                          type="toolResponse", content={"r": 1}),
     {"toolResponse": {"id": "t", "response": {"r": 1}}}, None),
]  # fmt: skip


@pytest.mark.parametrize(
    ("part", "written", "field"),
    [row[1:] for row in SERVER_PARTS],
    ids=[row[0] for row in SERVER_PARTS],
)
def test_server_parts_say_what_they_can(part, written, field):
    message = Message(role="assistant", parts=(part,))
    encoded, out = encode(ChatRequest(model="g", messages=(message,)))
    assert out["contents"][0]["parts"] == [written]
    paths = [loss.path or loss.to for loss in encoded.losses]
    assert paths == ([f"$.messages[0].parts[0].{field}"] if field else [])


def test_a_server_call_without_an_id_gets_none():
    call = {"toolCall": {"toolType": "FILE_SEARCH", "args": {"q": 1}}}
    contents = [{"role": "model", "parts": [call]}]
    request = decode({"contents": contents})
    assert request.messages[0].parts[0].id
    encoded, out = encode(request)
    assert out["contents"] == contents
    assert encoded.losses == ()


def test_a_foreign_signature_gives_way_to_the_stand_in():
    foreign = Opaque(value="x", dialect="anthropic-messages")
    call = ToolCallPart(id="a", name="f", arguments="{}", signature=foreign)
    messages = (
        Message(role="user", parts=(TextPart(text="Hi"),)),
        Message(role="assistant", parts=(call,)),
        Message(role="tool", parts=(ToolResultPart(call_id="a", name="f"),)),
    )
    encoded, out = encode(ChatRequest(model="gemini-3-pro-preview", messages=messages))
    (written,) = out["contents"][1]["parts"]
    assert written["thoughtSignature"] == "skip_thought_signature_validator"
    path = "$.messages[1].parts[0].signature"
    assert codes(encoded) == {(LossCode.TOOL_CALL_THOUGHT_SIGNATURE, path)}


def test_text_in_the_role_of_results_is_the_users():
    contents = [{"role": "function", "parts": [{"text": "a"}]}]
    request = decode({"contents": contents})
    assert request.messages[0].role == "user"
    encoded, out = encode(request)
    assert out["contents"] == contents
    assert encoded.losses == ()


def test_a_part_in_the_wrong_role_is_refused():
    message = Message(role="user", parts=(ToolCallPart(id="a", name="f"),))
    with pytest.raises(InvalidIRError, match="ToolCallPart in a message of role user"):
        gg.encode_request(ChatRequest(model="g", messages=(message,)))
