"""Requests of `openai-chat`: what is written, and lost, from elsewhere."""

import json

import pytest
from tests.codecs.openai_chat._request_support import (
    CALL,
    codes,
    encode,
    talk,
    user,
)

from modelwire.codecs import openai_chat
from modelwire.errors import (
    InvalidIRError,
    UnsupportedFeatureError,
)
from modelwire.ir import (
    AudioPart,
    Base64Source,
    CompactionPart,
    DocumentPart,
    FunctionTool,
    ImagePart,
    Message,
    ReasoningConfig,
    RefusalPart,
    ResponseFormat,
    SearchResultPart,
    ServerTool,
    TextPart,
    TextSource,
    ToolCallPart,
    ToolChoice,
    ToolResultPart,
    UrlSource,
)


def test_golden_bytes():
    request = talk(
        user(TextPart(text="é")),
        Message(role="assistant", parts=(TextPart(text="a"), CALL)),
        Message(
            role="tool",
            parts=(ToolResultPart(call_id="call_1", content=(TextPart(text="r"),)),),
        ),
        system=(Message(role="system", parts=(TextPart(text="s"),)),),
        tools=(FunctionTool(name="f", input_schema={"type": "object"}),),
        tool_choice=ToolChoice(mode="auto"),
        max_output_tokens=9,
        stream=True,
        include_usage=True,
    )
    encoded = openai_chat.encode_request(request)
    assert (encoded.method, encoded.path) == ("POST", "/v1/chat/completions")
    assert encoded.losses == ()
    assert (
        encoded.body
        == (
            '{"model":"m","messages":[{"role":"system","content":"s"},'
            '{"role":"user","content":"é"},{"role":"assistant","content":"a",'
            '"tool_calls":[{"id":"call_1","type":"function","function":{"name":"f",'
            '"arguments":"{\\"a\\":1}"}}]},{"role":"tool","tool_call_id":"call_1",'
            '"content":"r"}],"tools":[{"type":"function","function":{"name":"f",'
            '"parameters":{"type":"object"}}}],"tool_choice":"auto",'
            '"max_completion_tokens":9,"stream":true,'
            '"stream_options":{"include_usage":true}}'
        ).encode()
    )


def test_T23_every_call_and_every_result_survives():
    calls = tuple(
        ToolCallPart(id=f"call_{n}", name="f", arguments="{}") for n in range(3)
    )
    results = tuple(
        ToolResultPart(call_id=f"call_{n}", content=(TextPart(text=str(n)),))
        for n in range(3)
    )
    wire, losses = encode(talk(Message(role="assistant", parts=calls), user(*results)))
    assert [c["id"] for c in wire["messages"][0]["tool_calls"]] == [
        "call_0",
        "call_1",
        "call_2",
    ]
    assert [(m["role"], m["tool_call_id"]) for m in wire["messages"][1:]] == [
        ("tool", "call_0"),
        ("tool", "call_1"),
        ("tool", "call_2"),
    ]
    assert losses == ()


def test_R02_results_stand_directly_behind_their_call():
    result = ToolResultPart(call_id="call_1", content=(TextPart(text="r"),))
    wire, losses = encode(
        talk(
            Message(role="assistant", parts=(CALL,)),
            user(TextPart(text="before"), result, TextPart(text="after")),
        )
    )
    assert [m["role"] for m in wire["messages"]] == ["assistant", "tool", "user"]
    assert [p["text"] for p in wire["messages"][2]["content"]] == ["before", "after"]
    assert set(codes(losses)) == {("tool_result.text", "moved")}


def test_T12_a_call_without_arguments_is_an_empty_object():
    wire, losses = encode(
        talk(Message(role="assistant", parts=(ToolCallPart(id="c", name="f"),)))
    )
    call = wire["messages"][0]["tool_calls"][0]
    assert call["function"]["arguments"] == "{}"
    assert losses == ()


def test_L24_truncated_arguments_stay_as_they_are():
    call = ToolCallPart(id="c", name="f", arguments='{"a": [1, 2')
    wire, _ = encode(talk(Message(role="assistant", parts=(call,))))
    assert wire["messages"][0]["tool_calls"][0]["function"]["arguments"] == (
        '{"a": [1, 2'
    )


def test_L29_what_anthropic_says_more_is_reported():
    request = talk(
        Message(role="assistant", parts=(CALL,)),
        user(
            ToolResultPart(
                call_id="call_1", content=(TextPart(text="boom"),), is_error=True
            ),
            DocumentPart(
                source=Base64Source(data="aGk=", media_type="application/pdf"),
                title="T",
                context="C",
                citations=True,
            ),
        ),
    )
    wire, losses = encode(request)
    assert wire["messages"][1]["content"] == "Error: boom"
    assert wire["messages"][2]["content"][0]["file"]["filename"] == "T"
    paths = {loss.path for loss in losses}
    assert "$.messages[1].parts[0].is_error" in paths
    assert "$.messages[1].parts[1].context" in paths
    assert "$.messages[1].parts[1].citations" in paths


def test_L30_a_pdf_is_a_file_not_an_image():
    source = Base64Source(data="aGk=", media_type="application/pdf")
    wire, losses = encode(talk(user(DocumentPart(source=source))))
    assert wire["messages"][0]["content"] == [
        {
            "type": "file",
            "file": {
                "file_data": "data:application/pdf;base64,aGk=",
                "filename": "document.pdf",
            },
        }
    ]
    assert codes(losses) == [("in.doc.meta", "synthesised")]


def test_images_of_results_move_behind_the_results():
    image = ImagePart(source=Base64Source(data="aGk=", media_type="image/png"))
    second = ToolCallPart(id="call_2", name="g", arguments="{}")
    wire, losses = encode(
        talk(
            Message(role="assistant", parts=(CALL, second)),
            user(
                ToolResultPart(call_id="call_1", content=(TextPart(text="t"), image)),
                ToolResultPart(call_id="call_2", content=(TextPart(text="u"),)),
            ),
            Message(role="assistant", parts=(TextPart(text="done"),)),
        )
    )
    roles = [m["role"] for m in wire["messages"]]
    assert roles == ["assistant", "tool", "tool", "user", "assistant"]
    content = wire["messages"][3]["content"]
    assert content[0]["text"] == "Output of tool call call_1:"
    assert content[1]["image_url"]["url"] == "data:image/png;base64,aGk="
    assert ("tool_result.image", "moved") in codes(losses)


def test_a_document_behind_an_address_must_be_fetched_by_somebody():
    request = talk(user(DocumentPart(source=UrlSource(url="https://a/x.pdf"))))
    with pytest.raises(UnsupportedFeatureError) as caught:
        openai_chat.encode_request(request)
    assert codes(caught.value.refused) == [("in.doc.url", "needs_fetch")]


@pytest.mark.parametrize(
    "fields", [{"previous_response_id": "resp_1"}, {"conversation": "conv_1"}]
)
def test_stored_state_is_an_error(fields):
    with pytest.raises(UnsupportedFeatureError):
        openai_chat.encode_request(talk(user(TextPart(text="x")), **fields))


def test_a_text_document_becomes_text():
    part = DocumentPart(source=TextSource(text="body"), title="T")
    wire, losses = encode(talk(user(part)))
    assert wire["messages"][0]["content"] == "T\n\nbody"
    assert codes(losses) == [("in.doc.base64", "approximated")]


def test_a_search_result_becomes_text():
    part = SearchResultPart(
        source="https://a", title="T", content=(TextPart(text="x"),), citations=True
    )
    wire, losses = encode(talk(user(part)))
    assert wire["messages"][0]["content"] == "T\nhttps://a\n\nx"
    assert codes(losses) == [("in.search_result", "approximated")]


def test_a_summary_becomes_text():
    wire, _ = encode(talk(user(CompactionPart(text="so far"), TextPart(text="go"))))
    assert [p["text"] for p in wire["messages"][0]["content"]] == ["so far", "go"]


def test_audio_formats():
    good = AudioPart(source=Base64Source(data="aGk=", media_type="audio/x-wav"))
    bad = AudioPart(source=Base64Source(data="aGk=", media_type="audio/flac"))
    wire, losses = encode(talk(user(good, bad)))
    (item,) = wire["messages"][0]["content"]
    assert item["input_audio"] == {"data": "aGk=", "format": "wav"}
    assert codes(losses) == [("in.audio", "approximated"), ("in.audio", "dropped")]


@pytest.mark.parametrize(
    ("config", "effort"),
    [
        (ReasoningConfig(mode="disabled"), "none"),
        (ReasoningConfig(mode="enabled", budget_tokens=1024), "minimal"),
        (ReasoningConfig(mode="enabled", budget_tokens=2048), "low"),
        (ReasoningConfig(mode="enabled", budget_tokens=10000), "medium"),
        (ReasoningConfig(mode="enabled", budget_tokens=32000), "high"),
        (ReasoningConfig(budget_tokens=99999), "xhigh"),
        (ReasoningConfig(mode="adaptive", effort="max"), "max"),
        (ReasoningConfig(mode="adaptive", display="omitted"), None),
    ],
)
def test_reasoning_becomes_an_effort(config, effort):
    wire, losses = encode(talk(user(TextPart(text="x")), reasoning=config))
    assert wire.get("reasoning_effort") == effort
    assert losses


def test_names_become_legal_and_find_home():
    request = talk(
        Message(
            role="assistant",
            parts=(ToolCallPart(id="c", name="mcp.server/tool", arguments="{}"),),
        ),
        tools=(FunctionTool(name="mcp.server/tool"),),
        tool_choice=ToolChoice(mode="tool", name="mcp.server/tool"),
    )
    encoded = openai_chat.encode_request(request)
    wire = json.loads(encoded.body)
    name = wire["tools"][0]["function"]["name"]
    assert name.replace("_", "").replace("-", "").isalnum()
    assert wire["messages"][0]["tool_calls"][0]["function"]["name"] == name
    assert wire["tool_choice"]["function"]["name"] == name
    assert encoded.aliases.name(name) == "mcp.server/tool"


def test_missing_call_ids_are_made_and_paired():
    calls = tuple(ToolCallPart(id="", name=n, arguments="{}") for n in ("a", "b"))
    results = tuple(
        ToolResultPart(call_id="", name=n, content=(TextPart(text=n),))
        for n in ("b", "a")
    )
    wire, _ = encode(talk(Message(role="assistant", parts=calls), user(*results)))
    ids = [c["id"] for c in wire["messages"][0]["tool_calls"]]
    assert len(set(ids)) == 2
    assert [m["tool_call_id"] for m in wire["messages"][1:]] == [ids[1], ids[0]]


def test_text_behind_a_call_comes_first():
    message = Message(role="assistant", parts=(CALL, TextPart(text="a")))
    wire, losses = encode(talk(message))
    assert wire["messages"][0]["content"] == "a"
    assert codes(losses) == [("out.interleaving", "moved")]


def test_refusal_stands_where_it_stood():
    parts = (RefusalPart(text="no"), TextPart(text="but"))
    wire, losses = encode(talk(Message(role="assistant", parts=parts)))
    assert [p["type"] for p in wire["messages"][0]["content"]] == ["refusal", "text"]
    assert losses == ()


def test_server_tools_without_a_word_are_dropped_with_their_choice():
    request = talk(
        user(TextPart(text="x")),
        tools=(ServerTool(kind="code_execution", type="code_execution_20250825"),),
        tool_choice=ToolChoice(mode="auto"),
        parallel_tool_calls=False,
    )
    wire, losses = encode(request)
    assert not {"tools", "tool_choice", "parallel_tool_calls"} & wire.keys()
    assert [loss.path for loss in losses] == [
        "$.tools[0]",
        "$.tool_choice",
        "$.parallel_tool_calls",
    ]


def test_anthropic_web_search():
    tool = ServerTool(
        kind="web_search",
        type="web_search_20250305",
        dialect="anthropic-messages",
        name="web_search",
        config={"max_uses": 2, "user_location": {"city": "Paris"}},
    )
    wire, losses = encode(talk(user(TextPart(text="x")), tools=(tool,)))
    assert wire["web_search_options"] == {
        "user_location": {"type": "approximate", "approximate": {"city": "Paris"}}
    }
    assert {loss.path for loss in losses} == {
        "$.tools[0]",
        "$.tools[0].config.max_uses",
    }


def test_only_four_stop_sequences():
    wire, losses = encode(
        talk(user(TextPart(text="x")), stop_sequences=("a", "b", "c", "d", "e"))
    )
    assert wire["stop"] == ["a", "b", "c", "d"]
    assert codes(losses) == [("param.stop", "approximated")]


def test_a_schema_gets_a_name():
    request = talk(
        user(TextPart(text="x")),
        response_format=ResponseFormat(kind="json_schema", schema={"type": "object"}),
    )
    wire, losses = encode(request)
    assert wire["response_format"]["json_schema"]["name"] == "response"
    assert codes(losses) == [("fmt.json_schema", "synthesised")]


@pytest.mark.parametrize(
    ("tier", "wire_tier"), [("standard_only", "default"), ("flex", "flex")]
)
def test_service_tiers(tier, wire_tier):
    wire, _ = encode(talk(user(TextPart(text="x")), service_tier=tier))
    assert wire["service_tier"] == wire_tier


def test_what_has_no_word_here():
    request = talk(
        user(TextPart(text="x")),
        top_k=5,
        min_p=0.1,
        truncation="auto",
        safety_settings=[1],
        headers=(("anthropic-beta", "x"),),
        extra={"anthropic-messages": {"container": "c", "mcp_servers": [1]}},
    )
    _, losses = encode(request)
    assert {loss.path: str(loss.code) for loss in losses} == {
        "$.top_k": "param.top_k",
        "$.min_p": "param.min_p_typical_p_repetition",
        "$.truncation": "param.truncation",
        "$.safety_settings": "safety.settings",
        "$.headers": "meta.kv",
        "$.extra['anthropic-messages'].container": "svc.container_skills",
        "$.extra['anthropic-messages'].mcp_servers": "bt.mcp",
    }


def test_a_part_in_the_wrong_role_is_refused():
    with pytest.raises(InvalidIRError):
        openai_chat.encode_request(talk(user(CALL)))


@pytest.mark.parametrize(
    ("name", "choice", "lost"),
    [
        ("computer", None, [("tool.choice.specific", "$.tool_choice")]),
        ("f", {"type": "function", "function": {"name": "f"}}, []),
    ],
)
def test_a_choice_goes_with_the_tool_that_it_names(name, choice, lost):
    computer = ServerTool(kind="computer", name="computer")
    request = talk(
        user(TextPart(text="x")),
        tools=(FunctionTool(name="f"), computer),
        tool_choice=ToolChoice(mode="tool", name=name),
    )
    wire, losses = encode(request)
    assert [tool["function"]["name"] for tool in wire["tools"]] == ["f"]
    assert wire.get("tool_choice") == choice
    found = [(str(loss.code), loss.path) for loss in losses]
    assert found == [("bt.computer", "$.tools[1]"), *lost]
