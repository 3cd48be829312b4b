"""Names and ids that were made legal find their way back."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, strategies as st

from modelwire.codecs._aliases import AliasBook, legal_name
from modelwire.codecs._base import NO_ALIASES

LEGAL = re.compile(r"[a-zA-Z0-9_-]{1,64}")
TEXT = st.text(st.characters(), max_size=100)


@given(TEXT)
def test_a_made_name_is_legal_and_depends_on_the_name_alone(name):
    made = legal_name(name)
    assert LEGAL.fullmatch(made)
    assert made == legal_name(name)
    assert legal_name(made) == made


def test_a_legal_name_stays():
    assert legal_name("get_weather-2") == "get_weather-2"
    assert legal_name("a" * 65, limit=None) == "a" * 65


def test_made_names_are_pinned():
    # The spelling is part of the output bytes, so it must never change.
    assert legal_name("files.read") == "files_read_1fd0376a62"
    assert legal_name("a" * 80) == "a" * 53 + "_4c8c57aa35"
    assert legal_name("") == "_e484222325"


@given(st.lists(TEXT, max_size=20))
def test_the_same_source_gives_the_same_target_and_no_two_meet(names):
    book = AliasBook()
    book.reserve(names)
    made = [book.name(name) for name in names]
    assert made == [book.name(name) for name in names]
    assert len(set(made)) == len(set(names))
    aliases = book.aliases()
    assert [aliases.name(target) for target in made] == names


def test_a_renamed_tool_never_takes_the_name_of_a_legal_one():
    taken = legal_name("a.b")
    book = AliasBook()
    book.reserve(["a.b", taken])
    assert book.name("a.b") != taken
    assert book.name(taken) == taken
    aliases = book.aliases()
    assert aliases.name(book.name("a.b")) == "a.b"


def test_nothing_renamed_gives_no_aliases():
    book = AliasBook()
    book.reserve(["a"], ["b"])
    assert book.name("a") == "a"
    assert book.call_id("b") == "b"
    assert book.aliases() is NO_ALIASES


def test_free_text_tools_are_remembered():
    book = AliasBook()
    assert book.custom("my tool") == legal_name("my tool")
    assert book.aliases().custom == {legal_name("my tool")}
    assert book.aliases().names == {legal_name("my tool"): "my tool"}


def test_what_keeps_its_name_has_been_seen():
    book = AliasBook()
    book.reserve(["f", "g h"], ["a", "b c"])
    assert book.keeps_name("f")
    assert book.keeps_call("a")
    for name in ("g h", "other", ""):
        assert not book.keeps_name(name)
    for ident in ("b c", "other", ""):
        assert not book.keeps_call(ident)


def test_where_any_id_is_legal_every_id_is_kept():
    book = AliasBook(id_charset=None)
    assert book.keeps_call("b c")
    assert not book.keeps_call("")


@pytest.mark.parametrize("odd", [[], [""], ["x" * 70], ["b c"], ["a", "a"]], ids=repr)
def test_legal_names_are_reserved_among_any_others(odd):
    book = AliasBook()
    book.reserve(["a", *odd, "b"])
    assert [book.name(name) for name in ("a", "b")] == ["a", "b"]
    for name in odd:
        assert (book.name(name) == name) is (name == "a")
    # A renamed one does not take what is reserved.
    assert len({book.name(name) for name in ("a", "b", *odd)}) == 2 + len(
        set(odd) - {"a"}
    )


def test_ids_of_one_length_are_reserved_if_they_have_it():
    book = AliasBook(id_charset="a-z", id_limit=3, id_exact=True)
    book.reserve((), ["abc", "ab"])
    assert book.call_id("abc") == "abc"
    assert book.call_id("ab") != "ab"
