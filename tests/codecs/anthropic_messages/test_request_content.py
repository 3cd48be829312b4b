"""Requests of Anthropic Messages: thinking, media and cache breakpoints."""

from __future__ import annotations

import json

import pytest
from tests.codecs.anthropic_messages._request_support import (
    OWN,
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
    encode_request,
)
from modelwire.errors import (
    RequestDecodeError,
    UnsupportedFeatureError,
)

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


def test_what_a_breakpoint_says_beside_its_lifetime_is_kept():
    control = {"type": "ephemeral", "ttl": "1h", "scope": "organization"}
    block = {"type": "text", "text": "a", "cache_control": control}
    message = {"role": "user", "content": [block]}
    value = decoded(message, cache_control=control)
    body = body_of(value)
    assert body["messages"] == [message]
    assert body["cache_control"] == control
    assert losses_of(value) == []


def test_a_refusal_of_another_dialect_keeps_its_breakpoint():
    refusal = ir.RefusalPart(text="No.", cache=ir.CacheBreakpoint())
    body = body_of(request(user(text("go")), assistant(refusal)))
    assert body["messages"][1]["content"] == [
        {"type": "text", "text": "No.", "cache_control": {"type": "ephemeral"}}
    ]


# --- what only other dialects say of a part -----------------------------------------


def server_call(**fields):
    return ir.ServerToolCallPart(id="srvtoolu_1", name="web_search", **fields)


def server_result(**fields):
    return ir.ServerToolResultPart(
        call_id="srvtoolu_1",
        dialect=OWN,
        type="web_search_tool_result",
        content=[],
        **fields,
    )


SEALED = ir.Opaque(value="data", dialect=OWN)
OF_A_PART = [
    ("a call of another kind than its name", server_call(kind="x"), "bt.call_items",
     "kind"),
    ("a result of another kind than its block", server_result(kind="x"),
     "bt.call_items", "kind"),
    ("a signature on sealed reasoning",
     ir.ReasoningPart(redacted=SEALED,
                      signature=ir.Opaque(value="s", dialect="gemini-generate")),
     "think.signature", "signature"),
    ("a document of text that is not plain",
     ir.DocumentPart(source=ir.TextSource(text="# a", media_type="text/markdown")),
     "in.doc.base64", "source.media_type"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("part", "code", "field"),
    [row[1:] for row in OF_A_PART],
    ids=[r[0] for r in OF_A_PART],
)
def test_a_field_that_a_block_cannot_say_is_reported(part, code, field):
    value = request(user(text("go")), assistant(part, text("done")))
    assert len(body_of(value)["messages"][1]["content"]) == 2
    path = f"$.messages[1].parts[0].{field}"
    assert [loss[:2] for loss in losses_of(value)] == [(code, path)]


# --- citations ----------------------------------------------------------------------


def test_a_quote_of_the_web_needs_the_apis_own_proof():
    quote = ir.Annotation(
        kind="url",
        url="https://a.example",
        encrypted=ir.Opaque(value="e", dialect="gemini-generate"),
    )
    value = request(user(text("go")), assistant(text("so", annotations=(quote,))))
    assert body_of(value)["messages"][1]["content"] == "so"
    path = "$.messages[1].parts[0].annotations[0]"
    assert losses_of(value)[0][:3] == ("out.annotations_citations", path, "dropped")


def test_quotes_keep_fields_of_odd_types():
    quote = {
        "type": "char_location",
        "cited_text": "c",
        "document_index": "first",
        "document_title": 5,
        "start_char_index": 0,
        "end_char_index": 1,
    }
    block = {"type": "text", "text": "so", "citations": [quote]}
    message = {"role": "assistant", "content": [block]}
    value = decoded({"role": "user", "content": "go"}, message)
    assert body_of(value)["messages"][1] == message
    assert losses_of(value) == []


def test_what_the_citations_switch_says_beside_is_kept():
    block = {
        "type": "document",
        "source": {"type": "text", "media_type": "text/plain", "data": "d"},
        "citations": {"enabled": True, "style": "short"},
    }
    message = {"role": "user", "content": [block]}
    value = decoded(message)
    assert value.messages[0].parts[0].citations is True
    assert body_of(value)["messages"] == [message]


def test_a_document_without_content_is_named():
    source = {"type": "content", "content": 5}
    block = {"type": "document", "source": source}
    with pytest.raises(RequestDecodeError) as caught:
        decoded({"role": "user", "content": [block]})
    (problem,) = caught.value.problems
    assert problem.path == "$.messages[0].content[0].source.content"
    assert problem.got == "number"
