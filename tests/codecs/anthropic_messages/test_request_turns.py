"""Requests of Anthropic Messages: the order of turns, calls and their results."""

from __future__ import annotations

import json

import pytest
from tests.codecs.anthropic_messages._request_support import (
    assistant,
    body_of,
    call,
    decoded,
    function,
    losses_of,
    request,
    text,
    tool,
    user,
)

from modelwire import ir
from modelwire.codecs.anthropic_messages import (
    decode_response,
    encode_request,
)
from modelwire.errors import (
    InvalidIRError,
)

# --- turns --------------------------------------------------------------------------


def test_results_become_one_user_turn_before_the_next_words():
    value = request(
        user(text("go")),
        assistant(call("a"), call("b")),
        tool("a", "1"),
        tool("b", "2"),
        user(text("and now?")),
    )
    body = body_of(value)
    assert [m["role"] for m in body["messages"]] == ["user", "assistant", "user"]
    assert [b["type"] for b in body["messages"][2]["content"]] == [
        "tool_result",
        "tool_result",
        "text",
    ]
    assert losses_of(value) == []


def test_R02_results_stand_right_after_their_calls():
    value = request(
        user(text("go")), assistant(call("a")), user(text("wait")), tool("a")
    )
    body = body_of(value)
    assert [b["type"] for b in body["messages"][2]["content"]] == [
        "tool_result",
        "text",
    ]
    assert ("tool_result.text", "$.messages[2].parts[0]", "moved", "cosmetic") in (
        losses_of(value)
    )


def test_R02_results_come_before_instructions_in_between():
    system = ir.Message(role="system", parts=(text("note"),))
    value = request(user(text("go")), assistant(call("a")), system, tool("a"))
    body = body_of(value)
    assert [m["role"] for m in body["messages"]] == [
        "user",
        "assistant",
        "user",
        "system",
    ]


def test_histories_in_order_keep_their_boundaries():
    messages = [
        {"role": "user", "content": "a"},
        {"role": "user", "content": "b"},
        {"role": "assistant", "content": "c"},
        {"role": "assistant", "content": "d"},
    ]
    assert body_of(decoded(*messages))["messages"] == messages


def test_R05_empty_text_is_never_sent():
    value = request(
        user(text("go")),
        assistant(text(""), call("a")),
        tool("a"),
        user(text("")),
        assistant(text("")),
        user(text("more")),
    )
    body = body_of(value)
    assert '"text":""' not in json.dumps(body, separators=(",", ":"))
    assert [m["role"] for m in body["messages"]] == [
        "user",
        "assistant",
        "user",
        "user",
    ]
    assert len(body["messages"][1]["content"]) == 1


def test_an_empty_result_stays_empty():
    value = request(user(text("go")), assistant(call("a")), tool("a", ""))
    assert body_of(value)["messages"][2]["content"][0]["content"] == ""
    assert losses_of(value) == []


def test_an_empty_turn_of_the_tools_is_no_turn():
    value = request(user(text("go")), assistant(text("so")), ir.Message(role="tool"))
    assert [m["role"] for m in body_of(value)["messages"]] == ["user", "assistant"]
    assert losses_of(value)[0][1:3] == ("$.messages[2]", "dropped")


def test_several_leading_messages_become_the_blocks_of_one():
    system = (
        ir.Message(role="system", parts=(text("a"),)),
        ir.Message(role="developer", parts=(text("b"),)),
    )
    value = request(system=system)
    assert [block["text"] for block in body_of(value)["system"]] == ["a", "b"]


def test_a_developer_message_is_a_system_message():
    value = request(user(text("a")), ir.Message(role="developer", parts=(text("b"),)))
    assert body_of(value)["messages"][1] == {"role": "system", "content": "b"}
    assert losses_of(value) == [
        ("role.developer", "$.messages[1].role", "approximated", "cosmetic")
    ]


def test_instructions_left_in_front_are_leading():
    value = request(
        user(ir.VideoPart(source=ir.UrlSource(url="https://v.example"))),
        ir.Message(role="system", parts=(text("b"),)),
        user(text("c")),
    )
    body = body_of(value)
    assert body["system"] == "b"
    assert body["messages"] == [{"role": "user", "content": "c"}]


def test_a_part_in_the_wrong_role_is_refused():
    value = request(ir.Message(role="system", parts=(call("a"),)))
    with pytest.raises(InvalidIRError, match=r"\$\.messages\[0\]\.parts\[0\]"):
        encode_request(value)


# --- calls --------------------------------------------------------------------------


@pytest.mark.parametrize("arguments", ["", "{}", " "])
def test_T12_no_arguments_are_an_empty_object(arguments):
    value = request(user(text("go")), assistant(call("a", arguments=arguments)))
    assert body_of(value)["messages"][1]["content"][0]["input"] == {}


@pytest.mark.parametrize("arguments", ['{"a":', "[1]", '"x"', "nope", "NaN"])
def test_L24_arguments_that_are_no_object_are_marked(arguments):
    value = request(user(text("go")), assistant(call("a", arguments=arguments)))
    block = body_of(value)["messages"][1]["content"][0]
    assert block["input"] == {"_invalid_arguments": arguments}
    assert losses_of(value) == [
        (
            "out.tool_call",
            "$.messages[1].parts[0].arguments",
            "repaired",
            "approximation",
        )
    ]


def test_illegal_names_and_ids_are_renamed_and_come_home():
    value = request(
        user(text("go")),
        assistant(call("call 1|x", "files.read")),
        tool("call 1|x"),
        tools=(function("files.read"),),
        tool_choice=ir.ToolChoice(mode="tool", name="files.read"),
    )
    encoded = encode_request(value)
    body = json.loads(encoded.body)
    name = body["tools"][0]["name"]
    use = body["messages"][1]["content"][0]
    assert name == use["name"] == body["tool_choice"]["name"] == "files_read_1fd0376a62"
    assert use["id"] == body["messages"][2]["content"][0]["tool_use_id"] != "call 1|x"
    assert encoded.aliases.name(name) == "files.read"
    assert encoded.aliases.call_id(use["id"]) == "call 1|x"
    answer = {"type": "message", "role": "assistant", "content": [use]}
    home = decode_response(json.dumps(answer).encode(), request=encoded)
    assert home.choices[0].message.parts[0].name == "files.read"
    assert home.choices[0].message.parts[0].id == "call 1|x"
    body_of(value)


def test_T21_calls_without_an_id_stay_apart():
    value = request(
        user(text("go")), assistant(call(""), call("")), tool(""), tool("", "2")
    )
    body = body_of(value)
    ids = [block["id"] for block in body["messages"][1]["content"]]
    answered = [block["tool_use_id"] for block in body["messages"][2]["content"]]
    assert ids == answered
    assert len(set(ids)) == 2


def test_free_text_tools_are_wrapped_and_unwrapped():
    value = request(
        user(text("go")),
        assistant(call("a", "grep", "foo|bar", kind="custom")),
        tool("a"),
        tools=(ir.CustomTool(name="grep"),),
    )
    encoded = encode_request(value)
    body = json.loads(encoded.body)
    assert body["tools"][0]["input_schema"]["required"] == ["input"]
    use = body["messages"][1]["content"][0]
    assert use["input"] == {"input": "foo|bar"}
    home = decode_response(
        json.dumps({"type": "message", "content": [use]}).encode(), request=encoded
    )
    part = home.choices[0].message.parts[0]
    assert (part.kind, part.arguments) == ("custom", "foo|bar")
    body_of(value)
