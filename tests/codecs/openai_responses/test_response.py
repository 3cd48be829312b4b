"""Responses of `openai-responses`: reading, writing, and what is lost from others."""

import json

import attrs
import pytest
from hypothesis import HealthCheck, given, settings

from modelwire.codecs import anthropic_messages, openai_chat
from modelwire.codecs._base import COLLECT, Aliases
from modelwire.codecs.openai_responses import _request, _response
from modelwire.errors import ProviderError, RemoteProtocolError
from modelwire.ir import (
    Annotation,
    Base64Source,
    ChatRequest,
    ChatResponse,
    Choice,
    Finish,
    FunctionTool,
    ImagePart,
    Logprobs,
    Message,
    ReasoningPart,
    RefusalPart,
    TextPart,
    TokenLogprob,
    ToolCallPart,
    Usage,
)
from modelwire.testing import assert_losses, strategies

OWN = "openai-responses"
TEXT = {
    "type": "message",
    "id": "msg_1",
    "role": "assistant",
    "status": "completed",
    "content": [{"type": "output_text", "text": "Hi", "annotations": []}],
}
CALL = {
    "type": "function_call",
    "id": "fc_1",
    "call_id": "call_1",
    "name": "f",
    "arguments": "{}",
    "status": "completed",
}


def body(*output, **fields):
    return {
        "id": "resp_1",
        "object": "response",
        "created_at": 5,
        "status": "completed",
        "model": "m",
        "output": list(output),
        **fields,
    }


def decode(*output, **fields):
    return _response.decode_response(json.dumps(body(*output, **fields)).encode())


def encode(response, **kwargs):
    kwargs.setdefault("on_loss", COLLECT)
    encoded = _response.encode_response(response, **kwargs)
    again = _response.decode_response(encoded.body)
    assert_losses(response, again, encoded.losses)
    return json.loads(encoded.body), encoded


def answer(*parts, finish="stop", **fields):
    choice = Choice(
        index=0,
        message=Message(role="assistant", parts=parts),
        finish=None if finish is None else Finish(kind=finish),
    )
    return ChatResponse(id="x_1", model="m", created=5, choices=(choice,), **fields)


# --- reading ------------------------------------------------------------------------

FINISHES = [
    ("stop", "completed", {}, [TEXT]),
    ("tool_calls", "completed", {}, [TEXT, CALL]),
    (
        "refusal",
        "completed",
        {},
        [{**TEXT, "content": [{"type": "refusal", "refusal": "no"}]}],
    ),
    ("compaction", "completed", {}, [{"type": "compaction", "encrypted_content": "x"}]),
    (
        "length",
        "max_output_tokens",
        {
            "status": "incomplete",
            "incomplete_details": {"reason": "max_output_tokens"},
        },
        [CALL],
    ),
    (
        "content_filter",
        "content_filter",
        {"status": "incomplete", "incomplete_details": {"reason": "content_filter"}},
        [TEXT],
    ),
    (
        "unknown",
        "steered",
        {
            "status": "incomplete",
            "incomplete_details": {"reason": "steered", "x": 1},
        },
        [TEXT],
    ),
    ("unknown", "incomplete", {"status": "incomplete"}, []),
    ("cancelled", "cancelled", {"status": "cancelled"}, [TEXT]),
    ("error", "failed", {"status": "failed"}, []),
    (
        "error",
        "failed",
        {"status": "failed", "error": {"code": "server_error", "message": "m"}},
        [TEXT],
    ),
    ("unknown", "x_new", {"status": "x_new"}, [TEXT]),
    ("stop", "complete", {"status": "complete"}, [TEXT]),
    ("stop", "completed", {"incomplete_details": {"reason": "x"}}, [TEXT]),
]


@pytest.mark.parametrize(("kind", "raw", "fields", "output"), FINISHES)
def test_finish(kind, raw, fields, output):
    response = decode(*output, **fields)
    finish = response.choices[0].finish
    assert finish is not None
    assert (finish.kind, finish.raw) == (kind, raw)
    out, encoded = encode(response)
    for name in ("status", "incomplete_details", "error"):
        expected = fields.get(name, "completed" if name == "status" else None)
        assert out[name] == expected
    assert all(loss.action == "synthesised" for loss in encoded.losses)


@pytest.mark.parametrize("status", ["in_progress", "queued"])
def test_an_open_response_has_no_finish(status):
    response = decode(status=status)
    assert response.choices[0].finish is None
    assert encode(response)[0]["status"] == status


@pytest.mark.parametrize(
    ("data", "status", "kind"),
    [
        (b'{"error":{"message":"m","type":"x","code":"rate_limit_exceeded"}}', 429,
         "rate_limit"),
        ((b'{"id":"resp_1","object":"response","status":"failed","output":[],'
         b'"error":{"code":"server_error","message":"m"}}'), 200, "server_error"),
        ((b'{"id":"resp_1","status":"failed","output":[],'
         b'"error":{"code":"invalid_prompt","message":"m"}}'), 200, "content_filter"),
    ],
)  # fmt: skip
def test_an_error_is_raised(data, status, kind):
    with pytest.raises(ProviderError) as caught:
        _response.decode_response(data, status=status)
    assert caught.value.info.kind == kind
    assert caught.value.info.message == "m"


@pytest.mark.parametrize("data", [b"[]", b"5", b"{"])
def test_no_response_at_all(data):
    with pytest.raises(RemoteProtocolError):
        _response.decode_response(data)


def test_U02_cached_tokens_are_read_from_the_input_details():
    usage = decode(
        TEXT,
        usage={
            "input_tokens": 100,
            "input_tokens_details": {"cached_tokens": 60, "cache_write_tokens": 30},
            "output_tokens": 20,
            "output_tokens_details": {"reasoning_tokens": 5},
            "total_tokens": 120,
        },
        tool_usage={"web_search": {"num_requests": 2}},
    ).usage
    assert usage == Usage(
        input_total=100,
        input_uncached=10,
        cache_read=60,
        cache_write=30,
        output_total=20,
        reasoning=5,
        server_tools={"web_search": 2},
    )
    message = anthropic_messages.encode_response(
        answer(TextPart(text="a"), usage=usage)
    )
    assert json.loads(message.body)["usage"]["cache_read_input_tokens"] == 60


def test_what_a_request_said_is_kept_as_it_was_repeated():
    fields = {
        "instructions": [{"role": "system", "content": "x"}],
        "tools": [{"type": "function", "name": "f", "parameters": {}, "strict": True}],
        "tool_choice": "required",
        "parallel_tool_calls": False,
        "temperature": 1.0,
        "text": {"format": {"type": "text"}, "verbosity": "medium"},
        "reasoning": {"effort": None, "summary": None},
        "metadata": {"a": "b"},
        "store": True,
        "x_new": 1,
        "completed_at": 7,
    }
    out, encoded = encode(decode(TEXT, **fields))
    for name, value in fields.items():
        assert out[name] == value
    assert encoded.losses == ()


# --- writing ------------------------------------------------------------------------


def test_P01_every_item_has_an_id_of_its_kind():
    out, encoded = encode(
        answer(
            ReasoningPart(text="t", summaries=("s",)),
            TextPart(text="a"),
            TextPart(text="b"),
            ToolCallPart(id="toolu_1", name="f", arguments=""),
            ToolCallPart(id="", name="g", arguments="x", kind="custom"),
            finish="tool_calls",
        )
    )
    prefixes = [item["id"].partition("_")[0] for item in out["output"]]
    assert prefixes == ["rs", "msg", "fc", "ctc"]
    assert len({item["id"] for item in out["output"]}) == 4
    assert [c["text"] for c in out["output"][1]["content"]] == ["a", "b"]
    assert out["output"][2]["call_id"] == "toolu_1"
    assert out["output"][2]["arguments"] == "{}"
    assert out["output"][3]["call_id"].startswith("call_")
    assert out["id"] == "x_1"
    assert {loss.severity for loss in encoded.losses} == {"cosmetic"}


def test_S11_thoughts_are_no_text():
    out, _ = encode(answer(ReasoningPart(text="hmm"), TextPart(text="{}")))
    kinds = [item["type"] for item in out["output"]]
    assert kinds == ["reasoning", "message"]
    assert out["output"][0]["content"] == [{"type": "reasoning_text", "text": "hmm"}]
    assert out["output"][1]["content"][0]["text"] == "{}"


def test_D08_citations_of_chat_and_anthropic():
    url = Annotation(
        kind="url", type="url_citation", url="https://a.b", title="A", start=0, end=2
    )
    found = Annotation(
        kind="url", type="web_search_result_location", url="https://c.d", cited_text="x"
    )
    out, encoded = encode(answer(TextPart(text="Hi there", annotations=(url, found))))
    assert out["output"][0]["content"][0]["annotations"] == [
        {
            "type": "url_citation",
            "url": "https://a.b",
            "title": "A",
            "start_index": 0,
            "end_index": 2,
        },
        {
            "type": "url_citation",
            "url": "https://c.d",
            "title": "",
            "start_index": 0,
            "end_index": 8,
        },
    ]
    assert "out.annotations_citations" in {str(x.code) for x in encoded.losses}
    chat = openai_chat.encode_response(_response.decode_response(encoded.body))
    message = json.loads(chat.body)["choices"][0]["message"]
    assert [a["url_citation"]["url"] for a in message["annotations"]] == [
        "https://a.b",
        "https://c.d",
    ]


def test_calls_of_an_answer_in_chat():
    chat = openai_chat.encode_response(decode(TEXT, CALL, {**CALL, "call_id": "c2"}))
    choice = json.loads(chat.body)["choices"][0]
    assert choice["finish_reason"] == "tool_calls"
    assert [c["id"] for c in choice["message"]["tool_calls"]] == ["call_1", "c2"]


@pytest.mark.parametrize(
    ("kind", "status", "reason"),
    [
        ("stop", "completed", None),
        ("stop_sequence", "completed", None),
        ("length", "incomplete", "max_output_tokens"),
        ("context_length", "incomplete", "max_output_tokens"),
        ("content_filter", "incomplete", "content_filter"),
        ("refusal", "incomplete", "content_filter"),
        ("prompt_blocked", "incomplete", "content_filter"),
        ("pause", "incomplete", None),
        ("malformed_tool_call", "failed", None),
        ("cancelled", "cancelled", None),
        ("error", "failed", None),
        ("unknown", "incomplete", None),
        (None, "in_progress", None),
    ],
)
def test_every_finish_is_written(kind, status, reason):
    out, _ = encode(answer(TextPart(text="a"), finish=kind))
    assert out["status"] == status
    assert out["incomplete_details"] == (reason and {"reason": reason})


def test_a_refusal_completes():
    assert encode(answer(RefusalPart(text="no"), finish="refusal"))[0]["status"] == (
        "completed"
    )


def test_the_request_is_repeated():
    request = ChatRequest(
        model="m",
        system=(Message(role="system", parts=(TextPart(text="Be terse."),)),),
        tools=(FunctionTool(name="f", strict=True),),
        parallel_tool_calls=False,
        temperature=0.5,
    )
    out, _ = encode(answer(TextPart(text="a")), request=request)
    assert out["instructions"] == "Be terse."
    assert [tool["name"] for tool in out["tools"]] == ["f"]
    assert (out["parallel_tool_calls"], out["temperature"]) == (False, 0.5)
    assert out["tool_choice"] == "auto"


def test_names_come_home():
    out, _ = (
        json.loads(x.body) if n == 0 else x
        for n, x in enumerate(
            [
                _response.encode_response(
                    answer(ToolCallPart(id="t", name="n"), finish="tool_calls"),
                    aliases=Aliases(names={"n": "has space"}, call_ids={"t": "c"}),
                )
            ]
            * 2
        )
    )
    assert (out["output"][0]["name"], out["output"][0]["call_id"]) == ("has space", "c")
    decoded = _response.decode_response(
        json.dumps(body(CALL)).encode(), aliases=Aliases(names={"f": "g h"})
    )
    assert decoded.choices[0].message.parts[0].name == "g h"


def test_logprobs_of_a_choice_move_to_its_text():
    token = TokenLogprob(token="a", logprob=-1.0, bytes=(97,), top=())
    choice = Choice(
        index=0,
        message=Message(
            role="assistant", parts=(ReasoningPart(text="r"), TextPart(text="a"))
        ),
        finish=Finish(kind="stop"),
        logprobs=Logprobs(content=(token,)),
    )
    out, encoded = encode(ChatResponse(id="x", model="m", created=1, choices=(choice,)))
    assert out["output"][1]["content"][0]["logprobs"][0]["token"] == "a"
    moved = [x for x in encoded.losses if str(x.code) == "resp.logprobs"]
    assert [(x.path, x.to) for x in moved] == [
        ("$.choices[0].logprobs", "$.choices[0].message.parts[1].logprobs")
    ]


def test_an_image_is_drawn():
    source = Base64Source(data="AAAA", media_type="image/png")
    out, encoded = encode(answer(ImagePart(source=source)))
    assert out["output"][0]["result"] == "AAAA"
    assert [str(x.code) for x in encoded.losses] == ["out.image", "finish.stop"]


def test_an_open_response_keeps_what_it_says_of_its_end():
    details = {"reason": "max_output_tokens"}
    out, encoded = encode(decode(status="in_progress", incomplete_details=details))
    assert (out["status"], out["incomplete_details"]) == ("in_progress", details)
    assert all(loss.action == "synthesised" for loss in encoded.losses)


def test_a_time_that_is_none_is_kept():
    out, encoded = encode(decode(TEXT, created_at="now"))
    assert out["created_at"] == "now"
    assert "$.created" not in [loss.to for loss in encoded.losses]


def test_an_id_that_has_the_prefix_of_a_response():
    response = attrs.evolve(answer(TextPart(text="a")), id=None)
    for made, written in (("resp_7", "resp_7"), ("7", "resp_7")):
        encoded = _response.encode_response(response, ids=lambda _, made=made: made)
        assert json.loads(encoded.body)["id"] == written


@pytest.mark.parametrize(
    ("finish", "lost"),
    [
        (
            Finish(kind="stop", raw="completed", extra={OWN: {"novel": 1}}),
            [f"$.choices[0].finish.extra[{OWN!r}].novel"],
        ),
        (Finish(kind="stop", raw="completed", extra={OWN: {"$spelling": {}}}), []),
    ],
)
def test_what_an_end_cannot_say(finish, lost):
    response = answer(TextPart(text="a"))
    choice = attrs.evolve(response.choices[0], finish=finish)
    _, encoded = encode(attrs.evolve(response, choices=(choice,)))
    paths = [loss.path for loss in encoded.losses if loss.code != "think.item_id"]
    assert paths == lost


def test_what_stands_around_an_answer_and_has_no_place():
    response = answer(TextPart(text="a"), service_tier="auto")
    choice = response.choices[0]
    message = attrs.evolve(choice.message, name="Ada")
    out, encoded = encode(
        attrs.evolve(response, choices=(attrs.evolve(choice, message=message),))
    )
    # `auto` is what a request asks for, and no tier that was used.
    assert out["service_tier"] == "auto"
    found = {str(loss.code): loss.path for loss in encoded.losses}
    assert found["resp.tier"] == "$.service_tier"
    assert found["role.name"] == "$.choices[0].message.name"


def test_searches_keep_what_stands_beside_their_count():
    used = {"web_search": {"num_requests": 2, "novel": 1}}
    usage = {"input_tokens": 1, "output_tokens": 1, "total_tokens": 2}
    response = decode(TEXT, usage=usage, tool_usage=used)
    assert response.usage.server_tools == {"web_search": 2}
    assert encode(response)[0]["tool_usage"]["web_search"] == used["web_search"]


def test_uses_of_other_tools_have_no_count():
    usage = Usage(input_total=1, output_total=1, server_tools={"web_fetch": 1})
    out, encoded = encode(answer(TextPart(text="a"), usage=usage))
    assert "tool_usage" not in out
    paths = [loss.path for loss in encoded.losses]
    assert "$.usage.server_tools.web_fetch" in paths


def test_only_one_choice_has_a_place():
    choices = tuple(
        Choice(
            index=n,
            message=Message(role="assistant", parts=(TextPart(text=str(n)),)),
            finish=Finish(kind="stop", raw="completed"),
        )
        for n in range(2)
    )
    _, encoded = encode(ChatResponse(id="x", model="m", created=1, choices=choices))
    assert ("resp.choices_n_1", "$.choices[1]") in {
        (str(x.code), x.path) for x in encoded.losses
    }


GOLDEN = (
    b'{"id":"x_1","object":"response","created_at":5,"status":"completed","model":"m",'
    b'"output":[{"type":"message","id":"msg_x_1_message_0","role":"assistant",'
    b'"content":[{"type":"output_text","text":"Hi","annotations":[],"logprobs":[]}],'
    b'"status":"completed"}],"usage":null,'
    b'"completed_at":null,"error":null,"incomplete_details":null,'
    b'"instructions":null,"max_output_tokens":null,"max_tool_calls":null,"metadata":null,'
    b'"previous_response_id":null,"prompt_cache_key":null,"reasoning":null,'
    b'"safety_identifier":null,"background":false,"frequency_penalty":0.0,'
    b'"parallel_tool_calls":true,"presence_penalty":0.0,"store":false,"temperature":1.0,'
    b'"text":{"format":{"type":"text"}},"tool_choice":"auto","tools":[],"top_logprobs":0,'
    b'"top_p":1.0,"truncation":"disabled","service_tier":"auto"}'
)


def test_golden_bytes():
    assert _response.encode_response(answer(TextPart(text="Hi"))).body == GOLDEN


def test_golden_request():
    request = ChatRequest(
        model="m",
        messages=(Message(role="user", parts=(TextPart(text="Hi"),)),),
        tools=(FunctionTool(name="f", input_schema={"type": "object"}),),
    )
    assert _request.encode_request(request).body == (
        b'{"model":"m","input":[{"role":"user","content":"Hi"}],"tools":[{"type":'
        b'"function","name":"f","parameters":{"type":"object"},"strict":false}],'
        b'"store":false}'
    )


QUICK = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)


@pytest.mark.parametrize("source", ["openai-chat", "anthropic-messages", None])
def test_the_losses_are_the_truth(source):
    @QUICK
    @given(strategies.chat_responses(source))
    def check(response):
        encode(response)

    check()
