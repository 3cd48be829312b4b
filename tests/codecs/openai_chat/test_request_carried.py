"""Requests of `openai-chat`: what messages, parts and tools carry beside words."""

import attrs
import pytest
from tests.codecs.openai_chat._request_support import (
    CALL,
    OWN,
    codes,
    encode,
    same,
    talk,
    user,
)

from modelwire.ir import (
    Annotation,
    AudioPart,
    CacheBreakpoint,
    ContentSource,
    CustomTool,
    DocumentPart,
    FileIdSource,
    ItemRef,
    Logprobs,
    Message,
    Opaque,
    ReasoningPart,
    RefusalPart,
    ServerTool,
    TextPart,
    TokenLogprob,
    ToolResultPart,
    UnknownPart,
    UrlSource,
    VideoPart,
)

CACHE = CacheBreakpoint()
FOREIGN = Opaque(value="s", dialect="anthropic-messages")
OWN_FIELD = {OWN: {"x": 1}}
RESULT = ToolResultPart(call_id="call_1", content=(TextPart(text="r"),))
ASKED = Message(role="assistant", parts=(CALL,))
PART = "$.messages[0].parts[0]"


def lost(losses):
    return [(str(loss.code), loss.path or loss.to, loss.action) for loss in losses]


def of_assistant(*parts, profile="openai"):
    wire, losses = encode(talk(Message(role="assistant", parts=parts)), profile)
    return wire["messages"][0] if wire["messages"] else None, lost(losses)


# --- parts --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("part", "expected"),
    [
        pytest.param(
            TextPart(
                text="a",
                logprobs=Logprobs(content=(TokenLogprob(token="a"),)),
                signature=FOREIGN,
            ),
            [
                ("resp.logprobs", f"{PART}.logprobs", "dropped"),
                ("think.signature", f"{PART}.signature", "dropped"),
            ],
            id="log probabilities and a signature",
        ),
        pytest.param(
            TextPart(text="a", annotations=(Annotation(kind="url", url="u"),)),
            [("out.annotations_citations", f"{PART}.annotations[0]", "dropped")],
            id="annotations",
        ),
        pytest.param(
            DocumentPart(
                source=UrlSource(url="data:x", media_type="application/pdf"),
                filename="a.pdf",
            ),
            [("in.doc.meta", f"{PART}.source.media_type", "dropped")],
            id="a data URI and its type",
        ),
        pytest.param(
            VideoPart(
                source=FileIdSource(file_id="f"),
                extra={OWN: {"$spelling": {"video": "video_url"}}},
            ),
            [("in.video", PART, "dropped")],
            id="a video by its id",
        ),
    ],
)
def test_parts_of_a_user(part, expected):
    _, losses = encode(talk(user(part)))
    assert lost(losses) == expected


def test_a_document_of_nothing_is_dropped():
    part = DocumentPart(source=ContentSource(parts=()))
    _, losses = encode(talk(user(part, TextPart(text="a"))))
    assert lost(losses) == [("in.doc.base64", PART, "dropped")]


@pytest.mark.parametrize(
    ("part", "profile", "expected"),
    [
        pytest.param(
            ReasoningPart(text="a", cache=CACHE, redacted=FOREIGN),
            "deepseek",
            [
                ("think.redacted", f"{PART}.redacted", "dropped"),
                ("cache.breakpoint", f"{PART}.cache", "dropped"),
            ],
            id="reasoning",
        ),
        pytest.param(
            ReasoningPart(text="a", extra=OWN_FIELD),
            "deepseek",
            [("think.text", f"{PART}.extra['{OWN}'].x", "dropped")],
            id="unknown fields of plain reasoning",
        ),
        pytest.param(
            ReasoningPart(text="a", encrypted=FOREIGN),
            "openrouter",
            [("think.signature", f"{PART}.encrypted", "dropped")],
            id="foreign encrypted state beside a detail's text",
        ),
        pytest.param(
            RefusalPart(text="no", cache=CACHE, extra={OWN: {"x": 1, "$spelling": {}}}),
            "openai",
            [
                ("cache.breakpoint", f"{PART}.cache", "dropped"),
                ("out.refusal", f"{PART}.extra['{OWN}'].x", "dropped"),
            ],
            id="a refusal",
        ),
        pytest.param(
            AudioPart(id="au", cache=CACHE),
            "openai",
            [("cache.breakpoint", f"{PART}.cache", "dropped")],
            id="a reference to audio",
        ),
    ],
)
def test_parts_of_an_assistant(part, profile, expected):
    _, losses = of_assistant(part, profile=profile)
    assert losses == expected


def test_a_refusal_among_texts_loses_its_breakpoint():
    refusal = RefusalPart(text="no", cache=CACHE)
    wire, losses = of_assistant(refusal, TextPart(text="a"))
    assert wire["content"] == [
        {"type": "refusal", "refusal": "no"},
        {"type": "text", "text": "a"},
    ]
    assert ("cache.breakpoint", f"{PART}.cache", "dropped") in losses


def test_reasoning_of_an_unknown_spelling_follows_the_profile():
    part = ReasoningPart(text="a", extra={OWN: {"$spelling": {"reasoning": ["new"]}}})
    wire, _ = of_assistant(part, TextPart(text="b"), profile="deepseek")
    assert wire["reasoning_content"] == "a"


# --- messages and results -----------------------------------------------------------


@pytest.mark.parametrize("role", ["tool", "user"])
def test_what_a_message_of_results_says_itself(role):
    message = Message(
        role=role, parts=(RESULT,), name="n", extra={OWN: {"x": 1, "$spelling": {}}}
    )
    wire, losses = encode(talk(ASKED, message))
    written = wire["messages"][1]
    # A tool message is the result's own; a user message has others.
    assert written.get("x") == (1 if role == "tool" else None)
    assert ("role.name", "$.messages[1].name", "dropped") in lost(losses)
    assert (
        ("role.name", f"$.messages[1].extra['{OWN}'].x", "dropped") in lost(losses)
    ) is (role == "user")


def test_a_tool_message_without_a_result():
    message = Message(
        role="tool",
        parts=(UnknownPart(dialect="x", raw={}),),
        extra={OWN: {"x": 1, "$spelling": {}}},
    )
    _, losses = encode(talk(ASKED, message, user(TextPart(text="a"))))
    assert lost(losses) == [
        ("tool_result.text", "$.messages[1].parts[0]", "dropped"),
        ("role.name", f"$.messages[1].extra['{OWN}'].x", "dropped"),
    ]


def test_unknown_fields_of_a_result_are_those_of_its_message():
    extra = {OWN: {"x": 1, "tool_call_id": "other", "$spelling": {}}}
    result = attrs.evolve(RESULT, extra=extra)
    wire, losses = encode(talk(ASKED, Message(role="tool", parts=(result,))))
    assert wire["messages"][1] == {
        "role": "tool",
        "tool_call_id": "call_1",
        "content": "r",
        "x": 1,
    }
    where = f"$.messages[1].parts[0].extra['{OWN}']"
    assert lost(losses) == [
        ("tool_result.text", f"{where}.x", "moved"),
        ("tool_result.text", f"{where}.tool_call_id", "dropped"),
    ]


def test_own_unknown_parts_of_a_result_are_written_back():
    raw = {"type": "new", "n": 1}
    result = ToolResultPart(
        call_id="call_1", content=(UnknownPart(dialect=OWN, raw=raw),)
    )
    wire, losses = encode(talk(ASKED, Message(role="tool", parts=(result,))))
    assert wire["messages"][1]["content"] == [raw]
    assert losses == ()


@pytest.mark.parametrize("profile", ["openai", "groq"])
def test_a_breakpoint_of_a_result_stands_on_its_text(profile):
    result = attrs.evolve(RESULT, cache=CACHE)
    _, losses = encode(talk(ASKED, Message(role="tool", parts=(result,))), profile)
    action = "moved" if profile == "openai" else "dropped"
    assert lost(losses) == [
        ("cache.breakpoint", "$.messages[1].parts[0].cache", action)
    ]


def test_a_part_that_is_not_written_does_not_come_before_a_result():
    gone = VideoPart(source=FileIdSource(file_id="f"))
    message = user(gone, RESULT, TextPart(text="a"), name="n")
    wire, losses = encode(talk(ASKED, message))
    assert [m["role"] for m in wire["messages"]] == ["assistant", "tool", "user"]
    assert ("in.video", "$.messages[1].parts[0]", "dropped") in lost(losses)


def test_audio_that_a_client_sends_back_whole():
    audio = {"id": "au", "data": "AA==", "transcript": "hi", "expires_at": 9}
    request = same(messages=[{"role": "assistant", "content": None, "audio": audio}])
    assert request.messages[0].parts[0].transcript == "hi"


def test_a_thinking_item_that_is_text():
    content = [{"type": "thinking", "thinking": "hm"}, {"type": "text", "text": "a"}]
    request = same(messages=[{"role": "assistant", "content": content}])
    assert request.messages[0].parts[0].text == "hm"


def test_a_detail_that_is_a_signature_alone():
    detail = {"type": "reasoning.text", "signature": "s", "index": 0}
    message = {"role": "assistant", "content": "a", "reasoning_details": [detail]}
    request = same(messages=[message])
    assert request.messages[0].parts[0].signature == Opaque(value="s", dialect=OWN)


def test_unknown_fields_of_a_breakpoint():
    item = {"type": "text", "text": "a"}
    item["cache_control"] = {"type": "ephemeral", "ttl": "1h", "scope": "org"}
    request = same(messages=[{"role": "user", "content": [item]}])
    cache = request.messages[0].parts[0].cache
    assert cache == CacheBreakpoint(ttl="1h", extra={OWN: {"scope": "org"}})


def test_a_document_as_a_data_uri_without_a_type():
    item = {"type": "file", "file": {"file_data": "data:x", "filename": "a"}}
    request = same(messages=[{"role": "user", "content": [item]}])
    assert request.messages[0].parts[0].source == UrlSource(url="data:x")


# --- tools --------------------------------------------------------------------------


def test_a_breakpoint_of_a_custom_tool():
    tool = CustomTool(name="f", cache=CACHE)
    wire, losses = encode(talk(tools=(tool,)), "openrouter")
    assert wire["tools"][0]["cache_control"] == {"type": "ephemeral"}
    assert losses == ()
    _, losses = encode(talk(tools=(tool,)))
    assert lost(losses) == [("cache.breakpoint", "$.tools[0].cache", "dropped")]


def test_where_a_foreign_search_stands():
    place = {"city": "Paris", "radius": 3}
    tool = ServerTool(
        kind="web_search",
        dialect="anthropic-messages",
        config={"user_location": place},
    )
    wire, losses = encode(talk(tools=(tool,)))
    assert wire["web_search_options"] == {
        "user_location": {"type": "approximate", "approximate": {"city": "Paris"}}
    }
    assert (
        "bt.web_search",
        "$.tools[0].config.user_location.radius",
        "dropped",
    ) in lost(losses)


@pytest.mark.parametrize(
    "location",
    [
        {"type": "approximate"},
        {"type": "exact", "exact": {"lat": 1}},
        {"type": "approximate", "approximate": {"city": "x"}, "y": 1},
    ],
)
def test_places_of_a_search_that_nobody_knows(location):
    same(web_search_options={"user_location": location})


@pytest.mark.parametrize(
    "choice",
    [
        {"type": "allowed_tools", "allowed_tools": 5},
        {
            "type": "allowed_tools",
            "allowed_tools": {
                "mode": "auto",
                "tools": [{"type": "function", "function": {"name": "f", "x": 1}}],
            },
        },
    ],
)
def test_allowed_tools_come_back(choice):
    same(tools=[{"type": "function", "function": {"name": "f"}}], tool_choice=choice)


def test_an_allowed_subset_has_no_legacy_form():
    choice = {
        "type": "allowed_tools",
        "allowed_tools": {
            "mode": "auto",
            "tools": [{"type": "function", "function": {"name": "f"}}],
        },
    }
    same(functions=[{"name": "f"}], tool_choice=choice)


def test_codes_of_a_whole_item():
    # An item reference says of which kind of message a text was.
    part = TextPart(text="a", item=ItemRef(id="m", phase="commentary"))
    _, losses = encode(talk(Message(role="assistant", parts=(part,))))
    assert codes(losses) == [("msg.phase", "dropped")]
