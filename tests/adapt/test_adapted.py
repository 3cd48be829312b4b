"""Paths through chains of adapters, and the one account of them."""

from __future__ import annotations

from functools import partial

import attrs
import pytest

from modelwire import adapt
from modelwire.adapt._adapted import (
    Adapted,
    chain,
    encode_adapted,
    landed,
    relocated,
)
from modelwire.codecs import COLLECT, Aliases
from modelwire.ir import (
    AllowedTool,
    ChatRequest,
    FunctionTool,
    Loss,
    LossCode,
    Message,
    TextPart,
    ToolChoice,
)
from modelwire.translate import translate_request

ORIGINS = {
    "$.messages[1]": "$.messages[3]",
    "$.messages[2]": None,
    "$.messages[3]": "$.messages[1]",
    "$.messages[3].parts[1]": "$.messages[0].parts[4]",
}


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("$.model", "$.model"),
        ("$.messages[0].parts[0].text", "$.messages[0].parts[0].text"),
        ("$.messages[1]", "$.messages[3]"),
        ("$.messages[1].parts[0].cache", "$.messages[3].parts[0].cache"),
        ("$.messages[10].name", "$.messages[10].name"),
        ("$.messages[2].parts[0]", None),
        ("$.messages[3].parts[1].item", "$.messages[0].parts[4].item"),
        ("$.messages[3].parts[2]", "$.messages[1].parts[2]"),
    ],
)
def test_where_something_came_from(path, expected):
    assert relocated(path, ORIGINS) == expected
    assert relocated(path, {}) == path


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("$.model", "$.model"),
        ("$.messages[3].name", "$.messages[1].name"),
        ("$.messages[1].parts[0]", "$.messages[3].parts[0]"),
        ("$.messages[0].parts[4].item", "$.messages[3].parts[1].item"),
        ("$.messages[2].parts[0]", None),
    ],
)
def test_where_something_went(path, expected):
    assert landed(path, ORIGINS) == expected
    assert landed(path, {}) == path


def say(text):
    return Message(role="user", parts=(TextPart(text=text),))


def request(*texts):
    return ChatRequest(model="m", messages=tuple(say(text) for text in texts))


def without_first(current):
    """Drop the first message."""
    rest = current.messages[1:]
    return Adapted(
        request=ChatRequest(model="m", messages=rest),
        losses=(loss("dropped", "$.messages[0]"),),
        origins={f"$.messages[{n}]": f"$.messages[{n + 1}]" for n in range(len(rest))},
    )


def with_opening(current):
    """Put a message in front."""
    return Adapted(
        request=ChatRequest(model="m", messages=(say("!"), *current.messages)),
        losses=(loss("synthesised", None, "$.messages[0]"),),
        origins={
            "$.messages[0]": None,
            **{
                f"$.messages[{n + 1}]": f"$.messages[{n}]"
                for n in range(len(current.messages))
            },
        },
    )


def changed_last(current):
    """Say that the last message was changed."""
    path = f"$.messages[{len(current.messages) - 1}].parts[0].text"
    return Adapted(request=current, losses=(loss("approximated", path),))


def loss(action, path, to=None):
    return Loss(
        code=LossCode.IN_TEXT, path=path, to=to, action=action, severity="cosmetic"
    )


def told(adapted):
    return [(x.action, x.path, x.to) for x in adapted.losses]


def test_paths_of_a_chain_lie_in_the_first_request():
    adapted = chain(request("a", "b", "c"), [without_first, changed_last])
    assert told(adapted) == [
        ("dropped", "$.messages[0]", None),
        ("approximated", "$.messages[2].parts[0].text", None),
    ]


def test_places_of_a_chain_lie_in_the_last_request():
    adapted = chain(request("a"), [with_opening, with_opening])
    assert told(adapted) == [
        ("synthesised", None, "$.messages[1]"),
        ("synthesised", None, "$.messages[0]"),
    ]
    assert adapted.origins == {
        "$.messages[0]": None,
        "$.messages[1]": None,
        "$.messages[2]": "$.messages[0]",
    }


def without_last(current):
    """Drop the last message: nothing takes its place."""
    last = len(current.messages) - 1
    return Adapted(
        request=ChatRequest(model="m", messages=current.messages[:-1]),
        losses=(loss("dropped", f"$.messages[{last}]"),),
    )


@pytest.mark.parametrize(
    ("texts", "dropping"), [(("a",), without_first), ((), without_last)]
)
def test_what_was_made_and_dropped_never_was(texts, dropping):
    adapted = chain(request(*texts), [with_opening, dropping])
    assert adapted.losses == ()


def test_what_moved_and_was_dropped_is_dropped():
    def move(current):
        first, second = current.messages
        return Adapted(
            request=ChatRequest(model="m", messages=(second, first)),
            losses=(loss("moved", "$.messages[0]", "$.messages[1]"),),
            origins={
                "$.messages[0]": "$.messages[1]",
                "$.messages[1]": "$.messages[0]",
            },
        )

    adapted = chain(request("a", "b"), [move, without_last])
    assert told(adapted) == [("dropped", "$.messages[0]", None)]


def test_a_change_inside_what_is_dropped_is_none():
    adapted = chain(request("a"), [changed_last, without_first])
    assert told(adapted) == [("dropped", "$.messages[0]", None)]


def test_an_empty_chain():
    source = request("a")
    adapted = chain(source, [])
    assert adapted.request is source
    assert (adapted.losses, adapted.aliases) == ((), Aliases())


def test_renamings_are_followed_through_a_chain():
    def rename(new, old):
        return lambda current: Adapted(
            request=current, aliases=Aliases(call_ids={new: old})
        )

    adapted = chain(request("a"), [rename("b", "a"), rename("c", "b")])
    assert adapted.aliases.call_id("c") == "a"


def test_what_the_encoder_drops_was_not_adapted():
    """The schema of a tool that the target never sees has no losses of its own."""
    schema = {"type": "object", "properties": {}, "oneOf": [{"required": ["a"]}]}
    source = ChatRequest(
        model="m",
        messages=(say("hi"),),
        tools=(
            FunctionTool(name="kept", input_schema={"type": "object"}),
            FunctionTool(name="left", input_schema=schema),
        ),
        tool_choice=ToolChoice(mode="auto", allowed=(AllowedTool(name="kept"),)),
    )
    target = "anthropic-messages"
    adapted = chain(source, [partial(adapt.adapt_schemas, target=target)])
    assert adapted.losses
    encoded = encode_adapted(adapted, target, COLLECT)
    assert not [x for x in encoded.losses if "input_schema" in (x.path or "")]


@pytest.mark.parametrize(
    "extra",
    [
        pytest.param({}, id="that is decoded again"),
        # Said in the target's own words, which nothing checks.
        pytest.param({"openai-chat": {"stop": 5}}, id="that its decoder refuses"),
    ],
)
def test_places_in_what_is_encoded(extra):
    source = attrs.evolve(request("a", "b"), extra=extra)
    losses = (
        loss("moved", "$.messages[0]", "$.messages[1].parts[0].text"),
        loss("moved", "$.tools[1]", "$.tools[0].description"),
    )
    adapted = Adapted(request=source, losses=losses)
    encoded = encode_adapted(adapted, "openai-chat", COLLECT)
    assert [loss.to for loss in encoded.losses] == [loss.to for loss in losses]


def test_adapters_in_a_translation():
    body = (
        b'{"model":"m","messages":[{"role":"user","content":"hi"},'
        b'{"role":"assistant","content":null,"tool_calls":[{"id":"a","type":"function",'
        b'"function":{"name":"f","arguments":"{}"}}]},'
        b'{"role":"user","content":"well?"}]}'
    )
    target = "anthropic-messages"
    encoded = translate_request(
        body,
        source="openai-chat",
        target=target,
        adapt=[partial(adapt.normalise, target=target)],
    )
    (made,) = [x for x in encoded.losses if x.code is LossCode.TOOL_RESULT_TEXT]
    assert (made.action, made.path, made.to) == (
        "synthesised",
        None,
        "$.messages[2].parts[0]",
    )
    assert b'"is_error":true' in encoded.body
