"""What a stream decoder keeps of a candidate's texts, for the offsets of citations."""

from __future__ import annotations

import sys

from hypothesis import given, strategies as st

from modelwire.codecs.gemini_generate._stream_choice import Texts

WORDS = st.lists(st.sampled_from(["a ", "word", "東京", "é", "x" * 700]), max_size=400)


@given(st.lists(WORDS, min_size=1, max_size=3))
def test_offsets_are_those_of_the_whole_text(blocks):
    texts = Texts(10**6)
    for number, words in enumerate(blocks):
        texts.begin(number, number)
        for word in words:
            texts.add(word)
    found = texts.texts()
    wanted = ["".join(words) for words in blocks]
    if texts.whole:
        assert found == wanted
    # What is not ASCII stays in its place; the rest may have been counted only.
    masked = ["".join(c if c > "\x7f" else "x" for c in text) for text in wanted]
    assert ["".join(c if c > "\x7f" else "x" for c in t) for t in found] == masked


def test_words_are_not_kept_one_by_one():
    for word, limit in (("word ", 30_000), ("東京 ", 40_000)):
        texts = Texts(10**6)
        texts.begin(0, 0)
        for _ in range(4000):
            texts.add("".join(word))  # a string of its own, as from a parser
        pieces = texts._blocks[-1]
        held = sys.getsizeof(pieces) + sum(map(sys.getsizeof, pieces))
        assert held < limit, word
