"""Bytes to chunks: usage, wherever it stands."""

from __future__ import annotations

from tests.codecs.openai_chat._stream_decoder_support import (
    STOP,
    USAGE,
    decode,
    delta,
    event,
    message,
    of,
    say,
)

from modelwire.codecs.openai_chat._profiles import PROFILES
from modelwire.ir import (
    UsageUpdate,
)


def test_U01_usage_after_the_finish():
    usage = {**USAGE, "prompt_tokens_details": {"cached_tokens": 4}}
    chunks = decode(say({"content": "a"}), STOP, event(usage=usage))
    found = of(UsageUpdate, chunks)[0].usage
    assert (found.input_total, found.input_uncached, found.cache_read) == (10, 6, 4)


def test_U03_cached_tokens():
    usage = {
        "prompt_tokens": 9888,
        "completion_tokens": 1,
        "total_tokens": 9889,
        "prompt_tokens_details": {"cached_tokens": 6752},
    }
    found = of(UsageUpdate, decode(STOP, event(usage=usage)))[0].usage
    assert (found.input_uncached, found.cache_read) == (3136, 6752)


def test_U08_empty_choices_anywhere():
    chunks = decode(event(), say({"content": "a"}), event(), STOP, event(usage=USAGE))
    assert message(chunks).parts[0].text == "a"


def test_usage_on_every_chunk_only_when_it_changed():
    grown = {**USAGE, "completion_tokens": 3, "total_tokens": 13}
    chunks = decode(
        event(delta({"content": "a"}), usage=USAGE),
        event(delta({"content": "b"}), usage=USAGE),
        event(delta({"content": "c"}), usage=grown),
        event(delta(finish="stop"), usage=grown),
    )
    assert [c.usage.output_total for c in of(UsageUpdate, chunks)] == [2, 3]
    assert message(chunks).parts[0].text == "abc"


def test_usage_of_groq():
    chunks = decode(
        say({"content": "a"}), event(delta(finish="stop"), x_groq={"usage": USAGE})
    )
    assert of(UsageUpdate, chunks)[0].usage.input_total == 10
    both = decode(
        event(delta(finish="stop"), usage=USAGE, x_groq={"id": "r", "usage": USAGE})
    )
    assert len(of(UsageUpdate, both)) == 1


def test_usage_inside_the_choice():
    chunks = decode(say({"content": "a"}), say(finish="stop", usage=USAGE))
    assert of(UsageUpdate, chunks)[0].usage.input_total == 10


def test_usage_excludes_reasoning_by_profile():
    usage = {
        "prompt_tokens": 10,
        "completion_tokens": 2,
        "completion_tokens_details": {"reasoning_tokens": 5},
    }
    chunks = decode(STOP, event(usage=usage), profile=PROFILES["xai"])
    assert of(UsageUpdate, chunks)[0].usage.output_total == 7
