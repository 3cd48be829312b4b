"""
The accounting law over the whole pipeline: adapt, encode, decode.

Complete and sound for what every adapter gives, alone and in a chain, from anything
that the IR allows and from what each dialect's decoder gives, for every target.
"""

from __future__ import annotations

from functools import partial

import attrs
import pytest
from hypothesis import given, settings, strategies as hypothesis

from modelwire import adapt, codecs
from modelwire.adapt._adapted import encode_adapted
from modelwire.codecs import COLLECT
from modelwire.ir import (
    Base64Source,
    ChatRequest,
    DocumentPart,
    FileIdSource,
    Message,
    SearchResultPart,
    TextPart,
    TextSource,
    ToolResultPart,
)
from modelwire.testing import assert_losses, strategies as st

TARGET = pytest.mark.parametrize("target", codecs.DIALECTS)
EXAMPLES = 16
"""For each target and law; looked for further with `explore` and more of them."""


def fetched(source):
    """Stand in for a fetch: bytes for addresses, nothing for files."""
    if isinstance(source, FileIdSource):
        return None
    return Base64Source(data="AAAA", media_type="image/png")


def steps(target):
    return [
        partial(adapt.normalise, target=target),
        partial(adapt.adapt_schemas, target=target),
        partial(adapt.resolve_media, resolver=fetched, target=target),
    ]


def account(request, adapters, target):
    adapted = adapt.chain(request, adapters)
    encoded = encode_adapted(adapted, target, COLLECT)
    again = codecs.get(target).decode_request(
        encoded.body,
        path=encoded.path,
        query="&".join(f"{name}={value}" for name, value in encoded.query),
        headers=encoded.headers,
    )
    assert_losses(request, again, encoded.losses)
    return adapted


@TARGET
@pytest.mark.parametrize("step", range(3), ids=["histories", "schemas", "media"])
def test_one_adapter(step, target):
    @settings(max_examples=EXAMPLES)
    @given(st.chat_requests(None))
    def check(request):
        account(request, steps(target)[step : step + 1], target)

    check()


@TARGET
@pytest.mark.parametrize("source", [*codecs.DIALECTS, None])
def test_all_of_them(source, target):
    @settings(max_examples=EXAMPLES // 2)
    @given(st.chat_requests(source))
    def check(request):
        adapted = account(request, steps(target), target)
        again = adapt.chain(adapted.request, steps(target))
        assert again.request == adapted.request
        assert again.losses == ()

    check()


WAYS = [
    {"orphans": "text"},
    {"unanswered": "drop"},
    {"system": "hoist"},
    {"orphans": "text", "unanswered": "drop", "system": "hoist"},
]


@TARGET
def test_other_ways_to_repair(target):
    @settings(max_examples=2 * EXAMPLES)
    @given(st.chat_requests(None), hypothesis.sampled_from(WAYS))
    def check(request, way):
        account(request, [partial(adapt.normalise, target=target, **way)], target)

    check()


def alternating(target):
    return attrs.evolve(
        adapt.HISTORY_RULES[target],
        merge=frozenset({"user", "assistant"}),
        user_first=True,
        one_turn=True,
    )


@TARGET
def test_rules_of_turns_that_alternate(target):
    rules = alternating(target)

    @settings(max_examples=EXAMPLES)
    @given(st.chat_requests(target))
    def check(request):
        account(request, [partial(adapt.normalise, target=target, rules=rules)], target)

    check()


PDF = DocumentPart(source=Base64Source(data="", media_type="application/pdf"))
FOUND = SearchResultPart(source="s", title="", content=(TextPart(text="a"),))


def user(*parts):
    return Message(role="user", parts=parts)


def orphan(*content):
    return Message(
        role="tool", parts=(ToolResultPart(call_id="call_00", content=content),)
    )


PINNED = [
    # What a moved part became is no part of its class any more.
    ("told search result", [user(TextPart(text="a")), orphan(FOUND)]),
    (
        "told document behind one that becomes text",
        [
            user(DocumentPart(source=TextSource(text="a", media_type="text/plain"))),
            orphan(PDF),
        ],
    ),
    ("merged search results", [user(FOUND), user(FOUND)]),
    # Two messages are made from nothing, and one of them has another role.
    ("told beside an empty message", [user(), orphan(), user(PDF)]),
]


@TARGET
@pytest.mark.parametrize(
    "messages", [case[1] for case in PINNED], ids=[case[0] for case in PINNED]
)
def test_found_by_searching(messages, target):
    request = ChatRequest(model="m", messages=tuple(messages))
    repair = partial(adapt.normalise, target=target, orphans="text")
    account(request, [repair], target)
    account(request, [partial(repair, rules=alternating(target))], target)
