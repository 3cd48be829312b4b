"""Texts, citations and other content in items of `openai-responses`, both ways."""

import attrs
import pytest
from tests.codecs.openai_responses._item_support import history, reply
from tests.codecs.openai_responses._request_support import (
    HI,
    OWN,
    asked,
    decode,
    encode,
    items,
    said,
)

from modelwire.errors import InvalidIRError, RequestDecodeError
from modelwire.ir import (
    Annotation,
    Base64Source,
    CacheBreakpoint,
    CompactionPart,
    ContentSource,
    DocumentPart,
    ImagePart,
    ItemRef,
    Logprobs,
    Message,
    Opaque,
    ReasoningPart,
    TextPart,
    TokenLogprob,
    ToolCallPart,
    ToolResultPart,
    UnknownPart,
)

URL = Annotation(kind="url", type="url_citation", url="https://a.b", title="A")


def spelled(**notes):
    return {OWN: {"$spelling": notes}}


# --- the same dialect ---------------------------------------------------------------


def message(*content, **fields):
    return {
        "type": "message",
        "id": "msg_1",
        "role": "assistant",
        "status": "completed",
        "content": list(content),
        **fields,
    }


KEPT = {
    "a time that is no text": {
        "role": "user",
        "content": [
            {
                "type": "input_text",
                "text": "x",
                "prompt_cache_breakpoint": {"mode": "explicit", "ttl": 5},
            }
        ],
    },
    "a text of the user in a message of the model": message(
        {"type": "input_text", "text": "x"}
    ),
    "citations that are no list": message(
        {"type": "output_text", "text": "x", "annotations": "none"}
    ),
    "a citation without a type": message(
        {"type": "output_text", "text": "x", "annotations": [{"novel": 1}]}
    ),
    "an empty text among texts of reasoning": {
        "type": "reasoning",
        "id": "rs_1",
        "summary": [],
        "content": [
            {"type": "reasoning_text", "text": ""},
            {"type": "reasoning_text", "text": "abc"},
        ],
    },
}


@pytest.mark.parametrize("name", KEPT)
def test_an_odd_item_comes_back(name):
    out, encoded = encode(decode(input=[KEPT[name]]))
    assert out["input"] == [KEPT[name]]
    assert encoded.losses == ()


def test_a_text_of_the_model_in_a_message_of_the_user():
    text = {"type": "output_text", "text": "x"}
    request = decode(input=[{"role": "user", "content": [text]}])
    assert request.messages[0].parts[0].text == "x"
    out, encoded = encode(request)
    # The vendor's type requires the list.
    assert out["input"][0]["content"] == [{**text, "annotations": []}]
    assert encoded.losses == ()


def test_a_text_of_the_model_without_its_text_is_a_fault():
    with pytest.raises(RequestDecodeError) as caught:
        decode(input=[{"role": "user", "content": [{"type": "output_text"}]}])
    assert [problem.path for problem in caught.value.problems] == [
        "$.input[0].content[0].text"
    ]


# --- messages of the user, and results ----------------------------------------------


def test_citations_of_a_user_are_a_loss():
    found, codes = items(asked(TextPart(text="x", annotations=(URL,))))
    assert found == [{"role": "user", "content": "x"}]
    assert codes == ["out.annotations_citations"]


def test_a_document_of_parts_becomes_its_parts():
    inner = ContentSource(parts=(TextPart(text="a"), TextPart(text="b")))
    found, codes = items(asked(DocumentPart(source=inner, title="T")))
    assert [piece["text"] for piece in found[0]["content"]] == ["T", "a", "b"]
    assert set(codes) == {"in.doc.base64"}


def test_a_document_of_nothing_is_dropped():
    document = DocumentPart(source=ContentSource(parts=()))
    found, codes = items(asked(TextPart(text="a"), document))
    assert found == [{"role": "user", "content": "a"}]
    assert codes == ["in.doc.base64"]


def test_an_unknown_part_of_the_user_has_no_item():
    ref = ItemRef(id="i")
    unknown = UnknownPart(dialect=OWN, raw={"type": "novel"}, item=ref)
    found, codes = items(asked(TextPart(text="a"), unknown))
    assert found[0]["content"][1] == {"type": "novel"}
    assert codes == ["think.item_id"]


def test_an_unknown_item_of_the_developer_has_no_reference():
    raw = {"type": "additional_tools", "tools": []}
    unknown = UnknownPart(dialect=OWN, raw=raw, item=ItemRef(id="i"))
    found, codes = items(HI, Message(role="developer", parts=(unknown,)))
    assert found[1] == raw
    assert codes == ["think.item_id"]


def test_a_result_says_no_thoughts():
    part = ToolResultPart(
        call_id="c", content=(ReasoningPart(text="hm"), TextPart(text="x"))
    )
    call = ToolCallPart(id="c", name="f", arguments="{}")
    found, codes = items(HI, said(call), Message(role="tool", parts=(part,)))
    assert found[-1]["output"] == "x"
    assert codes == ["in.text"]


def test_fields_of_a_message_of_the_model_have_no_item():
    # Notes of its spelling are no fields.
    extra = {OWN: {"$spelling": {}, "novel": 1}}
    turn = Message(role="assistant", parts=(TextPart(text="a"),), extra=extra)
    found, codes = items(HI, turn)
    assert found[1] == {"role": "assistant", "content": "a"}
    assert codes == ["role.name"]


# --- messages of the model ----------------------------------------------------------


def test_a_text_in_short_form_says_no_more_than_its_text():
    extra = {OWN: {"$spelling": {"content": "string"}, "novel": 1}}
    part = TextPart(
        text="a",
        annotations=(URL,),
        logprobs=Logprobs(content=()),
        item=ItemRef(id="msg_1"),
        extra=extra,
    )
    found, losses = history(part)
    assert found == [{"id": "msg_1", "role": "assistant", "content": "a"}]
    assert losses == [
        ("out.annotations_citations", "[0].annotations[0]"),
        ("resp.logprobs", "[0].logprobs"),
        ("out.text", "[0].extra['openai-responses'].novel"),
    ]


def test_a_message_says_its_own_fields_with_its_first_part():
    ref = ItemRef(id="msg_1", status="completed", group="msg_1")
    first, second = (
        TextPart(text=text, item=ref, extra={OWN: {"item": {"novel": text}}})
        for text in "ab"
    )
    (item,), losses = history(first, second)
    assert item["novel"] == "a"
    assert losses == [("out.text", "[1].extra['openai-responses'].item")]


NOTES = [
    (
        "of no known type and without fields",
        Annotation(kind="unknown"),
        None,
        [""],
    ),
    (
        "unknown, but of a known type",
        Annotation(kind="unknown", type="file_path"),
        None,
        [""],
    ),
    (
        "without an address",
        Annotation(kind="file", type="char_location", cited_text="c"),
        None,
        [""],
    ),
    (
        "unknown, with a title",
        Annotation(kind="unknown", type="novel", title="t", extra={OWN: {"a": 1}}),
        {"type": "novel", "a": 1},
        [".title"],
    ),
    (
        "with the text it cites",
        Annotation(kind="url", type="url_citation", url="u", cited_text="c"),
        {"type": "url_citation", "url": "u"},
        [".cited_text"],
    ),
]


@pytest.mark.parametrize(
    ("note", "wire", "lost"), [row[1:] for row in NOTES], ids=[row[0] for row in NOTES]
)
def test_what_a_citation_cannot_say(note, wire, lost):
    (item,), losses = reply(TextPart(text="ab", annotations=(note,)))
    assert item["content"][0]["annotations"] == ([wire] if wire else [])
    code = "out.annotations_citations"
    assert losses == [(code, f"[0].annotations[0]{field}") for field in lost]


A = TokenLogprob(token="a", logprob=-1.0, bytes=(97,), top=())


@pytest.mark.parametrize(
    ("logprobs", "lost"),
    [
        (
            Logprobs(content=(A,), extra={OWN: {"$spelling": {}, "novel": 1}}),
            ".extra['openai-responses'].novel",
        ),
        (
            Logprobs(content=(A,), extra={"openai-chat": {"novel": 1}}),
            ".extra['openai-chat'].novel",
        ),
        (
            Logprobs(
                content=(TokenLogprob(token="a", logprob=-1.0, bytes=(97,), top=(A,)),)
            ),
            ".content[0].top[0].top",
        ),
        (Logprobs(content=(A,), refusal=(A,)), ".refusal[0]"),
        (
            Logprobs(content=(attrs.evolve(A, extra={"openai-chat": {"novel": 1}}),)),
            ".content[0].extra['openai-chat'].novel",
        ),
    ],
)
def test_what_log_probabilities_cannot_say(logprobs, lost):
    (item,), losses = reply(TextPart(text="a", logprobs=logprobs))
    assert item["content"][0]["logprobs"][0]["token"] == "a"
    assert losses == [("resp.logprobs", f"[0].logprobs{lost}")]


@pytest.mark.parametrize(
    ("token", "made"),
    [
        (TokenLogprob(token="a", logprob=-1.0, top=()), ".content[0].bytes"),
        (TokenLogprob(token="a", logprob=-1.0, bytes=(97,)), ".content[0].top"),
        (
            attrs.evolve(A, top=(TokenLogprob(token="b", logprob=-2.0),)),
            ".content[0].top[0].bytes",
        ),
    ],
)
def test_what_log_probabilities_must_have_is_filled_in(token, made):
    part = TextPart(text="a", logprobs=Logprobs(content=(token,)))
    (item,), losses = reply(part)
    (wire,) = item["content"][0]["logprobs"]
    assert wire["bytes"] == list(token.bytes or ())
    assert [top["bytes"] for top in wire["top_logprobs"]] == [
        [] for _ in token.top or ()
    ]
    assert losses == [("resp.logprobs", f"[0].logprobs{made}")]


# --- other items --------------------------------------------------------------------


def test_a_compaction_says_its_proof_only():
    part = CompactionPart(
        text="so far",
        encrypted=Opaque(value="x", dialect=OWN),
        cache=CacheBreakpoint(),
        item=ItemRef(id="cmp_1", status="completed"),
    )
    found, losses = history(part)
    assert found == [
        {
            "type": "compaction",
            "id": "cmp_1",
            "encrypted_content": "x",
            "status": "completed",
        }
    ]
    assert losses == [("ctx.compaction", "[0].text"), ("cache.breakpoint", "[0].cache")]


def test_an_image_of_a_form_that_the_tool_does_not_draw():
    source = Base64Source(data="AAAA", media_type="image/bmp")
    (item,), losses = reply(ImagePart(source=source))
    assert item["result"] == "AAAA"
    assert "output_format" not in item
    assert losses == [("out.image", "[0]")]


@pytest.mark.parametrize("lengths", [["x"], [-1, 3], [2, 3], [True]])
def test_a_note_of_lengths_that_does_not_fit_the_text(lengths):
    part = ReasoningPart(
        text="a\n\nbc", item=ItemRef(id="rs_1"), extra=spelled(content=lengths)
    )
    (item,), losses = history(part)
    assert item["content"] == [{"type": "reasoning_text", "text": "a\n\nbc"}]
    assert losses == []


def test_an_answer_has_no_result():
    with pytest.raises(InvalidIRError, match="ToolResultPart") as caught:
        reply(ToolResultPart(call_id="c"))
    assert caught.value.path == "$.choices[0].message.parts[0]"
