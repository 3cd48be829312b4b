"""Responses of `openai-chat`: what messages and parts carry beside their words."""

import attrs
import pytest
from tests.codecs.openai_chat._response_support import (
    CALL,
    OWN,
    answer,
    decode,
    encode,
    parts_of,
    wire_call,
)

from modelwire.codecs._base import Aliases
from modelwire.codecs.openai_chat import encode_response
from modelwire.ir import (
    Annotation,
    AudioPart,
    Base64Source,
    CacheBreakpoint,
    Finish,
    Logprobs,
    RefusalPart,
    TextPart,
    TokenLogprob,
    ToolCallPart,
)

CACHE = CacheBreakpoint()
PART = "$.choices[0].message.parts[0]"
CALLED = Finish(kind="tool_calls", raw="tool_calls")


def lost(losses):
    return [(str(loss.code), loss.path or loss.to, loss.action) for loss in losses]


def message_of(wire):
    return wire["choices"][0]["message"]


# --- what a server sends comes back --------------------------------------------------


@pytest.mark.parametrize(
    "message",
    [
        pytest.param({"role": "model", "content": "a"}, id="another role"),
        pytest.param({"role": "assistant", "content": 5}, id="content of a number"),
        pytest.param(
            {"role": "assistant", "content": "a", "reasoning": 5},
            id="reasoning of a number",
        ),
        pytest.param(
            {"role": "assistant", "content": "a", "audio": "x"}, id="audio as a string"
        ),
        pytest.param(
            {"role": "assistant", "content": "a", "images": "x"},
            id="images as a string",
        ),
        pytest.param(
            {"role": "assistant", "content": "a", "images": [{"type": "new"}]},
            id="images of another type",
        ),
        pytest.param(
            {
                "role": "assistant",
                "content": "a",
                "images": [{"type": "image_url", "image_url": 5}],
            },
            id="an image without a URL",
        ),
        pytest.param(
            {"role": "assistant", "content": [{"type": "refusal"}]},
            id="a refusal without words",
        ),
        pytest.param(
            {
                "role": "assistant",
                "content": [
                    {"type": "video_url", "video_url": 5},
                    {"type": "video_url", "video_url": {"url": 5}},
                ],
            },
            id="videos without a URL",
        ),
        pytest.param(
            {
                "role": "assistant",
                "content": "a",
                "annotations": [
                    {"type": "url_citation", "url_citation": {"title": "t"}},
                    {"new": 1},
                ],
            },
            id="annotations without a URL or a type",
        ),
    ],
)
def test_odd_messages_come_back(message):
    wire, losses = encode(decode(message))
    found = message_of(wire)
    assert {key: found[key] for key in message} == message
    assert losses == ()


def test_bare_strings_in_content():
    # Mistral's arrays may hold them.
    response = decode({"role": "assistant", "content": ["a", "b"]})
    assert [part.text for part in parts_of(response)] == ["a", "b"]


@pytest.mark.parametrize(
    "odd", [{"finish_reason": 5}, {"logprobs": "x"}, {"logprobs": 0}]
)
def test_odd_fields_of_a_choice_come_back(odd):
    wire, losses = encode(decode(choice=odd))
    assert {key: wire["choices"][0][key] for key in odd} == odd
    assert losses == ()


def test_an_object_whose_text_was_changed_is_text():
    response = decode({"role": "assistant", "content": {"a": 1}})
    (choice,) = response.choices
    message = attrs.evolve(choice.message, parts=(TextPart(text="changed"),))
    changed = attrs.evolve(choice, message=message)
    wire, _ = encode(attrs.evolve(response, choices=(changed,)))
    assert message_of(wire)["content"] == "changed"


# --- what comes from elsewhere ------------------------------------------------------


@pytest.mark.parametrize(
    ("part", "expected"),
    [
        pytest.param(
            TextPart(text="a", cache=CACHE, extra={OWN: {"x": 1, "$spelling": {}}}),
            [
                ("cache.breakpoint", f"{PART}.cache", "dropped"),
                ("out.text", f"{PART}.extra['{OWN}'].x", "dropped"),
            ],
            id="text",
        ),
        pytest.param(
            AudioPart(
                id="au",
                source=Base64Source(data="AA==", media_type="audio"),
                cache=CACHE,
            ),
            [("cache.breakpoint", f"{PART}.cache", "dropped")],
            id="audio",
        ),
        pytest.param(
            TextPart(
                text="a",
                annotations=(
                    Annotation(
                        kind="url", type="url_citation", url="u", cited_text="c"
                    ),
                ),
            ),
            [
                (
                    "out.annotations_citations",
                    f"{PART}.annotations[0].cited_text",
                    "dropped",
                )
            ],
            id="the words of a citation",
        ),
        pytest.param(
            TextPart(
                text="a",
                annotations=(Annotation(kind="unknown", extra={OWN: {"new": 1}}),),
            ),
            [],
            id="an own annotation without a type",
        ),
    ],
)
def test_parts_of_an_answer(part, expected):
    _, losses = encode(answer(part))
    assert lost(losses) == expected


def test_a_refusal_loses_its_breakpoint():
    finish = Finish(kind="refusal", raw="stop")
    _, losses = encode(answer(RefusalPart(text="no", cache=CACHE), finish=finish))
    assert lost(losses) == [("cache.breakpoint", f"{PART}.cache", "dropped")]


def test_a_call_of_a_server_tool_without_a_name():
    part = ToolCallPart(id="c", name="", arguments="{}", kind="computer")
    wire, losses = encode(answer(part, finish=CALLED))
    assert message_of(wire)["tool_calls"] == [wire_call("c", "computer")]
    assert [(path, action) for _, path, action in lost(losses)] == [
        (f"{PART}.kind", "approximated"),
        (f"{PART}.name", "approximated"),
    ]


def test_candidates_of_candidates_are_lost():
    deep = TokenLogprob(token="c", top=())
    other = TokenLogprob(token="b", top=(deep,))
    token = TokenLogprob(token="a", logprob=-1.0, bytes=(97,), top=(other,))
    response = answer(TextPart(text="a"))
    (choice,) = response.choices
    logprobs = Logprobs(content=(token,), extra={OWN: {"x": 1, "$spelling": {}}})
    changed = attrs.evolve(choice, logprobs=logprobs)
    wire, losses = encode(attrs.evolve(response, choices=(changed,)))
    assert wire["choices"][0]["logprobs"]["x"] == 1
    place = "$.choices[0].logprobs.content[0].top[0].top[0]"
    assert ("resp.logprobs", place, "dropped") in lost(losses)


def test_aliases_are_taken_back():
    aliases = Aliases(names={"f": "f.x"}, call_ids={"call_1": "call:1"})
    response = answer(TextPart(text="a"), CALL, finish=CALLED)
    encoded = encode_response(response, aliases=aliases)
    plain = encode_response(response, aliases=Aliases())
    assert encoded.body == plain.body.replace(b'"call_1"', b'"call:1"').replace(
        b'"name":"f"', b'"name":"f.x"'
    )
