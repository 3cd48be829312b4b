"""Requests of `openai-responses`: what comes from other dialects, and what is lost."""

import json

import pytest
from tests.codecs.openai_responses._request_support import (
    HI,
    OWN,
    asked,
    decode,
    encode,
    items,
    said,
)

from modelwire.codecs import anthropic_messages, openai_chat
from modelwire.codecs.openai_responses import _request
from modelwire.errors import (
    InvalidIRError,
    UnsupportedFeatureError,
)
from modelwire.ir import (
    AllowedTool,
    AudioPart,
    Base64Source,
    CacheBreakpoint,
    CachePolicy,
    ChatRequest,
    CompactionPart,
    CustomTool,
    DocumentPart,
    FileIdSource,
    FunctionTool,
    Grammar,
    ImagePart,
    Message,
    Opaque,
    ReasoningConfig,
    ReasoningPart,
    RefusalPart,
    ResponseFormat,
    SearchResultPart,
    ServerTool,
    ServerToolCallPart,
    TextPart,
    TextSource,
    ToolCallPart,
    ToolChoice,
    ToolResultPart,
    UnknownPart,
    UnknownTool,
    UrlSource,
)


def test_R04_instructions_are_never_the_assistants():
    body = {
        "model": "m",
        "max_tokens": 50,
        "system": "Be terse.",
        "messages": [
            {"role": "user", "content": "Hi"},
            {"role": "system", "content": "Now be rude."},
            {"role": "user", "content": "Well?"},
        ],
    }
    request = anthropic_messages.decode_request(json.dumps(body).encode())
    out, _ = encode(request)
    assert out["instructions"] == "Be terse."
    assert [i["role"] for i in out["input"]] == ["user", "developer", "user"]


def test_S13_reasoning_stays_before_what_it_led_to():
    order = [
        {"type": "reasoning", "id": "rs_1", "summary": [], "encrypted_content": "a"},
        {"type": "message", "id": "msg_1", "role": "assistant", "status": "completed",
         "content": [{"type": "output_text", "text": "x", "annotations": []}]},
        {"type": "reasoning", "id": "rs_2", "summary": [], "encrypted_content": "b"},
        {"type": "function_call", "id": "fc_1", "call_id": "call_1", "name": "f",
         "arguments": "{}"},
    ]  # fmt: skip
    request = decode(input=order)
    assert len(request.messages) == 1
    assert encode(request)[0]["input"] == order


def test_parallel_calls_of_chat_and_back():
    body = {
        "model": "m",
        "messages": [
            {"role": "user", "content": "Hi"},
            {
                "role": "assistant",
                "content": None,
                "tool_calls": [
                    {
                        "id": f"call_{n}",
                        "type": "function",
                        "function": {"name": "f", "arguments": "{}"},
                    }
                    for n in (1, 2)
                ],
            },
            {"role": "tool", "tool_call_id": "call_1", "content": "one"},
            {"role": "tool", "tool_call_id": "call_2", "content": "two"},
        ],
    }
    request = openai_chat.decode_request(json.dumps(body).encode())
    out, encoded = encode(request)
    assert [i.get("type") for i in out["input"]] == [
        None,
        "function_call",
        "function_call",
        "function_call_output",
        "function_call_output",
    ]
    assert out["store"] is False
    assert [str(x.code) for x in encoded.losses] == ["svc.store"]
    back = openai_chat.encode_request(_request.decode_request(encoded.body))
    assert json.loads(back.body)["messages"][1:] == body["messages"][1:]


def test_state_is_left_to_the_server():
    body, encoded = encode(
        ChatRequest(model="m", messages=(HI,), previous_response_id="resp_1")
    )
    assert "store" not in body
    assert encoded.losses == ()


def test_state_cannot_go_elsewhere():
    request = decode(previous_response_id="resp_1", conversation="conv_1", input="Hi")
    for codec in (openai_chat, anthropic_messages):
        with pytest.raises(UnsupportedFeatureError) as caught:
            codec.encode_request(request)
        codes = {str(loss.code) for loss in caught.value.losses}
        assert {"state.previous", "state.conversation"} <= codes


def test_texts_of_a_turn_stand_side_by_side():
    found, codes = items(HI, said(TextPart(text="a"), TextPart(text="b")))
    assert found[1:] == [
        {"role": "assistant", "content": "a"},
        {"role": "assistant", "content": "b"},
    ]
    assert codes == []


def test_neighbouring_turns_are_one():
    _, codes = items(said(TextPart(text="a")), said(TextPart(text="b")))
    assert codes == ["role.alternation"]


def test_a_refusal_and_citations_need_the_long_form():
    found, codes = items(said(RefusalPart(text="no")))
    assert found == [
        {
            "type": "message",
            "id": "msg_message_0",
            "role": "assistant",
            "content": [{"type": "refusal", "refusal": "no"}],
            "status": "completed",
        }
    ]
    assert codes == ["think.item_id"]


REASONING = [
    (ReasoningPart(text="t"), "think.text"),
    (ReasoningPart(summaries=("s",)), "think.summary"),
    (
        ReasoningPart(signature=Opaque(value="x", dialect="anthropic-messages")),
        "think.signature",
    ),
    (
        ReasoningPart(redacted=Opaque(value="x", dialect="anthropic-messages")),
        "think.redacted",
    ),
    (
        ReasoningPart(encrypted=Opaque(value="x", dialect="gemini-generate")),
        "think.redacted",
    ),
]


@pytest.mark.parametrize(("part", "code"), REASONING)
def test_foreign_reasoning_is_not_sent(part, code):
    found, codes = items(HI, said(part, TextPart(text="a")))
    assert len(found) == 2
    assert codes == [code]


CONTENT = [
    (
        ImagePart(source=UrlSource(url="https://a.b")),
        "input_image",
        ["in.image.detail"],
    ),
    (
        ImagePart(source=FileIdSource(file_id="f", dialect=OWN), detail="low"),
        "input_image",
        [],
    ),
    (
        ImagePart(source=FileIdSource(file_id="f", dialect="anthropic-messages")),
        None,
        ["in.image.file_id"],
    ),
    (DocumentPart(source=UrlSource(url="https://a.b")), "input_file", []),
    (
        DocumentPart(source=Base64Source(data="AAAA", media_type="application/pdf")),
        "input_file",
        ["in.doc.meta"],
    ),
    (
        DocumentPart(source=TextSource(text="t"), title="T"),
        "input_text",
        ["in.doc.base64"],
    ),
    (SearchResultPart(source="s", title="t"), "input_text", ["in.search_result"]),
    (
        AudioPart(source=Base64Source(data="AAAA", media_type="audio/wav")),
        None,
        ["in.audio"],
    ),
    (CompactionPart(text="s"), "input_text", ["ctx.compaction"]),
    (UnknownPart(dialect="openai-chat", raw={"type": "x"}), None, ["in.text"]),
    (
        TextPart(text="t", cache=CacheBreakpoint(ttl="5m")),
        "input_text",
        ["cache.ttl"],
    ),
]


@pytest.mark.parametrize(("part", "kind", "expected"), CONTENT)
def test_content_of_the_user(part, kind, expected):
    found, codes = items(asked(part, TextPart(text="a", cache=CacheBreakpoint())))
    kinds = [piece["type"] for piece in found[0]["content"]]
    assert kinds == ([kind] if kind else []) + ["input_text"]
    assert codes == expected


def test_results_among_other_content_keep_their_place():
    call = ToolCallPart(id="c", name="f", arguments="{}")
    found, codes = items(
        HI,
        said(call),
        asked(
            ToolResultPart(
                call_id="c",
                content=(TextPart(text="x"), ImagePart(source=UrlSource(url="u"))),
                is_error=True,
            ),
            TextPart(text="and now?"),
        ),
    )
    assert found[2:] == [
        {
            "type": "function_call_output",
            "call_id": "c",
            "output": [
                {"type": "input_text", "text": "Error: x"},
                {"type": "input_image", "image_url": "u"},
            ],
        },
        {"role": "user", "content": "and now?"},
    ]
    assert codes == ["tool_result.error_flag"]


def test_a_result_has_the_type_of_its_call():
    found, _ = items(
        HI,
        said(ToolCallPart(id="c", name="g", arguments="x", kind="custom")),
        Message(
            role="tool",
            parts=(ToolResultPart(call_id="c", content=(TextPart(text="y"),)),),
        ),
    )
    assert found[2]["type"] == "custom_tool_call_output"


def test_calls_without_an_id_find_their_results():
    found, codes = items(
        HI,
        said(ToolCallPart(id="", name="f"), ToolCallPart(id="", name="f")),
        Message(role="tool", parts=(ToolResultPart(call_id="", content=()),)),
        Message(role="tool", parts=(ToolResultPart(call_id="", content=()),)),
    )
    ids = [item["call_id"] for item in found[1:]]
    assert ids[:2] == ids[2:]
    assert len(set(ids)) == 2
    assert "tool_call.id" in codes


def test_other_vendors_server_calls_are_not_sent():
    part = ServerToolCallPart(id="srvtoolu_1", kind="web_search", name="web_search")
    found, codes = items(HI, said(part))
    assert len(found) == 1
    assert codes == ["bt.call_items", "out.text"]


def test_tools_from_elsewhere():
    body, encoded = encode(
        ChatRequest(
            model="m",
            store=False,
            tools=(
                FunctionTool(name="has space", input_schema={"type": "object"}),
                FunctionTool(name="f", strict=True, examples=({},)),
                CustomTool(name="c", grammar=Grammar(syntax="lark", definition="x")),
                ServerTool(
                    kind="web_search",
                    type="web_search_20250305",
                    dialect="anthropic-messages",
                    name="web_search",
                    config={"allowed_domains": ["a.b"], "max_uses": 2},
                ),
                ServerTool(kind="code_execution"),
                ServerTool(kind="computer"),
                UnknownTool(dialect="openai-chat", raw={"type": "x"}),
            ),
            tool_choice=ToolChoice(
                mode="auto",
                allowed=(AllowedTool(name="f"), AllowedTool(name="x", kind="bash")),
            ),
        )
    )
    assert [t["type"] for t in body["tools"]] == [
        "function", "function", "custom", "web_search", "code_interpreter",
    ]  # fmt: skip
    assert body["tools"][0]["strict"] is False
    assert body["tools"][3]["filters"] == {"allowed_domains": ["a.b"]}
    assert body["tool_choice"]["tools"] == [{"type": "function", "name": "f"}]
    assert list(encoded.aliases.names.values()) == ["has space"]
    codes = [str(loss.code) for loss in encoded.losses]
    assert codes == [
        "tool.name_charset", "tool.strict", "tool.examples_output_schema",
        "bt.web_search", "bt.web_search", "bt.code_execution", "bt.computer",
        "tool.function", "tool.choice.subset",
    ]  # fmt: skip
    severities = {str(x.code): x.severity for x in encoded.losses}
    assert severities["bt.computer"] == "error"


def test_settings_from_elsewhere():
    body, encoded = encode(
        ChatRequest(
            model="m",
            store=False,
            max_output_tokens=5,
            seed=1,
            top_k=2,
            stop_sequences=("a",),
            candidate_count=2,
            logprobs=False,
            service_tier="standard_only",
            context_management={"edits": []},
            reasoning=ReasoningConfig(
                mode="enabled", budget_tokens=9000, display="summarized"
            ),
            response_format=ResponseFormat(kind="json_schema", schema={}),
            cache=CachePolicy(automatic=True, ttl="1h"),
        )
    )
    assert body["max_output_tokens"] == 16
    assert body["reasoning"] == {"effort": "medium", "summary": "auto"}
    assert body["text"]["format"]["name"] == "response"
    assert body["service_tier"] == "default"
    assert body["prompt_cache_options"] == {"mode": "implicit", "ttl": "30m"}
    assert {str(loss.code) for loss in encoded.losses} == {
        "param.max_tokens", "param.seed", "param.top_k", "param.stop", "param.n",
        "param.logprobs", "svc.service_tier", "ctx.compaction", "think.budget",
        "think.visible", "fmt.json_schema", "cache.ttl",
    }  # fmt: skip


def test_a_part_where_it_may_not_stand():
    with pytest.raises(InvalidIRError):
        _request.encode_request(
            ChatRequest(model="m", messages=(said(ToolResultPart(call_id="c")),))
        )
