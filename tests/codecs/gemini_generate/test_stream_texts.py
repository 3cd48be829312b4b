"""What stream decoder and encoder keep of texts, for the offsets of citations."""

from __future__ import annotations

import random
import sys

import pytest
from hypothesis import given, strategies as st

from modelwire.codecs.gemini_generate._stream_state import UNKNOWN, WrittenTexts
from modelwire.codecs.gemini_generate._stream_texts import Texts

PIECES = ["a ", "word", "東京", "é", "x" * 700, "naïve 🙂🙂", "\ud800", "b"]
WORDS = st.lists(st.sampled_from(PIECES), max_size=400)
BLOCKS = st.lists(WORDS, min_size=1, max_size=3)


def filled(texts, blocks):
    for number, words in enumerate(blocks):
        texts.begin(number, number + 1)
        for word in words:
            texts.add(word)
    return texts


def widths(text):
    return [len(c.encode("utf-8", "surrogatepass")) for c in text]


# --- the decoder's ------------------------------------------------------------------


@given(BLOCKS)
def test_what_is_kept_is_as_wide_as_the_words(blocks):
    texts = filled(Texts(10**6), blocks)
    wanted = ["".join(words) for words in blocks]
    assert [widths(text) for text in texts.texts()] == list(map(widths, wanted))
    assert texts.places == [(n, n + 1) for n in range(len(blocks))]
    assert texts.whole is (sum(map(len, wanted)) <= 24 * 1024)
    if texts.whole:
        # The first text is let go early; nothing else is.
        assert texts.texts()[1:] == wanted[1:]
        assert len(wanted[0]) > 4 * 1024 or texts.texts()[0] == wanted[0]


@pytest.mark.parametrize(
    ("word", "limit"), [("word ", 7_000), ("東京 ", 7_000), ("é" * 70, 36_000)]
)
def test_a_long_first_text_is_kept_as_widths(word, limit):
    texts = Texts(10**6)
    texts.begin(0, 0)
    for _ in range(1500):
        texts.add("".join(list(word)))  # a string of its own, as from a parser
    (kept,) = texts._texts
    held = sys.getsizeof(kept.widths) + sys.getsizeof(texts.loose)
    held += sum(map(sys.getsizeof, texts.loose))
    assert kept.words is None
    assert held < limit
    assert [widths(text) for text in texts.texts()] == [widths(word * 1500)]


def test_stretches_of_every_length():
    rng = random.Random(1)
    lengths = [1, 2, 62, 63, 64, 65, 1000, 100_000, *range(50, 80)]
    pieces = [
        rng.choice(["x", "é", "東", "🙂"]) * rng.choice(lengths) for _ in range(200)
    ]
    (found,) = filled(Texts(10**6), [pieces]).texts()
    assert (
        found.encode()
        == "".join(
            {1: "x", 2: "\x80", 3: "\u0800", 4: "\U00010000"}[width]
            for width in widths("".join(pieces))
        ).encode()
    )


def test_widths_beyond_the_room_are_only_counted():
    texts = Texts(1000)
    texts.begin(0, 0)
    for _ in range(41):
        texts.add("éa" * 300)
    assert len(texts._texts[0].widths) <= 1000
    (found,) = texts.texts()
    assert len(found) == 41 * 600
    # What came last is known as it is, what came first is counted only.
    assert found[:600] == "x" * 600
    assert widths(found[-600:]) == [2, 1] * 300


# --- the encoder's ------------------------------------------------------------------


@given(BLOCKS)
def test_offsets_are_those_of_the_whole_text(blocks):
    texts = filled(WrittenTexts(10**6), blocks)
    found = texts.texts()
    wanted = ["".join(words) for words in blocks]
    if texts.whole:
        assert found == wanted
    # What is not ASCII stays in its place; the rest may have been counted only.
    masked = ["".join(c if c > "\x7f" else "x" for c in text) for text in wanted]
    assert ["".join(c if c > "\x7f" else "x" for c in t) for t in found] == masked


def test_words_are_not_kept_one_by_one():
    for word, limit in (("word ", 28_000), ("東京 ", 40_000)):
        texts = WrittenTexts(10**6)
        texts.begin(0, 0)
        for _ in range(4000):
            texts.add("".join(list(word)))  # a string of its own, as from a parser
        pieces = [*texts._blocks[-1], *texts.loose]
        held = sys.getsizeof(pieces) + sum(map(sys.getsizeof, pieces))
        assert held < limit, word


def test_ascii_behind_a_long_text_is_only_counted():
    words = ["word " * 1000] * 5 + ["日", "word "] + ["word"] * 1000
    texts = filled(WrittenTexts(10**6), [words, ["é"]])
    assert not texts.whole
    first, second = texts._blocks
    assert first[0] == 25_000
    assert first[1].startswith("日word ")
    assert len(first) == 3
    assert second == ["é"]
    found, _ = texts.texts()
    assert len(found) == 25_000 + 6 + 4000


def test_texts_beyond_the_room_are_only_counted():
    texts = filled(WrittenTexts(30_000), [["é" * 1000] * 40])
    assert not texts.whole
    (found,) = texts.texts()
    assert len(found) == 40_000
    # What came last is known as it is, what came first is counted only.
    assert found.strip(UNKNOWN + "é") == ""
    assert found[0] == UNKNOWN
    (again,) = filled(WrittenTexts(30_000), [["é" * 1000] * 80]).texts()
    assert again == UNKNOWN * 62_000 + "é" * 18_000
