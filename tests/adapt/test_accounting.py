"""
The accounting law over the whole pipeline: adapt, encode, decode.

Complete and sound for what every adapter gives, alone and in a chain, from anything
that the IR allows and from what each dialect's decoder gives, for every target.
"""

from __future__ import annotations

from functools import partial

import attrs
import pytest
from hypothesis import given, settings

from modelwire import adapt, codecs
from modelwire.adapt._adapted import encode_adapted
from modelwire.codecs import COLLECT
from modelwire.ir import Base64Source, FileIdSource
from modelwire.testing import assert_accounted, strategies as st

PAIRS = [(a, b) for a in (*codecs.DIALECTS, None) for b in codecs.DIALECTS]
PAIR = pytest.mark.parametrize(
    ("source", "target"), PAIRS, ids=[f"{a}-to-{b}" for a, b in PAIRS]
)
QUICK = settings(max_examples=80)


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
    assert_accounted(request, again, encoded.losses)
    return adapted


def of(source):
    """Requests with tools that some target cannot enforce, now and then."""
    return st.chat_requests(source)


@PAIR
def test_histories(source, target):
    @QUICK
    @given(of(source))
    def check(request):
        account(request, steps(target)[:1], target)

    check()


@PAIR
def test_schemas(source, target):
    @QUICK
    @given(of(source))
    def check(request):
        account(request, steps(target)[1:2], target)

    check()


@PAIR
def test_media(source, target):
    @QUICK
    @given(of(source))
    def check(request):
        account(request, steps(target)[2:], target)

    check()


@PAIR
def test_all_of_them(source, target):
    @QUICK
    @given(of(source))
    def check(request):
        adapted = account(request, steps(target), target)
        again = adapt.chain(adapted.request, steps(target))
        assert again.request == adapted.request
        assert again.losses == ()

    check()


@pytest.mark.parametrize("target", codecs.DIALECTS)
@pytest.mark.parametrize(
    "options",
    [
        {"orphans": "text"},
        {"unanswered": "drop"},
        {"system": "hoist"},
        {"orphans": "text", "unanswered": "drop", "system": "hoist"},
    ],
    ids=lambda options: "-".join(options.values()),
)
def test_other_ways_to_repair(options, target):
    @settings(max_examples=200)
    @given(of(None))
    def check(request):
        account(request, [partial(adapt.normalise, target=target, **options)], target)

    check()


@pytest.mark.parametrize("target", codecs.DIALECTS)
def test_rules_of_turns_that_alternate(target):
    rules = attrs.evolve(
        adapt.HISTORY_RULES[target],
        merge=frozenset({"user", "assistant"}),
        user_first=True,
        one_turn=True,
    )

    @settings(max_examples=200)
    @given(of(None))
    def check(request):
        account(request, [partial(adapt.normalise, target=target, rules=rules)], target)

    check()
