"""Requests of Anthropic Messages: what is read, what is written, what is lost."""

from __future__ import annotations

import json

import pytest

from modelwire import ir
from modelwire.codecs import COLLECT
from modelwire.codecs.anthropic_messages import (
    DEFAULT_PROFILE,
    PROFILES,
    decode_request,
    decode_response,
    encode_request,
)
from modelwire.errors import (
    InvalidIRError,
    RequestDecodeError,
    UnsupportedFeatureError,
)
from modelwire.testing import assert_accounted

OWN = "anthropic-messages"
STRICT = PROFILES["anthropic-2026-10-21"]


def user(*parts, **fields):
    return ir.Message(role="user", parts=parts, **fields)


def assistant(*parts, **fields):
    return ir.Message(role="assistant", parts=parts, **fields)


def tool(call_id, text="ok", **fields):
    content = (ir.TextPart(text=text),)
    part = ir.ToolResultPart(call_id=call_id, content=content, **fields)
    return ir.Message(role="tool", parts=(part,))


def text(words, **fields):
    return ir.TextPart(text=words, **fields)


def call(id_, name="get", arguments="{}", **fields):
    return ir.ToolCallPart(id=id_, name=name, arguments=arguments, **fields)


def function(name="get", **fields):
    fields.setdefault("input_schema", {"type": "object"})
    return ir.FunctionTool(name=name, **fields)


def request(*messages, **fields):
    fields.setdefault("model", "claude")
    fields.setdefault("max_output_tokens", 100)
    return ir.ChatRequest(messages=messages or (user(text("hi")),), **fields)


def body_of(value, **options):
    """Encode with every loss collected, check the accounting, give the body."""
    encoded = encode_request(value, on_loss=COLLECT, **options)
    again = decode_request(encoded.body, headers=encoded.headers)
    assert_accounted(value, again, encoded.losses)
    return json.loads(encoded.body)


def losses_of(value, **options):
    encoded = encode_request(value, on_loss=COLLECT, **options)
    return [
        (loss.code.value, loss.path or loss.to, loss.action, loss.severity)
        for loss in encoded.losses
    ]


def wire(**fields):
    return json.dumps({"model": "claude", "max_tokens": 5, "messages": [], **fields})


def decoded(*messages, **fields):
    return decode_request(wire(messages=list(messages), **fields).encode())


# --- the whole form -----------------------------------------------------------------

FULL = {
    "model": "claude-opus-5",
    "max_tokens": 1024,
    "system": [
        {
            "type": "text",
            "text": "Be brief.",
            "cache_control": {"type": "ephemeral", "ttl": "1h"},
        }
    ],
    "messages": [
        {"role": "user", "content": "Hi"},
        {"role": "user", "content": [{"type": "text", "text": "one block"}]},
        {
            "role": "assistant",
            "content": [
                {"type": "thinking", "thinking": "hm", "signature": "sig=="},
                {"type": "redacted_thinking", "data": "opaque=="},
                {"type": "text", "text": "Let me see."},
                {
                    "type": "tool_use",
                    "id": "toolu_1",
                    "name": "get_weather",
                    "input": {"z": 1, "a": "é"},
                },
                {
                    "type": "server_tool_use",
                    "id": "srvtoolu_1",
                    "name": "web_search",
                    "input": {"query": "x"},
                },
                {
                    "type": "web_search_tool_result",
                    "tool_use_id": "srvtoolu_1",
                    "content": [
                        {
                            "type": "web_search_result",
                            "url": "https://a.example",
                            "title": "A",
                            "encrypted_content": "e==",
                        }
                    ],
                },
                {
                    "type": "mcp_tool_use",
                    "id": "mcptoolu_1",
                    "name": "echo",
                    "server_name": "s",
                    "input": {},
                },
                {
                    "type": "mcp_tool_result",
                    "tool_use_id": "mcptoolu_1",
                    "content": [{"type": "text", "text": "e"}],
                    "is_error": False,
                },
                {"type": "fallback", "from": {"model": "a"}, "to": {"model": "b"}},
            ],
        },
        {
            "role": "user",
            "content": [
                {
                    "type": "tool_result",
                    "tool_use_id": "toolu_1",
                    "content": [
                        {"type": "text", "text": "18°"},
                        {"type": "tool_reference", "tool_name": "x"},
                    ],
                    "is_error": True,
                },
                {
                    "type": "image",
                    "source": {
                        "type": "base64",
                        "media_type": "image/png",
                        "data": "iVBORw0KGgo=",
                    },
                    "transformations": {"oversized_image": "downsize"},
                },
                {
                    "type": "document",
                    "source": {"type": "file", "file_id": "file_1"},
                    "title": "T",
                    "context": "C",
                    "citations": {"enabled": True},
                },
                {
                    "type": "document",
                    "source": {
                        "type": "content",
                        "content": [{"type": "text", "text": "in parts"}],
                    },
                },
                {
                    "type": "search_result",
                    "source": "https://b.example",
                    "title": "B",
                    "content": [{"type": "text", "text": "found"}],
                },
                {"type": "container_upload", "file_id": "file_2"},
            ],
        },
        {"role": "system", "content": "From now on in French.", "clear_at": "never"},
    ],
    "tools": [
        {
            "type": "custom",
            "name": "get_weather",
            "description": "Weather",
            "input_schema": {"type": "object", "properties": {}},
            "strict": True,
            "input_examples": [{"city": "Paris"}],
            "cache_control": {"type": "ephemeral"},
            "defer_loading": True,
        },
        {
            "type": "web_search_20250305",
            "name": "web_search",
            "allowed_domains": ["a.example"],
            "max_uses": 3,
            "user_location": {"type": "approximate", "city": "Paris"},
        },
        {"type": "bash_20250124", "name": "bash"},
        {"type": "mcp_toolset", "mcp_server_name": "s"},
        {"type": "brand_new_20290101", "name": "new"},
    ],
    "tool_choice": {"type": "auto", "disable_parallel_tool_use": True},
    "thinking": {"type": "enabled", "budget_tokens": 1024, "display": "omitted"},
    "output_config": {
        "effort": "high",
        "format": {"type": "json_schema", "schema": {"type": "object"}},
        "task_budget": {"type": "tokens", "total": 5},
    },
    "temperature": 1,
    "top_p": 0.5,
    "top_k": 3,
    "stop_sequences": ["END"],
    "cache_control": {"type": "ephemeral"},
    "context_management": {"edits": [{"type": "clear_thinking_20251015"}]},
    "metadata": {"user_id": "u", "team": "t"},
    "service_tier": "standard_only",
    "stream": True,
    "speed": "fast",
    "container": {"id": "c", "skills": []},
    "mcp_servers": [{"type": "url", "name": "s", "url": "https://mcp.example"}],
    "inference_geo": "eu",
    "brand_new": {"x": [1]},
}


def test_every_field_survives_both_ways():
    value = decode_request(json.dumps(FULL).encode())
    encoded = encode_request(value)
    assert encoded.losses == ()
    assert json.loads(encoded.body) == FULL
    assert decode_request(encoded.body) == value


def test_the_ir_has_what_the_wire_says():
    value = decode_request(json.dumps(FULL).encode())
    assert value.system[0].parts[0].cache == ir.CacheBreakpoint(ttl="1h")
    reasoning, redacted, _, use, search, found, mcp, mcp_found, other = value.messages[
        2
    ].parts
    assert reasoning.signature == ir.Opaque(value="sig==", dialect=OWN)
    assert redacted.redacted == ir.Opaque(value="opaque==", dialect=OWN)
    assert use.arguments == '{"z":1,"a":"é"}'
    assert (search.kind, found.kind, found.call_id) == (
        "web_search",
        "web_search",
        "srvtoolu_1",
    )
    assert (mcp.kind, mcp.server_label, mcp_found.is_error) == ("mcp", "s", False)
    assert isinstance(other, ir.UnknownPart)
    assert value.parallel_tool_calls is False
    assert value.reasoning.budget_tokens == 1024
    assert value.reasoning.effort == "high"
    assert value.cache == ir.CachePolicy(automatic=True)
    assert value.user_id == "u"
    assert value.extra[OWN]["metadata"] == {"team": "t"}
    assert isinstance(value.tools[4], ir.UnknownTool)
    assert value.tools[1].config["user_location"] == {"city": "Paris"}


def test_golden_bytes():
    value = request(
        user(text("Hi")),
        assistant(call("toolu_1", "get", '{"city": "Paris"}')),
        tool("toolu_1", "18"),
        system=(ir.Message(role="system", parts=(text("Be brief."),)),),
        tools=(function("get", description="d"),),
    )
    encoded = encode_request(value)
    assert encoded.body == (
        b'{"model":"claude","max_tokens":100,"system":"Be brief.","messages":['
        b'{"role":"user","content":"Hi"},'
        b'{"role":"assistant","content":[{"type":"tool_use","id":"toolu_1",'
        b'"name":"get","input":{"city":"Paris"}}]},'
        b'{"role":"user","content":[{"type":"tool_result","tool_use_id":"toolu_1",'
        b'"content":"18"}]}],'
        b'"tools":[{"name":"get","description":"d","input_schema":{"type":"object"}}]}'
    )
    assert (encoded.method, encoded.path) == ("POST", "/v1/messages")
    assert encoded.headers == (
        ("content-type", "application/json"),
        ("anthropic-version", "2023-06-01"),
    )
    assert encoded.losses == ()


# --- faults of a body ---------------------------------------------------------------


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b'"x"', b"null", b"\xff", b'{"a":1}', b'{"messages":{}}'],
)
def test_a_wrong_body_is_a_decode_error(body):
    with pytest.raises(RequestDecodeError):
        decode_request(body)


def test_every_fault_is_named_at_once():
    body = wire(
        max_tokens="5",
        temperature="hot",
        messages=[
            {"role": "robot", "content": "x"},
            {"role": "user", "content": 5},
            {"role": "user", "content": [{"type": "tool_use", "id": 1}, 7]},
            {"role": "assistant", "content": [{"type": "text"}]},
        ],
        tools=[{"name": 5}, "x"],
        tool_choice={"type": "tool"},
    )
    with pytest.raises(RequestDecodeError) as caught:
        decode_request(body.encode())
    paths = {problem.path for problem in caught.value.problems}
    assert paths >= {
        "$.max_tokens",
        "$.temperature",
        "$.messages[0].role",
        "$.messages[1].content",
        "$.messages[2].content[0].id",
        "$.messages[2].content[0].type",
        "$.messages[2].content[1]",
        "$.messages[3].content[0].text",
        "$.tools[0].name",
        "$.tools[0].input_schema",
        "$.tools[1]",
        "$.tool_choice.name",
    }


def test_the_model_of_vertex_stands_in_the_path():
    body = json.dumps(
        {"anthropic_version": "vertex-2023-10-16", "max_tokens": 1, "messages": []}
    )
    path = "/v1/projects/p/publishers/anthropic/models/claude-3-7@20250219:rawPredict"
    assert decode_request(body.encode(), path=path).model == "claude-3-7@20250219"
    assert decode_request(body.encode()).model == ""


def test_protocol_headers_are_kept_and_written():
    value = decode_request(
        wire().encode(),
        headers=[("Anthropic-Beta", "a,b"), ("x-api-key", "secret"), ("Accept", "x")],
    )
    assert value.headers == (("anthropic-beta", "a,b"),)
    assert ("anthropic-beta", "a,b") in encode_request(value).headers


def test_betas_of_the_profile_join_those_of_the_request():
    import attrs

    profile = attrs.evolve(DEFAULT_PROFILE, betas=("b", "c"))
    value = request(headers=(("anthropic-beta", "a,b"),))
    encoded = encode_request(value, profile=profile)
    assert ("anthropic-beta", "a,b,c") in encoded.headers


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


# --- tools and choice ---------------------------------------------------------------


@pytest.mark.parametrize("parallel", [False, True])
def test_R13_the_flag_alone_does_not_force_a_call(parallel):
    value = request(tools=(function(),), parallel_tool_calls=parallel)
    assert body_of(value)["tool_choice"] == {
        "type": "auto",
        "disable_parallel_tool_use": not parallel,
    }


@pytest.mark.parametrize(
    ("mode", "type_"), [("auto", "auto"), ("required", "any"), ("none", "none")]
)
def test_tool_choice(mode, type_):
    value = request(tools=(function(),), tool_choice=ir.ToolChoice(mode=mode))
    assert body_of(value)["tool_choice"] == {"type": type_}
    assert losses_of(value) == []


def test_a_choice_without_tools_is_not_sent():
    value = request(tool_choice=ir.ToolChoice(mode="auto"), parallel_tool_calls=False)
    assert "tool_choice" not in body_of(value)


def test_an_allowed_subset_leaves_the_other_tools_out():
    choice = ir.ToolChoice(mode="required", allowed=(ir.AllowedTool(name="b"),))
    value = request(tools=(function("a"), function("b")), tool_choice=choice)
    body = body_of(value)
    assert [tool["name"] for tool in body["tools"]] == ["b"]
    assert body["tool_choice"] == {"type": "any"}


def test_a_tool_without_parameters_gets_an_empty_schema():
    value = request(tools=(function(input_schema=None),))
    assert body_of(value)["tools"][0]["input_schema"] == {
        "type": "object",
        "properties": {},
    }


def test_web_search_of_another_dialect():
    search = ir.ServerTool(
        kind="web_search",
        dialect="openai-chat",
        config={"context_size": "low", "user_location": {"city": "Paris"}},
    )
    assert body_of(request(tools=(search,)))["tools"] == [
        {
            "type": "web_search_20250305",
            "name": "web_search",
            "user_location": {"type": "approximate", "city": "Paris"},
        }
    ]


# --- content ------------------------------------------------------------------------


def test_thinking_without_our_signature_is_never_sent():
    foreign = ir.Opaque(value="x", dialect="gemini-generate")
    parts = (
        ir.ReasoningPart(text="plain"),
        ir.ReasoningPart(text="signed elsewhere", signature=foreign),
        ir.ReasoningPart(encrypted=foreign),
        ir.ReasoningPart(redacted=foreign),
        text("answer"),
    )
    value = request(user(text("go")), assistant(*parts))
    assert body_of(value)["messages"][1]["content"] == "answer"
    codes = [loss[0] for loss in losses_of(value)]
    assert codes == [
        "think.text",
        "think.text",
        "think.signature",
        "think.signature",
        "think.redacted",
    ]


def test_S02_a_signature_without_text_is_kept():
    own = ir.Opaque(value="sig", dialect=OWN)
    value = request(
        user(text("go")),
        assistant(ir.ReasoningPart(signature=own), call("a")),
        tool("a"),
    )
    assert body_of(value)["messages"][1]["content"][0] == {
        "type": "thinking",
        "thinking": "",
        "signature": "sig",
    }


def test_S03_each_signature_stays_with_its_block():
    blocks = [
        {"type": "thinking", "thinking": "a", "signature": "1"},
        {"type": "redacted_thinking", "data": "2"},
        {"type": "thinking", "thinking": "b", "signature": "3"},
        {"type": "text", "text": "c"},
    ]
    message = {"role": "assistant", "content": blocks}
    assert body_of(decoded(message))["messages"] == [message]


def test_signatures_of_kin_are_sent():
    kin = ir.Opaque(value="sig", dialect="bedrock-converse", model="claude")
    value = request(
        user(text("go")), assistant(ir.ReasoningPart(text="t", signature=kin))
    )
    assert body_of(value)["messages"][1]["content"][0]["signature"] == "sig"


def image(data="aGk=", media_type="image/png", **fields):
    source = ir.Base64Source(data=data, media_type=media_type)
    return ir.ImagePart(source=source, **fields)


def test_images():
    value = request(
        user(
            image(detail="low"),
            image(media_type="image/jpg"),
            ir.ImagePart(source=ir.UrlSource(url="https://a.example/x.png")),
        )
    )
    sources = [block["source"] for block in body_of(value)["messages"][0]["content"]]
    assert sources == [
        {"type": "base64", "media_type": "image/png", "data": "aGk="},
        {"type": "base64", "media_type": "image/jpeg", "data": "aGk="},
        {"type": "url", "url": "https://a.example/x.png"},
    ]


@pytest.mark.parametrize(
    "part",
    [
        image(media_type="image/tiff"),
        ir.ImagePart(source=ir.UrlSource(url="gs://bucket/x.png")),
        ir.ImagePart(source=ir.FileIdSource(file_id="f", dialect="openai-chat")),
        ir.DocumentPart(source=ir.FileIdSource(file_id="f", dialect="openai-chat")),
        ir.DocumentPart(
            source=ir.Base64Source(data="UEsDBA==", media_type="application/zip")
        ),
    ],
)
def test_media_that_cannot_be_sent_stops_the_encode(part):
    value = request(user(text("look"), part))
    with pytest.raises(UnsupportedFeatureError):
        encode_request(value)
    assert body_of(value)["messages"][0]["content"] == "look"


def test_L20_documents_and_audio():
    value = request(
        user(
            ir.DocumentPart(
                source=ir.Base64Source(data="JVBERi0=", media_type="application/pdf"),
                filename="a.pdf",
            ),
            ir.DocumentPart(
                source=ir.Base64Source(data="aGVsbG8=", media_type="text/plain")
            ),
            ir.AudioPart(source=ir.Base64Source(data="AA==", media_type="audio/wav")),
        )
    )
    assert body_of(value)["messages"][0]["content"] == [
        {
            "type": "document",
            "source": {
                "type": "base64",
                "media_type": "application/pdf",
                "data": "JVBERi0=",
            },
            "title": "a.pdf",
        },
        {
            "type": "document",
            "source": {"type": "text", "media_type": "text/plain", "data": "hello"},
        },
    ]
    assert ("in.audio", "$.messages[0].parts[2]", "dropped", "content") in (
        losses_of(value)
    )


def test_what_the_model_said_elsewhere():
    value = request(
        user(text("go")),
        assistant(
            ir.RefusalPart(text="I will not."),
            ir.AudioPart(id="audio_1", transcript="spoken"),
            ir.AudioPart(id="audio_2"),
            image(),
            ir.ServerToolCallPart(
                id="ws_1", kind="web_search", status="completed", result=[]
            ),
        ),
    )
    content = body_of(value)["messages"][1]["content"]
    assert [block["text"] for block in content] == ["I will not.", "spoken"]


# --- cache --------------------------------------------------------------------------


def test_at_most_four_breakpoints_are_sent():
    mark = ir.CacheBreakpoint()
    value = request(
        user(*(text(str(n), cache=mark) for n in range(4))),
        tools=(function(cache=mark),),
        cache=ir.CachePolicy(automatic=True),
    )
    body = body_of(value)
    assert json.dumps(body).count("cache_control") == 4
    assert "cache_control" not in body["tools"][0]
    assert [loss[1] for loss in losses_of(value)] == [
        "$.tools[0].cache",
        "$.messages[0].parts[0].cache",
    ]


@pytest.mark.parametrize(
    ("ttl", "written"), [("5m", "5m"), ("1h", "1h"), ("30m", "1h"), ("12h", "1h")]
)
def test_lifetimes(ttl, written):
    value = request(user(text("a", cache=ir.CacheBreakpoint(ttl=ttl))))
    block = body_of(value)["messages"][0]["content"][0]
    assert block["cache_control"] == {"type": "ephemeral", "ttl": written}


# --- parameters ---------------------------------------------------------------------

LOST = [
    ({"candidate_count": 2}, "param.n", "error"),
    ({"candidate_count": 1}, "param.n", "cosmetic"),
    ({"seed": 7}, "param.seed", "parameter"),
    ({"frequency_penalty": 0.5}, "param.freq_presence_penalty", "parameter"),
    ({"presence_penalty": 0.5}, "param.freq_presence_penalty", "parameter"),
    ({"logit_bias": {"1": 2}}, "param.logit_bias", "parameter"),
    ({"logprobs": True}, "param.logprobs", "parameter"),
    ({"top_logprobs": 3}, "param.logprobs", "parameter"),
    ({"min_p": 0.1}, "param.min_p_typical_p_repetition", "parameter"),
    ({"modalities": ("text",)}, "param.modalities", "cosmetic"),
    ({"modalities": ("text", "audio")}, "param.modalities", "parameter"),
    (
        {"audio_output": ir.AudioOutput(format="wav", voice="x")},
        "param.modalities",
        "parameter",
    ),
    (
        {"prediction": ir.Prediction(parts=(text("x"),))},
        "param.prediction",
        "parameter",
    ),
    ({"verbosity": "low"}, "param.verbosity", "parameter"),
    ({"store": True}, "svc.store", "parameter"),
    ({"store": False}, "svc.store", "cosmetic"),
    ({"metadata": {"a": "b"}}, "meta.kv", "parameter"),
    ({"previous_response_id": "r"}, "state.previous", "error"),
    ({"conversation": "c"}, "state.conversation", "error"),
    ({"truncation": "auto"}, "param.truncation", "parameter"),
    ({"include_usage": True}, "svc.include_usage_obfuscation", "cosmetic"),
    ({"safety_settings": []}, "safety.settings", "parameter"),
    (
        {"response_format": ir.ResponseFormat(kind="json_object")},
        "fmt.json_object",
        "parameter",
    ),
    ({"response_format": ir.ResponseFormat(kind="text")}, "fmt.text", "cosmetic"),
    ({"cache": ir.CachePolicy(key="k")}, "cache.key", "parameter"),
    ({"cache": ir.CachePolicy(retention="24h")}, "cache.retention", "parameter"),
    ({"stop_sequences": ("\n", "END")}, "param.stop", "parameter"),
    ({"service_tier": "flex"}, "svc.service_tier", "parameter"),
    ({"service_tier": "default"}, "svc.service_tier", "approximation"),
    ({"temperature": 1.5}, "param.temperature", "approximation"),
    ({"max_output_tokens": None}, "param.max_tokens", "approximation"),
    ({"headers": (("x-other", "1"),)}, "meta.kv", "parameter"),
    ({"extra": {"openai-chat": {"prompt": {}}}}, "prompt.template", "error"),
    ({"extra": {"openai-chat": {"foo": 1}}}, "meta.kv", "parameter"),
]


@pytest.mark.parametrize(("fields", "code", "severity"), LOST)
def test_what_the_api_does_not_have_is_reported(fields, code, severity):
    value = request(**fields)
    body_of(value)
    assert [(loss[0], loss[3]) for loss in losses_of(value)] == [(code, severity)]
    if severity == "error":
        with pytest.raises(UnsupportedFeatureError):
            encode_request(value)
    else:
        encode_request(value)


def test_the_limit_is_made_up_where_it_is_missing():
    encoded = encode_request(request(max_output_tokens=None))
    assert json.loads(encoded.body)["max_tokens"] == DEFAULT_PROFILE.default_max_tokens
    assert encoded.losses[0].to == "$.max_output_tokens"
    assert encoded.losses[0].action == "synthesised"


def test_the_new_version_takes_no_sampling_documents_or_quotes():
    quote = ir.Annotation(
        kind="document",
        type="char_location",
        cited_text="x",
        source=ir.SourceSpan(unit="char", start=0, end=1, index=0),
    )
    document = ir.DocumentPart(source=ir.TextSource(text="d"))
    value = request(
        user(text("q", annotations=(quote,))),
        assistant(document, text("a", annotations=(quote,))),
        temperature=1.0,
        top_p=0.5,
        top_k=1,
    )
    body = body_of(value, profile=STRICT)
    assert not {"temperature", "top_p", "top_k"} & set(body)
    assert body["messages"][0]["content"] == "q"
    assert [b["type"] for b in body["messages"][1]["content"]] == ["text"]
    assert "citations" in body["messages"][1]["content"][0]
    headers = encode_request(value, profile=STRICT).headers
    assert ("anthropic-version", "2026-10-21") in headers
    old = body_of(value)
    assert old["temperature"] == 1.0
    assert old["messages"][1]["content"][0]["type"] == "document"


def reasoning(**fields):
    return {"reasoning": ir.ReasoningConfig(**fields)}


@pytest.mark.parametrize(
    ("fields", "thinking", "effort"),
    [
        (reasoning(effort="high"), {"type": "adaptive"}, "high"),
        (reasoning(effort="minimal"), {"type": "adaptive"}, "low"),
        (reasoning(effort="none"), {"type": "disabled"}, None),
        (reasoning(mode="disabled"), {"type": "disabled"}, None),
        (
            reasoning(mode="enabled", budget_tokens=2000, display="omitted"),
            {"type": "enabled", "budget_tokens": 2000, "display": "omitted"},
            None,
        ),
        (reasoning(mode="between_tools"), {"type": "between_tools"}, None),
        (
            reasoning(budget_tokens=512),
            {"type": "enabled", "budget_tokens": 1024},
            None,
        ),
        (reasoning(budget_tokens=0), {"type": "disabled"}, None),
        (reasoning(budget_tokens=-1), {"type": "adaptive"}, None),
        (
            reasoning(mode="enabled", effort="low"),
            {"type": "enabled", "budget_tokens": 2048},
            "low",
        ),
        (
            reasoning(effort="low", display="auto"),
            {"type": "adaptive", "display": "summarized"},
            "low",
        ),
        # Thinking cannot be had together with sampling or a forced call.
        ({**reasoning(effort="low"), "temperature": 0.2}, None, "low"),
    ],
)
def test_reasoning(fields, thinking, effort):
    body = body_of(request(max_output_tokens=4000, **fields))
    assert body.get("thinking") == thinking
    assert body.get("output_config", {}).get("effort") == effort


def test_the_limit_stays_above_the_budget():
    body = body_of(request(max_output_tokens=500, **reasoning(budget_tokens=2000)))
    assert body["max_tokens"] == 2500


def test_a_foreign_tool_loop_does_not_start_manual_thinking():
    value = request(
        user(text("go")),
        assistant(call("a")),
        tool("a"),
        max_output_tokens=9000,
        **reasoning(budget_tokens=2000),
    )
    assert "thinking" not in body_of(value)
    assert losses_of(value)[0][0] == "think.replay_rule"


def test_an_effort_without_thinking_stays_alone():
    value = decoded(output_config={"effort": "max"})
    assert "thinking" not in body_of(value)
    assert losses_of(value) == []


def test_a_schema_for_the_answer():
    wanted = ir.ResponseFormat(
        kind="json_schema", name="n", schema={"type": "object"}, strict=True
    )
    body = body_of(request(response_format=wanted))
    assert body["output_config"] == {
        "format": {"type": "json_schema", "schema": {"type": "object"}}
    }


# --- short ways ---------------------------------------------------------------------


@pytest.mark.parametrize(
    "block",
    [
        {"type": "tool_use", "id": "a", "name": "b", "input": {}},
        {"type": "tool_use", "id": "a", "name": "b", "input": {"x": [1, {"y": None}]}},
    ],
)
def test_the_short_way_of_calls_equals_the_long(block):
    short = decoded({"role": "assistant", "content": [block, block]})
    long = decoded({"role": "assistant", "content": [{**block, "caller": None}] * 2})
    assert short == long


def test_the_short_way_of_results_equals_the_long():
    block = {"type": "tool_result", "tool_use_id": "a", "content": "x"}
    short = decoded({"role": "user", "content": [block, block]})
    long = decoded({"role": "user", "content": [{**block, "is_error": None}] * 2})
    assert short == long
